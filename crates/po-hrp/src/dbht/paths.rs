//! Shortest paths along a graph.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::distance::Square;

use super::graph::{Adjacency, Edge};

/// Working memory of the search.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathsScratch {
    /// The length of each edge.
    lengths: Vec<f64>,
    /// Vertices with the length of a path to them, the shortest first.
    ///
    /// Lengths are zero or more, so that their bits stand in the same order.
    waiting: BinaryHeap<Reverse<(u64, usize)>>,
}

/// Makes the way from one vertex to another one no longer than that over a third.
pub(super) fn shorten(lengths: &mut Square, a: usize, b: usize, through: usize) {
    let length = lengths.at(a, through) + lengths.at(through, b);
    if length < lengths.at(a, b) {
        lengths.set(a, b, length);
        lengths.set(b, a, length);
    }
}

/// Writes the lengths of the shortest paths among a few vertices in place of the lengths of their edges
/// (Floyd 1962).
pub(super) fn shortest_among(vertices: &[usize], lengths: &mut Square) {
    for &through in vertices {
        for &a in vertices {
            vertices.iter().for_each(|&b| shorten(lengths, a, b, through));
        }
    }
}

/// Writes the lengths of all shortest paths along the edges (Dijkstra 1959) over the distances, from which
/// the lengths of the edges are taken.
pub(super) fn shortest_paths(
    edges: &[Edge],
    adjacency: &Adjacency,
    distances: &mut Square,
    scratch: &mut PathsScratch,
) {
    let PathsScratch { lengths, waiting } = scratch;
    let vertices = distances.len();
    lengths.clear();
    lengths.reserve(3 * vertices);
    lengths.extend(edges.iter().map(|edge| distances.at(edge.left, edge.right)));
    waiting.clear();
    waiting.reserve(6 * vertices);
    for source in 0..vertices {
        let row = distances.row_mut(source);
        row.fill(f64::INFINITY);
        row[source] = 0.0;
        waiting.push(Reverse((0, source)));
        while let Some(Reverse((bits, vertex))) = waiting.pop() {
            let length = f64::from_bits(bits);
            if length > row[vertex] {
                continue;
            }
            for &(other, edge) in adjacency.of(vertex) {
                let longer = length + lengths[edge];
                if longer < row[other] {
                    row[other] = longer;
                    waiting.push(Reverse((longer.to_bits(), other)));
                }
            }
        }
    }
}
