//! The split of profits by factors, from top to bottom.

use std::ops::Range;

use po_core::InputError;
use po_core::simd::{axpy, dot};

use super::family::check_families;
use super::wealth::Wealth;
use super::{FactorAttribution, FactorInput, FactorParams, FactorScratch};
use crate::Error;
use crate::sum::Sum;

/// Splits the profit of a portfolio by factors, with fresh memory.
///
/// # Errors
/// As [`factor_attribution_into`].
///
/// # Examples
/// ```
/// use po_attribution::{FactorInput, FactorParams, OverTime, factor_attribution};
/// use po_core::Returns;
///
/// // One asset with an exposure of two, over two periods of growing wealth.
/// let returns = Returns::from_column_slice(2, 1, &[0.10, 0.10])?;
/// let market = Returns::from_column_slice(2, 1, &[0.05, 0.04])?;
/// let input = FactorInput::new(&returns, &market, OverTime::Constant(&[2.0]), OverTime::Constant(&[1.0]));
/// let parts = factor_attribution(&input, &FactorParams::default())?;
/// assert!((parts.factors[0] - (0.10 + 0.08 * 1.10)).abs() < 1e-15);
/// assert!((parts.specific - 0.02 * 1.10).abs() < 1e-15);
/// assert!((parts.total - 0.21).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn factor_attribution(
    input: &FactorInput<'_>,
    params: &FactorParams,
) -> Result<FactorAttribution, Error> {
    let mut attribution = FactorAttribution::default();
    factor_attribution_into(input, params, &mut FactorScratch::default(), &mut attribution)?;
    Ok(attribution)
}

/// Splits the profit of a portfolio by factors; from the second call of a size on without touching the heap.
///
/// # Errors
/// [`InputError::LengthMismatch`] when the shapes do not fit; [`InputError::NotFinite`] and [`InputError::OutOfRange`] for
/// a number that is not finite, or a total that overflows; [`Error::NotPartition`] for families that leave out a factor or
/// name it twice. `attribution` is then unspecified.
///
/// # Cost
/// About 4 T N K multiplications.
pub fn factor_attribution_into(
    input: &FactorInput<'_>,
    params: &FactorParams,
    scratch: &mut FactorScratch,
    attribution: &mut FactorAttribution,
) -> Result<(), Error> {
    let (periods, _, factors) = input.shape();
    input.check()?;
    check_families(&params.families, factors)?;
    attribute(input, params, 0..periods, scratch, attribution)
}

/// Splits the profit of each of many windows, the first of which starts with the first period.
///
/// # Shapes and units
/// Windows of `window` periods, each `step` periods after the one before it; periods beyond the last whole window are left
/// out. In money, each window starts with a wealth of one.
///
/// # Errors
/// As [`factor_attribution_into`]; [`InputError::Empty`] for a window or a step of zero;
/// [`InputError::TooFewObservations`] for a window that is longer than the history.
///
/// # Examples
/// ```
/// use po_attribution::{FactorInput, FactorParams, OverTime, rolling_factor_attribution};
/// use po_core::Returns;
///
/// let returns = Returns::from_column_slice(3, 1, &[0.10, 0.20, 0.30])?;
/// let input = FactorInput::new(&returns, &returns, OverTime::Constant(&[1.0]), OverTime::Constant(&[1.0]));
/// let windows = rolling_factor_attribution(&input, &FactorParams::default(), 2, 1)?;
/// assert!((windows[0].factors[0] - 0.32).abs() < 1e-15);
/// assert!((windows[1].factors[0] - 0.56).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn rolling_factor_attribution(
    input: &FactorInput<'_>,
    params: &FactorParams,
    window: usize,
    step: usize,
) -> Result<Vec<FactorAttribution>, Error> {
    let (periods, _, factors) = input.shape();
    input.check()?;
    check_families(&params.families, factors)?;
    let mut scratch = FactorScratch::default();
    windows(periods, window, step)?
        .map(|range| {
            let mut attribution = FactorAttribution::default();
            attribute(input, params, range, &mut scratch, &mut attribution)?;
            Ok(attribution)
        })
        .collect()
}

