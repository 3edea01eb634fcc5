//! `po tail`: the numbers are those of the library, and the forms keep their contract.

use po_engine::correlation::{Garch, GarchModel, GarchParams, Innovations};
use po_engine::tail::{
    ContributionMeasure, ContributionModel, Filtered, GpdMethod, IntervalChoice, TailModel, Threshold,
};
use po_engine::{Confidence, Returns, Weights};
use serde_json::Value;

use crate::po::{Done, Folder};

/// Eight days of one asset: returns of +25, -20, +50, -50, +100, -75, +300 and -1 per cent, without rounding but the last.
const ALONE: &str = "\
date,A
2024-01-01,64
2024-01-02,80
2024-01-03,64
2024-01-04,96
2024-01-05,48
2024-01-06,96
2024-01-07,24
2024-01-08,96
";

/// The demo market: several assets, some of which are listed late or delisted.
pub(crate) fn market(days: usize) -> Folder {
    let folder = Folder::new();
    let days = days.to_string();
    let demo = ["demo", "--assets", "6", "--days", &days, "--seed", "7", "--write", "prices.csv"];
    assert_eq!(folder.po(&demo).status, 0);
    folder
}

pub(crate) fn tail(folder: &Folder, args: &[&str]) -> Done {
    folder.po(&[&["tail", "prices.csv"], args].concat())
}

/// The returns of the file, as the command has them.
fn returns(folder: &Folder) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = std::fs::read_to_string(folder.path("prices.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<String> = lines.next().unwrap().split(',').skip(1).map(str::to_owned).collect();
    let rows: Vec<Vec<f64>> = lines
        .map(|line| line.split(',').skip(1).map(|cell| cell.parse().unwrap_or(f64::NAN)).collect())
        .collect();
    let all = rows.windows(2).map(|pair| {
        let of = |(before, after): (&f64, &f64)| after / before - 1.0;
        pair[0].iter().zip(&pair[1]).map(of).collect::<Vec<f64>>()
    });
    (names, all.filter(|row| row.iter().all(|value| value.is_finite())).collect())
}

/// The returns of the portfolio of equal weights.
fn series(rows: &[Vec<f64>]) -> Vec<f64> {
    rows.iter()
        .map(|row| {
            let weight = 1.0 / row.len() as f64;
            row.iter().fold(0.0, |sum, value| sum + weight * value)
        })
        .collect()
}

fn level(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

/// A number of a report, to as many digits as its way through the file leaves.
fn near(actual: &Value, expected: f64) {
    let actual = actual.as_f64().unwrap();
    // Sums of six products may be rounded in another order.
    assert!((actual - expected).abs() <= 1e-12 * expected.abs().max(1e-3), "{actual} {expected}");
}

#[test]
fn the_sample_of_one_asset_is_in_closed_form() {
    let folder = Folder::with("prices.csv", ALONE);
    // Of seven returns the worst is -75 %, the next -50 %: a quarter of seven is one and three quarters of them.
    let found = tail(&folder, &["--model", "historical", "--level", "0.75", "--output", "json"]).json();
    near(&found["var"], 0.5);
    near(&found["cvar"], (0.75 + 0.75 * 0.5) / 1.75);
    assert_eq!(found["assets"], 1);
    assert_eq!(found["observations"], 7);
    assert_eq!(found["level"], 0.75);
    assert_eq!(found["contributions"], Value::Null);
}

#[test]
fn the_default_is_the_library_composed() {
    let folder = market(900);
    let found = tail(&folder, &["--output", "json"]).json();
    let (names, rows) = returns(&folder);
    let series = series(&rows);
    assert_eq!(found["model"], "gjr-evt");
    assert_eq!(found["assets"], names.len());
    assert_eq!(found["observations"], series.len());
    let params =
        GarchParams { model: GarchModel::Gjr, innovations: Innovations::StudentT, ..GarchParams::default() };
    let fit = Garch::new(params).fit(&series).unwrap();
    let volatility = fit.next_variance.sqrt();
    let evt = TailModel::Evt { threshold: Threshold::Quantile(0.9), method: GpdMethod::default() };
    let filtered = Filtered { residuals: &fit.residuals, mean: fit.parameters.mean, volatility };
    let risk = evt.estimate_filtered(filtered, level(0.99)).unwrap();
    // A search ends where rounding takes it.
    let close = |actual: &Value, expected: f64| {
        let actual = actual.as_f64().unwrap();
        assert!((actual / expected - 1.0).abs() < 1e-6, "{actual} {expected}");
    };
    close(&found["var"], risk.var);
    close(&found["cvar"], risk.cvar);
    close(&found["volatility"], volatility);
    let own = evt.interval(&fit.residuals, level(0.99), level(0.95), IntervalChoice::Analytic).unwrap();
    close(&found["var_interval"]["lower"], volatility * own.var.lower - fit.parameters.mean);
    close(&found["var_interval"]["upper"], volatility * own.var.upper - fit.parameters.mean);
    assert_eq!(found["var_interval"]["method"], own.var.method.to_string());
    assert_eq!(found["tail"]["observations"], series.len());
    assert!(found["tail"]["why"].as_str().unwrap().contains("it is the 0.9 quantile"));
}

#[test]
fn contributions_add_up() {
    let folder = market(900);
    let (names, rows) = returns(&folder);
    let weights: Vec<f64> = (1..=names.len()).map(|place| place as f64 / 21.0).collect();
    let lines: Vec<String> =
        names.iter().zip(&weights).map(|(name, weight)| format!("{name},{weight}")).collect();
    let folder = folder.and("weights.csv", format!("asset,weight\n{}\n", lines.join("\n")));
    let args = ["--model", "historical", "--weights", "weights.csv", "--level", "0.95", "-o", "json"];
    let found = tail(&folder, &args).json();
    let columns: Vec<f64> =
        (0..names.len()).flat_map(|asset| rows.iter().map(move |row| row[asset])).collect();
    let returns = Returns::from_column_slice(rows.len(), names.len(), &columns).unwrap();
    let expected = ContributionModel::Historical
        .contributions(
            ContributionMeasure::Cvar,
            &returns,
            &Weights::new(weights.clone()).unwrap(),
            level(0.95),
        )
        .unwrap();
    near(&found["cvar"], expected.risk);
    let told = found["contributions"].as_array().unwrap();
    let shares: Vec<f64> = told.iter().map(|row| row["share"].as_f64().unwrap()).collect();
    assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]), "{shares:?}");
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    for row in told {
        let place = names.iter().position(|name| row["asset"] == **name).unwrap();
        near(&row["component"], expected.component[place]);
    }
    for (name, weight) in names.iter().zip(&weights) {
        near(&found["weights"][name], *weight);
    }
}

