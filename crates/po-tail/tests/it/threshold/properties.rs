//! What holds for every sample.
#![expect(clippy::float_cmp, reason = "what is the same by definition is the same to the bit")]

use po_core::{Codependence, Confidence, Returns};
use po_tail::{
    Declustered, ExtremalIndexEstimator, Tail, TailDependence, TailDependenceScratch, TailIndexEstimator,
    Threshold, ThresholdChoice, ThresholdParams, ThresholdScratch, mean_excess,
};
use proptest::prelude::*;

use super::process::{max_autoregressive, pareto, uniform};

/// Powers of two scale without rounding; logarithms of ratios do not see them.
const ROUNDING: f64 = 1e-9;

/// The definition of Hill's estimator.
fn hill(losses: &[f64], k: usize) -> f64 {
    let mut x = losses.to_vec();
    x.sort_by(|a, b| b.total_cmp(a));
    (0..k).map(|i| x[i].ln() - x[k].ln()).sum::<f64>() / k as f64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_path_is_its_single_estimates(seed in 0_u64..1000, shape in 0.05..1.5_f64) {
        let losses: Vec<f64> = pareto(120, shape, seed).into_iter().map(|x| x - 1.3).collect();
        for estimator in TailIndexEstimator::ALL {
            for index in estimator.path(&losses).unwrap() {
                let single = estimator.estimate(&losses, index.exceedances).unwrap();
                prop_assert_eq!(single, index);
            }
        }
        for index in TailIndexEstimator::Hill.path(&losses).unwrap() {
            prop_assert!((index.shape - hill(&losses, index.exceedances)).abs() < ROUNDING);
        }
    }

    #[test]
    fn tail_indices_do_not_know_the_unit(seed in 0_u64..1000, order in 0_usize..120) {
        let losses = pareto(120, 0.3, seed);
        let mut scaled: Vec<f64> = losses.iter().map(|x| 1024.0 * x).collect();
        scaled.rotate_left(order);
        for estimator in TailIndexEstimator::ALL {
            let (one, other) = (estimator.estimate(&losses, 20).unwrap(), estimator.estimate(&scaled, 20).unwrap());
            prop_assert!((one.shape - other.shape).abs() < ROUNDING);
        }
        // Pickands' does not know the origin either.
        let moved: Vec<f64> = losses.iter().map(|x| x - 64.0).collect();
        let pickands = TailIndexEstimator::Pickands;
        let (one, other) = (pickands.estimate(&losses, 20).unwrap(), pickands.estimate(&moved, 20).unwrap());
        prop_assert!((one.shape - other.shape).abs() < 1e-6);
    }

    #[test]
    fn exceedances_are_counted_strictly(seed in 0_u64..1000, quantile in 0.05..0.99_f64, levels in 2_u32..40) {
        let losses: Vec<f64> = uniform(200, seed).into_iter().map(|u| (u * f64::from(levels)).floor()).collect();
        for rule in [Threshold::Quantile(quantile), Threshold::Exceedances(17), Threshold::Value(0.5)] {
            if let Ok(choice) = rule.choose(&losses) {
                let above = losses.iter().filter(|loss| **loss > choice.threshold).count();
                prop_assert_eq!(choice.exceedances, above);
                prop_assert!(above >= 1);
            }
        }
    }

    #[test]
    fn allocating_or_not_is_the_same(seed in 0_u64..1000, count in 300_usize..600) {
        let mut scratch = ThresholdScratch::default();
        let mut choice = ThresholdChoice::default();
        for rule in [Threshold::default(), Threshold::Automatic(ThresholdParams::default()), Threshold::Value(2.0)] {
            let losses = pareto(count, 0.3, seed);
            rule.choose_into(&losses, &mut scratch, &mut choice).unwrap();
            prop_assert_eq!(&choice, &rule.choose(&losses).unwrap());
        }
    }

    #[test]
    fn the_automatic_choice_moves_with_the_unit(seed in 0_u64..1000) {
        let losses = pareto(500, 0.3, seed);
        let scaled: Vec<f64> = losses.iter().map(|x| 0.25 * x).collect();
        let rule = Threshold::Automatic(ThresholdParams::default());
        let (one, other) = (rule.choose(&losses).unwrap(), rule.choose(&scaled).unwrap());
        prop_assert_eq!((0.25 * one.threshold, one.exceedances), (other.threshold, other.exceedances));
    }

    #[test]
    fn mean_excesses_are_their_definition(seed in 0_u64..1000) {
        let losses = pareto(60, 0.5, seed);
        for point in mean_excess(&losses, Confidence::new(0.9).unwrap()).unwrap() {
            let above: Vec<f64> = losses.iter().filter(|x| **x > point.threshold).map(|x| x - point.threshold).collect();
            prop_assert_eq!(above.len(), point.exceedances);
            let mean = above.iter().sum::<f64>() / above.len() as f64;
            prop_assert!((mean - point.mean).abs() < ROUNDING * mean.max(1.0));
            prop_assert!(point.lower <= point.mean && point.mean <= point.upper);
        }
    }

    #[test]
    fn clusters_cover_the_exceedances(seed in 0_u64..1000, index in 0.1..1.0_f64) {
        let losses = max_autoregressive(400, index, seed);
        let threshold = Threshold::Quantile(0.85).choose(&losses).unwrap();
        let declustered = Declustered::automatic(&losses, threshold.threshold).unwrap();
        let sizes: usize = declustered.clusters.iter().map(|cluster| cluster.exceedances).sum();
        prop_assert_eq!(sizes, threshold.exceedances);
        for pair in declustered.clusters.windows(2) {
            prop_assert!(pair[1].first - pair[0].last > declustered.run_length);
        }
        for cluster in &declustered.clusters {
            let span = &losses[cluster.first..=cluster.last];
            prop_assert_eq!(span.iter().copied().fold(f64::MIN, f64::max), cluster.maximum);
            prop_assert_eq!(losses[cluster.peak], cluster.maximum);
        }
        for estimator in [
            ExtremalIndexEstimator::Intervals,
            ExtremalIndexEstimator::Runs { length: 3 },
            ExtremalIndexEstimator::Blocks { length: 7 },
            ExtremalIndexEstimator::KGaps { gap: 1 },
        ] {
            let found = estimator.estimate(&losses, threshold.threshold).unwrap();
            prop_assert!((0.0..=1.0).contains(&found.index), "{:?} {}", estimator, found.index);
        }
    }

    #[test]
    fn tails_meet_as_a_loop_counts(seed in 0_u64..1000, periods in 3_usize..200, share in 0.02..0.6_f64, levels in 3_u32..50) {
        let assets = 4;
        let raw: Vec<f64> =
            uniform(periods * assets, seed).into_iter().map(|u| (u * f64::from(levels)).floor()).collect();
        let returns = Returns::from_column_slice(periods, assets, &raw).unwrap();
        let (mut scratch, mut matrix) = (TailDependenceScratch::default(), Codependence::default());
        for tail in [Tail::Lower, Tail::Upper] {
            let estimator = TailDependence::new(tail, share).unwrap();
            let Ok(found) = estimator.matrix(&returns) else { continue };
            estimator.matrix_into(&returns, &mut scratch, &mut matrix).unwrap();
            prop_assert_eq!(&matrix, &found);
            let inside = |asset: usize, period: usize| {
                let column = returns.column(asset);
                let beyond = column.iter().filter(|value| match tail {
                    Tail::Lower => **value < column[period],
                    Tail::Upper => **value > column[period],
                });
                // With fewer than k values beyond it, a value is in the tail.
                (beyond.count() as f64) < (share * periods as f64 * (1.0 - 1e-12)).ceil()
            };
            for a in 0..assets {
                for b in 0..assets {
                    let count = |test: &dyn Fn(usize) -> bool| (0..periods).filter(|&t| test(t)).count() as f64;
                    let both = count(&|t| inside(a, t) && inside(b, t));
                    let size = count(&|t| inside(a, t)).max(count(&|t| inside(b, t)));
                    prop_assert_eq!(found.as_slice()[a * assets + b], both / size);
                }
            }
        }
    }
}
