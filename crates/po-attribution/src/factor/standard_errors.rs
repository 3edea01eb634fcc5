//! How sure the split of a profit is, when the factor model is an estimate.

use po_core::InputError;
use po_core::simd::dot;

use super::family::{Family, check_families};
use super::least_squares::{LEAST_UNEXPLAINED, Orthogonal};
use super::wealth::Wealth;
use super::{FactorInput, FactorParams, OverTime};
use crate::Error;

/// What of a factor model is estimated, and with what errors.
///
/// # Shapes and units
/// N assets, K factors; squared returns for variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EstimationError<'a> {
    /// Factor returns: blocks of K x K, the covariance of their errors in each period. Errors of different periods are
    /// independent.
    FactorReturns(OverTime<'a>),
    /// Factor returns that were found by a regression across assets in each period. Their covariance is
    ///
    /// ```text
    /// (B'QB)⁻¹ B'Q Ω QB (B'QB)⁻¹     Q = diag(regression_weights), Ω = diag(specific_variances)
    /// ```
    CrossSection {
        /// Weights of the assets in the regression: blocks of N, zero or more.
        regression_weights: OverTime<'a>,
        /// Variance of what is specific to each asset: blocks of N, zero or more.
        specific_variances: OverTime<'a>,
    },
    /// Exposures: N x K standard errors, factor by factor. Errors are independent, and the same in each period.
    Exposures(&'a [f64]),
    /// Exposures: N blocks of K x K, the covariance of the errors of each asset's exposures. Errors of different assets are
    /// independent; those of one asset are the same in each period.
    ExposureCovariances(&'a [f64]),
}

/// Standard errors of the contributions of a [`FactorAttribution`](super::FactorAttribution).
///
/// What one factor is given too much, the specific part or another factor is given too little: the return itself is
/// known, and so the systematic and the specific part have one standard error.
///
/// # Shapes and units
/// As the totals of the attribution; over T for those of a mean return.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FactorStandardErrors {
    /// Of the contribution of each factor: K.
    pub factors: Vec<f64>,
    /// Of the contribution of each family.
    pub families: Vec<f64>,
    /// Of the systematic part, and of the specific one.
    pub systematic: f64,
}

/// Standard errors of the contributions of factors, when the factor model is an estimate.
///
/// ```text
/// var(C_F) = Σ_t X_Ft' V_t X_Ft          X: exposures times wealth, V: covariance of the errors of factor returns
/// var(C_F) = Σ_i G_iF' V_i G_iF          G_ik = Σ_t w_it V_{t-1} f_kt, V: covariance of the errors of exposures
/// ```
///
/// for the factors F of a family, for one factor alone, or for all. Weights and wealth are known.
///
/// # Errors
/// As [`factor_attribution_into`](super::factor_attribution_into); [`InputError::LengthMismatch`] and
/// [`InputError::NotFinite`] for the errors; [`InputError::AssetOutOfRange`] for a weight, a variance or a standard error
/// below zero; [`Error::Collinear`] with the first factor that those before it explain across the assets.
///
/// # Cost
/// T N K² multiplications for a regression across assets.
///
/// # Examples
/// ```
/// use po_attribution::{EstimationError, FactorInput, FactorParams, OverTime, factor_standard_errors};
/// use po_core::Returns;
///
/// let returns = Returns::from_column_slice(1, 2, &[0.03, 0.01])?;
/// let factor_returns = Returns::from_column_slice(1, 1, &[0.02])?;
/// let input =
///     FactorInput::new(&returns, &factor_returns, OverTime::Constant(&[1.0, 1.0]), OverTime::Constant(&[0.5, 0.5]));
/// // The mean of two returns of standard deviation 0.01.
/// let error = EstimationError::CrossSection {
///     regression_weights: OverTime::Constant(&[1.0, 1.0]),
///     specific_variances: OverTime::Constant(&[1e-4, 1e-4]),
/// };
/// let errors = factor_standard_errors(&input, &FactorParams::default(), error)?;
/// assert!((errors.factors[0] - 0.01 / 2.0_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// White (1980) for the covariance of a weighted regression with unequal variances.
pub fn factor_standard_errors(
    input: &FactorInput<'_>,
    params: &FactorParams,
    error: EstimationError<'_>,
) -> Result<FactorStandardErrors, Error> {
    let (periods, assets, factors) = input.shape();
    input.check()?;
    check_families(&params.families, factors)?;
    error.check((periods, assets, factors))?;
    let mut variances = Variances::new(&params.families, factors);
    let mut wealth = Wealth::default();
    let (mut row, mut active, mut money) = (vec![0.0; assets], vec![0.0; assets], vec![0.0; assets]);
    let mut exposure = vec![0.0; factors];
    let mut gains = vec![0.0; assets * factors];
    let mut orthogonal = Orthogonal::default();
    for period in 0..periods {
        wealth.holdings(input, period, &mut row, &mut active, &mut money);
        let block = input.exposures.at(period, assets * factors);
        let columns = block.chunks_exact(assets);
        exposure.iter_mut().zip(columns).for_each(|(exposure, column)| *exposure = dot(column, &money));
        match error {
            EstimationError::FactorReturns(covariances) => {
                let covariance = covariances.at(period, factors * factors);
                variances.add(&exposure, |x| quadratic(covariance, x));
            }
            EstimationError::CrossSection { regression_weights, specific_variances } => {
                let weights = regression_weights.at(period, assets);
                let specific = specific_variances.at(period, assets);
                let fill = |factor: usize, column: &mut [f64]| {
                    let exposures = &block[factor * assets..(factor + 1) * assets];
                    let entries = column.iter_mut().zip(exposures).zip(weights);
                    entries.for_each(|((entry, exposure), weight)| *entry = weight.sqrt() * exposure);
                };
                orthogonal.factor((assets, factors), fill).map_err(|dependent| Error::Collinear {
                    factor: dependent.column,
                    unexplained: dependent.unexplained,
                    least: LEAST_UNEXPLAINED,
                })?;
                variances.add(&exposure, |x| {
                    orthogonal.solve_transposed(x);
                    let own = |asset: usize| -> f64 {
                        let along = x.iter().enumerate().map(|(col, x)| x * orthogonal.column(col)[asset]);
                        along.sum::<f64>().powi(2) * weights[asset] * specific[asset]
                    };
                    (0..assets).map(own).sum()
                });
            }
            EstimationError::Exposures(_) | EstimationError::ExposureCovariances(_) => {
                for (factor, gains) in gains.chunks_exact_mut(assets).enumerate() {
                    let earned = input.factor_returns.column(factor)[period];
                    gains.iter_mut().zip(&money).for_each(|(gain, money)| *gain += money * earned);
                }
            }
        }
        wealth.grow(params.totals);
    }
    let gains_of = |asset: usize, exposure: &mut [f64]| {
        let through = gains.iter().skip(asset).step_by(assets);
        exposure.iter_mut().zip(through).for_each(|(exposure, gain)| *exposure = *gain);
    };
    for asset in 0..assets {
        match error {
            EstimationError::Exposures(errors) => {
                gains_of(asset, &mut exposure);
                let error = |factor: usize| errors[factor * assets + asset];
                variances.add(&exposure, |x| {
                    x.iter().enumerate().map(|(factor, gain)| (gain * error(factor)).powi(2)).sum()
                });
            }
            EstimationError::ExposureCovariances(covariances) => {
                gains_of(asset, &mut exposure);
                let covariance = &covariances[asset * factors * factors..(asset + 1) * factors * factors];
                variances.add(&exposure, |x| quadratic(covariance, x));
            }
            EstimationError::FactorReturns(_) | EstimationError::CrossSection { .. } => break,
        }
    }
    Ok(variances.roots())
}

impl EstimationError<'_> {
    fn check(&self, (periods, assets, factors): (usize, usize, usize)) -> Result<(), Error> {
        let not_negative =
            |name: &'static str, values: &[f64]| match values.iter().position(|value| *value < 0.0) {
                Some(place) => {
                    let (asset, value, expected) = (place % assets, values[place], "zero or more");
                    Err(InputError::AssetOutOfRange { name, asset, value, expected })
                }
                None => Ok(()),
            };
        let square = factors * factors;
        match *self {
            Self::FactorReturns(covariances) => {
                covariances
                    .check("the covariance of the errors of factor returns", (periods, square, factors))?;
            }
            Self::CrossSection { regression_weights, specific_variances } => {
                for (name, values) in [
                    ("the regression weight", regression_weights),
                    ("the specific variance", specific_variances),
                ] {
                    values.check(name, (periods, assets, assets))?;
                    let (OverTime::Constant(all) | OverTime::PerPeriod(all)) = values;
                    not_negative(name, all)?;
                }
            }
            Self::Exposures(errors) => {
                let what = "the standard error of an exposure";
                OverTime::Constant(errors).check(what, (1, assets * factors, assets))?;
                not_negative(what, errors)?;
            }
            Self::ExposureCovariances(covariances) => {
                let what = "the covariance of the errors of exposures";
                OverTime::PerPeriod(covariances).check(what, (assets, square, factors))?;
            }
        }
        Ok(())
    }
}

