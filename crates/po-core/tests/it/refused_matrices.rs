//! Matrices, factors and shapes that linear algebra refuses, each with its payload; and that nothing makes it panic.

use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen, gemm_into, gemv_into, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView, dmatrix};
use po_core::{InputError, Returns};
use proptest::prelude::*;

use crate::random::config;

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

fn not_finite(what: &'static str, row: usize, asset: usize, value: f64) -> InputError {
    InputError::NotFinite { what, row, asset, value }
}

fn length(what: &'static str, expected: usize, actual: usize) -> InputError {
    InputError::LengthMismatch { what, expected, actual }
}

/// What each decomposition of a symmetric matrix says.
fn symmetric_errors(matrix: DMatrixView<'_, f64>) -> [InputError; 3] {
    [
        Cholesky::new(matrix).unwrap_err(),
        Ldlt::new(matrix).unwrap_err(),
        SymmetricEigen::new(matrix).unwrap_err(),
    ]
}

#[test]
fn decompositions_refuse_what_is_no_matrix() {
    for error in symmetric_errors(DMatrix::zeros(0, 0).as_view()) {
        assert_eq!(error, InputError::Empty { what: "the matrix" });
    }
    assert_eq!(
        Svd::new(DMatrix::zeros(3, 0).as_view()).unwrap_err(),
        InputError::Empty { what: "the matrix" }
    );
    for error in symmetric_errors(DMatrix::zeros(2, 3).as_view()) {
        assert_eq!(error, InputError::NotSquare { rows: 2, cols: 3 });
    }
    for error in symmetric_errors(dmatrix![1.0, 0.0; INFINITY, 1.0].as_view()) {
        assert_eq!(error, not_finite("the matrix", 1, 0, INFINITY));
    }
    let error = Svd::new(dmatrix![1.0, 0.0, 2.0; 0.0, 1.0, -INFINITY].as_view()).unwrap_err();
    assert_eq!(error, not_finite("the matrix", 1, 2, -INFINITY));
    let error = Svd::new(dmatrix![1.0, NAN].as_view()).unwrap_err();
    assert!(matches!(error, InputError::NotFinite { row: 0, asset: 1, value, .. } if value.is_nan()));
}

#[test]
fn cholesky_names_the_pivot() {
    for pivot in [0, 1, 7, 15, 16, 40, 99] {
        let mut matrix = DMatrix::identity(100, 100);
        matrix[(pivot, pivot)] = -1.0;
        let mut cholesky = Cholesky::default();
        assert_eq!(cholesky.factor(matrix.as_view()), Err(InputError::NotPositiveDefinite { pivot }));
        matrix[(pivot, pivot)] = 0.0;
        assert_eq!(cholesky.factor(matrix.as_view()), Err(InputError::NotPositiveDefinite { pivot }));
    }
    // Singular by a combination of rows: the last pivot vanishes.
    let error = Cholesky::new(dmatrix![4.0, 2.0, 6.0; 2.0, 2.0, 4.0; 6.0, 4.0, 10.0].as_view()).unwrap_err();
    assert_eq!(error, InputError::NotPositiveDefinite { pivot: 2 });
}

#[test]
fn columns_are_refused_at_the_pivot_they_spoil() {
    let mut cholesky = Cholesky::default();
    let empty = InputError::Empty { what: "the matrix" };
    assert_eq!(cholesky.factor_columns(0, |_, _| {}), Err(empty));
    // The numbers are not looked at one by one: one that is not finite shows in the pivot of its row.
    for (row, col) in [(0, 0), (1, 1), (7, 2), (15, 15), (16, 3), (40, 40), (99, 0), (99, 99)] {
        for value in [NAN, INFINITY, -INFINITY] {
            let mut matrix = DMatrix::<f64>::identity(100, 100);
            matrix[(row, col)] = value;
            let fill =
                |col: usize, below: &mut [f64]| below.copy_from_slice(&matrix.column(col).as_slice()[col..]);
            let error = cholesky.factor_columns(100, fill).unwrap_err();
            assert_eq!(error, InputError::NotPositiveDefinite { pivot: row }, "({row}, {col}) is {value}");
            assert_eq!((cholesky.size(), cholesky.pivots().len()), (0, 0));
            assert_eq!(cholesky.solve(&[1.0]), Err(length("the right-hand side", 0, 1)));
        }
    }
    for value in [0.0, -1.0] {
        let error = cholesky.factor_columns(1, |_, below| below.fill(value)).unwrap_err();
        assert_eq!(error, InputError::NotPositiveDefinite { pivot: 0 });
    }
}

