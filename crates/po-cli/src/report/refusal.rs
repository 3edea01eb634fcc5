//! A request that no portfolio answers, as a JSON object.

use po_engine::convex::{self, Constraint, Side};
use serde_json::{Map, Value, json};

use crate::error::Error;

/// The object: why there is no answer, and how little it would take that there were one.
pub(crate) fn refusal(error: &Error) -> Result<String, Error> {
    let mut object = Map::new();
    object.insert("status".to_owned(), "infeasible".into());
    object.insert("error".to_owned(), error.to_string().into());
    if let Some((convex::Error::Infeasible(conflict), universe)) = error.programme() {
        let label = |asset: usize| universe.label(asset);
        let constraints: Vec<Value> =
            conflict.constraints.iter().map(|constraint| Value::Object(named(constraint, &label))).collect();
        let relaxation: Vec<Value> = conflict
            .relaxation
            .iter()
            .map(|violation| {
                let mut object = named(&violation.constraint, &label);
                object.insert("amount".to_owned(), violation.amount.into());
                Value::Object(object)
            })
            .collect();
        object.insert("conflict".to_owned(), constraints.into());
        object.insert("relaxation".to_owned(), relaxation.into());
    }
    let text = serde_json::to_string_pretty(&object).map_err(|error| Error::write("JSON")(error.into()))?;
    Ok(text + "\n")
}

/// A constraint by name, its side and its limit.
pub(super) fn named(constraint: &Constraint, label: &dyn Fn(usize) -> String) -> Map<String, Value> {
    let name = match constraint {
        Constraint::Row { label: text, .. } => json!({ "constraint": word(text) }),
        Constraint::LowerBound { asset, .. } | Constraint::UpperBound { asset, .. } => {
            json!({ "asset": label(*asset) })
        }
    };
    let mut object = name.as_object().cloned().unwrap_or_default();
    let side = if constraint.side() == Side::Lower { "min" } else { "max" };
    object.insert("side".to_owned(), side.into());
    object.insert("limit".to_owned(), constraint.limit().into());
    object
}

/// The word of the language of constraints for a limit that stands in no line of the user.
fn word(label: &str) -> &str {
    match label {
        "budget" => "net",
        "tracking error" => "tracking-error",
        label => label,
    }
}
