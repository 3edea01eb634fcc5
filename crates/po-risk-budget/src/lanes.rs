//! Eight numbers at a time: what the kernels are made of.
//!
//! Vectors are padded at the front to whole eights, so that all but the first eight rows of a column are whole too.

use pulp::Simd;

/// Numbers in an eight: one register of AVX-512, two of AVX2, four of NEON.
pub(crate) const LANES: usize = 8;

/// Eight numbers that fill one cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(64))]
pub(crate) struct Eight(pub(crate) [f64; LANES]);

/// Eight columns of eight rows.
pub(crate) type Tile = [Eight; LANES];

/// Room for the registers of an eight, of which the first [`registers`] are used.
pub(crate) type Registers<S> = [<S as Simd>::f64s; LANES];

/// How many eights hold so many numbers.
pub(crate) fn blocks(len: usize) -> usize {
    len.div_ceil(LANES)
}

/// How many numbers stand before the first one of a padded vector.
pub(crate) fn padding(len: usize) -> usize {
    LANES * blocks(len) - len
}

/// Writes numbers behind their padding; the vector keeps its memory.
pub(crate) fn pack(values: impl ExactSizeIterator<Item = f64>, padding_value: f64, eights: &mut Vec<Eight>) {
    let mut lane = padding(values.len());
    eights.resize(blocks(values.len()), Eight::default());
    let mut values = values;
    for eight in eights {
        eight.0[..lane].fill(padding_value);
        for (place, value) in eight.0[lane..].iter_mut().zip(&mut values) {
            *place = value;
        }
        lane = 0;
    }
}

/// The numbers behind the padding.
pub(crate) fn numbers(eights: &[Eight], len: usize) -> impl Iterator<Item = f64> {
    let (first, rest) = eights.split_at(eights.len().min(1));
    let first = first.iter().flat_map(move |eight| &eight.0[padding(len)..]);
    first.chain(rest.iter().flat_map(|eight| &eight.0)).copied()
}

/// The numbers behind the padding, to be written to.
pub(crate) fn numbers_mut(eights: &mut [Eight], len: usize) -> impl Iterator<Item = &mut f64> {
    eights.iter_mut().flat_map(|eight| &mut eight.0).skip(padding(len))
}

/// The registers that hold an eight.
#[inline(always)]
pub(crate) fn registers<S: Simd>(eight: &Eight) -> &[S::f64s] {
    S::as_simd_f64s(&eight.0).0
}

/// The registers that hold an eight, to be written to.
#[inline(always)]
pub(crate) fn registers_mut<S: Simd>(eight: &mut Eight) -> &mut [S::f64s] {
    S::as_mut_simd_f64s(&mut eight.0).0
}

/// Each of eight numbers in a register of its own.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, eight: &Eight) -> Registers<S> {
    let mut splats = [simd.splat_f64s(0.0); LANES];
    for (splat, &number) in splats.iter_mut().zip(&eight.0) {
        *splat = simd.splat_f64s(number);
    }
    splats
}

/// The inner products of eight columns with a vector.
#[inline(always)]
pub(crate) fn products<S: Simd>(simd: S, tiles: &[Tile], vector: &[Eight]) -> Eight {
    let mut sums = [simd.splat_f64s(0.0); LANES];
    for (tile, eight) in tiles.iter().zip(vector) {
        multiply_columns(simd, tile, eight, &mut sums);
    }
    totals(simd, &sums)
}

/// Adds the products of eight columns with a vector, lane by lane.
#[inline(always)]
pub(crate) fn multiply_columns<S: Simd>(simd: S, tile: &Tile, vector: &Eight, sums: &mut Registers<S>) {
    for (part, &number) in registers::<S>(vector).iter().enumerate() {
        for (sum, column) in sums.iter_mut().zip(tile) {
            *sum = simd.mul_add_e_f64s(registers::<S>(column)[part], number, *sum);
        }
    }
}

/// The sum over the lanes of each of eight registers.
#[inline(always)]
pub(crate) fn totals<S: Simd>(simd: S, sums: &Registers<S>) -> Eight {
    let mut totals = Eight::default();
    for (total, &sum) in totals.0.iter_mut().zip(sums) {
        *total = simd.reduce_sum_f64s(sum);
    }
    totals
}

/// Adds a multiple of each of eight columns.
#[inline(always)]
pub(crate) fn add_multiples<S: Simd>(simd: S, tile: &Tile, multiples: &Registers<S>, sum: &mut Eight) {
    for (part, sum) in registers_mut::<S>(sum).iter_mut().enumerate() {
        // Two sums side by side, so that an addition need not wait for the one before it.
        let (mut even, mut odd) = (*sum, simd.splat_f64s(0.0));
        for (columns, multiples) in tile.as_chunks::<2>().0.iter().zip(multiples.as_chunks::<2>().0) {
            even = simd.mul_add_e_f64s(registers::<S>(&columns[0])[part], multiples[0], even);
            odd = simd.mul_add_e_f64s(registers::<S>(&columns[1])[part], multiples[1], odd);
        }
        *sum = simd.add_f64s(even, odd);
    }
}

/// The sum of the products of two vectors.
#[inline(always)]
pub(crate) fn inner<S: Simd>(simd: S, a: &[Eight], b: &[Eight]) -> f64 {
    let mut sum = simd.splat_f64s(0.0);
    for (a, b) in a.iter().zip(b) {
        for (&a, &b) in registers::<S>(a).iter().zip(registers::<S>(b)) {
            sum = simd.mul_add_e_f64s(a, b, sum);
        }
    }
    simd.reduce_sum_f64s(sum)
}
