//! Nested clustered optimisation, top to bottom.

mod allocation;
mod error;
mod params;

use std::fmt;

use po_core::nalgebra::DMatrix;
use po_core::simd::axpy;
use po_core::{Allocator, Covariance, InputError, Weights};

use crate::clustering::Grouping;
use crate::{Clusters, Dendrogram, Error, Market};

pub use allocation::{NcoAllocation, Nest};
pub use error::NcoError;
pub use params::NcoParams;

/// The greatest negative variance of a cluster that is rounding, in units of the variance that it would have if all
/// that it holds moved together.
const ROUNDING: f64 = 1e-10;

/// Nested clustered optimisation: one allocator inside each cluster of assets, and one between the clusters.
///
/// 1. *Clusters.* Correlations become distances, distances a tree, and the tree is cut; see [`ClusterCount`](crate::ClusterCount).
/// 2. *Inner weights.* The inner allocator sees the covariance of each cluster alone: column `c` of W is what it
///    makes of cluster `c`, with zeros elsewhere.
/// 3. *Outer weights.* The outer allocator sees the clusters as if they were assets, with the covariance `W' Σ W`.
///
/// ```text
/// w = W outer(W' Σ W)
/// ```
///
/// Where assets within a cluster move together, and clusters hardly do, what makes an optimisation unstable is shut
/// up within the clusters. If the covariance has a block for each cluster and is zero beside them, minimum variance
/// within and between is minimum variance of the whole.
///
/// Any allocator that takes a covariance will do, such as [`InverseVariance`](po_core::InverseVariance),
/// [`Hrp`](crate::Hrp), or the Markowitz family; the two may differ. Both see problems of other sizes than N, of one
/// asset among them, so that they cannot have bounds for single assets.
///
/// # Cost
/// O(N²) time and memory, beside what the allocators take for problems of the size of the clusters and of as many
/// assets as there are clusters.
///
/// # Examples
/// ```
/// use po_core::{Allocator, Covariance, EqualWeight, InverseVariance};
/// use po_hrp::{ClusterCount, Nco, NcoParams};
///
/// let covariance = Covariance::from_column_slice(4, &[
///     0.04, 0.02, 0.000, 0.000,
///     0.02, 0.04, 0.000, 0.000,
///     0.00, 0.00, 0.010, 0.005,
///     0.00, 0.00, 0.005, 0.010,
/// ])?;
/// let params = NcoParams { clusters: ClusterCount::Given(2), ..NcoParams::default() };
/// let allocation = Nco::new(params, EqualWeight, InverseVariance)?.allocate(&covariance)?;
/// // The pairs have variances 0.03 and 0.0075: the second earns 0.03 / 0.0375 of the weight.
/// for (weight, expected) in allocation.weights().as_slice().iter().zip([0.1, 0.1, 0.4, 0.4]) {
///     assert!((weight - expected).abs() < 1e-15);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// López de Prado (2019), A Robust Estimator of the Efficient Frontier; López de Prado (2020), Machine Learning for
/// Asset Managers, section 7. He clusters by k-means on the columns of the correlation distances; here the clusters
/// are those of a tree, as in Riskfolio-Lib and skfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Nco<I, O> {
    params: NcoParams,
    inner: I,
    outer: O,
}

/// Working memory of [`Nco`] with inner allocator `I` and outer allocator `O`.
///
/// # Cost
/// For N assets, beside what the two allocators keep, in numbers of eight bytes: N² for the linkage, the square of the
/// size of the largest cluster, the number of clusters that is tried times N, and a small multiple of N; half of N²
/// more for centroid and median linkage, N² for [`Metric::Columns`](crate::Metric) and for distances that are given.
/// Single linkage of the correlation distance needs no N².
pub struct NcoScratch<I: Allocator, O: Allocator> {
    grouping: Grouping,
    dendrogram: Dendrogram,
    nested: Blocks,
    inner: I::Scratch,
    outer: O::Scratch,
    /// Results of clusters that there were once and are not now: places for the next ones.
    spare: Vec<I::Output>,
}

