//! `po allocate`: from a file to weights, top to bottom.

use std::io::Read;
use std::path::Path;

use po_engine::hrp::{Hrp, HrpAllocation, HrpParams};
use po_engine::{Allocator, Bounds, Covariance, EqualWeight, GroupBound, InverseVariance, InverseVolatility};
use po_engine::{InputError, Universe, Weights};

use crate::args::{AllocateArgs, CovarianceKind, Method, Missing};
use crate::constraints::{Groups, asset_bounds, group_bounds};
use crate::data::{ReadOptions, Source, read};
use crate::error::{Error, ObservationError, SettingsError};
use crate::observations::{Observations, Rules, listed, observe};
use crate::report::Report;

/// Weights, and the tree they come from if they come from one.
pub(crate) struct Allocation {
    pub(crate) weights: Weights,
    pub(crate) hrp: Option<HrpAllocation>,
}

/// Runs the command with its settings merged; `input` is standard input.
pub(crate) fn allocate<'a>(args: &AllocateArgs, input: Box<dyn Read + 'a>) -> Result<Report, Error> {
    let method = args.method.unwrap_or_default();
    check(args, method)?;
    let table = read(source(args, input)?, &read_options(args))?;
    let (known, file) = (table.known.clone(), table.source.clone());
    let rules = Rules {
        missing: args.missing.unwrap_or_default(),
        returns: args.returns.unwrap_or(false),
        window: args.window,
        periods_per_year: args.periods_per_year,
    };
    let mut observations = observe(table, rules)?;
    let (bounds, groups) = constraints(args, &mut observations, &known, &file)?;
    let covariance = covariance(args.covariance.unwrap_or_default(), &observations)?;
    refuse_still(args, method, &observations, &covariance)?;
    let params = HrpParams {
        linkage: args.linkage.unwrap_or_default().0,
        metric: args.metric.unwrap_or_default().0,
        leaf_order: args.leaf_order.unwrap_or_default().0,
        bounds,
        groups: groups.clone(),
    };
    let allocation = allocation(method, params, &covariance, &observations.universe)?;
    let clusters = clusters(args, observations.universe.len())?;
    let mut report = Report::new(method, &observations, &covariance, &allocation, clusters)?;
    report.groups = groups;
    Ok(report)
}

/// What can be told to be wrong before the file is read.
fn check(args: &AllocateArgs, method: Method) -> Result<(), SettingsError> {
    let returns = args.returns == Some(true);
    if returns && matches!(args.missing, Some(Missing::CarryForward(_))) {
        return Err(SettingsError::CarriedReturns);
    }
    let hrp_only = [
        ("--bounds", args.bounds.is_some()),
        ("--group-bounds", args.group_bounds.is_some()),
        ("--explain", args.explain == Some(true)),
    ];
    if let Some((flag, _)) = hrp_only.into_iter().find(|(_, given)| *given && method != Method::Hrp) {
        return Err(SettingsError::HrpOnly { flag, method: method.name() });
    }
    if let Some(window) = args.window.filter(|window| *window < 2) {
        let (flag, value, expected) = ("--window", window as f64, "at least 2 observations".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    if let Some(value) = args.periods_per_year.filter(|value| !(value.is_finite() && *value > 0.0)) {
        let (flag, expected) = ("--periods-per-year", "a positive number".to_owned());
        return Err(SettingsError::OutOfRange { flag, value, expected });
    }
    let assets = args.assets.as_deref().unwrap_or_default();
    match assets.iter().enumerate().find(|(index, name)| assets[..*index].contains(name)) {
        Some((_, name)) => Err(SettingsError::AssetTwice { name: name.clone() }),
        None => Ok(()),
    }
}

fn source<'a>(args: &AllocateArgs, input: Box<dyn Read + 'a>) -> Result<Source<'a>, SettingsError> {
    match &args.prices {
        None => Err(SettingsError::NoPrices),
        Some(path) if path == Path::new("-") => {
            Ok(Source::Stream { name: "standard input".to_owned(), reader: input })
        }
        Some(path) => Ok(Source::File(path.clone())),
    }
}

