//! What each stage of a decision earned.

use po_core::simd::dot;
use po_core::{InputError, Returns};

use crate::factor::{check_series, check_total};
use crate::sum::Sum;
use crate::{Error, OverTime, Totals};

/// The portfolio as one stage of the decision leaves it.
///
/// # Shapes and units
/// Blocks of N weights, fractions of capital at the start of each period; costs are T fractions of the same capital.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage<'a> {
    /// What the stage is called.
    pub name: &'a str,
    /// The weights after it.
    pub weights: OverTime<'a>,
    /// What the stage has cost in each period, positive; `None` for nothing.
    pub costs: Option<&'a [f64]>,
}

impl<'a> Stage<'a> {
    /// A stage without costs.
    #[must_use]
    pub fn new(name: &'a str, weights: OverTime<'a>) -> Self {
        Self { name, weights, costs: None }
    }
}

/// The stages of a decision over time, from what was held before to what is held at last.
///
/// # Shapes and units
/// T periods, N assets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecisionInput<'a> {
    /// Returns of the assets: T x N.
    pub returns: &'a Returns,
    /// The stages in the order in which they act; the first is what everything begins with, such as the prior holdings.
    pub stages: &'a [Stage<'a>],
    /// How periods are added up.
    pub totals: Totals,
}

/// The profit of a portfolio, split by the stages of its decision.
///
/// ```text
/// g_st = Σ_i (w_sit - w_{s-1,it}) r_it     with w_{-1} = 0: what stage s changed has earned
/// p_st = g_st - k_st                       less what it has cost
/// R_t  = Σ_s p_st = Σ_i w_Sit r_it - Σ_s k_st
/// P_s  = Σ_t p_st V_{t-1}/V_0              in money, V growing with R; or Σ_t p_st
/// ```
///
/// The stages add up to the return exactly: it is their sum, taken with twice the digits and rounded once.
///
/// # Shapes and units
/// S stages, T periods; fractions of capital. Series stand one stage after the other.
///
/// # Examples
/// ```
/// use po_attribution::{DecisionInput, OverTime, Stage, Totals, decision_attribution};
/// use po_core::Returns;
///
/// let returns = Returns::from_column_slice(1, 2, &[0.10, -0.02])?;
/// let stages = [
///     Stage::new("prior holdings", OverTime::Constant(&[0.5, 0.5])),
///     Stage::new("signal", OverTime::Constant(&[0.9, 0.1])),
///     Stage { costs: Some(&[0.001]), ..Stage::new("tail overlay", OverTime::Constant(&[0.6, 0.1])) },
/// ];
/// let parts = decision_attribution(&DecisionInput { returns: &returns, stages: &stages, totals: Totals::Money })?;
/// assert!((parts.profits[0] - 0.04).abs() < 1e-16);
/// assert!((parts.profits[1] - 0.4 * 0.12).abs() < 1e-16);
/// assert!((parts.profits[2] + 0.03 + 0.001).abs() < 1e-16);
/// assert!((parts.total - (0.06 - 0.002 - 0.001)).abs() < 1e-16);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Grinold and Easton (1998), "Attribution of performance and holdings", for the idea of one portfolio for each reason.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DecisionAttribution {
    /// What the stages are called: S.
    pub names: Vec<String>,
    /// Profit of each stage in each period, after its costs: S times T.
    pub profit_series: Vec<f64>,
    /// Return of each period, the sum of the stages: T.
    pub return_series: Vec<f64>,
    /// Profit of each stage over all periods, after its costs: S.
    pub profits: Vec<f64>,
    /// Costs of each stage over all periods: S.
    pub costs: Vec<f64>,
    /// Mean over the periods of `Σ_i |w_si - w_{s-1,i}|`: S.
    pub turnover: Vec<f64>,
    /// In how many periods the stage changed a weight or cost something: S.
    pub acted: Vec<usize>,
    /// In what share of them it earned more than nothing; zero for a stage that never acted: S.
    pub hit_rate: Vec<f64>,
    /// Mean profit over its standard deviation, per period; zero where that is zero, or where there is one period: S.
    pub information_ratio: Vec<f64>,
    /// The sum of the profits.
    pub total: f64,
}

/// Memory that a decision attribution keeps from call to call; it grows to the largest problem seen.
#[derive(Clone, Debug, Default)]
pub struct DecisionScratch {
    /// Returns of a period: N.
    row: Vec<f64>,
    /// What a stage has changed: N.
    change: Vec<f64>,
    /// Profits and costs of each stage so far: S each.
    profits: Vec<Sum>,
    costs: Vec<Sum>,
}

impl DecisionAttribution {
    /// The profits, one column for each stage: what a realised risk is split by.
    ///
    /// # Errors
    /// [`InputError::Empty`] when nothing was written yet.
    ///
    /// # Examples
    /// ```
    /// use po_attribution::{
    ///     DecisionInput, OverTime, Stage, Totals, decision_attribution, realised_risk_attribution,
    /// };
    /// use po_core::Returns;
    ///
    /// let returns = Returns::from_column_slice(3, 1, &[0.01, -0.01, 0.03])?;
    /// let stages = [
    ///     Stage::new("prior holdings", OverTime::Constant(&[1.0])),
    ///     Stage::new("scaling", OverTime::Constant(&[0.5])),
    /// ];
    /// let input = DecisionInput { returns: &returns, stages: &stages, totals: Totals::Arithmetic };
    /// let risk = realised_risk_attribution(&decision_attribution(&input)?.series()?, &[])?;
    /// // Halving the position took half of its volatility of 0.02.
    /// assert!((risk.sources.contribution[1] + 0.01).abs() < 1e-16);
    /// # Ok::<(), po_attribution::Error>(())
    /// ```
    pub fn series(&self) -> Result<Returns, InputError> {
        Returns::from_column_slice(self.return_series.len(), self.names.len(), &self.profit_series)
    }

