//! What each factor earned, and how sure that is.

mod closed_forms;
mod families;
mod golden;
mod properties;
mod refusals;
mod regression;

use po_core::Returns;

/// Asserts that two lists agree, by the larger of an absolute and a relative difference.
pub(crate) fn near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(
            difference <= tolerance * expected.abs().max(1.0),
            "{what} {place}: {found}, expected {expected}"
        );
    }
}

pub(crate) fn returns(periods: usize, columns: usize, entries: &[f64]) -> Returns {
    Returns::from_column_slice(periods, columns, entries).unwrap()
}

/// Asserts that two lists agree in their leading digits, however small the numbers are.
pub(crate) fn near_relative(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(difference <= tolerance * expected.abs(), "{what} {place}: {found}, expected {expected}");
    }
}
