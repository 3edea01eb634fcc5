//! The last digits: Newton steps from where the interior point stopped.

use po_core::nalgebra::{DMatrix, DVector};
use po_core::simd::{axpy, dot};
use po_core::{Covariance, InputError};

use super::certificate::certify;
use super::program::{ConicProgram, ConicSolution, distance, risk_at};
use crate::interior::multiply;
use crate::{Error, Program, ProgramSolution, Risk};

/// Steps at most, and how many in a row may do no better: each doubles the digits, apart from those that look for a
/// trade of nearly nothing.
const STEPS: usize = 12;
const PATIENCE: usize = 5;

/// An error below this is rounding.
const ROUNDING: f64 = 1e-13;

/// Below this, a risk in the objective has a kink that no quadratic form describes.
const NO_RISK: f64 = 1e-7;

/// Trades below this are taken for none to begin with; from next to nothing, the slope of the cost tells little of
/// none.
const NO_TRADE: [f64; 2] = [1e-6, 0.0];

/// Trades below this bend the cost as those of this size do.
const LEAST_TRADE: f64 = 1e-14;

/// The most assets for which the second derivatives are written out.
const ASSETS: usize = 1000;

/// Improves a solution that is certified, as far as steps improve its certificate; `scale` is the largest slope of
/// the objective.
///
/// Near the optimum the Lagrangian is a quadratic form and each limit on a risk a plane, so that what is left is a
/// quadratic programme with the bounds, rows and kinks of the original; the active set solves it to rounding.
///
/// # Source
/// Sequential quadratic programming: Nocedal and Wright, Numerical Optimization (2006), algorithm 18.1. Along the
/// normal of a limit the quadratic form is that of the risk's square: the limit holds that direction anyway.
pub(super) fn polish(
    conic: &ConicProgram<'_>,
    scale: f64,
    read: &mut ProgramSolution,
    solution: &mut ConicSolution,
) {
    if conic.program.len() > ASSETS {
        return;
    }
    let mut best = error(solution, scale);
    for no_trade in NO_TRADE {
        let (mut point, mut certified, mut idle) = (read.clone(), solution.clone(), 0);
        for number in 0..STEPS {
            if best <= ROUNDING || idle > PATIENCE {
                break;
            }
            let no_trade = if number == 0 { no_trade } else { 0.0 };
            let Ok((next, better)) = step(conic, no_trade, &point, &certified) else { break };
            (point, certified) = (next, better);
            idle += 1;
            if error(&certified, scale) < best {
                idle = 0;
                best = error(&certified, scale);
                (*read, *solution) = (point.clone(), certified.clone());
            }
        }
    }
}

/// One step.
fn step(
    conic: &ConicProgram<'_>,
    no_trade: f64,
    read: &ProgramSolution,
    solution: &ConicSolution,
) -> Result<(ProgramSolution, ConicSolution), Error> {
    let model = Model::at(conic, no_trade, read, solution)?;
    let (mut next, limits) = model.solve(conic)?;
    let iterations = solution.iterations + next.iterations;
    let mut better = ConicSolution { limits, iterations, ..solution.clone() };
    certify(conic, &vec![Vec::new(); conic.costs.len()], &mut next, &mut better);
    Ok((next, better))
}

/// The quadratic programme near a point.
struct Model {
    /// Second derivatives of the Lagrangian, apart from those that stand on the diagonal alone.
    hessian: Covariance,
    ridge: Vec<f64>,
    linear: Vec<f64>,
    /// The gradient of each risk that has a limit.
    normals: Vec<Vec<f64>>,
}

