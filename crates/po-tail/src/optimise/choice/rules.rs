//! The rules by which assets are chosen, and what they make of bounds.

use po_convex::{Conflict, Constraint, Constraints, Side};
use po_core::Returns;

use super::place::Place;
use crate::Error;
use crate::optimise::covariance::covariance;
use crate::optimise::problem::Problem;
use crate::optimise::tracking::TRACKING;

/// Positions smaller than this, in units of the largest, are none.
const NONE: f64 = 1e-9;

/// Most assets held, the least position, and pairs that exclude each other.
#[derive(Debug)]
pub(in crate::optimise) struct Rules {
    lower: Vec<f64>,
    upper: Vec<f64>,
    cardinality: Option<usize>,
    /// The least position, if it is positive.
    least: Option<f64>,
    cap: Option<f64>,
    /// The assets that each asset excludes.
    excludes: Vec<Vec<usize>>,
}

impl Rules {
    /// The rules among the constraints; none where no asset need be chosen.
    pub(in crate::optimise) fn of(
        constraints: &Constraints,
        problem: &Problem<'_>,
    ) -> Result<Option<Self>, Error> {
        if constraints.is_convex() {
            return Ok(None);
        }
        let Problem { returns, probabilities, lower, upper, .. } = *problem;
        Ok(Some(Self {
            lower: lower.to_vec(),
            upper: upper.to_vec(),
            cardinality: constraints.cardinality,
            least: constraints.min_position.filter(|least| *least > 0.0),
            cap: constraints.max_correlation.map(f64::from),
            excludes: excludes(constraints, returns, probabilities)?,
        }))
    }

    /// All that the rules decide by themselves; none where they contradict the bounds.
    pub(super) fn root(&self) -> Option<Vec<Place>> {
        let mut places = vec![Place::Open; self.lower.len()];
        for (asset, place) in places.iter_mut().enumerate() {
            match self.options(asset, 0.0)[..] {
                [] => return None,
                [only] => *place = only,
                _ => {}
            }
        }
        self.conclude(&mut places).then_some(places)
    }

    /// The places that an asset can take by its bounds, beginning with the one that its weight suggests.
    pub(super) fn options(&self, asset: usize, weight: f64) -> Vec<Place> {
        let (lower, upper) = (self.lower[asset], self.upper[asset]);
        let mut options = Vec::with_capacity(3);
        match self.least {
            Some(least) => {
                let sides = [(upper >= least, Place::Long), (lower <= -least, Place::Short)];
                options.extend(sides.iter().filter(|(fits, _)| *fits).map(|(_, place)| *place));
                if weight < 0.0 {
                    options.reverse();
                }
            }
            None if lower < 0.0 || upper > 0.0 => options.push(Place::Held),
            None => {}
        }
        if lower <= 0.0 && upper >= 0.0 {
            options.push(Place::Out);
        }
        options
    }

    /// Draws the conclusions from what is decided; `false` where it contradicts the rules.
    pub(super) fn conclude(&self, places: &mut [Place]) -> bool {
        for (asset, others) in self.excludes.iter().enumerate().filter(|(_, others)| !others.is_empty()) {
            if !places[asset].is_held() {
                continue;
            }
            for &other in others {
                if places[other].is_held() {
                    return false;
                }
                places[other] = Place::Out;
            }
        }
        let held = places.iter().filter(|place| place.is_held()).count();
        if let Some(most) = self.cardinality.filter(|most| held >= *most) {
            if held > most {
                return false;
            }
            places.iter_mut().filter(|place| **place == Place::Open).for_each(|place| *place = Place::Out);
        }
        let bounds = self.lower.iter().zip(&self.upper);
        let allowed = |(place, (lower, upper)): (&Place, (&f64, &f64))| {
            *place != Place::Out || (*lower <= 0.0 && *upper >= 0.0)
        };
        places.iter().zip(bounds).all(allowed)
    }

    /// The bounds of one asset by its place; an open asset may be held at any size, or not.
    fn bounds(&self, asset: usize, place: Place) -> (f64, f64) {
        let (lower, upper) = (self.lower[asset], self.upper[asset]);
        let least = self.least.unwrap_or(0.0);
        match place {
            Place::Open | Place::Held => (lower, upper),
            Place::Out => (0.0, 0.0),
            Place::Long => (lower.max(least), upper),
            Place::Short => (lower, upper.min(-least)),
        }
    }

