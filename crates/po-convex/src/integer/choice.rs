//! Which assets are held, and what that makes of their bounds.

use po_core::{Correlation, InputError};

use crate::path::Request;
use crate::{Constraints, Risk, Rows};

/// Positions smaller than this, in units of the largest, are none.
const NONE: f64 = 1e-9;

/// By how much a row may fail to have room before the choice is given up.
const ROOM: f64 = 1e-9;

/// What is decided of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Open,
    Out,
    /// Held on either side, where no least position tells them apart.
    In,
    Long,
    Short,
}

/// The rules by which assets are chosen.
#[derive(Debug)]
pub(super) struct Choices {
    /// Bounds of the assets.
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Most assets held.
    pub(super) cardinality: Option<usize>,
    /// The least position, if it is positive.
    pub(super) least: Option<f64>,
    /// The greatest correlation of two assets held.
    pub(super) cap: Option<f64>,
    /// The assets that each asset excludes.
    excludes: Vec<Vec<usize>>,
}

impl Choices {
    pub(super) fn new(request: &Request<'_>, constraints: &Constraints) -> Result<Self, InputError> {
        let assets = request.lower.len();
        let mut excludes = vec![Vec::new(); assets];
        if let Some(cap) = constraints.max_correlation {
            for (first, second) in cap.conflicts(&correlation(request.risk)?) {
                excludes[first].push(second);
                excludes[second].push(first);
            }
        }
        Ok(Self {
            lower: request.lower.to_vec(),
            upper: request.upper.to_vec(),
            cardinality: constraints.cardinality,
            least: constraints.min_position.filter(|least| *least > 0.0),
            cap: constraints.max_correlation.map(f64::from),
            excludes,
        })
    }

    /// All that the rules decide by themselves, and whether that agrees with them.
    pub(super) fn root(&self) -> (Vec<Place>, bool) {
        let mut places = vec![Place::Open; self.lower.len()];
        for (asset, place) in places.iter_mut().enumerate() {
            let options = self.options(asset);
            if let ([only], true) = (options.as_slice(), *place == Place::Open) {
                *place = *only;
            }
        }
        let agree = self.propagate(&mut places);
        (places, agree)
    }

    /// The places that an asset can take by its bounds.
    fn options(&self, asset: usize) -> Vec<Place> {
        let (lower, upper) = (self.lower[asset], self.upper[asset]);
        let mut options = Vec::new();
        match self.least {
            Some(least) => {
                if upper >= least {
                    options.push(Place::Long);
                }
                if lower <= -least {
                    options.push(Place::Short);
                }
            }
            None if lower < 0.0 || upper > 0.0 => options.push(Place::In),
            None => {}
        }
        if lower <= 0.0 && upper >= 0.0 {
            options.push(Place::Out);
        }
        options
    }

    /// The places for an open asset, beginning with the one that its weight suggests.
    pub(super) fn children(&self, asset: usize, weight: f64) -> Vec<Place> {
        let mut options = self.options(asset);
        if weight < 0.0
            && let Some(place) = options.iter().position(|place| *place == Place::Short)
        {
            options.swap(0, place);
        }
        options
    }

    /// Draws the conclusions from what is decided; `false` where it contradicts the rules.
    pub(super) fn propagate(&self, places: &mut [Place]) -> bool {
        let assets = places.len();
        for asset in 0..assets {
            if !is_held(places[asset]) {
                continue;
            }
            for &other in &self.excludes[asset] {
                if is_held(places[other]) {
                    return false;
                }
                places[other] = Place::Out;
            }
        }
        let held = places.iter().filter(|place| is_held(**place)).count();
        match self.cardinality {
            Some(most) if held > most => return false,
            Some(most) if held == most => {
                places
                    .iter_mut()
                    .filter(|place| **place == Place::Open)
                    .for_each(|place| *place = Place::Out);
            }
            _ => {}
        }
        (0..assets).all(|asset| {
            places[asset] != Place::Out || (self.lower[asset] <= 0.0 && self.upper[asset] >= 0.0)
        })
    }

