//! What `--evaluate` refuses, and in which words.

use crate::evaluate::{LEFT_OUT, evaluate};
use crate::optima::folder;
use crate::po::Folder;

#[test]
fn slips_are_answered() {
    let folder = folder();
    let names = "sample, ewma, adaptive-ewma, ledoit-wolf, constant-correlation, single-factor, oas, nonlinear, denoised, gerber, spearman, kendall, minimum-determinant, semi, dcc, dcc-nonlinear";
    let unknown = format!("\"xyz\" of --entrants is unknown, expected some of {names}");
    let needed = "--evaluate";
    for (args, message) in [
        (vec!["--entrants", "sample,oas"], format!("--entrants needs {needed}")),
        (vec!["--in-sample", "40"], format!("--in-sample needs {needed}")),
        (vec!["--every", "5"], format!("--every needs {needed}")),
        (vec!["--confidence-set", "0.9"], format!("--confidence-set needs {needed}")),
        (vec!["-e=false", "--seed", "3"], format!("--seed needs {needed}")),
        (
            vec!["-e", "--pairs", "AAA:BBB"],
            "--pairs has no meaning with --evaluate: it is about the whole covariance".to_owned(),
        ),
        (
            vec!["-e", "--plot", "x.svg"],
            "--plot has no meaning with --evaluate: there is no picture of it".to_owned(),
        ),
        (
            vec!["-e", "--covariance", "oas"],
            "--model has no meaning with --evaluate: --entrants chooses the estimators".to_owned(),
        ),
        (
            vec!["-e", "--half-life", "3"],
            "--half-life has no meaning with --evaluate: --entrants takes one, such as ewma=30".to_owned(),
        ),
        (
            vec!["-e", "--semidefinite", "clip"],
            "--semidefinite has no meaning with --evaluate: forecasts are scored as they are".to_owned(),
        ),
        (vec!["-e", "--in-sample", "1"], "--in-sample is 1, expected at least 2 observations".to_owned()),
        (vec!["-e", "--every", "0"], "--every is 0, expected at least 1 observation".to_owned()),
        (vec!["-e", "--window", "1"], "--window is 1, expected at least 2 observations".to_owned()),
        (
            vec!["-e", "--confidence-set", "90"],
            "--confidence-set is 90, expected a number between 0 and 1, such as 0.9".to_owned(),
        ),
        (
            vec!["-e", "--entrants", "ledoit,sample"],
            "\"ledoit\" of --entrants is unknown, did you mean \"ledoit-wolf\"?".to_owned(),
        ),
        (vec!["-e", "--entrants", "xyz,sample"], unknown),
        (
            vec!["-e", "--entrants", "sample"],
            "--entrants \"sample\" leaves nothing to compare, expected at least 2 estimators".to_owned(),
        ),
        (
            vec!["-e", "--entrants", "ewma=30,ewma=30.0"],
            "--entrants \"ewma=30\" stands there twice, expected each estimator once".to_owned(),
        ),
        (
            vec!["-e", "--entrants", "sample,ewma=0"],
            "--entrants \"ewma=0\" has no half-life, expected from 0.01 to 1e9, such as ewma=30".to_owned(),
        ),
        (
            vec!["-e", "--entrants", "oas=3,sample"],
            "--entrants \"oas=3\" has a number, expected one for ewma only: its half-life, such as ewma=30"
                .to_owned(),
        ),
    ] {
        let done = evaluate(&folder, &args);
        assert_eq!(done.err, format!("error: {message}\n"), "{args:?}");
        assert_eq!((done.status, done.out.as_str()), (2, ""));
    }
}

/// What was noted of the data before is told as well, in JSON too: it is often the reason.
#[test]
fn data_that_do_not_do_are_told_with_what_was_noted() {
    let folder = folder();
    let few = "observations, the rows in which every asset has a return, and --evaluate needs";
    let missing = "the return of some asset: --missing drop-sparse=0.2 leaves out sparse assets instead, --assets chooses assets";
    for (args, message) in [
        (
            vec!["-e"],
            format!("prices.csv has 67 {few} 270: 250 before the first forecast (--in-sample), and 20 to score; --in-sample 47 or less would do"),
        ),
        (
            vec!["-e", "--in-sample", "50", "-o", "json"],
            format!("prices.csv has 67 {few} 70: 50 before the first forecast (--in-sample), and 20 to score; --in-sample 47 or less would do; 12 more rows lack {missing}"),
        ),
        (
            vec!["-e", "--in-sample", "20", "--window", "500"],
            "--window 500 asks for more observations than there are, expected at most 67, the rows in which every asset has a return".to_owned(),
        ),
    ] {
        let done = evaluate(&folder, &args);
        assert_eq!(done.err, format!("{LEFT_OUT}error: {message}\n"), "{args:?}");
        assert_eq!((done.status, done.out.as_str()), (2, ""));
    }
    let done = evaluate(&folder, &["-e", "--at", "2024-02-01"]);
    let lines: Vec<&str> = done.err.lines().collect();
    let (last, before) = lines.split_last().unwrap();
    let message = format!(
        "error: prices.csv up to 2024-02-01 has 16 {few} 270: 250 before the first forecast (--in-sample), and 20 to score"
    );
    assert_eq!(*last, message);
    assert!(!before.is_empty() && before.iter().all(|line| line.starts_with("warning: ")), "{before:?}");
    let done = evaluate(&folder, &["-e", "--assets", "AAA"]);
    assert_eq!(done.err, "error: prices.csv has 1 asset to correlate, expected at least 2\n");
    // One row that lacks a price.
    let row = |day: u32| {
        let late = if day == 0 { String::new() } else { (50 + day % 7).to_string() };
        format!("2024-{:02}-{:02},{},{late}\n", 1 + day / 28, 1 + day % 28, 100 + day % 5)
    };
    let prices = format!("date,A,B\n{}", (0..40).map(row).collect::<String>());
    let done = evaluate(&Folder::with("prices.csv", prices), &["-e", "--in-sample", "19"]);
    let message = format!(
        "error: prices.csv has 38 {few} 39: 19 before the first forecast (--in-sample), and 20 to score; --in-sample 18 or less would do; 1 more row lacks {missing}\n"
    );
    assert!(done.err.ends_with(&message), "{}", done.err);
}
