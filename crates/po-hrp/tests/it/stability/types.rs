//! What the types of a stability can do: cross threads, be copied, compared and stored.

use po_core::InputError;
use po_hrp::{
    Answer, AssetStability, BootstrapInterval, ClusterStability, CountFrequency, Error, Failure,
    NodeStability, Stability, StabilityAnalysis, StabilityError, StabilityParams,
};

fn plain<T: Clone + std::fmt::Debug + PartialEq + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn small<T: Copy>() {}

#[test]
fn every_type_is_plain() {
    plain::<Answer>();
    plain::<ClusterStability>();
    plain::<Failure<Error>>();
    plain::<NodeStability>();
    plain::<Stability<InputError>>();
    plain::<StabilityError<Error>>();
    small::<AssetStability>();
    small::<BootstrapInterval>();
    small::<CountFrequency>();
    small::<StabilityAnalysis>();
    small::<StabilityParams>();
    plain::<AssetStability>();
    plain::<StabilityAnalysis>();
}

#[cfg(feature = "serde")]
#[test]
fn settings_and_results_come_back() {
    use po_core::{BootstrapParams, Confidence};

    let params = StabilityParams {
        bootstrap: BootstrapParams { resamples: 50, ..BootstrapParams::default() },
        confidence: Confidence::new(0.9).unwrap(),
        interval: BootstrapInterval::Basic,
        threads: Some(2),
    };
    let text = r#"{"bootstrap":{"resampling":"stationary","block":null,"resamples":50,"seed":1},"confidence":0.9,"interval":"basic","threads":2}"#;
    assert_eq!(serde_json::to_string(&params).unwrap(), text);
    assert_eq!(serde_json::from_str::<StabilityParams>(text).unwrap(), params);
    assert_eq!(serde_json::from_str::<StabilityParams>("{}").unwrap(), StabilityParams::default());
    let error = serde_json::from_str::<StabilityParams>(r#"{"level":0.9}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `level`"), "{error}");
    let cluster = ClusterStability {
        assets: vec![0, 2],
        similarity: 0.75,
        dissolved: 0.25,
        recovered: 0.5,
        support: None,
    };
    let text = r#"{"assets":[0,2],"similarity":0.75,"dissolved":0.25,"recovered":0.5,"support":null}"#;
    assert_eq!(serde_json::to_string(&cluster).unwrap(), text);
    assert_eq!(serde_json::from_str::<ClusterStability>(text).unwrap(), cluster);
}
