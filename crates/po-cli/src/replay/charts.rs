//! The pictures of a report.

use jiff::civil::DateTime;

use super::curve::{COLOURS, GAIN, GREY, LEFT, LOSS, Panel, Picture, RIGHT, per_cent, range};
use super::reckoning::{NAMES, POINTS, Reckoning};
use super::summary::deviation;
use super::tables::{fixed, share};
use crate::correlation::ticks;
use crate::picture::cut;

/// Assets with a colour of their own in the picture of weights.
const TOP: usize = 8;

/// Bars of a realised volatility.
const WINDOW: usize = 60;

/// Longest name of an asset or a stage.
const NAME: usize = 22;

/// Pictures along the time of the statistics.
pub(super) struct Charts<'a> {
    reckoning: &'a Reckoning,
    /// Bars that are drawn.
    rows: Vec<usize>,
    ticks: Vec<(f64, String)>,
}

impl<'a> Charts<'a> {
    pub(super) fn new(reckoning: &'a Reckoning) -> Self {
        let (first, last) = (reckoning.span.first, reckoning.history.len() - 1);
        let every = (last - first).div_ceil(2 * POINTS).max(1);
        let mut rows: Vec<usize> = (first..last).step_by(every).collect();
        rows.push(last);
        let dates = &reckoning.history.dates[first..];
        let mut charts = Self { reckoning, rows, ticks: Vec::new() };
        charts.ticks = ticks(dates).into_iter().map(|(date, label)| (charts.of(date), label)).collect();
        charts
    }

    /// Where a date lies, from zero to one.
    fn of(&self, date: DateTime) -> f64 {
        let dates = &self.reckoning.history.dates[self.reckoning.span.first..];
        let all = dates[0].duration_until(dates[dates.len() - 1]).as_secs_f64();
        dates[0].duration_until(date).as_secs_f64() / all
    }

    fn along(&self, row: usize) -> f64 {
        self.of(self.reckoning.history.dates[row])
    }

    fn points(&self, value: impl Fn(usize) -> f64) -> Vec<(f64, f64)> {
        self.rows.iter().map(|&row| (self.along(row), value(row))).collect()
    }

