//! The result: weights, the budgets they attain, and what stands in the way of those asked for.

use std::fmt;

use po_convex::{Constraint, ProgramSolution, Side};
use po_core::{Solution, Universe, Weights};

use super::polytope::Polytope;
use crate::RiskReport;

/// Prices below this, in units of the largest, are rounding.
const ROUNDING: f64 = 1e-10;

/// The weights of a risk budget under constraints, with what became of the budget.
///
/// Of the certificate, the primal residual is the largest violation of a constraint. Where the budget is met,
/// the dual residual is the largest distance of a share from it. Elsewhere dual residual, complementarity and
/// gap are those of the last convex programme, which has the portfolio for its solution: for
/// [`Compromise::Barrier`](crate::Compromise) they bound the distance to the optimum, for
/// [`Compromise::Nearest`](crate::Compromise) that to a local one.
///
/// `ConstrainedAllocation::default()` is empty: a place for
/// [`ConstrainedRiskBudgeting`](crate::ConstrainedRiskBudgeting) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ConstrainedAllocation {
    /// The weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// The shares of risk that are attained beside those asked for.
    pub report: RiskReport,
    /// The distance of the shares from the budget: the root of the sum of squares; zero but for rounding
    /// where it is met.
    pub distance: f64,
    /// Whether the constraints let the budget be met.
    pub is_met: bool,
    /// c of [`Compromise::Barrier`](crate::Compromise), where the budget is not met.
    pub penalty: Option<f64>,
    pub(super) prices: Prices,
}

/// A constraint that keeps a budget from being met, and what it costs.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Obstacle {
    /// The constraint.
    pub constraint: Constraint,
    /// By how much the objective would fall for each unit by which the limit gives way, at the margin: for
    /// [`Compromise::Nearest`](crate::Compromise) the squared distance of the shares from the budget; for
    /// [`Compromise::Barrier`](crate::Compromise) the objective of the barrier, in units of the variance.
    pub price: f64,
}

/// Multipliers, with what is needed to call constraints by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct Prices {
    labels: Vec<String>,
    /// Of rows and families: the limit on the side of the multiplier, and the multiplier.
    rows: Vec<[f64; 2]>,
    /// Of assets: the same for the bounds.
    bounds: Vec<[f64; 2]>,
}

impl ConstrainedAllocation {
    /// The weights, in the order of the assets.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.solution.weights
    }

    /// The constraints that stand in the way of the budget, the most expensive first; none where it is met.
    ///
    /// Shares do not depend on the size of a portfolio. So the equation for the sum of the weights is among
    /// them where other limits do: it would cost less to hold more, or less, of everything.
    #[must_use]
    pub fn obstacles(&self) -> Vec<Obstacle> {
        let Prices { labels, rows, bounds } = &self.prices;
        let largest = rows.iter().chain(bounds).fold(0.0_f64, |largest, [_, price]| largest.max(price.abs()));
        let side = |price: f64| if price > 0.0 { Side::Lower } else { Side::Upper };
        let of_rows = labels.iter().zip(rows).map(|(label, &[limit, price])| {
            let constraint = Constraint::Row { label: label.clone(), side: side(price), limit };
            Obstacle { constraint, price: price.abs() }
        });
        let of_bounds = bounds.iter().enumerate().map(|(asset, &[bound, price])| {
            let constraint = match side(price) {
                Side::Lower => Constraint::LowerBound { asset, bound },
                Side::Upper => Constraint::UpperBound { asset, bound },
            };
            Obstacle { constraint, price: price.abs() }
        });
        let mut obstacles: Vec<Obstacle> =
            of_rows.chain(of_bounds).filter(|obstacle| obstacle.price > ROUNDING * largest).collect();
        obstacles.sort_by(|a, b| b.price.total_cmp(&a.price));
        obstacles
    }
}

impl AsRef<Weights> for ConstrainedAllocation {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}

impl Obstacle {
    /// The obstacle in words, with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_convex::Constraint;
    /// use po_core::Universe;
    /// use po_risk_budget::Obstacle;
    ///
    /// let obstacle = Obstacle { constraint: Constraint::UpperBound { asset: 1, bound: 0.35 }, price: 0.25 };
    /// let universe = Universe::new(["AAPL", "MSFT"])?;
    /// assert_eq!(obstacle.named(&universe), "the upper bound of MSFT, 0.35, at a price of 0.25");
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        self.text(|asset| universe.label(asset))
    }

    fn text(&self, label: impl Fn(usize) -> String) -> String {
        let what = match &self.constraint {
            Constraint::LowerBound { asset, bound } => {
                format!("the lower bound of {}, {bound}", label(*asset))
            }
            Constraint::UpperBound { asset, bound } => {
                format!("the upper bound of {}, {bound}", label(*asset))
            }
            Constraint::Row { label, side: Side::Lower, limit } => format!("{label:?}, at least {limit}"),
            Constraint::Row { label, side: Side::Upper, limit } => format!("{label:?}, at most {limit}"),
        };
        format!("{what}, at a price of {}", self.price)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(|asset| format!("asset {asset}")))
    }
}

impl Prices {
    /// No prices, in the memory that is there.
    pub(super) fn clear(&mut self) {
        self.labels.clear();
        self.rows.clear();
        self.bounds.clear();
    }

    /// Takes the multipliers of a programme over a polytope; memory is kept.
    pub(super) fn write(&mut self, polytope: &Polytope, program: &ProgramSolution, scale: f64) {
        self.rows.clear();
        self.bounds.clear();
        let (compiled, rows) = (&polytope.compiled, polytope.rows());
        for (row, multiplier) in program.rows.iter().enumerate() {
            self.label(row, rows.label(row));
            self.rows.push(priced(rows.lower()[row], rows.upper()[row], scale * multiplier));
        }
        for (family, multiplier) in compiled.absolute().as_slice().iter().zip(&program.absolute) {
            self.label(self.rows.len(), family.label);
            self.rows.push(priced(f64::NEG_INFINITY, family.limit, scale * multiplier));
        }
        self.labels.truncate(self.rows.len());
        let bounds = compiled.lower().iter().zip(compiled.upper()).zip(&program.bounds);
        self.bounds
            .extend(bounds.map(|((lower, upper), multiplier)| priced(*lower, *upper, scale * multiplier)));
    }

    fn label(&mut self, place: usize, label: &str) {
        match self.labels.get_mut(place) {
            Some(old) if old == label => {}
            Some(old) => label.clone_into(old),
            None => self.labels.push(label.to_owned()),
        }
    }
}

/// The limit that a multiplier is the price of, and the multiplier. No limit has no price, and stands for none in
/// files, which may not be able to hold infinity.
fn priced(lower: f64, upper: f64, multiplier: f64) -> [f64; 2] {
    let limit = if multiplier > 0.0 { lower } else { upper };
    if limit.is_finite() { [limit, multiplier] } else { [0.0; 2] }
}
