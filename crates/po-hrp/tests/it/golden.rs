//! Cases written by `tests/data/generate.py` from independent libraries, and closed forms derived by hand.

use po_core::{Allocator, Bounds, Covariance};
use po_hrp::{Dendrogram, Hrp, HrpAllocation, HrpParams, Linkage, linkage, optimal_leaf_order};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    name: String,
    assets: usize,
    covariance: Vec<f64>,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    linkage: String,
    metric: String,
    leaf_order: String,
    order: Vec<usize>,
    heights: Vec<f64>,
    weights: Vec<f64>,
    tolerance: f64,
    path_length: Option<f64>,
    printed_percent: Option<Vec<f64>>,
    lower: Option<Vec<f64>>,
    upper: Option<Vec<f64>>,
}

/// Merge heights come from other libraries, of which one rounds correlations to six digits; those that do not agree
/// among themselves to nine digits.
const HEIGHT: f64 = 1e-9;

const FILES: [&str; 7] = [
    include_str!("../data/lopez_de_prado_2016.toml"),
    include_str!("../data/factor8.toml"),
    include_str!("../data/factor20.toml"),
    include_str!("../data/factor50.toml"),
    include_str!("../data/odd37.toml"),
    include_str!("../data/singular30.toml"),
    include_str!("../data/hundred.toml"),
];

/// SciPy's ordering of this name is not the optimal one; those blocks serve to show that ours is shorter.
const SCIPY_ORDER: &str = "scipy-optimal";

impl File {
    fn covariance(&self) -> Covariance {
        Covariance::from_column_slice(self.assets, &self.covariance).unwrap()
    }
}

impl Expected {
    fn hrp(&self, assets: usize) -> Hrp {
        let lower = self.lower.clone().unwrap_or_else(|| vec![0.0; assets]);
        let upper = self.upper.clone().unwrap_or_else(|| vec![1.0; assets]);
        let bounded = self.lower.is_some() || self.upper.is_some();
        Hrp::new(HrpParams {
            linkage: self.linkage.parse().unwrap(),
            metric: self.metric.parse().unwrap(),
            leaf_order: self.leaf_order.parse().unwrap(),
            bounds: bounded.then(|| Bounds::new(lower, upper).unwrap()),
            ..HrpParams::default()
        })
        .unwrap()
    }
}

fn close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{what}[{index}]: {actual} is not {expected}");
    }
}

fn path_length(covariance: &Covariance, order: &[usize]) -> f64 {
    let correlation = covariance.correlation().unwrap();
    let distance = |pair: &[usize]| ((1.0 - correlation.as_view()[(pair[0], pair[1])]) / 2.0).sqrt();
    order.windows(2).map(distance).sum()
}

#[test]
fn weights_orders_and_heights_equal_those_of_other_libraries() {
    let mut blocks = 0;
    for text in FILES {
        let file: File = toml::from_str(text).unwrap();
        let covariance = file.covariance();
        for expected in file.expected.iter().filter(|expected| expected.leaf_order != SCIPY_ORDER) {
            let what =
                format!("{}, {} {} {}", file.name, expected.linkage, expected.metric, expected.leaf_order);
            let allocation: HrpAllocation = expected.hrp(file.assets).allocate(&covariance).unwrap();
            assert_eq!(allocation.leaf_order(), expected.order, "{what}");
            close(&what, allocation.weights().as_slice(), &expected.weights, expected.tolerance);
            let heights: Vec<f64> =
                allocation.dendrogram().merges().iter().map(|merge| merge.height).collect();
            close(&what, &heights, &expected.heights, HEIGHT);
            if let (Some(length), "correlation") = (expected.path_length, expected.metric.as_str()) {
                let found = path_length(&covariance, allocation.leaf_order());
                assert!((found - length).abs() < 1e-10, "{what}: {found} is not {length}");
            }
            if let Some(printed) = &expected.printed_percent {
                let percent: Vec<f64> =
                    allocation.weights().as_slice().iter().map(|weight| 100.0 * weight).collect();
                // Two decimals of a per cent were printed.
                close(&what, &percent, printed, 0.005_001);
            }
            blocks += 1;
        }
    }
    assert!(blocks >= 40, "only {blocks} blocks were compared");
}

