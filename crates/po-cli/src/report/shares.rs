//! Whose risk it is: the share of each asset, beside its budget.

use serde_json::{Map, Value, json};

use super::optimum::residual;
use super::{Report, percent};
use crate::args::Measure;
use crate::share::RiskShares;

impl RiskShares {
    /// What the risk is called.
    pub(super) fn name(&self) -> String {
        let name = match self.measure {
            Measure::Volatility => "volatility",
            Measure::Cvar => "conditional value at risk",
            Measure::Cdar => "conditional drawdown at risk",
            Measure::Mad => "mean absolute deviation",
            Measure::SemiDeviation => "semi-deviation",
            Measure::Evar => "entropic value at risk",
        };
        match self.confidence {
            Some(level) => format!("{name} at {} %", 100.0 * level),
            None => name.to_owned(),
        }
    }

    /// The cells of an asset: its budget, and how much of that it uses.
    pub(super) fn cells(&self, asset: usize) -> [String; 2] {
        let used = self.report.use_of_budget(asset).map_or("-".to_owned(), percent);
        [percent(self.report.budget[asset]), used]
    }
}

/// The line of the summary.
pub(super) fn summary(shares: &RiskShares) -> String {
    let (name, risk, distance) =
        (shares.name(), percent(shares.report.risk), residual(shares.report.residual()));
    format!("{name} {risk} per period: no asset's share of it is further from its budget than {distance}\n")
}

/// The key `risk_budget`.
pub(super) fn object(report: &Report, shares: &RiskShares) -> Value {
    let measure = match shares.measure {
        Measure::Volatility => "volatility",
        Measure::Cvar => "cvar",
        Measure::Cdar => "cdar",
        Measure::Mad => "mad",
        Measure::SemiDeviation => "semi-deviation",
        Measure::Evar => "evar",
    };
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
    json!({ "measure": measure, "confidence": shares.confidence, "risk": shares.report.risk, "assets": assets })
}
