//! Where each node of a dendrogram stands in the leaf order.

use std::ops::Range;

use crate::Dendrogram;

/// The leaves from left to right, and the run of them that each node covers.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The first place of each node.
    starts: Vec<usize>,
    /// The place behind the last one of each node.
    ends: Vec<usize>,
}

impl Layout {
    /// Lays the leaves out, of two siblings the left one first.
    pub(super) fn lay_out(&mut self, dendrogram: &Dendrogram, order: &mut Vec<usize>) {
        let (leaves, merges) = (dendrogram.leaves(), dendrogram.merges());
        let Self { starts, ends } = self;
        for places in [&mut *starts, &mut *ends, &mut *order] {
            places.clear();
        }
        starts.resize(leaves + merges.len(), 0);
        ends.resize(leaves + merges.len(), leaves);
        for (index, merge) in merges.iter().enumerate().rev() {
            let (start, end) = (starts[leaves + index], ends[leaves + index]);
            let mid = start + if merge.left < leaves { 1 } else { merges[merge.left - leaves].size };
            (starts[merge.left], ends[merge.left]) = (start, mid);
            (starts[merge.right], ends[merge.right]) = (mid, end);
        }
        order.resize(leaves, 0);
        (0..leaves).for_each(|leaf| order[starts[leaf]] = leaf);
    }
}

/// A dendrogram cut into clusters and laid out: the nodes at and above the cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Top<'a> {
    pub(super) dendrogram: &'a Dendrogram,
    pub(super) clusters: usize,
    pub(super) order: &'a [usize],
    pub(super) layout: &'a Layout,
}

impl<'a> Top<'a> {
    /// The node of the whole, which has the greatest number.
    pub(super) fn root(self) -> usize {
        2 * self.dendrogram.leaves() - 2
    }

    /// Each node that is split with its two sides, the root first.
    pub(super) fn splits(self) -> impl DoubleEndedIterator<Item = (usize, usize, usize)> + 'a {
        let leaves = self.dendrogram.leaves();
        let merges = self.dendrogram.merges().iter().enumerate().rev().take(self.clusters - 1);
        merges.map(move |(index, merge)| (leaves + index, merge.left, merge.right))
    }

    /// The node with the least number that is split, if there is one.
    fn lowest_split(self) -> usize {
        2 * self.dendrogram.leaves() - self.clusters
    }

    /// The two sides of a node that is split.
    pub(super) fn sides(self, node: usize) -> Option<(usize, usize)> {
        let merge = (node >= self.lowest_split())
            .then(|| self.dendrogram.merges()[node - self.dendrogram.leaves()])?;
        Some((merge.left, merge.right))
    }

    /// The nodes that are clusters.
    pub(super) fn clusters(self) -> impl Iterator<Item = usize> + 'a {
        let lowest_split = self.lowest_split();
        let sides = self.splits().flat_map(|(_, left, right)| [left, right]);
        std::iter::once(self.root()).chain(sides).filter(move |&node| node < lowest_split)
    }

    /// The places of a node in the leaf order.
    pub(super) fn run(self, node: usize) -> Range<usize> {
        self.layout.starts[node]..self.layout.ends[node]
    }

    /// The assets of a node, in leaf order.
    pub(super) fn assets(self, node: usize) -> &'a [usize] {
        &self.order[self.run(node)]
    }
}
