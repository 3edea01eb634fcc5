//! Figures that follow by hand.

use po_attribution::{
    Family, NormalTail, RiskInput, RiskModel, factor_risk_attribution, realised_risk_attribution,
    risk_attribution, rolling_realised_risk_attribution,
};
use po_core::{Confidence, Covariance, FactorCovariance, Weights, nalgebra::DMatrix};

use crate::factor::{near, returns};

/// A handful of operations.
const ROUNDING: f64 = 1e-15;

#[test]
fn equal_assets_share_equally_and_diversify_as_they_should() {
    // Four uncorrelated assets of volatility 0.2, a quarter each: half of the risk of one.
    let mut entries = vec![0.0; 16];
    (0..4).for_each(|asset| entries[asset * 5] = 0.04);
    let covariance = Covariance::from_column_slice(4, &entries).unwrap();
    let weights = Weights::equal(4).unwrap();
    let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights)).unwrap();
    near("risk", &[parts.risk], &[0.1], ROUNDING);
    near("contribution", &parts.sources.contribution, &[0.025; 4], ROUNDING);
    near("share", &parts.sources.share, &[0.25; 4], ROUNDING);
    near("correlation", &parts.sources.correlation, &[0.5; 4], ROUNDING);
    near("diversification", &[parts.diversification(), parts.diversification_ratio()], &[0.1, 2.0], ROUNDING);
}

#[test]
fn a_hedge_takes_risk_away() {
    // Two assets of volatility 0.2 and correlation 0.5, one and minus a half: 0.04 + 0.01 - 0.02 = 0.03.
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.02, 0.02, 0.04]).unwrap();
    let weights = Weights::new(vec![1.0, -0.5]).unwrap();
    let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights)).unwrap();
    let risk = 0.03_f64.sqrt();
    near("contribution", &parts.sources.contribution, &[0.03 / risk, 0.0], ROUNDING);
    near("correlation", &parts.sources.correlation, &[0.03 / risk / 0.2, 0.0], ROUNDING);
}

#[test]
fn nothing_held_and_a_perfect_hedge_have_no_risk_to_share() {
    let covariance = Covariance::from_column_slice(2, &[0.0361, 0.0361, 0.0361, 0.0361]).unwrap();
    let families = [Family::new("both", [0, 1])];
    for held in [vec![0.0, 0.0], vec![0.3, -0.3], vec![0.1 + 0.2, -0.3]] {
        let weights = Weights::new(held).unwrap();
        let input = RiskInput { families: &families, ..RiskInput::new(&weights) };
        let parts = risk_attribution(RiskModel::Full(&covariance), &input).unwrap();
        near("risk", &[parts.risk], &[0.0], 0.0);
        assert_eq!(parts.sources.contribution, [0.0, 0.0]);
        assert_eq!(parts.sources.marginal, [0.0, 0.0]);
        assert_eq!(parts.sources.share, [0.0, 0.0]);
        assert_eq!(parts.families.contribution, [0.0]);
        assert_eq!(parts.sources.volatility, [0.19, 0.19]);
        near("ratio", &[parts.diversification_ratio()], &[1.0], 0.0);
        let var = parts.component(NormalTail::Var, None, Confidence::new(0.99).unwrap()).unwrap();
        near("tail risk", &[var.risk], &[0.0], 0.0);
    }
}

#[test]
fn an_asset_that_stands_still_has_a_correlation_of_zero() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.0]).unwrap();
    let weights = Weights::equal(2).unwrap();
    let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights)).unwrap();
    near("correlation", &parts.sources.correlation, &[1.0, 0.0], ROUNDING);
    near("contribution", &parts.sources.contribution, &[0.1, 0.0], ROUNDING);
}

#[test]
fn collinear_factors_are_told_apart_by_their_exposures() {
    // Two factors that are one and the same: a singular covariance of factors is fine.
    let factors = Covariance::from_column_slice(2, &[0.04, 0.04, 0.04, 0.04]).unwrap();
    let model =
        FactorCovariance::new(DMatrix::from_column_slice(1, 2, &[0.75, 0.25]), factors, vec![0.0]).unwrap();
    let weights = Weights::equal(1).unwrap();
    let parts = factor_risk_attribution(&model, &RiskInput::new(&weights)).unwrap();
    near("contribution", &parts.sources.contribution, &[0.15, 0.05, 0.0], ROUNDING);
}

#[test]
fn the_past_of_one_source_is_its_deviation() {
    let series = returns(3, 1, &[0.01, 0.02, 0.03]);
    let parts = realised_risk_attribution(&series, &[]).unwrap();
    near("risk", &[parts.risk, parts.sources.volatility[0]], &[0.01, 0.01], ROUNDING);
    near("correlation", &parts.sources.correlation, &[1.0], ROUNDING);
    // A series that never moves has none, and shares nothing.
    let still = realised_risk_attribution(&returns(3, 2, &[0.25; 6]), &[]).unwrap();
    assert_eq!((still.risk, still.sources.share), (0.0, vec![0.0, 0.0]));
}

#[test]
fn a_window_of_the_past_is_looked_at_alone() {
    let entries: Vec<f64> = (0..14).map(|place| 0.01 * f64::from(place * place % 7)).collect();
    let series = returns(7, 2, &entries);
    let windows = rolling_realised_risk_attribution(&series, &[], 3, 2).unwrap();
    assert_eq!(windows.len(), 3);
    for (number, window) in windows.iter().enumerate() {
        let rows = [2 * number, 2 * number + 1, 2 * number + 2];
        assert_eq!(*window, realised_risk_attribution(&series.rows(&rows).unwrap(), &[]).unwrap());
    }
    assert!(rolling_realised_risk_attribution(&series, &[], 8, 1).is_err());
    assert!(rolling_realised_risk_attribution(&series, &[], 1, 1).is_err());
}
