//! What portfolio and benchmark have become, by logarithms.

use crate::Error;
use crate::sum::Sum;

/// The logarithms of both wealths and of their ratio, without the errors of ten thousand additions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Growth {
    portfolio: Sum,
    benchmark: Sum,
    ratio: Sum,
    pub(crate) periods: usize,
}

impl Growth {
    /// Takes in one more period.
    pub(crate) fn push(&mut self, portfolio: f64, benchmark: f64) {
        self.portfolio = self.portfolio.plus(portfolio.ln_1p());
        self.benchmark = self.benchmark.plus(benchmark.ln_1p());
        self.ratio = self.ratio.plus(log_ratio(portfolio, benchmark));
        self.periods += 1;
    }

    pub(crate) fn portfolio_return(&self) -> f64 {
        self.portfolio.value().exp_m1()
    }

    pub(crate) fn benchmark_return(&self) -> f64 {
        self.benchmark.value().exp_m1()
    }

    /// The excess return, to its last digit even where both returns are nearly equal.
    pub(crate) fn excess(&self) -> f64 {
        self.benchmark.value().exp() * self.ratio.value().exp_m1()
    }

    /// What a logarithmic effect is multiplied by: Carino's `1 / k`.
    pub(crate) fn carino(&self) -> f64 {
        self.benchmark.value().exp() * slope(self.ratio.value())
    }

    /// Menchero's m.
    pub(crate) fn menchero(&self) -> f64 {
        let periods = self.periods as f64;
        let (benchmark, ratio) = (self.benchmark.value(), self.ratio.value());
        (benchmark * (1.0 - periods.recip())).exp() * slope(ratio) / slope(ratio / periods)
    }
}

/// `ln((1 + portfolio) / (1 + benchmark))`, to its last digit even where both are nearly equal.
fn log_ratio(portfolio: f64, benchmark: f64) -> f64 {
    let ratio = (portfolio - benchmark) / (1.0 + benchmark);
    if ratio.abs() < 0.5 { ratio.ln_1p() } else { portfolio.ln_1p() - benchmark.ln_1p() }
}

/// Carino's `k_t`.
pub(crate) fn carino(portfolio: f64, benchmark: f64) -> f64 {
    let excess = portfolio - benchmark;
    if excess == 0.0 { (1.0 + benchmark).recip() } else { log_ratio(portfolio, benchmark) / excess }
}

/// `(e^x - 1) / x`, which is one at zero.
pub(crate) fn slope(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.exp_m1() / x }
}

/// Whether something is left of both sides after a period.
pub(crate) fn check(portfolio: f64, benchmark: f64, period: usize) -> Result<(), Error> {
    for (what, value) in [("portfolio", portfolio), ("benchmark", benchmark)] {
        if !(value > -1.0 && value.is_finite()) {
            return Err(Error::NotCompoundable { what, period, value });
        }
    }
    Ok(())
}
