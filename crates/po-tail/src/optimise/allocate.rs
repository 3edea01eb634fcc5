//! Optimisation by tail risk, top to bottom.

use po_convex::{CompiledConstraints, Constraints};
use po_core::{Allocator, Certificate, InputError, Status};

use super::choice::{Chosen, Rules, choose};
use super::fast::FastScratch;
use super::functional::Worst;
use super::measure::TailMeasure;
use super::problem::{Problem, TARGET, tail_mean};
use super::tracking::{TRACKING, Tracking};
use super::wasserstein::Wasserstein;
use crate::{CvarInput, CvarObjective, CvarPortfolio, CvarSolution, Error, MeanCvarParams};

/// A gap above this, relative to the objective, proves nothing.
pub(super) const UNPROVEN: f64 = 1e-8;

/// A limit that is missed by more, relative to the risk and the return, is not held.
const MISSED: f64 = 1e-8;

/// Finds the best portfolio for a return and a risk of the tail, under constraints.
///
/// Conditional value at risk and the worst realisation are linear programmes that the solver of
/// [`CvarProgram`](crate::CvarProgram) takes; other measures, and robustness in norms that are not linear, are solved
/// as cones by an interior point. Either way the risk is computed anew from the scenarios, and the bound from weights
/// of scenarios that are sound by construction.
///
/// # Cost
/// As [`CvarProgram::solve_into`](crate::CvarProgram::solve_into), a few times for a ratio. For cones, twenty to forty
/// iterations of about T N² multiplications.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Confidence, Returns};
/// use po_tail::{CvarObjective, MeanCvar, MeanCvarParams};
///
/// // Two assets that lose in turn: ten per cent, or five.
/// let returns = Returns::from_column_slice(4, 2, &[-0.10, 0.05, 0.05, 0.05, 0.02, -0.05, 0.02, 0.02])?;
/// let params = MeanCvarParams { confidence: Confidence::new(0.75)?, ..MeanCvarParams::default() };
/// let portfolio = MeanCvar::new(params)?.allocate((&returns).into())?;
/// // Both bad scenarios cost the same: 0.10 w - 0.02 (1 - w) = -0.05 w + 0.05 (1 - w).
/// assert!((portfolio.as_ref().as_slice()[0] - 7.0 / 22.0).abs() < 1e-9);
/// assert!(portfolio.gap() < 1e-9);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Rockafellar and Uryasev (2000, 2002); each [`CvarObjective`] and [`TailMeasure`] names its own.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanCvar {
    params: MeanCvarParams,
}

/// Working memory of [`MeanCvar`].
///
/// # Cost
/// Beside that of [`CvarScratch`](crate::CvarScratch), in numbers of eight bytes: T and a multiple of N.
#[derive(Clone, Debug, Default)]
pub struct MeanCvarScratch {
    compiled: CompiledConstraints,
    probabilities: Vec<f64>,
    mean: Vec<f64>,
    fast: FastScratch,
    solution: CvarSolution,
}

