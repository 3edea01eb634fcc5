//! Working memory of contributions.

use crate::TailScratch;

/// Working memory of [`ContributionModel`](crate::ContributionModel).
///
/// # Cost
/// Some nine numbers of eight bytes per period.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns, Weights};
/// use po_tail::{ContributionMeasure, ContributionModel, ContributionScratch, TailContributions};
///
/// let returns = Returns::from_column_slice(2, 2, &[0.02, -0.04, 0.01, -0.02])?;
/// let (weights, confidence) = (Weights::equal(2)?, Confidence::new(0.5)?);
/// let (mut scratch, mut parts) = (ContributionScratch::default(), TailContributions::default());
/// for model in [ContributionModel::Historical, ContributionModel::Kernel] {
///     let measure = ContributionMeasure::Cvar;
///     model.contributions_into(measure, &returns, &weights, confidence, &mut scratch, &mut parts)?;
///     assert_eq!(parts.component, [0.02, 0.01]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
