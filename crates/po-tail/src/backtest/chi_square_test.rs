//! A statistic with its p-values.

use super::law::chi_square_beyond;

/// A statistic that is chi-square distributed in large samples, with its p-values.
///
/// # Shapes and units
/// Probabilities of a statistic as great as this one, were the forecasts right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquareTest {
    /// The statistic; the greater, the worse.
    pub statistic: f64,
    /// The degrees of freedom of the chi-square distribution.
    pub degrees: usize,
    /// The p-value of large samples; poor where violations are few.
    pub asymptotic: f64,
    /// The p-value for this number of days, enumerated or by simulation; none where no simulation was asked
    /// for.
    pub exact: Option<f64>,
}

impl ChiSquareTest {
    pub(super) fn new(statistic: f64, degrees: usize, exact: Option<f64>) -> Self {
        // Differences of likelihoods are zero up to rounding where the data suit the null.
        let statistic = statistic.max(0.0);
        Self { statistic, degrees, asymptotic: chi_square_beyond(statistic, degrees), exact }
    }

    /// The p-value to judge by: the one for this number of days where there is one.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.exact.unwrap_or(self.asymptotic)
    }
}
