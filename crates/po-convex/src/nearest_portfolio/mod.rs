//! The portfolio within constraints that lies nearest to a target from any method.

mod allocation;
mod params;
mod satisfied;

use po_core::nalgebra::DMatrix;
use po_core::simd::dot;
use po_core::{Allocator, Covariance, FactorCovariance, InputError, Weights};

pub use allocation::NearestAllocation;
use params::LEAST_WEIGHT;
pub use params::{NearestParams, Nearness};

use crate::allocate::{sound, take_over};
use crate::optimum::{Optimum, Question, optimum};
use crate::path::{Multipliers, PathScratch, Request, multiply, trading_cost};
use crate::{
    Absolute, Constraints, Error, Families, MarkowitzScratch, Objective, Portfolio, Program, Risk, integer,
};

/// A limit on the tracking error is met by a target that misses its square by less, in units of it.
const MET: f64 = 1e-12;

/// Finds the portfolio within constraints that lies nearest to a target.
///
/// ```text
/// minimise   ½ (w - t)' M (w - t) + κ Σ_i k_i |w_i - h_i|
/// subject to the constraints
/// ```
///
/// The target t comes from any method: a hierarchy, a policy, a committee. M is that of the [`Nearness`]; the costs k and
/// the holdings h are those of the [`Constraints`], and κ is [`NearestParams::cost_weight`]. Without costs, a target that
/// satisfies all constraints is handed back bit for bit; a sum that is off by rounding, 1e-12, satisfies its limit.
///
/// # Cost
/// Some rounds of N M + M² N multiplications for N assets and M rows that bind. With [`Nearness::TrackingError`], of
/// which F assets lie between their bounds, of F³/6 + N F, and N³/3 for the check of the covariance; beside another
/// nearness, a limit on the tracking error costs about ten times that.
///
/// # Examples
/// ```
/// use po_convex::{Constraints, LinearConstraint, NearestParams, NearestPortfolio};
/// use po_core::{Allocator, Weights};
///
/// // The first two may hold 40 %: both are scaled by 2/3, and the other two by 3/2.
/// let target = Weights::new(vec![0.5, 0.1, 0.3, 0.1])?;
/// let pair = LinearConstraint::new("pair", vec![(0, 1.0), (1, 1.0)], 0.0, 0.4)?;
/// let constraints = Constraints { linear: vec![pair], ..Constraints::default() };
/// let nearest = NearestPortfolio::new(NearestParams { constraints, ..NearestParams::default() })?;
/// let allocation = nearest.allocate((&target).into())?;
/// let expected = [1.0 / 3.0, 0.2 / 3.0, 0.45, 0.15];
/// let weights = allocation.solution.weights.as_slice();
/// assert!(weights.iter().zip(expected).all(|(weight, expected)| (weight - expected).abs() < 1e-15));
/// assert!((allocation.change - 0.4).abs() < 1e-15);
/// assert!((allocation.distance - (1.0_f64 / 6.0).sqrt()).abs() < 1e-15);
/// # Ok::<(), po_convex::Error>(())
/// ```
///
/// # Source
/// A projection in the norm of M; its conditions are those of Karush, Kuhn and Tucker. For costs in proportion to trades
/// and the region without trades that they make, Davis and Norman (1990).
///
/// # Settings
/// [`NearestParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct NearestPortfolio {
    params: NearestParams,
}

/// The target, with the covariance where something needs it.
#[derive(Clone, Copy, Debug)]
pub struct NearestInput<'a> {
    /// The weights to stay near to.
    pub target: &'a Weights,
    /// The covariance, whole or by factors: for [`Nearness::TrackingError`], a limit on the tracking error and a cap on
    /// correlations; else it is not looked at.
    pub covariance: Option<Risk<'a>>,
}

impl<'a> From<&'a Weights> for NearestInput<'a> {
    fn from(target: &'a Weights) -> Self {
        Self { target, covariance: None }
    }
}

impl<'a> From<(&'a Weights, &'a Covariance)> for NearestInput<'a> {
    fn from((target, covariance): (&'a Weights, &'a Covariance)) -> Self {
        Self { target, covariance: Some(covariance.into()) }
    }
}

/// Working memory of [`NearestPortfolio`].
///
/// # Cost
/// A multiple of N (M + 20) numbers of eight bytes for N assets and M rows; with [`Nearness::TrackingError`] or a limit on
/// the tracking error, 2 N² more.
#[derive(Clone, Debug, Default)]
pub struct NearestScratch {
    /// The constraints, the search, `M t`, the check of the covariance, and products on the way.
    markowitz: MarkowitzScratch,
    /// Where results are found; the output lends its memory to it.
    portfolio: Portfolio,
    /// A covariance of zeros, where none is needed.
    none: Option<FactorCovariance>,
    /// The diagonal of M, where that is all there is.
    ridge: Vec<f64>,
    /// κ k.
    costs: Vec<f64>,
    /// w - t, or t - b.
    difference: Vec<f64>,
}

