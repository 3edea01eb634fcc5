//! `po tail`: the risk of losses, and which model foretells it.

mod backtest;
mod chart;
mod dates;
mod filter;
mod model;
mod risk;
mod sample;
mod walk;

use std::io::Read;
use std::path::Path;

use crate::args::{Output, TailArgs, TailBacktestArgs};
use crate::error::Error;
use crate::picture;

pub(crate) use backtest::Backtest;
pub(crate) use model::Model;
pub(crate) use risk::Risk;

/// What is told.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// The risk of the next period.
    Risk(Box<Risk>),
    /// How forecasts of history did.
    Backtest(Box<Backtest>),
}

/// Runs `po tail` with its settings merged; `input` is standard input. What was noted of the data before a refusal is
/// added to `noted`.
pub(crate) fn tail<'a>(
    args: &TailArgs,
    input: Box<dyn Read + 'a>,
    noted: &mut Vec<String>,
) -> Result<Told, Error> {
    picture::check(args.report.plot.as_deref())?;
    Ok(Told::Risk(Box::new(Risk::run(args, input, noted)?)))
}

/// Runs `po tail backtest`, as [`tail`].
pub(crate) fn backtest<'a>(
    args: &TailBacktestArgs,
    input: Box<dyn Read + 'a>,
    noted: &mut Vec<String>,
) -> Result<Told, Error> {
    picture::check(args.report.plot.as_deref())?;
    Ok(Told::Backtest(Box::new(Backtest::run(args, input, noted)?)))
}

impl Told {
    /// What the user should know of.
    pub(crate) fn warnings(&self) -> &[String] {
        match self {
            Self::Risk(risk) => &risk.sample.warnings,
            Self::Backtest(backtest) => &backtest.sample.warnings,
        }
    }

    /// The result as it is written, ending in a line feed.
    pub(crate) fn written(&self, output: Output) -> Result<String, Error> {
        match (self, output) {
            (Self::Risk(risk), Output::Table) => Ok(risk.table()),
            (Self::Risk(risk), Output::Json) => risk.json(),
            (Self::Risk(risk), Output::Csv) => risk.csv(),
            (Self::Risk(risk), Output::Svg | Output::Html) => {
                picture::written(output, risk.svg(), |svg| risk.page(svg))
            }
            (Self::Backtest(backtest), Output::Table) => Ok(backtest.table()),
            (Self::Backtest(backtest), Output::Json) => backtest.json(),
            (Self::Backtest(backtest), Output::Csv) => backtest.csv(),
            (Self::Backtest(backtest), Output::Svg | Output::Html) => {
                picture::written(output, backtest.svg(), |svg| backtest.page(svg))
            }
        }
    }

    /// Draws the result into a file.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Risk(risk) => picture::save(path, risk.svg(), |svg| risk.page(svg)),
            Self::Backtest(backtest) => picture::save(path, backtest.svg(), |svg| backtest.page(svg)),
        }
    }
}
