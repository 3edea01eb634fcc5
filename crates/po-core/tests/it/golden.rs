//! Cases written by `tests/data/generate.py` from LAPACK, through `NumPy` and `SciPy`.

use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen};
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, FactorCovariance, Returns, Weights};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<Case> {
    case: Vec<Case>,
}

fn cases<Case: DeserializeOwned>(file: &str) -> Vec<Case> {
    toml::from_str::<File<Case>>(file).unwrap().case
}

/// Asserts that numbers agree, relative to the largest expected one.
fn assert_near(name: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    let largest = expected.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    for (place, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let error = (actual - expected).abs();
        assert!(
            error <= tolerance * largest,
            "{name}[{place}]: {actual} is not {expected}, off by {error:e}"
        );
    }
}

#[derive(Deserialize)]
struct PositiveDefinite {
    name: String,
    size: usize,
    matrix: Vec<f64>,
    lower: Vec<f64>,
    log_determinant: f64,
    right_hand_side: Vec<f64>,
    solution: Vec<f64>,
    tolerance: f64,
}

#[test]
fn positive_definite() {
    for case in cases::<PositiveDefinite>(include_str!("../data/positive_definite.toml")) {
        let PositiveDefinite { name, size, tolerance, .. } = case;
        let matrix = DMatrix::from_vec(size, size, case.matrix);
        let cholesky = Cholesky::new(matrix.as_view()).unwrap();
        assert_eq!(cholesky.size(), size);
        assert_near(&name, cholesky.lower().as_slice(), &case.lower, tolerance);
        assert_near(&name, &[cholesky.log_determinant()], &[case.log_determinant], tolerance);
        assert_near(&name, &cholesky.solve(&case.right_hand_side).unwrap(), &case.solution, tolerance);
        let ldlt = Ldlt::new(matrix.as_view()).unwrap();
        assert_near(&name, &ldlt.solve(&case.right_hand_side).unwrap(), &case.solution, tolerance);
        assert_eq!(ldlt.negative_eigenvalues(), 0, "{name}");
    }
}

#[derive(Deserialize)]
struct Indefinite {
    name: String,
    size: usize,
    matrix: Vec<f64>,
    right_hand_side: Vec<f64>,
    solution: Vec<f64>,
    negative: usize,
    tolerance: f64,
}

#[test]
fn indefinite() {
    for case in cases::<Indefinite>(include_str!("../data/indefinite.toml")) {
        let Indefinite { name, size, tolerance, .. } = case;
        let matrix = DMatrix::from_vec(size, size, case.matrix);
        let ldlt = Ldlt::new(matrix.as_view()).unwrap();
        assert_eq!(ldlt.size(), size);
        assert_eq!(ldlt.negative_eigenvalues(), case.negative, "{name}");
        assert_near(&name, &ldlt.solve(&case.right_hand_side).unwrap(), &case.solution, tolerance);
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        assert_near(&name, &eigen.solve(&case.right_hand_side).unwrap(), &case.solution, tolerance);
        let svd = Svd::new(matrix.as_view()).unwrap();
        assert_near(&name, &svd.least_squares(&case.right_hand_side).unwrap(), &case.solution, tolerance);
    }
}

#[derive(Deserialize)]
struct Symmetric {
    name: String,
    size: usize,
    matrix: Vec<f64>,
    eigenvalues: Vec<f64>,
    tolerance: f64,
}

#[test]
fn symmetric() {
    for case in cases::<Symmetric>(include_str!("../data/symmetric.toml")) {
        let matrix = DMatrix::from_vec(case.size, case.size, case.matrix);
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        assert_eq!(eigen.size(), case.size);
        assert_near(&case.name, eigen.values(), &case.eigenvalues, case.tolerance);
    }
}

#[derive(Deserialize)]
struct Rectangular {
    name: String,
    rows: usize,
    cols: usize,
    matrix: Vec<f64>,
    values: Vec<f64>,
    rank: usize,
    right_hand_side: Vec<f64>,
    solution: Vec<f64>,
    tolerance: f64,
}

#[test]
fn rectangular() {
    for case in cases::<Rectangular>(include_str!("../data/rectangular.toml")) {
        let Rectangular { name, rows, cols, tolerance, .. } = case;
        let svd = Svd::new(DMatrix::from_vec(rows, cols, case.matrix).as_view()).unwrap();
        assert_eq!(svd.shape(), (rows, cols));
        assert_eq!(svd.rank(), case.rank, "{name}");
        assert_near(&name, svd.values(), &case.values, tolerance);
        // The solution amplifies rounding by the condition number, at most 100 here.
        let solution = svd.least_squares(&case.right_hand_side).unwrap();
        assert_near(&name, &solution, &case.solution, 100.0 * tolerance);
    }
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
    mean: Vec<f64>,
    covariance: Vec<f64>,
    shares: Vec<f64>,
    tolerance: f64,
}

#[test]
fn covariance() {
    for case in cases::<Sample>(include_str!("../data/covariance.toml")) {
        let Sample { name, tolerance, .. } = case;
        let returns = Returns::from_column_slice(case.observations, case.assets, &case.returns).unwrap();
        let moments = returns.moments().unwrap();
        assert_near(&name, moments.mean(), &case.mean, tolerance);
        assert_near(&name, moments.covariance().as_slice(), &case.covariance, tolerance);
        let equal = Weights::equal(case.assets).unwrap();
        // Shares divide by the variance of the whole, where covariances of either sign cancel.
        let shares = moments.covariance().risk_contributions(&equal).unwrap();
        assert_near(&name, &shares, &case.shares, 10.0 * tolerance);
    }
}

#[derive(Deserialize)]
struct FactorModel {
    name: String,
    assets: usize,
    factors: usize,
    exposures: Vec<f64>,
    factor_covariance: Vec<f64>,
    specific: Vec<f64>,
    covariance: Vec<f64>,
    weights: Vec<f64>,
    product: Vec<f64>,
    variance: f64,
    tolerance: f64,
}

#[test]
fn factor_covariance() {
    for case in cases::<FactorModel>(include_str!("../data/factor_covariance.toml")) {
        let FactorModel { name, assets, factors, tolerance, .. } = case;
        let exposures = DMatrix::from_vec(assets, factors, case.exposures);
        let of_factors = Covariance::from_column_slice(factors, &case.factor_covariance).unwrap();
        let covariance = FactorCovariance::new(exposures, of_factors, case.specific).unwrap();
        assert_eq!((covariance.len(), covariance.factors()), (assets, factors));
        let dense = covariance.covariance().unwrap();
        assert_near(&name, dense.as_slice(), &case.covariance, tolerance);
        let diagonal: Vec<f64> = case.covariance.iter().step_by(assets + 1).copied().collect();
        assert_near(&name, &covariance.variances(), &diagonal, tolerance);
        let (mut product, mut exposures) = (vec![0.0; assets], vec![0.0; factors]);
        covariance.multiply_into(&case.weights, &mut exposures, &mut product).unwrap();
        assert_near(&name, &product, &case.product, tolerance);
        let variance = covariance.portfolio_variance(&Weights::new(case.weights).unwrap()).unwrap();
        assert_near(&name, &[variance], &[case.variance], tolerance);
    }
}
