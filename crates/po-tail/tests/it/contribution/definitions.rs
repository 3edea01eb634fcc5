//! Marginal risks against the formulas that define them.

use po_core::Weights;
use po_tail::{
    ContributionMeasure, ContributionModel, GpdMethod, PeaksOverThreshold, StudentTFit, TailModel, Threshold,
};

use super::{DERIVATIVE, MEASURES, market, portfolio};
use crate::estimate::beta;

const WEIGHTS: [f64; 4] = [0.3, 0.4, 0.2, 0.1];

/// Sums of some hundred numbers in another order.
const ROUNDING: f64 = 1e-14;

/// Location and scale are where the likelihood no longer tells, and the components add up to a risk that hangs on both.
const FITTED: f64 = 1e-9;

/// With the degrees and the weights of the periods held, the risk is `-m(w) + k s(w)` for a weighted mean m and a
/// weighted deviation s; the marginal risks are its derivatives.
#[test]
fn of_student_t_they_are_derivatives_under_an_elliptical_distribution() {
    let (returns, level) = (market(11, 300, 4), beta(0.97));
    let held = Weights::new(WEIGHTS.to_vec()).unwrap();
    let series = portfolio(&returns, &WEIGHTS);
    let fit = StudentTFit::of(&series).unwrap();
    assert!(fit.degrees > 2.1 && fit.degrees < 1e3, "{}", fit.degrees);
    let weight = |value: f64| {
        let z = (value - fit.location) / fit.scale;
        (fit.degrees + 1.0) / (fit.degrees + z * z)
    };
    let periods: Vec<f64> = series.iter().map(|value| weight(*value)).collect();
    // At the maximum the weights have a mean of one.
    let count = periods.iter().sum::<f64>();
    assert!((count / 300.0 - 1.0).abs() < 1e-7);
    let standard = StudentTFit { location: 0.0, scale: 1.0, ..fit };
    for measure in MEASURES {
        let factor = measure.of(standard.tail(level));
        let at = |weights: &[f64]| {
            let series = portfolio(&returns, weights);
            let pairs = || series.iter().zip(&periods);
            let mean = pairs().map(|(value, weight)| weight * value).sum::<f64>() / count;
            let square = pairs().map(|(value, weight)| weight * (value - mean).powi(2)).sum::<f64>() / count;
            factor * square.sqrt() - mean
        };
        let found = ContributionModel::StudentT.contributions(measure, &returns, &held, level).unwrap();
        assert!((found.risk - at(&WEIGHTS)).abs() < FITTED);
        for (asset, marginal) in found.marginal.iter().enumerate() {
            let step = 1e-6;
            let moved = |step: f64| {
                let mut weights = WEIGHTS;
                weights[asset] += step;
                at(&weights)
            };
            let slope = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((marginal - slope).abs() < DERIVATIVE, "{measure:?} {asset}: {marginal} {slope}");
        }
    }
}

/// Shares out a risk by periods, whose weights are scaled.
fn shared(returns: &po_core::Returns, periods: &[f64], risk: f64) -> Vec<f64> {
    let lost = |asset: usize| -> f64 {
        returns.column(asset).iter().zip(periods).map(|(value, weight)| -weight * value).sum::<f64>()
    };
    let total: f64 = WEIGHTS.iter().enumerate().map(|(asset, weight)| weight * lost(asset)).sum();
    (0..4).map(|asset| risk * lost(asset) / total).collect()
}

#[test]
fn the_kernel_looks_at_the_neighbours_of_the_quantile() {
    let (returns, level) = (market(23, 250, 4), beta(0.95));
    let held = Weights::new(WEIGHTS.to_vec()).unwrap();
    let series = portfolio(&returns, &WEIGHTS);
    let risk = TailModel::Historical.estimate(&series, level).unwrap();
    let mean = series.iter().sum::<f64>() / 250.0;
    let deviation = (series.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 249.0).sqrt();
    let width = 2.575 * deviation * 250.0_f64.powf(-0.2);
    let periods: Vec<f64> =
        series.iter().map(|value| (1.0 - (-value - risk.var).abs() / width).max(0.0)).collect();
    assert!(periods.iter().filter(|weight| **weight > 0.0).count() > 10);
    let measure = ContributionMeasure::Var;
    let found = ContributionModel::Kernel.contributions(measure, &returns, &held, level).unwrap();
    for (marginal, expected) in found.marginal.iter().zip(shared(&returns, &periods, risk.var)) {
        assert!((marginal - expected).abs() < ROUNDING);
    }
    // The mean of the tail needs no kernel.
    let measure = ContributionMeasure::Cvar;
    let [kernel, plain] = [ContributionModel::Kernel, ContributionModel::Historical]
        .map(|model| model.contributions(measure, &returns, &held, level).unwrap());
    assert_eq!(kernel, plain);
}

#[test]
fn extreme_risk_is_shared_out_by_the_losses_beyond_the_threshold() {
    let (returns, level) = (market(31, 400, 4), beta(0.99));
    let held = Weights::new(WEIGHTS.to_vec()).unwrap();
    let losses: Vec<f64> = portfolio(&returns, &WEIGHTS).iter().map(|value| -value).collect();
    let (threshold, method) = (Threshold::Exceedances(50), GpdMethod::ProbabilityWeightedMoments);
    let edge = threshold.choose(&losses).unwrap().threshold;
    let fit = PeaksOverThreshold::fit(&losses, edge, method).unwrap();
    let periods: Vec<f64> = losses.iter().map(|loss| f64::from(u8::from(*loss > edge))).collect();
    assert!((periods.iter().sum::<f64>() - 50.0).abs() < 0.5);
    let risks = [fit.var(level).unwrap(), fit.cvar(level).unwrap()];
    for (measure, risk) in MEASURES.into_iter().zip(risks) {
        let model = ContributionModel::Evt { threshold, method };
        let found = model.contributions(measure, &returns, &held, level).unwrap();
        assert!((found.risk - risk).abs() < ROUNDING);
        for (marginal, expected) in found.marginal.iter().zip(shared(&returns, &periods, risk)) {
            assert!((marginal - expected).abs() < ROUNDING);
        }
    }
}

/// The tail of 40 periods at 0.93 holds two scenarios whole and a third in part, 0.8 of it.
#[test]
fn the_last_scenario_of_the_tail_counts_in_part() {
    let (returns, level) = (market(7, 40, 4), beta(0.93));
    let held = Weights::new(WEIGHTS.to_vec()).unwrap();
    let series = portfolio(&returns, &WEIGHTS);
    let mut order: Vec<usize> = (0..40).collect();
    order.sort_by(|a, b| series[*a].total_cmp(&series[*b]));
    let found = ContributionModel::Historical
        .contributions(ContributionMeasure::Cvar, &returns, &held, level)
        .unwrap();
    let quantile = ContributionModel::Historical
        .contributions(ContributionMeasure::Var, &returns, &held, level)
        .unwrap();
    for asset in 0..4 {
        let loss = |rank: usize| -returns.column(asset)[order[rank]];
        let expected = (loss(0) + loss(1) + 0.8 * loss(2)) / 2.8;
        assert!((found.marginal[asset] - expected).abs() < ROUNDING);
        assert!((quantile.marginal[asset] - loss(2)).abs() < 1e-17);
    }
}
