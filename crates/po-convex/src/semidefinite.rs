//! Covariances that are not positive semidefinite: found, refused or repaired.

use std::borrow::Cow;

use po_core::linalg::{Cholesky, SymmetricEigen, gemm_into};
use po_core::nalgebra::DMatrix;
use po_core::{Correlation, Covariance, InputError};

use crate::nearest::nearest;

/// Eigenvalues this far below zero are rounding, on the scale of a correlation.
const ROUNDING: f64 = 1e-10;

/// What to do with a covariance that is not positive semidefinite.
///
/// Such a matrix gives some portfolio a variance below zero. It comes from pairs of assets that were estimated over
/// different days, from numbers that were rounded, or from views put in by hand; more days than assets are no
/// protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Semidefinite {
    /// Refuse it.
    #[default]
    Refuse,
    /// Take it as it is, without a look: for matrices that are sound by construction.
    Trust,
    /// Put the nearest sound matrix in its place, as [`nearest_positive_semidefinite`] does.
    Nearest,
    /// Lift the eigenvalues below zero, as [`clip_eigenvalues`] does with a floor of zero.
    Clip,
}

impl Semidefinite {
    /// Each of them.
    pub const ALL: &[Self] = &[Self::Refuse, Self::Trust, Self::Nearest, Self::Clip];

    /// The covariance to use: the one given wherever it is sound.
    ///
    /// # Errors
    /// [`InputError::NotPositiveSemidefinite`] from [`Semidefinite::Refuse`]; else as the repair.
    ///
    /// # Cost
    /// N³/3 multiplications for a covariance that is sound, none for [`Semidefinite::Trust`].
    ///
    /// # Examples
    /// ```
    /// use po_convex::Semidefinite;
    /// use po_core::Covariance;
    ///
    /// let covariance = Covariance::from_column_slice(2, &[0.01, 0.03, 0.03, 0.04])?;
    /// assert!(Semidefinite::Refuse.apply(&covariance).is_err());
    /// assert_eq!(Semidefinite::Trust.apply(&covariance)?.as_ref(), &covariance);
    /// // A correlation of 1.5 becomes one of 1.
    /// let repaired = Semidefinite::Nearest.apply(&covariance)?;
    /// assert!((repaired.as_slice()[1] - 0.02).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn apply(self, covariance: &Covariance) -> Result<Cow<'_, Covariance>, InputError> {
        if self == Self::Trust {
            return Ok(Cow::Borrowed(covariance));
        }
        match (check_positive_semidefinite(covariance), self) {
            (Ok(()), _) => Ok(Cow::Borrowed(covariance)),
            (Err(error), Self::Refuse | Self::Trust) => Err(error),
            (Err(_), Self::Nearest) => nearest_positive_semidefinite(covariance).map(Cow::Owned),
            (Err(_), Self::Clip) => clip_eigenvalues(covariance, 0.0).map(Cow::Owned),
        }
    }
}

/// Refuses a covariance that is not positive semidefinite, rounding apart.
///
/// Rounding is judged on the scale of the correlation, where it does not matter what the assets are measured in: an
/// eigenvalue of -1e-10 passes.
///
/// # Errors
/// [`InputError::NotPositiveSemidefinite`] with the smallest eigenvalue of the covariance.
///
/// # Cost
/// N³/3 multiplications; for a matrix that is refused, or nearly, about 20 N³.
///
/// # Examples
/// ```
/// use po_convex::check_positive_semidefinite;
/// use po_core::{Covariance, InputError};
///
/// // Two assets that move as one are no mistake.
/// check_positive_semidefinite(&Covariance::from_column_slice(2, &[0.04, 0.02, 0.02, 0.01])?)?;
/// let error = check_positive_semidefinite(&Covariance::from_column_slice(2, &[1.0, 2.0, 2.0, 1.0])?).unwrap_err();
/// assert!(matches!(error, InputError::NotPositiveSemidefinite { eigenvalue } if (eigenvalue + 1.0).abs() < 1e-15));
/// # Ok::<(), InputError>(())
/// ```
///
/// # Source
/// A Cholesky decomposition of the correlation plus 1e-10 is the test, as in Higham, Computing a nearest symmetric
/// positive semidefinite matrix (1988); eigenvalues are computed only where it fails.
pub fn check_positive_semidefinite(covariance: &Covariance) -> Result<(), InputError> {
    let (size, scales) = (covariance.len(), scales(covariance));
    let decomposed = Cholesky::default().factor_columns(size, |col, below| {
        for ((row, below), entry) in (col..).zip(below.iter_mut()).zip(&covariance.column(col)[col..]) {
            *below = entry / scales[row] / scales[col] + if row == col { ROUNDING } else { 0.0 };
        }
    });
    if decomposed.is_ok() {
        return Ok(());
    }
    let scaled = SymmetricEigen::new(scaled(covariance, &scales).as_view())?;
    let refused = InputError::NotPositiveSemidefinite { eigenvalue: smallest_eigenvalue(covariance)? };
    if scaled.values().iter().all(|value| *value >= -ROUNDING) { Ok(()) } else { Err(refused) }
}

