//! How a programme in conditional value at risk is solved, and why some have no solution.

use po_convex::Error as ConvexError;
use po_core::Status;

use super::solver::Search;
use crate::{CvarProgram, CvarSolution, Error};

/// A weight of this many times the capital is one that runs away.
const RUNAWAY: f64 = 1e5;

/// Working memory of [`CvarProgram::solve_into`].
#[derive(Clone, Debug, Default)]
pub struct CvarScratch {
    search: Search,
}

impl CvarProgram<'_> {
    /// Solves the programme, and proves the solution.
    ///
    /// Only scenarios near the tail, and assets that are worth a look, take part; more of both join where the proof, which
    /// is about all of them, misses them. An interior-point method finds which bounds, kinks and scenarios hold with
    /// equality, and the equations that they are give the weights to rounding.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit; within [`Error::Programme`]: `Infeasible` with the conflict,
    /// `RiskLimitTooLow` with the least conditional value at risk, and `Unbounded` with the asset that moves most.
    ///
    /// # Cost
    /// For F assets that are looked at and S scenarios near the tail, twenty to seventy rounds of S F²/2 + F³/6
    /// multiplications, and about ten of T F.
    ///
    /// # Examples
    /// ```
    /// use po_convex::Constraints;
    /// use po_core::{Confidence, Returns, Status};
    /// use po_tail::CvarProgram;
    ///
    /// // Two assets that never lose together.
    /// let returns = Returns::from_column_slice(4, 2, &[-0.04, 0.02, 0.02, 0.02, 0.01, -0.02, 0.01, 0.01])?;
    /// let compiled = Constraints::default().compile(2)?;
    /// let solution = CvarProgram {
    ///     returns: &returns,
    ///     probabilities: &[],
    ///     confidence: Confidence::new(0.75)?,
    ///     price: 1.0,
    ///     limit: f64::INFINITY,
    ///     linear: &[0.0, 0.0],
    ///     ridge: &[],
    ///     lower: compiled.lower(),
    ///     upper: compiled.upper(),
    ///     rows: compiled.rows(),
    ///     absolute: &[],
    /// }
    /// .solve()?;
    /// // -0.04 x + 0.01 (1 - x) = 0.02 x - 0.02 (1 - x)
    /// assert!((solution.x[0] - 1.0 / 3.0).abs() < 1e-15);
    /// assert!((solution.cvar - 0.02 / 3.0).abs() < 1e-16);
    /// assert_eq!(solution.status, Status::Converged);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    ///
    /// # Source
    /// Mehrotra (1992) for the interior-point method; that the programme has a small part which decides, Künzi-Bay and
    /// Mayer (2006), Computational aspects of minimizing conditional value-at-risk.
    pub fn solve(&self) -> Result<CvarSolution, Error> {
        let mut solution = CvarSolution::default();
        self.solve_into(&mut CvarScratch::default(), &mut solution)?;
        Ok(solution)
    }

    /// As [`CvarProgram::solve`], in the memory that is there.
    ///
    /// A solution of a programme of the same shape is where the search begins: faster for programmes that differ little.
    /// The second call of one size leaves the heap alone, unless there is no solution.
    ///
    /// # Errors
    /// As [`CvarProgram::solve`]; `solution` is then unspecified but valid.
    pub fn solve_into(&self, scratch: &mut CvarScratch, solution: &mut CvarSolution) -> Result<(), Error> {
        self.check()?;
        scratch.search.solve(self, solution)?;
        if solution.status == Status::Converged { Ok(()) } else { self.explain(scratch, solution) }
    }

    /// Finds out why there is no solution, if there is a reason.
    fn explain(&self, scratch: &mut CvarScratch, solution: &CvarSolution) -> Result<(), Error> {
        if self.limit < f64::INFINITY {
            let linear = vec![0.0; self.len()];
            let free = self.absolute.iter().map(|family| po_convex::Absolute { cost: &[], ..*family });
            let absolute: Vec<_> = free.filter(|family| family.limit < f64::INFINITY).collect();
            let this: CvarProgram<'_> = *self;
            let safest = CvarProgram {
                price: 1.0,
                limit: f64::INFINITY,
                linear: &linear,
                ridge: &[],
                absolute: &absolute,
                ..this
            };
            let mut least = CvarSolution::default();
            scratch.search.solve(&safest, &mut least)?;
            let bound = least.objective - least.certificate.gap.abs();
            if least.status == Status::Converged && bound > self.limit {
                let (what, limit, least) = ("conditional value at risk", self.limit, least.cvar);
                return Err(ConvexError::RiskLimitTooLow { what, limit, least }.into());
            }
        }
        let weights = solution.x.iter().map(|x| x.abs()).enumerate();
        match weights.max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((asset, weight)) if weight > RUNAWAY => Err(ConvexError::Unbounded { asset }.into()),
            _ => Ok(()),
        }
    }
}
