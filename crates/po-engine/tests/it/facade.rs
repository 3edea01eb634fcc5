//! The facade re-exports and does nothing else.

use std::fs;
use std::path::Path;

/// A line of code that may stand in the facade: a re-export, a module, an attribute, or a part of one.
fn is_re_export(line: &str) -> bool {
    let starts = ["pub use ", "pub mod ", "mod ", "#", "//", "}", "{"];
    let continues = line.ends_with(',') || line.ends_with("};");
    line.is_empty() || starts.iter().any(|start| line.starts_with(start)) || continues
}

#[test]
fn the_facade_holds_no_algorithm() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            assert!(is_re_export(line.trim()), "{}:{}: {line}", path.display(), number + 1);
        }
    }
    assert!(!is_re_export("let weight = 1.0;"));
    assert!(!is_re_export("fn allocate() {"));
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
