//! Rules and choices as JSON.

use po_tail::{StopRule, Threshold, ThresholdChoice, ThresholdParams};

#[test]
fn rules_and_choices_come_back() {
    let losses: Vec<f64> = (1..=400).map(|i| (f64::from(i) / 400.5).powf(-0.3)).collect();
    for rule in [
        Threshold::Value(1.5),
        Threshold::default(),
        Threshold::Exceedances(7),
        Threshold::Automatic(ThresholdParams::default()),
    ] {
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Threshold>(&text).unwrap(), rule);
        let choice = rule.choose(&losses).unwrap();
        let text = serde_json::to_string(&choice).unwrap();
        assert_eq!(serde_json::from_str::<ThresholdChoice>(&text).unwrap().explain(), choice.explain());
    }
    assert_eq!(serde_json::from_str::<Threshold>(r#"{"quantile":0.9}"#).unwrap(), Threshold::default());
    let partial: ThresholdParams = serde_json::from_str(r#"{"stop":"strong"}"#).unwrap();
    assert_eq!(partial, ThresholdParams { stop: StopRule::Strong, ..ThresholdParams::default() });
    let refused = serde_json::from_str::<ThresholdParams>(r#"{"lowst":0.8}"#).unwrap_err();
    assert!(refused.to_string().contains("unknown field `lowst`"), "{refused}");
}
