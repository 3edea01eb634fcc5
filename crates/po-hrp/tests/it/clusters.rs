//! Numbers of clusters: other libraries, the definitions written out, and bad input.

use po_core::nalgebra::DMatrix;
use po_core::{Covariance, InputError};
use po_hrp::{
    ClusterCount, Clusters, ClustersScratch, Dendrogram, Error, Linkage, clusters, clusters_into, linkage,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::random::{config, distances, full};

/// Scores are differences of sums over some hundred distances of about one.
const SCORES: f64 = 1e-11;

#[derive(Deserialize)]
struct File {
    count: Vec<Count>,
}

#[derive(Deserialize)]
struct Count {
    file: String,
    linkage: String,
    rule: String,
    metric: String,
    most: Option<usize>,
    scores: Vec<f64>,
    found: usize,
    labels: Vec<usize>,
    tolerance: f64,
}

#[derive(Deserialize)]
struct Sample {
    assets: usize,
    covariance: Vec<f64>,
}

/// The covariance of a golden file that others describe as well.
pub(crate) fn sample(file: &str) -> Covariance {
    let text = match file {
        "factor20" => include_str!("../data/factor20.toml"),
        "odd37" => include_str!("../data/odd37.toml"),
        _ => include_str!("../data/singular30.toml"),
    };
    let sample: Sample = toml::from_str(text).unwrap();
    Covariance::from_column_slice(sample.assets, &sample.covariance).unwrap()
}

fn upper(matrix: &DMatrix<f64>) -> Vec<f64> {
    let assets = matrix.nrows();
    (0..assets).flat_map(|row| (row + 1..assets).map(move |col| matrix[(row, col)])).collect()
}

fn correlation_distances(covariance: &Covariance) -> DMatrix<f64> {
    let correlation = covariance.correlation().unwrap();
    correlation.as_view().map(|rho| ((1.0 - rho) / 2.0).max(0.0).sqrt())
}

fn rule(name: &str, most: Option<usize>) -> ClusterCount {
    match name.parse().unwrap() {
        ClusterCount::Gap { .. } => ClusterCount::Gap { most },
        ClusterCount::Silhouette { .. } => ClusterCount::Silhouette { most },
        ClusterCount::StandardisedSilhouette { .. } => ClusterCount::StandardisedSilhouette { most },
        given @ ClusterCount::Given(_) => given,
    }
}

fn rules(most: Option<usize>) -> [ClusterCount; 3] {
    ["gap", "silhouette", "standardised-silhouette"].map(|name| rule(name, most))
}

#[track_caller]
fn close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{what}[{index}]: {actual} is not {expected}");
    }
}

#[test]
fn counts_labels_and_scores_equal_those_of_other_libraries() {
    let file: File = toml::from_str(include_str!("../data/herc.toml")).unwrap();
    for row in &file.count {
        let mut square = correlation_distances(&sample(&row.file));
        square.fill_diagonal(0.0);
        let dendrogram = linkage(square.nrows(), &upper(&square), row.linkage.parse().unwrap()).unwrap();
        if row.metric == "columns" {
            square = DMatrix::from_fn(square.nrows(), square.nrows(), |a, b| {
                (square.column(a) - square.column(b)).norm()
            });
        }
        let found = clusters(&dendrogram, &upper(&square), rule(&row.rule, row.most)).unwrap();
        let what = format!("{} {} {} {:?}", row.file, row.linkage, row.rule, row.most);
        close(&what, found.scores(), &row.scores, row.tolerance);
        assert_eq!((found.count(), found.labels()), (row.found, row.labels.as_slice()), "{what}");
    }
    assert!(file.count.len() >= 50);
}

/// `W_k` by its definition.
fn dispersion(square: &DMatrix<f64>, labels: &[usize], count: usize) -> f64 {
    let of = |cluster: usize| {
        let members: Vec<usize> = (0..labels.len()).filter(|&item| labels[item] == cluster).collect();
        let pairs = members.iter().flat_map(|&i| members.iter().map(move |&j| (i, j)));
        pairs.map(|pair| square[pair]).sum::<f64>() / (2.0 * members.len() as f64)
    };
    (0..count).map(of).sum()
}

