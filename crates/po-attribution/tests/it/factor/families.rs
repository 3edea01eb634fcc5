//! Families are partitions, and survive being written down.

use po_attribution::{Error, FactorInput, FactorParams, Family, OverTime, Totals, factor_attribution};
use po_core::{InputError, Universe};

use super::returns;

fn refused(families: Vec<Family>) -> Error {
    let table = returns(1, 3, &[0.01, 0.02, 0.03]);
    let exposures = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    let input = FactorInput::new(
        &table,
        &table,
        OverTime::Constant(&exposures),
        OverTime::Constant(&[0.2, 0.3, 0.5]),
    );
    factor_attribution(&input, &FactorParams { families, totals: Totals::Money }).unwrap_err()
}

#[test]
fn a_member_belongs_to_one_family() {
    let left_out = refused(vec![Family::new("a", [0]), Family::new("b", [2])]);
    assert_eq!(left_out, Error::NotPartition { member: 1, families: 0 });
    assert_eq!(left_out.to_string(), "member 1 is in 0 families, expected one");
    let twice = refused(vec![Family::new("a", [0, 1]), Family::new("b", [2, 0])]);
    assert_eq!(twice, Error::NotPartition { member: 0, families: 2 });
    let universe = Universe::new(["ash", "oak", "elm"]).unwrap();
    assert_eq!(twice.named(&universe), "member 0 is in 2 families, expected one");
    let (name, expected) = ("the index of a member of a family", "less than the number of members");
    assert_eq!(
        refused(vec![Family::new("a", [0, 1, 2, 3])]),
        InputError::OutOfRange { name, value: 3.0, expected }.into()
    );
}

#[test]
fn a_total_of_members_that_are_not_there_is_none() {
    assert_eq!(Family::new("a", [0, 2]).total(&[1.0, 2.0]), None);
    assert_eq!(Family::new("a", []).total(&[1.0]), Some(0.0));
}

#[cfg(feature = "serde")]
#[test]
fn settings_survive_being_written_down() {
    let params = FactorParams { totals: Totals::Arithmetic, families: vec![Family::new("style", [1, 2])] };
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(text, r#"{"totals":"arithmetic","families":[{"name":"style","members":[1,2]}]}"#);
    assert_eq!(serde_json::from_str::<FactorParams>(&text).unwrap(), params);
    assert_eq!(serde_json::from_str::<FactorParams>("{}").unwrap(), FactorParams::default());
    assert!(serde_json::from_str::<FactorParams>(r#"{"linking":"money"}"#).is_err());
}

#[cfg(feature = "serde")]
#[test]
fn results_survive_being_written_down() {
    use po_attribution::{
        FactorAttribution, FactorRegression, RegressionErrors, RegressionParams, factor_regression,
    };

    let table = returns(3, 1, &[0.01, 0.02, 0.04]);
    let input = FactorInput::new(&table, &table, OverTime::Constant(&[1.0]), OverTime::Constant(&[1.0]));
    let parts = factor_attribution(&input, &FactorParams::default()).unwrap();
    let text = serde_json::to_string(&parts).unwrap();
    let read: FactorAttribution = serde_json::from_str(&text).unwrap();
    super::near_relative("series", &read.return_series, &parts.return_series, 1e-15);
    super::near_relative("total", &[read.total], &[parts.total], 1e-15);
    let errors = RegressionErrors::NeweyWest { lags: Some(1), correction: false };
    let params = RegressionParams { errors, ..RegressionParams::default() };
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(text, r#"{"errors":{"newey-west":{"lags":1,"correction":false}},"means":"given"}"#);
    assert_eq!(serde_json::from_str::<RegressionParams>(&text).unwrap(), params);
    let fit = factor_regression(&[0.01, 0.03, 0.03], &table, &params).unwrap();
    let text = serde_json::to_string(&fit).unwrap();
    // JSON is read to within a unit in the last place.
    let read: FactorRegression = serde_json::from_str(&text).unwrap();
    super::near_relative("covariance", &read.covariance, &fit.covariance, 1e-15);
    super::near_relative("residual", &read.residuals, &fit.residuals, 1e-15);
    super::near_relative("error", &[read.betas[0].standard_error], &[fit.betas[0].standard_error], 1e-15);
    assert_eq!(read.lags, fit.lags);
}
