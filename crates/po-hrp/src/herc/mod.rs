//! Hierarchical equal risk contribution, top to bottom.

mod allocation;
mod division;
mod layout;
mod params;
mod risk;

pub use allocation::{HercAllocation, HercCluster};
pub use params::{ClusterRisk, ClusterWeights, Division, HercParams};

use po_core::{Allocator, Covariance};

use crate::clusters::{ChoiceScratch, Distances, choose_into};
use crate::distance::{Square, inverse_deviations, squared_distances};
use crate::limits::Limits;
use crate::linkage::grow;
use crate::prim::prim_of_covariance;
use crate::tree::Tree;
use crate::{ClusterCount, Error, Linkage, LinkageScratch, Metric};

use division::DivisionScratch;
use layout::{Layout, Top};
use risk::RiskScratch;

/// Hierarchical equal risk contribution: clusters of assets get weights by their risk, down the tree, and
/// assets get theirs inside the clusters.
///
/// 1. *Tree clustering.* As in [`Hrp`](crate::Hrp): correlations become distances, and distances a tree.
/// 2. *Clusters.* The tree is cut into `k` clusters by undoing its last `k - 1` merges; [`ClusterCount`]
///    tells `k`.
/// 3. *Division.* Each of those merges, the root first, divides the weight `m` of its node between its two
///    sides, by the risks `R` of the clusters `C` on either side.
/// 4. *Shares.* Each cluster is shared out among its assets by naive risk parity, with `r_i` the risk of an
///    asset.
///
/// ```text
/// m_left = m R_right / (R_left + R_right),   R_side = Σ_C R(C)
/// w_i    = m_C (1 / r_i) / Σ_j (1 / r_j),    i and j in C
/// R(C)   = the risk of that portfolio of C
/// ```
///
/// This is the default; [`Division`] and [`ClusterWeights`] have the other ways of the literature. Unlike the
/// bisection of hierarchical risk parity, the division follows the tree, and the order of its leaves does not
/// matter.
///
/// Bounds are honoured exactly: a side gets the weight nearest to its share that both sides can hold, and in
/// a cluster the assets that are not at a bound keep their proportions.
///
/// # Cost
/// O(N²) time and memory; see [`HercScratch`] for the constant.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance};
/// use po_hrp::{ClusterCount, Herc, HercParams};
///
/// // Volatilities of 20 % and 10 %, correlations of 0.5 within a pair and of zero between the two.
/// let covariance = Covariance::from_column_slice(4, &[
///     0.04, 0.02, 0.000, 0.000,
///     0.02, 0.04, 0.000, 0.000,
///     0.00, 0.00, 0.010, 0.005,
///     0.00, 0.00, 0.005, 0.010,
/// ])?;
/// let params = HercParams { clusters: ClusterCount::Given(2), ..HercParams::default() };
/// let allocation = Herc::new(params)?.allocate(&covariance)?;
/// // The pairs have variances 0.03 and 0.0075: the second earns 0.03 / 0.0375 of the weight.
/// for (weight, expected) in allocation.weights().as_slice().iter().zip([0.1, 0.1, 0.4, 0.4]) {
///     assert!((weight - expected).abs() < 1e-15);
/// }
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Raffinot (2018), The Hierarchical Equal Risk Contribution Portfolio.
/// Riskfolio-Lib 7.4.0 and skfolio 1.12.2 divide and share out in the same way, given the clusters.
#[derive(Clone, Debug, PartialEq)]
pub struct Herc {
    linkage: Linkage,
    metric: Metric,
    clusters: ClusterCount,
    risk: ClusterRisk,
    division: Division,
    within: ClusterWeights,
    limits: Limits,
}