/// The silhouette of each item by its definition.
fn silhouettes(square: &DMatrix<f64>, labels: &[usize], count: usize) -> Vec<f64> {
    let silhouette = |item: usize| {
        let distances = |cluster: usize| -> Vec<f64> {
            let others = (0..labels.len()).filter(|&other| other != item && labels[other] == cluster);
            others.map(|other| square[(item, other)]).collect()
        };
        let mean = |distances: &[f64]| distances.iter().sum::<f64>() / distances.len() as f64;
        let own = distances(labels[item]);
        if own.is_empty() {
            return 0.0;
        }
        let others = (0..count).filter(|&cluster| cluster != labels[item]);
        let next = others.map(|cluster| mean(&distances(cluster))).fold(f64::INFINITY, f64::min);
        (next - mean(&own)) / next.max(mean(&own))
    };
    (0..labels.len()).map(silhouette).collect()
}

fn naive_score(rule: ClusterCount, square: &DMatrix<f64>, dendrogram: &Dendrogram, count: usize) -> f64 {
    if matches!(rule, ClusterCount::Gap { .. }) {
        let of = |count: usize| dispersion(square, &dendrogram.cut(count), count);
        return of(count - 1) + of(count + 1) - 2.0 * of(count);
    }
    let silhouettes = silhouettes(square, &dendrogram.cut(count), count);
    let items = silhouettes.len() as f64;
    let mean = silhouettes.iter().sum::<f64>() / items;
    let variance = silhouettes.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / items;
    if matches!(rule, ClusterCount::Silhouette { .. }) { mean } else { mean / variance.sqrt() }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn scores_equal_their_definitions(items in 3_usize..=24, seed: u64) {
        let condensed = distances(items, seed);
        let square = full(items, &condensed);
        let mut scratch = ClustersScratch::default();
        let mut kept = Clusters::default();
        for &method in Linkage::ALL {
            let dendrogram = linkage(items, &condensed, method).unwrap();
            for rule in rules(Some(items)) {
                let found = clusters(&dendrogram, &condensed, rule).unwrap();
                let expected: Vec<f64> =
                    (2..items).map(|count| naive_score(rule, &square, &dendrogram, count)).collect();
                close(&format!("{method} {rule}"), found.scores(), &expected, SCORES);
                let best = found.scores()[found.count() - 2];
                prop_assert!(found.scores().iter().all(|&score| score <= best));
                prop_assert_eq!(found.labels(), dendrogram.cut(found.count()));
                clusters_into(&dendrogram, &condensed, rule, &mut scratch, &mut kept).unwrap();
                prop_assert_eq!(&kept, &found);
            }
        }
    }

    #[test]
    fn a_given_number_cuts_as_the_dendrogram_does(items in 1_usize..=40, seed: u64) {
        let condensed = distances(items, seed);
        for &method in Linkage::ALL {
            let dendrogram = linkage(items, &condensed, method).unwrap();
            for count in 1..=items {
                let found = clusters(&dendrogram, &condensed, ClusterCount::Given(count)).unwrap();
                prop_assert_eq!(found.count(), count);
                prop_assert_eq!(found.labels(), dendrogram.cut(count));
                prop_assert_eq!(found.scores(), &[] as &[f64]);
                let members = found.members();
                prop_assert!(members.iter().all(|members| !members.is_empty() && members.is_sorted()));
                prop_assert_eq!(members.concat().len(), items);
            }
        }
    }
}

