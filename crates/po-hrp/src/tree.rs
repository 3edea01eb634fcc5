//! The tree while it grows: merges as an algorithm finds them, which need not be the lowest first.

use crate::{Dendrogram, Merge};

/// One merge; nodes below N are leaves, node N + i is merge i.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Join {
    /// The child that a sorted dendrogram numbers lower.
    pub(crate) left: usize,
    /// The other child.
    pub(crate) right: usize,
    /// The distance of the two.
    pub(crate) height: f64,
    /// Decides between equal heights.
    tie: usize,
}

/// The merges of N leaves, each after its children.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tree {
    leaves: usize,
    joins: Vec<Join>,
    /// Whether heights are ordered, so that a sorted dendrogram numbers clusters by height; else by time.
    by_height: bool,
}

impl Tree {
    /// Forgets all merges, keeping the memory.
    pub(crate) fn reset(&mut self, leaves: usize, by_height: bool) {
        self.leaves = leaves;
        self.by_height = by_height;
        self.joins.clear();
        self.joins.reserve(leaves.saturating_sub(1));
    }

    pub(crate) fn leaves(&self) -> usize {
        self.leaves
    }

    pub(crate) fn joins(&self) -> &[Join] {
        &self.joins
    }

    /// Joins two nodes and returns the new one.
    ///
    /// Where heights are ordered, rounding may put a merge below its child, or level with it; it is then lifted to the
    /// child's height, and comes after it.
    #[inline]
    pub(crate) fn join(&mut self, a: usize, b: usize, height: f64, mut tie: usize) -> usize {
        // Minus zero is zero, so that the two are equal in any order of sorting.
        let mut height = height + 0.0;
        if self.by_height {
            for child in [a, b] {
                if child >= self.leaves {
                    let below = self.joins[child - self.leaves];
                    if height <= below.height {
                        (height, tie) = (below.height, tie.max(below.tie));
                    }
                }
            }
        }
        let (left, right) = if self.is_before(a, b) { (a, b) } else { (b, a) };
        self.joins.push(Join { left, right, height, tie });
        self.leaves + self.joins.len() - 1
    }

    /// Whether a sorted dendrogram numbers `a` lower than `b`: leaves come before clusters, low before high.
    #[inline]
    fn is_before(&self, a: usize, b: usize) -> bool {
        if a < self.leaves || b < self.leaves {
            return a < b;
        }
        let (a, b) = (&self.joins[a - self.leaves], &self.joins[b - self.leaves]);
        if self.by_height { (a.height, a.tie) < (b.height, b.tie) } else { a.tie < b.tie }
    }

    /// Writes the leaves from left to right.
    pub(crate) fn leaf_order_into(&self, stack: &mut Vec<usize>, order: &mut Vec<usize>) {
        self.turned_order_into(stack, order, |_| false);
    }

    /// Writes the leaves from left to right once the children of some merges have changed places.
    pub(crate) fn turned_order_into(
        &self,
        stack: &mut Vec<usize>,
        order: &mut Vec<usize>,
        turned: impl Fn(usize) -> bool,
    ) {
        order.clear();
        stack.clear();
        // A path down the tree leaves at most one waiting sibling per level.
        stack.reserve(self.leaves + 1);
        let mut node = self.leaves + self.joins.len() - 1;
        loop {
            while node >= self.leaves {
                let index = node - self.leaves;
                let Join { left, right, .. } = self.joins[index];
                let (first, second) = if turned(index) { (right, left) } else { (left, right) };
                stack.push(second);
                node = first;
            }
            order.push(node);
            match stack.pop() {
                Some(next) => node = next,
                None => return,
            }
        }
    }

    /// Writes the merges in the order and with the numbering of a sorted dendrogram.
    pub(crate) fn dendrogram_into(&self, sorting: &mut Sorting, dendrogram: &mut Dendrogram) {
        let Self { leaves, joins, by_height } = self;
        let Sorting { sorted, rank } = sorting;
        sorted.clear();
        sorted.extend(0..joins.len());
        if *by_height {
            sorted.sort_unstable_by(|&a, &b| {
                let order = joins[a].height.total_cmp(&joins[b].height);
                order.then(joins[a].tie.cmp(&joins[b].tie)).then(a.cmp(&b))
            });
        }
        rank.clear();
        rank.resize(joins.len(), 0);
        sorted.iter().enumerate().for_each(|(place, &join)| rank[join] = place);

        let number = |node: usize| if node < *leaves { node } else { *leaves + rank[node - *leaves] };
        let merges = dendrogram.reset(*leaves);
        for &join in sorted.iter() {
            let Join { left, right, height, .. } = joins[join];
            let (a, b) = (number(left), number(right));
            let size = |cluster: usize| if cluster < *leaves { 1 } else { merges[cluster - *leaves].size };
            let size = size(a) + size(b);
            merges.push(Merge { left: a.min(b), right: a.max(b), height, size });
        }
    }
}

impl From<&Dendrogram> for Tree {
    /// A sorted dendrogram is a tree whose merges are numbered by time.
    fn from(dendrogram: &Dendrogram) -> Self {
        let mut tree = Self::default();
        tree.reset(dendrogram.leaves(), false);
        for (time, merge) in dendrogram.merges().iter().enumerate() {
            tree.join(merge.left, merge.right, merge.height, time);
        }
        tree
    }
}

/// Working memory to sort merges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorting {
    /// The joins, lowest first.
    sorted: Vec<usize>,
    /// The place of each join among the sorted ones.
    rank: Vec<usize>,
}
