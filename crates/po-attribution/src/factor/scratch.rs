//! The working memory of a factor attribution.

use crate::sum::Sum;

/// Memory that a factor attribution keeps from call to call; it grows to the largest problem seen.
///
/// # Examples
/// ```
/// use po_attribution::{
///     FactorAttribution, FactorInput, FactorParams, FactorScratch, OverTime, factor_attribution_into,
/// };
/// use po_core::Returns;
///
/// let returns = Returns::from_column_slice(1, 1, &[0.03])?;
/// let factor_returns = Returns::from_column_slice(1, 1, &[0.02])?;
/// let (exposures, weights) = (OverTime::Constant(&[0.5]), OverTime::Constant(&[1.0]));
/// let input = FactorInput::new(&returns, &factor_returns, exposures, weights);
/// let (mut scratch, mut parts) = (FactorScratch::default(), FactorAttribution::default());
/// for _ in 0..2 {
///     factor_attribution_into(&input, &FactorParams::default(), &mut scratch, &mut parts)?;
///     assert_eq!(parts.factors, [0.01]);
/// }
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FactorScratch {
    /// Weights less those of the benchmark: N.
    pub(super) active: Vec<f64>,
    /// The same in money, each side times its wealth: N.
    pub(super) money: Vec<f64>,
    /// Returns of the assets in one period, then what is specific of them: N.
    pub(super) specific: Vec<f64>,
    /// Sums over the periods: of each factor, and of the specific and the unattributed part.
    pub(super) sums: Vec<Sum>,
}
