//! Where files are: the top level, and the inside of a crate.

use std::collections::BTreeSet;

use super::dependencies::METHODS;
use super::source::{Part, code, only};
use super::{Tree, Violation, in_crate};

const TOP_LEVEL: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "crates",
    "docs",
    "rust-toolchain.toml",
    "xtask",
];

/// What each crate has, whatever it is for.
const EVERY_CRATE: &[&str] = &["Cargo.toml", "README.md", "src/lib.rs", "tests/it/main.rs"];

/// What a method crate has besides; a name that ends in `/` is a folder that is not empty.
const METHOD_CRATE: &[&str] = &["src/error.rs", "tests/no_alloc.rs", "tests/data/"];

/// What a method that allocates has in one place; where there are many methods, settings stand beside each.
const ALLOCATING: &[&str] = &["src/params.rs", "src/scratch.rs", "src/allocate.rs"];

/// The method crates that hold many estimators, in a folder for each kind; what allocates among them has a folder too.
const ESTIMATING: &[&str] = &["po-attribution", "po-correlation", "po-tail"];

/// The crate of the command: its root may hold code, and its docs are `po --help`.
const COMMAND: &str = "po-cli";

const ROOT_LINES: &[&str] =
    &["#![doc = include_str!(\"../README.md\")]", "#![cfg_attr(docsrs, feature(doc_cfg))]"];

/// Dot files are free; everything else at the top has been agreed on.
pub(super) fn the_top_level_is_fixed(tree: &Tree) -> Vec<Violation> {
    let there: BTreeSet<&str> =
        tree.files.keys().map(|path| path.split_once('/').map_or(path.as_str(), |(top, _)| top)).collect();
    let extra = there.iter().filter(|name| !name.starts_with('.') && !TOP_LEVEL.contains(name)).map(|name| {
        Violation::new(name, 1, "stands at the top level", "a place in crates, xtask, benches or docs")
    });
    let missing = TOP_LEVEL
        .iter()
        .filter(|name| !there.contains(*name))
        .map(|name| Violation::new(name, 1, "is not there", format!("{name} at the top level")));
    extra.chain(missing).collect()
}

/// Open any crate and you know where you are.
pub(super) fn crates_have_one_layout(tree: &Tree) -> Vec<Violation> {
    let crates: BTreeSet<&str> = tree.files.keys().filter_map(|path| Some(in_crate(path)?.0)).collect();
    crates.into_iter().flat_map(|name| missing_in(name, tree)).collect()
}

fn missing_in(name: &str, tree: &Tree) -> Vec<Violation> {
    let method = METHODS.contains(&name);
    let has = |wanted: &str| {
        tree.files.keys().filter_map(|path| in_crate(path)).any(|(owner, inside)| {
            owner == name && if wanted.ends_with('/') { inside.starts_with(wanted) } else { inside == wanted }
        })
    };
    let own: &[&str] = if method { METHOD_CRATE } else { &[] };
    let allocating: &[&str] = if method && !ESTIMATING.contains(&name) { ALLOCATING } else { &[] };
    let mut violations: Vec<Violation> = EVERY_CRATE
        .iter()
        .chain(own)
        .chain(allocating)
        .filter(|wanted| !has(wanted))
        .map(|wanted| {
            let kind = if method { "method crate" } else { "crate" };
            let expected = format!("{wanted}, as in every {kind}");
            Violation::new(&format!("crates/{name}/{wanted}"), 1, "is not there", expected)
        })
        .collect();
    let example = |path: &str| {
        path.strip_prefix(&format!("crates/{name}/examples/")).is_some_and(|file| file.ends_with(".rs"))
    };
    if method && !tree.files.keys().any(|path| example(path)) {
        let folder = format!("crates/{name}/examples/");
        violations.push(Violation::new(
            &folder,
            1,
            "holds no example",
            "at least one, as in every method crate",
        ));
    }
    violations
}

/// A crate's root is its table of contents; its docs are its README.
pub(super) fn a_crate_root_holds_re_exports_only(tree: &Tree) -> Vec<Violation> {
    tree.rust(|path| in_crate(path).is_some_and(|(name, inside)| name != COMMAND && inside == "src/lib.rs"))
        .flat_map(|(path, text)| root_of_crate(path, text))
        .collect()
}

fn root_of_crate(path: &str, text: &str) -> Vec<Violation> {
    let (code, kept) = (code(text), only(text, &[Part::Code, Part::Literal]));
    let missing = ROOT_LINES
        .iter()
        .filter(|wanted| !kept.contains(*wanted))
        .map(|wanted| Violation::new(path, 1, "lacks an attribute", *wanted));
    let others =
        items(&code).into_iter().filter(|(_, item)| !is_table_of_contents(item)).map(|(line, item)| {
            let head: String =
                item.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
            Violation::new(path, line, format!("holds `{head}`"), "docs, attributes, `mod x;` and `use` only")
        });
    missing.chain(others).collect()
}

/// `mod x;` or `use …;`, with or without visibility.
fn is_table_of_contents(item: &str) -> bool {
    let item = item.strip_prefix("pub").map_or(item, |rest| {
        let rest = rest.trim_start();
        rest.strip_prefix('(').and_then(|rest| Some(rest.split_once(')')?.1)).unwrap_or(rest)
    });
    let item = item.trim_start();
    (item.starts_with("mod ") || item.starts_with("use ")) && item.ends_with(';')
}

