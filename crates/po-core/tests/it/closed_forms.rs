//! Decompositions that are known by formula, and tables small enough to compute by hand.

use std::f64::consts::PI;

use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen, gemm_into, gemv_into, gram_into};
use po_core::nalgebra::{DMatrix, dmatrix};
use po_core::{Covariance, Returns};

/// A few hundred operations on numbers of size one.
const ROUNDING: f64 = 1e-13;

/// `1 / (i + j + 1)`: positive definite, and notorious for its condition number.
fn hilbert(size: usize) -> DMatrix<f64> {
    DMatrix::from_fn(size, size, |row, col| 1.0 / (row + col + 1) as f64)
}

/// Two on the diagonal and minus one beside it.
fn second_difference(size: usize) -> DMatrix<f64> {
    DMatrix::from_fn(size, size, |row, col| match row.abs_diff(col) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    })
}

#[test]
fn determinants_of_hilbert_matrices() {
    // 1 / det H_n: 1, 12, 2160, 6048000, 266716800000, 186313420339200000 (Choi 1983).
    let inverses = [1.0, 12.0, 2160.0, 6_048_000.0, 266_716_800_000.0, 186_313_420_339_200_000.0];
    for (size, inverse) in (1..).zip(inverses) {
        let found = Cholesky::new(hilbert(size).as_view()).unwrap().log_determinant();
        // The condition number of H_6 is 1.5e7, and its rounded entries alone move the determinant by that much.
        let tolerance = 1.5e7 * f64::EPSILON;
        assert!((found + f64::ln(inverse)).abs() <= tolerance, "{size}: {found}");
    }
}

#[test]
fn determinants_of_second_differences() {
    for size in [1, 2, 10, 100, 150] {
        let found = Cholesky::new(second_difference(size).as_view()).unwrap().log_determinant();
        assert!((found - ((size + 1) as f64).ln()).abs() <= ROUNDING, "{size}: {found}");
    }
}

#[test]
fn pivots_of_second_differences() {
    // L_kk² is the ratio of the determinants of neighbouring leading blocks: (k + 1) / k.
    for size in [1, 2, 10, 100, 150] {
        let cholesky = Cholesky::new(second_difference(size).as_view()).unwrap();
        let pivots = cholesky.pivots();
        assert_eq!(pivots.len(), size);
        for (k, pivot) in (1..).zip(pivots) {
            let formula = f64::sqrt(f64::from(k + 1) / f64::from(k));
            assert!((pivot - formula).abs() <= ROUNDING, "{size}, {k}: {pivot}");
        }
    }
}

#[test]
fn a_matrix_is_decomposed_where_it_is_written() {
    // A = L L' with L_ij = 1: the entry (i, j) of A counts the columns up to the lesser of both.
    let mut cholesky = Cholesky::default();
    let mut columns = Vec::new();
    for size in [1, 150, 7] {
        columns.clear();
        let fill = |col: usize, below: &mut [f64]| {
            columns.push((col, below.len()));
            below.fill((col + 1) as f64);
        };
        cholesky.factor_columns(size, fill).unwrap();
        assert_eq!(columns, (0..size).map(|col| (col, size - col)).collect::<Vec<_>>());
        let ones = DMatrix::from_fn(size, size, |row, col| if row < col { 0.0 } else { 1.0 });
        assert_eq!(cholesky.lower(), ones);
        assert!(cholesky.pivots().eq(vec![1.0; size]));
        assert_eq!(cholesky.log_determinant(), 0.0);
    }
}

#[test]
fn eigenvalues_of_second_differences() {
    // From 128 rows on the algorithm divides and conquers.
    for size in [1, 2, 3, 10, 127, 128, 150] {
        let eigen = SymmetricEigen::new(second_difference(size).as_view()).unwrap();
        let formula = |k: usize| 2.0 - 2.0 * (k as f64 * PI / (size + 1) as f64).cos();
        for (k, value) in (1..).zip(eigen.values()) {
            assert!((value - formula(k)).abs() <= ROUNDING, "{size}, {k}: {value}");
        }
        // v_k(j) = sqrt(2 / (n + 1)) sin(j k π / (n + 1)), up to its sign.
        let angle = |row: usize, k: usize| ((row + 1) * (k + 1)) as f64 * PI / (size + 1) as f64;
        let formula = |row, k| (2.0 / (size + 1) as f64).sqrt() * f64::sin(angle(row, k));
        let vectors = eigen.vectors();
        for k in 0..size {
            let sign = vectors[(0, k)].signum();
            for row in 0..size {
                // Neighbouring eigenvalues lie 1/n² apart, which turns the vectors by as much more.
                let tolerance = ROUNDING * (size * size) as f64;
                assert!((sign * vectors[(row, k)] - formula(row, k)).abs() <= tolerance, "{size}, {k}");
            }
        }
    }
}

