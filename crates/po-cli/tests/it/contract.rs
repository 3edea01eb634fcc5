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
            "weights",
            "risk",
            "effective_assets",
            "leaf_order",
            "clusters",
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
    assert_eq!(actual["status"], "converged");
    assert_eq!(actual["warnings"], Value::Array(Vec::new()));
    let risk = |key: &str| actual["risk"][key].as_f64().unwrap();
    assert_eq!(risk("periods_per_year"), 252.0);
    assert_eq!(risk("volatility_annualised"), risk("volatility") * 252.0_f64.sqrt());
}

#[test]
fn splits_are_in_the_object_when_asked_for() {
    let actual = allocate(PRICES, &["--output", "json", "--explain"]).json();
    let splits = actual["splits"].as_array().unwrap();
    assert_eq!(splits.len(), 1);
    assert_eq!(
        keys(&splits[0]),
        ["left", "right", "variance_left", "variance_right", "share_left", "weight_left", "weight_right"]
    );
    let number = |key: &str| splits[0][key].as_f64().unwrap();
    let share = number("variance_right") / (number("variance_left") + number("variance_right"));
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
