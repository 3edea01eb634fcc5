//! `cargo xtask features`: each published package compiles with none, each and all of its features.

use crate::shell::{CommandLine, Failure, Outcome, say};
use crate::tidy::METHODS;
use crate::workspace::{self, Package};

/// Check each published package with none, each and all of its features.
#[derive(Debug, clap::Args)]
pub(crate) struct Args;

const ENGINE: &str = "po-engine";

/// The methods that factorise nothing: who asks for them must not pay for faer.
const WITHOUT_FAER: &[&str] = &["po-hrp"];

pub(crate) fn run(_: &Args) -> Outcome {
    let packages = workspace::packages()?;
    for package in workspace::published(&packages) {
        checks(package).iter().try_for_each(CommandLine::run)?;
    }
    for package in packages.iter().filter(|package| package.name == ENGINE) {
        methods_of(package).into_iter().try_for_each(alone)?;
    }
    Ok(())
}

/// Clippy rather than check: it fails on what a feature leaves unused, and shares the compiled dependencies.
fn checks(package: &Package) -> Vec<CommandLine> {
    let with = |features: &[&str]| {
        CommandLine::cargo("clippy --quiet --no-deps -p")
            .args([package.name.as_str()])
            .args(features.iter().copied())
            .args(["--", "-D", "warnings"])
    };
    let each = package.features.iter().map(|feature| with(&["--no-default-features", "--features", feature]));
    let mut lines = vec![with(&["--no-default-features"])];
    lines.extend(each);
    if package.features.len() > 1 {
        lines.push(with(&["--all-features"]));
    }
    lines
}

/// The methods that the engine has a feature for.
fn methods_of(engine: &Package) -> Vec<&'static str> {
    let has = |method: &str| {
        method.strip_prefix("po-").is_some_and(|name| engine.features.iter().any(|f| f == name))
    };
    METHODS.iter().copied().filter(|method| has(method)).collect()
}

/// Whether the engine with one method brings that method alone.
fn alone(method: &str) -> Outcome {
    let feature = method.trim_start_matches("po-");
    let line =
        CommandLine::cargo("tree -p po-engine --no-default-features -e normal --prefix none --format {p}")
            .args(["--features", feature]);
    say(&format!("  $ {line}"));
    let tree = line.read()?;
    let strangers = strangers(&tree, method);
    if strangers.is_empty() {
        return Ok(());
    }
    let names = strangers.join(", ");
    Err(Failure::Check(format!("feature {feature} of {ENGINE} brings {names}; expected {method} alone")))
}

/// The other methods in a tree of `method`, and faer where it has no business.
fn strangers<'a>(tree: &'a str, method: &str) -> Vec<&'a str> {
    let stranger = |name: &str| {
        let other = METHODS.contains(&name) && name != method;
        let faer = name == "faer" || name.starts_with("faer-");
        other || faer && WITHOUT_FAER.contains(&method)
    };
    let mut names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| stranger(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(features: &[&str]) -> Package {
        Package {
            name: "po-x".to_owned(),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            ..Package::default()
        }
    }

    #[test]
    fn each_feature_is_checked_alone() {
        let lines: Vec<String> =
            checks(&package(&["default", "serde"])).iter().map(CommandLine::to_string).collect();
        let expected = [
            "--no-default-features",
            "--no-default-features --features default",
            "--no-default-features --features serde",
            "--all-features",
        ];
        let expected =
            expected.map(|flags| format!("cargo clippy --quiet --no-deps -p po-x {flags} -- -D warnings"));
        assert_eq!(lines, expected);
        assert_eq!(checks(&package(&[])).len(), 1);
    }

    #[test]
    fn the_methods_are_those_with_a_feature() {
        assert_eq!(methods_of(&package(&["full", "hrp", "risk-budget"])), ["po-hrp", "po-risk-budget"]);
    }

    #[test]
    fn strangers_are_named_once() {
        let tree = "po-engine v0.1.0 (/r)\npo-core v0.1.0 (/r)\npo-hrp v0.1.0 (/r)\nkodama v0.3.0\n";
        assert_eq!(strangers(tree, "po-hrp"), [""; 0]);
        let more =
            format!("{tree}po-tail v0.1.0 (/r)\nfaer v0.24.0\nfaer-traits v0.24.0\nfaer v0.24.0 (*)\n");
        assert_eq!(strangers(&more, "po-hrp"), ["faer", "faer-traits", "po-tail"]);
        assert_eq!(strangers(&more, "po-tail"), ["po-hrp"]);
    }
}
