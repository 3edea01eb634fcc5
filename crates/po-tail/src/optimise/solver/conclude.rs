//! What a search ends with: the better of an interior point and the vertex near to it.

use po_core::Status;

use super::certificate::certify;
use super::search::Search;
use super::tail::share;
use crate::{CvarProgram, CvarSolution};

/// The relative gap, and the violation of a constraint, that are promised.
const PROMISED: f64 = 1e-8;
const VIOLATION: f64 = 1e-9;

/// An objective below this, in units of a typical return, is zero but for the rounding of what cancels in it.
const ROUNDING: f64 = 1e-5;

impl Search {
    /// The multipliers of the interior point, in the units of the programme.
    pub(super) fn read_interior(&mut self, program: &CvarProgram<'_>) {
        let Self { chosen, interior, multipliers, .. } = self;
        let at = &interior.at;
        let (price, slope) = (chosen.objective_unit, chosen.objective_unit * chosen.unit);
        multipliers.tail.clear();
        let prices = chosen.scenarios.iter().zip(&at.below.price);
        multipliers.tail.extend(prices.map(|(&t, z)| (t, z * price)));
        multipliers.rows.clear();
        multipliers.rows.resize(program.rows.len(), 0.0);
        for (&row, y) in at.equation_at.iter().zip(&at.equation) {
            multipliers.rows[row] = y * slope;
        }
        for (&row, y) in at.row_lower_at.iter().zip(&at.row_lower.price) {
            multipliers.rows[row] += y * slope;
        }
        for (&row, y) in at.row_upper_at.iter().zip(&at.row_upper.price) {
            multipliers.rows[row] -= y * slope;
        }
        multipliers.absolute.clear();
        let etas =
            at.families.iter().map(|family| family.limit.price.first().copied().unwrap_or(0.0) * slope);
        multipliers.absolute.extend(etas);
        multipliers.cap = at.cap.price.first().copied().unwrap_or(0.0) * price;
        multipliers.repair(program);
    }

    /// The multipliers of the vertex.
    fn read_vertex(&mut self, program: &CvarProgram<'_>) {
        let Self { chosen, polish, multipliers, .. } = self;
        let (price, slope) = (chosen.objective_unit, chosen.objective_unit * chosen.unit);
        multipliers.cap = (polish.cap_price() * price).max(0.0);
        let total = program.price + multipliers.cap;
        multipliers.tail.clear();
        multipliers.tail.extend(polish.beyond.iter().map(|&place| {
            let t = chosen.scenarios[place];
            (t, total * share(program, t))
        }));
        multipliers.tail.extend(polish.at_risk().map(|(place, z)| (chosen.scenarios[place], z * price)));
        multipliers.rows.clear();
        multipliers.rows.resize(program.rows.len(), 0.0);
        for (row, y) in polish.row_prices() {
            multipliers.rows[row] += y * slope;
        }
        multipliers.absolute.clear();
        multipliers.absolute.resize(program.absolute.len(), 0.0);
        for (family, eta) in polish.limit_prices() {
            multipliers.absolute[family] = eta * slope;
        }
        multipliers.repair(program);
    }

    /// Certifies the vertex with the multipliers that stand there, and takes it where it is no worse.
    fn offer(&mut self, program: &CvarProgram<'_>, solution: &mut CvarSolution) {
        certify(program, &mut self.tail, &self.multipliers, &mut self.slopes, &mut self.vertex);
        // A vertex is exact where an interior point is near, so that rounding alone does not speak against it.
        let exact = ROUNDING * PROMISED * self.vertex.cvar.abs();
        if error(&self.vertex) <= error(solution).max(exact) {
            solution.clone_from(&self.vertex);
        }
    }

    /// Certifies the interior point and the vertex, and hands over the better one.
    pub(super) fn conclude(&mut self, program: &CvarProgram<'_>, solution: &mut CvarSolution) {
        if self.chosen.assets.is_empty() {
            self.multipliers.fixed(program, &self.tail);
        } else {
            self.read_interior(program);
        }
        clamp(program, &mut self.x);
        solution.x.clone_from(&self.x);
        certify(program, &mut self.tail, &self.multipliers, &mut self.slopes, solution);
        if !self.chosen.assets.is_empty() && self.polish.solve(&self.restricted, &self.interior.at).is_ok() {
            self.vertex.x.clone_from(&self.x);
            for (&asset, x) in self.chosen.assets.iter().zip(&self.polish.x) {
                self.vertex.x[asset] = *x;
            }
            clamp(program, &mut self.vertex.x);
            // Where more limits meet than a vertex needs, its prices are not unique, and those of the interior are the sound ones.
            self.offer(program, solution);
            self.read_vertex(program);
            self.offer(program, solution);
        }
        solution.iterations = self.interior.iterations;
        let risk = program.price * solution.cvar;
        let rounding = ROUNDING * typical(program, self.tail.scenarios());
        let scale = (risk.abs() + (solution.objective - risk).abs()).max(rounding);
        let held = solution.certificate.primal_residual <= VIOLATION;
        let proven = solution.certificate.gap.abs() <= PROMISED * scale;
        solution.status = if held && proven { Status::Converged } else { Status::Stalled };
    }
}

/// Puts weights back within their bounds: rounding has no other right.
fn clamp(program: &CvarProgram<'_>, x: &mut [f64]) {
    for ((x, lower), upper) in x.iter_mut().zip(program.lower).zip(program.upper) {
        *x = x.max(*lower).min(*upper);
    }
}

/// The mean absolute return of all assets in the worst scenarios.
fn typical(program: &CvarProgram<'_>, worst: &[usize]) -> f64 {
    let some = &worst[..worst.len().min(8)];
    let of = |asset: usize| some.iter().map(|&t| program.returns.column(asset)[t].abs()).sum::<f64>();
    (0..program.len()).map(of).sum::<f64>() / (program.len() * some.len().max(1)) as f64
}

/// All that keeps a solution from being one.
fn error(solution: &CvarSolution) -> f64 {
    let certificate = &solution.certificate;
    let error = certificate.gap.abs() + certificate.primal_residual.max(0.0) + certificate.dual_residual;
    if error.is_nan() { f64::INFINITY } else { error }
}
