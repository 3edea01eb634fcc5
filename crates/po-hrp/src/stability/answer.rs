//! What a rule makes of a sample.

use po_core::{InputError, Weights};

use crate::Dendrogram;

/// What a rule makes of a sample: weights, and whatever clusters it has.
///
/// `Answer::default()` is empty: a place for a rule to write to. What stays empty is not judged.
///
/// # Shapes and units
/// N weights; the cluster of each of N assets, any number below N, or no labels; a tree of N leaves, or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The weight of each asset.
    pub weights: Weights,
    /// The cluster of each asset.
    pub labels: Vec<usize>,
    /// The tree of clusters.
    pub dendrogram: Dendrogram,
}

/// How many weights, labels and leaves an answer has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) assets: usize,
    pub(super) labels: usize,
    pub(super) leaves: usize,
}

impl Answer {
    /// The shape that all answers have in common, from the one for the sample.
    pub(super) fn shape(&self, assets: usize) -> Result<Shape, InputError> {
        let some = |len: usize| if len == 0 { 0 } else { assets };
        let shape = Shape { assets, labels: some(self.labels.len()), leaves: some(self.dendrogram.leaves()) };
        self.check(shape)?;
        Ok(shape)
    }

    /// Refuses an answer of another shape, and labels that are none.
    pub(super) fn check(&self, Shape { assets, labels, leaves }: Shape) -> Result<(), InputError> {
        let lengths = [
            ("the list of weights", assets, self.weights.len()),
            ("the list of labels", labels, self.labels.len()),
            ("the list of leaves", leaves, self.dendrogram.leaves()),
        ];
        if let Some(&(what, expected, actual)) =
            lengths.iter().find(|(_, expected, actual)| expected != actual)
        {
            return Err(InputError::LengthMismatch { what, expected, actual });
        }
        match self.labels.iter().position(|&label| label >= assets) {
            Some(asset) => {
                let (name, expected) = ("the label", "less than there are assets");
                let value = self.labels[asset] as f64;
                Err(InputError::AssetOutOfRange { name, asset, value, expected })
            }
            None => Ok(()),
        }
    }

    /// Empties what a rule may forget to write.
    pub(super) fn clear(&mut self) {
        self.weights = Weights::default();
        self.labels.clear();
        self.dendrogram.reset(0);
    }
}
