//! What each file must say, and what none may.

use super::source::{Part, only};
use super::{Tree, Violation};

const LONGEST: usize = 400;

/// What a long file says for itself.
const REASON: &str = "// tidy: long because ";

/// How far down the reason may stand.
const HEAD: usize = 30;

/// Left-overs in code or comments; the strings of a program are its own business.
const STRAY_CODE: &[(&str, &str)] = &[
    ("todo!(", "the code itself"),
    ("unimplemented!(", "the code itself"),
    ("dbg!(", "no debugging output"),
    ("#[ignore", "a test that runs, or no test"),
    ("#[should_panic", "an error, and a test that asserts its variant"),
];

/// Marks that someone meant to come back; written in halves, so that this file is free of them.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X")];

fn is_ours(path: &str) -> bool {
    ["crates/", "xtask/", "benches/"].iter().any(|folder| path.starts_with(folder))
}

/// The reader is told what a file holds before how.
pub(super) fn every_file_says_what_it_is_for(tree: &Tree) -> Vec<Violation> {
    tree.rust(is_ours)
        .filter(|(_, text)| !says_what_it_is_for(text))
        .map(|(path, _)| {
            Violation::new(
                path,
                1,
                "does not say what it is for",
                "a first line such as `//! The door to x.`",
            )
        })
        .collect()
}

fn says_what_it_is_for(text: &str) -> bool {
    let docs = |line: &str| line.starts_with("//!") || line.starts_with("#![doc = include_str!");
    let may_come_before = |line: &str| line.is_empty() || line.starts_with("#![") || line.starts_with(REASON);
    text.lines().find(|line| docs(line) || !may_come_before(line)).is_some_and(docs)
}

/// A file that is longer holds two nouns, or says why it does not.
pub(super) fn no_file_is_longer_than_400_lines(tree: &Tree) -> Vec<Violation> {
    tree.rust(is_ours)
        .filter_map(|(path, text)| {
            let count = text.lines().count();
            let reason =
                |line: &str| line.strip_prefix(REASON).is_some_and(|reason| !reason.trim().is_empty());
            let too_long = count > LONGEST && !text.lines().take(HEAD).any(reason);
            let expected = || format!("at most {LONGEST}, or `{REASON}…` among the first {HEAD}");
            too_long.then(|| Violation::new(path, LONGEST + 1, format!("has {count} lines"), expected()))
        })
        .collect()
}

/// Nothing unfinished, nothing invisible.
pub(super) fn no_stray_words(tree: &Tree) -> Vec<Violation> {
    let prose = |path: &str| {
        [".rs", ".toml", ".md", ".py", ".yml"].iter().any(|end| path.ends_with(end)) || path == ".ci/run"
    };
    let mut violations: Vec<Violation> = tree
        .files
        .iter()
        .filter(|(path, _)| prose(path))
        .flat_map(|(path, text)| stray_in_text(path, text))
        .collect();
    violations.extend(tree.rust(|_| true).flat_map(|(path, text)| stray_in_rust(path, text)));
    violations
}

fn stray_in_text(path: &str, text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut report = |what: &str, expected: &str| {
            violations.push(Violation::new(path, index + 1, what, expected));
        };
        for mark in MARKS.iter().filter(|mark| has_word(line, mark)) {
            report(&format!("says {mark}"), "the matter settled");
        }
        if line.ends_with(char::is_whitespace) {
            report("ends in white space", "nothing after the last word");
        }
    }
    violations
}

fn stray_in_rust(path: &str, text: &str) -> Vec<Violation> {
    let spoken = only(text, &[Part::Code, Part::Comment]);
    let mut violations = Vec::new();
    for (index, line) in spoken.lines().enumerate() {
        for (stray, expected) in STRAY_CODE.iter().filter(|(stray, _)| line.contains(stray)) {
            violations.push(Violation::new(path, index + 1, format!("says {stray}"), *expected));
        }
    }
    let tabs = text.lines().enumerate().filter(|(_, line)| line.contains('\t'));
    violations
        .extend(tabs.map(|(index, _)| Violation::new(path, index + 1, "holds a tab", "spaces, or \\t")));
    violations
}

/// Whether `word` stands in `line` with no letter or digit beside it.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines, tree};
    use super::*;

    #[test]
    fn every_file_says_what_it_is_for() {
        assert_holds(super::every_file_says_what_it_is_for);
    }

    #[test]
    fn no_file_is_longer_than_400_lines() {
        assert_holds(super::no_file_is_longer_than_400_lines);
    }

    #[test]
    fn no_stray_words() {
        assert_holds(super::no_stray_words);
    }

    #[test]
    fn docs_come_first() {
        let good = [
            "//! X.\nfn f() {}",
            "#![doc = include_str!(\"../README.md\")]\n",
            "#![cfg_attr(a, b)]\n\n//! X.",
        ];
        assert!(good.iter().all(|text| says_what_it_is_for(text)));
        let bad = ["", "fn f() {}\n//! X.", "// X.\n//! X.", "use a::b;", "#![cfg_attr(a, b)]\nmod x;"];
        assert!(!bad.iter().any(|text| says_what_it_is_for(text)));
        let found = super::every_file_says_what_it_is_for(&tree(&[("benches/a.rs", "mod x;")]));
        assert!(
            found[0].to_string().starts_with("benches/a.rs:1: does not say what it is for;"),
            "{found:?}"
        );
    }

    #[test]
    fn a_long_file_gives_its_reason() {
        let long = "//! X.\n".repeat(401);
        let reasoned = format!("//! X.\n{REASON}the table is one thing.\n{long}");
        let empty = format!("//! X.\n{REASON}\n{long}");
        assert!(
            super::no_file_is_longer_than_400_lines(&tree(&[("xtask/a.rs", &"x\n".repeat(400))])).is_empty()
        );
        assert!(super::no_file_is_longer_than_400_lines(&tree(&[("xtask/a.rs", &reasoned)])).is_empty());
        for bad in [&long, &empty] {
            let found = lines(&super::no_file_is_longer_than_400_lines(&tree(&[("xtask/a.rs", bad)])));
            assert!(found[0].starts_with("xtask/a.rs:401: has 40"), "{found:?}");
        }
    }

    #[test]
    fn left_overs_are_found_in_code_and_comments() {
        for (stray, _) in STRAY_CODE {
            for text in [format!("fn f() {{ {stray}"), format!("// {stray}")] {
                let found = lines(&stray_in_rust("a.rs", &text));
                assert_eq!(found.len(), 1, "{text}");
                assert!(found[0].starts_with(&format!("a.rs:1: says {stray}; expected ")), "{found:?}");
            }
            assert!(stray_in_rust("a.rs", &format!("let x = \"{stray}\";")).is_empty());
        }
        assert_eq!(lines(&stray_in_rust("a.rs", "a\n\tb")), ["a.rs:2: holds a tab; expected spaces, or \\t"]);
    }

    #[test]
    fn marks_and_trailing_space_are_found_in_any_text() {
        for mark in MARKS {
            let found = lines(&stray_in_text("a.md", &format!("One.\n{mark}: two.")));
            assert_eq!(found, [format!("a.md:2: says {mark}; expected the matter settled")]);
            assert!(stray_in_text("a.md", &format!("{mark}L sizes.")).is_empty());
        }
        let found = lines(&stray_in_text("a.md", "One. \ntwo"));
        assert_eq!(found, ["a.md:1: ends in white space; expected nothing after the last word"]);
        assert!(super::no_stray_words(&tree(&[("crates/po-hrp/tests/data/x.csv", "a \n")])).is_empty());
    }
}