    /// The bounds that go with a choice; an open asset may be held at any size, or not.
    pub(super) fn write_bounds(&self, places: &[Place], lower: &mut [f64], upper: &mut [f64]) {
        for (asset, place) in places.iter().enumerate() {
            let (own_lower, own_upper) = (self.lower[asset], self.upper[asset]);
            let least = self.least.unwrap_or(0.0);
            (lower[asset], upper[asset]) = match place {
                Place::Open | Place::In => (own_lower, own_upper),
                Place::Out => (0.0, 0.0),
                Place::Long => (own_lower.max(least), own_upper),
                Place::Short => (own_lower, own_upper.min(-least)),
            };
        }
    }

    /// Whether the bounds leave each row room by itself.
    pub(super) fn has_room(&self, rows: &Rows, lower: &[f64], upper: &[f64]) -> bool {
        (0..rows.len()).all(|row| {
            let (mut least, mut greatest, mut size) = (0.0, 0.0, 0.0);
            for ((&a, &lower), &upper) in rows.row(row).iter().zip(lower).zip(upper) {
                // A coefficient of zero says nothing about an asset without bounds.
                if a != 0.0 {
                    let (low, high) = if a > 0.0 { (a * lower, a * upper) } else { (a * upper, a * lower) };
                    least += low;
                    greatest += high;
                    size += a.abs();
                }
            }
            let near = ROOM * size;
            least <= rows.upper()[row] + near && greatest >= rows.lower()[row] - near
        })
    }

    /// An asset by whose choice the weights would come to keep the rules; `None` where they keep them all.
    pub(super) fn broken(&self, places: &[Place], x: &[f64], held: &mut Vec<usize>) -> Option<usize> {
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let none = NONE * size;
        held.clear();
        held.extend((0..x.len()).filter(|&asset| x[asset].abs() > none || is_held(places[asset])));
        let too_small =
            |asset: &usize| self.least.is_some_and(|least| x[*asset].abs() < least * (1.0 - NONE));
        let excluded = |asset: &usize| self.excludes[*asset].iter().any(|other| held.contains(other));
        let too_many = self.cardinality.is_some_and(|most| held.len() > most);
        let open = held.iter().copied().filter(|asset| places[*asset] == Place::Open);
        let wrong = open.filter(|asset| too_many || too_small(asset) || excluded(asset));
        wrong.reduce(|best, next| if x[next].abs() > x[best].abs() { next } else { best })
    }

    /// The choice that weights have made.
    pub(super) fn fixed(&self, places: &[Place], x: &[f64]) -> Vec<Place> {
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let fix = |(place, x): (&Place, &f64)| match place {
            Place::Open if x.abs() <= NONE * size => Place::Out,
            Place::Open => match self.least {
                None => Place::In,
                Some(_) if *x > 0.0 => Place::Long,
                Some(_) => Place::Short,
            },
            place => *place,
        };
        places.iter().zip(x).map(fix).collect()
    }

    /// The choice of the largest positions that go together; the others are out.
    pub(super) fn rounded(&self, x: &[f64]) -> Vec<Place> {
        let (mut places, _) = self.root();
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&a, &b| x[b].abs().total_cmp(&x[a].abs()));
        for asset in order {
            if places[asset] == Place::Open && x[asset] != 0.0 {
                places[asset] = self.children(asset, x[asset]).first().copied().unwrap_or(Place::Out);
                self.propagate(&mut places);
            }
        }
        // What is held may be left out again where it comes out too small.
        for place in &mut places {
            *place = match *place {
                Place::Open => Place::Out,
                Place::Long | Place::Short => Place::Open,
                place => place,
            };
        }
        places
    }
}

fn is_held(place: Place) -> bool {
    matches!(place, Place::In | Place::Long | Place::Short)
}

/// The correlation that goes with a risk.
pub(crate) fn correlation(risk: Risk<'_>) -> Result<Correlation, InputError> {
    match risk {
        Risk::Dense(covariance) => covariance.correlation(),
        Risk::Factor(covariance) => covariance.covariance()?.correlation(),
    }
}
