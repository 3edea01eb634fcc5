//! Regressions against statsmodels 0.15.0, and closed forms.

use po_attribution::{
    Error, Estimate, FactorMeans, RegressionErrors, RegressionParams, factor_regression,
    rolling_factor_regression,
};
use po_core::InputError;
use serde::Deserialize;

use super::{near, near_relative, returns};

/// The reference uses a pseudo-inverse; factors have a condition of some tens.
const REFERENCE: f64 = 1e-12;

/// Entries of a covariance, some of which are small differences.
const DIGITS: f64 = 1e-11;

#[derive(Deserialize)]
struct File {
    regression: Regression,
}

#[derive(Deserialize)]
struct Regression {
    periods: usize,
    factors: Vec<f64>,
    portfolio: Vec<f64>,
    fit: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    kind: String,
    lags: usize,
    correction: bool,
    coefficients: Vec<f64>,
    errors: Vec<f64>,
    t: Vec<f64>,
    covariance: Vec<f64>,
    r_squared: f64,
    adjusted_r_squared: f64,
    residual_deviation: f64,
    contributions: Vec<f64>,
    given_errors: Vec<f64>,
    given_systematic_error: f64,
    estimated_errors: Vec<f64>,
    estimated_systematic_error: f64,
}

impl Fit {
    fn estimator(&self) -> RegressionErrors {
        match self.kind.as_str() {
            "classical" => RegressionErrors::Classical,
            "hc0" => RegressionErrors::Hc0,
            "hc1" => RegressionErrors::Hc1,
            "hc2" => RegressionErrors::Hc2,
            "hc3" => RegressionErrors::Hc3,
            _ => RegressionErrors::NeweyWest { lags: Some(self.lags), correction: self.correction },
        }
    }
}

fn case() -> Regression {
    toml::from_str::<File>(include_str!("../../data/factor.toml")).unwrap().regression
}

fn errors_of(estimates: &[Estimate]) -> Vec<f64> {
    estimates.iter().map(|estimate| estimate.standard_error).collect()
}

#[test]
fn coefficients_and_standard_errors_are_those_of_statsmodels() {
    let case = case();
    let factors = returns(case.periods, 3, &case.factors);
    for expected in &case.fit {
        let params = RegressionParams { errors: expected.estimator(), means: FactorMeans::Given };
        let fit = factor_regression(&case.portfolio, &factors, &params).unwrap();
        let all = [&[fit.alpha][..], &fit.betas].concat();
        let values: Vec<f64> = all.iter().map(|estimate| estimate.value).collect();
        near("coefficient", &values, &expected.coefficients, REFERENCE);
        near_relative("error", &errors_of(&all), &expected.errors, REFERENCE);
        near_relative("covariance", &fit.covariance, &expected.covariance, DIGITS);
        near_relative("t", &all.iter().map(Estimate::t).collect::<Vec<_>>(), &expected.t, REFERENCE);
        near(
            "R²",
            &[fit.r_squared, fit.adjusted_r_squared],
            &[expected.r_squared, expected.adjusted_r_squared],
            REFERENCE,
        );
        near("deviation", &[fit.residual_deviation], &[expected.residual_deviation], REFERENCE);
        assert_eq!(fit.lags, expected.lags);
    }
}

#[test]
fn the_split_of_the_mean_has_the_errors_of_the_joint_sandwich() {
    let case = case();
    let factors = returns(case.periods, 3, &case.factors);
    for expected in &case.fit {
        for (means, errors, systematic) in [
            (FactorMeans::Given, &expected.given_errors, expected.given_systematic_error),
            (FactorMeans::Estimated, &expected.estimated_errors, expected.estimated_systematic_error),
        ] {
            let params = RegressionParams { errors: expected.estimator(), means };
            let fit = factor_regression(&case.portfolio, &factors, &params).unwrap();
            let values: Vec<f64> = fit.contributions.iter().map(|estimate| estimate.value).collect();
            near("contribution", &values, &expected.contributions, REFERENCE);
            near_relative(
                &format!("error of {}", expected.kind),
                &errors_of(&fit.contributions),
                errors,
                REFERENCE,
            );
            near_relative("systematic", &[fit.systematic.standard_error], &[systematic], REFERENCE);
            near("alpha", &[fit.alpha.standard_error], &expected.errors[..1], REFERENCE);
            let mean = case.portfolio.iter().sum::<f64>() / case.periods as f64;
            near("mean", &[fit.mean], &[mean], REFERENCE);
            assert!((fit.mean - (fit.systematic.value + fit.alpha.value)).abs() < 1e-17);
        }
    }
}

#[test]
fn a_window_is_fitted_as_if_there_were_nothing_else() {
    let case = case();
    let factors = returns(case.periods, 3, &case.factors);
    let errors = RegressionErrors::NeweyWest { lags: None, correction: true };
    let params = RegressionParams { errors, means: FactorMeans::Estimated };
    let fits = rolling_factor_regression(&case.portfolio, &factors, &params, 24, 7).unwrap();
    assert_eq!(fits.len(), (60 - 24) / 7 + 1);
    for (number, fit) in fits.iter().enumerate() {
        let rows: Vec<usize> = (7 * number..7 * number + 24).collect();
        let alone = factors.rows(&rows).unwrap();
        let portfolio = &case.portfolio[7 * number..7 * number + 24];
        assert_eq!(*fit, factor_regression(portfolio, &alone, &params).unwrap());
        // ⌊4 (24/100)^(2/9)⌋ = ⌊2.91…⌋
        assert_eq!(fit.lags, 2);
    }
}