#[test]
fn singular_values_of_first_differences() {
    // D is (n + 1) x n with D'D the matrix of second differences.
    for size in [1, 2, 10, 127, 128, 150] {
        let difference = DMatrix::from_fn(size + 1, size, |row, col| match row.wrapping_sub(col) {
            0 => 1.0,
            1 => -1.0,
            _ => 0.0,
        });
        for matrix in [difference.transpose(), difference] {
            let svd = Svd::new(matrix.as_view()).unwrap();
            for (k, value) in (0..size).rev().zip(svd.values()) {
                let formula = 2.0 * ((k + 1) as f64 * PI / (2 * (size + 1)) as f64).sin();
                assert!((value - formula).abs() <= ROUNDING, "{size}, {k}: {value}");
            }
        }
    }
}

#[test]
fn singular_values_of_an_outer_product() {
    // u v' has the one singular value |u| |v| = 3 * 5.
    let svd = Svd::new((dmatrix![1.0; 2.0; 2.0] * dmatrix![3.0, 0.0, 4.0, 0.0]).as_view()).unwrap();
    assert!((svd.values()[0] - 15.0).abs() <= ROUNDING);
    assert!(svd.values()[1].abs() <= ROUNDING && svd.values()[2].abs() <= ROUNDING);
    assert_eq!(svd.rank(), 1);
    let (left, right) = (svd.left(), svd.right());
    assert_eq!((left.shape(), right.shape()), ((3, 3), (4, 3)));
    let sign = left[(0, 0)].signum();
    for (row, expected) in [1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0].into_iter().enumerate() {
        assert!((sign * left[(row, 0)] - expected).abs() <= ROUNDING);
    }
    for (row, expected) in [0.6, 0.0, 0.8, 0.0].into_iter().enumerate() {
        assert!((sign * right[(row, 0)] - expected).abs() <= ROUNDING);
    }
}

#[test]
fn an_indefinite_matrix_of_pivots_of_two_rows() {
    // Zeros on the diagonal: x and y of each pair change places, divided by the entry between them.
    let size = 40;
    let matrix = DMatrix::from_fn(size, size, |row, col| if row + col + 1 == size { 4.0 } else { 0.0 });
    let ldlt = Ldlt::new(matrix.as_view()).unwrap();
    assert_eq!(ldlt.negative_eigenvalues(), size / 2);
    let right: Vec<f64> = (0..size).map(|row| row as f64).collect();
    let expected: Vec<f64> = right.iter().rev().map(|value| value / 4.0).collect();
    assert_eq!(ldlt.solve(&right).unwrap(), expected);
}

#[test]
fn an_indefinite_matrix_by_hand() {
    // [1 2; 2 1] has the eigenvalues 3 and -1, and solves (5, 4) as (1, 2).
    let matrix = dmatrix![1.0, 2.0; 2.0, 1.0];
    let ldlt = Ldlt::new(matrix.as_view()).unwrap();
    assert_eq!(ldlt.negative_eigenvalues(), 1);
    assert_eq!(ldlt.solve(&[5.0, 4.0, 4.0, 5.0]).unwrap(), [1.0, 2.0, 2.0, 1.0]);
    let negative = Ldlt::new((-matrix).as_view()).unwrap();
    assert_eq!(negative.negative_eigenvalues(), 1);
    assert_eq!(Ldlt::new(dmatrix![-2.0].as_view()).unwrap().negative_eigenvalues(), 1);
}

#[test]
fn a_matrix_of_zeros_is_decomposed() {
    let zeros = DMatrix::zeros(4, 4);
    assert_eq!(SymmetricEigen::new(zeros.as_view()).unwrap().values(), [0.0; 4]);
    let svd = Svd::new(zeros.as_view()).unwrap();
    assert_eq!((svd.values(), svd.rank()), ([0.0; 4].as_slice(), 0));
    assert_eq!(svd.least_squares(&[1.0, 2.0, 3.0, 4.0]).unwrap(), [0.0; 4]);
}

#[test]
fn numbers_far_from_one_are_decomposed() {
    for scale in [1e-300, 1e-150, 1e150, 1e300] {
        let matrix = second_difference(5) * scale;
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        let svd = Svd::new(matrix.as_view()).unwrap();
        for k in 0..5 {
            let formula = scale * (2.0 - 2.0 * ((k + 1) as f64 * PI / 6.0).cos());
            assert!((eigen.values()[k] - formula).abs() <= ROUNDING * scale);
            assert!((svd.values()[4 - k] - formula).abs() <= ROUNDING * scale);
        }
        // The sum of a row of the inverse of second differences, by formula: j (n + 1 - j) / 2.
        let sums = [2.5, 4.0, 4.5, 4.0, 2.5];
        let solutions = [
            Cholesky::new(matrix.as_view()).unwrap().solve(&[scale; 5]).unwrap(),
            Ldlt::new(matrix.as_view()).unwrap().solve(&[scale; 5]).unwrap(),
            eigen.solve(&[scale; 5]).unwrap(),
            svd.least_squares(&[scale; 5]).unwrap(),
        ];
        for solution in solutions {
            assert!(solution.iter().zip(sums).all(|(x, sum)| (x - sum).abs() <= ROUNDING), "{solution:?}");
        }
    }
}

