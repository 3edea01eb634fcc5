//! Flags that a method does not use are refused by name, and so is what a flag lacks.

use crate::optima::folder;

/// Refused with status 2 and exactly this message.
fn refused(args: &[&str], message: &str) {
    let done = folder().po(&[&["allocate", "prices.csv"], args].concat());
    assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2), "{args:?}");
    assert_eq!(done.out, "");
}

const OPTIMISERS: &str = "min-variance, mean-variance, max-return, min-risk, max-sharpe, max-diversification, max-decorrelation, min-tracking-error or robust";
const CONSTRAINED: &str = "min-variance, mean-variance, max-return, min-risk, max-sharpe, max-diversification, max-decorrelation, min-tracking-error, robust, min-cvar, mean-cvar, risk-parity or risk-budget";
const CLUSTERS: &str = "hrp, herc, nco, schur";
const MEASURING: &str =
    "hrp, herc, max-return, min-risk, max-sharpe, min-cvar, mean-cvar, risk-parity or risk-budget";
const WITH_MEANS: &str = "mean-variance, max-return, min-risk, max-sharpe, robust or mean-cvar";

#[test]
fn each_flag_is_refused_where_it_has_no_meaning() {
    let constrained = format!("{CLUSTERS}, {CONSTRAINED}");
    let tracking = format!("{CLUSTERS}, {OPTIMISERS}");
    for (flag, value, method, users) in [
        ("--bounds", "0:1", "equal-weight", constrained.as_str()),
        ("--bounds", "0:1", "inverse-variance", &constrained),
        ("--group-bounds", "x=0:1", "inverse-volatility", &constrained),
        ("--explain", "", "inverse-variance", &constrained),
        ("--explain", "", "equal-weight", &constrained),
        ("--constraint", "AAA <= 0.5", "inverse-variance", &constrained),
        ("--constraints", "limits.csv", "equal-weight", &constrained),
        ("--benchmark", "held.csv", "risk-parity", &tracking),
        ("--nearness", "relative", "min-variance", "hrp, herc, nco or schur"),
        ("--costs-bps", "10", "min-variance", WITH_MEANS),
        ("--cost-horizon", "2", "max-diversification", WITH_MEANS),
        ("--means", "means.csv", "min-variance", WITH_MEANS),
        ("--market", "market.csv", "min-tracking-error", WITH_MEANS),
        ("--market-risk-aversion", "3", "max-decorrelation", WITH_MEANS),
        ("--view", "AAA == 5%", "hrp", WITH_MEANS),
        ("--view-confidence", "0.5", "risk-parity", WITH_MEANS),
        ("--risk-free", "0.02", "min-variance", WITH_MEANS),
        ("--risk-aversion", "2", "max-sharpe", "mean-variance, robust or mean-cvar"),
        ("--target-return", "0.1", "mean-variance", "min-risk"),
        ("--target-volatility", "0.1", "min-risk", "max-return"),
        ("--kappa", "1", "mean-variance", "robust"),
        ("--budget", "AAA=1", "risk-parity", "risk-budget"),
        ("--risk", "cvar", "equal-weight", MEASURING),
        ("--risk", "cvar", "nco", MEASURING),
        ("--risk", "cvar", "schur", MEASURING),
        ("--confidence", "0.9", "min-variance", MEASURING),
        ("--codependence", "kendall", "equal-weight", "hrp, herc, nco or schur"),
        ("--gamma", "0.5", "hrp", "schur"),
        ("--division", "assets", "hrp", "herc"),
    ] {
        let message = format!("{flag} has no meaning for --method {method}, expected --method {users}");
        let args: Vec<&str> =
            ["--method", method, flag, value].into_iter().filter(|arg| !arg.is_empty()).collect();
        refused(&args, &message);
    }
}

/// Each would change nothing where it stands alone.
#[test]
fn flags_of_a_hierarchy_are_not_ignored() {
    let benchmark = "--benchmark needs --constraint, such as --constraint 'tracking-error <= 2%'";
    let nearness = "--nearness needs --constraint, or bounds that the method does not keep by itself";
    let order = "--leaf-order for other methods than hrp and schur needs --plot FILE, or --output svg or html: it changes nothing but their picture";
    for (args, message) in [
        (&["--benchmark", "held.csv"][..], benchmark),
        (&["--method", "herc", "--bounds", "0:0.5", "--benchmark", "held.csv"], benchmark),
        (&["--nearness", "euclidean"], nearness),
        (&["--method", "schur", "--bounds", "0:0.5", "--nearness", "relative"], nearness),
        (&["--method", "herc", "--leaf-order", "optimal"], order),
        (&["--method", "min-variance", "--leaf-order", "spectral"], order),
        (
            &["--stability=20", "--output", "svg"],
            "--stability needs --output table, json, csv or html: a picture has no room for it",
        ),
    ] {
        refused(args, message);
    }
    for args in [
        &["--method", "nco", "--bounds", "0:0.5", "--nearness", "euclidean"][..],
        &["--method", "herc", "--leaf-order", "optimal", "--output", "svg"],
        &["--method", "schur", "--leaf-order", "optimal"],
    ] {
        assert_eq!(folder().po(&[&["allocate", "prices.csv"], args].concat()).status, 0, "{args:?}");
    }
}

