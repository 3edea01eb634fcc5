//! The risk of losses for people.

use po_engine::tail::{ModelRow, TailInterval};

use super::{COVER, Risk};
use crate::page;
use crate::report::{grid, percent};
use crate::tail::model::Shape;
use crate::tail::sample::level_words;

/// Assets beyond these have their shares added up.
const LISTED: usize = 25;

const CONTRIBUTIONS: [&str; 4] = ["asset", "weight", "component of CVaR", "share"];
const MODELS: [&str; 3] = ["by other models", "VaR", "CVaR"];
const MEASURES: [&str; 2] = ["other measures", "per period"];

impl Risk {
    pub(in crate::tail) fn table(&self) -> String {
        let header = self.header();
        let header = header.each_ref().map(String::as_str);
        let mut text = grid(&header, |column| matches!(column, 0 | 2), self.estimates());
        if let Some(rows) = self.contributed() {
            text += "\n";
            text += &grid(&CONTRIBUTIONS, |column| column == 0, rows);
        }
        text += "\n";
        text += &grid(&MODELS, |column| column == 0, self.models());
        text += "\n";
        text += &grid(&MEASURES, |column| column == 0, self.measures());
        text += "\n";
        text += &self.summary().join("\n");
        text += "\n";
        text
    }

    fn header(&self) -> [String; 3] {
        let level = level_words(self.sample.level);
        [format!("at {level}"), "loss".to_owned(), format!("{:.0} % interval", 100.0 * COVER)]
    }

    /// Value at risk, and the mean loss beyond it.
    fn estimates(&self) -> Vec<Vec<String>> {
        let interval = |own: Option<TailInterval>| own.map_or("-".to_owned(), between);
        let (var, cvar) = (self.intervals.map(|own| own.var), self.intervals.map(|own| own.cvar));
        [("value at risk", self.risk.var, var), ("expected shortfall (CVaR)", self.risk.cvar, cvar)]
            .map(|(name, loss, own)| vec![name.to_owned(), percent(loss), interval(own)])
            .into()
    }

    /// Who contributes what, the greatest share first.
    fn contributed(&self) -> Option<Vec<Vec<String>>> {
        let contributions = self.contributions.as_ref()?;
        let (found, weights) = (&contributions.found, self.sample.weights.as_slice());
        let (shown, rest) = contributions.order.split_at(LISTED.min(contributions.order.len()));
        let row = |name: String, weight: f64, component: f64, share: f64| {
            vec![name, percent(weight), percent(component), percent(share)]
        };
        let asset = |&asset: &usize| {
            let name = self.sample.universe.names()[asset].clone();
            row(name, weights[asset], found.component[asset], found.share[asset])
        };
        let mut rows: Vec<Vec<String>> = shown.iter().map(asset).collect();
        let sum = |values: &[f64], of: &[usize]| of.iter().map(|&asset| values[asset]).sum::<f64>();
        if !rest.is_empty() {
            let name = format!("{} more", rest.len());
            let (component, share) = (sum(&found.component, rest), sum(&found.share, rest));
            rows.push(row(name, sum(weights, rest), component, share));
        }
        let all = &contributions.order;
        let (component, share) = (sum(&found.component, all), sum(&found.share, all));
        rows.push(row("portfolio".to_owned(), sum(weights, all), component, share));
        Some(rows)
    }

    /// What other models say of the returns as they come.
    fn models(&self) -> Vec<Vec<String>> {
        let row = |row: &ModelRow| {
            let name = row.model.name().to_owned();
            match &row.risk {
                Ok(risk) => vec![name, percent(risk.var), percent(risk.cvar)],
                Err(_) => vec![name, "-".to_owned(), "-".to_owned()],
            }
        };
        self.sheet.models.iter().map(row).collect()
    }

    fn measures(&self) -> Vec<Vec<String>> {
        let measures = self.sheet.measures.iter();
        // Value at risk and its mean stand above.
        let others = measures.skip(2).filter_map(|row| Some((row.measure, *row.risk.as_ref().ok()?)));
        others.map(|(measure, risk)| vec![measure.name().to_owned(), percent(risk)]).collect()
    }

