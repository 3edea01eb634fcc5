//! `cargo xtask real-data DIR`: the release build of `po` over files of real prices.
//!
//! The files are not ours to distribute, so that no test may need them; this verb says plainly what is not there.

mod tails;
mod walk_forward;

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::{CommandLine, Failure, Outcome, complain, say, since};
use crate::workspace;

/// Allocate over real price files, and test forecasts of their tails, with the release build of po; DIR is not part of the
/// repository.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder that holds the data, one sub-folder per source.
    pub(crate) dir: PathBuf,
}

/// A file of prices, and, where there are groups, the file that tells them and what is asked of each.
struct Case {
    prices: &'static str,
    groups: Option<(&'static str, &'static str)>,
}

const CASES: &[Case] = &[
    Case { prices: "us20_pypfopt/prices.csv.gz", groups: None },
    Case { prices: "sp500_20/prices.csv.gz", groups: None },
    Case {
        prices: "us_equity_A/adj_close.csv.gz",
        groups: Some(("us_equity_A/sectors.csv", "each gics_sector <= 20%")),
    },
    Case { prices: "crypto_binance/daily.csv.gz", groups: None },
    Case { prices: "etf21_ohlcv/ohlcv.csv.gz", groups: None },
];

/// What each file is allocated by, and whether the method takes what is asked of the groups.
const ALLOCATIONS: &[(&str, bool)] = &[
    ("hrp", false),
    ("min-variance", true),
    ("mean-variance", true),
    ("max-sharpe", true),
    ("max-diversification", true),
    ("max-decorrelation", true),
    ("risk-parity", false),
];

/// Files of returns, and the program of the benches that checks what is estimated from them.
const PROGRAMS: &[(&str, &str)] = &[
    ("garch_classic/dem2gbp.csv", "fcp"),
    ("garch_classic/dji30ret.csv.gz", "dow"),
    ("evt_classic/danish_fire.csv.gz", "danish"),
];

/// How large a gap an optimum may leave, and how far a risk budget may be missed.
const PROOF: f64 = 1e-10;

/// By how much the sum of the weights may miss one: rounding of a few hundred additions, and of the printed digits.
const SUM: f64 = 1e-9;

pub(crate) fn run(args: &Args) -> Outcome {
    let dir = fs::canonicalize(&args.dir).ok().filter(|dir| dir.is_dir());
    let Some(dir) = dir else {
        return Err(Failure::Usage(format!(
            "{} is not a folder; expected the folder of the data",
            args.dir.display()
        )));
    };
    let there: Vec<&Case> = CASES.iter().filter(|case| dir.join(case.prices).is_file()).collect();
    for case in CASES.iter().filter(|case| !dir.join(case.prices).is_file()) {
        say(&format!("  {}: skipped, not there", case.prices));
    }
    if there.is_empty() {
        return Err(Failure::Usage(format!("{} holds none of the files", args.dir.display())));
    }

    CommandLine::cargo("build --quiet --release -p po-cli").run()?;
    let po = workspace::target_directory()?.join("release").join(format!("po{EXE_SUFFIX}"));
    let mut failed = Vec::new();
    for case in there {
        for &(method, constrained) in ALLOCATIONS {
            match allocate(&po, case, (method, constrained), &dir) {
                Ok(line) => say(&format!("  {} by {method}: {line}", case.prices)),
                Err(failure) => {
                    complain(&format!("  {} by {method}: {}", case.prices, failure.message()));
                    failed.push(format!("{} by {method}", case.prices));
                }
            }
        }
    }
    for &(file, program) in PROGRAMS {
        if !dir.join(file).is_file() {
            say(&format!("  {file}: skipped, not there"));
            continue;
        }
        say(&format!("  {file} by {program}:"));
        let line = CommandLine::cargo(&format!("run --quiet --release -p po-benches --example {program} --"));
        if let Err(failure) = line.args([dir.join(file).to_string_lossy()]).run() {
            complain(&format!("  {file} by {program}: {}", failure.message()));
            failed.push(format!("{file} by {program}"));
        }
    }
    if let Err(failure) = tails::run(&po, &dir, &workspace::target_directory()?) {
        complain(&format!("  tails: {}", failure.message()));
        failed.push("tails".to_owned());
    }
    if let Err(failure) = walk_forward::run(&po, &dir, &workspace::target_directory()?) {
        complain(&format!("  walk-forward: {}", failure.message()));
        failed.push("walk-forward".to_owned());
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Check(format!("failed: {}", failed.join(", ")))) }
}

