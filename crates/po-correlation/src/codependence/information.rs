//! Mutual information and variation of information.

use po_core::{Codependence, CodependenceError, CodependenceMeasure, Returns};

use super::joint::Entropies;
use super::{Bins, CodependenceEstimator, CodependenceScratch};

/// Settings of [`MutualInformation`] and [`VariationOfInformation`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `bins` | `HacineGharbiBivariate` | six rules | into how many bins returns are sorted |
/// | `scale` | `Normalised` | two scales | nats, or a share of what is possible |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct InformationParams {
    /// Into how many bins returns are sorted.
    pub bins: Bins,
    /// Nats, or a share of what is possible.
    pub scale: InformationScale,
}

/// On which scale information is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum InformationScale {
    /// In nats.
    Nats,
    /// As a share of what is possible, in [0, 1]: of the lesser entropy for mutual information, of the joint
    /// entropy for the variation of information.
    #[default]
    Normalised,
}

/// What one asset tells about the other: the entropy that the two have in common, of returns counted in bins.
///
/// ```text
/// I = H(x) + H(y) - H(x, y)   with H = -Σ p ln p over the bins,   normalised I / min(H(x), H(y))
/// ```
///
/// Frequencies stand for probabilities: for independent assets the result is above zero, in nats by about
/// `(bins - 1)² / 2T`.
///
/// # Shapes and units
/// N x N; [`CodependenceMeasure::NormalisedMutualInformation`] with ones on the diagonal, or
/// [`CodependenceMeasure::MutualInformation`] in nats with entropies there.
///
/// # Cost
/// About 2 T operations for each pair of assets, and T for each asset and each number of bins that occurs.
/// The result does not depend on the order of the assets, to the bit.
///
/// # Examples
/// ```
/// use po_core::{Codependence, CodependenceError, CodependenceMeasure, Returns};
/// use po_correlation::{Bins, CodependenceEstimator, InformationParams, InformationScale, MutualInformation};
///
/// // Two bins: the sign of the first tells that of the second three times of four.
/// let returns = Returns::from_column_slice(4, 2, &[-1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0])?;
/// let params = InformationParams { bins: Bins::Number(2), scale: InformationScale::Nats };
/// let information = MutualInformation::new(params)?.estimate(&returns)?.as_slice()[1];
/// assert!((information - (1.5 * 2_f64.ln() - 0.75 * 3_f64.ln())).abs() < 1e-15);
/// # Ok::<(), po_core::CodependenceError>(())
/// ```
///
/// # Source
/// Cover, Thomas (2006), Elements of Information Theory, chapter 2; López de Prado (2020), Machine Learning
/// for Asset Managers, section 3.7. Bins begin at `min + m (max - min) / bins`, where NumPy rounds the edges
/// otherwise.
///
/// # Settings
/// [`InformationParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MutualInformation(InformationParams);

/// What one asset leaves open about the other, and the other about the one: a distance, of returns counted in
/// bins.
///
/// ```text
/// VI = H(x | y) + H(y | x) = 2 H(x, y) - H(x) - H(y),   normalised VI / H(x, y)
/// ```
///
/// On either scale it is a metric, if all pairs have the same number of bins.
///
/// # Shapes and units
/// N x N, zeros on the diagonal; [`CodependenceMeasure::NormalisedVariationOfInformation`], or in nats
/// [`CodependenceMeasure::VariationOfInformation`].
///
/// # Cost
/// As [`MutualInformation`].
///
/// # Examples
/// ```
/// use po_core::{Codependence, CodependenceError, CodependenceMeasure, Returns};
/// use po_core::DistanceForm;
/// use po_correlation::{Bins, CodependenceEstimator, InformationParams, VariationOfInformation};
///
/// let returns = Returns::from_column_slice(4, 2, &[-1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0])?;
/// let params = InformationParams { bins: Bins::Number(2), ..InformationParams::default() };
/// let distances = VariationOfInformation::new(params)?.estimate(&returns)?.distances(DistanceForm::Itself)?;
/// assert!((distances.as_slice()[1] - 1.0).abs() < 1e-15);
/// # Ok::<(), po_core::CodependenceError>(())
/// ```
///
/// # Source
/// Meilă (2007), Comparing clusterings: an information based distance; normalised: Kraskov and others (2005),
/// Hierarchical clustering using mutual information; López de Prado (2020), section 3.8.
///
/// # Settings
/// [`InformationParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariationOfInformation(InformationParams);

