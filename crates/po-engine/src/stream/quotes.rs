//! From the prices of a bar to returns that can be believed.

use std::iter::zip;

use po_core::InputError;

use super::{Event, Time};

/// No price is so many times the last one.
const LARGEST_RATIO: f64 = 1e12;

/// Settings of what is believed of a bar.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `jump_limit` | 5 | (1, 1e12] | by how much a price may be multiplied or divided from one bar to the next |
/// | `delist_after` | 20 | 1 or more | bars without a price after which an asset counts as delisted |
/// | `delisting_return` | 0 | [-1, 0] | what a holding then earns before it becomes cash |
///
/// A price beyond the limit counts as missing; the next price, where it is within the limit of it, confirms it, and the
/// return is taken in then. Shumway (1997) found a mean delisting return of -0.3 for delistings for bad performance.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuoteParams {
    /// By how much a price may be multiplied or divided from one bar to the next.
    pub jump_limit: f64,
    /// Bars without a price after which an asset counts as delisted.
    pub delist_after: u32,
    /// What a holding then earns before it becomes cash.
    pub delisting_return: f64,
}

impl Default for QuoteParams {
    fn default() -> Self {
        Self { jump_limit: 5.0, delist_after: 20, delisting_return: 0.0 }
    }
}

impl QuoteParams {
    pub(super) fn check(&self) -> Result<(), InputError> {
        let out_of_range = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        if !(self.jump_limit > 1.0 && self.jump_limit <= LARGEST_RATIO) {
            return out_of_range("the jump limit", self.jump_limit, "a number in (1, 1e12]");
        }
        if self.delist_after == 0 {
            return out_of_range("the bars before a delisting", 0.0, "1 or more");
        }
        if !(-1.0..=0.0).contains(&self.delisting_return) {
            return out_of_range("the delisting return", self.delisting_return, "a number in [-1, 0]");
        }
        Ok(())
    }
}

/// The last prices that were believed, and the returns of the last bar.
///
/// # Shapes and units
/// N numbers each; NaN where there is none.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Quotes {
    /// The last price that was believed; NaN before an asset is listed.
    pub(super) last: Vec<f64>,
    /// A price that was not believed, and waits for a second one.
    suspect: Vec<f64>,
    /// Bars without a price.
    missing: Vec<u32>,
    /// The last bars: their times, and their prices one bar after the other; a ring.
    times: Vec<Time>,
    prices: Vec<f64>,
    /// Where the next bar goes in the ring.
    next: usize,
    /// What a holding earned over the bar, over a gap as well.
    #[serde(skip)]
    pub(super) earned: Vec<f64>,
    /// The returns of one bar: what an estimator may take in.
    #[serde(skip)]
    pub(super) returns: Vec<f64>,
    /// Whether there is a price at this bar.
    #[serde(skip)]
    pub(super) quoted: Vec<bool>,
    /// Who delists at this bar.
    #[serde(skip)]
    pub(super) delisted: Vec<usize>,
    /// What was believed before the bar, for a bar that is refused after all.
    #[serde(skip)]
    before: (Vec<f64>, Vec<f64>, Vec<u32>),
}

impl Quotes {
    pub(super) fn new(assets: usize, keep: usize) -> Self {
        let mut quotes = Self {
            last: vec![f64::NAN; assets],
            suspect: vec![f64::NAN; assets],
            missing: vec![0; assets],
            times: Vec::with_capacity(keep),
            prices: vec![f64::NAN; keep * assets],
            next: 0,
            ..Self::default()
        };
        quotes.make_room();
        quotes
    }

    /// Room for what is not stored.
    pub(super) fn make_room(&mut self) {
        let assets = self.last.len();
        self.earned = vec![f64::NAN; assets];
        self.returns = vec![f64::NAN; assets];
        self.quoted = vec![false; assets];
        self.delisted = Vec::with_capacity(assets);
        self.before = (self.last.clone(), self.suspect.clone(), self.missing.clone());
    }

    /// Takes in the prices of a bar.
    pub(super) fn update(&mut self, prices: &[f64], params: &QuoteParams, events: &mut Vec<Event>) {
        self.before.0.copy_from_slice(&self.last);
        self.before.1.copy_from_slice(&self.suspect);
        self.before.2.copy_from_slice(&self.missing);
        self.delisted.clear();
        for (asset, &price) in prices.iter().enumerate() {
            let (earned, fresh) = self.believe(asset, price, params, events);
            self.quoted[asset] = self.missing[asset] == 0 && !self.last[asset].is_nan();
            self.earned[asset] = earned;
            self.returns[asset] = if fresh { earned } else { f64::NAN };
        }
    }

