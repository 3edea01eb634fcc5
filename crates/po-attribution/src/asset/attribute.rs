//! Contributions of holdings, period after period.

use super::attribution::{OTHERS, coefficient};
use super::input::or_zero;
use super::{AssetAttribution, AssetInput};
use crate::Error;
use crate::sum::Sum;

/// What each holding contributed to the return of a portfolio.
///
/// ```text
/// R_t = Σ_i w_it r_it + Σ_i (h_it - w_it) r_it + (1 - Σ_i h_it) r_cash,t - cost_t
/// ```
///
/// h is held, w was decided: the parts are the assets, drift, cash and costs. Three accounts of them are
/// given: [`contributions`](AssetAttribution::contributions) add up to the return of a period,
/// [`linked`](AssetAttribution::linked) ones to that of all periods, and
/// [`geometric`](AssetAttribution::geometric) ones multiply to it.
///
/// # Shapes and units
/// As in [`AssetInput`]; everything in fractions.
///
/// # Errors
/// [`InputError::Empty`](po_core::InputError::Empty) without returns,
/// [`InputError::LengthMismatch`](po_core::InputError::LengthMismatch) for tables of different shape,
/// [`InputError::NotFinite`](po_core::InputError::NotFinite) and
/// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for a number that is not finite (a return may be NaN),
/// [`Error::NotCompoundable`] for a period that leaves no wealth.
///
/// # Cost
/// T N multiplications and additions.
///
/// # Examples
/// ```
/// use po_attribution::{AssetInput, AssetLine, asset_attribution};
/// use po_core::Returns;
///
/// // 10 % and 0 %, then 0 % and 10 %, half and half in both periods.
/// let returns = Returns::from_column_slice(2, 2, &[0.1, 0.0, 0.0, 0.1])?;
/// let attribution = asset_attribution(&AssetInput::new(&returns, &[0.5; 4]))?;
/// let [first, second] = [0, 1].map(|asset| attribution.linked(AssetLine::Asset(asset)));
/// assert!((first - 0.05).abs() < 1e-15 && (second - 0.0525).abs() < 1e-15);
/// // As factors the two are alike: each is the growth of one period.
/// let factor = attribution.geometric(AssetLine::Asset(1));
/// assert!((factor - 0.05).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn asset_attribution(input: &AssetInput<'_>) -> Result<AssetAttribution, Error> {
    let mut attribution = AssetAttribution::default();
    asset_attribution_into(input, &mut attribution)?;
    Ok(attribution)
}

/// As [`asset_attribution`], in the memory that is there.
///
/// # Errors
/// As [`asset_attribution`]; what `attribution` holds is then of no meaning.
pub fn asset_attribution_into(
    input: &AssetInput<'_>,
    attribution: &mut AssetAttribution,
) -> Result<(), Error> {
    let periods = input.check()?;
    let (assets, lines) = (input.assets, input.assets + OTHERS);
    attribution.prepare(assets, periods);

    let AssetAttribution { contributions, returns, wealth, linked, logarithms, total, .. } = attribution;
    let decided = if input.decided.is_empty() { input.held } else { input.decided };
    for ((entry, weight), value) in contributions.iter_mut().zip(decided).zip(input.returns) {
        *entry = weight * or_zero(*value);
    }
    for period in 0..periods {
        let (mut drift, mut invested) = (Sum::ZERO, Sum::ZERO);
        for asset in 0..assets {
            let place = asset * periods + period;
            let held = input.held[place];
            drift = drift.plus(held * or_zero(input.returns[place])).plus(-contributions[place]);
            invested = invested.plus(held);
        }
        let cash = input
            .cash_returns
            .get(period)
            .map_or(0.0, |value| Sum::of(1.0).without(invested).value() * value);
        let others = [drift.value(), cash, 0.0 - input.costs.get(period).copied().unwrap_or(0.0)];
        for (line, amount) in others.into_iter().enumerate() {
            contributions[(assets + line) * periods + period] = amount;
        }

        let of_period = || (0..lines).map(|line| contributions[line * periods + period]);
        let value = of_period().collect::<Sum>().value();
        if !(value > -1.0 && value.is_finite()) {
            return Err(Error::NotCompoundable { what: "portfolio", period, value });
        }
        // Money first: the total is the sum of what the lines earned, to the last digit.
        let (start, k) = (Sum::of(1.0).and(*total).value(), coefficient(value));
        for ((linked, logarithm), contribution) in
            linked.iter_mut().zip(logarithms.iter_mut()).zip(of_period())
        {
            let money = start * contribution;
            *linked = linked.plus(money);
            *total = total.plus(money);
            *logarithm += k * contribution;
        }
        returns.push(value);
        wealth.push(Sum::of(1.0).and(*total).value());
    }
    Ok(())
}

impl AssetAttribution {
    fn prepare(&mut self, assets: usize, periods: usize) {
        let lines = assets + OTHERS;
        self.assets = assets;
        self.contributions.clear();
        self.contributions.resize(lines * periods, 0.0);
        self.returns.clear();
        self.returns.reserve(periods);
        self.wealth.clear();
        self.wealth.reserve(periods + 1);
        self.wealth.push(1.0);
        self.linked.clear();
        self.linked.resize(lines, Sum::ZERO);
        self.logarithms.clear();
        self.logarithms.resize(lines, 0.0);
        self.total = Sum::ZERO;
    }
}
