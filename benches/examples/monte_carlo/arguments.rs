//! The command line of the experiment.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

use crate::methods::Failure;

const USAGE: &str =
    "usage: monte_carlo [--iterations N] [--seed N] [--threads N] [--chart FILE] [--exchange FILE]";

/// What to run; by default a few markets, which takes no time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arguments {
    /// Two or more.
    pub(crate) iterations: usize,
    pub(crate) seed: u64,
    pub(crate) threads: NonZeroUsize,
    /// Where to draw the result.
    pub(crate) chart: Option<PathBuf>,
    /// Where to write markets and portfolios, instead of running the experiment.
    pub(crate) exchange: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let threads = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let mut arguments = Self { iterations: 20, seed: 2016, threads, chart: None, exchange: None };
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} has no value; {USAGE}"))?;
            let wrong = |expected: &str| format!("{name} is {value}, expected {expected}");
            match name.as_str() {
                "--iterations" => {
                    let iterations = value.parse().ok().filter(|iterations| *iterations >= 2);
                    arguments.iterations = iterations.ok_or_else(|| wrong("a number of two or more"))?;
                }
                "--seed" => arguments.seed = value.parse().map_err(|_| wrong("a whole number"))?,
                "--threads" => {
                    arguments.threads = value.parse().map_err(|_| wrong("a number of one or more"))?;
                }
                "--chart" => arguments.chart = Some(value.into()),
                "--exchange" => arguments.exchange = Some(value.into()),
                _ => return Err(format!("{name} is not known; {USAGE}").into()),
            }
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn later_words_win() -> Result<(), String> {
        let arguments = parse(
            "--iterations 10000 --threads 3 --seed 1 --iterations 50 --exchange a.jsonl --chart b.svg",
        )?;
        let Arguments { iterations, seed, threads, chart, exchange } = arguments;
        assert_eq!((iterations, seed, threads.get()), (50, 1, 3));
        assert_eq!((exchange, chart), (Some("a.jsonl".into()), Some("b.svg".into())));
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |line| parse(line).err().unwrap_or_default();
        assert_eq!(wrong("--iterations 1"), "--iterations is 1, expected a number of two or more");
        assert_eq!(wrong("--threads 0"), "--threads is 0, expected a number of one or more");
        assert_eq!(wrong("--seed x"), "--seed is x, expected a whole number");
        assert!(wrong("--seed").starts_with("--seed has no value; usage: "));
        assert!(wrong("--x 1").starts_with("--x is not known; usage: "));
    }
}
