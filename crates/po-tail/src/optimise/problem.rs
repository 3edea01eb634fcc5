//! The one problem that every objective becomes: a price, a limit and a target on risk and return.

use po_convex::{Absolute, Program, Rows};
use po_core::simd::dot;
use po_core::{Confidence, FactorCovariance, Returns};

use super::functional::Worst;
use super::measure::{Functional, TailMeasure};
use super::tracking::Tracking;
use super::wasserstein::GroundNorm;

/// How errors and prices call the least return.
pub(super) const TARGET: &str = "target return";

/// A convex problem in the risk ρ and the net return of a portfolio.
///
/// ```text
/// minimise    λ ρ(x) - ω n(x)                  n(x) = μ'x - Σ_i k_i |x_i - h_i|
/// subject to  ρ(x) <= limit,  n(x) >= target,  |x - b|_S <= tracking,  bounds, rows and families
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct Problem<'a> {
    pub(super) returns: &'a Returns,
    /// One per scenario.
    pub(super) probabilities: &'a [f64],
    pub(super) measure: TailMeasure,
    pub(super) confidence: Confidence,
    /// The charge for robustness, per unit of the dual norm; none for a charge of zero in the norm `Greatest`.
    pub(super) charge: Option<(GroundNorm, f64)>,
    /// λ, zero or more.
    pub(super) price: f64,
    /// Infinity for none.
    pub(super) limit: f64,
    /// ω, zero or more.
    pub(super) reward: f64,
    /// μ, with the risk-free rate taken off for a ratio.
    pub(super) mean: &'a [f64],
    /// Minus infinity for none.
    pub(super) target: f64,
    pub(super) lower: &'a [f64],
    pub(super) upper: &'a [f64],
    pub(super) rows: &'a Rows,
    /// At most two, with their costs.
    pub(super) families: &'a [Absolute<'a>],
    /// The limit on the tracking error, if there is one.
    pub(super) tracking: Option<&'a Tracking>,
}

impl Problem<'_> {
    pub(super) fn assets(&self) -> usize {
        self.lower.len()
    }

    /// Whether trading costs something.
    pub(super) fn has_costs(&self) -> bool {
        self.families.iter().any(|family| !family.cost.is_empty())
    }

    /// What trading costs.
    pub(super) fn cost(&self, x: &[f64]) -> f64 {
        let of = |family: &Absolute<'_>| -> f64 {
            let trades = x.iter().zip(family.center).map(|(x, center)| (x - center).abs());
            family.cost.iter().zip(trades).map(|(cost, trade)| cost * trade).sum()
        };
        self.families.iter().map(of).sum()
    }

    /// The net return.
    pub(super) fn net(&self, x: &[f64]) -> f64 {
        dot(self.mean, x) - self.cost(x)
    }

    /// The charge for robustness.
    pub(super) fn robustness(&self, x: &[f64]) -> f64 {
        self.charge.map_or(0.0, |(norm, rate)| rate * norm.dual(x))
    }

    /// ρ; the weights of scenarios that attain it without the charge stay in `worst`.
    pub(super) fn risk(&self, x: &[f64], worst: &mut Worst) -> f64 {
        worst.write_losses(self.returns, x);
        if self.measure.is_drawdown() {
            worst.accumulate();
        }
        let tail = self.confidence.tail();
        worst.measure(self.measure.functional(), self.probabilities, tail) + self.robustness(x)
    }

    /// The objective.
    pub(super) fn objective(&self, x: &[f64], risk: f64) -> f64 {
        self.price * risk - self.reward * self.net(x)
    }
}

/// Conditional value at risk of a portfolio; the losses and their weights stay in `worst`.
pub(crate) fn tail_mean(
    returns: &Returns,
    probabilities: &[f64],
    confidence: Confidence,
    x: &[f64],
    worst: &mut Worst,
) -> f64 {
    worst.write_losses(returns, x);
    worst.measure(Functional::TailMean, probabilities, confidence.tail())
}

/// A covariance of zeros, for programmes that need none.
pub(super) fn zeros(assets: usize) -> Result<FactorCovariance, po_core::InputError> {
    let factor = po_core::Covariance::from_column_slice(1, &[0.0])?;
    FactorCovariance::new(po_core::nalgebra::DMatrix::zeros(assets, 1), factor, vec![0.0; assets])
}

/// A programme with an objective of its own over bounds, rows and families.
pub(super) fn linear_program<'a>(
    risk: &'a FactorCovariance,
    problem: &Problem<'a>,
    linear: &'a [f64],
    absolute: &'a [Absolute<'a>],
) -> Program<'a> {
    let Problem { lower, upper, rows, .. } = *problem;
    Program { risk: risk.into(), scale: 0.0, ridge: &[], linear, lower, upper, rows, absolute }
}

/// Families with their costs replaced: `factor` times their own, and a rate on the absolute weights themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Priced {
    costs: [Vec<f64>; Program::FAMILIES],
    zeros: Vec<f64>,
}

/// Families, of which the first so many count.
pub(super) type Families<'a> = ([Absolute<'a>; Program::FAMILIES], usize);

impl Priced {
    pub(super) fn write(&mut self, families: &[Absolute<'_>], assets: usize, factor: f64, rate: f64) {
        self.costs.iter_mut().for_each(Vec::clear);
        self.zeros.clear();
        self.zeros.resize(assets, 0.0);
        for (costs, family) in self.costs.iter_mut().zip(families) {
            costs.extend(family.cost.iter().map(|cost| factor * cost));
        }
        if rate > 0.0 {
            let own = families.iter().position(is_gross).unwrap_or(families.len());
            if let Some(costs) = self.costs.get_mut(own) {
                costs.resize(assets, 0.0);
                costs.iter_mut().for_each(|cost| *cost += rate);
            }
        }
    }

    /// The families, one more for a rate that none of them could carry.
    pub(super) fn families<'a>(&'a self, given: &[Absolute<'a>]) -> Families<'a> {
        let none = Absolute { label: "robustness", center: &self.zeros, cost: &[], limit: f64::INFINITY };
        let mut families = [none; Program::FAMILIES];
        for ((place, family), cost) in families.iter_mut().zip(given).zip(&self.costs) {
            *place = Absolute { cost, ..*family };
        }
        match (families.get_mut(given.len()), self.costs.get(given.len())) {
            (Some(place), Some(cost)) if !cost.is_empty() => {
                place.cost = cost;
                (families, given.len() + 1)
            }
            _ => (families, given.len()),
        }
    }
}

/// Whether a family measures gross exposure.
fn is_gross(family: &Absolute<'_>) -> bool {
    family.center.iter().all(|center| *center == 0.0)
}
