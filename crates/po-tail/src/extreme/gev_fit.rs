//! The generalised extreme-value distribution fitted to block maxima.

use po_core::Confidence;

use super::GeneralisedExtremeValue;
use super::generalised_extreme_value::reduced_variate;
use super::gev_likelihood::{GevLocal, OfGevShape, OfLevel, Whole};
use super::gev_moments::{by_l_moments, by_quantiles, l_moments, near_l_moments};
use super::interval::ProfileInterval;
use super::profile::{ends, maximise};
use super::support::power_ratio;
use super::symmetric::Definite;
use crate::Error;

/// A shape so near to -1 is no inner maximum: the search has run into the boundary, where the likelihood is unbounded.
const AT_BOUNDARY: f64 = -0.999;

/// The gain that a Newton step may still promise at a maximum, in units of log-likelihood.
const FLAT: f64 = 1e-6;

/// How the generalised extreme-value distribution is fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum GevMethod {
    /// The greatest likelihood with a shape above -1: efficient for `ξ > -1/2`.
    #[default]
    MaximumLikelihood,
    /// Probability-weighted moments (Hosking, Wallis, Wood 1985), without bias: steady in small samples, and for
    /// `ξ < 1` only.
    ProbabilityWeightedMoments,
}

/// The generalised extreme-value distribution fitted to block maxima.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{GeneralisedExtremeValue, GevFit, GevMethod};
///
/// let known = GeneralisedExtremeValue::new(3.0, 0.5, 0.1)?;
/// let maxima: Vec<f64> = (0..200).map(|i| known.quantile((f64::from(i) + 0.5) / 200.0)).collect();
/// let fit = GevFit::fit(&maxima, GevMethod::MaximumLikelihood)?;
/// assert!((fit.distribution().shape() - 0.1).abs() < 0.02);
/// let level = fit.distribution().return_level(100.0)?;
/// let interval = fit.return_level_interval(&maxima, 100.0, Confidence::new(0.95)?)?;
/// assert!(interval.lower < level && level < interval.upper);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Coles (2001), An Introduction to Statistical Modeling of Extreme Values, section 3.3.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GevFit {
    distribution: GeneralisedExtremeValue,
    method: GevMethod,
    log_likelihood: f64,
    covariance: Option<[[f64; 3]; 3]>,
    blocks: usize,
}

/// The memory of a fit; it grows to the largest sample seen.
#[derive(Clone, Debug, Default)]
pub struct GevScratch {
    /// The maxima less their mean, in units of their standard deviation, in order: as many numbers as maxima.
    standard: Vec<f64>,
}

/// What maxima are measured by in a search: their mean and standard deviation.
#[derive(Clone, Copy, Debug)]
struct Unit {
    centre: f64,
    spread: f64,
}

impl GevFit {
    /// The least number of block maxima that is fitted.
    pub const LEAST_BLOCKS: usize = 10;

    /// Fits block maxima, in any order and unit.
    ///
    /// # Errors
    /// [`Error::TooFew`] for fewer than [`LEAST_BLOCKS`](Self::LEAST_BLOCKS) maxima, [`Error::Observation`] for one that
    /// is not finite, [`Error::Constant`] if all are equal, and [`Error::NoMaximum`] if the likelihood has no inner
    /// maximum.
    pub fn fit(maxima: &[f64], method: GevMethod) -> Result<Self, Error> {
        let mut fit = Self::default();
        Self::fit_into(maxima, method, &mut GevScratch::default(), &mut fit)?;
        Ok(fit)
    }

    /// [`fit`](Self::fit) in memory that is taken along.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_into(
        maxima: &[f64],
        method: GevMethod,
        scratch: &mut GevScratch,
        fit: &mut Self,
    ) -> Result<(), Error> {
        let GevScratch { standard } = scratch;
        let unit = standardise(maxima, standard)?;
        let [location, scale, shape] = match method {
            GevMethod::MaximumLikelihood => {
                let [location, log_scale, shape] = greatest(standard)?;
                [location, log_scale.exp(), shape]
            }
            GevMethod::ProbabilityWeightedMoments => by_l_moments(l_moments(standard)),
        };
        let local = GevLocal::at(standard, [location, scale.ln(), shape]);
        let covariance = local.filter(|_| method == GevMethod::MaximumLikelihood);
        let covariance = covariance.and_then(|local| covariance_of(&local, scale * unit.spread, unit.spread));
        let Unit { centre, spread } = unit;
        *fit = Self {
            distribution: GeneralisedExtremeValue::found(centre + spread * location, spread * scale, shape),
            method,
            log_likelihood: local
                .map_or(f64::NEG_INFINITY, |local| local.value - maxima.len() as f64 * spread.ln()),
            covariance,
            blocks: maxima.len(),
        };
        Ok(())
    }

    /// The fitted distribution.
    #[must_use]
    pub fn distribution(&self) -> GeneralisedExtremeValue {
        self.distribution
    }

    /// How it was fitted.
    #[must_use]
    pub fn method(&self) -> GevMethod {
        self.method
    }

    /// The log-likelihood of the maxima; minus infinity if one of them lies outside the support.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The inverse of the observed information about location, scale and shape, in this order; none by moments.
    ///
    /// For a shape of -1/2 or less it misleads: the estimate is not asymptotically normal.
    #[must_use]
    pub fn covariance(&self) -> Option<[[f64; 3]; 3]> {
        self.covariance
    }

    /// The standard errors of location, scale and shape.
    #[must_use]
    pub fn standard_errors(&self) -> Option<[f64; 3]> {
        self.covariance
            .map(|[[location, ..], [_, scale, _], [.., shape]]| [location, scale, shape].map(f64::sqrt))
    }

    /// How many block maxima were fitted.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The shapes that the likelihood of the same maxima does not reject, about the greatest likelihood whatever the
    /// method of this fit.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn shape_interval(&self, maxima: &[f64], confidence: Confidence) -> Result<ProfileInterval, Error> {
        let mut standard = Vec::new();
        standardise(maxima, &mut standard)?;
        let [location, log_scale, shape] = greatest(&standard)?;
        let limits = [-1.0, f64::INFINITY];
        let ends = ends(&mut OfGevShape(&standard), shape, [location, log_scale], confidence, limits);
        let [lower, upper] = ends.ok_or(NO_MAXIMUM)?;
        Ok(ProfileInterval { lower, upper })
    }

    /// The levels of a period that the likelihood of the same maxima does not reject.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::Input`] for a period that is not finite and greater than one.
    pub fn return_level_interval(
        &self,
        maxima: &[f64],
        period: f64,
        confidence: Confidence,
    ) -> Result<ProfileInterval, Error> {
        let t = reduced_variate(period)?;
        let mut standard = Vec::new();
        let Unit { centre, spread } = standardise(maxima, &mut standard)?;
        let [location, log_scale, shape] = greatest(&standard)?;
        let level = location + log_scale.exp() * power_ratio(shape, t);
        let limits = [f64::NEG_INFINITY, f64::INFINITY];
        let likelihood = &mut OfLevel { maxima: &standard, t };
        let ends = ends(likelihood, level, [log_scale, shape], confidence, limits);
        let [lower, upper] = ends.ok_or(NO_MAXIMUM)?.map(|end| centre + spread * end);
        Ok(ProfileInterval { lower, upper })
    }
}