/// The items of a file whose comments and literals are blanked, attributes left out, with their lines.
fn items(code: &str) -> Vec<(usize, &str)> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(skip) = code[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + skip;
        let attribute = code[start..].starts_with('#');
        at = start + if attribute { closing(&code[start..]) } else { item_length(&code[start..]) };
        if !attribute {
            items.push((code[..start].matches('\n').count() + 1, &code[start..at]));
        }
    }
    items
}

/// The length of an attribute: up to the bracket that closes its first.
fn closing(code: &str) -> usize {
    let mut depth = 0;
    for (index, c) in code.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return index + 1,
            ']' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// The length of an item: up to its semicolon, or the brace that closes its body.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (index, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                let goes_on = code[index + 1..].trim_start().starts_with(';');
                if depth == 0 && c == '}' && !goes_on {
                    return index + 1;
                }
            }
            ';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines, tree};
    use super::*;

    const ROOT: &str = r#"#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod a;
/// Kept.
#[cfg(feature = "b")]
pub mod b;
pub(crate) mod c;

pub use a::{A, B};
use c::D; // fn
"#;

    #[test]
    fn the_top_level_is_fixed() {
        assert_holds(super::the_top_level_is_fixed);
    }

    #[test]
    fn crates_have_one_layout() {
        assert_holds(super::crates_have_one_layout);
    }

    #[test]
    fn a_crate_root_holds_re_exports_only() {
        assert_holds(super::a_crate_root_holds_re_exports_only);
    }

    #[test]
    fn the_top_level_takes_dot_files_and_nothing_else() {
        let mut files: Vec<(&str, &str)> = TOP_LEVEL.iter().map(|name| (*name, "")).collect();
        files.push((".ci/run", ""));
        assert!(super::the_top_level_is_fixed(&tree(&files)).is_empty());

        files.push(("scripts/build.sh", ""));
        files.retain(|(path, _)| *path != "README.md");
        assert_eq!(
            lines(&super::the_top_level_is_fixed(&tree(&files))),
            [
                "scripts:1: stands at the top level; expected a place in crates, xtask, benches or docs",
                "README.md:1: is not there; expected README.md at the top level",
            ]
        );
    }

    #[test]
    fn a_method_crate_has_its_files() {
        let inside = ["examples/hrp.rs", "tests/data/two_assets.toml"];
        let mut paths: Vec<String> = EVERY_CRATE
            .iter()
            .chain(METHOD_CRATE)
            .chain(ALLOCATING)
            .chain(&inside)
            .map(|file| format!("crates/po-hrp/{file}"))
            .collect();
        paths.retain(|path| !path.ends_with('/'));
        let files =
            |paths: &[String]| tree(&paths.iter().map(|path| (path.as_str(), "")).collect::<Vec<_>>());
        assert!(super::crates_have_one_layout(&files(&paths)).is_empty());

        paths.retain(|path| !path.contains("params") && !path.contains("examples") && !path.contains("data"));
        assert_eq!(
            lines(&super::crates_have_one_layout(&files(&paths))),
            [
                "crates/po-hrp/tests/data/:1: is not there; expected tests/data/, as in every method crate",
                "crates/po-hrp/src/params.rs:1: is not there; expected src/params.rs, as in every method crate",
                "crates/po-hrp/examples/:1: holds no example; expected at least one, as in every method crate",
            ]
        );
    }

    #[test]
    fn other_crates_have_fewer() {
        let files: Vec<String> = EVERY_CRATE.iter().map(|file| format!("crates/po-core/{file}")).collect();
        let good = tree(&files.iter().map(|path| (path.as_str(), "")).collect::<Vec<_>>());
        assert!(super::crates_have_one_layout(&good).is_empty());
        let bad = tree(&[("crates/po-core/Cargo.toml", ""), ("crates/po-core/README.md", "")]);
        assert_eq!(super::crates_have_one_layout(&bad).len(), 2);
    }

    #[test]
    fn a_root_is_a_table_of_contents() {
        assert!(
            super::a_crate_root_holds_re_exports_only(&tree(&[("crates/po-core/src/lib.rs", ROOT)]))
                .is_empty()
        );

        let with_code = format!("{ROOT}\n#[inline]\npub fn f() {{ g(); }}\nmod tests {{ use super::A; }}\n");
        assert_eq!(
            lines(&super::a_crate_root_holds_re_exports_only(&tree(&[(
                "crates/po-core/src/lib.rs",
                &with_code
            )]))),
            [
                "crates/po-core/src/lib.rs:14: holds `pub fn f() { g(); }`; expected docs, attributes, `mod x;` and `use` only",
                "crates/po-core/src/lib.rs:15: holds `mod tests { use super::A; }`; expected docs, attributes, `mod x;` and `use` only",
            ]
        );
        let bare = lines(&root_of_crate("crates/po-core/src/lib.rs", "//! Docs.\n"));
        assert_eq!(bare.len(), 2);
        assert!(bare[0].ends_with("expected #![doc = include_str!(\"../README.md\")]"), "{bare:?}");
    }

    #[test]
    fn the_command_may_hold_code_at_its_root() {
        let cli = tree(&[("crates/po-cli/src/lib.rs", "//! The command.\npub fn run() {}\n")]);
        assert!(super::a_crate_root_holds_re_exports_only(&cli).is_empty());
    }
}
