//! Long-short hierarchical risk parity, top to bottom.

mod allocation;
mod error;
mod params;

use po_core::{Allocator, Bounds, Covariance, GroupBound, InputError, Returns, RiskError, RiskMeasure};

use crate::{Error, Hrp, HrpAllocation, HrpScratch, Market};

pub use allocation::LongShortAllocation;
pub use error::LongShortError;
pub use params::{Exposure, LongShortParams};

/// What messages call the group of all short positions.
const SHORT_BOOK: &str = "short book";

/// Long-short hierarchical risk parity: a short position is a long position in the mirror image of its asset.
///
/// 1. *Mirror.* With `s_i = -1` for assets that are held short and 1 for the others, the positions have the returns
///    `s_i R_i`, the covariance `s_i s_j σ_ij` and the correlations `s_i s_j ρ_ij`. A position and a short in its twin are
///    as far apart as can be: they hedge each other, and count as diversification.
/// 2. *Allocate.* [`Hrp`] allocates the positions, all of them long, by any measure of risk and within any bounds. With
///    an [`Exposure::Books`], the short ones are a group that holds `short / (long + short)`, and the long ones hold
///    the rest.
/// 3. *Sign.* The weights are multiplied by the gross exposure and by `s_i`.
///
/// ```text
/// w_i = s_i (long + short) x_i,   Σ_i x_i = 1,   Σ_{i short} x_i = short / (long + short)
/// ```
///
/// Both books are allocated at once, so that a half of the bisection with positions on both sides is as risky as they are
/// together. Without short positions and with a gross exposure of one this is [`Hrp`], to the last bit.
///
/// # Shapes and units
/// The market is that of the assets, with their covariance and returns as they are. Distances that are given, if any, are
/// those of the positions, because a distance does not tell how far away a mirror image is: estimate them from
/// [`LongShort::mirrored`] returns. Bounds are on `|w_i|`, and groups bound sums of `|w_i|`, as fractions of capital.
///
/// # Cost
/// That of [`Hrp`], and N² for the mirrored covariance.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance};
/// use po_hrp::{Exposure, LongShort, LongShortParams};
///
/// // Two pairs of twins, with volatilities of 20 % and 10 %; the second of each pair is held short.
/// let covariance = Covariance::from_column_slice(4, &[
///     0.0400, 0.0398, 0.0000, 0.0000,
///     0.0398, 0.0400, 0.0000, 0.0000,
///     0.0000, 0.0000, 0.0100, 0.0099,
///     0.0000, 0.0000, 0.0099, 0.0100,
/// ])?;
/// let exposure = Exposure::Books { long: 1.0, short: 1.0 };
/// let params = LongShortParams { short: vec![1, 3], exposure, ..LongShortParams::default() };
/// let allocation = LongShort::new(params)?.allocate(&covariance)?;
/// for (weight, expected) in allocation.weights().as_slice().iter().zip([0.2, -0.2, 0.8, -0.8]) {
///     assert!((weight - expected).abs() < 1e-12);
/// }
/// assert!(allocation.weights().net().abs() < 1e-12);
/// # Ok::<(), po_hrp::LongShortError>(())
/// ```
///
/// # Settings
/// [`LongShortParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct LongShort {
    /// Allocates positions, in units of the gross exposure.
    hrp: Hrp,
    /// Ascending.
    short: Vec<usize>,
    exposure: Exposure,
    /// As fractions of capital.
    bounds: Option<Bounds>,
}

/// Working memory of [`LongShort`].
///
/// # Cost
/// That of [`HrpScratch`], N² for the mirrored covariance unless no asset is short, and a small multiple of N.
#[derive(Clone, Debug, Default)]
pub struct LongShortScratch {
    hrp: HrpScratch,
    /// One or minus one for each asset; none where all are long.
    signs: Vec<f64>,
    /// The covariance of the positions.
    covariance: Covariance,
    /// The weights, in the order of the assets.
    weights: Vec<f64>,
}

impl LongShort {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for an exposure that is not a finite number, or not positive;
    /// [`InputError::DuplicateName`] for an asset that is short twice; [`LongShortError::NoShortAssets`];
    /// [`LongShortError::NegativeBound`], [`LongShortError::LowerBoundsTooHigh`] and
    /// [`LongShortError::UpperBoundsTooLow`] for the bounds of assets; else as [`Hrp::new`].
    pub fn new(params: LongShortParams) -> Result<Self, LongShortError> {
        let LongShortParams { mut hrp, mut short, exposure } = params;
        exposure.check()?;
        check_once(&short)?;
        short.sort_unstable();
        let gross = exposure.gross();
        let bounds = hrp.bounds.take();
        if let Some(bounds) = &bounds {
            check_members(&short, bounds.len())?;
            hrp.bounds = Some(in_gross(bounds, gross)?);
        }
        for group in &mut hrp.groups {
            let (lower, upper) = (group.lower() / gross, group.upper() / gross);
            *group = GroupBound::new(group.name(), group.members().to_vec(), lower, upper)?;
        }
        match exposure {
            Exposure::Books { short: book, .. } if short.is_empty() && book > 0.0 => {
                return Err(LongShortError::NoShortAssets { short: book });
            }
            Exposure::Books { short: book, .. } if !short.is_empty() => {
                let share = book / gross;
                hrp.groups.push(GroupBound::new(SHORT_BOOK, short.clone(), share, share)?);
            }
            _ => (),
        }
        let hrp = Hrp::new(hrp).map_err(|error| LongShortError::of_capital(error, gross))?;
        Ok(Self { hrp, short, exposure, bounds })
    }

