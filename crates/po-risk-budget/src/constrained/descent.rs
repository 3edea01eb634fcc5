//! Newton's method for a smooth function over a polytope: one convex programme after the other, each warm.

use po_convex::{ProgramScratch, ProgramSolution, Start};
use po_core::linalg::Cholesky;
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};
use po_core::{Covariance, Status};

use super::polytope::Polytope;
use crate::Error;

/// The part of the decrease foretold by the slope that a step must bring (Armijo 1966).
const ENOUGH: f64 = 1e-4;

/// Halvings of a step.
const HALVINGS: usize = 40;

/// The first shift of a curvature that is not positive definite, in units of its largest diagonal entry, and by how much it grows.
const SHIFT: f64 = 1e-6;
const GROWTH: f64 = 10.0;

/// How stiff directions that no step takes are made, in units of the largest curvature.
const STIFF: f64 = 10.0;

/// A pivot this small, in units of its diagonal entry, has lost most digits.
const WEAK: f64 = 1e-10;

/// Shifts, from the first to one that dwarfs any curvature.
const SHIFTS: usize = 20;

/// Steps one after the other that the value does not show.
const QUIET: usize = 8;

/// A fall of the model this small, in units of the value, is rounding.
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
        let mut quiet = 0;
        for iteration in 0..effort.limit {
            self.hessian.resize(assets * assets, 0.0);
            let value = function.value(&self.weights, scratch);
            function.curve(&self.weights, scratch, &mut self.gradient, &mut self.hessian);
            let Some(matrix) = self.convexified(polytope) else { return Ok((Status::Stalled, iteration)) };
            // The first programme does not know what another call left behind.
            self.propose(&matrix, polytope, if iteration == 0 { Start::Cold } else { Start::Warm })?;
            self.step.clear();
            self.step.extend(self.program.x.iter().zip(&self.weights).map(|(next, weight)| next - weight));
            let size = self.weights.iter().fold(1.0_f64, |size, weight| size.max(weight.abs()));
            let moved = self.step.iter().fold(0.0_f64, |moved, step| moved.max(step.abs()));
            // The model falls by at least half of this, whatever rounding makes of the slope.
            let step = &self.step;
            let fall: f64 = step.iter().enumerate().map(|(asset, s)| s * dot(matrix.column(asset), step)).sum();
            // The matrix goes back to where it came from.
            self.hessian = matrix.into_inner().data.into();
            let rounding = 4.0 * f64::EPSILON * value.abs();
            quiet = if fall <= rounding { quiet + 1 } else { 0 };
            if moved <= effort.tolerance * size || fall <= FLAT * (1.0 + value) || quiet > QUIET {
                // The last step costs nothing, and brings as many digits again.
                self.weights.clone_from(&self.program.x);
                return Ok((Status::Converged, iteration + 1));
            }
            let mut length = 1.0;
            if std::env::var("TRACE").is_ok() && iteration > 130 && iteration < 134 { let n = self.weights.len(); eprintln!("   {iteration} value {value:e} fall {fall:e} slope {:e} w {:?}\n   x {:?}\n   g {:?}\n   b {:?}\n  rows {:?} active {:?} its {}", dot(&self.gradient, &self.step), self.weights, self.program.x, self.gradient, self.program.bounds, self.program.rows, self.program.active, self.program.iterations);  for i in 0..n { eprintln!("   H {:?}", &self.hessian[i*n..(i+1)*n]); } }
            let mut accepted = false;
            for _ in 0..HALVINGS {
                self.trial.clear();
                self.trial.extend(self.weights.iter().zip(&self.step).map(|(weight, step)| weight + length * step));
                // Near the end a decrease is below the rounding of the value.
                if function.value(&self.trial, scratch) <= value - ENOUGH * length * fall + rounding {
                    accepted = true;
                    if std::env::var("TRACE").is_ok() && iteration > 130 && iteration < 134 { eprintln!("   length {length} value {:e}", function.value(&self.trial, scratch)); }
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

    /// The curvature, made positive definite: along rows that are equations, where no step goes, at no cost; then by a shift.
    fn convexified(&mut self, polytope: &Polytope) -> Option<Covariance> {
        let assets = self.weights.len();
        let diagonal = self.hessian.iter().step_by(assets + 1);
        let size = diagonal.fold(0.0_f64, |size, entry| size.max(entry.abs()));
        if !(size.is_finite() && size > 0.0) {
            return None;
        }
        let mut stiffened = false;
        let mut shift = 0.0;
        for _ in 0..SHIFTS {
            if self.is_positive(shift) {
                for entry in self.hessian.iter_mut().step_by(assets + 1) {
                    *entry += shift;
                }
                let mut matrix = DMatrix::from_vec(assets, assets, std::mem::take(&mut self.hessian));
                matrix.fill_upper_triangle_with_lower_triangle();
                return Covariance::new(matrix).ok();
            }
            if stiffened {
                shift = if shift == 0.0 { SHIFT * size } else { GROWTH * shift };
            } else {
                self.stiffen(polytope, STIFF * size);
                stiffened = true;
            }
        }
        None
    }

    /// Adds `factor a a' / |a|²` for each row that is an equation.
    fn stiffen(&mut self, polytope: &Polytope, factor: f64) {
        let rows = polytope.rows();
        let assets = self.weights.len();
        let equations = (0..rows.len()).filter(|&row| rows.lower()[row] == rows.upper()[row]);
        for coefficients in equations.map(|row| rows.row(row)) {
            let factor = factor / dot(coefficients, coefficients);
            for (col, column) in self.hessian.chunks_exact_mut(assets).enumerate() {
                axpy(factor * coefficients[col], coefficients, column);
            }
        }
    }

    /// Whether the curvature with a shift has a Cholesky factor, and digits left in it.
    fn is_positive(&mut self, shift: f64) -> bool {
        let assets = self.weights.len();
        let hessian = &self.hessian;
        let factored = self.cholesky.factor_columns(assets, |col, below| {
            below.copy_from_slice(&hessian[col * assets + col..(col + 1) * assets]);
            below[0] += shift;
        });
        let strong = |(asset, pivot): (usize, f64)| {
            pivot * pivot > WEAK * (self.hessian[asset * assets + asset] + shift).abs()
        };
        factored.is_ok() && self.cholesky.pivots().enumerate().all(strong)
    }

    /// Minimises the model `½ (u - w)'H(u - w) + g'(u - w)` over the polytope.
    fn propose(&mut self, matrix: &Covariance, polytope: &Polytope, start: Start) -> Result<(), Error> {
        self.linear.clear();
        for (asset, gradient) in self.gradient.iter().enumerate() {
            self.linear.push(gradient - dot(matrix.column(asset), &self.weights));
        }
        let compiled = &polytope.compiled;
        let bounds = (compiled.lower(), compiled.upper());
        let families = compiled.absolute();
        let program = polytope.program(matrix, 1.0, (&[], &self.linear), bounds, families.as_slice());
        Ok(program.solve_into(start, &mut self.scratch, &mut self.program)?)
    }
}
