//! What holds of entropy pooling whatever the scenarios are.

use po_core::{Confidence, Returns, Weights};
use po_tail::{
    EntropyPooling, EntropyPoolingParams, PooledViews, PoolingView, Relation, Scenarios, Statistic,
};
use proptest::prelude::*;

/// What rounding leaves of sums of a few dozen numbers.
const ROUNDING: f64 = 1e-9;

fn pool(scenarios: &Scenarios, views: &[PoolingView]) -> PooledViews {
    EntropyPooling::new(EntropyPoolingParams::default()).unwrap().pool(scenarios, views).unwrap()
}

fn mean(asset: usize, relation: Relation, value: f64) -> PoolingView {
    PoolingView { statistic: Statistic::Mean(vec![(asset, 1.0)]), relation, value }
}

/// Returns of two assets, and probabilities.
fn market() -> impl Strategy<Value = Scenarios> {
    (8_usize..40).prop_flat_map(|rows| {
        let entries = proptest::collection::vec(-0.05..0.05_f64, 2 * rows);
        let shares = proptest::collection::vec(0.1..1.0_f64, rows);
        (entries, shares).prop_map(move |(entries, shares)| {
            let total: f64 = shares.iter().sum();
            let returns = Returns::from_column_slice(rows, 2, &entries).unwrap();
            Scenarios::new(returns, shares.iter().map(|share| share / total).collect()).unwrap()
        })
    })
}

/// Between the mean and one end, so that some scenarios remain on both sides.
fn reachable(scenarios: &Scenarios, asset: usize, share: f64) -> f64 {
    let (mean, column) = (scenarios.mean()[asset], scenarios.returns().column(asset));
    let greatest = column.iter().copied().fold(f64::MIN, f64::max);
    mean + share * (greatest - mean)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_scenarios_and_of_views_does_not_matter(scenarios in market(), share in 0.0..0.8_f64) {
        let a = mean(0, Relation::Equal, reachable(&scenarios, 0, share));
        let b = mean(1, Relation::AtMost, scenarios.mean()[1] + 0.2);
        let straight = pool(&scenarios, &[a.clone(), b.clone()]);
        let order: Vec<usize> = (0..scenarios.len()).rev().collect();
        let probabilities = order.iter().map(|&row| scenarios.probabilities()[row]).collect();
        let turned = Scenarios::new(scenarios.returns().rows(&order).unwrap(), probabilities).unwrap();
        let turned = pool(&turned, &[b, a]);
        for (row, &from) in order.iter().enumerate() {
            prop_assert!((turned.probabilities[row] - straight.probabilities[from]).abs() < ROUNDING);
        }
    }

    #[test]
    fn no_other_probabilities_with_the_same_mean_say_less(scenarios in market(), share in 0.05..0.8_f64, seed in 0_u64..1000) {
        let value = reachable(&scenarios, 0, share);
        let pooled = pool(&scenarios, &[mean(0, Relation::Equal, value)]);
        prop_assert!((pooled.probabilities.iter().sum::<f64>() - 1.0).abs() < ROUNDING);
        // Three scenarios exchange probability so that neither the sum nor the mean changes.
        let x = scenarios.returns().column(0);
        let rows = scenarios.len() as u64;
        let (i, j, k) = ((seed % rows) as usize, ((seed * 7 + 1) % rows) as usize, ((seed * 13 + 2) % rows) as usize);
        prop_assume!(i != j && j != k && i != k);
        let moves = [(i, x[j] - x[k]), (j, x[k] - x[i]), (k, x[i] - x[j])];
        let room = moves.iter().map(|&(row, by)| pooled.probabilities[row] / by.abs().max(1e-9)).fold(f64::MAX, f64::min);
        let mut other = pooled.probabilities.clone();
        for (row, by) in moves {
            other[row] += 0.3 * room * by;
        }
        let entropy = |p: &[f64]| -> f64 {
            p.iter().zip(scenarios.probabilities()).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
        };
        prop_assert!(entropy(&other) >= entropy(&pooled.probabilities) - ROUNDING);
    }

    #[test]
    fn an_inequality_that_holds_changes_nothing(scenarios in market()) {
        let views = [mean(0, Relation::AtLeast, scenarios.mean()[0] - 0.01)];
        let pooled = pool(&scenarios, &views);
        for (p, q) in pooled.probabilities.iter().zip(scenarios.probabilities()) {
            prop_assert!((p - q).abs() < ROUNDING);
        }
        prop_assert!(pooled.relative_entropy < ROUNDING);
    }

    #[test]
    fn a_tail_that_is_raised_is_met(scenarios in market(), share in 0.05..0.8_f64) {
        let (weights, confidence) = (Weights::new(vec![1.0, 0.0]).unwrap(), Confidence::new(0.8).unwrap());
        let now = scenarios.cvar(&weights, confidence).unwrap();
        let worst = -scenarios.returns().column(0).iter().copied().fold(f64::MAX, f64::min);
        let value = now + share * (worst - now);
        let statistic = Statistic::Cvar(vec![(0, 1.0)], confidence);
        let pooled = pool(&scenarios, &[PoolingView { statistic, relation: Relation::AtLeast, value }]);
        let posterior = pooled.scenarios(scenarios).unwrap();
        prop_assert!((posterior.cvar(&weights, confidence).unwrap() - value).abs() < ROUNDING);
    }
}
