//! A test of models for people.

use super::standing::{Outcome, Share};
use super::{Backtest, LEVEL, Standing};
use crate::page;
use crate::report::{grid, percent};
use crate::tail::sample::level_words;

/// The columns of pages.
const HEADER: [&str; 15] = [
    "model",
    "beyond",
    "expected",
    "rate",
    "Kupiec",
    "binomial",
    "alone",
    "coverage",
    "durations",
    "DQ",
    "zone",
    "shortfall",
    "score",
    "against",
    "mean VaR",
];

/// Those of them that a terminal has room for: the exact tests of a number of violations are much the same.
const SHOWN: [usize; 12] = [0, 1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13];

/// Columns of words: the names, the zones, and p-values, so that their marks stand below each other.
fn is_word(column: usize) -> bool {
    matches!(column, 0 | 4..=11 | 13)
}

const ASSETS: [&str; 7] = ["model", "assets", "Kupiec", "alone", "coverage", "shortfall", "beyond"];

impl Backtest {
    pub(in crate::tail) fn table(&self) -> String {
        let header = SHOWN.map(|column| HEADER[column]);
        let shown = |row: Vec<String>| SHOWN.map(|column| row[column].clone()).to_vec();
        let mut text = grid(&header, |column| is_word(SHOWN[column]), self.rows().into_iter().map(shown));
        for failure in self.standings.iter().filter_map(Standing::failure) {
            text += &format!("failed: {failure}\n");
        }
        if self.assets.is_some() {
            text += "\nEach asset by itself: the share that is not rejected, and violations of all\n";
            text += &grid(&ASSETS, |column| column == 0, self.asset_rows());
        }
        text += "\n";
        text += &self.legend().join("\n");
        text += "\n\n";
        text += &self.verdict();
        text += "\n";
        text
    }

    /// A row for each model that came through.
    fn rows(&self) -> Vec<Vec<String>> {
        let there = |standing: &Standing| {
            let outcome = standing.outcome.as_ref().ok()?;
            Some(row(&standing.model.to_string(), outcome))
        };
        self.standings.iter().filter_map(there).collect()
    }

    fn asset_rows(&self) -> Vec<Vec<String>> {
        let shares = self.shares();
        let row = |(standing, share): (&Standing, &Share)| {
            let mut row = vec![standing.model.to_string(), share.assets.to_string()];
            row.extend(
                share.held.map(|held| held.map_or("-".to_owned(), |held| format!("{:.0} %", 100.0 * held))),
            );
            row.push(percent(share.rate));
            row
        };
        self.standings.iter().zip(&shares).map(row).collect()
    }

    /// What the columns are, and what they were made of.
    fn legend(&self) -> Vec<String> {
        let mut legend = vec![
            format!("backtest: {}", self.sample.words()),
            self.schedule(),
            format!(
                "beyond: losses beyond the value at risk at {}, {:.1} expected; * rejected at {:.0} %",
                self.level(),
                self.forecast() as f64 * self.walk.level.tail(),
                100.0 * LEVEL
            ),
            "Kupiec: p-value of as many as expected; alone, coverage: of none that follow each other, and of both (Christoffersen)"
                .to_owned(),
            "durations, DQ: of the same, by the periods between violations (Christoffersen, Pelletier), and by what was known before (Engle, Manganelli)"
                .to_owned(),
            "zone: of the supervisors' traffic light; shortfall: p-value of a loss beyond the value at risk of the size foretold"
                .to_owned(),
            format!(
                "score: of value at risk and shortfall together (Fissler, Ziegel), the lower the better; against: p-value of as good a score as {} (Diebold, Mariano)",
                self.reference
            ),
        ];
        if self.standings.iter().any(|standing| !standing.model.is_searched()) {
            legend[1] += "; models without a search each time";
        }
        if !self.sample.held().is_empty() {
            legend[1] += &format!("; returns{}", self.sample.held());
        }
        legend
    }

    /// `99 %`
    pub(super) fn level(&self) -> String {
        level_words(self.walk.level)
    }

    /// `2000 forecasts of the next observation from 2010-01-04; fitted to the last 1000, every 20`
    pub(super) fn schedule(&self) -> String {
        let first = crate::data::show_date(self.sample.dates[self.walk.window]);
        let every = match self.walk.every {
            1 => "observation".to_owned(),
            every => format!("{every} observations"),
        };
        format!(
            "{} forecasts of the next observation from {first}; models fitted to the last {}, again every {every}",
            self.forecast(),
            self.walk.window
        )
    }

    /// Who holds, and who does not.
    fn verdict(&self) -> String {
        let there = || {
            self.standings
                .iter()
                .filter_map(|standing| Some((standing.model.to_string(), standing.outcome.as_ref().ok()?)))
        };
        let holding: Vec<String> =
            there().filter(|(_, outcome)| !outcome.is_rejected()).map(|(name, _)| name).collect();
        let best = there().min_by(|one, other| one.1.score().total_cmp(&other.1.score()));
        let best = best.map_or(String::new(), |(name, _)| format!(" The least score is that of {name}."));
        let level = 100.0 * LEVEL;
        match holding.as_slice() {
            [] => format!("Conditional coverage rejects every model at {level:.0} %.{best}"),
            names => {
                format!("Conditional coverage does not reject {} at {level:.0} %.{best}", joined(names))
            }
        }
    }

    /// The page around the picture.
    pub(in crate::tail) fn page(&self, picture: &str) -> String {
        let mut body = String::from("<h1>Tests</h1>\n");
        body += &page::table(&HEADER, |column| column == 0, &self.rows());
        if self.assets.is_some() {
            body += "<h2>Each asset by itself</h2>\n";
            body += &page::table(&ASSETS, |column| column == 0, &self.asset_rows());
        }
        for line in self.legend().iter().chain([&self.verdict()]) {
            body += &format!("<p>{}</p>\n", page::escaped(line));
        }
        let style = "body{max-width:1280px}th,td{padding:.3rem .4rem}";
        page::page("Test of value at risk", style, picture, &body, &self.sample.warnings)
    }
}

/// `a, b and c`
fn joined(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.join(""),
    }
}

fn row(name: &str, outcome: &Outcome) -> Vec<String> {
    let tests = &outcome.tests;
    let mut row = vec![
        name.to_owned(),
        tests.kupiec.violations.to_string(),
        format!("{:.1}", tests.kupiec.expected),
        percent(outcome.rate()),
    ];
    row.extend(
        [
            Some(tests.kupiec.test.p_value()),
            Some(tests.kupiec.binomial),
            Some(tests.christoffersen.independence.p_value()),
            Some(tests.christoffersen.conditional_coverage.p_value()),
            Some(tests.durations.conditional_coverage.p_value()),
            tests.dynamic_quantile.map(|test| test.p_value()),
        ]
        .map(marked),
    );
    row.push(tests.traffic_light.zone.to_string());
    row.push(marked(outcome.shortfall()));
    row.push(format!("{:.3}", outcome.score()));
    row.push(marked(outcome.against));
    row.push(percent(outcome.mean_var()));
    row
}

/// Three digits, and no more certainty than there is; a star where it is small.
fn marked(p_value: Option<f64>) -> String {
    let Some(p_value) = p_value else { return "-".to_owned() };
    let text = if p_value < 0.0005 { "<0.001".to_owned() } else { format!("{p_value:.3}") };
    if p_value <= LEVEL { format!("{text} *") } else { text }
}
