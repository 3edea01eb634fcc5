//! Hierarchical risk parity, top to bottom.

use po_core::{Allocator, Covariance};

use crate::distance::{inverse_deviations, squared_distances};
use crate::limits::Limits;
use crate::linkage::grow;
use crate::prim::prim_of_covariance;
use crate::{Error, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage, Metric};
use crate::{bisection, groups, ordering};

/// Hierarchical risk parity: clusters assets by correlation and splits risk down the tree.
///
/// 1. *Tree clustering.* Correlations become distances, `d_ij = sqrt((1 - ρ_ij) / 2)`, and distances a tree.
/// 2. *Quasi-diagonalisation.* The leaves of the tree, from left to right, put similar assets side by side.
/// 3. *Recursive bisection.* That order is halved again and again; each half gets the share of the weight that the
///    variance of the other half has in the sum of both, where the variance of a half is that of its
///    inverse-variance portfolio.
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
    limits: Limits,
}

impl Hrp {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::NegativeBound`], [`Error::LowerBoundsTooHigh`], [`Error::UpperBoundsTooLow`] for the bounds of assets;
    /// [`Error::UnknownMember`], [`Error::GroupUnattainable`] for those of groups.
    pub fn new(params: HrpParams) -> Result<Self, Error> {
        let HrpParams { linkage, metric, leaf_order, bounds, groups } = params;
        Ok(Self { linkage, metric, leaf_order, limits: Limits::new(bounds, groups)? })
    }

    /// Tree clustering: fills `allocation.tree`, and `scratch.distances` when the leaf order asks for them.
    fn cluster(
        &self,
        covariance: &Covariance,
        scratch: &mut HrpScratch,
        allocation: &mut HrpAllocation,
    ) -> Result<(), Error> {
        let HrpScratch { inverse, linkage, distances, .. } = scratch;
        inverse_deviations(covariance, inverse)?;
        if (self.linkage, self.metric, self.leaf_order)
            == (Linkage::Single, Metric::Correlation, LeafOrder::Dendrogram)
        {
            prim_of_covariance(covariance, inverse, &mut linkage.prim, &mut allocation.tree)?;
        } else {
            squared_distances(self.metric, covariance, inverse, &mut linkage.matrix, distances)?;
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
        self.limits.check(covariance.len())?;
        self.cluster(covariance, scratch, allocation)?;
        let HrpScratch { inverse, distances, ordering, stack, variances, groups, weights, .. } = scratch;
        let HrpAllocation { tree, order, splits, .. } = allocation;
        tree.leaf_order_into(stack, order);
        if self.leaf_order == LeafOrder::Optimal {
            ordering::optimise(tree, distances, ordering, order);
        }
        bisection::variances_into(covariance, inverse, order, variances, splits)?;
        bisection::weights_into(order, splits, &self.limits, weights);
        if !self.limits.groups.is_empty() {
            groups::weights_into(order, splits, &self.limits, groups, weights)?;
        }
        tracing::debug!(assets = order.len(), linkage = %self.linkage, metric = %self.metric, "allocated");
        allocation.weights.assign(weights)?;
        Ok(())
    }
}
