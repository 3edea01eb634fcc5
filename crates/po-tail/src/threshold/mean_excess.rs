//! The mean excess over a threshold, as the threshold rises.

use po_core::Confidence;

use crate::Error;

use super::normal::two_sided;
use super::sample::{check_finite, greatest_into};

/// The mean excess over one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MeanExcess {
    /// The threshold `u`.
    pub threshold: f64,
    /// How many losses exceed it.
    pub exceedances: usize,
    /// The mean of what they exceed it by.
    pub mean: f64,
    /// The lower end of the interval; minus infinity for a single exceedance.
    pub lower: f64,
    /// The upper end of the interval; infinity for a single exceedance.
    pub upper: f64,
}

/// The mean excess over each loss but the greatest, from the lowest threshold up, with pointwise normal intervals.
///
/// ```text
/// e(u) = 1/k Σ_{x_i > u} (x_i - u)    e(u) ± z s / sqrt(k)
/// ```
///
/// Above a threshold where the tail is generalised Pareto, the points lie about a straight line of slope
/// `ξ/(1-ξ)`. Losses that are equal are one threshold.
///
/// # Shapes and units
/// In the unit of the losses; at most T - 1 points.
///
/// # Errors
/// [`Error::TooFew`] for fewer than two losses; [`Error::Constant`] when all are equal;
/// [`Error::Observation`] for a value that is not finite.
///
/// # Cost
/// One sort of T losses and one pass.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::mean_excess;
///
/// let points = mean_excess(&[3.0, 1.0, 2.0], Confidence::new(0.95)?)?;
/// assert_eq!((points[0].threshold, points[0].exceedances, points[0].mean), (1.0, 2, 1.5));
/// assert_eq!((points[1].threshold, points[1].exceedances, points[1].mean), (2.0, 1, 1.0));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Davison, Smith (1990), Models for exceedances over high thresholds, section 3; Embrechts, Klüppelberg, Mikosch
/// (1997), Modelling extremal events, section 6.2.2.
pub fn mean_excess(losses: &[f64], coverage: Confidence) -> Result<Vec<MeanExcess>, Error> {
    let what = "the list of losses";
    check_finite("loss", losses)?;
    if losses.len() < 2 {
        return Err(Error::TooFew { what, needed: 2, actual: losses.len() });
    }
    let mut descending = Vec::new();
    greatest_into(losses, losses.len(), &mut descending);
    let z = two_sided(coverage);
    let mut points = Vec::new();
    // Welford's recursion for the mean and the squares about it, from the greatest loss down.
    let (mut mean, mut squares) = (0.0, 0.0);
    for (index, pair) in descending.windows(2).enumerate() {
        let (loss, threshold) = (pair[0], pair[1]);
        let count = (index + 1) as f64;
        let step = loss - mean;
        mean += step / count;
        squares += step * (loss - mean);
        if loss > threshold {
            let excess = mean - threshold;
            let error = (squares / (count - 1.0)).sqrt() / count.sqrt();
            let width = if index == 0 { f64::INFINITY } else { z * error };
            points.push(MeanExcess {
                threshold,
                exceedances: index + 1,
                mean: excess,
                lower: excess - width,
                upper: excess + width,
            });
        }
    }
    if points.is_empty() {
        return Err(Error::Constant { what: "the losses", value: descending[0] });
    }
    points.reverse();
    Ok(points)
}
