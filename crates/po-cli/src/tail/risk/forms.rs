//! The risk of losses for programs, with all digits.

use po_engine::tail::{ModelRow, TailInterval};
use serde_json::{Map, Value, json};

use super::Risk;
use crate::data::show_date;
use crate::error::Error;
use crate::report::csv_row;

impl Risk {
    pub(in crate::tail) fn json(&self) -> Result<String, Error> {
        let (first, last) = self.sample.span();
        let names = self.sample.universe.names();
        let weights: Map<String, Value> = names
            .iter()
            .zip(self.sample.weights.as_slice())
            .map(|(name, own)| (name.clone(), json!(own)))
            .collect();
        let model = |row: &ModelRow| {
            let name = row.model.name();
            match &row.risk {
                Ok(risk) => json!({ "name": name, "var": risk.var, "cvar": risk.cvar }),
                Err(error) => json!({ "name": name, "error": error.named(&self.sample.subject) }),
            }
        };
        let measures: Map<String, Value> = self
            .sheet
            .measures
            .iter()
            .map(|row| (row.measure.name().to_owned(), json!(row.risk.as_ref().ok())))
            .collect();
        let contributions = self.contributions.as_ref().map(|own| {
            let asset = |&asset: &usize| {
                json!({
                    "asset": names[asset],
                    "component": own.found.component[asset],
                    "share": own.found.share[asset],
                })
            };
            own.order.iter().map(asset).collect::<Vec<_>>()
        });
        let object = json!({
            "assets": names.len(),
            "weights": weights,
            "observations": self.sample.series.len(),
            "first": show_date(first),
            "last": show_date(last),
            "level": self.sample.level.level(),
            "model": self.model.to_string(),
            "var": self.risk.var,
            "cvar": self.risk.cvar,
            "var_interval": self.intervals.map(|own| interval(own.var)),
            "cvar_interval": self.intervals.map(|own| interval(own.cvar)),
            "volatility": self.filtered.as_ref().map(|own| own.next.next()),
            "mean": self.filtered.as_ref().map(|own| own.next.mean),
            "parameters": self.filtered.as_ref().and_then(|own| own.fit.as_ref()).map(|fit| json!(fit.parameters)),
            "tail": self.tail(),
            "contributions": contributions,
            "models": self.sheet.models.iter().map(model).collect::<Vec<_>>(),
            "measures": measures,
            "warnings": self.sample.warnings,
        });
        let text =
            serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        Ok(text + "\n")
    }

    /// The tail of extreme values.
    fn tail(&self) -> Option<Value> {
        let extreme = self.extreme.as_ref()?;
        let errors = extreme.tail.gpd().standard_errors();
        let choice = &extreme.choice;
        Some(json!({
            "threshold": choice.threshold,
            "exceedances": choice.exceedances,
            "observations": choice.observations,
            "why": choice.explain(),
            "shape": extreme.distribution().shape(),
            "shape_error": errors.map(|[shape, _]| shape),
            "shape_interval": extreme.shape.map(|own| [finite(own.lower), finite(own.upper)]),
            "scale": extreme.distribution().scale(),
            "scale_error": errors.map(|[_, scale]| scale),
            "notes": extreme.tail.gpd().notes().map(|note| note.to_string()).collect::<Vec<_>>(),
        }))
    }

    pub(in crate::tail) fn csv(&self) -> Result<String, Error> {
        let mut text =
            csv_row(["model", "var", "var_lower", "var_upper", "cvar", "cvar_lower", "cvar_upper"])?;
        let ends = |own: Option<TailInterval>| {
            own.map_or([String::new(), String::new()], |own| [own.lower, own.upper].map(number))
        };
        let [var_lower, var_upper] = ends(self.intervals.map(|own| own.var));
        let [cvar_lower, cvar_upper] = ends(self.intervals.map(|own| own.cvar));
        let (var, cvar) = (self.risk.var.to_string(), self.risk.cvar.to_string());
        let cells = [self.model.to_string(), var, var_lower, var_upper, cvar, cvar_lower, cvar_upper];
        text += &csv_row(cells.iter().map(String::as_str))?;
        Ok(text)
    }
}

fn interval(own: TailInterval) -> Value {
    json!({
        "lower": finite(own.lower),
        "upper": finite(own.upper),
        "level": own.level,
        "method": own.method.to_string(),
    })
}

/// An end that is known.
fn finite(end: f64) -> Option<f64> {
    end.is_finite().then_some(end)
}

fn number(end: f64) -> String {
    finite(end).map_or(String::new(), |end| end.to_string())
}
