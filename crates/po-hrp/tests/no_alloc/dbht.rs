//! Directed bubbles on both graphs, with distances alone and with similarities.

use po_hrp::{Dbht, FilteredGraph, LinkageScratch, dbht_into, filtered_graph_into};

use super::{LARGE, SMALL, assert_silent, condensed, covariance};

#[test]
fn the_second_call_for_bubbles_does_not_allocate() {
    let problems = [LARGE, SMALL, 7, 4, 3, 1].map(|items| (items, condensed(&covariance(items))));
    for &graph in FilteredGraph::ALL {
        let (mut scratch, mut found) = (LinkageScratch::default(), Dbht::default());
        assert_silent(&format!("bubbles, {graph}"), &problems, |(items, distances)| {
            dbht_into(graph, *items, distances, None, &mut scratch, &mut found).unwrap();
        });
        assert_silent(&format!("bubbles of similarities, {graph}"), &problems, |(items, distances)| {
            dbht_into(graph, *items, distances, Some(distances), &mut scratch, &mut found).unwrap();
        });
        let (mut scratch, mut edges) = (LinkageScratch::default(), Vec::new());
        assert_silent(&format!("edges, {graph}"), &problems, |(items, similarities)| {
            filtered_graph_into(graph, *items, similarities, &mut scratch, &mut edges).unwrap();
        });
    }
}
