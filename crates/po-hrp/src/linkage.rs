//! From distances to a tree: the linkages, each by the algorithm that suits it.

use po_core::InputError;

use crate::chain::{Reducible, chain};
use crate::dbht;
use crate::distance::Square;
use crate::prim::prim_of_squares;
use crate::scratch::LinkageScratch;
use crate::tree::Tree;
use crate::{Dendrogram, Error, FilteredGraph, Linkage};

/// Clusters N items by their pairwise distances.
///
/// # Shapes and units
/// `distances` is the upper triangle of the N x N matrix, row by row: N (N - 1) / 2 numbers, zero or more.
///
/// # Errors
/// [`InputError::Empty`] for no items; [`InputError::LengthMismatch`] for a wrong number of distances;
/// [`InputError::OutOfRange`] for a distance that is not a number in [0, 1e150].
///
/// # Cost
/// O(N²) time; O(N² log N) for centroid and median; as [`dbht`](crate::dbht()) for directed bubbles.
/// N² numbers of memory, and N² more for directed bubbles.
///
/// # Examples
/// ```
/// use po_hrp::{Linkage, linkage};
///
/// // Three cities on a line, at 0, 1 and 5.
/// let dendrogram = linkage(3, &[1.0, 5.0, 4.0], Linkage::Average)?;
/// assert_eq!(dendrogram.merges()[0].height, 1.0);
/// assert_eq!(dendrogram.merges()[1].height, 4.5);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Müllner (2011), algorithms for single linkage, the nearest-neighbour chain, and the generic one.
pub fn linkage(items: usize, distances: &[f64], method: Linkage) -> Result<Dendrogram, Error> {
    let mut dendrogram = Dendrogram::default();
    linkage_into(items, distances, method, &mut LinkageScratch::default(), &mut dendrogram)?;
    Ok(dendrogram)
}

/// Clusters N items by their pairwise distances, with kept memory.
///
/// # Errors
/// As [`linkage`].
pub fn linkage_into(
    items: usize,
    distances: &[f64],
    method: Linkage,
    scratch: &mut LinkageScratch,
    dendrogram: &mut Dendrogram,
) -> Result<(), Error> {
    check_distances(items, distances)?;
    scratch.matrix.fill_from_condensed(items, distances, |distance| distance * distance);
    let mut tree = std::mem::take(&mut scratch.tree);
    grow(method, scratch, &mut tree);
    tree.dendrogram_into(&mut scratch.sorting, dendrogram);
    scratch.tree = tree;
    Ok(())
}

pub(crate) fn check_distances(items: usize, distances: &[f64]) -> Result<(), Error> {
    if items == 0 {
        return Err(InputError::Empty { what: "the list of items" }.into());
    }
    let expected = items.checked_mul(items - 1).map_or(usize::MAX, |twice| twice / 2);
    if distances.len() != expected {
        let (what, actual) = ("the list of distances", distances.len());
        return Err(InputError::LengthMismatch { what, expected, actual }.into());
    }
    match distances.iter().find(|&&distance| !(0.0..=GREATEST).contains(&distance)) {
        Some(&value) => {
            let (name, expected) = ("a distance", "a number in [0, 1e150]");
            Err(InputError::OutOfRange { name, value, expected }.into())
        }
        None => Ok(()),
    }
}

/// The greatest distance whose square can be computed with.
pub(crate) const GREATEST: f64 = 1e150;

/// Grows the tree from the squared distances in the work matrix, which it consumes.
pub(crate) fn grow(method: Linkage, scratch: &mut LinkageScratch, tree: &mut Tree) {
    let LinkageScratch { matrix, chain: chain_scratch, prim, .. } = scratch;
    match method {
        Linkage::Single => prim_of_squares(matrix, prim, tree),
        Linkage::Complete => chain(Reducible::Complete, matrix, chain_scratch, tree, f64::sqrt),
        Linkage::Ward => chain(Reducible::Ward, matrix, chain_scratch, tree, |square| square.max(0.0).sqrt()),
        Linkage::Average | Linkage::Weighted => {
            let kind = if method == Linkage::Average { Reducible::Average } else { Reducible::Weighted };
            matrix.square_root();
            chain(kind, matrix, chain_scratch, tree, |distance| distance);
        }
        Linkage::Centroid => generic(kodama::Method::Centroid, scratch, tree),
        Linkage::Median => generic(kodama::Method::Median, scratch, tree),
        Linkage::Dbht => dbht::grow(FilteredGraph::Tmfg, matrix, &mut scratch.dbht, tree),
        Linkage::DbhtPmfg => dbht::grow(FilteredGraph::Pmfg, matrix, &mut scratch.dbht, tree),
    }
}

/// Centroid and median linkage by kodama: their heights may step down, so that no chain finds them.
fn generic(method: kodama::Method, scratch: &mut LinkageScratch, tree: &mut Tree) {
    let LinkageScratch { matrix, condensed, kodama, .. } = scratch;
    let items = matrix.len();
    condense(matrix, condensed);
    kodama::linkage_with(&mut kodama.state, condensed, items, method, &mut kodama.dendrogram);
    tree.reset(items, false);
    for (time, step) in kodama.dendrogram.steps().iter().enumerate() {
        // A centroid may come to lie on top of another one; rounding below zero is then no number.
        let height = if step.dissimilarity.is_nan() { 0.0 } else { step.dissimilarity };
        tree.join(step.cluster1, step.cluster2, height, time);
    }
}

/// Writes the square roots of the upper triangle, row by row.
fn condense(squares: &Square, condensed: &mut Vec<f64>) {
    condensed.clear();
    let items = squares.len();
    condensed.reserve(items * (items - 1) / 2);
    for row in 0..items {
        condensed.extend(squares.row(row)[row + 1..items].iter().map(|square| square.sqrt()));
    }
}
