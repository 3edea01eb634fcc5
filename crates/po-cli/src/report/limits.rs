//! The constraints of an optimum: what they allow, what is used of it, and what they cost.

use po_engine::convex::{Constraint, Constraints, Net, ShadowPrice, Side};
use po_engine::risk_budget::Obstacle;
use po_engine::tail::TailMeasure;
use serde_json::{Value, json};

use super::effect::{effect, significant};
use super::refusal::named;
use super::table::wanted;
use super::{Report, brief, grid, percent};
use crate::cvar::TailOptimum;
use crate::error::BUDGET;
use crate::nearest::Nearest;
use crate::optimise::Optimum;
use crate::share::Limited;

/// How many limits, and how many bounds, are told without being asked.
const LIMITS: usize = 5;
const BOUNDS: usize = 3;

/// Beyond this many constraints, the table shows those that bind.
const ROWS: usize = 24;

/// How much room a shadow price is told for: of weights, and of limits on risk and return.
const ROOM: f64 = 0.01;
const ROOM_OF_RISK: f64 = 0.001;

/// A change smaller than this, for the room it is told for, is no news.
const NEWS: f64 = 1e-12;

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

/// The constraints of a report, and the tracking error where there is a benchmark.
fn limits(report: &Report) -> Option<(&Constraints, Option<f64>)> {
    let optimum = report.optimum.as_ref();
    let optimum = optimum.map(|optimum| (&optimum.constraints, optimum.portfolio.tracking_error));
    let limited = report.shares.as_ref().and_then(|shares| shares.limited.as_ref());
    let limited = limited.map(|limited| &limited.constraints);
    let nearest = report.nearest.as_ref().map(|nearest| (&nearest.constraints, nearest.tracking_error));
    let tail = report.tail.as_ref().map(|tail| (&tail.constraints, None));
    optimum.or(tail).or(limited.map(|limited| (limited, None))).or(nearest)
}

/// The limits on sums of weights, and those on the whole.
fn lines(report: &Report) -> Vec<Line> {
    let Some((constraints, tracking)) = limits(report) else { return Vec::new() };
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
    most("tracking-error", tracking.unwrap_or(0.0), constraints.tracking_error);
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
pub(super) fn constraints(report: &Report) -> Option<String> {
    let lines = lines(report);
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
    let effect =
        |price: &ShadowPrice, step: f64| effect(&optimum.objective, &optimum.portfolio, step * price.value);
    let told = optimum.portfolio.shadow_prices();
    let told = told.iter().filter(|price| price.value.is_finite());
    let told = told.map(|price| {
        (&price.constraint, price.value, sentence(report, &price.constraint, |step| effect(price, step)))
    });
    listed(told, &optimum.constraints, explain).map(|text| {
        format!("What holds the portfolio back, limits before bounds, the most costly first:\n{text}")
    })
}

/// The same for an optimiser of tail risk.
pub(super) fn tail_costs(report: &Report, tail: &TailOptimum, explain: bool) -> Option<String> {
    let told = tail.prices.iter().filter(|price| price.value.is_finite());
    let told = told.map(|price| {
        let sentence = sentence(report, &price.constraint, |step| tail.effect(step * price.value));
        (&price.constraint, price.value, sentence)
    });
    listed(told, &tail.constraints, explain).map(|text| {
        format!("What holds the portfolio back, limits before bounds, the most costly first:\n{text}")
    })
}

/// What stands between a risk budget and its portfolio, the most costly first; all of it if `explain`.
pub(super) fn obstacles(report: &Report, limited: &Limited, explain: bool) -> Option<String> {
    let told = limited.obstacles.iter().map(|obstacle| {
        let sentence = sentence(report, &obstacle.constraint, |step| shares_nearer(limited, obstacle, step));
        (&obstacle.constraint, obstacle.price, sentence)
    });
    listed(told, &limited.constraints, explain).map(|text| {
        format!("What keeps the budget from being met, limits before bounds, the most costly first:\n{text}")
    })
}

/// What keeps weights from being those of the method, the most costly first; all of it if `explain`.
pub(super) fn pulls(report: &Report, nearest: &Nearest, explain: bool) -> Option<String> {
    let told = nearest.allocation.shadow_prices();
    let told = told.iter().filter(|price| price.value.is_finite());
    let told = told.map(|price| (&price.constraint, price.value, pull(report, nearest, price)));
    let method = wanted(report);
    listed(told, &nearest.constraints, explain).map(|text| {
        format!("What keeps the weights from being those of {method} alone, limits before bounds, the most costly first:\n{text}")
    })
}

fn pull(report: &Report, nearest: &Nearest, price: &ShadowPrice) -> String {
    let distance = nearest.allocation.distance;
    sentence(report, &price.constraint, |step| {
        // Half the square has the price.
        let by = fallen(distance, 2.0 * (step * price.value).abs());
        let (by, distance) = (significant(by), significant(distance));
        format!("bring the weights nearer to them, by about {by} of a distance of {distance}")
    })
}

/// What a step of a limit does to the distance of the shares from their budgets, whose square has the price.
fn shares_nearer(limited: &Limited, obstacle: &Obstacle, step: f64) -> String {
    let by = fallen(limited.distance, obstacle.price * step.abs());
    format!("bring the shares about {} points nearer to the budget", significant(100.0 * by))
}

/// By how much a distance falls when its square falls by `change`.
fn fallen(distance: f64, change: f64) -> f64 {
    distance - (distance * distance - change).max(0.0).sqrt()
}

/// The first of the sentences on limits, and then of those on bounds, each list by falling price.
fn listed<'a>(
    told: impl Iterator<Item = (&'a Constraint, f64, String)>,
    constraints: &Constraints,
    explain: bool,
) -> Option<String> {
    // That less capital has less risk is no news, unless the user has limited how much is invested.
    let invested = constraints.budget == Net::default();
    let told = told.filter(|(constraint, price, _)| {
        price.abs() * ROOM_OF_RISK > NEWS && !(invested && is_budget(constraint))
    });
    let (mut limits, mut bounds): (Vec<_>, Vec<_>) =
        told.partition(|(constraint, ..)| matches!(constraint, Constraint::Row { .. }));
    let mut text = String::new();
    for (list, shown, noun) in [(&mut limits, LIMITS, "limit"), (&mut bounds, BOUNDS, "bound")] {
        list.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let shown = if explain || list.len() == shown + 1 { list.len() } else { shown };
        for (.., sentence) in list.iter().take(shown) {
            text += &format!("  {sentence}\n");
        }
        match list.len().saturating_sub(shown) {
            0 => {}
            more => text += &format!("  and {more} more {noun}s (--explain tells each)\n"),
        }
    }
    Some(text).filter(|text| !text.is_empty())
}

/// `relaxing "Technology <= 30%" from 30 % to 31 % would lower the volatility by about 0.12 points, to 11.2 %`
fn sentence(report: &Report, constraint: &Constraint, effect: impl Fn(f64) -> String) -> String {
    let (limit, side) = (constraint.limit(), constraint.side());
    let (what, room) = match constraint {
        constraint if is_budget(constraint) => (BUDGET.to_owned(), ROOM),
        Constraint::Row { label, .. } if label == "target return" => (format!("the {label}"), ROOM_OF_RISK),
        Constraint::Row { label, .. } if OF_RISK.contains(&label.as_str()) => {
            (format!("the limit on the {label}"), ROOM_OF_RISK)
        }
        Constraint::Row { label, .. } if TailMeasure::ALL.iter().any(|measure| measure.name() == label) => {
            ("the limit on the risk".to_owned(), ROOM_OF_RISK)
        }
        Constraint::Row { label, .. } if OF_TRADES.contains(&label.as_str()) => {
            (format!("the limit on {label}"), ROOM)
        }
        Constraint::Row { label, .. } => (format!("{label:?}"), ROOM),
        Constraint::LowerBound { asset, .. } => {
            (format!("the least weight of {}", report.names[*asset]), ROOM)
        }
        Constraint::UpperBound { asset, .. } => {
            let left_out =
                if is_left_out(report, *asset, limit) { ", which the search left out," } else { "" };
            (format!("the greatest weight of {}{left_out}", report.names[*asset]), ROOM)
        }
    };
    let step = if side == Side::Lower { -room } else { room };
    format!("relaxing {what} from {} to {} would {}", brief(limit), brief(limit + step), effect(step))
}

/// Whether no bound of the user's, but a search among which assets to hold, allows an asset no weight.
fn is_left_out(report: &Report, asset: usize, limit: f64) -> bool {
    limits(report).is_some_and(|(constraints, _)| {
        let most = constraints.bounds.as_ref().map_or(1.0, |bounds| bounds.upper()[asset]);
        limit == 0.0 && most > 0.0
    })
}

fn is_budget(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::Row { label, .. } if label == "budget")
}

