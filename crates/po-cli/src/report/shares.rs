//! Whose risk it is: the share of each asset, beside its budget.

use serde_json::{Map, Value, json};

use super::limits::obstacles_json;
use super::optimum::residual;
use super::{Report, percent};
use crate::share::RiskShares;

impl RiskShares {
    /// The cells of an asset: its budget, and how much of that it uses.
    pub(super) fn cells(&self, asset: usize) -> [String; 2] {
        let used = self.report.use_of_budget(asset).map_or("-".to_owned(), percent);
        [percent(self.report.budget[asset]), used]
    }
}

/// The line of the summary.
pub(super) fn summary(shares: &RiskShares) -> String {
    let (name, risk) = (shares.measure.in_words(shares.confidence), percent(shares.report.risk));
    match &shares.limited {
        Some(limited) if !limited.is_met => format!(
            "{name} {risk} per period: within the constraints, shares of it miss their budgets by {} (root of the sum of squares)\n",
            percent(limited.distance)
        ),
        _ => {
            let distance = residual(shares.report.residual());
            format!(
                "{name} {risk} per period: no asset's share of it is further from its budget than {distance}\n"
            )
        }
    }
}

/// The key `risk_budget`.
pub(super) fn object(report: &Report, shares: &RiskShares) -> Value {
    let asset = |(asset, name): (usize, &String)| {
        let value = json!({
            "share": shares.report.share[asset],
            "budget": shares.report.budget[asset],
            "use": shares.report.use_of_budget(asset),
            "marginal": shares.report.marginal[asset],
        });
        (name.clone(), value)
    };
    let assets: Map<String, Value> = report.names.iter().enumerate().map(asset).collect();
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("measure", shares.measure.name().into());
    put("confidence", shares.measure.level(shares.confidence).into());
    put("risk", shares.report.risk.into());
    put("assets", assets.into());
    if let Some(limited) = &shares.limited {
        put("met", limited.is_met.into());
        put("distance", limited.distance.into());
        put("obstacles", obstacles_json(report, limited));
    }
    object.into()
}
