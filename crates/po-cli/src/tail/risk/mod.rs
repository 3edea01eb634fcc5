//! `po tail`: the risk of the next period, and what it rests on.

mod drawing;
mod extreme;
mod forms;
mod table;

use std::io::Read;

use po_engine::tail::{
    self, ContributionMeasure, ContributionModel, GpdMethod, IntervalChoice, TailContributions, TailInterval,
    TailIntervals, TailModel, TailRisk, TailSheet,
};
use po_engine::{Confidence, Returns};

use super::filter::Filtered;
use super::model::{Model, Shape};
use super::sample::Sample;
use super::walk::{AGE, Fault};
use crate::args::TailArgs;
use crate::error::Error;
use extreme::Extreme;

/// The probability with which intervals cover what they are of.
const COVER: f64 = 0.95;

/// Losses in the tail of a sample, below which it is told that they are few.
const FEW: f64 = 10.0;

/// The risk of a portfolio, and what it rests on.
#[derive(Clone, Debug)]
pub(crate) struct Risk {
    pub(super) sample: Sample,
    model: Model,
    risk: TailRisk,
    /// Where the estimates may lie; none where there is no saying.
    intervals: Option<TailIntervals>,
    /// The volatility that returns were divided by.
    filtered: Option<Filtered>,
    /// The tail that was fitted, for extreme values.
    extreme: Option<Extreme>,
    /// All measures of the returns as they are.
    sheet: TailSheet,
    /// Who contributes what, of several assets.
    contributions: Option<Contributions>,
}

/// The shares of the assets in the risk.
#[derive(Clone, Debug)]
struct Contributions {
    /// The component of each asset in the conditional value at risk of the sample, and its share.
    found: TailContributions,
    /// The assets, the greatest share first.
    order: Vec<usize>,
}

impl Risk {
    pub(super) fn run<'a>(
        args: &TailArgs,
        input: Box<dyn Read + 'a>,
        noted: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let model = args.model.model.unwrap_or_default();
        let threshold = args.held.threshold.unwrap_or_default().0;
        let mut sample = Sample::read(&args.data, &args.held, args.data.window, input, noted)?;
        let level = sample.level;
        let failed = |fault: Fault| fault.of(&sample.subject);
        let filtered = model.filter.map(|filter| filter.fit(&sample.series)).transpose().map_err(failed)?;
        let of = filtered.as_ref().map_or(sample.series.as_slice(), |filtered| &filtered.residuals);
        let tail = model.tail(threshold);
        let own = tail.estimate(of, level).map_err(|error| failed(error.into()))?;
        let cover = Confidence::new(COVER).map_err(|error| failed(Fault::Tail(error.into())))?;
        let intervals = match tail.interval(of, level, cover, IntervalChoice::Analytic) {
            Ok(intervals) => Some(intervals),
            Err(error) => {
                noted.push(format!("there is no interval: {}", error.named(&sample.subject)));
                None
            }
        };
        let extreme = (model.shape == Shape::Evt).then(|| Extreme::fit(of, threshold, cover));
        let extreme = extreme.transpose().map_err(|error| failed(error.into()))?;
        let (mean, volatility) =
            filtered.as_ref().map_or((0.0, 1.0), |filtered| (filtered.next.mean, filtered.next.next()));
        let risk = own.rescaled(mean, volatility);
        let intervals = intervals.map(|own| rescaled(own, mean, volatility));
        let models = [
            TailModel::Historical,
            TailModel::AgeWeighted { decay: AGE },
            TailModel::Normal,
            TailModel::StudentT,
            TailModel::CornishFisher,
            TailModel::CornishFisherMatched,
            TailModel::Evt { threshold, method: GpdMethod::default() },
        ];
        let sheet = TailSheet::of_models(&sample.series, level, &models);
        let sheet = sheet.map_err(|error| failed(error.into()))?;
        let contributions = Contributions::of(&sample, filtered.as_ref());
        let contributions = contributions.map_err(Error::tail(&sample.universe))?;
        noted.extend(cautions(&sample, model, filtered.as_ref(), extreme.as_ref()));
        sample.warnings.clone_from(noted);
        Ok(Self { sample, model, risk, intervals, filtered, extreme, sheet, contributions })
    }
}

impl Contributions {
    /// The parts of the assets in the mean of the worst losses; with a volatility, of returns that are rescaled to that of
    /// the next period.
    fn of(sample: &Sample, filtered: Option<&Filtered>) -> Result<Option<Self>, tail::Error> {
        let (returns, assets) = (&sample.returns, sample.returns.assets());
        if assets < 2 {
            return Ok(None);
        }
        let rescaled = filtered.map(|filtered| {
            let (next, past) = (filtered.next.next(), &filtered.volatilities);
            let skipped = returns.observations() - past.len();
            let columns = (0..assets).flat_map(|asset| {
                let column = returns.column(asset)[skipped..].iter();
                column.zip(past).map(|(value, volatility)| value * next / volatility)
            });
            Returns::from_column_slice(past.len(), assets, &columns.collect::<Vec<f64>>())
        });
        let rescaled = rescaled.transpose()?;
        let found = ContributionModel::Historical.contributions(
            ContributionMeasure::Cvar,
            rescaled.as_ref().unwrap_or(returns),
            &sample.weights,
            sample.level,
        )?;
        let mut order: Vec<usize> = (0..assets).collect();
        order.sort_by(|&one, &other| found.share[other].total_cmp(&found.share[one]));
        Ok(Some(Self { found, order }))
    }
}

/// Intervals of residuals as those of returns.
fn rescaled(own: TailIntervals, mean: f64, volatility: f64) -> TailIntervals {
    let of = |interval: TailInterval| TailInterval {
        lower: volatility * interval.lower - mean,
        upper: volatility * interval.upper - mean,
        ..interval
    };
    TailIntervals { var: of(own.var), cvar: of(own.cvar) }
}

/// What the estimate does not bear.
fn cautions(
    sample: &Sample,
    model: Model,
    filtered: Option<&Filtered>,
    extreme: Option<&Extreme>,
) -> Vec<String> {
    let mut cautions = Vec::new();
    let beyond = sample.series.len() as f64 * sample.level.tail();
    if beyond < FEW && matches!(model.shape, Shape::Historical | Shape::AgeWeighted) {
        cautions.push(format!(
            "of {} observations about {beyond:.1} lie beyond {}: the sample itself says little there",
            sample.series.len(),
            super::sample::level_words(sample.level)
        ));
    }
    if filtered.is_some_and(|filtered| !filtered.is_converged()) {
        cautions
            .push(format!("the search for the volatility of {model} ended before its tolerances were met"));
    }
    cautions.extend(extreme.into_iter().flat_map(Extreme::cautions));
    cautions
}
