//! Optimisers and risk budgets against independent libraries and against the library behind the command.

use po_cli::data::{ReadOptions, Source, read};
use po_engine::convex::{Constraints, Markowitz, MarkowitzInput, MarkowitzParams, Objective};
use po_engine::nalgebra::DMatrix;
use po_engine::{Allocator, Covariance, MissingPolicy, Panel, Returns, Universe};
use serde_json::Value;

use crate::po::Folder;

/// The last digits of the references are those of a root finder.
const ROUNDING: f64 = 1e-8;

/// skfolio's programme ends with some 1e-6 of the risk between it and the optimum, and weights are flat there.
const SOLVED: f64 = 2e-4;

/// The command and the library compute the same numbers in the same order.
const SAME: f64 = 1e-13;

pub(crate) const PRICES: &str = include_str!("../data/prices.csv");
const EXPECTED: &str = include_str!("../data/optima.json");

/// A folder with all that the cases need.
pub(crate) fn folder() -> Folder {
    Folder::with("prices.csv", PRICES)
        .and("sectors.csv", "asset,sector\nAAA,x\nBBB,x\nCCC,x\nDDD,y\nEEE,y\nFFF,y\n")
        .and("held.csv", "asset,weight\nAAA,0.1\nBBB,0.2\nCCC,0.1\nDDD,0.3\nEEE,0.1\nFFF,0.2\n")
        .and("market.csv", "asset,weight\nAAA,0.3\nBBB,0.2\nCCC,0.2\nDDD,0.1\nEEE,0.1\nFFF,0.1\n")
}

/// The JSON object of a run on the prices.
pub(crate) fn object(folder: &Folder, args: &[&str]) -> Value {
    folder.po(&[&["allocate", "prices.csv", "--output", "json"], args].concat()).json()
}

fn args(case: &Value) -> Vec<&str> {
    case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect()
}

fn close(actual: &Value, expected: &Value, tolerance: f64, what: &str) {
    let (actual, expected) = (actual.as_f64().unwrap(), expected.as_f64().unwrap());
    let distance = (actual - expected).abs();
    assert!(distance <= tolerance * expected.abs().max(1.0), "{what}: {actual} is not {expected}");
}

#[test]
fn each_optimum_agrees_with_independent_libraries() {
    let (folder, expected) = (folder(), serde_json::from_str::<Value>(EXPECTED).unwrap());
    for (name, case) in expected["optima"].as_object().unwrap() {
        let actual = object(&folder, &args(case));
        assert_eq!(actual["status"], "converged", "{name}");
        for (asset, weight) in case["weights"].as_object().unwrap() {
            close(&actual["weights"][asset], weight, ROUNDING, &format!("{name}, weight of {asset}"));
            let share = &actual["risk"]["contributions"][asset];
            close(share, &case["contributions"][asset], ROUNDING, &format!("{name}, share of {asset}"));
        }
        close(&actual["objective"]["value"], &case["objective"], ROUNDING, name);
        close(&actual["risk"]["volatility_annualised"], &case["volatility"], ROUNDING, name);
        if let Some(expected) = case.get("return") {
            close(&actual["expected_return"]["annual"], expected, ROUNDING, name);
        }
        for residual in ["primal_residual", "dual_residual", "complementarity", "gap"] {
            close(&actual["certificate"][residual], &0.0.into(), ROUNDING, &format!("{name}, {residual}"));
        }
        close(&actual["objective"]["bound"], &actual["objective"]["value"], ROUNDING, name);
    }
}

#[test]
fn each_risk_budget_agrees_with_independent_libraries() {
    let (folder, expected) = (folder(), serde_json::from_str::<Value>(EXPECTED).unwrap());
    for (name, case) in expected["parity"].as_object().unwrap() {
        let actual = object(&folder, &args(case));
        let tolerance = if name.contains("cvar") { SOLVED } else { ROUNDING };
        for (asset, weight) in case["weights"].as_object().unwrap() {
            close(&actual["weights"][asset], weight, tolerance, &format!("{name}, weight of {asset}"));
            let own = &actual["risk_budget"]["assets"][asset];
            close(&own["budget"], &case["budget"][asset], ROUNDING, &format!("{name}, budget of {asset}"));
            close(&own["share"], &case["budget"][asset], ROUNDING, &format!("{name}, share of {asset}"));
            close(&own["use"], &1.0.into(), ROUNDING, &format!("{name}, use of {asset}"));
        }
        assert_eq!(actual["status"], "converged", "{name}");
        close(&actual["certificate"]["dual_residual"], &0.0.into(), ROUNDING, name);
    }
}

