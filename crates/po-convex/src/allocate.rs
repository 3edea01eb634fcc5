//! The Markowitz family, top to bottom.

use std::borrow::Cow;

use po_core::simd::dot;
use po_core::{Allocator, Covariance, FactorCovariance, InputError, Moments, Status, Weights};

use crate::optimum::{Optimum, Question, check_mean, optimum, variance};
use crate::path::{PathScratch, Request, multiply};
use crate::{
    Constraints, Error, MarkowitzParams, MarkowitzScratch, Objective, Portfolio, Risk, Semidefinite, integer,
};

/// An eigenvalue this far below zero, on the scale of a correlation, is rounding.
const SEMIDEFINITE: f64 = 1e-10;

/// A limit on risk or return that is missed by more, in units of one and the volatility, is not held.
const MISSED: f64 = 1e-8;

/// A gap above this, in units of one and the objective, proves nothing. It is looser than that of a programme, because a
/// ratio to hardly any risk magnifies the rounding of its programme.
const UNPROVEN: f64 = 1e-6;

/// Finds the best portfolio for an objective under constraints.
///
/// Each objective becomes quadratic programmes that differ in one multiplier or two, which are searched for in a few
/// steps; on the last active set the answer is exact to rounding, and comes with its proof.
///
/// # Cost
/// For N assets of which F lie between their bounds, some rounds of F³/6 + N F multiplications: about ten for a single
/// programme, about thirty where a limit or a ratio is searched for. Beside that, N³/3 where the covariance is checked.
///
/// # Examples
/// ```
/// use po_convex::{Markowitz, MarkowitzParams, Objective};
/// use po_core::{Allocator, Covariance, Moments};
///
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
/// let minimum = Markowitz::new(MarkowitzParams::default())?.allocate((&covariance).into())?;
/// assert!((minimum.as_ref().as_slice()[0] - 0.2).abs() < 1e-15);
///
/// let moments = Moments::new(vec![0.10, 0.05], covariance)?;
/// let params = MarkowitzParams { objective: Objective::MaxSharpe { risk_free: 0.0 }, ..MarkowitzParams::default() };
/// let tangency = Markowitz::new(params)?.allocate((&moments).into())?;
/// assert!((tangency.as_ref().as_slice()[0] - 1.0 / 3.0).abs() < 1e-14);
/// assert!((tangency.objective - 0.5_f64.sqrt()).abs() < 1e-14);
/// # Ok::<(), po_convex::Error>(())
/// ```
///
/// # Source
/// Markowitz (1952); each [`Objective`] names its own. Ratios by the programme whose λ is the ratio of variance to
/// return (Dinkelbach 1967); limits by their multipliers.
#[derive(Clone, Debug, PartialEq)]
pub struct Markowitz {
    params: MarkowitzParams,
}

/// The returns to allocate for: a risk, and means where the objective needs them.
#[derive(Clone, Copy, Debug)]
pub struct MarkowitzInput<'a> {
    /// The covariance, whole or by factors.
    pub risk: Risk<'a>,
    /// Expected return of each asset.
    pub mean: Option<&'a [f64]>,
}

impl<'a> From<&'a Covariance> for MarkowitzInput<'a> {
    fn from(covariance: &'a Covariance) -> Self {
        Self { risk: covariance.into(), mean: None }
    }
}

impl<'a> From<&'a Moments> for MarkowitzInput<'a> {
    fn from(moments: &'a Moments) -> Self {
        Self { risk: moments.covariance().into(), mean: Some(moments.mean()) }
    }
}

impl<'a> From<&'a FactorCovariance> for MarkowitzInput<'a> {
    fn from(covariance: &'a FactorCovariance) -> Self {
        Self { risk: covariance.into(), mean: None }
    }
}

