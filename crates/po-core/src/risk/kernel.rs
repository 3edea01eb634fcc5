//! Loops over a series, compiled for the widest registers of the machine.

use pulp::{Simd, WithSimd};

use crate::simd::blocks::dispatch;

/// Numbers that are worked on side by side: four of the widest registers.
const LANES: usize = 32;

/// Numbers that go through many steps together, one loop to a step: they stay in the nearest cache.
pub(super) const BLOCK: usize = 64;

/// Sums that are kept of such numbers side by side: one of the widest registers.
const SUM_LANES: usize = 8;

/// `Σ_t f(x_t)`, in one order for all widths of registers.
pub(super) fn total(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    dispatch(Fold { values, start: 0.0, step: |sum, value| sum + term(value), join: |a, b| a + b })
}

/// The greatest of some values, of which none is NaN; minus infinity without any.
pub(super) fn greatest(values: &[f64]) -> f64 {
    let greater = |a: f64, b: f64| if a > b { a } else { b };
    dispatch(Fold { values, start: f64::NEG_INFINITY, step: greater, join: greater })
}

/// Several sums of terms that take many steps, which `terms` writes for a block of numbers at once.
pub(super) fn totals<const K: usize>(
    values: &[f64],
    terms: impl Fn(&[f64; BLOCK], &mut [[f64; BLOCK]; K]),
) -> [f64; K] {
    dispatch(Sums { values, terms })
}

/// How many of some values satisfy a condition.
pub(super) fn count(values: &[f64], condition: impl Fn(f64) -> bool) -> f64 {
    total(values, |value| if condition(value) { 1.0 } else { 0.0 })
}

/// The mean of a series that has at least one value.
///
/// Taken from the first value, so that a series that never moves has no deviation, not one by rounding.
pub(super) fn mean(values: &[f64]) -> f64 {
    let origin = values.first().copied().unwrap_or_default();
    origin + total(values, |value| value - origin) / values.len() as f64
}

/// A fold of each lane on its own, then over the lanes.
struct Fold<'a, F, G> {
    values: &'a [f64],
    start: f64,
    step: F,
    join: G,
}

impl<F: Fn(f64, f64) -> f64, G: Fn(f64, f64) -> f64> WithSimd for Fold<'_, F, G> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut lanes = [self.start; LANES];
        let (blocks, rest) = self.values.as_chunks::<LANES>();
        for block in blocks {
            for (lane, &value) in lanes.iter_mut().zip(block) {
                *lane = (self.step)(*lane, value);
            }
        }
        for (lane, &value) in lanes.iter_mut().zip(rest) {
            *lane = (self.step)(*lane, value);
        }
        let mut half = LANES / 2;
        while half > 0 {
            for lane in 0..half {
                lanes[lane] = (self.join)(lanes[lane], lanes[lane + half]);
            }
            half /= 2;
        }
        lanes[0]
    }
}

/// Sums of several terms, each lane on its own, then over the lanes.
struct Sums<'a, const K: usize, F> {
    values: &'a [f64],
    terms: F,
}

impl<const K: usize, F: Fn(&[f64; BLOCK], &mut [[f64; BLOCK]; K])> WithSimd for Sums<'_, K, F> {
    type Output = [f64; K];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f64; K] {
        let mut terms = [[0.0; BLOCK]; K];
        let mut sums = [[0.0; SUM_LANES]; K];
        let (blocks, rest) = self.values.as_chunks::<BLOCK>();
        for block in blocks {
            (self.terms)(block, &mut terms);
            for (sums, terms) in sums.iter_mut().zip(&terms) {
                add(terms, sums);
            }
        }
        if let Some(&first) = rest.first() {
            // Filled up with a number that is there; what it leads to is left out.
            let mut block = [first; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            (self.terms)(&block, &mut terms);
            for (sums, terms) in sums.iter_mut().zip(&terms) {
                add(&terms[..rest.len()], sums);
            }
        }
        sums.map(|lanes| lanes.iter().sum())
    }
}

#[inline(always)]
fn add(terms: &[f64], sums: &mut [f64; SUM_LANES]) {
    let (blocks, rest) = terms.as_chunks::<SUM_LANES>();
    for block in blocks {
        for (sum, term) in sums.iter_mut().zip(block) {
            *sum += term;
        }
    }
    for (sum, term) in sums.iter_mut().zip(rest) {
        *sum += term;
    }
}
