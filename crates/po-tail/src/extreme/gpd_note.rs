//! What has to be said beside an estimate.

use std::fmt;

/// What a reader of a fit should know before the numbers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum GpdNote {
    /// The shape is 1 or more: the mean is infinite, and no expected shortfall exists.
    InfiniteMean,
    /// The shape is 1/2 or more: the variance is infinite.
    InfiniteVariance,
    /// The shape is -1/2 or less, where the estimate is not asymptotically normal: standard errors mislead.
    Irregular,
    /// The likelihood has no inner maximum; what is reported is its greatest value for a shape of -1, the uniform
    /// distribution up to the greatest excess.
    Boundary,
    /// The uniform distribution up to the greatest excess, at the boundary of the shapes, has a greater likelihood
    /// than the inner maximum reported.
    BoundaryIsHigher,
    /// The greatest excess lies beyond the upper end of the fitted distribution, so that its likelihood is zero.
    OutsideSupport,
    /// The method has no asymptotic covariance at this shape.
    NoCovariance,
    /// The iteration limit came before the tolerance.
    NotConverged,
}

impl GpdNote {
    pub(super) const ALL: [Self; 8] = [
        Self::InfiniteMean,
        Self::InfiniteVariance,
        Self::Irregular,
        Self::Boundary,
        Self::BoundaryIsHigher,
        Self::OutsideSupport,
        Self::NoCovariance,
        Self::NotConverged,
    ];
}

impl fmt::Display for GpdNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InfiniteMean => "xi is 1 or more: the mean is infinite",
            Self::InfiniteVariance => "xi is 1/2 or more: the variance is infinite",
            Self::Irregular => "xi is -1/2 or less: standard errors mislead",
            Self::Boundary => "the likelihood has no inner maximum: xi is put at -1",
            Self::BoundaryIsHigher => "the likelihood is greater at the boundary, where xi is -1",
            Self::OutsideSupport => "the greatest excess lies beyond the upper end of the fit",
            Self::NoCovariance => "the method has no asymptotic covariance at this xi",
            Self::NotConverged => "the iteration limit came before the tolerance",
        })
    }
}
