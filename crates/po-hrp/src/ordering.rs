//! Optimal leaf ordering: of all orders that a tree allows, the one with the shortest path along its leaves.

use pulp::{Arch, Simd, WithSimd};

use crate::distance::Square;
use crate::linkage::check_distances;
use crate::tree::Tree;
use crate::{Dendrogram, Error};

/// Working memory of the ordering.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderingScratch {
    /// Distances with rows and columns in the order of the tree, where each cluster is a range.
    distances: Square,
    /// Entry (u, w): the shortest path over the smallest cluster that holds both, from end u to end w.
    shortest: Square,
    /// The shortest paths from one left end up to each leaf of the right cluster.
    reach: Vec<f64>,
    /// The leaf that stands at each place of the order of the tree.
    leaf_at: Vec<usize>,
    /// Where the leaves of each node begin and end, in the order of the tree.
    ranges: Vec<Range>,
    /// Nodes with the ends that they must have, waiting to be laid out.
    waiting: Vec<Ends>,
}

/// The leaves of a node, as places in the order of the tree; the right child begins at `mid`.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    start: usize,
    mid: usize,
    end: usize,
}

impl Range {
    fn holds(&self, leaf: usize) -> bool {
        (self.start..self.end).contains(&leaf)
    }

    /// Where the other end of the path can be when one end is `leaf`: in the other child.
    fn opposite(&self, leaf: usize) -> std::ops::Range<usize> {
        if self.end - self.start == 1 {
            self.start..self.end
        } else if leaf < self.mid {
            self.mid..self.end
        } else {
            self.start..self.mid
        }
    }
}

/// A node that must be laid out from leaf `first` to leaf `last`.
#[derive(Clone, Copy, Debug)]
struct Ends {
    node: usize,
    first: usize,
    last: usize,
}

/// The order of the leaves that keeps each cluster together and minimises the sum of the distances between
/// neighbours; of an order and its mirror image, the one that begins with the left child of the root.
///
/// # Shapes and units
/// `distances` is the upper triangle of the N x N matrix, row by row: N (N - 1) / 2 numbers, zero or more.
///
/// # Errors
/// As [`linkage`](crate::linkage).
///
/// # Cost
/// O(N³) time, in vector minima; 2 N² numbers of memory.
///
/// # Examples
/// ```
/// use po_hrp::{Linkage, linkage, optimal_leaf_order};
///
/// // Four towns on a line, at 0, 1, 4 and 6: the best order walks along the line.
/// let distances = [1.0, 4.0, 6.0, 3.0, 5.0, 2.0];
/// let dendrogram = linkage(4, &distances, Linkage::Average)?;
/// assert_eq!(optimal_leaf_order(&dendrogram, &distances)?, [0, 1, 2, 3]);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Bar-Joseph, Gifford, Jaakkola (2001). SciPy's function of this name stops short of the optimum on most trees,
/// because it fixes the orientation of a subtree by the subtree's own best ends.
pub fn optimal_leaf_order(dendrogram: &Dendrogram, distances: &[f64]) -> Result<Vec<usize>, Error> {
    check_distances(dendrogram.leaves(), distances)?;
    let mut square = Square::default();
    square.fill_from_condensed(dendrogram.leaves(), distances, |distance| distance);
    let tree = Tree::from(dendrogram);
    let (mut stack, mut order) = (Vec::new(), Vec::new());
    tree.leaf_order_into(&mut stack, &mut order);
    optimise(&tree, &square, &mut OrderingScratch::default(), &mut order);
    Ok(order)
}

/// Turns `order`, the tree's own leaf order, into the optimal one; `distances` are in the order of the assets.
pub(crate) fn optimise(tree: &Tree, distances: &Square, scratch: &mut OrderingScratch, order: &mut [usize]) {
    let leaves = tree.leaves();
    if leaves < 3 {
        return;
    }
    scratch.place(tree, order, distances);
    Arch::new().dispatch(ShortestPaths { tree, scratch });
    scratch.lay_out(tree, order);
}

