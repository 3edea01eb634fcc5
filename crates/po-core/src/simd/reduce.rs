//! Kernels that make one number of many.

use pulp::Simd;

use super::blocks::{Kernel, add, dispatch, multiply_add, padded, split, total};

/// Blocks that are added to side by side, so that an addition need not wait for the one before it.
const CHAINS: usize = 4;

/// The inner product of two vectors, over their common prefix.
///
/// ```text
/// Σ_i a_i b_i
/// ```
///
/// # Examples
/// ```
/// use po_core::simd::dot;
///
/// assert_eq!(dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 32.0);
/// assert_eq!(dot(&[1.0, 2.0], &[4.0]), 4.0);
/// ```
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    dispatch(Dot { a, b })
}

/// The sum of a vector; zero for an empty one.
///
/// # Examples
/// ```
/// use po_core::simd::sum;
///
/// assert_eq!(sum(&[1.0, 2.0, 3.5]), 6.5);
/// assert_eq!(sum(&[]), 0.0);
/// ```
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    dispatch(Sum(values))
}

/// The place of the least value, the first of them where several are equal.
///
/// NaN is never the least; `None` when there is no other value.
///
/// # Examples
/// ```
/// use po_core::simd::argmin;
///
/// assert_eq!(argmin(&[3.0, f64::NAN, -1.0, -1.0]), Some(2));
/// assert_eq!(argmin(&[f64::NAN]), None);
/// ```
#[must_use]
pub fn argmin(values: &[f64]) -> Option<usize> {
    dispatch(ArgMin(values))
}

pub(super) struct Dot<'a> {
    pub(super) a: &'a [f64],
    pub(super) b: &'a [f64],
}

impl Kernel for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) -> f64 {
        let length = self.a.len().min(self.b.len());
        let (a, a_rest) = split::<S, P>(&self.a[..length]);
        let (b, b_rest) = split::<S, P>(&self.b[..length]);
        let (a, a_blocks) = a.as_chunks::<CHAINS>();
        let (b, b_blocks) = b.as_chunks::<CHAINS>();
        let mut sums = [[simd.splat_f64s(0.0); P]; CHAINS];
        for (a, b) in a.iter().zip(b) {
            for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
                multiply_add(simd, a, b, sum);
            }
        }
        for (sum, (a, b)) in sums.iter_mut().zip(a_blocks.iter().zip(b_blocks)) {
            multiply_add(simd, a, b, sum);
        }
        // Of four chains, at most three have taken a block of the rest.
        multiply_add(simd, &padded(simd, a_rest), &padded(simd, b_rest), &mut sums[CHAINS - 1]);
        total_of_chains(simd, sums)
    }
}

pub(super) struct Sum<'a>(pub(super) &'a [f64]);

impl Kernel for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd, const P: usize>(self, simd: S) -> f64 {
        let (values, rest) = split::<S, P>(self.0);
        let (values, blocks) = values.as_chunks::<CHAINS>();
        let mut sums = [[simd.splat_f64s(0.0); P]; CHAINS];
        for values in values {
            for (sum, value) in sums.iter_mut().zip(values) {
                add(simd, value, sum);
            }
        }
        for (sum, value) in sums.iter_mut().zip(blocks) {
            add(simd, value, sum);
        }
        add(simd, &padded(simd, rest), &mut sums[CHAINS - 1]);
        total_of_chains(simd, sums)
    }
}

#[inline(always)]
fn total_of_chains<S: Simd, const P: usize>(simd: S, [mut a, b, mut c, d]: [[S::f64s; P]; CHAINS]) -> f64 {
    add(simd, &b, &mut a);
    add(simd, &d, &mut c);
    add(simd, &c, &mut a);
    total(simd, a)
}

pub(super) struct ArgMin<'a>(pub(super) &'a [f64]);

impl Kernel for ArgMin<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    #[expect(clippy::float_cmp, reason = "the least value is one of the values")]
    fn run<S: Simd, const P: usize>(self, simd: S) -> Option<usize> {
        let (values, rest) = split::<S, P>(self.0);
        let mut least = [simd.splat_f64s(f64::INFINITY); P];
        for values in values {
            for (least, &value) in least.iter_mut().zip(values) {
                *least = lesser(simd, value, *least);
            }
        }
        let least =
            least.into_iter().fold(f64::INFINITY, |least, values| least.min(simd.reduce_min_f64s(values)));
        let least = rest.iter().fold(least, |least, &value| least.min(value));
        self.0.iter().position(|&value| value == least)
    }
}

/// The lesser of two numbers; `b` where `a` is NaN, because a comparison with NaN is false.
#[inline(always)]
fn lesser<S: Simd>(simd: S, a: S::f64s, b: S::f64s) -> S::f64s {
    simd.select_f64s(simd.less_than_f64s(a, b), a, b)
}
