//! What ends a straight piece: an asset that reaches a bound, a row that begins to hold, or a multiplier that reaches
//! zero.

use super::sweep::{Piece, Place, STILL, Sweep, largest};

/// What a number may be off by, in units of the terms that it is a sum of.
const ROUNDING: f64 = 1e-14;

/// The next change of the active set: at which λ, of which asset or row, and where it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) lambda: f64,
    pub(super) index: usize,
    pub(super) place: Place,
    pub(super) rate: f64,
    /// By how much λ may be off for rounding.
    pub(super) slack: f64,
}

impl Event {
    /// Whether this event is the next one rather than another.
    ///
    /// Of events that rounding cannot tell apart, those that keep weights within their limits come first, and of these
    /// the fastest; when λ stands still for long, the first in order (Murty 1974).
    fn comes_before(&self, other: &Self, stalled: bool) -> bool {
        if (self.lambda - other.lambda).abs() > self.slack + other.slack {
            return self.lambda < other.lambda;
        }
        if stalled {
            return self.index < other.index;
        }
        match (self.place == Place::Between, other.place == Place::Between) {
            (false, true) => true,
            (true, false) => false,
            _ => self.rate.abs() > other.rate.abs(),
        }
    }
}

impl Sweep<'_> {
    /// The first change of the active set above λ.
    pub(super) fn next_event(&self) -> Option<Event> {
        let Piece { base, rate, product_base, product_rate, multiplier_base, multiplier_rate } = &self.piece;
        let assets = self.matrix.assets;
        let pull = STILL * largest(&self.mean);
        let still = pull.max(STILL * largest(rate));
        // Multipliers are sums over all weights, and lose what these cancel.
        let terms = largest(base) + self.lambda * largest(rate);
        let mut next: Option<Event> = None;
        let mut consider = |index: usize, (value, limit): (f64, f64), rate: f64, place: Place| {
            let lambda = ((limit - value) / rate).max(self.lambda);
            let terms = if place == Place::Between { terms } else { value.abs() + limit.abs() };
            let event = Event { lambda, index, place, rate, slack: ROUNDING * (lambda + terms / rate.abs()) };
            if next.is_none_or(|next| event.comes_before(&next, self.idle > self.matrix.size)) {
                next = Some(event);
            }
        };
        for index in 0..self.matrix.size {
            let (least, greatest) = (self.least[index], self.greatest[index]);
            let is_asset = index < assets;
            let bound = self.places[index] != Place::Between;
            if bound {
                // Of a bound or a row that holds: its multiplier, positive at a lower limit and negative at an upper.
                let (value, rate) = if is_asset {
                    (product_base[index], product_rate[index] - self.mean[index])
                } else {
                    (multiplier_base[index - assets], multiplier_rate[index - assets])
                };
                let falls = if self.places[index] == Place::Lower { rate < -pull } else { rate > pull };
                if falls && !self.is_equation(index) {
                    consider(index, (value, 0.0), rate, Place::Between);
                }
            } else {
                let (value, rate, still) = if is_asset {
                    (base[index], rate[index], still)
                } else {
                    (product_base[index], product_rate[index], still)
                };
                if rate < -still && least.is_finite() {
                    consider(index, (value, least), rate, Place::Lower);
                } else if rate > still && greatest.is_finite() {
                    consider(index, (value, greatest), rate, Place::Upper);
                }
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of events at one λ the fastest comes first, unless λ has stood still for long.
    #[test]
    fn when_the_line_stands_still_the_first_in_order_comes_first() {
        let event = |index, place, rate| Event { lambda: 1.0, index, place, rate, slack: 1e-14 };
        let (slow, fast) = (event(1, Place::Lower, 0.1), event(2, Place::Lower, -0.2));
        assert!(fast.comes_before(&slow, false) && !slow.comes_before(&fast, false));
        assert!(slow.comes_before(&fast, true) && !fast.comes_before(&slow, true));
        // What keeps weights within their limits comes before what lets them go.
        let free = event(0, Place::Between, 9.0);
        assert!(slow.comes_before(&free, false) && !free.comes_before(&slow, false));
        let earlier = Event { lambda: 0.5, ..slow };
        assert!(earlier.comes_before(&fast, false) && earlier.comes_before(&free, true));
    }
}
