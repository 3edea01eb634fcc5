//! The proof of optimality, from the programme, the weights and the multipliers alone.

use po_core::Certificate;
use po_core::simd::{axpy, dot};

use super::piece::Piece;
use super::tail::{Tail, share};
use crate::{CvarProgram, CvarSolution};

/// Multipliers: of the scenarios in the tail, of rows, of limits on absolute values, and of the cap.
#[derive(Clone, Debug, Default)]
pub(super) struct Multipliers {
    /// z, a list of scenarios and their prices, which sum to λ + η.
    pub(super) tail: Vec<(usize, f64)>,
    pub(super) rows: Vec<f64>,
    /// Zero or more.
    pub(super) absolute: Vec<f64>,
    /// η, zero or more.
    pub(super) cap: f64,
}

impl Multipliers {
    /// The slope of the Lagrangian along each asset, but for absolute values and the ridge.
    pub(super) fn slopes_into(&self, program: &CvarProgram<'_>, slopes: &mut Vec<f64>) {
        slopes.clear();
        slopes.extend_from_slice(program.linear);
        for (asset, slope) in slopes.iter_mut().enumerate() {
            let returns = program.returns.column(asset);
            *slope -= self.tail.iter().map(|(t, z)| z * returns[*t]).sum::<f64>();
        }
        for (row, &y) in self.rows.iter().enumerate() {
            axpy(-y, program.rows.row(row), slopes);
        }
    }

    /// Those of a programme in which no asset can move.
    pub(super) fn fixed(&mut self, program: &CvarProgram<'_>, tail: &Tail) {
        self.cap = 0.0;
        self.rows.clear();
        self.rows.resize(program.rows.len(), 0.0);
        self.absolute.clear();
        self.absolute.resize(program.absolute.len(), 0.0);
        self.tail.clear();
        self.tail.extend(tail.scenarios().iter().map(|&t| (t, program.price * share(program, t))));
        if let Some((_, last)) = self.tail.last_mut() {
            *last = 0.0;
        }
        let others: f64 = self.tail.iter().map(|(_, z)| z).sum();
        if let Some((_, last)) = self.tail.last_mut() {
            *last = (program.price - others).max(0.0);
        }
        self.repair(program);
    }

    /// Makes signs right, and the prices of the tail a worst mean: at most their share each, and all of them λ + η.
    pub(super) fn repair(&mut self, program: &CvarProgram<'_>) {
        self.cap = if program.limit.is_finite() { self.cap.max(0.0) } else { 0.0 };
        for (row, price) in self.rows.iter_mut().enumerate() {
            let (lower, upper) = (program.rows.lower()[row], program.rows.upper()[row]);
            if (*price > 0.0 && lower.is_infinite()) || (*price < 0.0 && upper.is_infinite()) {
                *price = 0.0;
            }
        }
        for (price, family) in self.absolute.iter_mut().zip(program.absolute) {
            *price = if family.limit.is_finite() { price.max(0.0) } else { 0.0 };
        }
        let price = program.price + self.cap;
        self.tail.retain(|(_, z)| *z > 0.0);
        for _ in 0..20 {
            let mut total = 0.0;
            let mut free = 0.0;
            for (t, z) in &mut self.tail {
                let most = price * share(program, *t);
                *z = z.clamp(0.0, most);
                total += *z;
                free += if *z < most { *z } else { 0.0 };
            }
            let missing = price - total;
            if missing.abs() <= 1e-16 * price || free <= 0.0 {
                break;
            }
            let factor = 1.0 + missing / free;
            for (t, z) in &mut self.tail {
                if *z < price * share(program, *t) {
                    *z *= factor.max(0.0);
                }
            }
        }
    }
}

/// Fills in all of a solution but x and how the search went.
///
/// The dual objective takes the least of the Lagrangian over each weight within its bounds, so that the optimum lies
/// between it and the primal one whatever the multipliers are. A weight without a bound on the side to which its slope
/// falls is taken where it stands, and the slope counts as a dual residual.
pub(super) fn certify(
    program: &CvarProgram<'_>,
    tail: &mut Tail,
    multipliers: &Multipliers,
    gradient: &mut Vec<f64>,
    solution: &mut CvarSolution,
) {
    tail.measure(program, &solution.x);
    let x = &solution.x;
    let mut certificate = Certificate::default();
    let mut primal = program.price * tail.cvar + dot(program.linear, x);
    let mut dual = 0.0;
    let price = program.price + multipliers.cap;
    if program.limit.is_finite() {
        let slack = program.limit - tail.cvar;
        certificate.primal_residual = certificate.primal_residual.max(-slack);
        certificate.complementarity = certificate.complementarity.max((multipliers.cap * slack).abs());
        dual -= multipliers.cap * program.limit;
    }
    multipliers.slopes_into(program, gradient);
    // The worst mean falls short of the price where rounding keeps the tail from summing to it.
    let given = multipliers.tail.iter().map(|(_, z)| z).sum::<f64>();
    certificate.dual_residual = (price - given).abs();
    for (row, &y) in multipliers.rows.iter().enumerate() {
        let (lower, upper) = (program.rows.lower()[row], program.rows.upper()[row]);
        let value = dot(program.rows.row(row), x);
        certificate.primal_residual = certificate.primal_residual.max(lower - value).max(value - upper);
        if y != 0.0 {
            let limit = if y > 0.0 { lower } else { upper };
            dual += y * limit;
            certificate.complementarity = certificate.complementarity.max((y * (value - limit)).abs());
        }
    }
    for (family, &eta) in program.absolute.iter().zip(&multipliers.absolute) {
        let distances = x.iter().zip(family.center).map(|(x, center)| (x - center).abs());
        let total: f64 = distances.clone().sum();
        primal += family.cost.iter().zip(distances).map(|(cost, distance)| cost * distance).sum::<f64>();
        if family.limit.is_finite() {
            certificate.primal_residual = certificate.primal_residual.max(total - family.limit);
            certificate.complementarity =
                certificate.complementarity.max((eta * (total - family.limit)).abs());
            dual -= eta * family.limit;
        }
    }
    solution.bounds.clear();
    for asset in 0..x.len() {
        let piece = Piece { program, etas: &multipliers.absolute, asset, slope: gradient[asset] };
        primal += 0.5 * piece.ridge() * x[asset] * x[asset];
        let (least, residual) = piece.least(x[asset]);
        dual += least;
        certificate.dual_residual = certificate.dual_residual.max(residual);
        let multiplier = piece.multiplier(x[asset]);
        let (lower, upper) = (program.lower[asset], program.upper[asset]);
        certificate.primal_residual = certificate.primal_residual.max(lower - x[asset]).max(x[asset] - upper);
        solution.bounds.push(multiplier);
    }
    certificate.gap = primal - dual;
    solution.objective = primal;
    solution.var = tail.var;
    solution.cvar = tail.cvar;
    solution.rows.clear();
    solution.rows.extend_from_slice(&multipliers.rows);
    solution.absolute.clear();
    solution.absolute.extend(multipliers.absolute.iter().map(|eta| 0.0 - eta));
    solution.limit = 0.0 - multipliers.cap;
    solution.tail.clear();
    if price > 0.0 {
        solution.tail.extend(multipliers.tail.iter().map(|(t, z)| (*t, z / price)));
    }
    solution.certificate = certificate;
}
