//! Contributions: they add up, are derivatives, and are what is printed.

mod definitions;
mod remainders;

use po_core::{Covariance, InputError, Moments, Returns, Weights};
use po_tail::{
    ContributionMeasure, ContributionModel, ContributionScratch, GpdMethod, TailContributions, TailModel,
    Threshold,
};
use proptest::prelude::*;

use crate::estimate::{beta, series};

/// What components may miss their sum by, of the sum.
const EXACT: f64 = 1e-15;

/// A difference over a step of 1e-7 has half the digits of a risk.
const DERIVATIVE: f64 = 1e-8;

const MEASURES: [ContributionMeasure; 2] = [ContributionMeasure::Var, ContributionMeasure::Cvar];

fn models() -> [ContributionModel; 5] {
    [
        ContributionModel::Historical,
        ContributionModel::Kernel,
        ContributionModel::Normal,
        ContributionModel::StudentT,
        ContributionModel::Evt {
            threshold: Threshold::Quantile(0.85),
            method: GpdMethod::ProbabilityWeightedMoments,
        },
    ]
}

/// A sum in twice the digits, by a way of its own: halves of halves, each with its error.
fn sum(values: &[f64]) -> (f64, f64) {
    match values {
        [] => (0.0, 0.0),
        [value] => (*value, 0.0),
        _ => {
            let (left, right) = values.split_at(values.len() / 2);
            let (a, b) = (sum(left), sum(right));
            let total = a.0 + b.0;
            let part = total - a.0;
            (total, (a.0 - (total - part)) + (b.0 - part) + a.1 + b.1)
        }
    }
}

fn market(seed: usize, periods: usize, assets: usize) -> Returns {
    let long = series(periods * assets + seed);
    let mut values = long[seed..].to_vec();
    // A common factor, so that the assets have something to do with each other.
    for asset in 0..assets {
        for period in 0..periods {
            values[asset * periods + period] += 0.5 * long[(period * 7 + seed) % long.len()];
        }
    }
    Returns::from_column_slice(periods, assets, &values).unwrap()
}

fn portfolio(returns: &Returns, weights: &[f64]) -> Vec<f64> {
    let mut series = vec![0.0; returns.observations()];
    for (asset, weight) in weights.iter().enumerate() {
        po_core::simd::axpy(*weight, returns.column(asset), &mut series);
    }
    series
}