#[test]
fn ldlt_names_the_pivot() {
    for pivot in [0, 1, 15, 16, 40, 99] {
        let mut matrix = DMatrix::identity(100, 100);
        matrix[(pivot, pivot)] = 0.0;
        assert_eq!(Ldlt::new(matrix.as_view()).unwrap_err(), InputError::Singular { pivot });
    }
    assert_eq!(Ldlt::new(DMatrix::zeros(3, 3).as_view()).unwrap_err(), InputError::Singular { pivot: 0 });
    let equal = DMatrix::from_element(2, 2, 1.0);
    assert_eq!(Ldlt::new(equal.as_view()).unwrap_err(), InputError::Singular { pivot: 1 });
}

#[test]
fn eigenvalues_of_zero_divide_nothing() {
    let eigen = SymmetricEigen::new(dmatrix![1.0, 1.0; 1.0, 1.0].as_view()).unwrap();
    assert_eq!(eigen.solve(&[1.0, 2.0]), Err(InputError::Singular { pivot: 0 }));
    let eigen = SymmetricEigen::new(dmatrix![-1.0, 1.0; 1.0, -1.0].as_view()).unwrap();
    assert_eq!(eigen.solve(&[1.0, 2.0]), Err(InputError::Singular { pivot: 1 }));
}

#[test]
fn a_decomposition_that_failed_is_empty() {
    let good = dmatrix![2.0, 1.0; 1.0, 2.0];
    let bad = dmatrix![NAN, 0.0; 0.0, 1.0];
    let mut cholesky = Cholesky::new(good.as_view()).unwrap();
    assert!(cholesky.factor(bad.as_view()).is_err());
    assert_eq!(cholesky.solve(&[1.0, 1.0]), Err(length("the right-hand side", 0, 2)));
    let mut ldlt = Ldlt::new(good.as_view()).unwrap();
    assert!(ldlt.factor(bad.as_view()).is_err());
    assert_eq!(ldlt.solve(&[1.0, 1.0]), Err(length("the right-hand side", 0, 2)));
    let mut eigen = SymmetricEigen::new(good.as_view()).unwrap();
    assert!(eigen.factor(bad.as_view()).is_err());
    assert_eq!((eigen.size(), eigen.values(), eigen.vectors().shape()), (0, [].as_slice(), (0, 0)));
    let mut svd = Svd::new(good.as_view()).unwrap();
    assert!(svd.factor(bad.as_view()).is_err());
    assert_eq!((svd.shape(), svd.values(), svd.left().shape()), ((0, 0), [].as_slice(), (0, 0)));
}

#[test]
fn systems_must_fit() {
    let matrix = dmatrix![2.0, 1.0; 1.0, 2.0];
    let (cholesky, ldlt) = (Cholesky::new(matrix.as_view()).unwrap(), Ldlt::new(matrix.as_view()).unwrap());
    let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
    let svd = Svd::new(dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0].as_view()).unwrap();
    for (right, solution, expected) in [
        (&[1.0, 2.0, 3.0][..], 3, length("the right-hand side", 2, 3)),
        (&[1.0], 1, length("the right-hand side", 2, 1)),
        (&[1.0; 7], 7, length("the right-hand side", 6, 7)),
        (&[1.0; 4], 2, length("the solution", 4, 2)),
        (&[], 2, length("the solution", 0, 2)),
        (&[0.0, 1.0, 2.0, INFINITY], 4, not_finite("the right-hand side", 1, 1, INFINITY)),
    ] {
        let mut solution = vec![0.0; solution];
        assert_eq!(cholesky.solve_into(right, &mut solution).unwrap_err(), expected);
        assert_eq!(ldlt.solve_into(right, &mut solution).unwrap_err(), expected);
        assert_eq!(eigen.solve_into(right, &mut solution).unwrap_err(), expected);
    }
    let mut cholesky = cholesky;
    assert_eq!(cholesky.inverse_lower_into(&mut [0.0; 3]).unwrap_err(), length("the inverse", 4, 3));
    assert_eq!(svd.least_squares(&[1.0, 2.0, 3.0]).unwrap_err(), length("the right-hand side", 2, 3));
    let error = svd.least_squares_into(&[1.0, 2.0], &mut [0.0; 2]).unwrap_err();
    assert_eq!(error, length("the solution", 3, 2));
    assert_eq!(
        svd.least_squares(&[1.0, INFINITY]).unwrap_err(),
        not_finite("the right-hand side", 1, 0, INFINITY)
    );
}

