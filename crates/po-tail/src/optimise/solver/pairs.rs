//! Slacks and their multipliers, which an interior-point method keeps positive.

/// Slacks, the multipliers of what they are the slacks of, and where both of them go next.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    pub(super) slack: Vec<f64>,
    pub(super) price: Vec<f64>,
    /// What the product of slack and price should change by, to first order.
    pub(super) goal: Vec<f64>,
    pub(super) slack_step: Vec<f64>,
    pub(super) price_step: Vec<f64>,
}

impl Pairs {
    /// Makes room; what stands in it means nothing yet.
    pub(super) fn resize(&mut self, length: usize) {
        let Self { slack, price, goal, slack_step, price_step } = self;
        for list in [slack, price, goal, slack_step, price_step] {
            list.clear();
            list.resize(length, 0.0);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slack.len()
    }

    /// Σ slack · price.
    pub(super) fn product(&self) -> f64 {
        self.slack.iter().zip(&self.price).map(|(slack, price)| slack * price).sum()
    }

    /// The same after steps of these lengths.
    pub(super) fn product_after(&self, primal: f64, dual: f64) -> f64 {
        let slacks = self.slack.iter().zip(&self.slack_step);
        let prices = self.price.iter().zip(&self.price_step);
        let after = |((slack, by), (price, rise)): ((&f64, &f64), (&f64, &f64))| {
            (slack + primal * by) * (price + dual * rise)
        };
        slacks.zip(prices).map(after).sum()
    }

    /// Aims at products of `target`; corrected for what the last direction leaves out, where there was one.
    pub(super) fn aim(&mut self, target: f64, corrected: bool) {
        let second = if corrected { 1.0 } else { 0.0 };
        for k in 0..self.slack.len() {
            let product = self.slack[k] * self.price[k] + second * self.slack_step[k] * self.price_step[k];
            self.goal[k] = target - product;
        }
    }

    /// Shortens the steps in slacks and in prices to where the first of each becomes zero.
    pub(super) fn shorten(&self, primal: &mut f64, dual: &mut f64) {
        let shortest = |values: &[f64], steps: &[f64]| {
            // The most negative ratio of step to value: one division each, and no branch.
            values.iter().zip(steps).fold(0.0_f64, |worst, (value, step)| worst.min(step / value))
        };
        let reach = |worst: f64| if worst < 0.0 { -1.0 / worst } else { f64::INFINITY };
        *primal = primal.min(reach(shortest(&self.slack, &self.slack_step)));
        *dual = dual.min(reach(shortest(&self.price, &self.price_step)));
    }

    pub(super) fn advance(&mut self, primal: f64, dual: f64) {
        for (slack, step) in self.slack.iter_mut().zip(&self.slack_step) {
            *slack = (*slack + primal * step).max(f64::MIN_POSITIVE);
        }
        for (price, step) in self.price.iter_mut().zip(&self.price_step) {
            *price = (*price + dual * step).max(f64::MIN_POSITIVE);
        }
    }

    /// The step in the price that follows from that in the slack.
    pub(super) fn follow(&mut self, k: usize, slack_step: f64) {
        self.slack_step[k] = slack_step;
        self.price_step[k] = (self.goal[k] - self.price[k] * slack_step) / self.slack[k];
    }
}
