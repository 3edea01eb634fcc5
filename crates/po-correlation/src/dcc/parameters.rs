//! The parameters of a dynamic conditional correlation.

use po_core::InputError;

use super::params::DccModel;

/// The parameters of a dynamic conditional correlation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct DccParameters {
    /// The effect of the last residuals.
    pub a: f64,
    /// The effect of the last Q.
    pub b: f64,
    /// The further effect of joint falls; zero but in the asymmetric model.
    pub g: f64,
    /// ν, of the multivariate Student's t; none for the normal density. The correlation does not depend on
    /// it.
    pub degrees_of_freedom: Option<f64>,
}

/// A parameter of a dynamic conditional correlation, or a sum of them that stands on a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum DccCoefficient {
    /// The effect of the last residuals.
    A,
    /// The effect of the last Q.
    B,
    /// The further effect of joint falls.
    G,
    /// `a + b`, or `a + b + δ g`.
    Persistence,
    /// ν
    DegreesOfFreedom,
}

impl DccParameters {
    /// Refuses parameters under which Q could be indefinite; `delta` is the greatest ratio of N to S.
    pub(crate) fn check(&self, model: DccModel, delta: f64) -> Result<(), InputError> {
        let refuse = |name, value, expected| Err(InputError::OutOfRange { name, value, expected });
        for (name, value) in [("a", self.a), ("b", self.b), ("g", self.g)] {
            if !(value >= 0.0 && value.is_finite()) {
                return refuse(name, value, "a number in [0, 1)");
            }
        }
        if model != DccModel::Asymmetric && self.g != 0.0 {
            return refuse("g", self.g, "0 in a model without asymmetry");
        }
        let persistence = self.a + self.b + delta * self.g;
        if persistence >= 1.0 {
            return refuse("the persistence of the correlation", persistence, "a number below 1");
        }
        match self.degrees_of_freedom {
            Some(value) if !(value > 2.0 && value.is_finite()) => {
                refuse("the degrees of freedom", value, "a finite number above 2")
            }
            _ => Ok(()),
        }
    }
}
