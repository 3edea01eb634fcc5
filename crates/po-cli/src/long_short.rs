//! Hierarchical risk parity with short positions.

use po_engine::hrp::{HrpParams, LongShort, LongShortAllocation, LongShortParams, Market};

use crate::args::AllocateArgs;
use crate::error::{Error, SettingsError};
use crate::hierarchy::distances;
use crate::problem::Problem;

/// Refuses what has no meaning without short positions, or beside them.
pub(crate) fn check(args: &AllocateArgs) -> Result<(), SettingsError> {
    if args.sides.short.is_none() {
        return match args.sides.exposure {
            Some(_) => {
                Err(SettingsError::Needs { what: "--exposure", flag: "--short, such as --short AAPL,MSFT" })
            }
            None => Ok(()),
        };
    }
    let limits = &args.limits;
    let moves = [
        ("--constraint", limits.constraint.is_some()),
        ("--constraints", limits.constraints.is_some()),
        ("--benchmark", limits.benchmark.is_some()),
        ("--nearness", args.hierarchy.nearness.is_some()),
    ];
    match moves.iter().find(|(_, given)| *given) {
        Some(&(flag, _)) => Err(SettingsError::NotWithShort { flag }),
        None => Ok(()),
    }
}

/// Allocates with the short positions that are asked for, if there are any; distances are those of the positions.
pub(crate) fn long_short(
    args: &AllocateArgs,
    hrp: HrpParams,
    problem: &Problem,
    market: Market<'_>,
) -> Result<Option<LongShortAllocation>, Error> {
    let Some(names) = &args.sides.short else { return Ok(None) };
    let (universe, returns) = (problem.universe(), &problem.observations.returns);
    let refused = Error::long_short(universe);
    let short = short_assets(names, problem)?;
    let exposure = args.sides.exposure.unwrap_or_default().0;
    let long_short = LongShort::new(LongShortParams { hrp, short, exposure }).map_err(&refused)?;
    let mirrored = long_short.mirrored(returns).map_err(&refused)?;
    let distances = distances(args.hierarchy.codependence, universe, &mirrored)?;
    let market = Market { distances: distances.as_ref(), ..market };
    long_short.allocate_market(market).map(Some).map_err(refused)
}

/// The numbers of the assets that are named.
fn short_assets(names: &[String], problem: &Problem) -> Result<Vec<usize>, SettingsError> {
    const PLACE: &str = "--short";
    let mut short = Vec::new();
    for name in names {
        let asset = problem.universe().index_of(name).map_err(|_| {
            if problem.names().known.contains(name) {
                SettingsError::LeftOut { place: PLACE.to_owned(), name: name.clone() }
            } else {
                problem.names().unknown(PLACE, name)
            }
        })?;
        if short.contains(&asset) {
            return Err(SettingsError::ShortTwice { name: name.clone() });
        }
        short.push(asset);
    }
    Ok(short)
}

/// The sizes of both books.
pub(crate) fn books(weights: &[f64]) -> (f64, f64) {
    let size = |sign: f64| weights.iter().map(|weight| (sign * weight).max(0.0)).sum();
    (size(1.0), size(-1.0))
}
