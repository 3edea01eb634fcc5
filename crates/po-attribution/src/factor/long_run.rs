//! Covariances of sums over time: with a variance for each period, and with autocorrelation.

use po_core::InputError;
use po_core::simd::dot;

use super::RegressionErrors;
use super::least_squares::Orthogonal;
use crate::Error;

/// One less leverage that rounding has made of zero: the observation fits itself, and its residual says nothing.
const SELF_FITTED: f64 = 1e-12;

/// How products of two series at a distance are weighted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel {
    lags: usize,
    factor: f64,
    periods: usize,
}

impl Kernel {
    /// The kernel of an estimator, for `periods` observations and `count` coefficients.
    pub(super) fn new(errors: RegressionErrors, periods: usize, count: usize) -> Result<Self, Error> {
        let correction = periods as f64 / (periods - count) as f64;
        let (lags, factor) = match errors {
            RegressionErrors::Hc1 => (0, correction),
            RegressionErrors::NeweyWest { lags, correction: corrected } => {
                let automatic = || (4.0 * (periods as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize;
                let lags = lags.unwrap_or_else(|| automatic().min(periods - 1));
                (lags, if corrected { correction } else { 1.0 })
            }
            _ => (0, 1.0),
        };
        if lags >= periods {
            let (name, expected) = ("the number of lags", "less than the number of periods");
            return Err(InputError::OutOfRange { name, value: lags as f64, expected }.into());
        }
        Ok(Self { lags, factor, periods })
    }

    pub(super) fn lags(&self) -> usize {
        self.lags
    }

    /// `Σ_t a_t b_t + Σ_l (1 - l/(L+1)) Σ_t (a_t b_{t-l} + a_{t-l} b_t)`, times the correction.
    pub(super) fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        let mut covariance = dot(a, b);
        for lag in 1..=self.lags {
            let weight = 1.0 - lag as f64 / (self.lags + 1) as f64;
            covariance += weight * (dot(&a[lag..], b) + dot(a, &b[lag..]));
        }
        self.factor * covariance
    }

    /// The variance of a sum of independent terms of one variance and mean zero, T - 1 degrees of freedom.
    pub(super) fn classical(&self, terms: &[f64]) -> f64 {
        dot(terms, terms) * self.periods as f64 / (self.periods - 1) as f64
    }
}

/// Writes each column of Q times the residuals, adjusted for leverage where the estimator does.
pub(super) fn scores_into(
    errors: RegressionErrors,
    orthogonal: &Orthogonal,
    residuals: &[f64],
    (periods, count): (usize, usize),
    scores: &mut Vec<f64>,
) {
    scores.clear();
    scores.resize(periods * count, 0.0);
    for (col, column) in scores.chunks_exact_mut(periods).enumerate() {
        let basis = orthogonal.column(col).iter().zip(residuals);
        column.iter_mut().zip(basis).for_each(|(score, (q, residual))| *score = q * residual);
    }
    let power = match errors {
        RegressionErrors::Hc2 => 0.5,
        RegressionErrors::Hc3 => 1.0,
        _ => return,
    };
    for period in 0..periods {
        let leverage: f64 = (0..count).map(|col| orthogonal.column(col)[period].powi(2)).sum();
        let left = 1.0 - leverage;
        let adjustment = if left > SELF_FITTED { left.powf(-power) } else { 0.0 };
        scores.iter_mut().skip(period).step_by(periods).for_each(|score| *score *= adjustment);
    }
}
