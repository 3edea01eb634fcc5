//! The correlation of all pairs, at one date.

use po_engine::hrp::{Hrp, HrpParams};
use po_engine::linalg::SymmetricEigen;
use po_engine::{Allocator, Covariance, InputError, correlation};
use serde_json::{Map, Value, json};

use super::sample::{About, Sample, alone};
use crate::args::{CovarianceKind, DataArgs};
use crate::covariance::estimate;
use crate::data::show_date;
use crate::error::{Error, ObservationError};
use crate::report::csv_row;

/// A correlation above this is high.
pub(super) const HIGH: f64 = 0.6;

/// Eigenvalues of more assets take too long for what they tell.
const MOST_EIGENVALUES: usize = 1000;

/// A correlation matrix, its assets in the order of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    pub(super) kind: CovarianceKind,
    pub(super) names: Vec<String>,
    /// Where each asset stands in the file, or in `--assets`.
    order: Vec<usize>,
    /// Whether that is the order of a tree.
    is_tree: bool,
    /// Row by row.
    entries: Vec<f64>,
    /// Standard deviation of each asset, per year.
    volatilities: Vec<f64>,
    pub(super) summary: Summary,
    pub(crate) about: About,
}

/// What a matrix says as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    /// The mean over all pairs.
    pub(super) mean: f64,
    /// The share of the pairs whose correlation is high.
    pub(super) high: f64,
    /// The largest eigenvalue over the sum of all, which is the number of assets.
    pub(super) first_eigenvalue: Option<f64>,
}

impl Matrix {
    /// Estimates the covariance, and orders its correlations.
    pub(super) fn estimate(data: &DataArgs, mut sample: Sample) -> Result<Self, Error> {
        if sample.observations.returns.assets() < 2 {
            return Err(alone(sample.file).into());
        }
        let observations = sample.observations.dates.len();
        let still = |asset| Error::from(ObservationError::NoCorrelation { asset, observations });
        let covariance = estimate(data, &mut sample.observations).map_err(|error| match error {
            Error::Correlation {
                error: correlation::Error::Input(InputError::ZeroVariance { asset }),
                universe,
            } => still(universe.label(asset)),
            error => error,
        })?;
        let mut about = sample.about();
        let universe = &sample.observations.universe;
        let correlation = covariance.correlation().map_err(|error| match error {
            InputError::ZeroVariance { asset } => still(universe.label(asset)),
            error => Error::input(universe)(error),
        })?;
        let tree = order(&covariance);
        if let Err(reason) = &tree {
            about.warnings.push(format!("no tree could be grown: {reason}"));
        }
        let is_tree = tree.is_ok();
        let order = tree.unwrap_or_else(|_| (0..covariance.len()).collect());
        let view = correlation.as_view();
        let entries = order.iter().flat_map(|&row| order.iter().map(move |&col| view[(row, col)])).collect();
        let annual = about.calendar.periods_per_year.sqrt();
        let volatilities = covariance.volatilities();
        let mut matrix = Self {
            kind: data.covariance.unwrap_or_default(),
            names: order.iter().map(|&asset| universe.label(asset)).collect(),
            volatilities: order.iter().map(|&asset| annual * volatilities[asset]).collect(),
            order,
            is_tree,
            entries,
            summary: Summary::default(),
            about,
        };
        let eigenvalue = (matrix.len() <= MOST_EIGENVALUES).then(|| SymmetricEigen::new(view)).transpose();
        let eigenvalue = eigenvalue.map_err(Error::input(universe))?;
        let largest =
            |eigen: SymmetricEigen| eigen.values().iter().copied().fold(f64::NEG_INFINITY, f64::max);
        matrix.summary = matrix.summarised(eigenvalue.map(largest));
        Ok(matrix)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What the order of the assets is.
    pub(super) fn ordered(&self) -> &'static str {
        if self.is_tree {
            "assets in the order of the hierarchical tree"
        } else {
            "assets in the order of the file"
        }
    }

    /// One entry.
    pub(super) fn at(&self, row: usize, col: usize) -> f64 {
        self.entries[row * self.len() + col]
    }

    /// All pairs, the greatest correlation first.
    pub(super) fn ranked(&self) -> Vec<(usize, usize)> {
        let mut pairs = self.pairs();
        pairs.sort_by(|a, b| self.at(b.0, b.1).total_cmp(&self.at(a.0, a.1)));
        pairs
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        (0..self.len()).flat_map(|row| (row + 1..self.len()).map(move |col| (row, col))).collect()
    }

    fn summarised(&self, largest: Option<f64>) -> Summary {
        let values: Vec<f64> = self.pairs().into_iter().map(|(row, col)| self.at(row, col)).collect();
        let count = values.len() as f64;
        Summary {
            mean: values.iter().sum::<f64>() / count,
            high: values.iter().filter(|value| **value > HIGH).count() as f64 / count,
            first_eigenvalue: largest.map(|largest| largest / self.len() as f64),
        }
    }

    pub(super) fn csv(&self) -> Result<String, Error> {
        let mut text = csv_row(["asset"].into_iter().chain(self.names.iter().map(String::as_str)))?;
        for (row, name) in self.names.iter().enumerate() {
            let cells: Vec<String> = (0..self.len()).map(|col| self.at(row, col).to_string()).collect();
            text += &csv_row([name.as_str()].into_iter().chain(cells.iter().map(String::as_str)))?;
        }
        Ok(text)
    }

    pub(super) fn json(&self) -> Result<String, Error> {
        let rows: Vec<&[f64]> = self.entries.chunks(self.len()).collect();
        let volatilities: Map<String, Value> =
            self.names.iter().cloned().zip(self.volatilities.iter().map(|value| json!(value))).collect();
        let About { assets, observations, span, calendar, warnings, .. } = &self.about;
        let object = json!({
            "covariance": self.kind.name(),
            "assets": assets,
            "observations": observations,
            "first": show_date(span.0),
            "last": show_date(span.1),
            "periods_per_year": calendar.periods_per_year,
            "names": self.names,
            "order": self.order,
            "matrix": rows,
            "volatilities": volatilities,
            "summary": {
                "mean": self.summary.mean,
                "share_above_0.6": self.summary.high,
                "largest_eigenvalue_share": self.summary.first_eigenvalue,
            },
            "warnings": warnings,
        });
        let text = serde_json::to_string(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        Ok(text + "\n")
    }
}

/// The order of the leaves of the hierarchical tree, or why there is none.
fn order(covariance: &Covariance) -> Result<Vec<usize>, String> {
    let tree = Hrp::new(HrpParams::default()).and_then(|hrp| hrp.allocate(covariance));
    tree.map(|tree| tree.leaf_order().to_vec()).map_err(|error| error.to_string())
}
