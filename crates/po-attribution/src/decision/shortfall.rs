//! What was lost between a decision and its execution.

use po_core::InputError;

use crate::Error;
use crate::sum::Sum;

/// How much more than the order fills may sum to by rounding.
const ROUNDING: f64 = 1e-12;

/// Whether an order buys or sells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Side {
    /// A higher price costs.
    #[default]
    Buy,
    /// A lower price costs.
    Sell,
}

impl Side {
    fn sign(self) -> f64 {
        if self == Self::Buy { 1.0 } else { -1.0 }
    }
}

/// One execution.
///
/// # Shapes and units
/// Prices and fees in money, quantities in units of the asset, of no sign.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Fill {
    /// The price paid or received.
    pub price: f64,
    /// How much was traded.
    pub quantity: f64,
    /// The middle of the market as it would have been without the order; `None` takes the arrival price, so that
    /// everything is impact.
    pub mid: Option<f64>,
    /// Half of the quoted spread.
    pub half_spread: f64,
    /// Commissions and taxes.
    pub fee: f64,
}

/// An order from its decision to the end of its horizon.
///
/// # Shapes and units
/// Prices in money per unit, all above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order<'a> {
    /// Buy or sell.
    pub side: Side,
    /// How much was wanted, above zero.
    pub quantity: f64,
    /// The price when the decision was made.
    pub decision_price: f64,
    /// The price when the order reached the market.
    pub arrival_price: f64,
    /// The price at the end of the horizon, at which all is valued.
    pub closing_price: f64,
    /// What was traded.
    pub fills: &'a [Fill],
}

/// On what quantity a delay is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DelayBasis {
    /// On what was traded: the missed trades are then counted from the decision price.
    #[default]
    Executed,
    /// On what was ordered: the missed trades are then counted from the arrival price.
    Ordered,
}

/// The implementation shortfall: what a paper portfolio that traded everything at the decision price, at no cost, earned
/// more than the actual one.
///
/// ```text
/// paper  = s Q (P_c - P_d)                             s: 1 to buy, -1 to sell
/// actual = s Σ_j q_j (P_c - p_j) - fees
///
/// delay  = s F (P_a - P_d)                             F = Σ_j q_j, or Q where delays count on what was ordered
/// timing = s Σ_j q_j (m_j - P_a)                       the market moved by itself
/// spread = Σ_j q_j h_j
/// impact = s Σ_j q_j (p_j - m_j) - spread              the rest of the price
/// opportunity = s (Q - F) (P_c - P_d)                  missed trades; from P_a where delays count on what was ordered
/// paper - actual = delay + timing + spread + impact + opportunity + fees
/// ```
///
/// The parts add up exactly: the total is their sum, taken with twice the digits and rounded once. A negative part is a
/// gain.
///
/// # Shapes and units
/// Money.
///
/// # Examples
/// ```
/// use po_attribution::{DelayBasis, Fill, Order, Side, implementation_shortfall};
///
/// // 1000 shares wanted at 10.00; 700 are bought at 10.07 a day later, when the market stood at 10.05 before.
/// let fills = [Fill { price: 10.07, quantity: 700.0, fee: 14.0, ..Fill::default() }];
/// let order = Order {
///     side: Side::Buy,
///     quantity: 1000.0,
///     decision_price: 10.00,
///     arrival_price: 10.05,
///     closing_price: 10.08,
///     fills: &fills,
/// };
/// let parts = implementation_shortfall(&order, DelayBasis::Executed)?;
/// assert!((parts.delay - 35.0).abs() < 1e-9);
/// assert!((parts.impact - 14.0).abs() < 1e-9);
/// assert!((parts.opportunity - 24.0).abs() < 1e-9);
/// assert!((parts.total - 87.0).abs() < 1e-9);
/// assert!((parts.basis_points().total - 87.0).abs() < 1e-9);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Perold (1988), "The implementation shortfall: paper versus reality"; Wagner and Edwards (1993), "Best execution", for
/// delay and missed trades; Kissell (2006), "The expanded implementation shortfall", for delays on what was ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ImplementationShortfall {
    /// The price moved between decision and arrival.
    pub delay: f64,
    /// The market moved between arrival and trade, by itself.
    pub timing: f64,
    /// Half of the spread was paid.
    pub spread: f64,
    /// The order moved the price.
    pub impact: f64,
    /// Trades were missed.
    pub opportunity: f64,
    /// Commissions and taxes.
    pub fees: f64,
    /// The sum of the parts.
    pub total: f64,
    /// Profit of the paper portfolio.
    pub paper: f64,
    /// Profit of the actual portfolio.
    pub actual: f64,
    /// Value of what was ordered, at the decision price.
    pub paper_value: f64,
}

