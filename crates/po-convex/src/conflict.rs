//! Why a request is infeasible: constraints that contradict each other, and the nearest request that is feasible.

use std::fmt;

use po_core::Universe;

/// A constraint of a programme, by what the user calls it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Constraint {
    /// The lower bound of an asset.
    LowerBound {
        /// The asset.
        asset: usize,
        /// The bound.
        bound: f64,
    },
    /// The upper bound of an asset.
    UpperBound {
        /// The asset.
        asset: usize,
        /// The bound.
        bound: f64,
    },
    /// A labelled row, or a labelled limit on absolute values, with the side that binds.
    Row {
        /// Its label.
        label: String,
        /// The side that binds: a limit from below or from above.
        side: Side,
        /// The limit.
        limit: f64,
    },
}

/// The side on which a constraint binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Side {
    /// At least.
    Lower,
    /// At most.
    Upper,
}

/// By how much a constraint would have to give.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Violation {
    /// The constraint.
    pub constraint: Constraint,
    /// The amount, in the units of its limit.
    pub amount: f64,
}

/// Constraints that no weights satisfy at once, and how little it would take to be feasible.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Conflict {
    /// An irreducible set: without any one of them, the others can be satisfied.
    pub constraints: Vec<Constraint>,
    /// The relaxation of least total amount; among several such, of inequalities rather than equations.
    pub relaxation: Vec<Violation>,
}

/// This many limits, assets and changes are told; the others are counted.
const LIMITS: usize = 5;
const ASSETS: usize = 3;
const CHANGES: usize = 3;

/// Digits of a limit: the user's own number, of which few are longer.
const LIMIT_DIGITS: usize = 10;

/// Digits of an amount.
const AMOUNT_DIGITS: usize = 4;

/// What rounding may have added to an amount.
const NOISE: f64 = 1e-12;

impl Conflict {
    /// The message with the names of `universe` in place of indices.
    ///
    /// # Examples
    /// ```
    /// use po_convex::{Conflict, Constraint, Side, Violation};
    /// use po_core::Universe;
    ///
    /// let budget = Constraint::Row { label: "budget".into(), side: Side::Lower, limit: 1.0 };
    /// let bound = |asset| Constraint::UpperBound { asset, bound: 0.4 };
    /// let conflict = Conflict {
    ///     constraints: vec![budget.clone(), bound(0), bound(1)],
    ///     relaxation: vec![Violation { constraint: budget, amount: 0.2 }],
    /// };
    /// assert_eq!(
    ///     conflict.named(&Universe::new(["AAPL", "MSFT"])?),
    ///     "no portfolio satisfies \"budget\" (at least 1) and the upper bounds of AAPL and MSFT (at most 0.4) at \
    ///      once; nearest: lower \"budget\" by 0.2 to 0.8",
    /// );
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    #[must_use]
    pub fn named(&self, universe: &Universe) -> String {
        self.text(&|asset| universe.label(asset))
    }

    fn text(&self, label: &dyn Fn(usize) -> String) -> String {
        let rows: Vec<String> = self.constraints.iter().filter_map(Constraint::row).collect();
        let mut parts = counted(rows, LIMITS, "limits");
        parts.extend(bounds(&self.constraints, Side::Lower, label));
        parts.extend(bounds(&self.constraints, Side::Upper, label));
        let changes = self.relaxation.iter().map(|violation| violation.text(label)).collect();
        let changes = list(&counted(changes, CHANGES, "changes"));
        let at_once = if parts.len() > 1 { " at once" } else { "" };
        let nearest = if changes.is_empty() { "" } else { "; nearest: " };
        format!("no portfolio satisfies {}{at_once}{nearest}{changes}", list(&parts))
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&|asset| format!("asset {asset}")))
    }
}

impl Constraint {
    /// The limit.
    #[must_use]
    pub fn limit(&self) -> f64 {
        match self {
            Self::LowerBound { bound, .. } | Self::UpperBound { bound, .. } => *bound,
            Self::Row { limit, .. } => *limit,
        }
    }

    /// Whether it limits from below or from above.
    #[must_use]
    pub fn side(&self) -> Side {
        match self {
            Self::LowerBound { .. } => Side::Lower,
            Self::UpperBound { .. } => Side::Upper,
            Self::Row { side, .. } => *side,
        }
    }

