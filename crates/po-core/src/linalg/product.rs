//! Products of matrices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{DMatrix, DMatrixView};

use super::input::check_finite;
use crate::{InputError, simd};

/// `factor A'A`, exactly symmetric.
///
/// Each entry depends on its two columns alone: the product of a selection or of another order of the columns holds
/// the same bits.
///
/// # Shapes and units
/// A is T x N, `gram` is N x N.
///
/// # Errors
/// [`InputError::LengthMismatch`] unless `gram` is N x N; [`InputError::OutOfRange`] for a factor that is not finite;
/// [`InputError::NotFinite`] for a number in A, or in the product when it overflows. `gram` is then unspecified.
///
/// # Cost
/// T N²/2 multiplications.
///
/// # Examples
/// ```
/// use po_core::{linalg::gram_into, nalgebra::DMatrix};
///
/// let mut gram = DMatrix::zeros(2, 2);
/// gram_into(0.5, DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]).as_view(), &mut gram)?;
/// assert_eq!(gram, DMatrix::from_row_slice(2, 2, &[5.0, 7.0, 7.0, 10.0]));
/// # Ok::<(), po_core::InputError>(())
/// ```
pub fn gram_into(factor: f64, a: DMatrixView<'_, f64>, gram: &mut DMatrix<f64>) -> Result<(), InputError> {
    check_factor("the factor", factor)?;
    check_shape(gram.shape(), (a.ncols(), a.ncols()))?;
    simd::lower_gram(a, gram);
    gram.as_mut_slice().iter_mut().for_each(|entry| *entry *= factor);
    gram.fill_upper_triangle_with_lower_triangle();
    // No entry of A'A is larger than the larger of its two diagonal entries.
    let mut diagonal = gram.iter().step_by(gram.nrows() + 1);
    if diagonal.all(|entry| entry.is_finite()) {
        return Ok(());
    }
    check_view("the matrix", a)?;
    check_finite("the product", gram.nrows(), gram.as_slice())
}

/// `c = alpha A B + beta C`.
///
/// A and B are whole matrices, because they are read where they stand and without gaps.
///
/// # Shapes and units
/// A is M x K, B is K x N, C is M x N. With a beta of zero, what C held does not matter.
///
/// # Errors
/// [`InputError::LengthMismatch`] when the shapes do not fit; [`InputError::OutOfRange`] for a factor that is not
/// finite; [`InputError::NotFinite`] for a number in A or B, or in the product when it overflows. C is then
/// unspecified.
///
/// # Cost
/// M K N multiplications. The first product on a thread may allocate 4 MiB, which the thread keeps.
///
/// # Examples
/// ```
/// use po_core::{linalg::gemm_into, nalgebra::DMatrix};
///
/// let mut c = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 1.0]);
/// gemm_into(2.0, &DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]), &DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 1.0, 0.0]), -1.0, &mut c)?;
/// assert_eq!(c, DMatrix::from_row_slice(2, 2, &[3.0, 1.0, 7.0, 5.0]));
/// # Ok::<(), po_core::InputError>(())
/// ```
pub fn gemm_into(
    alpha: f64,
    a: &DMatrix<f64>,
    b: &DMatrix<f64>,
    beta: f64,
    c: &mut DMatrix<f64>,
) -> Result<(), InputError> {
    check_factor("alpha", alpha)?;
    check_factor("beta", beta)?;
    check_length("a row of A", b.nrows(), a.ncols())?;
    check_shape(c.shape(), (a.nrows(), b.ncols()))?;
    scale(beta, c.as_mut_slice());
    let (rows, cols) = c.shape();
    matmul(
        MatMut::from_column_major_slice_mut(c.as_mut_slice(), rows, cols),
        Accum::Add,
        MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols()),
        MatRef::from_column_major_slice(b.as_slice(), b.nrows(), b.ncols()),
        alpha,
        Par::Seq,
    );
    check_finite("the product", rows, c.as_slice()).or_else(|overflow| {
        check_view("the matrix A", a.as_view())?;
        check_view("the matrix B", b.as_view())?;
        Err(overflow)
    })
}

/// `y = alpha A x + beta y`.
///
/// # Shapes and units
/// A is M x N, x has N numbers, y has M. With a beta of zero, what y held does not matter.
///
/// # Errors
/// [`InputError::LengthMismatch`] when the shapes do not fit; [`InputError::OutOfRange`] for a factor that is not
/// finite; [`InputError::NotFinite`] for a number in A or x, or in the product when it overflows. y is then
/// unspecified.
///
/// # Cost
/// M N multiplications.
///
/// # Examples
/// ```
/// use po_core::{linalg::gemv_into, nalgebra::DMatrix};
///
/// let mut y = [1.0, 1.0];
/// gemv_into(2.0, DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]).as_view(), &[1.0, 1.0], -1.0, &mut y)?;
/// assert_eq!(y, [5.0, 13.0]);
/// # Ok::<(), po_core::InputError>(())
/// ```
pub fn gemv_into(
    alpha: f64,
    a: DMatrixView<'_, f64>,
    x: &[f64],
    beta: f64,
    y: &mut [f64],
) -> Result<(), InputError> {
    check_factor("alpha", alpha)?;
    check_factor("beta", beta)?;
    check_length("the vector", a.ncols(), x.len())?;
    check_length("the product", a.nrows(), y.len())?;
    scale(beta, y);
    simd::add_product(alpha, a, x, y);
    check_finite("the product", a.nrows(), y).or_else(|overflow| {
        check_view("the matrix", a)?;
        check_finite("the vector", x.len(), x)?;
        Err(overflow)
    })
}

/// Zero times anything is zero here, so that a result may be written over numbers that were never set.
fn scale(beta: f64, values: &mut [f64]) {
    if beta == 0.0 {
        values.fill(0.0);
    } else {
        values.iter_mut().for_each(|value| *value *= beta);
    }
}

fn check_factor(name: &'static str, value: f64) -> Result<(), InputError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(InputError::OutOfRange { name, value, expected: "a finite number" })
    }
}

fn check_shape((rows, cols): (usize, usize), expected: (usize, usize)) -> Result<(), InputError> {
    check_length("a column of the product", expected.0, rows)?;
    check_length("a row of the product", expected.1, cols)
}

fn check_length(what: &'static str, expected: usize, actual: usize) -> Result<(), InputError> {
    if actual == expected { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
}

fn check_view(what: &'static str, matrix: DMatrixView<'_, f64>) -> Result<(), InputError> {
    let place = matrix.iter().position(|value| !value.is_finite());
    match place.map(|place| (place % matrix.nrows(), place / matrix.nrows())) {
        Some((row, asset)) => Err(InputError::NotFinite { what, row, asset, value: matrix[(row, asset)] }),
        None => Ok(()),
    }
}