/// The shortfall of each order of a list, and of all.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ShortfallList {
    /// Of each order.
    pub orders: Vec<ImplementationShortfall>,
    /// Of all of them; in basis points, on the value of all.
    pub total: ImplementationShortfall,
}

impl ImplementationShortfall {
    /// Timing, spread and impact: what trading cost from the arrival on.
    #[must_use]
    pub fn execution(&self) -> f64 {
        [self.timing, self.spread, self.impact].into_iter().collect::<Sum>().value()
    }

    /// Everything over the value of the paper portfolio, in basis points; zero for a list without orders.
    #[must_use]
    pub fn basis_points(&self) -> Self {
        let unit = if self.paper_value > 0.0 { 1e4 / self.paper_value } else { 0.0 };
        let scale = |value: f64| unit * value;
        Self {
            delay: scale(self.delay),
            timing: scale(self.timing),
            spread: scale(self.spread),
            impact: scale(self.impact),
            opportunity: scale(self.opportunity),
            fees: scale(self.fees),
            paper: scale(self.paper),
            actual: scale(self.actual),
            paper_value: scale(self.paper_value),
            total: 0.0,
        }
        .summed_up()
    }

    fn summed_up(mut self) -> Self {
        let parts = [self.delay, self.timing, self.spread, self.impact, self.opportunity, self.fees];
        self.total = parts.into_iter().collect::<Sum>().value();
        self
    }
}

/// The implementation shortfall of an order.
///
/// # Errors
/// [`InputError::OutOfRange`] for a price or an ordered quantity that is not positive, a filled quantity or a spread below
/// zero, a number that is not finite, or a result that overflows; [`Error::Overfilled`] when more was traded than ordered.
pub fn implementation_shortfall(
    order: &Order<'_>,
    basis: DelayBasis,
) -> Result<ImplementationShortfall, Error> {
    of_order(order, basis, 0)
}

/// The implementation shortfall of each order of a list, and of all, with fresh memory.
///
/// # Errors
/// As [`implementation_shortfall`], with the number of the order.
///
/// # Examples
/// ```
/// use po_attribution::{DelayBasis, Fill, Order, Side, implementation_shortfalls};
///
/// let fills = [Fill { price: 9.90, quantity: 100.0, ..Fill::default() }];
/// let sale = Order {
///     side: Side::Sell,
///     quantity: 100.0,
///     decision_price: 10.00,
///     arrival_price: 10.00,
///     closing_price: 9.50,
///     fills: &fills,
/// };
/// let list = implementation_shortfalls(&[sale, sale], DelayBasis::Executed)?;
/// assert!((list.total.impact - 20.0).abs() < 1e-10);
/// assert!((list.total.basis_points().impact - 100.0).abs() < 1e-10);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn implementation_shortfalls(orders: &[Order<'_>], basis: DelayBasis) -> Result<ShortfallList, Error> {
    let mut list = ShortfallList::default();
    implementation_shortfalls_into(orders, basis, &mut list)?;
    Ok(list)
}

