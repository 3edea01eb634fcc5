//! What an overlay changed, what it cost, and what it took off the losses.

use po_engine::Status;
use serde_json::{Map, Value, json};

use super::table::signed;
use super::{Report, brief, grid, percent, status_name};
use crate::overlay::Overlaid;

/// How many trades are shown without being asked.
const TRADES: usize = 10;

/// A trade below this is none.
const NO_TRADE: f64 = 1e-9;

/// How much more loss the price of the cap is told for.
const ROOM: f64 = 0.001;

/// The lines of the summary.
pub(super) fn summary(report: &Report, overlaid: &Overlaid) -> String {
    let (decision, level) = (&overlaid.decision, brief(overlaid.confidence.level()));
    let Overlaid { cap, scenarios, subject, .. } = overlaid;
    let before = percent(decision.cvar_before);
    let of = format!("{scenarios} scenarios: {subject}");
    let cap = brief(*cap);
    if decision.is_unchanged() {
        return format!(
            "overlay: conditional value at risk at {level} is {before} per period ({of}), within the cap of {cap}: nothing changes\n"
        );
    }
    let after = percent(decision.cvar_after);
    let mut text = format!(
        "overlay: conditional value at risk at {level} from {before} to {after} per period ({of}), by the smallest change that keeps the cap of {cap}\n"
    );
    let raised = overlaid.cash_raised();
    let cash = match () {
        () if raised > NO_TRADE => format!("{} goes into cash", percent(raised)),
        () if raised < -NO_TRADE => format!("{} more is invested", percent(-raised)),
        () => "none of it goes into cash".to_owned(),
    };
    text += &format!("the overlay turns over {} of capital; {cash}\n", percent(decision.turnover));
    let (higher, spared) =
        (brief(overlaid.cap + ROOM), percent((ROOM * decision.price).min(decision.turnover)));
    text += &format!("a cap of {higher} would spare about {spared} of that turnover\n");
    if report.solution.is_some() {
        text +=
            &format!("what follows is about the weights of {} before the overlay:\n", report.method.name());
    }
    text
}

/// The trades, those that take most off the loss first; all of them if `explain`.
pub(super) fn trades(report: &Report, overlaid: &Overlaid, explain: bool) -> Option<String> {
    let decision = &overlaid.decision;
    let mut traded: Vec<usize> =
        (0..decision.trades.len()).filter(|&asset| decision.trades[asset].abs() > NO_TRADE).collect();
    if traded.is_empty() {
        return None;
    }
    traded.sort_by(|&a, &b| decision.reductions[b].total_cmp(&decision.reductions[a]));
    let shown = if explain || traded.len() == TRADES + 1 { traded.len() } else { TRADES };
    let (before, after) = (overlaid.before.as_slice(), decision.solution.weights.as_slice());
    let rows = traded.iter().take(shown).map(|&asset| {
        vec![
            report.names[asset].clone(),
            percent(before[asset]),
            percent(after[asset]),
            signed(decision.trades[asset]),
            percent(decision.reductions[asset]),
        ]
    });
    let header = ["asset", "before", "after", "trade", "takes off the loss"];
    let mut text = "What the overlay changes:\n".to_owned();
    text += &grid(&header, |column| column == 0, rows);
    if let more @ 1.. = traded.len().saturating_sub(shown) {
        text += &format!("and {more} more (--explain tells each)\n");
    }
    Some(text)
}

/// The warning of a search that did not end well.
pub(super) fn warning(overlaid: &Overlaid) -> Option<String> {
    let status = overlaid.decision.solution.status;
    (status != Status::Converged).then(|| {
        format!(
            "the search of the overlay ended before its tolerances were met ({}): judge it by the loss after",
            status_name(status)
        )
    })
}

/// The key `overlay`.
pub(super) fn object(report: &Report, overlaid: &Overlaid) -> Value {
    let decision = &overlaid.decision;
    let named = |values: &[f64]| -> Map<String, Value> {
        report.names.iter().cloned().zip(values.iter().map(|value| Value::from(*value))).collect()
    };
    json!({
        "measure": "cvar",
        "cap": overlaid.cap,
        "confidence": overlaid.confidence.level(),
        "scenarios": overlaid.scenarios,
        "subject": overlaid.subject,
        "changed": !decision.is_unchanged(),
        "cvar_before": decision.cvar_before,
        "cvar_after": decision.cvar_after,
        "turnover": decision.turnover,
        "cash_raised": overlaid.cash_raised(),
        "price": decision.price,
        "tail_scenarios": decision.tail.len(),
        "before": named(overlaid.before.as_slice()),
        "trades": named(&decision.trades),
        "reductions": named(&decision.reductions),
        "gap": decision.solution.certificate.gap,
        "status": status_name(decision.solution.status),
    })
}
