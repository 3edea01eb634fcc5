//! Settings as files hold them.

use po_correlation::{
    Decay, DenoisedCovarianceParams, Denoising, Divisor, EwmaCovarianceParams, GerberParams, GerberStatistic,
    LedoitWolfParams, MinimumCovarianceDeterminantParams, NoiseFit, OasFormula, OasParams, RankMapping,
    RankParams, Repair, SampleCovarianceParams, SemiCovarianceParams, ShrinkageTarget, Threshold,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a text, and finds the same settings again in what it writes of them.
fn read<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let params: T = toml::from_str(text).unwrap();
    let written = toml::to_string(&params).unwrap();
    assert_eq!(toml::from_str::<T>(&written).unwrap(), params);
    params
}

#[test]
fn what_is_left_out_is_the_default() {
    assert_eq!(read::<SampleCovarianceParams>(""), SampleCovarianceParams::default());
    assert_eq!(read::<SemiCovarianceParams>(""), SemiCovarianceParams::default());
    assert_eq!(read::<EwmaCovarianceParams>(""), EwmaCovarianceParams::default());
    assert_eq!(read::<LedoitWolfParams>(""), LedoitWolfParams::default());
    assert_eq!(read::<OasParams>(""), OasParams::default());
    assert_eq!(read::<DenoisedCovarianceParams>(""), DenoisedCovarianceParams::default());
    assert_eq!(read::<GerberParams>(""), GerberParams::default());
    assert_eq!(read::<RankParams>(""), RankParams::default());
    let robust = MinimumCovarianceDeterminantParams::default();
    assert_eq!(read::<MinimumCovarianceDeterminantParams>(""), robust);
}

#[test]
fn names_are_those_of_the_field() {
    let target = ShrinkageTarget::ConstantCorrelation;
    let params = LedoitWolfParams { target, divisor: Divisor::DegreesOfFreedom };
    assert_eq!(
        read::<LedoitWolfParams>("target = 'constant-correlation'\ndivisor = 'degrees-of-freedom'"),
        params
    );
    assert_eq!(read::<LedoitWolfParams>("target = 'constant-variance'").target, ShrinkageTarget::Identity);
    assert_eq!(read::<OasParams>("formula = 'many-assets'").formula, OasFormula::ManyAssets);
    let params =
        read::<EwmaCovarianceParams>("volatility = { factor = 0.97 }\ncorrelation = { half-life = 60.0 }");
    assert_eq!((params.volatility, params.correlation), (Decay::Factor(0.97), Some(Decay::HalfLife(60.0))));
    assert_eq!(
        read::<SemiCovarianceParams>("threshold = { return = 0.001 }").threshold,
        Threshold::Return(0.001)
    );
    let params = read::<DenoisedCovarianceParams>(
        "noise = { kernel = { bandwidth = 0.02 } }\n\
         denoising = { targeted-shrinkage = { keep = 0.5 } }\n\
         market_components = 1",
    );
    assert_eq!(params.noise, NoiseFit::Kernel { bandwidth: 0.02 });
    assert_eq!(params.denoising, Denoising::TargetedShrinkage { keep: 0.5 });
    assert_eq!(read::<GerberParams>("statistic = 'gs2'").statistic, GerberStatistic::Gs2);
    let params = read::<RankParams>("mapping = 'normal'\nrepair = 'nearest'");
    assert_eq!((params.mapping, params.repair), (RankMapping::Normal, Repair::Nearest));
    let params = read::<MinimumCovarianceDeterminantParams>("support = 0.75\nseed = 7");
    assert_eq!((params.support, params.seed), (Some(0.75), 7));
}

#[test]
fn unknown_settings_are_refused() {
    assert!(toml::from_str::<LedoitWolfParams>("targets = 'identity'").is_err());
    assert!(toml::from_str::<LedoitWolfParams>("target = 'identities'").is_err());
    assert!(toml::from_str::<GerberParams>("treshold = 0.5").is_err());
}
