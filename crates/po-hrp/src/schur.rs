//! Schur complementary allocation, top to bottom.

mod allocation;
mod augment;
mod elimination;
mod params;
mod turning;

use std::ops::Range;

use po_core::simd::dot;
use po_core::{Allocator, Covariance, InputError};

use crate::allocation::Bisection;
use crate::bisection::middle;
use crate::limits::Limits;
use crate::{Error, Hrp, HrpAllocation, HrpParams, HrpScratch, Market, bisection, groups};

pub use allocation::SchurAllocation;
use augment::{Augmentation, Indefinite};
pub use params::{GammaCap, SchurParams};

/// Schur complementary allocation: the bisection of hierarchical risk parity, in which each half of a cluster is told
/// what the other half says about it.
///
/// A cluster is halved as [`Hrp`] halves it, with covariance `[A B; B' D]`. Before the halves are compared and halved
/// in turn, A becomes
///
/// ```text
/// A(γ) = sym(R⁻¹ (A - γ B D⁻¹ B'))    with    R = I - γ B D⁻¹ M'
/// ```
///
/// and D likewise. M is the identity, but for halves of different sizes, where it inserts or drops an asset evenly;
/// `sym` is the mean of a matrix and its transpose. Halves of one asset are left as they are.
///
/// With a gamma of zero nothing is told, and the allocation is that of [`Hrp`] to the last bit. With growing gamma it
/// moves towards the portfolio of least variance. It need not arrive there, because the halves still weigh their own
/// assets by inverse variance and are made symmetric; it does where each asset is correlated with one asset of the
/// other half and with no other. Up to three assets have nothing to tell each other, and any gamma gives the same.
/// From some gamma on, often between 0.4 and 1, the variance rises again or a block stops to be positive definite; see
/// [`GammaCap`].
///
/// What a half is told is a covariance, so that the risk of a half is a variance, and there is no other measure to ask for.
///
/// # Cost
/// O(N³) time for each gamma that is tried: one without a cap, else some 60 at most. The memory of [`Hrp`] and less
/// than 4 N² numbers more.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance};
/// use po_hrp::{Schur, SchurParams};
///
/// // Assets 0 and 2 hedge each other, and so do 1 and 3.
/// let covariance = Covariance::from_column_slice(4, &[
///      0.04,  0.00, -0.02,  0.00,
///      0.00,  0.10,  0.00, -0.02,
///     -0.02,  0.00,  0.04,  0.00,
///      0.00, -0.02,  0.00,  0.10,
/// ])?;
/// let first = |gamma| -> Result<f64, po_hrp::Error> {
///     let allocation = Schur::new(SchurParams { gamma, ..SchurParams::default() })?.allocate(&covariance)?;
///     Ok(allocation.weights().as_slice()[0])
/// };
/// // Inverse variances know no hedges: 25 to 10. Minimum variance does: 1 / 0.02 to 1 / 0.08.
/// assert!((first(0.0)? - 0.5 * 25.0 / 35.0).abs() < 1e-15);
/// assert!((first(1.0)? - 0.5 * 50.0 / 62.5).abs() < 1e-15);
/// # Ok::<(), po_hrp::Error>(())
/// ```
///
/// # Source
/// Cotton (2024), Schur Complementary Allocation: A Unification of Hierarchical Risk Parity and Minimum Variance
/// Portfolios; the symmetric form is that of his package precise and of skfolio 1.12.2, from which the cap on gamma
/// comes as well, with its steps and tolerances. Where the variance stays the same but for rounding, gamma is kept here;
/// where a block is not positive definite and gamma has no cap, skfolio goes on with another matrix near by.
#[derive(Clone, Debug, PartialEq)]
pub struct Schur {
    gamma: f64,
    cap: GammaCap,
    hrp: Hrp,
    limits: Limits,
}

/// Working memory of [`Schur`].
///
/// # Cost
/// For N assets, beside what [`HrpScratch`] takes, less than 4 N² numbers of eight bytes.
#[derive(Clone, Debug, Default)]
pub struct SchurScratch {
    hrp: HrpScratch,
    augmented: Augmented,
}

/// Fewer assets are never augmented: of four, both halves have two.
const FEWEST: usize = 4;

