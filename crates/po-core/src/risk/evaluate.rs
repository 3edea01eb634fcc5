//! The measures, each from the parts it is made of.

use super::drawdown::{Compounding, average, ulcer_index};
use super::kernel::{greatest, total};
use super::moments;
use super::order::gini_mean_difference;
use super::tail::Tail;
use super::{Risk, RiskError, RiskMeasure, RiskScratch};
use crate::InputError;

impl Risk {
    /// Refuses a setting out of range; measuring refuses it too.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a threshold that is not finite, and for a κ outside (0, 1).
    ///
    /// # Examples
    /// ```
    /// use po_core::{InputError, Risk};
    ///
    /// assert_eq!(Risk::Variance.check(), Ok(()));
    /// let (name, expected) = ("the threshold", "a finite number");
    /// let refused = InputError::OutOfRange { name, value: f64::INFINITY, expected };
    /// assert_eq!(Risk::FirstLowerPartialMoment { threshold: f64::INFINITY }.check(), Err(refused));
    /// ```
    pub fn check(&self) -> Result<(), InputError> {
        match *self {
            Self::FirstLowerPartialMoment { threshold }
            | Self::SecondLowerPartialMoment { threshold }
            | Self::DownsideDeviation { threshold }
                if !threshold.is_finite() =>
            {
                let (name, expected) = ("the threshold", "a finite number");
                Err(InputError::OutOfRange { name, value: threshold, expected })
            }
            Self::Rlvar { kappa, .. } | Self::RlvarRange { kappa, .. } | Self::Rldar { kappa, .. }
                if !(kappa > 0.0 && kappa < 1.0) =>
            {
                Err(InputError::OutOfRange { name: "kappa", value: kappa, expected: "a number in (0, 1)" })
            }
            _ => Ok(()),
        }
    }

    /// Whether the capital is compounded, so that it must not be lost as a whole.
    fn compounds(&self) -> bool {
        match *self {
            Self::MaximumDrawdown { compounding }
            | Self::AverageDrawdown { compounding }
            | Self::DrawdownAtRisk { compounding, .. }
            | Self::Cdar { compounding, .. }
            | Self::Edar { compounding, .. }
            | Self::Rldar { compounding, .. }
            | Self::UlcerIndex { compounding } => compounding == Compounding::Compounded,
            _ => false,
        }
    }

    fn check_series(&self, returns: &[f64]) -> Result<(), RiskError> {
        if returns.is_empty() {
            return Err(InputError::Empty { what: "the series of returns" }.into());
        }
        // A product with zero is zero, or NaN where the return is not finite; so that one pass without branches answers.
        if total(returns, |value| value * 0.0) != 0.0
            && let Some((period, &value)) = returns.iter().enumerate().find(|(_, value)| !value.is_finite())
        {
            return Err(RiskError::NotFinite { period, value });
        }
        let observations = returns.len();
        if self.is_deviation() && observations < 2 {
            let what = "the observations for a deviation";
            return Err(InputError::TooFewObservations { what, observations, required: 2 }.into());
        }
        if self.compounds()
            && let Some((period, &value)) = returns.iter().enumerate().find(|(_, value)| **value <= -1.0)
        {
            return Err(RiskError::TotalLoss { period, value });
        }
        Ok(())
    }

    /// Measures a series that was checked.
    fn evaluate(&self, returns: &[f64], scratch: &mut RiskScratch) -> f64 {
        match *self {
            Self::Equal => 1.0,
            Self::Variance => moments::variance(returns),
            Self::StandardDeviation => moments::variance(returns).sqrt(),
            Self::SemiVariance => moments::semi_variance(returns),
            Self::SemiDeviation => moments::semi_variance(returns).sqrt(),
            Self::Mad => moments::mean_absolute_deviation(returns),
            Self::SquareRootKurtosis => moments::fourth_moment(returns).sqrt(),
            Self::SquareRootSemiKurtosis => moments::fourth_semi_moment(returns).sqrt(),
            Self::GiniMeanDifference => gini_mean_difference(scratch.gains(returns)),
            Self::FirstLowerPartialMoment { threshold } => {
                moments::first_lower_partial_moment(returns, threshold)
            }
            Self::SecondLowerPartialMoment { threshold } => {
                moments::second_lower_partial_moment(returns, threshold)
            }
            Self::DownsideDeviation { threshold } => {
                moments::second_lower_partial_moment(returns, threshold).sqrt()
            }
            Self::Var { confidence, quantile } => {
                Tail::Value(quantile).of(scratch.losses(returns), confidence)
            }
            Self::Cvar { confidence } => Tail::Mean.of(scratch.losses(returns), confidence),
            Self::TailGini { confidence } => Tail::Gini.of(scratch.losses(returns), confidence),
            Self::Evar { confidence } => Tail::Entropic.of(scratch.losses(returns), confidence),
            Self::Rlvar { confidence, kappa } => {
                Tail::Relativistic(kappa).of(scratch.losses(returns), confidence)
            }
            Self::WorstRealisation => greatest(scratch.losses(returns)),
            Self::Range => greatest(returns) + greatest(scratch.losses(returns)),
            Self::VarRange { losses, gains, quantile } => {
                scratch.range(returns, Tail::Value(quantile), losses, gains)
            }
            Self::CvarRange { losses, gains } => scratch.range(returns, Tail::Mean, losses, gains),
            Self::TailGiniRange { losses, gains } => scratch.range(returns, Tail::Gini, losses, gains),
            Self::EvarRange { losses, gains } => scratch.range(returns, Tail::Entropic, losses, gains),
            Self::RlvarRange { losses, gains, kappa } => {
                scratch.range(returns, Tail::Relativistic(kappa), losses, gains)
            }
            Self::MaximumDrawdown { compounding } => greatest(scratch.drawdowns(returns, compounding)),
            Self::AverageDrawdown { compounding } => average(scratch.drawdowns(returns, compounding)),
            Self::UlcerIndex { compounding } => ulcer_index(scratch.drawdowns(returns, compounding)),
            Self::DrawdownAtRisk { confidence, quantile, compounding } => {
                Tail::Value(quantile).of(scratch.drawdowns(returns, compounding), confidence)
            }
            Self::Cdar { confidence, compounding } => {
                Tail::Mean.of(scratch.drawdowns(returns, compounding), confidence)
            }
            Self::Edar { confidence, compounding } => {
                Tail::Entropic.of(scratch.drawdowns(returns, compounding), confidence)
            }
            Self::Rldar { confidence, kappa, compounding } => {
                Tail::Relativistic(kappa).of(scratch.drawdowns(returns, compounding), confidence)
            }
        }
    }
}

impl RiskMeasure for Risk {
    type Scratch = RiskScratch;
    type Error = RiskError;

    /// Measures the risk of a series.
    ///
    /// # Errors
    /// [`RiskError::Input`] for an empty series, for a setting that [`Risk::check`] refuses, for a deviation of a single
    /// observation, and where the risk overflows; [`RiskError::NotFinite`] for a return that is no number;
    /// [`RiskError::TotalLoss`] for a return of -1 or less where drawdowns compound.
    fn risk_into(&self, returns: &[f64], scratch: &mut RiskScratch) -> Result<f64, RiskError> {
        self.check()?;
        self.check_series(returns)?;
        let risk = self.evaluate(returns, scratch);
        if risk.is_finite() {
            Ok(risk)
        } else {
            Err(InputError::OutOfRange { name: self.name(), value: risk, expected: "a finite number" }.into())
        }
    }
}
