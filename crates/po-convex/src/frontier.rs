//! The efficient frontier, point by point, under all constraints.

use po_core::simd::dot;
use po_core::{Allocator, InputError, Weights};

use crate::allocate::{sound, take_over};
use crate::optimum::{Question, check_mean, optimum};
use crate::path::{Multipliers, PathScratch, Request};
use crate::{
    Constraints, Error, Markowitz, MarkowitzInput, MarkowitzParams, MarkowitzScratch, Objective, Portfolio,
    Risk, Semidefinite,
};

/// A target below all returns.
const NONE: f64 = -1e300;

/// Settings of [`frontier`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `points` | 50 | `>= 2` | how many portfolios |
/// | `spacing` | `Return` | two ways | between which numbers the steps are equal |
/// | `constraints` | long-only, fully invested | see [`Constraints`] | what a portfolio must satisfy |
/// | `semidefinite` | `Refuse` | four ways | what becomes of a covariance that is not positive semidefinite |
/// | `node_limit` | 100 000 | `>= 1` | programmes solved for each point, at most, where assets must be chosen |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FrontierParams {
    /// How many portfolios, both ends among them.
    pub points: usize,
    /// Between which numbers the steps are equal.
    pub spacing: Spacing,
    /// What a portfolio must satisfy.
    pub constraints: Constraints,
    /// What becomes of a covariance that is not positive semidefinite.
    pub semidefinite: Semidefinite,
    /// Programmes solved for each point, at most, where assets must be chosen.
    pub node_limit: usize,
}

/// Between which numbers of neighbouring points the steps are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Spacing {
    /// Expected returns, less trading costs.
    #[default]
    Return,
    /// Volatilities.
    Volatility,
}

impl Default for FrontierParams {
    fn default() -> Self {
        let MarkowitzParams { constraints, semidefinite, node_limit, .. } = MarkowitzParams::default();
        Self { points: 50, spacing: Spacing::default(), constraints, semidefinite, node_limit }
    }
}

