//! A report as one JSON object, with all digits.

use po_engine::Status;
use po_engine::hrp::{Division, Split};
use serde_json::{Map, Value, json};

use super::{Form, Report, cvar, limits, optimum, overlay, shares, stability, status_name};
use crate::args::{CodependenceKind, Method};
use crate::data::show_date;
use crate::error::Error;
use crate::hierarchy::{Formed, Hierarchy};
use crate::nearest::Nearest;

pub(super) fn json(report: &Report, form: Form) -> Result<String, Error> {
    let mut object = report.object();
    if form.explain
        && let Some(tail) = &report.tail
    {
        object.extend(cvar::object(report, tail, true));
    }
    if form.explain && report.method.clusters() {
        let hierarchy = report.hierarchy.as_ref();
        let mut words = hierarchy.map(|hierarchy| hierarchy.words.iter()).unwrap_or_default();
        if report.method != Method::Nco {
            let splits = report.splits.iter().map(|split| self::split(report, split, words.next()));
            object.insert("splits".to_owned(), splits.collect());
        }
        if let Some(Hierarchy { clusters: Some(_), formed, .. }) = hierarchy {
            let formed = formed.iter().map(|formed| self::formed(report, formed, words.next()));
            object.insert("formed".to_owned(), formed.collect());
        }
    }
    let text = serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
    Ok(text + "\n")
}

impl Report {
    /// The contract: these keys are not renamed.
    pub(crate) fn object(&self) -> Map<String, Value> {
        let report = self;
        let named = |values: &[f64]| -> Value {
            report.names.iter().cloned().zip(values.iter().map(|value| Value::from(*value))).collect()
        };
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("method", report.method.name().into());
        put("assets", report.names.len().into());
        put("observations", report.observations.into());
        put("first", show_date(report.span.0).into());
        put("last", show_date(report.span.1).into());
        put("covariance", report.covariance.name().into());
        put("weights", named(&report.weights));
        put("risk", risk(report, named));
        put("effective_assets", report.effective_assets().into());
        if !report.groups.is_empty() {
            put(
                "groups",
                report
                    .groups
                    .iter()
                    .map(|group| {
                        let (min, max, weight) = (group.lower(), group.upper(), report.group_weight(group));
                        (group.name().to_owned(), json!({ "weight": weight, "min": min, "max": max }))
                    })
                    .collect(),
            );
        }
        if let (Some(current), Some(turnover)) = (&report.current, report.turnover()) {
            let trades: Vec<f64> = (0..current.len()).filter_map(|asset| report.trade(asset)).collect();
            put("current", named(current));
            put("trades", named(&trades));
            put("turnover", turnover.into());
        }
        if let Some(order) = &report.leaf_order {
            put("leaf_order", names(report, order));
        }
        if let Some(clusters) = &report.clusters {
            let clusters = clusters.iter().map(|cluster| Value::from(*cluster));
            put("clusters", report.names.iter().cloned().zip(clusters).collect());
        }
        if let Some(hierarchy) = &report.hierarchy {
            put("hierarchy", self::hierarchy(report, hierarchy));
        }
        if let Some(stability) = &report.stability {
            put("stability", stability::object(report, stability));
        }
        if let Some(banded) = &report.banded {
            let spared = json!({ "traded": banded.traded, "turnover_avoided": banded.turnover_avoided });
            put("no_trade_band", spared);
        }
        if let Some(nearest) = &report.nearest {
            put("nearest", self::nearest(nearest));
            put("constraints", limits::constraints_json(report));
            put("shadow_prices", limits::pulls_json(report, nearest));
        }
        if let Some(optimum) = &report.optimum {
            for (key, value) in optimum::object(report, optimum) {
                put(&key, value);
            }
        }
        if let Some(tail) = &report.tail {
            for (key, value) in cvar::object(report, tail, false) {
                put(&key, value);
            }
        }
        if let Some(overlaid) = &report.overlaid {
            put("overlay", overlay::object(report, overlaid));
        }
        if let Some(shares) = &report.shares {
            if shares.limited.is_some() {
                put("constraints", limits::constraints_json(report));
            }
            put("risk_budget", shares::object(report, shares));
        }
        if let Some(solution) = &report.solution {
            put("certificate", optimum::certificate_json(solution));
        }
        put(
            "status",
            status_name(report.solution.as_ref().map_or(Status::Converged, |solution| solution.status))
                .into(),
        );
        put("warnings", report.warnings.clone().into());
        object
    }
}

fn risk(report: &Report, named: impl Fn(&[f64]) -> Value) -> Value {
    json!({
        "volatility": report.volatility,
        "volatility_annualised": report.volatility * report.annual(),
        "periods_per_year": report.calendar.periods_per_year,
        "contributions": report.contributions.as_deref().map(named),
    })
}

/// How far weights were moved to keep constraints.
fn nearest(nearest: &Nearest) -> Value {
    json!({
        "nearness": nearest.nearness.name(),
        "moved": nearest.allocation.moved,
        "change": nearest.allocation.change,
        "distance": nearest.allocation.distance,
        "tracking_error": nearest.tracking_error,
    })
}

/// What a hierarchical method was told; null where that does not concern it.
fn hierarchy(report: &Report, hierarchy: &Hierarchy) -> Value {
    let mut object = json!({
        "risk": hierarchy.risk.map(|(measure, _)| measure.name()),
        "confidence": hierarchy.risk.and_then(|(measure, confidence)| measure.level(confidence)),
        "codependence": hierarchy.codependence.map(CodependenceKind::name),
        "clusters": hierarchy.clusters,
        "division": hierarchy.division.map(Division::name),
        "gamma": hierarchy.gamma.map(|(_, kept)| kept),
    });
    if let Some((long, short)) = report.books() {
        object["books"] = json!({ "long": long, "short": short });
    }
    object
}

fn split(report: &Report, split: &Split, words: Option<&String>) -> Value {
    json!({
        "words": words,
        "left": names(report, &split.left),
        "right": names(report, &split.right),
        "risk_left": split.risk_left,
        "risk_right": split.risk_right,
        "share_left": split.share_left,
        "weight_left": split.weight_left,
        "weight_right": split.weight_right,
    })
}

/// A cluster that was formed; its risk is null where clusters are not weighed by one.
fn formed(report: &Report, formed: &Formed, words: Option<&String>) -> Value {
    let Formed { assets, weights, weight, risk } = formed;
    let named = assets.iter().zip(weights);
    let weights: Map<String, Value> =
        named.map(|(&asset, weight)| (report.names[asset].clone(), Value::from(*weight))).collect();
    json!({ "words": words, "weights": weights, "weight": weight, "risk": risk })
}

pub(super) fn names(report: &Report, assets: &[usize]) -> Value {
    assets.iter().map(|&asset| Value::from(report.names[asset].as_str())).collect()
}
