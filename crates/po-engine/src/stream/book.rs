//! What is held, and what each stage would have held.

use std::iter::zip;

use po_core::Investable;

/// The holdings, and the portfolio after each stage of the last decision.
///
/// # Shapes and units
/// N weights for each portfolio, fractions of wealth.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Book {
    /// What is held now.
    pub(super) held: Vec<f64>,
    /// What was held after the last trade.
    pub(super) decided: Vec<f64>,
    /// The base portfolio, then that after each stage: (S + 1) x N.
    pub(super) stages: Vec<f64>,
    /// What the trades of the last bar cost; zeros where there were none.
    pub(super) costs: Vec<f64>,
}

impl Book {
    pub(super) fn new(assets: usize, stages: usize) -> Self {
        Self {
            held: vec![0.0; assets],
            decided: vec![0.0; assets],
            stages: vec![0.0; (stages + 1) * assets],
            costs: vec![0.0; assets],
        }
    }

    /// Lets prices move the weights: `h_i (1 + r_i) / (1 + R)`.
    pub(super) fn drift(&mut self, earned: &[f64], growth: f64) {
        for (weight, earned) in zip(&mut self.held, earned) {
            let own = if earned.is_nan() { 1.0 } else { 1.0 + earned };
            *weight *= own / growth;
        }
        // Where nothing is left of wealth, nothing is a fraction of it.
        if growth <= 0.0 || self.held.iter().any(|weight| !weight.is_finite()) {
            self.held.fill(0.0);
        }
    }

    /// Values what is held of an asset at a corrected price, where wealth has grown by the correction.
    ///
    /// How many shares every portfolio has is a fact and stays.
    pub(super) fn revalue(&mut self, asset: usize, ratio: f64, growth: f64) {
        let Self { held, decided, stages, costs } = self;
        let assets = held.len().max(1);
        for portfolio in stages.chunks_exact_mut(assets).chain([&mut **held, decided]) {
            portfolio[asset] *= ratio;
            portfolio.iter_mut().for_each(|weight| *weight /= growth);
        }
        costs.iter_mut().for_each(|cost| *cost /= growth);
    }

    /// No stage has changed anything.
    pub(super) fn hold(&mut self) {
        let Self { held, stages, .. } = self;
        if !held.is_empty() {
            stages.chunks_exact_mut(held.len()).for_each(|stage| stage.copy_from_slice(held));
        }
    }

    /// Writes what a stage would have held: its weights, and beside them what cannot be traded now.
    pub(super) fn write_stage(&mut self, number: usize, investable: &Investable, weights: &[f64]) {
        let assets = self.held.len();
        let Self { held, stages, .. } = self;
        let stage = &mut stages[number * assets..(number + 1) * assets];
        stage.copy_from_slice(held);
        zip(investable.assets(), weights).for_each(|(&asset, &weight)| stage[asset] = weight);
    }

    /// The weight of what is held and cannot be traded now.
    pub(super) fn frozen(&self, investable: &Investable) -> f64 {
        zip(&self.held, investable.mask()).filter(|(_, free)| !**free).map(|(weight, _)| weight).sum()
    }

    /// Whether the numbers of a stored state fit each other.
    pub(super) fn fits(&self, assets: usize, stages: usize) -> bool {
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        self.held.len() == assets
            && self.decided.len() == assets
            && self.stages.len() == (stages + 1) * assets
            && self.costs.len() == assets
            && finite(&self.costs)
            && finite(&self.held)
            && finite(&self.decided)
            && finite(&self.stages)
    }
}
