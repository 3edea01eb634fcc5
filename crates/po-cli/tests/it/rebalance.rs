//! What a rebalance keeps: positions in a band around their targets, and the order of the leaves.

use serde_json::Value;

use crate::optima::{PRICES, folder};
use crate::po::{Done, Folder};

fn run(args: &[&str]) -> Done {
    folder().po(&[&["allocate", "prices.csv", "--current", "held.csv"], args].concat())
}

fn json(args: &[&str]) -> Value {
    run(&[args, &["--output", "json"]].concat()).json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn what_lies_in_the_band_is_not_traded() {
    for method in ["hrp", "herc", "nco", "schur", "equal-weight", "inverse-volatility"] {
        let whole = json(&["--method", method]);
        let wide = json(&["--method", method, "--no-trade-band", "1"]);
        assert_eq!(wide["weights"], wide["current"], "{method}: a band of the whole capital");
        assert_eq!(wide["no_trade_band"]["traded"], false);
        assert_eq!(number(&wide["turnover"]), 0.0);
        let spared = number(&wide["no_trade_band"]["turnover_avoided"]);
        assert!((spared - number(&whole["turnover"])).abs() < 1e-15, "{method}: {spared}");
        let none = json(&["--method", method, "--no-trade-band", "0"]);
        for (asset, weight) in none["weights"].as_object().unwrap() {
            let same = (number(weight) - number(&whole["weights"][asset])).abs() < 1e-15;
            assert!(same, "{method}: no band at all, {asset}");
        }
        let some = json(&["--method", method, "--no-trade-band", "relative=0.5"]);
        assert!(number(&some["turnover"]) < number(&whole["turnover"]), "{method}");
        let sum: f64 = some["weights"].as_object().unwrap().values().map(number).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{method}: {sum}");
    }
}

#[test]
fn what_lies_outside_goes_to_the_edge_or_to_the_target() {
    let band = ["--method", "equal-weight", "--no-trade-band", "0.08"];
    // Held are 0.1, 0.2, 0.1, 0.3, 0.1 and 0.2: only the fourth is further from a sixth than 0.08.
    let edge = json(&band);
    assert!((number(&edge["weights"]["DDD"]) - (1.0 / 6.0 + 0.08)).abs() < 1e-12);
    let target = json(&[&band[..], &["--rebalance", "target"]].concat());
    assert!((number(&target["weights"]["DDD"]) - 1.0 / 6.0).abs() < 1e-12);
    let whole = json(&[&band[..], &["--rebalance", "whole"]].concat());
    for weight in whole["weights"].as_object().unwrap().values() {
        assert!((number(weight) - 1.0 / 6.0).abs() < 1e-15);
    }
}

#[test]
fn constraints_hold_whatever_is_not_traded() {
    let result = json(&["--method", "herc", "--no-trade-band", "1", "--constraint", "DDD <= 10%"]);
    assert!((number(&result["weights"]["DDD"]) - 0.1).abs() < 1e-12);
    assert_eq!(result["no_trade_band"]["traded"], false);
    assert_eq!(result["nearest"]["moved"], true);
}

#[test]
fn the_table_says_what_the_band_spares() {
    let out = run(&["--no-trade-band", "1"]).out;
    assert!(out.contains("no trade: all weights lie within the band, which spares a turnover of "), "{out}");
    let out = run(&["--method", "equal-weight", "--no-trade-band", "0.08"]).out;
    assert!(out.contains("assets untraded and spares a turnover of "), "{out}");
}

#[test]
fn an_order_is_kept_where_the_tree_allows_it() {
    let first = folder().po(&["allocate", "prices.csv", "--output", "json"]);
    let order = first.json()["leaf_order"].clone();
    // The same tree, with its halves the other way round.
    let names: Vec<&str> =
        order.as_array().unwrap().iter().rev().map(|name| name.as_str().unwrap()).collect();
    let turned = serde_json::json!({ "leaf_order": names }).to_string();
    let folder = Folder::with("prices.csv", PRICES).and("last.json", &first.out).and("turned.json", &turned);
    for method in ["hrp", "schur"] {
        let with = |file: &str| {
            folder
                .po(&[
                    "allocate",
                    "prices.csv",
                    "--method",
                    method,
                    "--order-before",
                    file,
                    "--output",
                    "json",
                ])
                .json()
        };
        let plain = folder.po(&["allocate", "prices.csv", "--method", method, "--output", "json"]).json();
        assert_eq!(with("last.json")["weights"], plain["weights"], "{method}");
        assert_eq!(plain["leaf_order"], order, "{method}");
        assert_eq!(with("last.json")["leaf_order"], order, "{method}");
        assert_eq!(with("turned.json")["leaf_order"], serde_json::json!(names), "{method}");
    }
}

#[test]
fn an_order_may_have_assets_that_are_gone() {
    let before = serde_json::json!({ "leaf_order": ["GONE", "AAA", "BBB"] }).to_string();
    let folder = Folder::with("prices.csv", PRICES).and("last.json", &before);
    let args = ["allocate", "prices.csv", "--order-before", "last.json", "--output", "json"];
    let result = folder.po(&args).json();
    assert_eq!(result["leaf_order"].as_array().unwrap().len(), 6);
}

#[test]
fn a_file_without_an_order_is_refused() {
    for text in ["{}", "no object", "{\"leaf_order\": [1, 2]}"] {
        let folder = Folder::with("prices.csv", PRICES).and("last.json", text);
        let done = folder.po(&["allocate", "prices.csv", "--order-before", "last.json"]);
        assert_eq!(done.status, 2);
        let message = "last.json: it has no leaf_order, expected what --method hrp or schur writes with --output json\n";
        assert!(done.err.ends_with(message), "{}", done.err);
    }
}

#[test]
fn an_order_of_other_assets_is_refused() {
    for text in ["{\"leaf_order\": []}", "{\"leaf_order\": [\"GONE\"]}"] {
        let folder = Folder::with("prices.csv", PRICES).and("last.json", text);
        let done = folder.po(&["allocate", "prices.csv", "--order-before", "last.json"]);
        assert_eq!(done.status, 2);
        let message =
            "last.json: its leaf_order has none of the assets, expected that of an earlier run on them\n";
        assert!(done.err.ends_with(message), "{}", done.err);
    }
}

/// What is said of the band was so before constraints moved what it left.
#[test]
fn a_band_within_constraints_is_told_in_order() {
    let out = run(&["--method", "herc", "--no-trade-band", "1", "--constraint", "DDD <= 10%"]).out;
    assert!(out.contains("\nbefore the constraints, no trade: all weights lie within the band"), "{out}");
    assert!(out.contains(" from the weights of herc within the band to the nearest that keep "), "{out}");
    assert!(out.contains("What keeps the weights from being those of herc within the band alone, "), "{out}");
}

/// A number in a file needs no quotation marks.
#[test]
fn a_band_of_a_file() {
    for width in ["0.08", "\"0.08\"", "\"relative=0.5\""] {
        let text = format!("no-trade-band = {width}\ncurrent = \"held.csv\"\n");
        let folder = folder().and("po.toml", text);
        let done = folder.po(&["allocate", "prices.csv", "--config", "po.toml", "--output", "json"]);
        assert!(done.json()["no_trade_band"].is_object(), "{}", done.err);
    }
}

#[test]
fn what_lacks_a_flag_is_told() {
    for (args, message) in [
        (vec!["--no-trade-band", "0.1"], "--no-trade-band needs --current FILE"),
        (vec!["--rebalance", "whole"], "--rebalance needs --no-trade-band WIDTH"),
        (
            vec!["--order-before", "last.json", "--leaf-order", "optimal"],
            "--leaf-order and --order-before both tell the order of the leaves, expected one of them",
        ),
        (
            vec!["--method", "min-variance", "--no-trade-band", "0.1"],
            "--no-trade-band has no meaning for --method min-variance, expected --method hrp, herc, nco, schur, equal-weight, inverse-volatility or inverse-variance",
        ),
        (
            vec!["--method", "nco", "--order-before", "last.json"],
            "--order-before has no meaning for --method nco, expected --method hrp or schur",
        ),
    ] {
        let done = folder().po(&[&["allocate", "prices.csv"], args.as_slice()].concat());
        assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2));
    }
    let band = |width: &str| {
        let done =
            folder().po(&["allocate", "prices.csv", "--current", "held.csv", "--no-trade-band", width]);
        assert_eq!(done.status, 2);
        done.err
    };
    assert!(
        band("-1").contains("the width is \"-1\", expected a number of zero or more such as 0.02"),
        "{}",
        band("-1")
    );
    assert!(band("wide=1").contains("\"wide\" is unknown, expected absolute or relative"));
}