impl Schur {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a gamma outside [0, 1]; else as [`Hrp::new`].
    pub fn new(params: SchurParams) -> Result<Self, Error> {
        let SchurParams { gamma, cap, linkage, metric, leaf_order, bounds, groups } = params;
        if !(0.0..=1.0).contains(&gamma) {
            let expected = "a number in [0, 1]";
            return Err(InputError::OutOfRange { name: "gamma", value: gamma, expected }.into());
        }
        let limits = Limits::new(bounds.clone(), groups.clone())?;
        let hrp =
            Hrp::new(HrpParams { linkage, metric, leaf_order, bounds, groups, ..HrpParams::default() })?;
        Ok(Self { gamma, cap, hrp, limits })
    }

    /// Allocates from a covariance, by the distances that are given.
    ///
    /// Returns are not looked at: halves are weighed by variances.
    ///
    /// # Errors
    /// As [`Schur::allocate_into`]; [`Error::Input`] for distances of another number of assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, DistanceMatrix};
    /// use po_hrp::{Market, Schur, SchurParams};
    ///
    /// let covariance = Covariance::from_column_slice(3, &[0.01, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.02])?;
    /// // The second and the third asset are near each other, so that the first one stands alone.
    /// let distances = DistanceMatrix::from_column_slice(3, &[0.0, 1.0, 1.0, 1.0, 0.0, 0.1, 1.0, 0.1, 0.0])?;
    /// let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    /// let allocation = Schur::new(SchurParams::default())?.allocate_market(market)?;
    /// assert_eq!(allocation.leaf_order(), [0, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allocate_market(&self, market: Market<'_>) -> Result<SchurAllocation, Error> {
        let mut allocation = SchurAllocation::default();
        self.allocate_market_into(market, &mut SchurScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Schur::allocate_market`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Schur::allocate_market`].
    pub fn allocate_market_into(
        &self,
        market: Market<'_>,
        scratch: &mut SchurScratch,
        allocation: &mut SchurAllocation,
    ) -> Result<(), Error> {
        let SchurAllocation { bisected, gamma } = allocation;
        let covariance = market.covariance;
        self.hrp.allocate_market_into(market, &mut scratch.hrp, bisected)?;
        *gamma = self.gamma;
        if self.gamma > 0.0 && covariance.len() >= FEWEST {
            let HrpAllocation { weights, order, splits, .. } = bisected;
            if self.cap == GammaCap::Monotone {
                let at_zero = variance(covariance, &scratch.hrp.weights);
                // The splits of hierarchical risk parity are kept for the case that gamma falls to zero.
                let mut tried = std::mem::take(&mut scratch.augmented.splits);
                tried.clone_from(splits);
                let found = turning::turning_point(self.gamma, at_zero, |gamma| {
                    Ok(match self.bisect(gamma, covariance, order, scratch, &mut tried)? {
                        Outcome::Allocated => variance(covariance, &scratch.hrp.weights),
                        Outcome::Indefinite(_) => f64::INFINITY,
                    })
                });
                scratch.augmented.splits = tried;
                *gamma = found?;
            }
            if *gamma > 0.0 {
                if let Outcome::Indefinite(block) = self.bisect(*gamma, covariance, order, scratch, splits)? {
                    let (first, others) = (order[block.start], block.len() - 1);
                    return Err(Error::IndefiniteCluster { first, others, gamma: *gamma });
                }
                weights.assign(&scratch.hrp.weights)?;
            }
        }
        tracing::debug!(assets = covariance.len(), asked = self.gamma, effective = *gamma, "allocated");
        Ok(())
    }

    /// Writes the weights for one gamma, and the splits behind them.
    fn bisect(
        &self,
        gamma: f64,
        covariance: &Covariance,
        order: &[usize],
        scratch: &mut SchurScratch,
        splits: &mut [Bisection],
    ) -> Result<Outcome, Error> {
        let SchurScratch { hrp: HrpScratch { groups, weights, .. }, augmented } = scratch;
        augmented.fill(covariance, order);
        if let Err(block) = augmented.descend(gamma, 0..order.len(), splits) {
            return Ok(Outcome::Indefinite(block));
        }
        bisection::weights_into(order, splits, &self.limits, weights);
        if !self.limits.groups.is_empty() {
            groups::weights_into(order, splits, &self.limits, groups, weights)?;
        }
        Ok(Outcome::Allocated)
    }
}