#[test]
fn gram_refuses() {
    let a = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
    let gram = |factor: f64, a: &DMatrix<f64>, rows: usize, cols: usize| {
        gram_into(factor, a.as_view(), &mut DMatrix::zeros(rows, cols)).unwrap_err()
    };
    assert_eq!(gram(1.0, &a, 3, 2), length("a column of the product", 2, 3));
    assert_eq!(gram(1.0, &a, 2, 1), length("a row of the product", 2, 1));
    let expected = "a finite number";
    assert_eq!(
        gram(INFINITY, &a, 2, 2),
        InputError::OutOfRange { name: "the factor", value: INFINITY, expected }
    );
    assert_eq!(gram(1.0, &dmatrix![1.0, 2.0; 3.0, INFINITY], 2, 2), not_finite("the matrix", 1, 1, INFINITY));
    assert_eq!(gram(0.0, &dmatrix![1.0, -INFINITY], 2, 2), not_finite("the matrix", 0, 1, -INFINITY));
    assert_eq!(gram(1.0, &dmatrix![1.0, 1e200], 2, 2), not_finite("the product", 1, 1, INFINITY));
}

#[test]
fn gemm_refuses() {
    let (a, b) = (dmatrix![1.0, 2.0; 3.0, 4.0], dmatrix![1.0; 2.0]);
    let gemm = |alpha: f64, a: &DMatrix<f64>, b: &DMatrix<f64>, beta: f64, c: DMatrix<f64>| {
        let mut c = c;
        gemm_into(alpha, a, b, beta, &mut c).unwrap_err()
    };
    let c = DMatrix::zeros(2, 1);
    let out = |name, value| InputError::OutOfRange { name, value, expected: "a finite number" };
    assert_eq!(gemm(INFINITY, &a, &b, 0.0, c.clone()), out("alpha", INFINITY));
    assert_eq!(gemm(1.0, &a, &b, -INFINITY, c.clone()), out("beta", -INFINITY));
    assert_eq!(gemm(1.0, &b, &a, 0.0, c.clone()), length("a row of A", 2, 1));
    assert_eq!(gemm(1.0, &a, &b, 0.0, DMatrix::zeros(1, 1)), length("a column of the product", 2, 1));
    assert_eq!(gemm(1.0, &a, &b, 0.0, DMatrix::zeros(2, 2)), length("a row of the product", 1, 2));
    let infinite = dmatrix![1.0, INFINITY; 3.0, 4.0];
    assert_eq!(gemm(1.0, &infinite, &b, 0.0, c.clone()), not_finite("the matrix A", 0, 1, INFINITY));
    assert_eq!(
        gemm(1.0, &a, &dmatrix![1.0; INFINITY], 0.0, c.clone()),
        not_finite("the matrix B", 1, 0, INFINITY)
    );
    assert_eq!(gemm(1e308, &a, &b, 0.0, c.clone()), not_finite("the product", 0, 0, INFINITY));
    let held = dmatrix![INFINITY; 0.0];
    assert_eq!(gemm(1.0, &a, &b, 1.0, held), not_finite("the product", 0, 0, INFINITY));
}

