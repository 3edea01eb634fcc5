//! The names by which configuration files and the command line call the settings.

use po_core::InputError;
use po_hrp::{ClusterCount, ClusterWeights, Division, HrpParams, LeafOrder, Linkage, Metric, SplitRule};

#[test]
fn names_lead_back_to_their_values() {
    let linkages =
        ["single", "complete", "average", "weighted", "ward", "centroid", "median", "dbht", "dbht-pmfg"];
    assert_eq!(Linkage::ALL.iter().map(|linkage| linkage.name()).collect::<Vec<_>>(), linkages);
    assert_eq!(
        Metric::ALL.iter().map(|metric| metric.name()).collect::<Vec<_>>(),
        ["correlation", "columns"]
    );
    let orders: &[&str] = if cfg!(feature = "linalg") {
        &["dendrogram", "optimal", "stable", "spectral"]
    } else {
        &["dendrogram", "optimal", "stable"]
    };
    assert_eq!(LeafOrder::ALL.iter().map(|order| order.name()).collect::<Vec<_>>(), orders);
    for &linkage in Linkage::ALL {
        assert_eq!(linkage.name().parse(), Ok(linkage));
        assert_eq!(linkage.to_string(), linkage.name());
    }
    for &metric in Metric::ALL {
        assert_eq!(metric.name().parse(), Ok(metric));
        assert_eq!(metric.to_string(), metric.name());
    }
    for &leaf_order in LeafOrder::ALL {
        assert_eq!(leaf_order.name().parse(), Ok(leaf_order));
        assert_eq!(leaf_order.to_string(), leaf_order.name());
    }
    assert_eq!(
        format!("{:>8}|{:<12}|{:^9}", Linkage::Ward, Metric::Columns, LeafOrder::Optimal),
        "    ward|columns     | optimal "
    );
}

#[test]
fn a_misspelt_name_is_answered_with_the_nearest_one() {
    let unknown = |kind, name: &str, nearest: Option<&str>| InputError::UnknownName {
        kind,
        name: name.to_owned(),
        nearest: nearest.map(str::to_owned),
    };
    let error = "Wards".parse::<Linkage>().unwrap_err();
    assert_eq!(error, unknown("linkage", "Wards", Some("ward")));
    assert_eq!(error.to_string(), r#"linkage "Wards" is unknown, did you mean "ward"?"#);
    let error = "corelation".parse::<Metric>().unwrap_err();
    assert_eq!(error, unknown("metric", "corelation", Some("correlation")));
    let error = "optimum".parse::<LeafOrder>().unwrap_err();
    assert_eq!(error, unknown("leaf order", "optimum", Some("optimal")));
    assert_eq!(error.to_string(), r#"leaf order "optimum" is unknown, did you mean "optimal"?"#);
    let error = "".parse::<Linkage>().unwrap_err();
    assert_eq!(error, unknown("linkage", "", None));
    assert_eq!(error.to_string(), r#"linkage "" is unknown"#);
}

#[test]
fn settings_have_the_documented_defaults() {
    let params = HrpParams::default();
    assert_eq!(
        (params.linkage, params.metric, params.leaf_order),
        (Linkage::Ward, Metric::Correlation, LeafOrder::Dendrogram)
    );
    assert_eq!((params.bounds, params.groups), (None, Vec::new()));
}

#[test]
fn what_clusters_do_has_names() {
    let names = |names: &[&'static str]| names.to_vec();
    let of = |all: &[Division]| all.iter().map(|value| value.name()).collect::<Vec<_>>();
    assert_eq!(of(Division::ALL), names(&["clusters", "assets", "halves"]));
    for &division in Division::ALL {
        assert_eq!((division.name().parse(), division.to_string().as_str()), (Ok(division), division.name()));
    }
    for (&within, name) in ClusterWeights::ALL.iter().zip(["inverse-risk", "equal"]) {
        assert_eq!((name.parse(), within.to_string().as_str()), (Ok(within), name));
    }
    for (&rule, name) in SplitRule::ALL.iter().zip(["portfolios", "clusters", "augmented", "halves"]) {
        assert_eq!((name.parse(), rule.to_string().as_str()), (Ok(rule), name));
    }
    let error = "cluster".parse::<Division>().unwrap_err();
    assert_eq!(error.to_string(), r#"division "cluster" is unknown, did you mean "clusters"?"#);
    let error = "inverse".parse::<ClusterWeights>().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"kind of weights within clusters "inverse" is unknown, did you mean "inverse-risk"?"#
    );
}

#[test]
fn a_number_of_clusters_is_a_rule_or_a_number() {
    for (&rule, name) in ClusterCount::ALL.iter().zip(["gap", "silhouette", "standardised-silhouette"]) {
        assert_eq!((rule.name(), rule.to_string().as_str(), name.parse()), (name, name, Ok(rule)));
    }
    assert_eq!(ClusterCount::ALL.len(), 3);
    let given = ClusterCount::Given(12);
    assert_eq!((given.name(), given.to_string().as_str(), "12".parse()), ("given", "12", Ok(given)));
    let error = "gaps".parse::<ClusterCount>().unwrap_err();
    assert_eq!(error.to_string(), r#"rule for clusters "gaps" is unknown, did you mean "gap"?"#);
    assert!("given".parse::<ClusterCount>().is_err() && "-1".parse::<ClusterCount>().is_err());
}
