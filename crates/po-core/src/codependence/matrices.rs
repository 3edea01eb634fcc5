//! The values: a matrix of codependence, and the distances that follow from it.

use crate::{Correlation, InputError};

use super::error::CodependenceError;
use super::measure::{CodependenceMeasure, DistanceForm};

/// How far an entry may be off for rounding: symmetry, the diagonal, and the ends of the range.
const ROUNDING: f64 = 1e-10;

/// How much each two of N assets have to do with each other, by a [`CodependenceMeasure`].
///
/// # Shapes and units
/// N x N, symmetric to the bit, finite, within the range of the measure.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Stored", into = "Stored"))]
pub struct Codependence {
    measure: CodependenceMeasure,
    assets: usize,
    entries: Vec<f64>,
}

impl Codependence {
    /// A codependence of one's own from the N * N entries of its matrix, column by column (or row by row: it
    /// is symmetric).
    ///
    /// Entries that miss symmetry, the diagonal or the range by rounding (1e-10) are set to the exact value;
    /// of two mirrored entries the lower triangle counts.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there are `assets * assets` entries; [`InputError::Empty`],
    /// [`InputError::NotFinite`] and [`InputError::NotSymmetric`]; [`CodependenceError::Diagonal`] and
    /// [`CodependenceError::OutOfRange`]; each with the first place found.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Codependence, DistanceForm, CodependenceMeasure};
    ///
    /// let codependence = Codependence::from_column_slice(CodependenceMeasure::Similarity, 2, &[1.0, 0.36, 0.36, 1.0])?;
    /// assert_eq!(codependence.distances(DistanceForm::Complement)?.as_slice(), [0.0, 0.8, 0.8, 0.0]);
    /// let error = Codependence::from_column_slice(CodependenceMeasure::Similarity, 1, &[0.5]).unwrap_err();
    /// assert_eq!(error.to_string(), "the similarity of asset 0 with itself is 0.5, expected 1");
    /// # Ok::<(), po_core::CodependenceError>(())
    /// ```
    pub fn from_column_slice(
        measure: CodependenceMeasure,
        assets: usize,
        entries: &[f64],
    ) -> Result<Self, CodependenceError> {
        if assets.checked_mul(assets) != Some(entries.len()) {
            let (expected, actual) = (assets.saturating_mul(assets), entries.len());
            let what = "the list of entries";
            return Err(InputError::LengthMismatch { what, expected, actual }.into());
        }
        let mut entries = entries.to_vec();
        make_sound(measure, assets, &mut entries)?;
        Ok(Self { measure, assets, entries })
    }

    /// Writes another codependence into the memory that is there: `fill` writes the N * N entries, which begin with what
    /// the memory held, and must be sound.
    ///
    /// # Errors
    /// As [`Codependence::from_column_slice`]; the codependence is then unspecified but valid.
    pub fn assign(
        &mut self,
        measure: CodependenceMeasure,
        assets: usize,
        fill: impl FnOnce(&mut [f64]),
    ) -> Result<(), CodependenceError> {
        self.measure = measure;
        self.assets = assets;
        self.entries.resize(assets * assets, 0.0);
        fill(&mut self.entries);
        let sound = make_sound(measure, assets, &mut self.entries);
        if sound.is_err() {
            self.assets = 0;
            self.entries.clear();
        }
        sound
    }

    /// The absolute value of a correlation; any other measure is not below zero, or is about zero by chance
    /// alone, and stays as it is.
    ///
    /// # Examples
    /// ```
    /// use po_core::Correlation;
    /// use po_core::{Codependence, CodependenceMeasure};
    ///
    /// let correlation = Correlation::from_column_slice(2, &[1.0, -0.5, -0.5, 1.0])?;
    /// let codependence = Codependence::from(&correlation).absolute();
    /// assert_eq!(codependence.measure(), CodependenceMeasure::AbsoluteCorrelation);
    /// assert_eq!(codependence.as_slice(), [1.0, 0.5, 0.5, 1.0]);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn absolute(mut self) -> Self {
        if self.measure == CodependenceMeasure::Correlation {
            self.measure = CodependenceMeasure::AbsoluteCorrelation;
            self.entries.iter_mut().for_each(|entry| *entry = entry.abs());
        }
        self
    }

    /// The distances between the assets, in one of the forms that the measure has.
    ///
    /// # Errors
    /// [`CodependenceError::NoSuchDistance`] when it is not one of [`CodependenceMeasure::forms`].
    pub fn distances(&self, form: DistanceForm) -> Result<DistanceMatrix, CodependenceError> {
        let mut distances = DistanceMatrix::default();
        self.distances_into(form, &mut distances)?;
        Ok(distances)
    }

    /// The distances, into memory that is there.
    ///
    /// # Errors
    /// As [`Codependence::distances`]; `distances` are then as they were.
    pub fn distances_into(
        &self,
        form: DistanceForm,
        distances: &mut DistanceMatrix,
    ) -> Result<(), CodependenceError> {
        let measure = self.measure;
        if !measure.forms().contains(&form) {
            return Err(CodependenceError::NoSuchDistance { measure, form });
        }
        distances.assets = self.assets;
        distances.entries.clear();
        distances.entries.extend(self.entries.iter().map(|entry| form.of(*entry)));
        Ok(())
    }

    /// What the entries measure.
    #[must_use]
    pub fn measure(&self) -> CodependenceMeasure {
        self.measure
    }

    /// Whether nothing was written yet, as in a default one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets == 0
    }

    /// Number of assets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets
    }

    /// The N * N entries, column by column.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.entries
    }
}

