//! Kernels that change a vector in place.

use pulp::{Simd, WithSimd};

use super::blocks::dispatch;

/// Adds a multiple of one vector to another, over their common prefix.
///
/// ```text
/// y_i += factor x_i
/// ```
///
/// # Examples
/// ```
/// use po_core::simd::axpy;
///
/// let mut y = [1.0, 1.0, 1.0];
/// axpy(2.0, &[1.0, 2.0], &mut y);
/// assert_eq!(y, [3.0, 5.0, 1.0]);
/// ```
pub fn axpy(factor: f64, x: &[f64], y: &mut [f64]) {
    dispatch(Axpy { factor, x, y });
}

pub(super) struct Axpy<'a> {
    pub(super) factor: f64,
    pub(super) x: &'a [f64],
    pub(super) y: &'a mut [f64],
}

impl WithSimd for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let length = self.x.len().min(self.y.len());
        let (x, x_rest) = S::as_simd_f64s(&self.x[..length]);
        let (y, y_rest) = S::as_mut_simd_f64s(&mut self.y[..length]);
        let factor = simd.splat_f64s(self.factor);
        for (x, y) in x.iter().zip(y) {
            *y = simd.mul_add_e_f64s(factor, *x, *y);
        }
        let (x, y) = (simd.partial_load_f64s(x_rest), simd.partial_load_f64s(y_rest));
        simd.partial_store_f64s(y_rest, simd.mul_add_e_f64s(factor, x, y));
    }
}
