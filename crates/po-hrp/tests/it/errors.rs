//! Every refusal, with its numbers and its words.

use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, GroupBound, InputError, Universe};
use po_hrp::{
    Dendrogram, Error, Hrp, HrpAllocation, HrpParams, Linkage, LinkageScratch, Merge, linkage, linkage_into,
    optimal_leaf_order,
};

use crate::properties::all_settings;
use crate::random::factor_covariance;

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM", "BP"]).unwrap()
}

/// Asserts an error, its message, and its message with names.
#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str, named: &str) {
    let error = result.unwrap_err();
    assert_eq!(&error, expected);
    assert_eq!(error.to_string(), text);
    assert_eq!(error.named(&universe()), named);
}

/// As [`assert_refused`], where there is no asset to name.
#[track_caller]
fn assert_refused_plainly<T: std::fmt::Debug>(result: Result<T, Error>, expected: &Error, text: &str) {
    assert_refused(result, expected, text, text);
}

fn bounded(lower: &[f64], upper: &[f64]) -> HrpParams {
    HrpParams { bounds: Some(Bounds::new(lower.to_vec(), upper.to_vec()).unwrap()), ..HrpParams::default() }
}

fn grouped(members: &[usize], lower: f64, upper: f64) -> HrpParams {
    let group = GroupBound::new("tech", members.to_vec(), lower, upper).unwrap();
    HrpParams { groups: vec![group], ..HrpParams::default() }
}

fn allocate(params: HrpParams, covariance: &Covariance) -> Result<HrpAllocation, Error> {
    Hrp::new(params)?.allocate(covariance)
}

fn covariance(assets: usize, entries: &[f64]) -> Covariance {
    Covariance::from_column_slice(assets, entries).unwrap()
}

#[test]
fn bounds_of_another_length() {
    let expected = InputError::LengthMismatch { what: "the list of bounds", expected: 4, actual: 3 };
    assert_refused_plainly(
        allocate(bounded(&[0.0; 3], &[1.0; 3]), &factor_covariance(4, 1)),
        &expected.into(),
        "the list of bounds has length 3, expected 4",
    );
}

#[test]
fn a_negative_lower_bound() {
    assert_refused(
        Hrp::new(bounded(&[0.0, -0.25, -0.5], &[1.0; 3])),
        &Error::NegativeBound { asset: 1, lower: -0.25 },
        "the lower bound of asset 1 is -0.25, expected zero or more: the portfolio is long-only",
        "the lower bound of MSFT is -0.25, expected zero or more: the portfolio is long-only",
    );
}

#[test]
fn bounds_that_leave_no_portfolio() {
    assert_refused_plainly(
        Hrp::new(bounded(&[0.75, 0.5], &[1.0; 2])),
        &Error::LowerBoundsTooHigh { sum: 1.25 },
        "the lower bounds sum to 1.25, expected at most 1",
    );
    assert_refused_plainly(
        Hrp::new(bounded(&[0.0; 3], &[0.25; 3])),
        &Error::UpperBoundsTooLow { sum: 0.75 },
        "the upper bounds sum to 0.75, expected at least 1",
    );
}

#[test]
fn a_member_that_is_not_there() {
    let unknown = |assets| Error::UnknownMember { group: "tech".to_owned(), member: 4, assets };
    let text = r#"group "tech" has member 4, expected an index below the number of assets, 4"#;
    assert_refused_plainly(allocate(grouped(&[1, 4], 0.0, 1.0), &factor_covariance(4, 1)), &unknown(4), text);
    // With bounds the number of assets is known at once.
    let params = HrpParams { groups: grouped(&[4, 1], 0.0, 1.0).groups, ..bounded(&[0.0; 2], &[1.0; 2]) };
    let text = r#"group "tech" has member 4, expected an index below the number of assets, 2"#;
    assert_refused_plainly(Hrp::new(params), &unknown(2), text);
}

fn unattainable(lower: f64, upper: f64, least: f64, greatest: f64) -> Error {
    Error::GroupUnattainable { group: "tech".to_owned(), lower, upper, least, greatest }
}

