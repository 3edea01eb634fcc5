//! Constraints that a method of clusters does not know: kept by the nearest weights that do.

use serde_json::Value;

use crate::optima::folder;
use crate::po::Done;

/// Sums of weights, as sharp as a certified solution.
const SUM: f64 = 1e-12;

/// A weight below 1e-6 moves as if it were as large, and others make room for it: nested clusters drop some assets.
const FLOOR: f64 = 2e-6;

fn run(args: &[&str]) -> Done {
    folder().po(&[&["allocate", "prices.csv"], args].concat())
}

fn json(args: &[&str]) -> Value {
    run(&[args, &["--output", "json"]].concat()).json()
}

fn weight(result: &Value, names: &[&str]) -> f64 {
    names.iter().map(|name| result["weights"][name].as_f64().unwrap()).sum()
}

#[test]
fn every_method_of_clusters_keeps_constraints_in_words() {
    for method in ["hrp", "herc", "nco", "schur"] {
        let free = json(&["--method", method]);
        assert_eq!(free["nearest"], Value::Null, "{method}");
        let before = weight(&free, &["AAA", "BBB"]);
        let cap = 0.5 * before;
        let text = format!("AAA + BBB <= {cap}");
        let result = json(&["--method", method, "--constraint", &text]);
        assert_eq!(result["status"], "converged");
        assert!((weight(&result, &["AAA", "BBB"]) - cap).abs() < SUM, "{method}");
        // What a cap cuts is cut in proportion, and all else is raised in proportion.
        let near = if method == "nco" { FLOOR } else { SUM };
        for (name, free) in free["weights"].as_object().unwrap() {
            let factor =
                if ["AAA", "BBB"].contains(&name.as_str()) { 0.5 } else { (1.0 - cap) / (1.0 - before) };
            let expected = factor * free.as_f64().unwrap();
            assert!((weight(&result, &[name]) - expected).abs() < near, "{method}: {name}");
        }
        let nearest = &result["nearest"];
        assert_eq!((&nearest["nearness"], &nearest["moved"]), (&Value::from("relative"), &Value::from(true)));
        assert!((nearest["change"].as_f64().unwrap() - 2.0 * cap).abs() < near);
        // The root mean square of relative changes: minus a half on `before`, and what the rest gains.
        let gain = cap / (1.0 - before);
        let distance = (before * 0.25 + (1.0 - before) * gain * gain).sqrt();
        assert!((nearest["distance"].as_f64().unwrap() - distance).abs() < near);
        assert!(result["certificate"]["gap"].as_f64().unwrap().abs() < SUM);
        assert_eq!(result["constraints"][0]["binds"], true);
        let prices = result["shadow_prices"].as_array().unwrap();
        let price = prices.iter().find(|price| price["constraint"] == text.as_str()).unwrap();
        assert!(price["meaning"].as_str().unwrap().contains("nearer to them"), "{price}");
    }
}

#[test]
fn a_limit_that_is_kept_already_moves_nothing() {
    let free = json(&[]);
    let result = json(&["--constraint", "each asset <= 99%"]);
    assert_eq!(result["weights"], free["weights"]);
    assert_eq!(
        (&result["nearest"]["moved"], &result["nearest"]["distance"]),
        (&Value::from(false), &Value::from(0.0))
    );
    let table = run(&["--constraint", "each asset <= 99%"]).out;
    assert!(table.contains("the weights of hrp keep the constraints as they are\n"), "{table}");
}

#[test]
fn turnover_is_limited_and_trades_are_told() {
    let turnover = |args: &[&str]| {
        let base = ["--method", "herc", "--current", "held.csv"];
        json(&[&base, args].concat())["turnover"].as_f64().unwrap()
    };
    assert!(turnover(&[]) > 0.2);
    assert!((turnover(&["--constraint", "turnover <= 20%"]) - 0.2).abs() < SUM);
}

