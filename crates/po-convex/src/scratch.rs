//! Working memory; it grows to the largest problem seen and never shrinks.

use po_core::linalg::Cholesky;

use crate::path::PathScratch;
use crate::{ActiveSet, CompiledConstraints};

/// Working memory of [`Markowitz`](crate::Markowitz).
///
/// # Cost
/// For N assets of which F lie between their bounds, and M rows that bind, in numbers of eight bytes: F² and a multiple
/// of N (M + 20); N² more where the covariance is checked.
#[derive(Clone, Debug, Default)]
pub struct MarkowitzScratch {
    pub(crate) compiled: CompiledConstraints,
    pub(crate) path: PathScratch,
    /// What the objective rewards: means, excess means or volatilities.
    pub(crate) reward: Vec<f64>,
    /// The check of the covariance, and the scales that it is made on.
    pub(crate) cholesky: Cholesky,
    pub(crate) scales: Vec<f64>,
    /// The active set at which a warm search begins.
    pub(crate) previous: ActiveSet,
    pub(crate) exposures: Vec<f64>,
    pub(crate) product: Vec<f64>,
}
