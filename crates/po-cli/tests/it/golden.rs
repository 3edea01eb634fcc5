//! Allocations against independent libraries: `tests/data/generate.py` says which.

use serde_json::Value;

use crate::po::{Folder, allocate};

/// The libraries add and divide in another order; nothing here is worse conditioned than a variance.
const ROUNDING: f64 = 1e-10;

const PRICES: &str = include_str!("../data/prices.csv");
const EXPECTED: &str = include_str!("../data/expected.json");

fn expected() -> Value {
    serde_json::from_str(EXPECTED).unwrap()
}

fn close(actual: &Value, expected: &Value, what: &str) {
    let (actual, expected) = (actual.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!(
        (actual - expected).abs() <= ROUNDING * expected.abs().max(1.0),
        "{what}: {actual} is not {expected}"
    );
}

#[test]
fn each_method_agrees_with_independent_libraries() {
    let expected = expected();
    for (name, case) in expected["cases"].as_object().unwrap() {
        let args: Vec<&str> = match name.split_once(' ') {
            None => vec!["--method", name],
            Some((method, linkage)) => vec!["--method", method, "--linkage", linkage],
        };
        let actual = allocate(PRICES, &[args.as_slice(), &["--output", "json"]].concat()).json();
        for key in ["observations", "first", "last"] {
            assert_eq!(actual[key], expected[key]);
        }
        assert_eq!(actual["weights"].as_object().unwrap().len(), case["weights"].as_object().unwrap().len());
        for (asset, weight) in case["weights"].as_object().unwrap() {
            close(&actual["weights"][asset], weight, &format!("{name}, weight of {asset}"));
            let share = &actual["risk"]["contributions"][asset];
            close(share, &case["contributions"][asset], &format!("{name}, share of {asset}"));
        }
        close(&actual["risk"]["volatility"], &case["volatility"], name);
    }
}

#[test]
fn two_assets_by_hand() {
    // Returns of A: 1, -1, 1, -1 per cent; of B: 2, 2, -2, -2 per cent: uncorrelated, standard deviations 1 to 2.
    let returns = "date,A,B\n2024-01-01,0.01,0.02\n2024-01-02,-0.01,0.02\n2024-01-03,0.01,-0.02\n2024-01-04,-0.01,-0.02\n";
    let weight = |method| {
        let actual = allocate(returns, &["--returns", "--method", method, "--output", "json"]).json();
        (actual["weights"]["A"].as_f64().unwrap(), actual["risk"]["volatility"].as_f64().unwrap())
    };
    // Variances 4/3 and 16/3 in 1e-4: inverse variance 4 to 1, which is what hrp does with two assets.
    for (method, expected) in
        [("hrp", 0.8), ("inverse-variance", 0.8), ("inverse-volatility", 2.0 / 3.0), ("equal-weight", 0.5)]
    {
        let variance: f64 = (expected * expected * 4.0 + (1.0 - expected) * (1.0 - expected) * 16.0) / 3e4;
        let (actual, volatility) = weight(method);
        assert!(
            (actual - expected).abs() < ROUNDING && (volatility - variance.sqrt()).abs() < ROUNDING,
            "{method}"
        );
    }
}

#[test]
fn a_window_is_the_end_of_the_complete_observations() {
    let lines: Vec<&str> = PRICES.lines().collect();
    // The last 15 complete rows need 16 rows of prices, none of which has a gap.
    let tail = [&lines[..1], &lines[lines.len() - 16..]].concat().join("\n");
    let windowed = allocate(PRICES, &["--window", "15", "--output", "json"]).json();
    let short = allocate(&tail, &["--output", "json"]).json();
    assert_eq!(windowed["observations"], 15);
    assert_eq!(windowed["weights"], short["weights"]);
    assert_eq!(windowed["first"], short["first"]);
    let done = allocate(PRICES, &["--window", "68"]);
    assert_eq!(
        done.err,
        "error: --window 68 asks for more observations than there are, expected at most 67, the rows in which every asset has a return\n"
    );
}

#[test]
fn each_policy_says_what_it_did() {
    let warnings = |policy: &str| allocate(PRICES, &["--missing", policy]).err;
    assert_eq!(
        warnings("complete-rows"),
        "warning: 12 of 79 rows of returns are left out because some asset has none (complete-rows), 67 are left, 2024-01-11 to 2024-04-19; without EEE there would be 7 more: it begins on 2024-01-10\n"
    );
    assert_eq!(
        warnings("complete-assets"),
        "warning: 3 of 6 assets are left out (complete-assets): BBB (3 % missing), CCC (4 % missing), EEE (9 % missing)\n"
    );
    assert_eq!(
        warnings("drop-sparse=0.05"),
        "warning: 1 of 6 assets is left out (drop-sparse=0.05): EEE (9 % missing)\n\
         warning: 5 of 79 rows of returns are left out because some asset has none (drop-sparse=0.05), 74 are left, 2024-01-02 to 2024-04-19; without CCC there would be 3 more: it has 2 gaps\n"
    );
    assert_eq!(
        warnings("carry-forward=1"),
        "warning: 1 missing price is filled with the last one before (carry-forward=1)\n\
         warning: 10 of 79 rows of returns are left out because some asset has none (carry-forward=1), 69 are left, 2024-01-11 to 2024-04-19; without EEE there would be 7 more: it begins on 2024-01-10\n"
    );
    let done = allocate(PRICES, &["--missing", "refuse"]);
    assert!(
        done.err.starts_with("error: EEE has no value on 2024-01-01, and --missing refuse"),
        "{}",
        done.err
    );
}

#[test]
fn bounds_are_kept_exactly() {
    let sectors = "asset,sector\nAAA,x\nBBB,x\nCCC,x\nDDD,y\nEEE,y\nFFF,\n";
    let folder = Folder::with("prices.csv", PRICES).and("sectors.csv", sectors);
    let args =
        ["allocate", "prices.csv", "--bounds", "0.05:0.4", "--bounds", "FFF=:0.2", "--groups", "sectors.csv"];
    let args = [
        args.as_slice(),
        &["--group-bounds", "x=:0.35", "--group-bounds", "sector:y=0.3:", "--output", "json"],
    ]
    .concat();
    let actual = folder.po(&args).json();
    let weight = |name: &str| actual["weights"][name].as_f64().unwrap();
    let names = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"];
    assert!(names.iter().all(|name| (0.05..=0.4).contains(&weight(name))));
    assert!(weight("FFF") <= 0.2);
    assert!(weight("AAA") + weight("BBB") + weight("CCC") <= 0.35 + ROUNDING);
    assert!(weight("DDD") + weight("EEE") >= 0.3 - ROUNDING);
    assert!((names.iter().map(|name| weight(name)).sum::<f64>() - 1.0).abs() < ROUNDING);
    close(&actual["groups"]["x"]["weight"], &(weight("AAA") + weight("BBB") + weight("CCC")).into(), "x");
    // The bounds bind: without them, FFF gets more.
    let free = folder.po(&["allocate", "prices.csv", "--output", "json"]).json();
    assert!(free["weights"]["FFF"].as_f64().unwrap() > 0.2);
}
