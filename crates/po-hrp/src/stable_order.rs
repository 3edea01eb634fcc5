//! Stable leaf ordering: of all orders that a tree allows, the nearest to the order of the last rebalance.

use std::ops::Range;

use crate::tree::Tree;
use crate::{Dendrogram, Error};

/// The place of an asset that the order before does not have.
const ABSENT: usize = usize::MAX;

/// Working memory of the ordering: a small multiple of N.
#[derive(Clone, Debug, Default)]
pub(crate) struct StableOrderScratch {
    /// The place of each asset in the order before.
    places: Vec<usize>,
    /// Those places, in the order of the tree; sorted within each cluster that was looked at.
    runs: Vec<usize>,
    /// Two runs as one, before it takes their place.
    merged: Vec<usize>,
    /// Where the run of each node begins and ends.
    ranges: Vec<(usize, usize)>,
    /// The merges whose children change places.
    turned: Vec<bool>,
}

/// The order of the leaves that keeps each cluster together and has the fewest inversions against an order before:
/// pairs of leaves that stand the other way round there (Kendall's distance).
///
/// Each pair of leaves is parted by one merge, whose orientation alone decides how the pair stands. So every merge is
/// turned on its own: if more than half of its pairs, one leaf from the left and one from the right, stand the other way
/// round. The others, and with them ties, stay as the tree has them; an order that the tree allows comes back as it is.
///
/// # Shapes and units
/// `before` holds indices of leaves, each once at the most; leaves that it does not have count for nothing.
///
/// # Errors
/// [`Error::UnknownBefore`] for an index of no leaf, [`Error::TwiceBefore`] for a leaf that stands twice.
///
/// # Cost
/// O(N log N) for a balanced tree, whose sorted runs are merged upwards; N² / 2 steps for a chain at worst.
///
/// # Examples
/// ```
/// use po_hrp::{Linkage, linkage, stable_leaf_order};
///
/// // Four towns on a line, at 0, 1, 4 and 6: two clusters of two.
/// let dendrogram = linkage(4, &[1.0, 4.0, 6.0, 3.0, 5.0, 2.0], Linkage::Average)?;
/// assert_eq!(stable_leaf_order(&dendrogram, &[3, 2, 0, 1])?, [3, 2, 0, 1]);
/// // No order of the tree has 2 between 0 and 1: of four pairs across, two stand either way.
/// assert_eq!(stable_leaf_order(&dendrogram, &[0, 2, 3, 1])?, [0, 1, 2, 3]);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// One-tree crossing minimisation: Dwyer and Schreiber (2004), Optimal leaf ordering for two and a half dimensional
/// phylogenetic tree visualisation; Fernau, Kaufmann and Poths (2010), Comparing trees via crossing minimization.
pub fn stable_leaf_order(dendrogram: &Dendrogram, before: &[usize]) -> Result<Vec<usize>, Error> {
    let (mut stack, mut order) = (Vec::new(), Vec::new());
    let tree = Tree::from(dendrogram);
    settle(&tree, before, &mut StableOrderScratch::default(), &mut stack, &mut order)?;
    Ok(order)
}

/// Writes the order of the leaves that is nearest to `before`.
pub(crate) fn settle(
    tree: &Tree,
    before: &[usize],
    scratch: &mut StableOrderScratch,
    stack: &mut Vec<usize>,
    order: &mut Vec<usize>,
) -> Result<(), Error> {
    scratch.place(tree.leaves(), before)?;
    tree.leaf_order_into(stack, order);
    if !before.is_empty() {
        scratch.turn(tree, order);
        tree.turned_order_into(stack, order, |join| scratch.turned[join]);
    }
    Ok(())
}

impl StableOrderScratch {
    /// Notes where each leaf stood.
    fn place(&mut self, leaves: usize, before: &[usize]) -> Result<(), Error> {
        self.places.clear();
        self.places.resize(leaves, ABSENT);
        for (second, &asset) in before.iter().enumerate() {
            match self.places.get_mut(asset) {
                None => return Err(Error::UnknownBefore { place: second, asset, assets: leaves }),
                Some(place) if *place == ABSENT => *place = second,
                Some(&mut first) => return Err(Error::TwiceBefore { asset, first, second }),
            }
        }
        Ok(())
    }

    /// Finds the merges to turn, from the leaves up; `order` is the tree's own leaf order.
    fn turn(&mut self, tree: &Tree, order: &[usize]) {
        let Self { places, runs, merged, ranges, turned } = self;
        let leaves = tree.leaves();
        runs.clear();
        runs.reserve(leaves);
        merged.resize(leaves.max(merged.len()), 0);
        turned.clear();
        turned.reserve(leaves);
        ranges.clear();
        ranges.resize(leaves + tree.joins().len(), (0, 0));
        for &leaf in order {
            let start = runs.len();
            runs.extend(Some(places[leaf]).filter(|place| *place != ABSENT));
            ranges[leaf] = (start, runs.len());
        }
        for (index, join) in tree.joins().iter().enumerate() {
            let ((start, mid), (_, end)) = (ranges[join.left], ranges[join.right]);
            let pairs = (mid - start) * (end - mid);
            turned.push(2 * merge(runs, start..mid, mid..end, merged) > pairs);
            ranges[leaves + index] = (start, end);
        }
    }
}

/// Makes one sorted run of two neighbours, and counts the pairs in which the left number is the greater one.
fn merge(runs: &mut [usize], left: Range<usize>, right: Range<usize>, merged: &mut [usize]) -> usize {
    let (start, end) = (left.start, right.end);
    if left.is_empty() || right.is_empty() || runs[left.end - 1] < runs[right.start] {
        return 0;
    }
    if runs[end - 1] < runs[start] {
        runs[start..end].rotate_left(left.len());
        return left.len() * right.len();
    }
    let (mut lower, mut upper, mut inversions) = (left.start, right.start, 0);
    for place in &mut merged[start..end] {
        if upper == end || (lower < left.end && runs[lower] < runs[upper]) {
            *place = runs[lower];
            lower += 1;
        } else {
            *place = runs[upper];
            upper += 1;
            inversions += left.end - lower;
        }
    }
    runs[start..end].copy_from_slice(&merged[start..end]);
    inversions
}
