//! Hierarchical equal risk contribution, top to bottom.

mod allocation;
mod division;
mod layout;
mod measured;
mod params;
mod risk;

pub use allocation::{HercAllocation, HercCluster};
pub use params::{ClusterWeights, Division, HercParams};

use po_core::{Allocator, Covariance, Risk, RiskError, RiskMeasure, RiskScratch as FieldScratch};

use crate::bisection::Told;
use crate::clustering::Grouping;
use crate::limits::Limits;
use crate::measured::{MeasuredScratch, Measuring, name};
use crate::{ClusterCount, Error, Linkage, Market, Metric, SplitRule};

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
/// 4. *Shares.* Each cluster is shared out among its assets by *naive risk parity*, which holds each in inverse
///    proportion to its own risk `r_i` and knows no correlations.
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
/// Risk is the variance, unless another [`Risk`] is asked for. By [`Risk::Equal`] every cluster has a risk of one, so that a
/// side counts its clusters.
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
    risk: Risk,
    division: Division,
    within: ClusterWeights,
    limits: Limits,
}

/// Working memory of [`Herc`].
///
/// # Cost
/// For N assets, beside the covariance, in numbers of eight bytes: N² and a small multiple of N, half of N²
/// more for centroid and median linkage, N² more for [`Metric::Columns`] and for distances that are given, and `k` N more
/// for `k` the greatest number of clusters that is tried, unless it is given.
/// Single linkage of the correlation distance needs no N².
/// Measures on T returns add T for each of `log2 N` levels.
#[derive(Clone, Debug, Default)]
pub struct HercScratch {
    /// The tree and its cut.
    grouping: Grouping,
    /// Where nodes stand in the leaf order.
    layout: Layout,
    /// Risks of clusters and sides.
    risk: RiskScratch,
    /// Risks by a measure, and that of the measures of the field.
    measured: MeasuredScratch,
    of_field: FieldScratch,
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
    /// [`Error::Input`] for zero clusters and for what the measure of risk is given, [`Error::TooManyClusters`] for more
    /// clusters than there are bounds.
    pub fn new(params: HercParams) -> Result<Self, Error> {
        let HercParams { linkage, metric, clusters, risk, division, within, bounds } = params;
        clusters.check()?;
        risk.check()?;
        if let Some(bounds) = &bounds {
            clusters.check_assets(bounds.len())?;
        }
        let limits = Limits::new(bounds, Vec::new())?;
        Ok(Self { linkage, metric, clusters, risk, division, within, limits })
    }

