//! Sequential quadratic programmes: the caps made linear, the Lagrangian curved.

use po_convex::{Program, ProgramScratch, ProgramSolution, Rows, Start};
use po_core::Covariance;
use po_core::simd::{axpy, dot};

use super::penalty::lagrangian;
use crate::Error;
use crate::constrained::{Curvature, Polytope, add_stiffness, stiffen};

/// Programmes: the sequence converges quadratically, or not at all.
const LIMIT: usize = 40;

/// The largest change of a weight that counts as none.
const STILL: f64 = 1e-11;

/// What the caps are about, in units of some variance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    pub(super) covariance: &'a Covariance,
    pub(super) caps: &'a [f64],
    pub(super) polytope: &'a Polytope,
    pub(super) unit: f64,
    /// By how much contributions may exceed their caps.
    pub(super) tolerance: f64,
}

/// Memory of the sequence, and where it ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    pub(super) weights: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
    pub(super) program: ProgramSolution,
    scratch: ProgramScratch,
    curvature: Curvature,
    /// `Σ w`.
    product: Vec<f64>,
    /// `∇ h_i`, cap by cap.
    slopes: Vec<f64>,
    linear: Vec<f64>,
}

impl Sequence {
    /// Runs from `weights` and `multipliers`; how many programmes it took to come to rest, if it did.
    pub(super) fn run(&mut self, task: Task<'_>) -> Result<Option<usize>, Error> {
        let assets = self.weights.len();
        for iteration in 0..LIMIT {
            let rows = self.linearised(task)?;
            let capped = dot(&self.multipliers, task.caps);
            let inverse = 1.0 / task.unit;
            lagrangian(task.covariance, &self.multipliers, capped, inverse, self.curvature.entries(assets));
            let last = if iteration == 0 { None } else { Some(&self.program) };
            let (slopes, multipliers) = (&self.slopes, &self.multipliers);
            let stiff = |factor: f64, entries: &mut [f64]| {
                stiffen(task.polytope, last, factor, entries);
                for (slope, multiplier) in slopes.chunks_exact(assets).zip(multipliers) {
                    if *multiplier > 0.0 {
                        add_stiffness(slope, factor, entries);
                    }
                }
            };
            let Some(matrix) = self.curvature.convexified(assets, stiff) else { return Ok(None) };
            self.linear.clear();
            for (asset, product) in self.product.iter().enumerate() {
                self.linear.push(product * inverse - dot(matrix.column(asset), &self.weights));
            }
            let families = task.polytope.compiled.absolute();
            let program = Program {
                risk: (&matrix).into(),
                scale: 1.0,
                ridge: &[],
                linear: &self.linear,
                lower: task.polytope.compiled.lower(),
                upper: task.polytope.compiled.upper(),
                rows: &rows,
                absolute: families.as_slice(),
            };
            let start = if iteration == 0 { Start::Cold } else { Start::Warm };
            // Linear caps may exclude each other where the caps themselves do not.
            let solved = program.solve_into(start, &mut self.scratch, &mut self.program);
            self.curvature.take_back(matrix);
            if solved.is_err() {
                return Ok(None);
            }
            let first = task.polytope.rows().len();
            self.multipliers.clear();
            self.multipliers.extend(self.program.rows[first..].iter().map(|price| (-price).max(0.0)));
            let steps = self.program.x.iter().zip(&self.weights).map(|(next, weight)| (next - weight).abs());
            let moved = steps.fold(0.0, f64::max);
            self.weights.clone_from(&self.program.x);
            if moved <= STILL && self.excess(task) <= task.tolerance {
                return Ok(Some(iteration + 1));
            }
        }
        Ok(None)
    }

    /// The rows of the polytope, and under them the caps made linear: `h_i + ∇h_i'(u - w) <= 0`.
    fn linearised(&mut self, task: Task<'_>) -> Result<Rows, Error> {
        let assets = self.weights.len();
        let own = task.polytope.rows();
        let mut rows = Rows::new(assets);
        for row in 0..own.len() {
            rows.push(own.label(row), own.row(row), own.lower()[row], own.upper()[row])?;
        }
        self.multiply(task.covariance);
        let variance = dot(&self.product, &self.weights);
        self.slopes.clear();
        self.slopes.resize(assets * assets, 0.0);
        for (asset, slope) in self.slopes.chunks_exact_mut(assets).enumerate() {
            let (weight, product, cap) = (self.weights[asset], self.product[asset], task.caps[asset]);
            axpy(weight / task.unit, task.covariance.column(asset), slope);
            slope[asset] += product / task.unit;
            axpy(-2.0 * cap / task.unit, &self.product, slope);
            // The slope of a square of weights along them is twice its value.
            let limit = (weight * product - cap * variance) / task.unit;
            rows.push("cap", slope, f64::NEG_INFINITY, limit)?;
        }
        Ok(rows)
    }

    fn excess(&mut self, task: Task<'_>) -> f64 {
        self.multiply(task.covariance);
        let variance = dot(&self.product, &self.weights);
        let parts = self.weights.iter().zip(&self.product).zip(task.caps);
        parts.fold(0.0, |most: f64, ((weight, product), cap)| {
            most.max((weight * product - cap * variance) / variance)
        })
    }

    /// `product = Σ w`.
    fn multiply(&mut self, covariance: &Covariance) {
        self.product.clear();
        self.product
            .extend((0..self.weights.len()).map(|asset| dot(covariance.column(asset), &self.weights)));
    }
}
