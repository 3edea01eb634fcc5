//! Where each asset may stand: at a bound, at a kink of an absolute value, or free on a segment between two of them.

use pulp::{Arch, Simd, WithSimd};

use crate::{Absolute, Program};

/// Breakpoints of one asset, at most: two bounds and a kink for each family of absolute values.
const STRIDE: usize = 2 + Program::FAMILIES;

/// The breakpoints of each asset, ascending: its lower bound, the kinks inside its bounds, its upper bound.
///
/// A place is an even number, twice the index of the breakpoint at which the asset stands, or an odd one, where the
/// asset is free on the segment between its neighbours. The lower bound is breakpoint zero even where it is infinite.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breakpoints {
    /// The first breakpoint of each asset, the second, and so on; without kinks there are two lists.
    points: [Vec<f64>; STRIDE],
    counts: Vec<u8>,
}

impl Breakpoints {
    pub(crate) fn find(&mut self, program: &Program<'_>) {
        self.points.iter_mut().for_each(Vec::clear);
        self.counts.clear();
        if program.absolute.is_empty() {
            // Bounds alone: by far the most programmes, and no branch for an asset.
            let bounds = program.lower.iter().zip(program.upper);
            self.points[0].extend_from_slice(program.lower);
            self.points[1].extend_from_slice(program.upper);
            self.counts.extend(bounds.map(|(lower, upper)| 1 + u8::from(upper > lower)));
            return;
        }
        for (asset, (&lower, &upper)) in program.lower.iter().zip(program.upper).enumerate() {
            let mut points = [lower; STRIDE];
            let mut count = 1;
            let mut kinks = program.absolute.iter().map(|family| family.center[asset]);
            let pair = [kinks.next(), kinks.next()];
            let pair = match pair {
                [Some(a), Some(b)] if b < a => [Some(b), Some(a)],
                pair => pair,
            };
            for point in pair.into_iter().flatten().chain([upper]) {
                if point > points[count - 1] && point <= upper {
                    points[count] = point;
                    count += 1;
                }
            }
            self.points.iter_mut().zip(points).for_each(|(list, point)| list.push(point));
            self.counts.push(count as u8);
        }
    }

    /// The greatest place of an asset: at its upper bound.
    pub(crate) fn last(&self, asset: usize) -> u8 {
        2 * (self.counts[asset] - 1)
    }

    pub(crate) fn point(&self, asset: usize, index: u8) -> f64 {
        self.points[usize::from(index)][asset]
    }

    /// The two ends of the segment of an odd place.
    pub(crate) fn segment(&self, asset: usize, place: u8) -> (f64, f64) {
        (self.point(asset, place / 2), self.point(asset, place / 2 + 1))
    }

    /// Whether each place is one that its asset has.
    pub(crate) fn have(&self, places: &[u8]) -> bool {
        let counts = places.iter().zip(&self.counts);
        if !counts.fold(true, |all, (&place, &count)| all & (place <= 2 * (count - 1))) {
            return false;
        }
        let [lower, upper, kinks, _] = &self.points;
        if kinks.is_empty() {
            let bounds = places.iter().zip(lower.iter().zip(upper));
            return bounds.fold(true, |all, (&place, (lower, upper))| {
                all & ((place != 0) | lower.is_finite()) & ((place != 2) | upper.is_finite())
            });
        }
        let fixed = places.iter().enumerate().filter(|(_, place)| is_fixed(**place));
        fixed.into_iter().all(|(asset, &place)| self.point(asset, place / 2).is_finite())
    }

    /// Puts the weights that a guess fixes where they stand; whether one of them is not zero.
    pub(crate) fn fix(&self, places: &[u8], weights: &mut [f64]) -> bool {
        let [lower, upper, kinks, _] = &self.points;
        if kinks.is_empty() {
            return Arch::new().dispatch(AtBounds { lower, upper, places, weights });
        }
        let mut held = false;
        for (asset, (weight, &place)) in weights.iter_mut().zip(places).enumerate() {
            if is_fixed(place) {
                *weight = self.point(asset, place / 2);
                held |= *weight != 0.0;
            }
        }
        held
    }

    /// The place of a weight: at a breakpoint if it is within `near` of one.
    pub(crate) fn place(&self, asset: usize, weight: f64, near: f64) -> u8 {
        let points = || self.points.iter().take(self.counts[asset].into()).map(|list| list[asset]);
        if let Some(at) = points().position(|point| (weight - point).abs() <= near) {
            return 2 * at as u8;
        }
        let left = points().filter(|point| *point < weight).count().max(1) - 1;
        (2 * left as u8 + 1).min(self.last(asset).saturating_sub(1))
    }

    /// The sign of `x - h` for a family, at a place; zero at the kink itself.
    pub(crate) fn sign(&self, family: &Absolute<'_>, asset: usize, place: u8) -> f64 {
        let (center, left) = (family.center[asset], self.point(asset, place / 2));
        if is_fixed(place) {
            f64::from(i8::from(left > center) - i8::from(left < center))
        } else if center <= left {
            1.0
        } else {
            -1.0
        }
    }
}

/// Assets that have bounds and no kinks, of which some stand at one.
struct AtBounds<'a> {
    lower: &'a [f64],
    upper: &'a [f64],
    places: &'a [u8],
    weights: &'a mut [f64],
}

impl WithSimd for AtBounds<'_> {
    type Output = bool;

    /// As many assets at once as fit a register: no branch, as nothing foretells where an asset stands.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> bool {
        let Self { lower, upper, places, weights } = self;
        let mut held = false;
        for ((weight, &place), (&lower, &upper)) in
            weights.iter_mut().zip(places).zip(lower.iter().zip(upper))
        {
            let (fixed, point) = (is_fixed(place), if place == 0 { lower } else { upper });
            *weight = if fixed { point } else { *weight };
            held |= fixed & (point != 0.0);
        }
        held
    }
}

/// Whether an asset at this place stands at a breakpoint.
pub(crate) fn is_fixed(place: u8) -> bool {
    place.is_multiple_of(2)
}
