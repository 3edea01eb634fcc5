//! Candidate decays, and how well each foretells the next bar.

use std::iter::zip;

use super::Decay;

/// Weights below this are taken for zero.
const FORGOTTEN: f64 = 1e-60;

/// The square of a correlation is taken to be at most this much below 1.
const NEAR_ONE: f64 = 1e-4;

/// Products are kept between this and its inverse before their logarithm is taken.
const SMALL: f64 = 1e-150;

/// What a candidate knows: of each asset, and of each asset with the next one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) decay: f64,
    /// Logarithm of the likelihood of the past, which fades.
    score: f64,
    /// Weighted squares, and the sums of the weights.
    squares: Vec<f64>,
    weights: Vec<f64>,
    /// Weighted products of each return with the next asset's.
    products: Vec<f64>,
}

impl Candidate {
    pub(super) fn new(decay: Decay, assets: usize) -> Self {
        let [squares, weights, products] = [assets, assets, assets - 1].map(|length| vec![0.0; length]);
        Self { decay: decay.factor(), score: 0.0, squares, weights, products }
    }

    /// The mean over neighbours that are both seen of the logarithm of the normal density of their two
    /// returns; without the constant, and none when there is no such pair. Assets that `shortest` has forgotten
    /// do not count, so that all candidates are asked of the same ones.
    fn log_density(&self, returns: &[f64], shortest: &Self) -> Option<f64> {
        let (mut distance, mut count) = (0.0, 0.0);
        let (mut determinant, mut logarithm) = (1.0_f64, 0.0);
        let mut add = |product: f64, squared: f64| {
            distance += squared;
            count += 1.0;
            determinant *= product;
            if !(SMALL..1.0 / SMALL).contains(&determinant) {
                logarithm += determinant.ln();
                determinant = 1.0;
            }
        };
        let known = |asset: usize| {
            !returns[asset].is_nan()
                && shortest.weights[asset] > FORGOTTEN
                && shortest.squares[asset] > f64::MIN_POSITIVE
        };
        if let ([value], true) = (returns, known(0)) {
            let variance = self.squares[0] / self.weights[0];
            add(variance, value * value / variance);
        }
        for (asset, product) in self.products.iter().enumerate() {
            let next = asset + 1;
            if known(asset) && known(next) {
                let deviation =
                    |asset: usize| returns[asset] * (self.weights[asset] / self.squares[asset]).sqrt();
                let (own, other) = (deviation(asset), deviation(next));
                let norm = (self.squares[asset] * self.squares[next]).sqrt();
                let correlation = product / norm;
                let rest = (1.0 - correlation * correlation).max(NEAR_ONE);
                let squared = (own * own - 2.0 * correlation * own * other + other * other) / rest;
                let weight = (self.weights[asset] * self.weights[next]).sqrt();
                // Half of each: the root of the determinant has half its logarithm.
                add(norm / weight * rest.sqrt(), 0.5 * squared);
            }
        }
        let halves = if returns.len() == 1 { 0.5 } else { 1.0 };
        (count > 0.0).then(|| -halves * (logarithm + determinant.ln() + distance) / count)
    }

    fn update(&mut self, returns: &[f64]) {
        let seen = |value: f64| if value.is_nan() { 0.0 } else { value };
        let (decay, new) = (self.decay, 1.0 - self.decay);
        for ((square, weight), value) in zip(zip(&mut self.squares, &mut self.weights), returns) {
            *square = decay * *square + new * seen(*value) * seen(*value);
            *weight = decay * *weight + if value.is_nan() { 0.0 } else { new };
        }
        for (product, pair) in zip(&mut self.products, returns.windows(2)) {
            *product = decay * *product + new * seen(pair[0]) * seen(pair[1]);
        }
        // Both fade alike; what is left of them would only slow the machine down.
        for (square, weight) in zip(&mut self.squares, &mut self.weights) {
            if *weight < FORGOTTEN {
                (*square, *weight) = (0.0, 0.0);
            }
        }
    }

    pub(super) fn forget(&mut self, asset: usize) {
        let products =
            self.products.iter_mut().skip(asset.saturating_sub(1)).take(if asset == 0 { 1 } else { 2 });
        products.for_each(|product| *product = 0.0);
        (self.squares[asset], self.weights[asset]) = (0.0, 0.0);
    }

    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { decay: _, score, squares, weights, products } = self;
        std::iter::once(score).chain(squares).chain(weights).chain(products)
    }

    #[cfg(feature = "serde")]
    pub(super) fn least(&self) -> f64 {
        self.squares.iter().chain(&self.weights).fold(f64::INFINITY, |least, &number| least.min(number))
    }
}

/// Scores the candidates by a bar, takes it in, and writes their probabilities.
pub(super) fn score(candidates: &mut [Candidate], fade: f64, returns: &[f64], probabilities: &mut [f64]) {
    let faster = |a: &usize, b: &usize| candidates[*a].decay.total_cmp(&candidates[*b].decay);
    let shortest = (0..candidates.len()).min_by(faster).unwrap_or(0);
    for index in 0..candidates.len() {
        let density = candidates[index].log_density(returns, &candidates[shortest]);
        // A bar that says nothing about one candidate says nothing about any.
        if let Some(density) = density.filter(|density| density.is_finite()) {
            candidates[index].score = fade * candidates[index].score + density;
        }
    }
    candidates.iter_mut().for_each(|candidate| candidate.update(returns));
    weigh(candidates, probabilities);
}

/// Probabilities in proportion to the exponentials of the scores.
pub(super) fn weigh(candidates: &[Candidate], probabilities: &mut [f64]) {
    let best = candidates.iter().fold(f64::NEG_INFINITY, |best, candidate| best.max(candidate.score));
    let mut total = 0.0;
    for (probability, candidate) in zip(&mut *probabilities, candidates) {
        *probability = (candidate.score - best).exp();
        total += *probability;
    }
    probabilities.iter_mut().for_each(|probability| *probability /= total);
}
