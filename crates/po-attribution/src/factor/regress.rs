//! The regression on factors, from top to bottom.

use std::ops::Range;

use po_core::simd::{axpy, dot, sum};
use po_core::{InputError, Returns};

use super::attribute::{check_total, windows};
use super::input::check_series;
use super::least_squares::{LEAST_UNEXPLAINED, Orthogonal};
use super::long_run::{Kernel, scores_into};
use super::{Estimate, FactorMeans, FactorRegression, RegressionErrors, RegressionParams};
use crate::Error;
use crate::sum::Sum;

/// Memory that a regression keeps from call to call; it grows to the largest problem seen.
///
/// # Examples
/// ```
/// use po_attribution::{FactorRegression, RegressionParams, RegressionScratch, factor_regression_into};
/// use po_core::Returns;
///
/// let market = Returns::from_column_slice(3, 1, &[0.01, 0.02, 0.03])?;
/// let (mut scratch, mut fit) = (RegressionScratch::default(), FactorRegression::default());
/// for beta in [0.5, 2.0] {
///     let portfolio = [0.01 * beta, 0.02 * beta, 0.03 * beta];
///     factor_regression_into(&portfolio, &market, &RegressionParams::default(), &mut scratch, &mut fit)?;
///     assert!((fit.betas[0].value - beta).abs() < 1e-12);
/// }
/// # Ok::<(), po_attribution::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RegressionScratch {
    /// The constant and the factors: T x (K+1).
    orthogonal: Orthogonal,
    /// Residuals times rows of Q: T x (K+1).
    scores: Vec<f64>,
    /// Their covariance, summed: (K+1) x (K+1).
    meat: Vec<f64>,
    /// Coefficients, and right-hand sides: K+1 numbers each.
    coefficients: Vec<f64>,
    side: Vec<f64>,
    /// Mean of each factor: K.
    means: Vec<f64>,
    /// What a contribution owes to each period, and the same of all contributions: T each.
    influence: Vec<f64>,
    systematic: Vec<f64>,
}

/// Regresses the returns of a portfolio on those of factors, with fresh memory.
///
/// # Errors
/// As [`factor_regression_into`].
pub fn factor_regression(
    portfolio: &[f64],
    factors: &Returns,
    params: &RegressionParams,
) -> Result<FactorRegression, Error> {
    let mut regression = FactorRegression::default();
    factor_regression_into(portfolio, factors, params, &mut RegressionScratch::default(), &mut regression)?;
    Ok(regression)
}

/// Regresses the returns of a portfolio on those of factors; from the second call of a size on without touching the heap.
///
/// # Errors
/// [`InputError::LengthMismatch`] unless there is a return of the portfolio for each period; [`InputError::OutOfRange`] for
/// one that is not finite or so large that squares overflow, or for lags that are not less than T; [`InputError::TooFewObservations`] unless T is larger
/// than K + 1; [`Error::Collinear`] with the first factor that the constant and the factors before it explain.
///
/// # Cost
/// About 4 T K² multiplications, and T K² for each lag.
pub fn factor_regression_into(
    portfolio: &[f64],
    factors: &Returns,
    params: &RegressionParams,
    scratch: &mut RegressionScratch,
    regression: &mut FactorRegression,
) -> Result<(), Error> {
    check_series("the return of the portfolio", portfolio, factors.observations())?;
    regress(portfolio, factors, 0..portfolio.len(), params, scratch, regression)
}

/// Regresses over each of many windows, the first of which starts with the first period.
///
/// # Shapes and units
/// Windows of `window` periods, each `step` periods after the one before it.
///
/// # Errors
/// As [`factor_regression_into`]; [`InputError::Empty`] for a window or a step of zero.
///
/// # Examples
/// ```
/// use po_attribution::{RegressionParams, rolling_factor_regression};
/// use po_core::Returns;
///
/// let market = Returns::from_column_slice(6, 1, &[0.01, 0.02, 0.03, 0.01, 0.02, 0.03])?;
/// let portfolio = [0.01, 0.02, 0.03, 0.02, 0.04, 0.06];
/// let fits = rolling_factor_regression(&portfolio, &market, &RegressionParams::default(), 3, 3)?;
/// assert!((fits[0].betas[0].value - 1.0).abs() < 1e-12);
/// assert!((fits[1].betas[0].value - 2.0).abs() < 1e-12);
/// # Ok::<(), po_attribution::Error>(())
/// ```
pub fn rolling_factor_regression(
    portfolio: &[f64],
    factors: &Returns,
    params: &RegressionParams,
    window: usize,
    step: usize,
) -> Result<Vec<FactorRegression>, Error> {
    check_series("the return of the portfolio", portfolio, factors.observations())?;
    let mut scratch = RegressionScratch::default();
    windows(portfolio.len(), window, step)?
        .map(|range| {
            let mut regression = FactorRegression::default();
            regress(portfolio, factors, range, params, &mut scratch, &mut regression)?;
            Ok(regression)
        })
        .collect()
}

