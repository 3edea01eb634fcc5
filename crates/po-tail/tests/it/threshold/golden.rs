//! Tail indices, thresholds and dependence against references that share nothing with the library.

use po_core::{Confidence, Returns};
use po_tail::{
    GoodnessStatistic, HillChoiceParams, StopRule, Tail, TailDependence, TailIndexEstimator, Threshold,
    ThresholdParams, ThresholdVerdict, WeissmanTail, choose_hill, extremal_dependence, mean_excess,
    parameter_stability, t_tail_dependence,
};
use serde::Deserialize;

/// Sums of some hundred numbers and a few logarithms.
const ROUNDING: f64 = 1e-11;

/// A maximum of a likelihood is flat: the root of the rounding of its value, squared by Newton's steps on either side.
const MAXIMUM: f64 = 1e-7;

/// The reference sums Imhof's integral by rectangles and cuts the spectrum at 300 eigenvalues.
const LIMIT: f64 = 2e-5;

#[derive(Deserialize)]
pub(super) struct Golden {
    pub(super) heavy: Vec<f64>,
    pub(super) series: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    index: Vec<IndexCase>,
    hill: Vec<HillCase>,
    weissman: Vec<WeissmanCase>,
    mean_excess: Vec<MeanExcessCase>,
    limit: Vec<LimitCase>,
    automatic: Vec<AutomaticCase>,
    stability: Vec<StabilityCase>,
    pub(super) clusters: Vec<ClustersCase>,
    chi: Vec<ChiCase>,
    matrix: Vec<MatrixCase>,
    t: Vec<TCase>,
}

#[derive(Deserialize)]
struct IndexCase {
    estimator: String,
    k: usize,
    shape: f64,
    standard_error: f64,
}

#[derive(Deserialize)]
struct HillCase {
    k: usize,
    shape: f64,
    distance: f64,
    threshold: f64,
}

