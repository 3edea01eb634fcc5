//! What a measure says of losses or drawdowns, and which weights of scenarios say the same.

use po_core::Returns;
use po_core::simd::axpy;

use super::measure::Functional;

/// What rounding leaves of sums of probabilities, in units of one.
const CRUMB: f64 = 1e-14;

/// Steps towards a temperature: Newton needs about ten.
const STEPS: usize = 200;

/// How far the search may move the logarithm of the temperature at once.
const LEAP: f64 = 3.0;

/// Losses or drawdowns, and the weights of scenarios that attain a measure of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worst {
    pub(crate) series: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    order: Vec<usize>,
}

impl Worst {
    /// Writes the loss of a portfolio in each scenario.
    pub(crate) fn write_losses(&mut self, returns: &Returns, x: &[f64]) {
        self.series.clear();
        self.series.resize(returns.observations(), 0.0);
        for (asset, &x) in x.iter().enumerate().filter(|(_, x)| **x != 0.0) {
            axpy(-x, returns.column(asset), &mut self.series);
        }
    }

    /// Turns losses into the drawdowns that they lead to.
    pub(crate) fn accumulate(&mut self) {
        let mut drawdown = 0.0_f64;
        for loss in &mut self.series {
            drawdown = (drawdown + *loss).max(0.0);
            *loss = drawdown;
        }
    }

    /// The value of a measure of the series; its weights stay here.
    ///
    /// `probabilities` are as many as there are losses and sum to one; `tail` is `1 - β`.
    pub(crate) fn measure(&mut self, functional: Functional, probabilities: &[f64], tail: f64) -> f64 {
        self.weights.clear();
        match functional {
            Functional::TailMean => self.weigh_tail(probabilities, tail),
            Functional::Entropic => return entropic(&self.series, probabilities, tail, &mut self.weights),
            Functional::Greatest => {
                greatest_weights(&self.series, probabilities, &mut self.weights);
            }
            Functional::Mean => self.weights.extend_from_slice(probabilities),
        }
        let total: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= total);
        let worst = self.weights.iter().zip(&self.series).filter(|(weight, _)| **weight > 0.0);
        worst.map(|(weight, loss)| weight * loss).sum()
    }

    /// After a tail was weighed: the loss at which it begins.
    pub(crate) fn beginning(&self) -> f64 {
        let inside = self.weights.iter().zip(&self.series).filter(|(weight, _)| **weight > 0.0);
        inside.map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min)
    }

    /// `p_t / (1-β)` on the worst scenarios, and the rest on the last of them.
    fn weigh_tail(&mut self, probabilities: &[f64], tail: f64) {
        let Self { series, weights, order } = self;
        let count = series.len();
        weights.resize(count, 0.0);
        order.clear();
        order.extend(0..count);
        let worse = |&a: &usize, &b: &usize| series[b].total_cmp(&series[a]).then(a.cmp(&b));
        // With equal probabilities, this many scenarios are enough, and the others need no order.
        let enough = ((count as f64 * tail).ceil() as usize + 1).min(count);
        if enough < count {
            order.select_nth_unstable_by(enough, worse);
        }
        let mass: f64 = order[..enough].iter().map(|&scenario| probabilities[scenario]).sum();
        let enough = if mass >= tail { enough } else { count };
        order[..enough].sort_unstable_by(worse);
        let mut left = 1.0;
        for &scenario in &order[..enough] {
            let weight = (probabilities[scenario] / tail).min(left);
            weights[scenario] = weight;
            left -= weight;
            if left <= CRUMB {
                break;
            }
        }
    }
}

