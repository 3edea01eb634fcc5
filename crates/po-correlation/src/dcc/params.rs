//! The settings of a dynamic conditional correlation.

use po_core::Covariance;

use super::parameters::DccParameters;
use crate::garch::{GarchModel, GarchParameters, GarchParams, Innovations};

/// Settings of [`Dcc`](crate::Dcc).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `model` | `Engle` | three models | how the correlation follows from the past |
/// | `innovations` | `Normal` | two densities | the joint density of the residuals |
/// | `likelihood` | `Full` | three likelihoods | of all assets at once, or of pairs |
/// | `margins` | GARCH(1,1) | see [`GarchParams`] | the model of each asset's variance |
/// | `target` | `Residuals` | see [`DccTarget`] | to what the correlation returns |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DccParams {
    /// How the correlation follows from the past.
    pub model: DccModel,
    /// The joint density of the residuals.
    pub innovations: Innovations,
    /// Of all assets at once, or of pairs.
    pub likelihood: DccLikelihood,
    /// The model of each asset's variance.
    pub margins: GarchParams,
    /// To what the correlation returns.
    pub target: DccTarget,
}

/// S, to which the correlation of the standardised residuals returns.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum DccTarget {
    /// What the residuals show, in the way of each model.
    #[default]
    Residuals,
    /// The mean of `z z'` scaled to a diagonal of one, as the R package rmgarch has it for each model.
    Scaled,
    /// The correlation of the residuals by [nonlinear shrinkage](crate::NonlinearShrinkage), for assets that are
    /// many beside the periods (DCC-NL, Engle, Ledoit and Wolf 2019).
    Shrunk,
    /// This matrix, N x N.
    Given(Covariance),
}

/// How the correlation R of the standardised residuals z follows from the past.
///
/// All of them normalise a matrix Q, which begins at the target S.
///
/// ```text
/// R_ij = Q_ij / √(Q_ii Q_jj)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum DccModel {
    /// Engle (2002); the target is the mean of `z z'`.
    ///
    /// ```text
    /// Q_t = (1 - a - b) S + a z_{t-1} z'_{t-1} + b Q_{t-1}
    /// ```
    #[default]
    Engle,
    /// Aielli (2013), with residuals on the scale of Q, which makes the target consistent: it is the
    /// correlation of z*.
    ///
    /// ```text
    /// Q_t = (1 - a - b) S + a z*_{t-1} z*'_{t-1} + b Q_{t-1},   z*_i = z_i √Q_ii
    /// ```
    Corrected,
    /// Cappiello, Engle and Sheppard (2006): joint falls, n = min(z, 0), raise correlations; N is the mean of
    /// `n n'`.
    ///
    /// ```text
    /// Q_t = (1 - a - b) S - g N + a z_{t-1} z'_{t-1} + g n_{t-1} n'_{t-1} + b Q_{t-1}
    /// ```
    Asymmetric,
}

/// Whose likelihood is maximised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DccLikelihood {
    /// That of all assets at once: N³ operations a period, and biased towards constancy when N is a good part
    /// of T.
    #[default]
    Full,
    /// The sum over neighbours (0, 1), (1, 2), … (Engle, Shephard and Sheppard 2008; Pakel and others 2021).
    Contiguous,
    /// The sum over all pairs.
    AllPairs,
}

/// Settings of [`DccFilter`](crate::DccFilter): a model with its parameters.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `model` | `Engle` | three models | how the correlation follows from the past |
/// | `parameters` | zeros | see [`DccParameters`] | the parameters of the correlation |
/// | `target` | empty | N x N | S, to which Q returns |
/// | `falls` | none | N x N | the mean of `n n'`, for the asymmetric model |
/// | `margins` | empty | N of them | the model of each asset's variance |
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DccFilterParams {
    /// How the correlation follows from the past.
    pub model: DccModel,
    /// The parameters of the correlation.
    pub parameters: DccParameters,
    /// S, to which Q returns.
    pub target: Covariance,
    /// The mean of `n n'`, for the asymmetric model.
    #[cfg_attr(feature = "serde", serde(default))]
    pub falls: Option<Covariance>,
    /// The model of each asset's variance.
    pub margins: Vec<Margin>,
}

/// What a forecast of more than one bar takes for the mean of `z z'`, which no formula gives (Engle and Sheppard
/// 2001).
///
/// In the corrected model nothing has to be taken for anything: what holds of Q is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum DccForecast {
    /// R itself returns to the normalised target; of the two, the way with the smaller bias.
    ///
    /// ```text
    /// E R_{T+k} ≈ R̄ + (a + b)^(k-1) (R_{T+1} - R̄)
    /// ```
    #[default]
    Correlation,
    /// Q returns to the target, and is normalised where it has arrived.
    ///
    /// ```text
    /// E Q_{T+k} ≈ S + (a + b)^(k-1) (Q_{T+1} - S)
    /// ```
    Quasicorrelation,
}

/// The model of one asset's variance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Margin {
    /// Which model.
    pub model: GarchModel,
    /// Its parameters.
    pub parameters: GarchParameters,
    /// The variance of the first period; none for the long-run variance.
    #[cfg_attr(feature = "serde", serde(default))]
    pub initial_variance: Option<f64>,
}
