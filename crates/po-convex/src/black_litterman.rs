//! Expected returns from equilibrium and views.

use po_core::linalg::Cholesky;
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};
use po_core::{Covariance, InputError, Moments};

use crate::{Error, Uncertainty, View};

/// What is left of the variance of a view once the views before it are known; less is rounding.
const IMPLIED: f64 = 1e-12;

/// Settings of [`BlackLitterman`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `tau` | `0.05` | `(0, infinity)` | variance of the prior mean, in units of the covariance of the returns |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BlackLittermanParams {
    /// Variance of the prior mean, in units of the covariance of the returns.
    pub tau: f64,
}

impl Default for BlackLittermanParams {
    fn default() -> Self {
        Self { tau: 0.05 }
    }
}

/// The expected returns before any view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior<'a> {
    /// Those at which the market portfolio is the best one; see [`equilibrium`].
    Equilibrium {
        /// Weights of the market portfolio.
        market: &'a [f64],
        /// δ: the market's excess return divided by its variance.
        risk_aversion: f64,
    },
    /// As given.
    Mean(&'a [f64]),
}

/// Blends a prior with views on the returns of portfolios.
///
/// ```text
/// μ = π + τΣP' (P τΣ P' + Ω)⁻¹ (q - P π)
/// M = τΣ - τΣP' (P τΣ P' + Ω)⁻¹ P τΣ
/// ```
///
/// The returns then have mean μ and covariance Σ + M. Nothing divides by Ω: a view without uncertainty holds exactly.
///
/// # Examples
/// ```
/// use po_convex::{BlackLitterman, BlackLittermanParams, Prior, Uncertainty, View};
/// use po_core::Covariance;
///
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.02])?;
/// let prior = Prior::Equilibrium { market: &[0.6, 0.4], risk_aversion: 2.5 };
/// // The first asset will beat the second by one per cent, with the uncertainty of He and Litterman.
/// let view = View::new("first over second", vec![1.0, -1.0], 0.01, Uncertainty::Proportional);
/// let posterior = BlackLitterman::new(BlackLittermanParams::default())?.posterior(&covariance, prior, &[view])?;
/// let mean = posterior.moments.mean();
/// // The prior expects 0.035; such a view goes half of the way.
/// assert!((posterior.prior[0] - posterior.prior[1] - 0.035).abs() < 1e-15);
/// assert!((mean[0] - mean[1] - 0.0225).abs() < 1e-15);
/// # Ok::<(), po_convex::Error>(())
/// ```
///
/// # Source
/// Black, Litterman (1992); the formulas as in He, Litterman (1999), equations 8 and 9, in the form that does not
/// invert Ω.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlackLitterman {
    tau: f64,
}

/// What [`BlackLitterman::posterior`] finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Mean μ and covariance Σ + M of the returns.
    pub moments: Moments,
    /// π: the mean before the views.
    pub prior: Vec<f64>,
    /// The diagonal of Ω: the variance of each view, infinity for one that has no say.
    pub variances: Vec<f64>,
}

impl BlackLitterman {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for τ.
    pub fn new(params: BlackLittermanParams) -> Result<Self, Error> {
        let BlackLittermanParams { tau } = params;
        if tau.is_finite() && tau > 0.0 {
            Ok(Self { tau })
        } else {
            let (name, value, expected) = ("tau", tau, "a finite, positive number");
            Err(InputError::OutOfRange { name, value, expected }.into())
        }
    }

