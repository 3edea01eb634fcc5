//! Cluster risks from returns, by any measure.

use po_core::{InputError, Returns, RiskError, RiskMeasure};

use crate::Error;
use crate::allocation::Bisection;
use crate::bisection::{middle, share_left};

/// Working memory of the risks.
#[derive(Clone, Debug, Default)]
pub(crate) struct MeasuredScratch {
    /// `1 / r_i`, in leaf order.
    inverse: Vec<f64>,
    /// Returns of clusters, a line of T numbers per level of the bisection.
    lines: Vec<f64>,
    /// Returns of one cluster's portfolio.
    portfolio: Vec<f64>,
}

/// Fills in the risks of both halves of each cluster, and the shares that they earn.
///
/// The portfolio of a cluster weighs its assets by the inverse of their own risks. Its returns are sums over its assets, so
/// those of a cluster are those of its two halves together, and no asset's returns are read more than once a level.
///
/// ```text
/// R_C(t) = Σ_{i in C} R_i(t) / r_i  /  Σ_{i in C} 1 / r_i
/// ```
pub(crate) fn risks_into<M: RiskMeasure<Error: Into<RiskError>>>(
    returns: &Returns,
    order: &[usize],
    (measure, measuring): (&M, &mut M::Scratch),
    scratch: &mut MeasuredScratch,
    splits: &mut Vec<Bisection>,
) -> Result<(), Error> {
    let MeasuredScratch { inverse, lines, portfolio } = scratch;
    let (assets, periods) = (order.len(), returns.observations());
    splits.resize(assets - 1, Bisection::default());
    inverse.clear();
    for &asset in order {
        let risk = measured(measure, measuring, returns.column(asset), &[asset])?;
        if !(risk > 0.0 && risk.is_finite() && risk.recip().is_finite()) {
            let (name, expected) = ("the risk", "a positive number: its inverse is the weight in a cluster");
            return Err(InputError::AssetOutOfRange { name, asset, value: risk, expected }.into());
        }
        inverse.push(risk.recip());
    }
    let levels = assets.next_power_of_two().ilog2() as usize + 1;
    lines.resize(levels * periods, 0.0);
    portfolio.resize(periods, 0.0);
    let mut risks = Risks { returns, order, inverse, portfolio, measure, measuring, splits };
    if assets > 1 {
        risks.halves(0, assets, lines)?;
    }
    Ok(())
}

struct Risks<'a, M: RiskMeasure> {
    returns: &'a Returns,
    order: &'a [usize],
    inverse: &'a [f64],
    portfolio: &'a mut [f64],
    measure: &'a M,
    measuring: &'a mut M::Scratch,
    splits: &'a mut [Bisection],
}

impl<M: RiskMeasure<Error: Into<RiskError>>> Risks<'_, M> {
    /// The first of `lines` becomes `Σ R_i / r_i` over a cluster; all splits inside it are recorded.
    fn cluster(&mut self, start: usize, end: usize, lines: &mut [f64]) -> Result<(), Error> {
        if end - start > 1 {
            return self.halves(start, end, lines);
        }
        let series = self.returns.column(self.order[start]);
        let inverse = self.inverse[start];
        lines.iter_mut().zip(series).for_each(|(line, value)| *line = value * inverse);
        Ok(())
    }

    fn halves(&mut self, start: usize, end: usize, lines: &mut [f64]) -> Result<(), Error> {
        let mid = middle(start, end);
        self.cluster(start, mid, lines)?;
        let risk_left = self.risk(start, mid, lines)?;
        let (line, below) = lines.split_at_mut(self.returns.observations());
        self.cluster(mid, end, below)?;
        let risk_right = self.risk(mid, end, below)?;
        line.iter_mut().zip(below).for_each(|(sum, part)| *sum += *part);
        let share_left = share_left(risk_left, risk_right);
        self.splits[mid - 1] =
            Bisection { start, mid, end, risk_left, risk_right, share_left, ..Bisection::default() };
        Ok(())
    }

    /// The risk of a cluster whose sum of returns is the first of `lines`.
    fn risk(&mut self, start: usize, end: usize, lines: &[f64]) -> Result<f64, Error> {
        let (cluster, inverse) = (&self.order[start..end], &self.inverse[start..end]);
        if let &[inverse] = inverse {
            return Ok(inverse.recip());
        }
        let whole = inverse.iter().sum::<f64>().recip();
        self.portfolio.iter_mut().zip(lines).for_each(|(value, sum)| *value = sum * whole);
        let risk = measured(self.measure, self.measuring, self.portfolio, cluster)?;
        if risk >= 0.0 && risk.is_finite() {
            return Ok(risk);
        }
        Err(Error::ClusterRisk { first: cluster[0], others: cluster.len() - 1, risk })
    }
}

fn measured<M: RiskMeasure<Error: Into<RiskError>>>(
    measure: &M,
    measuring: &mut M::Scratch,
    returns: &[f64],
    cluster: &[usize],
) -> Result<f64, Error> {
    measure.risk_into(returns, measuring).map_err(|problem| Error::Risk {
        first: cluster[0],
        others: cluster.len() - 1,
        problem: problem.into(),
    })
}
