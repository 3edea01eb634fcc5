//! What nested clustered optimisation refuses, with its numbers and its words.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Covariance, EqualWeight, InputError, InverseVariance, Universe, Weights};
use po_hrp::{Error, Nco, NcoError, NcoParams};

use crate::nco::{LongShort, given};
use crate::random::{covariance, factor_covariance};

/// A sum of products of two weights each.
const SUM: f64 = 1e-12;

/// Two assets that cancel have no variance together, within rounding; an outer allocator that divides by it says so.
#[test]
fn a_riskless_cluster_is_refused_by_the_outer_allocator() {
    let entries = [0.04, 0.04, 0.0, 0.04, 0.04, 0.0, 0.0, 0.0, 0.01];
    let covariance = Covariance::from_column_slice(3, &entries).unwrap();
    let nco = Nco::new(given(2), Hedge, InverseVariance).unwrap();
    let error = nco.allocate(&covariance).unwrap_err();
    assert_eq!(error, NcoError::Outer { clusters: 2, source: InputError::ZeroVariance { asset: 0 } });
    let source = InputError::ZeroVariance { asset: 0 }.to_string();
    assert_eq!(error.to_string(), format!("the covariance of the 2 clusters is refused: {source}"));
    assert_eq!(error.named(&universe()), error.to_string());
    assert!(std::error::Error::source(&error).is_some());
}

/// A correlation that rounding has lifted above one leaves the cluster a variance below zero, which counts as zero.
#[test]
fn a_variance_below_zero_by_rounding_is_zero() {
    let above = 0.25 * (1.0 + 2.0_f64.powi(-50));
    let entries = [0.25, above, 0.0, above, 0.25, 0.0, 0.0, 0.0, 0.01];
    let covariance = Covariance::from_column_slice(3, &entries).unwrap();
    let allocation = Nco::new(given(2), Hedge, EqualWeight).unwrap().allocate(&covariance).unwrap();
    assert_eq!(allocation.weights().as_slice(), [0.25, -0.25, 0.25]);
    let error = Nco::new(given(2), Hedge, InverseVariance).unwrap().allocate(&covariance).unwrap_err();
    assert_eq!(error, NcoError::Outer { clusters: 2, source: InputError::ZeroVariance { asset: 0 } });
}

/// Half long and half short, whatever the covariance.
#[derive(Clone, Debug)]
struct Hedge;

impl Allocator for Hedge {
    type Input<'a> = &'a Covariance;
    type Scratch = ();
    type Output = Weights;
    type Error = InputError;

    fn allocate_into(
        &self,
        covariance: &Covariance,
        (): &mut (),
        weights: &mut Weights,
    ) -> Result<(), InputError> {
        let sign = |asset: usize| if asset.is_multiple_of(2) { 0.5 } else { -0.5 };
        weights.assign(&(0..covariance.len()).map(sign).collect::<Vec<_>>())
    }
}

/// Two weights, whatever the covariance.
#[derive(Clone, Debug)]
struct Pair(f64);

impl Allocator for Pair {
    type Input<'a> = &'a Covariance;
    type Scratch = ();
    type Output = Weights;
    type Error = InputError;

    fn allocate_into(&self, _: &Covariance, (): &mut (), weights: &mut Weights) -> Result<(), InputError> {
        weights.assign(&[self.0; 2])
    }
}

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM"]).unwrap()
}

#[test]
fn what_the_inner_allocator_refuses() {
    let copies = covariance(DMatrix::from_element(3, 3, 1.0));
    let source = InputError::NotPositiveDefinite { pivot: 0 };
    let error = Nco::new(given(1), LongShort, LongShort).unwrap().allocate(&copies).unwrap_err();
    assert_eq!(error, NcoError::Inner { members: vec![0, 1, 2], source: source.clone() });
    assert_eq!(error.to_string(), format!("the cluster of asset 0 and 2 others is refused: {source}"));
    assert_eq!(error.named(&universe()), format!("the cluster of AAPL and 2 others is refused: {source}"));
}

#[test]
fn settings_and_covariances_that_are_refused() {
    let error = Nco::new(given(0), EqualWeight, EqualWeight).unwrap_err();
    assert_eq!(error.to_string(), "the number of clusters is 0, expected one or more");
    let covariance = factor_covariance(3, 1);
    let refused = |params: &NcoParams, covariance: &Covariance| {
        Nco::new(params.clone(), EqualWeight, EqualWeight).unwrap().allocate(covariance).unwrap_err()
    };
    let error = refused(&given(4), &covariance);
    assert_eq!(error, NcoError::Clusters(Error::TooManyClusters { clusters: 4, assets: 3 }));
    let text = "the number of clusters is 4, expected at most the number of assets, 3";
    assert_eq!((error.to_string().as_str(), error.named(&universe()).as_str()), (text, text));
    let error = refused(&NcoParams::default(), &Covariance::default());
    assert_eq!(error, InputError::Empty { what: "the covariance" }.into());
    let still = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.0]).unwrap();
    let error = refused(&NcoParams::default(), &still);
    assert_eq!(error, InputError::ZeroVariance { asset: 1 }.into());
    assert!(error.named(&universe()).contains("MSFT"));
}

/// Correlations of -0.9 among three assets are those of no portfolio.
#[test]
fn a_cluster_of_negative_variance() {
    let impossible = covariance(DMatrix::from_fn(3, 3, |row, col| if row == col { 1.0 } else { -0.9 }));
    let nco = Nco::new(given(1), EqualWeight, EqualWeight).unwrap();
    match nco.allocate(&impossible).unwrap_err() {
        NcoError::Clusters(Error::NegativeClusterVariance { first: 0, others: 2, variance }) => {
            assert!((variance + 2.4 / 9.0).abs() < SUM);
        }
        other => unreachable!("{other}"),
    }
}

/// An allocator that does not answer for each asset, or beyond all numbers.
#[test]
fn weights_that_do_not_fit() {
    let covariance = factor_covariance(3, 1);
    let mismatch =
        |what, expected| -> Error { InputError::LengthMismatch { what, expected, actual: 2 }.into() };
    let error = Nco::new(given(1), Pair(0.5), EqualWeight).unwrap().allocate(&covariance).unwrap_err();
    assert_eq!(error, NcoError::Clusters(mismatch("the list of inner weights", 3)));
    let error = Nco::new(given(3), EqualWeight, Pair(0.5)).unwrap().allocate(&covariance).unwrap_err();
    assert_eq!(error, NcoError::Clusters(mismatch("the list of outer weights", 3)));
    let two = factor_covariance(2, 1);
    let error = Nco::new(given(1), Pair(1e200), EqualWeight).unwrap().allocate(&two).unwrap_err();
    assert_eq!(error.to_string(), "the covariance of two clusters is inf, expected a finite number");
}