/// Memory for what stands inside and between the clusters.
#[derive(Clone, Debug, Default)]
struct Blocks {
    /// The assets, cluster by cluster.
    members: Vec<usize>,
    /// Where each cluster begins among the members, and where the last one ends.
    starts: Vec<usize>,
    /// The covariance of one cluster, or of all of them.
    covariance: Covariance,
    /// The weight of each asset in its cluster, and later in the portfolio.
    weights: Vec<f64>,
    /// `Σ w` for the weights of one cluster.
    exposures: Vec<f64>,
}

impl<I: Allocator, O: Allocator> Default for NcoScratch<I, O> {
    fn default() -> Self {
        Self {
            grouping: Grouping::default(),
            dendrogram: Dendrogram::default(),
            nested: Blocks::default(),
            inner: I::Scratch::default(),
            outer: O::Scratch::default(),
            spare: Vec::new(),
        }
    }
}

impl<I: Allocator, O: Allocator> fmt::Debug for NcoScratch<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { grouping, nested, .. } = self;
        f.debug_struct("NcoScratch")
            .field("grouping", grouping)
            .field("nested", nested)
            .finish_non_exhaustive()
    }
}

impl<I, O> Nco<I, O> {
    /// Checks the settings, and takes over the allocators.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for zero clusters.
    pub fn new(params: NcoParams, inner: I, outer: O) -> Result<Self, Error> {
        params.clusters.check()?;
        Ok(Self { params, inner, outer })
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &NcoParams {
        &self.params
    }
}

impl<I: Allocator, O: Allocator> Nco<I, O>
where
    for<'a> I::Input<'a>: From<&'a Covariance>,
    for<'a> O::Input<'a>: From<&'a Covariance>,
{
    /// Allocates from a covariance, by the distances that are given.
    ///
    /// Returns are not looked at: both allocators see covariances alone.
    ///
    /// # Errors
    /// As [`Nco::allocate_into`]; [`NcoError::Clusters`] for distances of another number of assets.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Covariance, DistanceMatrix, EqualWeight};
    /// use po_hrp::{ClusterCount, Market, Nco, NcoParams};
    ///
    /// let covariance = Covariance::from_column_slice(3, &[0.04, 0.02, 0.0, 0.02, 0.04, 0.0, 0.0, 0.0, 0.01])?;
    /// // The second and the third asset are near each other, whatever their correlation.
    /// let distances = DistanceMatrix::from_column_slice(3, &[0.0, 1.0, 1.0, 1.0, 0.0, 0.1, 1.0, 0.1, 0.0])?;
    /// let market = Market { distances: Some(&distances), ..Market::from(&covariance) };
    /// let params = NcoParams { clusters: ClusterCount::Given(2), ..NcoParams::default() };
    /// let allocation = Nco::new(params, EqualWeight, EqualWeight)?.allocate_market(market)?;
    /// assert_eq!(allocation.weights().as_slice(), [0.5, 0.25, 0.25]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn allocate_market(&self, market: Market<'_>) -> Result<Nested<I, O>, Refused<I, O>> {
        let mut allocation = NcoAllocation::default();
        self.allocate_market_into(market, &mut NcoScratch::default(), &mut allocation)?;
        Ok(allocation)
    }