/// What became of one gamma.
enum Outcome {
    /// The weights are written.
    Allocated,
    /// The leaves of a cluster whose covariance, or that of its other half, is not positive definite.
    Indefinite(Range<usize>),
}

impl Allocator for Schur {
    type Input<'a> = &'a Covariance;
    type Scratch = SchurScratch;
    type Output = SchurAllocation;
    type Error = Error;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// As [`Hrp`]; [`Error::IndefiniteCluster`] where an augmented covariance is not positive definite and gamma has no
    /// cap.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut SchurScratch,
        allocation: &mut SchurAllocation,
    ) -> Result<(), Error> {
        self.allocate_market_into(covariance.into(), scratch, allocation)
    }
}

/// `w' Σ w`
fn variance(covariance: &Covariance, weights: &[f64]) -> f64 {
    let along = |(asset, weight): (usize, &f64)| weight * dot(covariance.column(asset), weights);
    weights.iter().enumerate().map(along).sum()
}

/// The covariance in leaf order, augmented from the whole down.
#[derive(Clone, Debug, Default)]
struct Augmented {
    /// Column by column; blocks beside the diagonal keep what they were, for no smaller cluster reads them.
    matrix: Vec<f64>,
    assets: usize,
    left: Augmentation,
    right: Augmentation,
    /// `1 / a_ii` of one half.
    precision: Vec<f64>,
    /// Splits of gammas that are tried.
    splits: Vec<Bisection>,
}

impl Augmented {
    fn fill(&mut self, covariance: &Covariance, order: &[usize]) {
        self.assets = order.len();
        self.matrix.clear();
        for &asset in order {
            let column = covariance.column(asset);
            self.matrix.extend(order.iter().map(|&row| column[row]));
        }
    }

    /// Augments the halves of a cluster and of all clusters in it, or tells the leaves of one that is indefinite.
    fn descend(
        &mut self,
        gamma: f64,
        cluster: Range<usize>,
        splits: &mut [Bisection],
    ) -> Result<(), Range<usize>> {
        let Range { start, end } = cluster;
        if end - start < 2 {
            return Ok(());
        }
        let mid = middle(start, end);
        if mid - start > 1 {
            self.augment(gamma, start..mid, mid..end).map_err(|Indefinite| start..end)?;
        }
        let risk_left = self.half(start..mid)?;
        let risk_right = self.half(mid..end)?;
        let share_left = risk_right / (risk_left + risk_right);
        splits[mid - 1] =
            Bisection { start, mid, end, risk_left, risk_right, share_left, ..Bisection::default() };
        self.descend(gamma, start..mid, splits)?;
        self.descend(gamma, mid..end, splits)
    }

    /// Replaces both blocks on the diagonal by what they become in sight of each other.
    fn augment(&mut self, gamma: f64, left: Range<usize>, right: Range<usize>) -> Result<(), Indefinite> {
        let Self { matrix, assets, left: a, right: d, .. } = self;
        a.compute(gamma, (matrix, *assets), left.clone(), right.clone())?;
        d.compute(gamma, (matrix, *assets), right.clone(), left.clone())?;
        a.write((matrix, *assets), left);
        d.write((matrix, *assets), right);
        Ok(())
    }

    /// The variance of one half's inverse-variance portfolio, if the block of the half is positive definite.
    fn half(&mut self, half: Range<usize>) -> Result<f64, Range<usize>> {
        let Self { matrix, assets, precision, .. } = self;
        let block = |place: usize| &matrix[place * *assets + half.start..place * *assets + half.end];
        precision.clear();
        precision.extend(half.clone().map(|place| 1.0 / matrix[place * (*assets + 1)]));
        let sum: f64 = precision.iter().sum();
        let weighted =
            half.clone().zip(&*precision).map(|(place, own)| own / sum * dot(block(place), precision));
        let variance = weighted.sum::<f64>() / sum;
        let definite = self.left.is_definite((&self.matrix, self.assets), half.clone());
        if definite && variance > 0.0 && variance.is_finite() { Ok(variance) } else { Err(half) }
    }
}
