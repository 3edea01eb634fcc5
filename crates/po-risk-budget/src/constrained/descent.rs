//! Newton's method for a smooth function over a polytope: one convex programme after the other, each warm.

use po_convex::{ProgramScratch, ProgramSolution, Start};
use po_core::simd::dot;
use po_core::{Covariance, Status};

use super::curvature::{Curvature, stiffen};
use super::polytope::Polytope;
use crate::Error;

/// The part of the decrease foretold by the slope that a step must bring (Armijo 1966).
const ENOUGH: f64 = 1e-4;

/// Halvings of a step.
const HALVINGS: usize = 40;

/// How much of a fall rounding may hide, in units of what it makes of the value.
const HIDDEN: f64 = 100.0;

/// Steps one after the other that the value does not show.
const QUIET: usize = 8;

/// A fall of the model this small, in units of the value, is rounding.
const FLAT: f64 = 1e-28;

/// A sum of squares this small is rounding.
const PERFECT: f64 = 1e-26;

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
    curvature: Curvature,
    linear: Vec<f64>,
    trial: Vec<f64>,
    step: Vec<f64>,
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
            let value = function.value(&self.weights, scratch);
            function.curve(&self.weights, scratch, &mut self.gradient, self.curvature.entries(assets));
            let program = if iteration == 0 { None } else { Some(&self.program) };
            let stiff = |factor: f64, entries: &mut [f64]| stiffen(polytope, program, factor, entries);
            let Some(matrix) = self.curvature.convexified(assets, stiff) else {
                return Ok((Status::Stalled, iteration));
            };
            // The first programme does not know what another call left behind.
            self.propose(&matrix, polytope, if iteration == 0 { Start::Cold } else { Start::Warm })?;
            self.step.clear();
            self.step.extend(self.program.x.iter().zip(&self.weights).map(|(next, weight)| next - weight));
            let size = self.weights.iter().fold(1.0_f64, |size, weight| size.max(weight.abs()));
            let moved = self.step.iter().fold(0.0_f64, |moved, step| moved.max(step.abs()));
            // The model falls by at least half of this, whatever rounding makes of the slope.
            let step = &self.step;
            let fall: f64 =
                step.iter().enumerate().map(|(asset, s)| s * dot(matrix.column(asset), step)).sum();
            // The matrix goes back to where it came from.
            self.curvature.take_back(matrix);
            // A sum of squares is known to the rounding of what is squared.
            let rounding = 4.0 * f64::EPSILON * value.abs().max(value.abs().sqrt());
            quiet = if fall <= rounding { quiet + 1 } else { 0 };
            if moved <= effort.tolerance * size || fall <= FLAT * (1.0 + value) || quiet > QUIET {
                // The last step costs nothing, and brings as many digits again.
                self.weights.clone_from(&self.program.x);
                return Ok((Status::Converged, iteration + 1));
            }
            if value <= PERFECT {
                return Ok((Status::Converged, iteration + 1));
            }
            let mut length = 1.0;
            let mut accepted = false;
            for _ in 0..HALVINGS {
                self.trial.clear();
                self.trial
                    .extend(self.weights.iter().zip(&self.step).map(|(weight, step)| weight + length * step));
                // Near the end a decrease is below the rounding of the value.
                let slack = if quiet > 0 { rounding } else { 0.0 };
                if function.value(&self.trial, scratch) <= value - ENOUGH * length * fall + slack {
                    accepted = true;
                    break;
                }
                length *= 0.5;
            }
            if !accepted {
                // A fall that is not found is no failure where rounding could hide it.
                let hidden = fall <= HIDDEN * rounding;
                return Ok((if hidden { Status::Converged } else { Status::Stalled }, iteration + 1));
            }
            // A whole step takes the programme's own point, which keeps its bounds to the last bit.
            self.weights.clone_from(if length < 1.0 { &self.trial } else { &self.program.x });
        }
        Ok((Status::IterationLimit, effort.limit))
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

#[cfg(test)]
mod tests {
    use po_convex::Constraints;

    use super::*;

    /// `size` times half the squared distance from the first of two assets, with a slope and a curvature that are
    /// told times factors.
    #[derive(Clone, Copy)]
    struct Told {
        size: f64,
        slope: f64,
        curvature: f64,
    }

    const TRUTH: Told = Told { size: 1.0, slope: 1.0, curvature: 1.0 };

    impl Smooth for Told {
        type Scratch = ();

        fn value(&self, weights: &[f64], (): &mut ()) -> f64 {
            0.5 * self.size * ((weights[0] - 1.0).powi(2) + weights[1].powi(2))
        }

        fn curve(&self, weights: &[f64], (): &mut (), gradient: &mut [f64], hessian: &mut [f64]) {
            gradient.copy_from_slice(&[self.slope * (weights[0] - 1.0), self.slope * weights[1]]);
            hessian.copy_from_slice(&[self.curvature, 0.0, 0.0, self.curvature]);
        }
    }

    /// Where the descent from equal weights ends, how, and after how many programmes.
    fn run(told: Told, limit: usize) -> (Vec<f64>, Status, usize) {
        let mut polytope = Polytope::default();
        polytope.fill(&Constraints::default(), 2, "a test").unwrap();
        let mut descent = Descent { weights: vec![0.5, 0.5], ..Descent::default() };
        let effort = Effort { tolerance: 1e-10, limit };
        let (status, programmes) = descent.run(&told, &mut (), &polytope, effort).unwrap();
        (descent.weights, status, programmes)
    }

    #[test]
    fn the_minimum_is_found() {
        assert_eq!(run(TRUTH, 50), (vec![1.0, 0.0], Status::Converged, 2));
        assert_eq!(run(TRUTH, 1), (vec![1.0, 0.0], Status::IterationLimit, 1));
    }

    /// A slope that points the wrong way leads nowhere: the iteration ends where it began, and says so.
    #[test]
    fn a_fall_that_does_not_come_is_told() {
        let told = Told { slope: -1.0, ..TRUTH };
        assert_eq!(run(told, 50), (vec![0.5, 0.5], Status::Stalled, 1));
    }

    #[test]
    fn a_curvature_that_is_none_is_told() {
        for curvature in [0.0, f64::NAN] {
            let told = Told { curvature, ..TRUTH };
            assert_eq!(run(told, 50), (vec![0.5, 0.5], Status::Stalled, 0));
        }
    }

    /// A sum of squares that is zero but for rounding cannot fall.
    #[test]
    fn a_perfect_value_is_kept() {
        let told = Told { size: 1e-27, ..TRUTH };
        assert_eq!(run(told, 50), (vec![0.5, 0.5], Status::Converged, 1));
    }
}
