//! The greatest ratio of excess return to risk.

use super::fast::FastScratch;
use super::problem::Problem;
use crate::{CvarSolution, Error};

/// Prices tried, at most; a few are needed, because each is a ratio that the last portfolio attains.
const PRICES: usize = 60;

/// A ratio that rises by no more, relative to it, has risen by rounding.
const RISE: f64 = 1e-14;

/// The greatest ratio, as the price of risk at which no portfolio is worth anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    /// The ratio of the portfolio in the solution.
    pub(super) value: f64,
    /// No portfolio with at least its risk has a greater one.
    pub(super) bound: f64,
    /// No portfolio at all has a greater one.
    pub(super) anywhere: f64,
}

impl Problem<'_> {
    /// Leaves the solution of the programme whose price is the greatest ratio; `mean` is the excess.
    ///
    /// ```text
    /// λ_{k+1} = n(x_k) / ρ(x_k),   x_k = argmax n(x) - λ_k ρ(x)
    /// ```
    ///
    /// # Source
    /// Dinkelbach (1967).
    pub(super) fn maximise_ratio(
        &self,
        risk_free: f64,
        scratch: &mut FastScratch,
        solution: &mut CvarSolution,
    ) -> Result<Ratio, Error> {
        let safest = Problem { price: 1.0, reward: 0.0, ..*self };
        safest.solve_into(scratch, solution).map_err(|error| safest.explain(error, scratch))?;
        let (least, what) = (self.risk(&solution.x, &mut scratch.worst), self.measure.words());
        let surely = least - solution.certificate.gap.max(0.0);
        if least <= 0.0 {
            return Err(Error::NotRisky { what, least });
        }
        let mut price = self.net(&solution.x) / least;
        if price <= 0.0 {
            let greatest = self.greatest_return()?;
            if greatest <= 0.0 {
                return Err(po_convex::Error::NoExcessReturn { greatest, risk_free }.into());
            }
            price = 0.0;
        }
        let mut iterations = solution.iterations;
        let mut ratio = Ratio { value: price, bound: f64::INFINITY, anywhere: f64::INFINITY };
        for _ in 0..PRICES {
            let priced = Problem { price, reward: 1.0, ..*self };
            priced.solve_into(scratch, solution)?;
            iterations += solution.iterations;
            let risk = self.risk(&solution.x, &mut scratch.worst);
            ratio.value = self.net(&solution.x) / risk;
            let worth = (solution.certificate.gap - solution.objective).max(0.0);
            ratio.bound = price + worth / risk;
            ratio.anywhere = if surely > 0.0 { price + worth / surely } else { f64::INFINITY };
            if ratio.value <= price * (1.0 + RISE) {
                break;
            }
            price = ratio.value;
        }
        ratio.bound = ratio.bound.max(ratio.value);
        ratio.anywhere = ratio.anywhere.max(ratio.value);
        solution.iterations = iterations;
        Ok(ratio)
    }
}
