//! What holds of every sample.

use po_core::{Codependence, CodependenceMeasure, DistanceForm, Returns};
use po_correlation::{CodependenceEstimator, CodependenceScratch, DistanceCorrelation, LowerTailDependence};
use proptest::prelude::*;

use super::tour::all;
use crate::batch::random::{Random, config, factor_returns, returns};

/// A shift rounds returns; sums of them cancel in part.
const SHIFTED: f64 = 1e-9;

fn bits(codependence: &Codependence) -> Vec<u64> {
    codependence.as_slice().iter().map(|entry| entry.to_bits()).collect()
}

fn map(sample: &Returns, map: impl Fn(f64) -> f64) -> Returns {
    let entries: Vec<f64> = sample.as_slice().iter().map(|value| map(*value)).collect();
    returns(sample.observations(), sample.assets(), &entries)
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn results_are_symmetric_and_in_range(
        observations in 8_usize..=150,
        assets in 1_usize..=9,
        seed: u64,
    ) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        for (name, estimator) in all() {
            let found = estimator.estimate(&sample).unwrap();
            prop_assert_eq!(found.len(), assets);
            let (least, greatest) = found.measure().range();
            for row in 0..assets {
                for col in 0..assets {
                    let entry = found.as_slice()[col * assets + row];
                    let mirrored = found.as_slice()[row * assets + col];
                    prop_assert!(entry.to_bits() == mirrored.to_bits(), "{name}");
                    prop_assert!((least..=greatest).contains(&entry), "{name}: {entry}");
                    if row == col && let Some(expected) = found.measure().diagonal() {
                        prop_assert!(entry.to_bits() == expected.to_bits(), "{name}: {entry}");
                    }
                }
            }
            // What is estimated would be taken from a user as it is, and every form of distance is one.
            let taken = Codependence::from_column_slice(found.measure(), assets, found.as_slice()).unwrap();
            prop_assert_eq!(&taken, &found);
            for form in found.measure().forms() {
                let distances = found.distances(*form).unwrap();
                let given = Codependence::from_column_slice(CodependenceMeasure::Distance, assets, distances.as_slice());
                let entries: Vec<u64> = distances.as_slice().iter().map(|entry| entry.to_bits()).collect();
                prop_assert_eq!(bits(&given.unwrap()), entries);
            }
        }
    }

    /// To the bit: no sum depends on where an asset stands.
    #[test]
    fn results_move_with_the_assets(observations in 8_usize..=150, assets in 2_usize..=9, seed: u64) {
        let entries = factor_returns(observations, assets, seed);
        let order = Random::new(seed).permutation(assets);
        let moved: Vec<f64> = order
            .iter()
            .flat_map(|&asset| entries[asset * observations..(asset + 1) * observations].to_vec())
            .collect();
        let sample = returns(observations, assets, &entries);
        let moved = returns(observations, assets, &moved);
        for (name, estimator) in all() {
            let original = estimator.estimate(&sample).unwrap();
            let found = estimator.estimate(&moved).unwrap();
            for row in 0..assets {
                for col in 0..assets {
                    let expected = original.as_slice()[order[col] * assets + order[row]];
                    let entry = found.as_slice()[col * assets + row];
                    prop_assert!(entry.to_bits() == expected.to_bits(), "{name}: {entry} is not {expected}");
                }
            }
        }
    }

    /// Powers of two change no digit; they reach from the smallest returns to the largest that squares would
    /// not bear.
    #[test]
    fn results_do_not_know_the_unit(
        observations in 8_usize..=60,
        assets in 1_usize..=6,
        seed: u64,
        power in prop_oneof![-1000_i32..=-900, -40_i32..=40, 900_i32..=1000],
    ) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        let scaled = map(&sample, |value| value * 2_f64.powi(power));
        for (name, estimator) in all() {
            let (found, expected) = (estimator.estimate(&scaled).unwrap(), estimator.estimate(&sample).unwrap());
            prop_assert!(bits(&found) == bits(&expected), "{name}");
        }
    }

    #[test]
    fn results_do_not_know_the_mean(observations in 8_usize..=60, assets in 1_usize..=6, seed: u64) {
        // On a grid the shift is exact, and no return changes its bin.
        let entries = factor_returns(observations, assets, seed);
        let entries: Vec<f64> = entries.iter().map(|value| (value * 1048576.0).round() / 1048576.0).collect();
        let sample = returns(observations, assets, &entries);
        let shifted = map(&sample, |value| value + 3.0);
        for (name, estimator) in all() {
            let (found, expected) = (estimator.estimate(&shifted).unwrap(), estimator.estimate(&sample).unwrap());
            for (found, expected) in found.as_slice().iter().zip(expected.as_slice()) {
                // The root of what is nearly zero keeps half its digits.
                let close = (found - expected).abs() < SHIFTED || found.max(*expected) < SHIFTED.sqrt();
                prop_assert!(close, "{name}: {found} is not {expected}");
            }
        }
    }

    /// A tail is one of ranks; distances are not.
    #[test]
    fn tails_are_blind_to_monotone_maps(observations in 8_usize..=150, assets in 2_usize..=6, seed: u64) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        let bent = map(&sample, |value| (30.0 * value).exp());
        let estimator = LowerTailDependence::default();
        prop_assert_eq!(bits(&estimator.estimate(&bent).unwrap()), bits(&estimator.estimate(&sample).unwrap()));
        let estimator = DistanceCorrelation::default();
        prop_assert_ne!(bits(&estimator.estimate(&bent).unwrap()), bits(&estimator.estimate(&sample).unwrap()));
    }

    /// The angular distance of distance correlation, and the others of a correlation that is positive
    /// semidefinite.
    #[test]
    fn angular_distances_are_metrics(observations in 8_usize..=60, seed: u64) {
        let assets = 6;
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        let correlation = DistanceCorrelation::default().estimate(&sample).unwrap();
        let squared: Vec<f64> = correlation.as_slice().iter().map(|entry| entry * entry).collect();
        // The square of distance correlation is an inner product of centred distances.
        let squared = Codependence::from_column_slice(CodependenceMeasure::Similarity, assets, &squared).unwrap();
        let distances = squared.distances(DistanceForm::Angular).unwrap();
        let d = |row: usize, col: usize| distances.as_slice()[col * assets + row];
        for (i, j, k) in (0..216).map(|place| (place / 36, place / 6 % 6, place % 6)) {
            prop_assert!(d(i, j) <= d(i, k) + d(k, j) + 1e-7);
        }
    }

    /// Bit for bit, after a larger and a smaller sample have left their traces in the memory.
    #[test]
    fn both_spellings_agree(observations in 8_usize..=80, assets in 1_usize..=8, seed: u64) {
        let samples = [(observations, assets), (90, 10), (14, 1), (observations, assets)]
            .map(|(rows, assets)| returns(rows, assets, &factor_returns(rows, assets, seed)));
        // One scratch serves them all.
        let (mut scratch, mut codependence) = (CodependenceScratch::default(), Codependence::default());
        for (name, estimator) in all() {
            for sample in &samples {
                estimator.estimate_into(sample, &mut scratch, &mut codependence).unwrap();
                prop_assert!(codependence == estimator.estimate(sample).unwrap(), "{name}");
            }
        }
    }
}

/// With many observations of independent assets every measure is near what independence has.
#[test]
fn independent_assets_have_little_codependence() {
    let random = &mut Random::new(3);
    let (observations, assets) = (4000, 5);
    let entries: Vec<f64> = (0..observations * assets).map(|_| random.normal()).collect();
    let sample = returns(observations, assets, &entries);
    for (name, estimator) in all() {
        // Some hundred bins leave few observations in each.
        if name.contains("Number(300)") {
            continue;
        }
        let found = estimator.estimate(&sample).unwrap();
        for (place, entry) in found.as_slice().iter().enumerate().filter(|(place, _)| place % 6 != 0) {
            let near = match found.measure() {
                // 2 H of a bell in bins, some two nats each.
                CodependenceMeasure::VariationOfInformation => *entry > 3.0,
                CodependenceMeasure::NormalisedVariationOfInformation => *entry > 0.8,
                CodependenceMeasure::LowerTailDependence => *entry < 0.36,
                // (bins - 1)² / 2T: Freedman and Diaconis ask for some forty bins.
                CodependenceMeasure::MutualInformation => *entry < 0.25,
                _ => entry.abs() < 0.14,
            };
            assert!(near, "{name}: {entry} at {place}");
        }
    }
}
