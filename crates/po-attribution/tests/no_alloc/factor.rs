//! Factor attribution and regressions.

use po_attribution::{
    FactorAttribution, FactorInput, FactorMeans, FactorParams, FactorRegression, FactorScratch, Family,
    OverTime, RegressionErrors, RegressionParams, RegressionScratch, Totals, factor_attribution_into,
    factor_regression_into,
};
use po_core::Returns;

use super::calls;

fn wave(length: usize, step: f64) -> Vec<f64> {
    (0..length).map(|place| 0.03 * (place as f64 * place as f64 * step).sin()).collect()
}

#[test]
fn a_factor_attribution_does_not_allocate_twice() {
    let (periods, assets, factors) = (40, 30, 5);
    let returns = Returns::from_column_slice(periods, assets, &wave(periods * assets, 0.7)).unwrap();
    let factor_returns = Returns::from_column_slice(periods, factors, &wave(periods * factors, 1.3)).unwrap();
    let (exposures, weights) = (wave(assets * factors, 0.9), wave(periods * assets, 0.4));
    for totals in [Totals::Money, Totals::Arithmetic] {
        let families = vec![Family::new("a", [0, 1]), Family::new("b", [2, 3, 4])];
        let params = FactorParams { totals, families };
        let input = FactorInput {
            benchmark: Some(OverTime::Constant(&weights[..assets])),
            ..FactorInput::new(
                &returns,
                &factor_returns,
                OverTime::Constant(&exposures),
                OverTime::PerPeriod(&weights),
            )
        };
        let (mut scratch, mut parts) = (FactorScratch::default(), FactorAttribution::default());
        let mut run = || factor_attribution_into(&input, &params, &mut scratch, &mut parts).unwrap();
        assert!(calls(&mut run) > 0);
        assert_eq!(calls(&mut run), 0);
    }
}

#[test]
fn a_regression_does_not_allocate_twice() {
    let factors = Returns::from_column_slice(50, 3, &wave(150, 1.7)).unwrap();
    let portfolio = wave(50, 0.3);
    for errors in [
        RegressionErrors::Classical,
        RegressionErrors::Hc3,
        RegressionErrors::NeweyWest { lags: None, correction: true },
    ] {
        for means in [FactorMeans::Given, FactorMeans::Estimated] {
            let params = RegressionParams { errors, means };
            let (mut scratch, mut fit) = (RegressionScratch::default(), FactorRegression::default());
            let mut run =
                || factor_regression_into(&portfolio, &factors, &params, &mut scratch, &mut fit).unwrap();
            assert!(calls(&mut run) > 0);
            assert_eq!(calls(&mut run), 0);
        }
    }
}
