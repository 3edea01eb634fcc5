//! The generalised Pareto distribution fitted to excesses.

use po_core::{Confidence, Status};

use super::interval::{ProfileInterval, shape_interval};
use super::likelihood::Local;
use super::maximum::greatest;
use super::probability_weighted::{moments, probability_weighted};
use super::quasi_bayesian::{quartile_place, quasi_bayesian};
use super::sample::Sample;
use super::{GeneralisedPareto, GpdMethod, GpdNote, generalised_pareto::out_of_range};
use crate::Error;

/// The generalised Pareto distribution fitted to the excesses over a threshold.
///
/// # Examples
/// ```
/// use po_tail::{GeneralisedPareto, GpdFit, GpdMethod};
///
/// // The quantiles of a known distribution.
/// let known = GeneralisedPareto::new(0.2, 1.5)?;
/// let excesses: Vec<f64> = (0..500).map(|i| known.quantile((f64::from(i) + 0.5) / 500.0)).collect();
/// let fit = GpdFit::fit(&excesses, GpdMethod::MaximumLikelihood)?;
/// assert!((fit.distribution().shape() - 0.2).abs() < 0.01);
/// assert!((fit.distribution().scale() - 1.5).abs() < 0.01);
/// let [of_shape, _] = fit.standard_errors().unwrap_or_default();
/// // Asymptotically (1 + ξ) / sqrt(n).
/// assert!((of_shape - 1.2 / 500f64.sqrt()).abs() < 0.002);
/// # Ok::<(), po_tail::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GpdFit {
    distribution: GeneralisedPareto,
    method: GpdMethod,
    log_likelihood: f64,
    covariance: Option<[[f64; 2]; 2]>,
    exceedances: usize,
    status: Status,
    boundary: bool,
    boundary_is_higher: bool,
    outside_support: bool,
}

/// The memory of a fit; it grows to the largest sample seen.
#[derive(Clone, Debug, Default)]
pub struct GpdScratch {
    /// The excesses in units of the greatest: as many numbers as excesses, rounded up to whole vectors.
    pub(super) sample: Sample,
    /// The same in order, for the methods that need it.
    sorted: Vec<f64>,
    /// The grid of the quasi-Bayesian estimator: twenty points, and the square root of the number of excesses.
    grid: Vec<(f64, f64)>,
}

impl GpdFit {
    /// The least number of excesses that is fitted.
    pub const LEAST_EXCEEDANCES: usize = 10;

    /// Fits excesses: what losses exceed a threshold by, in any order and unit.
    ///
    /// # Errors
    /// [`Error::TooFew`] for fewer than [`LEAST_EXCEEDANCES`](Self::LEAST_EXCEEDANCES) excesses, [`Error::Observation`]
    /// for one that is negative or not finite, [`Error::Constant`] if all are equal, and [`Error::Input`] if the numbers
    /// of the method are out of range, or more than a quarter of the excesses is zero for
    /// [`GpdMethod::QuasiBayesian`].
    ///
    /// # Cost
    /// Linear in the number of excesses: the likelihood about sixty passes, moments one, and a sort if they are weighted.
    ///
    /// # Source
    /// Grimshaw (1993), Computing maximum likelihood estimates for the generalized Pareto distribution.
    /// Its one-dimensional profile is searched here by the mean of `ln(1 + τ x) / τ`, which is smooth through `ξ = 0`.
    pub fn fit(excesses: &[f64], method: GpdMethod) -> Result<Self, Error> {
        let mut fit = Self::default();
        Self::fit_into(excesses, method, &mut GpdScratch::default(), &mut fit)?;
        Ok(fit)
    }

