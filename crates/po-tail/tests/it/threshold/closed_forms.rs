//! Cases that are known without computing.
#![expect(clippy::float_cmp, reason = "small whole numbers and their ratios are exact")]

use po_core::{Codependence, CodependenceMeasure, Confidence, Returns};
use po_tail::{
    Cluster, Declustered, ExtremalIndexEstimator, GeneralisedPareto, GoodnessStatistic, StopRule, Tail,
    TailDependence, TailIndexEstimator, Threshold, ThresholdChoice, ThresholdParams, ThresholdVerdict,
    WeissmanTail, extremal_dependence, mean_excess, parameter_stability, quantile_plot, t_tail_dependence,
};

use super::process::{max_autoregressive, pareto, uniform};

/// A few operations.
const ROUNDING: f64 = 1e-12;

fn confidence(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

/// Losses whose logarithms are equally spaced: `ln x_i - ln x_{i+1}` is `step` everywhere.
fn geometric(count: i32, step: f64) -> Vec<f64> {
    (0..count).map(|i| (f64::from(i) * step).exp()).collect()
}

#[test]
fn hill_of_equal_spacings() {
    // The i-th of k logarithms is (k + 1 - i) steps above the threshold, (k + 1)/2 on average.
    let path = TailIndexEstimator::Hill.path(&geometric(50, 0.1)).unwrap();
    assert_eq!(path.len(), 49);
    for index in path {
        let k = index.exceedances as f64;
        assert!((index.shape - 0.1 * (k + 1.0) / 2.0).abs() < ROUNDING);
        assert!((index.standard_error - index.shape / k.sqrt()).abs() < ROUNDING);
        assert!((index.exponent() * index.shape - 1.0).abs() < ROUNDING);
    }
}

#[test]
fn hill_is_unbiased_for_a_pareto_tail() {
    // By Renyi's representation k times Hill's estimate is a sum of k independent exponentials of mean ξ, whatever k.
    let (samples, count, shape) = (400, 60, 0.5);
    for k in [1, 7, 30, 59] {
        let estimates = (0..samples)
            .map(|seed| TailIndexEstimator::Hill.estimate(&pareto(count, shape, seed), k).unwrap().shape);
        let mean = estimates.sum::<f64>() / samples as f64;
        let error = shape / (k as f64 * samples as f64).sqrt();
        // Four standard errors.
        assert!((mean - shape).abs() < 4.0 * error, "k = {k}: {mean}");
    }
}

#[test]
fn pickands_of_quantiles_of_generalised_pareto() {
    // x_k = (k^{-ξ} - 1)/ξ has the ratio of differences 2^ξ exactly, for every k.
    for shape in [-0.5, 0.3, 1.0_f64] {
        let losses: Vec<f64> = (1..=80).map(|k| (f64::from(k).powf(-shape) - 1.0) / shape).collect();
        let path = TailIndexEstimator::Pickands.path(&losses).unwrap();
        assert_eq!(path.len(), 20);
        assert!(path.iter().all(|index| (index.shape - shape).abs() < 1e-10));
    }
    // An exponential tail: the variance is 3 / (4 ln⁴ 2).
    let losses: Vec<f64> = (1..=16).map(|k| -f64::from(k).ln()).collect();
    let index = TailIndexEstimator::Pickands.estimate(&losses, 4).unwrap();
    let deviation = (3.0 / (4.0 * std::f64::consts::LN_2.powi(4)) / 4.0).sqrt();
    assert!(index.shape.abs() < ROUNDING && (index.standard_error - deviation).abs() < ROUNDING);
}

#[test]
fn the_moment_estimator_of_two_logarithms() {
    // Two and one above the threshold: M1 = 3/2, M2 = 5/2, 1 - M1²/M2 = 1/10.
    let index = TailIndexEstimator::DekkersEinmahlDeHaan.estimate(&geometric(3, 1.0), 2).unwrap();
    assert!((index.shape - (1.5 + 1.0 - 5.0)).abs() < ROUNDING);
}

#[test]
fn a_tail_of_pareto_gives_its_quantiles_back() {
    let losses = pareto(20_000, 0.4, 1);
    let tail = WeissmanTail::new(&losses, 2000).unwrap();
    let (level, known) = (confidence(0.999), 0.001_f64.powf(-0.4));
    let (lower, upper) = tail.interval(level, confidence(0.99)).unwrap();
    assert!(lower < known && known < upper);
    // At the level of the threshold the value at risk is the threshold.
    let at = tail.value_at_risk(confidence(0.9)).unwrap();
    assert!((at / tail.threshold - 1.0).abs() < ROUNDING);
    let ratio = tail.expected_shortfall(level).unwrap() / tail.value_at_risk(level).unwrap();
    assert!((ratio - 1.0 / (1.0 - tail.index.shape)).abs() < ROUNDING);
}

#[test]
fn mean_excess_of_equal_spacings() {
    // Above the j-th of n whole numbers the excesses are 1, …, n - j.
    let losses: Vec<f64> = (1..=9).map(f64::from).collect();
    for point in mean_excess(&losses, confidence(0.95)).unwrap() {
        let k = point.exceedances as f64;
        assert!((point.mean - (k + 1.0) / 2.0).abs() < ROUNDING);
        if point.exceedances == 1 {
            assert_eq!((point.lower, point.upper), (f64::NEG_INFINITY, f64::INFINITY));
        } else {
            let width = 1.959_963_984_540_054 * ((k + 1.0) / 12.0).sqrt();
            assert!((point.upper - point.mean - width).abs() < ROUNDING);
        }
    }
    // Equal losses are one threshold.
    let points = mean_excess(&[1.0, 2.0, 2.0, 4.0], confidence(0.95)).unwrap();
    let seen: Vec<_> = points.iter().map(|point| (point.threshold, point.exceedances)).collect();
    assert_eq!(seen, [(1.0, 3), (2.0, 1)]);
    assert!((points[0].mean - 5.0 / 3.0).abs() < ROUNDING && (points[1].mean - 2.0).abs() < ROUNDING);
}

#[test]
fn the_simple_rules() {
    let losses: Vec<f64> = (1..=1000).rev().map(f64::from).collect();
    let chosen = |rule: Threshold| {
        let choice = rule.choose(&losses).unwrap();
        assert_eq!((choice.rule, choice.verdict, choice.observations), (rule, ThresholdVerdict::Given, 1000));
        assert!(choice.steps.is_empty());
        (choice.threshold, choice.exceedances)
    };
    assert_eq!(chosen(Threshold::default()), (900.0, 100));
    assert_eq!(chosen(Threshold::Quantile(0.9995 - 0.001)), (999.0, 1));
    assert_eq!(chosen(Threshold::Exceedances(999)), (1.0, 999));
    assert_eq!(chosen(Threshold::Value(994.5)), (994.5, 6));
    // Tied losses do not exceed the threshold that they are.
    let choice = Threshold::Exceedances(2).choose(&[1.0, 3.0, 3.0, 5.0]).unwrap();
    assert_eq!((choice.threshold, choice.exceedances), (3.0, 1));
}

#[test]
fn a_choice_explains_itself() {
    let losses: Vec<f64> = (1..=20).map(f64::from).collect();
    let words = |rule: Threshold| rule.choose(&losses).unwrap().explain();
    assert_eq!(
        words(Threshold::default()),
        "threshold 18.000000: 2 of 20 losses exceed it (10.0 %); it is the 0.9 quantile, as asked for"
    );
    assert_eq!(
        words(Threshold::Exceedances(3)),
        "threshold 17.000000: 3 of 20 losses exceed it (15.0 %); 3 exceedances were asked for"
    );
    assert_eq!(
        words(Threshold::Value(19.5)),
        "threshold 19.500000: 1 of 20 losses exceed it (5.0 %); the value was asked for"
    );
}

/// Losses uniform on (0, 1) but for a step of the density at 0.8, above which they are Pareto.
fn stepped() -> Vec<f64> {
    let body = uniform(1600, 11).into_iter().map(|u| 0.5 + 0.5 * u);
    body.chain(pareto(400, 0.3, 12)).collect()
}

#[test]
fn a_body_that_is_not_pareto_is_rejected() {
    let params = ThresholdParams { lowest: 0.5, highest: 0.95, candidates: 10, ..ThresholdParams::default() };
    let choice = Threshold::Automatic(params).choose(&stepped()).unwrap();
    assert_eq!(choice.verdict, ThresholdVerdict::NotRejected);
    // Four fifths of the losses are the body; the first candidate at which nothing is left of it is 0.8.
    assert!((0.95..1.1).contains(&choice.threshold), "{choice}");
    let rejected = choice.steps.iter().filter(|step| step.rejected).count();
    let words = choice.explain();
    assert!(words.contains(&format!("10 thresholds were tested by Anderson-Darling, of which ForwardStop at 0.1 rejects {rejected}: the lowest of the others was taken")), "{words}");
    assert_eq!(words.lines().count(), 11);
    assert_eq!(words.matches(", rejected").count(), rejected);
    assert_eq!(words.matches(", not rejected").count(), 10 - rejected);
}

#[test]
fn where_everything_is_rejected_the_choice_says_so() {
    // Losses on two levels are nowhere generalised Pareto.
    let losses: Vec<f64> =
        uniform(1000, 3).into_iter().map(|u| if u < 0.5 { u } else { 10.0 + 0.01 * u }).collect();
    let params = ThresholdParams {
        lowest: 0.1,
        highest: 0.4,
        candidates: 4,
        stop: StopRule::Strong,
        ..ThresholdParams::default()
    };
    let choice = Threshold::Automatic(params).choose(&losses).unwrap();
    assert_eq!(choice.verdict, ThresholdVerdict::AllRejected);
    assert!(choice.steps.iter().all(|step| step.rejected));
    assert_eq!(choice.exceedances, 600);
    assert!(choice.explain().contains(
        "of which StrongStop at 0.1 rejects 4: all of them, so the highest was taken, and a generalised Pareto distribution does not fit there either"
    ));
}

#[test]
fn a_pareto_tail_is_rarely_rejected() {
    // Under the hypothesis the lowest candidate has a p-value below a tenth in a tenth of the samples.
    let params = ThresholdParams { lowest: 0.8, highest: 0.8, candidates: 1, ..ThresholdParams::default() };
    let samples = 300;
    let rejected = (0..samples)
        .filter(|&seed| {
            Threshold::Automatic(params).choose(&pareto(500, 0.25, 1000 + seed)).unwrap().steps[0].p_value
                < 0.1
        })
        .count();
    // Four standard errors of 30 are 21.
    assert!((9..=51).contains(&rejected), "{rejected}");
}

#[test]
fn statistics_at_their_least() {
    // Each excess at its plotting position.
    let fit = GeneralisedPareto::new(0.25, 2.0).unwrap();
    let excesses: Vec<f64> = (0..10).map(|i| fit.quantile((f64::from(i) + 0.5) / 10.0)).collect();
    let least = GoodnessStatistic::CramerVonMises.of_ascending(&excesses, 0.25, 2.0);
    assert!((least - 1.0 / 120.0).abs() < ROUNDING);
    // One excess at the median: -1 - (ln ½ + ln ½) = 2 ln 2 - 1.
    let one = GoodnessStatistic::AndersonDarling.of_ascending(&[std::f64::consts::LN_2], 0.0, 1.0);
    assert!((one - (2.0 * std::f64::consts::LN_2 - 1.0)).abs() < ROUNDING);
    // Beyond the end of the distribution.
    for statistic in [GoodnessStatistic::AndersonDarling, GoodnessStatistic::CramerVonMises] {
        assert_eq!(statistic.of_ascending(&[0.5, 1.0], -1.0, 1.0), f64::INFINITY);
    }
    let points = quantile_plot(&excesses, &fit).unwrap();
    assert!(
        points
            .iter()
            .all(|p| (p.expected - p.observed).abs() < ROUNDING
                && (p.position - p.probability).abs() < ROUNDING)
    );
}

#[test]
fn stability_leaves_out_what_repeats() {
    let losses: Vec<f64> = pareto(100, 0.3, 5);
    let path = parameter_stability(&losses, &[0.5, 0.501, 0.8, 0.95], confidence(0.95)).unwrap();
    let exceedances: Vec<usize> = path.iter().map(|point| point.exceedances).collect();
    assert_eq!(exceedances, [50, 49, 20]);
}

#[test]
fn extremal_indices_by_hand() {
    // Exceedances at 0, 1, 5, 6 of ten periods: gaps 1, 4, 1.
    let losses = [2.0, 3.0, 0.0, 0.0, 0.0, 3.0, 2.0, 0.0, 0.0, 0.0];
    let estimate = |estimator: ExtremalIndexEstimator| estimator.estimate(&losses, 1.0).unwrap();
    // 2 · 3² / (3 · 3 · 2) = 1.
    assert_eq!(estimate(ExtremalIndexEstimator::Intervals).index, 1.0);
    assert_eq!(estimate(ExtremalIndexEstimator::Runs { length: 1 }).index, 0.5);
    assert_eq!(estimate(ExtremalIndexEstimator::Runs { length: 4 }).index, 0.25);
    assert_eq!(estimate(ExtremalIndexEstimator::Blocks { length: 5 }).index, 0.5);
    // Two gaps vanish and one is 3, scaled 1.2: 1.2 θ² - 5.2 θ + 2 = 0.
    let gaps = estimate(ExtremalIndexEstimator::KGaps { gap: 1 });
    assert!((gaps.index - (5.2 - (5.2_f64 * 5.2 - 9.6).sqrt()) / 2.4).abs() < ROUNDING);
    assert_eq!((gaps.exceedances, gaps.clusters), (4, 2));
    // All together: one cluster, and no likelihood for more.
    let together = ExtremalIndexEstimator::KGaps { gap: 9 }.estimate(&losses, 1.0).unwrap();
    assert_eq!((together.index, together.standard_error, together.clusters), (0.0, None, 1));
    // No gap vanishes: 2 n / Σ, cut off at one.
    let alone = ExtremalIndexEstimator::KGaps { gap: 0 }.estimate(&losses, 1.0).unwrap();
    assert_eq!(alone.index, 1.0);
    // Every second period: no gap is above two.
    let alternating: Vec<f64> = (0..20).map(|t| f64::from(t % 2)).collect();
    assert_eq!(ExtremalIndexEstimator::Intervals.estimate(&alternating, 0.5).unwrap().index, 1.0);
}

#[test]
fn clusters_by_hand() {
    let losses = [2.0, 3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 5.0, 5.0, 0.0];
    let declustered = Declustered::with_run_length(&losses, 1.0, 2).unwrap();
    let first = Cluster { first: 0, last: 3, exceedances: 3, peak: 3, maximum: 4.0 };
    let second = Cluster { first: 7, last: 8, exceedances: 2, peak: 7, maximum: 5.0 };
    assert_eq!(declustered.clusters, [first, second]);
    assert_eq!(declustered.mean_size(), 2.5);
    assert_eq!(Declustered::with_run_length(&losses, 1.0, 0).unwrap().clusters.len(), 5);
}

#[test]
fn the_extremal_index_of_known_processes() {
    let (samples, count, beyond) = (12, 20_000, 600);
    for index in [1.0, 0.5, 0.2] {
        let estimators = [
            ExtremalIndexEstimator::Intervals,
            ExtremalIndexEstimator::KGaps { gap: 1 },
            ExtremalIndexEstimator::Runs { length: 2 },
        ];
        let (mut means, mut clusters) = ([0.0; 3], 0.0);
        for seed in 0..samples {
            let losses = max_autoregressive(count, index, 700 + seed);
            let threshold = Threshold::Exceedances(beyond).choose(&losses).unwrap().threshold;
            for (mean, estimator) in means.iter_mut().zip(estimators) {
                *mean += estimator.estimate(&losses, threshold).unwrap().index / samples as f64;
            }
            let found = Declustered::automatic(&losses, threshold).unwrap().clusters.len();
            clusters += found as f64 / beyond as f64 / samples as f64;
        }
        // One estimate has a standard error of about 0.033, twelve 0.01; and runs of two join six per cent of
        // independent exceedances that are near by chance.
        for (mean, bias) in means.into_iter().zip([0.04, 0.04, 0.1]) {
            assert!((mean - index).abs() < bias, "{means:?} are not {index}");
        }
        assert!((clusters - index).abs() < 0.05, "{clusters} is not {index}");
    }
}

#[test]
fn extremal_dependence_of_known_pairs() {
    let levels = [0.8, 0.9, 0.95];
    let first = uniform(20_000, 21);
    let (second, same) = (uniform(20_000, 22), first.clone());
    let opposite: Vec<f64> = first.iter().map(|value| -value).collect();
    let at =
        |other: &[f64], tail| extremal_dependence(&first, other, tail, &levels, confidence(0.999)).unwrap();
    for point in at(&second, Tail::Upper) {
        // Independence: χ(u) = 0 and χ̄(u) = 0 at every level.
        assert!(point.chi_interval.0 < 0.0 && 0.0 < point.chi_interval.1, "{point:?}");
        assert!(point.chi_bar_interval.0 < 0.0 && 0.0 < point.chi_bar_interval.1, "{point:?}");
    }
    for point in at(&same, Tail::Lower) {
        assert!((point.chi - 1.0).abs() < 1e-3 && (point.chi_bar - 1.0).abs() < 1e-3);
    }
    for point in at(&opposite, Tail::Upper) {
        assert_eq!((point.joint, point.chi_bar), (0, -1.0));
        // P(U < u, 1-U < u) = 2u - 1.
        let bound = 2.0 - (2.0 * point.level - 1.0).ln() / point.level.ln();
        assert!((point.chi - bound).abs() < 2e-3, "{point:?}");
    }
}

#[test]
fn the_matrix_counts_as_the_codependence_does() {
    // The two worst of five: periods 0 and 1, 0 and 4; the last two assets move together.
    let columns = [-5.0, -4.0, 1.0, 2.0, 3.0, -9.0, 1.0, 2.0, 3.0, -8.0, -9.5, 1.0, 2.0, 3.0, -8.0];
    let returns = Returns::from_column_slice(5, 3, &columns).unwrap();
    let lower = TailDependence::new(Tail::Lower, 0.4).unwrap().matrix(&returns).unwrap();
    let expected = [1.0, 0.5, 0.5, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0];
    let known =
        Codependence::from_column_slice(CodependenceMeasure::LowerTailDependence, 3, &expected).unwrap();
    assert_eq!(lower, known);
    // The two best: 3 and 4, 2 and 3, 2 and 3.
    let upper = TailDependence::new(Tail::Upper, 0.4).unwrap().matrix(&returns).unwrap();
    assert_eq!(upper.as_slice(), expected);
    assert_eq!(upper.measure(), CodependenceMeasure::Similarity);
}

#[test]
fn t_copulas_at_the_ends() {
    // McNeil, Frey, Embrechts (2005), table 5.1.
    let printed =
        [(2.0, [0.06, 0.18, 0.39, 0.72]), (4.0, [0.01, 0.08, 0.25, 0.63]), (10.0, [0.0, 0.01, 0.08, 0.46])];
    for (degrees, row) in printed {
        for (correlation, expected) in [-0.5, 0.0, 0.5, 0.9].into_iter().zip(row) {
            let dependence = t_tail_dependence(correlation, degrees).unwrap();
            // Two decimals are printed.
            assert!((dependence - expected).abs() < 0.00501, "{correlation} {degrees}: {dependence}");
        }
    }
    assert_eq!(t_tail_dependence(1.0, 3.0).unwrap(), 1.0);
    assert_eq!(t_tail_dependence(-1.0, 3.0).unwrap(), 0.0);
    assert_eq!(t_tail_dependence(0.9, f64::INFINITY).unwrap(), 0.0);
}

#[test]
fn an_empty_choice_is_nobodys() {
    assert_eq!(ThresholdChoice::default().share(), 0.0);
}
