//! Hierarchical risk parity, top to bottom.

use po_core::{Allocator, Covariance, Risk, RiskError, RiskMeasure};

use crate::bisection::Told;
use crate::clustering::Growth;
use crate::limits::Limits;
use crate::measured::{Measuring, Positions};
#[cfg(feature = "linalg")]
use crate::seriation;
use crate::{Error, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Market, Metric};
use crate::{bisection, groups, measured, ordering, stable_order};

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

    /// How the tree is grown.
    #[cfg(feature = "linalg")]
    pub(crate) fn growth(&self) -> (Linkage, Metric) {
        (self.linkage, self.metric)
    }

    /// Allocates from a covariance, from returns for a measure of risk that it does not tell, and by the distances that
    /// are given.
    ///
    /// # Errors
    /// As [`Hrp::allocate_into`]; [`Error::ReturnsNeeded`] for such a measure without returns;
    /// [`Error::Input`] for returns or distances of another number of assets; [`Error::AssetRisk`] for an asset whose
    /// risk is not positive;
    /// [`Error::UnknownBefore`] and [`Error::TwiceBefore`] for the order before, where it is asked for;
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
        self.allocate_signed_into(market, &[], scratch, allocation)
    }

    /// Allocates where assets with a sign of minus one are short: covariance and distances are those of the positions,
    /// returns those of the assets.
    pub(crate) fn allocate_signed_into(
        &self,
        market: Market<'_>,
        signs: &[f64],
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        if let Some(told) = Told::by_covariance(self.risk) {
            self.lay_out(market, scratch, allocation)?;
            let HrpScratch { inverse, variances, .. } = scratch;
            let HrpAllocation { order, splits, measure, .. } = allocation;
            bisection::risks_into((market.covariance, inverse), told, order, variances, splits)?;
            *measure = Some(self.risk);
            return self.weigh(scratch, allocation);
        }
        let (risk, mut memory) = (self.risk, std::mem::take(&mut scratch.risk));
        let measuring = Measuring { measure: &risk, scratch: &mut memory, of_field: Some(risk) };
        let allocated = self.measure_into(measuring, market, signs, scratch, allocation);
        scratch.risk = memory;
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
        self.allocate_signed_by_into(measure, market, &[], scratch, allocation)
    }

    /// As [`Hrp::allocate_signed_into`], by a measure of one's own.
    pub(crate) fn allocate_signed_by_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        (measure, scratch_of): (&M, &mut M::Scratch),
        market: Market<'_>,
        signs: &[f64],
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let measuring = Measuring { measure, scratch: scratch_of, of_field: None };
        self.measure_into(measuring, market, signs, scratch, allocation)
    }

    fn measure_into<M: RiskMeasure<Error: Into<RiskError>>>(
        &self,
        measuring: Measuring<'_, M>,
        market: Market<'_>,
        signs: &[f64],
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let returns = market.returns_for(measured::name(measuring.of_field))?;
        self.lay_out(market, scratch, allocation)?;
        let HrpAllocation { order, splits, measure, .. } = allocation;
        *measure = measuring.of_field;
        measured::risks_into(Positions { returns, signs }, order, measuring, &mut scratch.measured, splits)?;
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
        let HrpScratch { distances, ordering, stable_order, stack, .. } = scratch;
        let HrpAllocation { tree, order, .. } = allocation;
        match self.leaf_order {
            LeafOrder::Dendrogram => tree.leaf_order_into(stack, order),
            LeafOrder::Optimal => {
                tree.leaf_order_into(stack, order);
                ordering::optimise(tree, distances, ordering, order);
            }
            LeafOrder::Stable => {
                let before = market.order_before.unwrap_or_default();
                stable_order::settle(tree, before, stable_order, stack, order)?;
            }
            #[cfg(feature = "linalg")]
            LeafOrder::Spectral => seriation::seriate(distances, &mut scratch.line, order)?,
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

    /// Tree clustering: fills `allocation.tree`, and `scratch.distances` when the leaf order asks for them, squared unless
    /// it is the optimal one.
    fn cluster(
        &self,
        market: Market<'_>,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let HrpScratch { inverse, linkage, distances, .. } = scratch;
        let keep = self.leaf_order.needs_distances();
        let growth = Growth { linkage: self.linkage, metric: self.metric, keep };
        growth.tree_into(market, inverse, linkage, distances, &mut allocation.tree)?;
        if self.leaf_order == LeafOrder::Optimal {
            distances.square_root();
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
