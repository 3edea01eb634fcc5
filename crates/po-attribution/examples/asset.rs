//! Four quarters of a fund that rebalances twice: what each holding contributed, three ways.

use po_attribution::{AssetInput, AssetLine, Error, HoldInput, asset_attribution, buy_and_hold};

fn main() -> Result<(), Error> {
    // Stocks and bonds, quarter after quarter; a tenth is in cash, which earns 1 % a quarter.
    let returns = [0.10, -0.05, 0.08, 0.02, 0.01, 0.02, -0.01, 0.01];
    let cash_returns = [0.01; 4];
    let hold = HoldInput {
        assets: 2,
        returns: &returns,
        cash_returns: &cash_returns,
        rebalances: &[0, 2],
        targets: &[0.6, 0.3, 0.5, 0.4],
    };
    let weights = buy_and_hold(&hold)?;
    // 60 % in stocks became 66 of 106.4.
    assert!((weights.held()[1] - 0.66 / 1.064).abs() < 1e-15);

    let attribution = asset_attribution(&AssetInput {
        assets: 2,
        returns: &returns,
        held: weights.held(),
        decided: weights.decided(),
        cash_returns: &cash_returns,
        costs: &[0.001, 0.0, 0.001, 0.0],
    })?;

    // The first quarter: 6 % from stocks, 0.3 % from bonds, 0.1 % from cash, less costs.
    let first: Vec<f64> = attribution.lines().map(|line| attribution.contributions(line)[0]).collect();
    for (found, expected) in first.iter().zip([0.06, 0.003, 0.0, 0.001, -0.001]) {
        assert!((found - expected).abs() < 1e-15);
    }
    assert!((attribution.returns()[0] - 0.063).abs() < 1e-15);

    // Linked contributions add up to the return of the year, geometric ones multiply to it.
    let year = attribution.total_return();
    let sum: f64 = attribution.lines().map(|line| attribution.linked(line)).sum();
    let product: f64 = attribution.lines().map(|line| 1.0 + attribution.geometric(line)).product();
    assert!((sum - year).abs() < 1e-14 && (product - 1.0 - year).abs() < 1e-14);
    assert!((attribution.wealth()[4] - 1.0 - year).abs() < 1e-14);
    assert!(attribution.linked(AssetLine::Asset(0)) > attribution.linked(AssetLine::Asset(1)));
    Ok(())
}
