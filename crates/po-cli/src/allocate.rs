//! `po allocate`: from a file to weights, top to bottom.

use std::io::Read;

use po_engine::hrp::{Hrp, HrpAllocation, HrpParams, LeafOrder};
use po_engine::{
    Allocator, Covariance, EqualWeight, InverseVariance, InverseVolatility, NoTradeDecision, Solution,
};
use po_engine::{Universe, Weights};

use crate::args::{AllocateArgs, Method, Output};
use crate::cvar::{self, TailOptimum, optimise_tail};
use crate::error::{Error, ObservationError, SettingsError};
use crate::hierarchy::{Hierarchy, hierarchical};
use crate::nearest::{Nearest, nearest};
use crate::optimise::{Optimum, optimise};
use crate::overlay::{Overlaid, overlay};
use crate::picture;
use crate::problem::Problem;
use crate::rebalance::{banded, order_before};
use crate::report::{Grown, Report};
use crate::share::{RiskShares, share};
use crate::stability::{Stability, judge};
use crate::uses;

/// What the objective of another portfolio may be better by without a warning, in units of the objective.
const PROVEN: f64 = 1e-6;

/// Weights, and how they came about.
#[derive(Default)]
pub(crate) struct Allocation {
    pub(crate) weights: Weights,
    /// The tree of related assets, if one can be grown.
    pub(crate) hrp: Option<HrpAllocation>,
    pub(crate) optimum: Option<Optimum>,
    /// The same for methods of the tail.
    pub(crate) tail: Option<TailOptimum>,
    pub(crate) shares: Option<RiskShares>,
    pub(crate) hierarchy: Option<Hierarchy>,
    /// What a band around their targets left untraded.
    pub(crate) banded: Option<NoTradeDecision>,
    /// What became of weights that had to be moved within constraints.
    pub(crate) nearest: Option<Nearest>,
    /// What a cap on losses made of the weights.
    pub(crate) overlaid: Option<Overlaid>,
}

impl Allocation {
    /// How the numerics ended, where a solution was searched for.
    pub(crate) fn solution(&self) -> Option<&Solution> {
        let optimum = self.optimum.as_ref().map(|optimum| &optimum.portfolio.solution);
        let nearest = self.nearest.as_ref().map(|nearest| &nearest.allocation.solution);
        let tail = self.tail.as_ref().map(|tail| &tail.portfolio.solution);
        optimum.or(tail).or(nearest).or(self.shares.as_ref().map(|shares| &shares.solution))
    }
}

/// Runs the command with its settings merged; `input` is standard input.
pub(crate) fn allocate<'a>(args: &AllocateArgs, input: Box<dyn Read + 'a>) -> Result<Report, Error> {
    let method = args.objective.method.unwrap_or_default();
    uses::check(args, method)?;
    picture::check(args.report.plot.as_deref())?;
    let mut problem = Problem::read(&args.data, &args.limits, input)?;
    refuse_still(args, method, &problem)?;
    let params = HrpParams {
        linkage: args.hierarchy.linkage.unwrap_or_default().0,
        metric: args.hierarchy.metric.unwrap_or_default().0,
        leaf_order: match args.rebalance.order_before {
            Some(_) => LeafOrder::Stable,
            None => args.hierarchy.leaf_order.unwrap_or_default().0,
        },
        ..HrpParams::default()
    };
    if let Some(path) = &args.rebalance.order_before {
        problem.order_before = Some(order_before(path, problem.universe())?);
    }
    let (linkage, metric) = (params.linkage, params.metric);
    let (mut changed, mut stability) = (None, None);
    let mut allocation = if let Some(measure) = cvar::measure(args, method) {
        let tail = optimise_tail(args, method, measure, &mut problem)?;
        let weights = tail.portfolio.solution.weights.clone();
        let hrp = tree(params, &problem.covariance);
        Allocation { weights, hrp, tail: Some(tail), ..Allocation::default() }
    } else if method.optimises() {
        let (optimum, covariance) = optimise(args, method, &mut problem)?;
        changed = covariance;
        let weights = optimum.portfolio.solution.weights.clone();
        let hrp = tree(params, &problem.covariance);
        Allocation { weights, hrp, optimum: Some(optimum), ..Allocation::default() }
    } else if method.shares_risk() {
        let shares = share(args, &mut problem)?;
        let weights = shares.solution.weights.clone();
        let hrp = tree(params, &problem.covariance);
        Allocation { weights, hrp, shares: Some(shares), ..Allocation::default() }
    } else if method.clusters() {
        let allocation = clustered(args, method, &params, &problem)?;
        // Refused before the work begins.
        clusters(args, problem.universe().len(), None)?;
        stability = judge(args, method, &params, &problem)?;
        allocation
    } else {
        let target = allocation(method, params, &problem.covariance, problem.universe())?;
        let banded = banded(args, &problem, &target.weights)?;
        let weights = banded.as_ref().map(|banded| banded.weights.clone());
        Allocation { weights: weights.unwrap_or(target.weights), banded, ..target }
    };
    // The cap comes last, so that it holds whatever else is done.
    if let Some(overlaid) = overlay(args, &mut problem, &allocation.weights)? {
        allocation.weights = overlaid.decision.solution.weights.clone();
        allocation.overlaid = Some(overlaid);
    }
    let formed = allocation.hierarchy.as_ref().and_then(|hierarchy| hierarchy.clusters);
    let clusters = clusters(args, problem.universe().len(), formed)?;
    let covariance = changed.as_ref().unwrap_or(&problem.covariance);
    let mut report = Report::new(method, &problem.observations, covariance, &allocation, clusters)?;
    report.covariance = args.data.covariance.unwrap_or_default();
    // Those of other methods are among the constraints.
    if method.clusters() && allocation.nearest.is_none() {
        report.groups = problem.limits.group_bounds;
    }
    if args.report.plot.is_some() || args.report.output.is_some_and(Output::is_drawn) {
        let hrp = allocation.hrp.as_ref().filter(|hrp| hrp.leaf_order().len() > 1);
        report.grown = hrp.map(|hrp| Grown::new(hrp, linkage, metric));
        report.correlation = problem.covariance.correlation().ok();
    }
    report.hierarchy = allocation.hierarchy;
    report.warnings.extend(stability.iter().flat_map(Stability::warnings));
    report.stability = stability;
    report.current = problem.limits.current.map(Vec::from);
    if let Some(Optimum { portfolio, .. }) = &allocation.optimum
        && portfolio.gap() > PROVEN * portfolio.objective.abs().max(1.0)
    {
        let gap = portfolio.gap();
        report.warnings.push(format!(
            "the proof is weak: another portfolio could be better by {gap:.1e} in the objective, of which this one has {}",
            portfolio.objective
        ));
    }
    (report.optimum, report.shares) = (allocation.optimum, allocation.shares);
    (report.banded, report.nearest) = (allocation.banded, allocation.nearest);
    (report.tail, report.overlaid) = (allocation.tail, allocation.overlaid);
    report.warnings.extend(report.overlay_warning());
    Ok(report)
}