    /// The assets that a signal holds short: those of which it is below zero.
    ///
    /// # Errors
    /// [`LongShortError::NoSide`] for a signal that is zero or not a number: an asset that is not to be held does not
    /// belong to the market, where it would have a say in the tree.
    ///
    /// # Examples
    /// ```
    /// use po_hrp::LongShort;
    ///
    /// assert_eq!(LongShort::shorted(&[0.3, -0.1, 2.0, -4.0])?, [1, 3]);
    /// # Ok::<(), po_hrp::LongShortError>(())
    /// ```
    pub fn shorted(signal: &[f64]) -> Result<Vec<usize>, LongShortError> {
        let mut short = Vec::new();
        for (asset, &signal) in signal.iter().enumerate() {
            if signal < 0.0 {
                short.push(asset);
            } else if signal.is_nan() || signal == 0.0 {
                return Err(LongShortError::NoSide { asset, signal });
            }
        }
        Ok(short)
    }

    /// The returns of the positions: those of the assets, with the other sign where an asset is short.
    ///
    /// # Errors
    /// [`Error::UnknownMember`] for a short asset that the returns do not have.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_hrp::{LongShort, LongShortParams};
    ///
    /// let returns = Returns::from_column_slice(2, 2, &[0.01, -0.02, 0.03, 0.04])?;
    /// let long_short = LongShort::new(LongShortParams { short: vec![1], ..LongShortParams::default() })?;
    /// assert_eq!(long_short.mirrored(&returns)?.as_slice(), [0.01, -0.02, -0.03, -0.04]);
    /// # Ok::<(), po_hrp::LongShortError>(())
    /// ```
    pub fn mirrored(&self, returns: &Returns) -> Result<Returns, LongShortError> {
        let (assets, periods) = (returns.assets(), returns.observations());
        check_members(&self.short, assets)?;
        let mut entries = returns.as_slice().to_vec();
        for &asset in &self.short {
            entries[asset * periods..(asset + 1) * periods].iter_mut().for_each(|value| *value = -*value);
        }
        Ok(Returns::from_column_slice(periods, assets, &entries)?)
    }

    /// Allocates from a covariance, from returns for a measure of risk that it does not tell, and by the distances
    /// between positions that are given.
    ///
    /// # Errors
    /// As [`LongShort::allocate_into`], and what [`Hrp::allocate_market`] refuses of the positions.
    pub fn allocate_market(&self, market: Market<'_>) -> Result<LongShortAllocation, LongShortError> {
        let mut allocation = LongShortAllocation::default();
        self.allocate_market_into(market, &mut LongShortScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`LongShort::allocate_market`], in the memory that is there.
    ///
    /// # Errors
    /// As [`LongShort::allocate_market`].
    pub fn allocate_market_into(
        &self,
        market: Market<'_>,
        scratch: &mut LongShortScratch,
        allocation: &mut LongShortAllocation,
    ) -> Result<(), LongShortError> {
        self.hold(market, scratch, allocation, |positions, signs, scratch, allocation| {
            self.hrp.allocate_signed_into(positions, signs, scratch, allocation)
        })
    }

    /// Allocates by a measure of risk of one's own in place of that of the settings.
    ///
    /// # Errors
    /// As [`LongShort::allocate_market`].
    pub fn allocate_by<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measure: &M,
        market: Market<'_>,
    ) -> Result<LongShortAllocation, LongShortError> {
        let mut allocation = LongShortAllocation::default();
        let measure = (measure, &mut M::Scratch::default());
        self.allocate_by_into(measure, market, &mut LongShortScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`LongShort::allocate_by`], in the memory that is there: the measure with its own, and that of the allocation.
    ///
    /// # Errors
    /// As [`LongShort::allocate_market`].
    pub fn allocate_by_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measure: (&M, &mut M::Scratch),
        market: Market<'_>,
        scratch: &mut LongShortScratch,
        allocation: &mut LongShortAllocation,
    ) -> Result<(), LongShortError> {
        self.hold(market, scratch, allocation, |positions, signs, scratch, allocation| {
            self.hrp.allocate_signed_by_into(measure, positions, signs, scratch, allocation)
        })
    }

