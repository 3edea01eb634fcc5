//! `cargo xtask validate`: everything CI runs, cheapest first.

use std::time::Instant;

use clap::ValueEnum;

use crate::shell::{CommandLine, Failure, Outcome, say, since};
use crate::workspace::{self, Package};
use crate::{features, test, tidy};

/// Run everything CI runs, cheapest first, up to the first failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A step to leave out; may be given several times.
    #[arg(long, value_name = "STEP")]
    pub(crate) without: Vec<Name>,
}

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Name {
    Fmt,
    Tidy,
    Clippy,
    Test,
    Doc,
    Features,
    Package,
}

/// What a step does.
enum Work {
    Lines(Vec<CommandLine>),
    Verb(&'static str, fn() -> Outcome),
}

pub(crate) fn run(args: &Args) -> Outcome {
    let start = Instant::now();
    let packages = workspace::packages()?;
    let dirty = workspace::is_dirty()?;
    for name in Name::value_variants() {
        if args.without.contains(name) {
            say(&format!("{}: left out", word(*name)));
        } else {
            step(*name, &work(*name, &packages, dirty))?;
        }
    }
    say(&format!("validate: ok, {}", since(start)));
    Ok(())
}

fn step(name: Name, work: &Work) -> Outcome {
    let start = Instant::now();
    let name = word(name);
    say(&format!("{name}:"));
    let (outcome, alone) = match work {
        Work::Lines(lines) => {
            let shown: Vec<String> = lines.iter().map(CommandLine::to_string).collect();
            (lines.iter().try_for_each(CommandLine::run), shown.join(" && "))
        }
        Work::Verb(verb, run) => {
            say(&format!("  $ {verb}"));
            (run(), (*verb).to_owned())
        }
    };
    let taken = since(start);
    outcome.map_err(|failure| {
        let told = format!("{}\nstep {name} failed after {taken}; run it alone: {alone}", failure.message());
        match failure {
            Failure::Check(_) => Failure::Check(told),
            Failure::Usage(_) => Failure::Usage(told),
        }
    })?;
    say(&format!("{name}: ok, {taken}"));
    Ok(())
}

fn word(name: Name) -> String {
    name.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn work(name: Name, packages: &[Package], dirty: bool) -> Work {
    match name {
        Name::Fmt => Work::Lines(vec![CommandLine::cargo("fmt --all --check")]),
        Name::Tidy => Work::Verb("cargo xtask tidy", || tidy::run(&tidy::Args::default())),
        Name::Clippy => Work::Lines(clippy(packages)),
        Name::Test => Work::Verb("cargo xtask test", || test::run(&test::Args::default())),
        Name::Doc => Work::Lines(vec![
            CommandLine::cargo("doc --workspace --all-features --no-deps").env("RUSTDOCFLAGS", "-D warnings"),
        ]),
        Name::Features => Work::Verb("cargo xtask features", || features::run(&features::Args)),
        Name::Package => Work::Lines(vec![package(packages, dirty)]),
    }
}

/// Twice: the second time what is published, without its tests, whose dependencies could hide a missing feature.
fn clippy(packages: &[Package]) -> Vec<CommandLine> {
    let published =
        workspace::published(packages).flat_map(|package| ["-p".to_owned(), package.name.clone()]);
    vec![
        CommandLine::cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
        CommandLine::cargo("clippy").args(published).args(["--all-features", "--", "-D", "warnings"]),
    ]
}

fn package(packages: &[Package], dirty: bool) -> CommandLine {
    // A dirty tree is packaged as it is; a clean one must not need the permission.
    let allow = dirty.then_some("--allow-dirty");
    CommandLine::cargo("package --quiet --workspace")
        .args(workspace::exclusions(packages))
        .args(workspace::from_the_tree(packages))
        .args(allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages() -> Vec<Package> {
        let of = |name: &str, published| Package {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            published,
            ..Package::default()
        };
        vec![of("po-benches", false), of("po-core", true), of("po-hrp", true), of("xtask", false)]
    }

    #[test]
    fn clippy_looks_again_at_what_is_published() {
        let lines: Vec<String> = clippy(&packages()).iter().map(CommandLine::to_string).collect();
        assert_eq!(
            lines,
            [
                "cargo clippy --workspace --all-targets --all-features -- -D warnings",
                "cargo clippy -p po-core -p po-hrp --all-features -- -D warnings",
            ]
        );
    }

    #[test]
    fn only_a_dirty_tree_is_packaged_with_permission() {
        let clean = "cargo package --quiet --workspace --exclude po-benches --exclude xtask \
                     --config 'patch.crates-io.po-core.path=\"crates/po-core\"' \
                     --config 'patch.crates-io.po-hrp.path=\"crates/po-hrp\"'";
        assert_eq!(package(&packages(), false).to_string(), clean);
        assert_eq!(package(&packages(), true).to_string(), format!("{clean} --allow-dirty"));
    }

    #[test]
    fn a_failed_step_says_how_to_run_it_alone() {
        let failure = step(Name::Fmt, &Work::Verb("cargo xtask x", || Err(Failure::Check("no".to_owned()))));
        let failure = failure.unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert!(failure.message().starts_with("no\nstep fmt failed after "), "{failure:?}");
        assert!(failure.message().ends_with("; run it alone: cargo xtask x"), "{failure:?}");
    }

    #[test]
    fn a_lacking_tool_remains_a_matter_of_usage() {
        let work = Work::Verb("cargo xtask x", || Err(Failure::Usage("install it".to_owned())));
        assert_eq!(step(Name::Fmt, &work).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn the_cheapest_steps_come_first() {
        let names: Vec<String> = Name::value_variants().iter().map(|name| word(*name)).collect();
        assert_eq!(names, ["fmt", "tidy", "clippy", "test", "doc", "features", "package"]);
    }
}