/// The smallest eigenvalue: below zero for a matrix that is not positive semidefinite, though rounding may also put
/// it a little below.
///
/// # Errors
/// [`InputError::NotConverged`] if an eigenvalue is not found, of which no case is known.
///
/// # Cost
/// About 9 N³ multiplications.
///
/// # Examples
/// ```
/// use po_convex::smallest_eigenvalue;
/// use po_core::Covariance;
///
/// let covariance = Covariance::from_column_slice(2, &[0.02, 0.01, 0.01, 0.02])?;
/// assert!((smallest_eigenvalue(&covariance)? - 0.01).abs() < 1e-16);
/// # Ok::<(), po_core::InputError>(())
/// ```
pub fn smallest_eigenvalue(covariance: &Covariance) -> Result<f64, InputError> {
    let eigen = SymmetricEigen::new(covariance.as_view())?;
    // A covariance is never empty.
    Ok(eigen.values().first().copied().unwrap_or(0.0))
}

/// The correlation nearest to a symmetric matrix.
///
/// ```text
/// minimise |X - A|_F  subject to  diag X = 1,  every eigenvalue of X >= floor
/// ```
///
/// # Shapes and units
/// A has N * N entries, column by column (or row by row: it is symmetric), and any diagonal that is not negative.
///
/// # Errors
/// [`InputError::OutOfRange`] unless the floor is in [0, 1); [`InputError::NotConverged`]; else as
/// [`Covariance::from_column_slice`].
///
/// # Cost
/// About ten eigendecompositions of 9 N³ multiplications, and twice as much for the steps between them.
///
/// # Examples
/// ```
/// use po_convex::nearest_correlation;
///
/// let nearest = nearest_correlation(3, &[1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0], 0.0)?;
/// assert!((nearest.as_slice()[1] - 0.7606898534022838).abs() < 1e-12);
/// assert!((nearest.as_slice()[2] - 0.157298106138376).abs() < 1e-12);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// The problem is that of Higham, Computing the nearest correlation matrix (2002). He alternates
/// projections, which takes hundreds of eigendecompositions; here Newton's method on the dual finds the same matrix
/// (Qi and Sun, A quadratically convergent Newton method for computing the nearest correlation matrix, 2006).
pub fn nearest_correlation(assets: usize, entries: &[f64], floor: f64) -> Result<Correlation, InputError> {
    check_floor(floor)?;
    let matrix = Covariance::from_column_slice(assets, entries)?;
    Correlation::new(nearest(matrix.into_inner(), floor)?)
}

/// The covariance with the variances given and the nearest correlation: see [`nearest_correlation`].
///
/// An asset without variance has no correlation; its covariances become zero.
///
/// # Errors
/// [`InputError::NotConverged`].
///
/// # Cost
/// As [`nearest_correlation`].
///
/// # Examples
/// ```
/// use po_convex::nearest_positive_semidefinite;
/// use po_core::Covariance;
///
/// let covariance = Covariance::from_column_slice(2, &[0.01, -0.03, -0.03, 0.04])?;
/// let nearest = nearest_positive_semidefinite(&covariance)?;
/// assert!((nearest.as_slice()[1] + 0.02).abs() < 1e-15);
/// assert_eq!(nearest.volatilities(), covariance.volatilities());
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Higham (2002) in his W-norm, with the inverse variances for W, so that the answer does not depend on the units.
pub fn nearest_positive_semidefinite(covariance: &Covariance) -> Result<Covariance, InputError> {
    let mut matrix = scaled(covariance, &scales(covariance));
    for asset in (0..covariance.len()).filter(|&asset| covariance.column(asset)[asset] <= 0.0) {
        matrix.row_mut(asset).fill(0.0);
        matrix.column_mut(asset).fill(0.0);
        matrix[(asset, asset)] = 1.0;
    }
    with_variances(nearest(matrix, 0.0)?, covariance)
}

