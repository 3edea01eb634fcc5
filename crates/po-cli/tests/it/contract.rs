//! What programs may rely on: the keys of the JSON object, the columns of the CSV, and where warnings go.

use serde_json::Value;

use crate::po::{Folder, PRICES, allocate};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_object_has_its_keys() {
    let actual = allocate(PRICES, &["--output", "json"]).json();
    assert_eq!(
        keys(&actual),
        [
            "method",
            "assets",
            "observations",
            "first",
            "last",
            "covariance",
            "weights",
            "risk",
            "effective_assets",
            "leaf_order",
            "clusters",
            "hierarchy",
            "status",
            "warnings"
        ]
    );
    assert_eq!(actual["method"], "hrp");
    assert_eq!((&actual["assets"], &actual["observations"]), (&2.into(), &3.into()));
    assert_eq!((&actual["first"], &actual["last"]), (&"2024-01-02".into(), &"2024-01-04".into()));
    assert_eq!(keys(&actual["weights"]), ["A", "B"]);
    assert_eq!(
        keys(&actual["risk"]),
        ["volatility", "volatility_annualised", "periods_per_year", "contributions"]
    );
    assert_eq!(keys(&actual["risk"]["contributions"]), ["A", "B"]);
    assert_eq!(
        keys(&actual["hierarchy"]),
        ["risk", "confidence", "codependence", "clusters", "division", "gamma"]
    );
    assert_eq!(actual["status"], "converged");
    assert_eq!(actual["warnings"], Value::Array(Vec::new()));
    let risk = |key: &str| actual["risk"][key].as_f64().unwrap();
    assert_eq!(risk("periods_per_year"), 252.0);
    assert_eq!(risk("volatility_annualised"), risk("volatility") * 252.0_f64.sqrt());
}

#[test]
fn optimisers_and_risk_budgets_have_keys_of_their_own() {
    let folder = Folder::with("prices.csv", PRICES).and("held.csv", "asset,weight\nA,1\n");
    let run =
        |args: &[&str]| folder.po(&[&["allocate", "prices.csv", "--output", "json"], args].concat()).json();
    let actual = run(&[
        "--method",
        "mean-variance",
        "--current",
        "held.csv",
        "--benchmark",
        "held.csv",
        "--constraint",
        "A <= 60%",
    ]);
    assert_eq!(
        keys(&actual)[9..],
        [
            "current",
            "trades",
            "turnover",
            "clusters",
            "objective",
            "expected_return",
            "tracking_error",
            "constraints",
            "shadow_prices",
            "certificate",
            "status",
            "warnings"
        ]
    );
    assert_eq!(keys(&actual["objective"]), ["name", "sense", "value", "bound", "nodes"]);
    assert_eq!(keys(&actual["expected_return"]), ["annual", "basis", "cost"]);
    assert_eq!(keys(&actual["constraints"][0]), ["constraint", "value", "min", "max", "binds"]);
    assert_eq!(
        keys(&actual["certificate"]),
        ["primal_residual", "dual_residual", "complementarity", "gap", "iterations"]
    );
    for price in actual["shadow_prices"].as_array().unwrap() {
        assert_eq!(keys(price)[1..], ["side", "limit", "price", "meaning"]);
        assert!(["constraint", "asset"].contains(&keys(price)[0]));
    }
    let actual = run(&["--method", "risk-parity"]);
    assert_eq!(keys(&actual)[9..], ["clusters", "risk_budget", "certificate", "status", "warnings"]);
    assert_eq!(keys(&actual["risk_budget"]), ["measure", "confidence", "risk", "assets"]);
    assert_eq!(keys(&actual["risk_budget"]["assets"]["A"]), ["share", "budget", "use", "marginal"]);
    let actual = run(&["--method", "risk-parity", "--bounds", "A=:0.5"]);
    assert_eq!(
        keys(&actual["risk_budget"]),
        ["measure", "confidence", "risk", "assets", "met", "distance", "obstacles"]
    );
    assert_eq!(actual["risk_budget"]["met"], false);
    assert_eq!(actual["risk_budget"]["obstacles"][0]["asset"], "A");
}

#[test]
fn splits_are_in_the_object_when_asked_for() {
    let actual = allocate(PRICES, &["--output", "json", "--explain"]).json();
    let splits = actual["splits"].as_array().unwrap();
    assert_eq!(splits.len(), 1);
    assert_eq!(
        keys(&splits[0]),
        ["words", "left", "right", "risk_left", "risk_right", "share_left", "weight_left", "weight_right"]
    );
    let number = |key: &str| splits[0][key].as_f64().unwrap();
    let share = number("risk_right") / (number("risk_left") + number("risk_right"));
    assert!((number("share_left") - share).abs() < 1e-15);
    assert_eq!(
        number("weight_left"),
        actual["weights"][splits[0]["left"][0].as_str().unwrap()].as_f64().unwrap()
    );
}

#[test]
fn warnings_of_json_are_in_the_object() {
    let gap = PRICES.replace(",51\n", ",\n");
    let gap = gap + "2024-01-05,102,53\n2024-01-06,103,52\n";
    let done = allocate(&gap, &["--output", "json"]);
    assert_eq!(done.err, "");
    assert_eq!(
        done.json()["warnings"],
        serde_json::json!([
            "2 of 5 rows of returns are left out because some asset has none (complete-rows), 3 are left, 2024-01-04 to 2024-01-06; without B there would be 2 more: it has 1 gap"
        ])
    );
    let done = allocate(&gap, &["--output", "csv"]);
    assert!(done.err.starts_with("warning: 2 of 5 rows"), "{}", done.err);
}

