//! Directed bubbles: what holds of every planar graph and its tree.

use std::collections::BTreeSet;

use po_core::InputError;
#[cfg(feature = "serde")]
use po_hrp::BubbleLink;
use po_hrp::{
    Dbht, Dendrogram, Edge, FilteredGraph, Linkage, LinkageScratch, Merge, dbht, dbht_into, filtered_graph,
    filtered_graph_into, linkage,
};
use proptest::prelude::*;

use crate::dbht_oracle::unions;
use crate::random::{Random, config, distances, distances_of_points, full};

/// The linkage of a graph.
pub(crate) fn linkage_of(graph: FilteredGraph) -> Linkage {
    match graph {
        FilteredGraph::Tmfg => Linkage::Dbht,
        FilteredGraph::Pmfg => Linkage::DbhtPmfg,
    }
}

/// The items that the edges join.
pub(crate) fn pairs(edges: &[Edge]) -> Vec<(usize, usize)> {
    edges.iter().map(|edge| (edge.left, edge.right)).collect()
}

fn linkages() -> impl Iterator<Item = (FilteredGraph, Linkage)> {
    FilteredGraph::ALL.iter().map(|&graph| (graph, linkage_of(graph)))
}

/// What holds of every graph and its bubbles, ties or not.
fn assert_sound(items: usize, found: &Dbht) {
    let edges = found.edges();
    assert_eq!(edges.len(), if items < 3 { items - 1 } else { 3 * (items - 2) });
    assert!(edges.iter().all(|edge| edge.left < edge.right && edge.right < items));
    assert!(edges.is_sorted_by(|a, b| (a.left, a.right) < (b.left, b.right)));
    let bubbles: Vec<&[usize]> = found.bubbles().collect();
    assert!(bubbles.iter().all(|bubble| bubble.is_sorted_by(|a, b| a < b)));
    // Each cut shares three items.
    assert_eq!(bubbles.iter().map(|bubble| bubble.len()).sum::<usize>(), items + 3 * (bubbles.len() - 1));
    assert_eq!(found.links().len(), bubbles.len() - 1);
    assert!(found.homes().iter().enumerate().all(|(item, &home)| bubbles[home].contains(&item)));
    let dendrogram = found.dendrogram();
    assert_eq!(Dendrogram::new(items, dendrogram.merges().to_vec()).as_ref(), Ok(dendrogram));
    assert!(dendrogram.merges().is_sorted_by(|a, b| a.height <= b.height));
    assert_eq!(dendrogram.cut(found.centres().len()), found.labels());
    assert!(found.centres().iter().all(|&centre| found.links().iter().all(|link| link.from != centre)));
}

/// The condensed numbers of renumbered items: item `i` of the result is item `permutation[i]` of the input.
fn renumbered(items: usize, condensed: &[f64], permutation: &[usize]) -> Vec<f64> {
    let matrix = full(items, condensed);
    let pairs = (0..items).flat_map(|row| (row + 1..items).map(move |col| (row, col)));
    pairs.map(|(row, col)| matrix[(permutation[row], permutation[col])]).collect()
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn graphs_are_sound(items in 1_usize..=60, seed: u64) {
        for &graph in FilteredGraph::ALL {
            assert_sound(items, &dbht(graph, items, &distances(items, seed), None).unwrap());
        }
    }

    /// Points of a small grid: many distances are equal, many are zero.
    #[test]
    fn ties_give_a_sound_graph(items in 1_usize..=50, side in 1_usize..=4, seed: u64) {
        let mut random = Random::new(seed);
        let grid: Vec<[f64; 3]> = (0..items).map(|_| [0, 1, 2].map(|_| random.below(side) as f64)).collect();
        for &graph in FilteredGraph::ALL {
            assert_sound(items, &dbht(graph, items, &distances_of_points(&grid), None).unwrap());
        }
    }

    /// Without ties, nothing but the numbers of the items follows from how they are numbered.
    #[test]
    fn everything_moves_with_the_items(items in 1_usize..=40, seed: u64) {
        let condensed = distances(items, seed);
        let permutation = Random::new(seed).permutation(items);
        let moved = renumbered(items, &condensed, &permutation);
        let back = |set: &[usize]| -> BTreeSet<usize> { set.iter().map(|&item| permutation[item]).collect() };
        let same = |set: &[usize]| -> BTreeSet<usize> { set.iter().copied().collect() };
        for &graph in FilteredGraph::ALL {
            let here = dbht(graph, items, &condensed, None).unwrap();
            let there = dbht(graph, items, &moved, None).unwrap();
            let [ours, theirs] = [&here, &there].map(|found| pairs(found.edges()));
            let edges: BTreeSet<_> = theirs.iter().map(|&(left, right)| back(&[left, right])).collect();
            let expected: BTreeSet<_> = ours.iter().map(|&(left, right)| same(&[left, right])).collect();
            prop_assert_eq!(expected, edges);
            let bubbles: BTreeSet<_> = there.bubbles().map(back).collect();
            prop_assert_eq!(here.bubbles().map(same).collect::<BTreeSet<_>>(), bubbles);
            for (item, &old) in permutation.iter().enumerate() {
                for (other, &old_other) in permutation.iter().enumerate() {
                    let together = there.labels()[item] == there.labels()[other];
                    prop_assert_eq!(here.labels()[old] == here.labels()[old_other], together);
                }
            }
            let tree = |found: &Dbht, name: &dyn Fn(&[usize]) -> BTreeSet<usize>| -> Vec<_> {
                let sets = unions(found.dendrogram());
                let merges = found.dendrogram().merges().iter();
                sets.iter().zip(merges).map(|(set, merge)| (name(set), merge.height)).collect()
            };
            prop_assert_eq!(tree(&here, &same), tree(&there, &back));
        }
    }

    /// No pair that was left out could take the place of a weaker one: each strongest pair is in the planar
    /// graph.
    #[test]
    fn the_planar_graph_has_each_items_strongest_pair(items in 2_usize..=40, seed: u64) {
        let condensed = distances(items, seed);
        let matrix = full(items, &condensed);
        let edges = filtered_graph(FilteredGraph::Pmfg, items, &condensed).unwrap();
        for item in 0..items {
            let others = (0..items).filter(|&other| other != item);
            let nearest = others.max_by(|&a, &b| matrix[(item, a)].total_cmp(&matrix[(item, b)])).unwrap();
            let pair = (item.min(nearest), item.max(nearest));
            prop_assert!(edges.iter().any(|edge| (edge.left, edge.right) == pair));
        }
    }
}