#[test]
fn eigenvalues_beside_numbers_that_vanish() {
    // Beside 1e300 the other entries are nothing: the eigenvalues are ±1e300 and zero, within rounding.
    let matrix = dmatrix![
        -0.37, 0.0, 0.0, 0.0;
        -0.005, 0.26, 0.0, 0.0;
        5e-324, 0.093, -0.027, 0.0;
        0.0, 0.0, -1e300, 0.0
    ];
    let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
    for (value, expected) in eigen.values().iter().zip([-1e300, 0.0, 0.0, 1e300]) {
        assert!((value - expected).abs() <= ROUNDING * 1e300, "{value}");
    }
}

#[test]
fn a_sample_covariance_by_hand() {
    // Deviations (-0.02, 0, 0.02) and (0.01, -0.02, 0.01), divided by T - 1 = 2.
    let returns = Returns::new(dmatrix![-0.01, 0.03; 0.01, 0.00; 0.03, 0.03]).unwrap();
    assert!(returns.mean().iter().zip([0.01, 0.02]).all(|(mean, hand)| (mean - hand).abs() < 1e-17));
    let covariance = returns.covariance().unwrap();
    for (entry, hand) in covariance.as_slice().iter().zip([4e-4, 0.0, 0.0, 3e-4]) {
        assert!((entry - hand).abs() < 1e-18, "{entry}");
    }
    let same = Returns::new(dmatrix![0.02; 0.02; 0.02; 0.02]).unwrap().covariance().unwrap();
    assert_eq!(same, Covariance::new(dmatrix![0.0]).unwrap());
}

#[test]
fn products_by_hand() {
    let a = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    let mut gram = DMatrix::from_element(3, 3, f64::NAN);
    gram_into(2.0, a.as_view(), &mut gram).unwrap();
    assert_eq!(gram, dmatrix![34.0, 44.0, 54.0; 44.0, 58.0, 72.0; 54.0, 72.0, 90.0]);
    let mut product = dmatrix![1.0; -1.0];
    gemm_into(0.5, &a, &dmatrix![2.0; 0.0; 4.0], 3.0, &mut product).unwrap();
    assert_eq!(product, dmatrix![10.0; 13.0]);
    // With a beta of zero, what was there does not matter.
    let mut product = DMatrix::from_element(2, 1, f64::NAN);
    gemm_into(1.0, &a, &dmatrix![1.0; 0.0; 0.0], 0.0, &mut product).unwrap();
    assert_eq!(product, dmatrix![1.0; 4.0]);
    let mut vector = [f64::NAN, f64::INFINITY];
    gemv_into(-1.0, a.as_view(), &[1.0, 1.0, 1.0], 0.0, &mut vector).unwrap();
    assert_eq!(vector, [-6.0, -15.0]);
    gemv_into(1.0, a.as_view(), &[1.0, 0.0, 0.0], 2.0, &mut vector).unwrap();
    assert_eq!(vector, [-11.0, -26.0]);
}

#[test]
fn products_of_nothing() {
    let mut gram = DMatrix::from_element(2, 2, 7.0);
    gram_into(1.0, DMatrix::zeros(0, 2).as_view(), &mut gram).unwrap();
    assert_eq!(gram, DMatrix::zeros(2, 2));
    gram_into(1.0, DMatrix::zeros(3, 0).as_view(), &mut DMatrix::zeros(0, 0)).unwrap();
    let mut product = DMatrix::from_element(2, 3, 5.0);
    gemm_into(1.0, &DMatrix::zeros(2, 0), &DMatrix::zeros(0, 3), 2.0, &mut product).unwrap();
    assert_eq!(product, DMatrix::from_element(2, 3, 10.0));
    let mut vector = [3.0];
    gemv_into(1.0, DMatrix::zeros(1, 0).as_view(), &[], 1.0, &mut vector).unwrap();
    assert_eq!(vector, [3.0]);
}

#[test]
fn nothing_is_solved_by_an_empty_decomposition() {
    assert_eq!(Cholesky::default().log_determinant(), 0.0);
    assert_eq!(Cholesky::default().lower(), DMatrix::zeros(0, 0));
    assert_eq!(Cholesky::default().pivots().len(), 0);
    assert_eq!(Ldlt::default().negative_eigenvalues(), 0);
    assert_eq!((SymmetricEigen::default().size(), Svd::default().rank()), (0, 0));
    assert_eq!(SymmetricEigen::default().vectors().shape(), (0, 0));
    assert_eq!((Svd::default().left().shape(), Svd::default().right().shape()), ((0, 0), (0, 0)));
    assert_eq!(Cholesky::default().solve(&[]).unwrap(), [0.0; 0]);
    assert_eq!(Ldlt::default().solve(&[]).unwrap(), [0.0; 0]);
    assert_eq!(SymmetricEigen::default().solve(&[]).unwrap(), [0.0; 0]);
    assert_eq!(Svd::default().least_squares(&[]).unwrap(), [0.0; 0]);
}
