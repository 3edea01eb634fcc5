//! The tail of losses beyond a threshold.

use po_core::Confidence;

use super::generalised_pareto::out_of_range;
use super::gpd_fit::{GpdFit, GpdScratch};
use super::interval::{ProfileInterval, risk_interval};
use super::risk_curve::RiskCurve;
use super::sample::Sample;
use super::support::power_ratio;
use super::{GpdMethod, sums::range};
use crate::Error;

/// By how much a tail may exceed the share of the losses over the threshold and still be taken for that share.
const ROUNDING: f64 = 1e-12;

/// The tail of losses by peaks over a threshold: how often they exceed it, and a generalised Pareto distribution of by
/// how much.
///
/// ```text
/// P(loss > x) = n/N (1 + ξ (x - u) / β)^(-1/ξ)    for x >= u
/// VaR_p = u + β ((N/n (1 - p))^(-ξ) - 1) / ξ
/// CVaR_p = VaR_p + (β + ξ (VaR_p - u)) / (1 - ξ)
/// ```
/// `u` is the threshold, and `n` of the `N` losses lie above it.
///
/// # Shapes and units
/// Losses are positive where money is lost, in any unit; thresholds and risks are in the same.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{GeneralisedPareto, GpdMethod, PeaksOverThreshold};
///
/// let known = GeneralisedPareto::new(0.25, 1.0)?;
/// let losses: Vec<f64> = (0..1000).map(|i| known.quantile((f64::from(i) + 0.5) / 1000.0)).collect();
/// let tail = PeaksOverThreshold::fit(&losses, 1.0, GpdMethod::default())?;
/// assert_eq!(tail.exceedances(), 410);
///
/// let level = Confidence::new(0.99)?;
/// let (var, cvar) = (tail.var(level)?, tail.cvar(level)?);
/// assert!((var - known.quantile(0.99)).abs() < 0.05);
/// assert!((cvar - var - known.mean_excess(var).unwrap_or_default()).abs() < 0.2);
/// let interval = tail.var_interval(level, Confidence::new(0.95)?)?;
/// assert!(interval.lower < var && var < interval.upper);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// `McNeil` (1997), Estimating the tails of loss severity distributions using extreme value theory; `McNeil`, Frey,
/// Embrechts (2015), equations 5.19 to 5.21.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct PeaksOverThreshold {
    threshold: f64,
    observations: usize,
    excesses: Vec<f64>,
    fit: GpdFit,
}

impl PeaksOverThreshold {
    /// Fits the losses above a threshold.
    ///
    /// # Errors
    /// [`Error::Observation`] for a loss that is not finite, [`Error::Input`] for a threshold that is not finite,
    /// [`Error::TooFew`] if fewer than [`GpdFit::LEAST_EXCEEDANCES`] losses lie above it, and what
    /// [`GpdFit::fit`] refuses.
    ///
    /// # Cost
    /// As [`GpdFit::fit`], and one pass over the losses.
    pub fn fit(losses: &[f64], threshold: f64, method: GpdMethod) -> Result<Self, Error> {
        let mut tail = Self::default();
        Self::fit_into(losses, threshold, method, &mut GpdScratch::default(), &mut tail)?;
        Ok(tail)
    }

