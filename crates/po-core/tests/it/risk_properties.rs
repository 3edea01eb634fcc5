//! What holds of the measures of risk for all series.

use po_core::{Compounding, Confidence, Quantile, Risk, RiskMeasure, RiskScratch};
use proptest::prelude::*;

use crate::random::{Random, config};
use crate::risk_measures::every_measure;

/// Roundings of some hundred additions of returns of a few per cent, and of the temperatures that bounds are found at.
const ROUNDING: f64 = 1e-13;

/// Daily returns of one per cent and some that are five times as great; above -1 in any case.
fn series(observations: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let wild = |random: &mut Random| if random.uniform() < 0.1 { 0.05 } else { 0.01 };
    (0..observations).map(|_| (wild(&mut random) * random.normal()).max(-0.9)).collect()
}

fn measured(risk: Risk, returns: &[f64]) -> f64 {
    risk.risk(returns).unwrap()
}

/// The power of the size of a portfolio that its risk grows with; none where a threshold or compounding is in the way.
fn degree(risk: Risk) -> Option<i32> {
    let compounded = every_measure(0.9).split_off(every_measure(0.9).len() - 7);
    match risk {
        Risk::Equal => Some(0),
        Risk::Variance | Risk::SemiVariance | Risk::SquareRootKurtosis | Risk::SquareRootSemiKurtosis => {
            Some(2)
        }
        Risk::FirstLowerPartialMoment { .. }
        | Risk::SecondLowerPartialMoment { .. }
        | Risk::DownsideDeviation { .. } => None,
        _ if compounded.iter().any(|other| other.name() == risk.name()) && compounds(risk) => None,
        _ => Some(1),
    }
}

fn compounds(risk: Risk) -> bool {
    format!("{risk:?}").contains(": Compounded")
}

fn is_drawdown(risk: Risk) -> bool {
    format!("{risk:?}").contains("ompounded")
}

