//! What a rebalance keeps of the portfolio before: what lies in a band around its target, and the order of the leaves.

use std::path::Path;

use po_engine::{NoTradeBand, NoTradeBandParams, NoTradeDecision, Rebalance, Universe, Weights};
use serde_json::Value;

use crate::args::AllocateArgs;
use crate::data::read_text;
use crate::error::{Error, SettingsError};
use crate::problem::Problem;

/// Refuses settings that lack another one.
pub(crate) fn check(args: &AllocateArgs) -> Result<(), SettingsError> {
    let given = &args.rebalance;
    if given.no_trade_band.is_some() && args.limits.current.is_none() {
        return Err(SettingsError::Needs { what: "--no-trade-band", flag: "--current FILE" });
    }
    if given.rebalance.is_some() && given.no_trade_band.is_none() {
        return Err(SettingsError::Needs { what: "--rebalance", flag: "--no-trade-band WIDTH" });
    }
    if given.order_before.is_some() && args.hierarchy.leaf_order.is_some() {
        return Err(SettingsError::TwoLeafOrders);
    }
    Ok(())
}

/// Leaves what lies in the band around its target as it is held, if there is a band.
pub(crate) fn banded(
    args: &AllocateArgs,
    problem: &Problem,
    target: &Weights,
) -> Result<Option<NoTradeDecision>, Error> {
    let (Some(width), Some(held)) = (args.rebalance.no_trade_band, &problem.limits.current) else {
        return Ok(None);
    };
    let rebalance = args.rebalance.rebalance.map_or_else(Rebalance::default, Rebalance::from);
    let decision = NoTradeBand::new(NoTradeBandParams { width: width.0, rebalance })
        .and_then(|band| band.apply(target, held));
    decision.map(Some).map_err(Error::input(problem.universe()))
}

/// The order of the leaves in the JSON of an earlier run; assets that are gone are left out, but not all may be.
pub(crate) fn order_before(path: &Path, universe: &Universe) -> Result<Vec<usize>, Error> {
    let name = path.display().to_string();
    let object: Option<Value> = serde_json::from_str(&read_text(path)?).ok();
    let order = object.as_ref().and_then(|object| object["leaf_order"].as_array());
    let names: Option<Vec<&str>> = order.and_then(|order| order.iter().map(Value::as_str).collect());
    let Some(names) = names else {
        let message =
            "it has no leaf_order, expected what --method hrp or schur writes with --output json".to_owned();
        return Err(SettingsError::BadRow { place: name, message }.into());
    };
    let order: Vec<usize> = names.into_iter().filter_map(|name| universe.index_of(name).ok()).collect();
    if order.is_empty() {
        let message =
            "its leaf_order has none of the assets, expected that of an earlier run on them".to_owned();
        return Err(SettingsError::BadRow { place: name, message }.into());
    }
    Ok(order)
}