#[test]
fn gemv_refuses() {
    let a = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
    let gemv = |alpha: f64, a: &DMatrix<f64>, x: &[f64], beta: f64, rows: usize| {
        gemv_into(alpha, a.as_view(), x, beta, &mut vec![0.0; rows]).unwrap_err()
    };
    let out = |name, value| InputError::OutOfRange { name, value, expected: "a finite number" };
    assert_eq!(gemv(-INFINITY, &a, &[1.0, 1.0], 0.0, 3), out("alpha", -INFINITY));
    assert_eq!(gemv(1.0, &a, &[1.0, 1.0], INFINITY, 3), out("beta", INFINITY));
    assert_eq!(gemv(1.0, &a, &[1.0], 0.0, 3), length("the vector", 2, 1));
    assert_eq!(gemv(1.0, &a, &[1.0, 1.0], 0.0, 2), length("the product", 3, 2));
    let infinite = dmatrix![1.0, 2.0; 3.0, 4.0; INFINITY, 6.0];
    assert_eq!(gemv(1.0, &infinite, &[0.0, 0.0], 0.0, 3), not_finite("the matrix", 2, 0, INFINITY));
    assert_eq!(gemv(1.0, &a, &[1.0, INFINITY], 0.0, 3), not_finite("the vector", 1, 0, INFINITY));
    assert_eq!(gemv(1e308, &a, &[1.0, 1.0], 0.0, 3), not_finite("the product", 0, 0, INFINITY));
}

#[test]
fn a_sample_covariance_refuses() {
    let what = "the observations for a sample covariance";
    let error = Returns::new(dmatrix![0.1, 0.2]).unwrap().covariance().unwrap_err();
    assert_eq!(error, InputError::TooFewObservations { what, observations: 1, required: 2 });
    assert_eq!(Returns::new(dmatrix![0.1, 0.2]).unwrap().moments().unwrap_err(), error);
    let error = Returns::new(dmatrix![0.0, 1e200; 0.0, -1e200]).unwrap().covariance().unwrap_err();
    assert_eq!(error, not_finite("the product", 1, 1, INFINITY));
}

/// Numbers of every kind, the extreme ones often.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1.0..1.0,
        2 => prop::sample::select(vec![0.0, -0.0, 5e-324, 1e-310, -1e-200, 1e-160, 1e160, -1e300, f64::MAX, f64::MIN]),
        1 => any::<f64>(),
    ]
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn no_number_makes_linear_algebra_panic(
        (size, numbers) in (1_usize..24).prop_flat_map(|size| {
            (Just(size), prop::collection::vec(number(), size * size))
        }),
        finite: bool,
    ) {
        let of = |value: f64| if finite && !value.is_finite() { 1.0 } else { value };
        let matrix = DMatrix::from_iterator(size, size, numbers.into_iter().map(of));
        let view = matrix.as_view();
        let right = vec![1.0; size];
        if let Ok(cholesky) = Cholesky::new(view) {
            prop_assert!(cholesky.log_determinant().is_finite());
            let _ = cholesky.solve(&right).unwrap();
        }
        let mut written = Cholesky::default();
        let fill = |col: usize, below: &mut [f64]| below.copy_from_slice(&matrix.column(col).as_slice()[col..]);
        if written.factor_columns(size, fill).is_ok() {
            prop_assert!(written.lower().iter().all(|entry| entry.is_finite()));
            let _ = written.solve(&right).unwrap();
        }
        if let Ok(ldlt) = Ldlt::new(view) {
            prop_assert!(ldlt.negative_eigenvalues() <= size);
            let _ = ldlt.solve(&right).unwrap();
        }
        if let Ok(eigen) = SymmetricEigen::new(view) {
            prop_assert!(eigen.vectors().iter().all(|entry| entry.is_finite()));
            let _ = eigen.solve(&right);
        }
        if let Ok(svd) = Svd::new(view) {
            prop_assert!(svd.left().iter().chain(&svd.right()).all(|entry| entry.is_finite()));
            let _ = svd.least_squares(&right).unwrap();
        }
        let mut product = DMatrix::zeros(size, size);
        let _ = gram_into(1.0, view, &mut product);
        let _ = gemm_into(1.0, &matrix, &matrix, 0.5, &mut product);
        let mut vector = vec![0.0; size];
        let _ = gemv_into(1.0, view, &right, 0.5, &mut vector);
    }
}
