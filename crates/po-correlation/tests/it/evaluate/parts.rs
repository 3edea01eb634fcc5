//! What the parts of a race tell of themselves.

use po_core::{BootstrapParams, Resampling};
use po_correlation::evaluate::{Entrant, ModelConfidenceSet, ModelConfidenceSetParams, Race, RaceParams};

use super::market::Constant;

#[test]
fn settings_are_those_that_were_given() {
    let bootstrap =
        BootstrapParams { resampling: Resampling::Circular, block: Some(5), resamples: 9, seed: 2 };
    let confidence_set = ModelConfidenceSetParams { level: 0.25, bootstrap, ..Default::default() };
    assert_eq!(*ModelConfidenceSet::new(confidence_set).unwrap().params(), confidence_set);
    let params = RaceParams { in_sample: 77, confidence_set, threads: Some(3), ..RaceParams::default() };
    assert_eq!(*Race::new(params).unwrap().params(), params);
}

#[test]
fn an_entrant_shows_its_name() {
    let entrant = Entrant::new("constant", Constant::diagonal(&[1.0]));
    assert_eq!(entrant.name(), "constant");
    assert_eq!(format!("{entrant:?}"), r#"Entrant { name: "constant", .. }"#);
}
