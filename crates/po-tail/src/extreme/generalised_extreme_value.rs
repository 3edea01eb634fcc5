//! The distribution of the greatest of many.

use po_core::InputError;

use super::gamma::{EULER, ZETA, ln_gamma_excess, ln_gamma_one_less};
use super::generalised_pareto::out_of_range;
use super::support::{log_ratio, power_ratio};

/// The generalised extreme-value distribution: the greatest loss of a long block.
///
/// ```text
/// P(X <= x) = exp(-(1 + ξ (x - μ) / σ)^(-1/ξ))     where 1 + ξ (x - μ) / σ > 0
///           = exp(-exp(-(x - μ) / σ))              for ξ = 0
/// ```
/// `μ` is the location, `σ` the scale, and `ξ` the shape, of the same sign as that of the generalised Pareto
/// distribution.
///
/// # Examples
/// ```
/// use po_tail::GeneralisedExtremeValue;
///
/// let maximum = GeneralisedExtremeValue::new(3.87, 0.198, -0.05)?;
/// assert!((maximum.return_level(100.0)? - 4.6836).abs() < 1e-4);
/// assert!((maximum.cdf(maximum.quantile(0.3)) - 0.3).abs() < 1e-15);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Jenkinson (1955), The frequency distribution of the annual maximum values of meteorological elements; the sign of
/// `ξ` as in Coles (2001), equation 3.2.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Parameters", into = "Parameters"))]
pub struct GeneralisedExtremeValue {
    location: f64,
    scale: f64,
    shape: f64,
}

/// What a file says of the distribution.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    location: f64,
    scale: f64,
    shape: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Parameters> for GeneralisedExtremeValue {
    type Error = InputError;

    fn try_from(Parameters { location, scale, shape }: Parameters) -> Result<Self, InputError> {
        Self::new(location, scale, shape)
    }
}

#[cfg(feature = "serde")]
impl From<GeneralisedExtremeValue> for Parameters {
    fn from(GeneralisedExtremeValue { location, scale, shape }: GeneralisedExtremeValue) -> Self {
        Self { location, scale, shape }
    }
}

/// The standard Gumbel distribution.
impl Default for GeneralisedExtremeValue {
    fn default() -> Self {
        Self { location: 0.0, scale: 1.0, shape: 0.0 }
    }
}

impl GeneralisedExtremeValue {
    /// A distribution of this location, scale and shape.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a location or a shape that is not finite, and for a scale that is not finite and
    /// positive.
    pub fn new(location: f64, scale: f64, shape: f64) -> Result<Self, InputError> {
        if !location.is_finite() {
            return Err(out_of_range("the location", location, "a finite number"));
        }
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(out_of_range("the scale", scale, "a positive number"));
        }
        if !shape.is_finite() {
            return Err(out_of_range("the shape", shape, "a finite number"));
        }
        Ok(Self { location, scale, shape })
    }

    /// What a fit has found, which is in range.
    pub(super) fn found(location: f64, scale: f64, shape: f64) -> Self {
        Self { location, scale, shape }
    }

    /// The location `μ`, in the unit of the maxima.
    #[must_use]
    pub fn location(&self) -> f64 {
        self.location
    }

    /// The scale `σ`, in the unit of the maxima.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The shape `ξ`.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The least value there is: `μ - σ/ξ` for a positive shape, minus infinity otherwise.
    #[must_use]
    pub fn lower_end(&self) -> f64 {
        if self.shape > 0.0 { self.location - self.scale / self.shape } else { f64::NEG_INFINITY }
    }

    /// The greatest value there is: `μ - σ/ξ` for a negative shape, infinite otherwise.
    #[must_use]
    pub fn upper_end(&self) -> f64 {
        if self.shape < 0.0 { self.location - self.scale / self.shape } else { f64::INFINITY }
    }

    /// `P(X <= x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        (-self.expected_exceedances(x)).exp()
    }

    /// `P(X > x)`, exact far into the tail.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        -(-self.expected_exceedances(x)).exp_m1()
    }

    /// The density; zero outside the support.
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }

    /// The logarithm of the density; minus infinity outside the support.
    ///
    /// ```text
    /// -ln σ - (1 + ξ) t - exp(-t),    t = ln(1 + ξ (x - μ) / σ) / ξ
    /// ```
    #[must_use]
    pub fn log_density(&self, x: f64) -> f64 {
        let w = (x - self.location) / self.scale;
        if w.is_nan() {
            return f64::NAN;
        }
        if 1.0 + self.shape * w <= 0.0 || w.is_infinite() {
            return f64::NEG_INFINITY;
        }
        let t = log_ratio(self.shape, w);
        -self.scale.ln() - (1.0 + self.shape) * t - (-t).exp()
    }

    /// The value that is not exceeded with this probability; NaN for what is no probability.
    ///
    /// ```text
    /// μ + σ ((-ln p)^(-ξ) - 1) / ξ
    /// ```
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        if !(0.0..=1.0).contains(&probability) {
            return f64::NAN;
        }
        self.location + self.scale * power_ratio(self.shape, -(-probability.ln()).ln())
    }

    /// The level that the greatest of a block exceeds once in so many blocks, on average.
    ///
    /// ```text
    /// μ + σ ((-ln(1 - 1/period))^(-ξ) - 1) / ξ
    /// ```
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a period that is not finite and greater than one.
    pub fn return_level(&self, period: f64) -> Result<f64, InputError> {
        Ok(self.location + self.scale * power_ratio(self.shape, reduced_variate(period)?))
    }

    /// The mean `μ + σ (Γ(1 - ξ) - 1) / ξ`; none for `ξ >= 1`, where it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let factor = match self.shape {
            0.0 => EULER,
            shape => ln_gamma_one_less(shape).exp_m1() / shape,
        };
        (self.shape < 1.0).then_some(self.location + self.scale * factor)
    }

    /// The variance `σ² (Γ(1 - 2ξ) - Γ(1 - ξ)²) / ξ²`; none for `ξ >= 1/2`, where it is infinite.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let factor = match self.shape {
            // The square of so small a shape is no number to divide by.
            shape if shape.abs() < 1e-100 => ZETA[0],
            // Γ(1 - ξ)² (exp(ln Γ(1 - 2ξ) - 2 ln Γ(1 - ξ)) - 1): the difference of the logarithms has its own series.
            shape => {
                let square = (2.0 * ln_gamma_one_less(shape)).exp();
                square * ln_gamma_excess(shape).exp_m1() / (shape * shape)
            }
        };
        (self.shape < 0.5).then_some(self.scale * self.scale * factor)
    }

    /// `-ln P(X <= x)`.
    fn expected_exceedances(&self, x: f64) -> f64 {
        let w = (x - self.location) / self.scale;
        if 1.0 + self.shape * w <= 0.0 {
            return if self.shape > 0.0 { f64::INFINITY } else { 0.0 };
        }
        (-log_ratio(self.shape, w)).exp()
    }
}

/// `-ln(-ln(1 - 1/period))`: what the level of a period is a power of.
pub(super) fn reduced_variate(period: f64) -> Result<f64, InputError> {
    if period > 1.0 && period.is_finite() {
        Ok(-(-(-1.0 / period).ln_1p()).ln())
    } else {
        Err(out_of_range("the return period", period, "a finite number greater than 1"))
    }
}
