//! What an optimiser has to tell beside weights: the objective, the outlook, and the proof.

use po_engine::Solution;
use po_engine::convex::Objective;
use serde_json::{Map, Value, json};

use super::effect::objective_name;
use super::limits::{constraints_json, costs_json};
use super::{Report, percent, status_name};
use crate::optimise::Optimum;
use crate::outlook::Basis;

impl Optimum {
    /// The value of the objective, as people write it.
    fn value(&self) -> String {
        let value = self.portfolio.objective;
        match self.objective {
            Objective::Utility { .. }
            | Objective::Robust { .. }
            | Objective::MaxReturn { .. }
            | Objective::MinTrackingError => format!("{} a year", percent(value)),
            Objective::MinVariance | Objective::MinRisk { .. } => format!("{value:.6} a year"),
            _ => format!("{value:.4}"),
        }
    }
}

/// The lines of the summary.
pub(super) fn summary(optimum: &Optimum) -> String {
    let portfolio = &optimum.portfolio;
    let mut text = String::new();
    if let (Some(mean), Some(basis)) = (portfolio.mean, optimum.basis) {
        // Of the weights that were found: an overlay may have changed those of the report.
        let error = portfolio.volatility() / optimum.years.sqrt();
        let source = match basis {
            Basis::Sample => format!("{}, standard error {}", basis.words(), percent(error)),
            _ => basis.words().to_owned(),
        };
        text += &format!("expected return {} a year ({source})\n", percent(mean));
        if portfolio.cost > 0.0 {
            text += &format!("trading costs {} of it a year\n", percent(portfolio.cost));
        }
    }
    let minimised = optimum.objective == Objective::MinTrackingError;
    if let Some(error) = portfolio.tracking_error.filter(|_| !minimised) {
        text += &format!("tracking error {} a year\n", percent(error));
    }
    let (name, extreme) = (objective_name(&optimum.objective), extreme(&optimum.objective));
    let nodes = match portfolio.nodes {
        0 => String::new(),
        1 => " (1 choice of assets tried)".to_owned(),
        nodes => format!(" ({nodes} choices of assets tried)"),
    };
    text += &format!(
        "{name} {}: no portfolio within the constraints has a {extreme} one by more than {}{nodes}\n",
        optimum.value(),
        residual(portfolio.gap())
    );
    text
}

fn extreme(objective: &Objective) -> &'static str {
    if objective.is_maximised() { "greater" } else { "smaller" }
}

/// The size of something that would be zero if numbers had all digits.
pub(crate) fn residual(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{:.1e}", value.abs()) }
}

/// How the search ended, and how far the result is from perfect.
pub(super) fn certificate(solution: &Solution) -> String {
    let certificate = &solution.certificate;
    let iterations = if solution.iterations == 1 { "iteration" } else { "iterations" };
    format!(
        "{} after {} {iterations}; residuals: primal {}, dual {}, complementarity {}, gap {}\n",
        status_name(solution.status).replace('-', " "),
        solution.iterations,
        residual(certificate.primal_residual),
        residual(certificate.dual_residual),
        residual(certificate.complementarity),
        residual(certificate.gap),
    )
}

/// The proof for programs.
pub(super) fn certificate_json(solution: &Solution) -> Value {
    let certificate = &solution.certificate;
    json!({
        "primal_residual": certificate.primal_residual,
        "dual_residual": certificate.dual_residual,
        "complementarity": certificate.complementarity,
        "gap": certificate.gap,
        "iterations": solution.iterations,
    })
}

/// The keys of an optimum.
pub(super) fn object(report: &Report, optimum: &Optimum) -> Map<String, Value> {
    let portfolio = &optimum.portfolio;
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    let sense = if optimum.objective.is_maximised() { "maximised" } else { "minimised" };
    put(
        "objective",
        json!({
            "name": objective_name(&optimum.objective),
            "sense": sense,
            "value": portfolio.objective,
            "bound": portfolio.bound,
            "nodes": portfolio.nodes,
        }),
    );
    if let (Some(mean), Some(basis)) = (portfolio.mean, optimum.basis) {
        put("expected_return", json!({ "annual": mean, "basis": basis.key(), "cost": portfolio.cost }));
    }
    if let Some(error) = portfolio.tracking_error {
        put("tracking_error", error.into());
    }
    put("constraints", constraints_json(report));
    put("shadow_prices", costs_json(report, optimum));
    object
}