impl Functional {
    /// Changes weights as little as it takes to make them weights of the measure, so that `Σ q_t l_t` is never more
    /// than its value.
    pub(super) fn project(self, weights: &mut [f64], probabilities: &[f64], tail: f64) {
        for (weight, p) in weights.iter_mut().zip(probabilities) {
            let sound = weight.is_finite() && *p > 0.0;
            *weight = if sound { weight.max(0.0) } else { 0.0 };
        }
        match self {
            Self::Mean => weights.copy_from_slice(probabilities),
            Self::Greatest => normalise(weights, probabilities),
            Self::Entropic => {
                normalise(weights, probabilities);
                let (entropy, limit) = (entropy(weights, probabilities), -tail.ln());
                if entropy > limit {
                    // Entropy is convex, and that of the probabilities is zero.
                    let share = ((entropy - limit) / entropy * (1.0 + 1e-12) + 1e-15).min(1.0);
                    let mixed = weights.iter_mut().zip(probabilities);
                    mixed.for_each(|(weight, p)| *weight += share * (p - *weight));
                }
            }
            Self::TailMean => {
                let cap = |p: f64| p / tail;
                weights.iter_mut().zip(probabilities).for_each(|(weight, p)| *weight = weight.min(cap(*p)));
                let total: f64 = weights.iter().sum();
                if total >= 1.0 {
                    weights.iter_mut().for_each(|weight| *weight /= total);
                } else {
                    let room: f64 = weights.iter().zip(probabilities).map(|(q, p)| cap(*p) - q).sum();
                    // The caps sum to 1/(1-β), which is more than one: there is room.
                    let share = ((1.0 - total) / room).min(1.0);
                    let filled = weights.iter_mut().zip(probabilities);
                    filled.for_each(|(weight, p)| *weight += share * (cap(*p) - *weight));
                }
            }
        }
    }
}

/// All weight on the greatest losses that can occur.
fn greatest_weights(losses: &[f64], probabilities: &[f64], weights: &mut Vec<f64>) -> f64 {
    let possible = || losses.iter().zip(probabilities).filter(|(_, p)| **p > 0.0);
    let greatest = possible().map(|(loss, _)| *loss).fold(f64::NEG_INFINITY, f64::max);
    let weight = |(loss, p): (&f64, &f64)| if *loss >= greatest { *p } else { 0.0 };
    weights.extend(losses.iter().zip(probabilities).map(weight));
    greatest
}

/// Makes weights sum to one.
fn normalise(weights: &mut [f64], probabilities: &[f64]) {
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= total);
    } else {
        weights.copy_from_slice(probabilities);
    }
}

/// `Σ q ln(q/p)`.
fn entropy(weights: &[f64], probabilities: &[f64]) -> f64 {
    let terms = weights.iter().zip(probabilities);
    terms.filter(|(weight, _)| **weight > 0.0).map(|(weight, p)| weight * (weight / p).ln()).sum()
}

/// The least of `z ln(1/(1-β) Σ_t p_t exp(l_t/z))` over temperatures z, and the weights `∝ p_t exp(l_t/z)` there.
///
/// The temperature is where the entropy of the weights is `ln(1/(1-β))`; where the greatest losses have at least the
/// probability of the tail, it is zero, and they are the value.
fn entropic(losses: &[f64], probabilities: &[f64], tail: f64, weights: &mut Vec<f64>) -> f64 {
    let greatest = greatest_weights(losses, probabilities, weights);
    let mass: f64 = weights.iter().sum();
    let possible = || losses.iter().zip(probabilities).filter(|(_, p)| **p > 0.0);
    weights.iter_mut().for_each(|weight| *weight /= mass);
    if mass >= tail {
        return greatest;
    }
    let limit = -tail.ln();
    let mean: f64 = possible().map(|(loss, p)| loss * p).sum();
    let variance: f64 = possible().map(|(loss, p)| (loss - mean) * (loss - mean) * p).sum();
    let mut position = (variance / (2.0 * limit)).sqrt().max(f64::MIN_POSITIVE).ln();
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut risk = f64::INFINITY;
    for _ in 0..STEPS {
        let temperature = position.exp();
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for ((weight, loss), p) in weights.iter_mut().zip(losses).zip(probabilities) {
            let distance = (loss - greatest) / temperature;
            *weight = if *p > 0.0 { p * distance.exp() } else { 0.0 };
            sum += *weight;
            if *weight > 0.0 {
                first += *weight * distance;
                second += *weight * distance * distance;
            }
        }
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let (mean, log) = (first / sum, sum.ln());
        let spread = second / sum - mean * mean;
        let excess = mean - log - limit;
        risk = greatest + temperature * (log + limit);
        if excess > 0.0 {
            low = position;
        } else {
            high = position;
        }
        let newton = position + (excess / spread).clamp(-LEAP, LEAP);
        let next = if newton > low && newton < high {
            newton
        } else {
            f64::midpoint(low.max(position - LEAP), high.min(position + LEAP))
        };
        if (next - position).abs() <= 1e-14 * position.abs().max(1.0) {
            break;
        }
        position = next;
    }
    risk
}
