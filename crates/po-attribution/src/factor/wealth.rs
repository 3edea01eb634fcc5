//! What is held in a period, in money.

use po_core::simd::{axpy, dot};

use super::{FactorInput, Totals};

/// The wealth of a portfolio and of its benchmark, of one at the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wealth {
    pub(super) portfolio: f64,
    benchmark: f64,
    /// The returns of the last period that was looked at.
    earned: (f64, f64),
}

impl Default for Wealth {
    fn default() -> Self {
        Self { portfolio: 1.0, benchmark: 1.0, earned: (0.0, 0.0) }
    }
}

impl Wealth {
    /// Writes the returns of a period, the weights less those of the benchmark, and both sides' weights times their
    /// wealth; hands back the unattributed return.
    pub(super) fn holdings(
        &mut self,
        input: &FactorInput<'_>,
        period: usize,
        row: &mut [f64],
        active: &mut [f64],
        money: &mut [f64],
    ) -> f64 {
        let (periods, assets, _) = input.shape();
        let returns = input.returns.as_slice();
        for (asset, value) in row.iter_mut().enumerate() {
            *value = returns[asset * periods + period];
        }
        let weights = input.weights.at(period, assets);
        let explained = dot(weights, row);
        let unattributed = input.portfolio_returns.map_or(0.0, |observed| observed[period] - explained);
        self.earned = (explained + unattributed, 0.0);
        active.copy_from_slice(weights);
        money.iter_mut().zip(weights).for_each(|(money, weight)| *money = self.portfolio * weight);
        if let Some(benchmark) = input.benchmark {
            let benchmark = benchmark.at(period, assets);
            axpy(-1.0, benchmark, active);
            axpy(-self.benchmark, benchmark, money);
            self.earned.1 = dot(benchmark, row);
        }
        unattributed
    }

    /// Takes the returns of the period in, where they count.
    pub(super) fn grow(&mut self, totals: Totals) {
        if totals == Totals::Money {
            self.portfolio *= 1.0 + self.earned.0;
            self.benchmark *= 1.0 + self.earned.1;
        }
    }
}