/// The constraints for programs.
pub(super) fn constraints_json(report: &Report) -> Value {
    let limit = |limit: f64| if limit.is_finite() { Value::from(limit) } else { Value::Null };
    let line = |line: Line| {
        let (min, max, binds) = (limit(line.lower), limit(line.upper), line.binds());
        json!({ "constraint": line.label, "value": line.value, "min": min, "max": max, "binds": binds })
    };
    lines(report).into_iter().map(line).collect()
}

/// The shadow prices for programs, each with its sentence.
pub(super) fn costs_json(report: &Report, optimum: &Optimum) -> Value {
    let price = |price: &ShadowPrice| {
        let effect = |step: f64| effect(&optimum.objective, &optimum.portfolio, step * price.value);
        priced(report, &price.constraint, price.value, sentence(report, &price.constraint, effect))
    };
    optimum.portfolio.shadow_prices().iter().filter(|price| price.value.is_finite()).map(price).collect()
}

/// The same for an optimiser of tail risk.
pub(super) fn tail_costs_json(report: &Report, tail: &TailOptimum) -> Value {
    let price = |price: &ShadowPrice| {
        let sentence = sentence(report, &price.constraint, |step| tail.effect(step * price.value));
        priced(report, &price.constraint, price.value, sentence)
    };
    tail.prices.iter().filter(|price| price.value.is_finite()).map(price).collect()
}

/// The obstacles of a risk budget for programs, each with its sentence.
pub(super) fn obstacles_json(report: &Report, limited: &Limited) -> Value {
    let price = |obstacle: &Obstacle| {
        let sentence = sentence(report, &obstacle.constraint, |step| shares_nearer(limited, obstacle, step));
        priced(report, &obstacle.constraint, obstacle.price, sentence)
    };
    limited.obstacles.iter().map(price).collect()
}

/// The shadow prices of the distance from a method's weights for programs, each with its sentence.
pub(super) fn pulls_json(report: &Report, nearest: &Nearest) -> Value {
    let priced =
        |price: &ShadowPrice| priced(report, &price.constraint, price.value, pull(report, nearest, price));
    nearest.allocation.shadow_prices().iter().filter(|price| price.value.is_finite()).map(priced).collect()
}

fn priced(report: &Report, constraint: &Constraint, price: f64, meaning: String) -> Value {
    let mut object = named(constraint, &|asset| report.names[asset].clone());
    object.insert("price".to_owned(), price.into());
    object.insert("meaning".to_owned(), meaning.into());
    Value::Object(object)
}
