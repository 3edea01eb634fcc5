//! `po run --replay`: the account adds up, benchmarks are what they say, and reports keep their form.

use serde_json::Value;

use crate::po::{Done, Folder};

/// Rounding of some hundred additions of numbers around one.
const ROUNDING: f64 = 1e-12;

/// What comes with the crate.
const EXAMPLE: &str = include_str!("../../examples/engine.toml");

const CONFIG: &str = "\
[estimator.ewma]
volatility = { half-life = 30.0 }

[budget]
volatility_budget = 0.008
band = [0.80, 0.95]

[trading]
cost_bps = 10.0
band = { width = { relative = 0.2 } }
";

/// The demo market of three hundred days: one asset comes late, another leaves early.
fn market(config: &str) -> Folder {
    let folder = Folder::with("engine.toml", config);
    let demo = ["demo", "--assets", "6", "--days", "300", "--seed", "7", "--write", "prices.csv"];
    assert_eq!(folder.po(&demo).status, 0);
    folder
}

fn replay(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["run", "--config", "engine.toml", "--replay", "prices.csv"], args].concat())
}

fn number(value: &Value, pointer: &str) -> f64 {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    assert!(found.is_some(), "{pointer}");
    found.unwrap()
}

fn sum(value: &Value, list: &str, field: &str) -> f64 {
    value.pointer(list).unwrap().as_array().unwrap().iter().map(|own| own[field].as_f64().unwrap()).sum()
}

