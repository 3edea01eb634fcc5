//! A tour: a market whose falls unsettle it more than its rises is simulated, fitted, judged and forecast.
//!
//! Run it with `cargo run -p po-correlation --example garch`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::Status;
use po_correlation::{Error, Garch, GarchModel, GarchParameters, GarchParams, Innovations};

const PERIODS: usize = 4000;

/// Standard errors that an estimate may be away from the truth.
const STANDARD_ERRORS: f64 = 4.0;

fn main() -> Result<(), Error> {
    let truth = GarchParameters {
        mean: 0.03,
        omega: 0.02,
        alpha: 0.03,
        gamma: 0.08,
        beta: 0.9,
        ..GarchParameters::default()
    };
    let gjr = Garch::new(GarchParams { model: GarchModel::Gjr, ..GarchParams::default() });
    let returns = gjr.simulate(&truth, &noise(PERIODS))?;

    let fit = gjr.fit(&returns)?;
    assert!(fit.status == Status::Converged && fit.boundary.is_empty());
    println!("           estimate  standard error  robust");
    for (estimate, truth) in
        fit.estimates.iter().zip([truth.mean, truth.omega, truth.alpha, truth.gamma, truth.beta])
    {
        let name = format!("{:?}", estimate.coefficient);
        println!(
            "{name:<10} {:>8.4} {:>15.4} {:>7.4}  simulated with {truth}",
            estimate.value, estimate.standard_error, estimate.robust_error
        );
        assert!((estimate.value - truth).abs() < STANDARD_ERRORS * estimate.standard_error);
    }

    // Which model is the likeliest, at two parameters and one more: the likelihood ratio is far beyond
    // chance.
    let plain = Garch::default().fit(&returns)?;
    let ratio = 2.0 * (fit.log_likelihood - plain.log_likelihood);
    println!("twice the log-likelihood ratio over a GARCH(1,1): {ratio:.1}");
    assert!(ratio > 10.0);

    // The innovations were normal, and Student's t finds that out: many degrees of freedom.
    let heavy = GarchParams { innovations: Innovations::StudentT, ..*gjr.params() };
    let degrees = Garch::new(heavy).fit(&returns)?.parameters.degrees_of_freedom.unwrap_or(f64::NAN);
    println!("degrees of freedom: {degrees:.0}");
    assert!(degrees > 20.0);

    // Forecasts tend to the variance of the long run.
    let ahead = fit.forecast(500);
    let long_run = fit.parameters.long_run_variance(GarchModel::Gjr);
    println!("variance: next {:.3}, in a month {:.3}, in the long run {long_run:.3}", ahead[0], ahead[20]);
    assert!((ahead[499] / long_run - 1.0).abs() < 1e-3);
    Ok(())
}

/// Standard normal numbers (Box and Muller 1958) of a linear congruential generator.
fn noise(many: usize) -> Vec<f64> {
    let mut state = 7_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    (0..many).map(|_| (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()).collect()
}
