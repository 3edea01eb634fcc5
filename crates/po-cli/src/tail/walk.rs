//! Forecasts of history: each of the next period, from a window of those before it.

use po_engine::tail::{self, GpdMethod, TailModel, TailRisk, TailScratch, Threshold};
use po_engine::{Confidence, Universe, correlation};

use super::filter::Volatility;
use super::model::{Filter, Model, Shape};
use crate::error::Error;

/// The weight of a return beside that of the next one, for age-weighted samples (Boudoukh, Richardson and Whitelaw 1998).
pub(super) const AGE: f64 = 0.99;

/// How history is walked through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    /// How many returns each fit is made of.
    pub(super) window: usize,
    /// After how many forecasts models that are searched for are fitted again; the others are each time.
    pub(super) every: usize,
    pub(super) level: Confidence,
    /// Where tails of extreme values begin.
    pub(super) threshold: Threshold,
}

/// The forecasts of one model.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    /// The rows of the returns that were forecast.
    pub(super) rows: Vec<usize>,
    /// The forecast of each.
    pub(super) risks: Vec<TailRisk>,
    pub(super) fits: usize,
    /// In how many fits the search for the volatility did not meet its tolerances.
    pub(super) unconverged: usize,
    /// How many returns have no forecast.
    pub(super) missed: usize,
    /// Why the first of them has none.
    pub(super) first: Option<Failure>,
}

/// Why there is no forecast of a return, and which.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) row: usize,
    pub(super) fault: Fault,
}

/// Why a model cannot be fitted.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Tail(tail::Error),
    Filter(correlation::Error),
}

impl From<tail::Error> for Fault {
    fn from(error: tail::Error) -> Self {
        Self::Tail(error)
    }
}

impl From<correlation::Error> for Fault {
    fn from(error: correlation::Error) -> Self {
        Self::Filter(error)
    }
}

impl Fault {
    /// As an error of a series, which its universe names: indices of a series are no indices of the assets.
    pub(super) fn of(self, subject: &Universe) -> Error {
        match self {
            Self::Tail(error) => Error::tail(subject)(error),
            Self::Filter(error) => Error::correlation(subject)(error),
        }
    }
}

impl Model {
    /// The estimator of its tail.
    pub(super) fn tail(self, threshold: Threshold) -> TailModel {
        match self.shape {
            Shape::Historical => TailModel::Historical,
            Shape::AgeWeighted => TailModel::AgeWeighted { decay: AGE },
            Shape::Normal => TailModel::Normal,
            Shape::StudentT => TailModel::StudentT,
            Shape::CornishFisher => TailModel::CornishFisher,
            Shape::Evt => TailModel::Evt { threshold, method: GpdMethod::default() },
        }
    }
}

impl Walk {
    /// Groups of models that can share their fits: those with the same search for a volatility; others are alone.
    pub(super) fn groups(models: &[Model]) -> Vec<Vec<Model>> {
        let mut groups: Vec<Vec<Model>> = Vec::new();
        for model in models {
            let fitted = matches!(model.filter, Some(Filter::Garch | Filter::Gjr));
            let shared = |group: &&mut Vec<Model>| fitted && group[0].filter == model.filter;
            match groups.iter_mut().find(shared) {
                Some(group) => group.push(*model),
                None => groups.push(vec![*model]),
            }
        }
        groups
    }

    /// Forecasts each return after the first window by models of one group; `done` is told after each. What cannot be
    /// fitted has no forecasts until it is fitted again.
    pub(super) fn run(&self, group: &[Model], series: &[f64], mut done: impl FnMut()) -> Vec<Path> {
        let searched = group.iter().any(|model| model.is_searched());
        let every = if searched { self.every } else { 1 };
        let mut lanes: Vec<Lane> = group.iter().map(|model| Lane::new(*model)).collect();
        let mut volatility: Option<Volatility> = None;
        for row in self.window..series.len() {
            if (row - self.window).is_multiple_of(every) {
                volatility = self.fit(&mut lanes, &series[row - self.window..row]);
            } else if let Some(volatility) = &mut volatility {
                volatility.update(series[row - 1]);
            }
            lanes.iter_mut().for_each(|lane| lane.forecast(row, volatility.as_ref()));
            done();
        }
        lanes.into_iter().map(|lane| lane.path).collect()
    }

    /// Fits the models; the volatility of the next period, where they have one.
    fn fit(&self, lanes: &mut [Lane], past: &[f64]) -> Option<Volatility> {
        let filter = lanes.iter().find_map(|lane| lane.model.filter);
        let filtered = match filter.map(|filter| filter.fit(past)).transpose() {
            Ok(filtered) => filtered,
            Err(fault) => {
                lanes.iter_mut().for_each(|lane| lane.risk = Err(fault.clone()));
                return None;
            }
        };
        let of = filtered.as_ref().map_or(past, |filtered| &filtered.residuals);
        for lane in lanes {
            let tail = lane.model.tail(self.threshold);
            lane.risk = tail.estimate_into(of, self.level, &mut lane.scratch).map_err(Fault::from);
            lane.path.fits += 1;
            lane.path.unconverged += usize::from(filtered.as_ref().is_some_and(|own| !own.is_converged()));
        }
        filtered.map(|filtered| filtered.next)
    }
}

/// A model on its way.
#[derive(Debug)]
struct Lane {
    model: Model,
    /// Of returns, or of residuals, by the last fit.
    risk: Result<TailRisk, Fault>,
    path: Path,
    scratch: TailScratch,
}

impl Lane {
    fn new(model: Model) -> Self {
        let (path, scratch) = (Path::default(), TailScratch::default());
        Self { model, risk: Ok(TailRisk::default()), path, scratch }
    }

    /// Takes down the forecast of a return, or that there is none.
    fn forecast(&mut self, row: usize, volatility: Option<&Volatility>) {
        let next = |own: TailRisk| volatility.map_or(own, |at| own.rescaled(at.mean, at.next()));
        let path = &mut self.path;
        match self.risk.as_ref().map(|own| next(*own)).map_err(Fault::clone).and_then(|own| sound(own, row)) {
            Ok(risk) => {
                path.rows.push(row);
                path.risks.push(risk);
            }
            Err(fault) => {
                path.missed += 1;
                path.first.get_or_insert(Failure { row, fault });
            }
        }
    }
}

/// Refuses what is no forecast of a loss: tests divide by it.
fn sound(risk: TailRisk, row: usize) -> Result<TailRisk, Fault> {
    let TailRisk { var, cvar } = risk;
    if var.is_finite() && cvar.is_finite() && cvar > 0.0 && cvar >= var {
        return Ok(risk);
    }
    let (what, expected) =
        ("the expected shortfall of observation", "a positive number, no less than the value at risk");
    Err(tail::Error::Observation { what, place: row, value: cvar, expected }.into())
}
