//! The definition of the method, written out.

use po_core::{Covariance, Risk};
use po_hrp::{ClusterCount, ClusterWeights, Dendrogram, Division, HercAllocation, HercParams, Linkage};
use proptest::prelude::*;

use super::{REORDERED, allocate, assert_on_the_simplex, close, covariances, members, ways};
use crate::bounds::bounds_around;
use crate::random::{Random, config, factor_covariance};

/// The definition of the method, node by node.
struct Oracle<'a> {
    covariance: &'a Covariance,
    params: &'a HercParams,
    dendrogram: &'a Dendrogram,
    members: Vec<Vec<usize>>,
    clusters: Vec<Vec<usize>>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    weights: Vec<f64>,
}

impl<'a> Oracle<'a> {
    fn weights(
        covariance: &'a Covariance,
        params: &'a HercParams,
        allocation: &'a HercAllocation,
    ) -> Vec<f64> {
        let (assets, dendrogram) = (covariance.len(), allocation.dendrogram());
        let (lower, upper) = match &params.bounds {
            Some(bounds) => (bounds.lower().to_vec(), bounds.upper().iter().map(|u| u.min(1.0)).collect()),
            None => (vec![0.0; assets], vec![1.0; assets]),
        };
        let (members, clusters) = (members(dendrogram), allocation.cut().members());
        let weights = vec![0.0; assets];
        let mut oracle = Self { covariance, params, dendrogram, members, clusters, lower, upper, weights };
        oracle.divide(oracle.members.len() - 1, 1.0);
        oracle.weights
    }

    fn parity(&self, asset: usize) -> f64 {
        let variance = self.covariance.as_view()[(asset, asset)];
        match self.params.risk {
            Risk::Variance => 1.0 / variance,
            Risk::Equal => 1.0,
            _ => 1.0 / variance.sqrt(),
        }
    }

    fn risk(&self, assets: &[usize]) -> f64 {
        let sum: f64 = assets.iter().map(|&asset| self.parity(asset)).sum();
        let weight = |asset: usize| self.parity(asset) / sum;
        let pairs = assets.iter().flat_map(|&i| assets.iter().map(move |&j| (i, j)));
        let variance = pairs.map(|(i, j)| weight(i) * weight(j) * self.covariance.as_view()[(i, j)]).sum();
        match self.params.risk {
            Risk::Variance => variance,
            Risk::Equal => 1.0,
            _ => f64::sqrt(variance),
        }
    }

    fn side(&self, node: usize) -> f64 {
        if self.params.division == Division::Assets {
            return self.risk(&self.members[node]);
        }
        let inside = |cluster: &&Vec<usize>| self.members[node].contains(&cluster[0]);
        self.clusters.iter().filter(inside).map(|cluster| self.risk(cluster)).sum()
    }

    fn sum(&self, node: usize, bounds: &[f64]) -> f64 {
        self.members[node].iter().map(|&asset| bounds[asset]).sum()
    }

    fn divide(&mut self, node: usize, mass: f64) {
        let mut assets = self.members[node].clone();
        assets.sort_unstable();
        if self.clusters.contains(&assets) {
            return self.fill(&assets, mass);
        }
        let merge = self.dendrogram.merges()[node - self.dendrogram.leaves()];
        let (left, right) = (merge.left, merge.right);
        let share = match self.params.division {
            Division::Halves => 0.5,
            _ => self.side(right) / (self.side(left) + self.side(right)),
        };
        let least = self.sum(left, &self.lower).max(mass - self.sum(right, &self.upper));
        let greatest = self.sum(left, &self.upper).min(mass - self.sum(right, &self.lower));
        let given = (share * mass).max(least).min(greatest);
        self.divide(left, given);
        self.divide(right, mass - given);
    }

    /// Bisects the factor by which all assets of a cluster are held.
    fn fill(&mut self, assets: &[usize], mass: f64) {
        let part = |asset: usize| match self.params.within {
            ClusterWeights::InverseRisk => self.parity(asset),
            ClusterWeights::Equal => 1.0,
        };
        let parts: f64 = assets.iter().map(|&asset| part(asset)).sum();
        let held = |factor: f64| -> Vec<f64> {
            let held =
                |&asset: &usize| (factor * part(asset) / parts).clamp(self.lower[asset], self.upper[asset]);
            assets.iter().map(held).collect()
        };
        let (mut low, mut high) = (-60.0, 60.0);
        for _ in 0..200 {
            let middle: f64 = 0.5 * (low + high);
            let short = held(middle.exp2()).iter().sum::<f64>() < mass;
            (low, high) = if short { (middle, high) } else { (low, middle) };
        }
        let weights = held(f64::exp2(high));
        assets.iter().zip(weights).for_each(|(&asset, weight)| self.weights[asset] = weight);
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn weights_equal_the_oracles(covariance in covariances(), part in 0.0..1.0) {
        let clusters = 1 + (part * covariance.len() as f64) as usize;
        for &linkage in Linkage::ALL {
            for way in ways() {
                let params = HercParams { linkage, clusters: ClusterCount::Given(clusters), ..way };
                let allocation = allocate(&params, &covariance);
                let expected = Oracle::weights(&covariance, &params, &allocation);
                close(&format!("{params:?}"), allocation.weights().as_slice(), &expected, REORDERED);
                assert_on_the_simplex(&allocation);
            }
        }
    }

    #[test]
    fn bounded_weights_equal_the_oracles(assets in 1_usize..=30, seed: u64, part in 0.0..1.0) {
        let random = &mut Random::new(seed);
        let covariance = factor_covariance(assets, seed);
        let bounds = bounds_around(&random.portfolio(assets), random);
        for way in ways() {
            let clusters = ClusterCount::Given(1 + (part * assets as f64) as usize);
            let params = HercParams { clusters, bounds: Some(bounds.clone()), ..way };
            let allocation = allocate(&params, &covariance);
            let expected = Oracle::weights(&covariance, &params, &allocation);
            close(&format!("{params:?}"), allocation.weights().as_slice(), &expected, REORDERED);
        }
    }
}
