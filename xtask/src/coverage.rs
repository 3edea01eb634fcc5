//! `cargo xtask coverage`: which lines of the libraries no test reaches.

use crate::shell::{CommandLine, Failure, Outcome, cargo_has};
use crate::workspace::{self, Package};

/// Measure which lines of the libraries the tests reach; needs cargo-llvm-cov.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write target/llvm-cov/html/index.html instead of a table.
    #[arg(long)]
    pub(crate) html: bool,
    /// Fail when fewer lines than this are reached, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(..=100))]
    pub(crate) fail_under: u8,
}

const HOW_TO_GET_IT: &str = "coverage needs cargo-llvm-cov; get it with\n  \
    rustup component add llvm-tools\n  cargo install cargo-llvm-cov --locked";

pub(crate) fn run(args: &Args) -> Outcome {
    if !cargo_has("llvm-cov") {
        return Err(Failure::Usage(HOW_TO_GET_IT.to_owned()));
    }
    command(args, &workspace::packages()?, cargo_has("nextest")).run()
}

fn command(args: &Args, packages: &[Package], nextest: bool) -> CommandLine {
    let libraries = workspace::published(packages).filter(|package| !package.has_binary);
    CommandLine::cargo("llvm-cov")
        .args(nextest.then_some("nextest"))
        .args(["--all-features"])
        .args(libraries.flat_map(|package| ["-p".to_owned(), package.name.clone()]))
        .args(["--fail-under-lines".to_owned(), args.fail_under.to_string()])
        .args([if args.html { "--html" } else { "--show-missing-lines" }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_are_measured_and_nothing_else() {
        let of = |name: &str, published, has_binary| Package {
            name: name.to_owned(),
            published,
            has_binary,
            ..Package::default()
        };
        let packages = [of("po-cli", true, true), of("po-core", true, false), of("xtask", false, true)];
        assert_eq!(
            command(&Args { html: false, fail_under: 100 }, &packages, true).to_string(),
            "cargo llvm-cov nextest --all-features -p po-core --fail-under-lines 100 --show-missing-lines"
        );
        assert_eq!(
            command(&Args { html: true, fail_under: 90 }, &packages, false).to_string(),
            "cargo llvm-cov --all-features -p po-core --fail-under-lines 90 --html"
        );
    }

    #[test]
    fn a_lacking_tool_comes_with_how_to_get_it() {
        assert!(HOW_TO_GET_IT.contains("cargo install cargo-llvm-cov"));
        assert!(HOW_TO_GET_IT.contains("\n  rustup component add llvm-tools\n  cargo"));
    }
}