    /// The bounds that go with a choice.
    pub(super) fn write_bounds(&self, places: &[Place], lower: &mut [f64], upper: &mut [f64]) {
        let bounds = lower.iter_mut().zip(upper);
        for ((asset, place), (lower, upper)) in places.iter().enumerate().zip(bounds) {
            (*lower, *upper) = self.bounds(asset, *place);
        }
    }

    /// Whether weights lie within the bounds of a choice.
    pub(super) fn admit(&self, places: &[Place], x: &[f64]) -> bool {
        let fits = |(asset, (place, x)): (usize, (&Place, &f64))| {
            let (lower, upper) = self.bounds(asset, *place);
            (lower..=upper).contains(x)
        };
        places.iter().zip(x).enumerate().all(fits)
    }

    /// The open assets that weights hold against the rules; none where they keep all of them.
    pub(super) fn wrong(&self, places: &[Place], x: &[f64]) -> Vec<usize> {
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let held: Vec<bool> =
            x.iter().zip(places).map(|(x, place)| x.abs() > NONE * size || place.is_held()).collect();
        let too_many = self.cardinality.is_some_and(|most| held.iter().filter(|held| **held).count() > most);
        let too_small = |asset: usize| self.least.is_some_and(|least| x[asset].abs() < least * (1.0 - NONE));
        let excluded = |asset: usize| self.excludes[asset].iter().any(|&other| held[other]);
        let open = (0..x.len()).filter(|&asset| held[asset] && places[asset] == Place::Open);
        open.filter(|&asset| too_many || too_small(asset) || excluded(asset)).collect()
    }

    /// The choice that weights have made.
    pub(super) fn made(&self, places: &[Place], x: &[f64]) -> Vec<Place> {
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let fix = |(place, x): (&Place, &f64)| match (place, self.least) {
            (Place::Open, _) if x.abs() <= NONE * size => Place::Out,
            (Place::Open, None) => Place::Held,
            (Place::Open, Some(_)) => {
                if *x > 0.0 {
                    Place::Long
                } else {
                    Place::Short
                }
            }
            (place, _) => *place,
        };
        places.iter().zip(x).map(fix).collect()
    }

    /// The choice of the largest positions that go together; the others are out.
    pub(super) fn rounded(&self, root: &[Place], x: &[f64]) -> Vec<Place> {
        let mut places = root.to_vec();
        let mut order: Vec<usize> = (0..x.len()).filter(|&asset| x[asset] != 0.0).collect();
        order.sort_by(|&a, &b| x[b].abs().total_cmp(&x[a].abs()));
        for asset in order {
            let first = self.options(asset, x[asset]).first().copied();
            if let (Place::Open, Some(place)) = (places[asset], first) {
                let mut with = places.clone();
                with[asset] = place;
                if self.conclude(&mut with) {
                    places = with;
                }
            }
        }
        // What is held may be left out again where it comes out too small.
        for (place, root) in places.iter_mut().zip(root) {
            *place = match *place {
                Place::Open => Place::Out,
                Place::Long | Place::Short if *root == Place::Open => Place::Open,
                place => place,
            };
        }
        places
    }

    /// The rules, which contradict the rest, and the limit on the tracking error where that takes part.
    pub(super) fn conflict(&self, near: Option<f64>) -> Conflict {
        let row = |label: &str, side, limit| Constraint::Row { label: label.to_owned(), side, limit };
        let mut constraints = Vec::new();
        constraints.extend(self.cardinality.map(|most| row("cardinality", Side::Upper, most as f64)));
        constraints.extend(self.least.map(|least| row("min-position", Side::Lower, least)));
        constraints.extend(self.cap.map(|cap| row("max-correlation", Side::Upper, cap)));
        constraints.extend(near.map(|limit| row(TRACKING, Side::Upper, limit)));
        Conflict { constraints, relaxation: Vec::new() }
    }
}

/// The assets that each asset excludes.
fn excludes(
    constraints: &Constraints,
    returns: &Returns,
    probabilities: &[f64],
) -> Result<Vec<Vec<usize>>, Error> {
    let mut excludes = vec![Vec::new(); returns.assets()];
    if let Some(cap) = constraints.max_correlation {
        for (first, second) in cap.conflicts(&covariance(returns, probabilities)?.correlation()?) {
            excludes[first].push(second);
            excludes[second].push(first);
        }
    }
    Ok(excludes)
}