#[test]
fn one_factor_has_the_slope_of_the_formula() {
    // Deviations -1.5, -0.5, 0.5, 1.5 of the factor and -2, 0, 0, 2 of the portfolio: a slope of 6 over 5.
    let factor = returns(4, 1, &[0.01, 0.02, 0.03, 0.04]);
    let fit = factor_regression(&[0.01, 0.03, 0.03, 0.05], &factor, &RegressionParams::default()).unwrap();
    near("beta", &[fit.betas[0].value], &[1.2], 1e-13);
    near("alpha", &[fit.alpha.value], &[0.03 - 1.2 * 0.025], 1e-15);
    // Residuals -0.002, 0.006, -0.006, 0.002 by hand: a sum of squares of 8e-5, over 2 degrees and 5e-4.
    near("error", &[fit.betas[0].standard_error], &[(4e-5_f64 / 5e-4).sqrt()], 1e-13);
    near("R²", &[fit.r_squared], &[0.9], 1e-13);
}

#[test]
fn a_portfolio_that_stands_still_has_nothing_to_explain() {
    let factor = returns(5, 1, &[0.01, -0.02, 0.03, 0.00, 0.01]);
    let fit = factor_regression(&[0.013; 5], &factor, &RegressionParams::default()).unwrap();
    near("R²", &[fit.r_squared], &[0.0], 0.0);
    near("alpha", &[fit.alpha.value, fit.betas[0].value], &[0.013, 0.0], 1e-15);
}

#[test]
fn an_observation_that_fits_itself_leaves_errors_finite() {
    // The second factor is a dummy of one period, whose leverage is one.
    let entries = [0.01, 0.02, -0.01, 0.03, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let factors = returns(5, 2, &entries);
    for errors in [RegressionErrors::Hc2, RegressionErrors::Hc3] {
        let params = RegressionParams { errors, means: FactorMeans::Given };
        let fit = factor_regression(&[0.01, 0.03, 0.0, 0.02, 0.01], &factors, &params).unwrap();
        assert!(fit.betas.iter().all(|beta| beta.standard_error.is_finite()));
    }
}

#[test]
fn a_collinear_factor_is_named() {
    let (a, b) = ([0.01, -0.02, 0.03, 0.01, 0.0, 0.02], [0.02, 0.01, -0.01, 0.0, 0.03, 0.01]);
    let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - b + 0.004).collect();
    let portfolio = [0.01, 0.0, 0.02, -0.01, 0.01, 0.0];
    let factors = returns(6, 3, &[&a[..], &b, &sum].concat());
    let error = factor_regression(&portfolio, &factors, &RegressionParams::default()).unwrap_err();
    let Error::Collinear { factor, unexplained, least } = error.clone() else { panic!("{error}") };
    assert_eq!((factor, least), (2, 1e-10));
    assert!(unexplained < 1e-14);
    assert!(
        error
            .to_string()
            .starts_with("factor 2 is collinear with the factors before it, or with the constant: ")
    );
    assert!(error.to_string().ends_with("of its size is its own, expected more than 0.0000000001"));
    let constant = returns(6, 2, &[&a[..], &[0.01; 6]].concat());
    let error = factor_regression(&portfolio, &constant, &RegressionParams::default()).unwrap_err();
    assert!(matches!(error, Error::Collinear { factor: 1, .. }));
}

#[test]
fn what_a_regression_refuses() {
    let factors = returns(4, 2, &[0.01, 0.02, 0.0, 0.01, 0.03, 0.0, 0.01, 0.02]);
    let params = RegressionParams::default();
    assert_eq!(
        factor_regression(&[0.0; 3], &factors, &params).unwrap_err(),
        InputError::LengthMismatch { what: "the return of the portfolio", expected: 4, actual: 3 }.into()
    );
    let error = factor_regression(&[0.0, f64::NAN, 0.0, 0.0], &factors, &params).unwrap_err();
    assert_eq!(error.to_string(), "the return of the portfolio is NaN, expected finite numbers");
    let error = factor_regression(&[1e200, 0.0, -1e200, 1e200], &factors, &params).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sum of the squared residuals is inf, expected a finite number: the returns are too large"
    );
    let short = returns(3, 2, &[0.01, 0.02, 0.0, 0.03, 0.0, 0.01]);
    let what = "the observations for a regression";
    assert_eq!(
        factor_regression(&[0.0; 3], &short, &params).unwrap_err(),
        InputError::TooFewObservations { what, observations: 3, required: 4 }.into()
    );
    let errors = RegressionErrors::NeweyWest { lags: Some(4), correction: false };
    let error = factor_regression(&[0.0; 4], &factors, &RegressionParams { errors, ..params }).unwrap_err();
    assert_eq!(error.to_string(), "the number of lags is 4, expected less than the number of periods");
    for (window, step, text) in [
        (0, 1, "the window is empty, expected at least one item"),
        (4, 0, "the step from window to window is empty, expected at least one item"),
        (5, 1, "the observations in the window: 4, expected at least 5"),
    ] {
        let error = rolling_factor_regression(&[0.0; 4], &factors, &params, window, step).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
}
