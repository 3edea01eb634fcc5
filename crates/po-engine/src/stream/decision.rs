//! What the engine decided at the end of a bar.

use po_core::Weights;

use super::{FallbackRecord, Time};

/// What to hold from now on, what is traded for it, and whatever else a step has to tell.
///
/// The memory is the engine's, and written over by the next step.
///
/// # Shapes and units
/// N weights and N trades, fractions of wealth; what they lack to one is cash.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// When the bar ended.
    pub time: Time,
    /// The number of the bar, from one; those refused do not count.
    pub bar: u64,
    /// What became of the bar.
    pub outcome: Outcome,
    /// The weights to hold.
    pub weights: Weights,
    /// What is bought of each asset; below zero where it is sold.
    pub trades: Vec<f64>,
    /// The sum of the absolute trades: purchases and sales together.
    pub turnover: f64,
    /// What the trades cost, as a fraction of wealth.
    pub cost: f64,
    /// Wealth after costs.
    pub wealth: f64,
    /// What the portfolio earned over the bar, before the costs of these trades.
    pub bar_return: f64,
    /// What of wealth is in cash.
    pub cash: f64,
    /// How many assets could be held: known well enough, and with a price.
    pub investable: usize,
    /// The forecast volatility of the weights per bar; nothing before there is a forecast.
    pub volatility: Option<f64>,
    /// The forecast use of the volatility budget by the weights, where there is a budget.
    pub budget_use: Option<f64>,
    /// The use of the budget that realised returns show.
    pub realised_use: Option<f64>,
    /// Stages that had no answer, in their order, and what was taken in their place.
    pub fallbacks: Vec<FallbackRecord>,
    /// What happened to quotes and assets.
    pub events: Vec<Event>,
}

impl Decision {
    /// Begins to tell of a bar.
    pub(super) fn begin(&mut self, time: Time, bar: u64) {
        (self.time, self.bar) = (time, bar);
        self.trades.fill(0.0);
        (self.turnover, self.cost, self.bar_return) = (0.0, 0.0, 0.0);
        (self.volatility, self.budget_use, self.realised_use) = (None, None, None);
        self.fallbacks.clear();
        self.events.clear();
    }

    /// Tells that a bar was refused; what is held stays.
    pub(super) fn refuse(&mut self, time: Time, bar: u64, refusal: Refusal) {
        self.begin(time, bar);
        self.outcome = Outcome::Refused(refusal);
    }

    /// Whether anything is traded.
    #[must_use]
    pub fn traded(&self) -> bool {
        self.turnover > 0.0
    }
}

/// What became of a bar.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Outcome {
    /// Nothing could be decided yet: no asset is known well enough.
    #[default]
    Waiting,
    /// The bar was no day of decision: weights stay as prices have left them.
    Held,
    /// The stages decided; trades may be zero all the same.
    Decided,
    /// The bar was refused, and nothing has changed.
    Refused(Refusal),
}

/// Why a bar was refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// Its time is not later than that of the bar before.
    NotAfter {
        /// The time of the last bar that was taken in.
        last: Time,
    },
    /// It has not one price for each asset.
    Prices {
        /// How many assets there are.
        expected: usize,
        /// How many prices came.
        actual: usize,
    },
    /// It has not the factors that the engine was told of.
    Factors {
        /// How many numbers there should be.
        expected: usize,
        /// How many came.
        actual: usize,
    },
    /// Wealth is gone: no weight means anything any more.
    Ruined,
    /// The account of profits refused it.
    Unaccountable,
}

/// What happened to a quote or an asset.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The first price of an asset.
    Listed {
        /// The asset.
        asset: usize,
    },
    /// The first bar without a price.
    Halted {
        /// The asset.
        asset: usize,
    },
    /// The first price after some bars without.
    Resumed {
        /// The asset.
        asset: usize,
        /// How many bars had no price.
        bars: u32,
    },
    /// No price for so long that the asset counts as delisted; what was held of it became cash.
    Delisted {
        /// The asset.
        asset: usize,
        /// What was held of it, as a fraction of wealth.
        weight: f64,
    },
    /// A price that is zero, negative or infinite; it counts as missing.
    NotAPrice {
        /// The asset.
        asset: usize,
        /// The price.
        price: f64,
    },
    /// A price too far from the last one to believe; it counts as missing unless the next one confirms it.
    Jump {
        /// The asset.
        asset: usize,
        /// The price.
        price: f64,
        /// The last one.
        last: f64,
    },
    /// A second price confirms a jump, which is believed now.
    Confirmed {
        /// The asset.
        asset: usize,
        /// The price.
        price: f64,
    },
}