impl MeanCvar {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`po_core::InputError::OutOfRange`] for a number of the objective, the radius of robustness, or a node limit of
    /// zero; [`po_convex::Error::Unsupported`] for trading costs beside an objective without returns, and for robustness of another measure than conditional value at risk.
    /// Constraints are checked when the number of assets is known.
    pub fn new(params: MeanCvarParams) -> Result<Self, Error> {
        params.objective.check()?;
        if let Some(robust) = &params.robust {
            robust.check()?;
        }
        if params.node_limit == 0 {
            let (name, expected) = ("the node limit", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        supported(&params)?;
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &MeanCvarParams {
        &self.params
    }
}

impl Allocator for MeanCvar {
    type Input<'a> = CvarInput<'a>;
    type Scratch = MeanCvarScratch;
    type Output = CvarPortfolio;
    type Error = Error;

    /// Allocates from scenarios.
    ///
    /// Where the gap is more than 1e-8 of the objective, or a limit is missed by more than that, the status is
    /// [`Status::Stalled`], and the certificate says by how much.
    ///
    /// The second call of one size leaves the heap alone for conditional value at risk and the worst realisation, unless
    /// robustness or a benchmark makes cones of them, a target has costs beside it, the greatest return of all is asked for, or assets must be
    /// chosen.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit; [`Error::Programme`] with [`po_convex::Error::Infeasible`] and the
    /// conflict, [`po_convex::Error::RiskLimitTooLow`], [`po_convex::Error::TargetTooHigh`] and
    /// [`po_convex::Error::NoExcessReturn`] with what is possible, [`po_convex::Error::Unbounded`], and
    /// [`po_convex::Error::Unsupported`] for probabilities beside a measure of drawdown; [`Error::NotRisky`] for a ratio
    /// to no risk.
    fn allocate_into(
        &self,
        input: CvarInput<'_>,
        scratch: &mut MeanCvarScratch,
        portfolio: &mut CvarPortfolio,
    ) -> Result<(), Error> {
        let MeanCvarParams { objective, measure, confidence, constraints, robust, warm_start, node_limit } =
            &self.params;
        let assets = input.returns.assets();
        if measure.is_drawdown() && !input.probabilities.is_empty() && !all_equal(input.probabilities) {
            let constraint = "probabilities of scenarios beside a measure of drawdown, which follows time";
            return Err(po_convex::Error::Unsupported { method: measure.name(), constraint }.into());
        }
        constraints.compile_into(assets, &mut scratch.compiled)?;
        let MeanCvarScratch { compiled, probabilities, mean, fast, solution } = scratch;
        input.write(probabilities, mean)?;
        if let CvarObjective::MaxRatio { risk_free } = objective {
            mean.iter_mut().for_each(|mean| *mean -= risk_free);
        }
        let families = compiled.absolute();
        let tracking = Tracking::of(constraints, input.returns, probabilities)?;
        let problem = Problem {
            returns: input.returns,
            probabilities,
            measure: *measure,
            confidence: *confidence,
            charge: charge(*robust, confidence.tail()),
            price: 1.0,
            limit: f64::INFINITY,
            reward: 0.0,
            mean,
            target: f64::NEG_INFINITY,
            lower: compiled.lower(),
            upper: compiled.upper(),
            rows: compiled.rows(),
            families: families.as_slice(),
            tracking: tracking.as_ref().filter(|tracking| tracking.limit < f64::INFINITY),
        };
        std::mem::swap(solution, &mut portfolio.program);
        if !warm_start {
            solution.tail.clear();
        }
        if let Some(rules) = Rules::of(constraints, &problem)? {
            let chosen = choose(objective, &problem, (&rules, *node_limit), fast, solution)?;
            let Chosen { lower, upper, .. } = &chosen;
            solve(objective, &Problem { lower, upper, ..problem }, fast, solution, portfolio)?;
            chosen.conclude(objective, portfolio);
        } else {
            solve(objective, &problem, fast, solution, portfolio)?;
            portfolio.nodes = 0;
        }
        if let CvarObjective::MaxRatio { risk_free } = objective {
            portfolio.mean += risk_free * portfolio.solution.weights.net();
        }
        std::mem::swap(solution, &mut portfolio.program);
        let x = portfolio.solution.weights.as_slice();
        portfolio.tracking_error = tracking.as_ref().map(|tracking| tracking.error(x));
        let CvarPortfolio { objective: value, risk, .. } = portfolio;
        tracing::debug!(
            assets,
            objective = objective.name(),
            measure = measure.name(),
            value,
            risk,
            "allocated"
        );
        Ok(())
    }
}

/// Asks the question that the objective is, and hands over the answer.
fn solve(
    objective: &CvarObjective,
    problem: &Problem<'_>,
    fast: &mut FastScratch,
    solution: &mut CvarSolution,
    portfolio: &mut CvarPortfolio,
) -> Result<(), Error> {
    let asked = objective.ask(problem);
    let ratio = objective.answer(&asked, fast, solution)?;
    let x = &solution.x;
    let risk = problem.risk(x, &mut fast.worst);
    let net = problem.net(x);
    // The objective from the scenarios: the solver's own is only to compare with.
    let (value, sign) = (objective.value(risk, net), objective.sign());
    let scale = if ratio.is_some() { 1.0 / risk } else { 1.0 };
    portfolio.objective = value;
    portfolio.bound =
        ratio.map_or_else(|| sign * (solution.objective - solution.certificate.gap), |ratio| ratio.bound);
    let gap = sign * (value - portfolio.bound);
    let missed = asked.missed(x, risk);
    let own = solution.certificate;
    portfolio.solution.weights.assign(x)?;
    portfolio.solution.iterations = solution.iterations;
    portfolio.solution.certificate = Certificate {
        primal_residual: own.primal_residual.max(missed),
        dual_residual: scale * own.dual_residual,
        complementarity: scale * own.complementarity,
        gap,
    };
    let held = missed <= MISSED * risk.abs().max(net.abs());
    let proven = gap.abs() <= UNPROVEN * value.abs().max(scale * asked.price * risk.abs());
    portfolio.solution.status = if held && proven { solution.status } else { Status::Stalled };
    portfolio.risk = risk;
    portfolio.robustness = problem.robustness(x);
    portfolio.mean = po_core::simd::dot(problem.mean, x);
    portfolio.cost = problem.cost(x);
    write_tail(problem, solution, risk, &mut fast.worst, portfolio);

    let prices = &mut portfolio.prices;
    prices.begin(sign * scale);
    prices.constraints(problem.rows, problem.families, (problem.lower, problem.upper), solution);
    if asked.limit < f64::INFINITY {
        prices.push(problem.measure.name(), f64::NEG_INFINITY, asked.limit, solution.limit);
    }
    if asked.target > f64::NEG_INFINITY {
        let multiplier = solution.rows.get(problem.rows.len()).copied().unwrap_or(0.0);
        prices.push(TARGET, asked.target, f64::INFINITY, multiplier);
    }
    if let Some(tracking) = asked.tracking {
        prices.push(TRACKING, f64::NEG_INFINITY, tracking.limit, solution.tracking);
    }
    prices.finish();
    Ok(())
}

/// The tail of the portfolio, and what conditional value at risk says of it.
fn write_tail(
    problem: &Problem<'_>,
    solution: &CvarSolution,
    risk: f64,
    worst: &mut Worst,
    portfolio: &mut CvarPortfolio,
) {
    portfolio.tail.clear();
    if problem.measure == TailMeasure::Cvar && !solution.tail.is_empty() {
        portfolio.tail.extend(solution.tail.iter().filter(|(_, weight)| *weight > 0.0));
    } else {
        portfolio.tail.extend(worst.weights.iter().copied().enumerate().filter(|(_, weight)| *weight > 0.0));
    }
    let Problem { returns, probabilities, confidence, .. } = *problem;
    portfolio.cvar = if problem.measure == TailMeasure::Cvar {
        risk - portfolio.robustness
    } else {
        tail_mean(returns, probabilities, confidence, &solution.x, worst)
    };
    portfolio.var = worst.beginning();
}

/// The charge per unit of the dual norm.
fn charge(robust: Option<Wasserstein>, tail: f64) -> Option<(super::wasserstein::GroundNorm, f64)> {
    robust.map(|Wasserstein { radius, ground }| (ground, radius / tail)).filter(|charge| charge.1 > 0.0)
}

#[expect(clippy::float_cmp, reason = "one number given to all scenarios, or not")]
fn all_equal(probabilities: &[f64]) -> bool {
    probabilities.windows(2).all(|pair| pair[0] == pair[1])
}

/// Refuses what the method cannot weigh.
pub(super) fn supported(params: &MeanCvarParams) -> Result<(), Error> {
    let MeanCvarParams { objective, measure, constraints, robust, .. } = params;
    let refuse = |method, constraint| Err(po_convex::Error::Unsupported { method, constraint }.into());
    let Constraints { costs, .. } = constraints;
    if robust.is_some() && *measure != TailMeasure::Cvar {
        return refuse(measure.name(), "robustness against other distributions, which is one of cvar");
    }
    if costs.is_some() && *objective == CvarObjective::MinCvar {
        return refuse(objective.name(), "trading costs, which a return would have to earn");
    }
    Ok(())
}
