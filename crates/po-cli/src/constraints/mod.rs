//! Constraints: from the flags and from files, by the names of assets and groups.

mod bounds;
mod costs;
mod groups;
mod limits;
mod numbers;
mod statements;

use po_engine::nearest_name;

pub(crate) use bounds::{asset_bounds, beside_if_file};
pub(crate) use costs::{cost_beside, costs};
pub(crate) use groups::{Groups, group_bounds};
pub(crate) use limits::Limits;
pub(crate) use numbers::{Numbered, aligned, numbers, portfolio};
pub(crate) use statements::{Stated, stated};

use crate::error::SettingsError;

/// The assets of the file of prices, those that are left out among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    pub(crate) known: &'a [String],
    /// What messages call the file.
    pub(crate) file: &'a str,
}

impl Names<'_> {
    /// An asset that the file does not have.
    pub(crate) fn unknown(self, place: &str, name: &str) -> SettingsError {
        let nearest = nearest_name(name, self.known.iter().map(String::as_str)).map(str::to_owned);
        let (place, name, file) = (place.to_owned(), name.to_owned(), self.file.to_owned());
        SettingsError::UnknownAsset { place, name, file, nearest }
    }
}

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
