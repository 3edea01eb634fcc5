//! Kernels that make one number of many.

use std::iter::zip;

use pulp::{Simd, WithSimd};

use super::blocks::{BLOCK, Block, dispatch, multiply_add, padded, registers, split, total};

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

/// The value of a quadratic form, whose symmetric matrix is given column by column, as many as there are weights; of them
/// the lower half is read.
///
/// ```text
/// Σ_j w_j (a_jj w_j + 2 Σ_{i>j} a_ij w_i)
/// ```
///
/// # Examples
/// ```
/// use po_core::simd::quadratic_form;
///
/// assert_eq!(quadratic_form(&[4.0, 1.0, 1.0, 2.0], &[1.0, 3.0]), 28.0);
/// ```
#[must_use]
pub fn quadratic_form(matrix: &[f64], weights: &[f64]) -> f64 {
    dispatch(QuadraticForm { matrix, weights })
}

struct QuadraticForm<'a> {
    matrix: &'a [f64],
    weights: &'a [f64],
}

impl WithSimd for QuadraticForm<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let Self { matrix, weights } = self;
        let mut sum = 0.0;
        let columns = matrix.chunks_exact(weights.len().max(1));
        for (place, (column, weight)) in zip(columns, weights).enumerate() {
            let (above, below) = (&column[..=place], &column[place + 1..]);
            let others = Dot { a: below, b: &weights[place + 1..] }.with_simd(simd);
            sum += weight * above.last().map_or(0.0, |own| own * weight + 2.0 * others);
        }
        sum
    }
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

impl WithSimd for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let length = self.a.len().min(self.b.len());
        let (a, a_rest) = split::<S>(&self.a[..length]);
        let (b, b_rest) = split::<S>(&self.b[..length]);
        let width = registers::<S>();
        let (fours, blocks) = a.split_at(a.len() - a.len() % (CHAINS * width));
        let (b_fours, b_blocks) = b.split_at(fours.len());
        let mut sums = [[simd.splat_f64s(0.0); BLOCK]; CHAINS];
        for (a, b) in fours.chunks_exact(CHAINS * width).zip(b_fours.chunks_exact(CHAINS * width)) {
            for (chain, sum) in sums.iter_mut().enumerate() {
                multiply_add(simd, &a[chain * width..], &b[chain * width..], sum);
            }
        }
        // Fewer than four blocks are left, so that the last chain is free for the numbers beyond them.
        for (chain, sum) in sums.iter_mut().enumerate() {
            let start = (chain * width).min(blocks.len());
            multiply_add(simd, &blocks[start..], &b_blocks[start..], sum);
        }
        multiply_add(
            simd,
            &padded::<S, BLOCK>(simd, a_rest),
            &padded::<S, BLOCK>(simd, b_rest),
            &mut sums[CHAINS - 1],
        );
        total_of_chains(simd, sums)
    }
}

pub(super) struct Sum<'a>(pub(super) &'a [f64]);

impl WithSimd for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (values, rest) = split::<S>(self.0);
        let width = registers::<S>();
        let (fours, blocks) = values.split_at(values.len() - values.len() % (CHAINS * width));
        let mut sums = [[simd.splat_f64s(0.0); BLOCK]; CHAINS];
        for values in fours.chunks_exact(CHAINS * width) {
            for (chain, sum) in sums.iter_mut().enumerate() {
                add(simd, &values[chain * width..], sum);
            }
        }
        for (chain, sum) in sums.iter_mut().enumerate() {
            add(simd, &blocks[(chain * width).min(blocks.len())..], sum);
        }
        add(simd, &padded::<S, BLOCK>(simd, rest), &mut sums[CHAINS - 1]);
        total_of_chains(simd, sums)
    }
}

/// The chains are added in pairs, then the lanes.
#[inline(always)]
fn total_of_chains<S: Simd>(simd: S, [mut a, b, mut c, d]: [Block<S>; CHAINS]) -> f64 {
    add(simd, &b, &mut a);
    add(simd, &d, &mut c);
    add(simd, &c, &mut a);
    total(simd, &mut a[..registers::<S>()])
}

/// sum += a, for one block or what there is of it.
#[inline(always)]
fn add<S: Simd>(simd: S, a: &[S::f64s], sum: &mut Block<S>) {
    for (sum, &a) in sum[..registers::<S>()].iter_mut().zip(a) {
        *sum = simd.add_f64s(a, *sum);
    }
}

pub(super) struct ArgMin<'a>(pub(super) &'a [f64]);

impl WithSimd for ArgMin<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    #[expect(clippy::float_cmp, reason = "the least value is one of the values")]
    fn with_simd<S: Simd>(self, simd: S) -> Option<usize> {
        let (values, rest) = split::<S>(self.0);
        let width = registers::<S>();
        let mut least = [simd.splat_f64s(f64::INFINITY); BLOCK];
        for values in values.chunks_exact(width) {
            for (least, &value) in least.iter_mut().zip(values) {
                *least = lesser(simd, value, *least);
            }
        }
        let least = least[..width].iter().map(|values| simd.reduce_min_f64s(*values));
        let least = least.chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
        self.0.iter().position(|&value| value == least)
    }
}

/// The lesser of two numbers; `b` where `a` is NaN, because a comparison with NaN is false.
#[inline(always)]
fn lesser<S: Simd>(simd: S, a: S::f64s, b: S::f64s) -> S::f64s {
    simd.select_f64s(simd.less_than_f64s(a, b), a, b)
}