    /// Makes room, and takes over the names.
    fn reset(&mut self, stages: &[Stage<'_>], periods: usize) {
        self.names.resize_with(stages.len(), String::new);
        for (name, stage) in self.names.iter_mut().zip(stages) {
            name.clear();
            name.push_str(stage.name);
        }
        resize(&mut self.profit_series, stages.len() * periods);
        resize(&mut self.return_series, periods);
        for values in [
            &mut self.profits,
            &mut self.costs,
            &mut self.turnover,
            &mut self.hit_rate,
            &mut self.information_ratio,
        ] {
            resize(values, stages.len());
        }
        self.acted.clear();
        self.acted.resize(stages.len(), 0);
    }

    /// Turns counts and sums over the periods into rates.
    fn finish(&mut self, periods: usize) {
        for stage in 0..self.names.len() {
            let series = &self.profit_series[stage * periods..(stage + 1) * periods];
            self.turnover[stage] /= periods as f64;
            if self.acted[stage] > 0 {
                self.hit_rate[stage] /= self.acted[stage] as f64;
            }
            let mean = series.iter().copied().collect::<Sum>().value() / periods as f64;
            let squares: f64 = series.iter().map(|profit| (profit - mean).powi(2)).sum();
            if periods > 1 && squares > 0.0 {
                self.information_ratio[stage] = mean / (squares / (periods - 1) as f64).sqrt();
            }
        }
    }
}

/// Splits a profit by the stages of the decision, with fresh memory.
///
/// # Errors
/// As [`decision_attribution_into`].
pub fn decision_attribution(input: &DecisionInput<'_>) -> Result<DecisionAttribution, Error> {
    let mut attribution = DecisionAttribution::default();
    decision_attribution_into(input, &mut DecisionScratch::default(), &mut attribution)?;
    Ok(attribution)
}

/// Splits a profit by the stages of the decision; from the second call of a size on without touching the heap.
///
/// # Errors
/// [`InputError::Empty`] without stages; [`InputError::LengthMismatch`] when the shapes do not fit;
/// [`InputError::NotFinite`] and [`InputError::OutOfRange`] for a number that is not finite, or a total that overflows.
/// `attribution` is then unspecified.
///
/// # Cost
/// 3 T N S operations.
pub fn decision_attribution_into(
    input: &DecisionInput<'_>,
    scratch: &mut DecisionScratch,
    attribution: &mut DecisionAttribution,
) -> Result<(), Error> {
    let (periods, assets) = (input.returns.observations(), input.returns.assets());
    if input.stages.is_empty() {
        return Err(InputError::Empty { what: "the list of stages" }.into());
    }
    for stage in input.stages {
        stage.weights.check("the weight", (periods, assets, assets))?;
        if let Some(costs) = stage.costs {
            check_series("the cost of a stage", costs, periods)?;
        }
    }
    attribution.reset(input.stages, periods);
    let DecisionScratch { row, change, profits, costs } = scratch;
    resize(row, assets);
    resize(change, assets);
    for sums in [&mut *profits, &mut *costs] {
        sums.clear();
        sums.resize(input.stages.len(), Sum::ZERO);
    }
    let mut wealth = 1.0;
    for period in 0..periods {
        for (asset, value) in row.iter_mut().enumerate() {
            *value = input.returns.column(asset)[period];
        }
        let mut earned = Sum::ZERO;
        for (place, stage) in input.stages.iter().enumerate() {
            change.copy_from_slice(stage.weights.at(period, assets));
            if let Some(before) = place.checked_sub(1) {
                let before = input.stages[before].weights.at(period, assets);
                change.iter_mut().zip(before).for_each(|(change, before)| *change -= before);
            }
            let cost = stage.costs.map_or(0.0, |costs| costs[period]);
            let profit = dot(change, row) - cost;
            let traded: f64 = change.iter().map(|change| change.abs()).sum();
            attribution.profit_series[place * periods + period] = profit;
            attribution.turnover[place] += traded;
            attribution.acted[place] += usize::from(traded > 0.0 || cost != 0.0);
            attribution.hit_rate[place] += f64::from(u8::from(profit > 0.0));
            earned = earned.plus(profit);
            profits[place] = profits[place].plus(wealth * profit);
            costs[place] = costs[place].plus(wealth * cost);
        }
        attribution.return_series[period] = earned.value();
        if input.totals == Totals::Money {
            wealth *= 1.0 + earned.value();
        }
    }
    attribution.finish(periods);
    attribution.profits.iter_mut().zip(&*profits).for_each(|(profit, sum)| *profit = sum.value());
    attribution.costs.iter_mut().zip(&*costs).for_each(|(cost, sum)| *cost = sum.value());
    attribution.total = attribution.profits.iter().copied().collect::<Sum>().value();
    check_total(attribution.total)
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}
