//! `po correlation`: how assets move together, at one date or over time, and who foretells it.

mod evaluate;
mod heat_map;
mod lines;
mod matrix;
mod page;
mod pairs;
mod sample;
mod series;
mod tables;

use std::io::Read;
use std::path::Path;

use crate::args::{CorrelationArgs, CovarianceKind, DataArgs, LimitArgs, Output};
use crate::covariance::{Estimator, estimator};
use crate::error::{Error, SettingsError};
use crate::picture;
use crate::problem::check;
use evaluate::Comparison;
use matrix::Matrix;
use sample::{Sample, Until};
use series::Series;

pub(crate) use lines::ticks;

/// What is shown.
#[derive(Clone, Debug)]
pub(crate) enum Correlations {
    /// All pairs, at one date.
    Matrix(Matrix),
    /// Some pairs, at each date.
    Series(Series),
    /// Estimators of all pairs against each other.
    Comparison(Comparison),
}

/// Runs the command with its settings merged; `input` is standard input. What was noted of the data before a refusal
/// is added to `noted`.
pub(crate) fn correlate<'a>(
    args: &CorrelationArgs,
    input: Box<dyn Read + 'a>,
    noted: &mut Vec<String>,
) -> Result<Correlations, Error> {
    let until = args.report.at.as_deref().map(Until::parse).transpose()?;
    picture::check(args.report.plot.as_deref())?;
    if evaluate::is_asked_for(args)? {
        return Ok(Correlations::Comparison(Comparison::run(args, until.as_ref(), input, noted)?));
    }
    let Some(texts) = &args.report.pairs else {
        check_data(&args.data)?;
        let sample = Sample::read(&args.data, until.as_ref(), input, noted)?;
        return Ok(Correlations::Matrix(Matrix::estimate(&args.data, sample)?));
    };
    let pairs = pairs::parse(texts)?;
    let kind = args.data.covariance.unwrap_or(CovarianceKind::Ewma);
    let Ok(Estimator::Moving(moving)) = estimator(kind, args.data.half_life) else {
        return Err(SettingsError::NotOverTime { kind: kind.name() }.into());
    };
    if args.data.semidefinite.is_some() {
        return Err(SettingsError::NotWithPairs { flag: "--semidefinite" }.into());
    }
    let is_drawn = args.report.plot.is_some() || args.report.output.is_some_and(Output::is_drawn);
    if is_drawn && pairs.len() > lines::MOST {
        return Err(SettingsError::TooManyLines { pairs: pairs.len(), most: lines::MOST }.into());
    }
    let assets = args.data.assets.clone().unwrap_or_else(|| pairs::assets(&pairs));
    // Assets that no pair names would cost rows in which they have no return.
    let data = DataArgs { covariance: Some(kind), assets: Some(assets), ..args.data.clone() };
    check_data(&data)?;
    let sample = Sample::read(&data, until.as_ref(), input, noted).map_err(|error| match error {
        Error::Settings(SettingsError::UnknownAsset { name, file, nearest, .. })
            if args.data.assets.is_none() =>
        {
            SettingsError::UnknownAsset { place: "--pairs".to_owned(), name, file, nearest }.into()
        }
        error => error,
    })?;
    Ok(Correlations::Series(Series::estimate(kind, &moving, &pairs, sample)?))
}

/// What can be told to be wrong before the file is read, by the names that flags have here.
fn check_data(data: &DataArgs) -> Result<(), SettingsError> {
    if data.half_life.is_some() && data.covariance != Some(CovarianceKind::Ewma) {
        return Err(SettingsError::Needs { what: "--half-life", flag: "--model ewma" });
    }
    check(data, &LimitArgs::default())
}

impl Correlations {
    /// What the user should know of.
    pub(crate) fn warnings(&self) -> &[String] {
        match self {
            Self::Matrix(matrix) => &matrix.about.warnings,
            Self::Series(series) => &series.about.warnings,
            Self::Comparison(comparison) => &comparison.about.warnings,
        }
    }

    /// The correlations as they are written, ending in a line feed.
    pub(crate) fn written(&self, output: Output) -> Result<String, Error> {
        match (self, output) {
            (Self::Matrix(matrix), Output::Table) => Ok(tables::matrix(matrix)),
            (Self::Matrix(matrix), Output::Json) => matrix.json(),
            (Self::Matrix(matrix), Output::Csv) => matrix.csv(),
            (Self::Series(series), Output::Table) => Ok(tables::series(series)),
            (Self::Series(series), Output::Json) => series.json(),
            (Self::Series(series), Output::Csv) => series.csv(),
            (Self::Matrix(matrix), Output::Svg | Output::Html) => {
                picture::written(output, heat_map::svg(matrix), |svg| page::matrix(matrix, svg))
            }
            (Self::Series(series), Output::Svg | Output::Html) => {
                picture::written(output, lines::svg(series), |svg| page::series(series, svg))
            }
            (Self::Comparison(comparison), Output::Json) => comparison.json(),
            (Self::Comparison(comparison), Output::Csv) => comparison.csv(),
            // A comparison is not drawn: that is refused.
            (Self::Comparison(comparison), _) => Ok(comparison.table()),
        }
    }

    /// Draws the correlations into a file.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Matrix(matrix) => {
                picture::save(path, heat_map::svg(matrix), |picture| page::matrix(matrix, picture))
            }
            Self::Series(series) => {
                picture::save(path, lines::svg(series), |picture| page::series(series, picture))
            }
            // That is refused.
            Self::Comparison(_) => Ok(()),
        }
    }
}
