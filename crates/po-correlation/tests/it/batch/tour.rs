//! Every estimator with every setting, for what holds of all of them.

use po_core::{Covariance, CovarianceEstimator, Returns};
use po_correlation::{
    BatchScratch, Centring, Decay, DenoisedCovariance, DenoisedCovarianceParams, Denoising, Divisor, Error,
    EwmaCovariance, EwmaCovarianceParams, Gerber, GerberParams, GerberStatistic, Kendall, LedoitWolf,
    LedoitWolfParams, MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams, NoiseFit,
    NonlinearShrinkage, Oas, OasFormula, OasParams, RankMapping, RankParams, Repair, SampleCovariance,
    SampleCovarianceParams, SemiCovariance, SemiCovarianceParams, ShrinkageTarget, Spearman, Threshold,
};

/// An estimator of any kind.
pub(crate) type Any = Box<dyn CovarianceEstimator<Scratch = BatchScratch, Error = Error>>;

/// What an estimator needs of its sample, and promises of its result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Works for any N and T of two or more.
    Any,
    /// Needs 13 observations.
    Nonlinear,
    /// Needs more observations than assets.
    Robust,
}

fn boxed(estimator: impl CovarianceEstimator<Scratch = BatchScratch, Error = Error> + 'static) -> Any {
    Box::new(estimator)
}

/// All estimators whose result is positive semidefinite, whatever the sample.
pub(crate) fn semidefinite() -> Vec<(String, Kind, Any)> {
    let mut all: Vec<(String, Kind, Any)> = Vec::new();
    let mut add = |name: String, kind, estimator| all.push((name, kind, estimator));
    for divisor in [Divisor::Observations, Divisor::DegreesOfFreedom] {
        let params = SampleCovarianceParams { divisor };
        add(format!("sample {divisor:?}"), Kind::Any, boxed(SampleCovariance::new(params)));
        for &target in ShrinkageTarget::ALL {
            let params = LedoitWolfParams { target, divisor };
            add(format!("{target:?} {divisor:?}"), Kind::Any, boxed(LedoitWolf::new(params)));
        }
        for statistic in [GerberStatistic::Gs1, GerberStatistic::Gs2] {
            let params = GerberParams { statistic, divisor, ..GerberParams::default() };
            add(format!("{statistic:?} {divisor:?}"), Kind::Any, boxed(Gerber::new(params).unwrap()));
        }
    }
    for threshold in [Threshold::Mean, Threshold::Return(0.001)] {
        let params = SemiCovarianceParams { threshold, ..SemiCovarianceParams::default() };
        add(format!("semi {threshold:?}"), Kind::Any, boxed(SemiCovariance::new(params).unwrap()));
    }
    for centring in [Centring::Mean, Centring::Zero] {
        for correlation in [None, Some(Decay::HalfLife(40.0))] {
            let params = EwmaCovarianceParams { volatility: Decay::HalfLife(10.0), correlation, centring };
            let name = format!("EWMA {centring:?} {correlation:?}");
            add(name, Kind::Any, boxed(EwmaCovariance::new(params).unwrap()));
        }
    }
    for formula in [OasFormula::Published, OasFormula::ManyAssets] {
        add(format!("OAS {formula:?}"), Kind::Any, boxed(Oas::new(OasParams { formula })));
    }
    add("nonlinear".to_owned(), Kind::Nonlinear, boxed(NonlinearShrinkage::new()));
    for noise in [NoiseFit::Unit, NoiseFit::Residual, NoiseFit::default()] {
        for denoising in [
            Denoising::None,
            Denoising::ConstantResidual,
            Denoising::TargetedShrinkage { keep: 0.0 },
            Denoising::TargetedShrinkage { keep: 0.5 },
        ] {
            let params = DenoisedCovarianceParams { noise, denoising, ..DenoisedCovarianceParams::default() };
            let name = format!("{noise:?} {denoising:?}");
            add(name, Kind::Any, boxed(DenoisedCovariance::new(params).unwrap()));
        }
    }
    for (mapping, repair) in [
        (RankMapping::Plain, Repair::None),
        (RankMapping::Normal, Repair::Clip),
        (RankMapping::Normal, Repair::Nearest),
    ] {
        let params = RankParams { mapping, repair, ..RankParams::default() };
        add(format!("Spearman {mapping:?} {repair:?}"), Kind::Any, boxed(Spearman::new(params)));
        add(format!("Kendall {mapping:?} {repair:?}"), Kind::Any, boxed(Kendall::new(params)));
    }
    for cutoff in [None, Some(0.975)] {
        let params = MinimumCovarianceDeterminantParams {
            cutoff,
            starts: 20,
            ..MinimumCovarianceDeterminantParams::default()
        };
        let estimator = MinimumCovarianceDeterminant::new(params).unwrap();
        add(format!("MCD {cutoff:?}"), Kind::Robust, boxed(estimator));
    }
    all
}

impl Kind {
    /// Whether a sample is large enough.
    pub(crate) fn takes(self, observations: usize, assets: usize) -> bool {
        match self {
            Self::Any => observations >= 3,
            Self::Nonlinear => observations >= 13,
            // Fewer leave subsets that nearly lie on a hyperplane, whose order is decided by rounding.
            Self::Robust => observations >= 4 * assets + 4,
        }
    }
}

pub(crate) fn estimate(estimator: &Any, returns: &Returns) -> Covariance {
    estimator.estimate(returns).unwrap()
}
