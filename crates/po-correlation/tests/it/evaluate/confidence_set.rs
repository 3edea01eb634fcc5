//! The model confidence set: an oracle, ties, and what it promises.
#![expect(clippy::float_cmp, reason = "the same counts give the same bits")]

use po_core::{Bootstrap, BootstrapParams, Resampling};
use po_correlation::evaluate::{
    ConfidenceSet, ConfidenceStatistic, ModelConfidenceSet, ModelConfidenceSetParams,
};

use super::market::Random;

/// Counts over a number of resamples.
const EXACT: f64 = 1e-12;

const STATISTICS: [ConfidenceStatistic; 2] = [ConfidenceStatistic::Range, ConfidenceStatistic::Max];

fn params(statistic: ConfidenceStatistic, resamples: usize) -> ModelConfidenceSetParams {
    let bootstrap = BootstrapParams { resamples, block: Some(5), ..BootstrapParams::default() };
    ModelConfidenceSetParams { statistic, bootstrap, ..ModelConfidenceSetParams::default() }
}

fn find(statistic: ConfidenceStatistic, losses: &[Vec<f64>]) -> ConfidenceSet {
    ModelConfidenceSet::new(params(statistic, 300)).unwrap().find(losses).unwrap()
}

fn mean(series: &[f64]) -> f64 {
    series.iter().sum::<f64>() / series.len() as f64
}

/// The definitions of Hansen, Lunde and Nason (2011), each difference formed anew, for one set after the other.
fn oracle(statistic: ConfidenceStatistic, losses: &[Vec<f64>], resamples: &[Vec<usize>]) -> Vec<f64> {
    let mut left: Vec<usize> = (0..losses.len()).collect();
    let (mut p_values, mut largest) = (vec![1.0; losses.len()], 0.0_f64);
    while left.len() > 1 {
        // The series of which the means are tested, and who goes if it is the largest.
        let mut series: Vec<(usize, Vec<f64>)> = Vec::new();
        for &one in &left {
            let against = |other: usize| -> Vec<f64> {
                losses[one].iter().zip(&losses[other]).map(|(one, other)| one - other).collect()
            };
            match statistic {
                ConfidenceStatistic::Range => series
                    .extend(left.iter().filter(|other| **other != one).map(|other| (one, against(*other)))),
                ConfidenceStatistic::Max => {
                    let all: Vec<Vec<f64>> = left.iter().map(|other| against(*other)).collect();
                    let average = |bar: usize| mean(&all.iter().map(|d| d[bar]).collect::<Vec<_>>());
                    series.push((one, (0..losses[one].len()).map(average).collect()));
                }
            }
        }
        let mut statistics = vec![0.0_f64; resamples.len()];
        let (mut worst, mut found) = (0, f64::NEG_INFINITY);
        for (model, series) in &series {
            let middle = mean(series);
            let moved = |resample: &Vec<usize>| {
                mean(&resample.iter().map(|bar| series[*bar]).collect::<Vec<_>>()) - middle
            };
            let moved: Vec<f64> = resamples.iter().map(moved).collect();
            let error = mean(&moved.iter().map(|value| value * value).collect::<Vec<_>>()).sqrt();
            if middle / error > found {
                (worst, found) = (*model, middle / error);
            }
            for (statistic, moved) in statistics.iter_mut().zip(&moved) {
                *statistic = statistic.max(moved / error);
            }
        }
        let beyond = statistics.iter().filter(|statistic| **statistic > found).count();
        largest = largest.max(beyond as f64 / resamples.len() as f64);
        p_values[worst] = largest;
        left.retain(|model| *model != worst);
    }
    p_values
}

fn losses(shifts: &[f64], bars: usize, seed: u64) -> Vec<Vec<f64>> {
    let random = &mut Random(seed);
    let common: Vec<f64> = (0..bars).map(|_| random.normal()).collect();
    shifts
        .iter()
        .map(|shift| common.iter().map(|common| shift + common + 0.5 * random.normal()).collect())
        .collect()
}

