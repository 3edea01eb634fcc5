//! `cargo xtask tidy`: the rules of the house that neither the compiler nor clippy can hold.
//!
//! Each rule is a pure function of a [`Tree`], and a test of the same name holds it on the real tree.

mod dependencies;
mod doc_sections;
mod invariants;
mod layout;
mod manifests;
mod names;
mod source;
mod text;
mod unsafety;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

pub(crate) use self::dependencies::METHODS;
use crate::shell::{Failure, Outcome, say};
use crate::workspace::{self, Package};

/// Check the rules of the house: who depends on whom, names, layout, text.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Name the rules and stop.
    #[arg(long)]
    list: bool,
}

/// A rule and the function that checks it.
type Rule = (&'static str, fn(&Tree) -> Vec<Violation>);

macro_rules! rules {
    ($($file:ident::$rule:ident,)*) => { &[$((stringify!($rule), $file::$rule)),*] };
}

const RULES: &[Rule] = rules![
    dependencies::a_method_crate_never_depends_on_another_method_crate,
    dependencies::dependencies_point_one_way,
    names::faer_is_named_in_one_module,
    names::nalgebra_appears_in_public_signatures_of_po_core_only,
    layout::the_top_level_is_fixed,
    layout::crates_have_one_layout,
    layout::a_crate_root_holds_re_exports_only,
    manifests::manifests_are_complete,
    text::every_file_says_what_it_is_for,
    text::no_file_is_longer_than_400_lines,
    text::no_stray_words,
    unsafety::no_unsafe_outside_simd,
    doc_sections::public_names_have_fixed_doc_sections,
    invariants::invariants_have_tests_of_the_same_name,
];

pub(crate) fn run(args: &Args) -> Outcome {
    if args.list {
        RULES.iter().for_each(|(name, _)| say(name));
        return Ok(());
    }
    let tree = Tree::load()?;
    let mut broken = 0;
    let mut violations: Vec<Violation> = Vec::new();
    for (_, check) in RULES {
        let found = check(&tree);
        broken += usize::from(!found.is_empty());
        violations.extend(found);
    }
    violations.sort();
    violations.iter().for_each(|violation| say(&violation.to_string()));
    if violations.is_empty() {
        say(&format!("  {} rules hold in {} files", RULES.len(), tree.files.len()));
        Ok(())
    } else {
        let (rules, count) = (plural(broken, "rule"), plural(violations.len(), "place"));
        Err(Failure::Check(format!("tidy: {rules} broken in {count}; the reasons stand in xtask/src/tidy")))
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// A place where a rule does not hold.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Violation {
    file: String,
    line: usize,
    what: String,
    expected: String,
}

impl Violation {
    /// `line` counts from one.
    fn new(file: &str, line: usize, what: impl Into<String>, expected: impl Into<String>) -> Self {
        Violation { file: file.to_owned(), line, what: what.into(), expected: expected.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { file, line, what, expected } = self;
        write!(f, "{file}:{line}: {what}; expected {expected}")
    }
}

/// What the rules look at: the text files of the workspace by path, and its packages.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The text is empty where a file is not UTF-8.
    files: BTreeMap<String, String>,
    packages: Vec<Package>,
}

impl Tree {
    pub(crate) fn load() -> Outcome<Self> {
        let root = workspace::root();
        let mut files = BTreeMap::new();
        for path in workspace::files()? {
            let bytes = fs::read(root.join(&path))
                .map_err(|error| Failure::Check(format!("{path} cannot be read: {error}")))?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(Tree { files, packages: workspace::packages()? })
    }

    /// The Rust files whose path `wanted` accepts.
    fn rust(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(move |(path, _)| path.ends_with(".rs") && wanted(path))
    }

    /// The packages under crates/.
    fn crates(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.manifest.starts_with("crates/"))
    }

    /// The line of a manifest that names `key`, else its first.
    fn line_of_key(&self, manifest: &str, key: &str) -> usize {
        self.files.get(manifest).map_or(1, |text| line_of_key(text, key))
    }
}

/// The line of a TOML text that begins with `key`, else the first.
fn line_of_key(text: &str, key: &str) -> usize {
    let names_key = |line: &str| {
        line.strip_prefix(key).is_some_and(|rest| rest.starts_with([' ', '=', '.', ']']) || rest.is_empty())
    };
    text.lines().position(|line| names_key(line.trim_start())).map_or(1, |index| index + 1)
}

/// The crate and the path inside it: `crates/po-hrp/src/lib.rs` is (`po-hrp`, `src/lib.rs`).
fn in_crate(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once('/')
}

#[cfg(test)]
mod tests {
    use cargo_metadata::DependencyKind;

    use super::*;
    use crate::workspace::Dependency;

    /// A tree of the given files.
    pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Tree { files, packages: Vec::new() }
    }

    /// A package under crates/ with the given dependencies: kind, name, requirement.
    pub(super) fn package(name: &str, dependencies: &[(DependencyKind, &str, &str)]) -> Package {
        let dependencies = dependencies
            .iter()
            .map(|(kind, name, requirement)| Dependency {
                name: (*name).to_owned(),
                kind: *kind,
                requirement: (*requirement).to_owned(),
                by_path: name.starts_with("po-"),
            })
            .collect();
        Package {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            published: true,
            dependencies,
            ..Package::default()
        }
    }

    /// The violations as they are printed.
    pub(super) fn lines(violations: &[Violation]) -> Vec<String> {
        violations.iter().map(Violation::to_string).collect()
    }

    /// Fails with the violations that `check` finds in the real tree.
    pub(super) fn assert_holds(check: fn(&Tree) -> Vec<Violation>) {
        let violations = lines(&check(&Tree::load().unwrap()));
        assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
    }

    #[test]
    fn every_rule_has_a_test_of_the_same_name() {
        let tree = Tree::load().unwrap();
        for (name, _) in RULES {
            let held =
                format!("    #[test]\n    fn {name}() {{\n        assert_holds(super::{name});\n    }}\n");
            let count = tree.rust(|path| path.starts_with("xtask/")).filter(|(_, text)| text.contains(&held));
            assert_eq!(count.count(), 1, "{name}");
        }
    }

    #[test]
    fn a_violation_names_the_place_and_what_was_expected() {
        let violation = Violation::new("a.rs", 3, "a tab", "spaces");
        assert_eq!(violation.to_string(), "a.rs:3: a tab; expected spaces");
    }

    #[test]
    fn a_key_is_found_where_it_begins_a_line() {
        let text = "[package]\nname = \"x\"\nserde_json = 1\nserde.workspace = true\n";
        assert_eq!(line_of_key(text, "serde"), 4);
        assert_eq!(line_of_key(text, "name"), 2);
        assert_eq!(line_of_key(text, "absent"), 1);
    }
}
