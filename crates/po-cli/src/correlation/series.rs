//! The correlation of some pairs, at each date.

use jiff::civil::DateTime;
use po_engine::correlation::{
    AdaptiveEwma, AdaptiveEwmaParams, Dcc, DccFilter, Decay, Error as Fault, Ewma, EwmaParams,
};
use po_engine::{Returns, StreamingEstimator};
use serde_json::{Map, Value, json};

use super::pairs::Pair;
use super::sample::{About, Sample};
use crate::args::CovarianceKind;
use crate::covariance::{Moving, ending, unsettled};
use crate::data::show_date;
use crate::error::{Error, ObservationError, SettingsError};
use crate::report::csv_row;

/// News that moves correlations less than this does not move them.
const STILL: f64 = 1e-6;

/// Correlations over time.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    kind: CovarianceKind,
    model: Model,
    pub(super) dates: Vec<DateTime>,
    pub(super) paths: Vec<Path>,
    pub(crate) about: About,
}

/// What the correlations follow.
#[derive(Clone, Copy, Debug)]
enum Model {
    /// Exponential weights.
    Ewma { half_life: f64 },
    /// Exponential weights that adapt, with the half-life that they have in the end.
    Adaptive { half_life: f64 },
    /// Dynamic conditional correlation: the weight of the news, and that of the past.
    Dcc { a: f64, b: f64 },
}

/// The correlation of one pair at each date; none while an asset does not move.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) name: String,
    pub(super) values: Vec<Option<f64>>,
}

impl Series {
    /// Runs the estimator through the observations.
    pub(super) fn estimate(
        kind: CovarianceKind,
        estimator: &Moving,
        pairs: &[Pair],
        sample: Sample,
    ) -> Result<Self, Error> {
        let (mut about, file) = (sample.about(), sample.file);
        let observations = &sample.observations;
        let universe = &observations.universe;
        let position = |name: &String| {
            let found = universe.names().iter().position(|known| known == name);
            found.ok_or_else(|| SettingsError::PairLeftOut { name: name.clone() })
        };
        let positions = pairs
            .iter()
            .map(|pair| Ok((position(&pair.one)?, position(&pair.other)?)))
            .collect::<Result<Vec<_>, SettingsError>>()?;
        let returns = &observations.returns;
        let found = match estimator {
            Moving::Ewma(volatility) => ewma(returns, &positions, *volatility),
            Moving::Adaptive => adaptive(returns, &positions),
            Moving::Dcc(dcc) => follow(&kind.name(), dcc, returns, &positions, &mut about.warnings),
        };
        let (model, skipped, values) = found.map_err(Error::correlation(universe))?;
        if skipped >= observations.dates.len() {
            let (rows, required) = (observations.dates.len(), skipped + 1);
            let what = "rows of returns";
            return Err(ObservationError::TooFewRows { name: file, rows, what, required }.into());
        }
        let paths: Vec<Path> =
            pairs.iter().zip(values).map(|(pair, values)| Path { name: pair.text(), values }).collect();
        about.warnings.extend(paths.iter().filter_map(Path::gaps));
        Ok(Self { kind, model, dates: observations.dates[skipped..].to_vec(), paths, about })
    }

    /// The model and how fast it forgets, for people.
    pub(super) fn model(&self) -> String {
        let name = self.kind.name();
        let rounded = |half_life: f64| (half_life * 100.0).round() / 100.0;
        match self.model {
            Model::Ewma { half_life } => format!("{name}, half-life {} periods", rounded(half_life)),
            Model::Adaptive { half_life } => {
                format!("{name}, in the end with a half-life of {} periods", rounded(half_life))
            }
            Model::Dcc { a, b } => format!("{name}, a {a:.4}, b {b:.4}, fitted to all observations"),
        }
    }

    pub(super) fn csv(&self) -> Result<String, Error> {
        let mut text = csv_row(["date"].into_iter().chain(self.paths.iter().map(|path| path.name.as_str())))?;
        for (row, date) in self.dates.iter().enumerate() {
            let mut cells = vec![show_date(*date)];
            cells.extend(
                self.paths
                    .iter()
                    .map(|path| path.values[row].map_or(String::new(), |value| value.to_string())),
            );
            text += &csv_row(cells.iter().map(String::as_str))?;
        }
        Ok(text)
    }

    pub(super) fn json(&self) -> Result<String, Error> {
        let paths: Map<String, Value> =
            self.paths.iter().map(|path| (path.name.clone(), json!(path.values))).collect();
        let parameters = match self.model {
            Model::Ewma { half_life } | Model::Adaptive { half_life } => json!({ "half_life": half_life }),
            Model::Dcc { a, b } => json!({ "a": a, "b": b }),
        };
        let About { assets, observations, span, calendar, warnings, .. } = &self.about;
        let object = json!({
            "covariance": self.kind.name(),
            "parameters": parameters,
            "assets": assets,
            "observations": observations,
            "first": show_date(span.0),
            "last": show_date(span.1),
            "periods_per_year": calendar.periods_per_year,
            "dates": self.dates.iter().copied().map(show_date).collect::<Vec<_>>(),
            "correlations": paths,
            "warnings": warnings,
        });
        let text = serde_json::to_string(&object).map_err(|error| Error::write("JSON")(error.into()))?;
        Ok(text + "\n")
    }
}

