//! What trading costs.

use std::path::{Path, PathBuf};

use po_engine::Universe;
use po_engine::convex::Costs;

use super::{Names, aligned, numbers};
use crate::error::{Error, SettingsError};

const FORMS: &str = "a number of basis points such as 10, or a CSV file with the columns asset,bps";

/// One number for all assets, or a file with one for each.
enum Spec {
    All(f64),
    File(PathBuf),
}

/// The costs of `--costs-bps` per year, spread over `horizon` years.
pub(crate) fn costs(text: &str, horizon: f64, universe: &Universe, names: Names<'_>) -> Result<Costs, Error> {
    match parse(text)? {
        Spec::All(rate) => Ok(Costs::basis_points(rate / horizon)),
        Spec::File(path) => {
            let (rates, _) = aligned(numbers(&path, "bps", "basis points such as 10")?, universe, names)?;
            let rate = |(asset, rate): (usize, Option<f64>)| {
                rate.map(|rate| rate / horizon).ok_or_else(|| SettingsError::NoNumber {
                    file: path.display().to_string(),
                    what: "cost",
                    asset: universe.label(asset),
                })
            };
            let rates: Vec<f64> = rates.into_iter().enumerate().map(rate).collect::<Result<_, _>>()?;
            Ok(Costs::each_in_basis_points(&rates))
        }
    }
}

/// The text with its file, if it names one, beside the configuration file.
pub(crate) fn cost_beside(text: String, folder: &Path) -> String {
    match parse(&text) {
        Ok(Spec::File(path)) => folder.join(path).display().to_string(),
        _ => text,
    }
}

fn parse(text: &str) -> Result<Spec, SettingsError> {
    match text.trim().parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(Spec::All(rate)),
        Err(_) if text.chars().any(char::is_alphabetic) => Ok(Spec::File(PathBuf::from(text))),
        _ => {
            let place = "--costs-bps".to_owned();
            Err(SettingsError::BadNumber { place, text: text.to_owned(), expected: FORMS })
        }
    }
}