/// The returns of the prices, by the library alone.
fn returns() -> (Universe, Returns) {
    let source = Source::Stream { name: "test".to_owned(), reader: Box::new(PRICES.as_bytes()) };
    let table = read(source, &ReadOptions::default()).unwrap();
    let column = |asset: usize| table.column(asset).iter().copied();
    let values = (0..table.names().len()).flat_map(column);
    let prices =
        Panel::new(DMatrix::from_iterator(table.dates().len(), table.names().len(), values)).unwrap();
    let returns = prices.simple_returns().unwrap().resolve(MissingPolicy::CompleteRows).unwrap().returns;
    (Universe::new(table.names().iter().map(String::as_str)).unwrap(), returns)
}

#[test]
fn the_command_says_what_the_library_says() {
    let (folder, (universe, returns)) = (folder(), returns());
    let covariance = Covariance::new(returns.covariance().unwrap().as_view() * 252.0).unwrap();
    let mean: Vec<f64> = returns.mean().into_iter().map(|mean| mean * 252.0).collect();
    let constraint = "AAA + BBB >= 30%";
    for (flags, objective) in [
        (vec!["min-variance"], Objective::MinVariance),
        (vec!["mean-variance"], Objective::Utility { risk_aversion: 2.5 }),
        (vec!["max-return", "--target-volatility", "0.1"], Objective::MaxReturn { volatility: 0.1 }),
        (vec!["max-return"], Objective::MaxReturn { volatility: f64::INFINITY }),
        (vec!["min-risk", "--target-return", "0.1"], Objective::MinRisk { target_return: 0.1 }),
        (vec!["max-sharpe"], Objective::MaxSharpe { risk_free: 0.0 }),
        (vec!["max-diversification"], Objective::MaxDiversification),
        (vec!["max-decorrelation"], Objective::MaxDecorrelation),
    ] {
        let constraints = Constraints::default().with([constraint], &universe).unwrap();
        let params = MarkowitzParams { objective, constraints, ..MarkowitzParams::default() };
        let input = MarkowitzInput { risk: (&covariance).into(), mean: Some(&mean) };
        let expected = Markowitz::new(params).unwrap().allocate(input).unwrap();
        let args = [&["--constraint", constraint, "--method"], flags.as_slice()].concat();
        let actual = object(&folder, &args);
        for (name, weight) in universe.names().iter().zip(expected.as_ref().as_slice()) {
            close(&actual["weights"][name], &(*weight).into(), SAME, &format!("{flags:?}, {name}"));
        }
        close(&actual["objective"]["value"], &expected.objective.into(), SAME, flags[0]);
        let prices = actual["shadow_prices"].as_array().unwrap();
        assert_eq!(prices.len(), expected.shadow_prices().len(), "{flags:?}");
        for (actual, expected) in prices.iter().zip(expected.shadow_prices()) {
            close(&actual["price"], &expected.value.into(), SAME, flags[0]);
        }
    }
}

#[test]
fn the_greatest_return_is_that_of_one_asset() {
    let actual = object(&folder(), &["--method", "max-return"]);
    let mean: f64 = returns().1.mean().into_iter().fold(f64::NEG_INFINITY, f64::max);
    close(&actual["expected_return"]["annual"], &(252.0 * mean).into(), SAME, "max-return");
    assert_eq!(actual["weights"]["BBB"], 1.0);
}

#[test]
fn two_assets_by_hand() {
    // Uncorrelated, with standard deviations of 1 to 2: least variance at 4 to 1, parity at 2 to 1.
    let returns = "date,A,B\n2024-01-01,0.01,0.02\n2024-01-02,-0.01,0.02\n2024-01-03,0.01,-0.02\n2024-01-04,-0.01,-0.02\n";
    let folder = Folder::with("prices.csv", returns).and("means.csv", "asset,mean\nA,0.04\nB,0.08\n");
    let weight =
        |args: &[&str]| object(&folder, &[&["--returns"], args].concat())["weights"]["A"].as_f64().unwrap();
    assert!((weight(&["--method", "min-variance"]) - 0.8).abs() < ROUNDING);
    assert!((weight(&["--method", "risk-parity"]) - 2.0 / 3.0).abs() < ROUNDING);
    assert!((weight(&["--method", "risk-budget", "--budget", "A=0.8,B=0.2"]) - 0.8).abs() < ROUNDING);
    // Means in proportion to deviations: the best ratio holds in inverse proportion to them.
    let sharpe = ["--method", "max-sharpe", "--means", "means.csv"];
    assert!((weight(&sharpe) - 2.0 / 3.0).abs() < ROUNDING);
    let least = ["--method", "min-risk", "--means", "means.csv", "--target-return", "0.07"];
    assert!((weight(&least) - 0.25).abs() < ROUNDING);
}

#[test]
fn a_sound_covariance_needs_no_repair() {
    let folder = folder();
    let weights = |policy: &str| {
        let weights = |method: &str| {
            object(&folder, &["--method", method, "--semidefinite", policy])["weights"].clone()
        };
        (weights("min-variance"), weights("risk-parity"))
    };
    let refused = weights("refuse");
    assert!(["nearest", "clip", "trust"].iter().all(|policy| weights(policy) == refused));
}

