//! What an allocation may need to know beyond the covariance.

use po_core::{Covariance, DistanceMatrix, InputError, Returns};

use crate::Error;

/// What the assets of an allocation did: their covariance, their returns where a measure of risk needs them, and their
/// distances where these are not to be those of their correlations.
///
/// # Shapes and units
/// A covariance of N assets, and returns and distances of the same N in the same order. The covariance need not be that of
/// the sample; it says which assets are near each other unless distances do, and how risky a cluster is unless the
/// measure of risk needs returns.
///
/// # Examples
/// ```
/// use po_core::{Covariance, Returns};
/// use po_hrp::{Hrp, HrpParams, Market};
///
/// let returns = Returns::from_column_slice(4, 2, &[0.02, -0.02, 0.02, -0.02, 0.01, 0.01, -0.01, -0.01])?;
/// let covariance = Covariance::from_column_slice(2, &[4.0, 0.0, 0.0, 1.0])?;
/// let params = HrpParams { risk: po_core::Risk::WorstRealisation, ..HrpParams::default() };
/// let market = Market { returns: Some(&returns), ..Market::from(&covariance) };
/// let allocation = Hrp::new(params)?.allocate_market(market)?;
/// assert!((allocation.weights().as_slice()[0] - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), po_hrp::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    /// The covariance of the assets.
    pub covariance: &'a Covariance,
    /// Their returns, for measures of risk that the covariance does not tell.
    pub returns: Option<&'a Returns>,
    /// Distances to cluster, in place of those of the correlations; such as from a
    /// [`Codependence`](po_core::Codependence).
    pub distances: Option<&'a DistanceMatrix>,
    /// The order in which the assets stood at the last rebalance, for
    /// [`LeafOrder::Stable`](crate::LeafOrder::Stable) alone, which stays near it: such as the last
    /// [`leaf_order`](crate::HrpAllocation::leaf_order). Assets that it does not have count for nothing.
    pub order_before: Option<&'a [usize]>,
}

impl<'a> From<&'a Covariance> for Market<'a> {
    fn from(covariance: &'a Covariance) -> Self {
        Self { covariance, returns: None, distances: None, order_before: None }
    }
}

impl<'a> Market<'a> {
    /// The returns, of as many assets as the covariance.
    pub(crate) fn returns_for(&self, risk: &'static str) -> Result<&'a Returns, Error> {
        let returns = self.returns.ok_or(Error::ReturnsNeeded { risk })?;
        let (expected, actual) = (self.covariance.len(), returns.assets());
        if actual != expected {
            return Err(InputError::LengthMismatch { what: "the list of series", expected, actual }.into());
        }
        Ok(returns)
    }
}