#[test]
fn a_group_that_can_never_hold_what_it_must() {
    for params in [bounded(&[0.0; 4], &[1.0; 4]), HrpParams::default()] {
        let with = |group: HrpParams| Hrp::new(HrpParams { groups: group.groups, ..params.clone() });
        assert_refused_plainly(
            with(grouped(&[0, 1], -0.5, -0.25)),
            &unattainable(-0.5, -0.25, 0.0, 1.0),
            r#"the bounds of group "tech" are [-0.5, -0.25], expected them to meet what its members can hold, [0, 1]"#,
        );
        assert_refused_plainly(
            with(grouped(&[0, 1], 1.5, f64::INFINITY)),
            &unattainable(1.5, f64::INFINITY, 0.0, 1.0),
            r#"the bounds of group "tech" are [1.5, inf], expected them to meet what its members can hold, [0, 1]"#,
        );
    }
}

#[test]
fn a_group_whose_members_cannot_hold_what_it_must() {
    let bounds = bounded(&[0.0, 0.0, 0.25, 0.25], &[0.125, 0.25, 0.5, 0.5]);
    let with = |group: HrpParams| {
        allocate(HrpParams { groups: group.groups, ..bounds.clone() }, &factor_covariance(4, 1))
    };
    assert_refused_plainly(
        with(grouped(&[0, 1], 0.5, 0.75)),
        &unattainable(0.5, 0.75, 0.0, 0.375),
        r#"the bounds of group "tech" are [0.5, 0.75], expected them to meet what its members can hold, [0, 0.375]"#,
    );
    assert_refused_plainly(
        with(grouped(&[2, 3], 0.0, 0.25)),
        &unattainable(0.0, 0.25, 0.5, 1.0),
        r#"the bounds of group "tech" are [0, 0.25], expected them to meet what its members can hold, [0.5, 1]"#,
    );
}

#[test]
fn groups_that_contradict_each_other() {
    let mut params = grouped(&[0, 1], 0.75, 1.0);
    params.groups.push(GroupBound::new("oil \"majors\"", vec![2, 3], 0.5, 1.0).unwrap());
    assert_refused_plainly(
        allocate(params, &factor_covariance(4, 1)),
        &Error::GroupsConflict { groups: vec!["tech".to_owned(), "oil \"majors\"".to_owned()] },
        r#"no portfolio satisfies the bounds of "tech", "oil \"majors\"" together with the bounds of the assets, expected bounds that leave room for a sum of 1"#,
    );
}

/// Asserts that four of eight assets are refused for a variance of -0.125, and returns the one that is named.
fn negative_variance(covariance: &Covariance, params: HrpParams) -> usize {
    let error = allocate(params, covariance).unwrap_err();
    let first = match error {
        Error::NegativeClusterVariance { first, .. } => Some(first),
        _ => None,
    };
    let first = first.unwrap();
    assert_eq!(error, Error::NegativeClusterVariance { first, others: 3, variance: -0.125 });
    let text = |first: &str| {
        format!(
            "the cluster of {first} and 3 others has variance -0.125, expected zero or more: the covariance is not positive semidefinite"
        )
    };
    assert_eq!(error.to_string(), text(&format!("asset {first}")));
    assert_eq!(error.named(&universe()), text(&universe().label(first)));
    first
}

/// Correlations of -0.5 among eight assets: any four of them have variance `(4 - 12 · 0.5) / 16 = -0.125`.
#[test]
fn a_cluster_of_negative_variance() {
    let entries = DMatrix::from_fn(8, 8, |row, col| if row == col { 1.0 } else { -0.5 });
    let covariance = Covariance::new(entries).unwrap();
    for params in all_settings() {
        negative_variance(&covariance, params);
    }
}

/// Four twins, which come first, and four assets with correlations of -0.5 among themselves that are even less like the twins.
#[test]
fn one_half_of_negative_variance() {
    let entries = DMatrix::from_fn(8, 8, |row, col| match (row / 4, col / 4) {
        _ if row == col => 1.0,
        (0, 0) => 1.0,
        (1, 1) => -0.5,
        _ => -0.75,
    });
    let covariance = Covariance::new(entries).unwrap();
    let params = HrpParams { linkage: Linkage::Complete, ..HrpParams::default() };
    assert!(negative_variance(&covariance, params) >= 4);
}

