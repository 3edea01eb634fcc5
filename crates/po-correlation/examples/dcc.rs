//! A tour: a dynamic conditional correlation is fitted to simulated returns, filtered on, and looked ahead
//! with.
//!
//! Run it with `cargo run -p po-correlation --example dcc`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Covariance, Returns, Status, StreamingEstimator};
use po_correlation::{
    Dcc, DccFilter, DccFilterParams, DccForecast, DccLikelihood, DccModel, DccParameters, DccParams, Error,
    GarchParameters, Margin,
};

const ASSETS: usize = 3;
const PERIODS: usize = 1500;

/// The parameters that the market is simulated with.
const A: f64 = 0.04;
const B: f64 = 0.93;

/// What an estimate from so many periods may be away from them.
const NEAR: f64 = 0.03;

/// Numbers that look normal: sums of twelve uniform ones, by a linear congruential generator.
fn noise(many: usize) -> Vec<f64> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..many).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

fn main() -> Result<(), Error> {
    let margin = GarchParameters { omega: 0.05, alpha: 0.08, beta: 0.87, ..GarchParameters::default() };
    let mut market = DccFilter::new(DccFilterParams {
        model: DccModel::Corrected,
        parameters: DccParameters { a: A, b: B, ..DccParameters::default() },
        target: Covariance::from_column_slice(ASSETS, &[1.0, 0.6, 0.2, 0.6, 1.0, 0.3, 0.2, 0.3, 1.0])?,
        margins: vec![Margin { parameters: margin, ..Margin::default() }; ASSETS],
        ..DccFilterParams::default()
    })?;
    let (mut numbers, mut bar) = (vec![0.0; ASSETS * PERIODS], [0.0; ASSETS]);
    for (period, innovations) in noise(ASSETS * PERIODS).chunks_exact(ASSETS).enumerate() {
        market.simulate_into(innovations, &mut bar)?;
        for (asset, value) in bar.iter().enumerate() {
            numbers[asset * PERIODS + period] = *value;
        }
    }
    let returns = Returns::from_column_slice(PERIODS, ASSETS, &numbers)?;

    for likelihood in [DccLikelihood::Full, DccLikelihood::AllPairs] {
        let dcc = Dcc::new(DccParams { model: DccModel::Corrected, likelihood, ..DccParams::default() });
        let fit = dcc.fit(&returns)?;
        let DccParameters { a, b, .. } = fit.parameters;
        println!("{likelihood:?}: a = {a:.4}, b = {b:.4} (simulated with {A} and {B})");
        assert!(fit.status == Status::Converged && fit.boundary.is_empty());
        assert!((a - A).abs() < NEAR && (a + b - A - B).abs() < NEAR);

        let mut filter = fit.filter(&returns)?;
        let before = filter.correlation()?.as_view()[(0, 1)];
        // The first two fall together, and the third does not trade.
        filter.update(&[-3.0, -3.0, f64::NAN])?;
        let after = filter.correlation()?.as_view()[(0, 1)];
        let ahead = filter.forecast(60, DccForecast::Correlation)?.correlation()?.as_view()[(0, 1)];
        println!("  correlation of the first two, next bar: {before:.3}");
        println!("  after both fell by three:               {after:.3}");
        println!("  expected in sixty bars:                 {ahead:.3}");
        assert!(before < after && ahead < after, "a joint fall ties them together, and time loosens them");
    }
    Ok(())
}
