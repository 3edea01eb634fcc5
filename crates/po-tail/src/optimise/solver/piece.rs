//! The Lagrangian along one asset.

use po_convex::Absolute;
use po_core::simd::dot;

use crate::CvarProgram;

/// The Lagrangian as a function of one weight: a slope, a ridge, and absolute values.
pub(super) struct Piece<'a> {
    pub(super) program: &'a CvarProgram<'a>,
    /// The price of the limit of each family.
    pub(super) etas: &'a [f64],
    pub(super) asset: usize,
    /// The slope, but for the ridge and the absolute values.
    pub(super) slope: f64,
}

impl Piece<'_> {
    pub(super) fn ridge(&self) -> f64 {
        self.program.ridge.get(self.asset).copied().unwrap_or(0.0)
    }

    /// Kinks and what the slope rises by on either side of each.
    fn kinks(&self) -> impl Iterator<Item = (f64, f64)> {
        let of = |(family, eta): (&Absolute<'_>, &f64)| {
            (family.center[self.asset], family.cost.get(self.asset).copied().unwrap_or(0.0) + eta)
        };
        self.program.absolute.iter().zip(self.etas).map(of)
    }

    fn value(&self, at: f64) -> f64 {
        let kinks = self.kinks().map(|(center, rise)| rise * (at - center).abs()).sum::<f64>();
        self.slope * at + 0.5 * self.ridge() * at * at + kinks
    }

    /// The slopes to the left and to the right.
    fn slopes(&self, at: f64) -> (f64, f64) {
        let base = self.slope + self.ridge() * at;
        self.kinks().fold((base, base), |(left, right), (center, rise)| {
            if at > center {
                (left + rise, right + rise)
            } else if at < center {
                (left - rise, right - rise)
            } else {
                (left - rise, right + rise)
            }
        })
    }

    /// The least value within the bounds, and the slope along which there is none. A convex function of pieces has it at a
    /// bound, at a kink, or where the slope of a piece vanishes.
    pub(super) fn least(&self, at: f64) -> (f64, f64) {
        let (lower, upper) = (self.program.lower[self.asset], self.program.upper[self.asset]);
        let mut least = self.value(at);
        let mut residual = 0.0;
        let mut places = [f64::NAN; 8];
        places[..2].copy_from_slice(&[lower, upper]);
        let mut rises = [0.0; 2];
        for (k, (center, rise)) in self.kinks().enumerate() {
            places[2 + k] = center;
            rises[k] = rise;
        }
        if self.ridge() > 0.0 {
            // Where the slope of each quadratic piece vanishes.
            for (place, signs) in
                places[4..].iter_mut().zip([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
            {
                *place = -(self.slope + dot(&rises, &signs)) / self.ridge();
            }
        }
        for place in places.into_iter().filter(|place| place.is_finite()) {
            least = least.min(self.value(place.max(lower).min(upper)));
        }
        let far = |bound: f64, slope: f64| if bound.is_infinite() { slope.max(0.0) } else { 0.0 };
        if lower.is_infinite() || upper.is_infinite() {
            let (_, right) = self.slopes(f64::MAX);
            let (left, _) = self.slopes(f64::MIN);
            residual = far(upper, -right).max(far(lower, left));
        }
        (least, residual)
    }

    /// The multiplier of the bounds: zero unless the weight stands at one of them.
    pub(super) fn multiplier(&self, at: f64) -> f64 {
        let (lower, upper) = (self.program.lower[self.asset], self.program.upper[self.asset]);
        let (left, right) = self.slopes(at);
        match (at <= lower, at >= upper) {
            (true, true) => left.max(0.0) + right.min(0.0),
            (true, false) => right.max(0.0),
            (false, true) => left.min(0.0),
            _ => 0.0,
        }
    }

    /// By how much the Lagrangian rises at the margin, at least, when the weight moves to where its bounds let it;
    /// below zero where it falls.
    pub(super) fn reluctance(&self, at: f64) -> f64 {
        let (left, right) = self.slopes(at);
        let up = if at < self.program.upper[self.asset] { right } else { f64::INFINITY };
        let down = if at > self.program.lower[self.asset] { -left } else { f64::INFINITY };
        up.min(down)
    }
}
