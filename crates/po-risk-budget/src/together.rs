//! All coordinates at once.

use std::iter::zip;

use pulp::Simd;

use crate::lanes::{Eight, inner, registers, registers_mut};
use crate::problem::PADDING;

/// Below this, the variance that the portfolio does not explain is not believed.
const LEAST_OWN: f64 = 0.04;

/// A coordinate keeps at least this much of itself.
const KEPT: f64 = 0.25;

/// Scales y and its product `C y` such that `y'C y = 1`, as at the solution; whether that can be done. The padding stays
/// where it is, at its solution.
#[inline(always)]
pub(crate) fn normalise<S: Simd>(simd: S, budget: &[Eight], product: &mut [Eight], y: &mut [Eight]) -> bool {
    let variance = inner(simd, product, y);
    if !(variance > 0.0 && variance.is_finite()) {
        return false;
    }
    let (one, padding) = (simd.splat_f64s(1.0), simd.splat_f64s(PADDING));
    let scale = simd.splat_f64s(1.0 / variance.sqrt());
    for (budget, (product, y)) in zip(budget, zip(product, y)) {
        let moved = zip(registers_mut::<S>(product), registers_mut::<S>(y));
        for (&budget, (product, y)) in zip(registers::<S>(budget), moved) {
            let scale = simd.select_f64s(simd.equal_f64s(budget, padding), one, scale);
            *product = simd.mul_f64s(*product, scale);
            *y = simd.mul_f64s(*y, scale);
        }
    }
    true
}

/// Takes the Newton step of the model in which the portfolio is the only factor; `product` is `C y`.
///
/// ```text
/// y + (D + p p')^-1 (b / y - p), p = C y, D = diag(1 - p² + b / y²)
/// ```
///
/// `product` and `step` are used up.
#[inline(always)]
pub(crate) fn move_together<S: Simd>(
    simd: S,
    budget: &[Eight],
    (product, step): (&mut [Eight], &mut [Eight]),
    y: &mut [Eight],
) {
    let (zero, one, least) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(LEAST_OWN));
    let (mut fall, mut factor) = (zero, zero);
    for ((budget, product), (step, y)) in zip(zip(budget, &mut *product), zip(&mut *step, &*y)) {
        let known = zip(registers::<S>(budget), registers_mut::<S>(product));
        let moved = zip(registers_mut::<S>(step), registers::<S>(y));
        for ((&budget, product), (step, &y)) in zip(known, moved) {
            let p = *product;
            let own = simd.max_f64s(least, simd.sub_f64s(one, simd.mul_f64s(p, p)));
            // D = curved / y², and one quotient for both inverses.
            let curved = simd.mul_add_e_f64s(simd.mul_f64s(own, y), y, budget);
            let quotient = simd.div_f64s(one, simd.mul_f64s(curved, y));
            let pull = simd.mul_f64s(budget, simd.mul_f64s(curved, quotient));
            let inverse = simd.mul_f64s(simd.mul_f64s(y, y), simd.mul_f64s(y, quotient));
            *step = simd.mul_f64s(inverse, simd.sub_f64s(pull, p));
            *product = simd.mul_f64s(inverse, p);
            fall = simd.mul_add_e_f64s(p, *step, fall);
            factor = simd.mul_add_e_f64s(p, *product, factor);
        }
    }
    // Sherman and Morrison's formula for the inverse of D + p p'.
    let common = simd.reduce_sum_f64s(fall) / (1.0 + simd.reduce_sum_f64s(factor));
    let (common, kept) = (simd.splat_f64s(-common), simd.splat_f64s(KEPT));
    for ((product, step), y) in zip(zip(product, step), y) {
        let moves = zip(registers::<S>(product), registers::<S>(step));
        for ((&product, &step), y) in zip(moves, registers_mut::<S>(y)) {
            let moved = simd.add_f64s(*y, simd.mul_add_e_f64s(common, product, step));
            *y = simd.max_f64s(moved, simd.mul_f64s(kept, *y));
        }
    }
}
