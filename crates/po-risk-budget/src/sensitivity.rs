//! How the weights answer to the budget.

use std::iter::zip;

use po_convex::Risk;
use po_core::InputError;

use crate::contribution::check_length;
use crate::correlations::{Correlations, multiply};
use crate::lanes::{Eight, LANES, numbers, padding};
use crate::problem::Problem;
use crate::{Error, Normalisation, RiskBudgetAllocation, RiskBudgetScratch, RiskBudgeting};

/// The derivative of each weight with respect to the budget of each asset.
///
/// Weights do not depend on the scale of the budgets: what counts is a shift from one asset to another, and a shift
/// from k to j changes the weights by column j less column k. Assets without a budget keep a weight of zero here; their
/// row and their column are zero.
///
/// # Shapes and units
/// N x N; weight per share of the risk. A file holds one row for each weight.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::rows::Rows", into = "crate::rows::Rows"))]
pub struct BudgetSensitivity {
    assets: usize,
    entries: Vec<f64>,
}

impl BudgetSensitivity {
    /// Number of assets.
    #[expect(clippy::len_without_is_empty, reason = "a problem is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets
    }

    /// How the weight of an asset answers to the budget of an asset.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn of(&self, weight: usize, budget: usize) -> f64 {
        self.to(budget)[weight]
    }

    /// How all weights answer to the budget of one asset.
    ///
    /// # Panics
    /// When there is no such asset.
    #[must_use]
    pub fn to(&self, budget: usize) -> &[f64] {
        &self.entries[budget * self.assets..(budget + 1) * self.assets]
    }

    /// The N * N derivatives, budget by budget.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.entries
    }
}

#[cfg(feature = "serde")]
impl From<BudgetSensitivity> for crate::rows::Rows {
    fn from(BudgetSensitivity { assets, entries }: BudgetSensitivity) -> Self {
        Self::new(assets, &entries)
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::rows::Rows> for BudgetSensitivity {
    type Error = InputError;

    fn try_from(rows: crate::rows::Rows) -> Result<Self, InputError> {
        match rows.into_columns()? {
            (0, _, _) => Err(InputError::Empty { what: "the sensitivity" }),
            (rows, cols, _) if rows != cols => Err(InputError::NotSquare { rows, cols }),
            (assets, _, entries) => Ok(Self { assets, entries }),
        }
    }
}

impl RiskBudgeting {
    /// How the weights of an allocation answer to the budget, by the implicit function theorem at the solution.
    ///
    /// ```text
    /// (C + diag(b / y²)) dy = diag(1 / y) db
    /// ```
    ///
    /// C are the correlations, `y = σ x`, and the weights are x scaled as the settings say.
    ///
    /// # Errors
    /// As [`allocate_into`](po_core::Allocator::allocate_into); [`InputError::LengthMismatch`] and
    /// [`InputError::AssetOutOfRange`] for an allocation of another problem.
    ///
    /// # Cost
    /// One decomposition and N solutions: for a covariance some 2 N³ multiplications.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance};
    /// use po_risk_budget::{RiskBudgetParams, RiskBudgeting};
    ///
    /// // Without correlation w_1 = sqrt(b_1) / (sqrt(b_1) + sqrt(b_2)) for equal volatilities.
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.04])?;
    /// let budgeting = RiskBudgeting::new(RiskBudgetParams::default())?;
    /// let allocation = budgeting.allocate((&covariance).into())?;
    /// let sensitivity = budgeting.sensitivity(&covariance, &allocation)?;
    /// assert!((sensitivity.of(0, 0) - 0.25).abs() < 1e-9);
    /// assert!((sensitivity.of(1, 0) + 0.25).abs() < 1e-9);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn sensitivity<'a>(
        &self,
        risk: impl Into<Risk<'a>>,
        allocation: &RiskBudgetAllocation,
    ) -> Result<BudgetSensitivity, Error> {
        self.derivatives(risk.into(), allocation)
    }

    fn derivatives(
        &self,
        risk: Risk<'_>,
        allocation: &RiskBudgetAllocation,
    ) -> Result<BudgetSensitivity, Error> {
        let mut scratch = RiskBudgetScratch::default();
        self.pose(risk, &mut scratch, &mut Vec::new())?;
        let weights = allocation.weights().as_slice();
        check_length("the list of weights", risk.len(), weights.len())?;
        let RiskBudgetScratch { panels, factors, work, .. } = &mut scratch;
        let problem = &mut work.problem;
        if !problem.begin_at(weights) {
            let sides = zip(&problem.assets, numbers(&problem.scales, problem.assets.len()));
            let astray = sides.into_iter().find(|(asset, scale)| weights[**asset] * scale <= 0.0);
            let asset = astray.map_or(0, |(asset, _)| *asset);
            let (name, value) = ("the weight", weights[asset]);
            let expected = "a number other than zero, of the sign of the position";
            return Err(InputError::AssetOutOfRange { name, asset, value, expected }.into());
        }
        let normalisation = self.params().normalisation;
        let entries = match risk {
            Risk::Dense(_) => derivatives(panels, problem, normalisation, weights),
            Risk::Factor(_) => derivatives(factors, problem, normalisation, weights),
        };
        Ok(BudgetSensitivity { assets: risk.len(), entries: entries? })
    }
}

