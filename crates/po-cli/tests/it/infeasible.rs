//! Requests that are understood and that no portfolio answers: status 3, the conflict, and the nearest request that is.

use crate::optima::folder;

fn refused(args: &[&str], message: &str) {
    let done = folder().po(&[&["allocate", "prices.csv"], args].concat());
    assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 3));
    assert_eq!(done.out, "");
}

#[test]
fn a_conflict_is_told_with_the_nearest_way_out() {
    refused(
        &["--method", "min-variance", "--groups", "sectors.csv", "--constraint", "each sector <= 40%"],
        "no portfolio satisfies \"the sum of the weights\" (at least 1), \"each sector <= 40% (x)\" and \"each sector <= 40% (y)\" at once; nearest: raise \"each sector <= 40% (y)\" by 0.2 to 0.6",
    );
    refused(
        &["--method", "max-sharpe", "--bounds", ":0.1"],
        "no portfolio satisfies \"the sum of the weights\" (at least 1) and the upper bounds of AAA, BBB, CCC and 3 other assets (at most 0.1) at once; nearest: lower \"the sum of the weights\" by 0.4 to 0.6",
    );
    refused(
        &[
            "--method",
            "min-variance",
            "--current",
            "held.csv",
            "--constraint",
            "AAA >= 50%",
            "--constraint",
            "turnover <= 20%",
        ],
        "no portfolio satisfies \"AAA >= 50%\" and \"the limit on turnover\" (at most 0.2) at once; nearest: lower \"AAA >= 50%\" by 0.3 to 0.2",
    );
}

#[test]
fn targets_out_of_reach_are_told_with_what_is_in_reach() {
    let message = |args: &[&str]| {
        let done = folder().po(&[&["allocate", "prices.csv"], args].concat());
        assert_eq!((done.status, done.out.as_str()), (3, ""));
        done.err
    };
    let err = message(&["--method", "min-risk", "--target-return", "2"]);
    assert!(
        err.starts_with("error: --target-return is 2, expected at most 0.3501, the greatest that"),
        "{err}"
    );
    let err = message(&["--method", "max-return", "--target-volatility", "0.01"]);
    assert!(
        err.starts_with("error: --target-volatility is 0.01, expected at least 0.0697, the least that"),
        "{err}"
    );
    let err = message(&["--method", "max-sharpe", "--risk-free", "0.5"]);
    assert!(err.starts_with("error: no portfolio within the constraints has an expected return above --risk-free 0.5: the greatest is 0.3501,"), "{err}");
}

#[test]
fn programs_get_the_conflict_as_an_object() {
    let args = ["allocate", "prices.csv", "--method", "min-variance", "--bounds", ":0.1", "--output", "json"];
    let done = folder().po(&args);
    assert_eq!(done.status, 3);
    let object: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(object["status"], "infeasible");
    assert!(done.err.contains(object["error"].as_str().unwrap()));
    assert_eq!(object["conflict"].as_array().unwrap().len(), 7);
    assert_eq!(
        object["conflict"][0],
        serde_json::json!({ "constraint": "net", "side": "min", "limit": 1.0 })
    );
    assert_eq!(object["conflict"][1], serde_json::json!({ "asset": "AAA", "side": "max", "limit": 0.1 }));
    let amount = object["relaxation"][0]["amount"].as_f64().unwrap();
    assert!((amount - 0.4).abs() < 1e-12, "a sum of six bounds: {amount}");
    let done = folder().po(&["frontier", "prices.csv", "--bounds", ":0.1", "--output", "json"]);
    assert_eq!((done.status, done.out.contains("\"infeasible\"")), (3, true));
    // What is at fault in the request itself has no object.
    let done = folder().po(&["allocate", "prices.csv", "--method", "min-risk", "--output", "json"]);
    assert_eq!((done.status, done.out.as_str()), (2, ""));
}

#[test]
fn hierarchical_risk_parity_has_conflicts_too() {
    refused(&["--bounds", ":0.1"], "the upper bounds sum to 0.6, expected at least 1");
    refused(&["--bounds", "0.2:"], "the lower bounds sum to 1.2, expected at most 1");
    let groups = ["--groups", "sectors.csv", "--group-bounds", "x=:0.3", "--group-bounds", "y=:0.3"];
    let done = folder().po(&[&["allocate", "prices.csv"], groups.as_slice()].concat());
    assert_eq!(done.status, 3);
    assert!(done.err.starts_with("error: no portfolio satisfies the bounds of \"x\", \"y\""), "{}", done.err);
}
