//! A market that goes on: prices for engines.

use po_engine::correlation::{Decay, EwmaParams};
use po_engine::hrp::HrpParams;
use po_engine::stream::{AllocatorConfig, BudgetConfig, EngineConfig, EstimatorConfig, TradingConfig};
use po_engine::{BandWidth, NoTradeBandParams, Rebalance};

use crate::returns;

/// Prices of a simulated market, which begins anew after its last bar.
///
/// Returns swing between the simulated ones and their opposites, so that prices come back to where they began.
#[derive(Debug)]
pub struct Bars {
    assets: usize,
    prices: Vec<f64>,
}

impl Bars {
    /// So many assets and bars.
    #[must_use]
    pub fn new(assets: usize, bars: usize) -> Self {
        let half = bars.div_ceil(2);
        let moves = returns(half, assets);
        let mut prices = vec![100.0; 2 * half * assets];
        for asset in 0..assets {
            for bar in 1..2 * half {
                let before = prices[(bar - 1) * assets + asset];
                // The second half walks back in another order of bars.
                let own = if bar < half { bar } else { (bar * 7) % half };
                let step = moves[asset * half + own];
                prices[bar * assets + asset] =
                    if bar < half { before * (1.0 + step) } else { before / (1.0 + step) };
            }
        }
        Self { assets, prices }
    }

    /// The prices of a bar.
    #[must_use]
    pub fn prices(&self, bar: usize) -> &[f64] {
        let at = bar % (self.prices.len() / self.assets);
        &self.prices[at * self.assets..(at + 1) * self.assets]
    }
}

/// EWMA, Ward's HRP, a volatility budget and a no-trade band.
#[must_use]
pub fn engine_config(assets: usize) -> EngineConfig {
    EngineConfig {
        assets: (0..assets).map(|asset| format!("asset {asset}")).collect(),
        estimator: EstimatorConfig::Ewma(EwmaParams {
            volatility: Decay::HalfLife(30.0),
            correlation: Some(Decay::HalfLife(90.0)),
            ..EwmaParams::default()
        }),
        allocator: AllocatorConfig::Hrp(HrpParams::default()),
        budget: Some(BudgetConfig { volatility_budget: 0.006, ..BudgetConfig::default() }),
        trading: TradingConfig {
            band: Some(NoTradeBandParams { width: BandWidth::Relative(0.2), rebalance: Rebalance::Edge }),
            ..TradingConfig::default()
        },
        ..EngineConfig::default()
    }
}
