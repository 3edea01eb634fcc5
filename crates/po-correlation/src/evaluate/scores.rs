//! What forecasts are worth, bar by bar.

use po_core::linalg::Cholesky;
use po_core::simd::{dot, sum};
use po_core::{Covariance, InputError};

use super::entrant::Fits;

/// The scores of the forecasts of one entrant, bar by bar.
///
/// # Shapes and units
/// Three series, one number for each bar out of sample.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Scores {
    /// `ln det H + r' H⁻¹ r`; its level depends on the units of the returns, differences of it do not.
    pub qlike: Vec<f64>,
    /// The squared return of the minimum-variance portfolio, `(1' H⁻¹ r / 1' H⁻¹ 1)²`.
    pub portfolio: Vec<f64>,
    /// The squared Mahalanobis distance, `r' H⁻¹ r`.
    pub distance: Vec<f64>,
    /// The fits that the forecasts rest on.
    pub fits: Fits,
}

impl Scores {
    pub(super) fn with_capacity(bars: usize) -> Self {
        let series = || Vec::with_capacity(bars);
        Self { qlike: series(), portfolio: series(), distance: series(), fits: Fits::default() }
    }

    pub(super) fn push(&mut self, score: [f64; 3]) {
        for (series, score) in
            [&mut self.qlike, &mut self.portfolio, &mut self.distance].into_iter().zip(score)
        {
            series.push(score);
        }
    }
}

/// Memory to score a forecast in.
#[derive(Debug)]
pub(super) struct Scorer {
    cholesky: Cholesky,
    /// The returns, then a one for each asset.
    sides: Vec<f64>,
    /// `H⁻¹ r`, then `H⁻¹ 1`.
    solved: Vec<f64>,
}

impl Scorer {
    pub(super) fn new(assets: usize) -> Self {
        Self { cholesky: Cholesky::default(), sides: vec![1.0; 2 * assets], solved: vec![0.0; 2 * assets] }
    }

    /// The scores of a forecast, by the returns that came, in the order of [`Scores`].
    pub(super) fn score(&mut self, forecast: &Covariance, returns: &[f64]) -> Result<[f64; 3], InputError> {
        let (expected, actual) = (returns.len(), forecast.len());
        if expected != actual {
            return Err(InputError::LengthMismatch { what: "the forecast", expected, actual });
        }
        self.cholesky.factor(forecast.as_view())?;
        self.sides[..expected].copy_from_slice(returns);
        self.cholesky.solve_into(&self.sides, &mut self.solved)?;
        let (of_returns, of_ones) = self.solved.split_at(expected);
        let distance = dot(of_returns, returns);
        let portfolio = (dot(of_ones, returns) / sum(of_ones)).powi(2);
        let scores = [self.cholesky.log_determinant() + distance, portfolio, distance];
        let names =
            ["the QLIKE", "the squared return of the minimum-variance portfolio", "the Mahalanobis distance"];
        for (name, value) in names.into_iter().zip(scores) {
            if !value.is_finite() {
                return Err(InputError::OutOfRange { name, value, expected: "a finite number" });
            }
        }
        Ok(scores)
    }
}
