//! `po tail backtest`: forecasts are those of the library, and the forms keep their contract.

use po_engine::Confidence;
use po_engine::tail::{BacktestParams, TailModel, WalkForward, Window, backtest, walk_forward};
use serde_json::Value;

use crate::po::{Done, Folder};
use crate::tail::market;

fn tested(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["tail", "backtest", "prices.csv", "--missing", "complete-assets"], args].concat())
}

/// The returns of the last forecasts of a report, and the model of a name.
fn model<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["models"].as_array().unwrap().iter().find(|model| model["name"] == name).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn forecasts_and_tests_are_those_of_the_library() {
    let folder = market(700);
    let all = tested(&folder, &["--window", "50", "--model", "historical", "-o", "json"]).json();
    let report = tested(&folder, &["--window", "300", "--model", "historical,normal", "-o", "json"]).json();
    assert_eq!(report["window"], 300);
    assert_eq!(report["forecasts"], 699 - 300);
    assert_eq!(report["reference"], "historical");
    // The returns from the fifty-first on; the walk needs the window before its first forecast.
    let returns = numbers(&all["returns"]);
    let settings = WalkForward { window: Window::Rolling(300), refit: 1 };
    let level = Confidence::new(0.99).unwrap();
    for (name, own) in [("historical", TailModel::Historical), ("normal", TailModel::Normal)] {
        let path = walk_forward(&returns, &settings, |past, _| own.estimate(past, level)).unwrap();
        let found = model(&report, name);
        let var = numbers(&found["var"]);
        assert_eq!(&var[50..], path.var, "{name}");
        assert_eq!(&numbers(&found["cvar"])[50..], path.cvar, "{name}");
    }
    let found = model(&report, "normal");
    let (var, cvar, came) = (numbers(&found["var"]), numbers(&found["cvar"]), numbers(&report["returns"]));
    let forecasts = po_engine::tail::Forecasts::new(&came, &var, Some(&cvar)).unwrap();
    let tests = backtest(&forecasts, level, &BacktestParams::default()).unwrap();
    assert_eq!(found["violations"], tests.kupiec.violations);
    assert_eq!(found["kupiec_p"], tests.kupiec.test.p_value());
    assert_eq!(found["conditional_coverage_p"], tests.christoffersen.conditional_coverage.p_value());
    assert_eq!(found["score"].as_f64(), tests.fz0);
    assert_eq!(found["zone"], tests.traffic_light.zone.to_string());
    assert!(found["against_p"].is_number() && model(&report, "historical")["against_p"].is_null());
}

#[test]
fn a_model_does_not_depend_on_its_neighbours() {
    let folder = market(700);
    let args = ["--window", "400", "--every", "50", "-o", "json", "--model"];
    let of = |models: &str| tested(&folder, &[args.as_slice(), &[models]].concat()).json();
    let (one, many) = (of("gjr-evt"), of("ewma-historical,gjr-historical,gjr-evt,ewma-evt,evt"));
    assert_eq!(model(&one, "gjr-evt")["var"], model(&many, "gjr-evt")["var"]);
    assert_eq!(
        model(&of("ewma-historical"), "ewma-historical")["var"],
        model(&many, "ewma-historical")["var"]
    );
    assert_eq!(many["reference"], "gjr-evt");
}

#[test]
fn a_volatility_goes_on_between_fits() {
    let folder = market(700);
    let args = |every| ["--window", "400", "--every", every, "--model", "gjr-evt", "-o", "json"];
    let report = tested(&folder, &args("50")).json();
    let var = numbers(&model(&report, "gjr-evt")["var"]);
    assert!(var.windows(2).all(|pair| pair[0] != pair[1]), "it moves with each return");
    assert_eq!(model(&report, "gjr-evt")["fits"]["count"], var.len().div_ceil(50));
    let plain = tested(&folder, &["--window", "400", "--every", "50", "--model", "evt", "-o", "json"]).json();
    let var = numbers(&model(&plain, "evt")["var"]);
    assert!(
        var.chunks(50).all(|chunk| chunk.iter().all(|value| *value == chunk[0])),
        "it stands between fits"
    );
}

#[test]
fn all_models_are_tested_unless_some_are_named() {
    let folder = market(700);
    let done = tested(&folder, &[]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("instead of 1000: tails of so few are rough"), "{}", done.err);
    for name in ["historical", "age-weighted", "normal", "student-t", "cornish-fisher", "evt", "gjr-evt"] {
        let row = done.out.lines().find(|line| line.starts_with(&format!("{name} ")));
        assert!(row.is_some(), "{name}: {}", done.out);
    }
    for words in
        ["the same weight in each", "brought back to its weights each period", "Conditional coverage"]
    {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    let widest = done.out.lines().take(12).map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 130, "{widest}: {}", done.out);
}

#[test]
fn each_asset_is_tested_by_itself() {
    let folder = market(700);
    let args = ["--each", "--window", "300", "--model", "historical,ewma-historical"];
    let done = tested(&folder, &args);
    assert!(done.out.contains("Each asset by itself"), "{}", done.out);
    let report = tested(&folder, &[args.as_slice(), &["-o", "json"]].concat()).json();
    let (each, shares) = (report["by_asset"]["each"].as_array().unwrap(), &report["by_asset"]["shares"]);
    assert_eq!(each.len(), report["assets"].as_u64().unwrap() as usize);
    let held = each.iter().filter(|asset| asset["models"][0]["rejected"] == false).count();
    assert_eq!(shares[0]["conditional_coverage"], held as f64 / each.len() as f64);
    let csv = tested(&folder, &[args.as_slice(), &["-o", "csv"]].concat()).out;
    assert_eq!(csv.lines().count(), 1 + 2 + 2 * each.len());
    assert!(csv.starts_with("asset,model,periods,violations,expected,rate,kupiec_p,"));
}

#[test]
fn slips_are_told_with_what_would_do() {
    let folder = market(200);
    let refused = |args: &[&str], words: &str| {
        let done = tested(&folder, args);
        assert_eq!(done.status, 2, "{args:?}");
        assert!(done.out.is_empty() && done.err.contains(words), "{args:?}: {}", done.err);
    };
    refused(&["--model", "evt,evt"], "model \"evt\" stands twice in --model, expected each model once");
    refused(&["--model", "evt,fhs"], "it is unknown");
    refused(&["--every", "0"], "--every is 0, expected at least 1 observation");
    refused(&["--window", "10"], "--window is 10, expected at least 50 observations");
    refused(&["--window", "1000"], "expected at least 1050");
    refused(&["--level", "1"], "--level is 1, expected a number between 0 and 1");
    let folder = Folder::with("prices.csv", crate::po::PRICES);
    let done = tested(&folder, &[]);
    let words =
        "prices.csv has 3 observations, the rows in which every asset has a return, expected at least 100";
    assert!(done.status == 2 && done.err.contains(words), "{}", done.err);
}

#[test]
fn a_model_that_cannot_be_fitted_is_told_and_the_others_stand() {
    // A price that never moves but once cannot be fitted by a search for a volatility before it has.
    let mut prices = String::from("date,A\n");
    for day in 0..200_u32 {
        let price = if day < 120 { 100.0 } else { 100.0 + f64::from(day * day % 17) };
        prices += &format!("{}-{:02}-{:02},{price}\n", 2000 + day / 336, day % 336 / 28 + 1, day % 28 + 1);
    }
    let folder = Folder::with("prices.csv", prices);
    let done = tested(&folder, &["--window", "100", "--model", "historical,garch-historical"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("garch-historical has no forecast of"), "{}", done.err);
}
