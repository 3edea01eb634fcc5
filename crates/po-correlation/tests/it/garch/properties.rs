//! What holds for any returns.

use po_core::Status;
use po_correlation::{
    Coefficient, Garch, GarchFit, GarchMean, GarchModel, GarchParameters, GarchParams, InitialVariance,
    Innovations, Intercept,
};
use proptest::prelude::*;

use super::golden::file;
use crate::batch::random::config;

/// Numbers that look normal: sums of twelve uniform ones, by a linear congruential generator.
pub(crate) fn noise(seed: u64, many: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..many).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

pub(crate) fn every_setting() -> Vec<GarchParams> {
    let mut settings = Vec::new();
    for model in [GarchModel::Garch, GarchModel::Gjr, GarchModel::Egarch] {
        for innovations in [Innovations::Normal, Innovations::StudentT] {
            for mean in [GarchMean::Constant, GarchMean::Zero] {
                for intercept in [Intercept::Free, Intercept::Targeted] {
                    for initial_variance in [InitialVariance::Backcast, InitialVariance::Sample] {
                        settings.push(GarchParams { model, innovations, mean, intercept, initial_variance });
                    }
                }
            }
        }
    }
    settings
}

fn parameters(params: &GarchParams) -> GarchParameters {
    let student = params.innovations == Innovations::StudentT;
    GarchParameters {
        mean: if params.mean == GarchMean::Constant { 0.03 } else { 0.0 },
        omega: if params.model == GarchModel::Egarch { -0.02 } else { 0.04 },
        alpha: 0.08,
        gamma: match params.model {
            GarchModel::Garch => 0.0,
            GarchModel::Gjr => 0.05,
            GarchModel::Egarch => -0.06,
        },
        beta: 0.85,
        degrees_of_freedom: student.then_some(6.0),
    }
}

/// The parameters, one of them moved.
fn moved(parameters: &GarchParameters, coefficient: Coefficient, by: f64) -> GarchParameters {
    use Coefficient as C;
    let mut moved = *parameters;
    match coefficient {
        C::Mean => moved.mean += by,
        C::Omega => moved.omega += by,
        C::Alpha => moved.alpha += by,
        C::Gamma => moved.gamma += by,
        C::Beta => moved.beta += by,
        _ => moved.degrees_of_freedom = moved.degrees_of_freedom.map(|nu| nu + by),
    }
    moved
}

/// Central differences over 1e-5 lose half of the digits, of sums of some thousands.
const DIFFERENCES: f64 = 1e-6;

/// Rounding of a sum of two thousand terms, in other units.
const LIKELIHOOD: f64 = 1e-9;

/// A slope times a standard error: how far, in standard errors, the maximum is away. A search ends where a
/// step promises less than the rounding of the log-likelihood, about the square of this.
const FLAT: f64 = 1e-5;

/// A power of two does not round, except in logarithms.
const UNITS: f64 = 1e-9;

/// The same after a recursion of a thousand periods, whose persistence multiplies by some ten to a hundred.
const VARIANCES: f64 = 1e-7;

#[test]
fn the_score_is_the_derivative_of_the_log_likelihood() {
    let file = file();
    let returns = &file.series[1].returns[..300];
    for params in every_setting() {
        let (garch, at) = (Garch::new(params), parameters(&params));
        for (coefficient, slope) in garch.score(&at, returns).unwrap() {
            let value = |by| garch.log_likelihood(&moved(&at, coefficient, by), returns).unwrap();
            let difference = (value(1e-5) - value(-1e-5)) / 2e-5;
            let tolerance = DIFFERENCES * slope.abs().max(100.0);
            assert!(
                (slope - difference).abs() < tolerance,
                "{params:?} {coefficient:?}: {slope} {difference}"
            );
        }
    }
}

