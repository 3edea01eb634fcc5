//! The methods that allocate by clusters: measures of risk, nearness of assets, and what each method was told.

use serde_json::Value;

use crate::optima::folder;
use crate::po::Done;

fn run(args: &[&str]) -> Done {
    folder().po(&[&["allocate", "prices.csv"], args].concat())
}

fn json(args: &[&str]) -> Value {
    run(&[args, &["--output", "json"]].concat()).json()
}

fn weights(result: &Value) -> Vec<f64> {
    result["weights"].as_object().unwrap().values().map(|weight| weight.as_f64().unwrap()).collect()
}

/// Weights of zero or more that sum to one.
fn assert_portfolio(result: &Value, what: &str) {
    let weights = weights(result);
    assert!(weights.iter().all(|weight| *weight >= 0.0), "{what}: {weights:?}");
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{what}: {weights:?}");
}

const MEASURES: [&str; 23] = [
    "volatility",
    "cvar",
    "cdar",
    "mad",
    "semi-deviation",
    "evar",
    "variance",
    "gini",
    "kurtosis",
    "semi-kurtosis",
    "first-lower-partial-moment",
    "downside-deviation",
    "var",
    "tail-gini",
    "rlvar",
    "worst",
    "range",
    "max-drawdown",
    "average-drawdown",
    "ulcer",
    "dar",
    "edar",
    "equal",
];

const TAILS: [&str; 8] = ["cvar", "cdar", "evar", "var", "tail-gini", "rlvar", "dar", "edar"];

#[test]
fn every_measure_weighs_clusters_its_own_way() {
    let mut seen: Vec<Vec<f64>> = Vec::new();
    for measure in MEASURES {
        let result = json(&["--risk", measure]);
        assert_portfolio(&result, measure);
        assert_eq!(result["hierarchy"]["risk"], measure);
        let level = TAILS.contains(&measure).then_some(0.95);
        assert_eq!(result["hierarchy"]["confidence"].as_f64(), level, "{measure}");
        let found = weights(&result);
        assert!(!seen.contains(&found), "{measure} is another one");
        seen.push(found);
    }
    assert_eq!(weights(&json(&["--risk", "variance"])), weights(&json(&[])));
    let tail = |level: &str| weights(&json(&["--risk", "cvar", "--confidence", level]));
    assert_ne!(tail("0.9"), tail("0.99"));
}

#[test]
fn a_node_is_divided_in_three_ways() {
    let mut seen: Vec<Vec<f64>> = Vec::new();
    for division in ["clusters", "assets", "halves"] {
        // Three clusters: with two, each side of the one division is a cluster.
        let result = json(&["--method", "herc", "--linkage", "dbht", "--division", division]);
        assert_portfolio(&result, division);
        assert_eq!(result["hierarchy"]["division"], division);
        let found = weights(&result);
        assert!(!seen.contains(&found), "{division} is another one");
        seen.push(found);
    }
    assert_eq!(seen[0], weights(&json(&["--method", "herc", "--linkage", "dbht"])));
}

const CODEPENDENCES: [&str; 12] = [
    "pearson",
    "absolute-pearson",
    "spearman",
    "absolute-spearman",
    "kendall",
    "absolute-kendall",
    "gerber1",
    "gerber2",
    "distance",
    "mutual-information",
    "variation-of-information",
    "lower-tail",
];

#[test]
fn every_codependence_says_what_is_near() {
    for codependence in CODEPENDENCES {
        let result = json(&["--codependence", codependence]);
        assert_portfolio(&result, codependence);
        assert_eq!(result["hierarchy"]["codependence"], codependence);
    }
    let plain = json(&[]);
    assert_eq!(weights(&json(&["--codependence", "pearson"])), weights(&plain));
    assert_eq!(plain["hierarchy"]["codependence"], Value::Null);
}

#[test]
fn clusters_are_weighed_by_each_measure() {
    let herc = |args: &[&str]| json(&[&["--method", "herc"], args].concat());
    let mut seen: Vec<Vec<f64>> = Vec::new();
    for measure in MEASURES {
        let result = herc(&["--risk", measure]);
        assert_portfolio(&result, measure);
        assert_eq!(result["hierarchy"]["risk"], measure);
        let found = weights(&result);
        assert!(!seen.contains(&found), "{measure} is another one");
        seen.push(found);
    }
    assert_eq!(weights(&herc(&["--risk", "variance"])), weights(&herc(&[])));
    let tail = |level: &str| weights(&herc(&["--risk", "cvar", "--confidence", level]));
    assert_ne!(tail("0.9"), tail("0.99"));
}

#[test]
fn every_method_takes_every_codependence() {
    for method in ["herc", "nco", "schur"] {
        let plain = json(&["--method", method]);
        for codependence in CODEPENDENCES {
            let result = json(&["--method", method, "--codependence", codependence]);
            assert_portfolio(&result, method);
            assert_eq!(result["hierarchy"]["codependence"], codependence);
            if codependence == "pearson" {
                assert_eq!(weights(&result), weights(&plain), "{method}");
            }
        }
        assert_eq!(plain["hierarchy"]["codependence"], Value::Null);
    }
}

