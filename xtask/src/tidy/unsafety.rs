//! Where `unsafe` may stand.

use super::names::is_module;
use super::source::{code, words};
use super::{Tree, Violation, in_crate};

/// Runtime dispatch comes from a crate that is safe to call; a counting allocator in a test has no other way.
pub(super) fn no_unsafe_outside_simd(tree: &Tree) -> Vec<Violation> {
    tree.rust(|_| true).flat_map(|(path, text)| unsafe_in(path, text)).collect()
}

fn unsafe_in(path: &str, text: &str) -> Vec<Violation> {
    let code = code(text);
    let found = words(&code).filter(|(_, word)| *word == "unsafe");
    match in_crate(path) {
        Some(("po-core", inside)) if is_module(inside, "simd") => Vec::new(),
        Some((_, "tests/no_alloc.rs")) => {
            let stated = words(&code).any(|(_, word)| word == "unsafe_code") && text.contains("reason = ");
            let first = found.take(if stated { 0 } else { 1 });
            let expected = "`#![expect(unsafe_code, reason = \"…\")]`";
            first.map(|(line, _)| Violation::new(path, line, "unsafe without its reason", expected)).collect()
        }
        _ => found
            .map(|(line, _)| {
                let expected = "none outside crates/po-core/src/simd and the allocators of tests/no_alloc.rs";
                Violation::new(path, line, "unsafe", expected)
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines, tree};

    #[test]
    fn no_unsafe_outside_simd() {
        assert_holds(super::no_unsafe_outside_simd);
    }

    #[test]
    fn unsafe_may_stand_in_two_places() {
        let allocator = "#![expect(unsafe_code, reason = \"GlobalAlloc\")]\nunsafe impl GlobalAlloc for A {}";
        let good = tree(&[
            ("crates/po-core/src/simd.rs", "unsafe { f() }"),
            ("crates/po-core/src/simd/avx.rs", "unsafe { f() }"),
            ("crates/po-hrp/tests/no_alloc.rs", allocator),
            ("crates/po-hrp/src/lib.rs", "// unsafe\n#![deny(unsafe_code)]\nconst A: &str = \"unsafe\";"),
        ]);
        assert!(super::no_unsafe_outside_simd(&good).is_empty());
    }

    #[test]
    fn unsafe_elsewhere_is_found() {
        let bad = tree(&[
            ("crates/po-core/src/linalg.rs", "//! A.\nunsafe { f() }"),
            ("crates/po-hrp/src/simd.rs", "unsafe fn f() {}"),
            ("crates/po-hrp/tests/no_alloc.rs", "//! A.\nunsafe impl A for B {}\nunsafe fn f() {}"),
        ]);
        let found = lines(&super::no_unsafe_outside_simd(&bad));
        assert_eq!(found.len(), 3);
        assert!(
            found[0].starts_with("crates/po-core/src/linalg.rs:2: unsafe; expected none outside"),
            "{found:?}"
        );
        assert!(found[1].starts_with("crates/po-hrp/src/simd.rs:1: unsafe; "), "{found:?}");
        assert!(
            found[2].starts_with("crates/po-hrp/tests/no_alloc.rs:2: unsafe without its reason"),
            "{found:?}"
        );
    }
}
