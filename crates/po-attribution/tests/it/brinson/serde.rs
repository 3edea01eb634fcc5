//! Settings and results survive being written down.
#![cfg(feature = "serde")]

use po_attribution::{
    Brinson, BrinsonAttribution, BrinsonModel, BrinsonParams, DecisionOrder, Interaction, LinkingMethod,
    NestedBrinsonParams, OffBenchmark, Segment,
};

#[test]
fn settings_are_words() {
    let params: BrinsonParams =
        toml::from_str("model = \"brinson-hood-beebower\"\ninteraction = \"selection\"").unwrap();
    assert_eq!(params.model, BrinsonModel::BrinsonHoodBeebower);
    assert_eq!(
        (params.interaction, params.off_benchmark),
        (Interaction::Selection, OffBenchmark::Allocation)
    );
    let nested: NestedBrinsonParams = toml::from_str("order = \"bottom-up\"").unwrap();
    assert_eq!(nested.order, DecisionOrder::BottomUp);
    assert!(toml::from_str::<BrinsonParams>("modell = \"brinson-fachler\"").is_err());
    assert_eq!(serde_json::to_string(&LinkingMethod::DaviesLaker).unwrap(), "\"davies-laker\"");
}

#[test]
fn a_result_comes_back() {
    let lacking = Segment { portfolio_weight: 0.5, portfolio_return: Some(0.125), ..Segment::default() };
    let found = Brinson::default().of_segments(&[lacking, Segment::new(0.5, 0.25, 1.0, 0.5)]).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<BrinsonAttribution>(&text).unwrap(), found);
}
