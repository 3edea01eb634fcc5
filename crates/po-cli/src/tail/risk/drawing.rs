//! The risk of losses as a picture: the past with the value at risk, and how well the tail fits.

use plotters::prelude::*;
use po_engine::Confidence;
use po_engine::tail::Threshold;

use super::Risk;
use super::extreme::Extreme;
use crate::picture::{self, COLOURS, Canvas, Drawn, FAINT, INK, heading};
use crate::report::percent;
use crate::tail::chart::{Axis, Panel, per_cent, plain, range, short_per_cent, thinned, wider};
use crate::tail::dates::Dates;
use crate::tail::model::Shape;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 964.0;
const TOP: f64 = 130.0;

/// The height of the past, of a panel, and the room between two of them.
const PAST: f64 = 240.0;
const HIGH: f64 = 250.0;
const BETWEEN: (f64, f64) = (78.0, 84.0);

/// More points than twice this are drawn by the extremes of so many stretches.
const STRETCHES: usize = 900;

/// The most points of a tail; those nearer the middle are thinned.
const POINTS: usize = 1500;

/// The points of a curve.
const STEPS: u32 = 40;

const GREY: RGBColor = RGBColor(190, 195, 203);
const VAR: RGBColor = COLOURS[0];
const CVAR: RGBColor = COLOURS[1];

impl Risk {
    /// Draws the picture; the reason if it cannot be.
    pub(in crate::tail) fn svg(&self) -> Result<String, String> {
        let rows = if self.is_extreme() { 2.0 } else { 1.0 };
        let height = TOP + PAST + rows * (HIGH + BETWEEN.1) + 50.0;
        picture::svg((WIDTH as u32, height as u32), |canvas| self.drawn(canvas))
    }

    fn drawn(&self, canvas: &Canvas<'_>) -> Drawn {
        let level = super::super::sample::level_words(self.sample.level);
        let lines = [
            self.sample.words(),
            format!(
                "{}: value at risk {} at {level}, expected shortfall {}",
                self.model,
                percent(self.risk.var),
                percent(self.risk.cvar)
            ),
        ];
        heading(canvas, "Risk of the next period", &lines)?;
        self.past(canvas)?;
        let first = TOP + PAST + BETWEEN.1;
        let half = (RIGHT - LEFT - BETWEEN.0) / 2.0;
        let (left, right) = ((LEFT, LEFT + half), (RIGHT - half, RIGHT));
        let rows = [(first, first + HIGH), (first + HIGH + BETWEEN.1, first + 2.0 * HIGH + BETWEEN.1)];
        match &self.extreme {
            None => self.tail_of(canvas, (LEFT, RIGHT), rows[0], &self.losses()),
            Some(extreme) => {
                self.tail_of(canvas, left, rows[0], &self.losses())?;
                quantiles(extreme, self.unit(), canvas, right, rows[0])?;
                mean_excess(extreme, self.unit(), canvas, left, rows[1])?;
                stability(extreme, canvas, right, rows[1])
            }
        }
    }

    /// Losses of the returns, or of the residuals, the greatest first.
    fn losses(&self) -> Vec<f64> {
        let of = self.filtered.as_ref().map_or(&self.sample.series, |filtered| &filtered.residuals);
        let mut losses: Vec<f64> = of.iter().map(|value| 0.0 - value).collect();
        losses.sort_unstable_by(|a, b| b.total_cmp(a));
        losses
    }

    /// How losses are shown: returns in per cent, residuals as numbers.
    fn unit(&self) -> Unit {
        if self.filtered.is_some() { Unit::Volatility } else { Unit::Return }
    }

    /// Returns over time, with the value at risk as the model has it for each period.
    fn past(&self, canvas: &Canvas<'_>) -> Drawn {
        let dates = Dates::new(&self.sample.dates);
        let series = &self.sample.series;
        let (var, cvar) = (self.path(|own| own.0), self.path(|own| own.1));
        let all = series.iter().copied().chain(cvar.iter().map(|(_, risk)| -risk));
        let title = if self.filtered.is_some() {
            "Returns, with value at risk (blue) and expected shortfall (orange) by one fit to them all"
        } else {
            "Returns, with value at risk (blue) and expected shortfall (orange)"
        };
        let panel = Panel {
            title: title.to_owned(),
            across: (LEFT, RIGHT),
            down: (TOP, TOP + PAST),
            x: dates.axis(),
            y: Axis::linear(wider(range(all), 0.04), per_cent),
            below: String::new(),
        };
        panel.frame(canvas)?;
        let places = |points: Vec<(usize, f64)>| -> Vec<(f64, f64)> {
            points.into_iter().map(|(row, value)| (dates.at(row), value)).collect()
        };
        let returns = thinned(series.iter().copied().enumerate(), STRETCHES);
        panel.line(canvas, places(returns), (GREY, 0.7))?;
        for (path, colour) in [(&cvar, CVAR), (&var, VAR)] {
            let points = thinned(path.iter().map(|(row, risk)| (*row, -risk)), STRETCHES);
            panel.line(canvas, places(points), (colour, 1.2))?;
        }
        let beyond = var.iter().filter(|(row, risk)| -series[*row] > *risk);
        panel.dots(canvas, beyond.map(|(row, _)| (dates.at(*row), series[*row])), (VAR, 2.0))
    }

