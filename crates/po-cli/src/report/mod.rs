//! What an allocation has to tell, in the forms it can be written.

mod clusters;
mod csv;
mod cvar;
mod drawing;
mod effect;
mod json;
mod limits;
mod optimum;
mod overlay;
mod page;
mod refusal;
mod shares;
mod splits;
mod stability;
mod table;

use std::path::Path;

use jiff::civil::DateTime;
use po_engine::hrp::Split;
use po_engine::{Correlation, Covariance, GroupBound, NoTradeDecision, Solution, Status};

use crate::allocate::Allocation;
use crate::args::{CovarianceKind, Method, Output, Sort};
use crate::calendar::Calendar;
use crate::cvar::TailOptimum;
use crate::data::show_date;
use crate::error::Error;
use crate::hierarchy::Hierarchy;
use crate::long_short::books;
use crate::nearest::Nearest;
use crate::observations::Observations;
use crate::optimise::Optimum;
use crate::overlay::Overlaid;
use crate::picture;
use crate::share::RiskShares;
use crate::stability::Stability;

pub(crate) use clusters::Grown;
pub(crate) use csv::row as csv_row;
pub(crate) use optimum::residual;
pub(crate) use refusal::refusal;
pub(crate) use splits::splits_table;
pub(crate) use table::{grid, percent};

use table::brief;

/// A weight below this is none: no optimiser is asked for more digits.
const NO_WEIGHT: f64 = 1e-9;

/// The result of one allocation.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) method: Method,
    pub(crate) names: Vec<String>,
    pub(crate) weights: Vec<f64>,
    /// How the covariance was estimated.
    pub(crate) covariance: CovarianceKind,
    /// Standard deviation of each asset, per period.
    pub(crate) volatilities: Vec<f64>,
    /// Share of each asset in the variance; none where there is no variance to share.
    pub(crate) contributions: Option<Vec<f64>>,
    /// Cluster of each asset, counted from one in the order of the assets; none where no tree could be grown.
    pub(crate) clusters: Option<Vec<usize>>,
    pub(crate) observations: usize,
    /// Dates of the first and the last observation.
    pub(crate) span: (DateTime, DateTime),
    /// Standard deviation of the portfolio, per period.
    pub(crate) volatility: f64,
    pub(crate) calendar: Calendar,
    /// The order of the leaves that was bisected, for hierarchical methods.
    pub(crate) leaf_order: Option<Vec<usize>>,
    /// Each split of the bisection, for hierarchical methods.
    pub(crate) splits: Vec<Split>,
    /// The bounded groups of hierarchical risk parity.
    pub(crate) groups: Vec<GroupBound>,
    /// The portfolio held now.
    pub(crate) current: Option<Vec<f64>>,
    /// How the numerics ended, where a solution was searched for.
    pub(crate) solution: Option<Solution>,
    /// What is the best about the portfolio, for optimisers.
    pub(crate) optimum: Option<Optimum>,
    /// The same for methods of the tail.
    pub(crate) tail: Option<TailOptimum>,
    /// What a cap on losses made of the weights.
    pub(crate) overlaid: Option<Overlaid>,
    /// Whose risk it is, for risk budgets.
    pub(crate) shares: Option<RiskShares>,
    /// What a band around the targets left untraded.
    pub(crate) banded: Option<NoTradeDecision>,
    /// How far a method's weights had to be moved, to keep constraints that it does not know.
    pub(crate) nearest: Option<Nearest>,
    /// What a hierarchical method was told.
    pub(crate) hierarchy: Option<Hierarchy>,
    /// What became of weights and clusters in resamples.
    pub(crate) stability: Option<Stability>,
    /// The tree, where one could be grown and is drawn.
    pub(crate) grown: Option<Grown>,
    /// The correlations, where there are any and they are drawn.
    pub(crate) correlation: Option<Correlation>,
    pub(crate) warnings: Vec<String>,
}

/// How a report is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    pub(crate) output: Output,
    pub(crate) sort: Sort,
    pub(crate) explain: bool,
}

impl Report {
    /// Measures an allocation.
    pub(crate) fn new(
        method: Method,
        observations: &Observations,
        covariance: &Covariance,
        allocation: &Allocation,
        clusters: usize,
    ) -> Result<Self, Error> {
        let Observations { universe, dates, calendar, warnings, .. } = observations;
        let Allocation { weights, hrp, .. } = allocation;
        let variance = covariance.portfolio_variance(weights).map_err(Error::input(universe))?;
        let mut warnings = warnings.clone();
        let contributions = covariance.risk_contributions(weights).ok();
        if contributions.is_none() {
            warnings.push("the portfolio does not move, so it has no risk to share".to_owned());
        }
        let solution = allocation.solution().cloned();
        if let Some(Solution { status, iterations, .. }) = &solution
            && *status != Status::Converged
        {
            warnings.push(format!(
                "the search ended before its tolerances were met ({}, after {iterations} iterations): judge the weights by their certificate",
                status_name(*status)
            ));
        }
        let cut = |labels: Vec<usize>| labels.into_iter().map(|label| label + 1).collect();
        let bisected = hrp.as_ref().filter(|_| [Method::Hrp, Method::Schur].contains(&method));
        let hierarchical = bisected.filter(|_| method == Method::Hrp);
        Ok(Self {
            method,
            names: universe.names().to_vec(),
            weights: weights.as_slice().to_vec(),
            covariance: CovarianceKind::default(),
            volatilities: covariance.volatilities(),
            contributions,
            clusters: hrp.as_ref().map(|hrp| cut(hrp.dendrogram().cut(clusters))),
            observations: dates.len(),
            span: (dates[0], dates[dates.len() - 1]),
            volatility: variance.max(0.0).sqrt(),
            calendar: *calendar,
            leaf_order: bisected.map(|hrp| hrp.leaf_order().to_vec()),
            splits: hierarchical
                .map(po_engine::hrp::HrpAllocation::explain)
                .or_else(|| allocation.hierarchy.as_ref().map(|hierarchy| hierarchy.splits.clone()))
                .unwrap_or_default(),
            groups: Vec::new(),
            current: None,
            solution,
            optimum: None,
            tail: None,
            overlaid: None,
            shares: None,
            banded: None,
            nearest: None,
            hierarchy: None,
            stability: None,
            grown: None,
            correlation: None,
            warnings,
        })
    }

