//! Working memory of contributions.

use crate::TailScratch;

/// Working memory of [`ContributionModel`](crate::ContributionModel).
///
/// # Cost
/// Some nine numbers of eight bytes per period.
#[derive(Clone, Debug, Default)]
pub struct ContributionScratch {
    /// Of the models of the tail.
    pub(super) tail: TailScratch,
    /// The returns of the portfolio: T numbers.
    pub(super) portfolio: Vec<f64>,
    /// The returns of the portfolio without an asset: T numbers.
    pub(super) without: Vec<f64>,
    /// Losses in another order: T numbers.
    pub(super) losses: Vec<f64>,
    /// The weight of each period in the marginal risks: T numbers.
    pub(super) periods: Vec<f64>,
}
