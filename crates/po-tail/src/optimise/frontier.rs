//! The efficient frontier of return and tail risk, point by point.

use po_convex::Constraints;
use po_core::{Allocator, Confidence, InputError};

use super::allocate::{MeanCvar, MeanCvarScratch};
use super::measure::TailMeasure;
use super::wasserstein::Wasserstein;
use crate::{CvarInput, CvarObjective, CvarPortfolio, Error, MeanCvarParams};

/// A target below all returns.
const NONE: f64 = -1e300;

/// Settings of [`cvar_frontier`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `points` | 50 | `>= 2` | how many portfolios |
/// | `spacing` | `Return` | two ways | between which numbers the steps are equal |
/// | `measure` | `Cvar` | seven measures | the risk |
/// | `confidence` | 0.95 | (0, 1) | β, the level of the tail |
/// | `constraints` | long-only, fully invested | see [`Constraints`] | what a portfolio must satisfy |
/// | `robust` | none | radius `>= 0` | the distributions near the scenarios to be safe against |
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CvarFrontierParams {
    /// How many portfolios, both ends among them.
    pub points: usize,
    /// Between which numbers the steps are equal.
    pub spacing: CvarSpacing,
    /// The measure of risk.
    pub measure: TailMeasure,
    /// β.
    pub confidence: Confidence,
    /// What a portfolio must satisfy.
    pub constraints: Constraints,
    /// The distributions near the scenarios to be safe against.
    pub robust: Option<Wasserstein>,
}

/// Between which numbers of neighbouring points the steps are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum CvarSpacing {
    /// Expected returns, less trading costs.
    #[default]
    Return,
    /// Risks.
    Cvar,
}

impl Default for CvarFrontierParams {
    fn default() -> Self {
        let MeanCvarParams { measure, confidence, constraints, robust, .. } = MeanCvarParams::default();
        Self { points: 50, spacing: CvarSpacing::default(), measure, confidence, constraints, robust }
    }
}

/// Portfolios from the least risk to the greatest return, each the best for its return or its risk, and each with its
/// proof.
///
/// The shadow price of the target return, or the inverse of that of the limit on the risk, is the slope of the frontier.
///
/// # Errors
/// As [`MeanCvar`]; [`InputError::OutOfRange`] for fewer than two points; [`po_convex::Error::Unbounded`] where
/// returns have no limit.
///
/// # Cost
/// Each point begins at the tail of the one before.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns};
/// use po_tail::{CvarFrontierParams, cvar_frontier};
///
/// let returns = Returns::from_column_slice(4, 2, &[-0.10, 0.05, 0.05, 0.08, 0.01, 0.00, 0.01, 0.00])?;
/// let params = CvarFrontierParams { points: 3, confidence: Confidence::new(0.5)?, ..Default::default() };
/// let frontier = cvar_frontier(&params, (&returns).into())?;
/// let means: Vec<f64> = frontier.iter().map(|portfolio| portfolio.mean).collect();
/// assert!((means[1] - 0.5 * (means[0] + means[2])).abs() < 1e-12);
/// assert!((means[2] - 0.02).abs() < 1e-12);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Rockafellar and Uryasev (2000), section 3; Krokhmal, Palmquist and Uryasev (2002), section 3, for the equivalence
/// of both ways to ask.
pub fn cvar_frontier(params: &CvarFrontierParams, input: CvarInput<'_>) -> Result<Vec<CvarPortfolio>, Error> {
    let CvarFrontierParams { points, spacing, measure, confidence, constraints, robust } = params;
    if *points < 2 {
        let (name, value, expected) = ("the number of points", *points as f64, "two or more");
        return Err(InputError::OutOfRange { name, value, expected }.into());
    }
    let mut scratch = MeanCvarScratch::default();
    let mut point = |objective, before: Option<&CvarPortfolio>| -> Result<CvarPortfolio, Error> {
        let (constraints, warm_start) = (constraints.clone(), before.is_some());
        let (measure, confidence, robust) = (*measure, *confidence, *robust);
        let params = MeanCvarParams {
            objective,
            measure,
            confidence,
            constraints,
            robust,
            warm_start,
            ..MeanCvarParams::default()
        };
        let mut portfolio = before.cloned().unwrap_or_default();
        MeanCvar::new(params)?.allocate_into(input, &mut scratch, &mut portfolio)?;
        Ok(portfolio)
    };
    let free = constraints.costs.is_none();
    let least = if free { CvarObjective::MinCvar } else { CvarObjective::MinRisk { target_return: NONE } };
    let first = point(least, None)?;
    let last = point(CvarObjective::MaxReturn { cvar: f64::INFINITY }, None)?;
    let net = |portfolio: &CvarPortfolio| portfolio.mean - portfolio.cost;
    // Of several portfolios with the greatest return, the one with the least risk.
    let target_return = net(&last);
    let last = point(CvarObjective::MinRisk { target_return }, Some(&last)).unwrap_or(last);
    let mut portfolios = Vec::with_capacity(*points);
    portfolios.push(first);
    for place in 1..points - 1 {
        let fraction = place as f64 / (points - 1) as f64;
        let between = |a: f64, b: f64| a + fraction * (b - a);
        let (first, before) = (&portfolios[0], &portfolios[place - 1]);
        let objective = match spacing {
            CvarSpacing::Return => CvarObjective::MinRisk { target_return: between(net(first), net(&last)) },
            CvarSpacing::Cvar => CvarObjective::MaxReturn { cvar: between(first.risk, last.risk) },
        };
        portfolios.push(point(objective, Some(before))?);
    }
    portfolios.push(last);
    tracing::debug!(assets = input.returns.assets(), points, "traced the frontier");
    Ok(portfolios)
}