    /// Mirrors, has the positions allocated, and signs.
    fn hold(
        &self,
        market: Market<'_>,
        scratch: &mut LongShortScratch,
        allocation: &mut LongShortAllocation,
        allocate: impl FnOnce(Market<'_>, &[f64], &mut HrpScratch, &mut HrpAllocation) -> Result<(), Error>,
    ) -> Result<(), LongShortError> {
        self.mirror(market.covariance, scratch)?;
        let LongShortScratch { hrp, signs, covariance, .. } = scratch;
        let positions = if self.short.is_empty() { market } else { Market { covariance, ..market } };
        allocate(positions, signs, hrp, &mut allocation.positions)
            .map_err(|error| LongShortError::of_capital(error, self.exposure.gross()))?;
        self.sign(scratch, allocation)
    }

    /// Fills in the signs and the covariance of the positions, unless all of them are long.
    fn mirror(&self, covariance: &Covariance, scratch: &mut LongShortScratch) -> Result<(), LongShortError> {
        let (assets, signs) = (covariance.len(), &mut scratch.signs);
        check_members(&self.short, assets)?;
        signs.clear();
        if self.short.is_empty() {
            return Ok(());
        }
        match self.exposure {
            Exposure::Books { long, .. } if long > 0.0 && self.short.len() == assets => {
                return Err(LongShortError::NoLongAssets { long });
            }
            _ => (),
        }
        signs.resize(assets, 1.0);
        self.short.iter().for_each(|&asset| signs[asset] = -1.0);
        scratch.covariance.assign_lower(assets, |col, below| {
            let sides = covariance.column(col)[col..].iter().zip(&signs[col..]);
            below.iter_mut().zip(sides).for_each(|(own, (entry, sign))| *own = signs[col] * sign * entry);
        })?;
        Ok(())
    }

    /// Turns shares of the gross exposure into fractions of capital with their signs.
    fn sign(
        &self,
        scratch: &mut LongShortScratch,
        allocation: &mut LongShortAllocation,
    ) -> Result<(), LongShortError> {
        let LongShortScratch { weights, .. } = scratch;
        let gross = self.exposure.gross();
        weights.clear();
        weights.extend(allocation.positions.weights().as_slice().iter().map(|share| gross * share));
        if let Some(bounds) = &self.bounds {
            // To units of the gross exposure and back, a bound may have moved by rounding.
            let within = bounds.lower().iter().zip(bounds.upper());
            weights
                .iter_mut()
                .zip(within)
                .for_each(|(size, (&least, &most))| *size = size.max(least).min(most));
        }
        // A difference, so that nothing short is zero and not minus zero.
        self.short.iter().for_each(|&asset| weights[asset] = 0.0 - weights[asset]);
        tracing::debug!(assets = weights.len(), short = self.short.len(), gross, "allocated");
        allocation.weights.assign(weights)?;
        Ok(())
    }
}

impl Allocator for LongShort {
    type Input<'a> = &'a Covariance;
    type Scratch = LongShortScratch;
    type Output = LongShortAllocation;
    type Error = LongShortError;

    /// Allocates from the covariance of the assets.
    ///
    /// # Errors
    /// [`Error::UnknownMember`] for a short asset that the covariance does not have; [`LongShortError::NoLongAssets`];
    /// [`LongShortError::GroupsConflict`] and [`Error::GroupUnattainable`] for books and groups that leave no portfolio;
    /// else as [`Hrp`].
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut LongShortScratch,
        allocation: &mut LongShortAllocation,
    ) -> Result<(), LongShortError> {
        self.allocate_market_into(covariance.into(), scratch, allocation)
    }
}

/// Bounds in units of the gross exposure.
fn in_gross(bounds: &Bounds, gross: f64) -> Result<Bounds, LongShortError> {
    if let Some(asset) = bounds.lower().iter().position(|&lower| lower < 0.0 && lower.is_finite()) {
        return Err(LongShortError::NegativeBound { asset, lower: bounds.lower()[asset] });
    }
    let scaled = |bounds: &[f64]| bounds.iter().map(|bound| bound / gross).collect();
    Ok(Bounds::new(scaled(bounds.lower()), scaled(bounds.upper()))?)
}

/// Refuses an asset that stands twice, by its places as they were given.
fn check_once(short: &[usize]) -> Result<(), InputError> {
    let mut places: Vec<usize> = (0..short.len()).collect();
    places.sort_unstable_by_key(|&place| (short[place], place));
    match places.windows(2).find(|pair| short[pair[0]] == short[pair[1]]) {
        Some(&[first, second]) => {
            let (kind, name) = ("short asset", short[first].to_string());
            Err(InputError::DuplicateName { kind, name, first, second })
        }
        _ => Ok(()),
    }
}

/// `short` is ascending.
fn check_members(short: &[usize], assets: usize) -> Result<(), LongShortError> {
    match short.last() {
        Some(&member) if member >= assets => {
            Err(Error::UnknownMember { group: SHORT_BOOK.to_owned(), member, assets }.into())
        }
        _ => Ok(()),
    }
}
