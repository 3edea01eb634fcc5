//! Settings and results as they are written down.

use po_correlation::{Garch, GarchFit, GarchModel, GarchParams, Innovations};

use super::golden::file;

#[test]
fn settings_have_defaults_and_refuse_what_they_do_not_know() {
    assert_eq!(toml::from_str::<GarchParams>("").unwrap(), GarchParams::default());
    let params: GarchParams = toml::from_str("model = \"gjr\"\ninnovations = \"student-t\"").unwrap();
    assert_eq!((params.model, params.innovations), (GarchModel::Gjr, Innovations::StudentT));
    let error = toml::from_str::<GarchParams>("modell = \"gjr\"").unwrap_err();
    assert!(error.to_string().contains("unknown field `modell`"), "{error}");
}

#[test]
fn a_fit_comes_back_as_it_was() {
    let params = GarchParams { innovations: Innovations::StudentT, ..GarchParams::default() };
    let fit = Garch::new(params).fit(&file().series[1].returns).unwrap();
    let back: GarchFit = toml::from_str(&toml::to_string(&fit).unwrap()).unwrap();
    assert_eq!(back, fit);
}
