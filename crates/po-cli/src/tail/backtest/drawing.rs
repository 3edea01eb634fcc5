//! A test of models as a picture: returns with the value at risk, and the violations of each model beneath.

use plotters::prelude::*;

use super::{Backtest, Standing};
use crate::picture::{
    self, COLOURS, Canvas, Drawn, FAINT, GRID, INK, Placed, SMALL, TEXT, heading, line, write,
};
use crate::report::percent;
use crate::tail::chart::{Axis, Panel, per_cent, range, thinned, wider};
use crate::tail::dates::Dates;
use crate::tail::model::Model;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 900.0;
const TOP: f64 = 118.0;
const BOTTOM: f64 = 430.0;

/// From the dates beneath the returns to the first row of violations, and from one row to the next.
const BELOW: f64 = 62.0;
const ROW: f64 = 22.0;

/// The most models whose value at risk is drawn; all have their violations.
const LINES: usize = 3;

/// More points than twice this are drawn by the extremes of so many stretches.
const STRETCHES: usize = 900;

/// Models that show what a volatility does, in the order in which they are drawn where there is room.
fn chosen(backtest: &Backtest) -> Vec<(usize, &Standing)> {
    let wanted = |standing: &Standing| match standing.model {
        model if model == backtest.reference => 0,
        model if model == "historical".parse().unwrap_or_default() => 1,
        model if model == "ewma-historical".parse().unwrap_or_default() => 2,
        Model { .. } => 3,
    };
    let there = |(_, standing): &(usize, &Standing)| standing.outcome.is_ok();
    let mut chosen: Vec<_> = backtest.standings.iter().enumerate().filter(there).collect();
    chosen.sort_by_key(|(place, standing)| (wanted(standing), *place));
    chosen.truncate(LINES);
    chosen
}

impl Backtest {
    /// Draws the picture; the reason if it cannot be.
    pub(in crate::tail) fn svg(&self) -> Result<String, String> {
        let rows = self.standings.iter().filter(|standing| standing.outcome.is_ok()).count();
        let height = BOTTOM + BELOW + ROW * rows as f64 + 24.0;
        picture::svg((WIDTH as u32, height as u32), |canvas| self.drawn(canvas))
    }

    fn drawn(&self, canvas: &Canvas<'_>) -> Drawn {
        let lines = [self.sample.words(), self.schedule()];
        heading(canvas, &format!("Value at risk at {}, one period ahead", self.level()), &lines)?;
        let window = self.walk.window;
        let (returns, dates) = (&self.sample.series[window..], Dates::new(&self.sample.dates[window..]));
        // Rows of the sample, of which the first window is not shown.
        let at = |row: usize| dates.at(row - window);
        let chosen = chosen(self);
        let paths = || chosen.iter().filter_map(|(_, standing)| standing.outcome.as_ref().ok());
        let risks = paths().flat_map(|outcome| outcome.path.risks.iter().map(|risk| -risk.var));
        let panel = Panel {
            title: String::new(),
            across: (LEFT, RIGHT),
            down: (TOP, BOTTOM),
            x: dates.axis(),
            y: Axis::linear(wider(range(returns.iter().copied().chain(risks)), 0.04), per_cent),
            below: String::new(),
        };
        panel.frame(canvas)?;
        let thin = |points: &mut dyn Iterator<Item = (usize, f64)>| {
            thinned(points, STRETCHES).into_iter().map(|(row, value)| (at(row), value)).collect::<Vec<_>>()
        };
        let grey = RGBColor(190, 195, 203);
        let mut rows = returns.iter().enumerate().map(|(row, value)| (window + row, *value));
        panel.line(canvas, thin(&mut rows), (grey, 0.7))?;
        for ((_, standing), colour) in chosen.iter().zip(COLOURS).rev() {
            let Ok(outcome) = &standing.outcome else { continue };
            let path = outcome.path.rows.iter().zip(&outcome.path.risks);
            panel.line(canvas, thin(&mut path.map(|(row, risk)| (*row, -risk.var))), (colour, 1.3))?;
        }
        if let Some((_, standing)) = chosen.first()
            && let Ok(outcome) = &standing.outcome
        {
            let dots = outcome.hits().map(|row| (at(row), self.sample.series[row]));
            panel.dots(canvas, dots, (COLOURS[0], 2.2))?;
        }
        self.names(canvas, &chosen)?;
        self.strips(canvas, &dates, &chosen)
    }

    /// The names of the lines, side by side.
    fn names(&self, canvas: &Canvas<'_>, chosen: &[(usize, &Standing)]) -> Drawn {
        let mut x = LEFT;
        for ((_, standing), colour) in chosen.iter().zip(COLOURS) {
            line(canvas, (x, TOP - 16.0), (x + 18.0, TOP - 16.0), colour)?;
            let name = standing.model.to_string();
            write(canvas, &name, (x + 24.0, TOP - 16.0), (TEXT, colour), Placed::RIGHT)?;
            x += 48.0 + picture::extent(&name, TEXT);
        }
        if let Some((_, standing)) = chosen.first() {
            let words = format!("dots: losses beyond that of {}", standing.model);
            write(canvas, &words, (x, TOP - 16.0), (SMALL, FAINT), Placed::RIGHT)?;
        }
        Ok(())
    }

    /// A row of violations for each model.
    fn strips(&self, canvas: &Canvas<'_>, dates: &Dates<'_>, chosen: &[(usize, &Standing)]) -> Drawn {
        let top = BOTTOM + BELOW;
        let expected = self.walk.level.tail();
        let words = format!("Violations, {} expected", percent(expected));
        write(canvas, &words, (LEFT, top - 20.0), (TEXT, INK), Placed::RIGHT)?;
        let there = self.standings.iter().enumerate().filter(|(_, standing)| standing.outcome.is_ok());
        for (row, (place, standing)) in there.enumerate() {
            let Ok(outcome) = &standing.outcome else { continue };
            let y = top + ROW * row as f64 + 6.0;
            let drawn = chosen.iter().position(|(own, _)| *own == place);
            let colour = drawn.map_or(FAINT, |drawn| COLOURS[drawn]);
            line(canvas, (LEFT, y + 6.0), (RIGHT, y + 6.0), GRID)?;
            for row in outcome.hits() {
                let x = LEFT + dates.at(row - self.walk.window) * (RIGHT - LEFT);
                line(canvas, (x, y - 5.0), (x, y + 6.0), colour)?;
            }
            write(canvas, &standing.model.to_string(), (LEFT - 10.0, y), (SMALL, INK), Placed::LEFT)?;
            let mark = if outcome.is_rejected() { " *" } else { "" };
            write(
                canvas,
                &format!("{}{mark}", percent(outcome.rate())),
                (RIGHT + 10.0, y),
                (SMALL, INK),
                Placed::RIGHT,
            )?;
        }
        Ok(())
    }
}
