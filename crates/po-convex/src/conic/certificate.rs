//! The proof of optimality, from the programme, the weights and the multipliers alone.

use po_core::simd::{axpy, dot};

use super::program::{ConicProgram, ConicSolution, distance, risk_at};
use crate::interior::multiply;
use crate::kernel::{CertificateScratch, Form, certify as certify_quadratic};
use crate::{Program, ProgramSolution};

/// Below this, the gradient of a risk is made of rounding.
const NO_RISK: f64 = 1e-7;

/// Fills in the objective, the risks, the multipliers of the bounds, and the certificate.
///
/// Multipliers of rows, families and limits are taken as given, with their signs made right. What is not quadratic
/// is replaced by its tangent at x, which lies below it; so whatever the multipliers, the dual objective of the
/// quadratic programme that is left lies below the optimum. Where a risk in the objective is zero, it has many
/// tangents; `pulls` holds those that the method found. Returns the largest slope of the objective at x.
pub(super) fn certify(
    conic: &ConicProgram<'_>,
    pulls: &[Vec<f64>],
    read: &mut ProgramSolution,
    solution: &mut ConicSolution,
) -> f64 {
    let program = &conic.program;
    let mut product = vec![0.0; program.len()];
    let mut tangent = vec![0.0; program.len()];
    // The objective beyond the programme; what tangents and limits leave between primal and dual objective.
    let (mut beyond, mut gap) = (0.0, 0.0);
    for (cost, pull) in conic.costs.iter().zip(pulls).filter(|(cost, _)| cost.price > 0.0) {
        let risk = risk_at(cost.risk, cost.center, &read.x, &mut product);
        beyond += cost.price * risk;
        if risk > NO_RISK {
            axpy(cost.price / risk, &product, &mut tangent);
        } else {
            axpy(1.0, pull, &mut tangent);
            gap += cost.price * risk - dot(pull, &distance(cost.center, &read.x));
        }
    }
    if let Some(power_cost) = conic.power_cost {
        let trades = distance(power_cost.center, &read.x);
        for ((tangent, cost), trade) in tangent.iter_mut().zip(power_cost.cost).zip(trades) {
            beyond += cost * trade.abs().powf(1.5);
            *tangent += 1.5 * cost * trade.abs().sqrt() * trade.signum();
        }
    }
    multiply(program.risk, &read.x, &mut product);
    let slope = |asset: usize| {
        let ridge = program.ridge.get(asset).copied().unwrap_or(0.0);
        tangent[asset] + program.linear[asset] + program.scale * product[asset] + ridge * read.x[asset]
    };
    let scale = (0..program.len()).map(|asset| slope(asset).abs()).fold(0.0, f64::max);
    let (mut primal_residual, mut complementarity) = (0.0f64, 0.0f64);
    solution.risks.clear();
    for (limit, multiplier) in conic.limits.iter().zip(&mut solution.limits) {
        let risk = risk_at(limit.risk, limit.center, &read.x, &mut product);
        solution.risks.push(risk);
        primal_residual = primal_residual.max(risk - limit.limit);
        *multiplier = if limit.limit.is_finite() && risk > 0.0 { multiplier.min(0.0) } else { 0.0 };
        if *multiplier < 0.0 {
            axpy(-*multiplier / risk, &product, &mut tangent);
            let slack = *multiplier * (risk - limit.limit);
            complementarity = complementarity.max(slack.abs());
            gap += slack;
        }
    }

    axpy(1.0, program.linear, &mut tangent);
    let quadratic = Program { linear: &tangent, ..*program };
    certify_quadratic(&quadratic, &Form::of(&quadratic), None, &mut CertificateScratch::default(), read);
    axpy(-1.0, program.linear, &mut tangent);
    solution.objective = read.objective - dot(&tangent, &read.x) + beyond;
    solution.certificate = read.certificate;
    let certificate = &mut solution.certificate;
    certificate.primal_residual = certificate.primal_residual.max(primal_residual);
    certificate.complementarity = certificate.complementarity.max(complementarity);
    certificate.gap += gap;
    scale
}
