//! The quadratic form of a programme: a covariance, whole or by factors.

use po_core::{Covariance, FactorCovariance};

/// A covariance, as a whole or in factor form.
#[derive(Clone, Copy, Debug)]
pub enum Risk<'a> {
    /// An N x N matrix.
    Dense(&'a Covariance),
    /// `B F B' + diag(d)`, which is never multiplied out.
    Factor(&'a FactorCovariance),
}

impl Risk<'_> {
    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a covariance is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Dense(covariance) => covariance.len(),
            Self::Factor(covariance) => covariance.len(),
        }
    }
}

impl<'a> From<&'a Covariance> for Risk<'a> {
    fn from(covariance: &'a Covariance) -> Self {
        Self::Dense(covariance)
    }
}

impl<'a> From<&'a FactorCovariance> for Risk<'a> {
    fn from(covariance: &'a FactorCovariance) -> Self {
        Self::Factor(covariance)
    }
}