/// The covariance with the variances given and a correlation whose eigenvalues below `floor` are lifted to it.
///
/// ```text
/// C = V max(Λ, floor) V',   ρ_ij = C_ij / √(C_ii C_jj),   Σ_ij = σ_i σ_j ρ_ij
/// ```
///
/// Λ and V are the eigenvalues and eigenvectors of the correlation, and σ the volatilities. Lifting makes the
/// diagonal larger than one, and the second step brings it back; the smallest eigenvalue is then a little below the
/// floor. Quicker than [`nearest_positive_semidefinite`], and further from the matrix given.
///
/// # Errors
/// [`InputError::OutOfRange`] unless the floor is in [0, 1).
///
/// # Cost
/// About 10 N³ multiplications.
///
/// # Examples
/// ```
/// use po_convex::clip_eigenvalues;
/// use po_core::Covariance;
///
/// // Eigenvalues 2.5 and -0.5: what is left is the direction in which both move as one.
/// let covariance = Covariance::from_column_slice(2, &[0.01, 0.03, 0.03, 0.04])?;
/// assert!((clip_eigenvalues(&covariance, 0.0)?.as_slice()[1] - 0.02).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Rebonato and Jäckel, The most general methodology to create a valid correlation matrix (1999), spectral
/// decomposition, with any floor.
pub fn clip_eigenvalues(covariance: &Covariance, floor: f64) -> Result<Covariance, InputError> {
    check_floor(floor)?;
    let eigen = SymmetricEigen::new(scaled(covariance, &scales(covariance)).as_view())?;
    let mut roots = eigen.vectors().into_owned();
    for (mut vector, value) in roots.column_iter_mut().zip(eigen.values()) {
        vector *= value.max(floor).max(0.0).sqrt();
    }
    let mut clipped = DMatrix::zeros(covariance.len(), covariance.len());
    gemm_into(1.0, &roots, &roots.transpose(), 0.0, &mut clipped)?;
    with_variances(clipped, covariance)
}

fn check_floor(value: f64) -> Result<(), InputError> {
    if (0.0..1.0).contains(&value) {
        Ok(())
    } else {
        Err(InputError::OutOfRange { name: "the floor of the eigenvalues", value, expected: "[0, 1)" })
    }
}

/// What the rows and columns are divided by: volatilities, and for assets without variance the root of the mean
/// variance.
fn scales(covariance: &Covariance) -> Vec<f64> {
    let volatilities = covariance.volatilities();
    let mean = volatilities.iter().map(|volatility| volatility * volatility).sum::<f64>()
        / volatilities.len() as f64;
    let other = if mean > 0.0 { mean.sqrt() } else { 1.0 };
    volatilities.into_iter().map(|volatility| if volatility > 0.0 { volatility } else { other }).collect()
}

fn scaled(covariance: &Covariance, scales: &[f64]) -> DMatrix<f64> {
    let size = covariance.len();
    DMatrix::from_fn(size, size, |row, col| covariance.column(col)[row] / scales[row] / scales[col])
}

/// The covariance with the variances of another.
fn with_variances(mut matrix: DMatrix<f64>, covariance: &Covariance) -> Result<Covariance, InputError> {
    let volatilities = covariance.volatilities();
    let root = |(volatility, variance): (&f64, &f64)| {
        if *variance > 0.0 { volatility / variance.sqrt() } else { 0.0 }
    };
    let factors: Vec<f64> = volatilities.iter().zip(&matrix.diagonal()).map(root).collect();
    for (col, mut column) in matrix.column_iter_mut().enumerate() {
        for (row, entry) in column.iter_mut().enumerate() {
            *entry *= factors[row] * factors[col];
        }
        column[col] = covariance.column(col)[col];
    }
    Covariance::new(matrix)
}
