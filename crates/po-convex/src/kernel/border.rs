//! A few guesses changed: the last factorisation with a border, in place of a new one.
//!
//! ```text
//! | H00  U | |  x0 |   | -q |
//! | U'  -D | | -w  | = |  β |        S = U' H00⁻¹ U + D,   S w = β - U' H00⁻¹ (-q)
//! ```
//!
//! U holds the rows that bind, a unit vector for each asset that is fixed since, and minus the covariances of each asset
//! that is free since; w their multipliers, and the moves of the latter (Schur complement method, Gill et al. 1990).

use po_core::simd::{axpy, dot};

use super::breakpoints::{Breakpoints, is_fixed};
use super::form::{Form, Singular, System};
use crate::solution::Binding;
use crate::{ActiveSet, Program};

/// More changes than this are not worth a border: each costs a solution of the old system.
const MOST: usize = 8;

/// A pivot below this, in units of the largest, is lost.
const LOST: f64 = 1e-10;

/// The round that was factored, and the border around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Border {
    /// Whether there is a factorisation to put a border around.
    pub(crate) ready: bool,
    /// What the guess was, the assets that were free, and the rows that bound.
    places: Vec<u8>,
    bindings: Vec<Binding>,
    free: Vec<usize>,
    rows: usize,
    /// The right-hand sides and their solutions: minus q, then a column per row.
    sides: Vec<f64>,
    solutions: Vec<f64>,
    /// The gradient and the limits of the rows that the fixed weights left.
    gradient: Vec<f64>,
    pub(super) limits: Vec<f64>,
    /// Assets that are fixed since, and free since.
    removed: Vec<usize>,
    added: Vec<usize>,
    /// Columns of U for both, and `H00⁻¹ U` for them.
    columns: Vec<f64>,
    solved: Vec<f64>,
    /// S, row by row, and then w.
    schur: Vec<f64>,
    unknowns: Vec<f64>,
}

impl Border {
    /// Keeps a round that was factored.
    pub(crate) fn keep(&mut self, active: &ActiveSet, linear_rows: usize, round: Kept<'_>) {
        let family_binds = active.rows[linear_rows..].iter().any(|binding| *binding != Binding::None);
        self.ready = !family_binds && !round.free.is_empty();
        for (own, other) in [
            (&mut self.sides, round.sides),
            (&mut self.solutions, round.solutions),
            (&mut self.gradient, round.gradient),
        ] {
            // Room for as much as the other has, so that it does not matter which of them the next round fills.
            own.clear();
            own.reserve(other.len());
            if self.ready {
                std::mem::swap(own, other);
            }
        }
        if !self.ready {
            return;
        }
        self.places.clone_from(&active.places);
        self.bindings.clone_from(&active.rows);
        self.free.clear();
        self.free.extend_from_slice(round.free);
        self.rows = self.limits.len();
    }

    /// Solves for another guess, if it differs in few assets and no row: fills `x` for all that were or are free, and the
    /// multipliers of the rows.
    pub(crate) fn solve(
        &mut self,
        (program, form, breakpoints): (&Program<'_>, &Form<'_>, &Breakpoints),
        (system, shift): (&mut System, f64),
        active: &ActiveSet,
        x: &mut [f64],
        multipliers: &mut Vec<f64>,
    ) -> Result<bool, Singular> {
        if !(self.ready && self.compare(active)) {
            return Ok(false);
        }
        let free = self.free.len();
        self.columns.clear();
        for &asset in &self.removed {
            self.columns.extend(self.free.iter().map(|&other| f64::from(u8::from(other == asset))));
        }
        for &asset in &self.added {
            form.push_negative(&self.free, asset, &mut self.columns);
        }
        self.solved.resize(self.columns.len(), 0.0);
        system.solve(&self.columns, &mut self.solved)?;
        let ridge = |asset: usize| shift + program.ridge.get(asset).copied().unwrap_or(0.0);
        self.assemble(program, form, ridge);
        for (k, &asset) in self.removed.iter().enumerate() {
            self.unknowns[self.rows + k] += breakpoints.point(asset, active.places[asset] / 2);
        }
        let moved = self.rows + self.removed.len();
        for (k, &asset) in self.added.iter().enumerate() {
            let before = breakpoints.point(asset, self.places[asset] / 2);
            let costs = program
                .absolute
                .iter()
                .filter(|family| !family.cost.is_empty())
                .map(|family| family.cost[asset] * breakpoints.sign(family, asset, active.places[asset]));
            self.unknowns[moved + k] += self.gradient[asset] + costs.sum::<f64>() + ridge(asset) * before;
        }
        let size = self.unknowns.len();
        if !eliminate(size, &mut self.schur, &mut self.unknowns) {
            return Ok(false);
        }
        multipliers.clear();
        multipliers.extend_from_slice(&self.unknowns[..self.rows]);
        // The weights of the assets that were free, in the memory of minus q.
        self.sides[..free].copy_from_slice(&self.solutions[..free]);
        let (weights, _) = self.sides.split_at_mut(free);
        for (unknown, column) in self
            .unknowns
            .iter()
            .zip(self.solutions[free..].chunks_exact(free).chain(self.solved.chunks_exact(free)))
        {
            axpy(*unknown, column, weights);
        }
        for (&asset, &weight) in self.free.iter().zip(&*weights) {
            x[asset] = weight;
        }
        for &asset in &self.removed {
            x[asset] = breakpoints.point(asset, active.places[asset] / 2);
        }
        for (&asset, unknown) in self.added.iter().zip(&self.unknowns[moved..]) {
            x[asset] = breakpoints.point(asset, self.places[asset] / 2) + unknown;
        }
        Ok(true)
    }

