//! The models at work.

use po_core::simd::{axpy, dot, sum};
use po_core::{Confidence, InputError, Moments, Returns, Weights};

use super::contributions::total;
use super::tail::{beyond, exact_periods, kernel_periods};
use super::{ContributionMeasure, ContributionModel, ContributionScratch, TailContributions};
use crate::estimate::{
    StudentTFit, finite, historical, mean_and_deviation, normal, standard_normal, standard_student,
};
use crate::{Error, TailModel, TailRisk};

/// How much of a return rounding may leave when it is taken out of a sum.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

impl ContributionMeasure {
    /// The number itself.
    #[must_use]
    pub fn of(self, risk: TailRisk) -> f64 {
        match self {
            Self::Var => risk.var,
            Self::Cvar => risk.cvar,
        }
    }
}

impl ContributionModel {
    /// Shares out the risk of a portfolio, with fresh memory.
    ///
    /// # Errors
    /// As [`ContributionModel::contributions_into`].
    pub fn contributions(
        &self,
        measure: ContributionMeasure,
        returns: &Returns,
        weights: &Weights,
        confidence: Confidence,
    ) -> Result<TailContributions, Error> {
        let mut contributions = TailContributions::default();
        let mut scratch = ContributionScratch::default();
        self.contributions_into(measure, returns, weights, confidence, &mut scratch, &mut contributions)?;
        Ok(contributions)
    }

    /// Shares out the risk of a portfolio; from the second call of a size on without touching the heap.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::OutOfRange`] where the scenarios
    /// that share out the risk lose nothing; else as [`TailModel::estimate`] for the portfolio, and for each portfolio
    /// without one of its assets. `contributions` is then unspecified.
    pub fn contributions_into(
        &self,
        measure: ContributionMeasure,
        returns: &Returns,
        weights: &Weights,
        confidence: Confidence,
        scratch: &mut ContributionScratch,
        contributions: &mut TailContributions,
    ) -> Result<(), Error> {
        check_weights(weights, returns.assets())?;
        let weights = weights.as_slice();
        scratch.portfolio.clear();
        scratch.portfolio.resize(returns.observations(), 0.0);
        for (asset, weight) in weights.iter().enumerate() {
            axpy(*weight, returns.column(asset), &mut scratch.portfolio);
        }
        let fit = self.marginal(measure, returns, confidence, scratch, &mut contributions.marginal)?;
        contributions.shared_out(weights);
        let risk = contributions.risk;
        finite(TailRisk { var: risk, cvar: risk })?;
        contributions.incremental.clear();
        for (asset, weight) in weights.iter().enumerate() {
            let rest = if *weight == 0.0 {
                risk
            } else if let Some(still) = leave_out(*weight, returns.column(asset), scratch) {
                0.0 - still
            } else {
                self.rest(measure, confidence, fit.as_ref(), scratch)?
            };
            contributions.incremental.push(risk - rest);
        }
        Ok(())
    }

