//! A conic programme in standard form, and the one door to the interior-point method that solves it.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SolverStatus, SupportedConeT};

/// Regularisation, tolerance, and the tolerance to settle for when rounding stops the method before, relative to data
/// that are scaled to one. A little more regularisation makes a hard factorisation possible, and spoils another.
const ATTEMPTS: [[f64; 3]; 4] =
    [[1e-8, 1e-12, 1e-9], [1e-10, 1e-12, 1e-9], [1e-12, 1e-10, 1e-8], [1e-8, 1e-8, 1e-6]];

/// When a programme counts as infeasible or unbounded: the default of the method.
const RAY: f64 = 1e-8;

/// More iterations than any solvable programme has needed.
const ITERATIONS: u32 = 300;

/// A conic programme, which is built row by row and solved by an interior-point method.
///
/// ```text
/// minimise ½ x'Px + q'x   subject to   b - A x in a product of cones
/// ```
///
/// Every row or cone is divided by its largest number, and the objective too, so that tolerances mean the same for
/// daily and for yearly data; multipliers come back in the units of the data.
///
/// # Panics
/// When a row or the objective names a variable that was not added.
///
/// # Examples
/// ```
/// use po_convex::cones::{Cones, Outcome};
///
/// // The least of y - x with exp(x) <= y: at x = 0, where the slope of the exponential is one.
/// let mut cones = Cones::new(2);
/// cones.add_linear(0, -1.0);
/// cones.add_linear(1, 1.0);
/// let first = cones.row([(0, -1.0)], 0.0);
/// cones.row([], 1.0);
/// cones.row([(1, -1.0)], 0.0);
/// cones.exponential(first);
/// let answer = cones.solve();
/// assert_eq!(answer.outcome, Outcome::Solved);
/// assert!(answer.x[0].abs() < 1e-6 && (answer.x[1] - 1.0).abs() < 1e-6);
/// ```
#[derive(Debug, Default)]
pub struct Cones {
    /// q.
    linear: Vec<f64>,
    /// Upper triangle of P: row, column, value.
    quadratic: Vec<(usize, usize, f64)>,
    /// A: row, column, value.
    entries: Vec<(usize, usize, f64)>,
    /// b.
    right: Vec<f64>,
    /// What the rows are divided by.
    scales: Vec<f64>,
    blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    kind: Kind,
    first: usize,
    rows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Equal,
    AtMost,
    SecondOrder,
    Exponential,
}

/// How the method ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// x and the multipliers are optimal to within the tolerances.
    Solved,
    /// No x satisfies the constraints; the multipliers are a proof of it.
    PrimalInfeasible,
    /// The objective falls without end; x is a direction along which it does.
    DualInfeasible,
    /// Neither a solution nor a proof that there is none.
    Failed,
}

/// What the method found.
#[derive(Debug)]
pub struct Answer {
    /// How the method ended.
    pub outcome: Outcome,
    /// Iterations of all attempts.
    pub iterations: usize,
    /// The variables.
    pub x: Vec<f64>,
    /// z of each row, in the dual cone: `P x + q + A'z = 0`, so that `∂ objective / ∂ b = -z`.
    pub multipliers: Vec<f64>,
}

/// A coefficient of a row: variable and value.
pub type Term = (usize, f64);

impl Cones {
    /// A programme over `variables` variables, without objective or constraints yet.
    #[must_use]
    pub fn new(variables: usize) -> Self {
        Self { linear: vec![0.0; variables], ..Self::default() }
    }

    /// Adds variables, and returns the index of the first.
    pub fn add_variables(&mut self, count: usize) -> usize {
        let first = self.linear.len();
        self.linear.resize(first + count, 0.0);
        first
    }

    /// Adds to q.
    pub fn add_linear(&mut self, variable: usize, value: f64) {
        self.linear[variable] += value;
    }

    /// Adds to an entry of P, and to its mirror image.
    pub fn add_quadratic(&mut self, first: usize, second: usize, value: f64) {
        if value != 0.0 {
            self.quadratic.push((first.min(second), first.max(second), value));
        }
    }

    /// `Σ terms = right`; returns the row.
    pub fn equal(&mut self, terms: impl IntoIterator<Item = Term>, right: f64) -> usize {
        let row = self.row(terms, right);
        self.close(Kind::Equal, row)
    }

    /// `Σ terms <= right`; returns the row.
    pub fn at_most(&mut self, terms: impl IntoIterator<Item = Term>, right: f64) -> usize {
        let row = self.row(terms, right);
        self.close(Kind::AtMost, row)
    }

    /// Adds the row `right - Σ terms` of a cone that [`Cones::second_order`] or [`Cones::exponential`] closes.
    pub fn row(&mut self, terms: impl IntoIterator<Item = Term>, right: f64) -> usize {
        let row = self.right.len();
        self.entries.extend(
            terms.into_iter().filter(|term| term.1 != 0.0).map(|(variable, value)| (row, variable, value)),
        );
        self.right.push(right);
        self.scales.push(1.0);
        row
    }

    /// The rows from `first` on are `(u, v)` with `|v| <= u`; returns `first`.
    pub fn second_order(&mut self, first: usize) -> usize {
        self.close(Kind::SecondOrder, first)
    }

    /// The three rows from `first` on are `(u, v, w)` with `v exp(u / v) <= w` and `v > 0`; returns `first`.
    pub fn exponential(&mut self, first: usize) -> usize {
        self.close(Kind::Exponential, first)
    }