/// Portfolios from the least variance to the greatest return, each the best for its return or its risk.
///
/// All constraints hold at every point: turnover, gross exposure, costs, tracking error and the choice of assets as
/// well, which [`critical_line`](crate::critical_line) cannot take. A portfolio's shadow price of the target is the slope
/// of the frontier.
///
/// # Errors
/// As [`Markowitz`]; [`InputError::OutOfRange`] for fewer than two points; [`Error::Unbounded`] where returns have no
/// limit.
///
/// # Cost
/// Each point begins where the last one ended, and takes about four programmes of a few rounds.
///
/// # Examples
/// ```
/// use po_convex::{FrontierParams, frontier};
/// use po_core::{Covariance, Moments};
///
/// let moments = Moments::new(vec![0.10, 0.05], Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?)?;
/// let portfolios = frontier(&FrontierParams { points: 3, ..FrontierParams::default() }, (&moments).into())?;
/// let first: Vec<f64> = portfolios.iter().map(|portfolio| portfolio.as_ref().as_slice()[0]).collect();
/// for (weight, expected) in first.iter().zip([0.2, 0.6, 1.0]) {
///     assert!((weight - expected).abs() < 1e-14);
/// }
/// # Ok::<(), po_convex::Error>(())
/// ```
///
/// # Source
/// Markowitz (1952).
pub fn frontier(params: &FrontierParams, input: MarkowitzInput<'_>) -> Result<Vec<Portfolio>, Error> {
    if params.points < 2 {
        let (name, value, expected) = ("the number of points", params.points as f64, "two or more");
        return Err(InputError::OutOfRange { name, value, expected }.into());
    }
    let objective = Objective::MinRisk { target_return: NONE };
    let mean = input.mean.ok_or(Error::NoMean { objective: "frontier" })?;
    check_mean(mean, input.risk.len())?;
    let unlimited = Objective::MaxReturn { volatility: f64::INFINITY };
    if !params.constraints.is_convex() {
        return chosen(params, input, [objective, unlimited]);
    }
    let mut scratch = MarkowitzScratch::default();
    let compiled = params.constraints.compile(input.risk.len())?;
    let repaired = sound(input.risk, params.semidefinite, &mut scratch)?;
    let families = compiled.absolute();
    let request = Request {
        risk: repaired.as_deref().map_or(input.risk, Risk::Dense),
        scale: 1.0,
        lower: compiled.lower(),
        upper: compiled.upper(),
        rows: compiled.rows(),
        families: families.as_slice(),
        reward: mean,
        benchmark: params.constraints.benchmark.as_ref().map_or(&[] as &[f64], Weights::as_slice),
        ridge: &[],
    };
    let tracking = params.constraints.tracking_error;
    let mut question = Question { objective, tracking, start: None };
    let point = |question: &Question<'_>, path: &mut PathScratch| -> Result<Portfolio, Error> {
        let found = optimum(&request, question, path)?;
        let mut portfolio = Portfolio::default();
        take_over(&mut portfolio, path, &found, &request, question)?;
        portfolio.mean = Some(dot(mean, portfolio.solution.weights.as_slice()));
        Ok(portfolio)
    };
    let path = &mut scratch.path;
    let first = point(&question, path)?;
    question.objective = unlimited;
    let last = point(&question, path)?;
    let mut portfolios: Vec<Portfolio> = Vec::with_capacity(params.points);
    portfolios.push(first);
    let mut step = Multipliers::default();
    for place in 1..params.points - 1 {
        let fraction = place as f64 / (params.points - 1) as f64;
        let before = &portfolios[place - 1];
        let objective = params.spacing.target(&portfolios[0], &last, fraction);
        let Multipliers { theta, lambda } = before.multipliers;
        let guess = Multipliers { theta: theta + step.theta, lambda: lambda + step.lambda };
        let question = Question { objective, tracking, start: Some((&before.program.active, guess)) };
        let portfolio = point(&question, path)?;
        let found = portfolio.multipliers;
        step = Multipliers { theta: found.theta - theta, lambda: found.lambda - lambda };
        portfolios.push(portfolio);
    }
    portfolios.push(last);
    tracing::debug!(assets = input.risk.len(), points = params.points, "traced the frontier");
    Ok(portfolios)
}

impl Spacing {
    /// What is asked of the point at this fraction of the way.
    fn target(self, first: &Portfolio, last: &Portfolio, fraction: f64) -> Objective {
        let between = |a: f64, b: f64| a + fraction * (b - a);
        let net = |portfolio: &Portfolio| portfolio.mean.unwrap_or(0.0) - portfolio.cost;
        match self {
            Self::Return => Objective::MinRisk { target_return: between(net(first), net(last)) },
            Self::Volatility => {
                Objective::MaxReturn { volatility: between(first.volatility(), last.volatility()) }
            }
        }
    }
}

/// The frontier where assets must be chosen: each point is a search of its own.
fn chosen(
    params: &FrontierParams,
    input: MarkowitzInput<'_>,
    ends: [Objective; 2],
) -> Result<Vec<Portfolio>, Error> {
    let FrontierParams { points, spacing, constraints, semidefinite, node_limit } = params;
    let point = |objective| {
        let (constraints, semidefinite, node_limit) = (constraints.clone(), *semidefinite, *node_limit);
        let params = MarkowitzParams { objective, constraints, semidefinite, node_limit, warm_start: false };
        Markowitz::new(params)?.allocate(input)
    };
    let (first, last) = (point(ends[0])?, point(ends[1])?);
    let mut portfolios = vec![first];
    for place in 1..points - 1 {
        let fraction = place as f64 / (points - 1) as f64;
        portfolios.push(point(spacing.target(&portfolios[0], &last, fraction))?);
    }
    portfolios.push(last);
    Ok(portfolios)
}
