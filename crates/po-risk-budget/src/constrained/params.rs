//! The settings of risk budgeting under constraints.

use po_convex::Constraints;
use po_core::{Budget, InputError};

/// Settings of [`ConstrainedRiskBudgeting`](crate::ConstrainedRiskBudgeting).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `budget` | none | sums to one | the share of risk of each asset; without it all take the same |
/// | `constraints` | long-only, fully invested | convex | what weights must satisfy |
/// | `compromise` | `Nearest` | two forms | what is taken where the budget cannot be met |
/// | `tolerance` | 1e-10 | (0, 1) | the largest change of a weight that counts as none |
/// | `iteration_limit` | 500 | 1 or more | quadratic programmes, at most |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ConstrainedRiskBudgetParams {
    /// The share of risk that each asset should take.
    pub budget: Option<Budget>,
    /// What weights must satisfy. Bounds, budget and linear constraints go with either form, limits on
    /// turnover and gross exposure with [`Compromise::Nearest`]; no other constraint does.
    pub constraints: Constraints,
    /// Which portfolio is taken where the constraints do not let the budget be met.
    pub compromise: Compromise,
    /// The largest change of a weight that counts as none.
    pub tolerance: f64,
    /// Quadratic programmes, at most.
    pub iteration_limit: usize,
}

/// Which portfolio is taken where constraints do not let the budget be met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Compromise {
    /// The portfolio whose shares are nearest to the budget.
    ///
    /// ```text
    /// minimise  Σ_i (share_i - b_i)²   subject to the constraints
    /// ```
    ///
    /// Not convex: what is found is a local minimum, from the best of three starts.
    ///
    /// # Source
    /// Feng and Palomar (2015), "SCRIP: successive convex optimization methods for risk parity portfolio
    /// design", for convex programmes one after the other; here with second derivatives.
    #[default]
    Nearest,
    /// The programme that has the budget portfolio for a solution, with the constraints put on top.
    ///
    /// ```text
    /// x(c) = argmin ½ x'Σx - c Σ_i b_i ln x_i   subject to bounds and linear constraints
    /// ```
    ///
    /// c is such that the weights sum to what they must; that sum is no constraint of the programme, because
    /// with it any c would do. Convex, and so unique. Inside its bounds an asset contributes in proportion to
    /// its budget.
    ///
    /// # Source
    /// Richard and Roncalli (2019), "Constrained risk budgeting portfolios", equation 6; with the volatility
    /// in place of half the variance their weights are the same, and their λ is `c / σ`.
    Barrier,
}

impl Default for ConstrainedRiskBudgetParams {
    fn default() -> Self {
        Self {
            budget: None,
            constraints: Constraints::default(),
            compromise: Compromise::default(),
            tolerance: 1e-10,
            iteration_limit: 500,
        }
    }
}

impl ConstrainedRiskBudgetParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        check_effort(self.tolerance, self.iteration_limit)
    }
}

/// Refuses a tolerance or an iteration limit out of range.
pub(crate) fn check_effort(tolerance: f64, iteration_limit: usize) -> Result<(), InputError> {
    if !(tolerance > 0.0 && tolerance < 1.0) {
        let (name, expected) = ("the tolerance", "a number in (0, 1)");
        return Err(InputError::OutOfRange { name, value: tolerance, expected });
    }
    if iteration_limit == 0 {
        return Err(InputError::OutOfRange {
            name: "the iteration limit",
            value: 0.0,
            expected: "1 or more",
        });
    }
    Ok(())
}
