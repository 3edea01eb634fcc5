//! A band around the target within which nothing is traded.

use std::iter::zip;

use crate::{InputError, Weights};

/// A distance this near to an edge, relative to the numbers that it is made of, lies on the edge: what was traded there
/// must not trade again.
const ROUNDING: f64 = 1e-12;

/// Settings of [`NoTradeBand`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `width` | `Absolute(0.05)` | finite, `>= 0` | how far a weight may lie from its target before it is traded |
/// | `rebalance` | `Edge` | three ways | how far it is traded then |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct NoTradeBandParams {
    /// How far a weight may lie from its target before it is traded.
    pub width: BandWidth,
    /// How far it is traded then.
    pub rebalance: Rebalance,
}

/// How far a weight may lie from its target on either side.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum BandWidth {
    /// A fraction of capital, the same for all assets. A small position that the target has dropped stays, until it is
    /// larger than that.
    Absolute(f64),
    /// A fraction of the target weight of each asset. What the target does not hold is sold, however little it is.
    Relative(f64),
}

/// How far a weight that lies outside its band is traded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Rebalance {
    /// To the edge of its band: best where costs are in proportion to what is traded (Davis and Norman 1990).
    #[default]
    Edge,
    /// To its target: for costs that are the same whatever the size of a trade, which one would not pay again soon.
    Target,
    /// All weights go to their targets as soon as one lies outside its band.
    Whole,
}

impl Default for BandWidth {
    fn default() -> Self {
        Self::Absolute(0.05)
    }
}

impl BandWidth {
    /// The width for weights of this size.
    fn of(self, size: f64) -> f64 {
        match self {
            Self::Absolute(width) => width,
            Self::Relative(width) => width * size,
        }
    }
}

/// Trades only what lies outside a band around the target.
///
/// ```text
/// g_i = h_i - t_i,   b_i = width, or width |t_i|,   B = width, or width Σ_i |t_i|
///
/// no trade while |g_i| <= b_i for each i, and |Σ_i g_i| <= B;   else
/// 1.  w_i = t_i + sign(g_i) b_i  where |g_i| > b_i  (Target: t_i),   w_i = h_i elsewhere  (Whole: t_i everywhere)
/// 2.  r = Σ_i (t_i - w_i),   w_i += f (t_i - w_i)  for those i where t_i - w_i has the sign of r
/// ```
///
/// Here h is what is held, t the target and w what will be held. The second step makes what is sold pay for what is
/// bought: with it `Σ w = Σ t`. The share f takes what is needed from the assets that trade already and, only if their
/// way to the target is not long enough, from the others; it never needs more than the whole way, so that no weight
/// passes its target, and a weight that is inside its band stays there.
///
/// Without a trade, weights stay as the market has left them, and so does their sum: cash from a dividend lies idle
/// until a weight or the sum leaves its band. Weights are those of now: after prices have moved, each value is divided by
/// the value of the portfolio.
///
/// # Cost
/// Five passes over N numbers.
///
/// # Examples
/// ```
/// use po_core::{BandWidth, NoTradeBand, NoTradeBandParams, Weights};
///
/// let params = NoTradeBandParams { width: BandWidth::Absolute(0.04), ..NoTradeBandParams::default() };
/// let band = NoTradeBand::new(params)?;
/// let target = Weights::new(vec![0.5, 0.25, 0.25])?;
///
/// // Within the band, nothing happens.
/// let decision = band.apply(&target, &Weights::new(vec![0.53, 0.23, 0.24])?)?;
/// assert!(!decision.traded && decision.turnover == 0.0);
///
/// // The first is sold to the edge, for 0.02; the others share it by the 0.04 and the 0.02 that they lack.
/// let decision = band.apply(&target, &Weights::new(vec![0.56, 0.21, 0.23])?)?;
/// let expected = [0.54, 0.21 + 0.04 / 3.0, 0.23 + 0.02 / 3.0];
/// let weights = decision.weights.as_slice();
/// assert!(weights.iter().zip(expected).all(|(weight, expected)| (weight - expected).abs() < 1e-15));
/// assert!((decision.turnover - 0.04).abs() < 1e-15 && (decision.turnover_avoided - 0.08).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Constantinides (1986) and Davis and Norman (1990) for the region without trades that costs in proportion make;
/// Masters (2003) for bands by asset. The second step is ours: theirs trade against cash.
///
/// # Settings
/// [`NoTradeBandParams`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoTradeBand {
    params: NoTradeBandParams,
}

/// What to hold, and what is traded for it.
///
/// # Shapes and units
/// N weights and N trades, fractions of capital.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct NoTradeDecision {
    /// The weights to hold.
    pub weights: Weights,
    /// What is bought of each asset; below zero where it is sold.
    pub trades: Vec<f64>,
    /// Whether anything is traded.
    pub traded: bool,
    /// The sum of the absolute trades: purchases and sales together.
    pub turnover: f64,
    /// How much more a rebalance of everything to the target would have traded.
    pub turnover_avoided: f64,
}

impl AsRef<Weights> for NoTradeDecision {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}

