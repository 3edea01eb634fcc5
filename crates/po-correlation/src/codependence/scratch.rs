//! Working memory; it grows to the largest problem seen and never shrinks.

use super::columns::Columns;
use super::discordance::Discordance;
use super::joint::Joint;

/// Working memory of every estimator of a codependence.
///
/// # Cost
/// For T observations of N assets, in numbers of eight bytes: up to 5 T N for distance correlation, 2.5 T N +
/// N²/4 for the measures of information, and T N/64 for the dependence of tails.
#[derive(Clone, Debug, Default)]
pub struct CodependenceScratch {
    /// Returns, brought to one scale.
    pub(super) columns: Columns,
    /// What of each asset, and of a pair, distance correlation needs.
    pub(super) discordance: Discordance,
    /// Bins and counts.
    pub(super) joint: Joint,
    /// The root of the distance variance of each asset.
    pub(super) deviations: Vec<f64>,
    /// One column, sorted.
    pub(super) sorted: Vec<f64>,
    /// Which returns lie in the tail, a bit each: words for each asset.
    pub(super) tails: Vec<u64>,
    /// How many of them there are.
    pub(super) sizes: Vec<u32>,
}
