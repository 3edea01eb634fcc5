//! Cases written by `tests/data/generate_batch.py` from independent libraries and naive formulas.

use po_core::{Covariance, CovarianceEstimator, Returns};
use po_correlation::{
    Centring, Decay, DenoisedCovariance, DenoisedCovarianceParams, Denoising, Divisor, EwmaCovariance,
    EwmaCovarianceParams, Gerber, GerberParams, GerberStatistic, Kendall, LedoitWolf, LedoitWolfParams,
    MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams, NoiseFit, NonlinearShrinkage, Oas,
    OasFormula, OasParams, RankMapping, RankParams, Repair, SampleCovariance, SampleCovarianceParams,
    SemiCovariance, SemiCovarianceParams, ShrinkageTarget, Spearman, Threshold,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    sample: Vec<Sample>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Sample {
    name: String,
    observations: usize,
    assets: usize,
    returns: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    sample: String,
    estimator: String,
    setting: String,
    tolerance: f64,
    expected: Vec<f64>,
    intensity: Option<f64>,
    signals: Option<usize>,
    variance: Option<f64>,
    location: Option<Vec<f64>>,
    kept: Option<Vec<usize>>,
    broken: Option<Vec<f64>>,
}

/// The place of a minimum is known to half the digits of its value.
const MINIMUM: f64 = 1e-7;

/// A mean of at most some dozen returns of a few per cent.
const MEAN: f64 = 1e-15;

impl Case {
    fn name(&self) -> String {
        format!("{} {} of {}", self.estimator, self.setting, self.sample)
    }

    fn compare(&self, actual: &Covariance) {
        let largest = self.expected.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
        assert_eq!(actual.as_slice().len(), self.expected.len(), "{}", self.name());
        for (index, (actual, expected)) in actual.as_slice().iter().zip(&self.expected).enumerate() {
            assert!(
                (actual - expected).abs() <= self.tolerance * largest,
                "{}[{index}]: {actual} is not {expected}",
                self.name()
            );
        }
    }

    fn compare_intensity(&self, actual: f64) {
        let expected = self.intensity.unwrap();
        assert!((actual - expected).abs() <= self.tolerance, "{}: {actual} is not {expected}", self.name());
    }

    /// The number that the setting ends in.
    fn number(&self) -> f64 {
        self.setting.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

fn target(name: &str) -> ShrinkageTarget {
    match name {
        "identity" => ShrinkageTarget::Identity,
        "constant-covariance" => ShrinkageTarget::ConstantCovariance,
        "diagonal" => ShrinkageTarget::Diagonal,
        "constant-correlation" => ShrinkageTarget::ConstantCorrelation,
        "single-factor" => ShrinkageTarget::SingleFactor,
        other => panic!("no target {other}"),
    }
}

fn ewma(setting: &str) -> EwmaCovarianceParams {
    let default = EwmaCovarianceParams::default();
    match setting {
        "0.94" => default,
        "zero 0.97" => {
            EwmaCovarianceParams { volatility: Decay::Factor(0.97), centring: Centring::Zero, ..default }
        }
        "half-lives 10 40" => EwmaCovarianceParams {
            volatility: Decay::HalfLife(10.0),
            correlation: Some(Decay::HalfLife(40.0)),
            ..default
        },
        other => panic!("no setting {other}"),
    }
}

fn denoising(setting: &str) -> DenoisedCovarianceParams {
    let default = DenoisedCovarianceParams::default();
    match setting {
        "constant-residual" => default,
        "targeted-shrinkage 0.3" => {
            DenoisedCovarianceParams { denoising: Denoising::TargetedShrinkage { keep: 0.3 }, ..default }
        }
        "unit" => DenoisedCovarianceParams { noise: NoiseFit::Unit, ..default },
        "residual" => DenoisedCovarianceParams { noise: NoiseFit::Residual, ..default },
        "detone" => DenoisedCovarianceParams { denoising: Denoising::None, market_components: 1, ..default },
        "constant-residual detone" => DenoisedCovarianceParams { market_components: 1, ..default },
        other => panic!("no setting {other}"),
    }
}

fn compare_robust(case: &Case, returns: &Returns) {
    let default = MinimumCovarianceDeterminantParams::default();
    let params = match case.setting.as_str() {
        "reweighted" => default,
        // Eight of twelve, exactly.
        "raw 8" => MinimumCovarianceDeterminantParams { support: Some(0.67), cutoff: None, ..default },
        other => panic!("no setting {other}"),
    };
    let fit = MinimumCovarianceDeterminant::new(params).unwrap().fit(returns).unwrap();
    case.compare(fit.covariance());
    if let Some(location) = &case.location {
        for (actual, expected) in fit.location().iter().zip(location) {
            assert!((actual - expected).abs() < MEAN, "{}: {actual} is not {expected}", case.name());
        }
    }
    if let Some(kept) = &case.kept {
        let found: Vec<usize> = (0..returns.observations()).filter(|&row| fit.kept()[row]).collect();
        assert_eq!(&found, kept, "{}", case.name());
    }
}

fn compare_repair(case: &Case) {
    let broken = Covariance::from_column_slice(6, case.broken.as_ref().unwrap()).unwrap();
    case.compare(&Repair::Clip.repair(&broken).unwrap());
}

fn compare(case: &Case, returns: &Returns) {
    let divisor = match case.setting.as_str() {
        "observations" => Divisor::Observations,
        _ => Divisor::DegreesOfFreedom,
    };
    let mapping = if case.setting == "normal" { RankMapping::Normal } else { RankMapping::Plain };
    // The libraries do not repair what they map.
    let ranks = RankParams { mapping, repair: Repair::None, ..RankParams::default() };
    let covariance = match case.estimator.as_str() {
        "sample" => SampleCovariance::new(SampleCovarianceParams { divisor }).estimate(returns),
        "semi" => {
            let params = match case.setting.as_str() {
                "mean" => SemiCovarianceParams::default(),
                _ => SemiCovarianceParams {
                    threshold: Threshold::Return(case.number()),
                    divisor: Divisor::Observations,
                },
            };
            SemiCovariance::new(params).unwrap().estimate(returns)
        }
        "ewma" => EwmaCovariance::new(ewma(&case.setting)).unwrap().estimate(returns),
        "ledoit-wolf" => {
            let params = LedoitWolfParams { target: target(&case.setting), ..LedoitWolfParams::default() };
            let (covariance, intensity) = LedoitWolf::new(params).shrink(returns).unwrap();
            case.compare_intensity(intensity);
            Ok(covariance)
        }
        "oas" => {
            let many = case.setting == "many-assets";
            let formula = if many { OasFormula::ManyAssets } else { OasFormula::Published };
            let (covariance, intensity) = Oas::new(OasParams { formula }).shrink(returns).unwrap();
            case.compare_intensity(intensity);
            Ok(covariance)
        }
        "nonlinear" => NonlinearShrinkage::new().estimate(returns),
        "spearman" => Spearman::new(ranks).estimate(returns),
        "kendall" => Kendall::new(ranks).estimate(returns),
        "gerber" => {
            let first = case.setting.starts_with("gs1");
            let statistic = if first { GerberStatistic::Gs1 } else { GerberStatistic::Gs2 };
            let params = GerberParams { threshold: case.number(), statistic, ..GerberParams::default() };
            Gerber::new(params).unwrap().estimate(returns)
        }
        "denoise" => {
            let estimator = DenoisedCovariance::new(denoising(&case.setting)).unwrap();
            let sample = returns.covariance().unwrap();
            let (covariance, spectrum) = estimator.denoise(&sample, returns.observations()).unwrap();
            case.compare(&covariance);
            if let (Some(signals), Some(variance)) = (case.signals, case.variance) {
                assert_eq!(spectrum.signals, signals, "{}", case.name());
                let found = spectrum.law.variance();
                assert!((found - variance).abs() < MINIMUM, "{}: {found} is not {variance}", case.name());
            }
            estimator.estimate(returns)
        }
        other => panic!("no estimator {other}"),
    };
    case.compare(&covariance.unwrap());
}

#[test]
fn covariances_equal_those_of_other_libraries() {
    let file: File = toml::from_str(include_str!("../../data/batch.toml")).unwrap();
    for case in &file.case {
        let Some(sample) = file.sample.iter().find(|sample| sample.name == case.sample) else {
            compare_repair(case);
            continue;
        };
        let returns =
            Returns::from_column_slice(sample.observations, sample.assets, &sample.returns).unwrap();
        match case.estimator.as_str() {
            "mcd" => compare_robust(case, &returns),
            _ => compare(case, &returns),
        }
    }
    assert!(file.case.len() >= 48, "only {} cases were compared", file.case.len());
}
