//! Whose risk it is: the share of each asset, beside its budget.

use serde_json::{Map, Value, json};

use super::limits::obstacles_json;
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
    let (name, risk) = (shares.name(), percent(shares.report.risk));
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
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("measure", measure.into());
    put("confidence", shares.confidence.into());
    put("risk", shares.report.risk.into());
    put("assets", assets.into());
    if let Some(limited) = &shares.limited {
        put("met", limited.is_met.into());
        put("distance", limited.distance.into());
        put("obstacles", obstacles_json(report, limited));
    }
    object.into()
}
