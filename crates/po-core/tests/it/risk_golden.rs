//! Values written by `tests/data/generate_risk.py` from Riskfolio-Lib, and from definitions in more digits.

use std::collections::BTreeMap;

use po_core::{Risk, RiskMeasure, RiskScratch};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    series: BTreeMap<String, Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    series: String,
    risk: Risk,
    expected: f64,
    source: String,
}

/// Some roundings for each of a few hundred terms, on both sides.
const ROUNDING: f64 = 1e-13;

#[test]
fn every_measure_is_what_other_libraries_say() {
    let File { series, cases } = serde_json::from_str(include_str!("../data/risk.json")).unwrap();
    let mut scratch = RiskScratch::default();
    for Case { series: name, risk, expected, source } in cases {
        let actual = risk.risk_into(&series[&name], &mut scratch).unwrap();
        let error = (actual - expected).abs();
        assert!(
            error <= ROUNDING * expected.abs(),
            "{risk:?} of {name}: {actual} is not {expected} ({source}), off by {error:e}"
        );
    }
}

#[test]
fn every_measure_has_a_case() {
    let File { cases, .. } = serde_json::from_str(include_str!("../data/risk.json")).unwrap();
    let names: std::collections::BTreeSet<&str> = cases.iter().map(|case| case.risk.name()).collect();
    let missing: Vec<_> = crate::risk_measures::every_measure(0.9)
        .iter()
        .map(Risk::name)
        .filter(|name| !names.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
