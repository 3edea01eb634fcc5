//! What is left of a portfolio without an asset, where that is little or nothing.

use po_core::{Covariance, InputError, Moments, Returns, Weights};
use po_tail::{ContributionMeasure, ContributionModel, Error, TailContributions};

use super::{MEASURES, market, models};
use crate::estimate::beta;

/// The only asset that is held, its weight no number that a return could be multiplied by without rounding.
#[test]
fn without_its_only_asset_a_portfolio_has_no_risk() {
    let returns = market(2, 200, 3);
    let weights = Weights::new(vec![0.0, 0.7, 0.0]).unwrap();
    for model in models() {
        for measure in MEASURES {
            let found = model.contributions(measure, &returns, &weights, beta(0.95)).unwrap();
            assert_eq!(found.incremental, [0.0, found.risk, 0.0], "{model:?}");
            assert_eq!(found.share, [0.0, 1.0, 0.0], "{model:?}");
        }
    }
}

/// Cash earns the same in every period: nothing can be fitted to what is left of a portfolio without its only stock.
#[test]
fn cash_that_is_left_has_the_risk_of_its_return() {
    let stock = market(4, 200, 1);
    for rate in [0.0, 1e-4] {
        let values: Vec<f64> =
            stock.column(0).iter().copied().chain(std::iter::repeat_n(rate, 200)).collect();
        let returns = Returns::from_column_slice(200, 2, &values).unwrap();
        let weights = Weights::new(vec![0.7, 0.3]).unwrap();
        for model in models() {
            for measure in MEASURES {
                let found = model.contributions(measure, &returns, &weights, beta(0.95)).unwrap();
                // The return of cash is left to the rounding of a sum with returns of some per cent.
                let left = found.risk - found.incremental[0];
                assert!((left + 0.3 * rate).abs() < 1e-17, "{model:?} {measure:?}: {left}");
                if rate == 0.0 {
                    assert!(found.component[1].abs() < 1e-17, "{model:?}");
                }
            }
        }
    }
}

#[test]
fn two_assets_that_cancel_leave_no_risk() {
    let one = market(6, 150, 1);
    let values: Vec<f64> = [one.column(0), one.column(0), one.column(0)].concat();
    let returns = Returns::from_column_slice(150, 3, &values).unwrap();
    // Without the third the others cancel.
    let weights = Weights::new(vec![0.3, -0.3, 0.9]).unwrap();
    for model in models() {
        let found = model.contributions(ContributionMeasure::Cvar, &returns, &weights, beta(0.9)).unwrap();
        assert!((found.incremental[2] - found.risk).abs() < 1e-16, "{model:?}");
    }
}

#[test]
fn moments_of_a_single_asset_leave_no_risk_without_it() {
    let covariance = Covariance::from_column_slice(2, &[0.0007, 0.0003, 0.0003, 0.0011]).unwrap();
    let moments = Moments::new(vec![0.0, 0.0], covariance).unwrap();
    let weights = Weights::new(vec![0.3, 0.0]).unwrap();
    for measure in MEASURES {
        let found = TailContributions::of_moments(measure, &moments, &weights, beta(0.99)).unwrap();
        assert_eq!(found.incremental, [found.risk, 0.0]);
    }
}

#[test]
fn moments_that_do_not_fit_are_refused() {
    let covariance = Covariance::from_column_slice(2, &[0.0004, 0.0, 0.0, 0.0009]).unwrap();
    let moments = Moments::new(vec![0.0, 0.0], covariance).unwrap();
    let weights = Weights::equal(3).unwrap();
    let error =
        TailContributions::of_moments(ContributionMeasure::Var, &moments, &weights, beta(0.9)).unwrap_err();
    let what = "the list of weights";
    assert_eq!(error, InputError::LengthMismatch { what, expected: 2, actual: 3 }.into());
    let covariance = Covariance::from_column_slice(2, &[1.0, 2.0, 2.0, 1.0]);
    // No covariance has an eigenvalue of -1; where one is made all the same, its portfolios are asked for.
    if let Ok(covariance) = covariance {
        let moments = Moments::new(vec![0.0, 0.0], covariance).unwrap();
        let weights = Weights::new(vec![0.5, -0.5]).unwrap();
        let error = TailContributions::of_moments(ContributionMeasure::Var, &moments, &weights, beta(0.9))
            .unwrap_err();
        assert_eq!(error, Error::Input(InputError::NotPositiveSemidefinite { eigenvalue: -0.5 }));
    }
}

#[test]
fn portfolios_that_no_model_fits_are_refused() {
    let constant = Returns::from_column_slice(30, 1, &[0.01; 30]).unwrap();
    let all = Weights::new(vec![1.0]).unwrap();
    let of = |model: ContributionModel, returns: &Returns| {
        model.contributions(ContributionMeasure::Cvar, returns, &all, beta(0.9))
    };
    let error = of(ContributionModel::StudentT, &constant).unwrap_err();
    let (name, expected) = ("the standard deviation of the returns", "more than 0");
    assert_eq!(error, InputError::OutOfRange { name, value: 0.0, expected }.into());
    assert_eq!(error.to_string(), "the standard deviation of the returns is 0, expected more than 0");
    // The others need no movement.
    for model in [ContributionModel::Historical, ContributionModel::Normal] {
        let found = of(model, &constant).unwrap();
        assert!((found.risk + 0.01).abs() < 1e-16 && (found.marginal[0] + 0.01).abs() < 1e-16, "{model:?}");
    }
    let single = Returns::from_column_slice(1, 1, &[0.01]).unwrap();
    let error = of(ContributionModel::Normal, &single).unwrap_err();
    let what = "the observations for a deviation";
    assert_eq!(error, InputError::TooFewObservations { what, observations: 1, required: 2 }.into());
    // Gains alone about a quantile that is a loss: their sum has the other sign.
    let values = [-0.001, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.03];
    let gains = Returns::from_column_slice(10, 1, &values).unwrap();
    let model = ContributionModel::Kernel;
    let error = model.contributions(ContributionMeasure::Var, &gains, &all, beta(0.95)).unwrap_err();
    let Error::Input(InputError::OutOfRange { name, value, expected }) = error else {
        panic!("another refusal")
    };
    assert_eq!(name, "the loss of the scenarios that share out the risk");
    assert!(value < 0.0);
    assert_eq!(expected, "a loss of the sign of the risk");
}