const NO_MAXIMUM: Error = Error::NoMaximum { what: "the block maxima" };

/// Checks maxima, and writes them in order and in units of their standard deviation.
fn standardise(maxima: &[f64], standard: &mut Vec<f64>) -> Result<Unit, Error> {
    let (needed, actual) = (GevFit::LEAST_BLOCKS, maxima.len());
    if actual < needed {
        return Err(Error::TooFew { what: "the series of block maxima", needed, actual });
    }
    if let Some(place) = maxima.iter().position(|maximum| !maximum.is_finite()) {
        let (value, expected) = (maxima[place], "a finite number");
        return Err(Error::Observation { what: "block maximum", place, value, expected });
    }
    standard.clear();
    standard.extend_from_slice(maxima);
    standard.sort_unstable_by(f64::total_cmp);
    let (first, last) = (standard[0], standard[actual - 1]);
    if first >= last {
        return Err(Error::Constant { what: "the block maxima", value: first });
    }
    let count = actual as f64;
    // From the first, so that a common level does not cost digits, and in units of the range, whose square is a number
    // whatever the unit of the maxima.
    let range = last - first;
    standard.iter_mut().for_each(|maximum| *maximum = (*maximum - first) / range);
    let mean = standard.iter().sum::<f64>() / count;
    let square = standard.iter().map(|maximum| (maximum - mean).powi(2)).sum::<f64>() / count;
    let spread = square.sqrt();
    standard.iter_mut().for_each(|maximum| *maximum = (*maximum - mean) / spread);
    Ok(Unit { centre: first + mean * range, spread: spread * range })
}

/// Location, logarithm of the scale, and shape of the greatest likelihood of standardised maxima.
fn greatest(standard: &[f64]) -> Result<[f64; 3], Error> {
    let [location, scale, shape] = near_l_moments(l_moments(standard));
    // The second start lies in the support of any sample: the Gumbel distribution of mean 0 and variance 1. The third
    // is for tails so heavy that moments say nothing of them.
    let gumbel = 6f64.sqrt() / std::f64::consts::PI;
    let starts = [
        [location, scale.ln(), shape],
        [-super::gamma::EULER * gumbel, gumbel.ln(), 0.0],
        by_quantiles(standard),
    ];
    let found = starts.into_iter().find_map(|start| {
        let (place, point) = maximise(&mut Whole(standard), 0.0, start)?;
        let information = Definite::of_negative(&point.hessian);
        let step = information.solve(&point.gradient);
        let gain: f64 = step.iter().zip(&point.gradient).map(|(step, slope)| step * slope).sum();
        let inner = !information.is_shifted() && gain < FLAT && place[2] > AT_BOUNDARY;
        inner.then_some(place)
    });
    found.ok_or(NO_MAXIMUM)
}

/// The inverse of the information, by the scale in place of its logarithm and in the unit of the maxima.
fn covariance_of(local: &GevLocal, scale: f64, spread: f64) -> Option<[[f64; 3]; 3]> {
    let information = Definite::of_negative(&local.hessian);
    if information.is_shifted() {
        return None;
    }
    let factors = [spread, scale, 1.0];
    let mut covariance = [[0.0; 3]; 3];
    for (row, entries) in covariance.iter_mut().enumerate() {
        let mut unit = [0.0; 3];
        unit[row] = 1.0;
        let solved = information.solve(&unit);
        for (col, entry) in entries.iter_mut().enumerate() {
            *entry = solved[col] * factors[row] * factors[col];
        }
    }
    Some(covariance)
}
