//! The planar graphs that are filtered from all pairs, and their edges.

use crate::distance::Square;

use super::pmfg::{PmfgScratch, pmfg};
use super::tmfg::{TmfgScratch, tmfg};

/// Which planar graph is filtered from the similarities of all pairs.
///
/// Both have `3 (N - 2)` edges, more than which no planar graph of N vertices has; below four items both are
/// the complete graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum FilteredGraph {
    /// The triangulated maximally filtered graph: four vertices of great strength, then again and again the
    /// vertex and the triangular face with the greatest sum of the three similarities between them.
    ///
    /// ```text
    /// strength_i = Σ_j s_ij   over all s_ij > (N + Σ s) / N², as if items were similar to themselves by one
    /// ```
    ///
    /// Of equally strong vertices the one with the greater sum of all similarities is taken.
    /// Of vertices that are equal in this too, and of those that fit a face equally, the one with the lower
    /// number is taken, and of equal faces the one that was formed earlier.
    ///
    /// # Cost
    /// About O(N²).
    ///
    /// # Source
    /// Massara, Di Matteo, Aste (2016), Network Filtering for Big Data: Triangulated Maximally Filtered
    /// Graph.
    #[default]
    Tmfg,
    /// The planar maximally filtered graph: the pairs in order of similarity, each taken if the graph stays
    /// planar.
    ///
    /// Of equal pairs the one with the lower first item is taken, then the one with the lower second item.
    ///
    /// # Cost
    /// O(N) for each pair up to the last that is taken, but for those that a triangle of the graph keeps
    /// apart: O(N³) at worst.
    ///
    /// # Source
    /// Tumminello, Aste, Di Matteo, Mantegna (2005), A tool for filtering information in complex systems.
    Pmfg,
}

/// Two items that a filtered graph joins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Edge {
    /// The item with the lower number.
    pub left: usize,
    /// The other item.
    pub right: usize,
    /// How similar they are.
    pub similarity: f64,
}

impl Edge {
    pub(super) fn new(a: usize, b: usize, similarity: f64) -> Self {
        Self { left: a.min(b), right: a.max(b), similarity }
    }
}

/// Writes the edges in order of their items; the vertices of a triangulated graph are kept as they were
/// inserted.
pub(super) fn filter(
    graph: FilteredGraph,
    similarities: &Square,
    tmfg_scratch: &mut TmfgScratch,
    pmfg_scratch: &mut PmfgScratch,
    edges: &mut Vec<Edge>,
) {
    let items = similarities.len();
    edges.clear();
    edges.reserve(3 * items);
    match graph {
        _ if items < COMPLETE => {
            for left in 0..items {
                for right in left + 1..items {
                    edges.push(Edge::new(left, right, similarities.at(left, right)));
                }
            }
        }
        FilteredGraph::Tmfg => tmfg(similarities, tmfg_scratch, edges),
        FilteredGraph::Pmfg => pmfg(similarities, pmfg_scratch, edges),
    }
    edges.sort_unstable_by_key(|edge| (edge.left, edge.right));
}

/// Below so many items, the planar graph is the complete one.
pub(super) const COMPLETE: usize = 4;

/// The neighbours of each vertex, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Adjacency {
    /// Where the neighbours of each vertex start, and where the last ones end.
    starts: Vec<usize>,
    /// The neighbours, vertex by vertex, each with the number of the edge.
    neighbours: Vec<(usize, usize)>,
}

impl Adjacency {
    /// Takes edges in order of their items.
    pub(super) fn set(&mut self, vertices: usize, edges: &[Edge]) {
        let Self { starts, neighbours } = self;
        starts.clear();
        starts.reserve(3 * vertices);
        starts.resize(vertices + 1, 0);
        for edge in edges {
            starts[edge.left] += 1;
            starts[edge.right] += 1;
        }
        // Each start is first the end of its vertex, and then moves down by its neighbours.
        let mut end = 0;
        for start in starts.iter_mut() {
            end += *start;
            *start = end;
        }
        neighbours.clear();
        neighbours.reserve(6 * vertices);
        neighbours.resize(2 * edges.len(), (0, 0));
        for (number, edge) in edges.iter().enumerate().rev() {
            for (own, other) in [(edge.left, edge.right), (edge.right, edge.left)] {
                starts[own] -= 1;
                neighbours[starts[own]] = (other, number);
            }
        }
    }

    pub(super) fn of(&self, vertex: usize) -> &[(usize, usize)] {
        &self.neighbours[self.starts[vertex]..self.starts[vertex + 1]]
    }
}
