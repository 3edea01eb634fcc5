//! What `po correlation` refuses, and in which words.

use crate::correlation::correlation;
use crate::optima::folder;

#[test]
fn slips_are_answered() {
    let folder = folder();
    let refused = |args: &[&str], message: &str| {
        let done = correlation(&folder, args);
        assert!(done.err.ends_with(&format!("error: {message}\n")), "{args:?}: {}", done.err);
        assert_eq!((done.status, done.out.as_str()), (2, ""));
    };
    let such = "expected two names with a colon between them, such as AAPL:MSFT";
    let alone = "names one asset, expected two or more, such as AAPL,MSFT";
    refused(&["--pairs", "AAA"], &format!("--pairs \"AAA\" {alone}"));
    refused(&["--pairs", "AAA:BBB", "-p", "CCC"], &format!("--pairs \"CCC\" {alone}"));
    refused(
        &["--pairs", "AAA:BBB,CCC"],
        "--pairs \"AAA:BBB,CCC\" mixes names and pairs, expected names, such as AAPL,MSFT,XOM for all pairs among them, or pairs, such as AAPL:MSFT,AAPL:XOM",
    );
    for pairs in ["AAA,BBB,", ",AAA", ""] {
        let lacks = "lacks a name, expected names such as AAPL,MSFT or pairs such as AAPL:MSFT";
        refused(&["--pairs", pairs], &format!("--pairs {pairs:?} {lacks}"));
    }
    let twice = "names an asset twice, expected each once";
    refused(&["--pairs", "AAA,BBB,AAA"], &format!("--pairs \"AAA,BBB,AAA\" {twice}"));
    let pair_twice = "stands there twice, expected each pair once";
    refused(&["-p", "AAA,BBB,CCC", "-p", "CCC:BBB"], &format!("--pairs \"CCC:BBB\" {pair_twice}"));
    refused(&["-p", "CCC:BBB", "-p", "AAA,BBB,CCC"], &format!("--pairs \"BBB:CCC\" {pair_twice}"));
    refused(
        &["--pairs", "AAA,BBBB"],
        "asset \"BBBB\" of --pairs is not in prices.csv, did you mean \"BBB\"?",
    );
    let many: Vec<String> = (0..46).map(|asset| format!("A{asset}")).collect();
    let many = many.join(",");
    refused(&["--pairs", &many], &format!("--pairs {many:?} makes more than 1000 pairs, expected fewer"));
    refused(
        &["--pairs", "A,B,C,D,E,F,G,H,I", "--plot", "f.svg"],
        "a picture has room for at most 28 pairs, and --pairs asks for 36; --output csv writes all",
    );
    refused(&["--pairs", "AAA:BBB:CCC"], &format!("--pairs \"AAA:BBB:CCC\" is no pair, {such}"));
    refused(
        &["--pairs", "AAA:"],
        "--pairs \"AAA:\" lacks a name, expected two with a colon between them, such as AAPL:MSFT",
    );
    refused(&["--pairs", "AAA:AAA"], "--pairs \"AAA:AAA\" is an asset with itself, expected two assets");
    refused(
        &["--pairs", "AAA:BBB,BBB:AAA"],
        "--pairs \"BBB:AAA\" stands there twice, expected each pair once",
    );
    refused(
        &["--pairs", "AAA:BBBB"],
        "asset \"BBBB\" of --pairs is not in prices.csv, did you mean \"BBB\"?",
    );
    refused(&["-a", "AAAA,BBB"], "asset \"AAAA\" of --assets is not in prices.csv, did you mean \"AAA\"?");
    refused(
        &["--pairs", "AAA:BBB", "--assets", "AAA,CCC"],
        "asset \"BBB\" of --pairs is left out by --missing or --assets, expected one that is kept",
    );
    for kind in ["sample", "oas", "minimum-determinant"] {
        refused(
            &["--pairs", "AAA:BBB", "--covariance", kind],
            &format!(
                "--model {kind} gives one correlation for all dates, expected --model ewma, adaptive-ewma, dcc or dcc-nonlinear with --pairs"
            ),
        );
    }
    refused(
        &["--pairs", "AAA:BBB", "--semidefinite", "clip"],
        "--semidefinite has no meaning with --pairs: it is about the whole matrix",
    );
    refused(&["--half-life", "9"], "--half-life needs --model ewma");
    refused(
        &["--pairs", "AAA:BBB", "--covariance", "dcc", "--half-life", "9"],
        "--half-life needs --model ewma",
    );
    refused(
        &["--pairs", "AAA:BBB", "--half-life", "0"],
        "the half-life is 0, expected a number of bars in [0.01, 1e9]",
    );
    refused(
        &["--pairs", "AAA:BBB", "--window", "19"],
        "prices.csv has 19 rows of returns, expected at least 20",
    );
    for date in ["2020-01-01", "2023-12", "2030-01-01", "2024-04-20"] {
        let expected = "expected a date from 2024-01-01 to 2024-04-19, the first and the last of prices.csv";
        refused(&["--at", date], &format!("--at is {date}, {expected}"));
    }
    for date in ["01/02/2024", "soon", "2024-13-01"] {
        refused(&["--at", date], &format!("--at is {date:?}, expected a date such as 2024-01-31"));
    }
    refused(&["--at", "2024-01-01"], "prices.csv up to 2024-01-01 has 1 row of prices, expected at least 3");
    refused(
        &["--at", "2024-01-17", "--window", "50"],
        "--window 50 asks for more observations than there are, expected at most 5, the rows in which every asset has a return",
    );
    refused(&["-a", "AAA"], "prices.csv has 1 asset to correlate, expected at least 2");
    refused(
        &["--plot", "f.png"],
        "--plot \"f.png\" ends in none of .svg and .html, expected a file such as f.svg",
    );
}
