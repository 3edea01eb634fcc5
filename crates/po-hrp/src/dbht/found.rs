//! What directed bubbles find, and the functions that find it.

use po_core::InputError;

use crate::distance::Square;
use crate::linkage::{GREATEST, check_distances};
use crate::scratch::LinkageScratch;
use crate::{Dendrogram, Error};

use super::{BubbleLink, Edge, FilteredGraph, Parts, graph};

/// What [`dbht`] finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dbht {
    parts: Parts,
    dendrogram: Dendrogram,
}

impl Dbht {
    /// The edges of the filtered graph, in the order of their items.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.parts.edges
    }

    /// The items of each bubble: a piece of the graph that no triangle of its own separates; bubbles share
    /// the triangles along which the graph was cut.
    #[must_use]
    pub fn bubbles(&self) -> impl ExactSizeIterator<Item = &[usize]> + '_ {
        (0..self.parts.bubbles.len()).map(|bubble| self.parts.bubbles.of(bubble))
    }

    /// The tree that the bubbles make, each link with its direction.
    #[must_use]
    pub fn links(&self) -> &[BubbleLink] {
        &self.parts.links
    }

    /// The cluster of each item, numbered from zero in the order of the items.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.parts.labels
    }

    /// The converging bubble of each cluster: the number of one that no link leaves.
    #[must_use]
    pub fn centres(&self) -> &[usize] {
        &self.parts.centres
    }

    /// The bubble in which each item is merged first, of those that have it.
    #[must_use]
    pub fn homes(&self) -> &[usize] {
        &self.parts.homes
    }

    /// The tree of the items; `cut` into as many clusters as there are [`centres`](Self::centres), it gives
    /// the [`labels`](Self::labels).
    #[must_use]
    pub fn dendrogram(&self) -> &Dendrogram {
        &self.dendrogram
    }
}

/// Clusters N items by directed bubbles: the pieces of a planar graph of their strongest similarities.
///
/// 1. The [`FilteredGraph`] is cut along the triangles that separate it; the pieces are *bubbles* and make a
///    tree.
/// 2. Each link of the tree is directed to the side that its triangle is tied to more, by the sum of the
///    similarities along edges.
///    A bubble that no link leaves is the *centre* of a cluster.
/// 3. An item of one or more centres goes to the one with the greatest `Σ_{j in b} s_ij / (3 (n_b - 2))`, any
///    other to the centre nearest by the mean of shortest paths to the items of the centre, among the centres
///    that its bubbles flow to.
/// 4. Each item settles in the bubble with the greatest `Σ_{j in b} s_ij / Σ_{edges of b} s`.
///    Complete linkage by the lengths of shortest paths joins the items of a cluster that settled in one
///    bubble, then these parts of the cluster, then the clusters.
///
/// The distance of two parts is the greatest shortest path within both together; where one of the two is that
/// wide, the greatest from one to the other decides.
/// Heights tell the stage, not the distance.
/// Those within a cluster of `n` items are `1 / (n - 1)`, `1 / (n - 2)` and so on up to one, first for the merges
/// within bubbles, then for those between them, each in order of distance; a merge of clusters has the number of
/// clusters that it joins.
///
/// # Shapes and units
/// `distances` and `similarities` are upper triangles, row by row: N (N - 1) / 2 numbers, zero or more.
/// Without similarities, they are `1 - d²`, or `1 - (d / d_max)²` if the greatest distance is more than one;
/// for the distance `sqrt((1 - ρ) / 2)`, that is `(1 + ρ) / 2`.
///
/// # Errors
/// [`InputError::Empty`] for no items; [`InputError::LengthMismatch`] for a wrong number of distances or
/// similarities; [`InputError::OutOfRange`] for one that is not a number in [0, 1e150].
///
/// # Cost
/// About O(N²) time for [`FilteredGraph::Tmfg`], up to O(N³) for [`FilteredGraph::Pmfg`]; 2 N² numbers of
/// memory, and N² and a little more for the latter.
///
/// # Examples
/// ```
/// use po_hrp::{FilteredGraph, dbht};
///
/// // Four points on a line, at 0, 1, 5 and 6, in tenths: a single tetrahedron.
/// let found = dbht(FilteredGraph::Tmfg, 4, &[0.1, 0.5, 0.6, 0.4, 0.5, 0.1], None)?;
/// assert_eq!(found.edges().len(), 6);
/// assert_eq!(found.labels(), [0, 0, 0, 0]);
/// let heights: Vec<f64> = found.dendrogram().merges().iter().map(|merge| merge.height).collect();
/// assert_eq!(heights, [1.0 / 3.0, 0.5, 1.0]);
/// assert_eq!(found.dendrogram().cut(2), [0, 0, 1, 1]);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Song, Di Matteo, Aste (2012), Hierarchical Information Clustering by Means of Topologically Embedded
/// Graphs; the heights are those of the authors' program.
pub fn dbht(
    graph: FilteredGraph,
    items: usize,
    distances: &[f64],
    similarities: Option<&[f64]>,
) -> Result<Dbht, Error> {
    let mut found = Dbht::default();
    dbht_into(graph, items, distances, similarities, &mut LinkageScratch::default(), &mut found)?;
    Ok(found)
}

