//! Optimisers of tail risk: against independent references, closed forms, differences, and the words of refusals.

use serde_json::Value;

use crate::optima::{folder, object};
use crate::po::Folder;

/// The reference ends with a gap of some 1e-13 in the objective; vertices are found to more digits.
const SOLVED: f64 = 1e-8;

/// Where an objective is curved, a gap of 1e-13 leaves the square root of it in the weights.
const CURVED: f64 = 2e-5;

const EXPECTED: &str = include_str!("../data/cvar.json");

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn close(actual: &Value, expected: f64, tolerance: f64, what: &str) {
    assert!((number(actual) - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

#[test]
fn each_optimum_agrees_with_its_definition() {
    let (folder, expected) = (folder(), serde_json::from_str::<Value>(EXPECTED).unwrap());
    for (name, case) in expected["cases"].as_object().unwrap() {
        let args: Vec<&str> =
            case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        let actual = object(&folder, &[&["--method"], args.as_slice()].concat());
        assert_eq!(actual["status"], "converged", "{name}");
        close(&actual["objective"]["value"], number(&case["objective"]), SOLVED, name);
        close(&actual["objective"]["bound"], number(&case["objective"]), SOLVED, name);
        let tolerance = if ["robust", "evar"].contains(&name.as_str()) { CURVED } else { SOLVED };
        for (asset, weight) in case["weights"].as_object().unwrap() {
            close(
                &actual["weights"][asset],
                number(weight),
                tolerance,
                &format!("{name}, weight of {asset}"),
            );
        }
    }
}

/// Two assets that lose in turn: both bad days cost the same at 0.10 w - 0.02 (1 - w) = 0.05 (1 - w) - 0.05 w.
const TWO: &str =
    "date,A,B\n2024-01-01,-0.1,0.02\n2024-01-02,0.05,-0.05\n2024-01-03,0.05,0.02\n2024-01-04,0.05,0.02\n";

#[test]
fn two_assets_by_hand() {
    let folder = Folder::with("prices.csv", TWO);
    let args = ["--returns", "--method", "min-cvar", "--level", "0.75", "--explain"];
    let actual = object(&folder, &args);
    close(&actual["weights"]["A"], 7.0 / 22.0, 1e-12, "weight");
    let tail = &actual["tail"];
    for key in ["risk", "cvar", "var"] {
        close(&tail[key], 0.4 / 22.0, 1e-12, key);
    }
    assert_eq!((&tail["measure"], &tail["confidence"]), (&"cvar".into(), &0.75.into()));
    assert_eq!((&tail["scenarios"], &tail["tail_scenarios"]), (&4.into(), &2.into()));
    // The shares of both days make the marginal losses of the assets equal: -0.10 p + 0.05 q = 0.02 p - 0.05 q.
    let worst = tail["worst"].as_array().unwrap();
    let share = |date: &str| number(&worst.iter().find(|worst| worst["date"] == date).unwrap()["share"]);
    assert!(
        (share("2024-01-01") - 10.0 / 22.0).abs() < 1e-12
            && (share("2024-01-02") - 12.0 / 22.0).abs() < 1e-12
    );
    let table = folder.po(&[&["allocate", "prices.csv"], args.as_slice()].concat()).out;
    for line in [
        "The worst periods, of which the conditional value at risk at 75 % is a mean:\n",
        "2024-01-02  1.82 %            54.55 %\n",
        "at 75 %, conditional value at risk 1.82 % and value at risk 1.82 % per period\n2 of 4 scenarios make up the tail\n",
        "conditional value at risk at 75 % 1.82 % per period: no portfolio within the constraints has a smaller one by more than ",
    ] {
        assert!(table.contains(line), "{line} is not in\n{table}");
    }
    let csv = folder.po(&[&["allocate", "prices.csv", "--output", "csv"], args.as_slice()].concat()).out;
    assert!(csv.starts_with("asset,weight,volatility,risk_share,cluster\nA,0.318181818"), "{csv}");
}

#[test]
fn shadow_prices_are_what_the_next_bit_is_worth() {
    let folder = folder();
    for (method, flag, limit, label) in [
        (&["max-return"][..], "--cvar-limit", 0.012, "cvar"),
        (&["min-risk", "--risk", "cvar"], "--target-return", 0.24, "target return"),
        (&["max-return", "--risk", "cdar"], "--cvar-limit", 0.03, "cdar"),
    ] {
        let run = |limit: f64| {
            let limit = limit.to_string();
            object(&folder, &[&["--method"], method, &[flag, limit.as_str()]].concat())
        };
        let actual = run(limit);
        let prices = actual["shadow_prices"].as_array().unwrap();
        let price = prices.iter().find(|price| price["constraint"] == label).unwrap();
        close(&price["limit"], limit, 1e-15, label);
        let value = |limit: f64| number(&run(limit)["objective"]["value"]);
        // The optimum is linear in the limit but for kinks, of which none is as near.
        let difference = (value(limit + 1e-6) - value(limit - 1e-6)) / 2e-6;
        let price = number(&price["price"]);
        assert!((difference - price).abs() < 1e-4 * price.abs(), "{label}: {difference} is not {price}");
    }
}

#[test]
fn costs_and_turnover_are_kept() {
    let folder = folder();
    let start = ["--method", "mean-cvar", "--current", "held.csv", "--costs-bps", "20"];
    let free = object(&folder, &start);
    assert!(number(&free["turnover"]) > 0.2, "{}", free["turnover"]);
    let cost = 0.002 * number(&free["turnover"]);
    close(&free["expected_return"]["cost"], cost, 1e-12, "cost");
    let limited = object(&folder, &[start.as_slice(), &["--constraint", "turnover <= 20%"]].concat());
    close(&limited["turnover"], 0.2, 1e-9, "turnover");
}

fn refused(args: &[&str], status: i32, message: &str) {
    let done = folder().po(&[&["allocate", "prices.csv"], args].concat());
    assert_eq!(
        (done.err.as_str(), done.status),
        (format!("error: {message}\n").as_str(), status),
        "{args:?}"
    );
    assert_eq!(done.out, "");
}

#[test]
fn what_is_out_of_reach_is_told_with_what_is_in_reach() {
    for (args, message) in [
        (
            &["--method", "max-return", "--cvar-limit", "0.1%"][..],
            "--cvar-limit is 0.001, expected at least 0.0062, the least that the constraints allow",
        ),
        (
            &["--method", "min-risk", "--risk", "cvar", "--target-return", "2"],
            "--target-return is 2, expected at most 0.3501, the greatest that the constraints allow",
        ),
        (
            &["--method", "max-sharpe", "--risk", "cvar", "--risk-free", "0.5"],
            "no portfolio within the constraints has an expected return above --risk-free 0.5: the greatest is 0.3501, expected a higher one",
        ),
        (
            &[
                "--method",
                "min-cvar",
                "--current",
                "held.csv",
                "--constraint",
                "AAA >= 50%",
                "--constraint",
                "turnover <= 20%",
            ],
            "no portfolio satisfies \"AAA >= 50%\" and \"the limit on turnover\" (at most 0.2) at once; nearest: lower \"AAA >= 50%\" by 0.3 to 0.2",
        ),
    ] {
        refused(args, 3, message);
    }
    let done = folder().po(&[
        "allocate",
        "prices.csv",
        "--method",
        "min-cvar",
        "--bounds",
        ":0.1",
        "--output",
        "json",
    ]);
    let object: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((done.status, &object["status"]), (3, &"infeasible".into()));
    assert_eq!(object["conflict"][0]["constraint"], "net");
}

#[test]
fn what_has_no_meaning_is_refused() {
    const MEASURES: &str = "--risk cvar, evar, worst, cdar, edar, max-drawdown or average-drawdown";
    let users = "expected --method max-return, min-risk, max-sharpe, min-cvar or mean-cvar";
    for (args, message) in [
        (&["--risk", "gini", "--method", "min-cvar"][..], format!("optimisation by a tail needs {MEASURES}")),
        (&["--method", "max-return", "--risk", "mad"], format!("optimisation by a tail needs {MEASURES}")),
        (
            &["--robust", "1", "--method", "min-variance"],
            format!("--robust has no meaning for --method min-variance, {users}"),
        ),
        (
            &["--robust", "1", "--method", "max-return"],
            "--robust needs --method min-cvar or mean-cvar, or --risk cvar".to_owned(),
        ),
        (
            &["--robust", "1", "--method", "min-cvar", "--risk", "evar"],
            "--robust needs --risk cvar".to_owned(),
        ),
        (
            &["--robust=-1", "--method", "min-cvar"],
            "--robust is -1, expected a distance of returns of zero or more, such as 0.001".to_owned(),
        ),
        (
            &["--method", "max-return", "--risk", "volatility", "--cvar-limit", "3%"],
            format!("--cvar-limit needs {MEASURES}"),
        ),
        (
            &["--method", "max-return", "--target-volatility", "0.1", "--cvar-limit", "3%"],
            "--target-volatility needs --risk volatility: for measures of a tail there is --cvar-limit"
                .to_owned(),
        ),
        (
            &["--cvar-limit", "3%"],
            "--cvar-limit has no meaning for --method hrp, expected --method max-return".to_owned(),
        ),
        (
            &["--method", "min-cvar", "--risk", "worst", "--level", "0.9"],
            "--confidence needs --risk with a tail, such as --risk cvar".to_owned(),
        ),
        (
            &["--method", "min-cvar", "--level", "1.5"],
            "--confidence is 1.5, expected a number between 0 and 1, such as 0.95".to_owned(),
        ),
    ] {
        refused(args, 2, &message);
    }
}

#[test]
fn variance_stays_the_risk_unless_another_is_asked_for() {
    let folder = folder();
    let plain = object(&folder, &["--method", "min-risk", "--target-return", "0.2"]);
    for risk in ["volatility", "variance"] {
        let same = object(&folder, &["--method", "min-risk", "--target-return", "0.2", "--risk", risk]);
        assert_eq!((&same["weights"], &same["tail"]), (&plain["weights"], &Value::Null), "{risk}");
    }
}