    fn row(&self) -> Option<String> {
        match self {
            // A constraint in words tells its own limit.
            Self::Row { label, .. } if label.contains(['<', '=', '>']) => Some(format!("{label:?}")),
            Self::Row { label, side, limit } => Some(format!("{label:?} ({})", side.of(*limit))),
            Self::LowerBound { .. } | Self::UpperBound { .. } => None,
        }
    }

    fn bounded(&self) -> Option<(usize, f64, Side)> {
        match *self {
            Self::LowerBound { asset, bound } => Some((asset, bound, Side::Lower)),
            Self::UpperBound { asset, bound } => Some((asset, bound, Side::Upper)),
            Self::Row { .. } => None,
        }
    }
}

impl Side {
    fn of(self, limit: f64) -> String {
        let words = match self {
            Self::Lower => "at least",
            Self::Upper => "at most",
        };
        format!("{words} {}", rounded(limit, LIMIT_DIGITS))
    }
}

impl Violation {
    fn text(&self, label: &dyn Fn(usize) -> String) -> String {
        let (verb, sign) = match self.constraint.side() {
            Side::Lower => ("lower", -1.0),
            Side::Upper => ("raise", 1.0),
        };
        let what = match &self.constraint {
            Constraint::Row { label, .. } => format!("{label:?}"),
            Constraint::LowerBound { asset, .. } => format!("the lower bound of {}", label(*asset)),
            Constraint::UpperBound { asset, .. } => format!("the upper bound of {}", label(*asset)),
        };
        let amount = rounded_up(self.amount);
        let limit = self.constraint.limit() + sign * amount;
        // Of a limit and an amount that cancel, only rounding is left.
        let limit = if limit.abs() < NOISE * amount { 0.0 } else { limit };
        format!("{verb} {what} by {} to {}", rounded(amount, AMOUNT_DIGITS), rounded(limit, LIMIT_DIGITS))
    }
}

/// An amount to the digits that are told, upwards: whoever follows the advice must not meet it again.
fn rounded_up(amount: f64) -> f64 {
    let digit = 10f64.powf(amount.log10().floor() + 1.0 - AMOUNT_DIGITS as f64);
    let up = ((amount - NOISE) / digit).ceil() * digit;
    if up > 0.0 && up.is_finite() { up } else { amount }
}

/// The bounds on one side, as one phrase.
fn bounds(constraints: &[Constraint], side: Side, label: &dyn Fn(usize) -> String) -> Option<String> {
    let bounds: Vec<(usize, f64, Side)> =
        constraints.iter().filter_map(Constraint::bounded).filter(|bound| bound.2 == side).collect();
    let &(_, first, _) = bounds.first()?;
    let name = match side {
        Side::Lower => "lower",
        Side::Upper => "upper",
    };
    let plural = if bounds.len() == 1 { "" } else { "s" };
    #[expect(clippy::float_cmp, reason = "one number given to many assets, or not")]
    let common = bounds.iter().all(|bound| bound.1 == first);
    let one = |&(asset, bound, _): &(usize, f64, Side)| {
        if common { label(asset) } else { format!("{} ({})", label(asset), side.of(bound)) }
    };
    let names = counted(bounds.iter().map(one).collect(), ASSETS, "assets");
    let limit = if common { format!(" ({})", side.of(first)) } else { String::new() };
    Some(format!("the {name} bound{plural} of {}{limit}", list(&names)))
}

/// The first items, and how many more there are; one more is told, as counting it would be no shorter.
fn counted(mut items: Vec<String>, most: usize, noun: &str) -> Vec<String> {
    let others = items.len().saturating_sub(most);
    if others > 1 {
        items.truncate(most);
        items.push(format!("{others} other {noun}"));
    }
    items
}

/// `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A number to so many digits, without the zeros at its end.
fn rounded(value: f64, digits: usize) -> String {
    let printed = format!("{value:.*e}", digits - 1);
    let value: f64 = printed.parse().unwrap_or(value);
    let plain = value == 0.0 || (1e-5..1e15).contains(&value.abs());
    if plain { format!("{value}") } else { format!("{value:e}") }
}
