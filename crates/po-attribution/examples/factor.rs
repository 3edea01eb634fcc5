//! Where the profit of a quarter came from, by factor, and how sure that is.

use po_attribution::{
    Error, EstimationError, FactorInput, FactorMeans, FactorParams, Family, OverTime, RegressionErrors,
    RegressionParams, Totals, factor_attribution, factor_regression, factor_standard_errors,
};
use po_core::Returns;

fn main() -> Result<(), Error> {
    // Three months of four assets; factors are the market and value.
    let market = [0.020, -0.010, 0.030];
    let value = [0.005, 0.010, -0.004];
    let exposures = [1.1, 0.9, 1.0, 1.2, 0.2, -0.3, 0.5, -0.1];
    let own =
        [[0.001, -0.002, 0.003], [-0.004, 0.001, 0.000], [0.002, 0.002, -0.001], [0.000, -0.003, 0.005]];
    let mut entries = Vec::new();
    for (asset, own) in own.iter().enumerate() {
        for period in 0..3 {
            entries
                .push(exposures[asset] * market[period] + exposures[4 + asset] * value[period] + own[period]);
        }
    }
    let returns = Returns::from_column_slice(3, 4, &entries)?;
    let factor_returns = Returns::from_column_slice(3, 2, &[market, value].concat())?;
    let (weights, benchmark) = ([0.4, 0.1, 0.4, 0.1], [0.25; 4]);

    let input = FactorInput {
        benchmark: Some(OverTime::Constant(&benchmark)),
        ..FactorInput::new(
            &returns,
            &factor_returns,
            OverTime::Constant(&exposures),
            OverTime::Constant(&weights),
        )
    };
    let params = FactorParams {
        totals: Totals::Arithmetic,
        families: vec![Family::new("market", [0]), Family::new("style", [1])],
    };
    let parts = factor_attribution(&input, &params)?;
    // An active exposure of nothing to the market, and of 0.165 to value, which earned 1.1 %.
    assert!(parts.families[0].abs() < 1e-15);
    assert!((parts.families[1] - 0.165 * 0.011).abs() < 1e-15);
    assert!((parts.factors.iter().sum::<f64>() + parts.specific - parts.total).abs() < 1e-17);

    // The factor returns come from a regression across assets whose specific volatility is 0.3 %.
    let error = EstimationError::CrossSection {
        regression_weights: OverTime::Constant(&[1.0; 4]),
        specific_variances: OverTime::Constant(&[9e-6; 4]),
    };
    let errors = factor_standard_errors(&input, &params, error)?;
    assert!((errors.families[1] - 0.0014179889746717739).abs() < 1e-15);

    // Without exposures: what a regression over time says of returns that are half market, half value, and 0.1 %.
    let factors = Returns::from_column_slice(
        6,
        2,
        &[0.020, -0.010, 0.030, 0.010, -0.020, 0.000, 0.005, 0.010, -0.004, 0.000, 0.008, -0.010],
    )?;
    let noise = [0.0002, -0.0002, -0.0001, 0.0003, 0.0001, -0.0003];
    let portfolio: Vec<f64> =
        (0..6).map(|t| 0.001 + 0.5 * factors.column(0)[t] + 0.5 * factors.column(1)[t] + noise[t]).collect();
    let params = RegressionParams {
        errors: RegressionErrors::NeweyWest { lags: Some(1), correction: true },
        means: FactorMeans::Given,
    };
    let fit = factor_regression(&portfolio, &factors, &params)?;
    assert!((fit.betas[0].value - 0.5).abs() < 0.02);
    assert!((fit.alpha.value + fit.systematic.value - fit.mean).abs() < 1e-17);
    assert!(fit.alpha.t() > 2.0);
    Ok(())
}