fn regress(
    portfolio: &[f64],
    factors: &Returns,
    range: Range<usize>,
    params: &RegressionParams,
    scratch: &mut RegressionScratch,
    regression: &mut FactorRegression,
) -> Result<(), Error> {
    let (periods, count) = (range.len(), factors.assets() + 1);
    if periods <= count {
        let what = "the observations for a regression";
        return Err(
            InputError::TooFewObservations { what, observations: periods, required: count + 1 }.into()
        );
    }
    let kernel = Kernel::new(params.errors, periods, count)?;
    let column = |factor: usize| &factors.column(factor)[range.clone()];
    let portfolio = &portfolio[range.clone()];
    let RegressionScratch { orthogonal, scores, meat, coefficients, side, means, influence, systematic } =
        scratch;
    let fill = |col: usize, entries: &mut [f64]| match col {
        0 => entries.fill(1.0),
        _ => entries.copy_from_slice(column(col - 1)),
    };
    orthogonal.factor((periods, count), fill).map_err(|dependent| Error::Collinear {
        factor: dependent.column.saturating_sub(1),
        unexplained: dependent.unexplained,
        least: LEAST_UNEXPLAINED,
    })?;
    let residuals = &mut regression.residuals;
    residuals.clear();
    residuals.extend_from_slice(portfolio);
    resize(coefficients, count);
    orthogonal.least_squares(residuals, coefficients);
    means.clear();
    means.extend((1..count).map(|factor| sum(column(factor - 1)) / periods as f64));

    // Covariance of the coefficients: R⁻¹ S R'⁻¹.
    let squares = dot(residuals, residuals);
    let degrees = (periods - count) as f64;
    let variance = squares / degrees;
    if !squares.is_finite() {
        let (name, expected) =
            ("the sum of the squared residuals", "a finite number: the returns are too large");
        return Err(InputError::OutOfRange { name, value: squares, expected }.into());
    }
    scores_into(params.errors, orthogonal, residuals, (periods, count), scores);
    resize(meat, count * count);
    for a in 0..count {
        for b in 0..=a {
            let entry = match params.errors {
                RegressionErrors::Classical => variance * f64::from(u8::from(a == b)),
                _ => kernel.covariance(&scores[a * periods..][..periods], &scores[b * periods..][..periods]),
            };
            meat[a * count + b] = entry;
            meat[b * count + a] = entry;
        }
    }
    resize(&mut regression.covariance, count * count);
    meat.chunks_exact_mut(count).for_each(|row| orthogonal.solve(row));
    resize(side, count);
    for col in 0..count {
        side.iter_mut().enumerate().for_each(|(row, entry)| *entry = meat[row * count + col]);
        orthogonal.solve(side);
        regression.covariance[col * count..(col + 1) * count].copy_from_slice(side);
    }
    let covariance = &regression.covariance;
    let all = coefficients.iter().zip(covariance.iter().step_by(count + 1));
    let mut all = all.map(|(value, variance)| Estimate { value: *value, standard_error: root(*variance) });
    regression.alpha = all.next().unwrap_or_default();
    regression.betas.clear();
    regression.betas.extend(all);

    // The split of the mean.
    regression.contributions.clear();
    resize(influence, periods);
    resize(systematic, periods);
    let mut systematic_variance = 0.0;
    for factor in 0..count - 1 {
        let (mean, beta) = (means[factor], coefficients[factor + 1]);
        let mut contribution = Estimate {
            value: beta * mean,
            standard_error: mean.abs() * regression.betas[factor].standard_error,
        };
        if params.means == FactorMeans::Given || params.errors == RegressionErrors::Classical {
            for other in 0..count - 1 {
                systematic_variance += mean * means[other] * covariance[(factor + 1) * count + other + 1];
            }
        }
        if params.means == FactorMeans::Estimated {
            let share = beta / periods as f64;
            let values = influence.iter_mut().zip(column(factor));
            values.for_each(|(entry, value)| *entry = share * (value - mean));
            let variance = if params.errors == RegressionErrors::Classical {
                contribution.standard_error.powi(2) + kernel.classical(influence)
            } else {
                // Row `factor + 1` of R⁻¹ turns scores into what the coefficient owes to each period.
                side.fill(0.0);
                side[factor + 1] = mean;
                orthogonal.solve_transposed(side);
                for (weight, scores) in side.iter().zip(scores.chunks_exact(periods)) {
                    axpy(*weight, scores, influence);
                }
                kernel.covariance(influence, influence)
            };
            contribution.standard_error = root(variance);
            axpy(1.0, influence, systematic);
        }
        regression.contributions.push(contribution);
    }
    if params.means == FactorMeans::Estimated {
        systematic_variance += match params.errors {
            RegressionErrors::Classical => kernel.classical(systematic),
            _ => kernel.covariance(systematic, systematic),
        };
    }
    let parts: Sum = regression.contributions.iter().map(|part| part.value).collect();
    regression.systematic = Estimate { value: parts.value(), standard_error: root(systematic_variance) };
    regression.mean = parts.plus(regression.alpha.value).value();
    let mean = sum(portfolio) / periods as f64;
    let total: f64 = portfolio.iter().map(|value| (value - mean).powi(2)).sum();
    regression.residual_deviation = variance.sqrt();
    // A portfolio that stands still misses its mean by the rounding of that mean.
    let rounding = periods as f64 * (4.0 * f64::EPSILON * mean).powi(2);
    regression.r_squared = if total > rounding { 1.0 - squares / total } else { 0.0 };
    regression.adjusted_r_squared = 1.0 - (1.0 - regression.r_squared) * (periods - 1) as f64 / degrees;
    regression.lags = kernel.lags();
    check_total(regression.mean)
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}

/// The root of a variance, which rounding may have left below zero.
fn root(variance: f64) -> f64 {
    variance.max(0.0).sqrt()
}