/// Runs `po allocate` over one case and returns its line of the report.
fn allocate(po: &Path, case: &Case, (method, constrained): (&str, bool), dir: &Path) -> Outcome<String> {
    let path = |file: &str| dir.join(file).to_string_lossy().into_owned();
    let groups = case.groups.map(|(file, limit)| (path(file), limit));
    let groups = groups.filter(|(file, _)| Path::new(file).is_file());
    let limit = groups.iter().filter(|_| constrained).flat_map(|(_, limit)| ["--constraint", *limit]);
    let line = CommandLine::new(&po.to_string_lossy(), ["allocate".to_owned(), path(case.prices)])
        .args(groups.iter().flat_map(|(file, _)| ["--groups", file.as_str()]))
        .args(limit)
        .args(["--method", method, "--output", "json"]);
    let start = Instant::now();
    let run = measure(&line)?;
    let taken = since(start);
    let report: Value = serde_json::from_str(&run.printed)
        .map_err(|error| Failure::Check(format!("`{line}` printed what is not JSON: {error}")))?;
    let summary = summarise(&report).map_err(|what| Failure::Check(format!("`{line}`: {what}")))?;
    let peak = run.peak.map_or_else(|| "unknown".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
    let absent =
        case.groups.filter(|_| groups.is_none()).map(|(file, _)| format!(", {file} skipped, not there"));
    Ok(format!("{summary}, {taken}, peak memory {peak}{}", absent.unwrap_or_default()))
}

/// What a program printed, and the most memory it held, in bytes, where the system tells.
struct Run {
    printed: String,
    peak: Option<u64>,
}

fn measure(line: &CommandLine) -> Outcome<Run> {
    let not_run = |error: std::io::Error| Failure::Check(format!("`{line}` could not be run: {error}"));
    let mut command = line.command();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_run)?;
    let output = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut printed = String::new();
        output.map(|mut output| output.read_to_string(&mut printed)).transpose().map(|_| printed)
    });
    let mut peak = None;
    let status = loop {
        // The high-water mark only rises, so the last one read is the best.
        peak = resident(&child).or(peak);
        match child.try_wait().map_err(not_run)? {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    let printed = reader.join().map_err(|_| Failure::Check(format!("the output of `{line}` was lost")))?;
    let printed = printed.map_err(not_run)?;
    if status.success() {
        Ok(Run { printed, peak })
    } else {
        Err(Failure::Check(format!("`{line}` failed: {status}")))
    }
}

/// The high-water mark of a running child's memory, in bytes; Linux only.
fn resident(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    high_water(&status)
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The gist of a report, or what is wrong with its weights.
fn summarise(report: &Value) -> Result<String, String> {
    let weights = weights(report)?;
    if let Some(weight) = weights.iter().find(|weight| **weight < 0.0) {
        return Err(format!("a weight is {weight}, expected zero or more"));
    }
    let sum: f64 = weights.iter().sum();
    if (sum - 1.0).abs() > SUM {
        return Err(format!("the weights sum to {sum}, expected 1 within {SUM:e}"));
    }
    let observations = report.get("observations").and_then(Value::as_u64).ok_or("no observations")?;
    let volatility = report.pointer("/risk/volatility_annualised").and_then(Value::as_f64);
    let volatility = volatility.ok_or("no risk.volatility_annualised")?;
    let percent = 100.0 * volatility;
    let proof = proof(report)?;
    Ok(format!(
        "{} assets, {observations} observations, volatility {percent:.2} % a year{proof}",
        weights.len()
    ))
}

/// The gap of an optimum, or what is wrong with its certificate; nothing where there is none.
fn proof(report: &Value) -> Result<String, String> {
    let status = report.get("status").and_then(Value::as_str).ok_or("no status")?;
    if status != "converged" {
        return Err(format!("the status is {status}, expected converged"));
    }
    let Some(certificate) = report.get("certificate") else { return Ok(String::new()) };
    let read = |name: &str| {
        let number = certificate.get(name).and_then(Value::as_f64).ok_or(format!("no certificate.{name}"))?;
        let sound = number.abs() <= PROOF;
        sound.then_some(number).ok_or(format!("the {name} is {number:e}, expected at most {PROOF:e}"))
    };
    read("primal_residual")?;
    read("dual_residual")?;
    Ok(format!(", gap {:.0e}", read("gap")?))
}

/// The weights, by name.
fn weights(report: &Value) -> Result<Vec<f64>, String> {
    let weights = report.get("weights").and_then(Value::as_object).ok_or("no weights")?;
    weights
        .iter()
        .map(|(name, weight)| {
            weight.as_f64().ok_or_else(|| format!("the weight of {name} is {weight}, expected a number"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(weights: &str) -> Value {
        let text = format!(
            r#"{{"weights": {weights}, "observations": 250, "risk": {{"volatility_annualised": 0.125}},
                "status": "converged", "certificate": {{"primal_residual": 0.0, "dual_residual": 1e-17, "gap": 2e-16}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_good_report_is_one_line() {
        let line = summarise(&report(r#"{"A": 0.25, "B": 0.75}"#)).unwrap();
        assert_eq!(line, "2 assets, 250 observations, volatility 12.50 % a year, gap 2e-16");
    }

    #[test]
    fn an_optimum_without_a_proof_is_told() {
        let wrong = |from: &str, to: &str| {
            let text = report(r#"{"A": 1.0}"#).to_string().replace(from, to);
            summarise(&serde_json::from_str(&text).unwrap()).unwrap_err()
        };
        assert_eq!(wrong("converged", "stalled"), "the status is stalled, expected converged");
        assert_eq!(wrong("2e-16", "0.5"), "the gap is 5e-1, expected at most 1e-10");
        assert_eq!(wrong("dual_residual", "dual"), "no certificate.dual_residual");
    }

    #[test]
    fn weights_off_the_simplex_are_told() {
        let wrong = |weights: &str| summarise(&report(weights)).unwrap_err();
        assert_eq!(wrong(r#"{"A": -0.25, "B": 1.25}"#), "a weight is -0.25, expected zero or more");
        assert_eq!(wrong(r#"{"A": 0.25, "B": 0.5}"#), "the weights sum to 0.75, expected 1 within 1e-9");
        assert_eq!(wrong(r#"{"A": null}"#), "the weight of A is null, expected a number");
        assert_eq!(wrong("1"), "no weights");
    }

    #[test]
    fn an_absent_folder_is_a_matter_of_usage() {
        let failure = run(&Args { dir: PathBuf::from("no-such-folder") }).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert_eq!(failure.message(), "no-such-folder is not a folder; expected the folder of the data");
    }

    #[test]
    fn a_folder_without_the_files_is_a_matter_of_usage() {
        let failure = run(&Args { dir: workspace::root().join("xtask") }).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.message().ends_with("holds none of the files"), "{failure:?}");
    }

    #[test]
    fn the_high_water_mark_is_read_from_the_status() {
        assert_eq!(high_water("Name:\tpo\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
        assert_eq!(high_water("Name:\tpo\n"), None);
    }

    #[test]
    fn a_child_is_measured() {
        let run = measure(&CommandLine::cargo("--version")).unwrap();
        assert!(run.printed.starts_with("cargo "), "{}", run.printed);
        let failure = measure(&CommandLine::cargo("no-such-verb")).err().unwrap();
        assert!(failure.message().starts_with("`cargo no-such-verb` failed"), "{failure:?}");
    }
}
