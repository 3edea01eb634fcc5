//! Bounds on the weight of each asset.

use std::path::Path;

use po_engine::{Bounds, Universe, nearest_name};

use super::{Names, Range, side};
use crate::data::{Records, open_csv};
use crate::error::{Error, Place, ReadError, RowNumber, SettingsError};

const FORMS: &str = "MIN:MAX such as 0:0.1, NAME=MIN:MAX, or a CSV file with the columns asset,min,max";

/// One `--bounds`.
enum Spec<'a> {
    All(Range),
    One(&'a str, Range),
    File(&'a Path),
}

/// Bounds on some assets, and where they stand.
struct Named {
    place: String,
    asset: String,
    range: Range,
}

/// The bounds of the assets of `universe`; what is more specific wins.
///
/// Also says which bounds are not used because their assets were left out.
pub(crate) fn asset_bounds(
    specs: &[String],
    universe: &Universe,
    names: Names<'_>,
) -> Result<(Option<Bounds>, Vec<String>), Error> {
    if specs.is_empty() {
        return Ok((None, Vec::new()));
    }
    let (mut all, mut listed, mut single) = (None, Vec::new(), Vec::new());
    for text in specs {
        match parse(text)? {
            Spec::All(range) => {
                if all.replace(range).is_some() {
                    return Err(twice("--bounds", "all assets").into());
                }
            }
            Spec::One(asset, range) => {
                let (place, asset) = ("--bounds".to_owned(), asset.to_owned());
                single.push(Named { place, asset, range });
            }
            Spec::File(path) => listed.extend(read(path)?),
        }
    }
    let range = all.unwrap_or(Range { lower: 0.0, upper: 1.0 });
    let (mut lower, mut upper) = (vec![range.lower; universe.len()], vec![range.upper; universe.len()]);
    let mut unused = Vec::new();
    for named in [&listed, &single] {
        let mut seen: Vec<&str> = Vec::new();
        for Named { place, asset, range } in named {
            if seen.contains(&asset.as_str()) {
                return Err(twice(place, asset).into());
            }
            seen.push(asset);
            match universe.index_of(asset) {
                Ok(index) => (lower[index], upper[index]) = (range.lower, range.upper),
                Err(_) if names.known.contains(asset) => unused.push(asset.clone()),
                Err(_) => return Err(names.unknown(place, asset).into()),
            }
        }
    }
    let bounds = Bounds::new(lower, upper).map_err(Error::input(universe))?;
    Ok((Some(bounds), unused))
}

/// The bounds with the files among them beside the configuration file.
pub(crate) fn beside_if_file(specs: Vec<String>, folder: &Path) -> Vec<String> {
    let beside = |spec: String| match parse(&spec) {
        Ok(Spec::File(path)) => folder.join(path).display().to_string(),
        _ => spec,
    };
    specs.into_iter().map(beside).collect()
}

fn parse(text: &str) -> Result<Spec<'_>, SettingsError> {
    let bad =
        || SettingsError::BadBound { place: "--bounds".to_owned(), text: text.to_owned(), expected: FORMS };
    if let Some((asset, range)) = text.rsplit_once('=') {
        return Ok(Spec::One(asset.trim(), Range::parse(range).ok_or_else(bad)?));
    }
    if let Some(range) = Range::parse(text) {
        return Ok(Spec::All(range));
    }
    // What looks like numbers is a slip, not a file.
    let file = text.chars().any(char::is_alphabetic);
    if file { Ok(Spec::File(Path::new(text))) } else { Err(bad()) }
}

/// Reads a file with the columns asset, min and max.
fn read(path: &Path) -> Result<Vec<Named>, Error> {
    let name = path.display().to_string();
    let mut records = open_csv(path)?;
    let columns = ["asset", "min", "max"].map(|wanted| {
        let columns = records.columns();
        columns.iter().position(|column| column.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
            ReadError::UnknownColumn {
                name: name.clone(),
                column: wanted.to_owned(),
                nearest: nearest_name(wanted, columns.iter().map(String::as_str)).map(str::to_owned),
                known: columns.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
            }
        })
    });
    let [asset, min, max] = columns;
    let (asset, min, max) = (asset?, min?, max?);
    let mut named: Vec<Named> = Vec::new();
    let mut rows: Vec<RowNumber> = Vec::new();
    while records.advance()? {
        let text = records.text(asset)?.into_owned();
        if let Some(first) = named.iter().position(|named| named.asset == text) {
            let (first, second) = (rows[first], records.row());
            return Err(ReadError::DuplicateAsset { name, asset: text, first, second }.into());
        }
        let range = Range { lower: bound(&records, min, 0.0)?, upper: bound(&records, max, 1.0)? };
        let place = records.place(None).to_string();
        rows.push(records.row());
        named.push(Named { place, asset: text, range });
    }
    Ok(named)
}

/// One cell of a file of bounds.
fn bound(records: &dyn Records, column: usize, absent: f64) -> Result<f64, Error> {
    let text = records.text(column)?;
    side(&text, absent).ok_or_else(|| {
        let place: Place = records.place(Some(column));
        let (place, text) = (place.to_string(), text.into_owned());
        let expected = "a fraction of capital such as 0.1, or an empty cell where there is no bound";
        SettingsError::BadBound { place, text, expected }.into()
    })
}

fn twice(place: &str, name: &str) -> SettingsError {
    SettingsError::BoundTwice { place: place.to_owned(), name: name.to_owned() }
}
