//! How values of a configuration file are read: as they are written on the command line.

use std::str::FromStr;

use clap::ValueEnum;
use po_engine::nearest_name;
use serde::Deserialize;

/// A value of a configuration file by the name it has on the command line.
pub(super) fn by_name<'de, D: serde::Deserializer<'de>, T: ValueEnum>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned()))
        .collect();
    T::from_str(&name, false).map(Some).map_err(|_| {
        let nearest = nearest_name(&name, known.iter().map(String::as_str));
        let expected = format!("expected one of {}", known.join(", "));
        let hint = nearest.map_or(expected, |nearest| format!("did you mean {nearest:?}?"));
        serde::de::Error::custom(format!("{name:?} is unknown, {hint}"))
    })
}

/// A value of a configuration file that is written as on the command line; a number needs no quotation marks.
pub(super) fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err = String>,
{
    let text = scalar(deserializer)?.unwrap_or_default();
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("in {text:?}, {error}")))
}

/// A list of texts, or one of them.
pub(super) fn one_or_many<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: From<String>,
{
    let texts = match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    };
    Ok(Some(texts.into_iter().map(T::from).collect()))
}

/// A list of numbers, or one of them.
pub(super) fn one_or_many_numbers<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<f64>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number or a list of numbers")]
    enum Numbers {
        One(f64),
        Many(Vec<f64>),
    }
    Ok(Some(match Numbers::deserialize(deserializer)? {
        Numbers::One(number) => vec![number],
        Numbers::Many(numbers) => numbers,
    }))
}

/// A number, or a text.
pub(super) fn scalar<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number or a text")]
    enum Scalar {
        Number(f64),
        Text(String),
    }
    Ok(Some(match Scalar::deserialize(deserializer)? {
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => text,
    }))
}

/// A list of names, or one text in which commas part them.
pub(super) fn names<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => text.split(',').map(str::to_owned).collect(),
        OneOrMany::Many(names) => names,
    }))
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}