    /// What the risk was estimated from, how, and what the tail is like.
    pub(super) fn summary(&self) -> Vec<String> {
        let mut lines = vec![
            format!("tail: {}; losses of one period{}", self.sample.words(), self.sample.held()),
            format!("by {}: {}", self.model, self.model.words()),
        ];
        if let Some(filtered) = &self.filtered {
            let past = &filtered.volatilities;
            let mean = past.iter().sum::<f64>() / past.len() as f64;
            let mut line = format!(
                "volatility of the next period {}, in the mean of the past {}",
                percent(filtered.next.next()),
                percent(mean)
            );
            if let Some(fit) = &filtered.fit {
                let own = &fit.parameters;
                line += &format!(
                    "; persistence {:.3}, effect of falls {:.3}",
                    own.persistence(fit.params.model),
                    own.gamma
                );
            }
            lines.push(line);
        }
        if let Some(extreme) = &self.extreme {
            let distribution = extreme.distribution();
            lines.extend(extreme.choice.explain().lines().map(str::to_owned));
            let error = extreme.tail.gpd().standard_errors();
            let error = error.map_or(String::new(), |[error, _]| format!(", standard error {error:.3}"));
            let shape = extreme.shape.map_or(String::new(), |own| {
                format!(", {:.0} % interval {:.3} to {:.3}", 100.0 * COVER, own.lower, own.upper)
            });
            let unit = if self.filtered.is_some() { " in volatilities" } else { "" };
            lines.push(format!(
                "shape xi {:.3}{error}{shape}; scale {:.4}{unit}",
                distribution.shape(),
                distribution.scale()
            ));
        }
        let method = self.intervals.map_or(String::new(), |own| {
            let given = if self.filtered.is_some() { ", given the volatility" } else { "" };
            let methods = if own.var.method == own.cvar.method {
                own.var.method.to_string()
            } else {
                format!("{} and {}", own.var.method, own.cvar.method)
            };
            format!("intervals by {methods}{given}")
        });
        if !method.is_empty() {
            lines.push(method);
        }
        if self.contributions.is_some() {
            let rescaled = if self.filtered.is_some() {
                ", each period rescaled to the volatility of the next one"
            } else {
                ""
            };
            lines.push(format!(
                "components: the part of each asset in the mean of the worst losses of the sample{rescaled}"
            ));
        }
        lines.extend(self.refusals());
        lines
    }

    /// Why models say nothing.
    fn refusals(&self) -> Vec<String> {
        let refused = |row: &ModelRow| {
            let error = row.risk.as_ref().err()?;
            Some(format!("{} says nothing: {}", row.model.name(), error.named(&self.sample.subject)))
        };
        self.sheet.models.iter().filter_map(refused).collect()
    }

    /// The page around the picture.
    pub(in crate::tail) fn page(&self, picture: &str) -> String {
        let header = self.header();
        let header = header.each_ref().map(String::as_str);
        let mut body = String::from("<h1>Risk of the next period</h1>\n");
        let is_word = |column| matches!(column, 0 | 2);
        body += &page::table(&header, is_word, &self.estimates());
        for line in self.summary() {
            body += &format!("<p>{}</p>\n", page::escaped(&line));
        }
        if let Some(rows) = self.contributed() {
            body += "<h2>Contributions</h2>\n";
            body += &page::table(&CONTRIBUTIONS, |column| column == 0, &rows);
        }
        body += "<h2>Other models</h2>\n";
        body += &page::table(&MODELS, |column| column == 0, &self.models());
        body += "<h2>Other measures</h2>\n";
        body += &page::table(&MEASURES, |column| column == 0, &self.measures());
        page::page("Risk of losses", "table{width:auto}", picture, &body, &self.sample.warnings)
    }

    /// Whether the tail is one of extreme values.
    pub(super) fn is_extreme(&self) -> bool {
        self.model.shape == Shape::Evt
    }
}

/// `2.51 % to 3.02 %`
fn between(interval: TailInterval) -> String {
    let side = |end: f64| if end.is_finite() { percent(end) } else { "unknown".to_owned() };
    format!("{} to {}", side(interval.lower), side(interval.upper))
}
