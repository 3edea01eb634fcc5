//! Scenarios of returns with their probabilities.

use po_core::linalg::gram_into;
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot, sum};
use po_core::{Confidence, Covariance, InputError, Moments, Returns, Weights};

/// How far the sum of probabilities may be from one: what thousands of roundings leave.
const ROUNDING: f64 = 1e-9;

/// A cumulated probability is at the level if it is so near to it, because sums of probabilities are rounded.
const AT_LEVEL: f64 = 1e-12;

/// What may happen within a period: S rows of returns, each with its probability.
///
/// # Shapes and units
/// Simple returns per period, S x N; S probabilities, none negative, which sum to one.
///
/// # Examples
/// ```
/// use po_core::{Confidence, Returns, Weights};
/// use po_tail::Scenarios;
///
/// let returns = Returns::from_column_slice(3, 1, &[-0.10, 0.00, 0.05])?;
/// let scenarios = Scenarios::new(returns, vec![0.02, 0.48, 0.50])?;
/// assert!((scenarios.mean()[0] - 0.023).abs() < 1e-15);
/// let weights = Weights::new(vec![1.0])?;
/// // A fifth of the tail of 10 % is the loss of 10 %.
/// assert!((scenarios.cvar(&weights, Confidence::new(0.9)?)? - 0.02).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct Scenarios {
    returns: Returns,
    probabilities: Vec<f64>,
}

impl Scenarios {
    /// Scenarios with the probabilities given; what rounding left of their sum is taken out.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one probability per row; [`InputError::OutOfRange`] for one that
    /// is negative or not finite; [`InputError::SumNotOne`] for a sum further than 1e-9 from one.
    pub fn new(returns: Returns, mut probabilities: Vec<f64>) -> Result<Self, InputError> {
        let (expected, actual) = (returns.observations(), probabilities.len());
        if actual != expected {
            return Err(InputError::LengthMismatch { what: "the list of probabilities", expected, actual });
        }
        if let Some(&value) = probabilities.iter().find(|p| !(p.is_finite() && **p >= 0.0)) {
            let (name, expected) = ("the probability of a scenario", "a finite number, zero or more");
            return Err(InputError::OutOfRange { name, value, expected });
        }
        let total = sum(&probabilities);
        if (total - 1.0).abs() > ROUNDING {
            return Err(InputError::SumNotOne { what: "the probabilities of the scenarios", sum: total });
        }
        probabilities.iter_mut().for_each(|p| *p /= total);
        Ok(Self { returns, probabilities })
    }

    /// Scenarios that are all as likely.
    #[must_use]
    pub fn equal(returns: Returns) -> Self {
        let rows = returns.observations();
        Self { returns, probabilities: vec![1.0 / rows as f64; rows] }
    }

    /// Past periods, of which the more recent are the more likely.
    ///
    /// ```text
    /// p_t = 2^(-(T - t)/h) / Σ_s 2^(-(T - s)/h),   t = 1..T, the last one the most recent
    /// ```
    ///
    /// # Shapes and units
    /// The half-life h is in periods.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a half-life that is not positive.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_tail::Scenarios;
    ///
    /// let returns = Returns::from_column_slice(2, 1, &[0.01, 0.03])?;
    /// let scenarios = Scenarios::decaying(returns, 1.0)?;
    /// assert!((scenarios.probabilities()[1] - 2.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), po_core::InputError>(())
    /// ```
    ///
    /// # Source
    /// Boudoukh, Richardson and Whitelaw, The best of both worlds (1998).
    pub fn decaying(returns: Returns, half_life: f64) -> Result<Self, InputError> {
        if half_life.is_nan() || half_life <= 0.0 {
            let (name, expected) = ("the half-life", "a positive number of periods");
            return Err(InputError::OutOfRange { name, value: half_life, expected });
        }
        let rows = returns.observations();
        let mut probabilities: Vec<f64> =
            (0..rows).map(|row| (-((rows - 1 - row) as f64) / half_life).exp2()).collect();
        let total = sum(&probabilities);
        probabilities.iter_mut().for_each(|p| *p /= total);
        Self::new(returns, probabilities)
    }

    /// Other probabilities of the same returns.
    ///
    /// # Errors
    /// As [`Scenarios::new`].
    pub fn with_probabilities(self, probabilities: Vec<f64>) -> Result<Self, InputError> {
        Self::new(self.returns, probabilities)
    }

    /// The returns, one row per scenario.
    #[must_use]
    pub fn returns(&self) -> &Returns {
        &self.returns
    }

