//! The settings of risk budgeting.

use std::fmt;
use std::str::FromStr;

use po_core::{Budget, InputError, nearest_name};

use crate::Position;

/// Settings of [`RiskBudgeting`](crate::RiskBudgeting).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `budget` | none | sums to one | the share of risk that each asset may take; without it all take the same |
/// | `positions` | none | long or short | which assets are held short; without it none is |
/// | `normalisation` | `Gross` | three scales | what the weights are scaled to |
/// | `algorithm` | `Automatic` | three algorithms | how the weights are found |
/// | `tolerance` | 1e-10 | (0, 1) | the largest distance of a share of risk from its budget |
/// | `iteration_limit` | 1000 | 1 or more | sweeps of coordinate descent and Newton steps together, at most |
/// | `warm_start` | `false` | | whether to begin at the weights that the output holds |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RiskBudgetParams {
    /// The share of risk that each asset may take; without it all take the same (equal risk contribution).
    pub budget: Option<Budget>,
    /// Which assets are held short, in the order of the assets; without it none is.
    pub positions: Option<Vec<Position>>,
    /// What the weights are scaled to.
    pub normalisation: Normalisation,
    /// How the weights are found.
    pub algorithm: Algorithm,
    /// The largest distance of a share of risk from its budget, as a fraction of the whole risk.
    pub tolerance: f64,
    /// Sweeps of coordinate descent and Newton steps together, at most.
    pub iteration_limit: usize,
    /// Whether to begin at the weights that the output holds.
    ///
    /// Where these have another length, or a weight of zero or of the other sign for an asset with a budget, the
    /// start is a cold one. The same input and the same start give the same bits.
    pub warm_start: bool,
}

impl Default for RiskBudgetParams {
    fn default() -> Self {
        Self {
            budget: None,
            positions: None,
            normalisation: Normalisation::default(),
            algorithm: Algorithm::default(),
            tolerance: 1e-10,
            iteration_limit: 1000,
            warm_start: false,
        }
    }
}

/// What weights are scaled to; shares of risk do not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Normalisation {
    /// The absolute weights sum to one; of a long-only portfolio the weights do.
    #[default]
    Gross,
    /// The weights sum to one. Where the short positions outweigh the long ones, no such portfolio exists.
    Net,
    /// The portfolio has this volatility per period.
    Volatility(f64),
}

/// How the weights are found; which algorithm does not change what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Algorithm {
    /// All weights at once, by the Newton step of a model in which the portfolio is the only factor, accelerated; where
    /// that turns out to be slow, coordinate descent, and then Newton's method.
    #[default]
    Automatic,
    /// Cyclical coordinate descent, accelerated: O(N²) for a sweep, some seven sweeps for assets with a common
    /// factor, many where assets hedge each other.
    CoordinateDescent,
    /// Damped Newton steps: O(N³) for each, some five to fifteen of them, whatever the correlations.
    Newton,
}

impl Algorithm {
    /// All values, in order.
    pub const ALL: &[Self] = &[Self::Automatic, Self::CoordinateDescent, Self::Newton];

    /// The name by which configuration files and the command line call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::CoordinateDescent => "coordinate-descent",
            Self::Newton => "newton",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = InputError;

    fn from_str(name: &str) -> Result<Self, InputError> {
        Self::ALL.iter().copied().find(|value| value.name() == name).ok_or_else(|| {
            let nearest = nearest_name(name, Self::ALL.iter().map(|value| value.name()));
            let nearest = nearest.map(str::to_owned);
            InputError::UnknownName { kind: "algorithm", name: name.to_owned(), nearest }
        })
    }
}
