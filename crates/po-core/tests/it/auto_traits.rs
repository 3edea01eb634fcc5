//! What every public type can do: cross threads, be copied, and be printed.

use po_core::{
    Bootstrap, BootstrapParams, Bounds, Budget, Certificate, Confidence, Correlation, CorrelationLimit,
    CorrelationLimitParams, CorrelationLimitScratch, CorrelationSelection, CorrelationSense, Covariance,
    EqualWeight, GroupBound, Grouping, InputError, InverseVariance, InverseVolatility, Investable, Listing,
    MissingPolicy, Moments, NoTradeBand, NoTradeBandParams, NoTradeDecision, Panel, Resampling, Resolved,
    Returns, Solution, Status, Universe, Weights,
};

fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn small<T: Copy + PartialEq>() {}

fn comparable<T: PartialEq>() {}

#[test]
fn every_type_is_plain() {
    plain::<Bootstrap>();
    plain::<BootstrapParams>();
    plain::<Bounds>();
    plain::<Budget>();
    plain::<Certificate>();
    plain::<Confidence>();
    plain::<Correlation>();
    plain::<CorrelationLimit>();
    plain::<CorrelationLimitParams>();
    plain::<CorrelationLimitScratch>();
    plain::<CorrelationSelection>();
    plain::<CorrelationSense>();
    plain::<Covariance>();
    plain::<EqualWeight>();
    plain::<GroupBound>();
    plain::<Grouping>();
    plain::<InputError>();
    plain::<InverseVariance>();
    plain::<InverseVolatility>();
    plain::<Investable>();
    plain::<Listing>();
    plain::<MissingPolicy>();
    plain::<NoTradeBand>();
    plain::<NoTradeBandParams>();
    plain::<NoTradeDecision>();
    plain::<Moments>();
    plain::<Panel>();
    plain::<Resampling>();
    plain::<Resolved>();
    plain::<Returns>();
    plain::<Solution>();
    plain::<Status>();
    plain::<Universe>();
    plain::<Weights>();
}

#[test]
fn values_compare() {
    comparable::<Bounds>();
    comparable::<Budget>();
    comparable::<Correlation>();
    comparable::<CorrelationSelection>();
    comparable::<Covariance>();
    comparable::<GroupBound>();
    comparable::<Grouping>();
    comparable::<InputError>();
    comparable::<Investable>();
    comparable::<Moments>();
    comparable::<NoTradeDecision>();
    comparable::<Panel>();
    comparable::<Resolved>();
    comparable::<Returns>();
    comparable::<Solution>();
    comparable::<Universe>();
    comparable::<Weights>();
}

#[test]
fn small_values_are_copied() {
    small::<Bootstrap>();
    small::<BootstrapParams>();
    small::<Certificate>();
    small::<Confidence>();
    small::<CorrelationLimit>();
    small::<CorrelationLimitParams>();
    small::<CorrelationSense>();
    small::<EqualWeight>();
    small::<InverseVariance>();
    small::<InverseVolatility>();
    small::<Listing>();
    small::<MissingPolicy>();
    small::<NoTradeBand>();
    small::<NoTradeBandParams>();
    small::<Resampling>();
    small::<Status>();
}

#[cfg(feature = "linalg")]
#[test]
fn covariances_in_factor_form_are_plain() {
    plain::<po_core::FactorCovariance>();
    comparable::<po_core::FactorCovariance>();
}

#[cfg(feature = "linalg")]
#[test]
fn decompositions_are_plain_and_begin_empty() {
    use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen};
    plain::<Cholesky>();
    plain::<Ldlt>();
    plain::<Svd>();
    plain::<SymmetricEigen>();
    assert!(format!("{:?}", Cholesky::default()).contains("memory: 0 bytes"));
    assert_eq!(Cholesky::default().clone().size(), Ldlt::default().clone().size());
    assert_eq!(SymmetricEigen::default().clone().size(), Svd::default().clone().rank());
}