#[test]
fn csv_has_its_columns_and_all_digits() {
    let json = allocate(PRICES, &["--output", "json"]).json();
    let done = allocate(PRICES, &["--output", "csv"]);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!((lines[0], lines.len()), ("asset,weight,volatility,risk_share,cluster", 3));
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(cells[0], "A");
    assert_eq!(cells[1].parse::<f64>().unwrap(), json["weights"]["A"].as_f64().unwrap());
    assert_eq!(cells[3].parse::<f64>().unwrap(), json["risk"]["contributions"]["A"].as_f64().unwrap());
    assert_eq!(cells[4], json["clusters"]["A"].to_string());
    let quoted = allocate(PRICES.replace(",B\n", ",\"B, the second\"\n"), &["--output", "csv"]);
    assert!(quoted.out.lines().nth(2).unwrap().starts_with("\"B, the second\",0."), "{}", quoted.out);
}

#[test]
fn the_table_is_for_people() {
    let done = allocate(PRICES, &["--sort", "weight", "--explain"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let expected = "\
asset        weight  volatility  share of risk  cluster
A           76.52 %     18.11 %       113.48 %        1
B           23.48 %     32.68 %       -13.48 %        2
portfolio  100.00 %     10.24 %       100.00 %

How hrp split the weight, each cluster before its parts:
left  right  variance left  variance right  share left  weight left  weight right
A     B            0.03278         0.10682     76.52 %      76.52 %       23.48 %

hrp: 2 assets, 3 observations from 2024-01-02 to 2024-01-04
volatility 10.24 % a year (252 periods per year, told from the dates: business days)
effective number of assets 1.6
";
    assert_eq!(done.out, expected);
}

#[test]
fn the_table_of_an_optimiser_is_for_people() {
    // Uncorrelated, with annual volatilities of 18.33 % and 36.66 %: least variance at 80 % and 20 %.
    let returns = "date,A,B\n2024-01-01,0.01,0.02\n2024-01-02,-0.01,0.02\n2024-01-03,0.01,-0.02\n2024-01-04,-0.01,-0.02\n";
    let folder = Folder::with("returns.csv", returns).and("held.csv", "asset,weight\nA,0.5\nB,0.5\n");
    let start = ["allocate", "returns.csv", "--returns", "--current", "held.csv", "--method"];
    let run = |args: &[&str]| {
        let done = folder.po(&[start.as_slice(), args].concat());
        assert_eq!((done.status, done.err.as_str()), (0, ""));
        done.out
    };
    let out = run(&["min-variance", "--constraint", "A <= 60%"]);
    let expected = "\
asset        weight  held now     trade  volatility  share of risk  cluster
A           60.00 %   50.00 %  +10.00 %     18.33 %        36.00 %        1
B           40.00 %   50.00 %  -10.00 %     36.66 %        64.00 %        2
portfolio  100.00 %  100.00 %    0.00 %     18.33 %       100.00 %

constraint    value  least     most  binds
A <= 60%    60.00 %      -  60.00 %    yes

What holds the portfolio back, limits before bounds, the most costly first:
  relaxing \"A <= 60%\" from 60 % to 61 % would lower the volatility by about 0.18 points, to 18.15 %
";
    assert!(out.starts_with(expected), "{out}");
    let out = run(&["risk-parity", "--bounds", "A=:0.5"]);
    for part in [
        "A           50.00 %   50.00 %  0.00 %     18.33 %        20.00 %  50.00 %   40.00 %        1\n",
        "\nWhat keeps the budget from being met, limits before bounds, the most costly first:\n  relaxing the greatest weight of A from 50 % to 51 % would bring the shares about 1.9 points nearer to the budget\n",
        "within the constraints, shares of it miss their budgets by 42.43 % (root of the sum of squares)\n",
        "\nturnover 0.00 % of capital, bought and sold\n",
    ] {
        assert!(out.contains(part), "{part:?} is not in\n{out}");
    }
}

#[test]
fn rows_are_sorted_as_asked() {
    let order = |sort: &str| -> String {
        let done = allocate(
            "date,c,a,b\n2024-01-01,1,1,1\n2024-01-02,2,1.1,1.5\n2024-01-03,1,1.0,1.1\n2024-01-04,2,1.1,1.6\n",
            &["--output", "csv", "--sort", sort],
        );
        done.out.lines().skip(1).map(|line| &line[..1]).collect()
    };
    assert_eq!(
        (order("input").as_str(), order("name").as_str(), order("weight").as_str()),
        ("cab", "abc", "abc")
    );
}

#[test]
fn assets_that_do_not_move_can_be_held() {
    let still = "date,A,B\n2024-01-01,1,7\n2024-01-02,1,7\n2024-01-03,1,7\n";
    let actual = allocate(still, &["--method", "equal-weight", "--output", "json"]).json();
    assert_eq!(actual["risk"]["volatility"], 0.0);
    assert_eq!(actual["risk"]["contributions"], Value::Null);
    assert_eq!(actual["warnings"][1], "the portfolio does not move, so it has no risk to share");
    assert!(actual.get("clusters").is_none() && actual.get("leaf_order").is_none());
}

#[test]
fn one_asset_takes_it_all() {
    for method in ["hrp", "equal-weight", "inverse-volatility", "inverse-variance"] {
        let args = ["--assets", "B", "--method", method, "--output", "json"];
        let actual = allocate(PRICES, &args).json();
        assert_eq!(actual["weights"], serde_json::json!({ "B": 1.0 }));
        assert_eq!(actual["warnings"][0], "B is the only asset, so it takes the whole portfolio");
    }
}

#[test]
fn selected_assets_come_in_the_order_of_the_selection() {
    let folder = Folder::with("prices.csv", PRICES);
    let actual = folder.po(&["allocate", "prices.csv", "--assets", "B,A", "--output", "json"]).json();
    assert_eq!(keys(&actual["weights"]), ["B", "A"]);
}