    /// Writes the marginal risks; hands back the fit from which those without an asset start.
    fn marginal(
        &self,
        measure: ContributionMeasure,
        returns: &Returns,
        confidence: Confidence,
        scratch: &mut ContributionScratch,
        marginal: &mut Vec<f64>,
    ) -> Result<Option<StudentTFit>, Error> {
        let ContributionScratch { tail, portfolio, losses, periods, .. } = scratch;
        match self {
            Self::Historical => {
                exact_periods(measure, portfolio, confidence, tail, losses, periods)?;
                by_periods(returns, periods, marginal);
            }
            Self::Kernel => {
                match measure {
                    ContributionMeasure::Var => kernel_periods(portfolio, confidence, tail, periods)?,
                    ContributionMeasure::Cvar => {
                        exact_periods(measure, portfolio, confidence, tail, losses, periods)?;
                    }
                }
                by_periods(returns, periods, marginal);
            }
            Self::Normal => {
                TailModel::Normal.estimate_into(portfolio, confidence, tail)?;
                let (mean, deviation) = mean_and_deviation(portfolio);
                let factor = measure.of(standard_normal(confidence));
                // Of the portfolio's deviations, each over its standard deviation: dot products with them are covariances.
                let unit = factor / (deviation * (portfolio.len() - 1) as f64);
                periods.clear();
                let weight = |value: &f64| if deviation > 0.0 { (value - mean) * unit } else { 0.0 };
                periods.extend(portfolio.iter().map(weight));
                let even = 1.0 / portfolio.len() as f64;
                elliptical(returns, periods, |column| even * sum(column), marginal);
            }
            Self::StudentT => {
                TailModel::Historical.estimate_into(portfolio, confidence, tail)?;
                let fit = StudentTFit::near(portfolio, None)?;
                let factor = measure.of(standard_student(confidence, fit.degrees));
                losses.clear();
                losses.extend(portfolio.iter().map(|value| fit.weight(*value)));
                let mass = sum(losses);
                losses.iter_mut().for_each(|weight| *weight /= mass);
                let unit = factor / fit.scale;
                periods.clear();
                let weighted = portfolio.iter().zip(&*losses);
                periods.extend(weighted.map(|(value, weight)| unit * weight * (value - fit.location)));
                elliptical(returns, periods, |column| dot(losses, column), marginal);
                return Ok(Some(fit));
            }
            Self::Evt { threshold, method } => {
                let model = TailModel::Evt { threshold: *threshold, method: *method };
                let risk = measure.of(model.estimate_into(portfolio, confidence, tail)?);
                beyond(tail.choice.threshold, portfolio, risk, periods)?;
                by_periods(returns, periods, marginal);
            }
        }
        Ok(None)
    }

    /// The risk of the portfolio without an asset.
    fn rest(
        &self,
        measure: ContributionMeasure,
        confidence: Confidence,
        fit: Option<&StudentTFit>,
        scratch: &mut ContributionScratch,
    ) -> Result<f64, Error> {
        let ContributionScratch { tail, without, .. } = scratch;
        let risk = match self {
            Self::Historical | Self::Kernel => historical(without, confidence, tail)?,
            Self::Normal => TailModel::Normal.estimate_into(without, confidence, tail)?,
            Self::StudentT => StudentTFit::near(without, fit)?.tail(confidence),
            Self::Evt { threshold, method } => {
                let model = TailModel::Evt { threshold: *threshold, method: *method };
                model.estimate_into(without, confidence, tail)?
            }
        };
        Ok(measure.of(finite(risk)?))
    }
}

