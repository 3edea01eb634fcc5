//! Tasks of this workspace: `cargo xtask <verb>`, one file per verb.
//!
//! Exit codes: 0 all is well, 1 a check failed, 2 wrong usage or a tool is lacking.

mod bench;
mod coverage;
mod features;
mod real_data;
mod release;
mod reproduction;
mod shell;
mod test;
mod tidy;
mod validate;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Validate(validate::Args),
    Test(test::Args),
    Bench(bench::Args),
    Tidy(tidy::Args),
    Features(features::Args),
    Coverage(coverage::Args),
    RealData(real_data::Args),
    Reproduction(reproduction::Args),
    Release(release::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().verb {
        Verb::Validate(args) => validate::run(&args),
        Verb::Test(args) => test::run(&args),
        Verb::Bench(args) => bench::run(&args),
        Verb::Tidy(args) => tidy::run(&args),
        Verb::Features(args) => features::run(&args),
        Verb::Coverage(args) => coverage::run(&args),
        Verb::RealData(args) => real_data::run(&args),
        Verb::Reproduction(args) => reproduction::run(&args),
        Verb::Release(args) => release::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            shell::complain(failure.message());
            ExitCode::from(failure.exit_code())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Verb, clap::Error> {
        Cli::try_parse_from(std::iter::once("xtask").chain(line.split_whitespace())).map(|cli| cli.verb)
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn validate_takes_the_steps_to_leave_out() {
        let verb = parse("validate --without test --without package").unwrap();
        let Verb::Validate(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.without, [validate::Name::Test, validate::Name::Package]);
    }

    #[test]
    fn an_unknown_step_suggests_the_nearest_one() {
        let message = parse("validate --without tset").unwrap_err().to_string();
        assert!(message.contains("'test'"), "{message}");
    }

    #[test]
    fn test_hands_its_arguments_on_unread() {
        let verb = parse("test -p po-hrp --no-fail-fast golden").unwrap();
        let Verb::Test(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.args, ["-p", "po-hrp", "--no-fail-fast", "golden"]);
    }

    #[test]
    fn bench_takes_a_filter_and_the_arguments_of_criterion() {
        let verb = parse("bench linkage -- --sample-size 10").unwrap();
        let Verb::Bench(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.filter.as_deref(), Some("linkage"));
        assert_eq!(args.criterion, ["--sample-size", "10"]);

        let verb = parse("bench -- --sample-size 10").unwrap();
        let Verb::Bench(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.filter, None);
        assert_eq!(args.criterion, ["--sample-size", "10"]);
    }

    #[test]
    fn coverage_asks_for_every_line_unless_told_otherwise() {
        let verb = parse("coverage").unwrap();
        let Verb::Coverage(args) = verb else { panic!("{verb:?}") };
        assert_eq!((args.html, args.fail_under), (false, 100));

        let verb = parse("coverage --html --fail-under 95").unwrap();
        let Verb::Coverage(args) = verb else { panic!("{verb:?}") };
        assert_eq!((args.html, args.fail_under), (true, 95));

        assert!(parse("coverage --fail-under 101").is_err());
    }

    #[test]
    fn real_data_needs_a_folder() {
        assert!(parse("real-data").is_err());
        let verb = parse("real-data prices").unwrap();
        let Verb::RealData(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.dir, std::path::Path::new("prices"));
    }

    #[test]
    fn reproduction_takes_a_study_and_its_arguments() {
        let verb = parse("reproduction hrp -- --iterations 50").unwrap();
        let Verb::Reproduction(args) = verb else { panic!("{verb:?}") };
        assert_eq!(args.study, Some(reproduction::Study::Hrp));
        assert_eq!(args.args, ["--iterations", "50"]);
        assert!(parse("reproduction no-such-study").is_err());
    }

    #[test]
    fn release_knows_its_dry_run() {
        let verb = parse("release --dry-run").unwrap();
        let Verb::Release(args) = verb else { panic!("{verb:?}") };
        assert!(args.dry_run);
    }
}