/// Clusters that are small and equally far from each other are what all rules were made for.
#[test]
fn every_rule_finds_clusters_that_are_there() {
    for count in 2..=6_usize {
        let items = 7 * count;
        let mut noise = distances(items, count as u64).into_iter();
        let pairs = (0..items).flat_map(|row| (row + 1..items).map(move |col| (row, col)));
        let condensed: Vec<f64> = pairs
            .map(|(row, col)| {
                let apart = if row % count == col % count { 0.5 } else { 20.0 };
                apart + 0.5 * noise.next().unwrap()
            })
            .collect();
        for method in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Ward] {
            let dendrogram = linkage(items, &condensed, method).unwrap();
            for rule in rules(None) {
                let found = clusters(&dendrogram, &condensed, rule).unwrap();
                assert_eq!(found.count(), count, "{method} {rule}");
                assert_eq!(found.labels(), (0..items).map(|item| item % count).collect::<Vec<_>>());
            }
        }
    }
}

/// Points 0, 1, 5 on a line: `W_1 = 20 / 6`, `W_2 = 1 / 2`, `W_3 = 0`; the silhouettes are 4/5, 3/4 and 0.
#[test]
fn three_points_by_hand() {
    let distances = [1.0, 5.0, 4.0];
    let dendrogram = linkage(3, &distances, Linkage::Single).unwrap();
    let score = |rule| clusters(&dendrogram, &distances, rule).unwrap().scores().to_vec();
    close("gap", &score(rules(None)[0]), &[20.0 / 6.0 - 1.0], SCORES);
    let mean: f64 = 1.55 / 3.0;
    close("silhouette", &score(rules(None)[1]), &[mean], SCORES);
    let variance = ((0.8 - mean).powi(2) + (0.75 - mean).powi(2) + mean.powi(2)) / 3.0;
    close("standardised", &score(rules(None)[2]), &[mean / variance.sqrt()], SCORES);
}

#[test]
fn few_items_and_small_limits_leave_nothing_to_try() {
    let count = |items: usize, distances: &[f64], rule| {
        let dendrogram = linkage(items, distances, Linkage::Ward).unwrap();
        let found = clusters(&dendrogram, distances, rule).unwrap();
        assert_eq!(found.labels(), dendrogram.cut(found.count()));
        (found.count(), found.scores().len())
    };
    for rule in rules(None) {
        assert_eq!(count(1, &[], rule), (1, 0));
        assert_eq!(count(2, &[0.5], rule), (2, 0));
        assert_eq!(count(3, &[1.0, 5.0, 4.0], rule), (2, 1));
    }
    for rule in rules(Some(1)) {
        assert_eq!(count(2, &[0.5], rule), (1, 0));
        assert_eq!(count(3, &[1.0, 5.0, 4.0], rule), (1, 0));
    }
    for rule in rules(Some(1000)) {
        assert_eq!(count(4, &[1.0, 5.0, 4.0, 6.0, 7.0, 3.0], rule).1, 2);
    }
    // max(8, round(sqrt(N))), from two on.
    let tried = |items: usize| count(items, &distances(items, 1), ClusterCount::default()).1 + 1;
    assert_eq!([8, 9, 10, 64, 72, 73, 100].map(tried), [7, 8, 8, 8, 8, 9, 10]);
}

/// Without any distance nothing tells clusters apart, and no score is not a number.
#[test]
fn items_on_top_of_each_other() {
    let distances = vec![0.0; 15];
    let dendrogram = linkage(6, &distances, Linkage::Ward).unwrap();
    for rule in rules(None) {
        let found = clusters(&dendrogram, &distances, rule).unwrap();
        assert_eq!((found.count(), found.scores()), (2, [0.0; 4].as_slice()), "{rule}");
    }
}

/// Four items in two pairs: every silhouette is the same, so that it has no spread.
#[test]
fn silhouettes_without_spread_are_infinitely_good() {
    let distances = [0.25, 1.0, 1.0, 1.0, 1.0, 0.25];
    let dendrogram = linkage(4, &distances, Linkage::Average).unwrap();
    let found =
        clusters(&dendrogram, &distances, ClusterCount::StandardisedSilhouette { most: None }).unwrap();
    assert_eq!((found.count(), found.scores()[0]), (2, f64::INFINITY));
    assert!((found.scores()[1] - 1.0).abs() < SCORES, "0.75, 0.75, 0, 0 in some order");
}