impl OrderingScratch {
    /// Finds the range of each node and sorts the distances into the order of the tree.
    fn place(&mut self, tree: &Tree, order: &[usize], distances: &Square) {
        let leaves = tree.leaves();
        self.ranges.clear();
        self.ranges.resize(leaves + tree.joins().len(), Range::default());
        for (place, &leaf) in order.iter().enumerate() {
            self.ranges[leaf] = Range { start: place, mid: place, end: place + 1 };
        }
        for (index, join) in tree.joins().iter().enumerate() {
            let (left, right) = (self.ranges[join.left], self.ranges[join.right]);
            self.ranges[leaves + index] = Range { start: left.start, mid: right.start, end: right.end };
        }
        self.leaf_at.clear();
        self.leaf_at.extend_from_slice(order);
        self.distances.resize(leaves);
        for (row, &leaf) in order.iter().enumerate() {
            for (col, &other) in order.iter().enumerate() {
                self.distances.set(row, col, distances.at(leaf, other));
            }
        }
        self.shortest.resize(leaves);
        (0..leaves).for_each(|leaf| self.shortest.set(leaf, leaf, 0.0));
        self.reach.clear();
        self.reach.resize(leaves, 0.0);
        self.waiting.clear();
        self.waiting.reserve(leaves);
    }

    /// Walks down from the best pair of ends of the root and writes the leaves from first to last.
    fn lay_out(&mut self, tree: &Tree, order: &mut [usize]) {
        let leaves = tree.leaves();
        let root = leaves + tree.joins().len() - 1;
        let range = self.ranges[root];
        let ends =
            (range.start..range.mid).flat_map(|first| (range.mid..range.end).map(move |last| (first, last)));
        let length = |&(first, last): &(usize, usize)| self.shortest.at(first, last);
        let Some((first, last)) = ends.min_by(|a, b| length(a).total_cmp(&length(b))) else { return };
        self.waiting.push(Ends { node: root, first, last });
        let mut place = 0;
        while let Some(Ends { node, first, last }) = self.waiting.pop() {
            if node < leaves {
                order[place] = self.leaf_at[first];
                place += 1;
                continue;
            }
            let join = tree.joins()[node - leaves];
            let (left, right) = if self.ranges[join.left].holds(first) {
                (join.left, join.right)
            } else {
                (join.right, join.left)
            };
            let (inner_first, inner_last) = self.junction(left, first, right, last);
            self.waiting.push(Ends { node: right, first: inner_last, last });
            self.waiting.push(Ends { node: left, first, last: inner_first });
        }
    }

    /// The leaves at which the paths over two clusters meet, when the whole runs from `first` to `last`.
    fn junction(&self, left: usize, first: usize, right: usize, last: usize) -> (usize, usize) {
        let mut best = (f64::INFINITY, first, last);
        for end in self.ranges[left].opposite(first) {
            for start in self.ranges[right].opposite(last) {
                let length = self.shortest.at(first, end)
                    + self.distances.at(end, start)
                    + self.shortest.at(start, last);
                if length < best.0 {
                    best = (length, end, start);
                }
            }
        }
        (best.1, best.2)
    }
}

struct ShortestPaths<'a> {
    tree: &'a Tree,
    scratch: &'a mut OrderingScratch,
}

impl WithSimd for ShortestPaths<'_> {
    type Output = ();

    /// Two min-plus products per node: first to every leaf where the right cluster can begin, then through it.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let leaves = self.tree.leaves();
        let OrderingScratch { distances, shortest, reach, ranges, .. } = self.scratch;
        for (index, join) in self.tree.joins().iter().enumerate() {
            let (left, right, node) = (ranges[join.left], ranges[join.right], ranges[leaves + index]);
            let reach = &mut reach[..right.end - right.start];
            for first in left.start..left.end {
                reach.fill(f64::INFINITY);
                for end in left.opposite(first) {
                    let so_far = shortest.at(first, end);
                    relax(reach, &distances.row(end)[right.start..right.end], so_far);
                }
                let paths = &mut shortest.row_mut(first)[node.mid..node.end];
                paths.fill(f64::INFINITY);
                for last_child in [right.start..right.mid, right.mid..right.end] {
                    if last_child.is_empty() {
                        continue;
                    }
                    // A path that ends in this child begins in the other one.
                    for start in right.opposite(last_child.start) {
                        let so_far = reach[start - right.start];
                        let (onward, paths) = shortest.row_pair(start, first);
                        relax(&mut paths[last_child.clone()], &onward[last_child.clone()], so_far);
                    }
                }
            }
            // A path read backwards is as long.
            for first in node.start..node.mid {
                for last in node.mid..node.end {
                    shortest.set(last, first, shortest.at(first, last));
                }
            }
        }
    }
}

/// `paths = min(paths, so_far + onward)`
#[inline(always)]
fn relax(paths: &mut [f64], onward: &[f64], so_far: f64) {
    for (path, &step) in paths.iter_mut().zip(onward) {
        let length = so_far + step;
        *path = if length < *path { length } else { *path };
    }
}