/// The parts of an explanation add up to the weights, and are said in the words of the library.
#[test]
fn each_method_explains_itself() {
    let sum = |part: &Value| part.as_object().unwrap().values().filter_map(Value::as_f64).sum::<f64>();
    for (method, splits, clusters) in
        [("hrp", true, false), ("herc", true, true), ("nco", false, true), ("schur", true, false)]
    {
        let result = json(&["--method", method, "--explain"]);
        assert_eq!((result.get("splits").is_some(), result.get("formed").is_some()), (splits, clusters));
        let told = run(&["--method", method, "--explain"]).out;
        let risky = ["herc", "schur"].contains(&method);
        let unit = if risky { "; risks are per period" } else { "" };
        let heading = format!("\nHow {method} split the weight, each cluster before its parts{unit}:\n");
        assert!(told.contains(&heading), "{told}");
        let parts = |key: &str| result[key].as_array().cloned().unwrap_or_default();
        for part in parts("splits").iter().chain(&parts("formed")) {
            let words = part["words"].as_str().unwrap();
            assert!(words.ends_with('.') && words.contains(" of the portfolio"), "{words}");
            assert_eq!(told.contains(words), method != "hrp", "{method}: {words}");
        }
        for part in parts("splits") {
            let both = part["weight_left"].as_f64().unwrap() + part["weight_right"].as_f64().unwrap();
            let assets =
                [part["left"].as_array().unwrap().as_slice(), part["right"].as_array().unwrap()].concat();
            let of = |asset: &Value| result["weights"][asset.as_str().unwrap()].as_f64().unwrap();
            assert!((assets.iter().map(of).sum::<f64>() - both).abs() < 1e-12, "{method}");
        }
        let formed = parts("formed");
        for part in &formed {
            assert!((sum(&part["weights"]) - part["weight"].as_f64().unwrap()).abs() < 1e-12, "{method}");
            assert_eq!(part["risk"].is_null(), method == "nco");
        }
        if clusters {
            assert_eq!(result["hierarchy"]["clusters"].as_u64().unwrap(), formed.len() as u64);
            let whole: f64 = formed.iter().map(|part| part["weight"].as_f64().unwrap()).sum();
            assert!((whole - 1.0).abs() < 1e-12, "{method}");
        }
    }
    let by_cvar = run(&["--method", "herc", "--risk", "cvar", "--explain"]).out;
    assert!(by_cvar.contains(" a conditional value at risk (95 %) of 0.0"), "{by_cvar}");
}

#[test]
fn each_method_tells_what_it_found() {
    for method in ["herc", "nco", "schur"] {
        let result = json(&["--method", method]);
        assert_portfolio(&result, method);
        assert_eq!(result["method"], method);
        let risk = (method == "herc").then_some("variance");
        assert_eq!(result["hierarchy"]["risk"].as_str(), risk);
        assert_eq!(result.get("leaf_order").is_some(), method == "schur");
        assert!(result.get("splits").is_none());
    }
    for method in ["herc", "nco"] {
        let result = json(&["--method", method]);
        let formed = result["hierarchy"]["clusters"].as_u64().unwrap();
        let shown = result["clusters"].as_object().unwrap().values().filter_map(Value::as_u64).max().unwrap();
        assert_eq!(shown, formed, "{method}");
    }
    assert_eq!(weights(&json(&["--method", "schur", "--gamma", "0"])), weights(&json(&[])));
    assert_eq!(json(&["--method", "schur", "--gamma", "0"])["hierarchy"]["gamma"], 0.0);
}

#[test]
fn bounds_hold_in_each_method_that_has_them() {
    for method in ["hrp", "herc", "schur"] {
        let result = json(&["--method", method, "--bounds", "0.05:0.25"]);
        assert!(weights(&result).iter().all(|weight| (0.05..=0.25).contains(weight)), "{method}");
    }
    let free = json(&["--risk", "cvar"]);
    let bounded = json(&["--risk", "cvar", "--bounds", ":0.2"]);
    assert!(weights(&free).iter().any(|weight| *weight > 0.2));
    assert!(weights(&bounded).iter().all(|weight| *weight <= 0.2));
}

#[test]
fn a_summary_says_what_is_not_the_usual() {
    let plain = run(&[]).out;
    assert!(!plain.contains("clusters weighed") && !plain.contains("nearness") && !plain.contains("gamma"));
    let told = run(&["--risk", "cvar", "--confidence", "0.9", "--codependence", "spearman"]).out;
    assert!(
        told.contains(
            "clusters weighed by conditional value at risk at 90 %\nnearness of assets by spearman\n"
        )
    );
    let explained = run(&["--risk", "mad", "--explain"]).out;
    assert!(explained.contains("risk left") && !explained.contains("variance left"));
    assert!(run(&["--method", "schur", "--gamma", "0.25"]).out.contains("\ngamma 0.25\n"));
    assert!(run(&["--method", "herc"]).out.contains(" clusters\n"));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (args, message) in [
        (&["--method", "schur", "--gamma", "2"][..], "gamma is 2, expected a number in [0, 1]"),
        (&["--method", "schur", "--gamma", "-1"], "gamma is -1, expected a number in [0, 1]"),
        (
            &["--method", "risk-parity", "--risk", "gini"],
            "a risk budget needs --risk volatility, cvar, cdar, mad, semi-deviation or evar",
        ),
        (
            &["--risk", "mad", "--confidence", "0.9"],
            "--confidence needs --risk with a tail, such as --risk cvar",
        ),
    ] {
        let done = run(args);
        assert_eq!((done.err, done.status), (format!("error: {message}\n"), 2), "{args:?}");
    }
}

#[test]
fn a_configuration_file_has_the_same_names() {
    let text = "risk = \"cvar\"\nconfidence = 0.9\ncodependence = \"kendall\"\n";
    let folder = folder().and("po.toml", text);
    let done = folder.po(&["allocate", "prices.csv", "--config", "po.toml", "--output", "json"]);
    let given = json(&["--risk", "cvar", "--confidence", "0.9", "--codependence", "kendall"]);
    assert_eq!(done.json(), given);
    assert_eq!(json(&["--measure", "cvar"]), json(&["--risk", "cvar"]));
}
