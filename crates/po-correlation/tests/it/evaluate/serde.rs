//! Settings can be stored, and misspelt ones are refused.

use po_core::{BootstrapParams, Resampling};
use po_correlation::evaluate::{
    Bandwidth, ConfidenceStatistic, DieboldMarianoParams, ModelConfidenceSetParams, RaceParams, Schedule,
    Window,
};

#[test]
fn settings_are_read_back() {
    let bootstrap =
        BootstrapParams { resampling: Resampling::Moving, block: Some(9), resamples: 500, seed: u64::MAX };
    let confidence_set =
        ModelConfidenceSetParams { statistic: ConfidenceStatistic::Max, level: 0.25, bootstrap };
    let threads = Some(3);
    let params = RaceParams { in_sample: 500, bandwidth: Bandwidth::Lags(3), confidence_set, threads };
    let text = serde_json::to_string(&params).unwrap();
    assert_eq!(serde_json::from_str::<RaceParams>(&text).unwrap(), params);
    let schedule = Schedule { window: Window::Rolling(250), every: 5 };
    assert_eq!(serde_json::to_string(&schedule).unwrap(), r#"{"window":{"rolling":250},"every":5}"#);
    assert_eq!(serde_json::from_str::<Schedule>("{}").unwrap(), Schedule::default());
    assert_eq!(serde_json::from_str::<RaceParams>("{}").unwrap(), RaceParams::default());
    assert_eq!(
        serde_json::from_str::<DieboldMarianoParams>(r#"{"bandwidth":"rule-of-thumb"}"#).unwrap(),
        DieboldMarianoParams { bandwidth: Bandwidth::RuleOfThumb, ..DieboldMarianoParams::default() },
    );
}

#[test]
fn misspelt_settings_are_refused() {
    let error = serde_json::from_str::<RaceParams>(r#"{"insample":3}"#).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `insample`"), "{error}");
}
