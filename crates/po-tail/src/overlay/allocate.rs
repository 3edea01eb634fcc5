//! The least change that brings a stressed tail under its cap.

use po_convex::{Constraints, Costs};
use po_core::simd::dot;
use po_core::{Allocator, Certificate, InputError, Returns, Status, Weights};

use super::decision::OverlayDecision;
use super::frame::Frame;
use super::params::{OverlayCost, TailOverlayParams};
use crate::optimise::{Worst, least_cvar, tail_mean};
use crate::{CvarInput, CvarProgram, CvarScratch, Error, Scenarios};

/// Weights that miss a constraint by no more, in units of capital, keep it.
const KEPT: f64 = 1e-9;

/// A cap that is missed by more, relative to the risk there was, is not held.
const MISSED: f64 = 1e-8;

/// Caps any portfolio, made by whatever method, to the loss that its owner can bear in bad scenarios.
///
/// ```text
/// minimise the cost of the change from h to x   subject to CVaR_β(x) <= cap and the constraints
/// ```
///
/// Weights that are under the cap and keep the constraints stay as they are, bit for bit.
///
/// # Cost
/// As one [`CvarProgram::solve_into`].
///
/// # Examples
/// ```
/// use po_core::{Allocator, Confidence, Returns, Weights};
/// use po_tail::{OverlayInput, Scenarios, TailOverlay, TailOverlayParams};
///
/// // In a crash, which has a probability of one in ten, shares lose 40 % and bonds 5 %.
/// let returns = Returns::from_column_slice(2, 2, &[-0.40, 0.06, -0.05, 0.02])?;
/// let scenarios = Scenarios::new(returns, vec![0.1, 0.9])?;
/// let weights = Weights::new(vec![0.6, 0.4])?;
/// let params =
///     TailOverlayParams { cap: 0.20, confidence: Confidence::new(0.9)?, ..TailOverlayParams::default() };
/// let decision = TailOverlay::new(params)?.allocate(OverlayInput::new(&weights, &scenarios))?;
/// // From a loss of 26 % to one of 20 %: 15 % of shares are sold, each per cent of which takes off 0.4 %.
/// assert!((decision.cvar_before - 0.26).abs() < 1e-12 && (decision.cvar_after - 0.20).abs() < 1e-9);
/// assert!((decision.as_ref().as_slice()[0] - 0.45).abs() < 1e-9);
/// assert!((decision.price - 2.5).abs() < 1e-9);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Rockafellar and Uryasev (2000) for the constraint; Krokhmal, Palmquist and Uryasev (2002), section 3.2, for a cap on
/// the risk beside linear trading costs.
#[derive(Clone, Debug, PartialEq)]
pub struct TailOverlay {
    params: TailOverlayParams,
}

/// The weights to be capped, and the scenarios that cap them.
#[derive(Clone, Copy, Debug)]
pub struct OverlayInput<'a> {
    /// h: the weights, of any method.
    pub weights: &'a Weights,
    /// R: the returns of each asset in each stressed scenario.
    pub returns: &'a Returns,
    /// p: positive or zero, one per scenario, summing to one; empty for equal ones.
    pub probabilities: &'a [f64],
}

impl<'a> OverlayInput<'a> {
    /// Weights under scenarios.
    #[must_use]
    pub fn new(weights: &'a Weights, scenarios: &'a Scenarios) -> Self {
        Self { weights, returns: scenarios.returns(), probabilities: scenarios.probabilities() }
    }
}

/// Working memory of [`TailOverlay`].
#[derive(Clone, Debug, Default)]
pub struct TailOverlayScratch {
    frame: Frame,
    probabilities: Vec<f64>,
    mean: Vec<f64>,
    costs: Vec<f64>,
    ones: Vec<f64>,
    linear: Vec<f64>,
    program: CvarScratch,
    worst: Worst,
}