impl TailContributions {
    /// Shares out the risk of a portfolio whose assets are jointly normal, or of any elliptical distribution with the tail
    /// of a normal one, from means and covariances.
    ///
    /// ```text
    /// marginal_i = -μ_i + k (Σw)_i / sqrt(w'Σw)     k = Φ⁻¹(β), or φ(Φ⁻¹(β)) / (1-β) for the conditional one
    /// ```
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] unless there is one weight per asset; [`InputError::NotPositiveSemidefinite`] where
    /// the variance of a portfolio is below zero; [`InputError::OutOfRange`] where the risk overflows.
    ///
    /// # Cost
    /// N² operations, incremental risks included.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Confidence, Covariance, Moments, Weights};
    /// use po_tail::{TailContributions, ContributionMeasure};
    ///
    /// let covariance = Covariance::from_column_slice(2, &[0.0004, 0.0, 0.0, 0.0009])?;
    /// let moments = Moments::new(vec![0.0, 0.0], covariance)?;
    /// let weights = Weights::new(vec![0.6, 0.4])?;
    /// let parts = TailContributions::of_moments(ContributionMeasure::Var, &moments, &weights, Confidence::new(0.95)?)?;
    /// // Both have a risk of 0.012 z of their own, and share that of 0.012 sqrt(2) z.
    /// assert!((parts.share[0] - 0.5).abs() < 1e-15);
    /// assert!((parts.risk - 0.012 * 2.0_f64.sqrt() * 1.6448536269514722).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_moments(
        measure: ContributionMeasure,
        moments: &Moments,
        weights: &Weights,
        confidence: Confidence,
    ) -> Result<Self, Error> {
        let (mean, covariance) = (moments.mean(), moments.covariance());
        check_weights(weights, mean.len())?;
        let weights = weights.as_slice();
        let with: Vec<f64> = (0..weights.len()).map(|asset| dot(covariance.column(asset), weights)).collect();
        let variance = dot(&with, weights);
        let check = |variance: f64| {
            // Less than zero by rounding is zero.
            let scale: f64 = weights.iter().zip(&with).map(|(weight, with)| (weight * with).abs()).sum();
            if variance < -1e-12 * scale || !variance.is_finite() {
                return Err(InputError::NotPositiveSemidefinite { eigenvalue: variance });
            }
            Ok(variance.max(0.0).sqrt())
        };
        let deviation = check(variance)?;
        let factor = measure.of(standard_normal(confidence));
        let unit = if deviation > 0.0 { factor / deviation } else { 0.0 };
        let mut parts = Self { marginal: with.iter().map(|with| unit * with).collect(), ..Self::default() };
        parts.marginal.iter_mut().zip(mean).for_each(|(marginal, mean)| *marginal -= mean);
        parts.shared_out(weights);
        finite(TailRisk { var: parts.risk, cvar: parts.risk })?;
        let earned = dot(mean, weights);
        for (asset, weight) in weights.iter().enumerate() {
            if *weight == 0.0 {
                parts.incremental.push(0.0);
                continue;
            }
            // Over the other assets alone: less the asset's part of the variance, rounding would be left of a single one.
            let others = (0..weights.len()).filter(|other| *other != asset);
            let column = covariance.column(asset);
            let left =
                check(others.map(|other| weights[other] * (with[other] - weight * column[other])).sum())?;
            let rest = measure.of(normal(earned - weight * mean[asset], left, confidence));
            parts.incremental.push(parts.risk - rest);
        }
        Ok(parts)
    }
}

fn check_weights(weights: &Weights, assets: usize) -> Result<(), Error> {
    if weights.len() == assets {
        return Ok(());
    }
    let (what, actual) = ("the list of weights", weights.len());
    Err(InputError::LengthMismatch { what, expected: assets, actual }.into())
}

/// Writes the returns of the portfolio without an asset; the return that they all share, if they do.
///
/// A portfolio that stands still has that risk in every model, and no distribution that could be fitted.
fn leave_out(weight: f64, column: &[f64], scratch: &mut ContributionScratch) -> Option<f64> {
    let ContributionScratch { portfolio, without, .. } = scratch;
    let (mut least, mut greatest, mut scale) = (f64::INFINITY, f64::NEG_INFINITY, 0.0_f64);
    without.clear();
    without.extend(portfolio.iter().zip(column).map(|(whole, value)| {
        let part = weight * value;
        let rest = whole - part;
        // What only rounding has left is nothing.
        let rest = if rest.abs() <= ROUNDING * part.abs() { 0.0 } else { rest };
        (least, greatest, scale) = (least.min(rest), greatest.max(rest), scale.max(part.abs()));
        rest
    }));
    let scale = scale.max(least.abs()).max(greatest.abs());
    (greatest - least <= 2.0 * ROUNDING * scale).then(|| least.midpoint(greatest))
}

/// Marginal risks as sums of losses that periods are weighted in.
fn by_periods(returns: &Returns, periods: &[f64], marginal: &mut Vec<f64>) {
    marginal.clear();
    marginal.extend((0..returns.assets()).map(|asset| 0.0 - dot(periods, returns.column(asset))));
}

/// Marginal risks as sums over deviations from a mean, less that mean.
fn elliptical(returns: &Returns, periods: &[f64], mean: impl Fn(&[f64]) -> f64, marginal: &mut Vec<f64>) {
    // The weights of the periods add up to zero but for rounding, which the mean would be multiplied by.
    let excess = total(periods);
    marginal.clear();
    marginal.extend((0..returns.assets()).map(|asset| {
        let column = returns.column(asset);
        let mean = mean(column);
        dot(periods, column) - excess * mean - mean
    }));
}
