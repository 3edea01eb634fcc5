//! Whether the extremes of two series come together, as the level rises.

use po_core::{Confidence, InputError};

use crate::Error;

use super::normal::two_sided;
use super::sample::{check_between, check_finite};

/// Which end of a distribution is its tail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Tail {
    /// The least values: the losses, where the values are returns.
    #[default]
    Lower,
    /// The greatest values.
    Upper,
}

/// The dependence of two tails at one level, with pointwise intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExtremalDependence {
    /// The level `u`: the tails are what lies beyond it.
    pub level: f64,
    /// `χ(u)`: about the probability that one series is in its tail, given that the other is.
    pub chi: f64,
    /// The interval of `χ(u)`.
    pub chi_interval: (f64, f64),
    /// `χ̄(u)`, in (-1, 1]: one in the limit where tails are dependent, and below one where they are
    /// asymptotically independent, with the strength of what dependence there is before the limit.
    pub chi_bar: f64,
    /// The interval of `χ̄(u)`.
    pub chi_bar_interval: (f64, f64),
    /// How many periods both series are beyond the level in.
    pub joint: usize,
}

/// `χ(u)` and `χ̄(u)` of two series at several levels.
///
/// With ranks over `T + 1` in place of the values, `U` and `V`, counted from the end away from the tail:
///
/// ```text
/// χ(u) = 2 - ln P(U < u, V < u) / ln u
/// χ̄(u) = 2 ln(1-u) / ln P(U > u, V > u) - 1
/// ```
///
/// Intervals are normal, with the variances of the two shares by the delta method, and are cut off at the ends
/// that the functions have: 1 above, and `2 - ln max(2u-1, 0) / ln u` and -1 below.
///
/// # Shapes and units
/// Ties share the mean of their ranks. Without a period in which both are beyond the level, `χ̄` is -1.
///
/// # Errors
/// [`InputError::LengthMismatch`]; [`InputError::OutOfRange`] for a level that is not between 0 and 1;
/// [`Error::Observation`] for a value that is not finite; [`Error::TooFew`] for fewer than two periods, or
/// when no period is below a level.
///
/// # Cost
/// Four sorts of T numbers, then two bisections for each level.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Tail, extremal_dependence};
///
/// // A series and itself: the tails are the same.
/// let losses: Vec<f64> = (0..99).map(f64::from).collect();
/// let points = extremal_dependence(&losses, &losses, Tail::Upper, &[0.895], Confidence::new(0.95)?)?;
/// assert!((points[0].chi - 1.0).abs() < 0.06 && (points[0].chi_bar - 1.0).abs() < 0.06);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Coles, Heffernan, Tawn (1999), Dependence measures for extreme value analyses, sections 3.1 and 3.2.
pub fn extremal_dependence(
    first: &[f64],
    second: &[f64],
    tail: Tail,
    levels: &[f64],
    coverage: Confidence,
) -> Result<Vec<ExtremalDependence>, Error> {
    let what = "the second series";
    if first.len() != second.len() {
        return Err(InputError::LengthMismatch { what, expected: first.len(), actual: second.len() }.into());
    }
    check_finite("value of the first series", first)?;
    check_finite("value of the second series", second)?;
    for &level in levels {
        check_between("the level of the tail", level, (0.0, 1.0), "a number in (0, 1)")?;
    }
    if first.len() < 2 {
        return Err(Error::TooFew { what: "the pair of series", needed: 2, actual: first.len() });
    }
    let (ranks, others) = (ranks(first, tail), ranks(second, tail));
    let pairs = || ranks.iter().zip(&others);
    let mut greater: Vec<f64> = pairs().map(|(a, b)| a.max(*b)).collect();
    let mut lesser: Vec<f64> = pairs().map(|(a, b)| a.min(*b)).collect();
    greater.sort_unstable_by(f64::total_cmp);
    lesser.sort_unstable_by(f64::total_cmp);
    let z = two_sided(coverage);
    levels.iter().map(|&level| point(level, &greater, &lesser, z)).collect()
}

/// The dependence at one level, from the greater and the lesser rank of each period in ascending order.
fn point(level: f64, greater: &[f64], lesser: &[f64], z: f64) -> Result<ExtremalDependence, Error> {
    let count = greater.len() as f64;
    let below = greater.partition_point(|&rank| rank < level);
    let joint = lesser.len() - lesser.partition_point(|&rank| rank <= level);
    if below == 0 {
        return Err(Error::TooFew { what: "the part of both series below the level", needed: 1, actual: 0 });
    }
    let (under, over) = (below as f64 / count, joint as f64 / count);
    let log_level = level.ln();
    let chi = 2.0 - under.ln() / log_level;
    let width = z * ((1.0 - under) / (under * count)).sqrt() / log_level.abs();
    let least = 2.0 - (2.0 * level - 1.0).max(0.0).ln() / log_level;
    let chi_interval = ((chi - width).max(least), (chi + width).min(1.0));
    let (log_beyond, log_over) = ((1.0 - level).ln(), over.ln());
    let (chi_bar, width) = if joint == 0 {
        (-1.0, 0.0)
    } else {
        let slope = 2.0 * log_beyond.abs() / (log_over * log_over * over);
        (2.0 * log_beyond / log_over - 1.0, z * slope * (over * (1.0 - over) / count).sqrt())
    };
    let chi_bar_interval = ((chi_bar - width).max(-1.0), (chi_bar + width).min(1.0));
    Ok(ExtremalDependence { level, chi, chi_interval, chi_bar, chi_bar_interval, joint })
}

/// The ranks over `T + 1`, the tail near one; equal values share the mean of their ranks.
fn ranks(values: &[f64], tail: Tail) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| match tail {
        Tail::Upper => values[a].total_cmp(&values[b]),
        Tail::Lower => values[b].total_cmp(&values[a]),
    });
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    #[expect(clippy::float_cmp, reason = "equal values share a rank")]
    for same in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (same.len() + 1) as f64 / 2.0;
        same.iter().for_each(|&row| ranks[row] = rank / (values.len() + 1) as f64);
        start += same.len();
    }
    ranks
}
