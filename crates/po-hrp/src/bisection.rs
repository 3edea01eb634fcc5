//! Recursive bisection: cluster variances from the bottom up, weights from the top down.

use po_core::Covariance;

use crate::Error;
use crate::allocation::Bisection;
use crate::limits::Limits;

/// The greatest negative cluster variance that is rounding, in units of the variance without correlations.
const ROUNDING: f64 = 1e-10;

/// Where a run of leaves is cut: the smaller half first.
pub(crate) fn middle(start: usize, end: usize) -> usize {
    start + (end - start) / 2
}

/// The two sums over a cluster from which its variance follows.
///
/// With inverse-variance weights, `w_i = p_i / Σ p` and `p_i = 1 / σ_i²`:
///
/// ```text
/// v = w' Σ w = Σ_ij p_i p_j σ_ij / (Σ p)²
/// ```
///
/// so the sums of a cluster are those of its two halves and of the pairs between them, and each pair is visited once.
#[derive(Clone, Copy, Debug)]
struct Cluster {
    /// `Σ_ij p_i p_j σ_ij`
    quadratic: f64,
    /// `Σ p`
    precision: f64,
}

struct Variances<'a> {
    covariance: &'a [f64],
    order: &'a [usize],
    precision: &'a [f64],
    splits: &'a mut [Bisection],
}

/// Fills in the variances of both halves of each cluster; the split of leaves `start..end` stands at `middle - 1`.
pub(crate) fn variances_into(
    covariance: &Covariance,
    order: &[usize],
    precision: &mut Vec<f64>,
    splits: &mut Vec<Bisection>,
) -> Result<(), Error> {
    let diagonal = covariance.len() + 1;
    precision.clear();
    precision.extend(order.iter().map(|&asset| 1.0 / covariance.as_slice()[asset * diagonal]));
    splits.clear();
    splits.resize(order.len() - 1, Bisection::default());
    if order.len() > 1 {
        // The variance of the whole is asked for by nobody.
        Variances { covariance: covariance.as_slice(), order, precision, splits }.halves(0, order.len());
    }
    splits.iter_mut().try_for_each(|split| split.settle(order, precision))
}

impl Variances<'_> {
    /// Records the variances of the two halves of a cluster and of all clusters inside it; returns their sums.
    fn halves(&mut self, start: usize, end: usize) -> (Cluster, Cluster) {
        let mid = middle(start, end);
        let (left, right) = (self.cluster(start, mid), self.cluster(mid, end));
        let (variance_left, variance_right) = (left.variance(), right.variance());
        self.splits[mid - 1] = Bisection { start, mid, end, variance_left, variance_right, ..Bisection::default() };
        (left, right)
    }

    #[inline]
    fn cluster(&mut self, start: usize, end: usize) -> Cluster {
        if end - start == 1 {
            // p² σ² is p.
            let precision = self.precision[start];
            return Cluster { quadratic: precision, precision };
        }
        let (left, right) = self.halves(start, end);
        let between = self.between(start, middle(start, end), end);
        Cluster {
            quadratic: left.quadratic + right.quadratic + 2.0 * between,
            precision: left.precision + right.precision,
        }
    }

    /// `Σ p_i p_j σ_ij` over the pairs with `i` in the left half and `j` in the right one.
    #[inline]
    fn between(&self, start: usize, mid: usize, end: usize) -> f64 {
        let assets = self.order.len();
        let (columns, precision) = (&self.order[mid..end], &self.precision[mid..end]);
        let mut sum = 0.0;
        for (&asset, own) in self.order[start..mid].iter().zip(&self.precision[start..mid]) {
            let row = &self.covariance[asset * assets..(asset + 1) * assets];
            sum += own * gathered_dot(row, columns, precision);
        }
        sum
    }
}

impl Cluster {
    #[inline]
    fn variance(self) -> f64 {
        self.quadratic / (self.precision * self.precision)
    }
}

impl Bisection {
    /// Takes rounding below zero off the variances, refuses what is more than that, and derives the share.
    fn settle(&mut self, order: &[usize], precision: &[f64]) -> Result<(), Error> {
        let Self { start, mid, end, .. } = *self;
        self.variance_left = settled(self.variance_left, &order[start..mid], &precision[start..mid])?;
        self.variance_right = settled(self.variance_right, &order[mid..end], &precision[mid..end])?;
        let both = self.variance_left + self.variance_right;
        // Two riskless halves leave nothing to tell them apart.
        self.share_left = if both > 0.0 { self.variance_right / both } else { 0.5 };
        Ok(())
    }
}

#[inline]
fn settled(variance: f64, cluster: &[usize], precision: &[f64]) -> Result<f64, Error> {
    if variance >= 0.0 {
        return Ok(variance);
    }
    // Without correlations the variance would be `1 / Σ p`.
    if variance * precision.iter().sum::<f64>() < -ROUNDING {
        return Err(Error::NegativeClusterVariance { first: cluster[0], others: cluster.len() - 1, variance });
    }
    Ok(0.0)
}

/// `Σ_k row[columns_k] factors_k`, in four sums that do not wait for each other.
#[inline(always)]
fn gathered_dot(row: &[f64], columns: &[usize], factors: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (columns, last_columns) = columns.as_chunks::<4>();
    let (factors, last_factors) = factors.as_chunks::<4>();
    for (columns, factors) in columns.iter().zip(factors) {
        for lane in 0..4 {
            sums[lane] += row[columns[lane]] * factors[lane];
        }
    }
    let rest: f64 = last_columns.iter().zip(last_factors).map(|(&column, factor)| row[column] * factor).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Hands the whole portfolio down the splits; `weights` are in the order of the assets.
///
/// Each half gets the share that its variance earns, moved into the interval that the bounds of its own assets and
/// of those in the other half leave open.
pub(crate) fn weights_into(
    order: &[usize],
    splits: &mut [Bisection],
    limits: &Limits,
    weights: &mut Vec<f64>,
) {
    weights.clear();
    weights.resize(order.len(), 0.0);
    hand_down(0, order, 1.0, splits, limits, weights);
}

/// Hands `mass` down to `leaves`, which begin at place `start` of the order.
fn hand_down(
    start: usize,
    leaves: &[usize],
    mass: f64,
    splits: &mut [Bisection],
    limits: &Limits,
    weights: &mut [f64],
) {
    if let &[asset] = leaves {
        weights[asset] = limits.of(asset).clip(mass);
        return;
    }
    let (left, right) = leaves.split_at(leaves.len() / 2);
    let split = &mut splits[start + left.len() - 1];
    split.weight_left = match limits.bounds() {
        Some(_) => limits.of_all(left).leaving(mass, limits.of_all(right)).clip(split.share_left * mass),
        None => split.share_left * mass,
    };
    split.weight_right = mass - split.weight_left;
    let (weight_left, weight_right) = (split.weight_left, split.weight_right);
    hand_down(start, left, weight_left, splits, limits, weights);
    hand_down(start + left.len(), right, weight_right, splits, limits, weights);
}
