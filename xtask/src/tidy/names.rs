//! Foreign names that stay behind one door.

use super::source::{code, words};
use super::{Tree, Violation, in_crate};

/// faer breaks its API several times a year: a bump must be a patch of one module.
pub(super) fn faer_is_named_in_one_module(tree: &Tree) -> Vec<Violation> {
    let expected = "faer in crates/po-core/src/linalg only";
    let mut violations: Vec<Violation> = tree
        .rust(|path| {
            in_crate(path).is_some_and(|(name, inside)| {
                inside.starts_with("src/") && !(name == "po-core" && is_module(inside, "linalg"))
            })
        })
        .flat_map(|(path, text)| named(path, text, "faer", expected))
        .collect();
    for package in tree.packages.iter().filter(|package| package.name != "po-core") {
        let faer = |name: &str| name == "faer" || name.starts_with("faer-");
        violations.extend(package.dependencies.iter().filter(|dependency| faer(&dependency.name)).map(
            |dependency| {
                let line = tree.line_of_key(&package.manifest, &dependency.name);
                let what = format!("{} depends on {}", package.name, dependency.name);
                Violation::new(&package.manifest, line, what, "a dependency of po-core only")
            },
        ));
    }
    violations
}

/// One crate decides which nalgebra is spoken. The others take its matrices from there, and keep them inside: what they
/// promise to a user is in the types of po-core, or in slices.
pub(super) fn nalgebra_appears_in_public_signatures_of_po_core_only(tree: &Tree) -> Vec<Violation> {
    let expected = "the types of po-core, or slices";
    let mut violations: Vec<Violation> = tree
        .rust(|path| {
            in_crate(path).is_some_and(|(name, inside)| name != "po-core" && inside.starts_with("src/"))
        })
        .flat_map(|(path, text)| {
            let public = public_signatures(&code(text));
            let matrix =
                |word: &str| ["DMatrix", "DVector", "nalgebra"].iter().any(|name| word.starts_with(name));
            let found: Vec<Violation> = words(&public)
                .filter(|(_, word)| matrix(word))
                .map(|(line, word)| Violation::new(path, line, format!("promises {word}"), expected))
                .collect();
            found
        })
        .collect();
    for package in tree.crates().filter(|package| package.name != "po-core") {
        if package.dependencies.iter().any(|dependency| dependency.name == "nalgebra") {
            let line = tree.line_of_key(&package.manifest, "nalgebra");
            let what = format!("{} depends on nalgebra", package.name);
            violations.push(Violation::new(&package.manifest, line, what, "a dependency of po-core only"));
        }
    }
    violations
}

