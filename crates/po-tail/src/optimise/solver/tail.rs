//! The tail of a portfolio's losses over scenarios.

use po_core::Confidence;
use po_core::simd::add_columns;

use crate::CvarProgram;

/// A cumulated share is whole when it is so near to one: sums of probabilities are rounded.
const WHOLE: f64 = 1e-12;

/// Losses of a portfolio, and what of them is the tail.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    /// The loss in each scenario.
    pub(super) losses: Vec<f64>,
    /// Scenarios; those of the tail come first, the greatest loss at their head.
    order: Vec<usize>,
    /// How many of `order` are the tail.
    count: usize,
    pub(super) var: f64,
    pub(super) cvar: f64,
    held: Vec<usize>,
    weights: Vec<f64>,
}

/// `p_t / (1 - β)`.
pub(super) fn share(program: &CvarProgram<'_>, scenario: usize) -> f64 {
    let probability = program
        .probabilities
        .get(scenario)
        .copied()
        .unwrap_or_else(|| 1.0 / program.returns.observations() as f64);
    probability / program.confidence.tail()
}

impl Tail {
    /// Measures a portfolio.
    pub(super) fn measure(&mut self, program: &CvarProgram<'_>, x: &[f64]) {
        let scenarios = program.returns.observations();
        let Self { losses, held, weights, .. } = self;
        held.clear();
        held.extend((0..x.len()).filter(|&asset| x[asset] != 0.0));
        weights.clear();
        weights.extend(held.iter().map(|&asset| -x[asset]));
        losses.clear();
        losses.resize(scenarios, 0.0);
        add_columns(program.returns.as_view(), held, weights, losses);
        self.sort(program, program.confidence);
    }

    /// Puts the tail in order; without probabilities, only what may be in it is sorted.
    fn sort(&mut self, program: &CvarProgram<'_>, confidence: Confidence) {
        let Self { losses, order, count, var, cvar, .. } = self;
        let scenarios = losses.len();
        order.clear();
        order.extend(0..scenarios);
        let descending = |a: &usize, b: &usize| losses[*b].total_cmp(&losses[*a]).then(a.cmp(b));
        let mut sorted = scenarios;
        if program.probabilities.is_empty() {
            sorted = ((scenarios as f64 * confidence.tail()) as usize + 2).min(scenarios);
            if sorted < scenarios {
                order.select_nth_unstable_by(sorted, descending);
            }
        }
        order[..sorted].sort_unstable_by(descending);
        let (mut mass, mut mean) = (0.0, 0.0);
        *count = 0;
        *var = f64::NEG_INFINITY;
        for &t in &order[..sorted] {
            let share = share(program, t).min(1.0 - mass);
            mass += share;
            mean += share * losses[t];
            *count += 1;
            *var = losses[t];
            if mass >= 1.0 - WHOLE {
                break;
            }
        }
        // What rounding left of the mass is at the value at risk.
        *cvar = mean + (1.0 - mass) * *var;
    }

    /// The scenarios of the tail, the greatest loss first.
    pub(super) fn scenarios(&self) -> &[usize] {
        &self.order[..self.count]
    }

    /// The `count` scenarios with the greatest losses, in no order.
    pub(super) fn worst(&mut self, count: usize) -> &[usize] {
        let Self { losses, order, .. } = self;
        let count = count.clamp(self.count.min(order.len()), order.len());
        if count < order.len() {
            let descending = |a: &usize, b: &usize| losses[*b].total_cmp(&losses[*a]).then(a.cmp(b));
            order.select_nth_unstable_by(count, descending);
        }
        &order[..count]
    }
}