/// Bounds and means on the tail of losses: monotone and moved by a sure gain.
fn of_losses(confidence: f64) -> Vec<Risk> {
    let confidence = Confidence::new(confidence).unwrap();
    vec![
        Risk::Var { confidence, quantile: Quantile::Lower },
        Risk::Var { confidence, quantile: Quantile::Upper },
        Risk::Cvar { confidence },
        Risk::TailGini { confidence },
        Risk::Evar { confidence },
        Risk::Rlvar { confidence, kappa: 0.3 },
        Risk::Rlvar { confidence, kappa: 0.95 },
        Risk::WorstRealisation,
    ]
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn risk_grows_with_the_portfolio(observations in 2_usize..120, level in 0.01_f64..0.99, factor in 0.1_f64..10.0, seed: u64) {
        let returns = series(observations, seed);
        let scaled: Vec<f64> = returns.iter().map(|value| factor * value).collect();
        for risk in every_measure(level) {
            let Some(degree) = degree(risk) else { continue };
            let (expected, actual) = (measured(risk, &returns) * factor.powi(degree), measured(risk, &scaled));
            let size = factor.powi(degree).max(1.0);
            prop_assert!((expected - actual).abs() <= ROUNDING * size, "{:?}: {} is not {}", risk, actual, expected);
        }
    }

    #[test]
    fn a_sure_gain_lessens_risk_by_itself_and_no_deviation(observations in 2_usize..120, level in 0.01_f64..0.99, gain in -0.1_f64..0.1, seed: u64) {
        let returns = series(observations, seed);
        let richer: Vec<f64> = returns.iter().map(|value| value + gain).collect();
        for risk in of_losses(level) {
            let (expected, actual) = (measured(risk, &returns) - gain, measured(risk, &richer));
            prop_assert!((expected - actual).abs() <= ROUNDING, "{:?}: {} is not {}", risk, actual, expected);
        }
        for risk in every_measure(level).into_iter().filter(Risk::is_deviation) {
            let (expected, actual) = (measured(risk, &returns), measured(risk, &richer));
            prop_assert!((expected - actual).abs() <= ROUNDING, "{:?}: {} is not {}", risk, actual, expected);
        }
    }

    #[test]
    fn who_loses_no_more_risks_no_more(observations in 1_usize..120, level in 0.01_f64..0.99, seed: u64) {
        let returns = series(observations, seed);
        let mut random = Random::new(!seed);
        let better: Vec<f64> = returns.iter().map(|value| value + (0.02 * random.normal()).max(0.0)).collect();
        let mut measures = of_losses(level);
        measures.extend(every_measure(level).into_iter().filter(|risk| degree(*risk).is_none() && !is_drawdown(*risk)));
        for risk in measures {
            prop_assert!(measured(risk, &better) <= measured(risk, &returns) + ROUNDING, "{:?}", risk);
        }
    }

    #[test]
    fn two_portfolios_risk_no_more_together(observations in 2_usize..120, level in 0.01_f64..0.99, seed: u64) {
        let (one, other) = (series(observations, seed), series(observations, !seed));
        let both: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one + other).collect();
        let not_convex = [Risk::Equal, Risk::Variance, Risk::SemiVariance, Risk::SquareRootKurtosis, Risk::SquareRootSemiKurtosis];
        for risk in every_measure(level) {
            let quantile = ["value at risk", "value-at-risk range", "drawdown at risk"].contains(&risk.name());
            if quantile || not_convex.contains(&risk) || degree(risk).is_none() {
                continue;
            }
            let apart = measured(risk, &one) + measured(risk, &other);
            prop_assert!(measured(risk, &both) <= apart + ROUNDING, "{:?}", risk);
        }
    }

    #[test]
    fn bounds_on_the_tail_are_in_order(observations in 1_usize..200, level in 0.01_f64..0.99, kappa in 0.01_f64..0.99, seed: u64) {
        let returns = series(observations, seed);
        let confidence = Confidence::new(level).unwrap();
        let ladder = [
            Risk::Var { confidence, quantile: Quantile::Lower },
            Risk::Var { confidence, quantile: Quantile::Upper },
            Risk::Cvar { confidence },
            Risk::Evar { confidence },
            Risk::Rlvar { confidence, kappa },
            Risk::WorstRealisation,
        ];
        for pair in ladder.windows(2) {
            let (lower, upper) = (measured(pair[0], &returns), measured(pair[1], &returns));
            prop_assert!(lower <= upper + ROUNDING, "{:?} {} above {:?} {}", pair[0], lower, pair[1], upper);
        }
        let gini = measured(Risk::TailGini { confidence }, &returns);
        prop_assert!(measured(ladder[2], &returns) <= gini + ROUNDING && gini <= measured(ladder[5], &returns) + ROUNDING);
        for compounding in [Compounding::Uncompounded, Compounding::Compounded] {
            let ladder = [
                Risk::AverageDrawdown { compounding },
                Risk::Cdar { confidence, compounding },
                Risk::Edar { confidence, compounding },
                Risk::Rldar { confidence, kappa, compounding },
                Risk::MaximumDrawdown { compounding },
            ];
            for pair in ladder.windows(2) {
                prop_assert!(measured(pair[0], &returns) <= measured(pair[1], &returns) + ROUNDING, "{:?}", pair);
            }
        }
    }

    #[test]
    fn order_matters_to_drawdowns_only(observations in 2_usize..120, level in 0.01_f64..0.99, seed: u64) {
        let returns = series(observations, seed);
        let order = Random::new(!seed).permutation(observations);
        let shuffled: Vec<f64> = order.iter().map(|&period| returns[period]).collect();
        for risk in every_measure(level).into_iter().filter(|risk| !is_drawdown(*risk)) {
            let (expected, actual) = (measured(risk, &returns), measured(risk, &shuffled));
            prop_assert!((expected - actual).abs() <= ROUNDING, "{:?}: {} is not {}", risk, actual, expected);
        }
    }

    /// Memory that has seen another series, longer or shorter, leaves no trace.
    #[test]
    fn kept_memory_gives_the_same_bits(first in 2_usize..120, second in 2_usize..120, level in 0.01_f64..0.99, seed: u64) {
        let mut scratch = RiskScratch::default();
        for observations in [first, second] {
            let returns = series(observations, seed ^ observations as u64);
            for risk in every_measure(level) {
                let kept = risk.risk_into(&returns, &mut scratch).unwrap();
                prop_assert_eq!(kept.to_bits(), measured(risk, &returns).to_bits(), "{:?}", risk);
            }
        }
    }

    #[test]
    fn every_number_is_answered(bits in prop::collection::vec(any::<u64>(), 1..40), level in 0.0001_f64..0.9999) {
        let returns: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
        for risk in every_measure(level) {
            if let Ok(risk) = risk.risk(&returns) {
                prop_assert!(risk.is_finite());
            }
        }
    }

    /// The definitions, as they are written.
    #[test]
    fn the_naive_versions_agree(observations in 2_usize..80, level in 0.01_f64..0.99, seed: u64) {
        let returns = series(observations, seed);
        let count = observations as f64;
        let confidence = Confidence::new(level).unwrap();
        let tail = count * confidence.tail();
        let near = |risk: Risk, expected: f64| {
            let actual = measured(risk, &returns);
            prop_assert!((actual - expected).abs() <= ROUNDING, "{:?}: {} is not {}", risk, actual, expected);
            Ok(())
        };
        // The minimum over ζ stands at one of the losses.
        let cost = |zeta: f64| zeta + returns.iter().map(|value| (-value - zeta).max(0.0)).sum::<f64>() / tail;
        near(Risk::Cvar { confidence }, returns.iter().map(|value| cost(-value)).fold(f64::INFINITY, f64::min))?;
        let pairs = returns.iter().flat_map(|a| returns.iter().map(move |b| (a - b).abs()));
        near(Risk::GiniMeanDifference, pairs.sum::<f64>() / (count * (count - 1.0)))?;
        // The least loss that at least the level of the others do not exceed.
        let enough = |loss: &f64| returns.iter().filter(|value| -**value <= *loss).count() as f64 >= level * count;
        let losses = returns.iter().map(|value| -value);
        let quantile = losses.clone().filter(enough).fold(f64::INFINITY, f64::min);
        near(Risk::Var { confidence, quantile: Quantile::Lower }, quantile)?;
        let (mut wealth, mut peak, mut worst) = (1.0_f64, 1.0_f64, 0.0_f64);
        for value in &returns {
            wealth *= 1.0 + value;
            peak = peak.max(wealth);
            worst = worst.max(1.0 - wealth / peak);
        }
        near(Risk::MaximumDrawdown { compounding: Compounding::Compounded }, worst)?;
        // No temperature gives less than the entropic bound.
        let evar = measured(Risk::Evar { confidence }, &returns);
        for step in -20..=20 {
            let temperature = 0.01 * 1.3_f64.powi(step);
            let sum: f64 = losses.clone().map(|loss| (loss / temperature).exp()).sum();
            prop_assert!(sum.is_infinite() || evar <= temperature * (sum / tail).ln() + ROUNDING);
        }
    }
}
