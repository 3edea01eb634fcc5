//! Settings and results as files hold them.

use po_core::{Codependence, CodependenceMeasure, DistanceForm};
use po_correlation::{
    Bins, DistanceCorrelationParams, DistanceStatistic, InformationParams, InformationScale,
    LowerTailDependenceParams,
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
    assert_eq!(read::<DistanceCorrelationParams>(""), DistanceCorrelationParams::default());
    assert_eq!(read::<InformationParams>(""), InformationParams::default());
    assert_eq!(read::<LowerTailDependenceParams>(""), LowerTailDependenceParams::default());
}

#[test]
fn names_are_those_of_the_field() {
    let params = read::<DistanceCorrelationParams>("statistic = 'bias-corrected'");
    assert_eq!(params.statistic, DistanceStatistic::BiasCorrected);
    let params = read::<InformationParams>("bins = 'freedman-diaconis'\nscale = 'nats'");
    assert_eq!((params.bins, params.scale), (Bins::FreedmanDiaconis, InformationScale::Nats));
    assert_eq!(read::<InformationParams>("bins = { number = 8 }").bins, Bins::Number(8));
    assert!(toml::from_str::<InformationParams>("bins = 'knuth'").is_err());
    assert!(toml::from_str::<LowerTailDependenceParams>("alpha = 0.05").is_err());
    let form: DistanceForm = serde_json::from_str("\"negative-logarithm\"").unwrap();
    assert_eq!(form, DistanceForm::NegativeLogarithm);
}

#[test]
fn a_codependence_is_checked_when_it_is_read() {
    let entries = [1.0, 0.25, 0.25, 1.0];
    let codependence =
        Codependence::from_column_slice(CodependenceMeasure::LowerTailDependence, 2, &entries).unwrap();
    let text = serde_json::to_string(&codependence).unwrap();
    assert_eq!(text, r#"{"measure":"lower-tail-dependence","rows":[[1.0,0.25],[0.25,1.0]]}"#);
    assert_eq!(serde_json::from_str::<Codependence>(&text).unwrap(), codependence);
    for (rows, message) in [
        ("[[1.0,1.25],[1.25,1.0]]", "the lower-tail dependence of asset 1 and asset 0 is 1.25"),
        ("[[1.0,0.25],[1.0]]", "a row of the matrix has length 1, expected 2"),
        ("[]", "the lower-tail dependence is empty"),
    ] {
        let text = format!(r#"{{"measure":"lower-tail-dependence","rows":{rows}}}"#);
        let error = serde_json::from_str::<Codependence>(&text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}
