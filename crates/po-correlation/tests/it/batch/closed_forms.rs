//! What follows by hand.

use po_core::{Covariance, CovarianceEstimator, MissingPolicy, Panel};
use po_correlation::{
    Centring, Decay, DenoisedCovariance, DenoisedCovarianceParams, Divisor, EwmaCovariance,
    EwmaCovarianceParams, Kendall, LedoitWolf, LedoitWolfParams, MarchenkoPastur,
    MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams, NoiseFit, NonlinearShrinkage,
    RankParams, Repair, SampleCovariance, SampleCovarianceParams, SemiCovariance, SemiCovarianceParams,
    ShrinkageTarget, Spearman, Threshold,
};

use super::random::{factor_returns, returns};

/// Sums of a few dozen products.
const ROUNDING: f64 = 1e-14;

/// Sums of several hundred products, and a quotient of differences of them.
const MANY: f64 = 1e-12;

/// Digits that are lost where deviations cancel.
const CANCELS: f64 = 1e-13;

/// A midpoint sum of a hundred thousand terms over a density with vertical tangents at its edges.
const INTEGRAL: f64 = 1e-6;

/// With a half-life of 1e9, the weights of the first and the last of 50 observations differ by 50 ln 2 / 1e9.
const ENDLESS: f64 = 1e-7;

fn close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    let largest = expected.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance * largest, "[{index}]: {actual} is not {expected}");
    }
}

/// Twice the sample holds half the noise, and the same distance to the target.
#[test]
fn a_sample_that_is_repeated_is_shrunk_less() {
    let (observations, assets) = (400, 6);
    let once = factor_returns(observations, assets, 7);
    let twice: Vec<f64> = once.chunks_exact(observations).flat_map(|asset| [asset, asset].concat()).collect();
    for &target in ShrinkageTarget::ALL {
        let estimator = LedoitWolf::new(LedoitWolfParams { target, ..LedoitWolfParams::default() });
        let (_, once) = estimator.shrink(&returns(observations, assets, &once)).unwrap();
        let (_, twice) = estimator.shrink(&returns(2 * observations, assets, &twice)).unwrap();
        assert!(once > 0.0 && once < 1.0, "{target:?}: {once} would hide the ratio");
        assert!((once / twice - 2.0).abs() < MANY, "{target:?}: {once} {twice}");
    }
}

/// Fourth powers would leave the range of numbers; powers of two do not round.
#[test]
fn returns_of_any_size_are_shrunk_alike() {
    let plain = factor_returns(30, 4, 29);
    for unit in [2.0_f64.powi(-200), 2.0_f64.powi(200)] {
        let scaled: Vec<f64> = plain.iter().map(|value| value * unit).collect();
        for &target in ShrinkageTarget::ALL {
            let estimator = LedoitWolf::new(LedoitWolfParams { target, ..LedoitWolfParams::default() });
            let (expected, of_plain) = estimator.shrink(&returns(30, 4, &plain)).unwrap();
            let (found, intensity) = estimator.shrink(&returns(30, 4, &scaled)).unwrap();
            assert!((intensity - of_plain).abs() < MANY, "{target:?} {unit}: {intensity} {of_plain}");
            let back: Vec<f64> = found.as_slice().iter().map(|entry| entry / unit / unit).collect();
            close(&back, expected.as_slice(), MANY);
        }
    }
}

#[test]
fn two_assets_have_their_own_mean_correlation() {
    let sample = returns(30, 2, &factor_returns(30, 2, 3));
    let target = ShrinkageTarget::ConstantCorrelation;
    let params = LedoitWolfParams { target, ..LedoitWolfParams::default() };
    let (covariance, intensity) = LedoitWolf::new(params).shrink(&sample).unwrap();
    assert_eq!(intensity.to_bits(), 0);
    let params = SampleCovarianceParams { divisor: Divisor::Observations };
    close(
        covariance.as_slice(),
        SampleCovariance::new(params).estimate(&sample).unwrap().as_slice(),
        ROUNDING,
    );
}

/// A single asset is its own target.
#[test]
fn one_asset_keeps_its_variance() {
    let sample = returns(20, 1, &factor_returns(20, 1, 5));
    let variance = sample.covariance().unwrap().as_slice()[0];
    for &target in ShrinkageTarget::ALL {
        let params = LedoitWolfParams { target, divisor: Divisor::DegreesOfFreedom };
        let (covariance, intensity) = LedoitWolf::new(params).shrink(&sample).unwrap();
        assert_eq!(intensity.to_bits(), 0, "{target:?}");
        close(covariance.as_slice(), &[variance], ROUNDING);
    }
}

