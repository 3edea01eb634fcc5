//! A comparison for people.

use po_engine::correlation::evaluate::{Loss, LossSummary, Outcome};

use super::Comparison;
use crate::data::show_date;
use crate::report::{grid, percent};

const HEADER: [&str; 13] = [
    "estimator",
    "QLIKE",
    "behind",
    "p",
    "set p",
    "volatility",
    "behind",
    "p",
    "set p",
    "ratio",
    "p",
    "95 %",
    "99 %",
];

/// Columns of words; p-values of the set are among them, so that their marks stand below each other.
const WORDS: [usize; 3] = [0, 4, 8];

/// Ratios further from 1 than this are worth a sentence, if they are no chance.
const FAR: f64 = 0.1;
const CHANCE: f64 = 0.01;

impl Comparison {
    pub(in crate::correlation) fn table(&self) -> String {
        let mut sorted: Vec<(&str, &Outcome)> = self.outcomes().collect();
        sorted.sort_by(|one, other| one.1.qlike.mean.total_cmp(&other.1.qlike.mean));
        let rows = sorted.iter().map(|(name, outcome)| self.row(name, outcome));
        let mut text = grid(&HEADER, |column| WORDS.contains(&column), rows);
        for failure in self.standings.iter().filter_map(super::Standing::failure) {
            text += &format!("failed: {failure}\n");
        }
        let unconverged: Vec<String> =
            self.standings.iter().filter_map(super::Standing::unconverged).collect();
        if !unconverged.is_empty() {
            text += &format!(
                "not converged: {}; forecasts rest on what these searches had reached\n",
                unconverged.join("; ")
            );
        }
        for left in &self.left_out {
            text +=
                &format!("left out: {} ({}); --entrants takes them\n", left.names.join(", "), left.reason);
        }
        text += "\n";
        text += &self.legend();
        text += "\n";
        text += &self.advice().join("\n");
        text += "\n";
        text
    }

    fn row(&self, name: &str, outcome: &Outcome) -> Vec<String> {
        let mut cells = vec![name.to_owned(), format!("{:.3}", outcome.qlike.mean)];
        cells.extend(tests(&outcome.qlike, format!("{:.3}", self.qlike_behind(outcome))));
        cells.push(percent(outcome.volatility() * self.annual()));
        cells.extend(tests(&outcome.portfolio, percent(self.volatility_behind(outcome))));
        let calibration = &outcome.calibration;
        cells.extend([format!("{:.2}", calibration.ratio), probability(calibration.p_value)]);
        cells.extend(calibration.coverage.map(|found| format!("{:.1} %", 100.0 * found.share)));
        cells
    }

    /// What the columns are, and what they were made of.
    fn legend(&self) -> String {
        let sample = match self.window {
            Some(window) => format!("the last {window} observations"),
            None => "all observations before".to_owned(),
        };
        let every = match self.every {
            1 => "observation".to_owned(),
            every => format!("{every} observations"),
        };
        let (scored, first) = (self.scored.0, show_date(self.scored.1));
        let sure = level(self.confidence);
        format!(
            "correlation: {}\n\
             {scored} forecasts of the next observation scored, from {first}; fitted to {sample}, every {every}\n\
             QLIKE: ln det H + r' H\u{207b}\u{b9} r, the lower the better\n\
             volatility: of the minimum-variance portfolio of the forecast, a year ({})\n\
             behind, p: distance to the best, and its p-value (Diebold, Mariano)\n\
             set p: p-value in the model confidence set (Hansen, Lunde, Nason); * in the set, which holds the best with a probability of {sure}\n\
             ratio: of what came to what was foretold, about 1 if variances have the right size; above it they are too small\n\
             95 %, 99 %: how often returns were within these bounds of a normal distribution\n",
            self.about.words(),
            self.about.calendar,
        )
    }

    /// Which one to use.
    fn advice(&self) -> Vec<String> {
        let (Some(qlike), Some(volatility)) = (self.by_qlike(), self.by_volatility()) else {
            return Vec::new();
        };
        if self.outcomes().count() == 1 {
            return vec![format!("Only {} came through: there is nothing to compare it with.", qlike.0)];
        }
        let mut first =
            format!("By QLIKE, use {}: {}.", self.used(qlike.0), self.others(Loss::Qlike, qlike.0));
        let calibration = &qlike.1.calibration;
        if (calibration.ratio - 1.0).abs() > FAR && calibration.p_value < CHANCE {
            let size = if calibration.ratio > 1.0 { "small" } else { "large" };
            first += &format!(" Its variances were too {size}: the ratio is {:.2}.", calibration.ratio);
        }
        let also = if qlike.0 == volatility.0 { " too" } else { "" };
        let second = format!(
            "By the volatility of the portfolio, use {}{also}, with {} a year: {}.",
            if also.is_empty() { self.used(volatility.0) } else { volatility.0.to_owned() },
            percent(volatility.1.volatility() * self.annual()),
            self.others(Loss::Portfolio, volatility.0)
        );
        vec![first, second]
    }

    /// What there is to say of all but the best.
    fn others(&self, loss: Loss, best: &str) -> String {
        let sure = level(self.confidence);
        let mut close: Vec<(&str, f64)> = self
            .outcomes()
            .filter(|(name, outcome)| *name != best && outcome.by(loss).in_set)
            .map(|(name, outcome)| (name, outcome.by(loss).mean))
            .collect();
        close.sort_by(|one, other| one.1.total_cmp(&other.1));
        let names: Vec<&str> = close.iter().map(|(name, _)| *name).collect();
        match names[..] {
            [] => format!("all others are worse, at a confidence of {sure}"),
            [ref first @ .., last] if !first.is_empty() => {
                format!("{} and {last} cannot be told apart from it", first.join(", "))
            }
            _ => format!("{} cannot be told apart from it", names.join("")),
        }
    }

    pub(super) fn by_qlike(&self) -> Option<(&str, &Outcome)> {
        self.least(|outcome| outcome.qlike.mean)
    }

    pub(super) fn by_volatility(&self) -> Option<(&str, &Outcome)> {
        self.least(|outcome| outcome.portfolio.mean)
    }

    /// How far the mean loss is from the least.
    pub(super) fn qlike_behind(&self, outcome: &Outcome) -> f64 {
        self.by_qlike().map_or(0.0, |(_, best)| outcome.qlike.mean - best.qlike.mean)
    }

    /// How far the volatility is from the least, a year.
    pub(super) fn volatility_behind(&self, outcome: &Outcome) -> f64 {
        let behind = self.by_volatility().map_or(0.0, |(_, best)| outcome.volatility() - best.volatility());
        self.annual() * behind
    }
}

/// The tests of one loss, where the best has nothing to be tested against.
fn tests(summary: &LossSummary, behind: String) -> [String; 3] {
    let mark = if summary.in_set { " *" } else { "" };
    let set = format!("{}{mark}", probability(summary.confidence));
    match &summary.against_best {
        None => ["best".to_owned(), "-".to_owned(), set],
        Some(test) => [behind, probability(test.p_value), set],
    }
}

/// Three digits, and no more certainty than there is.
fn probability(p_value: f64) -> String {
    if p_value < 0.0005 { "<0.001".to_owned() } else { format!("{p_value:.3}") }
}

/// `90 %`
fn level(confidence: f64) -> String {
    format!("{} %", (1e4 * confidence).round() / 1e2)
}
