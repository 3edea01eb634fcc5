//! What the market shows at the end of a bar.

use super::Time;

/// The prices of all assets at one moment.
///
/// # Shapes and units
/// N prices, in the order of the assets; NaN where there is none. K factor returns with N x K exposures, column by
/// column, where the engine was told of factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar<'a> {
    /// When the bar ended; later than the bar before.
    pub time: Time,
    /// The price of each asset; NaN where there is none, because it is not listed, or halted.
    pub prices: &'a [f64],
    /// What factors earned over the bar, for the attribution.
    pub factors: Option<FactorBar<'a>>,
}

/// What factors earned over a bar, and how exposed to them the assets were at its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorBar<'a> {
    /// K returns.
    pub returns: &'a [f64],
    /// N x K exposures, factor after factor.
    pub exposures: &'a [f64],
}

impl<'a> Bar<'a> {
    /// A bar of prices alone.
    #[must_use]
    pub fn new(time: Time, prices: &'a [f64]) -> Self {
        Self { time, prices, factors: None }
    }
}
