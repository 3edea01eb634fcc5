//! Against statsmodels, arch, SciPy and short numpy formulas; `generate_evaluate.py` has the details.

use std::collections::BTreeMap;

use po_core::{BootstrapParams, Resampling, Returns};
use po_correlation::evaluate::{
    Bandwidth, ConfidenceStatistic, Criterion, DieboldMariano, DieboldMarianoParams, Entrant, LossSummary,
    ModelConfidenceSet, ModelConfidenceSetParams, Schedule, Window, diebold_mariano,
};
use po_correlation::{Ewma, EwmaParams, SampleCovariance};

use super::market::{outcome, run};

/// Sums of at most 150 numbers, in another order.
const SUMS: f64 = 1e-12;

/// Two shares of twenty thousand resamples each, drawn by two generators: each has a standard error of at most
/// √(0.25 / 20000) = 0.0035, their difference 0.005, and this is five of it.
const MONTE_CARLO: f64 = 0.025;

#[derive(serde::Deserialize)]
struct File {
    in_sample: usize,
    returns: Vec<f64>,
    losses: Vec<f64>,
    many: BTreeMap<String, Vec<f64>>,
    pair: Vec<Pair>,
    set: Vec<Set>,
    entrant: Vec<Row>,
}

#[derive(serde::Deserialize)]
struct Test {
    mean_difference: f64,
    standard_error: f64,
    statistic: f64,
    p_value: f64,
    lags: usize,
}

#[derive(serde::Deserialize)]
struct Pair {
    why: String,
    bandwidth: String,
    horizon: usize,
    one: Vec<f64>,
    two: Vec<f64>,
    #[serde(flatten)]
    expected: Test,
}

