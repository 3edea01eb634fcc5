//! The facade re-exports and does nothing else; the engine beside it calls methods and has none.

use std::fs;
use std::path::{Path, PathBuf};

/// A line of code that may stand in the facade: a re-export, a module, an attribute, or a part of one.
fn is_re_export(line: &str) -> bool {
    let starts = ["pub use ", "pub mod ", "mod ", "#", "//", "}", "{"];
    let continues = line.ends_with(',') || line.ends_with("};");
    line.is_empty() || starts.iter().any(|start| line.starts_with(start)) || continues
}

#[test]
fn the_facade_holds_no_algorithm() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<PathBuf> = fs::read_dir(&src)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    assert_eq!(files.len(), 2, "the facade and its prelude: {files:?}");
    for path in files {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            assert!(is_re_export(line.trim()), "{}:{}: {line}", path.display(), number + 1);
        }
    }
    assert!(!is_re_export("let weight = 1.0;"));
    assert!(!is_re_export("fn allocate() {"));
}

/// The engine moves numbers from one method to the next; methods are in their crates.
#[test]
fn the_engine_holds_no_method() {
    let stream = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/stream");
    let foreign = [
        "faer",
        "nalgebra",
        "DMatrix",
        "linalg",
        "Cholesky",
        "Ldlt",
        "Eigen",
        "Svd",
        "gemm",
        "gram_into",
        "dendrogram",
        "linkage",
        "bisection",
        "interior",
        "Newton",
        "simplex",
    ];
    let (mut files, mut folders) = (Vec::new(), vec![stream.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(files.len() > 20);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        for word in foreign {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
        let is_stage = path.parent() != Some(&stream) && !path.ends_with("mod.rs");
        assert!(!is_stage || text.contains("use po_"), "{} calls no crate", path.display());
    }
}

#[test]
fn the_root_is_the_vocabulary_of_po_core() {
    let weights: po_engine::Weights = po_core::Weights::new(vec![1.0]).unwrap();
    assert_eq!(weights.len(), 1);
}

#[cfg(feature = "hrp")]
#[test]
fn a_module_is_named_after_its_feature() {
    let params: po_hrp::HrpParams = po_engine::hrp::HrpParams::default();
    assert_eq!(params.linkage, po_engine::prelude::Linkage::Ward);
}

#[cfg(all(feature = "convex", feature = "risk-budget"))]
#[test]
fn optimisers_and_risk_budgets_are_modules_too() {
    let params: po_convex::MarkowitzParams = po_engine::convex::MarkowitzParams::default();
    assert_eq!(params.objective, po_engine::prelude::Objective::MinVariance);
    let params: po_risk_budget::RiskBudgetParams = po_engine::risk_budget::RiskBudgetParams::default();
    assert_eq!(params, po_engine::prelude::RiskBudgetParams::default());
}
