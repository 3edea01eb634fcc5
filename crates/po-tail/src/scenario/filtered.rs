//! Filtered historical simulation.

use po_core::{InputError, Returns};

use super::random::Random;
use super::{Sampling, Scenarios};
use crate::Error;

/// How a variance follows from the one before and from the shock in between.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum VarianceDynamics {
    /// It stays as it is.
    #[default]
    Constant,
    /// `σ²' = λ σ² + (1 - λ) e²`.
    Ewma {
        /// λ, in [0, 1].
        decay: f64,
    },
    /// `σ²' = ω + (α + γ 1[e < 0]) e² + β σ²`; with a γ of zero GARCH(1,1), else that of Glosten, Jagannathan and
    /// Runkle (1993).
    Garch {
        /// ω, the variance that comes in each period; zero or more.
        omega: f64,
        /// α, what of a squared shock stays; zero or more.
        alpha: f64,
        /// β, what of the variance stays; zero or more.
        beta: f64,
        /// γ, what stays of a squared loss beyond α; α + γ is zero or more.
        gamma: f64,
    },
}

/// What filtered historical simulation starts from.
///
/// # Shapes and units
/// Residuals without unit, T x N, of variance one or nearly; N means and volatilities, per period; N dynamics.
#[derive(Clone, Copy, Debug)]
pub struct FilteredInput<'a> {
    /// Returns less their mean over their volatility, as a volatility model left them.
    pub residuals: &'a Returns,
    /// The mean forecast for each asset.
    pub means: &'a [f64],
    /// The volatility forecast for the next period of each asset.
    pub volatilities: &'a [f64],
    /// How the variance of each asset goes on from there.
    pub dynamics: &'a [VarianceDynamics],
}

/// Settings of [`filtered`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `horizon` | 1 | 1 or more | how many periods a scenario lasts |
/// | `sampling` | 10000 scenarios | | how many scenarios, and their seed |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FilteredParams {
    /// How many periods a scenario lasts.
    pub horizon: usize,
    /// How many scenarios, and their seed.
    pub sampling: Sampling,
}

impl Default for FilteredParams {
    fn default() -> Self {
        Self { horizon: 1, sampling: Sampling::default() }
    }
}

impl VarianceDynamics {
    /// The variance after a shock.
    fn next(self, variance: f64, shock: f64) -> f64 {
        match self {
            Self::Constant => variance,
            Self::Ewma { decay } => decay * variance + (1.0 - decay) * shock * shock,
            Self::Garch { omega, alpha, beta, gamma } => {
                let reaction = if shock < 0.0 { alpha + gamma } else { alpha };
                omega + reaction * shock * shock + beta * variance
            }
        }
    }

    fn check(self, asset: usize) -> Result<(), InputError> {
        let wrong = |name, value, expected| Err(InputError::AssetOutOfRange { name, asset, value, expected });
        match self {
            Self::Constant => Ok(()),
            Self::Ewma { decay } if (0.0..=1.0).contains(&decay) => Ok(()),
            Self::Ewma { decay } => wrong("the decay", decay, "a number in [0, 1]"),
            Self::Garch { omega, alpha, beta, gamma } => {
                for (name, value) in [
                    ("omega", omega),
                    ("alpha", alpha),
                    ("beta", beta),
                    ("the sum of alpha and gamma", alpha + gamma),
                ] {
                    if !(value.is_finite() && value >= 0.0) {
                        return wrong(name, value, "a finite number, zero or more");
                    }
                }
                Ok(())
            }
        }
    }
}

/// Scenarios from past residuals and the volatilities of today.
///
/// ```text
/// e_k = σ_k z_t(k),   r = Π_(k=1..h) (1 + μ + e_k) - 1,   σ²_(k+1) from σ²_k and e_k
/// ```
///
/// The residuals of all assets in a period are drawn together.
///
/// # Errors
/// [`InputError::LengthMismatch`] unless there is a mean, a volatility and a dynamics for each asset;
/// [`InputError::AssetOutOfRange`] for a mean that is not finite, a volatility that is negative, or a parameter outside
/// its range; [`InputError::OutOfRange`] for no period, no scenario or no thread; [`InputError::NotFinite`] for a
/// variance that explodes.
///
/// # Cost
/// S h N multiplications.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_tail::{FilteredInput, FilteredParams, Sampling, VarianceDynamics, filtered};
///
/// let residuals = Returns::from_column_slice(1, 1, &[-1.0])?;
/// let dynamics = [VarianceDynamics::Garch { omega: 0.0, alpha: 0.5, beta: 0.0, gamma: 3.5 }];
/// let input = FilteredInput { residuals: &residuals, means: &[0.0], volatilities: &[0.1], dynamics: &dynamics };
/// let sampling = Sampling { scenarios: 1, ..Sampling::default() };
/// let scenarios = filtered(input, &FilteredParams { horizon: 2, sampling })?;
/// // The volatility doubles after a loss: 10 % are lost, and then 20 %.
/// assert!((scenarios.returns().column(0)[0] + 0.28).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Barone-Adesi, Giannopoulos and Vosper, `VaR` without correlations for portfolios of derivative securities (1999).
///
/// # Settings
/// [`FilteredParams`]
pub fn filtered(input: FilteredInput<'_>, params: &FilteredParams) -> Result<Scenarios, Error> {
    let FilteredInput { residuals, means, volatilities, dynamics } = input;
    let (periods, assets) = (residuals.observations(), residuals.assets());
    for (what, actual) in [
        ("the list of means", means.len()),
        ("the list of volatilities", volatilities.len()),
        ("the list of variance dynamics", dynamics.len()),
    ] {
        if actual != assets {
            return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
        }
    }
    for (asset, ((&mean, &volatility), own)) in means.iter().zip(volatilities).zip(dynamics).enumerate() {
        let wrong =
            |name, value, expected| Err(InputError::AssetOutOfRange { name, asset, value, expected }.into());
        if !mean.is_finite() {
            return wrong("the mean", mean, "a finite number");
        }
        if !(volatility.is_finite() && volatility >= 0.0) {
            return wrong("the volatility", volatility, "a finite number, zero or more");
        }
        own.check(asset)?;
    }
    if params.horizon == 0 {
        let (name, expected) = ("the horizon", "1 or more");
        return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
    }
    let seed = params.sampling.seed;
    params.sampling.draw(assets, Vec::new, |drawn: &mut Vec<usize>, start, rows, out| {
        for row in 0..rows {
            let mut random = Random::of(seed, start + row);
            drawn.clear();
            drawn.extend((0..params.horizon).map(|_| random.below(periods)));
            for (asset, column) in out.chunks_exact_mut(rows).enumerate() {
                let (past, mean, own) = (residuals.column(asset), means[asset], dynamics[asset]);
                let (mut wealth, mut variance) = (1.0, volatilities[asset] * volatilities[asset]);
                for &period in &*drawn {
                    let shock = variance.sqrt() * past[period];
                    wealth *= 1.0 + mean + shock;
                    variance = own.next(variance, shock);
                }
                column[row] = wealth - 1.0;
            }
        }
        Ok(())
    })
}