#[derive(serde::Deserialize)]
struct Set {
    why: String,
    models: usize,
    losses: Vec<f64>,
    indices: Vec<usize>,
    range: Vec<f64>,
    max: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Row {
    name: String,
    qlike: Vec<f64>,
    portfolio: Vec<f64>,
    distance: Vec<f64>,
    calibration: Calibrated,
    qlike_summary: Summary,
    portfolio_summary: Summary,
}

#[derive(serde::Deserialize)]
struct Calibrated {
    ratio: f64,
    standard_error: f64,
    statistic: f64,
    p_value: f64,
    shares: Vec<f64>,
    coverage_p_values: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Summary {
    mean: f64,
    best: String,
    against_best: Option<Test>,
}

fn file() -> File {
    toml::from_str(include_str!("../../data/evaluate.toml")).unwrap()
}

fn close(what: &str, actual: f64, expected: f64) {
    let tolerance = SUMS * expected.abs().max(1.0);
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

fn agrees(what: &str, actual: &DieboldMariano, expected: &Test) {
    assert_eq!(actual.lags, expected.lags, "{what}");
    close(what, actual.mean_difference, expected.mean_difference);
    close(what, actual.standard_error, expected.standard_error);
    close(what, actual.statistic, expected.statistic);
    close(what, actual.p_value, expected.p_value);
}

#[test]
fn diebold_mariano_tests_agree() {
    let file = file();
    assert_eq!(file.pair.len(), 12);
    for pair in &file.pair {
        let bandwidth = match pair.bandwidth.as_str() {
            "automatic" => Bandwidth::Automatic,
            "rule-of-thumb" => Bandwidth::RuleOfThumb,
            _ => Bandwidth::Lags(5),
        };
        let params = DieboldMarianoParams { horizon: pair.horizon, bandwidth };
        let test = diebold_mariano(&pair.one, &pair.two, &params).unwrap();
        agrees(&format!("{} {}", pair.why, pair.bandwidth), &test, &pair.expected);
    }
}

fn search(statistic: ConfidenceStatistic, bootstrap: BootstrapParams) -> ModelConfidenceSet {
    ModelConfidenceSet::new(ModelConfidenceSetParams { statistic, bootstrap, ..Default::default() }).unwrap()
}

#[test]
fn confidence_sets_agree_on_the_same_resamples() {
    for set in file().set {
        let bars = set.losses.len() / set.models;
        let losses: Vec<&[f64]> = set.losses.chunks_exact(bars).collect();
        let resamples: Vec<&[usize]> = set.indices.chunks_exact(bars).collect();
        assert_eq!(resamples.len(), 60);
        for (statistic, expected) in
            [(ConfidenceStatistic::Range, &set.range), (ConfidenceStatistic::Max, &set.max)]
        {
            let found = search(statistic, BootstrapParams::default()).find_resampled(&losses, &resamples);
            for (actual, expected) in found.unwrap().p_values.iter().zip(expected) {
                close(&format!("{} {statistic:?}", set.why), *actual, *expected);
            }
        }
    }
}

#[test]
fn confidence_sets_agree_on_resamples_of_their_own() {
    let file = file();
    let losses: Vec<&[f64]> = file.losses.chunks_exact(150).collect();
    assert_eq!(file.many.len(), 6);
    for (name, expected) in &file.many {
        let resampling = match name.split('-').next().unwrap() {
            "stationary" => Resampling::Stationary,
            "circular" => Resampling::Circular,
            _ => Resampling::Moving,
        };
        let max = name.ends_with("max");
        let statistic = if max { ConfidenceStatistic::Max } else { ConfidenceStatistic::Range };
        let bootstrap = BootstrapParams { resampling, block: Some(6), resamples: 20_000, seed: 3 };
        let found = search(statistic, bootstrap).find(&losses).unwrap();
        for (actual, expected) in found.p_values.iter().zip(expected) {
            assert!((actual - expected).abs() < MONTE_CARLO, "{name}: {actual} is not {expected}");
        }
    }
}

fn summarised(what: &str, actual: &LossSummary, expected: &Summary) {
    close(what, actual.mean, expected.mean);
    assert_eq!(actual.against_best.is_some(), expected.against_best.is_some(), "{what}");
    if let (Some(actual), Some(expected)) = (&actual.against_best, &expected.against_best) {
        agrees(what, actual, expected);
    }
}

#[test]
fn a_race_agrees() {
    let file = file();
    let returns = Returns::from_column_slice(file.returns.len() / 3, 3, &file.returns).unwrap();
    let sample = SampleCovariance::default;
    let expanding = Schedule { window: Window::Expanding, every: 7 };
    let rolling = Schedule { window: Window::Rolling(40), every: 5 };
    let entrants = vec![
        Entrant::refitted("expanding", sample(), expanding).unwrap(),
        Entrant::refitted("rolling", sample(), rolling).unwrap(),
        Entrant::streaming("ewma", Ewma::new(EwmaParams::default(), 3).unwrap()),
    ];
    let evaluation = run(file.in_sample, &returns, entrants);
    assert_eq!((evaluation.standings.len(), evaluation.bars, evaluation.assets), (3, 80, 3));
    let best = |criterion| &evaluation.best(criterion).unwrap().name;
    for row in &file.entrant {
        let found = outcome(&evaluation, &row.name);
        for (actual, expected) in [
            (&found.scores.qlike, &row.qlike),
            (&found.scores.portfolio, &row.portfolio),
            (&found.scores.distance, &row.distance),
        ] {
            assert_eq!(actual.len(), expected.len());
            actual.iter().zip(expected).for_each(|(actual, expected)| close(&row.name, *actual, *expected));
        }
        summarised(&row.name, &found.qlike, &row.qlike_summary);
        summarised(&row.name, &found.portfolio, &row.portfolio_summary);
        assert_eq!(best(Criterion::Qlike), &row.qlike_summary.best);
        assert_eq!(best(Criterion::Portfolio), &row.portfolio_summary.best);
        close(&row.name, found.volatility().powi(2), row.portfolio_summary.mean);

        let (actual, expected) = (&found.calibration, &row.calibration);
        close(&row.name, actual.ratio, expected.ratio);
        close(&row.name, actual.standard_error, expected.standard_error);
        close(&row.name, actual.statistic, expected.statistic);
        close(&row.name, actual.p_value, expected.p_value);
        for (place, level) in [0.95, 0.99].into_iter().enumerate() {
            close(&row.name, actual.coverage[place].level, level);
            close(&row.name, actual.coverage[place].share, expected.shares[place]);
            close(&row.name, actual.coverage[place].p_value, expected.coverage_p_values[place]);
        }
    }
    let nearest = file
        .entrant
        .iter()
        .min_by(|one, other| one.calibration.ratio.ln().abs().total_cmp(&other.calibration.ratio.ln().abs()));
    assert_eq!(Some(best(Criterion::Calibration)), nearest.map(|row| &row.name));
}
