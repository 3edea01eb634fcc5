//! `cargo xtask reproduction`: experiments of the literature, run again; their figures stand in `docs/reproductions.md`.
//!
//! The experiments are examples of the unpublished package of the benches, so that they may need what they like.

use clap::ValueEnum;

use crate::shell::{CommandLine, Outcome};

/// Run experiments of the literature again, in release; the tables go to standard output.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which one; without a name, all of them.
    pub(crate) study: Option<Study>,
    /// Arguments for the experiment, such as --iterations 1000, --seed 7 or --threads 1.
    #[arg(last = true)]
    pub(crate) args: Vec<String>,
}

/// What is reproduced.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Study {
    /// López de Prado (2016): variances out of sample of minimum variance, inverse variance and HRP.
    Hrp,
}

impl Study {
    /// The example that does it, and what makes it as long as in the paper.
    fn words(self) -> &'static str {
        match self {
            Study::Hrp => "monte_carlo -- --iterations 10000",
        }
    }
}

pub(crate) fn run(args: &Args) -> Outcome {
    lines(args).iter().try_for_each(CommandLine::run)
}

fn lines(args: &Args) -> Vec<CommandLine> {
    let studies = args.study.as_ref().map_or(Study::value_variants(), std::slice::from_ref);
    let line = |study: &Study| {
        let words = study.words();
        // Where an argument is given twice, the later one counts.
        CommandLine::cargo(&format!("run --quiet --release -p po-benches --example {words}"))
            .args(args.args.clone())
    };
    studies.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_is_an_example_of_the_benches() {
        let args = Args { study: Some(Study::Hrp), args: vec!["--iterations".into(), "50".into()] };
        let shown: Vec<String> = lines(&args).iter().map(CommandLine::to_string).collect();
        assert_eq!(
            shown,
            ["cargo run --quiet --release -p po-benches --example monte_carlo -- \
              --iterations 10000 --iterations 50"]
        );
    }

    #[test]
    fn without_a_name_all_are_run() {
        let args = Args { study: None, args: vec![] };
        assert_eq!(lines(&args).len(), Study::value_variants().len());
    }
}
