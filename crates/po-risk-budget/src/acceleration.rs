//! Acceleration of a fixed-point iteration by what its last two steps taught (Anderson 1965, depth two).

use std::iter::zip;
use std::mem::swap;

use pulp::Simd;

use crate::lanes::{Eight, registers, registers_mut};

/// Steps that grew instead of shrinking, after which extrapolation is given up.
const PATIENCE: usize = 3;

/// An extrapolated coordinate keeps at least this much of its plain value, so that it stays positive.
const KEPT: f64 = 0.1;

/// Keeps the weights finite where a coordinate is next to nothing.
const TINY: f64 = 1e-200;

/// The last steps of an iteration `y → image(y)`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acceleration {
    /// `1 / y²`: steps are measured in units of the coordinates.
    weights: Vec<Eight>,
    /// The last step, and the last image.
    step: Vec<Eight>,
    image: Vec<Eight>,
    /// How the steps changed, the latest change first.
    step_changes: [Vec<Eight>; 2],
    /// How the images changed.
    image_changes: [Vec<Eight>; 2],
    /// How many changes are known, at most two.
    known: usize,
    /// Squared length of the last step; infinite before the first.
    length: f64,
    /// How often a step grew.
    grown: usize,
}

impl Acceleration {
    /// Forgets everything.
    pub(crate) fn begin(&mut self, blocks: usize) {
        let [step_change, older_step_change] = &mut self.step_changes;
        let [image_change, older_image_change] = &mut self.image_changes;
        for vector in [
            &mut self.weights,
            &mut self.step,
            &mut self.image,
            step_change,
            older_step_change,
            image_change,
            older_image_change,
        ] {
            vector.clear();
            vector.resize(blocks, Eight::default());
        }
        (self.known, self.length, self.grown) = (0, f64::INFINITY, 0);
    }

    /// Replaces an image by a better point; returns the length of the step that is expected from there, in units of
    /// the coordinates.
    #[inline(always)]
    pub(crate) fn advance<S: Simd>(&mut self, simd: S, before: &[Eight], image: &mut [Eight]) -> f64 {
        let first = self.length == f64::INFINITY;
        if first {
            self.weigh(simd, image);
        }
        self.record(simd, before, image);
        let length = weighted(simd, &self.weights, &self.step, &self.step);
        let grown = length > 4.0 * self.length;
        self.length = length;
        self.grown += usize::from(grown);
        if first || grown || self.grown >= PATIENCE {
            self.known = 0;
            return length.sqrt();
        }
        self.known = (self.known + 1).min(2);
        let (multiples, gain) = self.combination(simd);
        if self.extrapolate(simd, multiples, image) {
            // What is left of a difference of large numbers is no more exact than this.
            (length - gain).max(f64::EPSILON * length).sqrt()
        } else {
            image.copy_from_slice(&self.image);
            length.sqrt()
        }
    }

    #[inline(always)]
    fn weigh<S: Simd>(&mut self, simd: S, y: &[Eight]) {
        let (one, tiny) = (simd.splat_f64s(1.0), simd.splat_f64s(TINY));
        for (weight, y) in zip(&mut self.weights, y) {
            for (weight, &y) in zip(registers_mut::<S>(weight), registers::<S>(y)) {
                *weight = simd.div_f64s(one, simd.mul_add_e_f64s(y, y, tiny));
            }
        }
    }

    #[inline(always)]
    fn record<S: Simd>(&mut self, simd: S, before: &[Eight], image: &[Eight]) {
        let [step_changes, older_step_changes] = &mut self.step_changes;
        let [image_changes, older_image_changes] = &mut self.image_changes;
        swap(step_changes, older_step_changes);
        swap(image_changes, older_image_changes);
        let changes = zip(step_changes, image_changes);
        let kept = zip(&mut self.step, &mut self.image);
        for (((before, image), (old_step, old_image)), (step_change, image_change)) in
            zip(zip(zip(before, image), kept), changes)
        {
            let kept = zip(registers_mut::<S>(old_step), registers_mut::<S>(old_image));
            let changes = zip(registers_mut::<S>(step_change), registers_mut::<S>(image_change));
            let points = zip(registers::<S>(before), registers::<S>(image));
            for (((&before, &image), (old_step, old_image)), (step_change, image_change)) in
                zip(zip(points, kept), changes)
            {
                let step = simd.sub_f64s(image, before);
                *step_change = simd.sub_f64s(step, *old_step);
                *image_change = simd.sub_f64s(image, *old_image);
                (*old_step, *old_image) = (step, image);
            }
        }
    }

    /// The multiples of the changes that leave the shortest step, and how much its squared length shrinks by them.
    #[inline(always)]
    fn combination<S: Simd>(&self, simd: S) -> ([f64; 2], f64) {
        let [new, old] = &self.step_changes;
        let new_new = weighted(simd, &self.weights, new, new);
        let new_step = weighted(simd, &self.weights, new, &self.step);
        if self.known == 2 {
            let new_old = weighted(simd, &self.weights, new, old);
            let old_old = weighted(simd, &self.weights, old, old);
            let old_step = weighted(simd, &self.weights, old, &self.step);
            let determinant = new_new * old_old - new_old * new_old;
            if determinant > 1e-12 * new_new * old_old {
                let multiples = [
                    (new_step * old_old - old_step * new_old) / determinant,
                    (old_step * new_new - new_step * new_old) / determinant,
                ];
                return (multiples, multiples[0] * new_step + multiples[1] * old_step);
            }
        }
        if new_new > 0.0 {
            ([new_step / new_new, 0.0], new_step * new_step / new_new)
        } else {
            ([0.0; 2], 0.0)
        }
    }

    /// Whether the extrapolated point lies well within the positive numbers.
    #[inline(always)]
    fn extrapolate<S: Simd>(&self, simd: S, multiples: [f64; 2], image: &mut [Eight]) -> bool {
        let [new, old] = &self.image_changes;
        let (of_new, of_old) = (simd.splat_f64s(-multiples[0]), simd.splat_f64s(-multiples[1]));
        let least = simd.splat_f64s(-KEPT);
        let mut margin = simd.splat_f64s(f64::INFINITY);
        for ((image, new), old) in zip(zip(image, new), old) {
            let changes = zip(registers::<S>(new), registers::<S>(old));
            for (image, (&new, &old)) in zip(registers_mut::<S>(image), changes) {
                let plain = *image;
                *image = simd.mul_add_e_f64s(of_new, new, simd.mul_add_e_f64s(of_old, old, plain));
                margin = simd.min_f64s(margin, simd.mul_add_e_f64s(least, plain, *image));
            }
        }
        simd.reduce_min_f64s(margin) > 0.0
    }
}

/// `Σ weight a b`.
#[inline(always)]
fn weighted<S: Simd>(simd: S, weights: &[Eight], a: &[Eight], b: &[Eight]) -> f64 {
    let mut sum = simd.splat_f64s(0.0);
    for ((weight, a), b) in zip(zip(weights, a), b) {
        let numbers = zip(registers::<S>(a), registers::<S>(b));
        for (&weight, (&a, &b)) in zip(registers::<S>(weight), numbers) {
            sum = simd.mul_add_e_f64s(simd.mul_f64s(weight, a), b, sum);
        }
    }
    simd.reduce_sum_f64s(sum)
}
