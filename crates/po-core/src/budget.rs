//! A risk budget.

use crate::InputError;

/// The share of risk that each asset may take: zero or more, summing to one.
///
/// # Shapes and units
/// A vector of length N; fractions of the risk of the portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<f64>", into = "Vec<f64>"))]
pub struct Budget(Vec<f64>);

impl Budget {
    /// A budget from shares that sum to one.
    ///
    /// The sum may be off by the rounding of shares written with nine decimals (1e-9 per asset).
    ///
    /// # Errors
    /// [`InputError::Empty`] without shares, [`InputError::AssetOutOfRange`] for a share that is negative or not
    /// finite, [`InputError::SumNotOne`] for the sum.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Budget, InputError};
    ///
    /// assert_eq!(Budget::new(vec![0.6, 0.4])?.shares(), [0.6, 0.4]);
    /// assert_eq!(Budget::new(vec![0.6, 0.5]), Err(InputError::SumNotOne { what: "the risk budgets", sum: 1.1 }));
    /// # Ok::<(), InputError>(())
    /// ```
    pub fn new(shares: Vec<f64>) -> Result<Self, InputError> {
        if shares.is_empty() {
            return Err(InputError::Empty { what: "the risk budget" });
        }
        if let Some(asset) = shares.iter().position(|share| !(share.is_finite() && *share >= 0.0)) {
            let (value, expected) = (shares[asset], "a finite number, zero or more");
            return Err(InputError::AssetOutOfRange { name: "the risk budget", asset, value, expected });
        }
        let sum: f64 = shares.iter().sum();
        if (sum - 1.0).abs() > 1e-9 * shares.len() as f64 {
            return Err(InputError::SumNotOne { what: "the risk budgets", sum });
        }
        Ok(Self(shares))
    }

    /// The same share for each of `assets` assets.
    ///
    /// # Errors
    /// [`InputError::Empty`] for zero assets.
    pub fn equal(assets: usize) -> Result<Self, InputError> {
        Self::new(vec![1.0 / assets as f64; assets])
    }

    /// The share of each asset.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.0
    }
}

impl TryFrom<Vec<f64>> for Budget {
    type Error = InputError;

    fn try_from(shares: Vec<f64>) -> Result<Self, InputError> {
        Self::new(shares)
    }
}

impl From<Budget> for Vec<f64> {
    fn from(budget: Budget) -> Self {
        budget.0
    }
}