    /// The probability of each scenario.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Number of scenarios, S.
    #[must_use]
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// Whether there is no scenario, which cannot be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    /// Number of assets, N.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.returns.assets()
    }

    /// The returns and the probabilities, given away.
    #[must_use]
    pub fn into_parts(self) -> (Returns, Vec<f64>) {
        (self.returns, self.probabilities)
    }

    /// How many scenarios of the same probability have the same entropy.
    ///
    /// ```text
    /// exp(-Σ_s p_s ln p_s)
    /// ```
    ///
    /// # Source
    /// Meucci, Effective number of scenarios in fully flexible probabilities (2012).
    #[must_use]
    pub fn effective_number(&self) -> f64 {
        let entropy = |p: &f64| if *p > 0.0 { -p * p.ln() } else { 0.0 };
        self.probabilities.iter().map(entropy).sum::<f64>().exp()
    }

    /// The return of a portfolio in each scenario.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset.
    pub fn portfolio(&self, weights: &Weights) -> Result<Vec<f64>, InputError> {
        let mut portfolio = Vec::new();
        self.portfolio_into(weights, &mut portfolio)?;
        Ok(portfolio)
    }

    /// As [`Scenarios::portfolio`], in the memory that is there.
    ///
    /// # Errors
    /// As [`Scenarios::portfolio`].
    pub fn portfolio_into(&self, weights: &Weights, portfolio: &mut Vec<f64>) -> Result<(), InputError> {
        let (expected, actual) = (self.assets(), weights.len());
        if expected != actual {
            return Err(InputError::LengthMismatch { what: "the list of weights", expected, actual });
        }
        portfolio.clear();
        portfolio.resize(self.len(), 0.0);
        let held = weights.as_slice().iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        held.for_each(|(asset, weight)| axpy(*weight, self.returns.column(asset), portfolio));
        Ok(())
    }

    /// The expected return of each asset.
    #[must_use]
    pub fn mean(&self) -> Vec<f64> {
        (0..self.assets()).map(|asset| dot(&self.probabilities, self.returns.column(asset))).collect()
    }

    /// The covariance under the probabilities.
    ///
    /// ```text
    /// Σ_ij = Σ_s p_s (r_si - μ_i)(r_sj - μ_j)
    /// ```
    ///
    /// Probabilities are the whole truth about scenarios, so that nothing is added for degrees of freedom.
    ///
    /// # Errors
    /// [`InputError::NotFinite`] when squares of the returns overflow.
    ///
    /// # Cost
    /// S N²/2 multiplications, and a copy of the returns.
    pub fn covariance(&self) -> Result<Covariance, InputError> {
        let roots: Vec<f64> = self.probabilities.iter().map(|p| p.sqrt()).collect();
        let mut scaled = DMatrix::zeros(self.len(), self.assets());
        for (asset, column) in scaled.as_mut_slice().chunks_exact_mut(self.len()).enumerate() {
            let returns = self.returns.column(asset);
            let mean = dot(&self.probabilities, returns);
            column.iter_mut().zip(returns).zip(&roots).for_each(|((x, r), root)| *x = root * (r - mean));
        }
        let mut covariance = DMatrix::zeros(self.assets(), self.assets());
        gram_into(1.0, scaled.as_view(), &mut covariance)?;
        Covariance::new(covariance)
    }

    /// The mean and the covariance under the probabilities.
    ///
    /// # Errors
    /// As [`Scenarios::covariance`].
    pub fn moments(&self) -> Result<Moments, InputError> {
        Moments::new(self.mean(), self.covariance()?)
    }

    /// The value at risk of a portfolio: the least loss that is exceeded with a probability of at most `1-β`.
    ///
    /// # Errors
    /// As [`Scenarios::portfolio`].
    ///
    /// # Cost
    /// S ln S comparisons.
    pub fn var(&self, weights: &Weights, confidence: Confidence) -> Result<f64, InputError> {
        Ok(weighted_tail(&self.portfolio(weights)?, &self.probabilities, confidence).0)
    }

    /// The conditional value at risk of a portfolio: the mean loss in the worst cases, of probability `1-β`.
    ///
    /// # Errors
    /// As [`Scenarios::portfolio`].
    ///
    /// # Cost
    /// S ln S comparisons.
    ///
    /// # Source
    /// Rockafellar and Uryasev, Conditional value-at-risk for general loss distributions (2002), proposition 8.
    pub fn cvar(&self, weights: &Weights, confidence: Confidence) -> Result<f64, InputError> {
        Ok(weighted_tail(&self.portfolio(weights)?, &self.probabilities, confidence).1)
    }
}

/// The value at risk and the conditional value at risk of returns with probabilities.
pub(crate) fn weighted_tail(returns: &[f64], probabilities: &[f64], confidence: Confidence) -> (f64, f64) {
    let mut order: Vec<usize> = (0..returns.len()).filter(|&row| probabilities[row] > 0.0).collect();
    order.sort_unstable_by(|&a, &b| returns[a].total_cmp(&returns[b]).then(a.cmp(&b)));
    tail_in_order(&order, returns, probabilities, confidence)
}

/// As [`weighted_tail`], with the order of the returns known, the worst first.
pub(crate) fn tail_in_order(
    order: &[usize],
    returns: &[f64],
    probabilities: &[f64],
    confidence: Confidence,
) -> (f64, f64) {
    let tail = confidence.tail();
    let (mut reached, mut losses, mut var) = (0.0, 0.0, f64::NAN);
    for &row in order {
        let (loss, probability) = (-returns[row], probabilities[row]);
        var = loss;
        if reached + probability > tail * (1.0 + AT_LEVEL) {
            break;
        }
        reached += probability;
        losses += probability * loss;
    }
    (var, (losses + (tail - reached) * var) / tail)
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    returns: Returns,
    probabilities: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Scenarios {
    type Error = InputError;

    fn try_from(unchecked: Unchecked) -> Result<Self, InputError> {
        Self::new(unchecked.returns, unchecked.probabilities)
    }
}