impl NearestPortfolio {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for the weight of the costs, or a node limit of zero. Constraints are checked when the
    /// number of assets is known.
    pub fn new(params: NearestParams) -> Result<Self, Error> {
        params.check()?;
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &NearestParams {
        &self.params
    }

    /// What needs a covariance, and whether it does so as a quadratic form.
    fn need(&self) -> Option<(&'static str, bool)> {
        let Constraints { tracking_error, max_correlation, .. } = &self.params.constraints;
        if self.params.nearness == Nearness::TrackingError {
            Some(("the nearness tracking-error", true))
        } else if tracking_error.is_some_and(|limit| limit < f64::INFINITY) {
            Some(("a limit on the tracking error", true))
        } else {
            max_correlation.map(|_| ("a cap on correlations", false))
        }
    }
}

impl Allocator for NearestPortfolio {
    type Input<'a> = NearestInput<'a>;
    type Scratch = NearestScratch;
    type Output = NearestAllocation;
    type Error = Error;

    /// Finds the portfolio that is nearest to a target.
    ///
    /// Where cardinality, a least position or a cap on correlations ask for a choice of assets, it is searched for, and
    /// the gap and the status tell what the search has proven when its limit comes first.
    ///
    /// The second call of one size leaves the heap alone, except where assets are chosen, where a tracking error is
    /// limited beside a nearness that does not measure it, where a covariance is repaired, and where a programme is
    /// degenerate.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit the target; [`Error::NoCovariance`]; [`Error::Infeasible`] with the
    /// conflict; [`Error::RiskLimitTooLow`] with the least tracking error that the constraints allow;
    /// [`Error::Numerical`].
    fn allocate_into(
        &self,
        input: NearestInput<'_>,
        scratch: &mut NearestScratch,
        allocation: &mut NearestAllocation,
    ) -> Result<(), Error> {
        let NearestParams { constraints, nearness, cost_weight, semidefinite, node_limit } = &self.params;
        let target = input.target.as_slice();
        let assets = target.len();
        if assets == 0 {
            return Err(InputError::Empty { what: "the list of target weights" }.into());
        }
        constraints.compile_into(assets, &mut scratch.markowitz.compiled)?;
        if let Some(actual) = input.covariance.map(|risk| risk.len()).filter(|actual| *actual != assets) {
            let (what, expected) = ("the covariance", assets);
            return Err(InputError::LengthMismatch { what, expected, actual }.into());
        }
        let needed = match (self.need(), input.covariance) {
            (Some((what, _)), None) => return Err(Error::NoCovariance { what }),
            (Some((_, whole)), Some(risk)) => Some((risk, whole)),
            (None, _) => None,
        };
        let repaired = match needed {
            Some((risk, true)) => sound(risk, *semidefinite, &mut scratch.markowitz)?,
            _ => None,
        };
        let NearestScratch { markowitz, portfolio, none, ridge, costs, difference } = scratch;
        let MarkowitzScratch { compiled, path, reward, exposures, product, .. } = markowitz;
        let risk = match (repaired.as_deref(), needed) {
            (Some(repaired), _) => Risk::Dense(repaired),
            (None, Some((risk, _))) => risk,
            (None, None) => Risk::Factor(zeros(assets, none)?),
        };
        write_pull(*nearness, target, ridge, reward);
        if *nearness == Nearness::TrackingError {
            multiply(risk, target, exposures, reward)?;
        }
        let given = compiled.absolute();
        costs.clear();
        costs.extend(given.as_slice().iter().flat_map(|family| family.cost).map(|cost| cost_weight * cost));
        let families = with_costs(given, costs);
        let tracking = constraints.tracking_error.filter(|limit| *limit < f64::INFINITY);
        let request = Request {
            risk,
            scale: if ridge.is_empty() { 1.0 } else { 0.0 },
            lower: compiled.lower(),
            upper: compiled.upper(),
            rows: compiled.rows(),
            families: &families[..given.as_slice().len()],
            reward,
            benchmark: constraints
                .benchmark
                .as_ref()
                .filter(|_| tracking.is_some())
                .map_or(&[], Weights::as_slice),
            ridge,
        };
        // Half the squared distance is, up to a constant, what a utility has to be negative of.
        let objective = Objective::Utility { risk_aversion: 1.0 };
        let question = Question { objective, tracking, start: None };
        std::mem::swap(&mut portfolio.solution, &mut allocation.solution);
        std::mem::swap(&mut portfolio.prices, &mut allocation.prices);
        portfolio.nodes = 0;
        let free = costs.iter().all(|cost| *cost == 0.0);
        let stays = free
            && satisfied::in_programme(&request, target)
            && within(tracking, &request, target, (&mut *difference, &mut *exposures, &mut *product))?
            && satisfied::in_choice(constraints, &request, target)?;
        if stays {
            stay(&request, &question, target, path, portfolio)?;
        } else if constraints.is_convex() {
            let found = optimum(&request, &question, path)?;
            take_over(portfolio, path, &found, &request, &question)?;
        } else {
            integer::search(&request, &question, (constraints, *node_limit), path, portfolio)?;
        }
        std::mem::swap(&mut portfolio.solution, &mut allocation.solution);
        std::mem::swap(&mut portfolio.prices, &mut allocation.prices);
        // A utility is maximised, a distance minimised.
        allocation.prices.rescale(-1.0);
        allocation.nodes = portfolio.nodes;
        allocation.unit = reward.iter().fold(0.0, |most: f64, pull| most.max(pull.abs()));
        allocation.cost = trading_cost(given.as_slice(), allocation.as_ref().as_slice());
        let squared = allocation.measure(&request, target, (difference, exposures, product))?;
        allocation.objective = 0.5 * squared + cost_weight * allocation.cost;
        let NearestAllocation { distance, moved, nodes, .. } = allocation;
        tracing::debug!(assets, nearness = nearness.name(), distance, moved, nodes, "allocated");
        Ok(())
    }
}

/// The diagonal of M, if that is all there is, and then what the target pulls with, `M t`.
fn write_pull(nearness: Nearness, target: &[f64], ridge: &mut Vec<f64>, reward: &mut Vec<f64>) {
    ridge.clear();
    match nearness {
        Nearness::Relative => ridge.extend(target.iter().map(|weight| 1.0 / weight.abs().max(LEAST_WEIGHT))),
        Nearness::Euclidean => ridge.resize(target.len(), 1.0),
        Nearness::TrackingError => {}
    }
    reward.clear();
    reward.extend(ridge.iter().zip(target).map(|(ridge, target)| ridge * target));
}

/// A covariance of zeros, which costs a few products of vectors where none is needed.
fn zeros(assets: usize, none: &mut Option<FactorCovariance>) -> Result<&FactorCovariance, InputError> {
    let kept = none.take().filter(|kept| kept.len() == assets);
    let zeros = match kept {
        Some(kept) => kept,
        None => {
            let factor = Covariance::from_column_slice(1, &[0.0])?;
            FactorCovariance::new(DMatrix::zeros(assets, 1), factor, vec![0.0; assets])?
        }
    };
    Ok(none.insert(zeros))
}

/// The families of the constraints with `κ k` in place of the costs.
fn with_costs<'a>(given: Families<'a>, costs: &'a [f64]) -> [Absolute<'a>; Program::FAMILIES] {
    let none = Absolute { label: "", center: &[], cost: &[], limit: f64::INFINITY };
    let mut families = [none; Program::FAMILIES];
    for (own, family) in families.iter_mut().zip(given.as_slice()) {
        let cost = if family.cost.is_empty() { family.cost } else { costs };
        *own = Absolute { cost, ..*family };
    }
    families
}

