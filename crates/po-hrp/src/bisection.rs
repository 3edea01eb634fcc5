//! Recursive bisection: cluster variances from the bottom up, weights from the top down.

use po_core::{Covariance, Risk};
use pulp::Arch;

use crate::Error;
use crate::allocation::Bisection;
use crate::limits::Limits;

/// The greatest negative cluster variance that is rounding, in units of the variance without correlations.
const ROUNDING: f64 = 1e-10;

/// Where a run of leaves is cut: the smaller half first.
pub(crate) fn middle(start: usize, end: usize) -> usize {
    start + (end - start) / 2
}

/// A measure of risk that the covariance tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Equal,
    Variance,
    StandardDeviation,
}

impl Told {
    pub(crate) fn by_covariance(risk: Risk) -> Option<Self> {
        match risk {
            Risk::Equal => Some(Self::Equal),
            Risk::Variance => Some(Self::Variance),
            Risk::StandardDeviation => Some(Self::StandardDeviation),
            _ => None,
        }
    }

    /// `p_i`, the inverse of an asset's own risk, from `1 / σ_i`.
    pub(crate) fn inverse(self, deviation: f64) -> f64 {
        match self {
            Self::Equal => 1.0,
            Self::Variance => deviation * deviation,
            Self::StandardDeviation => deviation,
        }
    }

    pub(crate) fn of_variance(self, variance: f64) -> f64 {
        match self {
            Self::Equal => 1.0,
            Self::Variance => variance,
            Self::StandardDeviation => variance.sqrt(),
        }
    }
}

/// The two sums over a cluster from which its variance follows.
///
/// With weights by the inverse of risk, `w_i = p_i / Σ p`, where `p_i` is `1 / σ_i²` or, for the standard deviation,
/// `1 / σ_i`:
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

/// Clusters up to this size sum their pairs one by one; larger ones add up whole rows of the covariance.
const SMALL: usize = 32;

/// Working memory of the variances.
#[derive(Clone, Debug, Default)]
pub(crate) struct VariancesScratch {
    /// `p`, in leaf order.
    precision: Vec<f64>,
    /// Sums of rows, a line of N numbers per level of the bisection.
    lines: Vec<f64>,
}

/// Fills in the risks of both halves of each cluster; the split of leaves `start..end` stands at `middle - 1`.
///
/// `inverse` holds `1 / σ_i`.
pub(crate) fn risks_into(
    (covariance, inverse): (&Covariance, &[f64]),
    risk: Told,
    order: &[usize],
    scratch: &mut VariancesScratch,
    splits: &mut Vec<Bisection>,
) -> Result<(), Error> {
    let VariancesScratch { precision, lines } = scratch;
    let assets = order.len();
    precision.clear();
    precision.extend(order.iter().map(|&asset| risk.inverse(inverse[asset])));
    // Every split is written anew.
    splits.resize(assets - 1, Bisection::default());
    let levels = (assets / SMALL + 1).ilog2() as usize + 2;
    if lines.len() < levels * assets {
        lines.resize(levels * assets, 0.0);
    }
    if assets > 1 {
        // The variance of the whole is asked for by nobody, and so are its rows.
        Variances { covariance: covariance.as_slice(), order, precision, risk, splits }
            .halves(0, assets, lines, false);
    }
    splits.iter_mut().try_for_each(|split| split.settle((covariance, risk), order, precision))
}

struct Variances<'a> {
    covariance: &'a [f64],
    order: &'a [usize],
    precision: &'a [f64],
    risk: Told,
    splits: &'a mut [Bisection],
}

