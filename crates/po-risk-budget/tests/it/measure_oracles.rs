//! Risk and contributions of any portfolio against slow, obvious definitions, and what holds of all of them.

use po_core::{Returns, Weights};
use po_risk_budget::RiskMeasure;
use po_risk_budget::measure::{Decomposition, contributions};
use proptest::prelude::*;

use crate::scenarios::{Dice, assert_close, cases, measures, returns, selected, weights};

/// The same sums in another order.
const REORDERED: f64 = 1e-12;

/// A difference quotient of a step of 1e-6 over numbers of order 1e-2.
const DIFFERENCE: f64 = 1e-6;

fn losses(returns: &Returns, weights: &[f64]) -> Vec<f64> {
    let view = returns.as_view();
    view.row_iter().map(|row| -row.iter().zip(weights).map(|(r, w)| r * w).sum::<f64>()).collect()
}

/// The mean of the worst `tail` of the values, of which the last may count in part.
fn tail_mean(values: &[f64], tail: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mass = values.len() as f64 * tail;
    let (mut total, mut left) = (0.0, mass);
    for value in sorted {
        total += value * left.clamp(0.0, 1.0);
        left -= 1.0;
    }
    // Less than one scenario is one scenario.
    total / mass
}

fn risk(measure: RiskMeasure, losses: &[f64]) -> f64 {
    let count = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / count;
    match measure {
        RiskMeasure::Cvar { confidence } => tail_mean(losses, confidence.tail()),
        RiskMeasure::Cdar { confidence } => {
            let wealth = |time: usize| -losses[..time].iter().sum::<f64>();
            let peak = |time: usize| (0..=time).map(wealth).fold(f64::NEG_INFINITY, f64::max);
            let drawdowns: Vec<f64> = (1..=losses.len()).map(|time| peak(time) - wealth(time)).collect();
            tail_mean(&drawdowns, confidence.tail())
        }
        RiskMeasure::Mad => losses.iter().map(|loss| (loss - mean).abs()).sum::<f64>() / count,
        RiskMeasure::SemiDeviation => {
            let squares = losses.iter().map(|loss| (loss - mean).max(0.0).powi(2));
            (squares.sum::<f64>() / (count - 1.0)).sqrt()
        }
        RiskMeasure::Evar { confidence } => {
            let greatest = losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let value = |z: f64| {
                let sum: f64 = losses.iter().map(|loss| ((loss - greatest) / z).exp()).sum();
                greatest + z * (sum / (count * confidence.tail())).ln()
            };
            // Golden section on ln z: the function is convex in z, and so has one minimum.
            let (mut low, mut high) = (-25.0_f64, 5.0_f64);
            for _ in 0..200 {
                let third = (high - low) / 3.0;
                if value((low + third).exp()) < value((high - third).exp()) {
                    high -= third;
                } else {
                    low += third;
                }
            }
            value(low.exp()).min(greatest)
        }
    }
}

fn split(measure: RiskMeasure, returns: &Returns, weights: &[f64]) -> Decomposition {
    contributions(measure, returns, &self::weights(weights)).unwrap()
}

