//! The portfolios between which all convex objectives choose: two multipliers, and the programme that they make.

mod bracketed;
mod condition;
mod evaluation;
mod root;
#[cfg(test)]
mod tests;

use po_core::InputError;

pub(crate) use bracketed::bracketed;
pub(crate) use condition::Condition;
pub(crate) use evaluation::{CANCELLED, Evaluation, VANISHING, multiply, trading_cost};
pub(crate) use root::{Ending, Line, Origin, root};

use crate::kernel::CertificateScratch;
use crate::{Absolute, ProgramScratch, Risk, Rows};

/// What stays the same while multipliers vary.
///
/// ```text
/// P(θ, λ):  minimise ½ x'Σx - θ b'Σx - λ (e'x - Σ_i k_i |x_i - h_i|) subject to the constraints
/// ```
///
/// A limit on the variance, on the variance of the difference to b, or on the return, a ratio of return to volatility,
/// and an ellipsoid around the mean all lead to P at some θ and λ: their gradients are sums of `Σx`, `Σb` and e.
/// On one active set the solution is affine in (θ, λ).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) risk: Risk<'a>,
    /// What `½ x'Σx` is multiplied by: one, except where a ridge stands beside it.
    pub(crate) scale: f64,
    pub(crate) lower: &'a [f64],
    pub(crate) upper: &'a [f64],
    pub(crate) rows: &'a Rows,
    pub(crate) families: &'a [Absolute<'a>],
    /// e; empty for none.
    pub(crate) reward: &'a [f64],
    /// b; empty for none.
    pub(crate) benchmark: &'a [f64],
    /// r of a quadratic term `½ Σ_i r_i x_i²` that is added; empty for none.
    pub(crate) ridge: &'a [f64],
}

/// A pair of multipliers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Multipliers {
    /// θ, from zero to one.
    pub(crate) theta: f64,
    /// λ, zero or more.
    pub(crate) lambda: f64,
}

/// Working memory of the search for multipliers.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathScratch {
    pub(crate) program: ProgramScratch,
    certificate: CertificateScratch,
    linear: Vec<f64>,
    /// λ k.
    costs: Vec<f64>,
    /// Σb.
    pull: Vec<f64>,
    /// x - b, and its product with Σ.
    difference: Vec<f64>,
    product: Vec<f64>,
    /// Exposures to factors.
    exposures: Vec<f64>,
    /// The evaluation of interest.
    pub(crate) now: Evaluation,
    /// The ends of the bracket.
    low: Evaluation,
    high: Evaluation,
}

impl PathScratch {
    /// Takes up another request: the covariance or the benchmark have changed.
    pub(crate) fn prepare(&mut self, request: &Request<'_>) -> Result<(), InputError> {
        self.pull.clear();
        if !request.benchmark.is_empty() {
            multiply(request.risk, request.benchmark, &mut self.exposures, &mut self.pull)?;
        }
        self.now.solution.iterations = 0;
        self.low.solution.iterations = 0;
        self.high.solution.iterations = 0;
        // The three change places during a search: whichever the next call begins with has its memory.
        let (assets, limits) = (request.risk.len(), request.rows.len() + request.families.len());
        for evaluation in [&mut self.now, &mut self.low, &mut self.high] {
            evaluation.solution.reserve(assets, limits);
            evaluation.force.reserve(assets.saturating_sub(evaluation.force.len()));
        }
        Ok(())
    }
}
