//! From a programme to its solution.

use po_core::Status;

use super::certificate::{CertificateScratch, certify};
use super::dual::Dual;
use super::form::Form;
use super::guess::OneFactor;
use super::round::{Proximal, Round};
use crate::cones::Outcome;
use crate::solution::Binding;
use crate::{Error, Program, ProgramSolution, infeasible, interior};

/// Rounds without progress after which guesses are changed one at a time.
const PATIENCE: usize = 6;

/// Rounds for each asset and row, after which the interior point is asked.
const ROUNDS: usize = 2;

/// Rounds that are worth more than the interior point.
const FEW_ROUNDS: usize = 20;

/// Steps towards the solution of a singular programme.
const PROXIMAL_STEPS: usize = 100;

/// The pull of the first proximal step, in units of the mean diagonal entry, or of the spread of the linear terms: so
/// strong that the programme is nearly a projection, which rarely cycles. How much weaker the next is, and the weakest.
const FIRST_PULL: f64 = 1.0;
const WEAKER: f64 = 0.2;
const WEAKEST_PULL: f64 = 1e-5;

/// A solution whose residual or relative gap is larger than this is said to have stalled.
const ACCEPTED: f64 = 1e-8;

/// How far, in units of the largest weight, an interior point may stand from the bound that it tends to.
const INTERIOR: f64 = 1e-7;

/// Where a call begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Start {
    /// From the programme alone.
    #[default]
    Cold,
    /// At the active set that the solution holds, if it fits the programme; a solution of a programme that was little
    /// different is then found in a few rounds. Where the solution is unique, it does not depend on the start.
    Warm,
}

/// Working memory of [`Program::solve_into`].
#[derive(Clone, Debug, Default)]
pub struct ProgramScratch {
    pub(super) round: Round,
    pub(super) dual: Dual,
    guess: OneFactor,
    /// The point that a singular programme is pulled towards.
    anchor: Vec<f64>,
    /// The last solution that was sound, while a better one is tried.
    kept: ProgramSolution,
    certificate: CertificateScratch,
}

impl Program<'_> {
    /// Solves the programme.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit; [`Error::Infeasible`] with the conflict and the nearest relaxation;
    /// [`Error::Unbounded`]; [`Error::Numerical`] when neither a solution nor a proof was found.
    ///
    /// # Cost
    /// Some rounds, mostly fewer than ten, of F³/6 + N F multiplications for F assets away from bounds and kinks; in
    /// factor form of F K².
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Program, Rows};
    /// use po_core::Covariance;
    ///
    /// // The long-only portfolio of least variance: variances 0.04 and 0.01, no correlation.
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let mut rows = Rows::new(2);
    /// rows.push("budget", &[1.0, 1.0], 1.0, 1.0)?;
    /// let program = Program {
    ///     risk: (&covariance).into(),
    ///     scale: 1.0,
    ///     ridge: &[],
    ///     linear: &[0.0; 2],
    ///     lower: &[0.0; 2],
    ///     upper: &[1.0; 2],
    ///     rows: &rows,
    ///     absolute: &[],
    /// };
    /// let solution = program.solve()?;
    /// assert!((solution.x[0] - 0.2).abs() < 1e-15 && (solution.objective - 0.004).abs() < 1e-15);
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    pub fn solve(&self) -> Result<ProgramSolution, Error> {
        let mut solution = ProgramSolution::default();
        self.solve_into(Start::Cold, &mut ProgramScratch::default(), &mut solution)?;
        Ok(solution)
    }

    /// As [`Program::solve`], in the memory that is there.
    ///
    /// From the second call of one size on, the heap is not touched, unless the interior point is needed: for a
    /// programme whose matrix is singular where it matters, and for one that is infeasible or degenerate.
    ///
    /// # Errors
    /// As [`Program::solve`].
    pub fn solve_into(
        &self,
        start: Start,
        scratch: &mut ProgramScratch,
        solution: &mut ProgramSolution,
    ) -> Result<(), Error> {
        self.check()?;
        let form = Form::of(self);
        scratch.round.breakpoints.find(self);
        solution.iterations = 0;
        if !(start == Start::Warm && scratch.fits(self, solution)) {
            scratch.guess(self, &form, solution);
        }
        let limit = FEW_ROUNDS + ROUNDS * solution.active.rows.len();
        solution.status = Status::Converged;
        let solved = match scratch.pivot(self, &form, Proximal::NONE, limit, solution) {
            Rounds::Solved => true,
            Rounds::Exhausted | Rounds::Singular => {
                scratch.approach(self, &form, solution) || scratch.dual(self, &form, solution)
            }
        };
        if !solved {
            tracing::debug!(
                iterations = solution.iterations,
                "the active set cycles: asking the interior point"
            );
            scratch.polish(self, &form, solution)?;
        }
        let forces = scratch.round.current.then_some(&*scratch.round.forces);
        certify(self, &form, forces, &mut scratch.certificate, solution);
        let certificate = solution.certificate;
        let allowed = ACCEPTED * (1.0 + solution.objective.abs());
        // A gap that overflowed, or is no number, proves nothing.
        let gap = certificate.gap.abs();
        let proven = certificate.primal_residual <= ACCEPTED && gap <= allowed && gap.is_finite();
        if !proven {
            solution.status = Status::Stalled;
        }
        Ok(())
    }
}

