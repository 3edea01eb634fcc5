//! A market whose assets list, halt and delist, and a portfolio that follows it bar by bar.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::correlation::{Decay, Ewma, EwmaParams};
use po_engine::hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Market};
use po_engine::{Covariance, Investable, StreamingEstimator, Weights};

/// Returns after which an asset can be held.
pub(crate) const MIN_OBSERVATIONS: usize = 40;

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    /// A number in [0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of mean zero and variance one, and never far away.
    fn shock(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// The returns of each bar; NaN where an asset has none.
///
/// A third of the assets is there from first to last, a third lists late, and a third delists; each is halted now and
/// then, for some bars.
pub(crate) fn bars(count: usize, assets: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Random(seed);
    let mut halted = vec![0; assets];
    let mut bar = |time: usize| -> Vec<f64> {
        let market = random.shock();
        let sectors = [random.shock(), random.shock(), random.shock()];
        let value = |asset: usize| {
            let own = random.shock();
            if halted[asset] == 0 && random.uniform() < 0.004 {
                halted[asset] = 1 + (12.0 * random.uniform()) as usize;
            }
            halted[asset] = halted[asset].saturating_sub(1);
            let share = (asset + 1) as f64 / (assets + 1) as f64;
            let date = (share * count as f64) as usize;
            let listed = match asset % 3 {
                0 => true,
                1 => time >= date,
                _ => time < date,
            };
            let volatility = 0.005 + 0.02 * share;
            let value = volatility * (0.6 * market + 0.6 * sectors[asset % 2 + asset % 5 / 3] + own);
            if listed && halted[asset] == 0 { value } else { f64::NAN }
        };
        (0..assets).map(value).collect()
    };
    (0..count).map(&mut bar).collect()
}

/// Hierarchical risk parity of those assets that can be held, in an order that stays near that of the last bar.
pub(crate) struct Online {
    pub(crate) ewma: Ewma,
    pub(crate) investable: Investable,
    hrp: Hrp,
    pub(crate) covariance: Covariance,
    scratch: HrpScratch,
    pub(crate) allocation: HrpAllocation,
    /// The last order, by the indices of all assets, and what is left of it in the problem of this bar.
    order: Vec<usize>,
    pub(crate) order_before: Vec<usize>,
    pub(crate) weights: Weights,
}

pub(crate) fn estimator(assets: usize) -> Ewma {
    let (volatility, correlation) = (Decay::HalfLife(30.0), Some(Decay::HalfLife(60.0)));
    let params =
        EwmaParams { volatility, correlation, min_observations: MIN_OBSERVATIONS, ..EwmaParams::default() };
    Ewma::new(params, assets).unwrap()
}

pub(crate) fn allocator() -> Hrp {
    Hrp::new(HrpParams { leaf_order: LeafOrder::Stable, ..HrpParams::default() }).unwrap()
}

impl Online {
    /// A portfolio that has seen nothing yet, with memory for all assets at once: one allocation of any covariance takes it.
    pub(crate) fn new(assets: usize) -> Self {
        let mut online = Self {
            ewma: estimator(assets),
            investable: Investable::new(vec![true; assets]).unwrap(),
            hrp: allocator(),
            covariance: Covariance::default(),
            scratch: HrpScratch::default(),
            allocation: HrpAllocation::default(),
            order: (0..assets).collect(),
            order_before: Vec::new(),
            weights: Weights::default(),
        };
        let covariance = online.investable.covariance_of(|row, col| f64::from(u8::from(row == col))).unwrap();
        online.covariance = covariance;
        online.allocate();
        online.order.clear();
        online
    }

    /// Takes in a bar and allocates; tells whether there is anything to hold. Weights of the last time stay if not.
    pub(crate) fn step(&mut self, bar: &[f64]) -> bool {
        let Self { ewma, investable, covariance, .. } = self;
        ewma.update(bar).unwrap();
        let there = investable.set_ready(ewma).and_then(|()| investable.retain(|asset| !bar[asset].is_nan()));
        if there.is_err() {
            return false;
        }
        investable.covariance_of_into(|row, col| ewma.covariance(row, col), covariance).unwrap();
        self.allocate();
        true
    }

    fn allocate(&mut self) {
        let Self { investable, hrp, covariance, scratch, allocation, order, order_before, weights, .. } =
            self;
        investable.order_into(order, order_before).unwrap();
        let market = Market { order_before: Some(order_before), ..Market::from(&*covariance) };
        hrp.allocate_market_into(market, scratch, allocation).unwrap();
        investable.order_back_into(allocation.leaf_order(), order).unwrap();
        investable.spread_into(allocation.weights(), weights).unwrap();
    }
}
