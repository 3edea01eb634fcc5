//! Covariances that are none: found, refused and repaired.

use po_convex::{
    Semidefinite, check_positive_semidefinite, clip_eigenvalues, nearest_correlation,
    nearest_positive_semidefinite, smallest_eigenvalue,
};
use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::{DMatrix, DVector};
use po_core::{Covariance, InputError};
use proptest::prelude::*;
use serde::Deserialize;

use crate::random::{Random, config};

/// Closed forms, through an eigendecomposition.
const EXACT: f64 = 1e-14;

/// Newton's method squares the error at the end: what it leaves is rounding.
const NEWTON: f64 = 1e-12;

/// Where projections stop here; they approach the answer by a constant factor in each round.
const PROJECTED: f64 = 1e-10;

#[derive(Deserialize)]
struct Nearest {
    name: String,
    size: usize,
    matrix: Vec<f64>,
    floor: f64,
    nearest: Vec<f64>,
    distance: f64,
    #[serde(default)]
    printed: Vec<f64>,
    #[serde(default)]
    printed_tolerance: f64,
}

#[derive(Deserialize)]
struct Clip {
    name: String,
    size: usize,
    matrix: Vec<f64>,
    floor: f64,
    eigenvalues: Vec<f64>,
    rescaled: Vec<f64>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct File {
    nearest: Vec<Nearest>,
    clip: Vec<Clip>,
}

fn file() -> File {
    toml::from_str(include_str!("../data/psd.toml")).unwrap()
}

fn covariance(assets: usize, entries: &[f64]) -> Covariance {
    Covariance::from_column_slice(assets, entries).unwrap()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn assert_close(name: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let worst = actual.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst <= tolerance, "{name}: off by {worst:e}");
}

#[test]
fn golden_nearest_correlations() {
    for case in file().nearest {
        let nearest = nearest_correlation(case.size, &case.matrix, case.floor).unwrap();
        assert_close(&case.name, nearest.as_slice(), &case.nearest, NEWTON);
        assert!((distance(nearest.as_slice(), &case.matrix) - case.distance).abs() < NEWTON, "{}", case.name);
        if !case.printed.is_empty() {
            assert_close(&case.name, nearest.as_slice(), &case.printed, case.printed_tolerance);
        }
        let matrix = covariance(case.size, nearest.as_slice());
        assert!(
            smallest_eigenvalue(&matrix).unwrap() > case.floor - EXACT * case.size as f64,
            "{}",
            case.name
        );
    }
}

#[test]
fn golden_eigenvalues_and_clipping() {
    for case in file().clip {
        let matrix = covariance(case.size, &case.matrix);
        let smallest = smallest_eigenvalue(&matrix).unwrap();
        assert!((smallest - case.eigenvalues[0]).abs() < case.tolerance, "{}", case.name);
        let error = check_positive_semidefinite(&matrix).unwrap_err();
        assert_eq!(error, InputError::NotPositiveSemidefinite { eigenvalue: smallest }, "{}", case.name);
        // The reference clips the matrix as it is; the library clips the correlation.
        if (0..case.size).all(|asset| (matrix.column(asset)[asset] - 1.0).abs() < EXACT) {
            let clipped = clip_eigenvalues(&matrix, case.floor).unwrap();
            assert_close(&case.name, clipped.as_slice(), &case.rescaled, case.tolerance);
        }
    }
}

#[test]
fn equal_correlations_have_a_closed_form() {
    for assets in 2..7 {
        let entries: Vec<f64> =
            (0..assets * assets).map(|place| if place % (assets + 1) == 0 { 1.0 } else { -0.9 }).collect();
        let nearest = nearest_correlation(assets, &entries, 0.0).unwrap();
        // By symmetry all stay equal, and 1 + (n - 1) ρ >= 0.
        let expected = (-1.0 / (assets - 1) as f64).max(-0.9);
        assert!((nearest.as_slice()[1] - expected).abs() < NEWTON, "{assets}: {:?}", nearest.as_slice());
        let nearest = nearest_correlation(assets, &entries, 0.25).unwrap();
        let expected = (-0.75 / (assets - 1) as f64).max(-0.9);
        assert!((nearest.as_slice()[1] - expected).abs() < NEWTON, "{assets}: {:?}", nearest.as_slice());
    }
}

#[test]
fn two_assets_have_closed_forms() {
    let broken = covariance(2, &[0.04, -0.09, -0.09, 0.09]);
    for repaired in [nearest_positive_semidefinite(&broken).unwrap(), clip_eigenvalues(&broken, 0.0).unwrap()]
    {
        assert_close("perfectly against", repaired.as_slice(), &[0.04, -0.06, -0.06, 0.09], EXACT);
        assert_eq!(repaired.volatilities(), broken.volatilities());
    }
    // Correlation 1.5: eigenvalues 2.5 and -0.5, of which the second becomes 0.5: ρ = (2.5 - 0.5) / (2.5 + 0.5).
    let broken = covariance(2, &[1.0, 1.5, 1.5, 1.0]);
    assert_close(
        "lifted",
        clip_eigenvalues(&broken, 0.5).unwrap().as_slice(),
        &[1.0, 2.0 / 3.0, 2.0 / 3.0, 1.0],
        EXACT,
    );
}

#[test]
fn one_asset_is_its_own_repair() {
    assert_eq!(nearest_correlation(1, &[3.0], 0.0).unwrap().as_slice(), [1.0]);
    let one = covariance(1, &[0.04]);
    assert_eq!(nearest_positive_semidefinite(&one).unwrap(), one);
    assert_eq!(clip_eigenvalues(&one, 0.0).unwrap(), one);
    check_positive_semidefinite(&one).unwrap();
}

#[test]
fn assets_without_variance_keep_none_and_lose_their_covariances() {
    let sound = covariance(3, &[0.04, 0.0, 0.01, 0.0, 0.0, 0.0, 0.01, 0.0, 0.09]);
    check_positive_semidefinite(&sound).unwrap();
    check_positive_semidefinite(&covariance(2, &[0.0; 4])).unwrap();
    let broken = covariance(3, &[0.04, 0.02, 0.01, 0.02, 0.0, 0.0, 0.01, 0.0, 0.09]);
    let InputError::NotPositiveSemidefinite { eigenvalue } =
        check_positive_semidefinite(&broken).unwrap_err()
    else {
        panic!("another error");
    };
    assert!(eigenvalue < -0.008, "{eigenvalue}");
    assert_close(
        "nearest",
        nearest_positive_semidefinite(&broken).unwrap().as_slice(),
        sound.as_slice(),
        EXACT,
    );
    let clipped = clip_eigenvalues(&broken, 0.0).unwrap();
    assert_eq!(clipped.volatilities(), broken.volatilities());
    assert_eq!(clipped.column(1), [0.0; 3]);
    check_positive_semidefinite(&clipped).unwrap();
}

#[test]
fn the_unit_of_an_asset_does_not_matter() {
    let case = file().nearest.into_iter().find(|case| case.name == "ten").unwrap();
    let units: Vec<f64> = (0..case.size).map(|asset| 10f64.powi(asset as i32 - 5)).collect();
    let scaled = |entries: &[f64]| -> Vec<f64> {
        let unit = |place: usize| units[place / case.size] * units[place % case.size];
        entries.iter().enumerate().map(|(place, entry)| entry * unit(place)).collect()
    };
    let repaired = nearest_positive_semidefinite(&covariance(case.size, &scaled(&case.matrix))).unwrap();
    for (place, (actual, expected)) in repaired.as_slice().iter().zip(scaled(&case.nearest)).enumerate() {
        let unit = units[place / case.size] * units[place % case.size];
        assert!((actual - expected).abs() < NEWTON * unit);
    }
}

#[test]
fn each_policy_does_what_it_says() {
    let sound = covariance(2, &[0.04, 0.018, 0.018, 0.09]);
    let broken = covariance(2, &[0.01, 0.03, 0.03, 0.04]);
    assert_eq!(Semidefinite::default(), Semidefinite::Refuse);
    assert_eq!(Semidefinite::ALL.len(), 4);
    for &policy in Semidefinite::ALL {
        // The very same matrix, not a copy of it.
        assert!(std::ptr::eq(policy.apply(&sound).unwrap().as_ref(), &raw const sound));
        match policy {
            Semidefinite::Refuse => {
                let error = policy.apply(&broken).unwrap_err();
                assert!(
                    error
                        .to_string()
                        .starts_with("the smallest eigenvalue of the matrix is -0.00854101966249684"),
                    "{error}"
                );
            }
            Semidefinite::Trust => assert_eq!(*policy.apply(&broken).unwrap(), broken),
            Semidefinite::Nearest | Semidefinite::Clip => {
                assert_close(
                    "repaired",
                    policy.apply(&broken).unwrap().as_slice(),
                    &[0.01, 0.02, 0.02, 0.04],
                    EXACT,
                );
            }
        }
    }
}

#[test]
fn what_is_refused_is_told() {
    let unit = covariance(2, &[1.0, 0.0, 0.0, 1.0]);
    for floor in [-0.1, 1.0, f64::NAN] {
        let error = clip_eigenvalues(&unit, floor).unwrap_err();
        assert_eq!(error.to_string(), format!("the floor of the eigenvalues is {floor}, expected [0, 1)"));
        assert!(nearest_correlation(2, unit.as_slice(), floor).is_err());
    }
    let error = nearest_correlation(2, &[1.0, 0.2, 0.3, 1.0], 0.0).unwrap_err();
    assert_eq!(error, InputError::NotSymmetric { row: 1, col: 0, value: 0.2, mirrored: 0.3 });
    let error = nearest_correlation(2, &[1.0], 0.0).unwrap_err();
    assert!(matches!(error, InputError::LengthMismatch { expected: 4, actual: 1, .. }));
    assert!(matches!(nearest_correlation(0, &[], 0.0).unwrap_err(), InputError::Empty { .. }));
}

/// A correlation with noise that is strong enough to make it indefinite.
fn noisy(assets: usize, noise: f64, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let factor: Vec<f64> = (0..assets).map(|_| random.between(0.2, 0.95)).collect();
    let mut entries = vec![0.0; assets * assets];
    for col in 0..assets {
        entries[col * assets + col] = 1.0;
        for row in 0..col {
            let value = factor[row] * factor[col] + noise * random.normal();
            (entries[col * assets + row], entries[row * assets + col]) = (value, value);
        }
    }
    entries
}

/// Alternating projections with Dykstra's correction, as Higham (2002) states them.
fn projected(assets: usize, entries: &[f64]) -> DMatrix<f64> {
    let mut unit = DMatrix::from_column_slice(assets, assets, entries);
    let mut correction = DMatrix::zeros(assets, assets);
    for _ in 0..20_000 {
        let before = unit.clone();
        let corrected = &unit - &correction;
        let eigen = SymmetricEigen::new(corrected.as_view()).unwrap();
        let values = DMatrix::from_diagonal(&DVector::from_iterator(
            assets,
            eigen.values().iter().map(|v| v.max(0.0)),
        ));
        let cone = eigen.vectors() * values * eigen.vectors().transpose();
        correction = &cone - corrected;
        unit = cone;
        unit.fill_diagonal(1.0);
        if (&unit - before).amax() < 0.01 * PROJECTED {
            break;
        }
    }
    unit
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn newton_finds_what_projections_approach(assets in 2_usize..=9, noise in 0.05..0.6, seed in any::<u64>()) {
        let entries = noisy(assets, noise, seed);
        let nearest = nearest_correlation(assets, &entries, 0.0).unwrap();
        let expected = projected(assets, &entries);
        let worst = (nearest.as_view() - &expected).amax();
        prop_assert!(worst < PROJECTED, "{}", worst);
    }

    #[test]
    fn repairs_are_sound_and_the_nearest_is_the_nearest(assets in 1_usize..=30, noise in 0.0..0.6, seed in any::<u64>()) {
        let entries = noisy(assets, noise, seed);
        let broken = covariance(assets, &entries);
        let nearest = nearest_positive_semidefinite(&broken).unwrap();
        let clipped = clip_eigenvalues(&broken, 0.0).unwrap();
        for repaired in [&nearest, &clipped] {
            check_positive_semidefinite(repaired).unwrap();
            prop_assert!(smallest_eigenvalue(repaired).unwrap() > -EXACT * assets as f64);
            prop_assert_eq!(repaired.volatilities(), broken.volatilities());
        }
        let [of_nearest, of_clipped] = [&nearest, &clipped].map(|repaired| distance(repaired.as_slice(), &entries));
        prop_assert!(of_nearest <= of_clipped + NEWTON);
        // A matrix that was sound is left alone, but for rounding.
        let again = nearest_positive_semidefinite(&nearest).unwrap();
        prop_assert!(distance(again.as_slice(), nearest.as_slice()) < NEWTON * assets as f64);
    }

    #[test]
    fn the_check_agrees_with_the_eigenvalues(assets in 1_usize..=30, noise in 0.0..0.3, seed in any::<u64>()) {
        let matrix = covariance(assets, &noisy(assets, noise, seed));
        let smallest = smallest_eigenvalue(&matrix).unwrap();
        match check_positive_semidefinite(&matrix) {
            Ok(()) => prop_assert!(smallest >= -1e-10),
            Err(error) => prop_assert_eq!(error, InputError::NotPositiveSemidefinite { eigenvalue: smallest }),
        }
    }
}

#[test]
fn a_singular_covariance_passes() {
    // Ten observations of forty assets, and one asset three times.
    let mut random = Random::new(10);
    let mut returns = DMatrix::from_fn(10, 40, |_, _| 0.01 * random.normal());
    for copy in [7, 23] {
        let asset = returns.column(3).into_owned();
        returns.set_column(copy, &asset);
    }
    let gram = returns.transpose() * &returns / 9.0;
    check_positive_semidefinite(&Covariance::new(gram).unwrap()).unwrap();
}

#[test]
fn a_large_matrix_is_repaired() {
    let assets = 120;
    let entries = noisy(assets, 0.3, 1);
    let nearest = nearest_correlation(assets, &entries, 1e-6).unwrap();
    let smallest = smallest_eigenvalue(&covariance(assets, nearest.as_slice())).unwrap();
    assert!((smallest - 1e-6).abs() < NEWTON, "{smallest}");
}

/// Matrices of ones and minus ones, as far from a correlation as such entries can be.
#[test]
fn signs_alone_have_a_nearest_correlation() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let size = 2 + random.below(30);
        let mut signs = DMatrix::identity(size, size);
        for row in 0..size {
            for col in 0..row {
                let sign = if random.uniform() < 0.5 { -1.0 } else { 1.0 };
                (signs[(row, col)], signs[(col, row)]) = (sign, sign);
            }
        }
        let nearest = nearest_correlation(size, signs.as_slice(), 0.0).unwrap();
        let smallest = SymmetricEigen::new(nearest.as_view()).unwrap().values()[0];
        assert!(smallest >= -NEWTON, "{seed}: {smallest}");
        assert!((0..size).all(|asset| (nearest.as_view()[(asset, asset)] - 1.0).abs() <= EXACT), "{seed}");
    }
}
