//! Observed excesses beside those that a fit expects.

use crate::Error;
use crate::extreme::GeneralisedPareto;

use super::sample::check_finite;

/// An excess beside what a distribution expects in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QuantilePoint {
    /// The plotting position `(i - 1/2) / n` of the i-th excess from below.
    pub position: f64,
    /// The excess.
    pub observed: f64,
    /// The quantile of the distribution at the position: with `observed`, a point of the quantile plot.
    pub expected: f64,
    /// The distribution function at the excess: with `position`, a point of the probability plot.
    pub probability: f64,
}

/// The points of the quantile plot and the probability plot of a generalised Pareto distribution, the least
/// excess first.
///
/// # Errors
/// [`Error::Observation`] for an excess that is not finite.
///
/// # Cost
/// One sort of n excesses, and two powers for each.
///
/// # Examples
/// ```
/// use po_tail::{GeneralisedPareto, quantile_plot};
///
/// let fit = GeneralisedPareto::new(0.5, 1.0)?;
/// let points = quantile_plot(&[6.0, 0.5], &fit)?;
/// assert_eq!((points[1].position, points[1].observed), (0.75, 6.0));
/// assert!((points[1].expected - 2.0).abs() < 1e-14 && (points[1].probability - 0.9375).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
pub fn quantile_plot(
    excesses: &[f64],
    distribution: &GeneralisedPareto,
) -> Result<Vec<QuantilePoint>, Error> {
    check_finite("excess", excesses)?;
    let mut ascending = excesses.to_vec();
    ascending.sort_unstable_by(f64::total_cmp);
    let count = ascending.len() as f64;
    let point = |(index, observed): (usize, f64)| {
        let position = (index as f64 + 0.5) / count;
        QuantilePoint {
            position,
            observed,
            expected: distribution.quantile(position),
            probability: distribution.cdf(observed),
        }
    };
    Ok(ascending.into_iter().enumerate().map(point).collect())
}
