//! A tour: bars come in one by one, an asset lists late, the market breaks, and the state is a value like any
//! other.
//!
//! Run it with `cargo run -p po-correlation --example streaming`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Covariance, StreamingEstimator};
use po_correlation::{
    Breakdown, BreakdownAlarm, BreakdownAlarmParams, Decay, Error, Ewma, EwmaParams, Exposures, FactorEwma,
    FactorEwmaParams,
};

/// Weights are powers of the decay, and their sum is known.
const ROUNDING: f64 = 1e-12;

const ASSETS: usize = 8;

fn main() -> Result<(), Error> {
    // Variances follow the last weeks, correlations the last months.
    let params = EwmaParams {
        volatility: Decay::HalfLife(20.0),
        correlation: Some(Decay::HalfLife(60.0)),
        ..EwmaParams::default()
    };
    let mut ewma = Ewma::new(params, ASSETS)?;
    let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default())?;
    let mut covariance = Covariance::default();
    let mut market = Market::new(3);

    // The last asset lists on day 100; until then its return is missing.
    for day in 0..400 {
        let mut returns = market.bar(0.5);
        if day < 100 {
            returns[ASSETS - 1] = f64::NAN;
        }
        if day >= 150 {
            ewma.covariance_into(&mut covariance)?;
            alarm.update(&covariance, &returns)?;
        }
        ewma.update(&returns)?;
        if day == 99 {
            assert!(ewma.ready(0) && !ewma.ready(ASSETS - 1));
        }
    }
    let correlation = |one: usize, other: usize| {
        ewma.covariance(one, other) / (ewma.variance(one) * ewma.variance(other)).sqrt()
    };
    println!("volatility {:.2} %, correlation {:.2}", 100.0 * ewma.variance(0).sqrt(), correlation(0, 1));
    assert!((correlation(0, 1) - 0.5).abs() < 0.2);

    // The month ahead: an exponentially weighted estimate expects tomorrow's covariance every day.
    let mut month = Covariance::default();
    ewma.covariance_into(&mut covariance)?;
    ewma.forecast_into(21, &mut month)?;
    assert!((month.as_slice()[0] / covariance.as_slice()[0] - 21.0).abs() < ROUNDING);

    // The market breaks: all assets fall and rise together.
    let broken = (1..100).find_map(|day| match alarm.update(&covariance, &market.bar(0.98)) {
        Ok(None) => None,
        Ok(Some(breakdown)) => Some(Ok((day, breakdown))),
        Err(error) => Some(Err(error)),
    });
    if let Some((day, breakdown)) = broken.transpose()? {
        println!("alarm on day {day} after the break: {breakdown:?}");
        assert!(day < 20 && breakdown == Breakdown::Together);
    }

    // A copy of the state goes on as the state does, bit for bit; with the feature `serde` it can be written
    // to a file.
    let mut copy = ewma.clone();
    let next = market.bar(0.5);
    ewma.update(&next)?;
    copy.update(&next)?;
    assert_eq!(ewma, copy);

    // For thousands of assets: a covariance of factors, and exposures that follow the returns.
    let exposures = Exposures::Tracked(Decay::HalfLife(120.0));
    let mut factors =
        FactorEwma::new(FactorEwmaParams { exposures, ..FactorEwmaParams::default() }, 1, &[1.0; ASSETS])?;
    for _ in 0..300 {
        factors.update(&market.bar(0.5))?;
    }
    let in_factors = factors.factor_covariance()?;
    let volatility = in_factors.variances()[0].sqrt();
    println!("in factor form: volatility {:.2} %, {} factor", 100.0 * volatility, in_factors.factors());
    assert!((volatility - 0.01).abs() < 0.003);
    Ok(())
}

/// Returns with volatilities of 1 % and one correlation for every pair.
struct Market(u64);

impl Market {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn bar(&mut self, correlation: f64) -> Vec<f64> {
        let common = correlation.sqrt() * self.normal();
        (0..ASSETS).map(|_| 0.01 * (common + (1.0 - correlation).sqrt() * self.normal())).collect()
    }
}
