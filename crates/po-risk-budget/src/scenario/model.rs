//! The losses of the assets that have a budget.

use po_core::Returns;
use po_core::simd::{axpy, dot, sum};

/// Losses `-r_ti` of n assets in T scenarios, asset by asset; about their means where the measure is a
/// deviation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    scenarios: usize,
    entries: Vec<f64>,
    /// Which asset each column is, and its budget.
    assets: Vec<usize>,
    budget: Vec<f64>,
}

impl Model {
    /// Takes the assets whose budget is not zero.
    pub(crate) fn fill(&mut self, returns: &Returns, share: impl Fn(usize) -> f64, centred: bool) {
        self.scenarios = returns.observations();
        self.entries.clear();
        self.assets.clear();
        self.budget.clear();
        for asset in (0..returns.assets()).filter(|&asset| share(asset) > 0.0) {
            let column = returns.column(asset);
            let mean = if centred { sum(column) / column.len() as f64 } else { 0.0 };
            self.entries.extend(column.iter().map(|value| mean - value));
            self.assets.push(asset);
            self.budget.push(share(asset));
        }
        // Budgets may miss a sum of one by the rounding of written decimals; the scale of the solution rests
        // on it.
        let total: f64 = self.budget.iter().sum();
        self.budget.iter_mut().for_each(|budget| *budget /= total);
    }

    pub(crate) fn scenarios(&self) -> usize {
        self.scenarios
    }

    pub(crate) fn len(&self) -> usize {
        self.assets.len()
    }

    pub(crate) fn assets(&self) -> &[usize] {
        &self.assets
    }

    pub(crate) fn budget(&self) -> &[f64] {
        &self.budget
    }

    pub(crate) fn column(&self, place: usize) -> &[f64] {
        &self.entries[place * self.scenarios..][..self.scenarios]
    }

    /// `losses = M x`.
    pub(crate) fn losses(&self, x: &[f64], losses: &mut Vec<f64>) {
        losses.clear();
        losses.resize(self.scenarios, 0.0);
        for (place, &x) in x.iter().enumerate() {
            axpy(x, self.column(place), losses);
        }
    }

    /// `gradient = M' weights`.
    pub(crate) fn gradient(&self, weights: &[f64], gradient: &mut Vec<f64>) {
        gradient.clear();
        gradient.extend((0..self.len()).map(|place| dot(self.column(place), weights)));
    }
}
