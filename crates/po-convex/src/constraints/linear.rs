//! Limits on sums of weights.

use std::fmt::Write;

use po_core::{GroupBound, InputError, Universe};

use super::name;

/// A limit, or two, on a sum of weights, with the name that results and errors call it by.
///
/// ```text
/// lower <= Σ_i a_i x_i <= upper
/// ```
///
/// # Shapes and units
/// Coefficients of the assets that have one, ascending by asset; an infinite limit is none; equal limits make an
/// equation.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked", into = "Unchecked"))]
pub struct LinearConstraint {
    label: String,
    terms: Vec<(usize, f64)>,
    lower: f64,
    upper: f64,
}

impl LinearConstraint {
    /// A constraint from coefficients by asset, in any order; coefficients of zero are left out.
    ///
    /// # Errors
    /// [`InputError::DuplicateName`] when an asset is listed twice; [`InputError::AssetOutOfRange`] for a coefficient
    /// that is not finite; [`InputError::Empty`] when no coefficient is left; [`InputError::GroupBoundsCross`] when
    /// `lower` lies above `upper` or one of them is not a number; [`InputError::OutOfRange`] when both limits are
    /// infinite.
    ///
    /// # Examples
    /// ```
    /// use po_convex::LinearConstraint;
    ///
    /// let spread = LinearConstraint::new("spread", vec![(2, -1.0), (0, 1.0)], 0.0, 0.1)?;
    /// assert_eq!(spread.terms(), [(0, 1.0), (2, -1.0)]);
    /// assert_eq!(spread.value(&[0.25, 0.5, 0.25])?, 0.0);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    pub fn new(
        label: impl Into<String>,
        mut terms: Vec<(usize, f64)>,
        lower: f64,
        upper: f64,
    ) -> Result<Self, InputError> {
        let label = label.into();
        if let Some(&(asset, value)) = terms.iter().find(|(_, coefficient)| !coefficient.is_finite()) {
            let (name, expected) = ("the coefficient", "a finite number");
            return Err(InputError::AssetOutOfRange { name, asset, value, expected });
        }
        let mut places: Vec<usize> = (0..terms.len()).collect();
        places.sort_by_key(|&place| terms[place].0);
        if let Some(pair) = places.windows(2).find(|pair| terms[pair[0]].0 == terms[pair[1]].0) {
            let (first, second) = (pair[0], pair[1]);
            let (kind, name) = ("asset of a constraint", terms[first].0.to_string());
            return Err(InputError::DuplicateName { kind, name, first, second });
        }
        terms.retain(|(_, coefficient)| *coefficient != 0.0);
        terms.sort_unstable_by_key(|(asset, _)| *asset);
        if terms.is_empty() {
            return Err(InputError::Empty { what: "the list of coefficients of a constraint" });
        }
        if !matches!(lower.partial_cmp(&upper), Some(order) if order.is_le()) {
            return Err(InputError::GroupBoundsCross { group: label, lower, upper });
        }
        if !(lower.is_finite() || upper.is_finite()) {
            let (name, expected) = ("the limit of a constraint", "a finite number on one side at least");
            return Err(InputError::OutOfRange { name, value: upper, expected });
        }
        Ok(Self { label, terms, lower, upper })
    }

    /// A constraint from the coefficient of every asset.
    ///
    /// # Errors
    /// As [`LinearConstraint::new`].
    pub fn from_row(
        label: impl Into<String>,
        coefficients: &[f64],
        lower: f64,
        upper: f64,
    ) -> Result<Self, InputError> {
        Self::new(label, coefficients.iter().copied().enumerate().collect(), lower, upper)
    }

    /// What results and errors call it: the user's own text, if it was made from text.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The coefficients other than zero, ascending by asset.
    #[must_use]
    pub fn terms(&self) -> &[(usize, f64)] {
        &self.terms
    }

    /// Least value.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// Greatest value.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// The value of the sum for a portfolio.
    ///
    /// # Errors
    /// [`InputError::AssetOutOfRange`] for an asset that the portfolio does not have.
    pub fn value(&self, weights: &[f64]) -> Result<f64, InputError> {
        self.check(weights.len())?;
        Ok(self.terms.iter().map(|&(asset, coefficient)| coefficient * weights[asset]).sum())
    }

    /// The constraint in words, which [`LinearConstraint::parse`] reads as the same constraint.
    ///
    /// # Examples
    /// ```
    /// use po_convex::LinearConstraint;
    /// use po_core::Universe;
    ///
    /// let universe = Universe::new(["AAPL", "iShares Gold"])?;
    /// let text = LinearConstraint::new("tilt", vec![(0, -0.5), (1, 1.0)], 0.0, 0.1)?.named(&universe);
    /// assert_eq!(text, "0 <= -0.5*AAPL + 'iShares Gold' <= 0.1");
    /// assert_eq!(LinearConstraint::parse(&text, &universe)?.terms(), [(0, -0.5), (1, 1.0)]);
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        let Self { lower, upper, .. } = *self;
        let mut text = String::new();
        // Writing to a string does not fail.
        if lower.is_finite() && upper.is_finite() && lower < upper {
            let _ = write!(text, "{lower} <= ");
        }
        for (place, &(asset, coefficient)) in self.terms.iter().enumerate() {
            text.push_str(match (place, coefficient < 0.0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            });
            let size = coefficient.abs();
            if size.total_cmp(&1.0).is_ne() {
                let _ = write!(text, "{size}*");
            }
            text.push_str(&name::of_asset(universe, asset));
        }
        let _ = if upper.is_finite() {
            let relation = if lower < upper { "<=" } else { "=" };
            write!(text, " {relation} {upper}")
        } else {
            write!(text, " >= {lower}")
        };
        text
    }

    /// The same constraint under another label.
    pub(super) fn labelled(self, label: String) -> Self {
        Self { label, ..self }
    }

    pub(super) fn check(&self, assets: usize) -> Result<(), InputError> {
        match self.terms.last() {
            Some(&(asset, _)) if asset >= assets => {
                let (name, value) = ("the index in a linear constraint", asset as f64);
                let expected = "an index below the number of assets";
                Err(InputError::AssetOutOfRange { name, asset, value, expected })
            }
            _ => Ok(()),
        }
    }
}

impl TryFrom<&GroupBound> for LinearConstraint {
    type Error = InputError;

    /// Fails for a group bound that is infinite on both sides.
    fn try_from(bound: &GroupBound) -> Result<Self, InputError> {
        let terms = bound.members().iter().map(|&member| (member, 1.0)).collect();
        Self::new(bound.name(), terms, bound.lower(), bound.upper())
    }
}

/// A constraint as a file holds it: what is infinite is left out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename = "LinearConstraint", deny_unknown_fields)]
struct Unchecked {
    label: String,
    terms: Vec<(usize, f64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lower: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upper: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for LinearConstraint {
    type Error = InputError;

    fn try_from(Unchecked { label, terms, lower, upper }: Unchecked) -> Result<Self, InputError> {
        Self::new(label, terms, lower.unwrap_or(f64::NEG_INFINITY), upper.unwrap_or(f64::INFINITY))
    }
}

#[cfg(feature = "serde")]
impl From<LinearConstraint> for Unchecked {
    fn from(LinearConstraint { label, terms, lower, upper }: LinearConstraint) -> Self {
        let finite = |limit: f64| Some(limit).filter(|limit| limit.is_finite());
        Self { label, terms, lower: finite(lower), upper: finite(upper) }
    }
}