/// How some rounds ended.
pub(super) enum Rounds {
    Solved,
    Exhausted,
    Singular,
}

impl ProgramScratch {
    /// Whether the active set of a solution is one that the programme can have.
    fn fits(&self, program: &Program<'_>, solution: &mut ProgramSolution) -> bool {
        let active = &mut solution.active;
        let fits = active.places.len() == program.len()
            && active.rows.len() == program.rows.len() + program.absolute.len()
            && self.round.breakpoints.have(&active.places);
        if fits {
            bind_equations(program, &mut active.rows);
        }
        fits
    }

    /// Guesses the active set as that of the one-factor programme.
    fn guess(&mut self, program: &Program<'_>, form: &Form<'_>, solution: &mut ProgramSolution) {
        let breakpoints = &self.round.breakpoints;
        // What an earlier programme left must not show in the solution of this one.
        solution.x.clear();
        solution.x.resize(program.len(), 0.0);
        solution.active.places.clear();
        solution.active.places.extend((0..program.len()).map(|asset| {
            let (lower, upper) = (program.lower[asset], program.upper[asset]);
            let weight = if lower.is_finite() && upper.is_finite() { 0.5 * (lower + upper) } else { 0.0 };
            breakpoints.place(asset, weight.clamp(lower, upper), 0.0)
        }));
        solution.active.rows.clear();
        solution.active.rows.resize(program.rows.len() + program.absolute.len(), Binding::None);
        bind_equations(program, &mut solution.active.rows);
        let mut guess = std::mem::take(&mut self.guess);
        std::mem::swap(&mut guess.system, &mut self.round.system);
        let one_factor = guess.fit(program, form);
        self.pivot(program, &one_factor, Proximal::NONE, FEW_ROUNDS, solution);
        std::mem::swap(&mut guess.system, &mut self.round.system);
        self.guess = guess;
        solution.iterations = 0;
    }

    /// Rounds of solving and correcting, until nothing is wrong.
    pub(super) fn pivot(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        limit: usize,
        solution: &mut ProgramSolution,
    ) -> Rounds {
        let (mut fewest, mut patience) = (usize::MAX, PATIENCE);
        self.round.begin(program);
        // A weight leaves without prices once, and then they are asked for.
        let mut priced = true;
        for _ in 0..limit {
            solution.iterations += 1;
            if self.round.solve(program, form, proximal, solution).is_err() {
                return Rounds::Singular;
            }
            if priced && self.round.leave(program, solution) {
                priced = false;
                continue;
            }
            priced = true;
            self.round.price(program, form, proximal, solution);
            let mut wrong = self.round.correct(program, solution, patience > 0);
            if wrong == 0 && self.round.misses(program, solution) {
                if self.round.refine(program, form, proximal, solution).is_err() {
                    return Rounds::Singular;
                }
                wrong = self.round.correct(program, solution, patience > 0);
            }
            if wrong == 0 {
                let inside = self.round.clamp(solution);
                self.round.current = inside && proximal.shift == 0.0;
                let kept = self.round.keeps_rows(program, solution);
                return if kept { Rounds::Solved } else { Rounds::Exhausted };
            }
            if wrong < fewest {
                (fewest, patience) = (wrong, PATIENCE);
            } else {
                patience = patience.saturating_sub(1);
            }
        }
        Rounds::Exhausted
    }

