//! What holds of every product and decomposition, on random matrices around the sizes at which algorithms change.

use po_core::linalg::{Cholesky, Ldlt, Svd, SymmetricEigen, gemm_into, gemv_into, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView};
use proptest::prelude::*;

use crate::random::{Random, config};

/// Rounding of one sum of N products, in units of the numbers in it; the constants of the algorithms are below ten.
fn rounding(size: usize) -> f64 {
    10.0 * size as f64 * f64::EPSILON
}

/// Small sizes, and now and then one beyond a block of 16, of 64 or of 128 rows.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 1_usize..24, 1 => 60_usize..70, 1 => 125_usize..140]
}

fn symmetric(size: usize, seed: u64) -> DMatrix<f64> {
    let half = Random::new(seed).matrix(size, size);
    &half + half.transpose()
}

/// `A'A / T + I`, with eigenvalues from one to about four.
fn positive_definite(size: usize, seed: u64) -> DMatrix<f64> {
    let root = Random::new(seed).matrix(size + 3, size);
    root.transpose() * &root / (size + 3) as f64 + DMatrix::identity(size, size)
}

fn largest(matrix: &DMatrix<f64>) -> f64 {
    matrix.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

fn assert_orthonormal(vectors: DMatrixView<'_, f64>) {
    let error = vectors.transpose() * vectors - DMatrix::identity(vectors.ncols(), vectors.ncols());
    assert!(largest(&error) <= rounding(vectors.nrows()), "{:e}", largest(&error));
}

/// The largest residual of `A x = b` for each column.
fn residual(a: &DMatrix<f64>, x: &[f64], b: &[f64]) -> f64 {
    let cols = x.len() / a.ncols();
    let x = DMatrix::from_column_slice(a.ncols(), cols, x);
    largest(&(a * x - DMatrix::from_column_slice(a.nrows(), cols, b)))
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn cholesky_gives_back_the_matrix(size in size(), seed: u64) {
        let matrix = positive_definite(size, seed);
        let cholesky = Cholesky::new(matrix.as_view()).unwrap();
        let lower = cholesky.lower();
        prop_assert!(largest(&(&lower * lower.transpose() - &matrix)) <= rounding(size));
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        let sum: f64 = eigen.values().iter().map(|value| value.ln()).sum();
        prop_assert!((cholesky.log_determinant() - sum).abs() <= rounding(size) * size as f64);
    }

    #[test]
    fn an_inverse_is_one(size in size(), seed: u64) {
        let matrix = positive_definite(size, seed);
        let mut cholesky = Cholesky::new(matrix.as_view()).unwrap();
        let mut lower = DMatrix::from_element(size, size, 7.0);
        cholesky.inverse_lower_into(lower.as_mut_slice()).unwrap();
        let inverse = DMatrix::from_fn(size, size, |row, col| lower[(row.max(col), row.min(col))]);
        prop_assert!(largest(&(matrix * inverse - DMatrix::identity(size, size))) <= 10.0 * rounding(size));
        let above = (0..size).flat_map(|col| (0..col).map(move |row| (row, col)));
        prop_assert!(above.into_iter().all(|place| lower[place] == 7.0));
    }

    #[test]
    fn solutions_solve(size in size(), several in 0_usize..5, seed: u64) {
        let matrix = positive_definite(size, seed);
        let right = Random::new(!seed).normals(several * size);
        let tolerance = 10.0 * rounding(size);
        let cholesky = Cholesky::new(matrix.as_view()).unwrap();
        prop_assert!(residual(&matrix, &cholesky.solve(&right).unwrap(), &right) <= tolerance);
        let ldlt = Ldlt::new(matrix.as_view()).unwrap();
        prop_assert!(residual(&matrix, &ldlt.solve(&right).unwrap(), &right) <= tolerance);
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        prop_assert!(residual(&matrix, &eigen.solve(&right).unwrap(), &right) <= tolerance);
        let svd = Svd::new(matrix.as_view()).unwrap();
        prop_assert!(residual(&matrix, &svd.least_squares(&right).unwrap(), &right) <= tolerance);
    }

    #[test]
    fn indefinite_solutions_solve(size in size(), several in 1_usize..4, zeros: bool, seed: u64) {
        let mut matrix = symmetric(size + 1, seed);
        if zeros {
            matrix.fill_diagonal(0.0);
        }
        let right = Random::new(!seed).normals(several * (size + 1));
        let ldlt = Ldlt::new(matrix.as_view()).unwrap();
        let solution = ldlt.solve(&right).unwrap();
        // Backward stable: the residual is small beside the numbers that it is the difference of.
        let scale = largest(&matrix) * solution.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
        prop_assert!(residual(&matrix, &solution, &right) <= 10.0 * rounding(size + 1) * scale);
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        let negative = eigen.values().iter().filter(|value| **value < 0.0).count();
        prop_assert_eq!(ldlt.negative_eigenvalues(), negative);
    }

    #[test]
    fn eigenvectors_give_back_the_matrix(size in size(), seed: u64) {
        let matrix = symmetric(size, seed);
        let eigen = SymmetricEigen::new(matrix.as_view()).unwrap();
        prop_assert!(eigen.values().is_sorted());
        assert_orthonormal(eigen.vectors());
        let values = DMatrix::from_fn(size, size, |row, col| if row == col { eigen.values()[row] } else { 0.0 });
        let back = eigen.vectors() * values * eigen.vectors().transpose();
        prop_assert!(largest(&(back - &matrix)) <= rounding(size) * largest(&matrix));
    }

    #[test]
    fn singular_vectors_give_back_the_matrix(rows in size(), cols in size(), seed: u64) {
        let matrix = Random::new(seed).matrix(rows, cols);
        let svd = Svd::new(matrix.as_view()).unwrap();
        prop_assert!(svd.values().iter().rev().is_sorted() && svd.values().iter().all(|value| *value >= 0.0));
        assert_orthonormal(svd.left());
        assert_orthonormal(svd.right());
        let thin = rows.min(cols);
        let values = DMatrix::from_fn(thin, thin, |row, col| if row == col { svd.values()[row] } else { 0.0 });
        let back = svd.left() * values * svd.right().transpose();
        prop_assert!(largest(&(back - &matrix)) <= rounding(rows.max(cols)) * largest(&matrix));
    }

    #[test]
    fn least_squares_leave_a_residual_at_right_angles(rows in 1_usize..30, cols in 1_usize..30, seed: u64) {
        let matrix = Random::new(seed).matrix(rows, cols);
        let right = Random::new(!seed).normals(rows);
        let svd = Svd::new(matrix.as_view()).unwrap();
        let x = DMatrix::from_vec(cols, 1, svd.least_squares(&right).unwrap());
        let residual = &matrix * &x - DMatrix::from_vec(rows, 1, right);
        // Rounding is amplified by the condition number once, or twice where the residual is large.
        let condition = svd.values()[0] / svd.values()[svd.values().len() - 1];
        prop_assert!(largest(&(matrix.transpose() * residual)) <= rounding(rows + cols) * 10.0 * condition);
    }

    #[test]
    fn products_equal_the_plain_ones(
        (rows, inner, cols) in (0_usize..40, 0_usize..40, 0_usize..40),
        (alpha, beta) in (-2.0..2.0, -2.0..2.0),
        seed: u64,
    ) {
        let mut random = Random::new(seed);
        let (a, b, c) = (random.matrix(rows, inner), random.matrix(inner, cols), random.matrix(rows, cols));
        let tolerance = 10.0 * rounding(inner + 1);
        let mut found = c.clone();
        gemm_into(alpha, &a, &b, beta, &mut found).unwrap();
        prop_assert!(largest(&(found - (alpha * &a * &b + beta * &c))) <= tolerance);
        let (x, y) = (random.normals(inner), random.normals(rows));
        let mut found = y.clone();
        gemv_into(alpha, a.as_view(), &x, beta, &mut found).unwrap();
        let plain = alpha * &a * DMatrix::from_vec(inner, 1, x) + beta * DMatrix::from_vec(rows, 1, y);
        prop_assert!(largest(&(DMatrix::from_vec(rows, 1, found) - plain)) <= tolerance);
        let mut gram = DMatrix::zeros(inner, inner);
        gram_into(alpha, a.as_view(), &mut gram).unwrap();
        prop_assert!(largest(&(&gram - alpha * a.transpose() * &a)) <= 10.0 * rounding(rows + 1));
        prop_assert_eq!(&gram, &gram.transpose());
    }

    #[test]
    fn a_gram_matrix_follows_its_columns_bit_for_bit(rows in 1_usize..600, cols in 1_usize..20, seed: u64) {
        let mut random = Random::new(seed);
        let a = random.matrix(rows, cols);
        let order = random.permutation(cols);
        let kept = &order[..order.len().div_ceil(2)];
        let selected = DMatrix::from_fn(rows, kept.len(), |row, col| a[(row, kept[col])]);
        let (mut whole, mut part) = (DMatrix::zeros(cols, cols), DMatrix::zeros(kept.len(), kept.len()));
        gram_into(0.1, a.as_view(), &mut whole).unwrap();
        gram_into(0.1, selected.as_view(), &mut part).unwrap();
        let expected = DMatrix::from_fn(kept.len(), kept.len(), |row, col| whole[(kept[row], kept[col])]);
        prop_assert_eq!(part, expected);
    }

    #[test]
    fn memory_leaves_no_trace(first in size(), second in size(), several in 1_usize..3, seed: u64) {
        let (before, matrix) = (positive_definite(first, seed), positive_definite(second, !seed));
        let right = Random::new(seed).normals(several * second);
        let mut cholesky = Cholesky::new(before.as_view()).unwrap();
        cholesky.factor(matrix.as_view()).unwrap();
        let fresh = Cholesky::new(matrix.as_view()).unwrap();
        prop_assert_eq!(cholesky.lower(), fresh.lower());
        prop_assert_eq!(cholesky.solve(&right), fresh.solve(&right));
        let mut ldlt = Ldlt::new(before.as_view()).unwrap();
        ldlt.factor(matrix.as_view()).unwrap();
        prop_assert_eq!(ldlt.solve(&right), Ldlt::new(matrix.as_view()).unwrap().solve(&right));
        let mut eigen = SymmetricEigen::new(before.as_view()).unwrap();
        eigen.factor(matrix.as_view()).unwrap();
        let fresh = SymmetricEigen::new(matrix.as_view()).unwrap();
        prop_assert_eq!((eigen.values(), eigen.vectors()), (fresh.values(), fresh.vectors()));
        prop_assert_eq!(eigen.solve(&right), fresh.solve(&right));
        let mut svd = Svd::new(before.as_view()).unwrap();
        svd.factor(matrix.as_view()).unwrap();
        let fresh = Svd::new(matrix.as_view()).unwrap();
        prop_assert_eq!((svd.values(), svd.left(), svd.right()), (fresh.values(), fresh.left(), fresh.right()));
        prop_assert_eq!(svd.least_squares(&right), fresh.least_squares(&right));
    }

    #[test]
    fn columns_are_decomposed_as_the_matrix_is(size in size(), last in size(), seed: u64) {
        let matrix = positive_definite(size, seed);
        let fresh = Cholesky::new(matrix.as_view()).unwrap();
        let mut cholesky = Cholesky::new(positive_definite(last, !seed).as_view()).unwrap();
        cholesky.factor_columns(size, |col, below| below.copy_from_slice(&matrix.column(col).as_slice()[col..])).unwrap();
        prop_assert_eq!((cholesky.size(), cholesky.lower()), (size, fresh.lower()));
        prop_assert!(cholesky.pivots().eq(fresh.lower().diagonal().iter().copied()));
        let right = Random::new(seed).normals(size);
        prop_assert_eq!(cholesky.solve(&right), fresh.solve(&right));
    }

    #[test]
    fn only_the_lower_triangle_is_read(size in size(), seed: u64) {
        let matrix = positive_definite(size, seed);
        let mut torn = matrix.clone();
        torn.fill_upper_triangle(f64::NAN, 1);
        let right = Random::new(seed).normals(size);
        let solve = |matrix: &DMatrix<f64>| {
            let view = matrix.as_view();
            [
                Cholesky::new(view).unwrap().solve(&right).unwrap(),
                Ldlt::new(view).unwrap().solve(&right).unwrap(),
                SymmetricEigen::new(view).unwrap().solve(&right).unwrap(),
            ]
        };
        prop_assert_eq!(solve(&matrix), solve(&torn));
    }

    #[test]
    fn views_are_read_where_they_stand(size in 1_usize..20, seed: u64) {
        let whole = positive_definite(size + 5, seed);
        let part = whole.view((2, 2), (size, size));
        let copy = part.into_owned();
        let right = Random::new(seed).normals(size);
        prop_assert_eq!(
            Cholesky::new(part).unwrap().solve(&right),
            Cholesky::new(copy.as_view()).unwrap().solve(&right)
        );
        prop_assert_eq!(
            Svd::new(part).unwrap().least_squares(&right),
            Svd::new(copy.as_view()).unwrap().least_squares(&right)
        );
    }
}

#[test]
fn results_do_not_depend_on_the_thread() {
    let matrix = positive_definite(140, 1);
    let indefinite = symmetric(140, 2);
    let all = || {
        let mut gram = DMatrix::zeros(140, 140);
        gram_into(1.0, indefinite.as_view(), &mut gram).unwrap();
        let mut product = DMatrix::zeros(140, 140);
        gemm_into(1.0, &matrix, &indefinite, 0.0, &mut product).unwrap();
        let right = Random::new(3).normals(140);
        let solutions = [
            Cholesky::new(matrix.as_view()).unwrap().solve(&right).unwrap(),
            Ldlt::new(indefinite.as_view()).unwrap().solve(&right).unwrap(),
            SymmetricEigen::new(indefinite.as_view()).unwrap().solve(&right).unwrap(),
            Svd::new(indefinite.as_view()).unwrap().least_squares(&right).unwrap(),
        ];
        (gram, product, solutions)
    };
    let here = all();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(all)).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), here);
        }
    });
}
