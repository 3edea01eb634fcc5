//! `cargo xtask release --dry-run`: whether the tree could be published as it is.

use std::fs;

use toml::{Table, Value};

use crate::shell::{CommandLine, Failure, Outcome, say};
use crate::workspace::{self, Package};

/// Check that the tree can be published as it is; publishing itself is done by a person.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Check, and publish nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

pub(crate) fn run(args: &Args) -> Outcome {
    if !args.dry_run {
        return Err(Failure::Usage(
            "xtask does not publish: run `cargo xtask release --dry-run`, and then, by hand, \
             `cargo publish --workspace --exclude po-benches --exclude xtask`"
                .to_owned(),
        ));
    }
    if workspace::is_dirty()? {
        return Err(Failure::Check(
            "the tree has changes that are not committed; `git status` names them".to_owned(),
        ));
    }
    let packages = workspace::packages()?;
    let version = lockstep(&read("Cargo.toml")?, &packages)?;
    say(&format!("  one version everywhere: {version}"));
    if !has_section(&read("CHANGELOG.md")?, &version) {
        return Err(Failure::Check(format!("CHANGELOG.md has no section `## {version}`")));
    }
    say(&format!("  CHANGELOG.md speaks of {version}"));
    CommandLine::cargo("publish --quiet --workspace --dry-run")
        .args(workspace::exclusions(&packages))
        .args(workspace::from_the_tree(&packages))
        .run()?;
    say("  ready; to publish, run by hand: cargo publish --workspace --exclude po-benches --exclude xtask");
    Ok(())
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(workspace::root().join(path))
        .map_err(|error| Failure::Check(format!("{path} cannot be read: {error}")))
}

/// The one version of the workspace, its packages and its own dependencies.
fn lockstep(manifest: &str, packages: &[Package]) -> Outcome<String> {
    let fail = |message: String| Failure::Check(message);
    let table: Table =
        manifest.parse().map_err(|error| fail(format!("Cargo.toml does not parse: {error}")))?;
    let workspace = table.get("workspace");
    let version = workspace
        .and_then(|workspace| workspace.get("package")?.get("version")?.as_str())
        .ok_or_else(|| fail("Cargo.toml has no workspace.package.version".to_owned()))?;

    let named = packages.iter().map(|package| (package.name.as_str(), Some(package.version.as_str())));
    let ours = workspace.and_then(|workspace| workspace.get("dependencies")?.as_table());
    let asked = ours.into_iter().flatten().filter(|(_, value)| value.get("path").is_some());
    let asked = asked.map(|(name, value)| (name.as_str(), value.get("version").and_then(Value::as_str)));
    for (name, found) in named.chain(asked) {
        if found != Some(version) {
            let found = found.unwrap_or("absent");
            return Err(fail(format!(
                "the version of {name} is {found}; expected {version}, that of the workspace"
            )));
        }
    }
    Ok(version.to_owned())
}

/// Whether a changelog has `## 1.2.3` or `## [1.2.3]`, with or without a date after it.
fn has_section(changelog: &str, version: &str) -> bool {
    changelog.lines().filter_map(|line| line.strip_prefix("## ")).any(|title| {
        let first = title.split_whitespace().next().unwrap_or_default();
        first.trim_start_matches('[').trim_end_matches(']') == version
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"[workspace.package]
version = "0.2.0"

[workspace.dependencies]
po-core = { path = "crates/po-core", version = "0.2.0" }
serde = { version = "1" }
csv = "1"
"#;

    fn package(version: &str) -> Package {
        Package { name: "po-hrp".to_owned(), version: version.to_owned(), ..Package::default() }
    }

    #[test]
    fn one_version_everywhere_passes() {
        assert_eq!(lockstep(MANIFEST, &[package("0.2.0")]), Ok("0.2.0".to_owned()));
    }

    #[test]
    fn a_version_out_of_step_is_named() {
        let failure = lockstep(MANIFEST, &[package("0.1.0")]).unwrap_err();
        assert_eq!(
            failure.message(),
            "the version of po-hrp is 0.1.0; expected 0.2.0, that of the workspace"
        );
        let behind = MANIFEST.replace("po-core\", version = \"0.2.0\"", "po-core\", version = \"0.1.0\"");
        let failure = lockstep(&behind, &[]).unwrap_err();
        assert_eq!(
            failure.message(),
            "the version of po-core is 0.1.0; expected 0.2.0, that of the workspace"
        );
        let without = MANIFEST.replace(", version = \"0.2.0\"", "");
        let failure = lockstep(&without, &[]).unwrap_err();
        assert_eq!(
            failure.message(),
            "the version of po-core is absent; expected 0.2.0, that of the workspace"
        );
        assert!(lockstep("[workspace]", &[]).is_err());
    }

    #[test]
    fn a_version_has_its_section() {
        for title in ["## 0.2.0", "## [0.2.0]", "## [0.2.0] - 2026-01-31", "## 0.2.0 (2026-01-31)"] {
            assert!(has_section(&format!("# Changelog\n\n{title}\n"), "0.2.0"), "{title}");
        }
        for title in ["## 0.2.01", "# 0.2.0", "## Unreleased", "0.2.0"] {
            assert!(!has_section(title, "0.2.0"), "{title}");
        }
    }

    #[test]
    fn publishing_is_left_to_a_person() {
        let failure = run(&Args { dry_run: false }).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.message().contains("cargo publish --workspace"), "{failure:?}");
    }
}
