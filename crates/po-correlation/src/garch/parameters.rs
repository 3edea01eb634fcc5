//! The parameters of a univariate model of variance.

use po_core::InputError;

use super::params::GarchModel;

/// The parameters of a univariate model of variance.
///
/// # Shapes and units
/// The mean in returns per period, ω in squared returns (EGARCH: their logarithm); the others have no unit.
///
/// # Examples
/// ```
/// use po_correlation::{GarchModel, GarchParameters};
///
/// let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
/// assert!((parameters.long_run_variance(GarchModel::Garch) - 1.0).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct GarchParameters {
    /// μ, the mean of the returns.
    pub mean: f64,
    /// ω, the intercept.
    pub omega: f64,
    /// α, the effect of the last residual.
    pub alpha: f64,
    /// γ, the further effect of a fall; zero in GARCH.
    pub gamma: f64,
    /// β, the effect of the last variance.
    pub beta: f64,
    /// ν, of Student's t; none for the normal density.
    pub degrees_of_freedom: Option<f64>,
}

impl GarchParameters {
    /// How much of a deviation of the variance (EGARCH: of its logarithm) is left after one period.
    ///
    /// ```text
    /// GARCH: α + β        GJR: α + γ/2 + β        EGARCH: β
    /// ```
    #[must_use]
    pub fn persistence(&self, model: GarchModel) -> f64 {
        match model {
            GarchModel::Garch => self.alpha + self.beta,
            GarchModel::Gjr => self.alpha + 0.5 * self.gamma + self.beta,
            GarchModel::Egarch => self.beta,
        }
    }

    /// The variance to which forecasts tend (EGARCH: the exponential of the expected log-variance).
    #[must_use]
    pub fn long_run_variance(&self, model: GarchModel) -> f64 {
        let level = self.omega / (1.0 - self.persistence(model));
        if model == GarchModel::Egarch { level.exp() } else { level }
    }

    /// The variance of the next period, from that of this one and its residual.
    #[inline]
    pub(crate) fn next_variance(&self, model: GarchModel, variance: f64, residual: f64) -> f64 {
        let square = residual * residual;
        match model {
            GarchModel::Garch => self.omega + self.alpha * square + self.beta * variance,
            GarchModel::Gjr => {
                let alpha = if residual < 0.0 { self.alpha + self.gamma } else { self.alpha };
                self.omega + alpha * square + self.beta * variance
            }
            GarchModel::Egarch => {
                let z = residual / variance.sqrt();
                let news = self.alpha * (z.abs() - MEAN_OF_ABS_NORMAL) + self.gamma * z;
                (self.omega + news + self.beta * variance.ln()).exp()
            }
        }
    }

    /// The variance of the next period as it is expected when the residual of this one is not known.
    #[inline]
    pub(crate) fn expected_variance(&self, model: GarchModel, variance: f64) -> f64 {
        match model {
            GarchModel::Garch | GarchModel::Gjr => self.omega + self.persistence(model) * variance,
            GarchModel::Egarch => (self.omega + self.beta * variance.ln()).exp(),
        }
    }

    /// Refuses parameters under which a variance could be negative, or without end.
    pub(crate) fn check(&self, model: GarchModel, student: bool) -> Result<(), InputError> {
        let refuse = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        let finite = [
            ("the mean", self.mean),
            ("omega", self.omega),
            ("alpha", self.alpha),
            ("gamma", self.gamma),
            ("beta", self.beta),
        ];
        if let Some(&(name, value)) = finite.iter().find(|(_, value)| !value.is_finite()) {
            return refuse(name, value, "a finite number");
        }
        match (student, self.degrees_of_freedom) {
            (true, Some(value)) if !(value > 2.0 && value.is_finite()) => {
                return refuse("the degrees of freedom", value, "a finite number above 2");
            }
            (true, None) => {
                return refuse("the degrees of freedom", f64::INFINITY, "a finite number above 2");
            }
            (false, Some(value)) => {
                return refuse("the degrees of freedom", value, "none with normal innovations");
            }
            _ => {}
        }
        let persistence = self.persistence(model);
        if model == GarchModel::Egarch {
            return if persistence.abs() < 1.0 {
                Ok(())
            } else {
                refuse("beta", self.beta, "a number in (-1, 1)")
            };
        }
        if self.omega <= 0.0 {
            return refuse("omega", self.omega, "a positive number");
        }
        if self.alpha < 0.0 {
            return refuse("alpha", self.alpha, "zero or more");
        }
        if self.beta < 0.0 {
            return refuse("beta", self.beta, "zero or more");
        }
        if model == GarchModel::Garch && self.gamma != 0.0 {
            return refuse("gamma", self.gamma, "0 in a GARCH without asymmetry");
        }
        if self.alpha + self.gamma < 0.0 {
            return refuse("alpha + gamma", self.alpha + self.gamma, "zero or more");
        }
        if persistence >= 1.0 {
            return refuse("the persistence", persistence, "a number below 1");
        }
        Ok(())
    }
}

/// E|z| of a standard normal z: √(2/π).
pub(crate) const MEAN_OF_ABS_NORMAL: f64 = 0.797_884_560_802_865_4;