/// Assets that all stand still have a covariance, and it is zero.
#[test]
fn what_stands_still_has_no_variance() {
    let sample =
        returns(7, 2, &[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, -0.3, -0.3, -0.3, -0.3, -0.3, -0.3, -0.3]);
    let zero = [0.0; 4];
    let default = SampleCovarianceParams::default();
    assert_eq!(SampleCovariance::new(default).estimate(&sample).unwrap().as_slice(), zero);
    assert_eq!(LedoitWolf::default().estimate(&sample).unwrap().as_slice(), zero);
    let (covariance, intensity) = po_correlation::Oas::default().shrink(&sample).unwrap();
    assert_eq!((covariance.as_slice(), intensity), (&zero[..], 1.0));
    let ewma = EwmaCovariance::new(EwmaCovarianceParams::default()).unwrap();
    assert_eq!(ewma.estimate(&sample).unwrap().as_slice(), zero);
}

/// An endless memory weighs all observations alike.
#[test]
fn a_long_half_life_gives_the_sample_covariance() {
    let sample = returns(50, 4, &factor_returns(50, 4, 11));
    let params = EwmaCovarianceParams { volatility: Decay::HalfLife(1e9), ..EwmaCovarianceParams::default() };
    let found = EwmaCovariance::new(params).unwrap().estimate(&sample).unwrap();
    close(found.as_slice(), sample.covariance().unwrap().as_slice(), ENDLESS);
    // A decay of one half of four: weights 1/15, 2/15, 4/15, 8/15.
    let params = EwmaCovarianceParams {
        volatility: Decay::Factor(0.5),
        correlation: Some(Decay::HalfLife(1.0)),
        centring: Centring::Zero,
    };
    let four = returns(4, 1, &[0.3, -0.2, 0.1, 0.0]);
    let found = EwmaCovariance::new(params).unwrap().estimate(&four).unwrap();
    close(found.as_slice(), &[(0.09 + 2.0 * 0.04 + 4.0 * 0.01) / 15.0], ROUNDING);
}

#[test]
fn below_a_high_threshold_everything_counts() {
    let sample = returns(3, 1, &[0.01, -0.02, 0.03]);
    let threshold = Threshold::Return(1.0);
    let params = SemiCovarianceParams { threshold, divisor: Divisor::Observations };
    let found = SemiCovariance::new(params).unwrap().estimate(&sample).unwrap();
    close(found.as_slice(), &[(0.99_f64.powi(2) + 1.02_f64.powi(2) + 0.97_f64.powi(2)) / 3.0], ROUNDING);
    let threshold = Threshold::Return(-1.0);
    let params = SemiCovarianceParams { threshold, ..params };
    assert_eq!(SemiCovariance::new(params).unwrap().estimate(&sample).unwrap().as_slice(), [0.0]);
}

/// Ranks do not see how an asset is bent, only whether it is turned over.
#[test]
fn monotone_assets_have_the_same_ranks() {
    let base = factor_returns(37, 1, 13);
    let entries: Vec<f64> = base
        .iter()
        .copied()
        .chain(base.iter().map(|value| value.exp()))
        .chain(base.iter().map(|value| -value.powi(3)))
        .collect();
    let sample = returns(37, 3, &entries);
    let expected = [1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0];
    let params = RankParams::default();
    for covariance in [Spearman::new(params).estimate(&sample), Kendall::new(params).estimate(&sample)] {
        close(covariance.unwrap().correlation().unwrap().as_slice(), &expected, ROUNDING);
    }
}

/// With all observations trusted and none left out, the determinant has nothing to choose.
#[test]
fn a_support_of_all_gives_the_sample_covariance() {
    let sample = returns(40, 3, &factor_returns(40, 3, 17));
    let default = MinimumCovarianceDeterminantParams::default();
    let params = MinimumCovarianceDeterminantParams { support: Some(1.0), cutoff: None, ..default };
    let fit = MinimumCovarianceDeterminant::new(params).unwrap().fit(&sample).unwrap();
    let params = SampleCovarianceParams { divisor: Divisor::Observations };
    let expected = SampleCovariance::new(params).estimate(&sample).unwrap();
    close(fit.covariance().as_slice(), expected.as_slice(), ROUNDING);
    close(fit.location(), &sample.mean(), CANCELS);
    assert!(fit.kept().iter().all(|kept| *kept));
    // The mean squared distance under one's own covariance is the number of assets.
    let mean = fit.distances().iter().sum::<f64>() / 40.0;
    assert!((mean - 3.0).abs() < MANY, "{mean}");
}

/// Uncorrelated assets of equal variance: all eigenvalues are equal, and move to one place.
#[test]
fn equal_eigenvalues_stay_equal() {
    // Rows of a Hadamard matrix of order 16, but for the first: orthogonal, of mean zero.
    let sign = |row: u32, col: u32| if (row & col).count_ones().is_multiple_of(2) { 0.01 } else { -0.01 };
    let entries: Vec<f64> = (1..5).flat_map(|col| (0..16).map(move |row| sign(row, col))).collect();
    let found = NonlinearShrinkage::new().estimate(&returns(16, 4, &entries)).unwrap();
    // n = 15, c = 4/15; all kernels lie on each other.
    let (sample, c) = (16.0 * 1e-4 / 15.0, 4.0 / 15.0);
    let density = std::f64::consts::PI * c * 3.0 / (4.0 * 5.0_f64.sqrt()) * 15.0_f64.cbrt();
    let moved = sample / (density.powi(2) + (1.0 - c).powi(2));
    let expected: Vec<f64> = (0..16).map(|place| if place % 5 == 0 { moved } else { 0.0 }).collect();
    close(found.as_slice(), &expected, CANCELS);
}