    /// [`fit`](Self::fit) in memory that is taken along.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_into(
        losses: &[f64],
        threshold: f64,
        method: GpdMethod,
        scratch: &mut GpdScratch,
        tail: &mut Self,
    ) -> Result<(), Error> {
        if !threshold.is_finite() {
            return Err(out_of_range("the threshold", threshold, "a finite number").into());
        }
        if range(losses).2.is_nan() {
            let place = losses.iter().position(|loss| !loss.is_finite()).unwrap_or_default();
            let (value, expected) = (losses[place], "a finite number");
            return Err(Error::Observation { what: "loss", place, value, expected });
        }
        tail.excesses.clear();
        tail.excesses.extend(losses.iter().filter(|loss| **loss > threshold).map(|loss| loss - threshold));
        let (needed, actual) = (GpdFit::LEAST_EXCEEDANCES, tail.excesses.len());
        if actual < needed {
            return Err(Error::TooFew { what: "the tail over the threshold", needed, actual });
        }
        (tail.threshold, tail.observations) = (threshold, losses.len());
        GpdFit::fit_into(&tail.excesses, method, scratch, &mut tail.fit)
    }

    /// The threshold.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// How many losses there were.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.observations
    }

    /// How many of them exceed the threshold.
    #[must_use]
    pub fn exceedances(&self) -> usize {
        self.excesses.len()
    }

    /// By how much, in the order of the losses.
    #[must_use]
    pub fn excesses(&self) -> &[f64] {
        &self.excesses
    }

    /// The share of the losses that exceed the threshold.
    #[must_use]
    pub fn tail_share(&self) -> f64 {
        self.excesses.len() as f64 / self.observations.max(1) as f64
    }

    /// The fit of the excesses.
    #[must_use]
    pub fn gpd(&self) -> &GpdFit {
        &self.fit
    }

    /// The loss that is exceeded with the probability of the tail: value at risk.
    ///
    /// # Errors
    /// [`Error::UnderThreshold`] if the level lies below the share of losses up to the threshold.
    pub fn var(&self, level: Confidence) -> Result<f64, Error> {
        Ok(self.quantile_beyond(self.log_odds(level.tail())?))
    }

    /// The mean of the losses beyond the value at risk: expected shortfall.
    ///
    /// # Errors
    /// As [`var`](Self::var), and [`Error::InfiniteMean`] for a shape of 1 or more.
    pub fn cvar(&self, level: Confidence) -> Result<f64, Error> {
        let var = self.var(level)?;
        let gpd = self.fit.distribution();
        let shape = gpd.shape();
        if shape >= 1.0 {
            return Err(Error::InfiniteMean { shape });
        }
        Ok(var + (gpd.scale() + shape * (var - self.threshold)) / (1.0 - shape))
    }

    /// The values at risk that the likelihood of the excesses does not reject, about that of the greatest likelihood
    /// whatever the method of the fit.
    ///
    /// The scale is expressed by the value at risk and the shape, and the shape left free; that the share of losses
    /// over the threshold is an estimate too is not counted.
    ///
    /// # Errors
    /// As [`var`](Self::var), and [`Error::NoMaximum`] if the likelihood has no inner maximum.
    pub fn var_interval(&self, level: Confidence, confidence: Confidence) -> Result<ProfileInterval, Error> {
        self.quantile_interval(self.log_odds(level.tail())?, confidence)
    }

    /// The same for the expected shortfall; an infinite upper end says that the likelihood does not reject an infinite
    /// mean.
    ///
    /// # Errors
    /// As [`var_interval`](Self::var_interval), and [`Error::InfiniteMean`] if the greatest likelihood has a shape of 1
    /// or more.
    pub fn cvar_interval(&self, level: Confidence, confidence: Confidence) -> Result<ProfileInterval, Error> {
        let t = self.log_odds(level.tail())?;
        self.interval(RiskCurve::Shortfall { t }, confidence)
    }

    /// The loss that is exceeded once in so many observations, on average.
    ///
    /// # Errors
    /// [`Error::Input`] for a number of observations that is not finite or below that which the threshold is exceeded
    /// once in.
    pub fn return_level(&self, periods: f64) -> Result<f64, Error> {
        Ok(self.quantile_beyond(self.log_periods(periods)?))
    }

    /// The interval of [`return_level`](Self::return_level), as [`var_interval`](Self::var_interval).
    ///
    /// # Errors
    /// As [`return_level`](Self::return_level), and [`Error::NoMaximum`] if the likelihood has no inner maximum.
    pub fn return_level_interval(
        &self,
        periods: f64,
        confidence: Confidence,
    ) -> Result<ProfileInterval, Error> {
        self.quantile_interval(self.log_periods(periods)?, confidence)
    }

    /// The probability that a loss is greater than this one.
    ///
    /// # Errors
    /// [`Error::Input`] for a loss below the threshold, of which the fit says nothing.
    pub fn tail_probability(&self, loss: f64) -> Result<f64, Error> {
        if loss >= self.threshold {
            Ok(self.tail_share() * self.fit.distribution().survival(loss - self.threshold))
        } else {
            Err(out_of_range("the loss", loss, "the threshold or more").into())
        }
    }

    /// The quantile at `t = -ln((1 - p) N / n)`.
    fn quantile_beyond(&self, t: f64) -> f64 {
        let gpd = self.fit.distribution();
        self.threshold + gpd.scale() * power_ratio(gpd.shape(), t)
    }

    /// `-ln((1 - p) N / n)`, zero at the threshold.
    fn log_odds(&self, tail: f64) -> Result<f64, Error> {
        let share = self.tail_share();
        if tail > share * (1.0 + ROUNDING) {
            return Err(Error::UnderThreshold { level: 1.0 - tail, coverage: 1.0 - share });
        }
        Ok((share / tail).ln().max(0.0))
    }

    fn log_periods(&self, periods: f64) -> Result<f64, Error> {
        let odds = self.tail_share() * periods;
        if odds >= 1.0 - ROUNDING && odds.is_finite() {
            Ok(odds.ln().max(0.0))
        } else {
            let expected = "a finite number of at least the observations to an exceedance";
            Err(out_of_range("the return period", periods, expected).into())
        }
    }

    fn quantile_interval(&self, t: f64, confidence: Confidence) -> Result<ProfileInterval, Error> {
        if t == 0.0 {
            // The threshold itself, which is given.
            return Ok(ProfileInterval { lower: self.threshold, upper: self.threshold });
        }
        self.interval(RiskCurve::Quantile { t }, confidence)
    }

    fn interval(&self, curve: RiskCurve, confidence: Confidence) -> Result<ProfileInterval, Error> {
        let mut sample = Sample::default();
        sample.set(&self.excesses, GpdFit::LEAST_EXCEEDANCES)?;
        let ProfileInterval { lower, upper } = risk_interval(&mut sample, curve, confidence)?;
        Ok(ProfileInterval { lower: self.threshold + lower, upper: self.threshold + upper })
    }
}