impl NoTradeBand {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a width below zero or not finite.
    pub fn new(params: NoTradeBandParams) -> Result<Self, InputError> {
        let (BandWidth::Absolute(value) | BandWidth::Relative(value)) = params.width;
        if value.is_finite() && value >= 0.0 {
            Ok(Self { params })
        } else {
            let (name, expected) = ("the width of the band", "a finite number, zero or more");
            Err(InputError::OutOfRange { name, value, expected })
        }
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &NoTradeBandParams {
        &self.params
    }

    /// Decides what to trade.
    ///
    /// # Errors
    /// [`InputError::Empty`] without target weights; [`InputError::LengthMismatch`] unless as many are held;
    /// [`InputError::OutOfRange`] for weights so large that their sum overflows.
    pub fn apply(&self, target: &Weights, held: &Weights) -> Result<NoTradeDecision, InputError> {
        let mut decision = NoTradeDecision::default();
        self.apply_into(target, held, &mut decision)?;
        Ok(decision)
    }

    /// As [`NoTradeBand::apply`], into memory that is kept: from the second call of one size on, without touching the
    /// heap.
    ///
    /// # Errors
    /// As [`NoTradeBand::apply`]; `decision` then stays as it was.
    pub fn apply_into(
        &self,
        target: &Weights,
        held: &Weights,
        decision: &mut NoTradeDecision,
    ) -> Result<(), InputError> {
        let (targets, holdings) = (target.as_slice(), held.as_slice());
        if targets.is_empty() {
            return Err(InputError::Empty { what: "the list of target weights" });
        }
        if holdings.len() != targets.len() {
            let (what, expected, actual) = ("the list of held weights", targets.len(), holdings.len());
            return Err(InputError::LengthMismatch { what, expected, actual });
        }
        // One pass for all sums: their additions need not wait for each other.
        let (mut target_gross, mut held_gross, mut gap, mut any) = (0.0, 0.0, 0.0, false);
        for (held, target) in zip(holdings, targets) {
            target_gross += target.abs();
            held_gross += held.abs();
            gap += held - target;
            any |= self.is_outside(*held, *target);
        }
        let size = target_gross + held_gross;
        if !size.is_finite() {
            let (name, expected) = ("the gross exposure of target and holdings", "a finite number");
            return Err(InputError::OutOfRange { name, value: size, expected });
        }
        let near = ROUNDING * size;
        decision.traded = any || gap.abs() > self.params.width.of(target_gross) + near;
        // The weights at first; trades are what they differ by.
        let weights = &mut decision.trades;
        weights.clear();
        if decision.traded {
            weights.extend(zip(holdings, targets).map(|(held, target)| self.first(*held, *target)));
            let missing = self.settle(true, zip(holdings, targets), weights, near);
            if missing {
                self.settle(false, zip(holdings, targets), weights, near);
            }
        } else {
            weights.extend_from_slice(holdings);
        }
        decision.weights.assign(weights)?;
        let (mut turnover, mut whole) = (0.0, 0.0);
        for (trade, (held, target)) in zip(&mut decision.trades, zip(holdings, targets)) {
            *trade -= held;
            turnover += trade.abs();
            whole += (held - target).abs();
        }
        decision.turnover = turnover;
        decision.turnover_avoided = (whole - turnover).max(0.0);
        Ok(())
    }

    fn is_outside(&self, held: f64, target: f64) -> bool {
        let band = self.params.width.of(target.abs());
        (held - target).abs() > band + ROUNDING * (target.abs() + band)
    }

    /// Where the first step leaves a weight.
    fn first(&self, held: f64, target: f64) -> f64 {
        match self.params.rebalance {
            Rebalance::Whole => target,
            _ if !self.is_outside(held, target) => held,
            Rebalance::Target => target,
            Rebalance::Edge => target + self.params.width.of(target.abs()).copysign(held - target),
        }
    }

    /// The second step, for the assets outside their bands or for those inside; whether the sum is still not that of the
    /// target.
    fn settle<'a>(
        &self,
        outside: bool,
        pairs: impl Iterator<Item = (&'a f64, &'a f64)> + Clone,
        weights: &mut [f64],
        near: f64,
    ) -> bool {
        let ways = || {
            zip(&*weights, pairs.clone()).map(|(weight, (held, target))| (target - weight, *held, *target))
        };
        let missing: f64 = ways().map(|(way, _, _)| way).sum();
        if missing.abs() <= near {
            return false;
        }
        // Without branches: who takes is as good as random.
        let takes = |way: f64, held: f64, target: f64| {
            // Not by a product, which is zero for weights that are small enough.
            let towards = if missing > 0.0 { way > 0.0 } else { way < 0.0 };
            towards & (self.is_outside(held, target) == outside)
        };
        let room: f64 =
            ways().map(|(way, held, target)| if takes(way, held, target) { way } else { 0.0 }).sum();
        let enough = missing.abs() <= room.abs();
        let share = missing / room;
        for (weight, (held, target)) in zip(weights, pairs) {
            let way = target - *weight;
            let moved = if enough { *weight + share * way } else { *target };
            *weight = if takes(way, *held, *target) { moved } else { *weight };
        }
        !enough
    }
}
