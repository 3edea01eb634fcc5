//! What a risk attribution refuses, and how it reads.

use po_attribution::{
    Error, Family, NormalTail, RiskInput, RiskModel, factor_risk_attribution, realised_risk_attribution,
    risk_attribution,
};
use po_core::{Confidence, Covariance, FactorCovariance, InputError, Weights, nalgebra::DMatrix};

use crate::factor::returns;

fn mismatch(what: &'static str, expected: usize, actual: usize) -> Error {
    InputError::LengthMismatch { what, expected, actual }.into()
}

#[test]
fn shapes_that_do_not_fit() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04]).unwrap();
    let (two, three) = (Weights::equal(2).unwrap(), Weights::equal(3).unwrap());
    let model = RiskModel::Full(&covariance);
    assert_eq!(
        risk_attribution(model, &RiskInput::new(&three)).unwrap_err(),
        mismatch("the list of weights", 2, 3)
    );
    let input = RiskInput { benchmark: Some(&three), ..RiskInput::new(&two) };
    assert_eq!(
        risk_attribution(model, &input).unwrap_err(),
        mismatch("the list of weights in the benchmark", 2, 3)
    );
    let families = [Family::new("a", [0])];
    let input = RiskInput { families: &families, ..RiskInput::new(&two) };
    assert_eq!(risk_attribution(model, &input).unwrap_err(), Error::NotPartition { member: 1, families: 0 });
    let empty = Covariance::default();
    let error = risk_attribution(RiskModel::Full(&empty), &RiskInput::new(&two)).unwrap_err();
    assert_eq!(error.to_string(), "the covariance is empty, expected at least one item");
}

#[test]
fn families_of_factors_are_families_of_factors() {
    let factors = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let exposures = DMatrix::from_column_slice(2, 1, &[1.0, 1.0]);
    let model = FactorCovariance::new(exposures, factors, vec![0.01, 0.01]).unwrap();
    let weights = Weights::equal(2).unwrap();
    let families = [Family::new("a", [0]), Family::new("b", [1])];
    let input = RiskInput { families: &families, ..RiskInput::new(&weights) };
    let error = factor_risk_attribution(&model, &input).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the index of a member of a family is 1, expected less than the number of members"
    );
}

#[test]
fn a_variance_below_zero_is_no_risk() {
    let covariance = Covariance::from_column_slice(2, &[0.01, 0.04, 0.04, 0.01]).unwrap();
    let weights = Weights::new(vec![1.0, -1.0]).unwrap();
    let error = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights)).unwrap_err();
    let Error::Input(InputError::NotPositiveSemidefinite { eigenvalue }) = error else { panic!("{error}") };
    assert!((eigenvalue + 0.06).abs() < 1e-16);
}

#[test]
fn one_period_has_no_deviation() {
    let error = realised_risk_attribution(&returns(1, 2, &[0.01, 0.02]), &[]).unwrap_err();
    let what = "the observations for a deviation";
    assert_eq!(error, InputError::TooFewObservations { what, observations: 1, required: 2 }.into());
    let families = [Family::new("a", [0, 0])];
    let error = realised_risk_attribution(&returns(2, 1, &[0.01, 0.02]), &families).unwrap_err();
    assert_eq!(error, Error::NotPartition { member: 0, families: 2 });
}

#[test]
fn means_that_are_no_means() {
    let covariance = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let weights = Weights::equal(1).unwrap();
    let parts = risk_attribution(RiskModel::Full(&covariance), &RiskInput::new(&weights)).unwrap();
    let confidence = Confidence::new(0.95).unwrap();
    assert_eq!(
        parts.component(NormalTail::Var, Some(&[]), confidence).unwrap_err(),
        mismatch("the mean return", 1, 0)
    );
    let error = parts.component(NormalTail::Es, Some(&[f64::NAN]), confidence).unwrap_err();
    assert_eq!(error.to_string(), "the mean return is NaN, expected finite numbers");
}
