//! The names by which configuration files and the command line call the settings.

use po_core::InputError;
use po_hrp::{HrpParams, LeafOrder, Linkage, Metric};

#[test]
fn names_lead_back_to_their_values() {
    let linkages = ["single", "complete", "average", "weighted", "ward", "centroid", "median"];
    assert_eq!(Linkage::ALL.iter().map(|linkage| linkage.name()).collect::<Vec<_>>(), linkages);
    assert_eq!(
        Metric::ALL.iter().map(|metric| metric.name()).collect::<Vec<_>>(),
        ["correlation", "columns"]
    );
    assert_eq!(
        LeafOrder::ALL.iter().map(|order| order.name()).collect::<Vec<_>>(),
        ["dendrogram", "optimal"]
    );
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
