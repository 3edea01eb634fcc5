//! Risks from returns, by any measure: of assets, of clusters of them, and of the halves of a bisection.

use std::ops::Range;

use po_core::{Returns, Risk, RiskError, RiskMeasure};

use crate::Error;
use crate::allocation::Bisection;
use crate::bisection::{middle, share_left};

/// Working memory of the risks.
#[derive(Clone, Debug, Default)]
pub(crate) struct MeasuredScratch {
    /// `1 / r_i`, in leaf order.
    inverse: Vec<f64>,
    /// Returns of clusters, a line of T numbers for each of `log2 N` levels.
    lines: Vec<f64>,
    /// Returns of one cluster's portfolio.
    portfolio: Vec<f64>,
}

/// A measure with its memory, and the one of the field that it is, if it is one.
#[derive(Debug)]
pub(crate) struct Measuring<'a, M: RiskMeasure> {
    pub(crate) measure: &'a M,
    pub(crate) scratch: &'a mut M::Scratch,
    pub(crate) of_field: Option<Risk>,
}

impl<M: RiskMeasure<Error: Into<RiskError>>> Measuring<'_, M> {
    fn measured(&mut self, returns: &[f64], cluster: &[usize]) -> Result<f64, Error> {
        self.measure.risk_into(returns, self.scratch).map_err(|problem| Error::Risk {
            measure: self.name(),
            first: cluster[0],
            others: cluster.len() - 1,
            problem: problem.into(),
        })
    }

    /// What messages call it.
    fn name(&self) -> &'static str {
        name(self.of_field)
    }
}

/// What messages call a measure; one that is not of the field has no other name.
pub(crate) fn name(measure: Option<Risk>) -> &'static str {
    measure.map_or("risk", |risk| risk.name())
}

/// What positions earned: the returns of their assets, with the other sign where an asset is short.
#[derive(Clone, Copy)]
pub(crate) struct Positions<'a> {
    pub(crate) returns: &'a Returns,
    /// One or minus one for each asset; empty where all are long.
    pub(crate) signs: &'a [f64],
}

impl<'a> From<&'a Returns> for Positions<'a> {
    fn from(returns: &'a Returns) -> Self {
        Self { returns, signs: &[] }
    }
}

impl Positions<'_> {
    fn sign(self, asset: usize) -> f64 {
        self.signs.get(asset).copied().unwrap_or(1.0)
    }
}

/// The risks of runs of leaves, after those of the assets are known.
///
/// The portfolio of a cluster weighs its assets by the inverse of their own risks. Its returns are sums over its assets, so
/// those of a cluster are those of its parts together.
///
/// ```text
/// R_C(t) = Σ_{i in C} R_i(t) / r_i  /  Σ_{i in C} 1 / r_i
/// ```
pub(crate) struct Measured<'a, M: RiskMeasure> {
    positions: Positions<'a>,
    order: &'a [usize],
    /// `1 / r_i`, in leaf order.
    pub(crate) inverse: &'a [f64],
    portfolio: &'a mut [f64],
    measuring: Measuring<'a, M>,
}

impl<'a, M: RiskMeasure<Error: Into<RiskError>>> Measured<'a, M> {
    /// Measures each asset alone; beside it, a line of T numbers for each level of a tree that hands the larger part on.
    pub(crate) fn assets(
        positions: impl Into<Positions<'a>>,
        order: &'a [usize],
        mut measuring: Measuring<'a, M>,
        scratch: &'a mut MeasuredScratch,
    ) -> Result<(Self, &'a mut [f64]), Error> {
        let positions = positions.into();
        let MeasuredScratch { inverse, lines, portfolio } = scratch;
        inverse.clear();
        for &asset in order {
            let series = positions.returns.column(asset);
            let risk = if positions.sign(asset) < 0.0 {
                portfolio.clear();
                portfolio.extend(series.iter().map(|value| -value));
                measuring.measured(portfolio, &[asset])?
            } else {
                measuring.measured(series, &[asset])?
            };
            if !(risk > 0.0 && risk.is_finite() && risk.recip().is_finite()) {
                return Err(Error::AssetRisk { measure: measuring.name(), asset, risk });
            }
            inverse.push(risk.recip());
        }
        let periods = positions.returns.observations();
        let levels = order.len().next_power_of_two().ilog2() as usize + 1;
        lines.resize(levels * periods, 0.0);
        portfolio.resize(periods, 0.0);
        Ok((Self { positions, order, inverse, portfolio, measuring }, lines))
    }

