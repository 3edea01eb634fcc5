//! What a codependence measures, and the forms that a distance may take.

use std::fmt;

/// The least codependence whose logarithm is taken: two tails that never met are finitely far apart.
const LEAST: f64 = 1e-8;

/// What the entries of a [`Codependence`](crate::Codependence) measure, and between which numbers they lie.
///
/// Unless said otherwise, an asset has one with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum CodependenceMeasure {
    /// A correlation of any kind, in [-1, 1].
    Correlation,
    /// The absolute value of a correlation, in [0, 1].
    AbsoluteCorrelation,
    /// Distance correlation, in [0, 1].
    DistanceCorrelation,
    /// The bias-corrected estimate of the square of distance correlation, in [-1, 1]; about zero for assets
    /// that are independent.
    SquaredDistanceCorrelation,
    /// Mutual information in nats, zero or more; with itself, an asset has its entropy.
    MutualInformation,
    /// Mutual information over the lesser of the two entropies, in [0, 1].
    NormalisedMutualInformation,
    /// Variation of information in nats, zero or more: a distance, zero of an asset to itself.
    VariationOfInformation,
    /// Variation of information over the joint entropy, in [0, 1]: a distance, zero of an asset to itself.
    NormalisedVariationOfInformation,
    /// Lower-tail dependence, in [0, 1].
    LowerTailDependence,
    /// Any other measure, in [0, 1].
    Similarity,
    /// Any other distance, zero or more; zero of an asset to itself.
    Distance,
}

impl CodependenceMeasure {
    /// The measure in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Correlation => "the correlation",
            Self::AbsoluteCorrelation => "the absolute correlation",
            Self::DistanceCorrelation => "the distance correlation",
            Self::SquaredDistanceCorrelation => "the squared distance correlation",
            Self::MutualInformation => "the mutual information",
            Self::NormalisedMutualInformation => "the normalised mutual information",
            Self::VariationOfInformation => "the variation of information",
            Self::NormalisedVariationOfInformation => "the normalised variation of information",
            Self::LowerTailDependence => "the lower-tail dependence",
            Self::Similarity => "the similarity",
            Self::Distance => "the distance",
        }
    }

    /// The least and the greatest value.
    #[must_use]
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Correlation | Self::SquaredDistanceCorrelation => (-1.0, 1.0),
            Self::MutualInformation | Self::VariationOfInformation | Self::Distance => (0.0, f64::INFINITY),
            _ => (0.0, 1.0),
        }
    }

    /// What an asset has with itself, where that is the same for all assets.
    #[must_use]
    pub fn diagonal(self) -> Option<f64> {
        match self {
            Self::MutualInformation => None,
            _ if self.forms() == [DistanceForm::Itself] => Some(0.0),
            _ => Some(1.0),
        }
    }

    /// The forms that a distance may take, the usual one first; mutual information in nats has none.
    ///
    /// # Examples
    /// ```
    /// use po_core::{DistanceForm, CodependenceMeasure};
    ///
    /// assert_eq!(CodependenceMeasure::Correlation.forms()[0], DistanceForm::Angular);
    /// assert_eq!(CodependenceMeasure::VariationOfInformation.forms(), [DistanceForm::Itself]);
    /// assert!(CodependenceMeasure::MutualInformation.forms().is_empty());
    /// ```
    #[must_use]
    pub fn forms(self) -> &'static [DistanceForm] {
        use DistanceForm::{AbsoluteAngular, Angular, Complement, Itself, NegativeLogarithm, SquaredAngular};
        match self {
            Self::Correlation => &[Angular, AbsoluteAngular, SquaredAngular, Complement],
            Self::SquaredDistanceCorrelation => &[Complement, Angular, AbsoluteAngular, SquaredAngular],
            Self::AbsoluteCorrelation
            | Self::DistanceCorrelation
            | Self::NormalisedMutualInformation
            | Self::Similarity => &[Complement, Angular, AbsoluteAngular, SquaredAngular, NegativeLogarithm],
            Self::LowerTailDependence => {
                &[NegativeLogarithm, Complement, Angular, AbsoluteAngular, SquaredAngular]
            }
            Self::VariationOfInformation | Self::NormalisedVariationOfInformation | Self::Distance => {
                &[Itself]
            }
            Self::MutualInformation => &[],
        }
    }
}

impl fmt::Display for CodependenceMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a distance follows from a codependence `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum DistanceForm {
    /// Far apart are assets that move against each other (Mantegna 1999; López de Prado 2016). A metric for a
    /// correlation that is positive semidefinite.
    ///
    /// ```text
    /// d = sqrt((1 - c) / 2)
    /// ```
    Angular,
    /// Far apart are assets that have nothing to do with each other (López de Prado 2020, section 3.2).
    ///
    /// ```text
    /// d = sqrt(1 - |c|)
    /// ```
    AbsoluteAngular,
    /// The same with the square, which keeps apart what is weakly related (López de Prado 2020, Codependence,
    /// lecture slides).
    ///
    /// ```text
    /// d = sqrt(1 - c²)
    /// ```
    SquaredAngular,
    /// Far apart are assets of little codependence; for a measure in [0, 1] the same as `AbsoluteAngular`,
    /// and beyond one where a measure falls below zero.
    ///
    /// ```text
    /// d = sqrt(1 - c)
    /// ```
    Complement,
    /// Far apart, and faster so, are assets whose tails rarely meet (De Luca, Zuccolotto 2011). Not a metric.
    ///
    /// ```text
    /// d = -ln max(c, 1e-8)
    /// ```
    NegativeLogarithm,
    /// The measure is a distance.
    ///
    /// ```text
    /// d = c
    /// ```
    Itself,
}

impl DistanceForm {
    /// The form in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Angular => "angular",
            Self::AbsoluteAngular => "absolute angular",
            Self::SquaredAngular => "squared angular",
            Self::Complement => "complement",
            Self::NegativeLogarithm => "negative logarithm",
            Self::Itself => "itself",
        }
    }

    pub(super) fn of(self, c: f64) -> f64 {
        match self {
            Self::Angular => ((1.0 - c) / 2.0).sqrt(),
            Self::AbsoluteAngular => (1.0 - c.abs()).sqrt(),
            // As a product it keeps its digits where c is near to one.
            Self::SquaredAngular => ((1.0 - c) * (1.0 + c)).sqrt(),
            Self::Complement => (1.0 - c).sqrt(),
            Self::NegativeLogarithm => c.max(LEAST).ln().abs(),
            Self::Itself => c,
        }
    }
}

impl fmt::Display for DistanceForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
