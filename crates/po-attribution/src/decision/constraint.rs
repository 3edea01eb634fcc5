//! An optimum with its constraints and their prices, as values.

use po_core::{Covariance, InputError};

use crate::Error;
use crate::factor::{check_assets, check_series};

/// The coefficients of a constraint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConstraintRow<'a> {
    /// One for each asset.
    Dense(&'a [f64]),
    /// One for this asset, zero for the others: a bound.
    Asset(usize),
}

/// On which side of its limit a constraint keeps the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Relation {
    /// `a'w ≤ b`.
    #[default]
    AtMost,
    /// `a'w ≥ b`.
    AtLeast,
    /// `a'w = b`.
    Equal,
}

/// A constraint with its shadow price: what one more unit of limit is worth in utility.
///
/// The multiplier of an inequality is zero or more, whichever side it keeps; that of an equality may have either sign, and
/// is counted as that of `a'w ≤ b`. A cost that the objective holds besides enters as a row with its gradient at the
/// optimum and a multiplier of one, as an equality at its own value.
///
/// # Shapes and units
/// The multiplier is in units of utility (expected return per period) over units of the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PricedConstraint<'a> {
    /// What the constraint is called.
    pub name: &'a str,
    /// Its coefficients: a.
    pub row: ConstraintRow<'a>,
    /// The side.
    pub relation: Relation,
    /// Its limit: b.
    pub limit: f64,
    /// Its shadow price: λ.
    pub multiplier: f64,
}

/// A mean-variance optimum, with everything that proves it.
///
/// ```text
/// maximise μ'w - γ/2 w'Σw  subject to a_j'w ≤ b_j
/// μ - γ Σ w - Σ_j λ_j a_j = 0     λ_j ≥ 0     λ_j (b_j - a_j'w) = 0
/// ```
///
/// # Shapes and units
/// N assets. For a portfolio against a benchmark, weights are active ones, and limits those of active weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConstraintInput<'a> {
    /// Covariance of the assets, positive definite: Σ.
    pub covariance: &'a Covariance,
    /// Expected returns: μ, N numbers.
    pub expected_returns: &'a [f64],
    /// Risk aversion: γ, above zero.
    pub risk_aversion: f64,
    /// The constrained optimum: w, N numbers.
    pub weights: &'a [f64],
    /// Its constraints.
    pub constraints: &'a [PricedConstraint<'a>],
}

/// Settings of the attribution of constraints.
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `tolerance` | 1e-6 | above 0 | how far the conditions of optimality may be off, relative to their largest term |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ConstraintParams {
    /// How far the conditions of optimality may be off.
    pub tolerance: f64,
}

impl Default for ConstraintParams {
    fn default() -> Self {
        Self { tolerance: 1e-6 }
    }
}

impl ConstraintRow<'_> {
    /// `a'x`.
    pub(super) fn dot(self, x: &[f64]) -> f64 {
        match self {
            Self::Dense(row) => po_core::simd::dot(row, x),
            Self::Asset(asset) => x[asset],
        }
    }

    /// `y += factor a`.
    pub(super) fn add_to(self, factor: f64, y: &mut [f64]) {
        match self {
            Self::Dense(row) => po_core::simd::axpy(factor, row, y),
            Self::Asset(asset) => y[asset] += factor,
        }
    }
}

impl PricedConstraint<'_> {
    /// The multiplier of the row as it stands, for `a'w ≤ b`.
    pub(super) fn signed(&self) -> f64 {
        if self.relation == Relation::AtLeast { -self.multiplier } else { self.multiplier }
    }

    /// How far weights are from the limit; negative beyond it.
    pub(super) fn slack(&self, weights: &[f64]) -> f64 {
        let distance = self.limit - self.row.dot(weights);
        match self.relation {
            Relation::AtMost => distance,
            Relation::AtLeast => -distance,
            Relation::Equal => -distance.abs(),
        }
    }
}

impl ConstraintInput<'_> {
    /// Refuses shapes that do not fit, numbers that are not finite, and multipliers of the wrong sign.
    pub(super) fn check(&self, params: &ConstraintParams) -> Result<(), Error> {
        let assets = self.covariance.len();
        check_assets("the expected return", self.expected_returns, assets)?;
        check_assets("the weight", self.weights, assets)?;
        let positive = |name: &'static str, value: f64| {
            if value > 0.0 && value.is_finite() {
                Ok(())
            } else {
                Err(InputError::OutOfRange { name, value, expected: "a positive number" })
            }
        };
        positive("the risk aversion", self.risk_aversion)?;
        positive("the tolerance", params.tolerance)?;
        for (place, constraint) in self.constraints.iter().enumerate() {
            match constraint.row {
                ConstraintRow::Dense(row) => check_assets("the coefficient of a constraint", row, assets)?,
                ConstraintRow::Asset(asset) if asset >= assets => {
                    let (name, expected) = ("the asset of a bound", "less than the number of assets");
                    return Err(InputError::OutOfRange { name, value: asset as f64, expected }.into());
                }
                ConstraintRow::Asset(_) => {}
            }
            check_series("the limit of a constraint", &[constraint.limit], 1)?;
            check_series("the multiplier of a constraint", &[constraint.multiplier], 1)?;
            if constraint.relation != Relation::Equal && constraint.multiplier < 0.0 {
                return Err(Error::NegativeMultiplier {
                    constraint: place,
                    multiplier: constraint.multiplier,
                });
            }
        }
        Ok(())
    }
}