    /// The moments of the returns after the views.
    ///
    /// # Errors
    /// [`Error::Input`] with [`InputError::LengthMismatch`] for a view or a prior of another number of assets,
    /// [`InputError::OutOfRange`] and [`InputError::AssetOutOfRange`] for numbers that are no views, and for a view
    /// without uncertainty that other such views imply or contradict.
    ///
    /// # Cost
    /// N² V multiplications for V views.
    pub fn posterior(
        &self,
        covariance: &Covariance,
        prior: Prior<'_>,
        views: &[View],
    ) -> Result<Posterior, Error> {
        let assets = covariance.len();
        let prior = match prior {
            Prior::Equilibrium { market, risk_aversion } => equilibrium(covariance, market, risk_aversion)?,
            Prior::Mean(mean) => {
                check_numbers("the list of prior means", "the prior mean", assets, mean)?;
                mean.to_vec()
            }
        };
        views.iter().try_for_each(|view| view.check(assets))?;

        // τΣP', a column for each view, and the variance of each view under the prior.
        let products: Vec<Vec<f64>> =
            views.iter().map(|view| multiply(covariance, &view.exposures, self.tau)).collect();
        let own = |view: usize| dot(&views[view].exposures, &products[view]).max(0.0);
        let variances: Vec<f64> = (0..views.len())
            .map(|view| match views[view].uncertainty {
                Uncertainty::Proportional => own(view),
                Uncertainty::Variance(variance) => variance,
                Uncertainty::Confidence(confidence) if confidence > 0.0 => {
                    own(view) * (1.0 - confidence) / confidence
                }
                Uncertainty::Confidence(_) => f64::INFINITY,
            })
            .collect();
        let heard: Vec<usize> = (0..views.len()).filter(|&view| variances[view].is_finite()).collect();
        let mut mean = prior.clone();
        let mut total = covariance.as_view().into_owned();
        total.iter_mut().for_each(|entry| *entry *= 1.0 + self.tau);
        if !heard.is_empty() {
            let cross = |row: usize, col: usize| dot(&views[heard[row]].exposures, &products[heard[col]]);
            let matrix = DMatrix::from_fn(heard.len(), heard.len(), |row, col| {
                let (row, col) = (row.max(col), row.min(col));
                cross(row, col) + if row == col { variances[heard[row]] } else { 0.0 }
            });
            let system = factor(&matrix)?;
            let surprise: Vec<f64> =
                heard.iter().map(|&view| views[view].mean - dot(&views[view].exposures, &prior)).collect();
            for (&view, pull) in heard.iter().zip(system.solve(&surprise)?) {
                axpy(pull, &products[view], &mut mean);
            }
            let mut across = vec![0.0; heard.len()];
            for asset in 0..assets {
                across.iter_mut().zip(&heard).for_each(|(entry, &view)| *entry = products[view][asset]);
                let pulls = system.solve(&across)?;
                for (pull, &view) in pulls.into_iter().zip(&heard) {
                    let column = &mut total.as_mut_slice()[asset * assets..][..assets];
                    // The lower triangle suffices; it is mirrored below.
                    axpy(-pull, &products[view][asset..], &mut column[asset..]);
                }
            }
            total.fill_upper_triangle_with_lower_triangle();
        }
        let moments = Moments::new(mean, Covariance::new(total)?)?;
        Ok(Posterior { moments, prior, variances })
    }
}

/// The expected excess returns at which a portfolio is the best one for an investor of this risk aversion.
///
/// ```text
/// Π = δ Σ w
/// ```
///
/// # Errors
/// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::OutOfRange`] for a risk aversion
/// that is not positive; [`InputError::AssetOutOfRange`] for a weight that is not finite.
///
/// # Examples
/// ```
/// use po_convex::equilibrium;
/// use po_core::Covariance;
///
/// let covariance = Covariance::from_column_slice(2, &[0.04, 0.01, 0.01, 0.02])?;
/// let returns = equilibrium(&covariance, &[0.5, 0.5], 2.0)?;
/// assert!((returns[0] - 0.05).abs() < 1e-15 && (returns[1] - 0.03).abs() < 1e-15);
/// # Ok::<(), po_convex::Error>(())
/// ```
///
/// # Source
/// Black, Litterman (1992): reverse optimisation, after Sharpe (1974).
pub fn equilibrium(covariance: &Covariance, market: &[f64], risk_aversion: f64) -> Result<Vec<f64>, Error> {
    check_numbers("the list of market weights", "the market weight", covariance.len(), market)?;
    if !(risk_aversion.is_finite() && risk_aversion > 0.0) {
        let (name, value, expected) = ("the risk aversion", risk_aversion, "a finite, positive number");
        return Err(InputError::OutOfRange { name, value, expected }.into());
    }
    Ok(multiply(covariance, market, risk_aversion))
}

/// `factor Σ x`
fn multiply(covariance: &Covariance, x: &[f64], factor: f64) -> Vec<f64> {
    (0..covariance.len()).map(|asset| factor * dot(covariance.column(asset), x)).collect()
}

/// Factors `P τΣ P' + Ω`; a view that those before it determine, and that has no uncertainty of its own, is refused.
fn factor(matrix: &DMatrix<f64>) -> Result<Cholesky, Error> {
    let implied = || {
        let name = "the variance that a view keeps once the other views are known";
        let expected = "a positive number: of views without uncertainty, none may follow from others";
        Error::from(InputError::OutOfRange { name, value: 0.0, expected })
    };
    let system = match Cholesky::new(matrix.as_view()) {
        Ok(system) => system,
        Err(InputError::NotPositiveDefinite { .. }) => return Err(implied()),
        Err(error) => return Err(error.into()),
    };
    let lower = system.lower();
    let lost = (0..matrix.nrows())
        .any(|view| lower[(view, view)] * lower[(view, view)] <= IMPLIED * matrix[(view, view)]);
    if lost { Err(implied()) } else { Ok(system) }
}

pub(crate) fn check_numbers(
    what: &'static str,
    name: &'static str,
    expected: usize,
    values: &[f64],
) -> Result<(), InputError> {
    if values.len() != expected {
        return Err(InputError::LengthMismatch { what, expected, actual: values.len() });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(asset) => {
            let (value, expected) = (values[asset], "a finite number");
            Err(InputError::AssetOutOfRange { name, asset, value, expected })
        }
    }
}
