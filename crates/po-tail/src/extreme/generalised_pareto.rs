//! The distribution of what exceeds a high threshold.

use po_core::InputError;

use super::support::{log_ratio, power_ratio};

/// The generalised Pareto distribution: what losses beyond a high threshold exceed it by.
///
/// ```text
/// P(X > x) = (1 + ξ x / β)^(-1/ξ)      for x >= 0, and x <= -β/ξ where ξ < 0
///          = exp(-x / β)               for ξ = 0
/// ```
/// `ξ` is the shape (tail index: positive for heavy tails) and `β` the scale.
///
/// # Examples
/// ```
/// use po_tail::GeneralisedPareto;
///
/// let excess = GeneralisedPareto::new(0.5, 2.0)?;
/// assert!((excess.survival(12.0) - 0.0625).abs() < 1e-16);
/// assert!((excess.quantile(0.9375) - 12.0).abs() < 1e-12);
/// assert_eq!(excess.mean(), Some(4.0));
/// assert_eq!(excess.variance(), None);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Pickands (1975), Statistical inference using extreme order statistics; the sign of `ξ` as in Embrechts, Klüppelberg,
/// Mikosch (1997), equation 3.4.2.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Parameters", into = "Parameters"))]
pub struct GeneralisedPareto {
    shape: f64,
    scale: f64,
}

/// What a file says of the distribution.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    shape: f64,
    scale: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Parameters> for GeneralisedPareto {
    type Error = InputError;

    fn try_from(Parameters { shape, scale }: Parameters) -> Result<Self, InputError> {
        Self::new(shape, scale)
    }
}

#[cfg(feature = "serde")]
impl From<GeneralisedPareto> for Parameters {
    fn from(GeneralisedPareto { shape, scale }: GeneralisedPareto) -> Self {
        Self { shape, scale }
    }
}

/// The exponential distribution of mean one.
impl Default for GeneralisedPareto {
    fn default() -> Self {
        Self { shape: 0.0, scale: 1.0 }
    }
}

impl GeneralisedPareto {
    /// A distribution of this shape and scale.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a shape that is not finite, and for a scale that is not finite and positive.
    pub fn new(shape: f64, scale: f64) -> Result<Self, InputError> {
        if !shape.is_finite() {
            return Err(out_of_range("the shape", shape, "a finite number"));
        }
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(out_of_range("the scale", scale, "a positive number"));
        }
        Ok(Self { shape, scale })
    }

    /// What a fit has found, which is in range.
    pub(super) fn found(shape: f64, scale: f64) -> Self {
        Self { shape, scale }
    }

    /// The shape `ξ`.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The scale `β`, in the unit of the excesses.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The greatest value there is: `-β/ξ` for a negative shape, infinite otherwise.
    #[must_use]
    pub fn upper_end(&self) -> f64 {
        if self.shape < 0.0 { -self.scale / self.shape } else { f64::INFINITY }
    }

    /// `P(X <= x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -(-self.hazard(x)).exp_m1() }
    }

    /// `P(X > x)`, exact far into the tail.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { (-self.hazard(x)).exp() }
    }

    /// The density; zero outside the support.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }

    /// The logarithm of the density; minus infinity outside the support.
    ///
    /// ```text
    /// -ln β - (1 + 1/ξ) ln(1 + ξ x / β)
    /// ```
    #[must_use]
    pub fn log_density(&self, x: f64) -> f64 {
        if x.is_nan() {
            return f64::NAN;
        }
        let w = x / self.scale;
        if x < 0.0 || 1.0 + self.shape * w < 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let exponent = 1.0 + self.shape;
        if exponent == 0.0 {
            // The uniform distribution: no factor depends on x, also where the logarithm is infinite.
            return -self.scale.ln();
        }
        -self.scale.ln() - exponent * log_ratio(self.shape, w)
    }

    /// The value that is not exceeded with this probability; NaN for what is no probability.
    ///
    /// ```text
    /// β ((1 - p)^(-ξ) - 1) / ξ
    /// ```
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        self.scale * power_ratio(self.shape, -(-probability).ln_1p())
    }

    /// The value that is exceeded with this probability: [`quantile`](Self::quantile) of one minus it, without the
    /// rounding of that difference.
    #[must_use]
    pub fn tail_quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        self.scale * power_ratio(self.shape, -probability.ln())
    }

    /// The mean `β / (1 - ξ)`; none for `ξ >= 1`, where it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.shape < 1.0).then(|| self.scale / (1.0 - self.shape))
    }

    /// The variance `β² / ((1 - ξ)² (1 - 2ξ))`; none for `ξ >= 1/2`, where it is infinite.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.shape < 0.5)?;
        Some(mean * mean / (1.0 - 2.0 * self.shape))
    }

    /// The mean of what a value exceeds `at` by, given that it does; none for `ξ >= 1`, and outside the support.
    ///
    /// ```text
    /// (β + ξ at) / (1 - ξ)
    /// ```
    #[must_use]
    pub fn mean_excess(&self, at: f64) -> Option<f64> {
        let mean = self.scale + self.shape * at;
        (self.shape < 1.0 && at >= 0.0 && at.is_finite() && mean > 0.0).then(|| mean / (1.0 - self.shape))
    }

    /// The distribution of the excesses over a higher threshold: the same shape, and a scale of `β + ξ raise`.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a raise that is negative or not below the upper end.
    pub fn above(&self, raise: f64) -> Result<Self, InputError> {
        if raise >= 0.0 && raise < self.upper_end() {
            Self::new(self.shape, self.scale + self.shape * raise)
        } else {
            Err(out_of_range("the raise of the threshold", raise, "zero or more, and below the upper end"))
        }
    }

    /// `-ln P(X > x)` for positive `x`.
    fn hazard(&self, x: f64) -> f64 {
        let w = x / self.scale;
        // Beyond the upper end of a bounded distribution, nothing is left.
        if 1.0 + self.shape * w <= 0.0 { f64::INFINITY } else { log_ratio(self.shape, w) }
    }
}

pub(super) fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> InputError {
    InputError::OutOfRange { name, value, expected }
}