#[test]
fn the_table_says_what_it_is_about() {
    let folder = market(900);
    let done = tail(&folder, &["--model", "evt", "--level", "0.975"]);
    assert_eq!(done.status, 0, "{}", done.err);
    for words in [
        "at 97.5 %",
        "value at risk",
        "expected shortfall (CVaR)",
        "95 % interval",
        "component of CVaR",
        "entropic value at risk",
        "assets, the same weight in each,",
        "losses of one period of a portfolio brought back to its weights each period",
        "by evt: a generalised Pareto tail",
        "of 389 losses exceed it (9.8 %)",
        "shape xi",
        "standard error",
    ] {
        assert!(done.out.contains(words), "{words}: {}", done.out);
    }
    assert_eq!(done.out, tail(&folder, &["--model", "evt", "--level", "0.975"]).out);
}

#[test]
fn other_names_are_those_of_the_same_model() {
    let folder = market(900);
    let found = |model: &str| tail(&folder, &["--model", model, "-o", "csv"]).out;
    assert_eq!(found("filtered-evt"), found("gjr-evt"));
    assert_eq!(found("filtered-historical"), found("gjr-historical"));
    assert_ne!(found("gjr-historical"), found("garch-historical"));
    assert!(
        found("ewma-normal")
            .starts_with("model,var,var_lower,var_upper,cvar,cvar_lower,cvar_upper\newma-normal,0.")
    );
}

#[test]
fn few_observations_are_told() {
    let folder = Folder::with("prices.csv", ALONE);
    let done = tail(&folder, &["--model", "historical"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("of 7 observations about 0.1 lie beyond 99 %"), "{}", done.err);
    assert!(done.out.contains("unknown"), "{}", done.out);
    let weights = folder.and("weights.csv", "asset,weight\nA,0.6\n");
    let done = tail(&weights, &["--model", "normal", "--weights", "weights.csv"]);
    let cash =
        "warning: the weights of weights.csv sum to 60.00 %: the rest is taken to be cash, without a return";
    assert!(done.err.contains(cash), "{}", done.err);
}

#[test]
fn slips_are_told_with_what_would_do() {
    let folder = Folder::with("prices.csv", ALONE);
    let refused = |args: &[&str], words: &str| {
        let done = tail(&folder, args);
        assert_eq!(done.status, 2, "{args:?}");
        assert!(done.out.is_empty() && done.err.contains(words), "{args:?}: {}", done.err);
    };
    refused(
        &["--level", "99"],
        "error: --level is 99, expected a number between 0 and 1, such as 0.99; for 99 %, --level 0.99\n",
    );
    refused(&["--model", "gjr-evd"], "it is unknown, did you mean \"gjr-evt\"?");
    refused(
        &["--model", "x"],
        "expected one of historical, age-weighted, normal, student-t, cornish-fisher, evt, with ewma-, garch- or gjr- in front",
    );
    refused(
        &["--threshold", "1.5"],
        "expected a quantile such as 0.9, a number of losses such as 100, or auto",
    );
    refused(&["--covariance", "sample"], "it has no meaning for tails");
    refused(&["--plot", "x.png"], "--plot \"x.png\" ends in none of .svg and .html");
    refused(&[], "the returns for a model of variance: 7, expected at least 20");
    refused(&["--model", "evt"], "the tail above the threshold has 0 observations, expected at least 1");
    refused(&["--weights", "no.csv"], "no.csv");
}

#[test]
fn a_configuration_file_may_be_shared() {
    let config = "level = 0.9\nmodel = \"historical\"\ncovariance = \"ledoit-wolf\"\nperiods-per-year = 12\n";
    let folder = Folder::with("prices.csv", ALONE).and("po.toml", config);
    let found = tail(&folder, &["--config", "po.toml", "-o", "json"]).json();
    assert_eq!((&found["level"], &found["model"]), (&Value::from(0.9), &Value::from("historical")));
    let folder = folder.and("slip.toml", "levle = 0.9\n");
    let done = tail(&folder, &["--config", "slip.toml"]);
    assert_eq!(done.status, 2);
    assert!(
        done.err.contains("slip.toml, line 1: key \"levle\" is unknown, did you mean \"level\"?"),
        "{}",
        done.err
    );
    let folder = folder.and("wrong.toml", "level = 0.9\nmodel = \"gjr\"\n");
    let done = tail(&folder, &["--config", "wrong.toml"]);
    assert!(done.status == 2 && done.err.contains("wrong.toml, line 2"), "{}", done.err);
}
