//! The whole efficient frontier, exactly.

mod basis;
mod between;
mod sweep;

use po_core::{Bounds, InputError, Moments, Weights};

use crate::{Error, FrontierPoint, Rows};
use sweep::Sweep;

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
/// [`Error::Input`] when bounds or rows have another number of assets; [`Error::Infeasible`]; [`Error::Unbounded`] when
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
    let mut sweep = Sweep::new(moments, bounds.lower(), bounds.upper(), rows)?;
    sweep.run()?;
    let mut points = Vec::with_capacity(sweep.points.len());
    for point in sweep.points.into_iter().rev() {
        let weights = Weights::new(point.weights)?;
        let variance = moments.covariance().portfolio_variance(&weights)?.max(0.0);
        let mean = po_core::simd::dot(moments.mean(), weights.as_slice());
        points.push(FrontierPoint { weights, mean, variance, lambda: point.lambda });
    }
    let ray = sweep.ray.map(|weights| Ray { mean: po_core::simd::dot(moments.mean(), &weights), weights });
    tracing::debug!(assets, turning_points = points.len(), "traced the critical line");
    Ok(CriticalLine { points, ray })
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
}
