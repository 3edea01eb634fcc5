//! Files with one number per asset: weights, means, costs.

use std::path::Path;

use po_engine::{Universe, Weights, nearest_name};

use super::Names;
use crate::data::{Records, check_header, open_csv};
use crate::error::{Error, ReadError, RowNumber, SettingsError};
use crate::observations::listed;

/// Weights of which the sum is farther from one than this are more often in per cent than borrowed.
const CROWDED: f64 = 5.0;

/// A name of a file and its number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Numbered {
    /// Where it stands.
    pub(crate) place: String,
    pub(crate) name: String,
    pub(crate) value: f64,
}

/// Reads a CSV file whose first column holds names; numbers stand in the column called `wanted`, or in the second of two.
pub(crate) fn numbers(path: &Path, wanted: &str, example: &'static str) -> Result<Vec<Numbered>, Error> {
    let source = path.display().to_string();
    let mut records = open_csv(path)?;
    check_header(&records, 0, "a column of names and a column of numbers")?;
    let columns = records.columns();
    let called = columns.iter().position(|column| column.eq_ignore_ascii_case(wanted));
    let Some(column) = called.or((columns.len() == 2).then_some(1)) else {
        return Err(ReadError::UnknownColumn {
            name: source,
            column: wanted.to_owned(),
            nearest: nearest_name(wanted, columns.iter().map(String::as_str)).map(str::to_owned),
            known: columns.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
        }
        .into());
    };
    let (mut numbered, mut rows): (Vec<Numbered>, Vec<RowNumber>) = (Vec::new(), Vec::new());
    while records.advance()? {
        let name = records.text(0)?.into_owned();
        if name.is_empty() {
            return Err(ReadError::MissingSymbol { at: records.place(Some(0)) }.into());
        }
        if let Some(first) = numbered.iter().position(|known| known.name == name) {
            let (first, second) = (rows[first], records.row());
            return Err(ReadError::DuplicateAsset { name: source, asset: name, first, second }.into());
        }
        let text = records.text(column)?;
        let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) else {
            let (place, text) = (records.place(Some(column)).to_string(), text.into_owned());
            return Err(SettingsError::BadNumber { place, text, expected: example }.into());
        };
        let place = records.place(None).to_string();
        rows.push(records.row());
        numbered.push(Numbered { place, name, value });
    }
    tracing::info!(numbers = numbered.len(), "read {source}");
    Ok(numbered)
}

/// The numbers in the order of the universe, `None` where there is none, and the names that were left out of it.
pub(crate) fn aligned(
    numbered: Vec<Numbered>,
    universe: &Universe,
    names: Names<'_>,
) -> Result<(Vec<Option<f64>>, Vec<String>), SettingsError> {
    let (mut values, mut unused) = (vec![None; universe.len()], Vec::new());
    for Numbered { place, name, value } in numbered {
        match universe.index_of(&name) {
            Ok(asset) => values[asset] = Some(value),
            Err(_) if names.known.contains(&name) => unused.push(name),
            Err(_) => return Err(names.unknown(&place, &name)),
        }
    }
    Ok((values, unused))
}

/// A portfolio from a CSV file with the columns asset and weight; assets that it does not name have no weight.
pub(crate) fn portfolio(
    path: &Path,
    universe: &Universe,
    names: Names<'_>,
    warnings: &mut Vec<String>,
) -> Result<Weights, Error> {
    let numbered = numbers(path, "weight", "a fraction of capital such as 0.1")?;
    let sum: f64 = numbered.iter().map(|number| number.value).sum();
    let file = path.display();
    if sum.abs() > CROWDED {
        warnings.push(format!(
            "the weights of {file} sum to {sum}: are they in per cent? expected fractions of capital, 0.01 for one per cent"
        ));
    }
    let (weights, unused) = aligned(numbered, universe, names)?;
    if !unused.is_empty() {
        warnings
            .push(format!("weights in {file} of assets that are left out are not used: {}", listed(&unused)));
    }
    let weights = weights.into_iter().map(Option::unwrap_or_default).collect();
    Weights::new(weights).map_err(Error::input(universe))
}