impl Model {
    fn at(
        conic: &ConicProgram<'_>,
        no_trade: f64,
        read: &ProgramSolution,
        solution: &ConicSolution,
    ) -> Result<Self, InputError> {
        let program = &conic.program;
        let mut x = read.x.clone();
        if let Some(power_cost) = conic.power_cost {
            for (x, center) in x.iter_mut().zip(power_cost.center) {
                *x = if (*x - center).abs() < no_trade { *center } else { *x };
            }
        }
        let x = x.as_slice();
        let assets = program.len();
        let mut matrix = DMatrix::zeros(assets, assets);
        let mut product = vec![0.0; assets];
        let mut gradient = program.linear.to_vec();
        add_form(program.scale, program.risk, &mut matrix)?;
        multiply(program.risk, x, &mut product);
        axpy(program.scale, &product, &mut gradient);
        let mut ridge = if program.ridge.is_empty() { vec![0.0; assets] } else { program.ridge.to_vec() };
        for ((gradient, ridge), x) in gradient.iter_mut().zip(&ridge).zip(x) {
            *gradient += ridge * x;
        }
        for cost in conic.costs.iter().filter(|cost| cost.price > 0.0) {
            let risk = risk_at(cost.risk, cost.center, x, &mut product);
            if risk <= NO_RISK {
                return Err(InputError::NotConverged { what: "a risk at its kink" });
            }
            axpy(cost.price / risk, &product, &mut gradient);
            add_form(cost.price / risk, cost.risk, &mut matrix)?;
            let slope = DVector::from_column_slice(&product) / risk;
            matrix.ger(-cost.price / risk, &slope, &slope, 1.0);
        }
        if let Some(power_cost) = conic.power_cost {
            let trades = distance(power_cost.center, x);
            for (asset, (cost, trade)) in power_cost.cost.iter().zip(trades).enumerate() {
                gradient[asset] += 1.5 * cost * trade.abs().sqrt() * trade.signum();
                ridge[asset] += 0.75 * cost / trade.abs().max(LEAST_TRADE).sqrt();
            }
        }
        let mut normals = Vec::with_capacity(conic.limits.len());
        for (limit, multiplier) in conic.limits.iter().zip(&solution.limits) {
            let risk = risk_at(limit.risk, limit.center, x, &mut product);
            let part = if risk > 0.0 { 1.0 / risk } else { 0.0 };
            add_form(-multiplier * part, limit.risk, &mut matrix)?;
            normals.push(product.iter().map(|slope| slope * part).collect());
        }
        for asset in 0..assets {
            matrix[(asset, asset)] = matrix[(asset, asset)].max(0.0);
        }
        let hessian = Covariance::new(matrix)?;
        // Around x: g'(u - x) + ½ (u - x)'H(u - x).
        multiply((&hessian).into(), x, &mut product);
        axpy(-1.0, &product, &mut gradient);
        for ((linear, ridge), x) in gradient.iter_mut().zip(&ridge).zip(x) {
            *linear -= ridge * x;
        }
        Ok(Self { hessian, ridge, linear: gradient, normals })
    }

    /// The solution of the quadratic programme, and the multipliers of the limits.
    fn solve(&self, conic: &ConicProgram<'_>) -> Result<(ProgramSolution, Vec<f64>), Error> {
        let program = &conic.program;
        let mut rows = program.rows.clone();
        for (limit, normal) in conic.limits.iter().zip(&self.normals) {
            // risk(x) + normal'(u - x) <= limit, where normal'(x - b) = risk(x).
            let offset = if limit.center.is_empty() { 0.0 } else { dot(normal, limit.center) };
            rows.push(limit.label, normal, f64::NEG_INFINITY, limit.limit + offset)?;
        }
        let quadratic = Program {
            risk: Risk::Dense(&self.hessian),
            scale: 1.0,
            ridge: &self.ridge,
            linear: &self.linear,
            rows: &rows,
            ..*program
        };
        let mut solution = quadratic.solve()?;
        let limits = solution.rows.split_off(program.rows.len());
        Ok((solution, limits))
    }
}

/// How far a solution is from its proof, relative to the slopes of the objective.
pub(super) fn error(solution: &ConicSolution, scale: f64) -> f64 {
    let certificate = &solution.certificate;
    let slopes = certificate.dual_residual + certificate.complementarity + certificate.gap.abs();
    certificate.primal_residual.max(0.0) + slopes / scale.max(f64::MIN_POSITIVE)
}

/// Adds a covariance to a matrix.
fn add_form(factor: f64, risk: Risk<'_>, matrix: &mut DMatrix<f64>) -> Result<(), InputError> {
    if factor <= 0.0 {
        return Ok(());
    }
    match risk {
        Risk::Dense(covariance) => axpy(factor, covariance.as_slice(), matrix.as_mut_slice()),
        Risk::Factor(covariance) => {
            axpy(factor, covariance.covariance()?.as_slice(), matrix.as_mut_slice());
        }
    }
    Ok(())
}
