//! The whole efficient frontier, exactly.

mod basis;
mod between;
mod event;
mod start;
mod sweep;
mod walk;

use po_core::{Bounds, Certificate, InputError, Moments, Weights};

use crate::kernel::{CertificateScratch, Form, certify};
use crate::path::CANCELLED;
use crate::{Error, FrontierPoint, Program, ProgramSolution, Rows, check_positive_semidefinite};
use sweep::{Point, Sweep};

/// The efficient frontier: between two turning points, weights are mixtures of those at either end.
///
/// Each portfolio on it solves, for some λ,
///
/// ```text
/// minimise ½ x'Σx - λ μ'x
/// ```
///
/// # Source
/// Markowitz (1956); Markowitz, Todd (2000), chapters 7 to 9; Bailey, López de Prado (2013) for the numbers that tests
/// compare. They begin at the greatest return; here the line begins at the least variance, which is unique more often.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalLine {
    /// From the greatest return to the least variance.
    points: Vec<FrontierPoint>,
    /// Where the line goes on for ever: how weights and mean change with λ.
    ray: Option<Ray>,
    certificate: Certificate,
    /// A variance no greater than this is none.
    rounding: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Ray {
    weights: Vec<f64>,
    mean: f64,
}

/// Traces the efficient frontier under bounds and linear constraints.
///
/// Rows stand for the budget and whatever else is linear. Variances may be zero and assets identical: where several
/// portfolios share a variance, the one with the greatest return is on the line, and where several share the greatest
/// return, the one with the least variance is its end.
///
/// # Errors
/// [`Error::Input`] when bounds or rows have another number of assets, and for a covariance that is not positive
/// semidefinite; [`Error::Infeasible`]; [`Error::Unbounded`] when
/// a return is to be had without variance and without limit.
///
/// # Cost
/// Each turning point takes some F N multiplications, for F assets away from their bounds.
///
/// # Examples
/// ```
/// use po_convex::{Rows, critical_line};
/// use po_core::{Bounds, Covariance, Moments};
///
/// let moments = Moments::new(vec![0.10, 0.05], Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?)?;
/// let mut rows = Rows::new(2);
/// rows.push("budget", &[1.0, 1.0], 1.0, 1.0)?;
/// let line = critical_line(&moments, &Bounds::uniform(2, 0.0, 1.0)?, &rows)?;
/// let [best, safest] = line.turning_points() else { unreachable!() };
/// assert_eq!(best.weights.as_slice(), [1.0, 0.0]);
/// assert!((safest.weights.as_slice()[0] - 0.2).abs() < 1e-15);
/// let halfway = line.at_return(0.08)?;
/// assert!((halfway.weights.as_slice()[0] - 0.6).abs() < 1e-15);
/// // The tangency portfolio holds assets in proportion to Σ⁻¹ (μ - r).
/// let tangency = line.maximum_sharpe(0.0)?;
/// assert!((tangency.weights.as_slice()[0] - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), po_convex::Error>(())
/// ```
pub fn critical_line(moments: &Moments, bounds: &Bounds, rows: &Rows) -> Result<CriticalLine, Error> {
    let assets = moments.covariance().len();
    for (what, actual) in [("the list of bounds", bounds.len()), ("a row of coefficients", rows.assets())] {
        if actual != assets {
            return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
        }
    }
    check_positive_semidefinite(moments.covariance())?;
    let (lower, upper) = (bounds.lower(), bounds.upper());
    let mut sweep = Sweep::new(moments, lower, upper, rows)?;
    sweep.run()?;
    let mut points = Vec::with_capacity(sweep.points.len());
    let mut proof = Proof::new(moments, (lower, upper), rows);
    for point in sweep.points.into_iter().rev() {
        proof.add(&point);
        let weights = Weights::new(point.weights)?;
        let variance = moments.covariance().portfolio_variance(&weights)?.max(0.0);
        let mean = po_core::simd::dot(moments.mean(), weights.as_slice());
        points.push(FrontierPoint { weights, mean, variance, lambda: point.lambda });
    }
    let ray = sweep.ray.map(|weights| Ray { mean: po_core::simd::dot(moments.mean(), &weights), weights });
    tracing::debug!(assets, turning_points = points.len(), "traced the critical line");
    let variances = moments.covariance().as_slice().iter().step_by(assets + 1);
    let rounding = CANCELLED * variances.fold(0.0, |most: f64, own| most.max(*own));
    Ok(CriticalLine { points, ray, certificate: proof.worst, rounding })
}

/// The worst of the proofs of some points.
struct Proof<'a> {
    mean: &'a [f64],
    program: Program<'a>,
    linear: Vec<f64>,
    scratch: CertificateScratch,
    solution: ProgramSolution,
    worst: Certificate,
}

impl<'a> Proof<'a> {
    fn new(moments: &'a Moments, (lower, upper): (&'a [f64], &'a [f64]), rows: &'a Rows) -> Self {
        let (risk, mean) = (moments.covariance().into(), moments.mean());
        let program =
            Program { risk, scale: 1.0, ridge: &[], linear: &[], lower, upper, rows, absolute: &[] };
        let (scratch, solution) = (CertificateScratch::default(), ProgramSolution::default());
        Self { mean, program, linear: Vec::new(), scratch, solution, worst: Certificate::default() }
    }

    fn add(&mut self, point: &Point) {
        self.linear.clear();
        self.linear.extend(self.mean.iter().map(|mean| -point.lambda * mean));
        self.solution.x.clone_from(&point.weights);
        self.solution.rows.clone_from(&point.rows);
        let program = Program { linear: &self.linear, ..self.program };
        certify(&program, &Form::of(&program), None, &mut self.scratch, &mut self.solution);
        let (worst, own) = (&mut self.worst, self.solution.certificate);
        worst.primal_residual = worst.primal_residual.max(own.primal_residual);
        worst.dual_residual = worst.dual_residual.max(own.dual_residual);
        worst.complementarity = worst.complementarity.max(own.complementarity);
        worst.gap = worst.gap.max(own.gap.abs());
    }
}

impl CriticalLine {
    /// The portfolios at which the line turns, from the greatest return to the least variance.
    ///
    /// Where the greatest return has no limit, the first turning point is the last before the line goes on for ever.
    /// A portfolio that stays on the frontier while λ changes stands here twice, with either λ.
    #[must_use]
    pub fn turning_points(&self) -> &[FrontierPoint] {
        &self.points
    }

    /// The proof: the worst residuals and the worst gap of the programmes `½ x'Σx - λ μ'x` at the turning points,
    /// computed on the original data.
    ///
    /// What lies between two turning points is a mixture of both, and so are its multipliers.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.certificate
    }
}
