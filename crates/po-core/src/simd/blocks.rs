//! Blocks of eight numbers: how a slice is cut into them, and how they are multiplied, added and summed.

use pulp::{Arch, Simd, WithSimd};

/// Numbers in a block; registers narrower than this are taken several at a time.
pub(super) const BLOCK: usize = 8;

/// A kernel that takes a block as `P` registers.
pub(super) trait Kernel {
    type Output;
    fn run<S: Simd, const P: usize>(self, simd: S) -> Self::Output;
}

/// Runs a kernel with the widest registers there are.
pub(super) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    Arch::new().dispatch(Width(kernel))
}

/// A kernel, as pulp runs it.
pub(super) struct Width<K>(pub(super) K);

impl<K: Kernel> WithSimd for Width<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> K::Output {
        match S::F64_LANES {
            8 => self.0.run::<S, 1>(simd),
            4 => self.0.run::<S, 2>(simd),
            2 => self.0.run::<S, 4>(simd),
            _ => self.0.run::<S, 8>(simd),
        }
    }
}

/// The whole blocks of a slice, and the numbers left over.
#[inline(always)]
pub(super) fn split<S: Simd, const P: usize>(values: &[f64]) -> (&[[S::f64s; P]], &[f64]) {
    let whole = values.len() - values.len() % BLOCK;
    let (blocks, rest) = values.split_at(whole);
    (S::as_simd_f64s(blocks).0.as_chunks().0, rest)
}

/// As [`split`], to write to.
#[inline(always)]
pub(super) fn split_mut<S: Simd, const P: usize>(values: &mut [f64]) -> (&mut [[S::f64s; P]], &mut [f64]) {
    let whole = values.len() - values.len() % BLOCK;
    let (blocks, rest) = values.split_at_mut(whole);
    (S::as_mut_simd_f64s(blocks).0.as_chunks_mut().0, rest)
}

/// Fewer than eight numbers as a block, filled up with zeros.
#[inline(always)]
pub(super) fn padded<S: Simd, const P: usize>(simd: S, rest: &[f64]) -> [S::f64s; P] {
    let mut rest = rest;
    std::array::from_fn(|_| {
        let (register, beyond) = rest.split_at(rest.len().min(S::F64_LANES));
        rest = beyond;
        simd.partial_load_f64s(register)
    })
}

/// Writes as much of a block as there is room for.
#[inline(always)]
pub(super) fn store_prefix<S: Simd, const P: usize>(block: &[S::f64s; P], rest: &mut [f64]) {
    let mut numbers = [0.0; BLOCK];
    for (numbers, register) in S::as_mut_simd_f64s(&mut numbers).0.iter_mut().zip(block) {
        *numbers = *register;
    }
    rest.iter_mut().zip(numbers).for_each(|(rest, number)| *rest = number);
}

/// sum += a b, number by number.
#[inline(always)]
pub(super) fn multiply_add<S: Simd, const P: usize>(
    simd: S,
    a: &[S::f64s; P],
    b: &[S::f64s; P],
    sum: &mut [S::f64s; P],
) {
    for (sum, (&a, &b)) in sum.iter_mut().zip(a.iter().zip(b)) {
        *sum = simd.mul_add_e_f64s(a, b, *sum);
    }
}

/// sum += a, number by number.
#[inline(always)]
pub(super) fn add<S: Simd, const P: usize>(simd: S, a: &[S::f64s; P], sum: &mut [S::f64s; P]) {
    for (sum, &a) in sum.iter_mut().zip(a) {
        *sum = simd.add_f64s(a, *sum);
    }
}

/// The sum of a block: the upper half is added to the lower half, until one number is left.
#[inline(always)]
pub(super) fn total<S: Simd, const P: usize>(simd: S, mut block: [S::f64s; P]) -> f64 {
    let mut half = P / 2;
    while half > 0 {
        for p in 0..half {
            block[p] = simd.add_f64s(block[p], block[p + half]);
        }
        half /= 2;
    }
    simd.reduce_sum_f64s(block[0])
}