fn read_options(args: &AllocateArgs) -> ReadOptions {
    ReadOptions {
        format: args.format.unwrap_or_default(),
        date_column: args.date_column.clone(),
        symbol_column: args.symbol_column.clone(),
        price_column: args.price_column.clone(),
        assets: args.assets.clone(),
        returns: args.returns.unwrap_or(false),
        sort_dates: args.sort_dates.unwrap_or(false),
    }
}

/// The bounds, by index; what of them is not used becomes a warning.
fn constraints(
    args: &AllocateArgs,
    observations: &mut Observations,
    known: &[String],
    file: &str,
) -> Result<(Option<Bounds>, Vec<GroupBound>), Error> {
    let specs = args.bounds.as_deref().unwrap_or_default();
    let (bounds, unused) = asset_bounds(specs, &observations.universe, known, file)?;
    if !unused.is_empty() {
        let names = listed(&unused);
        observations.warnings.push(format!("bounds on assets that are left out are not used: {names}"));
    }
    let groups = args.groups.as_deref().map(Groups::read).transpose()?;
    if let Some(groups) = &groups {
        let (universe, without) = groups.group(observations.universe.clone())?;
        if !without.is_empty() {
            let (name, count, names) = (groups.name(), without.len(), listed(&without));
            let assets = if count == 1 { "asset is" } else { "assets are" };
            observations
                .warnings
                .push(format!("{count} {assets} not in {name} and belong to no group: {names}"));
        }
        observations.universe = universe;
    }
    let specs = args.group_bounds.as_deref().unwrap_or_default();
    Ok((bounds, group_bounds(specs, &observations.universe, groups.as_ref())?))
}

fn covariance(kind: CovarianceKind, observations: &Observations) -> Result<Covariance, Error> {
    match kind {
        CovarianceKind::Sample => observations.returns.covariance().map_err(|error| match error {
            InputError::NotFinite { asset, .. } => {
                let asset = observations.universe.label(asset);
                ObservationError::TooLarge { what: "the covariance", asset, date: None }.into()
            }
            error => Error::input(&observations.universe)(error),
        }),
    }
}

/// All methods but one divide by variances.
fn refuse_still(
    args: &AllocateArgs,
    method: Method,
    observations: &Observations,
    covariance: &Covariance,
) -> Result<(), ObservationError> {
    let still = covariance.volatilities().iter().position(|volatility| *volatility <= 0.0);
    match still.filter(|_| method != Method::EqualWeight) {
        None => Ok(()),
        Some(asset) => Err(ObservationError::Still {
            asset: observations.universe.label(asset),
            observations: observations.returns.observations(),
            returns: args.returns.unwrap_or(false),
            method: method.name(),
        }),
    }
}

/// Runs a method; where it is not hierarchical, the tree is grown for the clusters alone, if it can be.
pub(crate) fn allocation(
    method: Method,
    params: HrpParams,
    covariance: &Covariance,
    universe: &Universe,
) -> Result<Allocation, Error> {
    let input = Error::input(universe);
    let hrp = |params: HrpParams| Hrp::new(params)?.allocate(covariance);
    let weights = match method {
        Method::Hrp => {
            let hrp = hrp(params).map_err(Error::hrp(universe))?;
            return Ok(Allocation { weights: hrp.weights().clone(), hrp: Some(hrp) });
        }
        Method::EqualWeight => EqualWeight.allocate(covariance).map_err(input)?,
        Method::InverseVolatility => InverseVolatility.allocate(covariance).map_err(input)?,
        Method::InverseVariance => InverseVariance.allocate(covariance).map_err(input)?,
    };
    let hrp = hrp(HrpParams { bounds: None, groups: Vec::new(), ..params }).ok();
    Ok(Allocation { weights, hrp })
}

/// How many clusters to show.
fn clusters(args: &AllocateArgs, assets: usize) -> Result<usize, SettingsError> {
    match args.clusters {
        None => Ok(default_clusters(assets)),
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