/// Runs a method that allocates by clusters; its tree, if one can be grown.
pub(crate) fn clustered(
    args: &AllocateArgs,
    method: Method,
    params: &HrpParams,
    problem: &Problem,
) -> Result<Allocation, Error> {
    let (target, hrp, hierarchy) = hierarchical(args, method, params, problem)?;
    let hrp = hrp.or_else(|| tree(params.clone(), &problem.covariance));
    let banded = banded(args, problem, &target)?;
    let wanted = banded.as_ref().map_or(target, |banded| banded.weights.clone());
    // Constraints come last, so that they hold whatever is not traded.
    let nearest = nearest(args, method, problem, &wanted)?;
    let weights = nearest.as_ref().map_or(wanted, |nearest| nearest.allocation.solution.weights.clone());
    Ok(Allocation { weights, hrp, hierarchy: Some(hierarchy), banded, nearest, ..Allocation::default() })
}

/// Some methods divide by variances.
fn refuse_still(args: &AllocateArgs, method: Method, problem: &Problem) -> Result<(), ObservationError> {
    let still = problem.covariance.volatilities().iter().position(|volatility| *volatility <= 0.0);
    match still.filter(|_| method.needs_movement()) {
        None => Ok(()),
        Some(asset) => Err(ObservationError::Still {
            asset: problem.universe().label(asset),
            observations: problem.observations.returns.observations(),
            returns: args.data.returns.unwrap_or(false),
            method: method.name(),
        }),
    }
}

/// Runs a method that needs no optimiser; the tree is grown for the clusters of all.
pub(crate) fn allocation(
    method: Method,
    params: HrpParams,
    covariance: &Covariance,
    universe: &Universe,
) -> Result<Allocation, Error> {
    let input = Error::input(universe);
    let weights = match method {
        Method::EqualWeight => EqualWeight.allocate(covariance).map_err(input)?,
        Method::InverseVolatility => InverseVolatility.allocate(covariance).map_err(input)?,
        Method::InverseVariance => InverseVariance.allocate(covariance).map_err(input)?,
        _ => {
            let hrp = Hrp::new(params).and_then(|hrp| hrp.allocate(covariance));
            let hrp = hrp.map_err(Error::hrp(universe))?;
            let weights = hrp.weights().clone();
            return Ok(Allocation { weights, hrp: Some(hrp), ..Allocation::default() });
        }
    };
    let params = HrpParams { bounds: None, groups: Vec::new(), ..params };
    Ok(Allocation { weights, hrp: tree(params, covariance), ..Allocation::default() })
}

/// The tree alone, if it can be grown.
fn tree(params: HrpParams, covariance: &Covariance) -> Option<HrpAllocation> {
    Hrp::new(params).and_then(|hrp| hrp.allocate(covariance)).ok()
}

/// How many clusters to show: as many as were formed, where a method forms some.
fn clusters(args: &AllocateArgs, assets: usize, formed: Option<usize>) -> Result<usize, SettingsError> {
    match args.report.clusters {
        None => Ok(formed.unwrap_or_else(|| default_clusters(assets))),
        Some(clusters) if (1..=assets).contains(&clusters) => Ok(clusters),
        Some(clusters) => Err(SettingsError::OutOfRange {
            flag: "--clusters",
            value: clusters as f64,
            expected: format!("a number from 1 to {assets}, the number of assets"),
        }),
    }
}

/// The square root of the number of assets, rounded up.
pub(crate) fn default_clusters(assets: usize) -> usize {
    (1..=assets).find(|clusters| clusters * clusters >= assets).unwrap_or(1)
}
