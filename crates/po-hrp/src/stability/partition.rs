//! How like the clusters of a sample those of a resample are.

/// The clusters of the sample.
#[derive(Clone, Debug)]
pub(super) struct Partition {
    /// The cluster of each asset, numbered from zero in the order of the first assets.
    labels: Vec<usize>,
    /// How many assets each has.
    sizes: Vec<u32>,
}

/// Working memory of the comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// How many assets a cluster of the sample and one of the resample have in common; row by row.
    common: Vec<u32>,
    /// How many assets each cluster of the resample has.
    sizes: Vec<u32>,
}

impl Partition {
    /// The clusters that these labels tell, each less than there are labels.
    pub(super) fn new(labels: &[usize]) -> Self {
        let (mut known, mut sizes) = (vec![usize::MAX; labels.len()], Vec::new());
        let renumbered = labels.iter().map(|&label| {
            if known[label] == usize::MAX {
                known[label] = sizes.len();
                sizes.push(0);
            }
            sizes[known[label]] += 1;
            known[label]
        });
        let labels = renumbered.collect();
        Self { labels, sizes }
    }

    /// How many clusters there are.
    pub(super) fn count(&self) -> usize {
        self.sizes.len()
    }

    /// The assets of each cluster.
    pub(super) fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count()];
        self.labels.iter().enumerate().for_each(|(asset, &label)| members[label].push(asset));
        members
    }

    /// For each cluster of the sample, its similarity to the cluster of the resample that is most like it.
    ///
    /// ```text
    /// max_D |C ∩ D| / |C ∪ D|
    /// ```
    pub(super) fn similarities(&self, labels: &[usize], table: &mut Table) -> Vec<f64> {
        let Table { common, sizes } = table;
        let others = labels.iter().max().map_or(0, |label| label + 1);
        common.clear();
        common.resize(self.count() * others, 0);
        sizes.clear();
        sizes.resize(others, 0);
        for (&own, &other) in self.labels.iter().zip(labels) {
            common[own * others + other] += 1;
            sizes[other] += 1;
        }
        let similarity = |(row, &size): (&[u32], &u32)| {
            let jaccard = |(&both, &other): (&u32, &u32)| f64::from(both) / f64::from(size + other - both);
            row.iter().zip(&*sizes).map(jaccard).fold(0.0, f64::max)
        };
        common.chunks_exact(others.max(1)).zip(&self.sizes).map(similarity).collect()
    }
}
