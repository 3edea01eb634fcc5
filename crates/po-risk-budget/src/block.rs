//! Eight assets that coordinate descent moves together.
//!
//! Coordinate i of `½ y'C y - Σ b ln y` is least at `φ(a_i) = sqrt(a_i² + b_i) - a_i`, with `a_i` half of what the
//! other assets add to its covariance with the portfolio. One after the other, eight of these roots would wait for
//! each other. Here all eight are taken at once from the old `a`; how far each asset so moves, `e`, tells to first
//! order how the `a` of those behind it change, `a += Q e`; and all eight roots are taken again.

use pulp::Simd;

use crate::lanes::{Eight, Registers, Tile, add_multiples, registers, registers_mut, splat};

/// The minimisers of eight coordinates, each aware of how those before it move; `coupling` is Q.
#[inline(always)]
pub(crate) fn minimise<S: Simd>(
    simd: S,
    coupling: &Tile,
    pull: &Eight,
    budget: &Eight,
    before: &Eight,
) -> Eight {
    let mut moves = Eight::default();
    for (part, moved) in registers_mut::<S>(&mut moves).iter_mut().enumerate() {
        let (pull, budget) = (registers::<S>(pull)[part], registers::<S>(budget)[part]);
        let root = simd.sqrt_f64s(simd.mul_add_e_f64s(pull, pull, budget));
        *moved = simd.sub_f64s(root, simd.add_f64s(pull, registers::<S>(before)[part]));
    }
    let mut pull = *pull;
    add_multiples(simd, coupling, &splat(simd, &moves), &mut pull);
    let mut minimisers = Eight::default();
    for (part, minimiser) in registers_mut::<S>(&mut minimisers).iter_mut().enumerate() {
        let (pull, budget) = (registers::<S>(&pull)[part], registers::<S>(budget)[part]);
        let root = simd.sqrt_f64s(simd.mul_add_e_f64s(pull, pull, budget));
        // The quotient loses no digits where the pull is large.
        let sum = simd.add_f64s(root, simd.abs_f64s(pull));
        let against = simd.less_than_f64s(simd.splat_f64s(0.0), pull);
        *minimiser = simd.select_f64s(against, simd.div_f64s(budget, sum), sum);
    }
    minimisers
}

/// How the pulls of eight assets answer to moves of the assets before them.
///
/// ```text
/// Q = L (I - S L)^-1, S = diag(φ'), φ' = -2 y² / (y² + b)
/// ```
///
/// L is half of the correlations below the diagonal. With L itself in place of Q, sweeps drift apart where assets hedge
/// each other. Q need not be up to date: where nothing moves, it does not count.
#[inline(always)]
pub(crate) fn coupling<S: Simd>(simd: S, correlations: &Tile, y: &Eight, budget: &Eight) -> Tile {
    let mut lower = *correlations;
    for (col, column) in lower.iter_mut().enumerate() {
        column.0[..=col].fill(0.0);
    }
    let mut slopes = Eight::default();
    for (part, slope) in registers_mut::<S>(&mut slopes).iter_mut().enumerate() {
        let (y, budget) = (registers::<S>(y)[part], registers::<S>(budget)[part]);
        let square = simd.mul_f64s(y, y);
        let twice = simd.add_f64s(square, square);
        *slope = simd.neg_f64s(simd.div_f64s(twice, simd.add_f64s(square, budget)));
    }
    let mut coupling = lower;
    for (col, column) in coupling.iter_mut().enumerate() {
        for (row, entries) in lower.iter().enumerate().skip(col + 1) {
            let factor = simd.splat_f64s(column.0[row] * slopes.0[row]);
            for (sum, &entry) in registers_mut::<S>(column).iter_mut().zip(registers::<S>(entries)) {
                *sum = simd.mul_add_e_f64s(entry, factor, *sum);
            }
        }
    }
    coupling
}

/// The difference of two eights, each number in a register of its own.
#[inline(always)]
pub(crate) fn difference<S: Simd>(simd: S, after: &Eight, before: &Eight) -> Registers<S> {
    let mut difference = Eight::default();
    for (part, number) in registers_mut::<S>(&mut difference).iter_mut().enumerate() {
        *number = simd.sub_f64s(registers::<S>(after)[part], registers::<S>(before)[part]);
    }
    splat(simd, &difference)
}
