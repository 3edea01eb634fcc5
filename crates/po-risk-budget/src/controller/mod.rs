//! Exposure that keeps the use of a volatility budget within a band.

mod decision;
mod params;
mod state;

use std::iter::zip;

use po_convex::Risk;
use po_core::Weights;

use crate::Error;
use crate::contribution::check_length;
use crate::marginal::multiply;
use params::within;
use state::State;

pub use decision::{ControllerDecision, Reason};
pub use params::{DrawdownScaling, RiskBudgetControllerParams};

/// A use this near to an edge, relative to it, lies on the edge: what was traded there must not trade again.
const ROUNDING: f64 = 1e-12;
/// A variance this far below zero, relative to the variance without diversification, is not rounding any more.
const NEGATIVE: f64 = 1e-12;

/// Keeps the use of a volatility budget within a band, by the smallest changes of exposure that do.
///
/// ```text
/// use(w) = sqrt(w'Σ w) / volatility budget
/// exposure = min(clamp(use(held), lower, upper) / use(target), cap),  weights = exposure × target
/// ```
///
/// Nothing is traded while the forecast use of what is held lies in the band and no weight is farther than the weight
/// band from where the target would have it, at the same risk. Otherwise use goes to the nearest edge of the band, not
/// to its middle: no smaller trade does, which is what costs in proportion to the amount traded ask for (Davis and
/// Norman 1990). A use within the band is kept where only a weight has left its own.
///
/// Exposure has a cap: the leverage limit, lowered by a drawdown (see [`DrawdownScaling`]). A gross exposure above the
/// cap times that of the target is traded down at once. Where the cap keeps use below the band, the band moves down to
/// end at the use that the cap allows, with the same ratio of its edges; a use below it is traded up to the cap.
///
/// The forecast decides. Realised use is reported beside it, so that a forecast which is off shows.
///
/// # Cost
/// Two products with the covariance for each step: 2 N² multiplications, or 4 N K in factor form. No step after the
/// first allocates memory, as long as there are no more assets.
///
/// # Examples
/// ```
/// use po_core::{Covariance, Weights};
/// use po_risk_budget::{Reason, RiskBudgetController, RiskBudgetControllerParams};
///
/// // The asset has twice the volatility that is budgeted, so that an exposure of 0.4 uses 80 %.
/// let mut controller = RiskBudgetController::new(RiskBudgetControllerParams::default())?;
/// let covariance = Covariance::from_column_slice(1, &[0.02 * 0.02])?;
/// let (target, cash) = (Weights::new(vec![1.0])?, Weights::new(vec![0.0])?);
/// let decision = controller.step(&target, &cash, &covariance, None)?;
/// assert!((decision.exposure - 0.4).abs() < 1e-15);
/// assert_eq!(decision.reason, Reason::BelowBand);
///
/// // 0.44 of it, after the asset has risen, uses 88 %: within the band.
/// let decision = controller.step(&target, &Weights::new(vec![0.44])?, &covariance, 0.04)?;
/// assert!(!decision.traded);
/// assert!((decision.realised_use.unwrap_or_default() - 4.0).abs() < 1e-12);
/// # Ok::<(), po_risk_budget::Error>(())
/// ```
///
/// # Source
/// Moreira and Muir (2017) for portfolios managed by volatility, here by its forecast and with a band; Grossman and Zhou
/// (1993) for exposure that falls with a drawdown.
///
/// # Settings
/// [`RiskBudgetControllerParams`]. With the feature `serde`, the whole controller can be stored: the restored one
/// continues bit by bit as the stored one would have.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "state::Snapshot", into = "state::Snapshot"))]
pub struct RiskBudgetController {
    params: RiskBudgetControllerParams,
    state: State,
    decision: ControllerDecision,
    scratch: Scratch,
}

/// Working memory; it carries nothing from step to step.
#[derive(Clone, Debug, Default)]
struct Scratch {
    /// Σ w, N numbers.
    product: Vec<f64>,
    /// Exposures to factors, K numbers.
    exposures: Vec<f64>,
    /// The target at the exposure chosen, N numbers.
    wanted: Vec<f64>,
}