/// The model of the portfolio beneath.
fn beneath(model: ContributionModel) -> TailModel {
    match model {
        ContributionModel::Normal => TailModel::Normal,
        ContributionModel::StudentT => TailModel::StudentT,
        ContributionModel::Evt { threshold, method } => TailModel::Evt { threshold, method },
        _ => TailModel::Historical,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn components_add_up(
        seed in 0_usize..500,
        weights in prop::collection::vec(-1.0_f64..1.5, 2..9),
        periods in 60_usize..160,
        level in 0.9_f64..0.99,
    ) {
        let returns = market(seed, periods, weights.len());
        let series = portfolio(&returns, &weights);
        let held = Weights::new(weights.clone()).unwrap();
        for model in models() {
            for measure in MEASURES {
                let Ok(found) = model.contributions(measure, &returns, &held, beta(level)) else { continue };
                let (high, low) = sum(&found.component);
                prop_assert!((high - found.risk + low).abs() <= EXACT * found.risk.abs());
                // The risk is that of the portfolio, but for roundings of the size of the components.
                let own = measure.of(beneath(model).estimate(&series, beta(level)).unwrap());
                let size: f64 = found.component.iter().map(|component| component.abs()).sum::<f64>() + own.abs();
                let tolerance = if matches!(model, ContributionModel::StudentT) { 1e-7 } else { 1e-13 };
                prop_assert!((found.risk - own).abs() <= tolerance * size, "{model:?} {} {own}", found.risk);
                for (asset, component) in found.component.iter().enumerate() {
                    prop_assert!(component.to_bits() == (weights[asset] * found.marginal[asset]).to_bits());
                }
            }
        }
    }
}

#[test]
fn incremental_risk_is_that_of_the_portfolio_less_that_without_the_asset() {
    let (assets, level) = (5, beta(0.95));
    let returns = market(3, 400, assets);
    let weights = [0.3, 0.4, -0.1, 0.4, 0.0];
    let held = Weights::new(weights.to_vec()).unwrap();
    for model in models() {
        for measure in MEASURES {
            let found = model.contributions(measure, &returns, &held, level).unwrap();
            for asset in 0..assets {
                let mut rest = weights;
                rest[asset] = 0.0;
                let risk = |weights: &[f64]| {
                    measure.of(beneath(model).estimate(&portfolio(&returns, weights), level).unwrap())
                };
                // Fits from two starts end at one maximum to half of its digits.
                let tolerance = if matches!(model, ContributionModel::StudentT) { 1e-8 } else { 1e-14 };
                let expected = risk(&weights) - risk(&rest);
                assert!((found.incremental[asset] - expected).abs() < tolerance, "{model:?} {asset}");
            }
        }
    }
}

#[test]
fn marginal_risk_is_the_derivative() {
    let level = beta(0.93);
    let returns = market(11, 300, 4);
    let weights = [0.3, 0.4, 0.2, 0.1];
    let held = Weights::new(weights.to_vec()).unwrap();
    // Within a step nothing changes places in the historical measures; the others are smooth.
    let step = 1e-7;
    for model in [ContributionModel::Historical, ContributionModel::Normal] {
        for measure in MEASURES {
            let found = model.contributions(measure, &returns, &held, level).unwrap();
            for asset in 0..4 {
                let at = |step: f64| {
                    let mut moved = weights;
                    moved[asset] += step;
                    measure.of(beneath(model).estimate(&portfolio(&returns, &moved), level).unwrap())
                };
                let slope = (at(step) - at(-step)) / (2.0 * step);
                assert!((found.marginal[asset] - slope).abs() < DERIVATIVE, "{model:?} {asset}");
            }
        }
    }
}

/// Rockafellar and Uryasev (2000), tables 3 and 4: value at risk and its mean of the portfolio of least risk.
#[test]
fn a_normal_portfolio_has_the_printed_risks() {
    let covariance = [
        0.003_246_25,
        0.000_229_83,
        0.004_203_95,
        0.000_229_83,
        0.000_499_37,
        0.000_192_47,
        0.004_203_95,
        0.000_192_47,
        0.007_640_97,
    ];
    let covariance = Covariance::from_column_slice(3, &covariance).unwrap();
    let moments = Moments::new(vec![0.010_111_0, 0.004_353_2, 0.013_705_8], covariance).unwrap();
    let weights = Weights::new(vec![0.452_013, 0.115_573, 0.432_414]).unwrap();
    let printed = [(0.9, 0.067847, 0.096975), (0.95, 0.090200, 0.115908), (0.99, 0.132128, 0.152977)];
    for (level, var, cvar) in printed {
        for (measure, printed) in MEASURES.into_iter().zip([var, cvar]) {
            let found = TailContributions::of_moments(measure, &moments, &weights, beta(level)).unwrap();
            // Six decimals are printed, of weights that are printed too.
            assert!((found.risk - printed).abs() < 1.5e-6, "{} is not {printed}", found.risk);
        }
    }
}

#[test]
fn moments_of_the_sample_have_the_contributions_of_the_sample() {
    let returns = market(5, 250, 6);
    let weights = Weights::new(vec![0.2, 0.3, -0.2, 0.4, 0.1, 0.2]).unwrap();
    for measure in MEASURES {
        let own = ContributionModel::Normal.contributions(measure, &returns, &weights, beta(0.99)).unwrap();
        let moments = returns.moments().unwrap();
        let other = TailContributions::of_moments(measure, &moments, &weights, beta(0.99)).unwrap();
        assert!((own.risk - other.risk).abs() < 1e-15);
        for asset in 0..6 {
            assert!((own.component[asset] - other.component[asset]).abs() < 1e-15);
            assert!((own.incremental[asset] - other.incremental[asset]).abs() < 1e-15);
        }
    }
}

#[test]
fn scenarios_of_equal_loss_share_their_part() {
    // Each asset loses in a scenario of its own, and the quantile lies on all three.
    let values = [-0.03, 0.0, 0.0, 0.01, 0.0, -0.03, 0.0, 0.01, 0.0, 0.0, -0.03, 0.01];
    let returns = Returns::from_column_slice(4, 3, &values).unwrap();
    let weights = Weights::equal(3).unwrap();
    for measure in MEASURES {
        let found =
            ContributionModel::Historical.contributions(measure, &returns, &weights, beta(0.5)).unwrap();
        assert!((found.risk - 0.01).abs() < 1e-17);
        assert!(found.share.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-15));
    }
}

#[test]
fn kept_memory_changes_no_bit() {
    let mut scratch = ContributionScratch::default();
    let mut found = TailContributions::default();
    for (periods, assets) in [(300, 6), (120, 3), (300, 6)] {
        let returns = market(1, periods, assets);
        let weights = Weights::equal(assets).unwrap();
        for model in models() {
            for measure in MEASURES {
                model
                    .contributions_into(measure, &returns, &weights, beta(0.95), &mut scratch, &mut found)
                    .unwrap();
                assert_eq!(found, model.contributions(measure, &returns, &weights, beta(0.95)).unwrap());
            }
        }
    }
}

#[test]
fn refusals() {
    let returns = market(1, 50, 3);
    let weights = Weights::equal(2).unwrap();
    let error = ContributionModel::Historical
        .contributions(ContributionMeasure::Cvar, &returns, &weights, beta(0.9))
        .unwrap_err();
    let what = "the list of weights";
    assert_eq!(error, InputError::LengthMismatch { what, expected: 3, actual: 2 }.into());
    assert_eq!(error.to_string(), "the list of weights has length 2, expected 3");
    // A portfolio of nothing has no risk, and no shares of it.
    let none = Weights::new(vec![0.0; 3]).unwrap();
    let found = ContributionModel::Historical
        .contributions(ContributionMeasure::Cvar, &returns, &none, beta(0.9))
        .unwrap();
    assert_eq!((found.risk, found.share), (0.0, vec![0.0; 3]));
}