    /// Believes again what was believed before the last bar.
    pub(super) fn undo(&mut self) {
        self.last.copy_from_slice(&self.before.0);
        self.suspect.copy_from_slice(&self.before.1);
        self.missing.copy_from_slice(&self.before.2);
    }

    /// What an asset has earned since its last price, and whether that was at the bar before.
    fn believe(
        &mut self,
        asset: usize,
        price: f64,
        params: &QuoteParams,
        events: &mut Vec<Event>,
    ) -> (f64, bool) {
        let (last, suspect) = (self.last[asset], self.suspect[asset]);
        let near = |other: f64| price <= other * params.jump_limit && price * params.jump_limit >= other;
        // The way that nearly all prices take.
        if near(last) && self.missing[asset] == 0 && price < f64::INFINITY && price > 0.0 {
            self.last[asset] = price;
            return (price / last - 1.0, true);
        }
        if price.is_nan() {
            return self.miss(asset, params, events);
        }
        // No jump is confirmed to that size: sums of such returns overflow.
        if !(price > 0.0 && price < f64::INFINITY) || price / last > LARGEST_RATIO {
            events.push(Event::NotAPrice { asset, price });
            return self.miss(asset, params, events);
        }
        if last.is_nan() {
            events.push(Event::Listed { asset });
        } else if !near(last) {
            if !near(suspect) {
                events.push(Event::Jump { asset, price, last });
                let missed = self.miss(asset, params, events);
                self.suspect[asset] = price;
                return missed;
            }
            events.push(Event::Confirmed { asset, price });
        }
        let gap = self.missing[asset];
        if gap > 0 && !last.is_nan() {
            events.push(Event::Resumed { asset, bars: gap });
        }
        (self.last[asset], self.suspect[asset], self.missing[asset]) = (price, f64::NAN, 0);
        (price / last - 1.0, gap == 0)
    }

    /// A bar without a price.
    fn miss(&mut self, asset: usize, params: &QuoteParams, events: &mut Vec<Event>) -> (f64, bool) {
        if self.last[asset].is_nan() {
            return (f64::NAN, false);
        }
        self.missing[asset] += 1;
        self.suspect[asset] = f64::NAN;
        if self.missing[asset] == 1 {
            events.push(Event::Halted { asset });
        }
        if self.missing[asset] < params.delist_after {
            return (f64::NAN, false);
        }
        // Whoever comes back later is a newcomer.
        (self.last[asset], self.missing[asset]) = (f64::NAN, 0);
        self.delisted.push(asset);
        (params.delisting_return, false)
    }

    /// Remembers the prices of a bar that was taken in.
    pub(super) fn remember(&mut self, time: Time) {
        let assets = self.last.len();
        let keep = self.prices.len().checked_div(assets).unwrap_or(0);
        if keep == 0 {
            return;
        }
        if self.times.len() < keep {
            self.times.push(time);
        } else {
            self.times[self.next] = time;
        }
        let row = &mut self.prices[self.next * assets..(self.next + 1) * assets];
        for ((own, &last), &quoted) in zip(zip(row, &self.last), &self.quoted) {
            *own = if quoted { last } else { f64::NAN };
        }
        self.next = (self.next + 1) % keep;
    }

    /// How many bars ago a bar was, and the price of an asset then; nothing for a bar that is not remembered.
    pub(super) fn remembered(&mut self, time: Time, asset: usize) -> Option<(usize, &mut f64)> {
        let (kept, assets) = (self.times.len(), self.last.len());
        let row = self.times.iter().position(|own| *own == time)?;
        let newest = (self.next + kept - 1) % kept;
        let ago = (newest + kept - row) % kept;
        Some((ago, &mut self.prices[row * assets + asset]))
    }

    /// Whether the price that an asset had so many bars ago is its last.
    pub(super) fn is_last(&self, asset: usize, bars_ago: usize) -> bool {
        !self.last[asset].is_nan() && self.missing[asset] as usize == bars_ago
    }

    /// How many bars are remembered.
    pub(super) fn kept(&self) -> usize {
        self.times.len()
    }

    /// Whether the numbers of a stored state fit each other.
    pub(super) fn fits(&self, assets: usize, keep: usize) -> bool {
        let lengths = [self.last.len(), self.suspect.len(), self.missing.len()];
        lengths.iter().all(|length| *length == assets)
            && self.prices.len() == keep * assets
            && self.times.len() <= keep
            && (self.times.len() == keep || self.next == self.times.len())
            && self.next < keep.max(1)
    }
}
