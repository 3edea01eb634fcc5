//! The columns of a sample, brought to one scale.

use po_core::simd::sum;
use po_core::{InputError, Returns};

/// The returns of each asset, scaled and centred.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    observations: usize,
    /// Returns over a power of two that lies near the largest of their asset: scaling is exact, and nothing
    /// that is made of them overflows.
    scaled: Vec<f64>,
    /// Those less their mean, scaled once more.
    centred: Vec<f64>,
}

impl Columns {
    /// Takes in a sample of at least `required` observations.
    pub(super) fn take(
        &mut self,
        what: &'static str,
        required: usize,
        returns: &Returns,
    ) -> Result<(), InputError> {
        let observations = returns.observations();
        if observations < required {
            return Err(InputError::TooFewObservations { what, observations, required });
        }
        self.observations = observations;
        self.scaled.resize(returns.as_slice().len(), 0.0);
        self.centred.resize(returns.as_slice().len(), 0.0);
        let columns = self.scaled.chunks_exact_mut(observations);
        for (asset, (scaled, centred)) in columns.zip(self.centred.chunks_exact_mut(observations)).enumerate()
        {
            let column = returns.column(asset);
            if does_not_move(column) {
                return Err(InputError::ZeroVariance { asset });
            }
            scaled.copy_from_slice(column);
            scale(scaled);
            let mean = sum(scaled) / observations as f64;
            centred.iter_mut().zip(&*scaled).for_each(|(centred, value)| *centred = value - mean);
            scale(centred);
        }
        Ok(())
    }

    pub(super) fn observations(&self) -> usize {
        self.observations
    }

    pub(super) fn assets(&self) -> usize {
        self.scaled.len() / self.observations
    }

    /// The scaled returns of an asset.
    pub(super) fn scaled(&self, asset: usize) -> &[f64] {
        &self.scaled[asset * self.observations..(asset + 1) * self.observations]
    }

    /// The scaled and centred returns of an asset.
    pub(super) fn centred(&self, asset: usize) -> &[f64] {
        &self.centred[asset * self.observations..(asset + 1) * self.observations]
    }
}

/// Whether all returns of an asset are equal.
#[expect(clippy::float_cmp, reason = "equality with the first number is what is asked")]
pub(super) fn does_not_move(column: &[f64]) -> bool {
    column.iter().all(|value| *value == column[0])
}

/// Divides by the power of two at or below the largest absolute value.
fn scale(values: &mut [f64]) {
    const EXPONENT: u64 = 0x7ff << 52;
    let largest = values.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    let power = f64::from_bits(largest.to_bits() & EXPONENT);
    values.iter_mut().for_each(|value| *value /= power);
}
