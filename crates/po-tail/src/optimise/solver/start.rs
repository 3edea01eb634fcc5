//! Where the search begins: the portfolio of least variance, more or less.

use po_convex::{Error as ConvexError, Program, ProgramScratch, ProgramSolution, Risk, Start as From};
use po_core::linalg::gram_into;
use po_core::nalgebra::{DMatrix, DMatrixView, Dyn, VecStorage};
use po_core::simd::{axpy, dot, sum};
use po_core::{Covariance, InputError};

use crate::{CvarProgram, Error};

/// Scenarios that a covariance is estimated from, for each asset.
const PER_ASSET: usize = 2;

/// The least of them.
const AT_LEAST: usize = 400;

/// What is added to each variance, relative to their mean: a sample smaller than the universe is singular.
const RIDGE: f64 = 1e-3;

/// The greatest price that is tried, in units of the first: a covariance knows a limit on a tail only about.
const DEAREST: f64 = 30.0;

/// How often a price of risk is tried that goes with a limit.
const TRIES: usize = 10;

/// Working memory of the start.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    sample: Vec<f64>,
    gram: Vec<f64>,
    mean: Vec<f64>,
    linear: Vec<f64>,
    covariance: Covariance,
    scratch: ProgramScratch,
    pub(super) solution: ProgramSolution,
    scale: f64,
    /// The price of risk that it goes with.
    pub(super) price: f64,
}

impl Start {
    /// Finds weights that satisfy the constraints and have little risk.
    pub(super) fn find(&mut self, program: &CvarProgram<'_>) -> Result<(), Error> {
        self.estimate(program)?;
        let assets = program.returns.assets();
        // CVaR is about -μ'x + k σ(x), and its slope in Σx is k/σ.
        let tail = program.confidence.tail();
        let spread = (-2.0 * tail.ln()).sqrt() + 0.4;
        let typical =
            (self.covariance.as_slice().iter().step_by(assets + 1).sum::<f64>() / assets as f64).sqrt();
        // A single scenario has no spread.
        let typical = if typical > 0.0 { typical } else { 1.0 };
        let mut volatility = 0.5 * typical;
        let mut price = program.price;
        if price <= 0.0 {
            // A limit alone: about what makes risk matter as much as the rest of the objective.
            let slopes = program.linear.iter().chain(program.absolute.iter().flat_map(|family| family.cost));
            let steepest = slopes.fold(0.0_f64, |steepest, slope| steepest.max(slope.abs()));
            price = if steepest > 0.0 { steepest / typical } else { 1.0 };
        }
        let first = price;
        let (mut cheapest, mut dearest) = (0.0_f64, f64::INFINITY);
        for _ in 0..TRIES {
            self.solve(program, price, price * spread / volatility)?;
            let x = &self.solution.x;
            let risks = x.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
            let risks = risks.map(|(asset, weight)| weight * dot(self.covariance.column(asset), x));
            let variance = risks.sum::<f64>().max(0.0);
            volatility = variance.sqrt().max(1e-3 * typical);
            let about = spread * volatility - dot(&self.mean, &self.solution.x);
            if program.limit.is_infinite() || (about <= program.limit && price <= program.price) {
                break;
            }
            // Between a price that keeps the limit and one that does not.
            if about > program.limit {
                cheapest = price;
            } else {
                dearest = price;
            }
            if dearest < 1.5 * cheapest || cheapest > DEAREST * first {
                break;
            }
            price = match (cheapest > 0.0, dearest < f64::INFINITY) {
                (true, true) => (cheapest * dearest).sqrt(),
                (true, false) => 4.0 * cheapest,
                _ => 0.25 * dearest,
            };
        }
        Ok(())
    }

    /// Writes the slope of the Lagrangian along each asset, but for absolute values and the ridge.
    pub(super) fn slopes_into(&self, program: &CvarProgram<'_>, slopes: &mut Vec<f64>) {
        let Self { linear, covariance, solution, scale, .. } = self;
        slopes.clear();
        slopes.extend_from_slice(linear);
        for (asset, weight) in solution.x.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            axpy(*scale * weight, covariance.column(asset), slopes);
        }
        for (row, y) in solution.rows.iter().enumerate() {
            axpy(-y, program.rows.row(row), slopes);
        }
    }

    /// Solves a programme that neither prices nor limits its risk.
    pub(super) fn riskless(&mut self, program: &CvarProgram<'_>) -> Result<(), Error> {
        self.estimate(program)?;
        self.solve(program, 0.0, 0.0)
    }

    fn solve(&mut self, program: &CvarProgram<'_>, price: f64, scale: f64) -> Result<(), Error> {
        self.scale = scale;
        self.price = price;
        let Self { mean, linear, covariance, scratch, solution, .. } = self;
        linear.clear();
        linear.extend(program.linear.iter().zip(&*mean).map(|(linear, mean)| linear - price * mean));
        let quadratic = Program {
            risk: Risk::Dense(covariance),
            scale,
            ridge: program.ridge,
            linear,
            lower: program.lower,
            upper: program.upper,
            rows: program.rows,
            absolute: program.absolute,
        };
        match quadratic.solve_into(From::Cold, scratch, solution) {
            Ok(()) => Ok(()),
            // A start need not be good.
            Err(ConvexError::Numerical { .. }) => {
                for (multipliers, count) in [
                    (&mut solution.bounds, program.lower.len()),
                    (&mut solution.rows, program.rows.len()),
                    (&mut solution.absolute, program.absolute.len()),
                ] {
                    multipliers.clear();
                    multipliers.resize(count, 0.0);
                }
                solution.x.clear();
                solution.x.extend(
                    program
                        .lower
                        .iter()
                        .zip(program.upper)
                        .map(|(lower, upper)| (1.0 / program.lower.len() as f64).max(*lower).min(*upper)),
                );
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Mean and covariance of some of the scenarios.
    fn estimate(&mut self, program: &CvarProgram<'_>) -> Result<(), InputError> {
        let (scenarios, assets) = (program.returns.observations(), program.returns.assets());
        let rows = (PER_ASSET * assets).max(AT_LEAST).min(scenarios);
        let Self { sample, gram, mean, covariance, .. } = self;
        sample.resize(rows * assets, 0.0);
        mean.clear();
        for (asset, column) in sample.chunks_exact_mut(rows).enumerate() {
            let returns = program.returns.column(asset);
            for (row, entry) in column.iter_mut().enumerate() {
                *entry = returns[row * scenarios / rows];
            }
            let average = sum(column) / rows as f64;
            column.iter_mut().for_each(|entry| *entry -= average);
            mean.push(average);
        }
        let mut storage = std::mem::take(gram);
        storage.resize(assets * assets, 0.0);
        let mut matrix = DMatrix::from_vec_storage(VecStorage::new(Dyn(assets), Dyn(assets), storage));
        gram_into(1.0 / rows as f64, DMatrixView::from_slice(sample, rows, assets), &mut matrix)?;
        *gram = matrix.data.into();
        let ridge = RIDGE * gram.iter().step_by(assets + 1).sum::<f64>() / assets as f64;
        covariance.assign_lower(assets, |col, below| {
            below.copy_from_slice(&gram[col * assets + col..(col + 1) * assets]);
            below[0] += ridge;
        })
    }
}
