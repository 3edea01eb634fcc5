//! Variances that follow by hand.

use po_correlation::{
    Coefficient, Garch, GarchFit, GarchMean, GarchModel, GarchParameters, GarchParams, InitialVariance,
    Innovations, Intercept,
};

use super::properties::noise;

/// Rounding of a few operations.
const ROUNDING: f64 = 1e-14;

/// The intercept is the sample variance times one minus a persistence near one, and is divided by it again.
const TARGETED: f64 = 1e-9;

/// Rounding of two hundred steps.
const RECURSION: f64 = 1e-12;

/// The search has 1/ν, and a bound is met up to rounding.
const BOUND: f64 = 1e-9;

#[test]
fn a_gjr_reacts_more_to_a_fall() {
    let params = GarchParams { model: GarchModel::Gjr, ..GarchParams::default() };
    let parameters =
        GarchParameters { omega: 0.1, alpha: 0.1, gamma: 0.2, beta: 0.7, ..GarchParameters::default() };
    let garch = Garch::new(params);
    let rise = garch.simulate(&parameters, &[2.0, 1.0]).unwrap();
    let fall = garch.simulate(&parameters, &[-2.0, 1.0]).unwrap();
    // The long-run variance is one.
    assert!((rise[1] - (0.1 + 0.4 + 0.7_f64).sqrt()).abs() < ROUNDING);
    assert!((fall[1] - (0.1 + 1.2 + 0.7_f64).sqrt()).abs() < ROUNDING);
}

#[test]
fn an_egarch_is_a_recursion_of_logarithms() {
    let params = GarchParams { model: GarchModel::Egarch, ..GarchParams::default() };
    let parameters =
        GarchParameters { omega: 0.0, alpha: 0.2, gamma: -0.1, beta: 0.9, ..GarchParameters::default() };
    let returns = Garch::new(params).simulate(&parameters, &[-1.0, 1.0]).unwrap();
    let log_variance = 0.2 * (1.0 - (2.0 / std::f64::consts::PI).sqrt()) + 0.1;
    assert!((returns[1] - (0.5 * log_variance).exp()).abs() < ROUNDING);
}

#[test]
fn students_density_is_the_one_of_the_textbook() {
    // With ν = 3, scaled to variance one: f(0) = 2 / π.
    let params =
        GarchParams { innovations: Innovations::StudentT, mean: GarchMean::Zero, ..GarchParams::default() };
    let parameters =
        GarchParameters { omega: 1.0, degrees_of_freedom: Some(3.0), ..GarchParameters::default() };
    let log_likelihood = Garch::new(params).log_likelihood(&parameters, &[0.0]).unwrap();
    assert!((log_likelihood - (2.0 / std::f64::consts::PI).ln()).abs() < ROUNDING);
}

#[test]
fn a_targeted_intercept_makes_the_sample_variance_the_long_run_one() {
    for model in [GarchModel::Garch, GarchModel::Gjr, GarchModel::Egarch] {
        let params = GarchParams {
            model,
            intercept: Intercept::Targeted,
            mean: GarchMean::Zero,
            initial_variance: InitialVariance::Sample,
            ..GarchParams::default()
        };
        let returns = noise(7, 500);
        let fit = Garch::new(params).fit(&returns).unwrap();
        let square = returns.iter().map(|value| value * value).sum::<f64>() / 500.0;
        assert!((fit.parameters.long_run_variance(model) - square).abs() < TARGETED * square, "{model:?}");
        assert!(fit.estimates.iter().all(|estimate| estimate.coefficient != Coefficient::Omega));
    }
}

#[test]
fn the_forecast_tends_to_the_long_run_variance() {
    let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    let fit = GarchFit { parameters, next_variance: 4.0, ..GarchFit::default() };
    for (ahead, variance) in fit.forecast(200).iter().enumerate() {
        assert!((variance - (1.0 + 3.0 * 0.9_f64.powi(ahead as i32))).abs() < RECURSION, "{ahead}");
    }
}

#[test]
fn what_has_no_dynamics_ends_on_a_bound_and_says_so() {
    // Alternating returns: every squared residual is the same.
    let returns: Vec<f64> =
        (0..400).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 } * (1.0 + 1e-3 * f64::from(t % 7))).collect();
    let fit = Garch::new(GarchParams { innovations: Innovations::StudentT, ..GarchParams::default() })
        .fit(&returns)
        .unwrap();
    assert!(fit.boundary.contains(&Coefficient::DegreesOfFreedom), "{fit:?}");
    let shape = fit.estimates.last().unwrap();
    assert_eq!(
        (shape.coefficient, shape.standard_error, shape.robust_error),
        (Coefficient::DegreesOfFreedom, 0.0, 0.0)
    );
    assert!((shape.value - 500.0).abs() < BOUND);
}
