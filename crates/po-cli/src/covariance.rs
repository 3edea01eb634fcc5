//! The covariance of the observations, by the estimator that is asked for.

use po_engine::convex::Semidefinite;
use po_engine::correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, BatchScratch, Dcc, DccFit, DccLikelihood, DccParams, DccTarget, Decay,
    DenoisedCovariance, DenoisedCovarianceParams, Error as Fault, EwmaCovariance, EwmaCovarianceParams,
    EwmaParams, Gerber, GerberParams, Kendall, LedoitWolf, LedoitWolfParams, MinimumCovarianceDeterminant,
    MinimumCovarianceDeterminantParams, NonlinearShrinkage, Oas, OasParams, RankParams, SampleCovariance,
    SemiCovariance, SemiCovarianceParams, ShrinkageTarget, Spearman,
};
use po_engine::{Covariance, CovarianceEstimator, InputError, Returns, Status, StreamingEstimator};

use crate::args::{CovarianceKind, DataArgs};
use crate::error::{Error, ObservationError};
use crate::observations::Observations;

/// What stands behind a name.
pub(crate) enum Estimator {
    /// One matrix for a whole sample.
    Whole(Whole),
    /// Another matrix after each observation.
    Moving(Moving),
}

/// An estimator that moves with the observations.
pub(crate) enum Moving {
    /// Exponential weights.
    Ewma(Decay),
    /// Exponential weights that adapt.
    Adaptive,
    /// Dynamic conditional correlation.
    Dcc(Dcc),
}

/// An estimator of a whole sample, of whichever type.
pub(crate) struct Whole(Box<dyn CovarianceEstimator<Scratch = BatchScratch, Error = Fault> + Send>);

/// The estimator of a name; the half-life is that of exponential weights.
pub(crate) fn estimator(kind: CovarianceKind, half_life: Option<f64>) -> Result<Estimator, Fault> {
    let shrunk = |target| whole(LedoitWolf::new(LedoitWolfParams { target, ..Default::default() }));
    Ok(match kind {
        CovarianceKind::Sample => whole(SampleCovariance::default()),
        CovarianceKind::Ewma => {
            let decay = half_life.map_or(EwmaParams::default().volatility, Decay::HalfLife);
            Estimator::Moving(Moving::Ewma(decay))
        }
        CovarianceKind::AdaptiveEwma => Estimator::Moving(Moving::Adaptive),
        CovarianceKind::LedoitWolf => shrunk(ShrinkageTarget::Identity),
        CovarianceKind::ConstantCorrelation => shrunk(ShrinkageTarget::ConstantCorrelation),
        CovarianceKind::SingleFactor => shrunk(ShrinkageTarget::SingleFactor),
        CovarianceKind::Oas => whole(Oas::new(OasParams::default())),
        CovarianceKind::Nonlinear => whole(NonlinearShrinkage::new()),
        CovarianceKind::Denoised => whole(DenoisedCovariance::new(DenoisedCovarianceParams::default())?),
        CovarianceKind::Gerber => whole(Gerber::new(GerberParams::default())?),
        CovarianceKind::Spearman => whole(Spearman::new(RankParams::default())),
        CovarianceKind::Kendall => whole(Kendall::new(RankParams::default())),
        CovarianceKind::MinimumDeterminant => {
            whole(MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default())?)
        }
        CovarianceKind::Semi => whole(SemiCovariance::new(SemiCovarianceParams::default())?),
        CovarianceKind::Dcc => Estimator::Moving(Moving::Dcc(Dcc::new(DccParams::default()))),
        CovarianceKind::DccNonlinear => {
            let (likelihood, target) = (DccLikelihood::Contiguous, DccTarget::Shrunk);
            let params = DccParams { likelihood, target, ..DccParams::default() };
            Estimator::Moving(Moving::Dcc(Dcc::new(params)))
        }
    })
}

fn whole(
    estimator: impl CovarianceEstimator<Scratch = BatchScratch, Error = Fault> + Send + 'static,
) -> Estimator {
    Estimator::Whole(Whole(Box::new(estimator)))
}

impl CovarianceEstimator for Whole {
    type Scratch = BatchScratch;
    type Error = Fault;

    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut BatchScratch,
        covariance: &mut Covariance,
    ) -> Result<(), Fault> {
        self.0.estimate_into(returns, scratch, covariance)
    }
}

/// Estimates the covariance per period, and repairs it if that is asked for; what the user should know of it is added
/// to the warnings of the observations.
pub(crate) fn estimate(data: &DataArgs, observations: &mut Observations) -> Result<Covariance, Error> {
    let kind = data.covariance.unwrap_or_default();
    let (returns, universe) = (&observations.returns, &observations.universe);
    let estimated = estimator(kind, data.half_life).and_then(|estimator| estimator.estimate(returns));
    let (covariance, status) = estimated.map_err(|error| match error {
        // The returns are finite, so what is not is a product of them.
        Fault::Input(InputError::NotFinite { asset, .. }) => {
            let asset = universe.label(asset);
            ObservationError::TooLarge { what: "the covariance", asset, date: None }.into()
        }
        error => Error::correlation(universe)(error),
    })?;
    observations.warnings.extend(unsettled(&kind.name(), status));
    match data.semidefinite.map(Semidefinite::from) {
        // Optimisers look for themselves.
        None => Ok(covariance),
        Some(policy) => {
            let universe = &observations.universe;
            Ok(policy.apply(&covariance).map_err(Error::input(universe))?.into_owned())
        }
    }
}

impl Estimator {
    /// The covariance of a sample, and how the search for it ended.
    fn estimate(&self, returns: &Returns) -> Result<(Covariance, Status), Fault> {
        let mut covariance = Covariance::default();
        match self {
            Self::Whole(whole) => Ok((whole.estimate(returns)?, Status::Converged)),
            Self::Moving(Moving::Ewma(volatility)) => {
                let params =
                    EwmaCovarianceParams { volatility: *volatility, ..EwmaCovarianceParams::default() };
                Ok((EwmaCovariance::new(params)?.estimate(returns)?, Status::Converged))
            }
            Self::Moving(Moving::Adaptive) => {
                let mut ewma = AdaptiveEwma::new(AdaptiveEwmaParams::default(), returns.assets())?;
                let mut row = vec![0.0; returns.assets()];
                for date in 0..returns.observations() {
                    row.iter_mut()
                        .enumerate()
                        .for_each(|(asset, value)| *value = returns.column(asset)[date]);
                    ewma.update(&row)?;
                }
                ewma.covariance_into(&mut covariance)?;
                Ok((covariance, Status::Converged))
            }
            Self::Moving(Moving::Dcc(dcc)) => {
                let fit = dcc.fit(returns)?;
                fit.filter(returns)?.covariance_into(&mut covariance)?;
                Ok((covariance, ending(&fit)))
            }
        }
    }
}

/// How the searches of a fit ended, those for the variances among them: the first that did not converge.
pub(crate) fn ending(fit: &DccFit) -> Status {
    let margins = fit.margins.iter().map(|margin| margin.status);
    margins.chain([fit.status]).find(|status| *status != Status::Converged).unwrap_or_default()
}

/// What there is to say of a search that did not converge.
pub(crate) fn unsettled(name: &str, status: Status) -> Option<String> {
    (status != Status::Converged).then(|| {
        format!(
            "the search for the parameters of {name} ended before its tolerances were met; its numbers may be rough"
        )
    })
}
