//! What is kept of an iterate while its programme grows.

use super::iterate::{Distances, Iterate};
use super::pairs::Pairs;

/// What is known of each asset and each scenario, by their numbers in the programme, while a restricted one grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    assets: Vec<Option<OfAsset>>,
    scenarios: Vec<Option<[f64; 4]>>,
    mu: f64,
    /// Limits that do not grow: of rows, of the conditional value at risk, and of families.
    limits: [Pairs; 5],
}

#[derive(Clone, Copy, Debug, Default)]
struct OfAsset {
    x: f64,
    lower: (f64, f64),
    upper: (f64, f64),
    families: [[f64; 5]; 2],
}

impl Known {
    pub(super) fn reset(&mut self, assets: usize, scenarios: usize) {
        self.assets.clear();
        self.assets.resize(assets, None);
        self.scenarios.clear();
        self.scenarios.resize(scenarios, None);
    }

    /// Remembers an iterate.
    pub(super) fn keep(&mut self, at: &Iterate, assets: &[usize], scenarios: &[usize]) {
        let (product, count) = at.centrality();
        self.mu = product / count.max(1) as f64;
        for (k, &asset) in assets.iter().enumerate() {
            let mut of = OfAsset { x: at.x[k], ..OfAsset::default() };
            for (values, distances) in of.families.iter_mut().zip(&at.families) {
                let Distances { distance, above, under, .. } = distances;
                *values = [distance[k], above.slack[k], above.price[k], under.slack[k], under.price[k]];
            }
            self.assets[asset] = Some(of);
        }
        for (at, pairs, upper) in [(&at.lower_at, &at.lower, false), (&at.upper_at, &at.upper, true)] {
            for (k, &place) in at.iter().enumerate() {
                if let Some(of) = &mut self.assets[assets[place]] {
                    let pair = (pairs.slack[k], pairs.price[k]);
                    if upper { of.upper = pair } else { of.lower = pair }
                }
            }
        }
        for (k, &t) in scenarios.iter().enumerate() {
            self.scenarios[t] =
                Some([at.beyond.slack[k], at.beyond.price[k], at.below.slack[k], at.below.price[k]]);
        }
    }

    /// Puts what was remembered where it belongs in a programme that has grown; the rest was placed by
    /// [`Iterate::start`].
    pub(super) fn recall(&self, at: &mut Iterate, assets: &[usize], scenarios: &[usize]) {
        for (k, &asset) in assets.iter().enumerate() {
            let Some(of) = &self.assets[asset] else { continue };
            at.x[k] = of.x;
            for (values, distances) in of.families.iter().zip(&mut at.families) {
                let Distances { distance, above, under, .. } = distances;
                [distance[k], above.slack[k], above.price[k], under.slack[k], under.price[k]] = *values;
            }
        }
        let Iterate { lower_at, lower, upper_at, upper, .. } = at;
        for (at, pairs, is_upper) in [(lower_at, lower, false), (upper_at, upper, true)] {
            for (k, &place) in at.iter().enumerate() {
                if let Some(of) = &self.assets[assets[place]] {
                    (pairs.slack[k], pairs.price[k]) = if is_upper { of.upper } else { of.lower };
                }
            }
        }
        for (k, &t) in scenarios.iter().enumerate() {
            let [u, v, s, z] = self.scenarios[t].unwrap_or_else(|| {
                // Little of its price, so that the prices of the others still fit.
                let share = at.beyond.price[k] + at.below.price[k];
                let excess = at.beyond.slack[k] - at.below.slack[k];
                let near = 2.0 * self.mu / share;
                let s = excess.abs().max(near);
                let u = if excess > 0.0 { s + excess } else { near };
                let s = if excess > 0.0 { s } else { near - excess };
                let z = self.mu / s;
                [u, share - z, s, z]
            });
            (at.beyond.slack[k], at.beyond.price[k], at.below.slack[k], at.below.price[k]) = (u, v, s, z);
        }
    }

    /// The mean product of slacks and prices that was remembered.
    pub(super) fn mu(&self) -> f64 {
        self.mu
    }

    /// Puts the limits away, or back.
    pub(super) fn swap_limits(&mut self, at: &mut Iterate) {
        let Iterate { row_lower, row_upper, cap, families, .. } = at;
        let families = families.iter_mut().map(|family| &mut family.limit);
        for (mine, theirs) in
            self.limits.iter_mut().zip([row_lower, row_upper, cap].into_iter().chain(families))
        {
            std::mem::swap(mine, theirs);
        }
    }
}