impl Default for Codependence {
    /// A codependence that holds nothing yet, to be written into.
    fn default() -> Self {
        Self { measure: CodependenceMeasure::Correlation, assets: 0, entries: Vec::new() }
    }
}

impl From<&Correlation> for Codependence {
    fn from(correlation: &Correlation) -> Self {
        let entries = correlation.as_slice().to_vec();
        Self { measure: CodependenceMeasure::Correlation, assets: correlation.len(), entries }
    }
}

/// How far each two of N assets lie apart.
///
/// # Shapes and units
/// N x N, symmetric to the bit, finite, zero or more, zeros on the diagonal. The triangle inequality is not
/// part of the type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistanceMatrix {
    assets: usize,
    entries: Vec<f64>,
}

impl DistanceMatrix {
    /// Distances of one's own from the N * N entries of their matrix, column by column (or row by row).
    ///
    /// # Errors
    /// As [`Codependence::from_column_slice`] has them for [`CodependenceMeasure::Distance`].
    ///
    /// # Examples
    /// ```
    /// use po_core::DistanceMatrix;
    ///
    /// let error = DistanceMatrix::from_column_slice(2, &[0.0, -0.1, -0.1, 0.0]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the distance of asset 1 and asset 0 is -0.1, expected zero or more"
    /// );
    /// ```
    pub fn from_column_slice(assets: usize, entries: &[f64]) -> Result<Self, CodependenceError> {
        let Codependence { assets, entries, .. } =
            Codependence::from_column_slice(CodependenceMeasure::Distance, assets, entries)?;
        Ok(Self { assets, entries })
    }

    /// Whether nothing was written yet, as in a default one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets == 0
    }

    /// Number of assets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets
    }

    /// Writes the distances between some assets, whose indices are in range, into the memory that is there.
    pub(crate) fn among_into(&self, assets: &[usize], small: &mut Self) {
        small.assets = assets.len();
        small.entries.clear();
        for &col in assets {
            let column = &self.entries[col * self.assets..(col + 1) * self.assets];
            small.entries.extend(assets.iter().map(|&row| column[row]));
        }
    }

    /// The N * N distances, column by column.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.entries
    }
}

/// Checks a matrix, and takes out of it what rounding did.
fn make_sound(
    measure: CodependenceMeasure,
    assets: usize,
    entries: &mut [f64],
) -> Result<(), CodependenceError> {
    let what = measure.name();
    if assets == 0 {
        return Err(InputError::Empty { what }.into());
    }
    if let Some(place) = entries.iter().position(|entry| !entry.is_finite()) {
        let (row, asset, value) = (place % assets, place / assets, entries[place]);
        return Err(InputError::NotFinite { what, row, asset, value }.into());
    }
    let (least, greatest) = measure.range();
    for col in 0..assets {
        if let Some(expected) = measure.diagonal() {
            let value = entries[col * assets + col];
            if (value - expected).abs() > ROUNDING {
                return Err(CodependenceError::Diagonal { measure, asset: col, value, expected });
            }
            entries[col * assets + col] = expected;
        }
        for row in col..assets {
            let (value, mirrored) = (entries[col * assets + row], entries[row * assets + col]);
            let size = value.abs().max(mirrored.abs()).max(1.0);
            if (value - mirrored).abs() > ROUNDING * size {
                return Err(InputError::NotSymmetric { row, col, value, mirrored }.into());
            }
            if !(least - ROUNDING..=greatest + ROUNDING).contains(&value) {
                return Err(CodependenceError::OutOfRange { measure, row, col, value });
            }
            entries[col * assets + row] = value.clamp(least, greatest);
            entries[row * assets + col] = value.clamp(least, greatest);
        }
    }
    Ok(())
}

/// A codependence as a file holds it: the measure, and a list of rows.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    measure: CodependenceMeasure,
    rows: Vec<Vec<f64>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Stored> for Codependence {
    type Error = CodependenceError;

    fn try_from(Stored { measure, rows }: Stored) -> Result<Self, CodependenceError> {
        let expected = rows.len();
        if let Some(actual) = rows.iter().map(Vec::len).find(|&actual| actual != expected) {
            return Err(InputError::LengthMismatch { what: "a row of the matrix", expected, actual }.into());
        }
        Self::from_column_slice(measure, expected, &rows.concat())
    }
}

#[cfg(feature = "serde")]
impl From<Codependence> for Stored {
    fn from(Codependence { measure, assets, entries }: Codependence) -> Self {
        Self { measure, rows: entries.chunks(assets.max(1)).map(<[f64]>::to_vec).collect() }
    }
}
