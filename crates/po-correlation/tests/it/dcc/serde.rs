//! Settings and results as they are written down.

use po_correlation::{Dcc, DccFit, DccLikelihood, DccModel, DccParams};

use super::golden::residuals;

#[test]
fn settings_have_defaults_and_refuse_what_they_do_not_know() {
    assert_eq!(toml::from_str::<DccParams>("").unwrap(), DccParams::default());
    let params: DccParams = toml::from_str("model = \"asymmetric\"\nlikelihood = \"all-pairs\"").unwrap();
    assert_eq!((params.model, params.likelihood), (DccModel::Asymmetric, DccLikelihood::AllPairs));
    let error = toml::from_str::<DccParams>("targeting = 1").unwrap_err();
    assert!(error.to_string().contains("unknown field `targeting`"), "{error}");
}

#[test]
fn a_fit_comes_back_as_it_was() {
    let fit = Dcc::new(DccParams { model: DccModel::Asymmetric, ..DccParams::default() })
        .fit(&residuals())
        .unwrap();
    let back: DccFit = toml::from_str(&toml::to_string(&fit).unwrap()).unwrap();
    assert_eq!(back, fit);
}
