//! The risk of a cluster, and of a side of a node, from returns.

use po_core::{Returns, RiskError, RiskMeasure};

use super::layout::Top;
use super::risk::RiskScratch;
use crate::measured::{Measured, MeasuredScratch, Measuring};
use crate::{Division, Error};

/// Writes the risk of each cluster and of each side of a node above them.
///
/// The sums of returns of a node are those of its sides, so that each level of sides reads T numbers for each node.
pub(super) fn risks_into<M: RiskMeasure<Error: Into<RiskError>>>(
    returns: &Returns,
    division: Division,
    measuring: Measuring<'_, M>,
    top: Top<'_>,
    scratch: &mut MeasuredScratch,
    risk: &mut RiskScratch,
) -> Result<(), Error> {
    let RiskScratch { parities, of_node, path, .. } = risk;
    let (measured, lines) = Measured::assets(returns, top.order, measuring, scratch)?;
    parities.clear();
    parities.extend_from_slice(measured.inverse);
    of_node.clear();
    of_node.resize(top.root() + 1, 0.0);
    path.clear();
    path.reserve(top.order.len());
    let mut sides = Sides { measured, top, of_node, path };
    if division == Division::Assets {
        return sides.sum_up(top.root(), lines);
    }
    top.clusters().try_for_each(|cluster| sides.cluster(cluster, lines))?;
    top.splits().rev().for_each(|(node, left, right)| of_node[node] = of_node[left] + of_node[right]);
    Ok(())
}

struct Sides<'a, M: RiskMeasure> {
    measured: Measured<'a, M>,
    top: Top<'a>,
    of_node: &'a mut [f64],
    path: &'a mut Vec<(usize, usize)>,
}

impl<M: RiskMeasure<Error: Into<RiskError>>> Sides<'_, M> {
    /// Measures a cluster; the first of `lines` becomes `Σ R_i / r_i` over its assets.
    fn cluster(&mut self, cluster: usize, lines: &mut [f64]) -> Result<(), Error> {
        let run = self.top.run(cluster);
        self.measured.write(run.start, lines);
        (run.start + 1..run.end).for_each(|place| self.measured.add(place, lines));
        self.of_node[cluster] = self.measured.risk(run, lines)?;
        Ok(())
    }

    /// Measures a node and all nodes below it; the first of `lines` becomes `Σ R_i / r_i` over its assets.
    ///
    /// The larger side comes first and leaves one line behind, so that `log2 N` lines are enough for any tree, and as many
    /// calls within each other: down the larger sides it goes in a loop.
    fn sum_up(&mut self, node: usize, lines: &mut [f64]) -> Result<(), Error> {
        let above = self.path.len();
        let mut lowest = node;
        while let Some((larger, smaller)) = self.by_size(lowest) {
            self.path.push((lowest, smaller));
            lowest = larger;
        }
        self.cluster(lowest, lines)?;
        while self.path.len() > above
            && let Some((parent, smaller)) = self.path.pop()
        {
            let (line, below) = lines.split_at_mut(self.measured.periods());
            self.sum_up(smaller, below)?;
            line.iter_mut().zip(below).for_each(|(sum, part)| *sum += *part);
            // The risk of the whole is asked for by nobody.
            if parent != self.top.root() {
                self.of_node[parent] = self.measured.risk(self.top.run(parent), line)?;
            }
        }
        Ok(())
    }

    /// The sides of a node above the clusters, the one with more assets first.
    fn by_size(&self, node: usize) -> Option<(usize, usize)> {
        let (left, right) = self.top.sides(node)?;
        let is_larger = self.top.run(right).len() > self.top.run(left).len();
        Some(if is_larger { (right, left) } else { (left, right) })
    }
}