fn portfolios() -> impl Strategy<Value = (Returns, Vec<f64>, u64, f64)> {
    let level = prop_oneof![Just(0.01), Just(0.5), Just(0.9), Just(0.95), Just(0.999)];
    (2_usize..=60, 1_usize..=8, any::<u64>(), level).prop_map(|(observations, assets, seed, level)| {
        let mut dice = Dice::new(seed);
        let weights = (0..assets).map(|_| dice.normal()).collect();
        (returns(observations, assets, seed), weights, seed, level)
    })
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn the_risk_is_that_of_the_definition((returns, weights, _, level) in portfolios()) {
        let losses = losses(&returns, &weights);
        for measure in measures(level) {
            let found = split(measure, &returns, &weights).report.risk;
            let expected = risk(measure, &losses);
            prop_assert!((found - expected).abs() < 1e-10, "{}: {} and {}", measure, found, expected);
        }
    }

    /// Contributions add up to the risk to the last bit, and follow from the scenario weights.
    #[test]
    fn contributions_add_up((returns, weights, _, level) in portfolios()) {
        for measure in measures(level) {
            let Decomposition { report, scenario_weights } = split(measure, &returns, &weights);
            prop_assert_eq!(report.component.iter().sum::<f64>().to_bits(), report.risk.to_bits());
            for (asset, weight) in weights.iter().enumerate() {
                let marginal: f64 =
                    returns.column(asset).iter().zip(&scenario_weights).map(|(r, p)| -r * p).sum();
                prop_assert!((marginal - report.marginal[asset]).abs() < REORDERED);
                prop_assert!((weight * marginal - report.component[asset]).abs() < REORDERED);
            }
            let total: f64 = scenario_weights.iter().sum();
            match measure {
                RiskMeasure::Cvar { .. } | RiskMeasure::Evar { .. } => {
                    prop_assert!((total - 1.0).abs() < REORDERED);
                }
                RiskMeasure::Mad | RiskMeasure::SemiDeviation => prop_assert!(total.abs() < REORDERED),
                RiskMeasure::Cdar { .. } => {
                    prop_assert!(scenario_weights.iter().all(|weight| *weight >= 0.0));
                }
            }
        }
    }

    /// Twice the portfolio is twice the risk, at the same marginal risk; to the last bit, because two is a
    /// power of two.
    #[test]
    fn risk_grows_with_the_portfolio((returns, weights, _, level) in portfolios()) {
        let twice: Vec<f64> = weights.iter().map(|weight| 2.0 * weight).collect();
        for measure in measures(level) {
            let once = split(measure, &returns, &weights).report;
            let twice = split(measure, &returns, &twice).report;
            // The temperature of EVaR is found by a search, to rounding.
            let near = if matches!(measure, RiskMeasure::Evar { .. }) { REORDERED } else { 0.0 };
            prop_assert!((twice.risk - 2.0 * once.risk).abs() <= near);
            assert_close(&twice.marginal, &once.marginal, near * 1e3);
        }
    }

    /// The risk of two portfolios together is at most the sum of both, and marginal risks are its slopes:
    /// they support the measure from below.
    #[test]
    fn marginal_risks_support_the_measure((returns, weights, seed, level) in portfolios()) {
        let mut dice = Dice::new(seed ^ 1);
        let other: Vec<f64> = weights.iter().map(|_| dice.normal()).collect();
        for measure in measures(level) {
            let marginal = split(measure, &returns, &weights).report.marginal;
            let bound: f64 = marginal.iter().zip(&other).map(|(marginal, weight)| marginal * weight).sum();
            let risk = split(measure, &returns, &other).report.risk;
            prop_assert!(risk >= bound - REORDERED, "{}: {} below {}", measure, risk, bound);
        }
    }

    #[test]
    fn marginal_risks_are_slopes((returns, weights, _, level) in portfolios()) {
        for measure in measures(level) {
            let marginal = split(measure, &returns, &weights).report.marginal;
            for asset in 0..weights.len() {
                let moved = |by: f64| {
                    let mut moved = weights.clone();
                    moved[asset] += by;
                    split(measure, &returns, &moved).report.risk
                };
                let (above, here, below) = (moved(1e-6), moved(0.0), moved(-1e-6));
                let (right, left) = ((above - here) / 1e-6, (here - below) / 1e-6);
                // Convex: the slope lies between those of its two sides, also on a kink.
                let between = (left - DIFFERENCE..=right + DIFFERENCE).contains(&marginal[asset]);
                prop_assert!(between, "{}", measure);
            }
        }
    }

    #[test]
    fn renumbered_assets_have_renumbered_contributions((returns, weights, seed, level) in portfolios()) {
        let order = Dice::new(seed).permutation(weights.len());
        let times: Vec<usize> = (0..returns.observations()).collect();
        let renumbered = selected(&returns, &times, &order);
        let moved: Vec<f64> = order.iter().map(|&asset| weights[asset]).collect();
        for measure in measures(level) {
            let component = split(measure, &returns, &weights).report.component;
            let expected: Vec<f64> = order.iter().map(|&asset| component[asset]).collect();
            assert_close(&split(measure, &renumbered, &moved).report.component, &expected, REORDERED);
        }
    }
}

