//! What holds for any residuals.

use po_core::linalg::SymmetricEigen;
use po_core::{Covariance, CovarianceEstimator, InputError, Returns};
use po_correlation::{
    Dcc, DccCoefficient, DccLikelihood, DccModel, DccParameters, DccParams, DccTarget, Error, GarchParams,
    Innovations, NonlinearShrinkage,
};

use super::golden::residuals;
use crate::garch::properties::noise;

/// Central differences over 1e-5 lose half of the digits, of sums of some hundreds.
const DIFFERENCES: f64 = 1e-6;

/// A search ends where a step promises 1e-7 at most; curvatures are up to some hundred thousand, the slope at
/// most the root of their product. Where it matters, slopes are in the thousands.
const FLAT: f64 = 0.5;

/// Rounding of a sum of four hundred terms, computed in another order.
const SUM: f64 = 1e-9;

/// The same of slopes, which are in the thousands.
const SLOPE: f64 = 1e-8;

pub(super) const MODELS: [DccModel; 3] = [DccModel::Engle, DccModel::Corrected, DccModel::Asymmetric];
const LIKELIHOODS: [DccLikelihood; 3] =
    [DccLikelihood::Full, DccLikelihood::Contiguous, DccLikelihood::AllPairs];

pub(super) fn every_setting() -> Vec<DccParams> {
    let given = Covariance::from_column_slice(
        4,
        &[1.0, 0.2, 0.3, 0.3, 0.2, 1.1, 0.4, 0.4, 0.3, 0.4, 0.9, 0.5, 0.3, 0.4, 0.5, 1.0],
    )
    .unwrap();
    let mut settings = Vec::new();
    for model in MODELS {
        for likelihood in LIKELIHOODS {
            for innovations in [Innovations::Normal, Innovations::StudentT] {
                for target in [
                    DccTarget::Residuals,
                    DccTarget::Scaled,
                    DccTarget::Shrunk,
                    DccTarget::Given(given.clone()),
                ] {
                    let margins = GarchParams::default();
                    settings.push(DccParams { model, innovations, likelihood, margins, target });
                }
            }
        }
    }
    settings
}