#[test]
fn shadow_prices_are_what_the_next_hundredth_is_worth() {
    let folder = folder();
    let run = |limit: &str, method: &str, key: &str| {
        let text = format!("BBB + EEE + FFF <= {limit}");
        let actual = object(&folder, &["--method", method, "--constraint", &text]);
        let price = actual["shadow_prices"]
            .as_array()
            .unwrap()
            .iter()
            .find(|price| price["constraint"] == text.as_str());
        let price = price.map(|price| price["price"].as_f64().unwrap());
        (actual["objective"][key].as_f64().unwrap(), price.unwrap())
    };
    for method in ["min-variance", "max-sharpe", "mean-variance"] {
        // A central difference of the objective, whose error is of the order of the step squared.
        let (below, _) = run("0.4499", method, "value");
        let (above, _) = run("0.4501", method, "value");
        let (_, price) = run("0.45", method, "value");
        assert!(((above - below) / 2e-4 - price).abs() < 1e-5 * price.abs().max(1.0), "{method}: {price}");
    }
}

#[test]
fn views_without_a_say_change_nothing() {
    let folder = folder();
    let sharpe = ["--method", "max-sharpe", "--market", "market.csv"];
    let plain = object(&folder, &sharpe);
    // The market is the best portfolio for the returns that it implies.
    for (asset, weight) in
        [("AAA", 0.3), ("BBB", 0.2), ("CCC", 0.2), ("DDD", 0.1), ("EEE", 0.1), ("FFF", 0.1)]
    {
        close(&plain["weights"][asset], &weight.into(), ROUNDING, asset);
    }
    let view = ["--view", "AAA == 5%", "--view-confidence", "0"];
    let with = object(&folder, &[sharpe.as_slice(), &view].concat());
    close(&with["weights"]["AAA"], &0.3.into(), ROUNDING, "AAA");
    assert_eq!(with["expected_return"]["basis"], "market-and-views");
    // A certain view holds.
    let certain = ["--method", "max-return", "--view", "FFF == 90%", "--view-confidence", "1"];
    let certain = object(&folder, &certain);
    close(&certain["weights"]["FFF"], &1.0.into(), ROUNDING, "FFF");
    close(&certain["expected_return"]["annual"], &0.9.into(), ROUNDING, "the mean of FFF");
    assert_eq!(certain["expected_return"]["basis"], "views");
}

#[test]
fn current_holdings_are_told_for_each_method() {
    let folder = folder();
    let actual = object(&folder, &["--method", "equal-weight", "--current", "held.csv"]);
    let sixth = 1.0 / 6.0;
    close(&actual["trades"]["DDD"], &(sixth - 0.3).into(), SAME, "trade");
    close(
        &actual["turnover"],
        &(3.0 * (sixth - 0.1) + 2.0 * (0.2 - sixth) + 0.3 - sixth).into(),
        SAME,
        "turnover",
    );
    let csv = ["allocate", "prices.csv", "--method", "equal-weight", "--current", "held.csv", "-o", "csv"];
    let csv = folder.po(&csv).out;
    assert!(csv.starts_with("asset,weight,volatility,risk_share,cluster,current,trade\nAAA,0.16"), "{csv}");
    // What po wrote, po reads: the portfolio held is the one it found.
    let folder = folder.and("written.csv", csv);
    let again = object(&folder, &["--method", "equal-weight", "--current", "written.csv"]);
    assert_eq!(again["turnover"], 0.0);
}

#[test]
fn assets_are_chosen_where_few_are_asked_for() {
    let folder = folder();
    let args = [
        "--method",
        "min-variance",
        "--constraint",
        "cardinality <= 2",
        "--constraint",
        "min-position >= 10%",
    ];
    let actual = object(&folder, &args);
    let held =
        actual["weights"].as_object().unwrap().values().filter(|weight| weight.as_f64().unwrap() > 0.0);
    assert_eq!(held.count(), 2);
    assert!(actual["objective"]["nodes"].as_u64().unwrap() > 0);
    // No pair of assets does better.
    let names = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"];
    let mut best = f64::INFINITY;
    for first in 0..6 {
        for second in first + 1..6 {
            let zero = (0..6).filter(|asset| ![first, second].contains(asset));
            let sum = zero.map(|asset| names[asset]).collect::<Vec<_>>().join(" + ");
            let pair = object(&folder, &["--method", "min-variance", "--constraint", &format!("{sum} <= 0")]);
            best = best.min(pair["objective"]["value"].as_f64().unwrap());
        }
    }
    close(&actual["objective"]["value"], &best.into(), ROUNDING, "the best pair");
}
