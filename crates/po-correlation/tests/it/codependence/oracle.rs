//! Distance correlation by its definition, in the square of the number of observations.

use po_correlation::{
    CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams, DistanceStatistic,
};
use proptest::prelude::*;

use crate::batch::random::{Random, config, returns};

/// Sums of thousands of products in another order, of which most cancel; the root of a small number keeps
/// half its digits, so that squares are compared.
const REORDERED: f64 = 1e-12;

/// Distances with their row means and column means taken out, as either statistic does.
fn centred(x: &[f64], statistic: DistanceStatistic) -> Vec<f64> {
    let t = x.len();
    let distance = |i: usize, j: usize| (x[i] - x[j]).abs();
    let sums: Vec<f64> = (0..t).map(|i| (0..t).map(|j| distance(i, j)).sum()).collect();
    let total: f64 = sums.iter().sum();
    let (rows, whole) = match statistic {
        DistanceStatistic::Biased => (t as f64, (t * t) as f64),
        DistanceStatistic::BiasCorrected => (t as f64 - 2.0, ((t - 1) * (t - 2)) as f64),
    };
    let entry = |i: usize, j: usize| distance(i, j) - sums[i] / rows - sums[j] / rows + total / whole;
    let unbiased = statistic == DistanceStatistic::BiasCorrected;
    let places = (0..t).flat_map(|i| (0..t).map(move |j| (i, j)));
    places.map(|(i, j)| if unbiased && i == j { 0.0 } else { entry(i, j) }).collect()
}

/// The square of distance correlation, or the estimate of it.
fn square(x: &[f64], y: &[f64], statistic: DistanceStatistic) -> f64 {
    let (a, b) = (centred(x, statistic), centred(y, statistic));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

proptest! {
    #![proptest_config(config(48))]

    /// Below, at and above the sizes at which blocks end; returns of a few values are mostly tied.
    #[test]
    fn sorting_finds_what_all_pairs_give(
        observations in prop_oneof![6_usize..=70, Just(127), Just(128), Just(129), 200_usize..=300],
        values in prop_oneof![Just(2_u32), Just(5), Just(40), Just(1_000_000)],
        seed: u64,
    ) {
        let random = &mut Random::new(seed);
        let assets = 3;
        let mut entries = Vec::new();
        for _ in 0..assets {
            let start = entries.len();
            entries.extend((0..observations).map(|_| (random.uniform() * f64::from(values)).floor()));
            // Two observations on either side, so that every asset moves and has a distance variance.
            entries[start..start + 4].copy_from_slice(&[0.0, 1.0, 1.0, 0.0]);
        }
        for place in 0..observations {
            if random.uniform() < 0.5 {
                entries[2 * observations + place] = -entries[observations + place];
            }
        }
        let sample = returns(observations, assets, &entries);
        for statistic in [DistanceStatistic::Biased, DistanceStatistic::BiasCorrected] {
            let estimator = DistanceCorrelation::new(DistanceCorrelationParams { statistic });
            let found = estimator.estimate(&sample).unwrap();
            for (row, col) in [(0, 1), (0, 2), (1, 2)] {
                let entry = found.as_slice()[row * assets + col];
                let found = if statistic == DistanceStatistic::Biased { entry * entry } else { entry };
                let expected = square(sample.column(row), sample.column(col), statistic);
                prop_assert!((found - expected).abs() < REORDERED, "{statistic:?}: {found} is not {expected}");
            }
        }
    }
}