/// SciPy orients each subtree by the subtree's own best ends, so that its order is at best as short.
#[test]
fn the_optimal_order_is_never_longer_than_scipys() {
    let mut shorter = 0;
    for text in FILES {
        let file: File = toml::from_str(text).unwrap();
        let covariance = file.covariance();
        for scipy in file.expected.iter().filter(|expected| expected.leaf_order == SCIPY_ORDER) {
            let params = HrpParams {
                linkage: scipy.linkage.parse().unwrap(),
                leaf_order: po_hrp::LeafOrder::Optimal,
                ..HrpParams::default()
            };
            let allocation = Hrp::new(params).unwrap().allocate(&covariance).unwrap();
            let ours = path_length(&covariance, allocation.leaf_order());
            let theirs = path_length(&covariance, &scipy.order);
            assert!(ours <= theirs + 1e-12, "{} {}: {ours} > {theirs}", file.name, scipy.linkage);
            shorter += usize::from(ours < theirs - 1e-6);
        }
    }
    assert!(shorter > 0, "some of SciPy's orders are longer");
}

#[derive(Deserialize)]
struct ClosedForms {
    case: Vec<ClosedForm>,
}

#[derive(Deserialize)]
struct ClosedForm {
    name: String,
    covariance: Vec<f64>,
    weights: Vec<f64>,
    tolerance: f64,
}

#[test]
fn closed_forms_hold_for_every_linkage_and_order() {
    let file: ClosedForms = toml::from_str(include_str!("../data/closed_form.toml")).unwrap();
    for case in &file.case {
        let covariance = Covariance::from_column_slice(case.weights.len(), &case.covariance).unwrap();
        for &linkage in Linkage::ALL {
            // The forms follow from the tree, of which the spectral order is none.
            let of_the_tree = |order: &&po_hrp::LeafOrder| order.name() != "spectral";
            for &leaf_order in po_hrp::LeafOrder::ALL.iter().filter(of_the_tree) {
                let params = HrpParams { linkage, leaf_order, ..HrpParams::default() };
                let allocation = Hrp::new(params).unwrap().allocate(&covariance).unwrap();
                let what = format!("{} {linkage} {leaf_order}", case.name);
                close(&what, allocation.weights().as_slice(), &case.weights, case.tolerance);
            }
        }
    }
}

#[derive(Deserialize)]
struct Trees {
    case: Vec<TreeCase>,
}

#[derive(Deserialize)]
struct TreeCase {
    name: String,
    n: usize,
    linkage: String,
    distances: Vec<f64>,
    merges: Vec<f64>,
    order: Vec<usize>,
    tolerance: f64,
    optimal_order: Option<Vec<usize>>,
    path_length: Option<f64>,
}

#[test]
fn trees_equal_those_of_textbooks_and_scipy() {
    let file: Trees = toml::from_str(include_str!("../data/linkage.toml")).unwrap();
    for case in &file.case {
        let dendrogram: Dendrogram = linkage(case.n, &case.distances, case.linkage.parse().unwrap()).unwrap();
        for (merge, expected) in dendrogram.merges().iter().zip(case.merges.chunks_exact(4)) {
            let found = [merge.left as f64, merge.right as f64, merge.height, merge.size as f64];
            close(&case.name, &found, expected, case.tolerance);
        }
        assert_eq!(dendrogram.leaf_order(), case.order, "{}", case.name);
        if let (Some(order), Some(length)) = (&case.optimal_order, case.path_length) {
            let found = optimal_leaf_order(&dendrogram, &case.distances).unwrap();
            assert_eq!(&found, order, "{}", case.name);
            let at = |a: usize, b: usize| {
                let (row, col) = (a.min(b), a.max(b));
                case.distances[case.n * row - row * (row + 1) / 2 + col - row - 1]
            };
            let sum: f64 = found.windows(2).map(|pair| at(pair[0], pair[1])).sum();
            assert!((sum - length).abs() < 1e-10, "{}: {sum} is not {length}", case.name);
        }
    }
}