impl Variances<'_> {
    /// The sums of a cluster; all splits inside it are recorded.
    ///
    /// If `wanted`, the first of `lines` becomes the cluster's line: `Σ_i p_i σ_ik` for each asset `k`.
    fn cluster(&mut self, start: usize, end: usize, lines: &mut [f64], wanted: bool) -> Cluster {
        if end - start > SMALL {
            return self.halves(start, end, lines, wanted);
        }
        if wanted {
            add_up(
                self.order[start..end].iter().map(|&asset| self.row(asset)),
                &self.precision[start..end],
                lines,
            );
        }
        self.small(start, end)
    }

    fn halves(&mut self, start: usize, end: usize, lines: &mut [f64], wanted: bool) -> Cluster {
        let mid = middle(start, end);
        let whole = end - start == self.order.len();
        let left = self.cluster(start, mid, lines, !whole);
        let (line, below) = lines.split_at_mut(self.order.len());
        let between =
            if whole { 0.0 } else { gathered_dot(line, &self.order[mid..end], &self.precision[mid..end]) };
        let right = self.cluster(mid, end, below, wanted);
        if wanted {
            line.iter_mut().zip(below).for_each(|(sum, part)| *sum += *part);
        }
        self.record(start, mid, end, left, right, between)
    }

    /// A cluster whose pairs are visited one by one.
    fn small(&mut self, start: usize, end: usize) -> Cluster {
        if end - start == 1 {
            let precision = self.precision[start];
            let quadratic = match self.risk {
                Told::Variance => precision,
                Told::StandardDeviation => 1.0,
                Told::Equal => self.row(self.order[start])[self.order[start]],
            };
            return Cluster { quadratic, precision };
        }
        let mid = middle(start, end);
        let (left, right) = (self.small(start, mid), self.small(mid, end));
        let (columns, factors) = (&self.order[mid..end], &self.precision[mid..end]);
        let along = |place: usize| {
            self.precision[place] * gathered_dot(self.row(self.order[place]), columns, factors)
        };
        let between = (start..mid).map(along).sum();
        self.record(start, mid, end, left, right, between)
    }

    #[inline]
    fn record(
        &mut self,
        start: usize,
        mid: usize,
        end: usize,
        left: Cluster,
        right: Cluster,
        between: f64,
    ) -> Cluster {
        // As variances; what is risk of them is settled at the end.
        let (risk_left, risk_right) = (left.variance(), right.variance());
        self.splits[mid - 1] = Bisection { start, mid, end, risk_left, risk_right, ..Bisection::default() };
        Cluster {
            quadratic: left.quadratic + right.quadratic + 2.0 * between,
            precision: left.precision + right.precision,
        }
    }

    #[inline]
    fn row(&self, asset: usize) -> &[f64] {
        &self.covariance[asset * self.order.len()..(asset + 1) * self.order.len()]
    }
}

/// `line_k = Σ_r factor_r row_rk`, four rows at a time.
fn add_up<'a>(mut rows: impl Iterator<Item = &'a [f64]>, factors: &[f64], line: &mut [f64]) {
    for (block, factors) in factors.chunks(4).enumerate() {
        let (first, factor) = (rows.next().unwrap_or_default(), factors[0]);
        // A block that is not full is filled up with rows that count for nothing.
        let mut next =
            |index: usize| (rows.next().unwrap_or(first), factors.get(index).copied().unwrap_or(0.0));
        let ((row_1, factor_1), (row_2, factor_2), (row_3, factor_3)) = (next(1), next(2), next(3));
        let line = &mut line[..first.len()];
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let rows = first.iter().zip(row_1).zip(row_2).zip(row_3);
                for (sum, (((a, b), c), d)) in line.iter_mut().zip(rows) {
                    let before = if block == 0 { 0.0 } else { *sum };
                    *sum = before + (factor * a + factor_1 * b) + (factor_2 * c + factor_3 * d);
                }
            },
        );
    }
}

impl Cluster {
    #[inline]
    fn variance(self) -> f64 {
        self.quadratic / (self.precision * self.precision)
    }
}

impl Bisection {
    /// Takes rounding below zero off the variances, refuses what is more than that, and derives risks and the share.
    fn settle(
        &mut self,
        (covariance, risk): (&Covariance, Told),
        order: &[usize],
        precision: &[f64],
    ) -> Result<(), Error> {
        let Self { start, mid, end, .. } = *self;
        let settled = |variance: f64, start: usize, end: usize| {
            let cluster = (&order[start..end], &precision[start..end]);
            settled(variance, covariance, cluster).map(|variance| risk.of_variance(variance))
        };
        self.risk_left = settled(self.risk_left, start, mid)?;
        self.risk_right = settled(self.risk_right, mid, end)?;
        self.share_left = share_left(self.risk_left, self.risk_right);
        Ok(())
    }
}

/// The share of a cluster's weight that its left half earns.
pub(crate) fn share_left(risk_left: f64, risk_right: f64) -> f64 {
    let both = risk_left + risk_right;
    // Two riskless halves leave nothing to tell them apart.
    if both > 0.0 { risk_right / both } else { 0.5 }
}

#[inline]
fn settled(
    variance: f64,
    covariance: &Covariance,
    (cluster, precision): (&[usize], &[f64]),
) -> Result<f64, Error> {
    if variance >= 0.0 {
        return Ok(variance);
    }
    let whole: f64 = precision.iter().sum();
    let own = |(&asset, p): (&usize, &f64)| p * p * covariance.as_view()[(asset, asset)];
    let without_correlations: f64 = cluster.iter().zip(precision).map(own).sum();
    if variance * whole * whole < -ROUNDING * without_correlations {
        return Err(Error::NegativeClusterVariance {
            first: cluster[0],
            others: cluster.len() - 1,
            variance,
        });
    }
    Ok(0.0)
}

/// `Σ_k row[columns_k] factors_k`, in four sums that do not wait for each other.
#[inline(always)]
pub(crate) fn gathered_dot(row: &[f64], columns: &[usize], factors: &[f64]) -> f64 {
    if let (&[column], &[factor]) = (columns, factors) {
        return row[column] * factor;
    }
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
