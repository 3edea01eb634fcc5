//! The portfolios that satisfy bounds, rows and limits on absolute values.

use po_convex::{
    Absolute, CompiledConstraints, Constraints, Error as ProgramError, Program, ProgramScratch,
    ProgramSolution, Rows, Start,
};
use po_core::{Covariance, InputError};

use crate::Error;

/// A convex set of portfolios, in the form that programmes borrow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Polytope {
    pub(crate) compiled: CompiledConstraints,
    /// What a programme of distances needs: twos for its curvature, and the point it measures from.
    ridge: Vec<f64>,
    linear: Vec<f64>,
}

impl Polytope {
    /// Takes constraints; refuses those that are no convex limits on weights.
    pub(crate) fn fill(
        &mut self,
        constraints: &Constraints,
        assets: usize,
        method: &'static str,
    ) -> Result<(), Error> {
        let unsupported = [
            (constraints.tracking_error.is_some(), "a limit on the tracking error"),
            (constraints.cardinality.is_some(), "a limit on the number of assets"),
            (constraints.min_position.is_some_and(|least| least > 0.0), "a least position"),
            (constraints.max_correlation.is_some(), "a limit on correlations"),
            (constraints.costs.is_some(), "a cost of trading"),
        ];
        if let Some((_, constraint)) = unsupported.into_iter().find(|(there, _)| *there) {
            return Err(ProgramError::Unsupported { method, constraint }.into());
        }
        Ok(constraints.compile_into(assets, &mut self.compiled)?)
    }

    pub(crate) fn rows(&self) -> &Rows {
        self.compiled.rows()
    }

    /// Whether a row is an equation.
    pub(crate) fn is_equation(&self, row: usize) -> bool {
        self.rows().lower()[row] >= self.rows().upper()[row]
    }

    /// By how much weights leave the set, at most.
    pub(crate) fn violation(&self, weights: &[f64]) -> f64 {
        let compiled = &self.compiled;
        let bounds = compiled.lower().iter().zip(compiled.upper()).zip(weights);
        let mut worst =
            bounds.fold(0.0_f64, |worst, ((lower, upper), w)| worst.max(lower - w).max(w - upper));
        let rows = compiled.rows();
        for row in 0..rows.len() {
            let value: f64 = rows.row(row).iter().zip(weights).map(|(coefficient, w)| coefficient * w).sum();
            worst = worst.max(rows.lower()[row] - value).max(value - rows.upper()[row]);
        }
        for family in compiled.absolute().as_slice() {
            let value: f64 = weights.iter().zip(family.center).map(|(w, center)| (w - center).abs()).sum();
            worst = worst.max(value - family.limit);
        }
        worst
    }

    /// The point of the set that is nearest to some weights; fails with the conflict when the set is empty.
    pub(crate) fn nearest(
        &mut self,
        covariance: &Covariance,
        weights: &[f64],
        scratch: &mut ProgramScratch,
        solution: &mut ProgramSolution,
    ) -> Result<(), ProgramError> {
        self.ridge.clear();
        self.ridge.resize(weights.len(), 1.0);
        self.linear.clear();
        self.linear.extend(weights.iter().map(|weight| -weight));
        let families = self.compiled.absolute();
        let program = Program {
            risk: covariance.into(),
            scale: 0.0,
            ridge: &self.ridge,
            linear: &self.linear,
            lower: self.compiled.lower(),
            upper: self.compiled.upper(),
            rows: self.compiled.rows(),
            absolute: families.as_slice(),
        };
        program.solve_into(Start::Cold, scratch, solution)
    }

    /// The portfolio of least variance of the set; fails with the conflict when the set is empty.
    pub(crate) fn least_variance(
        &mut self,
        covariance: &Covariance,
        scratch: &mut ProgramScratch,
        solution: &mut ProgramSolution,
    ) -> Result<(), ProgramError> {
        self.linear.clear();
        self.linear.resize(covariance.len(), 0.0);
        let bounds = (self.compiled.lower(), self.compiled.upper());
        let families = self.compiled.absolute();
        let program = self.program(covariance, 1.0, (&[], &self.linear), bounds, families.as_slice());
        program.solve_into(Start::Cold, scratch, solution)
    }

    /// A programme over the set, with lower and upper bounds of its own.
    pub(crate) fn program<'a>(
        &'a self,
        covariance: &'a Covariance,
        scale: f64,
        (ridge, linear): (&'a [f64], &'a [f64]),
        (lower, upper): (&'a [f64], &'a [f64]),
        absolute: &'a [Absolute<'a>],
    ) -> Program<'a> {
        let rows = self.compiled.rows();
        Program { risk: covariance.into(), scale, ridge, linear, lower, upper, rows, absolute }
    }
}

/// Whether limits on the sum of the weights are one number.
pub(crate) fn exact_sum(constraints: &Constraints, method: &'static str) -> Result<f64, Error> {
    let (lower, upper) = (constraints.budget.lower, constraints.budget.upper);
    #[expect(clippy::float_cmp, reason = "an equation is two equal limits")]
    let exact = lower == upper;
    if !exact {
        return Err(
            ProgramError::Unsupported { method, constraint: "a range for the sum of the weights" }.into()
        );
    }
    if lower > 0.0 {
        return Ok(lower);
    }
    let (name, expected) = ("the sum of the weights", "a positive number");
    Err(InputError::OutOfRange { name, value: lower, expected }.into())
}
