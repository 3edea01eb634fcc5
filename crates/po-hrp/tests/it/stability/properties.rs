//! The same seed gives the same bits, on any number of threads, and nothing is lost on the way.

use std::sync::Mutex;

use po_core::{BootstrapParams, InputError, Returns};
use po_hrp::{Answer, ClusterCount, Error, Linkage, Stability, StabilityAnalysis, StabilityParams};

use super::{blocks, equal, hrp, number, numbered, silent};

fn judged(seed: u64, threads: Option<usize>) -> Stability<Error> {
    let bootstrap = BootstrapParams { resamples: 60, seed, ..BootstrapParams::default() };
    let params = StabilityParams { bootstrap, threads, ..StabilityParams::default() };
    let returns = blocks(80, &[3, 2, 4], 0.02, 3);
    let analysis = StabilityAnalysis::new(params).unwrap();
    assert_eq!(*analysis.params(), params);
    analysis.judge(&returns, hrp(Linkage::Average, ClusterCount::default()), &silent).unwrap()
}

#[test]
fn stabilities_do_not_depend_on_the_thread_count() {
    let one = judged(1, Some(1));
    assert!(one.counts.len() > 1 && one.clusters.iter().any(|cluster| cluster.similarity < 1.0));
    for threads in [None, Some(2), Some(3), Some(100)] {
        assert_eq!(judged(1, threads), one, "{threads:?}");
    }
    assert_ne!(judged(2, None).assets, one.assets);
}

/// The rule refuses every third resample.
#[test]
fn failures_are_counted_and_the_first_is_kept() {
    let (returns, resamples) = numbered(2, 20);
    let rule = |returns: &Returns, (): &mut (), answer: &mut Answer| match number(returns) {
        Some(number) if number % 3 == 1 => Err(InputError::ZeroVariance { asset: number }),
        other => {
            let weight = other.map_or(0.5, |number| number as f64 / 20.0);
            answer.labels.extend([0, other.unwrap_or(0) % 2]);
            answer.weights.assign(&[weight, 1.0 - weight])
        }
    };
    for threads in [Some(1), Some(4)] {
        let params = StabilityParams { threads, ..StabilityParams::default() };
        let analysis = StabilityAnalysis::new(params).unwrap();
        let found = analysis.judge_resampled(&returns, &resamples, rule, &silent).unwrap();
        assert_eq!((found.resamples, found.failed), (20, 7));
        let first = found.first_failure.unwrap();
        assert_eq!((first.resample, first.error), (1, InputError::ZeroVariance { asset: 1 }));
        // Of 0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 six are odd, and their mean is 120 / 13.
        assert_eq!(found.co_clustering[1].to_bits(), (7.0_f64 / 13.0).to_bits());
        assert!((found.assets[0].mean - 120.0 / 13.0 / 20.0).abs() < 1e-15);
    }
}

#[test]
fn progress_is_told_once_for_each_resample() {
    let (returns, resamples) = numbered(1, 50);
    let rule = |_: &Returns, (): &mut (), answer: &mut Answer| -> Result<(), InputError> {
        answer.weights = equal(1);
        Ok(())
    };
    for threads in [1, 3] {
        let told = Mutex::new(Vec::new());
        let params = StabilityParams { threads: Some(threads), ..StabilityParams::default() };
        let analysis = StabilityAnalysis::new(params).unwrap();
        let progress = |done| told.lock().unwrap().push(done);
        analysis.judge_resampled(&returns, &resamples, rule, &progress).unwrap();
        let mut told = told.into_inner().unwrap();
        if threads > 1 {
            told.sort_unstable();
        }
        assert_eq!(told, (1..=50).collect::<Vec<usize>>());
    }
}

/// A thread keeps its place to work in; an answer begins empty each time.
#[test]
fn a_rule_finds_its_place_again_and_an_empty_answer() {
    let (returns, resamples) = numbered(2, 10);
    let rule = |_: &Returns, seen: &mut usize, answer: &mut Answer| -> Result<(), InputError> {
        assert_eq!(*answer, Answer::default());
        *seen += 1;
        answer.labels.extend([0, 0]);
        answer.weights.assign(&[*seen as f64, 0.0])
    };
    let params = StabilityParams { threads: Some(1), ..StabilityParams::default() };
    let found = StabilityAnalysis::new(params).unwrap();
    let found = found.judge_resampled(&returns, &resamples, rule, &silent).unwrap();
    // 1 to 10; the sample has a place of its own.
    assert!((found.assets[0].weight - 1.0).abs() < 1e-15 && (found.assets[0].mean - 5.5).abs() < 1e-15);
}