    /// Allocates from a covariance, from returns for a measure of risk that it does not tell, and by the distances that
    /// are given.
    ///
    /// # Errors
    /// As [`Herc::allocate_into`]; [`Error::ReturnsNeeded`] for such a measure without returns;
    /// [`Error::Input`] for returns or distances of another number of assets; [`Error::AssetRisk`] for an asset whose
    /// risk is not positive; [`Error::Risk`] and [`Error::ClusterRisk`] for a cluster whose risk is not a number of zero or
    /// more.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Returns, Risk};
    /// use po_hrp::{ClusterCount, Herc, HercParams, Market};
    ///
    /// let returns = Returns::from_column_slice(4, 2, &[0.02, -0.02, 0.02, -0.02, 0.01, 0.01, -0.01, -0.01])?;
    /// let covariance = Covariance::from_column_slice(2, &[4.0, 0.0, 0.0, 1.0])?;
    /// let clusters = ClusterCount::Given(2);
    /// let herc = Herc::new(HercParams { risk: Risk::WorstRealisation, clusters, ..HercParams::default() })?;
    /// let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    /// assert!((herc.allocate_market(market)?.weights().as_slice()[0] - 1.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    pub fn allocate_market(&self, market: Market<'_>) -> Result<HercAllocation, Error> {
        let mut allocation = HercAllocation::default();
        self.allocate_market_into(market, &mut HercScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Herc::allocate_market`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Herc::allocate_market`].
    ///
    /// # Cost
    /// That of [`Herc`], and for a measure of T returns O(N T) and less than 3 N times what it takes itself.
    pub fn allocate_market_into(
        &self,
        market: Market<'_>,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        let Some(told) = Told::by_covariance(self.risk) else {
            let (measure, mut memory) = (self.risk, std::mem::take(&mut scratch.of_field));
            let measuring = Measuring { measure: &measure, scratch: &mut memory, of_field: Some(measure) };
            let allocated = self.measure_into(measuring, market, scratch, allocation);
            scratch.of_field = memory;
            return allocated;
        };
        self.lay_out(market, scratch, allocation)?;
        let HercScratch { grouping, layout, risk, .. } = scratch;
        let top = allocation.top(layout);
        risk::risks_into(told, self.division, market.covariance, &grouping.inverse, top, risk)?;
        self.divide(Some(self.risk), scratch, allocation)
    }

    /// Allocates by a measure of risk of one's own in place of that of the settings.
    ///
    /// # Errors
    /// As [`Herc::allocate_market`].
    pub fn allocate_by<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measure: &M,
        market: Market<'_>,
    ) -> Result<HercAllocation, Error> {
        let mut allocation = HercAllocation::default();
        let measure = (measure, &mut M::Scratch::default());
        self.allocate_by_into(measure, market, &mut HercScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Herc::allocate_by`], in the memory that is there: the measure with its own, and that of the allocation.
    ///
    /// # Errors
    /// As [`Herc::allocate_market`].
    pub fn allocate_by_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        (measure, measuring): (&M, &mut M::Scratch),
        market: Market<'_>,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        let measuring = Measuring { measure, scratch: measuring, of_field: None };
        self.measure_into(measuring, market, scratch, allocation)
    }

    fn measure_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measuring: Measuring<'_, M>,
        market: Market<'_>,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        let of_field = measuring.of_field;
        let returns = market.returns_for(name(of_field))?;
        self.lay_out(market, scratch, allocation)?;
        let HercScratch { layout, risk, measured, .. } = scratch;
        let top = allocation.top(layout);
        measured::risks_into(returns, self.division, measuring, top, measured, risk)?;
        self.divide(of_field, scratch, allocation)
    }

    /// Tree clustering and the cut: fills in the tree, the order of its leaves, and the clusters.
    fn lay_out(
        &self,
        market: Market<'_>,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        self.limits.check(market.covariance.len())?;
        let HercScratch { grouping, layout, .. } = scratch;
        let HercAllocation { dendrogram, order, cut, .. } = allocation;
        grouping.find((self.linkage, self.metric, self.clusters), market, dendrogram, cut)?;
        layout.lay_out(dendrogram, order);
        Ok(())
    }

    /// Hands the whole portfolio down to the clusters, and shares each of them out.
    fn divide(
        &self,
        measure: Option<Risk>,
        scratch: &mut HercScratch,
        allocation: &mut HercAllocation,
    ) -> Result<(), Error> {
        let HercScratch { layout, risk, division, weights, .. } = scratch;
        let HercAllocation { dendrogram, order, cut, clusters, divisions, .. } = allocation;
        let top = Top { dendrogram, clusters: cut.count(), order, layout };
        division::divide(self.division, &risk.of_node, &self.limits, top, division, divisions);
        division::share_out(self.within, &mut risk.parities, &self.limits, top, division, weights);
        division::hold(cut.labels(), &risk.of_node, weights, top, clusters);
        allocation.measure = measure;
        allocation.rule = match self.division {
            Division::Clusters => SplitRule::Clusters,
            Division::Assets => SplitRule::Portfolios,
            Division::Halves => SplitRule::Halves,
        };
        tracing::debug!(assets = order.len(), clusters = cut.count(), linkage = %self.linkage, "allocated");
        allocation.weights.assign(weights)?;
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
        self.allocate_market_into(covariance.into(), scratch, allocation)
    }
}
