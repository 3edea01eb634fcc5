//! Working memory; it grows to the largest problem seen and never shrinks.

use po_core::RiskScratch;

use crate::bisection::VariancesScratch;
use crate::chain::ChainScratch;
use crate::dbht::DbhtScratch;
use crate::distance::Square;
use crate::groups::GroupsScratch;
use crate::measured::MeasuredScratch;
use crate::ordering::OrderingScratch;
use crate::prim::PrimScratch;
#[cfg(feature = "linalg")]
use crate::seriation::LineScratch;
use crate::stable_order::StableOrderScratch;
use crate::tree::{Sorting, Tree};

/// Working memory of [`Hrp`](crate::Hrp).
///
/// # Cost
/// For N assets, beside the covariance, in numbers of eight bytes: N² and a small multiple of N, half of N² more for
/// centroid and median linkage, N² more for [`Linkage::Dbht`](crate::Linkage) and 2 N² and a little more for
/// [`Linkage::DbhtPmfg`](crate::Linkage), N² more for [`Metric::Columns`](crate::Metric), and 3 N² more for
/// [`LeafOrder::Optimal`](crate::LeafOrder), of which the columns use one, or as many for `LeafOrder::Spectral`.
/// Single linkage of the correlation distance in an order that needs no distances takes the multiple of N alone.
/// Measures on T returns add T for each of `log2 N` levels.
#[derive(Clone, Debug, Default)]
pub struct HrpScratch {
    /// `1 / σ_i`.
    pub(crate) inverse: Vec<f64>,
    /// Linkage and its work matrix.
    pub(crate) linkage: LinkageScratch,
    /// Distances, kept while the linkage consumes its matrix.
    pub(crate) distances: Square,
    /// Optimal leaf ordering.
    pub(crate) ordering: OrderingScratch,
    /// Stable leaf ordering.
    pub(crate) stable_order: StableOrderScratch,
    /// The spectral order, with a Laplacian and its eigenvectors.
    #[cfg(feature = "linalg")]
    pub(crate) line: LineScratch,
    /// Nodes of the tree that wait for their turn in the leaf order.
    pub(crate) stack: Vec<usize>,
    /// Variances of clusters.
    pub(crate) variances: VariancesScratch,
    /// Risks of clusters by a measure, and that of the measures of the field.
    pub(crate) measured: MeasuredScratch,
    pub(crate) risk: RiskScratch,
    /// Groups down the bisection.
    pub(crate) groups: GroupsScratch,
    /// The weights, in the order of the assets.
    pub(crate) weights: Vec<f64>,
}

/// Working memory of [`linkage_into`](crate::linkage_into).
#[derive(Clone, Debug, Default)]
pub struct LinkageScratch {
    /// The matrix that the linkage consumes.
    pub(crate) matrix: Square,
    /// The nearest-neighbour chain.
    pub(crate) chain: ChainScratch,
    /// Prim's algorithm.
    pub(crate) prim: PrimScratch,
    /// The upper triangle, for kodama.
    pub(crate) condensed: Vec<f64>,
    /// kodama's own working memory.
    pub(crate) kodama: Kodama,
    /// Directed bubbles.
    pub(crate) dbht: DbhtScratch,
    /// The merges found by [`linkage_into`](crate::linkage_into).
    pub(crate) tree: Tree,
    /// The order of the merges by height.
    pub(crate) sorting: Sorting,
}

/// kodama's state and result, which have no `Default` of their own.
#[derive(Debug)]
pub(crate) struct Kodama {
    pub(crate) state: kodama::LinkageState<f64>,
    pub(crate) dendrogram: kodama::Dendrogram<f64>,
}

impl Default for Kodama {
    fn default() -> Self {
        Self { state: kodama::LinkageState::new(), dendrogram: kodama::Dendrogram::new(0) }
    }
}

impl Clone for Kodama {
    /// Memory to work in carries no value, so a copy starts afresh.
    fn clone(&self) -> Self {
        Self::default()
    }
}
