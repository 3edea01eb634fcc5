//! The last step of a method that knows no constraints: the nearest portfolio that keeps them.

use po_engine::convex::{
    Constraints, NearestAllocation, NearestInput, NearestParams, NearestPortfolio, Nearness, Semidefinite,
};
use po_engine::{Allocator, Covariance, InputError, Weights};

use crate::args::{AllocateArgs, LimitArgs, Method};
use crate::error::Error;
use crate::outlook::yearly;
use crate::problem::Problem;

/// What became of the weights of a method within constraints.
#[derive(Clone, Debug)]
pub(crate) struct Nearest {
    pub(crate) constraints: Constraints,
    pub(crate) nearness: Nearness,
    pub(crate) allocation: NearestAllocation,
    /// The volatility of the difference to the benchmark, per year, where there is one.
    pub(crate) tracking_error: Option<f64>,
}

/// Whether constraints are stated that a method does not keep by itself.
pub(crate) fn is_asked(limits: &LimitArgs, method: Method) -> bool {
    let stated = limits.constraint.is_some() || limits.constraints.is_some();
    let bounded = limits.bounds.is_some() && !method.clusters_within_bounds();
    let grouped = limits.group_bounds.is_some() && !method.clusters_within_groups();
    stated || bounded || grouped
}

/// Moves weights as little as the constraints allow, where there are any that the method does not keep by itself.
pub(crate) fn nearest(
    args: &AllocateArgs,
    method: Method,
    problem: &Problem,
    target: &Weights,
) -> Result<Option<Nearest>, Error> {
    let limits = &args.limits;
    if !is_asked(limits, method) {
        return Ok(None);
    }
    let universe = problem.universe();
    let constraints = problem.constraints(limits)?;
    let nearness = args.hierarchy.nearness.map_or_else(Nearness::default, Nearness::from);
    let semidefinite = args.data.semidefinite.map_or_else(Semidefinite::default, Semidefinite::from);
    let params = NearestParams {
        constraints: constraints.clone(),
        nearness,
        semidefinite,
        ..NearestParams::default()
    };
    let covariance = yearly(&problem.covariance, problem.periods()).map_err(Error::input(universe))?;
    let input = NearestInput { target, covariance: Some((&covariance).into()) };
    let allocation = NearestPortfolio::new(params).and_then(|nearest| nearest.allocate(input));
    let allocation = allocation.map_err(Error::convex(universe))?;
    let tracking_error = constraints
        .benchmark
        .as_ref()
        .map(|benchmark| tracking_error(allocation.as_ref(), benchmark, &covariance))
        .transpose()
        .map_err(Error::input(universe))?;
    Ok(Some(Nearest { constraints, nearness, allocation, tracking_error }))
}

fn tracking_error(
    weights: &Weights,
    benchmark: &Weights,
    covariance: &Covariance,
) -> Result<f64, InputError> {
    let pairs = weights.as_slice().iter().zip(benchmark.as_slice());
    let difference = Weights::new(pairs.map(|(weight, benchmark)| weight - benchmark).collect())?;
    Ok(covariance.portfolio_variance(&difference)?.max(0.0).sqrt())
}
