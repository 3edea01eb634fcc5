//! Settings and results through JSON and TOML and back, and files that are refused.

use std::fmt::Debug;

use po_core::{Bounds, Confidence, GroupBound, Risk};
use po_hrp::{
    ClusterWeights, Dendrogram, Division, HrpParams, LeafOrder, Linkage, Merge, Metric, Split, SplitRule,
    linkage,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Asserts that a value is written as `json` and read from it.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

/// Asserts that a file is refused with a message that begins so.
fn refused<T: DeserializeOwned + Debug>(json: &str, message: &str) {
    let error = serde_json::from_str::<T>(json).unwrap_err().to_string();
    assert!(error.starts_with(message), "{error}");
}

#[test]
fn names_are_written_as_they_are_parsed() {
    for linkage in Linkage::ALL {
        round_trip(linkage, &format!("\"{linkage}\""));
    }
    for metric in Metric::ALL {
        round_trip(metric, &format!("\"{metric}\""));
    }
    for leaf_order in LeafOrder::ALL {
        round_trip(leaf_order, &format!("\"{leaf_order}\""));
    }
    for division in Division::ALL {
        round_trip(division, &format!("\"{division}\""));
    }
    for within in ClusterWeights::ALL {
        round_trip(within, &format!("\"{within}\""));
    }
    for rule in SplitRule::ALL {
        round_trip(rule, &format!("\"{rule}\""));
    }
    refused::<Linkage>("\"Ward\"", "unknown variant `Ward`");
}

#[test]
fn a_dendrogram_comes_back() {
    let tree = linkage(3, &[1.0, 5.0, 4.0], Linkage::Average).unwrap();
    round_trip(
        &tree,
        r#"{"leaves":3,"merges":[{"left":0,"right":1,"height":1.0,"size":2},{"left":2,"right":3,"height":4.5,"size":3}]}"#,
    );
    let text = toml::to_string(&tree).unwrap();
    assert_eq!(toml::from_str::<Dendrogram>(&text).unwrap(), tree);
    round_trip(
        &Merge { left: 0, right: 2, height: 0.5, size: 2 },
        r#"{"left":0,"right":2,"height":0.5,"size":2}"#,
    );
}

#[test]
fn a_tree_that_is_none_is_refused() {
    refused::<Dendrogram>(
        r#"{"leaves":2,"merges":[{"left":0,"right":2,"height":1.0,"size":2}]}"#,
        "a merged cluster is 2, expected a cluster that exists, the smaller first",
    );
    refused::<Dendrogram>(
        r#"{"leaves":0,"merges":[]}"#,
        "the dendrogram is empty, expected at least one item",
    );
    refused::<Dendrogram>(r#"{"leaves":1,"merges":[],"root":0}"#, "unknown field `root`");
    refused::<Merge>(r#"{"left":0,"right":1,"height":1.0,"size":2,"name":"x"}"#, "unknown field `name`");
}

#[test]
fn a_split_comes_back() {
    let split = Split {
        left: vec![2],
        right: vec![0, 1],
        rule: SplitRule::Portfolios,
        measure: Some(Risk::Variance),
        risk_left: 0.5,
        risk_right: 0.25,
        share_left: 0.75,
        weight_left: 0.5,
        weight_right: 0.25,
    };
    let text = r#"{"left":[2],"right":[0,1],"rule":"portfolios","measure":"variance","risk_left":0.5,"risk_right":0.25,"share_left":0.75,"weight_left":0.5,"weight_right":0.25}"#;
    round_trip(&split, text);
    refused::<Split>(r#"{"left":[2],"middle":[1]}"#, "unknown field `middle`");
}

#[test]
fn settings_come_back() {
    let params = HrpParams {
        linkage: Linkage::Single,
        metric: Metric::Columns,
        leaf_order: LeafOrder::Optimal,
        risk: Risk::Cvar { confidence: Confidence::new(0.95).unwrap() },
        bounds: Some(Bounds::uniform(2, 0.0, 0.75).unwrap()),
        groups: vec![GroupBound::new("tech", vec![1], 0.0, 0.5).unwrap()],
    };
    round_trip(
        &params,
        r#"{"linkage":"single","metric":"columns","leaf_order":"optimal","risk":{"cvar":{"confidence":0.95}},"bounds":{"lower":[0.0,0.0],"upper":[0.75,0.75]},"groups":[{"name":"tech","members":[1],"lower":0.0,"upper":0.5}]}"#,
    );
    let text = toml::to_string(&params).unwrap();
    assert_eq!(toml::from_str::<HrpParams>(&text).unwrap(), params);
    let plain = HrpParams::default();
    assert_eq!(toml::from_str::<HrpParams>(&toml::to_string(&plain).unwrap()).unwrap(), plain);
}

#[test]
fn what_a_file_leaves_out_takes_its_default() {
    assert_eq!(toml::from_str::<HrpParams>("").unwrap(), HrpParams::default());
    let params: HrpParams = toml::from_str("linkage = \"average\"").unwrap();
    assert_eq!(params, HrpParams { linkage: Linkage::Average, ..HrpParams::default() });
    let text = "[[groups]]\nname = \"tech\"\nmembers = [0, 2]\nupper = 0.25";
    let params: HrpParams = toml::from_str(text).unwrap();
    assert_eq!(params.groups, [GroupBound::new("tech", vec![0, 2], f64::NEG_INFINITY, 0.25).unwrap()]);
}

#[test]
fn what_a_file_misspells_is_refused() {
    refused::<HrpParams>(r#"{"linkages":"ward"}"#, "unknown field `linkages`, expected one of `linkage`");
    refused::<HrpParams>(r#"{"linkage":"wards"}"#, "unknown variant `wards`");
    refused::<HrpParams>(
        r#"{"bounds":{"lower":[0.5],"upper":[0.25]}}"#,
        "the bounds of asset 0 are [0.5, 0.25], expected a lower bound at or below the upper bound",
    );
}
