//! The covariance of the observations, by the estimator that is asked for.

use po_engine::convex::Semidefinite;
use po_engine::correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, Dcc, DccLikelihood, DccParams, DccTarget, Decay, DenoisedCovariance,
    DenoisedCovarianceParams, EwmaCovariance, EwmaCovarianceParams, Gerber, GerberParams, Kendall,
    LedoitWolf, LedoitWolfParams, MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams,
    NonlinearShrinkage, Oas, OasParams, RankParams, SemiCovariance, SemiCovarianceParams, ShrinkageTarget,
    Spearman,
};
use po_engine::{Covariance, CovarianceEstimator, InputError, Returns, StreamingEstimator, correlation};

use crate::args::{CovarianceKind, DataArgs};
use crate::error::{Error, ObservationError};
use crate::observations::Observations;

/// Estimates the covariance per period, and repairs it if that is asked for.
pub(crate) fn estimate(data: &DataArgs, observations: &Observations) -> Result<Covariance, Error> {
    let universe = &observations.universe;
    let estimated = by_name(data.covariance.unwrap_or_default(), data.half_life, &observations.returns);
    let covariance = estimated.map_err(|error| match error {
        // The returns are finite, so what is not is a product of them.
        correlation::Error::Input(InputError::NotFinite { asset, .. }) => {
            let asset = universe.label(asset);
            ObservationError::TooLarge { what: "the covariance", asset, date: None }.into()
        }
        error => Error::correlation(universe)(error),
    })?;
    match data.semidefinite.map(Semidefinite::from) {
        // Optimisers look for themselves.
        None => Ok(covariance),
        Some(policy) => Ok(policy.apply(&covariance).map_err(Error::input(universe))?.into_owned()),
    }
}

/// The settings of the dynamic conditional correlation of this kind.
pub(crate) fn dcc_params(kind: CovarianceKind) -> DccParams {
    if kind == CovarianceKind::DccNonlinear {
        let (likelihood, target) = (DccLikelihood::Contiguous, DccTarget::Shrunk);
        DccParams { likelihood, target, ..DccParams::default() }
    } else {
        DccParams::default()
    }
}

fn by_name(
    kind: CovarianceKind,
    half_life: Option<f64>,
    returns: &Returns,
) -> Result<Covariance, correlation::Error> {
    let shrunk =
        |target| LedoitWolf::new(LedoitWolfParams { target, ..Default::default() }).estimate(returns);
    match kind {
        CovarianceKind::Sample => Ok(returns.covariance()?),
        CovarianceKind::Ewma => {
            let default = EwmaCovarianceParams::default();
            let volatility = half_life.map_or(default.volatility, Decay::HalfLife);
            EwmaCovariance::new(EwmaCovarianceParams { volatility, ..default })?.estimate(returns)
        }
        CovarianceKind::AdaptiveEwma => {
            let mut ewma = AdaptiveEwma::new(AdaptiveEwmaParams::default(), returns.assets())?;
            let mut row = vec![0.0; returns.assets()];
            for date in 0..returns.observations() {
                row.iter_mut().enumerate().for_each(|(asset, value)| *value = returns.column(asset)[date]);
                ewma.update(&row)?;
            }
            let mut covariance = Covariance::default();
            ewma.covariance_into(&mut covariance)?;
            Ok(covariance)
        }
        CovarianceKind::LedoitWolf => shrunk(ShrinkageTarget::Identity),
        CovarianceKind::ConstantCorrelation => shrunk(ShrinkageTarget::ConstantCorrelation),
        CovarianceKind::SingleFactor => shrunk(ShrinkageTarget::SingleFactor),
        CovarianceKind::Oas => Oas::new(OasParams::default()).estimate(returns),
        CovarianceKind::Nonlinear => NonlinearShrinkage::new().estimate(returns),
        CovarianceKind::Denoised => {
            DenoisedCovariance::new(DenoisedCovarianceParams::default())?.estimate(returns)
        }
        CovarianceKind::Gerber => Gerber::new(GerberParams::default())?.estimate(returns),
        CovarianceKind::Spearman => Spearman::new(RankParams::default()).estimate(returns),
        CovarianceKind::Kendall => Kendall::new(RankParams::default()).estimate(returns),
        CovarianceKind::MinimumDeterminant => {
            MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default())?
                .estimate(returns)
        }
        CovarianceKind::Semi => SemiCovariance::new(SemiCovarianceParams::default())?.estimate(returns),
        CovarianceKind::Dcc | CovarianceKind::DccNonlinear => {
            let filter = Dcc::new(dcc_params(kind)).fit(returns)?.filter(returns)?;
            let mut covariance = Covariance::default();
            filter.covariance_into(&mut covariance)?;
            Ok(covariance)
        }
    }
}
