//! Working memory; it grows to the largest problem seen and never shrinks.

use crate::coordinate::DescentScratch;
use crate::factors::Factors;
use crate::newton::NewtonScratch;
use crate::panels::Panels;
use crate::problem::Problem;

/// Working memory of [`RiskBudgeting`](crate::RiskBudgeting).
///
/// # Cost
/// For N assets, in numbers of eight bytes: half of N² for a covariance, N² more where Newton's method runs, and N² for
/// the assets that are left when others have no budget; N K + K² for a covariance in factor form; and a small multiple
/// of N.
#[derive(Clone, Debug, Default)]
pub struct RiskBudgetScratch {
    /// The covariance of the assets with a budget, where they are not all.
    pub(crate) selection: Vec<f64>,
    /// Their correlations, as a whole.
    pub(crate) panels: Panels,
    /// Their correlations by factors.
    pub(crate) factors: Factors,
    /// Everything else.
    pub(crate) work: Work,
}

/// What solving works in, beside the correlations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// The assets with a budget: their scales, their budget, and where the iteration stands.
    pub(crate) problem: Problem,
    /// Coordinate descent.
    pub(crate) descent: DescentScratch,
    /// Newton's method.
    pub(crate) newton: NewtonScratch,
    /// The weights, in the order of all assets.
    pub(crate) weights: Vec<f64>,
    /// Exposures to the factors.
    pub(crate) exposures: Vec<f64>,
}
