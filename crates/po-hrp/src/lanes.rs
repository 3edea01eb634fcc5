//! Padding for whole vectors, and the place of a minimum.

use pulp::Simd;

/// Rows of the work matrices are padded to a multiple of this: the widest vector holds eight numbers.
pub(crate) const LANES: usize = 8;

/// The length of a padded row; never a multiple of 4 KiB, where all rows would fall on the same cache sets.
pub(crate) fn padded(len: usize) -> usize {
    let padded = len.next_multiple_of(LANES);
    if padded.is_multiple_of(512) && padded > 0 { padded + LANES } else { padded }
}

/// The first place where `value` stands among vectors; `None` when it is not there.
#[inline(always)]
pub(crate) fn first_place<S: Simd>(simd: S, vectors: &[S::f64s], value: f64) -> Option<usize> {
    let value = simd.splat_f64s(value);
    for (index, &vector) in vectors.iter().enumerate() {
        let lane = simd.first_true_m64s(simd.equal_f64s(vector, value));
        if lane < S::F64_LANES {
            return Some(index * S::F64_LANES + lane);
        }
    }
    None
}