#[test]
fn a_variance_that_cannot_be_divided_by() {
    let zero = covariance(2, &[1.0, 0.0, 0.0, 0.0]);
    let tiny = covariance(3, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1e-200]);
    let huge = covariance(2, &[1e200, 0.0, 0.0, 1.0]);
    for params in all_settings() {
        assert_refused(
            allocate(params.clone(), &zero),
            &InputError::ZeroVariance { asset: 1 }.into(),
            "the variance of asset 1 is zero, expected a positive number",
            "the variance of MSFT is zero, expected a positive number",
        );
        let (name, expected) = ("the variance", "a number in [1e-150, 1e150]");
        assert_refused(
            allocate(params.clone(), &tiny),
            &InputError::AssetOutOfRange { name, asset: 2, value: 1e-200, expected }.into(),
            &format!("the variance of asset 2 is {}, expected a number in [1e-150, 1e150]", 1e-200),
            &format!("the variance of XOM is {}, expected a number in [1e-150, 1e150]", 1e-200),
        );
        let error = allocate(params, &huge).unwrap_err();
        assert_eq!(error, InputError::AssetOutOfRange { name, asset: 0, value: 1e200, expected }.into());
    }
}

#[test]
fn a_correlation_out_of_range() {
    let pair = covariance(2, &[1.0, 2.0, 2.0, 1.0]);
    let mut entries = DMatrix::from_diagonal_element(20, 20, 1.0);
    (entries[(17, 3)], entries[(3, 17)]) = (-1.5, -1.5);
    let hidden = Covariance::new(entries).unwrap();
    let endless = covariance(2, &[1e-150, 1e300, 1e300, 1e-150]);
    let barely = covariance(2, &[1.0, 1.0 + 1e-9, 1.0 + 1e-9, 1.0]);
    // Up to 1e-10 is rounding, the last bit of that sum included.
    let rounded = [1e-11, 1e-10].map(|more| covariance(2, &[1.0, 1.0 + more, 1.0 + more, 1.0]));
    for params in all_settings() {
        assert_refused(
            allocate(params.clone(), &pair),
            &InputError::CorrelationOutOfRange { row: 0, col: 1, value: 2.0 }.into(),
            "the correlation of asset 0 and asset 1 is 2, expected a number in [-1, 1]",
            "the correlation of AAPL and MSFT is 2, expected a number in [-1, 1]",
        );
        let out_of_range =
            |row, col, value| Err(InputError::CorrelationOutOfRange { row, col, value }.into());
        assert_eq!(allocate(params.clone(), &hidden), out_of_range(3, 17, -1.5));
        assert_eq!(allocate(params.clone(), &endless), out_of_range(0, 1, f64::INFINITY));
        assert_eq!(allocate(params.clone(), &barely), out_of_range(0, 1, 1.0 + 1e-9));
        for rounded in &rounded {
            assert_eq!(allocate(params.clone(), rounded).unwrap().weights().as_slice(), [0.5, 0.5]);
        }
    }
}

/// After a refusal the place for the result can still be looked at and written to.
#[test]
fn a_refusal_leaves_a_valid_place() {
    let hrp = Hrp::new(HrpParams::default()).unwrap();
    let (mut scratch, mut kept) = (po_hrp::HrpScratch::default(), HrpAllocation::default());
    let entries = DMatrix::from_fn(8, 8, |row, col| if row == col { 1.0 } else { -0.5 });
    let refused = [Covariance::new(entries).unwrap(), covariance(2, &[1.0, 2.0, 2.0, 1.0])];
    for assets in [12, 5] {
        let sound = factor_covariance(assets, 1);
        for refused in &refused {
            hrp.allocate_into(&sound, &mut scratch, &mut kept).unwrap();
            assert!(hrp.allocate_into(refused, &mut scratch, &mut kept).is_err());
            assert_eq!(kept.explain().len() + 1, kept.leaf_order().len());
            assert_eq!(kept.dendrogram().cut(2).len(), kept.dendrogram().leaves());
            hrp.allocate_into(&sound, &mut scratch, &mut kept).unwrap();
            assert_eq!(kept, hrp.allocate(&sound).unwrap());
        }
    }
}