impl MutualInformation {
    /// An estimator with these settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for a number of bins that is not in [2,
    /// 65536].
    pub fn new(params: InformationParams) -> Result<Self, CodependenceError> {
        params.bins.check().map(|()| Self(params))
    }
}

impl VariationOfInformation {
    /// An estimator with these settings.
    ///
    /// # Errors
    /// As [`MutualInformation::new`].
    pub fn new(params: InformationParams) -> Result<Self, CodependenceError> {
        params.bins.check().map(|()| Self(params))
    }
}

impl CodependenceEstimator for MutualInformation {
    /// Estimates from returns.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`](po_core::InputError::TooFewObservations) for fewer than two;
    /// [`InputError::ZeroVariance`](po_core::InputError::ZeroVariance) for an asset that does not move;
    /// [`InputError::AssetOutOfRange`](po_core::InputError::AssetOutOfRange) for one whose quartiles
    /// coincide, under [`Bins::FreedmanDiaconis`], or for which a rule has more than 65536 bins.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut CodependenceScratch,
        codependence: &mut Codependence,
    ) -> Result<(), CodependenceError> {
        let (measure, diagonal) = match self.0.scale {
            InformationScale::Nats => (CodependenceMeasure::MutualInformation, None),
            InformationScale::Normalised => (CodependenceMeasure::NormalisedMutualInformation, Some(1.0)),
        };
        estimate(self.0.bins, measure, diagonal, returns, scratch, codependence, |entropies| {
            let Entropies { x, y, joint } = entropies;
            let common = ((x + y) - joint).max(0.0);
            match self.0.scale {
                InformationScale::Nats => common,
                InformationScale::Normalised => (common / x.min(y)).min(1.0),
            }
        })
    }
}

impl CodependenceEstimator for VariationOfInformation {
    /// Estimates from returns.
    ///
    /// # Errors
    /// As [`MutualInformation`] has them.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut CodependenceScratch,
        codependence: &mut Codependence,
    ) -> Result<(), CodependenceError> {
        let measure = match self.0.scale {
            InformationScale::Nats => CodependenceMeasure::VariationOfInformation,
            InformationScale::Normalised => CodependenceMeasure::NormalisedVariationOfInformation,
        };
        estimate(self.0.bins, measure, Some(0.0), returns, scratch, codependence, |entropies| {
            let Entropies { x, y, joint } = entropies;
            let open = (2.0 * joint - (x + y)).max(0.0);
            match self.0.scale {
                InformationScale::Nats => open,
                InformationScale::Normalised => (open / joint).min(1.0),
            }
        })
    }
}

/// Makes the entries of a codependence from entropies, but those on the diagonal that are known.
fn estimate(
    bins: Bins,
    measure: CodependenceMeasure,
    diagonal: Option<f64>,
    returns: &Returns,
    scratch: &mut CodependenceScratch,
    codependence: &mut Codependence,
    of: impl Fn(Entropies) -> f64,
) -> Result<(), CodependenceError> {
    let CodependenceScratch { columns, joint, sorted, .. } = scratch;
    columns.take("the observations for a measure of information", 2, returns)?;
    joint.prepare(bins, columns, sorted)?;
    let assets = columns.assets();
    codependence.assign(measure, assets, |entries| {
        joint.each(columns, |x, y, entropies| {
            let known = diagonal.filter(|_| x == y);
            let entry = known.unwrap_or_else(|| of(entropies));
            entries[x * assets + y] = entry;
            entries[y * assets + x] = entry;
        });
    })?;
    tracing::debug!(assets, observations = columns.observations(), "information");
    Ok(())
}
