//! Dependence of the lower tails.

use po_core::{Codependence, CodependenceError, CodependenceMeasure, InputError, Returns};

use super::columns::does_not_move;
use super::{CodependenceEstimator, CodependenceScratch};

/// Settings of [`LowerTailDependence`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `level` | 0.05 | above 0, below 1 | which share of the observations is the tail |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LowerTailDependenceParams {
    /// Which share of the observations is the tail.
    pub level: f64,
}

impl Default for LowerTailDependenceParams {
    fn default() -> Self {
        Self { level: 0.05 }
    }
}

/// The share of the worst periods of one asset that are among the worst of the other as well: the empirical
/// coefficient of lower-tail dependence.
///
/// ```text
/// λ_ij = #{t : x_t <= x_(k), y_t <= y_(k)} / k   with k = ⌈α T⌉
/// ```
///
/// `x_(k)` is the k-th smallest return. Returns that are tied with it belong to the tail; where that makes
/// two tails unlike in size, the greater size stands in place of `k`, so that no share exceeds one.
///
/// # Shapes and units
/// N x N, in [0, 1], one on the diagonal: [`CodependenceMeasure::LowerTailDependence`]. Independent assets have about
/// `α`.
///
/// # Cost
/// N selections among T numbers, and T N²/64 operations on words of 64 periods.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_correlation::{CodependenceEstimator, LowerTailDependence, LowerTailDependenceParams};
///
/// // The two worst periods of four: the first two of one asset, the first and the last of the other.
/// let returns = Returns::from_column_slice(4, 2, &[-0.3, -0.2, 0.1, 0.2, -0.1, 0.4, 0.3, -0.2])?;
/// let estimator = LowerTailDependence::new(LowerTailDependenceParams { level: 0.5 })?;
/// assert_eq!(estimator.estimate(&returns)?.as_slice()[1], 0.5);
/// # Ok::<(), po_core::CodependenceError>(())
/// ```
///
/// # Source
/// Schmidt, Stadtmüller (2006), Non-parametric estimation of tail dependence, section 3; De Luca, Zuccolotto
/// (2011), A tail dependence-based dissimilarity measure for financial time series clustering. Riskfolio-Lib
/// keeps `k` where returns are tied and cuts off shares above one, and rounds to eight digits, none of them
/// zero.
///
/// # Settings
/// [`LowerTailDependenceParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LowerTailDependence(LowerTailDependenceParams);

impl LowerTailDependence {
    /// An estimator with these settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a level that is not between 0 and 1.
    pub fn new(params: LowerTailDependenceParams) -> Result<Self, CodependenceError> {
        let value = params.level;
        if value > 0.0 && value < 1.0 {
            return Ok(Self(params));
        }
        let (name, expected) = ("the level of the tail", "a number between 0 and 1, both excluded");
        Err(InputError::OutOfRange { name, value, expected }.into())
    }

    /// How many of so many observations are the tail.
    fn size(&self, observations: usize) -> usize {
        // 0.07 · 100 is a little more than seven, in binary digits; the tail has seven observations all the
        // same.
        let size = self.0.level * observations as f64 * (1.0 - 1e-12);
        (size.ceil() as usize).clamp(1, observations)
    }
}

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

impl CodependenceEstimator for LowerTailDependence {
    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two; [`InputError::ZeroVariance`] for an asset that
    /// does not move.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut CodependenceScratch,
        codependence: &mut Codependence,
    ) -> Result<(), CodependenceError> {
        let (observations, assets) = (returns.observations(), returns.assets());
        if observations < 2 {
            let what = "the observations for a dependence of tails";
            return Err(InputError::TooFewObservations { what, observations, required: 2 }.into());
        }
        let CodependenceScratch { sorted, tails, sizes, .. } = scratch;
        let words = observations.div_ceil(BITS);
        tails.clear();
        tails.resize(assets * words, 0);
        sizes.clear();
        for (asset, tail) in tails.chunks_exact_mut(words).enumerate() {
            let column = returns.column(asset);
            if does_not_move(column) {
                return Err(InputError::ZeroVariance { asset }.into());
            }
            sorted.clear();
            sorted.extend_from_slice(column);
            let (_, threshold, _) =
                sorted.select_nth_unstable_by(self.size(observations) - 1, f64::total_cmp);
            for (word, values) in tail.iter_mut().zip(column.chunks(BITS)) {
                let bits = values.iter().enumerate();
                *word = bits.fold(0, |word, (bit, value)| word | u64::from(value <= threshold) << bit);
            }
            sizes.push(ones(tail.iter().copied()));
        }
        codependence.assign(CodependenceMeasure::LowerTailDependence, assets, |entries| {
            for (col, of_col) in tails.chunks_exact(words).enumerate() {
                for (row, of_row) in tails.chunks_exact(words).enumerate().skip(col) {
                    let both = ones(of_col.iter().zip(of_row).map(|(a, b)| a & b));
                    let entry = f64::from(both) / f64::from(sizes[col].max(sizes[row]));
                    entries[col * assets + row] = entry;
                    entries[row * assets + col] = entry;
                }
            }
        })?;
        tracing::debug!(assets, observations, "lower-tail dependence");
        Ok(())
    }
}

fn ones(words: impl Iterator<Item = u64>) -> u32 {
    words.map(u64::count_ones).sum()
}