impl Path {
    /// The dates' positions of the least and the greatest correlation.
    pub(super) fn extremes(&self) -> Option<(usize, usize)> {
        let known = || self.values.iter().enumerate().filter_map(|(row, value)| Some((row, (*value)?)));
        let least = known().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let greatest = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((least.0, greatest.0))
    }

    /// The mean over the dates that have a correlation.
    pub(super) fn mean(&self) -> Option<f64> {
        let count = self.values.iter().flatten().count();
        (count > 0).then(|| self.values.iter().flatten().sum::<f64>() / count as f64)
    }

    /// What there is to say where correlations are missing.
    fn gaps(&self) -> Option<String> {
        let missing = self.values.iter().filter(|value| value.is_none()).count();
        let dates = if missing == 1 { "1 date" } else { &format!("{missing} dates") };
        (missing > 0).then(|| {
            format!("{} has no correlation on {dates}: until then one of the two had not moved", self.name)
        })
    }

    pub(super) fn last(&self) -> Option<f64> {
        self.values.last().copied().flatten()
    }
}

/// What was found: the model, how many dates pass before it is ready, and the values of each pair.
type Found = (Model, usize, Vec<Vec<Option<f64>>>);

fn ewma(returns: &Returns, pairs: &[(usize, usize)], volatility: Decay) -> Result<Found, Fault> {
    let params = EwmaParams { volatility, ..EwmaParams::default() };
    let skipped = params.min_observations - 1;
    let mut ewma = Ewma::new(params, returns.assets())?;
    let model = Model::Ewma { half_life: volatility.half_life() };
    Ok((model, skipped, run(&mut ewma, returns, pairs, skipped, weighed)?))
}

fn adaptive(returns: &Returns, pairs: &[(usize, usize)]) -> Result<Found, Fault> {
    let params = AdaptiveEwmaParams::default();
    let skipped = params.min_observations - 1;
    let mut adaptive = AdaptiveEwma::new(params, returns.assets())?;
    let pair = |adaptive: &AdaptiveEwma, pair| weighed(adaptive.ewma(), pair);
    let values = run(&mut adaptive, returns, pairs, skipped, pair)?;
    Ok((Model::Adaptive { half_life: Decay::Factor(adaptive.decay()).half_life() }, skipped, values))
}

/// The correlation of a pair by exponential weights; none where one of the two has not moved.
fn weighed(ewma: &Ewma, (one, other): (usize, usize)) -> Option<f64> {
    let scale = (ewma.variance(one) * ewma.variance(other)).sqrt();
    // Rounding must not carry two assets that are one beyond their bounds.
    (scale > 0.0).then(|| (ewma.covariance(one, other) / scale).clamp(-1.0, 1.0))
}

fn follow(
    name: &str,
    dcc: &Dcc,
    returns: &Returns,
    pairs: &[(usize, usize)],
    warnings: &mut Vec<String>,
) -> Result<Found, Fault> {
    let fit = dcc.fit(returns)?;
    warnings.extend(unsettled(name, ending(&fit)));
    let (a, b) = (fit.parameters.a, fit.parameters.b);
    if a < STILL {
        warnings
            .push(format!("{name} finds no change of correlations over time: the weight of news is zero"));
    }
    let mut filter = DccFilter::new(fit.filter_params()?)?;
    let pair = |filter: &DccFilter, (one, other)| filter.pair(one, other);
    Ok((Model::Dcc { a, b }, 0, run(&mut filter, returns, pairs, 0, pair)?))
}

/// Takes in one date after the other, and asks for each pair after each.
fn run<E: StreamingEstimator<Error = Fault>>(
    estimator: &mut E,
    returns: &Returns,
    pairs: &[(usize, usize)],
    skipped: usize,
    ask: impl Fn(&E, (usize, usize)) -> Option<f64>,
) -> Result<Vec<Vec<Option<f64>>>, Fault> {
    let mut values = vec![Vec::with_capacity(returns.observations()); pairs.len()];
    let mut row = vec![0.0; returns.assets()];
    for date in 0..returns.observations() {
        row.iter_mut().enumerate().for_each(|(asset, value)| *value = returns.column(asset)[date]);
        estimator.update(&row)?;
        if date >= skipped {
            values.iter_mut().zip(pairs).for_each(|(values, pair)| values.push(ask(estimator, *pair)));
        }
    }
    Ok(values)
}
