//! Bars as JSON objects, one per line.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::marker::PhantomData;

use po_engine::nearest_name;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::columns::moment;
use super::row::Row;
use crate::error::{BarError, Place};

/// What the keys of the objects mean.
#[derive(Debug, Default)]
pub(super) struct Objects {
    assets: HashMap<String, usize>,
    factors: Vec<String>,
    /// Which of the assets the line had.
    seen: Vec<bool>,
    /// Keys that are of no asset, told once.
    unknown: HashSet<String>,
    /// What is to be told of the last line.
    pub(super) notes: Vec<String>,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    prices: Pairs<'a, Option<f64>>,
    #[serde(borrow, default)]
    factors: Option<Factors<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factors<'a> {
    #[serde(borrow)]
    returns: Pairs<'a, f64>,
    #[serde(borrow)]
    exposures: Pairs<'a, Pairs<'a, Option<f64>>>,
}

/// A key, copied only where it has an escape.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of an object in their order, those that stand twice included.
struct Pairs<'a, V>(Vec<(Cow<'a, str>, V)>);

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Pairs<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<'a, V>(PhantomData<(&'a (), V)>);

impl<'de: 'a, 'a, V: Deserialize<'de>> Visitor<'de> for Entries<'a, V> {
    type Value = Pairs<'a, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with names as keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
        while let Some((Key(key), value)) = map.next_entry::<Key<'a>, V>()? {
            entries.push((key, value));
        }
        Ok(Pairs(entries))
    }
}

fn parse<'a>(line: &'a [u8], at: &Place) -> Result<Line<'a>, BarError> {
    serde_json::from_slice(line).map_err(|error| {
        // There is one line, and the place has its number.
        let text = error.to_string();
        let reason =
            text.split(" at line ").next().unwrap_or(&text).replace("expected f64", "expected a number");
        BarError::Json { at: at.clone(), reason: format!("{reason} at column {}", error.column()) }
    })
}

/// The names of the assets of a line, if it is a bar.
pub(super) fn names(line: &[u8], at: &Place) -> Result<Vec<String>, BarError> {
    let line = parse(line, at)?;
    Ok(line.prices.0.into_iter().map(|(name, _)| name.into_owned()).collect())
}

impl Objects {
    pub(super) fn bind(&mut self, assets: &[String], factors: &[String]) {
        self.assets = assets.iter().cloned().zip(0..).collect();
        self.factors = factors.to_vec();
        self.seen = vec![false; assets.len()];
    }

    /// Reads a line.
    pub(super) fn read(&mut self, line: &[u8], at: &Place, row: &mut Row) -> Result<(), BarError> {
        let line = parse(line, at)?;
        let time = || Place { column: Some("time".to_owned()), ..at.clone() };
        row.time = moment(&line.time, time)?;
        self.seen.fill(false);
        for (name, price) in line.prices.0 {
            match self.assets.get(&*name) {
                Some(&asset) if std::mem::replace(&mut self.seen[asset], true) => {
                    return Err(BarError::Twice { at: at.clone(), name: name.into_owned() });
                }
                Some(&asset) => row.prices[asset] = price.unwrap_or(f64::NAN),
                None => self.ignore(&name),
            }
        }
        match (self.factors.is_empty(), line.factors) {
            (true, _) => Ok(()),
            (false, Some(factors)) => self.read_factors(&factors, at, row),
            (false, None) => Err(BarError::NoFactor { at: at.clone(), factor: self.factors[0].clone() }),
        }
    }

    /// Reads returns, of which there is one for each factor, and exposures, which are zero where they are not told.
    fn read_factors(&self, factors: &Factors<'_>, at: &Place, row: &mut Row) -> Result<(), BarError> {
        let assets = row.prices.len();
        for (number, factor) in self.factors.iter().enumerate() {
            let found = factors.returns.0.iter().find(|(name, _)| name == factor);
            let Some((_, earned)) = found else {
                return Err(BarError::NoFactor { at: at.clone(), factor: factor.clone() });
            };
            row.returns[number] = *earned;
            let exposures = factors.exposures.0.iter().find(|(name, _)| name == factor);
            for (name, exposure) in exposures.iter().flat_map(|(_, exposures)| &exposures.0) {
                if let Some(&asset) = self.assets.get(&**name) {
                    row.exposures[number * assets + asset] = exposure.unwrap_or(0.0);
                }
            }
        }
        Ok(())
    }

    fn ignore(&mut self, name: &str) {
        // A stream whose keys never end is no reason to remember them all.
        if self.unknown.len() < 1000 && self.unknown.insert(name.to_owned()) {
            let mut known: Vec<&str> = self.assets.keys().map(String::as_str).collect();
            known.sort_unstable();
            let meant = nearest_name(name, known);
            let meant = meant.map_or(String::new(), |name| format!(", did you mean {name:?}?"));
            self.notes
                .push(format!("the prices of {name:?} are ignored: it is no asset of the engine{meant}"));
        }
    }
}
