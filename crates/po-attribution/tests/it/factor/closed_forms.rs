//! Figures that follow by hand.

use po_attribution::{
    EstimationError, FactorInput, FactorParams, OverTime, Totals, factor_attribution, factor_standard_errors,
    rolling_factor_attribution,
};

use super::{near, returns};

/// A handful of operations.
const ROUNDING: f64 = 1e-15;

#[test]
fn two_periods_of_two_assets() {
    let assets = returns(2, 2, &[0.05, -0.02, 0.01, 0.04]);
    let market = returns(2, 1, &[0.03, 0.01]);
    let weights = [0.5, 0.5, 0.75, 0.25];
    let input =
        FactorInput::new(&assets, &market, OverTime::Constant(&[1.0, 0.5]), OverTime::PerPeriod(&weights));
    let parts = factor_attribution(&input, &FactorParams::default()).unwrap();
    near("exposure", &parts.exposure_series, &[0.75, 0.875], ROUNDING);
    near("factor", &parts.factor_series, &[0.0225, 0.00875], ROUNDING);
    // What is specific: 2 % and -0.5 %, then -3 % and 3.5 %.
    near("specific", &parts.specific_series, &[0.0075, -0.01375], ROUNDING);
    near("return", &parts.return_series, &[0.03, -0.005], ROUNDING);
    near("linked factor", &parts.factors, &[0.0225 + 1.03 * 0.00875], ROUNDING);
    near("linked specific", &[parts.specific], &[0.0075 - 1.03 * 0.01375], ROUNDING);
    near("total", &[parts.total], &[1.03 * 0.995 - 1.0], ROUNDING);
    near("table", &[parts.of_asset(1, 0).unwrap()], &[0.5 * 0.5 * 0.03 + 1.03 * 0.25 * 0.5 * 0.01], ROUNDING);
    near("asset", &[parts.asset_total(0).unwrap()], &[0.025 - 1.03 * 0.015], ROUNDING);
    assert_eq!((parts.of_asset(2, 0), parts.of_asset(0, 1), parts.asset_total(2)), (None, None, None));
}

#[test]
fn a_portfolio_of_the_benchmark_has_nothing_active() {
    let assets = returns(3, 2, &[0.05, -0.02, 0.03, 0.01, 0.04, -0.01]);
    let factors = returns(3, 1, &[0.03, 0.01, -0.02]);
    let held = OverTime::Constant(&[0.4, 0.6]);
    for totals in [Totals::Money, Totals::Arithmetic] {
        let input = FactorInput {
            benchmark: Some(held),
            ..FactorInput::new(&assets, &factors, OverTime::Constant(&[1.0, 0.5]), held)
        };
        let parts = factor_attribution(&input, &FactorParams { totals, ..FactorParams::default() }).unwrap();
        near("all", &[parts.total, parts.systematic, parts.specific], &[0.0; 3], ROUNDING);
        near("series", &parts.factor_series, &[0.0; 3], ROUNDING);
    }
}

#[test]
fn what_holdings_do_not_explain_is_unattributed() {
    let assets = returns(1, 1, &[0.05]);
    let input = FactorInput {
        portfolio_returns: Some(&[0.047]),
        ..FactorInput::new(&assets, &assets, OverTime::Constant(&[1.0]), OverTime::Constant(&[1.0]))
    };
    let parts = factor_attribution(&input, &FactorParams::default()).unwrap();
    near("parts", &[parts.systematic, parts.specific, parts.unattributed], &[0.05, 0.0, -0.003], ROUNDING);
    near("total", &[parts.total], &[0.047], ROUNDING);
}

#[test]
fn a_window_starts_with_a_wealth_of_one() {
    let entries: Vec<f64> = (0..10).map(|period| 0.01 * f64::from(period) - 0.03).collect();
    let assets = returns(10, 1, &entries);
    let input = FactorInput::new(&assets, &assets, OverTime::Constant(&[1.0]), OverTime::Constant(&[1.0]));
    let windows = rolling_factor_attribution(&input, &FactorParams::default(), 4, 3).unwrap();
    assert_eq!(windows.len(), 3);
    for (number, window) in windows.iter().enumerate() {
        let own = &entries[3 * number..3 * number + 4];
        let compounded = own.iter().fold(1.0, |wealth, value| wealth * (1.0 + value)) - 1.0;
        near("window", &[window.total], &[compounded], ROUNDING);
        near("series", &window.return_series, own, ROUNDING);
    }
}

#[test]
fn an_error_that_all_periods_share_does_not_average_out() {
    // Two periods of one asset: an exposure that is off by 0.1 is off in both, a factor return in each by itself.
    let assets = returns(2, 1, &[0.02, 0.02]);
    let input = FactorInput::new(&assets, &assets, OverTime::Constant(&[1.0]), OverTime::Constant(&[1.0]));
    let params = FactorParams { totals: Totals::Arithmetic, ..FactorParams::default() };
    let exposures = factor_standard_errors(&input, &params, EstimationError::Exposures(&[0.1])).unwrap();
    near("shared", &[exposures.systematic], &[0.1 * 0.04], ROUNDING);
    let error = EstimationError::FactorReturns(OverTime::Constant(&[1e-4]));
    let each = factor_standard_errors(&input, &params, error).unwrap();
    near("each", &[each.factors[0], each.systematic], &[2e-4_f64.sqrt(); 2], ROUNDING);
}

#[test]
fn what_one_factor_is_given_too_much_another_may_be_given_too_little() {
    // Errors of two factor returns that cancel in the portfolio: the parts are unsure, their sum is not.
    let assets = returns(1, 2, &[0.02, 0.02]);
    let factors = returns(1, 2, &[0.01, 0.01]);
    let input = FactorInput::new(
        &assets,
        &factors,
        OverTime::Constant(&[1.0, 1.0, 1.0, 1.0]),
        OverTime::Constant(&[0.5, 0.5]),
    );
    let error = EstimationError::FactorReturns(OverTime::Constant(&[1e-4, -1e-4, -1e-4, 1e-4]));
    let errors = factor_standard_errors(&input, &FactorParams::default(), error).unwrap();
    near("factors", &errors.factors, &[0.01, 0.01], ROUNDING);
    near("systematic", &[errors.systematic], &[0.0], ROUNDING);
}