    /// Solves a singular programme by proximal steps (Rockafellar 1976), each of which is a regular programme; as soon
    /// as the matrix is regular on the assets that are free, the last step is exact.
    fn approach(&mut self, program: &Program<'_>, form: &Form<'_>, solution: &mut ProgramSolution) -> bool {
        let assets = program.len();
        let mean = (0..assets).map(|asset| form.diagonal(asset)).sum::<f64>() / assets as f64;
        let (least, greatest) =
            program.linear.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), &term| {
                (least.min(term), greatest.max(term))
            });
        let unit = mean.max(greatest - least);
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let mut pull = FIRST_PULL;
        let mut anchor = std::mem::take(&mut self.anchor);
        let mut solved = false;
        for _ in 0..PROXIMAL_STEPS {
            anchor.clone_from(&solution.x);
            let proximal = Proximal { shift: pull * unit, anchor: &anchor };
            if !matches!(self.pivot(program, form, proximal, FEW_ROUNDS, solution), Rounds::Solved) {
                break;
            }
            let moved = solution.x.iter().zip(&anchor).fold(0.0, |most: f64, (x, a)| most.max((x - a).abs()));
            let size = solution.x.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
            if moved <= 1e-14 * size {
                solved = true;
                break;
            }
            self.kept.clone_from(solution);
            if matches!(self.pivot(program, form, Proximal::NONE, FEW_ROUNDS, solution), Rounds::Solved) {
                solved = true;
                break;
            }
            self.kept.iterations = solution.iterations;
            solution.clone_from(&self.kept);
            pull = (pull * WEAKER).max(WEAKEST_PULL);
        }
        self.anchor = anchor;
        solved
    }

    /// The neighbourhood of the solution by an interior point, and from there by rounds; where these fail, the
    /// interior point itself.
    fn polish(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Error> {
        match interior::solve(program, solution) {
            Outcome::Solved => {}
            Outcome::DualInfeasible => return Err(infeasible::unbounded(program)),
            Outcome::PrimalInfeasible | Outcome::Failed => {
                return Err(match infeasible::explain(program)? {
                    Some(conflict) => Error::Infeasible(Box::new(conflict)),
                    None => Error::Numerical { iterations: solution.iterations },
                });
            }
        }
        self.kept.clone_from(solution);
        let size = solution.x.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
        let breakpoints = &self.round.breakpoints;
        solution.active.places.clear();
        solution.active.places.extend(
            solution.x.iter().enumerate().map(|(asset, &x)| breakpoints.place(asset, x, INTERIOR * size)),
        );
        solution.active.rows.clear();
        let strongest =
            solution.rows.iter().chain(&solution.absolute).fold(0.0, |most: f64, y| most.max(y.abs()));
        solution.active.rows.extend(solution.rows.iter().chain(&solution.absolute).map(|&multiplier| {
            if multiplier < -INTERIOR * strongest {
                Binding::Upper
            } else if multiplier > INTERIOR * strongest {
                Binding::Lower
            } else {
                Binding::None
            }
        }));
        bind_equations(program, &mut solution.active.rows);
        self.kept.active.clone_from(&solution.active);
        let solved = match self.pivot(program, form, Proximal::NONE, FEW_ROUNDS, solution) {
            Rounds::Solved => true,
            Rounds::Exhausted => false,
            Rounds::Singular => {
                solution.clone_from(&self.kept);
                self.approach(program, form, solution)
            }
        };
        if !solved {
            let iterations = solution.iterations;
            solution.clone_from(&self.kept);
            solution.iterations = iterations;
            self.round.current = false;
        }
        Ok(())
    }
}

/// Equations always bind.
fn bind_equations(program: &Program<'_>, rows: &mut [Binding]) {
    for (row, binding) in rows.iter_mut().take(program.rows.len()).enumerate() {
        if program.rows.lower()[row] >= program.rows.upper()[row] {
            *binding = Binding::Upper;
        }
    }
}
