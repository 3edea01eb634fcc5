//! What a factor attribution refuses, and how it reads.

use po_attribution::{
    Error, EstimationError, FactorInput, FactorParams, OverTime, factor_attribution, factor_standard_errors,
    rolling_factor_attribution,
};
use po_core::{InputError, Universe};

use super::returns;

fn mismatch(what: &'static str, expected: usize, actual: usize) -> Error {
    InputError::LengthMismatch { what, expected, actual }.into()
}

#[test]
fn shapes_that_do_not_fit() {
    let table = returns(2, 2, &[0.01, 0.02, 0.03, 0.04]);
    let factors = returns(2, 1, &[0.01, 0.02]);
    let longer = returns(3, 1, &[0.01, 0.02, 0.03]);
    let (exposures, weights) = (OverTime::Constant(&[1.0, 1.0]), OverTime::Constant(&[0.5, 0.5]));
    let good = FactorInput::new(&table, &factors, exposures, weights);
    let params = FactorParams::default();
    let refused = |input: &FactorInput<'_>| factor_attribution(input, &params).unwrap_err();
    let input = FactorInput { factor_returns: &longer, ..good };
    assert_eq!(refused(&input), mismatch("the list of returns of a factor", 2, 3));
    let input = FactorInput { exposures: OverTime::Constant(&[1.0]), ..good };
    assert_eq!(refused(&input), mismatch("the exposure", 2, 1));
    let input = FactorInput { weights: OverTime::PerPeriod(&[1.0, 0.0]), ..good };
    assert_eq!(refused(&input), mismatch("the weight", 4, 2));
    let input = FactorInput { benchmark: Some(OverTime::Constant(&[1.0])), ..good };
    assert_eq!(refused(&input), mismatch("the weight in the benchmark", 2, 1));
    let input = FactorInput { portfolio_returns: Some(&[0.01]), ..good };
    assert_eq!(refused(&input), mismatch("the return of the portfolio", 2, 1));
    assert!(rolling_factor_attribution(&good, &params, 0, 1).is_err());
    assert!(rolling_factor_attribution(&good, &params, 3, 1).is_err());
}

#[test]
fn numbers_that_are_not_finite_are_named() {
    let table = returns(2, 2, &[0.01, 0.02, 0.03, 0.04]);
    let weights = [0.5, 0.5, f64::INFINITY, 0.5];
    let exposures = OverTime::Constant(&[1.0, 1.0, 0.0, 0.0]);
    let input = FactorInput::new(&table, &table, exposures, OverTime::PerPeriod(&weights));
    let error = factor_attribution(&input, &FactorParams::default()).unwrap_err();
    let expected = InputError::NotFinite { what: "the weight", row: 1, asset: 0, value: f64::INFINITY };
    assert_eq!(error, expected.into());
    let universe = Universe::new(["ash", "oak"]).unwrap();
    assert_eq!(error.named(&universe), "the weight of ash in row 1 is inf, expected a finite number");
}

#[test]
fn a_total_that_overflows() {
    let table = returns(1, 1, &[1e200]);
    let input = FactorInput::new(&table, &table, OverTime::Constant(&[1e200]), OverTime::Constant(&[1.0]));
    let error = factor_attribution(&input, &FactorParams::default()).unwrap_err();
    assert!(error.to_string().starts_with("the sum of the contributions is "), "{error}");
}

#[test]
fn errors_of_estimates() {
    let table = returns(1, 2, &[0.01, 0.02]);
    let exposures = OverTime::Constant(&[1.0, 1.0, 2.0, 2.0]);
    let input = FactorInput::new(&table, &table, exposures, OverTime::Constant(&[0.5, 0.5]));
    let refused = |error| factor_standard_errors(&input, &FactorParams::default(), error).unwrap_err();
    let (weights, variances) = (OverTime::Constant(&[1.0, 1.0]), OverTime::Constant(&[1.0, 1.0]));
    let cross = EstimationError::CrossSection { regression_weights: weights, specific_variances: variances };
    assert!(matches!(refused(cross), Error::Collinear { factor: 1, .. }));
    let negative = EstimationError::CrossSection {
        regression_weights: OverTime::Constant(&[1.0, -1.0]),
        specific_variances: variances,
    };
    assert_eq!(
        refused(negative).to_string(),
        "the regression weight of asset 1 is -1, expected zero or more"
    );
    let short = EstimationError::FactorReturns(OverTime::Constant(&[1.0]));
    assert_eq!(refused(short), mismatch("the covariance of the errors of factor returns", 4, 1));
    assert_eq!(
        refused(EstimationError::Exposures(&[0.1])),
        mismatch("the standard error of an exposure", 4, 1)
    );
    let text = refused(EstimationError::Exposures(&[0.1, 0.1, 0.1, -0.2])).to_string();
    assert_eq!(text, "the standard error of an exposure of asset 1 is -0.2, expected zero or more");
    let short = EstimationError::ExposureCovariances(&[1.0; 4]);
    assert_eq!(refused(short), mismatch("the covariance of the errors of exposures", 8, 4));
}
