//! What all estimators of a codependence do.

use po_core::{Codependence, CodependenceError, MissingPolicy, Panel, Resolved, Returns};

use super::CodependenceScratch;

/// A rule that turns a sample of returns into a codependence.
///
/// An estimator is checked when it is made and immutable afterwards.
pub trait CodependenceEstimator {
    /// Estimates into `codependence`, using `scratch`; from the second call of one size on, without touching
    /// the heap.
    ///
    /// # Errors
    /// As each estimator documents; `codependence` is then as it was.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut CodependenceScratch,
        codependence: &mut Codependence,
    ) -> Result<(), CodependenceError>;

    /// Estimates with fresh memory.
    ///
    /// # Errors
    /// As [`CodependenceEstimator::estimate_into`].
    fn estimate(&self, returns: &Returns) -> Result<Codependence, CodependenceError> {
        let mut codependence = Codependence::default();
        self.estimate_into(returns, &mut CodependenceScratch::default(), &mut codependence)?;
        Ok(codependence)
    }

    /// Estimates from returns of which some are missing, under a policy; tells what the policy kept.
    ///
    /// # Errors
    /// As [`Panel::resolve`] and [`CodependenceEstimator::estimate_into`].
    fn estimate_panel(
        &self,
        panel: &Panel,
        policy: MissingPolicy,
    ) -> Result<(Codependence, Resolved), CodependenceError> {
        let resolved = panel.resolve(policy)?;
        Ok((self.estimate(&resolved.returns)?, resolved))
    }
}