/// Losses that tie at the edge of the tail share what the tail leaves for them.
#[test]
fn ties_are_shared() {
    let returns = Returns::from_column_slice(5, 1, &[-0.03, -0.01, -0.01, -0.01, 0.02]).unwrap();
    let [cvar, ..] = measures(0.5);
    let weights = split(cvar, &returns, &[1.0]).scenario_weights;
    assert_close(&weights, &[0.4, 0.2, 0.2, 0.2, 0.0], REORDERED);
}

/// Each period counts in the drawdowns that it is part of, and none before the peak.
#[test]
fn periods_count_until_the_next_peak() {
    let returns = Returns::from_column_slice(5, 1, &[-0.01, 0.02, -0.03, -0.01, 0.01]).unwrap();
    let [_, cdar, ..] = measures(0.6);
    // Drawdowns 1, 0, 3, 4, 3 per cent: the worst two are 4 and one half each of the two of 3.
    let Decomposition { report, scenario_weights } = split(cdar, &returns, &[1.0]);
    assert!((report.risk - 0.035).abs() < REORDERED);
    assert_close(&scenario_weights, &[0.0, 0.0, 1.0, 0.75, 0.25], REORDERED);
}

/// Of normal losses EVaR is the mean plus `sqrt(2 ln(1 / tail))` deviations; here the normal law is a fine
/// grid of quantiles, which misses the far tail by design.
#[test]
fn evar_of_normal_losses() {
    const GRID: f64 = 2e-3;
    let count = 20_000;
    let mut dice = Dice::new(5);
    let values: Vec<f64> = (0..count).map(|_| dice.normal()).collect();
    let mean = values.iter().sum::<f64>() / count as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count as f64;
    let standard: Vec<f64> = values.iter().map(|value| (value - mean) / variance.sqrt()).collect();
    let returns = Returns::from_column_slice(count, 1, &standard).unwrap();
    let [.., evar] = measures(0.5);
    let risk = split(evar, &returns, &[1.0]).report.risk;
    // A sample of 20,000 knows the third moment to 0.02, of which EVaR at this level takes a tenth.
    assert!((risk / (2.0 * 2.0_f64.ln()).sqrt() - 1.0).abs() < GRID * 5.0, "{risk}");
}

/// Losses of all sizes, whose temperature Newton's method alone would overshoot.
#[test]
fn evar_of_wild_losses() {
    for (seed, level) in (0..20).flat_map(|seed| [0.1, 0.5, 0.9].map(|level| (seed, level))) {
        let mut dice = Dice::new(seed);
        let values: Vec<f64> = (0..40).map(|_| 0.01 * dice.normal().powi(7)).collect();
        let [.., evar] = measures(level);
        let found = split(evar, &Returns::from_column_slice(40, 1, &values).unwrap(), &[1.0]).report.risk;
        let expected = risk(evar, &losses(&Returns::from_column_slice(40, 1, &values).unwrap(), &[1.0]));
        assert!(
            (found - expected).abs() <= REORDERED * expected.abs().max(1.0),
            "{seed}: {found}, {expected}"
        );
    }
}

#[test]
fn names_are_those_of_the_field() {
    let names: Vec<String> = measures(0.9).iter().map(ToString::to_string).collect();
    assert_eq!(
        names,
        [
            "conditional value at risk",
            "conditional drawdown at risk",
            "mean absolute deviation",
            "semi-deviation",
            "entropic value at risk",
        ]
    );
}

/// A portfolio of nothing has no risk and no shares.
#[test]
fn no_weights_no_risk() {
    for measure in measures(0.9) {
        let report =
            contributions(measure, &returns(30, 3, 2), &Weights::new(vec![0.0; 3]).unwrap()).unwrap().report;
        assert_eq!((report.risk.abs(), report.share), (0.0, vec![0.0; 3]));
    }
}