#[test]
fn distances_that_are_none() {
    for &method in Linkage::ALL {
        assert_refused_plainly(
            linkage(0, &[], method),
            &InputError::Empty { what: "the list of items" }.into(),
            "the list of items is empty, expected at least one item",
        );
        let what = "the list of distances";
        assert_refused_plainly(
            linkage(3, &[1.0, 2.0], method),
            &InputError::LengthMismatch { what, expected: 3, actual: 2 }.into(),
            "the list of distances has length 2, expected 3",
        );
        let endless = InputError::LengthMismatch { what, expected: usize::MAX, actual: 0 };
        assert_eq!(linkage(usize::MAX, &[], method), Err(endless.into()));
        let (name, expected) = ("a distance", "a number in [0, 1e150]");
        assert_refused_plainly(
            linkage(2, &[-0.5], method),
            &InputError::OutOfRange { name, value: -0.5, expected }.into(),
            "a distance is -0.5, expected a number in [0, 1e150]",
        );
        for (value, text) in [(f64::INFINITY, "inf"), (f64::NAN, "NaN"), (f64::NEG_INFINITY, "-inf")] {
            let (mut scratch, mut tree) = (LinkageScratch::default(), Dendrogram::default());
            let error = linkage_into(2, &[value], method, &mut scratch, &mut tree).unwrap_err();
            assert_eq!(error.to_string(), format!("a distance is {text}, expected a number in [0, 1e150]"));
        }
    }
}

#[test]
fn distances_that_do_not_fit_the_tree() {
    let tree = linkage(3, &[1.0, 5.0, 4.0], Linkage::Average).unwrap();
    assert_refused_plainly(
        optimal_leaf_order(&tree, &[1.0; 6]),
        &InputError::LengthMismatch { what: "the list of distances", expected: 3, actual: 6 }.into(),
        "the list of distances has length 6, expected 3",
    );
    let (name, expected) = ("a distance", "a number in [0, 1e150]");
    let error = InputError::OutOfRange { name, value: -1.0, expected };
    assert_eq!(optimal_leaf_order(&tree, &[1.0, -1.0, 1.0]), Err(error.into()));
    let error = InputError::Empty { what: "the list of items" };
    assert_eq!(optimal_leaf_order(&Dendrogram::default(), &[]), Err(error.into()));
}

#[test]
fn merges_that_are_no_tree() {
    let merge = |left, right, height, size| Merge { left, right, height, size };
    assert_refused_plainly(
        Dendrogram::new(0, vec![]),
        &InputError::Empty { what: "the dendrogram" }.into(),
        "the dendrogram is empty, expected at least one item",
    );
    assert_refused_plainly(
        Dendrogram::new(3, vec![merge(0, 1, 1.0, 2)]),
        &InputError::LengthMismatch { what: "the list of merges", expected: 2, actual: 1 }.into(),
        "the list of merges has length 1, expected 2",
    );
    let cluster = |value| -> Error {
        let (name, expected) = ("a merged cluster", "a cluster that exists, the smaller first");
        InputError::OutOfRange { name, value, expected }.into()
    };
    for (left, right, value) in [(0, 3, 3.0), (0, 0, 0.0), (1, 0, 1.0), (0, usize::MAX, usize::MAX as f64)] {
        let merges = vec![merge(left, right, 1.0, 2), merge(2, 3, 1.0, 3)];
        assert_eq!(Dendrogram::new(3, merges), Err(cluster(value)), "{left} {right}");
    }
    assert_refused_plainly(
        Dendrogram::new(3, vec![merge(0, 1, 1.0, 2), merge(1, 2, 1.0, 3)]),
        &cluster(1.0),
        "a merged cluster is 1, expected a cluster that exists, the smaller first",
    );
    let (name, expected) = ("the size of a cluster", "the sum of the two merged sizes");
    assert_refused_plainly(
        Dendrogram::new(3, vec![merge(0, 1, 1.0, 2), merge(2, 3, 1.0, 4)]),
        &InputError::OutOfRange { name, value: 4.0, expected }.into(),
        "the size of a cluster is 4, expected the sum of the two merged sizes",
    );
    let error = Dendrogram::new(2, vec![merge(0, 1, f64::NAN, 2)]).unwrap_err();
    assert_eq!(error.to_string(), "the height of a merge is NaN, expected a number");
}
