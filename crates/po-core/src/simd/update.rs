//! Kernels that change a vector in place.

use pulp::Simd;

use super::blocks::{Kernel, dispatch, multiply_add, padded, split, split_mut, store_prefix};

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

impl Kernel for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) {
        let length = self.x.len().min(self.y.len());
        let (x, x_rest) = split::<S, P>(&self.x[..length]);
        let (y, y_rest) = split_mut::<S, P>(&mut self.y[..length]);
        let factor = [simd.splat_f64s(self.factor); P];
        for (x, y) in x.iter().zip(y) {
            multiply_add(simd, &factor, x, y);
        }
        let mut sum = padded::<S, P>(simd, y_rest);
        multiply_add(simd, &factor, &padded::<S, P>(simd, x_rest), &mut sum);
        store_prefix::<S, P>(&sum, y_rest);
    }
}
