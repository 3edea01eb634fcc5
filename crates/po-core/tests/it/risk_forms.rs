//! Measures of risk whose value is known without a computer, and what is refused.

use po_core::{Compounding, Confidence, InputError, Quantile, Risk, RiskError, RiskMeasure, RiskScratch};

use crate::risk_measures::{every_measure, of_drawdowns};

/// A few roundings of numbers of about one.
const ROUNDING: f64 = 1e-14;

fn level(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

#[track_caller]
fn assert_risk(risk: Risk, returns: &[f64], expected: f64) {
    let actual = risk.risk(returns).unwrap();
    assert!((actual - expected).abs() <= ROUNDING * expected.abs().max(1.0), "{risk:?}: {actual}");
}

/// Mean 1, deviations -3, -1, 1, 3.
const FOUR: [f64; 4] = [2.0, -2.0, 4.0, 0.0];

#[test]
fn moments_of_four_returns() {
    assert_risk(Risk::Equal, &FOUR, 1.0);
    assert_risk(Risk::Variance, &FOUR, 20.0 / 3.0);
    assert_risk(Risk::StandardDeviation, &FOUR, (20.0_f64 / 3.0).sqrt());
    assert_risk(Risk::SemiVariance, &FOUR, 10.0 / 3.0);
    assert_risk(Risk::SemiDeviation, &FOUR, (10.0_f64 / 3.0).sqrt());
    assert_risk(Risk::Mad, &FOUR, 2.0);
    assert_risk(Risk::SquareRootKurtosis, &FOUR, 41.0_f64.sqrt());
    assert_risk(Risk::SquareRootSemiKurtosis, &FOUR, (82.0_f64 / 4.0).sqrt());
    // Distances 2, 2, 2, 4, 4, 6.
    assert_risk(Risk::GiniMeanDifference, &FOUR, 20.0 / 6.0);
    assert_risk(Risk::FirstLowerPartialMoment { threshold: 1.0 }, &FOUR, 1.0);
    assert_risk(Risk::SecondLowerPartialMoment { threshold: 1.0 }, &FOUR, 2.5);
    assert_risk(Risk::DownsideDeviation { threshold: 1.0 }, &FOUR, 2.5_f64.sqrt());
    assert_risk(Risk::WorstRealisation, &FOUR, 2.0);
    assert_risk(Risk::Range, &FOUR, 6.0);
}

#[test]
fn tails_of_four_returns() {
    let (half, most) = (level(0.5), level(0.375));
    // Losses 2, 0, -2, -4: at one half both 0 and -2 are quantiles, and all that is between them.
    assert_risk(Risk::Var { confidence: half, quantile: Quantile::Lower }, &FOUR, -2.0);
    assert_risk(Risk::Var { confidence: half, quantile: Quantile::Upper }, &FOUR, 0.0);
    assert_risk(Risk::Cvar { confidence: half }, &FOUR, 1.0);
    // Two and a half of them: nothing to choose, and half of the third counts.
    assert_risk(Risk::Var { confidence: most, quantile: Quantile::Lower }, &FOUR, -2.0);
    assert_risk(Risk::Var { confidence: most, quantile: Quantile::Upper }, &FOUR, -2.0);
    assert_risk(Risk::Cvar { confidence: most }, &FOUR, (2.0 + 0.0 - 1.0) / 2.5);
    // Weights (2² - 1²)/4 and 1/4.
    assert_risk(Risk::TailGini { confidence: half }, &FOUR, 1.5);
    assert_risk(Risk::CvarRange { losses: half, gains: half }, &FOUR, 1.0 + 3.0);
    assert_risk(Risk::TailGiniRange { losses: half, gains: half }, &FOUR, 1.5 + 3.5);
    let quantile = Quantile::Upper;
    assert_risk(Risk::VarRange { losses: half, gains: half, quantile }, &FOUR, 0.0 + 2.0);
}

/// The level at which the weights 1/4 and 3/4 on a return and a loss of one are the worst ones: EVaR is their mean 1/2.
#[test]
fn entropic_bound_on_a_coin() {
    let entropy = 0.25 * 0.25_f64.ln() + 0.75 * 0.75_f64.ln() + 2.0_f64.ln();
    let confidence = level(1.0 - (-entropy).exp());
    assert_risk(Risk::Evar { confidence }, &[1.0, -1.0], 0.5);
    assert_risk(Risk::EvarRange { losses: confidence, gains: confidence }, &[1.0, -1.0], 1.0);
    let compounding = Compounding::Uncompounded;
    // Drawdowns 0 and 2.
    assert_risk(Risk::Edar { confidence, compounding }, &[1.0, -2.0], 1.5);
}

/// As the coin above, with the entropy of Kaniadakis: `Σ p (p^κ - p^-κ) / 2κ = ln_κ(1/m)` gives m.
#[test]
fn relativistic_bound_on_a_coin() {
    for kappa in [0.001, 0.1, 0.3, 0.5, 0.9, 0.999] {
        let logarithm = |p: f64| (p.powf(kappa) - p.powf(-kappa)) / (2.0 * kappa);
        let entropy = 0.25 * logarithm(0.25) + 0.75 * logarithm(0.75);
        let tail = (-(kappa * entropy).asinh() / kappa).exp();
        let confidence = level(1.0 - tail / 2.0);
        assert_near_coin(Risk::Rlvar { confidence, kappa }, &[1.0, -1.0], 0.5, kappa);
        let losses = confidence;
        assert_near_coin(Risk::RlvarRange { losses, gains: losses, kappa }, &[1.0, -1.0], 1.0, kappa);
        let compounding = Compounding::Uncompounded;
        assert_near_coin(Risk::Rldar { confidence, kappa, compounding }, &[1.0, -2.0], 1.5, kappa);
    }
}

/// The expected value itself is computed through a logarithm that is divided by κ.
#[track_caller]
fn assert_near_coin(risk: Risk, returns: &[f64], expected: f64, kappa: f64) {
    let actual = risk.risk(returns).unwrap();
    assert!((actual - expected).abs() <= ROUNDING / kappa.min(1.0 - kappa), "{risk:?}: {actual}");
}

#[test]
fn drawdowns_of_five_returns() {
    let returns = [-0.1, 0.2, -0.1, -0.2, 0.1];
    // Sums -0.1, 0.1, 0, -0.2, -0.1 below peaks 0, 0.1: drawdowns 0.1, 0, 0.1, 0.3, 0.2.
    let expected = [0.3, 0.14, 0.03_f64.sqrt(), 0.2, 0.25];
    for (risk, expected) in of_drawdowns(level(0.6), Compounding::Uncompounded).into_iter().zip(expected) {
        let risk = match risk {
            Risk::DrawdownAtRisk { confidence, compounding, .. } => {
                Risk::DrawdownAtRisk { confidence, quantile: Quantile::Upper, compounding }
            }
            risk => risk,
        };
        assert_risk(risk, &returns, expected);
    }
    // 0.9, 1.08, 0.972, 0.7776, 0.85536 below peaks 1, 1.08.
    let depths: [f64; 5] = [0.1, 0.0, 0.1, 0.28, 0.208];
    let mean_square = depths.iter().map(|depth| depth * depth).sum::<f64>() / 5.0;
    let expected = [0.28, 0.1376, mean_square.sqrt(), 0.1, 0.244];
    for (risk, expected) in of_drawdowns(level(0.6), Compounding::Compounded).into_iter().zip(expected) {
        assert_risk(risk, &returns, expected);
    }
}

/// 1 - 0.95 times 1000 is a little more than 50; the 51st loss is the quantile, or the 50th, and never the 52nd.
#[test]
fn levels_are_decimals_not_their_roundings() {
    for (observations, percent) in [(1000, 95), (100, 93), (100, 71), (200, 29), (10_000, 99), (500, 1)] {
        let returns: Vec<f64> = (0..observations).map(|t| -f64::from(t)).collect();
        let confidence = level(f64::from(percent) / 100.0);
        let tail = observations * (100 - percent) / 100;
        // The k-th greatest loss is T - k.
        let rank = |k: i32| f64::from(observations - k);
        let measure = |quantile| Risk::Var { confidence, quantile }.risk(&returns).unwrap();
        assert_eq!(measure(Quantile::Lower), rank(tail + 1), "{observations} at {percent} %");
        assert_eq!(measure(Quantile::Upper), rank(tail), "{observations} at {percent} %");
        let mean = f64::midpoint(rank(1), rank(tail));
        assert_risk(Risk::Cvar { confidence }, &returns, mean);
    }
}

/// Where fewer than one observation is in the tail, every measure of it is the greatest loss.
#[test]
fn a_tail_of_less_than_one_observation_is_the_worst_one() {
    let confidence = level(0.9);
    for risk in [
        Risk::Var { confidence, quantile: Quantile::Lower },
        Risk::Var { confidence, quantile: Quantile::Upper },
        Risk::Cvar { confidence },
        Risk::TailGini { confidence },
        Risk::Evar { confidence },
        Risk::Rlvar { confidence, kappa: 0.3 },
    ] {
        assert_eq!(risk.risk(&FOUR).unwrap(), 2.0, "{risk}");
        assert_eq!(risk.risk(&[-3.0]).unwrap(), 3.0, "{risk}");
    }
}

/// Towards a confidence of zero all means over the tail become the mean.
#[test]
fn a_tail_of_everything_is_the_mean() {
    for tiny in [1e-15, 1e-17] {
        let confidence = level(tiny);
        // A bound on entropy moves the mean by the root of the bound.
        for (risk, tolerance) in [
            (Risk::Cvar { confidence }, ROUNDING),
            (Risk::Evar { confidence }, 1e-6),
            (Risk::Rlvar { confidence, kappa: 0.3 }, 1e-6),
            (Risk::Rlvar { confidence, kappa: 0.9 }, 1e-6),
        ] {
            assert!((risk.risk(&FOUR).unwrap() + 1.0).abs() <= tolerance, "{risk} at {tiny}");
        }
    }
}

#[test]
fn a_flat_series_has_no_deviation_and_a_loss_of_its_own() {
    let flat = [0.1; 7];
    for risk in every_measure(0.9) {
        let measured = risk.risk(&flat).unwrap();
        let expected = match risk {
            Risk::Equal => 1.0,
            Risk::Var { .. }
            | Risk::Cvar { .. }
            | Risk::TailGini { .. }
            | Risk::Evar { .. }
            | Risk::Rlvar { .. }
            | Risk::WorstRealisation => -0.1,
            _ => 0.0,
        };
        assert_eq!(measured.to_bits(), f64::to_bits(expected), "{risk}: {measured}");
    }
    // Nothing gained, nothing lost, and no minus in front of it.
    for risk in every_measure(0.9) {
        let expected = match risk {
            Risk::Equal => 1.0,
            Risk::SecondLowerPartialMoment { .. } => 0.001 * 0.001,
            Risk::FirstLowerPartialMoment { .. } | Risk::DownsideDeviation { .. } => 0.001,
            _ => 0.0,
        };
        let measured = risk.risk(&[0.0, -0.0, 0.0, -0.0]).unwrap();
        assert!(
            (measured - expected).abs() <= f64::EPSILON && measured.is_sign_positive(),
            "{risk}: {measured}"
        );
    }
}

#[test]
fn the_default_is_the_variance() {
    assert_eq!(Risk::default(), Risk::Variance);
    assert_eq!(Quantile::default(), Quantile::Lower);
    assert_eq!(Compounding::default(), Compounding::Uncompounded);
    assert_eq!(format!("{:>10}", Risk::Variance), "  variance");
}

fn refused(risk: Risk, returns: &[f64], error: impl Into<RiskError>, text: &str) {
    let error = error.into();
    assert_eq!(error.to_string(), text);
    assert_eq!(risk.risk(returns), Err(error), "{risk:?}");
}

#[test]
fn a_series_that_is_none_is_refused() {
    for risk in every_measure(0.9) {
        let empty = InputError::Empty { what: "the series of returns" };
        refused(risk, &[], empty, "the series of returns is empty, expected at least one item");
        let infinite = RiskError::NotFinite { period: 2, value: f64::INFINITY };
        let text = "the return of period 2 is inf, expected a finite number";
        refused(risk, &[0.0, 0.1, f64::INFINITY, f64::NAN], infinite, text);
        let returns = [0.0, f64::NAN];
        let RiskError::NotFinite { period: 1, value } = risk.risk(&returns).unwrap_err() else { panic!() };
        assert!(value.is_nan());
        let (what, observations, required) = ("the observations for a deviation", 1, 2);
        let single = InputError::TooFewObservations { what, observations, required };
        if risk.is_deviation() {
            refused(risk, &[0.1], single, "the observations for a deviation: 1, expected at least 2");
        } else {
            assert!(risk.risk(&[0.1]).is_ok(), "{risk}");
        }
    }
}

#[test]
fn a_total_loss_is_refused_where_returns_compound() {
    let ruin = [0.1, -0.5, -1.0, -2.0];
    for risk in of_drawdowns(level(0.9), Compounding::Compounded) {
        let error = RiskError::TotalLoss { period: 2, value: -1.0 };
        refused(
            risk,
            &ruin,
            error,
            "the return of period 2 is -1, expected more than -1 where returns compound",
        );
    }
    for risk in of_drawdowns(level(0.9), Compounding::Uncompounded) {
        assert!(risk.risk(&ruin).is_ok());
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let (confidence, losses, gains) = (level(0.9), level(0.9), level(0.9));
    let compounding = Compounding::Uncompounded;
    for (value, text) in [(0.0, "0"), (1.0, "1"), (-0.3, "-0.3")] {
        for risk in [
            Risk::Rlvar { confidence, kappa: value },
            Risk::RlvarRange { losses, gains, kappa: value },
            Risk::Rldar { confidence, kappa: value, compounding },
        ] {
            let error = InputError::OutOfRange { name: "kappa", value, expected: "a number in (0, 1)" };
            assert_eq!(risk.check(), Err(error.clone()));
            refused(risk, &FOUR, error, &format!("kappa is {text}, expected a number in (0, 1)"));
        }
    }
    let threshold = f64::NEG_INFINITY;
    for risk in [
        Risk::FirstLowerPartialMoment { threshold },
        Risk::SecondLowerPartialMoment { threshold },
        Risk::DownsideDeviation { threshold },
    ] {
        let (name, expected) = ("the threshold", "a finite number");
        let error = InputError::OutOfRange { name, value: threshold, expected };
        refused(risk, &FOUR, error, "the threshold is -inf, expected a finite number");
    }
    assert!(every_measure(0.9).iter().all(|risk| risk.check().is_ok()));
}

#[test]
fn a_risk_that_overflows_is_refused() {
    let (name, value, expected) = ("variance", f64::INFINITY, "a finite number");
    let error = InputError::OutOfRange { name, value, expected };
    refused(Risk::Variance, &[1e200, -1e200], error, "variance is inf, expected a finite number");
}

#[test]
fn errors_are_values() {
    let error = RiskError::from(InputError::NoAssetLeft);
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.clone().into();
    assert!(boxed.source().is_none());
    assert_eq!(boxed.to_string(), InputError::NoAssetLeft.to_string());
    let lost = RiskError::TotalLoss { period: 0, value: -1.0 };
    assert!(std::error::Error::source(&lost).is_none());
    assert_ne!(error, lost);
}

/// A measure of one's own: the share of periods with a loss.
struct LossFrequency;

impl RiskMeasure for LossFrequency {
    type Scratch = RiskScratch;
    type Error = RiskError;

    fn risk_into(&self, returns: &[f64], _: &mut RiskScratch) -> Result<f64, RiskError> {
        Ok(returns.iter().filter(|value| **value < 0.0).count() as f64 / returns.len() as f64)
    }
}

fn twice<M: RiskMeasure>(measure: M, returns: &[f64]) -> Result<f64, M::Error> {
    let mut scratch = M::Scratch::default();
    Ok(measure.risk_into(returns, &mut scratch)? + measure.risk(returns)?)
}

#[test]
fn measures_of_ones_own_stand_beside_ours() {
    type Measure<'a> = &'a dyn RiskMeasure<Scratch = RiskScratch, Error = RiskError>;
    let measures: [(Measure<'_>, f64); 2] = [(&LossFrequency, 0.25), (&Risk::Mad, 2.0)];
    for (measure, expected) in measures {
        assert_eq!(twice(measure, &FOUR), Ok(2.0 * expected));
    }
    assert_eq!(twice(LossFrequency, &FOUR), Ok(0.5));
    assert_eq!(twice(&Risk::Range, &FOUR), Ok(12.0));
}

#[test]
fn the_types_are_plain() {
    fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}
    fn small<T: Copy + PartialEq>() {}
    plain::<Risk>();
    plain::<RiskError>();
    plain::<RiskScratch>();
    small::<Risk>();
    small::<Quantile>();
    small::<Compounding>();
}
