//! Newton's method for a smooth function over a polytope: one convex programme after the other, each warm.

use po_convex::{ProgramScratch, ProgramSolution, Start};
use po_core::linalg::Cholesky;
use po_core::nalgebra::DMatrix;
use po_core::simd::dot;
use po_core::{Covariance, Status};

use super::polytope::Polytope;
use crate::Error;

/// The part of the decrease foretold by the slope that a step must bring (Armijo 1966).
const ENOUGH: f64 = 1e-4;

/// Halvings of a step.
const HALVINGS: usize = 40;

/// The first shift of a curvature that is not positive definite, in units of its mean diagonal, and by how much it grows.
const SHIFT: f64 = 1e-6;
const GROWTH: f64 = 10.0;

/// A pivot this small, in units of its diagonal entry, has lost most digits.
const WEAK: f64 = 1e-10;

/// Shifts, from the first to one that dwarfs any curvature.
const SHIFTS: usize = 20;

/// A slope this small, in units of the value, is rounding.
const FLAT: f64 = 1e-28;

/// A function with two derivatives.
pub(crate) trait Smooth {
    type Scratch;

    fn value(&self, weights: &[f64], scratch: &mut Self::Scratch) -> f64;

    /// The gradient, and the matrix of second derivatives column by column.
    fn curve(&self, weights: &[f64], scratch: &mut Self::Scratch, gradient: &mut [f64], hessian: &mut [f64]);
}

/// Memory of the method, and where it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Descent {
    pub(crate) weights: Vec<f64>,
    /// The programme at the end: its multipliers are those of the constraints.
    pub(crate) program: ProgramSolution,
    pub(crate) scratch: ProgramScratch,
    pub(crate) gradient: Vec<f64>,
    hessian: Vec<f64>,
    linear: Vec<f64>,
    trial: Vec<f64>,
    step: Vec<f64>,
    cholesky: Cholesky,
}

/// How far and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// The largest change of a weight that counts as none.
    pub(crate) tolerance: f64,
    pub(crate) limit: usize,
}

impl Descent {
    /// Descends from `weights`, which are in the polytope; how it ended, and after how many programmes.
    pub(crate) fn run<F: Smooth>(
        &mut self,
        function: &F,
        scratch: &mut F::Scratch,
        polytope: &Polytope,
        effort: Effort,
    ) -> Result<(Status, usize), Error> {
        let assets = self.weights.len();
        self.gradient.resize(assets, 0.0);
        self.hessian.resize(assets * assets, 0.0);
        for iteration in 0..effort.limit {
            let value = function.value(&self.weights, scratch);
            function.curve(&self.weights, scratch, &mut self.gradient, &mut self.hessian);
            let Some(matrix) = self.convexified() else { return Ok((Status::Stalled, iteration)) };
            self.propose(&matrix, polytope)?;
            self.step.clear();
            self.step.extend(self.program.x.iter().zip(&self.weights).map(|(next, weight)| next - weight));
            let size = self.weights.iter().fold(1.0_f64, |size, weight| size.max(weight.abs()));
            let moved = self.step.iter().fold(0.0_f64, |moved, step| moved.max(step.abs()));
            let slope = dot(&self.gradient, &self.step);
            if moved <= effort.tolerance * size || slope >= -FLAT * (1.0 + value) {
                // The last step costs nothing and brings another half of the digits.
                if moved <= effort.tolerance * size && slope <= 0.0 {
                    self.weights.clone_from(&self.program.x);
                }
                return Ok((Status::Converged, iteration + 1));
            }
            let mut length = 1.0;
            let mut accepted = false;
            for _ in 0..HALVINGS {
                self.trial.clear();
                self.trial.extend(self.weights.iter().zip(&self.step).map(|(weight, step)| weight + length * step));
                // Near the end a decrease is below the rounding of the value.
                let rounding = 4.0 * f64::EPSILON * value.abs();
                if function.value(&self.trial, scratch) <= value + ENOUGH * length * slope + rounding {
                    accepted = true;
                    break;
                }
                length *= 0.5;
            }
            if !accepted {
                return Ok((Status::Stalled, iteration + 1));
            }
            if length == 1.0 {
                // The programme's own point keeps its bounds to the last bit.
                self.weights.clone_from(&self.program.x);
            } else {
                self.weights.clone_from(&self.trial);
            }
        }
        Ok((Status::IterationLimit, effort.limit))
    }

    /// The curvature, shifted until it is positive definite.
    fn convexified(&mut self) -> Option<Covariance> {
        let assets = self.weights.len();
        let mean = (0..assets).map(|asset| self.hessian[asset * assets + asset].abs()).sum::<f64>() / assets as f64;
        if !(mean.is_finite() && mean > 0.0) {
            return None;
        }
        let mut shift = 0.0;
        for _ in 0..SHIFTS {
            let hessian = &self.hessian;
            let factored = self.cholesky.factor_columns(assets, |col, below| {
                below.copy_from_slice(&hessian[col * assets + col..(col + 1) * assets]);
                below[0] += shift;
            });
            let strong = |(asset, pivot): (usize, f64)| {
                pivot * pivot > WEAK * (self.hessian[asset * assets + asset] + shift).abs()
            };
            if factored.is_ok() && self.cholesky.pivots().enumerate().all(strong) {
                for asset in 0..assets {
                    self.hessian[asset * assets + asset] += shift;
                }
                let symmetric = |row: usize, col: usize| self.hessian[row.min(col) * assets + row.max(col)];
                return Covariance::new(DMatrix::from_fn(assets, assets, symmetric)).ok();
            }
            shift = if shift == 0.0 { SHIFT * mean } else { GROWTH * shift };
        }
        None
    }

    /// Minimises the model `½ (u - w)'H(u - w) + g'(u - w)` over the polytope.
    fn propose(&mut self, matrix: &Covariance, polytope: &Polytope) -> Result<(), Error> {
        self.linear.clear();
        for (asset, gradient) in self.gradient.iter().enumerate() {
            self.linear.push(gradient - dot(matrix.column(asset), &self.weights));
        }
        let compiled = &polytope.compiled;
        let bounds = (compiled.lower(), compiled.upper());
        let families = compiled.absolute();
        let program = polytope.program(matrix, 1.0, (&[], &self.linear), bounds, families.as_slice());
        Ok(program.solve_into(Start::Warm, &mut self.scratch, &mut self.program)?)
    }
}
