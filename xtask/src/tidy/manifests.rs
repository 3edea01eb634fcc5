//! What a Cargo.toml says.

use toml::{Table, Value};

use super::{Tree, Violation, line_of_key};

/// What the page of a published crate is made of.
const PUBLISHED: &[&str] = &[
    "description",
    "documentation",
    "readme",
    "license",
    "keywords",
    "categories",
    "rust-version",
    "version",
];

/// A published crate describes itself; every package takes its lints and its dependencies from the workspace.
pub(super) fn manifests_are_complete(tree: &Tree) -> Vec<Violation> {
    tree.files
        .iter()
        .filter(|(path, _)| path.ends_with("/Cargo.toml"))
        .flat_map(|(path, text)| manifest(path, text))
        .collect()
}

fn manifest(path: &str, text: &str) -> Vec<Violation> {
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return vec![Violation::new(path, 1, format!("does not parse: {error}"), "TOML")],
    };
    let mut violations = Vec::new();
    let mut report = |key: &str, what: String, expected: &str| {
        violations.push(Violation::new(path, line_of_key(text, key), what, expected));
    };
    if at(&table, &["lints", "workspace"]) != Some(&Value::Boolean(true)) {
        report("[lints", "does not take the lints of the workspace".to_owned(), "[lints] workspace = true");
    }
    if at(&table, &["package", "publish"]) != Some(&Value::Boolean(false)) {
        for key in PUBLISHED {
            if at(&table, &["package", key]).is_none_or(is_empty) {
                report("[package", format!("has no {key}"), "what a published crate says of itself");
            }
        }
        if at(&table, &["package", "metadata", "docs", "rs"]).is_none() {
            report("[package", "has no settings for docs.rs".to_owned(), "[package.metadata.docs.rs]");
        }
    }
    for (name, dependency) in dependencies(&table) {
        let of = |key: &str| dependency.get(key);
        if of("workspace") != Some(&Value::Boolean(true)) && of("path").is_none() {
            report(
                name,
                format!("{name} names its own version"),
                "workspace = true, the version in the root",
            );
        }
    }
    violations
}

fn at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The entries of all dependency tables, those of `[target.*]` included.
fn dependencies(table: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let targets = table.get("target").and_then(Value::as_table);
    let tables =
        std::iter::once(table).chain(targets.into_iter().flat_map(Table::values).filter_map(Value::as_table));
    tables.flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|kind| table.get(kind)?.as_table())
            .flat_map(Table::iter)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, lines};
    use super::*;

    const GOOD: &str = r#"[package]
name = "po-x"
description = "X"
documentation = "https://docs.rs/po-x"
readme = "README.md"
version.workspace = true
rust-version.workspace = true
license.workspace = true
categories.workspace = true
keywords.workspace = true

[package.metadata.docs.rs]
all-features = true

[dependencies]
po-core.workspace = true
serde = { workspace = true, optional = true }

[dev-dependencies]
po-y = { path = "../po-y" }

[lints]
workspace = true
"#;

    #[test]
    fn manifests_are_complete() {
        assert_holds(super::manifests_are_complete);
    }

    #[test]
    fn a_complete_manifest_passes() {
        assert_eq!(lines(&manifest("crates/po-x/Cargo.toml", GOOD)), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let bad = GOOD
            .replace("keywords.workspace = true\n", "keywords = []\n")
            .replace("description = \"X\"\n", "")
            .replace("[package.metadata.docs.rs]\nall-features = true\n", "")
            .replace("[lints]\nworkspace = true\n", "");
        assert_eq!(
            lines(&manifest("crates/po-x/Cargo.toml", &bad)),
            [
                "crates/po-x/Cargo.toml:1: does not take the lints of the workspace; expected [lints] workspace = true",
                "crates/po-x/Cargo.toml:1: has no description; expected what a published crate says of itself",
                "crates/po-x/Cargo.toml:1: has no keywords; expected what a published crate says of itself",
                "crates/po-x/Cargo.toml:1: has no settings for docs.rs; expected [package.metadata.docs.rs]",
            ]
        );
    }

    #[test]
    fn versions_stand_in_the_root() {
        let bad = GOOD.replace("serde = { workspace = true, optional = true }", "serde = \"1\"")
            + "\n[target.'cfg(unix)'.build-dependencies]\ncc = { version = \"1\" }\n";
        assert_eq!(
            lines(&manifest("crates/po-x/Cargo.toml", &bad)),
            [
                "crates/po-x/Cargo.toml:17: serde names its own version; expected workspace = true, the version in the root",
                "crates/po-x/Cargo.toml:26: cc names its own version; expected workspace = true, the version in the root",
            ]
        );
    }

    #[test]
    fn an_unpublished_package_need_not_describe_itself() {
        let text = "[package]\nname = \"x\"\npublish = false\n\n[lints]\nworkspace = true\n";
        assert!(manifest("benches/Cargo.toml", text).is_empty());
        assert_eq!(manifest("benches/Cargo.toml", "not toml").len(), 1);
    }
}
