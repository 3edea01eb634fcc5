//! Robustness against another distribution of returns near the one given.

use po_core::InputError;

/// Every distribution of returns within a distance of the scenarios.
///
/// ```text
/// max over Q with W(Q, P) <= ε of CVaR_β^Q(x)  =  CVaR_β^P(x) + ε/(1-β) |x|*
/// ```
///
/// W is the Wasserstein distance of type one: what it takes to move the mass of one distribution onto the other, by
/// the norm that [`GroundNorm`] names; |x|* is the dual of that norm. Returns may lie anywhere: no limit such as the
/// loss of all capital is taken into account.
///
/// # Shapes and units
/// ε is a distance of returns per period, in the units of the norm: 0.001 moves the returns of every scenario by a tenth
/// of a per cent, for the norm `Greatest` in each asset at once, for the norm `Sum` over all assets together.
///
/// # Source
/// Mohajerin Esfahani and Kuhn (2018), "Data-driven distributionally robust optimization using the Wasserstein metric",
/// section 7.1 and corollary 5.1, without a bound on the support.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Wasserstein {
    /// ε, zero or more.
    pub radius: f64,
    /// How far two vectors of returns lie apart.
    pub ground: GroundNorm,
}

/// How far two vectors of returns lie apart, and by which norm of the weights robustness then charges.
///
/// | Name | distance of returns | charge for weights |
/// |---|---|---|
/// | `Greatest` | `max_i abs(ξ_i)` | `Σ_i abs(x_i)`, the gross exposure |
/// | `Euclidean` | `sqrt(Σ_i ξ_i²)` | `sqrt(Σ_i x_i²)` |
/// | `Sum` | `Σ_i abs(ξ_i)` | `max_i abs(x_i)`, the largest position |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum GroundNorm {
    /// The greatest difference of any asset.
    Greatest,
    /// The Euclidean distance.
    #[default]
    Euclidean,
    /// The sum of the differences.
    Sum,
}

impl GroundNorm {
    /// The dual norm of the weights.
    ///
    /// # Examples
    /// ```
    /// use po_tail::GroundNorm;
    ///
    /// let weights = [0.8, 0.8, -0.6];
    /// assert!((GroundNorm::Greatest.dual(&weights) - 2.2).abs() < 1e-15);
    /// assert!((GroundNorm::Euclidean.dual(&weights) - 1.64_f64.sqrt()).abs() < 1e-15);
    /// assert_eq!(GroundNorm::Sum.dual(&weights), 0.8);
    /// ```
    #[must_use]
    pub fn dual(self, weights: &[f64]) -> f64 {
        let sizes = weights.iter().map(|weight| weight.abs());
        match self {
            Self::Greatest => sizes.sum(),
            Self::Euclidean => sizes.map(|size| size * size).sum::<f64>().sqrt(),
            Self::Sum => sizes.fold(0.0, f64::max),
        }
    }
}

impl Wasserstein {
    pub(super) fn check(&self) -> Result<(), InputError> {
        if self.radius.is_finite() && self.radius >= 0.0 {
            return Ok(());
        }
        let (name, expected) = ("the radius of the Wasserstein ball", "a finite number, zero or more");
        Err(InputError::OutOfRange { name, value: self.radius, expected })
    }
}