/// Working memory of [`Herc`].
///
/// # Cost
/// For N assets, beside the covariance, in numbers of eight bytes: N² and a small multiple of N, half of N²
/// more for centroid and median linkage, N² more for [`Metric::Columns`], and `k` N more for `k` the greatest
/// number of clusters that is tried, unless it is given.
/// Single linkage of the correlation distance needs no N².
#[derive(Clone, Debug, Default)]
pub struct HercScratch {
    /// `1 / σ_i`.
    inverse: Vec<f64>,
    /// Linkage and its work matrix.
    linkage: LinkageScratch,
    /// The merges as they were found.
    tree: Tree,
    /// Distances between columns, or their squares, kept while the linkage consumes its matrix.
    distances: Square,
    /// The number of clusters.
    choice: ChoiceScratch,
    /// Where nodes stand in the leaf order.
    layout: Layout,
    /// Risks of clusters and sides.
    risk: RiskScratch,
    /// Weights of clusters and sides.
    division: DivisionScratch,
    /// The weights, in the order of the assets.
    weights: Vec<f64>,
}

impl Herc {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::NegativeBound`], [`Error::LowerBoundsTooHigh`], [`Error::UpperBoundsTooLow`] for the bounds;
    /// [`Error::Input`] for zero clusters, [`Error::TooManyClusters`] for more than there are bounds.
    pub fn new(params: HercParams) -> Result<Self, Error> {
        let HercParams { linkage, metric, clusters, risk, division, within, bounds } = params;
        clusters.check()?;
        if let Some(bounds) = &bounds {
            clusters.check_assets(bounds.len())?;
        }
        let limits = Limits::new(bounds, Vec::new())?;
        Ok(Self { linkage, metric, clusters, risk, division, within, limits })
    }

    /// Whether clusters are counted by distances that are not at hand any more.
    fn keeps_distances(&self) -> bool {
        self.metric == Metric::Columns && self.clusters.needs_distances()
    }

    /// Tree clustering: fills `allocation.dendrogram`, and `scratch.distances` with squares if they are kept.
    fn cluster(
        &self,
        covariance: &Covariance,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        let HercScratch { inverse, linkage, tree, distances, .. } = scratch;
        inverse_deviations(covariance, inverse)?;
        if (self.linkage, self.metric) == (Linkage::Single, Metric::Correlation) {
            prim_of_covariance(covariance, inverse, &mut linkage.prim, tree)?;
        } else {
            squared_distances(self.metric, covariance, inverse, &mut linkage.matrix, distances)?;
            if self.keeps_distances() {
                distances.copy_from(&linkage.matrix);
            }
            grow(self.linkage, linkage, tree);
        }
        tree.dendrogram_into(&mut linkage.sorting, &mut allocation.dendrogram);
        Ok(())
    }
}

impl Allocator for Herc {
    type Input<'a> = &'a Covariance;
    type Scratch = HercScratch;
    type Output = HercAllocation;
    type Error = Error;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// [`Error::Input`] for an asset whose variance is zero or out of all range, a correlation
    /// outside [-1, 1], or bounds of another length; [`Error::TooManyClusters`] for more clusters than assets;
    /// [`Error::NegativeClusterVariance`] for a covariance far from positive semidefinite.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        self.limits.check(covariance.len())?;
        self.clusters.check_assets(covariance.len())?;
        self.cluster(covariance, scratch, allocation)?;
        let HercScratch { inverse, distances, choice, layout, risk, division, weights, .. } = scratch;
        let HercAllocation { dendrogram, order, cut, clusters, divisions, .. } = allocation;
        let distances = if self.keeps_distances() {
            Distances::Squared(distances)
        } else {
            Distances::Correlation { covariance, inverse }
        };
        choose_into(self.clusters, dendrogram, distances, choice, cut);
        layout.lay_out(dendrogram, order);
        let top = Top { dendrogram, clusters: cut.count(), order, layout };
        risk::risks_into(self.risk, self.division, covariance, inverse, top, risk)?;
        division::divide(self.division, &risk.of_node, &self.limits, top, division, divisions);
        division::share_out(self.within, &mut risk.parities, &self.limits, top, division, weights);
        division::hold(cut.labels(), &risk.of_node, weights, top, clusters);
        tracing::debug!(assets = order.len(), clusters = cut.count(), linkage = %self.linkage, "allocated");
        allocation.weights.assign(weights)?;
        Ok(())
    }
}
