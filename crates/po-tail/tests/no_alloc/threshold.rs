//! Thresholds, paths of tail indices and matrices of tail dependence.

use po_core::{Codependence, Returns};
use po_tail::{
    Tail, TailDependence, TailDependenceScratch, TailIndexEstimator, Threshold, ThresholdChoice,
    ThresholdParams, ThresholdScratch,
};

use super::calls;

/// Losses whose tail is about Pareto's, in an order that is not sorted.
fn losses(count: usize) -> Vec<f64> {
    (0..count).map(|i| (((7919 * i) % count) as f64 + 0.5) / count as f64).map(|u| u.powf(-0.3)).collect()
}

#[test]
fn thresholds() {
    let (large, small) = (losses(1000), losses(500));
    let rules =
        [Threshold::default(), Threshold::Exceedances(50), Threshold::Automatic(ThresholdParams::default())];
    let (mut scratch, mut choice) = (ThresholdScratch::default(), ThresholdChoice::default());
    for rule in rules {
        rule.choose_into(&large, &mut scratch, &mut choice).unwrap();
        for losses in [&large, &small] {
            let count = calls(|| rule.choose_into(losses, &mut scratch, &mut choice).unwrap());
            assert_eq!(count, 0, "{rule:?}");
        }
    }
}

#[test]
fn paths_of_tail_indices() {
    let losses = losses(1000);
    let (mut scratch, mut path) = (Vec::new(), Vec::new());
    for estimator in TailIndexEstimator::ALL {
        estimator.path_into(&losses, &mut scratch, &mut path).unwrap();
        let count = calls(|| estimator.path_into(&losses, &mut scratch, &mut path).unwrap());
        assert_eq!(count, 0, "{estimator:?}");
    }
}

#[test]
fn matrices_of_tail_dependence() {
    let returns = Returns::from_column_slice(200, 5, &losses(1000)).unwrap();
    let (mut scratch, mut matrix) = (TailDependenceScratch::default(), Codependence::default());
    for tail in [Tail::Lower, Tail::Upper] {
        let estimator = TailDependence::new(tail, 0.05).unwrap();
        estimator.matrix_into(&returns, &mut scratch, &mut matrix).unwrap();
        assert_eq!(calls(|| estimator.matrix_into(&returns, &mut scratch, &mut matrix).unwrap()), 0);
    }
}
