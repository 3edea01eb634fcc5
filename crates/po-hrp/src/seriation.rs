//! Spectral seriation: an order of the assets without a tree.

use po_core::linalg::SymmetricEigen;
use po_core::nalgebra::DMatrixView;
use po_core::simd::axpy;
use po_core::{Covariance, InputError};

use crate::distance::{Square, inverse_deviations, squared_distances};
use crate::{Error, Metric};

/// Eigenvalues and coordinates that differ by less, relative to the largest and for each asset, are the same.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// Working memory of [`spectral_order_into`].
///
/// # Cost
/// For N assets about 4 N² numbers of eight bytes.
#[derive(Clone, Debug, Default)]
pub struct SeriationScratch {
    /// `1 / σ_i`.
    inverse: Vec<f64>,
    /// Squared distances, and a matrix that only another metric would fill.
    squares: Square,
    unused: Square,
    line: LineScratch,
}

/// Working memory of the way from squared distances to an order.
///
/// # Cost
/// For N assets some 3 N² numbers of eight bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineScratch {
    /// The Laplacian.
    laplacian: Vec<f64>,
    eigen: SymmetricEigen,
    /// The place of each asset on the line.
    coordinates: Vec<f64>,
}

/// The order in which assets follow each other on the line that keeps similar assets near.
///
/// ```text
/// minimise  Σ_ij s_ij (x_i - x_j)²    over    Σ x_i = 0, Σ x_i² = 1,    s_ij = (1 + ρ_ij) / 2
/// ```
///
/// The solution x is the Fiedler vector, that of the second smallest eigenvalue of the Laplacian of the similarities;
/// assets are sorted by it. Of the two directions, the one in which the asset farthest from the middle comes towards
/// the end; assets at the same place are in the order of their indices.
/// Where the eigenvalue is a multiple one, x is what its eigenspace shows of the asset that stands out most in it.
///
/// # Errors
/// [`InputError::Empty`] for no asset, [`InputError::ZeroVariance`], [`InputError::AssetOutOfRange`] and
/// [`InputError::CorrelationOutOfRange`] as [`Hrp`](crate::Hrp).
///
/// # Cost
/// About 9 N³ multiplications, for all eigenvectors.
///
/// # Examples
/// ```
/// use po_core::Covariance;
/// use po_hrp::spectral_order;
///
/// // Assets 0, 2, 1, 3 stand on a line: correlations of 0.5 with the next, 0.25 with the one after it, and so on.
/// let covariance = Covariance::from_column_slice(4, &[
///     1.0,   0.25, 0.5,  0.125,
///     0.25,  1.0,  0.5,  0.5,
///     0.5,   0.5,  1.0,  0.25,
///     0.125, 0.5,  0.25, 1.0,
/// ])?;
/// assert_eq!(spectral_order(&covariance)?, [3, 1, 2, 0]);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Barnard, Pothen, Simon (1995); Atkins, Boman, Hendrickson (1998), who prove that it finds the order of every matrix
/// that some order makes fall away from its diagonal.
pub fn spectral_order(covariance: &Covariance) -> Result<Vec<usize>, Error> {
    let mut order = Vec::new();
    spectral_order_into(covariance, &mut SeriationScratch::default(), &mut order)?;
    Ok(order)
}

/// The spectral order, with kept memory.
///
/// # Errors
/// As [`spectral_order`].
pub fn spectral_order_into(
    covariance: &Covariance,
    scratch: &mut SeriationScratch,
    order: &mut Vec<usize>,
) -> Result<(), Error> {
    let assets = covariance.len();
    if assets == 0 {
        return Err(InputError::Empty { what: "the covariance" }.into());
    }
    let SeriationScratch { inverse, squares, unused, line } = scratch;
    inverse_deviations(covariance, inverse)?;
    squared_distances(Metric::Correlation, covariance, inverse, squares, unused)?;
    seriate(squares, line, order)?;
    tracing::debug!(assets, "seriated");
    Ok(())
}

/// Writes the order of the assets that are so far from each other.
pub(crate) fn seriate(
    squares: &Square,
    scratch: &mut LineScratch,
    order: &mut Vec<usize>,
) -> Result<(), InputError> {
    let assets = squares.len();
    let LineScratch { laplacian, eigen, coordinates } = scratch;
    laplacian_into(squares, laplacian);
    eigen.factor(DMatrixView::from_slice(laplacian, assets, assets))?;
    coordinates_into(eigen, coordinates);
    order.clear();
    order.extend(0..assets);
    order.sort_unstable_by(|&a, &b| coordinates[a].total_cmp(&coordinates[b]).then(a.cmp(&b)));
    let rounding = ROUNDING * assets as f64;
    order
        .chunk_by_mut(|&a, &b| coordinates[b] - coordinates[a] <= rounding)
        .for_each(<[usize]>::sort_unstable);
    Ok(())
}

/// The Laplacian of the squared distances: its largest eigenvalue has the Fiedler vector of the similarities
/// `1 - d_ij²`, because both Laplacians add up to a multiple of the identity beside the constant vector.
fn laplacian_into(squares: &Square, laplacian: &mut Vec<f64>) {
    let assets = squares.len();
    laplacian.clear();
    for asset in 0..assets {
        let row = &squares.row(asset)[..assets];
        laplacian.extend(row.iter().map(|square| -square));
        laplacian[asset * (assets + 1)] = row.iter().sum();
    }
}

/// The eigenspace of the largest eigenvalue, seen from the asset that stands out most in it.
fn coordinates_into(eigen: &SymmetricEigen, coordinates: &mut Vec<f64>) {
    let (assets, values) = (eigen.size(), eigen.values());
    let rounding = ROUNDING * assets as f64;
    let largest = values[assets - 1];
    let first = values.partition_point(|value| largest - value > rounding * largest.abs());
    let vectors = eigen.vectors();
    coordinates.clear();
    coordinates.resize(assets, 0.0);
    for index in first..assets {
        let vector = vectors.column(index);
        coordinates.iter_mut().zip(vector.iter()).for_each(|(sum, entry)| *sum += entry * entry);
    }
    let most = coordinates.iter().copied().fold(0.0, f64::max);
    // Of those that stand out alike, the first one.
    let anchor = coordinates.iter().position(|&share| most - share <= rounding).unwrap_or_default();
    coordinates.fill(0.0);
    for index in first..assets {
        let vector = vectors.column(index);
        axpy(vector[anchor], vector.data.into_slice(), coordinates);
    }
}