    /// The risk of each period that has one: by row.
    fn path(&self, of: impl Fn((f64, f64)) -> f64) -> Vec<(usize, f64)> {
        let rows = self.sample.series.len();
        let Some(filtered) = &self.filtered else {
            let risk = of((self.risk.var, self.risk.cvar));
            return (0..rows).map(|row| (row, risk)).collect();
        };
        let (mean, next) = (filtered.next.mean, filtered.next.next());
        // The risk of residuals of volatility one.
        let own = (of((self.risk.var, self.risk.cvar)) + mean) / next;
        let skipped = rows - filtered.volatilities.len();
        let risk = |(row, volatility): (usize, &f64)| (skipped + row, volatility * own - mean);
        filtered.volatilities.iter().enumerate().map(risk).collect()
    }

    /// The share of losses beyond each loss, on axes of logarithms, with the model.
    fn tail_of(&self, canvas: &Canvas<'_>, across: (f64, f64), down: (f64, f64), losses: &[f64]) -> Drawn {
        let count = losses.len() as f64;
        let positive: Vec<(f64, f64)> = losses
            .iter()
            .enumerate()
            .filter(|(rank, loss)| **loss > 0.0 && (*rank as f64) < 0.3 * count)
            .map(|(rank, loss)| (*loss, (rank as f64 + 0.5) / count))
            .collect();
        let (mean, volatility) =
            self.filtered.as_ref().map_or((0.0, 1.0), |own| (own.next.mean, own.next.next()));
        let own = |risk: f64| (risk + mean) / volatility;
        let (var, cvar) = (own(self.risk.var), own(self.risk.cvar));
        let (low, high) = range(positive.iter().map(|(loss, _)| *loss).chain([var, cvar]));
        let low = low.max(0.02 * high);
        let least = 0.4 / count;
        let panel = Panel {
            title: "Share of losses beyond".to_owned(),
            across,
            down,
            x: Axis::logarithmic((low, 1.08 * high), |value| self.unit().short(value)),
            y: Axis::logarithmic((least, 0.35), short_per_cent),
            below: self.unit().loss().to_owned(),
        };
        panel.frame(canvas)?;
        let step = (positive.len() / POINTS).max(1);
        let kept = positive.iter().enumerate().filter(|(rank, _)| *rank < 300 || rank % step == 0);
        panel.dots(canvas, kept.map(|(_, point)| *point), (FAINT, 1.8))?;
        if let Some(extreme) = &self.extreme {
            let (from, share) = (extreme.choice.threshold, extreme.choice.share());
            let distribution = extreme.distribution();
            let curve = (0..=200).map(|step| {
                let loss = from * (1.08 * high / from).powf(f64::from(step) / 200.0);
                (loss, share * distribution.survival(loss - from))
            });
            panel.line(canvas, curve, (INK, 1.4))?;
            panel.rule(canvas, (from, true), ("threshold", FAINT), HIGH - 34.0)?;
        }
        if self.is_curved() {
            panel.line(canvas, self.curve(least), (INK, 1.4))?;
        }
        panel.rule(canvas, (var, true), ("VaR", VAR), 0.0)?;
        panel.rule(canvas, (cvar, true), ("CVaR", CVAR), 16.0)
    }
}

impl Risk {
    /// Whether the model is a distribution, apart from the sample, that is not drawn from its threshold on.
    fn is_curved(&self) -> bool {
        matches!(self.model.shape, Shape::Normal | Shape::StudentT | Shape::CornishFisher)
    }

    /// The loss that the model has a share of all losses lie beyond, down to the least share.
    fn curve(&self, least: f64) -> Vec<(f64, f64)> {
        let of = self.filtered.as_ref().map_or(&self.sample.series, |filtered| &filtered.residuals);
        let tail = self.model.tail(Threshold::default());
        let point = |step: u32| {
            let share = 0.3 * (least / 0.3).powf(f64::from(step) / f64::from(STEPS));
            let risk = tail.estimate(of, Confidence::new(1.0 - share).ok()?).ok()?;
            Some((risk.var, share))
        };
        (0..=STEPS).filter_map(point).collect()
    }
}