/// Variances of the contributions of each factor, each family, and all.
struct Variances<'a> {
    families: &'a [Family],
    factors: Vec<f64>,
    of_families: Vec<f64>,
    systematic: f64,
    /// Exposures of which some are set to zero: K.
    part: Vec<f64>,
}

impl<'a> Variances<'a> {
    fn new(families: &'a [Family], factors: usize) -> Self {
        let (part, of_families) = (vec![0.0; factors], vec![0.0; families.len()]);
        Self { families, factors: vec![0.0; factors], of_families, systematic: 0.0, part }
    }

    /// Adds the variances of `x` and of its parts; `variance` may change what it is given.
    fn add(&mut self, x: &[f64], variance: impl Fn(&mut [f64]) -> f64) {
        for (factor, sum) in self.factors.iter_mut().enumerate() {
            self.part.fill(0.0);
            self.part[factor] = x[factor];
            *sum += variance(&mut self.part);
        }
        for (family, sum) in self.families.iter().zip(&mut self.of_families) {
            self.part.fill(0.0);
            family.members.iter().for_each(|&factor| self.part[factor] = x[factor]);
            *sum += variance(&mut self.part);
        }
        self.part.copy_from_slice(x);
        self.systematic += variance(&mut self.part);
    }

    fn roots(mut self) -> FactorStandardErrors {
        let root = |variance: &mut f64| *variance = variance.max(0.0).sqrt();
        self.factors.iter_mut().for_each(root);
        self.of_families.iter_mut().for_each(root);
        let systematic = self.systematic.max(0.0).sqrt();
        FactorStandardErrors { factors: self.factors, families: self.of_families, systematic }
    }
}

/// `x' A x`.
fn quadratic(matrix: &[f64], x: &[f64]) -> f64 {
    matrix.chunks_exact(x.len()).zip(x).map(|(column, value)| value * dot(column, x)).sum()
}
