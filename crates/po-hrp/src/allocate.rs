//! Hierarchical risk parity, top to bottom.

use po_core::{Allocator, Covariance, Risk, RiskError, RiskMeasure};

use crate::bisection::Told;
use crate::distance::{inverse_deviations, squared_distances, squared_given};
use crate::limits::Limits;
use crate::linkage::grow;
use crate::prim::prim_of_covariance;
use crate::{Error, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Market, Metric};
use crate::{bisection, groups, measured, ordering};

/// Hierarchical risk parity: clusters assets by correlation and splits risk down the tree.
///
/// 1. *Tree clustering.* Correlations become distances, `d_ij = sqrt((1 - ρ_ij) / 2)`, and distances a tree.
/// 2. *Quasi-diagonalisation.* The leaves of the tree, from left to right, put similar assets side by side.
/// 3. *Recursive bisection.* That order is halved again and again; each half gets the share of the weight that the
///    risk of the other half has in the sum of both, where the risk of a half is that of its portfolio whose weights are
///    inverse to the risks of its assets: variances, unless another [`Risk`] is asked for.
///
/// No matrix is inverted, so singular covariances are allocated as well.
///
/// # Cost
/// O(N²) time and memory; see [`HrpScratch`] for the constant.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, nalgebra::DMatrix};
/// use po_hrp::{Hrp, HrpParams};
///
/// // Two pairs of twins: each pair counts once.
/// let covariance = Covariance::new(DMatrix::from_row_slice(4, 4, &[
///     0.04, 0.04, 0.00, 0.00,
///     0.04, 0.04, 0.00, 0.00,
///     0.00, 0.00, 0.01, 0.01,
///     0.00, 0.00, 0.01, 0.01,
/// ]))?;
/// let allocation = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
/// for (weight, expected) in allocation.weights().as_slice().iter().zip([0.1, 0.1, 0.4, 0.4]) {
///     assert!((weight - expected).abs() < 1e-15);
/// }
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// López de Prado (2016), Building Diversified Portfolios that Outperform Out-of-Sample.
/// He clusters [`Metric::Columns`] by [`Linkage::Single`]; the default here is Ward's linkage of the correlation
/// distance, which does not chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Hrp {
    linkage: Linkage,
    metric: Metric,
    leaf_order: LeafOrder,
    risk: Risk,
    limits: Limits,
}

