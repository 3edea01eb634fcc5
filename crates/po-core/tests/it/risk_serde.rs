//! Measures of risk as they are written in files.

use po_core::{Compounding, Confidence, Quantile, Risk};

use crate::risk_measures::every_measure;

fn read(json: &str) -> Risk {
    serde_json::from_str(json).unwrap()
}

fn refused(json: &str, message: &str) {
    let error = serde_json::from_str::<Risk>(json).unwrap_err().to_string();
    assert!(error.starts_with(message), "{error}");
}

#[test]
fn every_measure_comes_back() {
    for risk in every_measure(0.95) {
        assert_eq!(read(&serde_json::to_string(&risk).unwrap()), risk);
    }
    assert_eq!(serde_json::to_string(&Risk::SquareRootKurtosis).unwrap(), r#""square-root-kurtosis""#);
    let (confidence, compounding) = (Confidence::new(0.95).unwrap(), Compounding::Compounded);
    let text = serde_json::to_string(&Risk::Cdar { confidence, compounding }).unwrap();
    assert_eq!(text, r#"{"cdar":{"confidence":0.95,"compounding":"compounded"}}"#);
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let confidence = Confidence::new(0.9).unwrap();
    assert_eq!(read(r#"{"var":{"confidence":0.9}}"#), Risk::Var { confidence, quantile: Quantile::Lower });
    let compounding = Compounding::Uncompounded;
    assert_eq!(read(r#"{"maximum-drawdown":{}}"#), Risk::MaximumDrawdown { compounding });
    assert_eq!(read(r#"{"downside-deviation":{}}"#), Risk::DownsideDeviation { threshold: 0.0 });
}

#[test]
fn what_is_not_known_is_refused() {
    refused(r#""volatility""#, "unknown variant `volatility`");
    refused(r#"{"cvar":{"confidence":0.9,"alpha":0.1}}"#, "unknown field `alpha`");
    refused(r#"{"cvar":{}}"#, "missing field `confidence`");
    refused(r#"{"cvar":{"confidence":95}}"#, "the confidence is 95, expected a number in (0, 1)");
}
