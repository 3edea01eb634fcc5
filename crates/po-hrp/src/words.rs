//! The words in which allocations explain themselves.

use po_core::{Risk, Universe};

use crate::measured;

/// How many of many assets are named; one more is named than left out alone.
const SHOWN: usize = 3;

/// How many of so many items are shown one by one.
fn shown(items: usize) -> usize {
    if items > SHOWN + 1 { SHOWN } else { items }
}

/// `AAPL, MSFT, XOM and 12 others`.
pub(crate) fn names(assets: &[usize], universe: &Universe) -> String {
    let named = assets.iter().take(shown(assets.len())).map(|&asset| universe.label(asset));
    let rest = assets.len() - shown(assets.len());
    listed(&named.chain((rest > 0).then(|| format!("{rest} others"))).collect::<Vec<String>>())
}

/// `AAPL 4 %, MSFT 3 %, XOM 2 % and the others 16 %`, with a verb before the numbers where it is wanted.
pub(crate) fn weighed(assets: &[usize], weights: &[f64], verb: &str, universe: &Universe) -> String {
    let shown = shown(assets.len());
    let mut parts: Vec<String> = assets
        .iter()
        .zip(weights)
        .take(shown)
        .map(|(&asset, weight)| format!("{}{verb} {}", universe.label(asset), percent(*weight)))
        .collect();
    if assets.len() > shown {
        let verb = if verb.is_empty() { "" } else { " have" };
        parts.push(format!("the others{verb} {}", percent(weights.iter().skip(shown).sum())));
    }
    listed(&parts)
}

/// `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => items.concat(),
    }
}

/// `an entropic value at risk (95 %)`.
pub(crate) fn a_risk(measure: Option<Risk>) -> String {
    let name = measured::name(measure);
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    match measure.and_then(level) {
        Some(level) => format!("{article} {name} ({})", percent(level)),
        None => format!("{article} {name}"),
    }
}

/// The confidence of a tail.
fn level(measure: Risk) -> Option<f64> {
    match measure {
        Risk::Var { confidence, .. }
        | Risk::Cvar { confidence }
        | Risk::TailGini { confidence }
        | Risk::Evar { confidence }
        | Risk::Rlvar { confidence, .. }
        | Risk::DrawdownAtRisk { confidence, .. }
        | Risk::Cdar { confidence, .. }
        | Risk::Edar { confidence, .. }
        | Risk::Rldar { confidence, .. } => Some(confidence.level()),
        _ => None,
    }
}

/// A fraction to a hundredth of a per cent.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{} %", trimmed(format!("{:.2}", 100.0 * fraction)))
}

/// A number to four figures.
pub(crate) fn figures(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-6..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let before = if size > 0.0 { size.log10().floor() as i32 } else { 0 };
    trimmed(format!("{value:.*}", usize::try_from(3 - before).unwrap_or_default()))
}

/// Without zeros at the end of the decimals; `text` may have none.
fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
