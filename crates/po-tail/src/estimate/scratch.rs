//! Working memory of the models.

use po_core::RiskScratch;

use crate::{GpdScratch, PeaksOverThreshold, ThresholdChoice, ThresholdScratch};

/// Working memory of [`TailModel`](crate::TailModel).
///
/// # Cost
/// Up to five numbers of eight bytes per return, for the longest series seen.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{TailModel, TailScratch};
///
/// let mut scratch = TailScratch::default();
/// for loss in [0.02, 0.03] {
///     let risk = TailModel::Historical.estimate_into(&[0.01, -loss], Confidence::new(0.9)?, &mut scratch)?;
///     assert_eq!(risk.cvar, loss);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TailScratch {
    /// Of the measures that are taken from `po-core`: T numbers.
    pub(crate) risk: RiskScratch,
    /// Losses beside their weights, in order: T pairs.
    pub(super) weighted: Vec<(f64, f64)>,
    /// A series that was resampled, rescaled or turned: T numbers.
    pub(super) series: Vec<f64>,
    /// Of the choice of a threshold, and the choice.
    pub(super) threshold: ThresholdScratch,
    pub(crate) choice: ThresholdChoice,
    /// Of the fit of the excesses, and the fit.
    pub(super) gpd: GpdScratch,
    pub(super) peaks: PeaksOverThreshold,
}