impl Markowitz {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a number of the objective, or a node limit of zero. Constraints are checked when
    /// the number of assets is known.
    pub fn new(params: MarkowitzParams) -> Result<Self, Error> {
        params.objective.check()?;
        if params.node_limit == 0 {
            let (name, expected) = ("the node limit", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &MarkowitzParams {
        &self.params
    }
}

impl Allocator for Markowitz {
    type Input<'a> = MarkowitzInput<'a>;
    type Scratch = MarkowitzScratch;
    type Output = Portfolio;
    type Error = Error;

    /// Allocates from a covariance, with means where the objective needs them.
    ///
    /// Where rounding leaves a limit missed, or too wide a gap to call the weights the best, the status is
    /// [`Status::Stalled`], and the certificate says by how much.
    ///
    /// The second call of one size leaves the heap alone, except for [`Objective::MaxDecorrelation`] and a diagonal
    /// uncertainty, where assets are chosen, where a covariance is repaired, and where a programme is degenerate.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit; [`Error::NoMean`]; [`Error::Infeasible`] with the conflict;
    /// [`Error::RiskLimitTooLow`], [`Error::TargetTooHigh`] and [`Error::NoExcessReturn`] with what is possible;
    /// [`Error::Riskless`] where a ratio to risk has no maximum; [`Error::Unbounded`]; [`Error::Unsupported`] for a
    /// combination that no method here takes.
    fn allocate_into(
        &self,
        input: MarkowitzInput<'_>,
        scratch: &mut MarkowitzScratch,
        portfolio: &mut Portfolio,
    ) -> Result<(), Error> {
        let MarkowitzParams { objective, constraints, semidefinite, warm_start, node_limit } = &self.params;
        let given = input.risk;
        let assets = given.len();
        constraints.compile_into(assets, &mut scratch.compiled)?;
        let costs =
            scratch.compiled.absolute().as_slice().first().is_some_and(|family| !family.cost.is_empty());
        supported(objective, constraints, costs)?;
        let repaired = sound(given, *semidefinite, scratch)?;
        let risk = repaired.as_deref().map_or(given, Risk::Dense);
        write_reward(objective, MarkowitzInput { risk, mean: input.mean }, &mut scratch.reward)?;
        let correlation = Correlated::of(objective, risk)?;
        let MarkowitzScratch { compiled, path, reward, exposures, product, previous, .. } = scratch;
        let families = compiled.absolute();
        let benchmark = constraints.benchmark.as_ref().map_or(&[] as &[f64], Weights::as_slice);
        let request = Request {
            risk: correlation.as_ref().map_or(risk, Correlated::risk),
            scale: 1.0,
            lower: compiled.lower(),
            upper: compiled.upper(),
            rows: compiled.rows(),
            families: families.as_slice(),
            reward,
            benchmark,
            ridge: &[],
        };
        previous.clone_from(&portfolio.program.active);
        let start = Some((&*previous, portfolio.multipliers)).filter(|_| *warm_start);
        let question = Question { objective: *objective, tracking: constraints.tracking_error, start };
        if constraints.is_convex() {
            let found = optimum(&request, &question, path)?;
            portfolio.nodes = 0;
            take_over(portfolio, path, &found, &request, &question)?;
        } else {
            integer::search(&request, &question, (constraints, *node_limit), path, portfolio)?;
        }
        // So that the next call finds the memory.
        previous.clone_from(&portfolio.program.active);
        let x = portfolio.solution.weights.as_slice();
        if correlation.is_some() {
            multiply(risk, x, exposures, product)?;
            portfolio.variance = dot(x, product).max(0.0);
        }
        portfolio.mean = input.mean.map(|mean| dot(mean, x));
        let Portfolio { objective: value, nodes, .. } = portfolio;
        tracing::debug!(assets, objective = objective.name(), value, nodes, "allocated");
        Ok(())
    }
}

/// Hands over what stands in the scratch.
pub(crate) fn take_over(
    portfolio: &mut Portfolio,
    path: &mut PathScratch,
    found: &Optimum,
    request: &Request<'_>,
    question: &Question<'_>,
) -> Result<(), Error> {
    let now = &mut path.now;
    let sign = if question.objective.is_maximised() { -1.0 } else { 1.0 };
    portfolio.solution.weights.assign(&now.solution.x)?;
    portfolio.solution.status = now.solution.status;
    portfolio.solution.iterations = now.solution.iterations;
    let mut certificate = now.solution.certificate;
    certificate.primal_residual = certificate.primal_residual.max(found.violation);
    certificate.dual_residual *= found.scale;
    certificate.complementarity *= found.scale;
    certificate.gap = found.gap.unwrap_or(certificate.gap * found.scale);
    portfolio.solution.certificate = certificate;
    let held = found.violation <= MISSED * (1.0 + now.variance.sqrt());
    // A gap that is no number proves nothing either.
    let proven = certificate.gap.abs() <= UNPROVEN * (1.0 + found.value.abs());
    if !(held && proven) {
        portfolio.solution.status = Status::Stalled;
    }
    portfolio.objective = found.value;
    portfolio.bound = found.value - sign * certificate.gap.abs();
    portfolio.variance = now.variance;
    portfolio.cost = now.cost;
    portfolio.tracking_error = (!request.benchmark.is_empty()).then(|| now.tracking.sqrt());
    portfolio.multipliers = now.at;
    let bounds = (request.lower, request.upper);
    portfolio.prices.write(&now.solution, sign * found.scale, bounds, request.rows, request.families);
    let up_to = |limit: f64| (f64::NEG_INFINITY, limit);
    match question.objective {
        Objective::MaxReturn { volatility } if volatility < f64::INFINITY => {
            portfolio.prices.push("volatility", up_to(volatility), found.volatility);
        }
        Objective::MinRisk { target_return } => {
            portfolio.prices.push("target return", (target_return, f64::INFINITY), found.target);
        }
        _ => {}
    }
    if let Some(limit) = question.tracking {
        portfolio.prices.push("tracking error", up_to(limit), found.tracking);
    }
    portfolio.prices.finish();
    portfolio.program.clone_from(&now.solution);
    Ok(())
}

/// The covariance that takes the place of one that is not positive semidefinite.
pub(crate) fn sound<'a>(
    risk: Risk<'a>,
    semidefinite: Semidefinite,
    scratch: &mut MarkowitzScratch,
) -> Result<Option<Cow<'a, Covariance>>, InputError> {
    let Risk::Dense(covariance) = risk else { return Ok(None) };
    if semidefinite == Semidefinite::Trust {
        return Ok(None);
    }
    let MarkowitzScratch { cholesky, scales, .. } = scratch;
    scales.clear();
    scales.extend((0..covariance.len()).map(|asset| {
        let own = variance(risk, asset);
        if own > 0.0 { 1.0 / own.sqrt() } else { 0.0 }
    }));
    // The test that most matrices pass, in the memory that is there.
    let decomposed = cholesky.factor_columns(covariance.len(), |col, below| {
        let column = &covariance.column(col)[col..];
        for ((below, entry), scale) in below.iter_mut().zip(column).zip(&scales[col..]) {
            *below = entry * scale * scales[col];
        }
        below[0] = 1.0 + SEMIDEFINITE;
    });
    if decomposed.is_ok() { Ok(None) } else { semidefinite.apply(covariance).map(Some) }
}

/// What the objective rewards each asset with.
fn write_reward(
    objective: &Objective,
    MarkowitzInput { risk, mean }: MarkowitzInput<'_>,
    reward: &mut Vec<f64>,
) -> Result<(), Error> {
    reward.clear();
    if let Some(mean) = mean {
        check_mean(mean, risk.len())?;
    }
    if *objective == Objective::MaxDiversification {
        every_asset_moves(risk)?;
        reward.extend((0..risk.len()).map(|asset| variance(risk, asset).sqrt()));
    } else if objective.needs_mean() {
        let Some(mean) = mean else { return Err(Error::NoMean { objective: objective.name() }) };
        let risk_free = if let Objective::MaxSharpe { risk_free } = objective { *risk_free } else { 0.0 };
        reward.extend(mean.iter().map(|mean| mean - risk_free));
    } else {
        reward.resize(risk.len(), 0.0);
    }
    Ok(())
}

/// Refuses what an objective cannot weigh.
pub(crate) fn supported(objective: &Objective, constraints: &Constraints, costs: bool) -> Result<(), Error> {
    let unsupported = |constraint| Err(Error::Unsupported { method: objective.name(), constraint });
    if !objective.needs_mean() && costs {
        return unsupported("trading costs, which a return would have to earn");
    }
    match objective {
        Objective::MinTrackingError if constraints.benchmark.is_none() => {
            Err(Error::Unsupported { method: objective.name(), constraint: "a missing benchmark" })
        }
        Objective::MaxDecorrelation if constraints.tracking_error.is_some() => {
            unsupported("a limit on the tracking error")
        }
        _ => Ok(()),
    }
}

/// Refuses an asset without risk: how much of it to hold, neither a correlation nor a ratio of volatilities says.
fn every_asset_moves(risk: Risk<'_>) -> Result<(), InputError> {
    let still = (0..risk.len()).find(|&asset| variance(risk, asset) <= 0.0);
    still.map_or(Ok(()), |asset| Err(InputError::ZeroVariance { asset }))
}

/// A risk in which every asset has variance one.
enum Correlated {
    Dense(Covariance),
    Factor(FactorCovariance),
}

impl Correlated {
    fn of(objective: &Objective, risk: Risk<'_>) -> Result<Option<Self>, Error> {
        if *objective != Objective::MaxDecorrelation {
            return Ok(None);
        }
        every_asset_moves(risk)?;
        Ok(Some(match risk {
            Risk::Dense(covariance) => {
                Self::Dense(Covariance::new(covariance.correlation()?.as_view().into_owned())?)
            }
            Risk::Factor(factors) => {
                let mut exposures = factors.exposures().into_owned();
                let mut specific = factors.specific().to_vec();
                for (asset, specific) in specific.iter_mut().enumerate() {
                    let own = variance(risk, asset);
                    exposures.row_mut(asset).unscale_mut(own.sqrt());
                    *specific /= own;
                }
                Self::Factor(FactorCovariance::new(exposures, factors.factor_covariance().clone(), specific)?)
            }
        }))
    }

    fn risk(&self) -> Risk<'_> {
        match self {
            Self::Dense(covariance) => Risk::Dense(covariance),
            Self::Factor(covariance) => Risk::Factor(covariance),
        }
    }
}
