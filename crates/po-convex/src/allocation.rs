//! What a portfolio optimiser hands back.

use po_core::{Solution, Weights};

use crate::path::Multipliers;
use crate::{Constraint, ProgramSolution, Rows, Side};

/// Shadow prices below this, in units of the largest or of the objective, are rounding.
const ROUNDING: f64 = 1e-12;

/// An optimal portfolio, with its proof and what each constraint costs.
///
/// The proof is that of the convex programme that supports the optimum: its residuals are in the units of the
/// objective, per unit of weight, and `gap` bounds by how much another portfolio could be better. For a ratio of
/// return to volatility, which is not convex, it bounds the ratio of all portfolios with at least this volatility.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portfolio {
    /// Weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// The objective: a variance, a utility, a return, a ratio or a tracking error.
    pub objective: f64,
    /// No portfolio has a better objective than this; where assets were chosen, what the search has proven.
    pub bound: f64,
    /// `μ'x`, before costs; `None` without expected returns.
    pub mean: Option<f64>,
    /// `x'Σx`.
    pub variance: f64,
    /// What trading costs, as a return.
    pub cost: f64,
    /// The volatility of the difference to the benchmark, where there is one.
    pub tracking_error: Option<f64>,
    /// Programmes solved to choose assets; zero where none had to be chosen.
    pub nodes: usize,
    pub(crate) prices: Prices,
    pub(crate) program: ProgramSolution,
    /// Where a later search begins.
    pub(crate) multipliers: Multipliers,
}

/// What a constraint costs at the margin.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ShadowPrice {
    /// The constraint.
    pub constraint: Constraint,
    /// The derivative of the objective by its limit.
    pub value: f64,
}

/// The derivative of the objective by each limit, with what is needed to call them by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prices {
    pub(crate) labels: Vec<String>,
    /// Of rows and families, then of limits on risk and return: the limits on either side, and the price.
    pub(crate) rows: Vec<[f64; 3]>,
    /// Of assets: both bounds, and the price.
    pub(crate) bounds: Vec<[f64; 3]>,
    /// What multipliers were multiplied by; its sign tells the sides.
    pub(crate) scale: f64,
}

impl Portfolio {
    /// The standard deviation of the return.
    #[must_use]
    pub fn volatility(&self) -> f64 {
        self.variance.sqrt()
    }

    /// How far the objective is from [`Portfolio::bound`], at most.
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.objective - self.bound).abs()
    }

    /// The constraints that hold the objective back, and by how much it would change per unit of their limits.
    ///
    /// Where assets were chosen, the choice is taken as given: bounds are those of the choice.
    #[must_use]
    pub fn shadow_prices(&self) -> Vec<ShadowPrice> {
        self.prices.list(self.objective)
    }
}

impl Prices {
    /// All prices that are more than rounding, in units of the largest and of `unit`.
    pub(crate) fn list(&self, unit: f64) -> Vec<ShadowPrice> {
        let Self { labels, rows, bounds, scale } = self;
        let all = rows.iter().chain(bounds).map(|[_, _, price]| price.abs());
        let least = ROUNDING * all.filter(|price| price.is_finite()).fold(unit.abs(), f64::max);
        let side = |price: f64| if (price < 0.0) == (*scale < 0.0) { Side::Lower } else { Side::Upper };
        let of_rows = labels.iter().zip(rows).map(|(label, &[lower, upper, value])| {
            let side = side(value);
            let limit = if side == Side::Lower { lower } else { upper };
            ShadowPrice { constraint: Constraint::Row { label: label.clone(), side, limit }, value }
        });
        let of_bounds = bounds.iter().enumerate().map(|(asset, &[lower, upper, value])| {
            let constraint = match side(value) {
                Side::Lower => Constraint::LowerBound { asset, bound: lower },
                Side::Upper => Constraint::UpperBound { asset, bound: upper },
            };
            ShadowPrice { constraint, value }
        });
        of_rows.chain(of_bounds).filter(|price| price.value.abs() > least).collect()
    }

    /// Writes the prices of a programme's bounds, rows and families; memory is kept.
    pub(crate) fn write(
        &mut self,
        solution: &ProgramSolution,
        scale: f64,
        (lower, upper): (&[f64], &[f64]),
        rows: &Rows,
        families: &[crate::Absolute<'_>],
    ) {
        self.scale = scale;
        self.rows.clear();
        for (row, multiplier) in solution.rows.iter().enumerate() {
            self.label(row, rows.label(row));
            self.rows.push([rows.lower()[row], rows.upper()[row], scale * multiplier]);
        }
        for (family, multiplier) in families.iter().zip(&solution.absolute) {
            self.label(self.rows.len(), family.label);
            self.rows.push([f64::NEG_INFINITY, family.limit, scale * multiplier]);
        }
        self.bounds.clear();
        let bounds = lower.iter().zip(upper).zip(&solution.bounds);
        self.bounds.extend(bounds.map(|((lower, upper), multiplier)| [*lower, *upper, scale * multiplier]));
    }

    /// Adds the price of a limit that is no row of the programme.
    pub(crate) fn push(&mut self, label: &str, (lower, upper): (f64, f64), price: f64) {
        self.label(self.rows.len(), label);
        self.rows.push([lower, upper, price]);
    }

    /// Makes them prices of another objective, which is that one times a factor.
    pub(crate) fn rescale(&mut self, factor: f64) {
        self.rows.iter_mut().chain(&mut self.bounds).for_each(|[_, _, price]| *price *= factor);
        self.scale *= factor;
    }

    /// Forgets the labels of an earlier portfolio that had more limits.
    pub(crate) fn finish(&mut self) {
        self.labels.truncate(self.rows.len());
    }

    fn label(&mut self, place: usize, label: &str) {
        if self.labels.len() <= place {
            self.labels.push(label.to_owned());
        } else if self.labels[place] != label {
            label.clone_into(&mut self.labels[place]);
        }
    }
}

impl AsRef<Weights> for Portfolio {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}