#[test]
fn bounds_that_a_method_does_not_keep_are_kept_last() {
    for (method, args) in [
        ("nco", vec!["--bounds", "0.05:0.3"]),
        ("nco", vec!["--groups", "sectors.csv", "--group-bounds", "x=0.2:0.3"]),
        ("herc", vec!["--groups", "sectors.csv", "--group-bounds", "x=0.2:0.3"]),
    ] {
        let result = json(&[&["--method", method], args.as_slice()].concat());
        assert!(result["nearest"].is_object(), "{method} {args:?}");
        assert_eq!(result["groups"], Value::Null, "groups are among the constraints");
        let weights = result["weights"].as_object().unwrap().values().map(|weight| weight.as_f64().unwrap());
        match args[0] {
            "--bounds" => weights.for_each(|weight| assert!((0.05..=0.3).contains(&weight), "{weight}")),
            _ => {
                let held = result["constraints"][0]["value"].as_f64().unwrap();
                assert!((0.2 - SUM..=0.3 + SUM).contains(&held), "{held}");
            }
        }
    }
    // Hierarchical risk parity keeps both while it splits.
    let result = json(&["--bounds", "0.05:0.3", "--groups", "sectors.csv", "--group-bounds", "x=0.2:0.3"]);
    assert_eq!(result["nearest"], Value::Null);
    assert!(result["groups"].is_object());
}

#[test]
fn nearness_is_chosen() {
    let args = ["--method", "schur", "--constraint", "AAA <= 1%", "--nearness"];
    let distances: Vec<f64> = ["relative", "euclidean", "tracking-error"]
        .iter()
        .map(|nearness| {
            let result = json(&[&args[..], &[nearness]].concat());
            assert_eq!(result["nearest"]["nearness"], *nearness);
            result["nearest"]["distance"].as_f64().unwrap()
        })
        .collect();
    assert!(
        distances[0] > distances[1] && distances[1] > distances[2] && distances[2] > 0.0,
        "{distances:?}"
    );
}

#[test]
fn a_tracking_error_is_limited_and_told() {
    let args = ["--benchmark", "held.csv", "--constraint", "tracking-error <= 1%"];
    let result = json(&args);
    let error = result["nearest"]["tracking_error"].as_f64().unwrap();
    // The limit is on the square.
    assert!((error - 0.01).abs() < 1e-8, "{error}");
    assert!((result["constraints"][0]["value"].as_f64().unwrap() - error).abs() < SUM);
}

#[test]
fn the_table_says_how_far_weights_moved_and_why() {
    let out = run(&["--method", "herc", "--constraint", "AAA <= 1%"]).out;
    let told = "What keeps the weights from being those of herc alone, limits before bounds, the most costly first:\n  relaxing \"AAA <= 1%\" from 1 % to 2 % would bring the weights nearer to them, by about ";
    assert!(out.contains(told), "{out}");
    let moved = "of capital, up and down, from the weights of herc to the nearest that keep the constraints (relative distance ";
    assert!(out.contains(moved), "{out}");
}

/// A bound that a search set is not taken for one of the user's.
#[test]
fn what_a_search_left_out_is_told() {
    let out = run(&["--constraint", "cardinality <= 3", "--explain"]).out;
    assert!(out.contains(", which the search left out, from 0 % to 1 % would "), "{out}");
    assert!(!run(&["--constraint", "AAA <= 1%", "--explain"]).out.contains("the search"));
}

#[test]
fn constraints_that_contradict_each_other_are_named() {
    let done = run(&["--method", "nco", "--constraint", "AAA >= 60%", "--constraint", "BBB >= 60%"]);
    assert_eq!((done.status, done.out.as_str()), (3, ""));
    assert!(
        done.err.contains("\"AAA >= 60%\", \"BBB >= 60%\", \"the sum of the weights\" (at most 1)"),
        "{}",
        done.err
    );
}