    /// Bars that are shown with weights and lines by decision.
    fn shown(&self) -> impl Iterator<Item = usize> + '_ {
        let shown = &self.reckoning.shown;
        (0..shown.len()).filter(|&index| shown[index].0 >= self.reckoning.span.first)
    }

    /// Wealth of all portfolios on a logarithmic axis, and their drawdowns beneath.
    pub(super) fn wealth(&self) -> String {
        let Reckoning { tracks, span, .. } = self.reckoning;
        let mut picture = Picture::default();
        let grown =
            |number: usize, row: usize| tracks[number].wealth[row] / tracks[number].before_costs(span.first);
        let lines = [0, 1, 2].map(|number| self.points(|row| grown(number, row)));
        let (low, high) = range(lines.iter().flatten().map(|(_, value)| value.max(1e-6).ln()));
        let range = (low.exp(), high.exp());
        let upper = Panel { top: 62.0, bottom: 330.0, across: (LEFT, RIGHT), range, logarithmic: true };
        upper.frame(
            &mut picture,
            "Wealth, in multiples of that at the first decision (logarithmic)",
            short,
            &self.ticks,
        );
        let losses = [0, 1, 2].map(|number| {
            let mut high = 0.0_f64;
            // The peak is that of all bars, not of those drawn.
            let all: Vec<f64> = (span.first..tracks[number].wealth.len())
                .map(|row| {
                    let wealth = grown(number, row);
                    high = high.max(wealth).max(1.0);
                    wealth / high - 1.0
                })
                .collect();
            self.points(|row| all[row - span.first])
        });
        let least = losses.iter().flatten().map(|(_, value)| *value).fold(0.0, f64::min);
        let range = (1.05 * least.min(-1e-3), 0.0);
        let lower = Panel { top: 392.0, bottom: 540.0, range, logarithmic: false, ..upper };
        lower.frame(&mut picture, "Drawdown from the highest wealth", per_cent, &self.ticks);
        for number in [2, 1, 0] {
            let style = (colour(number), if number == 0 { 2.0 } else { 1.2 });
            upper.line(&mut picture, &lines[number], style);
            lower.line(&mut picture, &losses[number], style);
        }
        let entries: Vec<(&str, &str)> =
            NAMES.iter().enumerate().map(|(number, name)| (*name, colour(number))).collect();
        picture.legend(24.0, &entries);
        picture.finish(566.0, "Wealth and drawdown of the engine, equal weights, and buy and hold")
    }

    /// The weights of the largest holdings, stacked.
    pub(super) fn weights(&self) -> String {
        let Reckoning { weights, history, .. } = self.reckoning;
        let assets = history.names.len();
        let mean = |asset: usize| self.shown().map(|index| weights[index][asset]).sum::<f64>();
        let mut order: Vec<(usize, f64)> = (0..assets).map(|asset| (asset, mean(asset))).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let top: Vec<usize> = order.iter().take(TOP).map(|(asset, _)| *asset).collect();
        let mut picture = Picture::default();
        let names: Vec<String> = top.iter().map(|&asset| cut(&history.names[asset], NAME)).collect();
        let rest = format!("{} more", assets - top.len());
        let mut entries: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(COLOURS).collect();
        if assets > top.len() {
            entries.push((&rest, GREY));
        }
        let below = picture.legend(24.0, &entries);
        let shown: Vec<usize> = self.shown().collect();
        let parts: Vec<Vec<f64>> = shown
            .iter()
            .map(|&index| {
                let all: f64 = weights[index].iter().sum();
                let mut own: Vec<f64> = top.iter().map(|&asset| weights[index][asset]).collect();
                own.push(all - own.iter().sum::<f64>());
                own
            })
            .collect();
        let most = parts.iter().map(|own| own.iter().sum::<f64>()).fold(1.0, f64::max);
        let panel = Panel {
            top: below + 38.0,
            bottom: below + 278.0,
            across: (LEFT, RIGHT),
            range: (0.0, most),
            logarithmic: false,
        };
        panel.frame(
            &mut picture,
            "Weights after each decision; what is missing to 100 % is cash",
            per_cent,
            &self.ticks,
        );
        for number in 0..entries.len() {
            let band: Vec<(f64, f64, f64)> = shown
                .iter()
                .zip(&parts)
                .map(|(&index, own)| {
                    let from: f64 = own[..number].iter().sum();
                    (self.along(self.reckoning.shown[index].0), from, from + own[number])
                })
                .collect();
            panel.area(&mut picture, &band, (entries[number].1, 0.85));
        }
        picture.finish(below + 304.0, "Weights of the largest holdings over time")
    }

    /// From nothing to the total, a bar for each line by decision.
    pub(super) fn waterfall(&self) -> String {
        let attribution = &self.reckoning.attribution;
        let count = attribution.lines.len() + 1;
        let mut level = 0.0;
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for line in &attribution.lines {
            steps.push((level, level + line));
            level += line;
        }
        steps.push((0.0, attribution.total));
        let (low, high) = range(steps.iter().flat_map(|(from, to)| [*from, *to]).chain([0.0]));
        // Room for the number on the highest bar.
        let range = (low, high + 0.08 * (high - low));
        let panel = Panel { top: 60.0, bottom: 260.0, across: (LEFT, RIGHT), range, logarithmic: false };
        let mut picture = Picture::default();
        panel.frame(
            &mut picture,
            "Profit by decision, in per cent of the capital at the start",
            per_cent,
            &[],
        );
        let pitch = (RIGHT - LEFT) / count as f64;
        for (number, (from, to)) in steps.iter().enumerate() {
            let (low, high) = (panel.y(from.min(*to)), panel.y(from.max(*to)));
            let fill = match () {
                () if number + 1 == count => COLOURS[0],
                () if to >= from => GAIN,
                () => LOSS,
            };
            let x = LEFT + pitch * (number as f64 + 0.18);
            picture.bar((x, high), (0.64 * pitch, (low - high).max(1.0)), fill);
            let middle = x + 0.32 * pitch;
            picture.text((middle, high - 5.0), &share(to - from), "middle", 11.0);
            let name = attribution.names.get(number).map_or("total", String::as_str);
            // Long names stand on two lines.
            let (first, second) = name.split_once(' ').filter(|_| pitch < 150.0).unwrap_or((name, ""));
            picture.text((middle, 278.0), &cut(first, NAME), "middle", 11.0);
            picture.text((middle, 292.0), &cut(second, NAME), "middle", 11.0);
        }
        let zero = panel.y(0.0);
        picture.rule((LEFT, zero), (RIGHT, zero), true);
        picture.finish(306.0, "Profit by decision")
    }

    /// What each line by decision has added up to.
    pub(super) fn cumulative(&self) -> String {
        let Reckoning { attribution, shown, .. } = self.reckoning;
        let mut picture = Picture::default();
        let entries: Vec<(&str, &str)> = attribution.names.iter().map(String::as_str).zip(COLOURS).collect();
        let below = picture.legend(24.0, &entries);
        let indices: Vec<usize> = self.shown().collect();
        let range = range(indices.iter().flat_map(|&index| shown[index].1.iter().copied()));
        let (top, bottom) = (below + 38.0, below + 258.0);
        let panel = Panel { top, bottom, across: (LEFT, RIGHT), range, logarithmic: false };
        let title = "Profit by decision up to a date, in per cent of the capital at the start";
        panel.frame(&mut picture, title, per_cent, &self.ticks);
        for (line, (_, colour)) in entries.iter().enumerate() {
            let points: Vec<(f64, f64)> =
                indices.iter().map(|&index| (self.along(shown[index].0), shown[index].1[line])).collect();
            panel.line(&mut picture, &points, (colour, 1.5));
        }
        picture.finish(below + 284.0, "Profit by decision over time")
    }

    /// The use of the budget where there is one, and the volatility that was forecast beside the one that came.
    pub(super) fn risk(&self) -> String {
        let Reckoning { tracks: [engine, ..], span, .. } = self.reckoning;
        let annual = span.periods_per_year.sqrt();
        let returns = self.reckoning.returns(0);
        // Of the bars up to a row; the first return is that of the bar after the first decision.
        let realised = |row: usize| {
            let end = row - span.first;
            let window = end.checked_sub(WINDOW).map(|start| &returns[start..end]);
            window.map_or(f64::NAN, |window| deviation(window) * annual)
        };
        let lines = [self.points(|row| engine.volatility[row] * annual), self.points(realised)];
        let mut picture = Picture::default();
        let high = range(lines.iter().flatten().map(|(_, value)| *value)).1;
        let upper =
            Panel { top: 62.0, bottom: 230.0, across: (LEFT, RIGHT), range: (0.0, high), logarithmic: false };
        upper.frame(&mut picture, "Volatility a year", per_cent, &self.ticks);
        upper.line(&mut picture, &lines[1], (COLOURS[1], 1.2));
        upper.line(&mut picture, &lines[0], (COLOURS[0], 1.2));
        let realised = format!("realised over {WINDOW} bars");
        picture.legend(24.0, &[("forecast at decisions", COLOURS[0]), (&realised, COLOURS[1])]);
        let Some((low, top)) = span.band else {
            return picture.finish(256.0, "Volatility, forecast and realised");
        };
        let used = self.points(|row| engine.budget_use[row]);
        let high = used.iter().map(|(_, value)| *value).filter(|value| value.is_finite()).fold(1.0, f64::max);
        let lower = Panel { top: 292.0, bottom: 410.0, range: (0.0, 1.04 * high), ..upper };
        lower.area(&mut picture, &[(0.0, low, top), (1.0, low, top)], (GAIN, 0.18));
        lower.frame(&mut picture, "Use of the volatility budget; the band is shaded", per_cent, &self.ticks);
        lower.line(&mut picture, &used, (COLOURS[0], 1.2));
        picture.finish(436.0, "Volatility, forecast and realised, and the use of the budget")
    }

    /// Turnover and costs of each month.
    pub(super) fn trading(&self) -> String {
        let Reckoning { tracks: [engine, ..], span, history, .. } = self.reckoning;
        let mut months: Vec<(usize, f64, f64)> = Vec::new();
        let mut last = None;
        for row in span.first..history.len() {
            let month = (history.dates[row].year(), history.dates[row].month());
            if last != Some(month) {
                months.push((row, 0.0, 0.0));
                last = Some(month);
            }
            if let Some((_, turnover, cost)) = months.last_mut() {
                *turnover += engine.turnover[row];
                *cost += engine.cost[row];
            }
        }
        let mut picture = Picture::default();
        let mut sum = 0.0;
        let costs: Vec<f64> = engine.cost[span.first..]
            .iter()
            .map(|cost| {
                sum += cost;
                sum
            })
            .collect();
        let most = months.iter().map(|(_, turnover, _)| *turnover).fold(1e-6, f64::max);
        let upper = Panel {
            top: 34.0,
            bottom: 150.0,
            across: (LEFT, RIGHT),
            range: (0.0, 1.05 * most),
            logarithmic: false,
        };
        upper.frame(
            &mut picture,
            "Turnover by month: purchases and sales over wealth",
            per_cent,
            &self.ticks,
        );
        let width = (0.8 * (RIGHT - LEFT) / months.len() as f64).min(30.0);
        for (row, turnover, _) in &months {
            let (x, y) = upper.at((self.along(*row), *turnover));
            picture.bar((x.min(RIGHT - width), y), (width, upper.bottom - y), COLOURS[0]);
        }
        let lower = Panel { top: 212.0, bottom: 310.0, range: (0.0, 1.05 * sum.max(1e-6)), ..upper };
        lower.frame(&mut picture, "Costs added up, over wealth at their time", per_cent, &self.ticks);
        lower.line(&mut picture, &self.points(|row| costs[row - span.first]), (COLOURS[1], 1.5));
        picture.finish(336.0, "Turnover and costs")
    }
}

fn colour(number: usize) -> &'static str {
    [COLOURS[0], COLOURS[1], COLOURS[2]].get(number).copied().unwrap_or(GREY)
}

/// A multiple without digits that say nothing.
fn short(value: f64, _: f64) -> String {
    let text = fixed(value, 2);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