impl RiskBudgetController {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for a number outside the range that
    /// [`RiskBudgetControllerParams`] gives.
    pub fn new(params: RiskBudgetControllerParams) -> Result<Self, Error> {
        params.check()?;
        let (state, decision, scratch) =
            (State::default(), ControllerDecision::default(), Scratch::default());
        Ok(Self { params, state, decision, scratch })
    }

    /// Makes room for so many assets, so that no step with as many or fewer touches the heap.
    ///
    /// # Examples
    /// ```
    /// use po_risk_budget::{RiskBudgetController, RiskBudgetControllerParams};
    ///
    /// let mut controller = RiskBudgetController::new(RiskBudgetControllerParams::default())?;
    /// controller.reserve(100);
    /// assert_eq!(controller.decision().weights.len(), 0);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn reserve(&mut self, assets: usize) {
        let Scratch { product, exposures, wanted } = &mut self.scratch;
        for memory in [product, exposures, wanted] {
            memory.reserve(assets.saturating_sub(memory.len()));
        }
        self.decision.weights.reserve(assets);
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &RiskBudgetControllerParams {
        &self.params
    }

    /// The last decision; an empty one before the first step.
    #[must_use]
    pub fn decision(&self) -> &ControllerDecision {
        &self.decision
    }

    /// Takes in what the portfolio has earned in a period after which nothing is decided; a step takes in its own.
    ///
    /// # Errors
    /// [`Error::Input`] for a return that is not a finite number of -1 or more; the controller is then as it was.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Weights};
    /// use po_risk_budget::{RiskBudgetController, RiskBudgetControllerParams};
    ///
    /// let mut controller = RiskBudgetController::new(RiskBudgetControllerParams::default())?;
    /// controller.observe(0.25)?;
    /// controller.observe(-0.5)?;
    /// let (covariance, weights) = (Covariance::from_column_slice(1, &[0.0001])?, Weights::new(vec![1.0])?);
    /// let decision = controller.step(&weights, &weights, &covariance, 0.0)?;
    /// assert_eq!(decision.drawdown, 0.5);
    /// # Ok::<(), po_risk_budget::Error>(())
    /// ```
    pub fn observe(&mut self, realised_return: f64) -> Result<(), Error> {
        let mut state = self.state;
        state.observe(realised_return, self.params.half_life)?;
        self.state = state;
        Ok(())
    }

