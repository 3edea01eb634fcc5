//! Bounds on weights: from the flags and from files, by the names of assets and groups.

mod bounds;
mod groups;

pub(crate) use bounds::{asset_bounds, is_file};
pub(crate) use groups::{Groups, group_bounds};

/// A lower and an upper bound, each of which may be absent: `0.05:0.3`, `:0.3`, `0.05:`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Range {
    /// Reads `MIN:MAX`; a side that is empty bounds nothing, which for a long-only portfolio is 0 or 1.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (lower, upper) = text.split_once(':')?;
        Some(Self { lower: side(lower, 0.0)?, upper: side(upper, 1.0)? })
    }
}

/// One side of a range; `absent` where it is empty.
fn side(text: &str, absent: f64) -> Option<f64> {
    match text.trim() {
        "" => Some(absent),
        text => text.parse().ok().filter(|bound: &f64| bound.is_finite()),
    }
}