    /// [`fit`](Self::fit) in memory that is taken along.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_into(
        excesses: &[f64],
        method: GpdMethod,
        scratch: &mut GpdScratch,
        fit: &mut Self,
    ) -> Result<(), Error> {
        let penalty = method.penalty()?;
        let GpdScratch { sample, sorted, grid } = scratch;
        sample.set(excesses, Self::LEAST_EXCEEDANCES)?;
        *fit = Self { method, exceedances: excesses.len(), ..Self::default() };
        let mut known = None;
        let (shape, scale) = match method {
            GpdMethod::MaximumLikelihood | GpdMethod::Penalised { .. } => match greatest(sample, penalty)? {
                Some(peak) => {
                    fit.status = peak.status;
                    (peak.shape, peak.scale)
                }
                None => {
                    fit.boundary = true;
                    (-1.0, 1.0)
                }
            },
            GpdMethod::ProbabilityWeightedMoments => {
                sort_into(sample, sorted);
                let estimate = probability_weighted(sorted);
                known = Some(estimate.covariance);
                (estimate.shape, estimate.scale)
            }
            GpdMethod::Moments => {
                let estimate = moments(sample.scaled());
                known = Some(estimate.covariance);
                (estimate.shape, estimate.scale)
            }
            GpdMethod::QuasiBayesian => {
                sorted.clear();
                sorted.extend_from_slice(sample.scaled());
                let place = quartile_place(sorted.len());
                let (_, &mut quartile, _) = sorted.select_nth_unstable_by(place, f64::total_cmp);
                if quartile <= 0.0 {
                    let name = "the lower quartile of the excesses";
                    return Err(out_of_range(name, quartile, "a positive number").into());
                }
                quasi_bayesian(sample, quartile, grid)
            }
        };
        fit.take(sample, (shape, scale), known);
        Ok(())
    }

    /// Takes over an estimate in units of the greatest excess.
    fn take(
        &mut self,
        sample: &mut Sample,
        (shape, scale): (f64, f64),
        known: Option<Option<[[f64; 2]; 2]>>,
    ) {
        let (unit, count) = (sample.unit(), sample.count());
        self.distribution = GeneralisedPareto::found(shape, scale * unit);
        let of_unit = count * unit.ln();
        if self.boundary {
            // The uniform distribution up to the greatest excess.
            self.log_likelihood = -of_unit;
            return;
        }
        let local = Local::at(sample, shape, scale);
        self.outside_support = local.is_none();
        self.log_likelihood = local.map_or(f64::NEG_INFINITY, |local| local.value - of_unit);
        // In units of the greatest excess, the likelihood of the uniform distribution is one.
        self.boundary_is_higher = local.is_some_and(|local| local.value < 0.0);
        let covariance = known.unwrap_or_else(|| local.and_then(|local| local.covariance(scale)));
        self.covariance = covariance.map(|[[shapes, both], [_, scales]]| {
            [[shapes, both * unit], [both * unit, scales * unit * unit]]
        });
    }

    /// The fitted distribution.
    #[must_use]
    pub fn distribution(&self) -> GeneralisedPareto {
        self.distribution
    }

    /// How it was fitted.
    #[must_use]
    pub fn method(&self) -> GpdMethod {
        self.method
    }

    /// The log-likelihood of the excesses under the fitted distribution, without any penalty; minus infinity if one of
    /// them lies outside its support.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The asymptotic covariance of shape and scale, in this order; none where there is none
    /// ([`GpdNote::NoCovariance`]).
    ///
    /// By likelihood, penalised or averaged too, it is the inverse of the observed information; by moments, the
    /// matrices of Hosking and Wallis (1987), for `ξ < 1/2` if weighted and for `ξ < 1/4` otherwise.
    #[must_use]
    pub fn covariance(&self) -> Option<[[f64; 2]; 2]> {
        self.covariance
    }

    /// The standard errors of shape and scale.
    #[must_use]
    pub fn standard_errors(&self) -> Option<[f64; 2]> {
        self.covariance.map(|[[shape, _], [_, scale]]| [shape.sqrt(), scale.sqrt()])
    }

    /// How many excesses were fitted.
    #[must_use]
    pub fn exceedances(&self) -> usize {
        self.exceedances
    }

    /// How the numerics ended.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// What has to be said beside the numbers.
    pub fn notes(&self) -> impl Iterator<Item = GpdNote> {
        let shape = self.distribution.shape();
        let fit = self.clone();
        GpdNote::ALL.into_iter().filter(move |note| match note {
            GpdNote::InfiniteMean => shape >= 1.0,
            GpdNote::InfiniteVariance => shape >= 0.5,
            GpdNote::Irregular => shape <= -0.5,
            GpdNote::Boundary => fit.boundary,
            GpdNote::BoundaryIsHigher => fit.boundary_is_higher,
            GpdNote::OutsideSupport => fit.outside_support,
            GpdNote::NoCovariance => fit.covariance.is_none(),
            GpdNote::NotConverged => fit.status != Status::Converged,
        })
    }

    /// The shapes that the likelihood of the same excesses does not reject: the interval of the profile likelihood,
    /// about the greatest likelihood whatever the method of this fit.
    ///
    /// ```text
    /// { ξ : 2 (max ln L - max_β ln L(ξ, β)) <= χ²_1(confidence) }
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit), and [`Error::NoMaximum`] if the likelihood has no inner maximum.
    pub fn shape_interval(&self, excesses: &[f64], confidence: Confidence) -> Result<ProfileInterval, Error> {
        let mut sample = Sample::default();
        sample.set(excesses, Self::LEAST_EXCEEDANCES)?;
        shape_interval(&mut sample, confidence)
    }
}

/// The excesses in order, in units of the greatest.
fn sort_into(sample: &Sample, sorted: &mut Vec<f64>) {
    sorted.clear();
    sorted.extend_from_slice(sample.scaled());
    sorted.sort_unstable_by(f64::total_cmp);
}