#[test]
fn what_is_lacking_is_named() {
    for (args, message) in [
        (
            vec!["--method", "min-risk"],
            "--method min-risk needs --target-return, such as --target-return 0.08",
        ),
        (vec!["--method", "min-tracking-error"], "--method min-tracking-error needs --benchmark FILE"),
        (
            vec!["--method", "risk-budget"],
            "--method risk-budget needs --budget, such as --budget AAPL=0.3,MSFT=0.2",
        ),
        (vec!["--method", "max-sharpe", "--costs-bps", "10"], "--costs-bps needs --current FILE"),
        (vec!["--method", "max-sharpe", "--cost-horizon", "2"], "--cost-horizon needs --costs-bps BPS"),
        (
            vec!["--method", "min-variance", "--constraint", "turnover <= 10%"],
            "a limit on turnover needs --current FILE",
        ),
        (
            vec!["--method", "min-variance", "--constraint", "tracking-error <= 2%"],
            "a limit on the tracking error needs --benchmark FILE",
        ),
        (
            vec!["--method", "risk-parity", "--measure", "mad", "--bounds", ":0.5"],
            "a risk budget within constraints needs --risk volatility",
        ),
        (
            vec!["--method", "risk-parity", "--confidence", "0.9"],
            "--confidence needs --risk with a tail, such as --risk cvar",
        ),
        (
            vec!["--method", "max-sharpe", "--market-risk-aversion", "3"],
            "--market-risk-aversion needs --market FILE",
        ),
        (vec!["--method", "max-sharpe", "--view-confidence", "0.3"], "--view-confidence needs --view TEXT"),
        (
            vec!["--method", "max-sharpe", "--means", "held.csv", "--market", "market.csv"],
            "--means and --market both tell the expected returns, expected one of them",
        ),
    ] {
        refused(&args, message);
    }
}

#[test]
fn numbers_have_ranges() {
    for (args, message) in [
        (vec!["mean-variance", "--risk-aversion", "0"], "--risk-aversion is 0, expected a positive number"),
        (vec!["robust", "--risk-aversion=-1"], "--risk-aversion is -1, expected zero or more"),
        (vec!["robust", "--kappa=-1"], "--kappa is -1, expected zero or more"),
        (
            vec!["max-return", "--target-volatility", "0"],
            "--target-volatility is 0, expected a positive number",
        ),
        (vec!["min-risk", "--target-return", "inf"], "--target-return is inf, expected a finite number"),
        (vec!["max-sharpe", "--risk-free", "NaN"], "--risk-free is NaN, expected a finite number"),
        (
            vec!["risk-parity", "--measure", "evar", "--confidence", "95"],
            "--confidence is 95, expected a number between 0 and 1, such as 0.95",
        ),
        (
            vec!["max-sharpe", "--view", "AAA == 1%", "--view-confidence", "50"],
            "--view-confidence is 50, expected a number from 0 to 1",
        ),
        (
            vec!["max-sharpe", "--view", "AAA == 1%", "--view-confidence", "0.1,0.2"],
            "--view-confidence has 2 numbers for 1 views, expected one for all, or one for each",
        ),
        (
            vec!["max-sharpe", "--market", "market.csv", "--market-risk-aversion", "0"],
            "--market-risk-aversion is 0, expected a positive number",
        ),
        (
            vec!["max-sharpe", "--current", "held.csv", "--costs-bps", "1", "--cost-horizon", "0"],
            "--cost-horizon is 0, expected a positive number",
        ),
        (
            vec!["max-sharpe", "--current", "held.csv", "--costs-bps=-1"],
            "--costs-bps is \"-1\", expected a number of basis points such as 10, or a CSV file with the columns asset,bps",
        ),
    ] {
        refused(&[&["--method"], args.as_slice()].concat(), message);
    }
    let done = folder().po(&["frontier", "prices.csv", "--points", "1"]);
    assert_eq!(
        (done.err.as_str(), done.status),
        ("error: --points is 1, expected at least 2 portfolios\n", 2)
    );
    let done = folder().po(&["frontier", "prices.csv", "--risk-free", "inf"]);
    assert_eq!(
        (done.err.as_str(), done.status),
        ("error: --risk-free is inf, expected a finite number\n", 2)
    );
}