/// As [`implementation_shortfalls`]; from the second call of a size on without touching the heap.
///
/// # Errors
/// As [`implementation_shortfalls`]; `list` then holds the orders before.
pub fn implementation_shortfalls_into(
    orders: &[Order<'_>],
    basis: DelayBasis,
    list: &mut ShortfallList,
) -> Result<(), Error> {
    list.orders.clear();
    for (place, order) in orders.iter().enumerate() {
        list.orders.push(of_order(order, basis, place)?);
    }
    let all = &list.orders;
    let total = |part: fn(&ImplementationShortfall) -> f64| all.iter().map(part).collect::<Sum>().value();
    list.total = ImplementationShortfall {
        delay: total(|order| order.delay),
        timing: total(|order| order.timing),
        spread: total(|order| order.spread),
        impact: total(|order| order.impact),
        opportunity: total(|order| order.opportunity),
        fees: total(|order| order.fees),
        paper: total(|order| order.paper),
        actual: total(|order| order.actual),
        paper_value: total(|order| order.paper_value),
        total: 0.0,
    }
    .summed_up();
    Ok(())
}

fn of_order(order: &Order<'_>, basis: DelayBasis, place: usize) -> Result<ImplementationShortfall, Error> {
    check("the quantity ordered", order.quantity, Range::Positive)?;
    check("the decision price", order.decision_price, Range::Positive)?;
    check("the arrival price", order.arrival_price, Range::Positive)?;
    check("the closing price", order.closing_price, Range::Positive)?;
    let sign = order.side.sign();
    let (decision, arrival, close) = (order.decision_price, order.arrival_price, order.closing_price);
    let [mut filled, mut timing, mut spread, mut impact, mut fees, mut earned] = [Sum::ZERO; 6];
    for fill in order.fills {
        check("the price of a fill", fill.price, Range::Positive)?;
        check("the quantity of a fill", fill.quantity, Range::NotNegative)?;
        check("half of the spread", fill.half_spread, Range::NotNegative)?;
        check("the fee of a fill", fill.fee, Range::Finite)?;
        let mid = fill.mid.unwrap_or(arrival);
        check("the mid price of a fill", mid, Range::Positive)?;
        filled = filled.plus(fill.quantity);
        timing = timing.plus(sign * fill.quantity * (mid - arrival));
        spread = spread.plus(fill.quantity * fill.half_spread);
        impact = impact.plus(fill.quantity * (sign * (fill.price - mid) - fill.half_spread));
        earned = earned.plus(sign * fill.quantity * (close - fill.price));
        fees = fees.plus(fill.fee);
    }
    let filled = filled.value();
    if filled > order.quantity * (1.0 + ROUNDING) {
        return Err(Error::Overfilled { order: place, filled, ordered: order.quantity });
    }
    let missed = order.quantity - filled;
    let (delayed, from) = match basis {
        DelayBasis::Executed => (filled, decision),
        DelayBasis::Ordered => (order.quantity, arrival),
    };
    let shortfall = ImplementationShortfall {
        delay: sign * delayed * (arrival - decision),
        timing: timing.value(),
        spread: spread.value(),
        impact: impact.value(),
        opportunity: sign * missed * (close - from),
        fees: fees.value(),
        total: 0.0,
        paper: sign * order.quantity * (close - decision),
        actual: earned.value() - fees.value(),
        paper_value: order.quantity * decision,
    }
    .summed_up();
    check("the shortfall", shortfall.total, Range::Finite)?;
    check("the value of the order", shortfall.paper_value, Range::Positive)?;
    Ok(shortfall)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    Positive,
    NotNegative,
    Finite,
}

fn check(name: &'static str, value: f64, range: Range) -> Result<(), InputError> {
    let (inside, expected) = match range {
        Range::Positive => (value > 0.0, "a positive number"),
        Range::NotNegative => (value >= 0.0, "zero or more"),
        Range::Finite => (true, "a finite number"),
    };
    if inside && value.is_finite() { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }) }
}
