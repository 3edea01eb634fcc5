//! From multipliers to the objective, its shadow prices and its proof.

use super::{Optimum, Question, ROUNDING};
use crate::Objective;
use crate::path::{Multipliers, PathScratch, Request};

/// A multiplier as near as this to what the weights say, in its own units, is made to agree with them.
const NEAR: f64 = 1e-6;

/// The objective, its multipliers and its proof.
pub(super) fn conclude(
    request: &Request<'_>,
    question: &Question<'_>,
    binding: bool,
    scratch: &mut PathScratch,
) -> Optimum {
    let now = &scratch.now;
    let (theta, lambda) = (now.at.theta, now.at.lambda);
    let (variance, reward) = (now.variance, now.reward);
    let (volatility, tracking) = (variance.sqrt(), now.tracking.sqrt());
    let per_lambda = if lambda > 0.0 { 1.0 / lambda } else { 0.0 };
    let least = 1.0 - theta;
    let limit = question.tracking.unwrap_or(0.0);
    let mut optimum = Optimum::default();
    // In what follows, eta is the multiplier of half the squared tracking error.
    match question.objective {
        Objective::MinVariance | Objective::MinRisk { .. } => {
            optimum.value = variance;
            optimum.scale = if least > 0.0 { 2.0 / least } else { 0.0 };
            optimum.tracking = -optimum.scale * theta * limit;
            if let Objective::MinRisk { target_return } = question.objective {
                optimum.target = if binding { optimum.scale * lambda } else { 0.0 };
                optimum.violation = target_return - reward;
            }
        }
        Objective::Utility { risk_aversion } => {
            let x = &now.solution.x;
            let ridge: f64 = request.ridge.iter().zip(x).map(|(ridge, x)| ridge * x * x).sum();
            optimum.value = reward - 0.5 * (risk_aversion * request.scale * variance + ridge);
            optimum.scale = per_lambda;
            let price = theta * per_lambda;
            optimum.tracking = price * limit;
            if question.tracking.is_some() {
                // What the limit leaves unused, its multiplier charges for.
                let unused = 0.5 * price * (limit * limit - now.tracking);
                optimum.gap = Some(now.solution.certificate.gap * per_lambda + unused.abs());
            }
        }
        Objective::MaxReturn { volatility: greatest } => {
            optimum.value = reward;
            if binding {
                optimum.scale = per_lambda;
            } else {
                scratch.certify_reward(request);
                optimum.scale = 1.0;
            }
            optimum.tracking = if binding { theta * per_lambda * limit } else { 0.0 };
            if greatest < f64::INFINITY {
                optimum.volatility = if binding { least * per_lambda * greatest } else { 0.0 };
                optimum.violation = volatility - greatest;
            }
        }
        Objective::MaxSharpe { .. } | Objective::MaxDiversification => {
            optimum.value = reward / volatility;
            let lambda = if reward > 0.0 { least * variance / reward } else { lambda };
            scratch.certify(request, Multipliers { theta, lambda });
            optimum.scale = if lambda > 0.0 { 1.0 / (volatility * lambda) } else { 0.0 };
            optimum.tracking = optimum.scale * theta * limit;
        }
        Objective::MaxDecorrelation => (optimum.value, optimum.scale) = (variance, 2.0),
        Objective::MinTrackingError => {
            optimum.value = tracking;
            // A norm that is zero has the slope zero: no multiplier is needed to prove it least.
            optimum.scale = if tracking > ROUNDING * volatility { 1.0 / tracking } else { 0.0 };
            // The programme bounds half the square.
            let rest = now.tracking - 2.0 * now.solution.certificate.gap.abs();
            optimum.gap = Some(tracking - rest.max(0.0).sqrt());
        }
        Objective::Robust { risk_aversion, kappa, uncertainty } => {
            let kappa = kappa / uncertainty.observations().sqrt();
            optimum.value = reward - kappa * volatility - 0.5 * risk_aversion * variance;
            // Without risk, the multipliers are those of the programme, which need not meet the charge.
            let exact = least * volatility / (risk_aversion * volatility + kappa);
            let lambda = if (exact - lambda).abs() <= NEAR * lambda { exact } else { lambda };
            scratch.certify(request, Multipliers { theta, lambda });
            optimum.scale = if lambda > 0.0 { 1.0 / lambda } else { 0.0 };
            optimum.tracking = optimum.scale * theta * limit;
        }
    }
    if let Some(limit) = question.tracking {
        optimum.violation = optimum.violation.max(tracking - limit);
    }
    optimum.violation = optimum.violation.max(0.0);
    optimum
}
