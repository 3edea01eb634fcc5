//! The figures of one scenario, as a table in Markdown.

use crate::experiment::{Outcome, Outcomes};
use crate::market::Scenario;
use crate::methods::{HRP, METHODS};
use crate::statistics::{Estimate, difference, excess, mean, squares};

const HEAD: &str = "\
| method | paper | variance | minus that of HRP | relative to HRP, % | mean | variance of a period, 1e-4 | relative to HRP, % | turnover, % |
|---|---|---|---|---|---|---|---|---|
";

/// What is counted of one method: a number per market.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// Terminal returns.
    pub(crate) terminal: Vec<f64>,
    /// Their squared deviations, whose mean is their variance.
    pub(crate) squares: Vec<f64>,
    /// Variances of the returns of single periods.
    pub(crate) daily: Vec<f64>,
    pub(crate) turnover: Vec<f64>,
}

impl Columns {
    fn of(method: usize, outcomes: &[Outcomes]) -> Self {
        let column = |figure: fn(&Outcome) -> f64| -> Vec<f64> {
            outcomes.iter().map(|outcomes| figure(&outcomes[method])).collect()
        };
        let terminal = column(|outcome| outcome.terminal);
        Self {
            squares: squares(&terminal),
            terminal,
            daily: column(|outcome| outcome.variance),
            turnover: column(|outcome| outcome.turnover),
        }
    }

    /// Those of all methods.
    pub(crate) fn of_all(outcomes: &[Outcomes]) -> Vec<Self> {
        (0..METHODS.len()).map(|method| Self::of(method, outcomes)).collect()
    }
}

/// Each number is followed by its standard error.
pub(crate) fn of(scenario: &Scenario, methods: &[Columns]) -> String {
    let hrp = &methods[HRP];
    let rows = METHODS.iter().zip(methods).map(|(named, own)| {
        let itself = std::ptr::eq(own, hrp);
        let compared = |estimate: Estimate, unit: f64| {
            if itself { "–".to_owned() } else { format!("{:+}", estimate.times(unit)) }
        };
        let paper = named.paper.filter(|_| scenario.shocks);
        let cells = [
            paper.map_or_else(String::new, |variance| format!("{variance:.4}")),
            mean(&own.squares).to_string(),
            compared(difference(&own.squares, &hrp.squares), 1.0),
            compared(excess(&own.squares, &hrp.squares), 100.0),
            mean(&own.terminal).to_string(),
            mean(&own.daily).times(1e4).to_string(),
            compared(excess(&own.daily, &hrp.daily), 100.0),
            mean(&own.turnover).times(100.0).to_string(),
        ];
        format!("| {} | {} |\n", named.name, cells.join(" | "))
    });
    format!("{}\n\n{HEAD}{}", scenario.name, rows.collect::<String>())
}
