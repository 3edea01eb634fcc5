//! Blocks of eight numbers: how a slice is cut into them, and in which order a block is summed.
//!
//! A block fills one register of AVX-512, two of AVX2, four of NEON: [`registers`] says how many. What is summed is
//! summed lane by lane of the block, and then over the lanes in one order, so that the width does not matter.

use pulp::{Arch, Simd, WithSimd};

/// Numbers in a block.
pub(crate) const BLOCK: usize = 8;

/// Room for a block: of its registers, the first [`registers`] are used.
pub(crate) type Block<S> = [<S as Simd>::f64s; BLOCK];

/// Runs a kernel with the widest registers there are.
pub(crate) fn dispatch<K: WithSimd>(kernel: K) -> K::Output {
    Arch::new().dispatch(kernel)
}

/// Registers that a block fills.
#[inline(always)]
pub(crate) fn registers<S: Simd>() -> usize {
    BLOCK / S::F64_LANES
}

/// The registers of the whole blocks of a slice, and the numbers left over.
#[inline(always)]
pub(crate) fn split<S: Simd>(values: &[f64]) -> (&[S::f64s], &[f64]) {
    let (blocks, rest) = values.split_at(values.len() - values.len() % BLOCK);
    (S::as_simd_f64s(blocks).0, rest)
}

/// Fewer than eight numbers as the registers of a block, filled up with zeros.
#[inline(always)]
pub(crate) fn padded<S: Simd, const P: usize>(simd: S, mut rest: &[f64]) -> [S::f64s; P] {
    let mut block = [simd.splat_f64s(0.0); P];
    for register in block.iter_mut().take(registers::<S>()) {
        let (numbers, beyond) = rest.split_at(rest.len().min(S::F64_LANES));
        *register = simd.partial_load_f64s(numbers);
        rest = beyond;
    }
    block
}

/// sum += a b, for the registers of one block or what there is of it.
#[inline(always)]
pub(crate) fn multiply_add<S: Simd>(simd: S, a: &[S::f64s], b: &[S::f64s], sum: &mut [S::f64s]) {
    for (sum, (&a, &b)) in sum.iter_mut().zip(a.iter().zip(b)).take(registers::<S>()) {
        *sum = simd.mul_add_e_f64s(a, b, *sum);
    }
}

/// The sum of the registers of a block: the upper half is added to the lower half, until one number is left.
#[inline(always)]
pub(crate) fn total<S: Simd>(simd: S, block: &mut [S::f64s]) -> f64 {
    let mut half = block.len() / 2;
    while half > 0 {
        for register in 0..half {
            block[register] = simd.add_f64s(block[register], block[register + half]);
        }
        half /= 2;
    }
    simd.reduce_sum_f64s(block[0])
}
