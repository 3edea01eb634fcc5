//! What a little more room would do to an objective, in words.

use po_engine::convex::{Objective, Portfolio};

use super::brief;

/// Significant digits of a change.
const DIGITS: i32 = 2;

/// What an objective is called, and how its values are written.
pub(super) fn objective_name(objective: &Objective) -> &'static str {
    match objective {
        Objective::MinVariance | Objective::MinRisk { .. } => "variance",
        Objective::Utility { .. } => "utility",
        Objective::MaxReturn { .. } => "return",
        Objective::MaxSharpe { .. } => "Sharpe ratio",
        Objective::MaxDiversification => "diversification ratio",
        Objective::MaxDecorrelation => "variance of equally volatile assets",
        Objective::MinTrackingError => "tracking error",
        Objective::Robust { .. } => "utility at the worst means",
    }
}

/// What becomes of the portfolio when its objective changes by so much: `lower the volatility by 0.12 points, to 11.2 %`.
pub(super) fn effect(objective: &Objective, portfolio: &Portfolio, change: f64) -> String {
    let verb = |change: f64| if change < 0.0 { "lower" } else { "raise" };
    let name = objective_name(objective);
    match objective {
        Objective::MinVariance | Objective::MinRisk { .. } => {
            let before = portfolio.volatility();
            let after = (portfolio.variance + change).max(0.0).sqrt();
            let by = points(after - before);
            format!("{} the volatility by about {by}, to {}", verb(change), brief(after))
        }
        Objective::Utility { .. } | Objective::Robust { .. } => {
            format!("{} the {name} by about {} a year", verb(change), points(change))
        }
        Objective::MaxReturn { .. } | Objective::MinTrackingError => {
            let after = portfolio.objective + change;
            format!("{} the {name} by about {}, to {}", verb(change), points(change), brief(after))
        }
        _ => {
            let after = portfolio.objective + change;
            format!("{} the {name} by about {}, to {after:.4}", verb(change), significant(change.abs()))
        }
    }
}

/// A change of a fraction in percentage points.
pub(super) fn points(change: f64) -> String {
    format!("{} points", significant(100.0 * change.abs()))
}

/// A positive number with two significant digits, at most, and no exponent unless it is tiny.
pub(super) fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.abs().to_string();
    }
    let decimals = DIGITS - 1 - value.log10().floor() as i32;
    match usize::try_from(decimals.max(0)) {
        Ok(decimals) if decimals <= 6 => format!("{value:.decimals$}"),
        _ => format!("{value:.1e}"),
    }
}
