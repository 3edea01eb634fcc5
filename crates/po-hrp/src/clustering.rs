//! Tree clustering: from a market to its tree, and to the clusters that a cut leaves.

use po_core::InputError;

use crate::clusters::{ChoiceScratch, Distances, choose_into};
use crate::distance::{Square, inverse_deviations, squared_distances, squared_given};
use crate::linkage::grow;
use crate::prim::prim_of_covariance;
use crate::tree::Tree;
use crate::{ClusterCount, Clusters, Dendrogram, Error, Linkage, LinkageScratch, Market, Metric};

/// How a tree is grown, and whether the squares of the distances are wanted beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) linkage: Linkage,
    pub(crate) metric: Metric,
    pub(crate) keep: bool,
}

impl Growth {
    /// Fills in `inverse`, which becomes `1 / σ_i`, the tree, and `squares` if they are kept; else those are unspecified.
    ///
    /// This is the one door through which distances come: those that the market gives, or those of its correlations.
    pub(crate) fn tree_into(
        self,
        Market { covariance, distances: given, .. }: Market<'_>,
        inverse: &mut Vec<f64>,
        scratch: &mut LinkageScratch,
        squares: &mut Square,
        tree: &mut Tree,
    ) -> Result<(), Error> {
        let Self { linkage, metric, keep } = self;
        inverse_deviations(covariance, inverse)?;
        if (linkage, metric, keep, given) == (Linkage::Single, Metric::Correlation, false, None) {
            return prim_of_covariance(covariance, inverse, &mut scratch.prim, tree);
        }
        let matrix = &mut scratch.matrix;
        match given {
            Some(given) => squared_given(metric, given, covariance.len(), matrix, squares)?,
            None => squared_distances(metric, covariance, inverse, matrix, squares)?,
        }
        if keep {
            squares.copy_from(&scratch.matrix);
        }
        grow(linkage, scratch, tree);
        Ok(())
    }
}

/// Working memory to find the clusters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grouping {
    /// `1 / σ_i`.
    pub(crate) inverse: Vec<f64>,
    /// Linkage and its work matrix.
    linkage: LinkageScratch,
    /// The merges as they were found.
    tree: Tree,
    /// Squared distances, kept while the linkage consumes its matrix.
    squares: Square,
    /// The number of clusters.
    choice: ChoiceScratch,
}

impl Grouping {
    /// Grows the tree, and cuts it.
    pub(crate) fn find(
        &mut self,
        (linkage, metric, count): (Linkage, Metric, ClusterCount),
        market: Market<'_>,
        dendrogram: &mut Dendrogram,
        clusters: &mut Clusters,
    ) -> Result<(), Error> {
        let Self { inverse, linkage: scratch, tree, squares, choice } = self;
        let covariance = market.covariance;
        if covariance.is_empty() {
            return Err(InputError::Empty { what: "the covariance" }.into());
        }
        count.check_assets(covariance.len())?;
        // The distances of the correlations follow from the covariance once more, where they are asked for.
        let at_hand = metric == Metric::Correlation && market.distances.is_none();
        let growth = Growth { linkage, metric, keep: count.needs_distances() && !at_hand };
        growth.tree_into(market, inverse, scratch, squares, tree)?;
        tree.dendrogram_into(&mut scratch.sorting, dendrogram);
        let distances = if at_hand {
            Distances::Correlation { covariance, inverse }
        } else {
            Distances::Squared(squares)
        };
        choose_into(count, dendrogram, distances, choice, clusters);
        Ok(())
    }
}