    fn close(&mut self, kind: Kind, first: usize) -> usize {
        let coefficients = self.entries.iter().rev().take_while(|(row, ..)| *row >= first);
        let largest = coefficients.map(|entry| entry.2.abs()).fold(0.0, f64::max);
        let largest = self.right[first..].iter().fold(largest, |largest, right| largest.max(right.abs()));
        if largest > 0.0 {
            self.scales[first..].fill(largest);
        }
        self.blocks.push(Block { kind, first, rows: self.right.len() - first });
        first
    }

    /// What a cone of the second order contributes to `A'z`, that is its z over the rows after the first, times their
    /// coefficients; shortened where rounding has put z outside of the dual cone.
    pub(crate) fn pull(&self, first: usize, multipliers: &[f64], variables: usize) -> Vec<f64> {
        let rows = self.blocks.iter().find(|block| block.first == first).map_or(0, |block| block.rows);
        let inner = &multipliers[(first + 1).min(first + rows)..first + rows];
        let norm = inner.iter().map(|z| z * z).sum::<f64>().sqrt();
        let factor = if norm > multipliers[first] { multipliers[first] / norm } else { 1.0 };
        let mut pull = vec![0.0; variables];
        for &(row, variable, value) in &self.entries {
            if (first + 1..first + rows).contains(&row) && variable < variables {
                pull[variable] += factor * multipliers[row] * value;
            }
        }
        pull
    }

    /// Solves the programme.
    #[must_use]
    pub fn solve(&self) -> Answer {
        let (variables, rows) = (self.linear.len(), self.right.len());
        let largest = self.linear.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let largest = self.quadratic.iter().fold(largest, |largest, entry| largest.max(entry.2.abs()));
        let objective = if largest > 0.0 { largest } else { 1.0 };

        // Equations first, then inequalities: each kind is then one cone, however many rows it has.
        let mut blocks = self.blocks.clone();
        blocks.sort_by_key(|block| match block.kind {
            Kind::Equal => 0,
            Kind::AtMost => 1,
            Kind::SecondOrder => 2,
            Kind::Exponential => 3,
        });
        let (mut place, mut places) = (0, vec![0; rows]);
        let mut cones: Vec<SupportedConeT<f64>> = Vec::new();
        for block in &blocks {
            for own in &mut places[block.first..block.first + block.rows] {
                *own = place;
                place += 1;
            }
            match (block.kind, cones.last_mut()) {
                (Kind::Equal, Some(SupportedConeT::ZeroConeT(count)))
                | (Kind::AtMost, Some(SupportedConeT::NonnegativeConeT(count))) => *count += block.rows,
                (Kind::Equal, _) => cones.push(SupportedConeT::ZeroConeT(block.rows)),
                (Kind::AtMost, _) => cones.push(SupportedConeT::NonnegativeConeT(block.rows)),
                (Kind::SecondOrder, _) => cones.push(SupportedConeT::SecondOrderConeT(block.rows)),
                (Kind::Exponential, _) => cones.push(SupportedConeT::ExponentialConeT()),
            }
        }
        let quadratic = sparse(
            (variables, variables),
            self.quadratic.iter().map(|&(row, col, value)| (row, col, value / objective)),
        );
        let linear: Vec<f64> = self.linear.iter().map(|value| value / objective).collect();
        let matrix = sparse(
            (rows, variables),
            self.entries.iter().map(|&(row, col, value)| (places[row], col, value / self.scales[row])),
        );
        let mut right = vec![0.0; rows];
        for (row, value) in self.right.iter().enumerate() {
            right[places[row]] = value / self.scales[row];
        }

        let mut answer =
            Answer { outcome: Outcome::Failed, iterations: 0, x: Vec::new(), multipliers: Vec::new() };
        for attempt in ATTEMPTS {
            let solver = DefaultSolver::new(&quadratic, &linear, &matrix, &right, &cones, settings(attempt));
            let Ok(mut solver) = solver else { return answer };
            solver.solve();
            let solution = &solver.solution;
            answer.iterations += solution.iterations as usize;
            answer.x.clone_from(&solution.x);
            let multiplier = |row: usize| solution.z[places[row]] * objective / self.scales[row];
            answer.multipliers = (0..rows).map(multiplier).collect();
            if answer.x.iter().chain(&answer.multipliers).all(|value| value.is_finite()) {
                answer.outcome = Outcome::of(solution.status);
            }
            if answer.outcome != Outcome::Failed {
                break;
            }
        }
        answer
    }
}

impl Outcome {
    fn of(status: SolverStatus) -> Self {
        match status {
            SolverStatus::Solved | SolverStatus::AlmostSolved => Self::Solved,
            SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Self::PrimalInfeasible,
            SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => Self::DualInfeasible,
            _ => Self::Failed,
        }
    }
}

fn settings([regularization, tight, reduced]: [f64; 3]) -> DefaultSettings<f64> {
    DefaultSettings {
        verbose: false,
        max_iter: ITERATIONS,
        tol_gap_abs: tight,
        tol_gap_rel: tight,
        tol_feas: tight,
        tol_infeas_abs: RAY,
        tol_infeas_rel: RAY,
        reduced_tol_gap_abs: reduced,
        reduced_tol_gap_rel: reduced,
        reduced_tol_feas: reduced,
        max_threads: 1,
        static_regularization_constant: regularization,
        ..DefaultSettings::default()
    }
}

/// A matrix by compressed columns.
fn sparse(shape: (usize, usize), entries: impl Iterator<Item = (usize, usize, f64)>) -> CscMatrix<f64> {
    let (mut rows, mut cols, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (row, col, value) in entries {
        rows.push(row);
        cols.push(col);
        values.push(value);
    }
    CscMatrix::new_from_triplets(shape.0, shape.1, rows, cols, values)
}
