//! Directed bubble hierarchical trees: clusters from a planar graph of the strongest similarities.

mod bubbles;
mod converging;
mod found;
mod graph;
mod hierarchy;
mod paths;
mod planarity;
mod pmfg;
mod tmfg;
mod triangles;
mod walls;

pub use converging::BubbleLink;
pub use found::{Dbht, dbht, dbht_into, filtered_graph, filtered_graph_into};
pub use graph::{Edge, FilteredGraph};

use crate::distance::Square;
use crate::tree::Tree;

use bubbles::Bubbles;
use converging::{ConvergingScratch, Graph};
use graph::{Adjacency, COMPLETE};
use hierarchy::HierarchyScratch;
use paths::PathsScratch;
use pmfg::PmfgScratch;
use tmfg::TmfgScratch;
use triangles::TrianglesScratch;

/// Working memory of directed bubbles.
#[derive(Clone, Debug, Default)]
pub(crate) struct DbhtScratch {
    /// The similarities: N².
    similarities: Square,
    tmfg: TmfgScratch,
    pmfg: PmfgScratch,
    adjacency: Adjacency,
    paths: PathsScratch,
    triangles: TrianglesScratch,
    converging: ConvergingScratch,
    hierarchy: HierarchyScratch,
    /// What is found on the way to the tree when nobody asks for it.
    parts: Parts,
}

/// What is found beside the tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    edges: Vec<Edge>,
    bubbles: Bubbles,
    links: Vec<BubbleLink>,
    /// The cluster of each item.
    labels: Vec<usize>,
    /// The bubble that each cluster flows to.
    centres: Vec<usize>,
    /// The bubble that each item settles in.
    homes: Vec<usize>,
}

/// Grows the tree from squared distances, which it consumes.
///
/// The similarities are `1 - d²`, and where a distance is greater than one, `1 - (d / d_max)²`.
pub(crate) fn grow(graph: FilteredGraph, squares: &mut Square, scratch: &mut DbhtScratch, tree: &mut Tree) {
    scratch.similarities_of(squares);
    squares.square_root();
    let mut parts = std::mem::take(&mut scratch.parts);
    scratch.cluster(graph, squares, &mut parts, tree);
    scratch.parts = parts;
}

impl DbhtScratch {
    fn similarities_of(&mut self, squares: &Square) {
        let items = squares.len();
        let greatest = (0..items).flat_map(|row| &squares.row(row)[..items]).fold(1.0, |a: f64, &b| a.max(b));
        self.similarities.resize(items);
        for row in 0..items {
            let entries = self.similarities.row_mut(row).iter_mut().zip(squares.row(row));
            entries.take(items).for_each(|(entry, square)| *entry = 1.0 - square / greatest);
        }
    }

    /// Finds everything from the similarities and the distances, which it consumes.
    fn cluster(&mut self, graph: FilteredGraph, distances: &mut Square, parts: &mut Parts, tree: &mut Tree) {
        let items = distances.len();
        let Self { similarities, tmfg, pmfg, adjacency, paths, triangles, converging, hierarchy, .. } = self;
        let Parts { edges, bubbles, links, labels, centres, homes } = parts;
        graph::filter(graph, similarities, tmfg, pmfg, edges);
        adjacency.set(items, edges);
        match graph {
            _ if items < COMPLETE => {
                let all = &[0, 1, 2][..items];
                paths::shortest_among(all, distances);
                bubbles.reset(items);
                bubbles.push(None, all);
            }
            FilteredGraph::Tmfg => {
                tmfg.shortest_paths(distances);
                tmfg.bubbles_into(bubbles);
            }
            FilteredGraph::Pmfg => {
                paths::shortest_paths(edges, adjacency, distances, paths);
                triangles.bubbles_into(items, adjacency, bubbles);
            }
        }
        let found = Graph { edges, adjacency, bubbles };
        converging.direct(items, found, links);
        converging.weigh(items, found);
        converging.cluster(bubbles, links, distances, labels, centres);
        hierarchy.settle(items, bubbles, &converging.ties, &converging.weights, homes);
        hierarchy.build(labels, homes, distances, tree);
    }
}