#[test]
fn refusals() {
    let condensed = distances(4, 1);
    let dendrogram = linkage(4, &condensed, Linkage::Ward).unwrap();
    let refused = |rule, error: Error, text: &str| {
        assert_eq!(clusters(&dendrogram, &condensed, rule), Err(error.clone()));
        assert_eq!(error.to_string(), text);
        let universe = po_core::Universe::new(["AAPL", "MSFT", "XOM", "BP"]).unwrap();
        assert_eq!(error.named(&universe), text);
    };
    refused(
        ClusterCount::Given(5),
        Error::TooManyClusters { clusters: 5, assets: 4 },
        "the number of clusters is 5, expected at most the number of assets, 4",
    );
    let zero = |name| InputError::OutOfRange { name, value: 0.0, expected: "one or more" }.into();
    let text = "the number of clusters is 0, expected one or more";
    refused(ClusterCount::Given(0), zero("the number of clusters"), text);
    for rule in rules(Some(0)) {
        let text = "the greatest number of clusters is 0, expected one or more";
        refused(rule, zero("the greatest number of clusters"), text);
    }
    let mismatch = InputError::LengthMismatch { what: "the list of distances", expected: 6, actual: 5 };
    assert_eq!(clusters(&dendrogram, &condensed[..5], ClusterCount::Given(2)), Err(mismatch.into()));
    let empty = InputError::Empty { what: "the list of items" };
    assert_eq!(clusters(&Dendrogram::default(), &[], ClusterCount::default()), Err(empty.into()));
    let wrong =
        InputError::OutOfRange { name: "a distance", value: -1.0, expected: "a number in [0, 1e150]" };
    assert_eq!(clusters(&dendrogram, &[-1.0; 6], ClusterCount::default()), Err(wrong.into()));
}

#[test]
fn names_lead_back_to_their_rules() {
    assert_eq!(ClusterCount::default(), ClusterCount::Gap { most: None });
    for (rule, name) in rules(None).into_iter().zip(["gap", "silhouette", "standardised-silhouette"]) {
        assert_eq!((rule.to_string().as_str(), name.parse()), (name, Ok(rule)));
        assert_eq!(format!("{rule:>25}").trim_start(), name);
    }
    assert_eq!((ClusterCount::Given(7).to_string().as_str(), "7".parse()), ("7", Ok(ClusterCount::Given(7))));
    let error = "silhouettes".parse::<ClusterCount>().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"rule for clusters "silhouettes" is unknown, did you mean "silhouette"?"#
    );
}

#[cfg(feature = "serde")]
#[test]
fn rules_through_json_and_back() {
    let written = [
        (ClusterCount::Gap { most: None }, r#"{"gap":{"most":null}}"#),
        (ClusterCount::Silhouette { most: Some(5) }, r#"{"silhouette":{"most":5}}"#),
        (ClusterCount::StandardisedSilhouette { most: None }, r#"{"standardised-silhouette":{"most":null}}"#),
        (ClusterCount::Given(3), r#"{"given":3}"#),
    ];
    for (rule, json) in written {
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert_eq!(serde_json::from_str::<ClusterCount>(json).unwrap(), rule);
    }
    let read: ClusterCount = serde_json::from_str(r#"{"gap":{}}"#).unwrap();
    assert_eq!(read, ClusterCount::default());
    let error = serde_json::from_str::<ClusterCount>(r#"{"gap":{"least":2}}"#).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `least`"), "{error}");
}

#[test]
fn types_are_plain() {
    fn plain<
        T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + Default + 'static,
    >() {
    }
    fn comparable<T: PartialEq>() {}
    plain::<ClusterCount>();
    plain::<Clusters>();
    plain::<ClustersScratch>();
    comparable::<Clusters>();
}
