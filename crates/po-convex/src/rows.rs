//! Linear constraints as labelled rows.

use po_core::InputError;

/// Linear constraints `lower <= A x <= upper`, each with the name that results and errors call it by.
///
/// # Shapes and units
/// M rows of N coefficients; an infinite limit is none; a row whose two limits are equal is an equation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    assets: usize,
    labels: Vec<String>,
    /// Row by row.
    coefficients: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Rows {
    /// No rows yet, over `assets` assets.
    #[must_use]
    pub fn new(assets: usize) -> Self {
        Self { assets, ..Self::default() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one coefficient per asset; [`InputError::NotFinite`] for a
    /// coefficient; [`InputError::GroupBoundsCross`] when `lower` lies above `upper` or one of them is not a number;
    /// [`InputError::OutOfRange`] for a limit that is infinite on the wrong side.
    ///
    /// # Examples
    /// ```
    /// use po_convex::Rows;
    ///
    /// let mut rows = Rows::new(2);
    /// rows.push("budget", &[1.0, 1.0], 1.0, 1.0)?;
    /// assert_eq!((rows.len(), rows.label(0), rows.row(0)), (1, "budget", [1.0, 1.0].as_slice()));
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn push(
        &mut self,
        label: impl Into<String>,
        coefficients: &[f64],
        lower: f64,
        upper: f64,
    ) -> Result<(), InputError> {
        let label = label.into();
        let row = self.len();
        if coefficients.len() != self.assets {
            let (expected, actual) = (self.assets, coefficients.len());
            return Err(InputError::LengthMismatch {
                what: "the list of coefficients of a row",
                expected,
                actual,
            });
        }
        if let Some(asset) = coefficients.iter().position(|coefficient| !coefficient.is_finite()) {
            let value = coefficients[asset];
            return Err(InputError::NotFinite { what: "the coefficient", row, asset, value });
        }
        if !matches!(lower.partial_cmp(&upper), Some(order) if order.is_le()) {
            return Err(InputError::GroupBoundsCross { group: label, lower, upper });
        }
        if lower == f64::INFINITY {
            let expected = "a number below infinity";
            return Err(InputError::OutOfRange { name: "the lower limit of a row", value: lower, expected });
        }
        if upper == f64::NEG_INFINITY {
            let expected = "a number above minus infinity";
            return Err(InputError::OutOfRange { name: "the upper limit of a row", value: upper, expected });
        }
        self.labels.push(label);
        self.coefficients.extend_from_slice(coefficients);
        self.lower.push(lower);
        self.upper.push(upper);
        Ok(())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number of assets.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.assets
    }

    /// Name of a row.
    ///
    /// # Panics
    /// When the row is not below [`Rows::len`].
    #[must_use]
    pub fn label(&self, row: usize) -> &str {
        &self.labels[row]
    }

    /// Coefficients of a row.
    ///
    /// # Panics
    /// When the row is not below [`Rows::len`].
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.coefficients[row * self.assets..][..self.assets]
    }

    /// Least value of each row.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// Greatest value of each row.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }
}