    /// As [`Nco::allocate_market`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Nco::allocate_market`].
    pub fn allocate_market_into(
        &self,
        market: Market<'_>,
        scratch: &mut NcoScratch<I, O>,
        allocation: &mut Nested<I, O>,
    ) -> Result<(), Refused<I, O>> {
        let NcoScratch { grouping, dendrogram, nested, inner: inner_scratch, outer: outer_scratch, spare } =
            scratch;
        let NcoAllocation { weights, clusters, inner, outer } = allocation;
        let (NcoParams { linkage, metric, clusters: count }, covariance) = (&self.params, market.covariance);
        grouping.find((*linkage, *metric, *count), market, dendrogram, clusters)?;
        nested.sort(clusters);
        let count = clusters.count();
        hold(count, inner, spare);
        for (cluster, result) in inner.iter_mut().enumerate() {
            nested.zoom_in(cluster, covariance)?;
            self.inner
                .allocate_into((&nested.covariance).into(), inner_scratch, result)
                .map_err(|source| NcoError::Inner { members: nested.members_of(cluster).to_vec(), source })?;
            nested.take(cluster, (*result).as_ref())?;
        }
        nested.zoom_out(covariance)?;
        self.outer
            .allocate_into((&nested.covariance).into(), outer_scratch, outer)
            .map_err(|source| NcoError::Outer { clusters: count, source })?;
        nested.multiply(clusters, (*outer).as_ref())?;
        weights.assign(&nested.weights)?;
        tracing::debug!(assets = covariance.len(), clusters = count, %linkage, "allocated");
        Ok(())
    }
}

/// The result of nested allocators.
type Nested<I, O> = NcoAllocation<<I as Allocator>::Output, <O as Allocator>::Output>;

/// What nested allocators refuse.
type Refused<I, O> = NcoError<<I as Allocator>::Error, <O as Allocator>::Error>;

impl<I: Allocator, O: Allocator> Allocator for Nco<I, O>
where
    for<'a> I::Input<'a>: From<&'a Covariance>,
    for<'a> O::Input<'a>: From<&'a Covariance>,
{
    type Input<'a> = &'a Covariance;
    type Scratch = NcoScratch<I, O>;
    type Output = NcoAllocation<I::Output, O::Output>;
    type Error = NcoError<I::Error, O::Error>;

    /// Allocates from a covariance.
    ///
    /// # Errors
    /// [`NcoError::Clusters`] for an asset whose variance is zero or out of all range, a correlation outside [-1, 1],
    /// more clusters than assets, or a cluster whose variance is negative by more than rounding;
    /// [`NcoError::Inner`] and [`NcoError::Outer`] for what the allocators refuse.
    fn allocate_into(
        &self,
        covariance: &Covariance,
        scratch: &mut NcoScratch<I, O>,
        allocation: &mut NcoAllocation<I::Output, O::Output>,
    ) -> Result<(), Self::Error> {
        self.allocate_market_into(covariance.into(), scratch, allocation)
    }
}

/// Makes room for so many results; none is dropped, and each comes back to its old place, where its memory serves again.
fn hold<T: Default>(count: usize, results: &mut Vec<T>, spare: &mut Vec<T>) {
    while results.len() > count {
        spare.extend(results.pop());
    }
    results.resize_with(count, || spare.pop().unwrap_or_default());
    // So that a later call with fewer clusters finds the memory.
    spare.reserve(results.len());
}

impl Blocks {
    /// Sorts the assets by cluster, and within a cluster by index.
    fn sort(&mut self, clusters: &Clusters) {
        let Self { members, starts, weights, .. } = self;
        let labels = clusters.labels();
        starts.clear();
        starts.resize(clusters.count() + 1, 0);
        labels.iter().for_each(|&label| starts[label + 1] += 1);
        for cluster in 0..clusters.count() {
            starts[cluster + 1] += starts[cluster];
        }
        members.clear();
        members.resize(labels.len(), 0);
        // Each start moves to the end of its cluster, which is the start of the next one.
        for (asset, &label) in labels.iter().enumerate() {
            members[starts[label]] = asset;
            starts[label] += 1;
        }
        starts.rotate_right(1);
        starts[0] = 0;
        weights.clear();
        weights.resize(labels.len(), 0.0);
    }

    fn members_of(&self, cluster: usize) -> &[usize] {
        &self.members[self.starts[cluster]..self.starts[cluster + 1]]
    }

