//! The models at work.

use po_core::{Confidence, InputError, Quantile, Risk, RiskMeasure};

use super::weighted::{aged, check_probabilities, check_series, probable};
use super::{Filtered, StudentTFit, TailModel, TailRisk, TailScratch, cornish_fisher, normal};
use crate::{Error, PeaksOverThreshold};

impl TailModel {
    /// The name that reports and errors call it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Historical => "historical",
            Self::AgeWeighted { .. } => "age-weighted",
            Self::Normal => "normal",
            Self::StudentT => "Student's t",
            Self::CornishFisher => "Cornish-Fisher",
            Self::CornishFisherMatched => "matched Cornish-Fisher",
            Self::Evt { .. } => "peaks over threshold",
        }
    }

    /// Refuses a setting out of range; estimating refuses it too.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a decay outside (0, 1]; else as [`Threshold::check`](crate::Threshold::check).
    pub fn check(&self) -> Result<(), Error> {
        match self {
            Self::AgeWeighted { decay } if !(*decay > 0.0 && *decay <= 1.0) => {
                let (name, expected) = ("the decay", "a number in (0, 1]");
                Err(InputError::OutOfRange { name, value: *decay, expected }.into())
            }
            Self::Evt { threshold, .. } => threshold.check(),
            _ => Ok(()),
        }
    }

    /// Estimates with fresh memory.
    ///
    /// # Errors
    /// As [`TailModel::estimate_into`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::TailModel;
    ///
    /// let returns = [0.02, -0.01, 0.01, -0.02];
    /// let normal = TailModel::Normal.estimate(&returns, Confidence::new(0.95)?)?;
    /// // Their mean is zero, their variance 0.001/3.
    /// assert!((normal.var - 1.6448536269514722 * (0.001_f64 / 3.0).sqrt()).abs() < 1e-16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn estimate(&self, returns: &[f64], confidence: Confidence) -> Result<TailRisk, Error> {
        self.estimate_into(returns, confidence, &mut TailScratch::default())
    }

    /// Estimates with `scratch`; from the second call of one length on without touching the heap.
    ///
    /// # Errors
    /// As [`TailModel::check`]; [`InputError::Empty`] for no return, and
    /// [`RiskError::NotFinite`](po_core::RiskError::NotFinite) for one that is none; [`InputError::OutOfRange`] where the
    /// risk overflows. [`InputError::TooFewObservations`] for a single return of [`TailModel::Normal`];
    /// [`InputError::OutOfRange`] for returns that do not move, of [`TailModel::StudentT`] and the expansions;
    /// [`Error::CornishFisherDomain`] where the expansion is no quantile function. [`TailModel::StudentT`] else as
    /// [`StudentTFit::of`], [`TailModel::Evt`] as [`PeaksOverThreshold::fit`].
    pub fn estimate_into(
        &self,
        returns: &[f64],
        confidence: Confidence,
        scratch: &mut TailScratch,
    ) -> Result<TailRisk, Error> {
        self.check()?;
        check_series(returns)?;
        let risk = match self {
            Self::Historical => historical(returns, confidence, scratch)?,
            Self::AgeWeighted { decay } => aged(returns, *decay, confidence, scratch),
            Self::Normal => normal::fitted(returns, confidence)?,
            Self::StudentT => StudentTFit::near(returns, None)?.tail(confidence),
            Self::CornishFisher => cornish_fisher::fitted(returns, false, confidence)?,
            Self::CornishFisherMatched => cornish_fisher::fitted(returns, true, confidence)?,
            Self::Evt { threshold, method } => {
                scratch.series.clear();
                scratch.series.extend(returns.iter().map(|value| 0.0 - value));
                threshold.choose_into(&scratch.series, &mut scratch.threshold, &mut scratch.choice)?;
                let (beyond, fit) = (scratch.choice.threshold, &mut scratch.peaks);
                PeaksOverThreshold::fit_into(&scratch.series, beyond, *method, &mut scratch.gpd, fit)?;
                TailRisk { var: fit.var(confidence)?, cvar: fit.cvar(confidence)? }
            }
        };
        finite(risk)
    }

    /// Estimates from scenarios that have probabilities.
    ///
    /// # Shapes and units
    /// T returns and T probabilities, zero or more, that add up to one but for 1e-9.
    ///
    /// # Errors
    /// [`Error::Model`] for any other than [`TailModel::Historical`]; [`InputError::LengthMismatch`],
    /// [`InputError::OutOfRange`] and [`InputError::SumNotOne`] for the probabilities; else as [`TailModel::estimate`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::TailModel;
    ///
    /// let (returns, probabilities) = ([0.02, -0.10, 0.01, -0.05], [0.45, 0.02, 0.45, 0.08]);
    /// let risk = TailModel::Historical.estimate_weighted(&returns, &probabilities, Confidence::new(0.95)?)?;
    /// assert_eq!(risk.var, 0.05);
    /// // Two of the five per cent in the tail lose ten, the others five.
    /// assert!((risk.cvar - 0.07).abs() < 1e-15);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn estimate_weighted(
        &self,
        returns: &[f64],
        probabilities: &[f64],
        confidence: Confidence,
    ) -> Result<TailRisk, Error> {
        self.estimate_weighted_into(returns, probabilities, confidence, &mut TailScratch::default())
    }

    /// As [`TailModel::estimate_weighted`], in memory that is kept.
    ///
    /// # Errors
    /// As [`TailModel::estimate_weighted`].
    pub fn estimate_weighted_into(
        &self,
        returns: &[f64],
        probabilities: &[f64],
        confidence: Confidence,
        scratch: &mut TailScratch,
    ) -> Result<TailRisk, Error> {
        if *self != Self::Historical {
            let expected = "historical, which takes scenario probabilities";
            return Err(Error::Model { model: self.name(), expected });
        }
        check_series(returns)?;
        check_probabilities(returns, probabilities)?;
        finite(probable(returns, probabilities, confidence, scratch))
    }

    /// Estimates the risk of the next period from standardised residuals and forecasts of its mean and volatility.
    ///
    /// ```text
    /// VaR = -μ + σ VaR(residuals)     CVaR = -μ + σ CVaR(residuals)
    /// ```
    ///
    /// With [`TailModel::Historical`] it is filtered historical simulation for one period, with [`TailModel::Evt`] the
    /// method of `McNeil` and Frey.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a mean that is not finite, or a volatility that is not positive; else as
    /// [`TailModel::estimate_into`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::{Filtered, TailModel};
    ///
    /// let residuals = [1.0, -2.0, 0.5, -0.5, 1.5, 0.5, -1.0, 1.0];
    /// let filtered = Filtered { residuals: &residuals, mean: 0.001, volatility: 0.02 };
    /// let risk = TailModel::Historical.estimate_filtered(filtered, Confidence::new(0.75)?)?;
    /// assert!((risk.cvar - (0.02 * 1.5 - 0.001)).abs() < 1e-16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Source
    /// Barone-Adesi, Giannopoulos and Vosper (1999); Hull and White (1998), "Incorporating volatility updating into the
    /// historical simulation method"; `McNeil` and Frey (2000), section 2.
    pub fn estimate_filtered(
        &self,
        filtered: Filtered<'_>,
        confidence: Confidence,
    ) -> Result<TailRisk, Error> {
        self.estimate_filtered_into(filtered, confidence, &mut TailScratch::default())
    }

    /// As [`TailModel::estimate_filtered`], in memory that is kept.
    ///
    /// # Errors
    /// As [`TailModel::estimate_filtered`].
    pub fn estimate_filtered_into(
        &self,
        filtered: Filtered<'_>,
        confidence: Confidence,
        scratch: &mut TailScratch,
    ) -> Result<TailRisk, Error> {
        filtered.check()?;
        let risk = self.estimate_into(filtered.residuals, confidence, scratch)?;
        finite(risk.rescaled(filtered.mean, filtered.volatility))
    }
}

/// The measures of `po-core`, on a series that was checked.
pub(crate) fn historical(
    returns: &[f64],
    confidence: Confidence,
    scratch: &mut TailScratch,
) -> Result<TailRisk, Error> {
    let var = Risk::Var { confidence, quantile: Quantile::Lower }.risk_into(returns, &mut scratch.risk)?;
    let cvar = Risk::Cvar { confidence }.risk_into(returns, &mut scratch.risk)?;
    Ok(TailRisk { var, cvar })
}

/// Refuses what has overflowed.
pub(crate) fn finite(risk: TailRisk) -> Result<TailRisk, Error> {
    let expected = "a finite number";
    match risk {
        TailRisk { var, .. } if !var.is_finite() => {
            Err(InputError::OutOfRange { name: "value at risk", value: var, expected }.into())
        }
        TailRisk { cvar, .. } if !cvar.is_finite() => {
            Err(InputError::OutOfRange { name: "conditional value at risk", value: cvar, expected }.into())
        }
        _ => Ok(risk),
    }
}
