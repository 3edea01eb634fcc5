//! Bounds on weights as intervals, and what they leave open further down the bisection.

use po_core::{Bounds, GroupBound, InputError};

use crate::Error;
use crate::groups::Groups;

/// Sums of bounds may miss one by this much: the rounding of bounds such as 1/3.
pub(crate) const ROUNDING: f64 = 1e-12;

/// A closed interval of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Interval {
    /// The interval's point nearest to `weight`; where rounding has turned it inside out, its upper end.
    pub(crate) fn clip(self, weight: f64) -> f64 {
        weight.max(self.lower).min(self.upper)
    }

    /// What this part may weigh when it and `other` weigh `mass` together.
    pub(crate) fn leaving(self, mass: f64, other: Self) -> Self {
        Self { lower: self.lower.max(mass - other.upper), upper: self.upper.min(mass - other.lower) }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { lower: self.lower + other.lower, upper: self.upper + other.upper }
    }
}

/// The bounds of assets and groups, found sound on their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    bounds: Option<Bounds>,
    pub(crate) groups: Groups,
}

impl Limits {
    /// Checks what can be checked before the number of assets is known.
    pub(crate) fn new(bounds: Option<Bounds>, groups: Vec<GroupBound>) -> Result<Self, Error> {
        if let Some(bounds) = &bounds {
            let lower = bounds.lower();
            // Minus infinity is no bound, and the portfolio is long-only without one.
            if let Some(asset) = lower.iter().position(|&lower| lower < 0.0 && lower.is_finite()) {
                return Err(Error::NegativeBound { asset, lower: lower[asset] });
            }
            let least = lower.iter().map(|lower| lower.max(0.0)).sum::<f64>();
            let greatest = bounds.upper().iter().sum::<f64>();
            if least > 1.0 + ROUNDING {
                return Err(Error::LowerBoundsTooHigh { sum: least });
            }
            if greatest < 1.0 - ROUNDING {
                return Err(Error::UpperBoundsTooLow { sum: greatest });
            }
        }
        let limits = Self { bounds, groups: Groups::new(groups) };
        match &limits.bounds {
            Some(bounds) => limits.check(bounds.len())?,
            None => limits.groups.check_negative()?,
        }
        Ok(limits)
    }

    /// Checks the bounds against a number of assets.
    pub(crate) fn check(&self, assets: usize) -> Result<(), Error> {
        if let Some(bounds) = &self.bounds
            && bounds.len() != assets
        {
            let (expected, actual) = (assets, bounds.len());
            return Err(InputError::LengthMismatch { what: "the list of bounds", expected, actual }.into());
        }
        self.groups.check_members(assets)?;
        self.groups.check_negative()
    }

    /// What one asset may weigh.
    pub(crate) fn of(&self, asset: usize) -> Interval {
        match &self.bounds {
            Some(bounds) => {
                // A lower bound may exceed one by rounding, and counts as it is.
                let lower = bounds.lower()[asset].max(0.0);
                Interval { lower, upper: bounds.upper()[asset].min(1.0).max(lower) }
            }
            None => Interval { lower: 0.0, upper: 1.0 },
        }
    }

    /// What some assets may weigh together.
    pub(crate) fn of_all(&self, assets: &[usize]) -> Interval {
        let nothing = Interval { lower: 0.0, upper: 0.0 };
        assets.iter().fold(nothing, |sum, &asset| sum.plus(self.of(asset)))
    }

    /// The bounds of the assets, if there are any.
    pub(crate) fn bounds(&self) -> Option<&Bounds> {
        self.bounds.as_ref()
    }
}