#[test]
fn equal_distances_give_a_sound_graph() {
    for items in [1, 2, 3, 4, 5, 9, 30] {
        for distance in [0.0, 1.0, 1e-200, 1e150] {
            for &graph in FilteredGraph::ALL {
                let condensed = vec![distance; items * (items - 1) / 2];
                assert_sound(items, &dbht(graph, items, &condensed, None).unwrap());
            }
        }
    }
}

/// Below four items the graph is complete and one bubble: complete linkage by shortest paths.
#[test]
fn few_items_are_one_bubble() {
    for &graph in FilteredGraph::ALL {
        let one = dbht(graph, 1, &[], None).unwrap();
        assert_eq!(
            (one.edges(), one.labels(), one.centres(), one.homes()),
            (&[][..], &[0][..], &[0][..], &[0][..])
        );
        assert!(one.bubbles().eq([&[0][..]]));
        let two = dbht(graph, 2, &[0.3], None).unwrap();
        assert_eq!(two.dendrogram().merges(), [Merge { left: 0, right: 1, height: 1.0, size: 2 }]);
        // From 0 to 2 it is 0.9, but 0.3 over 1.
        let three = dbht(graph, 3, &[0.1, 0.9, 0.2], None).unwrap();
        assert!(three.bubbles().eq([&[0, 1, 2][..]]));
        assert_eq!(three.edges().len(), 3);
        let merges = [
            Merge { left: 0, right: 1, height: 0.5, size: 2 },
            Merge { left: 2, right: 3, height: 1.0, size: 3 },
        ];
        assert_eq!(three.dendrogram().merges(), merges);
    }
}

/// Two tight groups of four around which nothing else is: every step by hand.
#[test]
fn two_groups_are_two_clusters() {
    // Within a group 0.2, between the groups 0.8, but for small steps that leave no ties.
    let group = |item: usize| item / 4;
    let pairs = (0..8).flat_map(|row| (row + 1..8).map(move |col| (row, col)));
    let condensed: Vec<f64> = pairs
        .map(|(row, col)| {
            let between = if group(row) == group(col) { 0.2 } else { 0.8 };
            between + 0.001 * (row * row + 3 * col) as f64
        })
        .collect();
    for (graph, method) in linkages() {
        let found = dbht(graph, 8, &condensed, None).unwrap();
        assert_eq!(found.labels(), [0, 0, 0, 0, 1, 1, 1, 1], "{graph}");
        let heights: Vec<f64> = found.dendrogram().merges().iter().map(|merge| merge.height).collect();
        let third = 1.0 / 3.0;
        assert_eq!(heights, [third, third, 0.5, 0.5, 1.0, 1.0, 2.0], "{graph}");
        assert_eq!(*found.dendrogram(), linkage(8, &condensed, method).unwrap());
    }
}

#[test]
fn given_similarities_are_taken() {
    let items = 20;
    let condensed = distances(items, 3);
    let similarities: Vec<f64> = condensed.iter().map(|distance| 1.0 - distance * distance).collect();
    for (graph, method) in linkages() {
        let found = dbht(graph, items, &condensed, None).unwrap();
        assert_eq!(found, dbht(graph, items, &condensed, Some(&similarities)).unwrap(), "{graph}");
        assert_eq!(found.edges(), filtered_graph(graph, items, &similarities).unwrap(), "{graph}");
        assert_eq!(*found.dendrogram(), linkage(items, &condensed, method).unwrap());
        let other = dbht(graph, items, &condensed, Some(&distances(items, 4))).unwrap();
        assert_eq!(other.edges(), filtered_graph(graph, items, &distances(items, 4)).unwrap());
        assert_ne!(other.edges(), found.edges());
    }
    // Without any similarity nothing is a part of anything.
    let none = vec![0.0; condensed.len()];
    for &graph in FilteredGraph::ALL {
        assert_sound(items, &dbht(graph, items, &condensed, Some(&none)).unwrap());
    }
    // Negative similarities filter, and zero has one sign.
    assert_eq!(
        filtered_graph(FilteredGraph::Pmfg, 4, &[-0.0, -1.0, 0.0, -2.0, 0.5, -0.0]).unwrap()[0],
        Edge { left: 0, right: 1, similarity: 0.0 }
    );
}

