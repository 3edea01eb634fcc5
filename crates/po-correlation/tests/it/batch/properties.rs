//! What holds of every sample.

use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, CovarianceEstimator};
use po_correlation::{
    BatchScratch, DenoisedCovariance, DenoisedCovarianceParams, Denoising, Divisor, Kendall, LedoitWolf,
    LedoitWolfParams, Oas, RankParams, Repair, ShrinkageTarget,
};
use proptest::prelude::*;

use super::random::{Random, config, factor_returns, returns};
use super::tour::{estimate, semidefinite};

/// Another order of summation, and eigenvectors of eigenvalues that lie close together; alternating
/// projections end when entries move by 1e-12, some dozen times that from their limit.
const REORDERED: f64 = 1e-8;
/// Rounding of sums and of roots.
const ROUNDING: f64 = 1e-12;

fn gap(a: &[f64], b: &[f64]) -> f64 {
    let largest = a.iter().fold(f64::MIN_POSITIVE, |largest, entry| largest.max(entry.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest
}

/// An eigenvalue of zero is known to this part of the largest, for each asset.
const ROUNDED_EIGENVALUE: f64 = 1e-14;

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn results_are_positive_semidefinite(observations in 13_usize..=60, assets in 1_usize..=24, seed: u64) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        for (name, kind, estimator) in semidefinite() {
            if kind.takes(observations, assets) {
                let covariance = estimate(&estimator, &sample);
                let eigen = SymmetricEigen::new(covariance.as_view()).unwrap();
                let (least, most) = (eigen.values()[0], eigen.values()[assets - 1]);
                let zero = ROUNDED_EIGENVALUE * assets as f64 * most;
                prop_assert!(least >= -zero, "{name}: {least} of {most}");
            }
        }
    }

    #[test]
    fn results_move_with_the_assets(observations in 13_usize..=50, assets in 1_usize..=12, seed: u64) {
        let entries = factor_returns(observations, assets, seed);
        let order = Random::new(seed).permutation(assets);
        let moved: Vec<f64> = order
            .iter()
            .flat_map(|&asset| entries[asset * observations..(asset + 1) * observations].to_vec())
            .collect();
        let sample = returns(observations, assets, &entries);
        let moved = returns(observations, assets, &moved);
        for (name, kind, estimator) in semidefinite() {
            if kind.takes(observations, assets) {
                let original = estimate(&estimator, &sample);
                let expected =
                    DMatrix::from_fn(assets, assets, |row, col| original.as_view()[(order[row], order[col])]);
                let found = estimate(&estimator, &moved);
                let gap = gap(expected.as_slice(), found.as_slice());
                prop_assert!(gap < REORDERED, "{name}: {gap}");
            }
        }
    }

    /// A return in per cent is a hundred times as large, and its covariance ten thousand times.
    #[test]
    fn results_scale_with_the_returns(
        observations in 13_usize..=50,
        assets in 1_usize..=12,
        seed: u64,
        power in -40_i32..=40,
    ) {
        let entries = factor_returns(observations, assets, seed);
        let factor = 4_f64.powi(power);
        let scaled: Vec<f64> = entries.iter().map(|value| value * factor).collect();
        let sample = returns(observations, assets, &entries);
        let scaled = returns(observations, assets, &scaled);
        for (name, kind, estimator) in semidefinite() {
            // A threshold in returns does not scale with them.
            if kind.takes(observations, assets) && name != "semi Return(0.001)" {
                let expected = estimate(&estimator, &sample);
                let found = estimate(&estimator, &scaled);
                let found: Vec<f64> = found.as_slice().iter().map(|entry| entry / factor / factor).collect();
                let gap = gap(expected.as_slice(), &found);
                prop_assert!(gap < ROUNDING, "{name}: {gap}");
            }
        }
    }

    /// Bit for bit, after a larger and a smaller sample have left their traces in the memory.
    #[test]
    fn both_spellings_agree(observations in 13_usize..=40, assets in 1_usize..=10, seed: u64) {
        let samples = [(observations, assets), (60, 14), (14, 1), (observations, assets)]
            .map(|(rows, assets)| returns(rows, assets, &factor_returns(rows, assets, seed)));
        let (mut scratch, mut covariance) = (BatchScratch::default(), Covariance::default());
        for (name, kind, estimator) in semidefinite() {
            for sample in &samples {
                if kind.takes(sample.observations(), sample.assets()) {
                    estimator.estimate_into(sample, &mut scratch, &mut covariance).unwrap();
                    prop_assert_eq!(&covariance, &estimate(&estimator, sample), "{}", name);
                }
            }
        }
    }

    #[test]
    fn intensities_are_shares(observations in 2_usize..=40, assets in 1_usize..=40, seed: u64) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        let unbiased = sample.covariance().unwrap().as_view().trace();
        let trace = |divisor: f64| (observations as f64 - 1.0) / divisor * unbiased;
        for &target in ShrinkageTarget::ALL {
            for divisor in [Divisor::Observations, Divisor::DegreesOfFreedom] {
                let count = observations as f64 - f64::from(u8::from(divisor == Divisor::DegreesOfFreedom));
                let estimator = LedoitWolf::new(LedoitWolfParams { target, divisor });
                let (covariance, intensity) = estimator.shrink(&sample).unwrap();
                prop_assert!((0.0..=1.0).contains(&intensity), "{target:?}: {intensity}");
                // Every target has the trace of the sample.
                prop_assert!((covariance.as_view().trace() / trace(count) - 1.0).abs() < ROUNDING);
            }
        }
        let (covariance, intensity) = Oas::default().shrink(&sample).unwrap();
        prop_assert!((0.0..=1.0).contains(&intensity));
        prop_assert!((covariance.as_view().trace() / trace(observations as f64) - 1.0).abs() < ROUNDING);
    }

    /// Against all pairs of observations, with many ties.
    #[test]
    fn kendall_counts_every_pair(observations in 2_usize..=70, levels in 2_usize..=9, seed: u64) {
        let random = &mut Random::new(seed);
        let mut column = || -> Vec<f64> {
            let mut level = || (random.uniform() * levels as f64).floor() - 3.0;
            let mut column: Vec<f64> = (0..observations).map(|_| level()).collect();
            // Not all alike.
            (column[0], column[1]) = (-9.0, 9.0);
            column
        };
        let (x, y) = (column(), column());
        let (mut difference, mut of_x, mut of_y) = (0.0, 0.0_f64, 0.0_f64);
        for later in 0..observations {
            for earlier in 0..later {
                let sign = |values: &[f64]| values[later].total_cmp(&values[earlier]) as i32;
                difference += f64::from(sign(&x) * sign(&y));
                of_x += f64::from(sign(&x).abs());
                of_y += f64::from(sign(&y).abs());
            }
        }
        let sample = returns(observations, 2, &[x, y].concat());
        let found = Kendall::new(RankParams::default()).estimate(&sample).unwrap().correlation().unwrap();
        let expected = difference / (of_x * of_y).sqrt();
        prop_assert!((found.as_slice()[1] - expected).abs() < ROUNDING);
    }

    /// The nearest point X of a convex set: the way from it to the matrix A leads away from every point Z of
    /// the set, `<A - X, Z - X> <= 0`. Clipping gives a point of the set that is not nearer.
    #[test]
    fn the_nearest_correlation_is_nearest(assets in 2_usize..=8, seed: u64) {
        let random = &mut Random::new(seed);
        let mut broken = DMatrix::identity(assets, assets);
        for col in 0..assets {
            for row in col + 1..assets {
                broken[(row, col)] = 1.9 * random.uniform() - 0.95;
                broken[(col, row)] = broken[(row, col)];
            }
        }
        let covariance = Covariance::new(broken.clone()).unwrap();
        let nearest = Repair::Nearest.repair(&covariance).unwrap().into_inner();
        let clipped = Repair::Clip.repair(&covariance).unwrap().into_inner();
        for repaired in [&nearest, &clipped] {
            prop_assert!(repaired.diagonal().iter().all(|entry| (entry - 1.0).abs() < ROUNDING));
            let eigen = SymmetricEigen::new(repaired.as_view()).unwrap();
            prop_assert!(eigen.values()[0] > -ROUNDING);
        }
        let away = &broken - &nearest;
        prop_assert!(away.norm() <= (&broken - &clipped).norm() + REORDERED);
        for round in 0..20 {
            let entries = factor_returns(assets + 2, assets, seed ^ round);
            let other = returns(assets + 2, assets, &entries).covariance().unwrap().correlation().unwrap();
            prop_assert!(away.dot(&(other.into_inner() - &nearest)) < REORDERED);
        }
        prop_assert!(away.dot(&(&clipped - &nearest)) < REORDERED);
    }

    #[test]
    fn denoising_keeps_variances(
        observations in 20_usize..=80,
        assets in 2_usize..=20,
        seed: u64,
        components in 0_usize..=1,
    ) {
        let sample = returns(observations, assets, &factor_returns(observations, assets, seed));
        let covariance = sample.covariance().unwrap();
        let keep = 0.2;
        let shrunk = Denoising::TargetedShrinkage { keep };
        for denoising in [Denoising::None, Denoising::ConstantResidual, shrunk] {
            let params =
                DenoisedCovarianceParams { denoising, market_components: components, ..Default::default() };
            let estimator = DenoisedCovariance::new(params).unwrap();
            let (found, spectrum) = estimator.denoise(&covariance, observations).unwrap();
            prop_assert!(gap(&covariance.volatilities(), &found.volatilities()) < ROUNDING);
            prop_assert!(spectrum.signals <= assets && spectrum.law.variance() > 0.0);
            if components == 1 {
                let correlation = found.correlation().unwrap();
                let eigen = SymmetricEigen::new(correlation.as_view()).unwrap();
                let least = eigen.values()[0].abs();
                prop_assert!(least < ROUNDING * assets as f64, "a detoned matrix is singular");
            }
        }
    }
}
