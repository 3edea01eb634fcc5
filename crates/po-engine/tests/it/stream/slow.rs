//! The whole step, done again slowly: in shares and money, from the first bar on each time.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::correlation::Ewma;
use po_engine::hrp::Hrp;
use po_engine::risk_budget::{RiskBudgetController, RiskBudgetControllerParams};
use po_engine::stream::{AllocatorConfig, EngineConfig, EstimatorConfig};
use po_engine::{
    Allocator, CorrelationLimit, CorrelationLimitScratch, CorrelationSelection, Covariance, Investable,
    NoTradeBand, StreamingEstimator, Weights,
};

/// What the slow engine says of a bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) weights: Vec<f64>,
    pub(crate) trades: Vec<f64>,
    pub(crate) cost: f64,
    pub(crate) wealth: f64,
    pub(crate) decided: bool,
    pub(crate) volatility: Option<f64>,
}

/// One asset, as its prices tell it.
#[derive(Clone, Debug, Default)]
struct Quote {
    last: Option<f64>,
    doubt: Option<f64>,
    gap: u32,
}

enum Seen {
    Price { single: Option<f64> },
    Nothing,
    Gone { last: f64 },
}

impl Quote {
    fn see(&mut self, price: f64, limit: f64, delist_after: u32) -> Seen {
        let is_price = price.is_finite() && price > 0.0;
        let close = |other: f64| (price / other).max(other / price) <= limit;
        let believed = is_price && self.last.is_none_or(|last| close(last) || self.doubt.is_some_and(close));
        if believed {
            let single = self.last.filter(|_| self.gap == 0).map(|last| price / last - 1.0);
            *self = Self { last: Some(price), doubt: None, gap: 0 };
            return Seen::Price { single };
        }
        let Some(last) = self.last else { return Seen::Nothing };
        self.doubt = is_price.then_some(price);
        self.gap += 1;
        if self.gap == delist_after {
            *self = Self { doubt: self.doubt, ..Self::default() };
            return Seen::Gone { last };
        }
        Seen::Nothing
    }
}

pub(crate) struct Slow {
    config: EngineConfig,
    quotes: Vec<Quote>,
    /// The returns of each bar, and who was forgotten before them.
    history: Vec<(Vec<f64>, Vec<usize>)>,
    shares: Vec<f64>,
    cash: f64,
    before_costs: Option<f64>,
    controller: Option<RiskBudgetController>,
    since: Option<u32>,
}

impl Slow {
    pub(crate) fn new(config: EngineConfig) -> Self {
        let assets = config.assets.len();
        let controller = config.budget.as_ref().map(|budget| {
            RiskBudgetController::new(RiskBudgetControllerParams {
                volatility_budget: budget.volatility_budget,
                band: budget.band,
                leverage_limit: budget.leverage_limit,
                half_life: budget.half_life,
                drawdown: budget.drawdown,
                weight_band: 0.0,
            })
            .unwrap()
        });
        Self {
            quotes: vec![Quote::default(); assets],
            history: Vec::new(),
            shares: vec![0.0; assets],
            cash: config.capital,
            before_costs: None,
            controller,
            since: None,
            config,
        }
    }

    fn estimator(&self) -> Ewma {
        let EstimatorConfig::Ewma(params) = &self.config.estimator else { unreachable!() };
        let mut ewma = Ewma::new(params.clone(), self.shares.len()).unwrap();
        for (returns, forgotten) in &self.history {
            forgotten.iter().for_each(|&asset| ewma.forget(asset).unwrap());
            ewma.update(returns).unwrap();
        }
        ewma
    }

    fn price(&self, asset: usize) -> f64 {
        self.quotes[asset].last.unwrap_or(0.0)
    }

    fn wealth(&self) -> f64 {
        self.cash + (0..self.shares.len()).map(|asset| self.shares[asset] * self.price(asset)).sum::<f64>()
    }