/// Whether the target keeps the limit on the tracking error.
fn within(
    limit: Option<f64>,
    request: &Request<'_>,
    target: &[f64],
    (difference, exposures, product): (&mut Vec<f64>, &mut Vec<f64>, &mut Vec<f64>),
) -> Result<bool, InputError> {
    let Some(limit) = limit else { return Ok(true) };
    difference.clear();
    difference.extend(target.iter().zip(request.benchmark).map(|(weight, benchmark)| weight - benchmark));
    multiply(request.risk, difference, exposures, product)?;
    Ok(dot(difference, product) <= limit * limit * (1.0 + MET))
}

/// Hands over the target itself, with the proof that nothing is nearer.
fn stay(
    request: &Request<'_>,
    question: &Question<'_>,
    target: &[f64],
    path: &mut PathScratch,
    portfolio: &mut Portfolio,
) -> Result<(), Error> {
    path.prepare(request)?;
    let solution = &mut path.now.solution;
    solution.x.clear();
    solution.x.extend_from_slice(target);
    solution.rows.clear();
    solution.rows.resize(request.rows.len(), 0.0);
    solution.absolute.clear();
    solution.absolute.resize(request.families.len(), 0.0);
    solution.status = po_core::Status::Converged;
    path.certify(request, Multipliers { theta: 0.0, lambda: 1.0 });
    let value = 0.5 * dot(request.reward, target);
    take_over(portfolio, path, &Optimum { value, scale: 1.0, ..Optimum::default() }, request, question)
}