#[test]
fn kept_memory_does_not_change_what_is_found() {
    let (mut scratch, mut found, mut edges) = (LinkageScratch::default(), Dbht::default(), Vec::new());
    for items in [60, 7, 1, 2, 30, 4, 61] {
        let condensed = distances(items, items as u64);
        for &graph in FilteredGraph::ALL {
            dbht_into(graph, items, &condensed, None, &mut scratch, &mut found).unwrap();
            assert_eq!(found, dbht(graph, items, &condensed, None).unwrap(), "{items} {graph}");
            filtered_graph_into(graph, items, &condensed, &mut scratch, &mut edges).unwrap();
            assert_eq!(edges, filtered_graph(graph, items, &condensed).unwrap(), "{items} {graph}");
        }
    }
}

fn assert_refused<T: std::fmt::Debug>(result: Result<T, po_hrp::Error>, error: InputError, message: &str) {
    let found = result.unwrap_err();
    assert_eq!(found, error.into());
    assert_eq!(found.to_string(), message);
}

#[test]
fn similarities_that_are_none() {
    for &graph in FilteredGraph::ALL {
        let what = "the list of items";
        let message = "the list of items is empty, expected at least one item";
        assert_refused(filtered_graph(graph, 0, &[]), InputError::Empty { what }, message);
        assert_refused(dbht(graph, 0, &[], Some(&[])), InputError::Empty { what }, message);
        let mismatch = |what| InputError::LengthMismatch { what, expected: 3, actual: 2 };
        let message = "the list of similarities has length 2, expected 3";
        let two = [0.5, 0.5];
        assert_refused(filtered_graph(graph, 3, &two), mismatch("the list of similarities"), message);
        assert_refused(
            dbht(graph, 3, &[0.1, 0.2, 0.3], Some(&two)),
            mismatch("the list of similarities"),
            message,
        );
        let message = "the list of distances has length 2, expected 3";
        assert_refused(dbht(graph, 3, &two, None), mismatch("the list of distances"), message);
        let range = |name, value, expected| InputError::OutOfRange { name, value, expected };
        assert_refused(
            dbht(graph, 2, &[-1.0], None),
            range("a distance", -1.0, "a number in [0, 1e150]"),
            "a distance is -1, expected a number in [0, 1e150]",
        );
        assert_refused(
            dbht(graph, 2, &[1.0], Some(&[-0.5])),
            range("a similarity", -0.5, "a number in [0, 1e150]"),
            "a similarity is -0.5, expected a number in [0, 1e150]",
        );
        assert_refused(
            filtered_graph(graph, 2, &[-2e150]),
            range("a similarity", -2e150, "a number in [-1e150, 1e150]"),
            &format!("a similarity is {}, expected a number in [-1e150, 1e150]", -2e150),
        );
        assert!(filtered_graph(graph, 2, &[f64::NAN]).is_err());
    }
}

#[test]
fn graphs_have_names() {
    assert_eq!(FilteredGraph::ALL.iter().map(|graph| graph.name()).collect::<Vec<_>>(), ["tmfg", "pmfg"]);
    assert_eq!("pmfg".parse(), Ok(FilteredGraph::Pmfg));
    assert_eq!(
        "tmgf".parse::<FilteredGraph>().unwrap_err().to_string(),
        r#"filtered graph "tmgf" is unknown, did you mean "tmfg"?"#
    );
}

#[cfg(feature = "serde")]
#[test]
fn graphs_and_their_parts_come_back() {
    fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
        value: &T,
        json: &str,
    ) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }
    round_trip(&FilteredGraph::Pmfg, "\"pmfg\"");
    let edge = Edge { left: 1, right: 3, similarity: 0.25 };
    round_trip(&edge, r#"{"left":1,"right":3,"similarity":0.25}"#);
    let link = BubbleLink { from: 0, to: 2, separator: [1, 4, 5] };
    round_trip(&link, r#"{"from":0,"to":2,"separator":[1,4,5]}"#);
}

#[test]
fn a_distance_of_minus_zero_is_one_of_zero() {
    let mut random = Random::new(5);
    for items in 2..9 {
        for _ in 0..20 {
            let zeros: Vec<f64> = (0..items * (items - 1) / 2).map(|_| random.below(2) as f64).collect();
            let minus: Vec<f64> = zeros
                .iter()
                .map(|&distance| if distance == 0.0 && random.below(2) == 0 { -0.0 } else { distance })
                .collect();
            for (graph, _) in linkages() {
                assert_eq!(dbht(graph, items, &minus, None), dbht(graph, items, &zeros, None), "{items}");
            }
        }
    }
}
