//! The tree of clusters.

use po_core::InputError;

use crate::Error;

/// Two clusters becoming one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Merge {
    /// The cluster with the smaller number: an asset when below N, else N plus the index of the merge that formed it.
    pub left: usize,
    /// The cluster with the larger number.
    pub right: usize,
    /// The distance of the two.
    pub height: f64,
    /// How many assets the new cluster has.
    pub size: usize,
}

/// The N - 1 merges that join N assets, in the order and with the numbering of SciPy's linkage matrix.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct Dendrogram {
    leaves: usize,
    merges: Vec<Merge>,
}

impl Dendrogram {
    /// A dendrogram from its merges.
    ///
    /// # Errors
    /// [`InputError::Empty`] without leaves, [`InputError::LengthMismatch`] unless there is one merge fewer than
    /// leaves, [`InputError::OutOfRange`] when a merge names a cluster that does not exist yet or was merged before,
    /// has the wrong size, or has a height that is not a number.
    ///
    /// # Examples
    /// ```
    /// use po_hrp::{Dendrogram, Merge};
    ///
    /// let merges = vec![Merge { left: 0, right: 2, height: 0.1, size: 2 }, Merge { left: 1, right: 3, height: 0.4, size: 3 }];
    /// let dendrogram = Dendrogram::new(3, merges)?;
    /// assert_eq!(dendrogram.leaf_order(), [1, 0, 2]);
    /// assert_eq!(dendrogram.cut(2), [0, 1, 0]);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    pub fn new(leaves: usize, merges: Vec<Merge>) -> Result<Self, Error> {
        if leaves == 0 {
            return Err(InputError::Empty { what: "the dendrogram" }.into());
        }
        if merges.len() != leaves - 1 {
            let (expected, actual) = (leaves - 1, merges.len());
            return Err(InputError::LengthMismatch { what: "the list of merges", expected, actual }.into());
        }
        let mut sizes = vec![1; leaves];
        for (index, merge) in merges.iter().enumerate() {
            let refuse = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
            for child in [merge.left, merge.right] {
                if sizes.get(child).is_none_or(|&size| size == 0) || merge.left >= merge.right {
                    return refuse(
                        "a merged cluster",
                        child as f64,
                        "a cluster that exists, the smaller first",
                    );
                }
            }
            if merge.size != sizes[merge.left] + sizes[merge.right] {
                return refuse("the size of a cluster", merge.size as f64, "the sum of the two merged sizes");
            }
            if merge.height.is_nan() {
                return refuse("the height of a merge", merge.height, "a number");
            }
            (sizes[merge.left], sizes[merge.right]) = (0, 0);
            debug_assert_eq!(sizes.len(), leaves + index);
            sizes.push(merge.size);
        }
        Ok(Self { leaves, merges })
    }

    /// Empties the dendrogram, keeping its memory, for a tree of so many leaves to be written.
    pub(crate) fn reset(&mut self, leaves: usize) -> &mut Vec<Merge> {
        self.leaves = leaves;
        self.merges.clear();
        self.merges.reserve(leaves.saturating_sub(1));
        &mut self.merges
    }

    /// Number of assets.
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// The merges, lowest first for the linkages whose heights never step down.
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// The leaves from left to right: of two siblings the left one first.
    #[must_use]
    pub fn leaf_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.leaves);
        // An empty dendrogram has no root.
        let root = (self.leaves + self.merges.len()).checked_sub(1);
        let mut stack: Vec<usize> = root.into_iter().collect();
        while let Some(node) = stack.pop() {
            if node < self.leaves {
                order.push(node);
            } else {
                let merge = self.merges[node - self.leaves];
                stack.extend([merge.right, merge.left]);
            }
        }
        order
    }

    /// Cuts the tree into clusters by undoing its last merges: one label per asset, numbered from zero in the order
    /// of the assets.
    ///
    /// At least one cluster and at most N are formed, whatever is asked for.
    #[must_use]
    pub fn cut(&self, clusters: usize) -> Vec<usize> {
        let kept = self.leaves - clusters.max(1).min(self.leaves);
        let mut parent: Vec<usize> = (0..self.leaves + kept).collect();
        for (index, merge) in self.merges[..kept].iter().enumerate() {
            parent[merge.left] = self.leaves + index;
            parent[merge.right] = self.leaves + index;
        }
        // A parent has a larger number than its children, so one downward sweep finds all roots.
        for node in (0..parent.len()).rev() {
            parent[node] = parent[parent[node]];
        }
        let mut label_of_root = vec![None; parent.len()];
        let mut labels = 0;
        let label = |leaf: usize| {
            *label_of_root[parent[leaf]].get_or_insert_with(|| {
                labels += 1;
                labels - 1
            })
        };
        (0..self.leaves).map(label).collect()
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    leaves: usize,
    merges: Vec<Merge>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Dendrogram {
    type Error = Error;

    fn try_from(unchecked: Unchecked) -> Result<Self, Error> {
        Self::new(unchecked.leaves, unchecked.merges)
    }
}