#[test]
fn each_account_adds_up_to_the_total() {
    let groups = "asset,kind\nTECH1,A\nFIN1,A\nENER1,B\n";
    let folder = market(CONFIG).and("groups.csv", groups);
    let found = replay(&folder, &["--output", "json", "--groups", "groups.csv"]).json();
    let total = number(&found, "/attribution/total");
    let (drift, cash) = (number(&found, "/attribution/drift"), number(&found, "/attribution/cash"));
    for (list, field, rest) in [
        ("/attribution/by_decision", "contribution", 0.0),
        ("/attribution/by_asset", "net", drift + cash),
        ("/attribution/by_group/0/groups", "net", drift + cash),
        ("/attribution/by_month", "profit", 0.0),
        ("/attribution/by_year", "profit", 0.0),
    ] {
        let found = sum(&found, list, field) + rest;
        assert!((found - total).abs() < ROUNDING, "{list}: {found} {total}");
    }
    // No cash was earned before the first decision, so that the statistics begin with the same capital.
    assert!((number(&found, "/portfolios/engine/total_return") - total).abs() < ROUNDING);
    // Returns of months compound to the return of their year.
    for year in found["attribution"]["by_year"].as_array().unwrap() {
        let label = year["period"].as_str().unwrap();
        let months = found["attribution"]["by_month"].as_array().unwrap().iter();
        let own = months.filter(|month| month["period"].as_str().unwrap().starts_with(label));
        let growth: f64 = own.map(|month| 1.0 + month["return"].as_f64().unwrap()).product();
        assert!((growth - 1.0 - year["return"].as_f64().unwrap()).abs() < ROUNDING, "{label}");
        let lines: f64 = year["lines"].as_array().unwrap().iter().map(|line| line.as_f64().unwrap()).sum();
        assert!((lines - year["profit"].as_f64().unwrap()).abs() < ROUNDING, "{label}");
    }
    let kinds: Vec<&str> =
        found["incidents"].as_array().unwrap().iter().map(|own| own["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"listed") && kinds.contains(&"delisted"), "{kinds:?}");
}

/// Prices of three assets that are always there.
fn prices() -> (String, Vec<[f64; 3]>) {
    let mut text = "date,A,B,C\n".to_owned();
    let mut rows = Vec::new();
    for day in 0..60_u32 {
        let t = f64::from(day);
        let row =
            [100.0 + 5.0 * (0.7 * t).sin(), 50.0 + 0.2 * t + (1.3 * t).cos(), 80.0 - 4.0 * (0.4 * t).cos()];
        let row = row.map(|price| (1e4 * price).round() / 1e4);
        text += &format!("2024-{:02}-{:02},{},{},{}\n", day / 28 + 1, day % 28 + 1, row[0], row[1], row[2]);
        rows.push(row);
    }
    (text, rows)
}

#[test]
fn benchmarks_are_those_of_an_independent_simulation() {
    const FIRST: usize = 10;
    const COST: f64 = 0.001;
    let (text, rows) = prices();
    let config = "[estimator.ewma]\nmin_observations = 10\n[trading]\ncost_bps = 10.0\n";
    let folder = Folder::with("engine.toml", config).and("prices.csv", text);
    let done = replay(&folder, &["--output", "csv"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let table: Vec<Vec<&str>> = done.out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(&table[0][..4], ["time", "wealth", "equal_weight", "buy_and_hold"]);
    // Money in each asset, for weights brought back each day and for those left alone.
    let third = (1.0 - COST) / 3.0;
    let (mut equal, mut held) = ([third; 3], [third; 3]);
    for (day, row) in table[1..].iter().enumerate() {
        if day > FIRST {
            for asset in 0..3 {
                let growth = rows[day][asset] / rows[day - 1][asset];
                equal[asset] *= growth;
                held[asset] *= growth;
            }
            let wealth: f64 = equal.iter().sum();
            let traded: f64 = equal.iter().map(|own| (wealth / 3.0 - own).abs()).sum();
            equal = [(wealth - COST * traded) / 3.0; 3];
        }
        let expected = if day < FIRST { [1.0; 2] } else { [equal.iter().sum(), held.iter().sum()] };
        for (cell, expected) in row[2..4].iter().zip(expected) {
            let found: f64 = cell.parse().unwrap();
            assert!((found - expected).abs() < ROUNDING, "day {day}: {found} {expected}");
        }
    }
    let found = replay(&folder, &["--output", "json"]).json();
    assert_eq!(found["statistics"]["first_decision"], "2024-01-11");
    assert_eq!(found["statistics"]["bars"], 49);
    let returns: Vec<f64> = table[FIRST + 1..]
        .windows(2)
        .enumerate()
        .map(|(number, pair)| {
            let wealth = |row: &Vec<&str>| row[2].parse::<f64>().unwrap();
            let before = if number == 0 { 1.0 } else { wealth(&pair[0]) };
            wealth(&pair[1]) / before - 1.0
        })
        .collect();
    let mean = returns.iter().sum::<f64>() / 49.0;
    let variance = returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 48.0;
    let periods = number(&found, "/statistics/periods_per_year");
    let sharpe = mean / variance.sqrt() * periods.sqrt();
    assert!((number(&found, "/portfolios/equal_weight/sharpe") / sharpe - 1.0).abs() < ROUNDING);
    let losses = table[FIRST + 1..].iter().scan(1.0_f64, |high, row| {
        let wealth: f64 = row[3].parse().unwrap();
        *high = high.max(wealth);
        Some(1.0 - wealth / *high)
    });
    let drawdown = losses.fold(0.0, f64::max);
    assert!((number(&found, "/portfolios/buy_and_hold/drawdown") - drawdown).abs() < ROUNDING);
}

#[test]
fn the_same_history_gives_the_same_report() {
    let folder = market(CONFIG);
    let json = || {
        let mut found = replay(&folder, &["--output", "json", "--html", "report.html"]).json();
        // Only how fast it was differs.
        assert!(number(&found, "/speed/bars_per_second") > 0.0);
        found.as_object_mut().unwrap().remove("speed");
        (found, std::fs::read(folder.path("report.html")).unwrap())
    };
    assert_eq!(json(), json());
    let rows = |output: &str| replay(&folder, &["--output", output]).out;
    assert_eq!(rows("csv"), rows("csv"));
    assert_eq!(rows("csv").lines().count(), 301);
    let objects = rows("ndjson");
    assert_eq!(objects.lines().count(), 300);
    let last: Value = serde_json::from_str(objects.lines().last().unwrap()).unwrap();
    assert!(last["wealth"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_table_tells_all_parts() {
    let done = replay(&market(CONFIG), &[]);
    assert_eq!(done.status, 0, "{}", done.err);
    for part in [
        "Performance",
        "greatest drawdown",
        "bars with 80.00 % to 95.00 % of it",
        "Mertens (2002)",
        "Attribution by decision",
        "base: prior holdings",
        "no-trade band",
        "Attribution by year",
        "Return of each month",
        "Attribution by asset",
        "adds up to",
        "Fallbacks and events",
        "event: delisted",
        "bars a second",
        "statistics from the first decision on",
    ] {
        assert!(done.out.contains(part), "{part}:\n{}", done.out);
    }
    assert!(!done.out.contains("watch"), "what only looks on is no decision");
}

#[test]
fn the_example_keeps_its_limits() {
    let found = replay(&market(EXAMPLE), &["--output", "json"]).json();
    let greatest = number(&found, "/portfolios/engine/greatest_correlation");
    assert!(greatest <= 0.6 + ROUNDING, "{greatest}");
    assert!(number(&found, "/portfolios/engine/mean_budget_use") <= 0.95 + ROUNDING);
    assert!(found["portfolios"]["equal_weight"]["mean_budget_use"].is_null());
}

#[test]
fn the_page_needs_nothing_else_and_is_well_formed() {
    let folder = market(CONFIG);
    assert_eq!(replay(&folder, &["--html", "report.html"]).status, 0);
    let page = std::fs::read_to_string(folder.path("report.html")).unwrap();
    let sources = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "<script", "<link", "src=", "@import", "url("] {
        assert!(!sources.contains(outside), "{outside}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf\""), "numbers are numbers");
    assert_eq!(page.matches("<svg").count(), 6);
    assert!(page.len() < 1_000_000, "{}", page.len());
    // Each element is closed, in order; these close themselves.
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') && !["meta", "br", "!DOCTYPE"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn what_cannot_be_run_through_is_told() {
    let told = |config: &str, args: &[&str]| {
        let folder = Folder::with("engine.toml", config).and("prices.csv", prices().0);
        let done = replay(&folder, args);
        (done.status, done.err.lines().last().unwrap_or_default().to_owned())
    };
    assert_eq!(
        told("assets = [\"A\", \"BB\"]", &[]),
        (2, "error: asset \"BB\" of engine.toml is not in prices.csv, did you mean \"B\"?".to_owned())
    );
    assert_eq!(
        told("[estimator.ewma]\nmin_observations = 100\n", &[]),
        (
            2,
            "error: prices.csv has 60 bars, with which no asset is known well enough to be held, expected at least 61"
                .to_owned()
        )
    );
    assert_eq!(
        told("", &["--periods-per-year", "0"]),
        (2, "error: --periods-per-year is 0, expected a positive number".to_owned())
    );
    assert_eq!(
        told("[trading]\ncost_bps = -1.0\n", &[]),
        (
            2,
            "error: engine.toml: the cost of trading is -1, expected a finite number, zero or more"
                .to_owned()
        )
    );
    let (status, error) = told("", &["--groups", "none.csv"]);
    assert!(status == 2 && error.contains("none.csv"), "{error}");
}

#[test]
fn the_assets_of_the_configuration_are_those_of_the_run() {
    let folder = Folder::with("engine.toml", "assets = [\"C\", \"A\"]").and("prices.csv", prices().0);
    let found = replay(&folder, &["--output", "json"]).json();
    let mut names: Vec<&str> = found["attribution"]["by_asset"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!((names, &found["assets"]), (vec!["A", "C"], &Value::from(2)));
    let folder = folder.and("long.csv", long());
    let args = ["run", "--config", "engine.toml", "--replay", "long.csv", "--output", "json"];
    let mut of_long = folder.po(&args).json();
    let mut wide = found;
    for report in [&mut wide, &mut of_long] {
        for own in ["speed", "file", "warnings"] {
            report.as_object_mut().unwrap().remove(own);
        }
    }
    assert_eq!(wide, of_long, "one row per date and asset says the same");
}

/// The same prices with one row per date and asset.
fn long() -> String {
    let (text, _) = prices();
    let mut long = "date,symbol,close\n".to_owned();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (name, price) in ["A", "B", "C"].iter().zip(&cells[1..]) {
            long += &format!("{},{name},{price}\n", cells[0]);
        }
    }
    long
}
