//! The risk of a cluster, and of a side of a node, that a covariance tells.

use std::ops::Range;

use po_core::{Covariance, simd};

use super::layout::Top;
use crate::bisection::{Told, gathered_dot};
use crate::{Division, Error};

/// The greatest negative variance that is rounding, in units of the variance without correlations.
const ROUNDING: f64 = 1e-10;

/// Whole rows are added up when more than this part of them is needed, one in so many.
const PICKED: usize = 4;

/// The sums over some assets from which the variance of their naive risk parity follows.
///
/// With `p_i = 1 / r_i`:
///
/// ```text
/// x' Σ x = Σ_ij p_i p_j σ_ij / (Σ_i p_i)²
/// ```
///
/// so the sums of two sets are those of either and of the pairs between them.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// `Σ_ij p_i p_j σ_ij`
    quadratic: f64,
    /// `Σ_i p_i² σ_i²`
    alone: f64,
    /// `Σ_i p_i`
    parity: f64,
}

impl Sums {
    /// Both sets together; `between` is the sum over the pairs of one asset of either.
    fn with(self, other: Self, between: f64) -> Self {
        Self {
            quadratic: self.quadratic + other.quadratic + 2.0 * between,
            alone: self.alone + other.alone,
            parity: self.parity + other.parity,
        }
    }
}

/// Working memory of the risks.
#[derive(Clone, Debug, Default)]
pub(super) struct RiskScratch {
    /// `p_i = 1 / r_i`, in leaf order: by these, assets are held in naive risk parity.
    pub(super) parities: Vec<f64>,
    /// The sums of each node at or above the cut.
    sums: Vec<Sums>,
    /// The risk of each node at or above the cut.
    pub(super) of_node: Vec<f64>,
    /// Sums of rows of the covariance, in the order of the assets.
    line: Vec<f64>,
    /// Nodes on the way down to a cluster, each with its smaller side, for risks from returns.
    pub(super) path: Vec<(usize, usize)>,
}

/// Writes the risk of each cluster and of each side of a node above them.
///
/// `inverse` holds `1 / σ_i`.
pub(super) fn risks_into(
    risk: Told,
    division: Division,
    covariance: &Covariance,
    inverse: &[f64],
    top: Top<'_>,
    scratch: &mut RiskScratch,
) -> Result<(), Error> {
    let RiskScratch { parities, sums, of_node, line, .. } = scratch;
    parities.clear();
    parities.extend(top.order.iter().map(|&asset| risk.inverse(inverse[asset])));
    sums.clear();
    sums.resize(top.root() + 1, Sums::default());
    of_node.clear();
    of_node.resize(top.root() + 1, 0.0);
    line.clear();
    line.resize(top.order.len(), 0.0);
    let mut pairs = Pairs { covariance, order: top.order, parities, line };
    for cluster in top.clusters() {
        sums[cluster] = pairs.within(top.run(cluster), risk);
        of_node[cluster] = risk_of(risk, sums[cluster], top.assets(cluster))?;
    }
    for (node, left, right) in top.splits().rev() {
        of_node[node] = match division {
            Division::Clusters | Division::Halves => of_node[left] + of_node[right],
            // The risk of the whole is asked for by nobody, nor are its pairs.
            Division::Assets if node == top.root() => 0.0,
            Division::Assets => {
                let between = pairs.between(top.run(left), top.run(right));
                sums[node] = sums[left].with(sums[right], between);
                risk_of(risk, sums[node], top.assets(node))?
            }
        };
    }
    Ok(())
}

fn risk_of(risk: Told, sums: Sums, assets: &[usize]) -> Result<f64, Error> {
    let variance = sums.quadratic / (sums.parity * sums.parity);
    if sums.quadratic < -ROUNDING * sums.alone {
        return Err(Error::NegativeClusterVariance { first: assets[0], others: assets.len() - 1, variance });
    }
    Ok(risk.of_variance(variance.max(0.0)))
}

struct Pairs<'a> {
    covariance: &'a Covariance,
    order: &'a [usize],
    parities: &'a [f64],
    line: &'a mut [f64],
}

impl Pairs<'_> {
    /// The sums over the assets at some places.
    fn within(&mut self, run: Range<usize>, risk: Told) -> Sums {
        let parity = self.parities[run.clone()].iter().sum();
        // p² σ² without its rounding.
        let alone = match risk {
            Told::Variance => parity,
            Told::StandardDeviation => run.len() as f64,
            Told::Equal => {
                self.order[run.clone()].iter().map(|&asset| self.covariance.column(asset)[asset]).sum()
            }
        };
        let quadratic = if run.len() > 1 && self.whole_rows_pay(run.len()) {
            self.between_rows(run.clone(), run)
        } else {
            let end = run.end;
            alone + 2.0 * run.map(|place| self.along(place, place + 1..end)).sum::<f64>()
        };
        Sums { quadratic, alone, parity }
    }

    /// The sum over the pairs of one asset of either run; the shorter one chooses the rows.
    fn between(&mut self, a: Range<usize>, b: Range<usize>) -> f64 {
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        if self.whole_rows_pay(many.len()) {
            return self.between_rows(few, many);
        }
        few.map(|place| self.along(place, many.clone())).sum()
    }

    /// Whether to add up whole rows, and pick from their sum, rather than to pick so many entries from each.
    fn whole_rows_pay(&self, picked: usize) -> bool {
        PICKED * picked > self.order.len()
    }

    fn between_rows(&mut self, rows: Range<usize>, cols: Range<usize>) -> f64 {
        self.line.fill(0.0);
        simd::add_columns(
            self.covariance.as_view(),
            &self.order[rows.clone()],
            &self.parities[rows],
            self.line,
        );
        gathered_dot(self.line, &self.order[cols.clone()], &self.parities[cols])
    }

    /// The sum over the pairs of the asset at `place` with those of a run.
    #[inline]
    fn along(&self, place: usize, run: Range<usize>) -> f64 {
        let row = self.covariance.column(self.order[place]);
        self.parities[place] * gathered_dot(row, &self.order[run.clone()], &self.parities[run])
    }
}