/// The windows of a history.
pub(crate) fn windows(
    periods: usize,
    window: usize,
    step: usize,
) -> Result<impl Iterator<Item = Range<usize>>, Error> {
    if window == 0 || step == 0 {
        let what = if window == 0 { "the window" } else { "the step from window to window" };
        return Err(InputError::Empty { what }.into());
    }
    if window > periods {
        let what = "the observations in the window";
        return Err(InputError::TooFewObservations { what, observations: periods, required: window }.into());
    }
    Ok((0..=periods - window).step_by(step).map(move |start| start..start + window))
}

/// The periods of a range, once the input was checked.
fn attribute(
    input: &FactorInput<'_>,
    params: &FactorParams,
    range: Range<usize>,
    scratch: &mut FactorScratch,
    attribution: &mut FactorAttribution,
) -> Result<(), Error> {
    let (all, assets, factors) = input.shape();
    let periods = range.len();
    let FactorScratch { active, money, specific, sums } = scratch;
    for (series, length) in [
        (&mut attribution.exposure_series, factors * periods),
        (&mut attribution.factor_series, factors * periods),
        (&mut attribution.specific_series, periods),
        (&mut attribution.unattributed_series, periods),
        (&mut attribution.return_series, periods),
        (&mut attribution.asset_by_factor, assets * factors),
        (&mut attribution.asset_specific, assets),
        (&mut *active, assets),
        (&mut *money, assets),
        (&mut *specific, assets),
    ] {
        series.clear();
        series.resize(length, 0.0);
    }
    sums.clear();
    sums.resize(factors + 2, Sum::ZERO);
    let factor_returns = input.factor_returns.as_slice();
    let mut wealth = Wealth::default();
    for (place, period) in range.enumerate() {
        let exposures = input.exposures.at(period, assets * factors);
        let unattributed = wealth.holdings(input, period, specific, active, money);
        let mut total = Sum::of(unattributed);
        for factor in 0..factors {
            let column = &exposures[factor * assets..(factor + 1) * assets];
            let earned = factor_returns[factor * all + period];
            let exposure = dot(column, active);
            let contribution = exposure * earned;
            attribution.exposure_series[factor * periods + place] = exposure;
            attribution.factor_series[factor * periods + place] = contribution;
            total = total.plus(contribution);
            sums[factor] = sums[factor].plus(dot(column, money) * earned);
            axpy(-earned, column, specific);
            let table = &mut attribution.asset_by_factor[factor * assets..(factor + 1) * assets];
            for ((entry, exposure), money) in table.iter_mut().zip(column).zip(&*money) {
                *entry += money * exposure * earned;
            }
        }
        let own = dot(active, specific);
        for ((entry, specific), money) in attribution.asset_specific.iter_mut().zip(&*specific).zip(&*money) {
            *entry += money * specific;
        }
        sums[factors] = sums[factors].plus(dot(money, specific));
        sums[factors + 1] = sums[factors + 1].plus(wealth.portfolio * unattributed);
        attribution.specific_series[place] = own;
        attribution.unattributed_series[place] = unattributed;
        attribution.return_series[place] = total.plus(own).value();
        wealth.grow(params.totals);
    }
    attribution.factors.clear();
    attribution.factors.extend(sums[..factors].iter().map(|sum| sum.value()));
    attribution.specific = sums[factors].value();
    attribution.unattributed = sums[factors + 1].value();
    attribution.summed_up(&params.families);
    check_total(attribution.total)
}

/// Refuses a total that has overflowed.
pub(crate) fn check_total(value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    let (name, expected) =
        ("the sum of the contributions", "a finite number: returns and weights are too large");
    Err(InputError::OutOfRange { name, value, expected }.into())
}
