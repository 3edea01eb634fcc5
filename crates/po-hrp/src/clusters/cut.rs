//! A cut through a dendrogram.

use crate::Dendrogram;

/// The clusters that are left when the last merges are undone.
#[derive(Clone, Debug, Default)]
pub(super) struct Cut {
    /// The cluster of each asset, numbered from zero in the order of the assets.
    pub(super) labels: Vec<usize>,
    /// The node of the dendrogram that is the cluster of each node, for nodes at or below the cut.
    cluster_of: Vec<usize>,
    /// The label of each node that is a cluster.
    pub(super) label_of: Vec<usize>,
}

impl Cut {
    /// Undoes the last `clusters - 1` merges.
    pub(super) fn cut(&mut self, dendrogram: &Dendrogram, clusters: usize) {
        let (leaves, merges) = (dendrogram.leaves(), dendrogram.merges());
        let nodes = leaves + merges.len();
        self.cluster_of.clear();
        self.cluster_of.extend(0..nodes);
        // Below the cut, a parent comes before its children and hands its cluster down.
        for (index, merge) in merges[..leaves - clusters].iter().enumerate().rev() {
            let cluster = self.cluster_of[leaves + index];
            self.cluster_of[merge.left] = cluster;
            self.cluster_of[merge.right] = cluster;
        }
        self.label_of.clear();
        self.label_of.resize(nodes, usize::MAX);
        self.labels.clear();
        let mut next = 0;
        for &cluster in &self.cluster_of[..leaves] {
            let label = &mut self.label_of[cluster];
            if *label == usize::MAX {
                *label = next;
                next += 1;
            }
            self.labels.push(*label);
        }
    }
}