fn derivatives<C: Correlations>(
    correlations: &mut C,
    problem: &mut Problem,
    normalisation: Normalisation,
    weights: &[f64],
) -> Result<Vec<f64>, Error> {
    let Problem { assets, scales, budget, y, product, .. } = problem;
    let held = assets.len();
    multiply(correlations, y, product);
    let variance: f64 = zip(numbers(y, held), numbers(product, held)).map(|(y, p)| y * p).sum();
    if variance <= 0.0 {
        return Err(Error::Riskless { ratio: 0.0 });
    }
    let scale = 1.0 / variance.sqrt();
    let curvature = |(y, budget): (&mut Eight, &Eight)| {
        let mut curvature = *budget;
        for (curvature, y) in zip(&mut curvature.0, &mut y.0) {
            *y *= scale;
            *curvature /= *y * *y;
        }
        curvature
    };
    let curvature: Vec<Eight> = zip(&mut *y, &*budget).map(curvature).collect();
    correlations
        .decompose(&curvature)
        .map_err(|place| Error::NotPositiveSemidefinite { asset: assets[place.unwrap_or_default()] })?;
    // Weights are x times this.
    let (y, scales): (Vec<f64>, Vec<f64>) = (numbers(y, held).collect(), numbers(scales, held).collect());
    let multiple = weights[assets[0]] / (y[0] * scales[0]);
    let mut entries = vec![0.0; weights.len() * weights.len()];
    let (mut unit, mut step) = (vec![Eight::default(); curvature.len()], Vec::new());
    for (place, &asset) in assets.iter().enumerate() {
        let (block, lane) = ((padding(held) + place) / LANES, (padding(held) + place) % LANES);
        unit[block].0[lane] = 1.0 / y[place];
        correlations.solve(&unit, &mut step);
        unit[block].0[lane] = 0.0;
        let column = &mut entries[asset * weights.len()..(asset + 1) * weights.len()];
        for ((&row, step), scale) in zip(zip(&*assets, numbers(&step, held)), &scales) {
            column[row] = multiple * step * scale;
        }
        // How the scale answers: each normalisation divides by what this is the logarithmic derivative of.
        let growth = match normalisation {
            Normalisation::Gross => {
                zip(&*column, weights).map(|(d, w)| d * w.signum()).sum::<f64>() / gross(weights)
            }
            Normalisation::Net => column.iter().sum::<f64>() / weights.iter().sum::<f64>(),
            // The variance of x is the sum of the budgets.
            Normalisation::Volatility(_) => 0.5,
        };
        for (derivative, weight) in zip(column, weights) {
            *derivative -= growth * weight;
        }
    }
    Ok(entries)
}

fn gross(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight.abs()).sum()
}