#[test]
fn a_slow_oracle_agrees() {
    for (seed, resampling) in [Resampling::Stationary, Resampling::Circular, Resampling::Moving]
        .into_iter()
        .cycle()
        .take(12)
        .enumerate()
    {
        let losses = losses(&[0.0, 0.03, 0.1, 0.05, 0.2], 80, seed as u64);
        for statistic in STATISTICS {
            let mut params = params(statistic, 120);
            params.bootstrap.resampling = resampling;
            let bootstrap = Bootstrap::new(params.bootstrap).unwrap();
            let resamples: Vec<Vec<usize>> = (0..120)
                .map(|resample| {
                    let mut indices = Vec::new();
                    bootstrap.indices_into(80, resample, &mut indices).unwrap();
                    indices
                })
                .collect();
            let search = ModelConfidenceSet::new(params).unwrap();
            let found = search.find(&losses).unwrap();
            assert_eq!(found, search.find_resampled(&losses, &resamples).unwrap());
            let expected = oracle(statistic, &losses, &resamples);
            for (actual, expected) in found.p_values.iter().zip(&expected) {
                assert!((actual - expected).abs() < EXACT, "{seed} {statistic:?}: {actual} {expected}");
            }
        }
    }
}

#[test]
fn p_values_rise_with_the_elimination() {
    for statistic in STATISTICS {
        let found = find(statistic, &losses(&[0.3, 0.0, 0.05, 0.02, 0.6, 0.0], 100, 8));
        let p_values: Vec<f64> = found.elimination.iter().map(|model| found.p_values[*model]).collect();
        assert!(p_values.is_sorted(), "{p_values:?}");
        assert_eq!(p_values.last(), Some(&1.0));
        assert_eq!(found.elimination[..2], [4, 0]);
        for (member, p_value) in found.members.iter().zip(&found.p_values) {
            assert_eq!(*member, *p_value >= 0.1);
        }
    }
}

/// The forecasts in another order have the same p-values in that order; another seed has others.
#[test]
fn forecasts_may_come_in_any_order() {
    for statistic in STATISTICS {
        for seed in 0..20 {
            let straight = losses(&[0.05, 0.0, 0.02, 0.1], 90, seed);
            let order = [2, 0, 3, 1];
            let permuted: Vec<Vec<f64>> = order.iter().map(|place| straight[*place].clone()).collect();
            let (one, other) = (find(statistic, &straight), find(statistic, &permuted));
            assert_eq!(order.map(|place| one.p_values[place]), other.p_values[..], "{statistic:?} {seed}");
            assert_eq!(
                other.elimination.iter().map(|place| order[*place]).collect::<Vec<_>>(),
                one.elimination
            );
        }
        let losses = losses(&[0.05, 0.0, 0.02, 0.1], 90, 1);
        let mut params = params(statistic, 300);
        let by_seed = [1, 2, 1].map(|seed| {
            params.bootstrap.seed = seed;
            ModelConfidenceSet::new(params).unwrap().find(&losses).unwrap()
        });
        assert_eq!(by_seed[0], by_seed[2]);
        assert_ne!(by_seed[0].p_values, by_seed[1].p_values);
    }
}

/// Twins share their fate, and no division by their difference, which is zero, disturbs the others.
#[test]
fn twins() {
    for statistic in STATISTICS {
        let mut both = losses(&[0.0, 1.0], 60, 5);
        both.push(both[0].clone());
        let found = find(statistic, &both);
        assert_eq!(found.p_values, [1.0, 0.0, 1.0], "{statistic:?}");
        assert_eq!(found.members, [true, false, true]);
        let alike = vec![both[0].clone(); 4];
        assert_eq!(find(statistic, &alike).p_values, [1.0; 4]);
    }
}

/// A difference that never moves has no standard error, and is beyond all doubt.
#[test]
fn a_difference_that_never_moves() {
    let constant = vec![vec![1.0; 30], vec![2.0; 30]];
    for statistic in STATISTICS {
        let found = find(statistic, &constant);
        assert_eq!((found.p_values, found.elimination), (vec![1.0, 0.0], vec![1, 0]));
    }
}

/// The set must hold the two best together in nine of ten samples or more, and lose the worst when there is much to
/// tell it by.
#[test]
fn the_best_are_kept_as_often_as_promised() {
    const SAMPLES: usize = 300;
    for statistic in STATISTICS {
        let (mut kept, mut worst_kept) = (0, 0);
        for seed in 0..SAMPLES {
            let mut params = params(statistic, 200);
            params.bootstrap.seed = seed as u64;
            let losses = losses(&[0.0, 0.0, 0.1, 0.6], 120, 1_000 + seed as u64);
            let found = ModelConfidenceSet::new(params).unwrap().find(&losses).unwrap();
            kept += usize::from(found.members[0] && found.members[1]);
            worst_kept += usize::from(found.members[3]);
        }
        // Three standard errors of a share of 300 at 0.9 are 0.052.
        assert!(kept as f64 / SAMPLES as f64 >= 0.9 - 0.052, "{statistic:?}: {kept}");
        assert!(worst_kept <= 3, "{statistic:?}: {worst_kept}");
    }
}