    /// The report as it is written, ending in a line feed.
    pub(crate) fn written(&self, form: Form) -> Result<String, Error> {
        match form.output {
            Output::Table => Ok(table::table(self, form)),
            Output::Json => json::json(self, form),
            Output::Csv => csv::csv(self, form),
            Output::Svg | Output::Html => {
                picture::written(form.output, drawing::svg(self), |svg| page::html(self, form.sort, svg))
            }
        }
    }

    /// Draws the allocation into a file.
    pub(crate) fn draw(&self, path: &Path, sort: Sort) -> Result<(), Error> {
        picture::save(path, drawing::svg(self), |svg| page::html(self, sort, svg))
    }

    /// What turns a standard deviation per period into one per year.
    pub(crate) fn annual(&self) -> f64 {
        self.calendar.periods_per_year.sqrt()
    }

    /// How many equal positions would be as concentrated.
    ///
    /// ```text
    /// (Σ |w_i|)² / Σ w_i²
    /// ```
    pub(crate) fn effective_assets(&self) -> f64 {
        let gross: f64 = self.weights.iter().map(|weight| weight.abs()).sum();
        gross * gross / self.weights.iter().map(|weight| weight * weight).sum::<f64>()
    }

    /// What there is to say of an overlay that was not found to all digits.
    pub(crate) fn overlay_warning(&self) -> Option<String> {
        self.overlaid.as_ref().and_then(overlay::warning)
    }

    /// The sizes of the long and of the short book as they came to be, where some assets are held short.
    fn books(&self) -> Option<(f64, f64)> {
        let gross = self.hierarchy.as_ref().and_then(|hierarchy| hierarchy.gross);
        gross.map(|_| books(&self.weights))
    }

    /// Whether an asset is neither held nor sold.
    fn is_idle(&self, asset: usize) -> bool {
        let held = self.current.as_ref().is_some_and(|current| current[asset].abs() > NO_WEIGHT);
        self.weights[asset].abs() <= NO_WEIGHT && !held
    }

    /// What is bought of an asset, or sold.
    fn trade(&self, asset: usize) -> Option<f64> {
        self.current.as_ref().map(|current| self.weights[asset] - current[asset])
    }

    /// The sum of all that is bought and all that is sold.
    fn turnover(&self) -> Option<f64> {
        let trades = (0..self.weights.len()).map(|asset| self.trade(asset));
        trades.map(|trade| trade.map(f64::abs)).sum()
    }

    /// The total weight of a group; where some assets are held short, the total size of its positions, which is bounded.
    pub(crate) fn group_weight(&self, group: &GroupBound) -> f64 {
        let sized = self.books().is_some();
        let of = |weight: f64| if sized { weight.abs() } else { weight };
        group.members().iter().map(|&asset| of(self.weights[asset])).sum()
    }

    /// Whose risk it is, for risk budgets that no overlay has changed.
    fn budgeted(&self) -> Option<&RiskShares> {
        let changed = self.overlaid.as_ref().is_some_and(|overlaid| !overlaid.decision.is_unchanged());
        self.shares.as_ref().filter(|_| !changed)
    }

    /// The share of each asset in the risk: in the variance, or in what a budget shares.
    fn shares_of_risk(&self) -> Option<&[f64]> {
        let budgeted = self.budgeted().map(|shares| &shares.report.share);
        budgeted.or(self.contributions.as_ref()).map(Vec::as_slice)
    }

    /// `20 assets, 250 observations from 2023-01-03 to 2023-12-29`
    fn subject(&self) -> String {
        let (first, last) = (show_date(self.span.0), show_date(self.span.1));
        let assets = self.names.len();
        let noun = if assets == 1 { "asset" } else { "assets" };
        format!("{assets} {noun}, {} observations from {first} to {last}", self.observations)
    }

    /// The assets in the order of the rows.
    fn order(&self, sort: Sort) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        match sort {
            Sort::Input => {}
            Sort::Weight => order.sort_by(|&a, &b| self.weights[b].total_cmp(&self.weights[a])),
            Sort::Name => order.sort_by_key(|&asset| &self.names[asset]),
        }
        order
    }
}

/// The name of a status, as JSON has it.
fn status_name(status: Status) -> &'static str {
    match status {
        Status::Converged => "converged",
        Status::IterationLimit => "iteration-limit",
        _ => "stalled",
    }
}
