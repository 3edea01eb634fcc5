//! The frontier as a table, as JSON and as CSV.

use po_engine::Certificate;
use po_engine::convex::Portfolio;
use serde_json::{Map, Value, json};

use super::{Frontier, net};
use crate::data::show_date;
use crate::error::Error;
use crate::report::{csv_row, grid, percent, residual};

/// How many weights stand beside a point, and beside the two that are named.
const BESIDE: usize = 3;
const NAMED: usize = 8;

pub(super) fn table(frontier: &Frontier) -> String {
    let row = |portfolio: &Portfolio| {
        vec![
            percent(portfolio.volatility()),
            percent(net(portfolio)),
            ratio(frontier.sharpe(portfolio)),
            weights(frontier, portfolio, BESIDE),
        ]
    };
    let header = ["volatility", "return", "Sharpe ratio", "largest weights"];
    let mut text = grid(&header, |column| column == 3, frontier.points.iter().map(row));
    let mut named = |what: &str, portfolio: &Portfolio| {
        text += &format!(
            "\n{what}: volatility {}, return {}, Sharpe ratio {}\n  {}\n",
            percent(portfolio.volatility()),
            percent(net(portfolio)),
            ratio(frontier.sharpe(portfolio)),
            weights(frontier, portfolio, NAMED)
        );
    };
    if let Some(safest) = frontier.points.first() {
        named("least variance", safest);
    }
    if let Some(tangency) = &frontier.tangency {
        named("greatest Sharpe ratio", tangency);
    }
    let worst = worst(&frontier.points);
    text += &format!(
        "\nfrontier: {}\nall figures are annual ({}); expected returns: {}\n\
         residuals of all points at most: primal {}, dual {}, complementarity {}, gap {}\n",
        subject(frontier),
        frontier.calendar,
        frontier.basis.words(),
        residual(worst.primal_residual),
        residual(worst.dual_residual),
        residual(worst.complementarity),
        residual(worst.gap)
    );
    text
}

/// What the frontier was traced from.
pub(super) fn subject(frontier: &Frontier) -> String {
    let (assets, (first, last)) = (frontier.names.len(), frontier.span);
    let noun = if assets == 1 { "asset" } else { "assets" };
    format!(
        "{assets} {noun}, {} observations from {} to {}",
        frontier.observations,
        show_date(first),
        show_date(last)
    )
}

pub(super) fn ratio(sharpe: Option<f64>) -> String {
    sharpe.map_or("-".to_owned(), |sharpe| format!("{sharpe:.2}"))
}

/// `AAPL 12.3 %, MSFT 8.1 % +5`
pub(super) fn weights(frontier: &Frontier, portfolio: &Portfolio, most: usize) -> String {
    let (held, more) = frontier.heaviest(portfolio, most);
    let one = |(asset, weight): &(usize, f64)| format!("{} {:.1} %", frontier.names[*asset], 100.0 * weight);
    let shown = held.iter().map(one).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} +{more}") }
}

pub(super) fn csv(frontier: &Frontier) -> Result<String, Error> {
    let names = frontier.names.iter().map(String::as_str);
    let mut text = csv_row(["volatility", "return", "sharpe"].into_iter().chain(names))?;
    for portfolio in &frontier.points {
        let sharpe = frontier.sharpe(portfolio).map_or(String::new(), |sharpe| sharpe.to_string());
        let mut cells = vec![portfolio.volatility().to_string(), net(portfolio).to_string(), sharpe];
        cells.extend(portfolio.solution.weights.as_slice().iter().map(f64::to_string));
        text += &csv_row(cells.iter().map(String::as_str))?;
    }
    Ok(text)
}

pub(super) fn json(frontier: &Frontier) -> Result<String, Error> {
    let point = |portfolio: &Portfolio| {
        let weights = frontier.names.iter().zip(portfolio.solution.weights.as_slice());
        let weights: Map<String, Value> =
            weights.map(|(name, weight)| (name.clone(), Value::from(*weight))).collect();
        json!({
            "volatility": portfolio.volatility(),
            "return": net(portfolio),
            "sharpe": frontier.sharpe(portfolio),
            "weights": weights,
        })
    };
    let universe = frontier.names.iter().zip(&frontier.assets);
    let universe: Map<String, Value> = universe
        .map(|(name, (volatility, mean))| (name.clone(), json!({ "volatility": volatility, "return": mean })))
        .collect();
    let worst = worst(&frontier.points);
    let object = json!({
        "assets": frontier.names.len(),
        "observations": frontier.observations,
        "first": show_date(frontier.span.0),
        "last": show_date(frontier.span.1),
        "periods_per_year": frontier.calendar.periods_per_year,
        "expected_returns": frontier.basis.key(),
        "risk_free": frontier.risk_free,
        "points": frontier.points.iter().map(point).collect::<Vec<_>>(),
        "minimum_variance": frontier.points.first().map(point),
        "maximum_sharpe": frontier.tangency.as_ref().map(point),
        "universe": universe,
        "certificate": {
            "primal_residual": worst.primal_residual,
            "dual_residual": worst.dual_residual,
            "complementarity": worst.complementarity,
            "gap": worst.gap,
        },
        "warnings": frontier.warnings,
    });
    let text = serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
    Ok(text + "\n")
}

/// The greatest residuals of all points.
fn worst(points: &[Portfolio]) -> Certificate {
    let all = points.iter().map(|point| &point.solution.certificate);
    all.fold(Certificate::default(), |worst, own| Certificate {
        primal_residual: worst.primal_residual.max(own.primal_residual),
        dual_residual: worst.dual_residual.max(own.dual_residual),
        complementarity: worst.complementarity.max(own.complementarity),
        gap: worst.gap.max(own.gap.abs()),
    })
}
