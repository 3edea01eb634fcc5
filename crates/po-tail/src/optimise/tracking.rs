//! The volatility of the difference to a benchmark, over the scenarios.

use po_convex::{Constraints, Program};
use po_core::linalg::SymmetricEigen;
use po_core::simd::{axpy, dot};
use po_core::{Covariance, Returns};

use super::covariance::covariance;
use super::problem::Problem;
use crate::Error;

/// How prices and conflicts call the limit.
pub(super) const TRACKING: &str = "tracking error";

/// What errors call it.
pub(super) const WORDS: &str = "the tracking error";

/// A limit below this, in units of the root mean square volatility, is held to this: its square is rounding.
const LEAST: f64 = 1e-8;

/// A least tracking error above the limit by more, relative to it, is out of reach.
const BEYOND: f64 = 1e-7;

/// `sqrt((x - b)'S(x - b))`, and the limit on it.
#[derive(Clone, Debug)]
pub(super) struct Tracking {
    /// S.
    covariance: Covariance,
    /// Rows r with `Σ r r' = S`.
    pub(super) roots: Vec<Vec<f64>>,
    /// b.
    pub(super) benchmark: Vec<f64>,
    /// Infinity for none.
    pub(super) limit: f64,
}

impl Tracking {
    /// The tracking error that the constraints speak of; none without a benchmark.
    pub(super) fn of(
        constraints: &Constraints,
        returns: &Returns,
        probabilities: &[f64],
    ) -> Result<Option<Self>, Error> {
        let Some(benchmark) = &constraints.benchmark else { return Ok(None) };
        let covariance = covariance(returns, probabilities)?;
        let assets = covariance.len();
        let eigen = SymmetricEigen::new(covariance.as_view())?;
        let roots: Vec<Vec<f64>> = eigen
            .vectors()
            .column_iter()
            .zip(eigen.values())
            .filter(|(_, value)| **value > 0.0)
            .map(|(vector, value)| vector.iter().map(|entry| value.sqrt() * entry).collect())
            .collect();
        let trace: f64 = (0..assets).map(|asset| covariance.column(asset)[asset]).sum();
        let least = LEAST * (trace / assets as f64).sqrt();
        let limit = constraints.tracking_error.map_or(f64::INFINITY, |limit| limit.max(least));
        Ok(Some(Self { covariance, roots, benchmark: benchmark.as_slice().to_vec(), limit }))
    }

    /// The tracking error of a portfolio.
    pub(super) fn error(&self, x: &[f64]) -> f64 {
        self.parts(x).map(|part| part * part).sum::<f64>().sqrt()
    }

    /// A direction d with `d'(x - b)` no more than the tracking error for every x, and equal to it at this one.
    pub(super) fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.direction(&self.parts(x).collect::<Vec<f64>>(), 0.0)
    }

    /// The sum of the rows by these factors, divided by their norm or what is more: by Cauchy and Schwarz, `d'(x - b)` is
    /// then no more than the tracking error.
    pub(super) fn direction(&self, factors: &[f64], least: f64) -> Vec<f64> {
        let norm = factors.iter().map(|factor| factor * factor).sum::<f64>().sqrt().max(least);
        let mut direction = vec![0.0; self.benchmark.len()];
        if norm > 0.0 && norm.is_finite() {
            for (factor, root) in factors.iter().zip(&self.roots) {
                axpy(factor / norm, root, &mut direction);
            }
        }
        direction
    }

    /// `r'(x - b)` of each row.
    fn parts(&self, x: &[f64]) -> impl Iterator<Item = f64> {
        let difference: Vec<f64> = x.iter().zip(&self.benchmark).map(|(x, b)| x - b).collect();
        self.roots.iter().map(move |root| dot(root, &difference))
    }
}

impl Problem<'_> {
    /// By how much a portfolio misses the limit on its risk, the target and the limit on the tracking error, at most.
    pub(super) fn missed(&self, x: &[f64], risk: f64) -> f64 {
        let strayed = self.tracking.map_or(0.0, |tracking| tracking.error(x) - tracking.limit);
        (risk - self.limit).max(self.target - self.net(x)).max(strayed).max(0.0)
    }

    /// An error where bounds, rows and families leave no portfolio near enough to the benchmark.
    pub(super) fn check_tracking(&self) -> Result<(), Error> {
        let Some(tracking) = self.tracking else { return Ok(()) };
        let Tracking { covariance, benchmark, limit, .. } = tracking;
        let assets = 0..self.assets();
        let linear: Vec<f64> = assets.map(|asset| -dot(covariance.column(asset), benchmark)).collect();
        let Problem { lower, upper, rows, .. } = *self;
        let absolute: Vec<_> =
            self.families.iter().map(|family| po_convex::Absolute { cost: &[], ..*family }).collect();
        let program = Program {
            risk: covariance.into(),
            scale: 1.0,
            ridge: &[],
            linear: &linear,
            lower,
            upper,
            rows,
            absolute: &absolute,
        };
        let least = tracking.error(&program.solve()?.x);
        if least > limit * (1.0 + BEYOND) {
            return Err(po_convex::Error::RiskLimitTooLow { what: WORDS, limit: *limit, least }.into());
        }
        Ok(())
    }
}