    /// Writes the covariance of one cluster.
    fn zoom_in(&mut self, cluster: usize, covariance: &Covariance) -> Result<(), InputError> {
        let mut memory = taken(&mut self.covariance);
        let members = self.members_of(cluster);
        for &member in members {
            let column = covariance.column(member);
            memory.extend(members.iter().map(|&row| column[row]));
        }
        self.covariance = covariance_of(members.len(), memory)?;
        Ok(())
    }

    /// Keeps the weights of one cluster.
    fn take(&mut self, cluster: usize, inner: &Weights) -> Result<(), InputError> {
        let range = self.starts[cluster]..self.starts[cluster + 1];
        check_len("the list of inner weights", range.len(), inner)?;
        for (&member, &weight) in self.members[range].iter().zip(inner.as_slice()) {
            self.weights[member] = weight;
        }
        Ok(())
    }

    /// Writes the covariance of the clusters, `W' Σ W`.
    fn zoom_out(&mut self, covariance: &Covariance) -> Result<(), Error> {
        let mut memory = taken(&mut self.covariance);
        let clusters = self.starts.len() - 1;
        memory.resize(clusters * clusters, 0.0);
        for col in 0..clusters {
            self.exposures.clear();
            self.exposures.resize(covariance.len(), 0.0);
            for &member in &self.members[self.starts[col]..self.starts[col + 1]] {
                axpy(self.weights[member], covariance.column(member), &mut self.exposures);
            }
            for row in col..clusters {
                let along = |&member: &usize| self.weights[member] * self.exposures[member];
                let mut entry = self.members_of(row).iter().map(along).sum::<f64>();
                if row == col && entry < 0.0 {
                    entry = self.settled(col, entry, covariance)?;
                }
                if !entry.is_finite() {
                    let (name, expected) = ("the covariance of two clusters", "a finite number");
                    return Err(InputError::OutOfRange { name, value: entry, expected }.into());
                }
                memory[col * clusters + row] = entry;
                memory[row * clusters + col] = entry;
            }
        }
        self.covariance = covariance_of(clusters, memory)?;
        Ok(())
    }

    /// Takes rounding below zero off the variance of a cluster, and refuses what is more than that.
    fn settled(&self, cluster: usize, variance: f64, covariance: &Covariance) -> Result<f64, Error> {
        let members = self.members_of(cluster);
        let deviation =
            |&member: &usize| covariance.column(member)[member].sqrt() * self.weights[member].abs();
        let together: f64 = members.iter().map(deviation).sum();
        if variance < -ROUNDING * together * together {
            let (first, others) = (members[0], members.len() - 1);
            return Err(Error::NegativeClusterVariance { first, others, variance });
        }
        Ok(0.0)
    }

    /// Turns the weights inside the clusters into those of the portfolio.
    fn multiply(&mut self, clusters: &Clusters, outer: &Weights) -> Result<(), InputError> {
        check_len("the list of outer weights", clusters.count(), outer)?;
        for (weight, &label) in self.weights.iter_mut().zip(clusters.labels()) {
            *weight *= outer.as_slice()[label];
        }
        Ok(())
    }
}

fn check_len(what: &'static str, expected: usize, weights: &Weights) -> Result<(), InputError> {
    let actual = weights.len();
    if actual == expected { Ok(()) } else { Err(InputError::LengthMismatch { what, expected, actual }) }
}

/// The memory of a covariance, emptied; unlike a matrix, it can hold any size without being given back.
fn taken(covariance: &mut Covariance) -> Vec<f64> {
    let mut memory: Vec<f64> = std::mem::take(covariance).into_inner().data.into();
    memory.clear();
    memory
}

fn covariance_of(assets: usize, entries: Vec<f64>) -> Result<Covariance, InputError> {
    Covariance::new(DMatrix::from_vec(assets, assets, entries))
}