impl Hrp {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::NegativeBound`], [`Error::LowerBoundsTooHigh`], [`Error::UpperBoundsTooLow`] for the bounds of assets;
    /// [`Error::UnknownMember`], [`Error::GroupUnattainable`] for those of groups;
    /// [`InputError::OutOfRange`](po_core::InputError::OutOfRange) for what the measure of risk is given.
    pub fn new(params: HrpParams) -> Result<Self, Error> {
        let HrpParams { linkage, metric, leaf_order, risk, bounds, groups } = params;
        risk.check()?;
        Ok(Self { linkage, metric, leaf_order, risk, limits: Limits::new(bounds, groups)? })
    }

    /// Allocates from a covariance, from returns for a measure of risk that it does not tell, and by the distances that
    /// are given.
    ///
    /// # Errors
    /// As [`Hrp::allocate_into`]; [`Error::ReturnsNeeded`] for such a measure without returns;
    /// [`Error::Input`] for returns or distances of another number of assets, or an asset whose risk is not positive;
    /// [`Error::Risk`] and [`Error::ClusterRisk`] for a cluster whose risk is not a number of zero or more.
    pub fn allocate_market(&self, market: Market<'_>) -> Result<HrpAllocation, Error> {
        let mut allocation = HrpAllocation::default();
        self.allocate_market_into(market, &mut HrpScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Hrp::allocate_market`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Hrp::allocate_market`].
    ///
    /// # Cost
    /// That of [`Hrp`], and for a measure of T returns O(N T) and 2 N times what it takes itself.
    pub fn allocate_market_into(
        &self,
        market: Market<'_>,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        if let Some(told) = Told::by_covariance(self.risk) {
            self.lay_out(market, scratch, allocation)?;
            let HrpScratch { inverse, variances, .. } = scratch;
            let HrpAllocation { order, splits, .. } = allocation;
            bisection::risks_into((market.covariance, inverse), told, order, variances, splits)?;
            return self.weigh(scratch, allocation);
        }
        market.returns_for(self.risk.name())?;
        let mut measuring = std::mem::take(&mut scratch.risk);
        let allocated = self.allocate_by_into((&self.risk, &mut measuring), market, scratch, allocation);
        scratch.risk = measuring;
        allocated
    }

    /// Allocates by a measure of risk of one's own in place of that of the settings.
    ///
    /// # Errors
    /// As [`Hrp::allocate_market`].
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, Returns, RiskError, RiskMeasure};
    /// use po_hrp::{Hrp, HrpParams, Market};
    ///
    /// /// The mean loss of the periods that end with one.
    /// struct MeanLoss;
    ///
    /// impl RiskMeasure for MeanLoss {
    ///     type Scratch = ();
    ///     type Error = RiskError;
    ///
    ///     fn risk_into(&self, returns: &[f64], (): &mut ()) -> Result<f64, RiskError> {
    ///         let losses = returns.iter().filter(|value| **value < 0.0);
    ///         let (sum, count) = losses.fold((0.0, 0), |(sum, count), value| (sum - value, count + 1));
    ///         Ok(if count > 0 { sum / f64::from(count) } else { 0.0 })
    ///     }
    /// }
    ///
    /// let returns = Returns::from_column_slice(4, 2, &[0.02, -0.02, 0.02, -0.04, 0.01, 0.01, -0.01, -0.01])?;
    /// let covariance = Covariance::from_column_slice(2, &[4.0, 0.0, 0.0, 1.0])?;
    /// let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
    /// let allocation = Hrp::new(HrpParams::default())?.allocate_by(&MeanLoss, market)?;
    /// // Mean losses of 3 % and 1 %.
    /// assert!((allocation.weights().as_slice()[0] - 0.25).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    pub fn allocate_by<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measure: &M,
        market: Market<'_>,
    ) -> Result<HrpAllocation, Error> {
        let mut allocation = HrpAllocation::default();
        let measure = (measure, &mut M::Scratch::default());
        self.allocate_by_into(measure, market, &mut HrpScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Hrp::allocate_by`], in the memory that is there: the measure with its own, and that of the allocation.
    ///
    /// # Errors
    /// As [`Hrp::allocate_market`].
    pub fn allocate_by_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measure: (&M, &mut M::Scratch),
        market: Market<'_>,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let returns = market.returns_for("risk")?;
        self.lay_out(market, scratch, allocation)?;
        let HrpAllocation { order, splits, .. } = allocation;
        measured::risks_into(returns, order, measure, &mut scratch.measured, splits)?;
        self.weigh(scratch, allocation)
    }

    /// Tree clustering and quasi-diagonalisation: fills in the tree and the order of its leaves.
    fn lay_out(
        &self,
        market: Market<'_>,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        self.limits.check(market.covariance.len())?;
        self.cluster(market, scratch, allocation)?;
        let HrpScratch { distances, ordering, stack, .. } = scratch;
        let HrpAllocation { tree, order, .. } = allocation;
        tree.leaf_order_into(stack, order);
        if self.leaf_order == LeafOrder::Optimal {
            ordering::optimise(tree, distances, ordering, order);
        }
        Ok(())
    }

    /// Hands the whole portfolio down the splits.
    fn weigh(&self, scratch: &mut HrpScratch, allocation: &mut HrpAllocation) -> Result<(), Error> {
        let HrpScratch { groups, weights, .. } = scratch;
        let HrpAllocation { order, splits, .. } = allocation;
        bisection::weights_into(order, splits, &self.limits, weights);
        if !self.limits.groups.is_empty() {
            groups::weights_into(order, splits, &self.limits, groups, weights)?;
        }
        tracing::debug!(assets = order.len(), linkage = %self.linkage, metric = %self.metric, "allocated");
        allocation.weights.assign(weights)?;
        Ok(())
    }

    /// Tree clustering: fills `allocation.tree`, and `scratch.distances` when the leaf order asks for them.
    fn cluster(
        &self,
        Market { covariance, distances: given, .. }: Market<'_>,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let HrpScratch { inverse, linkage, distances, .. } = scratch;
        inverse_deviations(covariance, inverse)?;
        let matrix = &mut linkage.matrix;
        if (self.linkage, self.metric, self.leaf_order, given)
            == (Linkage::Single, Metric::Correlation, LeafOrder::Dendrogram, None)
        {
            prim_of_covariance(covariance, inverse, &mut linkage.prim, &mut allocation.tree)?;
        } else {
            match given {
                Some(given) => squared_given(self.metric, given, covariance.len(), matrix, distances)?,
                None => squared_distances(self.metric, covariance, inverse, matrix, distances)?,
            }
            if self.leaf_order == LeafOrder::Optimal {
                distances.copy_from(&linkage.matrix);
                distances.square_root();
            }
            grow(self.linkage, linkage, &mut allocation.tree);
        }
        Ok(())
    }
}

impl Allocator for Hrp {
    type Input<'a> = &'a Covariance;
    type Scratch = HrpScratch;
    type Output = HrpAllocation;
    type Error = Error;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// [`Error::Input`] for an asset whose variance is zero or out of all range, a correlation outside [-1, 1], or
    /// bounds of another length; [`Error::NegativeClusterVariance`] for a covariance far from positive semidefinite;
    /// [`Error::GroupUnattainable`] and [`Error::GroupsConflict`] for groups that leave no portfolio.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        self.allocate_market_into(covariance.into(), scratch, allocation)
    }
}