    /// The columns of the rows and their solutions, if the round that was factored left them here: after those of minus q.
    pub(super) fn columns(&self) -> Option<(&Vec<f64>, &Vec<f64>)> {
        self.ready.then_some((&self.sides, &self.solutions))
    }

    /// Finds the assets that changed; whether a border can take them.
    fn compare(&mut self, active: &ActiveSet) -> bool {
        if self.bindings != active.rows {
            return false;
        }
        self.removed.clear();
        self.added.clear();
        for (asset, (&before, &now)) in self.places.iter().zip(&active.places).enumerate() {
            match (is_fixed(before), is_fixed(now)) {
                _ if before == now => {}
                (false, true) => self.removed.push(asset),
                (true, false) => self.added.push(asset),
                _ => return false,
            }
            if self.removed.len() + self.added.len() > MOST.min(self.free.len() / 2) {
                return false;
            }
        }
        true
    }

    /// S, and what of the right-hand side does not depend on where the changed assets go.
    fn assemble(&mut self, program: &Program<'_>, form: &Form<'_>, ridge: impl Fn(usize) -> f64) {
        let (free, rows) = (self.free.len(), self.rows);
        let moved = rows + self.removed.len();
        let size = moved + self.added.len();
        let column = |k: usize| {
            if k < rows {
                &self.sides[(k + 1) * free..(k + 2) * free]
            } else {
                &self.columns[(k - rows) * free..(k - rows + 1) * free]
            }
        };
        let solved = |k: usize| {
            if k < rows {
                &self.solutions[(k + 1) * free..(k + 2) * free]
            } else {
                &self.solved[(k - rows) * free..(k - rows + 1) * free]
            }
        };
        self.schur.clear();
        self.schur.resize(size * size, 0.0);
        self.unknowns.clear();
        for k in 0..size {
            for l in 0..=k {
                let entry = dot(column(k), solved(l));
                self.schur[k * size + l] = entry;
                self.schur[l * size + k] = entry;
            }
            let limit = self.limits.get(k).copied().unwrap_or(0.0);
            self.unknowns.push(limit - dot(column(k), &self.solutions[..free]));
        }
        let binding = self.bindings.iter().enumerate().filter(|(_, binding)| **binding != Binding::None);
        for (k, (row, _)) in binding.enumerate() {
            for (l, &asset) in self.added.iter().enumerate() {
                let coefficient = program.rows.row(row)[asset];
                self.schur[k * size + moved + l] += coefficient;
                self.schur[(moved + l) * size + k] += coefficient;
            }
        }
        for (k, &asset) in self.added.iter().enumerate() {
            for (l, &other) in self.added.iter().enumerate() {
                self.schur[(moved + k) * size + moved + l] -= form.entry(asset, other);
            }
            self.schur[(moved + k) * size + moved + k] -= ridge(asset);
        }
    }
}

/// A round that was factored, as [`Border::keep`] takes it: what is mutable is exchanged for memory of no meaning.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    pub(crate) free: &'a [usize],
    pub(crate) sides: &'a mut Vec<f64>,
    pub(crate) solutions: &'a mut Vec<f64>,
    pub(crate) gradient: &'a mut Vec<f64>,
}

/// Solves a small system in place by Gaussian elimination with partial pivoting; whether it is regular.
fn eliminate(size: usize, matrix: &mut [f64], values: &mut [f64]) -> bool {
    let largest = matrix.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
    for col in 0..size {
        let pivot =
            (col..size).max_by(|a, b| matrix[a * size + col].abs().total_cmp(&matrix[b * size + col].abs()));
        let Some(pivot) = pivot.filter(|row| matrix[row * size + col].abs() > LOST * largest) else {
            return false;
        };
        if pivot != col {
            (0..size).for_each(|k| matrix.swap(pivot * size + k, col * size + k));
            values.swap(pivot, col);
        }
        for row in col + 1..size {
            let factor = matrix[row * size + col] / matrix[col * size + col];
            for k in col..size {
                matrix[row * size + k] -= factor * matrix[col * size + k];
            }
            values[row] -= factor * values[col];
        }
    }
    for row in (0..size).rev() {
        let rest: f64 = (row + 1..size).map(|k| matrix[row * size + k] * values[k]).sum();
        values[row] = (values[row] - rest) / matrix[row * size + row];
    }
    true
}
