//! What an optimiser of tail risk hands back.

use po_convex::{Absolute, Constraint, Rows, ShadowPrice, Side};
use po_core::{Solution, Weights};

use crate::CvarSolution;

/// Shadow prices below this, in units of the largest or of the objective, are rounding.
const ROUNDING: f64 = 1e-11;

/// An optimal portfolio, with its proof, what makes up its tail, and what each constraint costs.
///
/// `gap` bounds by how much another portfolio could have a better objective. It is computed from the scenarios and
/// from weights of them that are sound by construction, whatever the solver did. For a ratio of return to risk, which
/// is not convex, it bounds the ratio of all portfolios with at least this risk. Where bounds are infinite, it is about
/// portfolios nearby, and grows in proportion to the distance.
///
/// Where assets had to be chosen, it is about all choices, and for a ratio about all portfolios; shadow prices are those
/// of the choice that was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CvarPortfolio {
    /// Weights, how the numerics ended, and the proof.
    pub solution: Solution,
    /// The objective: a risk, a return, a utility or a ratio.
    pub objective: f64,
    /// No portfolio has a better objective than this.
    pub bound: f64,
    /// The measure of risk in the objective, with the charge for robustness.
    pub risk: f64,
    /// Of the risk, what is charged for robustness.
    pub robustness: f64,
    /// Conditional value at risk under the scenarios as they are.
    pub cvar: f64,
    /// Value at risk under the scenarios: the loss at which the tail begins.
    pub var: f64,
    /// `μ'x`, before costs.
    pub mean: f64,
    /// What trading costs, as a return.
    pub cost: f64,
    /// The volatility of the difference to the benchmark of the constraints, from the covariance of the scenarios under
    /// their probabilities, if there is one.
    pub tracking_error: Option<f64>,
    /// The scenarios or periods that make up the risk, with the weight of each: the worst mean is
    /// `Σ q_t s_t` of their losses or drawdowns.
    pub tail: Vec<(usize, f64)>,
    /// Problems solved where assets had to be chosen; zero where they did not.
    pub nodes: usize,
    pub(super) prices: Prices,
    pub(super) program: CvarSolution,
}

impl CvarPortfolio {
    /// How far the objective is from [`CvarPortfolio::bound`], at most.
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.objective - self.bound).abs()
    }

    /// The constraints that hold the objective back, and by how much it would change per unit of their limits.
    ///
    /// The limit on the risk is called as its measure is, for example `cvar`, the least return `target return`,
    /// and the limit on the distance to the benchmark `tracking error`.
    #[must_use]
    pub fn shadow_prices(&self) -> Vec<ShadowPrice> {
        self.prices.list(self.objective)
    }

    /// The shadow price of one limit by its label; zero where it does not bind or is not there.
    #[must_use]
    pub fn shadow_price(&self, label: &str) -> f64 {
        let Prices { labels, rows, .. } = &self.prices;
        labels
            .iter()
            .zip(rows)
            .filter(|(own, _)| *own == label)
            .map(|(_, row)| row[2])
            .fold(0.0, |sum, price| sum + price)
    }
}

impl AsRef<Weights> for CvarPortfolio {
    fn as_ref(&self) -> &Weights {
        &self.solution.weights
    }
}

/// The derivative of the objective by each limit, with what is needed to call them by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Prices {
    labels: Vec<String>,
    /// The limits on either side, and the price.
    rows: Vec<[f64; 3]>,
    bounds: Vec<[f64; 3]>,
    /// What multipliers were multiplied by; its sign tells the sides.
    scale: f64,
}

impl Prices {
    /// Forgets everything but the memory.
    pub(crate) fn begin(&mut self, scale: f64) {
        self.scale = scale;
        self.rows.clear();
        self.bounds.clear();
    }

    /// The price of one limit.
    pub(crate) fn push(&mut self, label: &str, lower: f64, upper: f64, multiplier: f64) {
        let place = self.rows.len();
        match self.labels.get_mut(place) {
            Some(own) if own == label => {}
            Some(own) => label.clone_into(own),
            None => self.labels.push(label.to_owned()),
        }
        // A price of nothing has no sign.
        self.rows.push([lower, upper, self.scale * multiplier + 0.0]);
    }

    /// Prices of rows, of families and of bounds.
    pub(crate) fn constraints(
        &mut self,
        rows: &Rows,
        families: &[Absolute<'_>],
        (lower, upper): (&[f64], &[f64]),
        solution: &CvarSolution,
    ) {
        for (row, &multiplier) in solution.rows.iter().enumerate().take(rows.len()) {
            self.push(rows.label(row), rows.lower()[row], rows.upper()[row], multiplier);
        }
        for (family, &multiplier) in families.iter().zip(&solution.absolute) {
            self.push(family.label, f64::NEG_INFINITY, family.limit, multiplier);
        }
        let scale = self.scale;
        let bounds = lower.iter().zip(upper).zip(&solution.bounds);
        self.bounds.extend(bounds.map(|((lower, upper), price)| [*lower, *upper, scale * price]));
    }

    /// Forgets the labels of an earlier portfolio that had more limits.
    pub(crate) fn finish(&mut self) {
        self.labels.truncate(self.rows.len());
    }

    /// All prices that are more than rounding.
    pub(crate) fn list(&self, unit: f64) -> Vec<ShadowPrice> {
        let all = self.rows.iter().chain(&self.bounds).map(|row| row[2].abs());
        let least = ROUNDING * all.fold(unit.abs(), f64::max);
        let side = |price: f64| if (price < 0.0) == (self.scale < 0.0) { Side::Lower } else { Side::Upper };
        let rows = self.labels.iter().zip(&self.rows).map(|(label, &[lower, upper, value])| {
            let side = side(value);
            let limit = if side == Side::Lower { lower } else { upper };
            ShadowPrice { constraint: Constraint::Row { label: label.clone(), side, limit }, value }
        });
        let bounds = self.bounds.iter().enumerate().map(|(asset, &[lower, upper, value])| {
            let constraint = match side(value) {
                Side::Lower => Constraint::LowerBound { asset, bound: lower },
                Side::Upper => Constraint::UpperBound { asset, bound: upper },
            };
            ShadowPrice { constraint, value }
        });
        rows.chain(bounds).filter(|price| price.value.abs() > least).collect()
    }
}