/// Whether a path inside a crate is the module `name`: `src/name.rs`, or in `src/name/`.
pub(super) fn is_module(inside: &str, name: &str) -> bool {
    let rest = inside.strip_prefix("src/").and_then(|inside| inside.strip_prefix(name));
    rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// The text with everything but public signatures blanked out: from `pub` to the body, or to the end of the line.
fn public_signatures(code: &str) -> String {
    let mut public = false;
    let mut inside = false;
    code.lines()
        .map(|line| {
            let start = line.trim_start();
            if !inside {
                public = start.starts_with("pub ");
                inside = public && start.contains("fn ");
            }
            let end = line.find(['{', ';']);
            let signature = if public { &line[..end.unwrap_or(line.len())] } else { "" };
            inside &= end.is_none();
            format!("{signature}\n")
        })
        .collect()
}

/// The places where code, not a comment or a string, names `name`.
fn named(path: &str, text: &str, name: &str, expected: &str) -> Vec<Violation> {
    words(&code(text))
        .filter(|(_, word)| *word == name)
        .map(|(line, word)| Violation::new(path, line, format!("names {word}"), expected))
        .collect()
}

#[cfg(test)]
mod tests {
    use cargo_metadata::DependencyKind::{Development, Normal};

    use super::super::tests::{assert_holds, lines, package, tree};
    use super::*;

    #[test]
    fn faer_is_named_in_one_module() {
        assert_holds(super::faer_is_named_in_one_module);
    }

    #[test]
    fn nalgebra_appears_in_public_signatures_of_po_core_only() {
        assert_holds(super::nalgebra_appears_in_public_signatures_of_po_core_only);
    }

    #[test]
    fn faer_may_be_spoken_of_anywhere() {
        let good = tree(&[
            ("crates/po-core/src/linalg.rs", "use faer::MatRef;"),
            ("crates/po-core/src/linalg/cholesky.rs", "fn f(m: faer::MatRef<'_, f64>) {}"),
            ("crates/po-core/src/covariance.rs", "//! Not faer.\nconst X: &str = \"faer\"; // faer"),
            ("crates/po-hrp/tests/it/main.rs", "use faer::Mat;"),
        ]);
        assert!(super::faer_is_named_in_one_module(&good).is_empty());
    }

    #[test]
    fn faer_elsewhere_is_found() {
        let bad = tree(&[
            ("crates/po-core/src/covariance.rs", "//! A.\nuse faer::MatRef;"),
            ("crates/po-core/src/linalgebra.rs", "faer::x()"),
            ("crates/po-hrp/src/linalg.rs", "pub use faer;"),
        ]);
        assert_eq!(
            lines(&super::faer_is_named_in_one_module(&bad)),
            [
                "crates/po-core/src/covariance.rs:2: names faer; expected faer in crates/po-core/src/linalg only",
                "crates/po-core/src/linalgebra.rs:1: names faer; expected faer in crates/po-core/src/linalg only",
                "crates/po-hrp/src/linalg.rs:1: names faer; expected faer in crates/po-core/src/linalg only",
            ]
        );
    }

    #[test]
    fn faer_is_a_dependency_of_the_core_only() {
        let packages = vec![
            package("po-core", &[(Normal, "faer", "^0.24")]),
            package("po-hrp", &[(Development, "faer", "^0.24"), (Normal, "faer-ext", "^0.7")]),
        ];
        let found = lines(&super::faer_is_named_in_one_module(&Tree { packages, ..Tree::default() }));
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("po-hrp depends on faer;"), "{found:?}");
    }

    #[test]
    fn nalgebra_stays_in_the_core() {
        let good = tree(&[
            ("crates/po-core/src/covariance.rs", "pub fn new(matrix: nalgebra::DMatrix<f64>) {}"),
            ("crates/po-hrp/src/allocate.rs", "//! As in nalgebra.\nuse po_core::Covariance;"),
            (
                "crates/po-hrp/src/square.rs",
                "use po_core::nalgebra::DMatrix;\npub struct S {\n    m: DMatrix<f64>,\n}",
            ),
            (
                "crates/po-hrp/src/step.rs",
                "pub(crate) fn step(m: &DMatrix<f64>) {}\npub fn size() { DMatrix::zeros(1, 1); }",
            ),
        ]);
        assert!(super::nalgebra_appears_in_public_signatures_of_po_core_only(&good).is_empty());

        let mut bad = tree(&[
            (
                "crates/po-hrp/src/allocate.rs",
                "//! A.\npub fn new(\n    a: f64,\n    m: DMatrixView<'_, f64>,\n) {}",
            ),
            ("crates/po-hrp/src/lib.rs", "pub use po_core::nalgebra;"),
        ]);
        bad.packages.push(package("po-hrp", &[(Normal, "nalgebra", "^0.35")]));
        assert_eq!(
            lines(&super::nalgebra_appears_in_public_signatures_of_po_core_only(&bad)),
            [
                "crates/po-hrp/src/allocate.rs:4: promises DMatrixView; expected the types of po-core, or slices",
                "crates/po-hrp/src/lib.rs:1: promises nalgebra; expected the types of po-core, or slices",
                "crates/po-hrp/Cargo.toml:1: po-hrp depends on nalgebra; expected a dependency of po-core only",
            ]
        );
    }
}