    /// Decides what to hold for the next period.
    ///
    /// `target` is the portfolio at an exposure of one, `held` what prices have made of the last decision, and `risk`
    /// the forecast covariance. `realised_return` is what the portfolio as a whole has earned since the last step; there
    /// is none at the start. After an error the controller is as it was before.
    ///
    /// # Shapes and units
    /// N weights, N weights, N x N in squared returns per period, and a fraction of capital.
    ///
    /// # Errors
    /// [`Error::Input`] when target or holdings have not one weight per asset, for a return that is not a finite number
    /// of -1 or more, and for numbers so large that a result overflows; [`Error::NegativeVariance`] for a matrix that
    /// is no covariance.
    pub fn step<'a>(
        &mut self,
        target: &Weights,
        held: &Weights,
        risk: impl Into<Risk<'a>>,
        realised_return: impl Into<Option<f64>>,
    ) -> Result<&ControllerDecision, Error> {
        let risk = risk.into();
        check_length("the list of target weights", risk.len(), target.len())?;
        check_length("the list of held weights", risk.len(), held.len())?;
        let RiskBudgetControllerParams { volatility_budget, half_life, weight_band, .. } = self.params;
        let mut state = self.state;
        if let Some(realised) = realised_return.into() {
            state.observe(realised, half_life)?;
        }
        let realised_use = state.volatility().map(|volatility| volatility / volatility_budget);
        finite("the realised use of the volatility budget", realised_use.unwrap_or_default())?;

        let target_use = self.scratch.volatility(risk, target.as_slice())? / volatility_budget;
        let held_use = self.scratch.volatility(risk, held.as_slice())? / volatility_budget;
        finite("the use of the volatility budget by the target", target_use)?;
        finite("the use of the volatility budget by what is held", held_use)?;
        let drawdown = state.drawdown();
        let scale = self.params.drawdown.map_or(1.0, |scaling| scaling.scale(drawdown));
        let exposure_cap = self.params.leverage_limit * scale;
        let (lower, upper) = self.params.band;
        // A target without risk has no exposure that uses the budget: the division gives infinity, and the cap counts.
        let wanted_exposure = (held_use.clamp(lower, upper) / target_use).min(exposure_cap);

        let Scratch { wanted, .. } = &mut self.scratch;
        wanted.clear();
        wanted.extend(target.as_slice().iter().map(|weight| wanted_exposure * weight));
        let distance = |(held, wanted): (&f64, &f64)| (held - wanted).abs();
        let turnover: f64 = zip(held.as_slice(), &*wanted).map(distance).sum();
        let (held_gross, target_gross) = (held.gross(), target.gross());
        finite("the turnover", turnover)?;
        finite("the gross exposure of the target", target_gross)?;
        finite("the gross exposure of what is held", held_gross)?;

        let reach = exposure_cap * target_use;
        let floor = if reach < lower { reach * (lower / upper) } else { lower };
        let drifted =
            |(held, wanted): (&f64, &f64)| (held - wanted).abs() > weight_band + ROUNDING * wanted.abs();
        let reason = if held_use > upper * (1.0 + ROUNDING) {
            Reason::AboveBand
        } else if held_gross > exposure_cap * target_gross * (1.0 + ROUNDING) {
            if scale < 1.0 { Reason::Drawdown } else { Reason::OverLeverage }
        } else if held_use < floor * (1.0 - ROUNDING) {
            Reason::BelowBand
        } else if zip(held.as_slice(), &*wanted).any(drifted) {
            Reason::WeightDrift
        } else if held_use < lower * (1.0 - ROUNDING) {
            Reason::AtCap
        } else {
            Reason::InBand
        };
        let traded = reason.is_trade();
        self.decision.weights.assign(if traded { wanted } else { held.as_slice() })?;
        // From here on nothing fails.
        let held_exposure = if target_gross > 0.0 { held_gross / target_gross } else { 0.0 };
        let (exposure, forecast_use, turnover) = if traded {
            (wanted_exposure, wanted_exposure * target_use, turnover)
        } else {
            (held_exposure, held_use, 0.0)
        };
        self.state = state;
        let decision = &mut self.decision;
        (decision.exposure, decision.exposure_cap, decision.turnover) = (exposure, exposure_cap, turnover);
        (decision.held_use, decision.forecast_use) = (held_use, forecast_use);
        (decision.realised_use, decision.drawdown) = (realised_use, drawdown);
        (decision.traded, decision.reason) = (traded, reason);
        Ok(&self.decision)
    }
}

impl Scratch {
    /// The volatility of a portfolio.
    fn volatility(&mut self, risk: Risk<'_>, weights: &[f64]) -> Result<f64, Error> {
        multiply(risk, weights, &mut self.exposures, &mut self.product)?;
        let variance: f64 = zip(&self.product, weights).map(|(product, weight)| product * weight).sum();
        finite("the variance of the portfolio", variance)?;
        if variance >= 0.0 {
            return Ok(variance.sqrt());
        }
        // In factor form, what is below zero is rounding.
        if let Risk::Dense(covariance) = risk {
            let variances = covariance.as_slice().iter().step_by(weights.len() + 1);
            let undiversified: f64 =
                zip(variances, weights).map(|(variance, weight)| variance.sqrt() * weight.abs()).sum();
            let ratio = variance / (undiversified * undiversified);
            if ratio < -NEGATIVE {
                return Err(Error::NegativeVariance { ratio });
            }
        }
        Ok(0.0)
    }
}

fn finite(name: &'static str, value: f64) -> Result<(), Error> {
    Ok(within(name, value, f64::is_finite, "a finite number")?)
}