#[derive(Deserialize)]
struct WeissmanCase {
    level: f64,
    value: f64,
    shortfall: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct MeanExcessCase {
    k: usize,
    threshold: f64,
    mean: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct LimitCase {
    statistic: String,
    shape: f64,
    values: Vec<f64>,
    p_values: Vec<f64>,
}

#[derive(Deserialize)]
struct AutomaticCase {
    losses: String,
    statistic: String,
    exceedances: Vec<usize>,
    thresholds: Vec<f64>,
    shapes: Vec<f64>,
    scales: Vec<f64>,
    statistics: Vec<f64>,
    p_values: Vec<f64>,
    forward: Vec<f64>,
    strong: Vec<f64>,
    rejected_forward: usize,
    rejected_strong: usize,
}

#[derive(Deserialize)]
struct StabilityCase {
    quantile: f64,
    shape: f64,
    shape_error: f64,
    modified_scale: f64,
    modified_scale_error: f64,
}

#[derive(Deserialize)]
pub(super) struct ClustersCase {
    pub(super) threshold: f64,
    pub(super) exceedances: usize,
    pub(super) intervals: f64,
    pub(super) run_length: usize,
    pub(super) clusters: usize,
    pub(super) maxima: Vec<f64>,
    pub(super) runs_of_three: f64,
    pub(super) blocks_of_twenty: f64,
    pub(super) gaps_of_one: [f64; 2],
}

#[derive(Deserialize)]
struct ChiCase {
    level: f64,
    chi: f64,
    interval: [f64; 2],
    chi_bar: f64,
    chi_bar_interval: [f64; 2],
    joint: usize,
}

#[derive(Deserialize)]
struct MatrixCase {
    share: f64,
    lower: f64,
    upper: f64,
}

#[derive(Deserialize)]
struct TCase {
    correlation: f64,
    degrees: f64,
    dependence: f64,
}

pub(super) fn golden() -> Golden {
    toml::from_str(include_str!("../../data/threshold.toml")).unwrap()
}

#[track_caller]
pub(super) fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!((actual - expected).abs() <= tolerance * scale, "{actual} is not {expected}");
}

fn confidence(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

fn statistic(name: &str) -> GoodnessStatistic {
    if name == "anderson-darling" {
        GoodnessStatistic::AndersonDarling
    } else {
        GoodnessStatistic::CramerVonMises
    }
}

#[test]
fn tail_indices() {
    let golden = golden();
    for case in &golden.index {
        let estimator = match case.estimator.as_str() {
            "hill" => TailIndexEstimator::Hill,
            "pickands" => TailIndexEstimator::Pickands,
            _ => TailIndexEstimator::DekkersEinmahlDeHaan,
        };
        let index = estimator.estimate(&golden.heavy, case.k).unwrap();
        assert_eq!(index.exceedances, case.k);
        assert_close(index.shape, case.shape, ROUNDING);
        assert_close(index.standard_error, case.standard_error, ROUNDING);
    }
}

#[test]
fn the_k_of_hill() {
    let golden = golden();
    let case = &golden.hill[0];
    let choice = choose_hill(&golden.heavy, &HillChoiceParams::default()).unwrap();
    assert_eq!((choice.index.exceedances, choice.tried), (case.k, 51));
    assert_close(choice.index.shape, case.shape, ROUNDING);
    assert_close(choice.distance, case.distance, ROUNDING);
    assert_close(choice.threshold, case.threshold, 0.0);
}

#[test]
fn quantiles_by_weissman() {
    let golden = golden();
    let tail = WeissmanTail::new(&golden.heavy, 40).unwrap();
    for case in &golden.weissman {
        let level = confidence(case.level);
        assert_close(tail.value_at_risk(level).unwrap(), case.value, ROUNDING);
        assert_close(tail.expected_shortfall(level).unwrap(), case.shortfall, ROUNDING);
        let (lower, upper) = tail.interval(level, confidence(0.9)).unwrap();
        assert_close(lower, case.interval[0], ROUNDING);
        assert_close(upper, case.interval[1], ROUNDING);
    }
}

#[test]
fn mean_excesses() {
    let golden = golden();
    let points = mean_excess(&golden.heavy, confidence(0.95)).unwrap();
    assert_eq!(points.len(), golden.heavy.len() - 1);
    for case in &golden.mean_excess {
        let point = points.iter().find(|point| point.exceedances == case.k).unwrap();
        assert_close(point.threshold, case.threshold, 0.0);
        assert_close(point.mean, case.mean, ROUNDING);
        assert_close(point.lower.max(-1e300), case.interval[0], ROUNDING);
        assert_close(point.upper.min(1e300), case.interval[1], ROUNDING);
    }
}

#[test]
fn limiting_distributions() {
    for case in golden().limit {
        for (&value, &expected) in case.values.iter().zip(&case.p_values) {
            let p = statistic(&case.statistic).p_value(value, case.shape);
            assert!(
                (p - expected).abs() < LIMIT,
                "{} {} {value}: {p} is not {expected}",
                case.statistic,
                case.shape
            );
        }
    }
}

#[test]
fn the_automatic_choice() {
    let golden = golden();
    for case in &golden.automatic {
        let losses = if case.losses == "heavy" { &golden.heavy } else { &golden.series };
        for stop in [StopRule::Forward, StopRule::Strong] {
            let (adjusted, rejected) = match stop {
                StopRule::Forward => (&case.forward, case.rejected_forward),
                StopRule::Strong => (&case.strong, case.rejected_strong),
            };
            let params = ThresholdParams {
                lowest: 0.5,
                highest: 0.9,
                candidates: 5,
                statistic: statistic(&case.statistic),
                stop,
                ..ThresholdParams::default()
            };
            let choice = Threshold::Automatic(params).choose(losses).unwrap();
            assert_eq!(choice.steps.len(), 5);
            for (index, step) in choice.steps.iter().enumerate() {
                assert_eq!(step.exceedances, case.exceedances[index]);
                assert_close(step.threshold, case.thresholds[index], 0.0);
                assert_close(step.shape, case.shapes[index], MAXIMUM);
                assert_close(step.scale, case.scales[index], MAXIMUM);
                assert_close(step.statistic, case.statistics[index], MAXIMUM);
                assert_close(step.p_value, case.p_values[index], LIMIT);
                // Logarithms of one minus a p-value near one magnify the error of the limit.
                assert_close(step.adjusted, adjusted[index], 100.0 * LIMIT);
                assert_eq!(step.rejected, index < rejected);
            }
            let taken = &choice.steps[rejected.min(4)];
            assert_eq!((choice.threshold, choice.exceedances), (taken.threshold, taken.exceedances));
            let verdict =
                if rejected == 5 { ThresholdVerdict::AllRejected } else { ThresholdVerdict::NotRejected };
            assert_eq!(choice.verdict, verdict);
        }
    }
}

#[test]
fn stability_of_the_parameters() {
    let golden = golden();
    let z = 1.959_963_984_540_054;
    let quantiles: Vec<f64> = golden.stability.iter().map(|case| case.quantile).collect();
    let path = parameter_stability(&golden.heavy, &quantiles, confidence(0.95)).unwrap();
    for (point, case) in path.iter().zip(&golden.stability) {
        assert_close(point.shape, case.shape, MAXIMUM);
        assert_close(point.modified_scale, case.modified_scale, MAXIMUM);
        let width =
            |interval: Option<(f64, f64)>| interval.map_or(f64::NAN, |(low, high)| (high - low) / (2.0 * z));
        assert_close(width(point.shape_interval), case.shape_error, MAXIMUM);
        assert_close(width(point.modified_scale_interval), case.modified_scale_error, MAXIMUM);
    }
}

#[test]
fn extremal_dependence_of_two_series() {
    let golden = golden();
    let levels: Vec<f64> = golden.chi.iter().map(|case| case.level).collect();
    let points =
        extremal_dependence(&golden.first, &golden.second, Tail::Upper, &levels, confidence(0.95)).unwrap();
    for (point, case) in points.iter().zip(&golden.chi) {
        assert_eq!(point.joint, case.joint);
        assert_close(point.chi, case.chi, ROUNDING);
        assert_close(point.chi_interval.0, case.interval[0], ROUNDING);
        assert_close(point.chi_interval.1, case.interval[1], ROUNDING);
        assert_close(point.chi_bar, case.chi_bar, ROUNDING);
        assert_close(point.chi_bar_interval.0, case.chi_bar_interval[0], ROUNDING);
        assert_close(point.chi_bar_interval.1, case.chi_bar_interval[1], ROUNDING);
    }
}

#[test]
fn coefficients_of_tail_dependence() {
    let golden = golden();
    let entries = [golden.first.as_slice(), golden.second.as_slice()].concat();
    let returns = Returns::from_column_slice(golden.first.len(), 2, &entries).unwrap();
    for case in &golden.matrix {
        let coefficient =
            |tail| TailDependence::new(tail, case.share).unwrap().matrix(&returns).unwrap().as_slice()[1];
        assert_close(coefficient(Tail::Lower), case.lower, 1e-15);
        assert_close(coefficient(Tail::Upper), case.upper, 1e-15);
    }
}

#[test]
fn the_t_copula() {
    for case in golden().t {
        let dependence = t_tail_dependence(case.correlation, case.degrees).unwrap();
        let relative = (dependence / case.dependence - 1.0).abs();
        assert!(
            relative < 1e-10,
            "{} {}: {dependence} is not {}",
            case.correlation,
            case.degrees,
            case.dependence
        );
    }
}
