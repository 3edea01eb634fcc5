//! Working memory; it grows to the largest problem seen and never shrinks.

use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::DMatrix;

use super::gerber::Bits;
use super::inversions::Inversions;
use super::subsets::Subsets;

/// Working memory of every estimator of a whole sample.
///
/// # Cost
/// For T observations of N assets, in numbers of eight bytes: T N for the centred returns and N² for their
/// products; N² to 6 N² more where eigenvectors are needed, T N more for ranks, and 3 T N more for
/// [`MinimumCovarianceDeterminant`](crate::MinimumCovarianceDeterminant).
#[derive(Clone, Debug, Default)]
pub struct BatchScratch {
    /// Returns less their means, weighted, ranked or cut as the estimator needs them: T x N.
    pub(super) centred: Vec<f64>,
    /// The mean of each asset.
    pub(super) mean: Vec<f64>,
    /// The matrix that is being estimated: N x N.
    pub(super) square: DMatrix<f64>,
    /// A second one.
    pub(super) other: DMatrix<f64>,
    /// A third one, for the nearest correlation.
    pub(super) third: DMatrix<f64>,
    /// Standard deviations, or what an asset's row of the shrinkage target is proportional to.
    pub(super) loadings: Vec<f64>,
    /// Weights of the observations, or what the linear shrinkage sums over the assets of each observation.
    pub(super) rows: [Vec<f64>; 3],
    /// Eigenvalues as they are being changed.
    pub(super) values: Vec<f64>,
    /// Spectral decomposition.
    pub(super) eigen: SymmetricEigen,
    /// Which returns are large, a bit each.
    pub(super) bits: Bits,
    /// The order of observations, and the memory of merge sort.
    pub(super) inversions: Inversions,
    /// Subsets of observations.
    pub(super) subsets: Subsets,
}

/// Gives a matrix another shape in the memory that it has; what it holds is then unspecified.
pub(super) fn shape(matrix: &mut DMatrix<f64>, rows: usize, cols: usize) {
    if matrix.shape() != (rows, cols) {
        let mut entries: Vec<f64> = std::mem::take(matrix).data.into();
        entries.resize(rows * cols, 0.0);
        *matrix = DMatrix::from_vec(rows, cols, entries);
    }
}
