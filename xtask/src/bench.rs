//! `cargo xtask bench`: the benches, all or those whose name holds a filter.

use crate::shell::{CommandLine, Outcome};

/// Run the benches; figures go to target/criterion.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the benches whose name contains this.
    pub(crate) filter: Option<String>,
    /// Arguments for criterion, such as --sample-size 10 or --baseline main.
    #[arg(last = true)]
    pub(crate) criterion: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    command(args).run()
}

fn command(args: &Args) -> CommandLine {
    let line = CommandLine::cargo("bench -p po-benches");
    if args.filter.is_none() && args.criterion.is_empty() {
        return line;
    }
    line.args(["--"]).args(args.filter.clone()).args(args.criterion.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_comes_before_the_arguments_of_criterion() {
        let all = Args { filter: None, criterion: vec![] };
        assert_eq!(command(&all).to_string(), "cargo bench -p po-benches");
        let some = Args { filter: Some("ward".into()), criterion: vec!["--quick".into()] };
        assert_eq!(command(&some).to_string(), "cargo bench -p po-benches -- ward --quick");
    }
}