impl TailOverlay {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a cap that is not finite; [`po_convex::Error::Unsupported`] for constraints that
    /// need a covariance or a choice of assets. Other constraints are checked when the number of assets is known.
    pub fn new(params: TailOverlayParams) -> Result<Self, Error> {
        params.check()?;
        if let Some(constraints) = &params.constraints {
            supported(constraints)?;
        }
        Ok(Self { params })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &TailOverlayParams {
        &self.params
    }
}

impl Allocator for TailOverlay {
    type Input<'a> = OverlayInput<'a>;
    type Scratch = TailOverlayScratch;
    type Output = OverlayDecision;
    type Error = Error;

    /// Caps the weights.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit; [`Error::Programme`] with [`po_convex::Error::RiskLimitTooLow`] and the
    /// least conditional value at risk that the constraints allow, or [`po_convex::Error::Infeasible`] with the conflict
    /// where the constraints contradict each other already.
    fn allocate_into(
        &self,
        input: OverlayInput<'_>,
        scratch: &mut TailOverlayScratch,
        decision: &mut OverlayDecision,
    ) -> Result<(), Error> {
        let TailOverlayParams { cap, confidence, cost, constraints } = &self.params;
        let OverlayInput { weights, returns, probabilities } = input;
        let (assets, held) = (returns.assets(), weights.as_slice());
        if held.len() != assets {
            let (what, actual) = ("the list of weights", held.len());
            return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
        }
        let scenarios = CvarInput { returns, probabilities, mean: None };
        scenarios.write(&mut scratch.probabilities, &mut scratch.mean)?;
        scratch.frame.write(constraints.as_ref(), weights)?;
        write_costs(cost, assets, &mut scratch.costs)?;
        let TailOverlayScratch { frame, probabilities, costs, ones, linear, program, worst, .. } = scratch;
        decision.cvar_before = tail_mean(returns, probabilities, *confidence, held, worst);
        let limits = frame.limits();
        let (families, count) = frame.families(held, costs);
        let euclidean = *cost == OverlayCost::Distance;
        ones.clear();
        ones.resize(if euclidean { assets } else { 0 }, 1.0);
        linear.clear();
        linear.extend(held.iter().map(|weight| if euclidean { -weight } else { 0.0 }));
        let whole = CvarProgram {
            returns,
            probabilities,
            confidence: *confidence,
            price: 0.0,
            limit: *cap,
            linear,
            ridge: ones,
            lower: limits.lower,
            upper: limits.upper,
            rows: limits.rows,
            absolute: &families[..count],
        };
        let unchanged = decision.cvar_before <= *cap && violation(&whole, held) <= KEPT;
        let solution = &mut decision.program;
        if unchanged {
            solution.limit = 0.0;
            solution.tail.clear();
            solution.iterations = 0;
            solution.status = Status::Converged;
            solution.certificate = Certificate::default();
            solution.x.clear();
            solution.x.extend_from_slice(held);
        } else if let Err(error) = whole.solve_into(program, solution) {
            return Err(match least_cvar(&whole)? {
                least if least > *cap => {
                    let (what, limit) = ("the stressed conditional value at risk", *cap);
                    po_convex::Error::RiskLimitTooLow { what, limit, least }.into()
                }
                _ => error,
            });
        }
        report(&whole, held, cost, worst, decision)?;
        let OverlayDecision { turnover, cvar_before, cvar_after, .. } = decision;
        tracing::debug!(assets, turnover, cvar_before, cvar_after, "capped");
        Ok(())
    }
}

/// Fills in everything but what was there before.
fn report(
    program: &CvarProgram<'_>,
    held: &[f64],
    cost: &OverlayCost,
    worst: &mut Worst,
    decision: &mut OverlayDecision,
) -> Result<(), Error> {
    let OverlayDecision { program: solution, trades, reductions, tail, .. } = decision;
    let x = &solution.x;
    trades.clear();
    trades.extend(x.iter().zip(held).map(|(x, held)| x - held));
    let CvarProgram { returns, probabilities, confidence, limit: cap, .. } = *program;
    decision.cvar_after = tail_mean(returns, probabilities, confidence, x, worst);
    decision.turnover = trades.iter().map(|trade| trade.abs()).sum();
    let distance = dot(trades, trades).sqrt();
    decision.cost = match cost {
        OverlayCost::Turnover => decision.turnover,
        OverlayCost::Trading(Costs::Uniform(rate)) => rate * decision.turnover,
        OverlayCost::Trading(Costs::Each(rates)) => {
            rates.iter().zip(&*trades).map(|(rate, trade)| rate * trade.abs()).sum()
        }
        OverlayCost::Distance => distance,
    };
    // The programme has half the square of the distance.
    let scale = match cost {
        OverlayCost::Distance if distance > 0.0 => 1.0 / distance,
        _ => 1.0,
    };
    decision.price = (-solution.limit * scale).max(0.0);
    tail.clear();
    tail.extend(solution.tail.iter().filter(|(_, weight)| *weight > 0.0));
    reductions.clear();
    reductions.extend(trades.iter().enumerate().map(|(asset, trade)| {
        let column = returns.column(asset);
        let mean: f64 = tail.iter().map(|&(scenario, weight)| weight * column[scenario]).sum();
        // Of what is not traded, no minus zero is left.
        trade * mean + 0.0
    }));
    decision.solution.weights.assign(x)?;
    decision.solution.iterations = solution.iterations;
    decision.solution.certificate = solution.certificate;
    let missed = decision.cvar_after - cap;
    let primal = &mut decision.solution.certificate.primal_residual;
    *primal = primal.max(missed);
    let held = missed <= MISSED * decision.cvar_before.abs().max(cap.abs());
    decision.solution.status = if held { solution.status } else { Status::Stalled };
    Ok(())
}

/// The rate of each asset that a change is charged; empty for the distance.
fn write_costs(cost: &OverlayCost, assets: usize, rates: &mut Vec<f64>) -> Result<(), InputError> {
    rates.clear();
    match cost {
        OverlayCost::Turnover => rates.resize(assets, 1.0),
        OverlayCost::Trading(Costs::Uniform(rate)) => rates.resize(assets, *rate),
        OverlayCost::Trading(Costs::Each(each)) => rates.extend_from_slice(each),
        OverlayCost::Distance => return Ok(()),
    }
    if rates.len() != assets {
        let (what, actual) = ("the list of trading costs", rates.len());
        return Err(InputError::LengthMismatch { what, expected: assets, actual });
    }
    match rates.iter().position(|rate| !(rate.is_finite() && *rate >= 0.0)) {
        None => Ok(()),
        Some(asset) => {
            let (name, value, expected) = ("the trading cost", rates[asset], "a finite number, zero or more");
            Err(InputError::AssetOutOfRange { name, asset, value, expected })
        }
    }
}

/// By how much weights miss their constraints.
fn violation(program: &CvarProgram<'_>, x: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    for (x, (lower, upper)) in x.iter().zip(program.lower.iter().zip(program.upper)) {
        most = most.max(lower - x).max(x - upper);
    }
    for row in 0..program.rows.len() {
        let value = dot(program.rows.row(row), x);
        most = most.max(program.rows.lower()[row] - value).max(value - program.rows.upper()[row]);
    }
    for family in program.absolute {
        let value: f64 = x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
        most = most.max(value - family.limit);
    }
    most
}

/// Refuses what needs a covariance or a choice of assets.
fn supported(constraints: &Constraints) -> Result<(), Error> {
    let refuse =
        |constraint| Err(po_convex::Error::Unsupported { method: "the tail overlay", constraint }.into());
    if constraints.tracking_error.is_some() {
        return refuse("a limit on the tracking error, which needs a covariance");
    }
    if !constraints.is_convex() {
        return refuse(
            "a choice of assets: a limit on their number, a least position or a greatest correlation",
        );
    }
    Ok(())
}