    pub(crate) fn step(&mut self, prices: &[f64]) -> Answer {
        let assets = prices.len();
        let params = self.config.quotes;
        if !self.history.is_empty() {
            self.cash *= 1.0 + self.config.trading.cash_return;
        }
        let (mut returns, mut gone, mut there) = (vec![f64::NAN; assets], Vec::new(), vec![false; assets]);
        for asset in 0..assets {
            match self.quotes[asset].see(prices[asset], params.jump_limit, params.delist_after) {
                Seen::Price { single } => {
                    there[asset] = true;
                    returns[asset] = single.unwrap_or(f64::NAN);
                }
                Seen::Nothing => {}
                Seen::Gone { last } => {
                    self.cash +=
                        std::mem::take(&mut self.shares[asset]) * last * (1.0 + params.delisting_return);
                    gone.push(asset);
                }
            }
        }
        self.history.push((returns, gone.clone()));
        let wealth = self.wealth();
        let realised = self.before_costs.map(|before| wealth / before - 1.0);
        self.before_costs = Some(wealth);
        let held: Vec<f64> =
            (0..assets).map(|asset| self.shares[asset] * self.price(asset) / wealth).collect();
        let mut answer =
            Answer { weights: held.clone(), trades: vec![0.0; assets], wealth, ..Answer::default() };

        self.since = self.since.map(|bars| bars + 1);
        let due = self.since.is_none_or(|bars| bars >= self.config.rebalance_every) || !gone.is_empty();
        let ewma = self.estimator();
        let mask: Vec<bool> = (0..assets).map(|asset| ewma.ready(asset) && there[asset]).collect();
        let Ok(investable) = Investable::new(mask) else { return answer };
        if !due {
            return answer;
        }
        self.since = Some(0);
        let (small, covariance) = self.decide(&investable, &ewma, &held, realised);
        answer.decided = true;
        let places = investable.assets();
        let mut target = held.clone();
        places.iter().zip(&small).for_each(|(&asset, &weight)| target[asset] = weight);
        answer.trades = target.iter().zip(&held).map(|(target, held)| target - held).collect();
        let traded: f64 = answer.trades.iter().map(|trade| trade.abs()).sum();
        answer.cost = traded * self.config.trading.cost_bps / 10_000.0;
        let left = wealth * (1.0 - answer.cost);
        for (asset, weight) in target.iter().enumerate() {
            let price = self.price(asset);
            self.shares[asset] = if price > 0.0 { weight * left / price } else { 0.0 };
        }
        self.cash = left * (1.0 - target.iter().sum::<f64>());
        answer.volatility = Some(volatility(&covariance, &small));
        (answer.weights, answer.wealth) = (target, left);
        answer
    }

    fn decide(
        &mut self,
        investable: &Investable,
        ewma: &Ewma,
        held: &[f64],
        realised: Option<f64>,
    ) -> (Vec<f64>, Covariance) {
        let covariance = investable.covariance_of(|row, col| ewma.covariance(row, col)).unwrap();
        let held_here = Weights::new(investable.select(held).unwrap()).unwrap();
        let frozen: f64 =
            held.iter().zip(investable.mask()).filter(|(_, free)| !**free).map(|(held, _)| held).sum();
        let AllocatorConfig::Hrp(params) = &self.config.allocator else { unreachable!() };
        let allocation = Hrp::new(params.clone()).unwrap().allocate(&covariance).unwrap();
        let mut weights: Vec<f64> =
            allocation.weights().as_slice().iter().map(|weight| weight * (1.0 - frozen)).collect();
        let mut kept = vec![true; weights.len()];
        if let Some(params) = self.config.correlation_limit {
            let mut selection = CorrelationSelection::default();
            let holds: Vec<bool> = held_here.as_slice().iter().map(|weight| *weight != 0.0).collect();
            let (limit, target) = (CorrelationLimit::new(params).unwrap(), Weights::new(weights).unwrap());
            let mut scratch = CorrelationLimitScratch::default();
            limit.select_into(&covariance, &target, &holds, &mut scratch, &mut selection).unwrap();
            weights = selection.weights.as_slice().to_vec();
            kept.clone_from(&selection.kept);
        }
        let mut used = None;
        if let Some(controller) = &mut self.controller {
            let target = Weights::new(weights).unwrap();
            let decision = controller.step(&target, &held_here, &covariance, realised).unwrap();
            weights = decision.weights.as_slice().to_vec();
            used = Some(decision.forecast_use);
        }
        if let Some(band) = self.config.trading.band {
            let target = Weights::new(weights.clone()).unwrap();
            let decision = NoTradeBand::new(band).unwrap().apply(&target, &held_here).unwrap();
            let mut banded = decision.weights.as_slice().to_vec();
            // What may not be held goes; what lacks most is bought with it.
            let freed: f64 = (0..kept.len()).filter(|&place| !kept[place]).map(|place| banded[place]).sum();
            (0..kept.len()).filter(|&place| !kept[place]).for_each(|place| banded[place] = 0.0);
            let lacks: Vec<f64> =
                weights.iter().zip(&banded).map(|(want, has)| (want - has).max(0.0)).collect();
            let lacking: f64 = lacks.iter().sum();
            if freed > 0.0 && lacking > 0.0 {
                let share = (freed / lacking).min(1.0);
                banded.iter_mut().zip(&lacks).for_each(|(weight, lack)| *weight += share * lack);
            }
            let leaves = self.config.budget.as_ref().zip(used).is_some_and(|(budget, reached)| {
                let uses = volatility(&covariance, &banded) / budget.volatility_budget;
                uses > budget.band.1.max(reached) * (1.0 + 1e-12)
                    || uses < budget.band.0.min(reached) * (1.0 - 1e-12)
            });
            if !leaves {
                weights = banded;
            }
        }
        (weights, covariance)
    }
}

pub(crate) fn volatility(covariance: &Covariance, weights: &[f64]) -> f64 {
    let mut variance = 0.0;
    for (col, first) in weights.iter().enumerate() {
        for (row, second) in weights.iter().enumerate() {
            variance += first * second * covariance.column(col)[row];
        }
    }
    variance.max(0.0).sqrt()
}
