//! What linking returns.

/// Effects of single periods as parts of the excess return over all of them.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LinkedEffects {
    pub(crate) values: Vec<f64>,
    pub(crate) totals: Vec<f64>,
    pub(crate) portfolio_return: f64,
    pub(crate) benchmark_return: f64,
    pub(crate) excess: f64,
}

impl LinkedEffects {
    /// Number of effects, E.
    #[must_use]
    pub fn effects(&self) -> usize {
        self.totals.len()
    }

    /// The linked effects of a period.
    ///
    /// # Panics
    /// When there is no such period.
    #[must_use]
    pub fn period(&self, period: usize) -> &[f64] {
        &self.values[period * self.totals.len()..(period + 1) * self.totals.len()]
    }

    /// Each effect over all periods.
    #[must_use]
    pub fn totals(&self) -> &[f64] {
        &self.totals
    }

    /// Return of the portfolio over all periods.
    #[must_use]
    pub fn portfolio_return(&self) -> f64 {
        self.portfolio_return
    }

    /// Return of the benchmark over all periods.
    #[must_use]
    pub fn benchmark_return(&self) -> f64 {
        self.benchmark_return
    }

    /// What the portfolio earned beyond the benchmark over all periods.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.excess
    }

    /// What the effects leave of the excess return: what those of single periods left out, and rounding.
    #[must_use]
    pub fn remainder(&self) -> f64 {
        self.excess - self.totals.iter().sum::<f64>()
    }
}