#[test]
fn at_the_optimum_the_score_vanishes_and_every_setting_has_one() {
    let file = file();
    let returns = &file.series[1].returns;
    for params in every_setting() {
        let garch = Garch::new(params);
        let fit = garch.fit(returns).unwrap();
        // In an EGARCH, |z| has a kink where the mean meets a return, and a maximum may stand on it.
        let kink = params.model == GarchModel::Egarch && params.mean == GarchMean::Constant;
        assert_eq!(fit.status, Status::Converged, "{params:?}");
        assert!(fit.boundary.is_empty(), "{params:?} {:?}", fit.boundary);
        let log_likelihood = garch.log_likelihood(&fit.parameters, returns).unwrap();
        assert!((log_likelihood - fit.log_likelihood).abs() < LIKELIHOOD, "{params:?}");
        let score = garch.score(&fit.parameters, returns).unwrap();
        for ((coefficient, slope), estimate) in score.iter().zip(&fit.estimates) {
            if kink && *coefficient == Coefficient::Mean {
                continue;
            }
            assert!((slope * estimate.standard_error).abs() < FLAT, "{params:?} {estimate:?} {slope}");
        }
    }
}

#[test]
fn the_fit_is_the_same_in_other_units() {
    let file = file();
    let returns = &file.series[0].returns;
    let small: Vec<f64> = returns.iter().map(|value| value / 128.0).collect();
    for params in every_setting() {
        let garch = Garch::new(params);
        let (one, other) = (garch.fit(returns).unwrap(), garch.fit(&small).unwrap());
        assert!((one.parameters.alpha - other.parameters.alpha).abs() < UNITS, "{params:?}");
        assert!((one.parameters.beta - other.parameters.beta).abs() < UNITS, "{params:?}");
        for (one, other) in one.variances.iter().zip(&other.variances) {
            assert!((one - other * 16384.0).abs() < VARIANCES * one, "{params:?}");
        }
    }
}

#[test]
fn a_fit_into_used_memory_is_the_same_to_the_bit() {
    let file = file();
    let (mut scratch, mut used) = (vec![f64::NAN; 3], GarchFit::default());
    for params in every_setting() {
        for series in &file.series {
            let garch = Garch::new(params);
            let fresh = garch.fit(&series.returns[..700]).unwrap();
            garch.fit_into(&series.returns[..700], &mut scratch, &mut used).unwrap();
            assert_eq!(format!("{fresh:?}"), format!("{used:?}"));
        }
    }
}

/// A change of ω in its last digits.
const NUDGE: f64 = 1e-14;

/// What it may change: amplified a million times at most, in each of a hundred periods.
const NUDGED: f64 = 1e-6;

/// Of returns without dynamics, some samples are likeliest under an EGARCH that amplifies its own rounding:
/// in other units its variances would be others.
#[test]
fn an_egarch_does_not_live_on_its_rounding() {
    for (seed, many, power) in [(25, 105, 3), (177, 129, 3), (1121, 73, 2), (1381, 71, 1)] {
        let returns: Vec<f64> = noise(seed, many).iter().map(|z| z * z.abs().powi(power)).collect();
        for initial_variance in [InitialVariance::Backcast, InitialVariance::Sample] {
            let params =
                GarchParams { model: GarchModel::Egarch, initial_variance, ..GarchParams::default() };
            let garch = Garch::new(params);
            let fit = garch.fit(&returns).unwrap();
            // The start is computed in units of the sample, and lost digits would come back multiplied.
            let mut moved = fit.parameters;
            moved.omega += NUDGE;
            let (here, there) = (fit.log_likelihood, garch.log_likelihood(&moved, &returns).unwrap());
            assert!((here - there).abs() < NUDGED * here.abs(), "{seed} {many}: {here} {there}");
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    /// Whatever the returns are, the result is within the model, and no worse than a constant variance.
    #[test]
    fn any_returns_lead_to_a_model(seed in 0_u64..1000, many in 20_usize..300, heavy in 0_usize..4) {
        let returns: Vec<f64> = noise(seed, many).iter().map(|z| z * z.abs().powi(heavy as i32)).collect();
        for params in every_setting() {
            let garch = Garch::new(params);
            let fit = garch.fit(&returns).unwrap();
            prop_assert!(fit.variances.iter().all(|variance| *variance > 0.0 && variance.is_finite()));
            prop_assert!(fit.parameters.persistence(params.model) < 1.0);
            prop_assert!(fit.log_likelihood.is_finite());
            prop_assert!(garch.log_likelihood(&fit.parameters, &returns).unwrap().is_finite());
        }
    }
}