/// What losses are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Return,
    Volatility,
}

impl Unit {
    fn shown(self, value: f64, step: f64) -> String {
        if self == Self::Return { per_cent(value, step) } else { plain(value, step) }
    }

    fn short(self, value: f64) -> String {
        if self == Self::Return { short_per_cent(value) } else { format!("{value}") }
    }

    fn loss(self) -> &'static str {
        if self == Self::Return { "loss" } else { "loss, in volatilities" }
    }
}

/// What losses exceed the threshold by, beside what the fit expects.
fn quantiles(
    extreme: &Extreme,
    unit: Unit,
    canvas: &Canvas<'_>,
    across: (f64, f64),
    down: (f64, f64),
) -> Drawn {
    let points: Vec<(f64, f64)> =
        extreme.quantiles.iter().map(|point| (point.expected, point.observed)).collect();
    let (_, most) = range(points.iter().flat_map(|(expected, excess)| [*expected, *excess]));
    let shown = |value: f64, step: f64| unit.shown(value, step);
    let panel = Panel {
        title: "Excesses over the threshold, beside those of the fit".to_owned(),
        across,
        down,
        x: Axis::linear((0.0, 1.04 * most), shown),
        y: Axis::linear((0.0, 1.04 * most), shown),
        below: "excess by the fit".to_owned(),
    };
    panel.frame(canvas)?;
    panel.line(canvas, [(0.0, 0.0), (1.04 * most, 1.04 * most)], (INK, 1.0))?;
    panel.dots(canvas, points, (VAR, 2.0))
}

/// The mean excess by the threshold; a straight line where the tail is Pareto's.
fn mean_excess(
    extreme: &Extreme,
    unit: Unit,
    canvas: &Canvas<'_>,
    across: (f64, f64),
    down: (f64, f64),
) -> Drawn {
    let points = &extreme.mean_excesses;
    let shown = |value: f64, step: f64| unit.shown(value, step);
    let (low, high) = range(points.iter().flat_map(|point| [point.lower.max(0.0), point.upper]));
    let panel = Panel {
        title: "Mean excess beyond each threshold, with its 95 % band".to_owned(),
        across,
        down,
        x: Axis::linear(range(points.iter().map(|point| point.threshold)), shown),
        y: Axis::linear((low, high), shown),
        below: "threshold".to_owned(),
    };
    panel.frame(canvas)?;
    let band: Vec<(f64, f64, f64)> =
        points.iter().map(|point| (point.threshold, point.lower, point.upper)).collect();
    panel.band(canvas, &band, VAR)?;
    panel.line(canvas, points.iter().map(|point| (point.threshold, point.mean)), (VAR, 1.4))?;
    let from = extreme.choice.threshold;
    let distribution = extreme.distribution();
    let fitted = points.iter().map(|point| point.threshold).filter(|at| *at >= from);
    let line = fitted.filter_map(|at| Some((at, distribution.mean_excess(at - from)?)));
    panel.line(canvas, line, (INK, 1.2))?;
    panel.rule(canvas, (from, true), ("threshold", FAINT), 0.0)
}

/// The shape by how many losses lie beyond the threshold; level where the tail is Pareto's.
fn stability(extreme: &Extreme, canvas: &Canvas<'_>, across: (f64, f64), down: (f64, f64)) -> Drawn {
    let points = &extreme.stability;
    let ends = points.iter().flat_map(|point| {
        let (low, high) = point.shape_interval.unwrap_or((point.shape, point.shape));
        [low, high, point.shape]
    });
    let (low, high) = range(ends);
    let counts = range(points.iter().map(|point| point.exceedances as f64));
    let panel = Panel {
        title: "Shape xi beyond each threshold, with its 95 % band".to_owned(),
        across,
        down,
        x: Axis::linear(counts, plain),
        y: Axis::linear((low.max(-1.0), high.min(1.5)), plain),
        below: "losses beyond the threshold".to_owned(),
    };
    panel.frame(canvas)?;
    let ends = points.iter().filter_map(|point| Some((point.exceedances as f64, point.shape_interval?)));
    let band: Vec<(f64, f64, f64)> = ends.map(|(count, (low, high))| (count, low, high)).collect();
    panel.band(canvas, &band, VAR)?;
    panel.line(canvas, points.iter().map(|point| (point.exceedances as f64, point.shape)), (VAR, 1.4))?;
    panel.rule(canvas, (extreme.choice.exceedances as f64, true), ("chosen", FAINT), 0.0)
}
