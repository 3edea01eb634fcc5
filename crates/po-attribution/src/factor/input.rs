//! What a factor attribution looks at.

use po_core::{InputError, Returns};

use super::OverTime;
use crate::Error;

/// A portfolio, a market and a factor model, as values.
///
/// # Shapes and units
/// T periods, N assets, K factors. Weights are fractions of capital at the start of each period, exposures those known
/// at the start of it, returns are those earned until its end.
///
/// # Examples
/// ```
/// use po_attribution::{FactorInput, FactorParams, OverTime, factor_attribution};
/// use po_core::Returns;
///
/// let returns = Returns::from_column_slice(1, 2, &[0.03, 0.01])?;
/// let factor_returns = Returns::from_column_slice(1, 1, &[0.02])?;
/// let (exposures, weights) = (OverTime::Constant(&[1.0, 0.5]), OverTime::Constant(&[0.5, 0.5]));
/// let input = FactorInput::new(&returns, &factor_returns, exposures, weights);
/// let parts = factor_attribution(&input, &FactorParams::default())?;
/// assert!((parts.factors[0] - 0.75 * 0.02).abs() < 1e-17);
/// assert!((parts.specific - 0.005).abs() < 1e-17);
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorInput<'a> {
    /// Returns of the assets: T x N.
    pub returns: &'a Returns,
    /// Returns of the factors: T x K.
    pub factor_returns: &'a Returns,
    /// Exposures of the assets: blocks of N x K, factor by factor.
    pub exposures: OverTime<'a>,
    /// Weights of the portfolio: blocks of N.
    pub weights: OverTime<'a>,
    /// Weights of the benchmark; with them, everything is active: portfolio less benchmark.
    pub benchmark: Option<OverTime<'a>>,
    /// The returns that the portfolio had in fact: T numbers. What holdings do not explain of them, such as costs, cash
    /// and trades within a period, is then told as unattributed.
    pub portfolio_returns: Option<&'a [f64]>,
}

impl<'a> FactorInput<'a> {
    /// A portfolio without a benchmark, that earned what its holdings did.
    #[must_use]
    pub fn new(
        returns: &'a Returns,
        factor_returns: &'a Returns,
        exposures: OverTime<'a>,
        weights: OverTime<'a>,
    ) -> Self {
        Self { returns, factor_returns, exposures, weights, benchmark: None, portfolio_returns: None }
    }

    /// Numbers of periods, assets and factors.
    #[must_use]
    pub fn shape(&self) -> (usize, usize, usize) {
        (self.returns.observations(), self.returns.assets(), self.factor_returns.assets())
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let (periods, assets, factors) = self.shape();
        if self.factor_returns.observations() != periods {
            let actual = self.factor_returns.observations();
            let what = "the list of returns of a factor";
            return Err(InputError::LengthMismatch { what, expected: periods, actual }.into());
        }
        self.exposures.check("the exposure", (periods, assets * factors, assets))?;
        self.weights.check("the weight", (periods, assets, assets))?;
        if let Some(benchmark) = self.benchmark {
            benchmark.check("the weight in the benchmark", (periods, assets, assets))?;
        }
        if let Some(observed) = self.portfolio_returns {
            check_series("the return of the portfolio", observed, periods)?;
        }
        Ok(())
    }
}

/// Refuses a series of another length, and what in it is not finite.
pub(crate) fn check_series(name: &'static str, values: &[f64], periods: usize) -> Result<(), Error> {
    if values.len() != periods {
        return Err(InputError::LengthMismatch { what: name, expected: periods, actual: values.len() }.into());
    }
    match values.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(InputError::OutOfRange { name, value, expected: "finite numbers" }.into()),
        None => Ok(()),
    }
}

/// Refuses a list of another length, and the first number of an asset that is not finite.
pub(crate) fn check_assets(name: &'static str, values: &[f64], assets: usize) -> Result<(), Error> {
    if values.len() != assets {
        return Err(InputError::LengthMismatch { what: name, expected: assets, actual: values.len() }.into());
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(asset) => {
            let (value, expected) = (values[asset], "a finite number");
            Err(InputError::AssetOutOfRange { name, asset, value, expected }.into())
        }
        None => Ok(()),
    }
}