    /// How many numbers a line has.
    pub(crate) fn periods(&self) -> usize {
        self.positions.returns.observations()
    }

    /// The returns of the asset at a place, and what turns them into `R_i / r_i`.
    fn scaled(&self, place: usize) -> (&[f64], f64) {
        let asset = self.order[place];
        (self.positions.returns.column(asset), self.positions.sign(asset) * self.inverse[place])
    }

    /// Writes `R_i / r_i` of the asset at a place.
    pub(crate) fn write(&self, place: usize, line: &mut [f64]) {
        let (series, inverse) = self.scaled(place);
        line.iter_mut().zip(series).for_each(|(line, value)| *line = value * inverse);
    }

    /// Adds `R_i / r_i` of the asset at a place.
    pub(crate) fn add(&self, place: usize, line: &mut [f64]) {
        let (series, inverse) = self.scaled(place);
        line.iter_mut().zip(series).for_each(|(line, value)| *line += value * inverse);
    }

    /// The risk of the portfolio of a cluster, whose sum of returns begins `lines`.
    pub(crate) fn risk(&mut self, run: Range<usize>, lines: &[f64]) -> Result<f64, Error> {
        let (cluster, inverse) = (&self.order[run.clone()], &self.inverse[run]);
        if let &[inverse] = inverse {
            return Ok(inverse.recip());
        }
        let whole = inverse.iter().sum::<f64>().recip();
        self.portfolio.iter_mut().zip(lines).for_each(|(value, sum)| *value = sum * whole);
        let risk = self.measuring.measured(self.portfolio, cluster)?;
        if risk >= 0.0 && risk.is_finite() {
            return Ok(risk);
        }
        let (measure, first, others) = (self.measuring.name(), cluster[0], cluster.len() - 1);
        Err(Error::ClusterRisk { measure, first, others, risk })
    }
}

/// Fills in the risks of both halves of each cluster, and the shares that they earn; no asset's returns are read more than
/// once a level.
pub(crate) fn risks_into<M: RiskMeasure<Error: Into<RiskError>>>(
    positions: Positions<'_>,
    order: &[usize],
    measuring: Measuring<'_, M>,
    scratch: &mut MeasuredScratch,
    splits: &mut Vec<Bisection>,
) -> Result<(), Error> {
    splits.resize(order.len() - 1, Bisection::default());
    let (measured, lines) = Measured::assets(positions, order, measuring, scratch)?;
    if order.len() > 1 {
        Halves { measured, splits }.halves(0, order.len(), lines)?;
    }
    Ok(())
}

struct Halves<'a, M: RiskMeasure> {
    measured: Measured<'a, M>,
    splits: &'a mut [Bisection],
}

impl<M: RiskMeasure<Error: Into<RiskError>>> Halves<'_, M> {
    /// The first of `lines` becomes `Σ R_i / r_i` over a cluster; all splits inside it are recorded.
    fn cluster(&mut self, start: usize, end: usize, lines: &mut [f64]) -> Result<(), Error> {
        if end - start > 1 {
            return self.halves(start, end, lines);
        }
        self.measured.write(start, lines);
        Ok(())
    }

    fn halves(&mut self, start: usize, end: usize, lines: &mut [f64]) -> Result<(), Error> {
        let mid = middle(start, end);
        self.cluster(start, mid, lines)?;
        let risk_left = self.measured.risk(start..mid, lines)?;
        let (line, below) = lines.split_at_mut(self.measured.periods());
        self.cluster(mid, end, below)?;
        let risk_right = self.measured.risk(mid..end, below)?;
        line.iter_mut().zip(below).for_each(|(sum, part)| *sum += *part);
        let share_left = share_left(risk_left, risk_right);
        self.splits[mid - 1] =
            Bisection { start, mid, end, risk_left, risk_right, share_left, ..Bisection::default() };
        Ok(())
    }
}
