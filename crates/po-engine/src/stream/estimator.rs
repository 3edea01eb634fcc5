//! The covariance that the engine keeps.

use po_core::{Covariance, StreamingEstimator};
use po_correlation::{AdaptiveEwma, AdaptiveEwmaParams, DccFilter, DccFilterParams, Error, Ewma, EwmaParams};

/// Which estimate of the covariance the engine keeps.
///
/// In TOML: `[estimator.ewma]`, with the settings of the estimator below it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstimatorConfig {
    /// Exponential weights.
    Ewma(EwmaParams),
    /// Exponential weights that forget faster when correlations break down.
    Adaptive(AdaptiveEwmaParams),
    /// Dynamic conditional correlation with parameters that are known.
    Dcc(Box<DccFilterParams>),
}

impl Default for EstimatorConfig {
    fn default() -> Self {
        Self::Ewma(EwmaParams::default())
    }
}

/// The estimate itself.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Estimator {
    Ewma(Ewma),
    Adaptive(AdaptiveEwma),
    Dcc(DccFilter),
}

/// Does the same for whichever estimator there is.
macro_rules! each {
    ($estimator:expr, $own:ident => $do:expr) => {
        match $estimator {
            Estimator::Ewma($own) => $do,
            Estimator::Adaptive($own) => $do,
            Estimator::Dcc($own) => $do,
        }
    };
}

impl Estimator {
    pub(super) fn new(config: &EstimatorConfig, assets: usize) -> Result<Self, Error> {
        Ok(match config {
            EstimatorConfig::Ewma(params) => Self::Ewma(Ewma::new(params.clone(), assets)?),
            EstimatorConfig::Adaptive(params) => Self::Adaptive(AdaptiveEwma::new(params.clone(), assets)?),
            EstimatorConfig::Dcc(params) => Self::Dcc(DccFilter::new((**params).clone())?),
        })
    }

    /// Begins an asset anew. A filter of given parameters has nothing to forget: its asset is the same as ever.
    pub(super) fn forget(&mut self, asset: usize) {
        // The asset is one of those that the estimator was made for.
        let _ = match self {
            Self::Ewma(ewma) => ewma.forget(asset),
            Self::Adaptive(adaptive) => adaptive.forget(asset),
            Self::Dcc(_) => Ok(()),
        };
    }
}

impl StreamingEstimator for Estimator {
    type Error = Error;

    fn assets(&self) -> usize {
        each!(self, own => own.assets())
    }

    fn update(&mut self, returns: &[f64]) -> Result<(), Error> {
        each!(self, own => own.update(returns))
    }

    fn ready(&self, asset: usize) -> bool {
        each!(self, own => own.ready(asset))
    }

    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Error> {
        each!(self, own => own.covariance_into(covariance))
    }

    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Error> {
        each!(self, own => own.covariance_of_into(assets, covariance))
    }
}
