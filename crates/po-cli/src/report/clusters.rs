//! The tree of an allocation, and its clusters, as they are drawn.

use po_engine::hrp::{Dendrogram, HrpAllocation, Linkage, Metric};

use super::Report;

/// A tree of related assets, and the order that its leaves are drawn in.
#[derive(Clone, Debug)]
pub(crate) struct Grown {
    pub(super) dendrogram: Dendrogram,
    /// An order in which no two branches cross.
    pub(super) order: Vec<usize>,
    /// Whether that is not the order that was bisected.
    pub(super) is_own: bool,
    pub(super) linkage: Linkage,
    pub(super) metric: Metric,
}

/// One cluster, a run of the leaves.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// The number that the cluster column has.
    pub(super) number: usize,
    /// The place of its first asset among the leaves.
    pub(super) start: usize,
    /// Its assets, as the leaves stand.
    pub(super) assets: Vec<usize>,
    pub(super) weight: f64,
    /// Its share of the risk, where there is any.
    pub(super) share: Option<f64>,
    /// The mean correlation of its pairs, where it has any.
    pub(super) within: Option<f64>,
}

impl Grown {
    /// The tree that an allocation grew.
    pub(crate) fn new(hrp: &HrpAllocation, linkage: Linkage, metric: Metric) -> Self {
        let (dendrogram, order) = (hrp.dendrogram(), hrp.leaf_order().to_vec());
        // There are orders that are not those of the tree.
        let is_own = !fits(&dendrogram, &order);
        let order = if is_own { dendrogram.leaf_order() } else { order };
        Self { dendrogram, order, is_own, linkage, metric }
    }
}

/// Whether each cluster of a tree is a run of the leaves.
fn fits(dendrogram: &Dendrogram, order: &[usize]) -> bool {
    // The first and the last place of each cluster.
    let mut ends = vec![(0, 0); order.len()];
    for (place, &asset) in order.iter().enumerate() {
        ends[asset] = (place, place);
    }
    dendrogram.merges().iter().all(|merge| {
        let (left, right) = (ends[merge.left], ends[merge.right]);
        let both = (left.0.min(right.0), left.1.max(right.1));
        ends.push(both);
        both.1 - both.0 + 1 == merge.size
    })
}

impl Report {
    /// The order that assets are drawn in: that of the leaves, or that of the file where there is no tree.
    pub(super) fn leaves(&self) -> Vec<usize> {
        self.grown.as_ref().map_or_else(|| (0..self.names.len()).collect(), |grown| grown.order.clone())
    }

    /// The clusters as the leaves stand; none without a tree.
    pub(super) fn clustered(&self) -> Vec<Cluster> {
        let Some(labels) = self.clusters.as_ref().filter(|_| self.grown.is_some()) else { return Vec::new() };
        let leaves = self.leaves();
        let (shares, mut start) = (self.shares_of_risk(), 0);
        let runs = leaves.chunk_by(|&a, &b| labels[a] == labels[b]);
        let cluster = |assets: &[usize]| {
            let place = start;
            start += assets.len();
            Cluster {
                number: labels[assets[0]],
                start: place,
                assets: assets.to_vec(),
                weight: assets.iter().map(|&asset| self.weights[asset]).sum(),
                share: shares.map(|shares| assets.iter().map(|&asset| shares[asset]).sum()),
                within: self.mean_correlation(assets),
            }
        };
        runs.map(cluster).collect()
    }

    /// The mean correlation of the pairs of some assets.
    fn mean_correlation(&self, assets: &[usize]) -> Option<f64> {
        let correlation = self.correlation.as_ref()?.as_view();
        let pairs = assets
            .iter()
            .enumerate()
            .flat_map(|(place, &row)| assets[place + 1..].iter().map(move |&col| (row, col)));
        let (sum, count) =
            pairs.fold((0.0, 0_usize), |(sum, count), pair| (sum + correlation[pair], count + 1));
        (count > 0).then(|| sum / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use po_engine::hrp::Merge;

    use super::*;

    #[test]
    fn an_order_fits_where_no_branches_cross() -> Result<(), po_engine::hrp::Error> {
        let merges = vec![
            Merge { left: 0, right: 2, height: 0.1, size: 2 },
            Merge { left: 1, right: 3, height: 0.4, size: 3 },
        ];
        let dendrogram = Dendrogram::new(3, merges)?;
        for (order, expected) in
            [([1, 0, 2], true), ([2, 0, 1], true), ([0, 1, 2], false), ([2, 1, 0], false)]
        {
            assert_eq!(fits(&dendrogram, &order), expected, "{order:?}");
        }
        Ok(())
    }
}
