//! The numbers of one bar.

use po_engine::stream::{Bar, FactorBar, Time};

/// A bar that owns its numbers, for reading into again and again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) time: Time,
    /// One price per asset; NaN where there is none.
    pub(crate) prices: Vec<f64>,
    /// One return per factor.
    pub(crate) returns: Vec<f64>,
    /// The exposures of the assets, factor after factor.
    pub(crate) exposures: Vec<f64>,
}

impl Row {
    /// A row without prices.
    pub(crate) fn new(assets: usize, factors: usize) -> Self {
        Self {
            time: Time::default(),
            prices: vec![f64::NAN; assets],
            returns: vec![f64::NAN; factors],
            exposures: vec![0.0; factors * assets],
        }
    }

    /// The bar as the engine takes it.
    pub(crate) fn bar(&self) -> Bar<'_> {
        let factors = FactorBar { returns: &self.returns, exposures: &self.exposures };
        Bar { time: self.time, prices: &self.prices, factors: (!self.returns.is_empty()).then_some(factors) }
    }

    /// Forgets what was read before.
    pub(super) fn clear(&mut self) {
        self.prices.fill(f64::NAN);
        self.returns.fill(f64::NAN);
        self.exposures.fill(0.0);
    }
}
