//! In what two configurations differ.

use po_engine::stream::EngineConfig;
use serde_json::Value;

/// The settings that differ, each with both values; nothing where none does.
pub(super) fn differences(there: &EngineConfig, here: &EngineConfig) -> Option<String> {
    const MANY: usize = 3;
    let values = [there, here].map(|config| serde_json::to_value(config).unwrap_or_default());
    let mut found = Vec::new();
    compare("", &values[0], &values[1], &mut found);
    let more = found.len().saturating_sub(MANY);
    found.truncate(MANY);
    let list = found.join(", ");
    match more {
        0 if list.is_empty() => None,
        0 => Some(list),
        more => Some(format!("{list} and {more} more")),
    }
}

fn compare(path: &str, there: &Value, here: &Value, found: &mut Vec<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (there, here) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().zip(b.values()).for_each(|((key, a), b)| compare(&below(key), a, b, found));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.for_each(|(number, (a, b))| compare(&format!("{path}[{number}]"), a, b, found));
        }
        (a, b) if a != b => found.push(format!("{path} was {}, and is {} now", shown(a), shown(b))),
        _ => {}
    }
}

/// A value, short enough for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(object) => object.keys().next().map_or("empty", String::as_str).to_owned(),
        other => other.to_string(),
    }
}