#[test]
fn the_score_is_the_derivative_of_the_log_likelihood() {
    let residuals = residuals();
    for params in every_setting() {
        let dcc = Dcc::new(params.clone());
        let student = params.innovations == Innovations::StudentT;
        let g = if params.model == DccModel::Asymmetric { 0.02 } else { 0.0 };
        let at = DccParameters { a: 0.04, b: 0.9, g, degrees_of_freedom: student.then_some(7.0) };
        for (coefficient, slope) in dcc.score(&at, &residuals).unwrap() {
            let value = |by: f64| {
                let mut moved = at;
                match coefficient {
                    DccCoefficient::A => moved.a += by,
                    DccCoefficient::B => moved.b += by,
                    DccCoefficient::G => moved.g += by,
                    _ => moved.degrees_of_freedom = Some(7.0 + by),
                }
                dcc.log_likelihood(&moved, &residuals).unwrap()
            };
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
fn every_setting_has_an_optimum_and_finds_it_again_to_the_bit() {
    let residuals = residuals();
    for params in every_setting() {
        let dcc = Dcc::new(params.clone());
        let fit = dcc.fit_residuals(&residuals).unwrap();
        assert_eq!(fit.status, po_core::Status::Converged, "{params:?}");
        assert_eq!(format!("{fit:?}"), format!("{:?}", dcc.fit_residuals(&residuals).unwrap()));
        let again = dcc.at(fit.parameters, &residuals).unwrap();
        assert!((again.log_likelihood - fit.log_likelihood).abs() < SUM, "{params:?}");
        assert_eq!(again.target, fit.target);
        if fit.boundary.is_empty() {
            for (coefficient, slope) in dcc.score(&fit.parameters, &residuals).unwrap() {
                assert!(slope.abs() < FLAT, "{params:?} {coefficient:?} {slope}");
            }
        }
    }
}

/// A panel whose correlation is not of the model, so that the likelihood bends much on the way to its
/// maximum.
fn wide(assets: usize, periods: usize) -> Returns {
    let common = noise(1, periods);
    let own = noise(2, assets * periods);
    let (mut numbers, mut share) = (vec![0.0; assets * periods], 0.5_f64);
    for (period, factor) in common.iter().enumerate() {
        share = 0.5 + 0.97 * (share - 0.5) + 0.009 * (factor * factor - 1.0).clamp(-1.0, 3.0);
        let weight = share.clamp(0.05, 0.95);
        for asset in 0..assets {
            let place = asset * periods + period;
            numbers[place] = weight.sqrt() * factor + (1.0 - weight).sqrt() * own[place];
        }
    }
    Returns::from_column_slice(periods, assets, &numbers).unwrap()
}

/// Returns in, and a covariance of the next period out, for twice as many assets as periods.
#[test]
fn five_hundred_assets_are_fitted() {
    let returns = wide(500, 250);
    let dcc = Dcc::new(DccParams {
        likelihood: DccLikelihood::Contiguous,
        target: DccTarget::Shrunk,
        ..DccParams::default()
    });
    let fit = dcc.fit(&returns).unwrap();
    assert_eq!(fit.status, po_core::Status::Converged);
    assert!(fit.margins.iter().all(|margin| margin.status == po_core::Status::Converged));
    let next = fit.filter(&returns).unwrap().correlation().unwrap();
    let least = SymmetricEigen::new(next.as_view()).unwrap().values()[0];
    assert!(least > 0.0, "{least}");
    // Half of each variance is common.
    let mean = (next.as_slice().iter().sum::<f64>() - 500.0) / (500.0 * 499.0);
    assert!((mean - 0.5).abs() < 0.2, "{mean}");
}

#[test]
fn the_score_vanishes_on_a_wide_panel_too() {
    let residuals = wide(60, 1000);
    for likelihood in [DccLikelihood::Contiguous, DccLikelihood::AllPairs] {
        for model in MODELS {
            let dcc = Dcc::new(DccParams { model, likelihood, ..DccParams::default() });
            let fit = dcc.fit_residuals(&residuals).unwrap();
            assert_eq!(fit.status, po_core::Status::Converged);
            let score = dcc.score(&fit.parameters, &residuals).unwrap();
            for (coefficient, slope) in score {
                let held = fit.boundary.contains(&coefficient);
                // There are so many pairs for each asset.
                let units = if likelihood == DccLikelihood::AllPairs { 59.0 } else { 2.0 };
                assert!(
                    held || slope.abs() < FLAT * units,
                    "{likelihood:?} {model:?} {coefficient:?} {slope}"
                );
            }
        }
    }
}

#[test]
fn of_two_assets_all_likelihoods_are_one() {
    let whole = residuals();
    let two = Returns::from_column_slice(400, 2, &whole.as_slice()[..800]).unwrap();
    for model in MODELS {
        for innovations in [Innovations::Normal, Innovations::StudentT] {
            let degrees_of_freedom = (innovations == Innovations::StudentT).then_some(5.0);
            let g = if model == DccModel::Asymmetric { 0.03 } else { 0.0 };
            let at = DccParameters { a: 0.05, b: 0.85, g, degrees_of_freedom };
            let [full, contiguous, pairs] = LIKELIHOODS.map(|likelihood| {
                let dcc = Dcc::new(DccParams { model, innovations, likelihood, ..DccParams::default() });
                (dcc.log_likelihood(&at, &two).unwrap(), dcc.score(&at, &two).unwrap())
            });
            assert!((full.0 - contiguous.0).abs() < SUM && (full.0 - pairs.0).abs() < SUM);
            for ((full, contiguous), pairs) in full.1.iter().zip(&contiguous.1).zip(&pairs.1) {
                assert!((full.1 - contiguous.1).abs() < SLOPE, "{model:?} {innovations:?} {full:?}");
                assert!((full.1 - pairs.1).abs() < SLOPE, "{model:?} {innovations:?} {full:?}");
            }
        }
    }
}

#[test]
fn targets_follow_from_the_residuals() {
    let residuals = residuals();
    let shrunk = NonlinearShrinkage::new().estimate(&residuals).unwrap().correlation().unwrap();
    let given = DccTarget::Given(Covariance::new(shrunk.into_inner()).unwrap());
    let fit =
        |target| Dcc::new(DccParams { target, ..DccParams::default() }).fit_residuals(&residuals).unwrap();
    assert_eq!(fit(DccTarget::Shrunk), fit(given));
    let fit = fit(DccTarget::Scaled);
    for (row, col) in [(0, 0), (3, 3), (1, 0), (2, 3)] {
        let product = |i: usize, j: usize| -> f64 {
            residuals.column(i).iter().zip(residuals.column(j)).map(|(a, b)| a * b).sum()
        };
        let expected = product(row, col) / (product(row, row) * product(col, col)).sqrt();
        assert!((fit.target.as_view()[(row, col)] - expected).abs() < 1e-14);
    }
}

/// Thirty assets over twenty-five periods: the mean of `z z'` is singular, what it is shrunk to is not.
#[test]
fn a_shrunk_target_takes_more_assets_than_periods() {
    let residuals = Returns::from_column_slice(25, 30, &noise(3, 750)).unwrap();
    let dcc = |target| Dcc::new(DccParams { target, ..DccParams::default() });
    let at = DccParameters { a: 0.02, b: 0.95, ..DccParameters::default() };
    let error = dcc(DccTarget::Residuals).log_likelihood(&at, &residuals).unwrap_err();
    assert!(matches!(error, Error::Input(InputError::NotPositiveDefinite { .. })), "{error}");
    assert!(dcc(DccTarget::Shrunk).log_likelihood(&at, &residuals).unwrap().is_finite());
}

#[test]
fn the_corrected_target_is_a_correlation() {
    let fit = Dcc::new(DccParams { model: DccModel::Corrected, ..DccParams::default() })
        .fit_residuals(&residuals())
        .unwrap();
    assert!((0..4).all(|asset| fit.target.as_view()[(asset, asset)].to_bits() == 1.0_f64.to_bits()));
}
