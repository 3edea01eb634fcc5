//! Acceleration of a fixed-point iteration by what its last three steps taught (Anderson 1965).

use std::iter::zip;

use pulp::Simd;

use crate::lanes::{Eight, registers, registers_mut};

/// Changes of the step that are remembered.
const DEPTH: usize = 3;

/// A squared length that is this small a part of what it was is lost: the change depends on later ones.
const DEPENDENT: f64 = 1e-12;

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
    step_changes: [Vec<Eight>; DEPTH],
    /// How the images changed.
    image_changes: [Vec<Eight>; DEPTH],
    /// The inner products of the changes of the steps.
    gram: [[f64; DEPTH]; DEPTH],
    /// How many changes are known.
    known: usize,
    /// Squared length of the last step; infinite before the first.
    length: f64,
    /// How often a step grew.
    grown: usize,
}

impl Acceleration {
    /// Forgets everything.
    pub(crate) fn begin(&mut self, blocks: usize) {
        let Self { weights, step, image, step_changes, image_changes, .. } = self;
        let changes = step_changes.iter_mut().chain(image_changes);
        for vector in [weights, step, image].into_iter().chain(changes) {
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
        self.known = (self.known + 1).min(DEPTH);
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
        self.step_changes.rotate_right(1);
        self.image_changes.rotate_right(1);
        let changes = zip(&mut self.step_changes[0], &mut self.image_changes[0]);
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
    fn combination<S: Simd>(&mut self, simd: S) -> ([f64; DEPTH], f64) {
        let Self { weights, step, step_changes, gram, known, .. } = self;
        for row in (1..DEPTH).rev() {
            for col in (1..=row).rev() {
                gram[row][col] = gram[row - 1][col - 1];
            }
        }
        let mut sides = [0.0; DEPTH];
        for (row, change) in step_changes.iter().enumerate().take(*known) {
            gram[row][0] = weighted(simd, weights, &step_changes[0], change);
            sides[row] = weighted(simd, weights, change, step);
        }
        let multiples = least_squares(gram, &sides, *known);
        (multiples, zip(multiples, sides).map(|(multiple, side)| multiple * side).sum())
    }

    /// Whether the extrapolated point lies well within the positive numbers.
    #[inline(always)]
    fn extrapolate<S: Simd>(&self, simd: S, multiples: [f64; DEPTH], image: &mut [Eight]) -> bool {
        let [first, second, third] = &self.image_changes;
        let multiples = multiples.map(|multiple| simd.splat_f64s(-multiple));
        let least = simd.splat_f64s(-KEPT);
        let mut margin = simd.splat_f64s(f64::INFINITY);
        for ((image, first), (second, third)) in zip(zip(image, first), zip(second, third)) {
            let changes = zip(registers::<S>(first), zip(registers::<S>(second), registers::<S>(third)));
            for (image, (&first, (&second, &third))) in zip(registers_mut::<S>(image), changes) {
                let plain = *image;
                let oldest = simd.mul_add_e_f64s(multiples[2], third, plain);
                *image = simd.mul_add_e_f64s(
                    multiples[0],
                    first,
                    simd.mul_add_e_f64s(multiples[1], second, oldest),
                );
                margin = simd.min_f64s(margin, simd.mul_add_e_f64s(least, plain, *image));
            }
        }
        simd.reduce_min_f64s(margin) > 0.0
    }
}

/// Solves the normal equations of the first `known` changes, of which the lower triangle is given, by a Cholesky
/// decomposition; a change that depends on those before it gets a multiple of zero.
fn least_squares(gram: &[[f64; DEPTH]; DEPTH], sides: &[f64; DEPTH], known: usize) -> [f64; DEPTH] {
    let (mut lower, mut x) = ([[0.0; DEPTH]; DEPTH], [0.0; DEPTH]);
    for row in 0..known {
        for col in 0..=row {
            let rest = (0..col).fold(gram[row][col], |rest, k| rest - lower[row][k] * lower[col][k]);
            lower[row][col] = if col < row {
                rest / lower[col][col]
            } else if rest > DEPENDENT * gram[row][row] {
                rest.sqrt()
            } else {
                f64::INFINITY
            };
        }
        let rest = (0..row).fold(sides[row], |rest, k| rest - lower[row][k] * x[k]);
        x[row] = rest / lower[row][row];
    }
    for row in (0..known).rev() {
        let rest = (row + 1..known).fold(x[row], |rest, k| rest - lower[k][row] * x[k]);
        x[row] = rest / lower[row][row];
    }
    x
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
