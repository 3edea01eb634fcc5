//! What every estimator of a covariance gets with its trait, and the memory that it writes to.

use po_core::nalgebra::dmatrix;
use po_core::simd::dot;
use po_core::{Covariance, CovarianceEstimator, InputError, MissingPolicy, Panel, Returns};

const NAN: f64 = f64::NAN;

/// The second moments about zero: `R'R / T`.
struct SecondMoments;

impl CovarianceEstimator for SecondMoments {
    type Scratch = ();
    type Error = InputError;

    fn estimate_into(
        &self,
        returns: &Returns,
        (): &mut (),
        covariance: &mut Covariance,
    ) -> Result<(), InputError> {
        let observations = returns.observations() as f64;
        covariance.assign_lower(returns.assets(), |col, below| {
            for (row, entry) in (col..).zip(below) {
                *entry = dot(returns.column(row), returns.column(col)) / observations;
            }
        })
    }
}

#[test]
fn an_estimator_has_memory_of_its_own_where_none_is_given() {
    let returns = Returns::new(dmatrix![0.1, 0.2; -0.3, 0.4]).unwrap();
    let estimate = SecondMoments.estimate(&returns).unwrap();
    for (entry, by_hand) in estimate.as_slice().iter().zip([0.05, -0.05, -0.05, 0.1]) {
        assert!((entry - by_hand).abs() < 1e-16, "{entry} is not {by_hand}");
    }
    let mut again = Covariance::default();
    assert!(again.is_empty());
    assert_eq!(again.len(), 0);
    SecondMoments.estimate_into(&returns, &mut (), &mut again).unwrap();
    assert_eq!((&again, again.is_empty()), (&estimate, false));
}

#[test]
fn an_estimate_from_a_panel_is_that_of_what_the_policy_keeps() {
    let panel = Panel::new(dmatrix![0.1, 0.2; NAN, 0.7; -0.3, 0.4]).unwrap();
    let (estimate, resolved) = SecondMoments.estimate_panel(&panel, MissingPolicy::CompleteRows).unwrap();
    assert_eq!(resolved, panel.resolve(MissingPolicy::CompleteRows).unwrap());
    assert_eq!(resolved.rows, [0, 2]);
    assert_eq!(estimate, SecondMoments.estimate(&resolved.returns).unwrap());
    let error = SecondMoments.estimate_panel(&panel, MissingPolicy::Refuse).unwrap_err();
    assert_eq!(error, panel.resolve(MissingPolicy::Refuse).unwrap_err());
}

/// A covariance that grows, shrinks and is refused in the memory of another one.
#[test]
fn a_covariance_is_written_over_another() {
    let mut covariance = Covariance::default();
    for assets in [3, 5, 2] {
        let entry = |row: usize, col: usize| 1.0 / (1 + row.max(col) - row.min(col)) as f64;
        let fill = |col: usize, below: &mut [f64]| {
            assert_eq!(below.len(), assets - col);
            (col..).zip(below).for_each(|(row, value)| *value = entry(row, col));
        };
        covariance.assign_lower(assets, fill).unwrap();
        let whole: Vec<f64> =
            (0..assets * assets).map(|place| entry(place / assets, place % assets)).collect();
        assert_eq!(covariance, Covariance::from_column_slice(assets, &whole).unwrap());
    }
}

#[test]
fn what_is_written_is_checked() {
    let (what, expected) = ("the covariance", [[1.0, NAN, 0.5], [f64::INFINITY, 1.0, 0.5]]);
    for [first, below, last] in expected {
        let mut covariance = Covariance::from_column_slice(2, &[1.0, 0.5, 0.5, 1.0]).unwrap();
        let fill = |col: usize, entries: &mut [f64]| {
            entries.copy_from_slice(&[first, below, last][2 * col..][..2 - col]);
        };
        let error = covariance.assign_lower(2, fill).unwrap_err();
        let InputError::NotFinite { what: named, row, asset: 0, value } = error else { panic!("{error}") };
        assert_eq!((named, row), (what, usize::from(first == 1.0)));
        assert!(!value.is_finite());
        assert_eq!(covariance.as_slice(), [0.0; 4], "nothing of it is left");
    }
    let mut covariance = Covariance::default();
    let fill = |last: f64| move |col: usize, below: &mut [f64]| below.fill([1.0, last][col]);
    let error = InputError::NegativeVariance { asset: 1, value: -0.25 };
    assert_eq!(covariance.assign_lower(2, fill(-0.25)), Err(error));
    assert_eq!(covariance.as_slice(), [0.0; 4]);
    // What was refused is no hindrance to the next one.
    assert_eq!(covariance.assign_lower(2, fill(4.0)), Ok(()));
    assert_eq!(covariance.as_slice(), [1.0, 1.0, 1.0, 4.0]);
    assert_eq!(covariance.assign_lower(0, |_, _| {}), Err(InputError::Empty { what }));
    assert!(covariance.is_empty());
}
