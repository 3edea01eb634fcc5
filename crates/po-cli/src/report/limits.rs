//! The constraints of an optimum: what they allow, what is used of it, and what they cost.

use po_engine::convex::{Constraint, Net, ShadowPrice, Side};
use serde_json::{Value, json};

use super::effect::effect;
use super::refusal::named;
use super::{Report, brief, grid, percent};
use crate::error::BUDGET;
use crate::optimise::Optimum;

/// How many limits, and how many bounds, are told without being asked.
const LIMITS: usize = 5;
const BOUNDS: usize = 3;

/// Beyond this many constraints, the table shows those that bind.
const ROWS: usize = 24;

/// How much room a shadow price is told for: of weights, and of limits on risk and return.
const ROOM: f64 = 0.01;
const ROOM_OF_RISK: f64 = 0.001;

/// A value this near to its limit has reached it.
const REACHED: f64 = 1e-9;

/// What the optimiser calls limits that no line of text stands for.
const OF_RISK: [&str; 2] = ["volatility", "tracking error"];
const OF_TRADES: [&str; 2] = ["turnover", "gross"];

/// One constraint: its name, its value, and what that may be.
struct Line {
    label: String,
    value: f64,
    lower: f64,
    upper: f64,
}

/// The limits on sums of weights, and those on the whole.
fn lines(report: &Report, optimum: &Optimum) -> Vec<Line> {
    let constraints = &optimum.constraints;
    let weights = report.weights.as_slice();
    let mut lines: Vec<Line> = constraints
        .linear
        .iter()
        .map(|linear| {
            let value = linear.terms().iter().map(|&(asset, coefficient)| coefficient * weights[asset]).sum();
            let (label, lower, upper) = (linear.label().to_owned(), linear.lower(), linear.upper());
            Line { label, value, lower, upper }
        })
        .collect();
    let mut most = |label: &str, value: f64, upper: Option<f64>| {
        if let Some(upper) = upper {
            lines.push(Line { label: label.to_owned(), value, lower: f64::NEG_INFINITY, upper });
        }
    };
    most("gross", weights.iter().map(|weight| weight.abs()).sum(), constraints.gross);
    most("turnover", report.turnover().unwrap_or(0.0), constraints.turnover);
    let tracking = optimum.portfolio.tracking_error.unwrap_or(0.0);
    most("tracking-error", tracking, constraints.tracking_error);
    lines
}

impl Line {
    fn binds(&self) -> bool {
        (self.value - self.lower).abs() <= REACHED || (self.value - self.upper).abs() <= REACHED
    }

    fn row(&self) -> Vec<String> {
        let limit = |limit: f64| if limit.is_finite() { percent(limit) } else { "-".to_owned() };
        let reached = if self.binds() { "yes" } else { "no" };
        vec![
            self.label.clone(),
            percent(self.value),
            limit(self.lower),
            limit(self.upper),
            reached.to_owned(),
        ]
    }
}

/// The table of constraints, if there are any.
pub(super) fn constraints(report: &Report, optimum: &Optimum) -> Option<String> {
    let lines = lines(report, optimum);
    if lines.is_empty() {
        return None;
    }
    let header = ["constraint", "value", "least", "most", "binds"];
    if lines.len() <= ROWS {
        return Some(grid(&header, |column| column == 0, lines.iter().map(Line::row)));
    }
    let binding: Vec<&Line> = lines.iter().filter(|line| line.binds()).collect();
    let others = lines.len() - binding.len();
    Some(
        grid(&header, |column| column == 0, binding.into_iter().map(Line::row))
            + &format!("and {others} that do not bind\n"),
    )
}

/// What holds the portfolio back, the most costly first; all of it if `explain`.
pub(super) fn costs(report: &Report, optimum: &Optimum, explain: bool) -> Option<String> {
    let prices = optimum.portfolio.shadow_prices();
    let (mut bounds, mut limits): (Vec<&ShadowPrice>, Vec<&ShadowPrice>) =
        prices.iter().partition(|price| !matches!(price.constraint, Constraint::Row { .. }));
    // That less capital has less risk is no news, unless the user has limited how much is invested.
    let invested = optimum.constraints.budget == Net::default();
    limits.retain(|price| !(invested && is_budget(&price.constraint)));
    for list in [&mut bounds, &mut limits] {
        list.retain(|price| price.value.is_finite());
        list.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    }
    if bounds.is_empty() && limits.is_empty() {
        return None;
    }
    let mut text = "What holds the portfolio back, the most costly first:\n".to_owned();
    for (list, shown, noun) in [(&limits, LIMITS, "limit"), (&bounds, BOUNDS, "bound")] {
        let shown = if explain || list.len() == shown + 1 { list.len() } else { shown };
        for price in list.iter().take(shown) {
            text += &format!("  {}\n", sentence(report, optimum, price));
        }
        match list.len().saturating_sub(shown) {
            0 => {}
            more => text += &format!("  and {more} more {noun}s (--explain tells each)\n"),
        }
    }
    Some(text)
}

/// `relaxing "Technology <= 30%" to 31 % would lower the volatility by 0.12 points, to 11.20 %`
fn sentence(report: &Report, optimum: &Optimum, price: &ShadowPrice) -> String {
    let (limit, side) = (price.constraint.limit(), price.constraint.side());
    let (what, room) = match &price.constraint {
        constraint if is_budget(constraint) => (BUDGET.to_owned(), ROOM),
        Constraint::Row { label, .. } if label == "target return" => (format!("the {label}"), ROOM_OF_RISK),
        Constraint::Row { label, .. } if OF_RISK.contains(&label.as_str()) => {
            (format!("the limit on the {label}"), ROOM_OF_RISK)
        }
        Constraint::Row { label, .. } if OF_TRADES.contains(&label.as_str()) => {
            (format!("the limit on {label}"), ROOM)
        }
        Constraint::Row { label, .. } => (format!("{label:?}"), ROOM),
        Constraint::LowerBound { asset, .. } => {
            (format!("the least weight of {}", report.names[*asset]), ROOM)
        }
        Constraint::UpperBound { asset, .. } => {
            (format!("the greatest weight of {}", report.names[*asset]), ROOM)
        }
    };
    let step = if side == Side::Lower { -room } else { room };
    let effect = effect(&optimum.objective, &optimum.portfolio, step * price.value);
    format!("relaxing {what} from {} to {} would {effect}", brief(limit), brief(limit + step))
}

fn is_budget(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::Row { label, .. } if label == "budget")
}

/// The constraints for programs.
pub(super) fn constraints_json(report: &Report, optimum: &Optimum) -> Value {
    let limit = |limit: f64| if limit.is_finite() { Value::from(limit) } else { Value::Null };
    let line = |line: Line| {
        let (min, max, binds) = (limit(line.lower), limit(line.upper), line.binds());
        json!({ "constraint": line.label, "value": line.value, "min": min, "max": max, "binds": binds })
    };
    lines(report, optimum).into_iter().map(line).collect()
}

/// The shadow prices for programs, each with its sentence.
pub(super) fn costs_json(report: &Report, optimum: &Optimum) -> Value {
    let price = |price: &ShadowPrice| {
        let mut object = named(&price.constraint, &|asset| report.names[asset].clone());
        object.insert("price".to_owned(), price.value.into());
        object.insert("meaning".to_owned(), sentence(report, optimum, price).into());
        Value::Object(object)
    };
    optimum.portfolio.shadow_prices().iter().filter(|price| price.value.is_finite()).map(price).collect()
}