/// Clusters N items by directed bubbles, with kept memory.
///
/// # Errors
/// As [`dbht`].
pub fn dbht_into(
    graph: FilteredGraph,
    items: usize,
    distances: &[f64],
    similarities: Option<&[f64]>,
    scratch: &mut LinkageScratch,
    found: &mut Dbht,
) -> Result<(), Error> {
    check_distances(items, distances)?;
    if let Some(similarities) = similarities {
        check_similarities(items, similarities, 0.0, "a number in [0, 1e150]")?;
    }
    let LinkageScratch { matrix, dbht, tree, sorting, .. } = scratch;
    match similarities {
        Some(similarities) => fill(&mut dbht.similarities, items, similarities),
        None => {
            matrix.fill_from_condensed(items, distances, |distance| distance * distance);
            dbht.similarities_of(matrix);
        }
    }
    fill(matrix, items, distances);
    dbht.cluster(graph, matrix, &mut found.parts, tree);
    tree.dendrogram_into(sorting, &mut found.dendrogram);
    Ok(())
}

/// Filters a planar graph from the similarities of N items: the edges, in the order of their items.
///
/// # Shapes and units
/// `similarities` is the upper triangle of the N x N matrix, row by row: N (N - 1) / 2 numbers of either
/// sign.
///
/// # Errors
/// [`InputError::Empty`] for no items; [`InputError::LengthMismatch`] for a wrong number of similarities;
/// [`InputError::OutOfRange`] for one that is not a number in [-1e150, 1e150].
///
/// # Cost
/// That of the [`FilteredGraph`]; N² numbers of memory, and N² and a little more for
/// [`FilteredGraph::Pmfg`].
///
/// # Examples
/// ```
/// use po_hrp::{FilteredGraph, filtered_graph};
///
/// // Ten pairs of five items; a planar graph can keep nine of them, and drops the least.
/// let similarities = [0.9, 0.8, 0.7, 0.1, 0.6, 0.5, 0.4, 0.3, 0.2, 0.25];
/// let edges = filtered_graph(FilteredGraph::Pmfg, 5, &similarities)?;
/// assert_eq!(edges.len(), 9);
/// assert!(!edges.iter().any(|edge| (edge.left, edge.right) == (0, 4)));
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// That of the [`FilteredGraph`].
pub fn filtered_graph(graph: FilteredGraph, items: usize, similarities: &[f64]) -> Result<Vec<Edge>, Error> {
    let mut edges = Vec::new();
    filtered_graph_into(graph, items, similarities, &mut LinkageScratch::default(), &mut edges)?;
    Ok(edges)
}

/// Filters a planar graph from the similarities of N items, with kept memory.
///
/// # Errors
/// As [`filtered_graph`].
pub fn filtered_graph_into(
    graph: FilteredGraph,
    items: usize,
    similarities: &[f64],
    scratch: &mut LinkageScratch,
    edges: &mut Vec<Edge>,
) -> Result<(), Error> {
    check_similarities(items, similarities, -GREATEST, "a number in [-1e150, 1e150]")?;
    let dbht = &mut scratch.dbht;
    fill(&mut dbht.similarities, items, similarities);
    graph::filter(graph, &dbht.similarities, &mut dbht.tmfg, &mut dbht.pmfg, edges);
    Ok(())
}

fn fill(matrix: &mut Square, items: usize, condensed: &[f64]) {
    // Minus zero is zero, so that the two are equal in any order of sorting.
    matrix.fill_from_condensed(items, condensed, |entry| entry + 0.0);
}

fn check_similarities(
    items: usize,
    similarities: &[f64],
    least: f64,
    expected_range: &'static str,
) -> Result<(), Error> {
    if items == 0 {
        return Err(InputError::Empty { what: "the list of items" }.into());
    }
    let expected = items.checked_mul(items - 1).map_or(usize::MAX, |twice| twice / 2);
    if similarities.len() != expected {
        let (what, actual) = ("the list of similarities", similarities.len());
        return Err(InputError::LengthMismatch { what, expected, actual }.into());
    }
    match similarities.iter().find(|&&similarity| !(least..=GREATEST).contains(&similarity)) {
        Some(&value) => {
            Err(InputError::OutOfRange { name: "a similarity", value, expected: expected_range }.into())
        }
        None => Ok(()),
    }
}