/// Half of the observations are one and the same, so that many starts lie on a hyperplane and must draw on. All
/// lead to the one subset of least determinant.
#[test]
fn starts_on_a_hyperplane_draw_on() {
    let mut entries = factor_returns(40, 2, 31);
    entries[..18].fill(0.001);
    entries[40..58].fill(-0.002);
    let sample = returns(40, 2, &entries);
    let fit = |seed| {
        let params = MinimumCovarianceDeterminantParams {
            seed,
            starts: 50,
            ..MinimumCovarianceDeterminantParams::default()
        };
        MinimumCovarianceDeterminant::new(params).unwrap().fit(&sample).unwrap()
    };
    let first = fit(0);
    // The repeated point is in the subset, and the rest of the mean is what else was kept.
    assert!(first.kept()[..18].iter().all(|kept| *kept));
    for seed in 1..10 {
        assert_eq!(fit(seed).covariance(), first.covariance());
    }
}

/// Two assets that are one have eigenvalues of two and zero, and no noise.
#[test]
fn without_noise_its_variance_stays_one() {
    let params =
        DenoisedCovarianceParams { noise: NoiseFit::Residual, ..DenoisedCovarianceParams::default() };
    let twins = Covariance::from_column_slice(2, &[4.0, 2.0, 2.0, 1.0]).unwrap();
    let (denoised, spectrum) = DenoisedCovariance::new(params).unwrap().denoise(&twins, 100).unwrap();
    assert_eq!((spectrum.law.variance().to_bits(), spectrum.signals), (1.0_f64.to_bits(), 1));
    close(denoised.as_slice(), twins.as_slice(), ROUNDING);
}

/// All of the law lies between its edges: with more observations than assets its mass is one.
#[test]
fn the_law_of_noise_has_mass_between_its_edges_alone() {
    let law = MarchenkoPastur::new(4.0, 0.5).unwrap();
    let outside = [-1.0, 0.0, law.lower() - 1e-9, law.upper() + 1e-9];
    assert!(outside.iter().all(|eigenvalue| law.density(*eigenvalue).to_bits() == 0));
    let step = (law.upper() - law.lower()) / 1e5;
    let mass: f64 =
        (0..100_000).map(|place| step * law.density(law.lower() + (f64::from(place) + 0.5) * step)).sum();
    assert!((mass - 1.0).abs() < INTEGRAL, "{mass}");
}

/// With fewer observations than assets, the zeros count as noise.
#[test]
fn zeros_are_noise() {
    let sample = returns(10, 25, &factor_returns(10, 25, 19));
    let params = DenoisedCovarianceParams { noise: NoiseFit::Unit, ..DenoisedCovarianceParams::default() };
    let correlation = sample.covariance().unwrap();
    let (denoised, spectrum) = DenoisedCovariance::new(params).unwrap().denoise(&correlation, 10).unwrap();
    assert!(spectrum.signals < 9);
    close(&denoised.volatilities(), &correlation.volatilities(), ROUNDING);
}

#[test]
fn a_sound_matrix_is_not_repaired() {
    let covariance = returns(40, 5, &factor_returns(40, 5, 23)).covariance().unwrap();
    for repair in [Repair::None, Repair::Clip, Repair::Nearest] {
        assert_eq!(repair.repair(&covariance).unwrap(), covariance);
    }
    let broken = Covariance::from_column_slice(3, &[1.0, 0.9, 0.9, 0.9, 1.0, -0.9, 0.9, -0.9, 1.0]).unwrap();
    assert_eq!(Repair::None.repair(&broken).unwrap(), broken);
}

/// The policy keeps the second and the third row.
#[test]
fn a_panel_is_resolved_first() {
    let entries = [f64::NAN, 0.01, 0.03, 0.05, 0.02, -0.02];
    let panel = Panel::from_column_slice(3, 2, &entries).unwrap();
    let estimator = SampleCovariance::default();
    let (covariance, resolved) = estimator.estimate_panel(&panel, MissingPolicy::CompleteRows).unwrap();
    assert_eq!((resolved.rows, resolved.missing), (vec![1, 2], 1));
    close(covariance.as_slice(), &[0.0002, -0.0004, -0.0004, 0.0008], ROUNDING);
}

/// What is made once may be used by several threads.
#[test]
fn everything_may_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<(SampleCovariance, SemiCovariance, EwmaCovariance, LedoitWolf, po_correlation::Oas)>();
    crosses::<(NonlinearShrinkage, DenoisedCovariance, po_correlation::Gerber, Spearman, Kendall)>();
    crosses::<(MinimumCovarianceDeterminant, po_correlation::RobustFit, po_correlation::BatchScratch)>();
}
