//! The fit of a univariate model of variance.

use po_core::{InputError, Status};

use super::estimates::{Coefficient, GarchEstimate, errors};
use super::likelihood::{DEGREES, Likelihood, Shape};
use super::parameters::GarchParameters;
use super::params::{GarchMean, GarchModel, GarchParams, Innovations};
use super::passes::{Nothing, OMEGA, Record};
use super::programme::{Constraint, SIZE, Vector};
use super::search::{Found, search};
use crate::Error;

/// The fewest returns that a model is fitted to.
const LEAST: usize = 20;

/// A univariate model of variance, to be fitted by (quasi-)maximum likelihood.
///
/// ```text
/// r_t = μ + e_t,  e_t = √h_t z_t,  E z = 0,  E z² = 1
/// ```
///
/// An EGARCH is sought where its recursion can be inverted: where, on average, a change of one log-variance is
/// smaller in the next.
///
/// ```text
/// mean of ln |β - (α |z_t| + γ z_t) / 2| <= 0
/// ```
///
/// Beyond, a log-likelihood is jagged, and may be high without end: variances then follow from their start, and in
/// the end from rounding, more than from returns. Of returns without dynamics the optimum is often on this bound,
/// with α below zero, and [`Coefficient::Invertibility`] says so.
///
/// The same returns give the same bits on every run: there is one order of summation, and nothing is drawn.
///
/// # Examples
/// ```
/// use po_correlation::{Garch, GarchParameters, GarchParams};
///
/// // A simulation from known parameters, driven by numbers that only look random.
/// let garch = Garch::new(GarchParams::default());
/// let truth = GarchParameters { omega: 0.05, alpha: 0.1, beta: 0.85, ..GarchParameters::default() };
/// let sine = |t: u32| (f64::from(t * t % 7919) * 0.618_034).sin() * 2f64.sqrt();
/// let returns = garch.simulate(&truth, &(0..3000).map(sine).collect::<Vec<f64>>())?;
/// let fit = garch.fit(&returns)?;
/// assert!((fit.parameters.alpha - 0.1).abs() < 0.03);
/// assert!((fit.parameters.beta - 0.85).abs() < 0.05);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Bollerslev (1986), Glosten, Jagannathan and Runkle (1993), Nelson (1991); the quasi-likelihood of
/// Bollerslev and Wooldridge (1992); an EGARCH within the bound on which it can be inverted: Wintenberger (2013).
///
/// # Settings
/// [`GarchParams`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Garch {
    params: GarchParams,
}

/// A fitted univariate model of variance.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct GarchFit {
    /// What was fitted.
    pub params: GarchParams,
    /// The estimates.
    pub parameters: GarchParameters,
    /// The free parameters with their standard errors.
    pub estimates: Vec<GarchEstimate>,
    /// The log-likelihood at the estimates.
    pub log_likelihood: f64,
    /// How the search ended. The mean of an EGARCH may stand on a return, where the log-likelihood has a
    /// kink; the search has then converged when it has over the other parameters.
    pub status: Status,
    /// Which parameters, or sums of them, stand on a bound of what is allowed; mostly none.
    pub boundary: Vec<Coefficient>,
    /// Steps taken, over all starts.
    pub iterations: usize,
    /// The variance h of each period.
    pub variances: Vec<f64>,
    /// The standardised residual z of each period.
    pub residuals: Vec<f64>,
    /// The variance of the period after the last.
    pub next_variance: f64,
}

impl Garch {
    /// A model; every combination of settings is one.
    #[must_use]
    pub fn new(params: GarchParams) -> Self {
        Self { params }
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &GarchParams {
        &self.params
    }

    /// Fits the model to a series of returns, oldest first.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than 20 returns, [`InputError::NotFinite`],
    /// [`InputError::ZeroVariance`].
    ///
    /// # Cost
    /// Some tens of passes over the returns.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Coefficient, Garch, GarchParams};
    ///
    /// // Noise: what is estimated with certainty is its variance.
    /// let returns: Vec<f64> = (0..500_u32).map(|t| (f64::from(t * t % 7919) * 0.618).sin()).collect();
    /// let fit = Garch::new(GarchParams::default()).fit(&returns)?;
    /// let variance = fit.variances.iter().sum::<f64>() / 500.0;
    /// assert!((variance - 0.5).abs() < 0.02);
    /// assert_eq!(fit.estimates[0].coefficient, Coefficient::Mean);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn fit(&self, returns: &[f64]) -> Result<GarchFit, Error> {
        let (mut scaled, mut fit) = (Vec::new(), GarchFit::default());
        self.fit_into(returns, &mut scaled, &mut fit)?;
        Ok(fit)
    }

    /// As [`Garch::fit`], into `fit`; `scratch` may hold anything, and grows to the number of returns.
    ///
    /// # Errors
    /// As [`Garch::fit`]; `fit` is then as it was.
    pub fn fit_into(&self, returns: &[f64], scratch: &mut Vec<f64>, fit: &mut GarchFit) -> Result<(), Error> {
        self.check_returns(returns)?;
        if returns.len() < LEAST {
            let (what, observations) = ("the returns for a model of variance", returns.len());
            return Err(InputError::TooFewObservations { what, observations, required: LEAST }.into());
        }
        let raw = Likelihood::new(self.params, Shape::Degrees, returns);
        let scale = raw.variance.sqrt();
        // What is left of a constant series is rounding.
        if scale <= 1e-12 * raw.centre.abs() || scale < 1e-150 {
            return Err(InputError::ZeroVariance { asset: 0 }.into());
        }
        scratch.clear();
        scratch.extend(returns.iter().map(|value| (value - raw.centre) / scale));
        let scaled = Likelihood::new(self.params, Shape::Inverse, scratch);
        let (found, iterations) = search(scaled);
        let mut parameters = scaled.place(&found.optimum.point).parameters;
        parameters[0] = raw.centre + scale * parameters[0];
        parameters[OMEGA] = if self.params.model == GarchModel::Egarch {
            parameters[OMEGA] + (1.0 - parameters[4]) * 2.0 * scale.ln()
        } else {
            parameters[OMEGA] * scale * scale
        };
        self.write(&raw, raw.restrict(&parameters), &found, fit);
        fit.iterations = iterations;
        Ok(())
    }

    /// Everything that is told about an optimum, at the returns as they came.
    fn write(&self, raw: &Likelihood<'_>, point: Vector, found: &Found, fit: &mut GarchFit) {
        let mut held = [Constraint { normal: [0.0; SIZE], lower: 0.0 }; 8];
        let (mut place, mut many) = (0, 0);
        // Room for every bound, so that the next fit, which may stand on more of them, need not ask for it.
        fit.boundary.clear();
        fit.boundary.reserve(held.len());
        raw.constraints(|kind, constraint| {
            if found.optimum.active & (1 << place) != 0 {
                held[many] = constraint;
                many += 1;
                fit.boundary.push(bound(kind));
            }
            place += 1;
        });
        if found.cornered {
            fit.boundary.push(Coefficient::Invertibility);
        }
        let errors = errors(raw, &point, &held[..many], found.multiplier);
        let periods = raw.returns.len();
        fit.variances.resize(periods, 0.0);
        fit.residuals.resize(periods, 0.0);
        let place = raw.place(&point);
        let mut record = Record { variances: &mut fit.variances, residuals: &mut fit.residuals };
        fit.log_likelihood = raw.pass(&place, &mut record).log_likelihood;
        fit.params = self.params;
        fit.parameters = self.named(&place.parameters);
        fit.estimates.clear();
        fit.estimates.extend(raw.free().iter().zip(point).zip(errors).map(
            |((&parameter, value), errors)| {
                let (standard_error, robust_error) = errors;
                GarchEstimate {
                    coefficient: Coefficient::of_parameter(parameter),
                    value,
                    standard_error,
                    robust_error,
                }
            },
        ));
        fit.status = found.optimum.status;
        let (variance, residual) = (fit.variances[periods - 1], fit.residuals[periods - 1]);
        let residual = residual * variance.sqrt();
        fit.next_variance = fit.parameters.next_variance(self.params.model, variance, residual);
    }

    /// The log-likelihood of returns at given parameters.
    ///
    /// With a targeted intercept, ω follows from the returns and the one given is not looked at; the same
    /// holds for the mean where the model has none. It is not finite where the variances of an EGARCH leave
    /// the range of numbers.
    ///
    /// # Errors
    /// [`InputError::Empty`], [`InputError::NotFinite`], [`InputError::OutOfRange`] for a parameter outside
    /// the model.
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Garch, GarchMean, GarchParameters, GarchParams, InitialVariance};
    ///
    /// // Two returns of one, a variance that stays at one: each contributes -(ln 2π + 1) / 2.
    /// let params = GarchParams {
    ///     mean: GarchMean::Zero,
    ///     initial_variance: InitialVariance::Sample,
    ///     ..GarchParams::default()
    /// };
    /// let parameters = GarchParameters { omega: 0.1, alpha: 0.1, beta: 0.8, ..GarchParameters::default() };
    /// let log_likelihood = Garch::new(params).log_likelihood(&parameters, &[1.0, -1.0])?;
    /// assert!((log_likelihood + std::f64::consts::TAU.ln() + 1.0).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn log_likelihood(&self, parameters: &GarchParameters, returns: &[f64]) -> Result<f64, Error> {
        let (likelihood, point) = self.at(parameters, returns)?;
        Ok(likelihood.pass(&likelihood.place(&point), &mut Nothing).log_likelihood)
    }

    /// The gradient of the log-likelihood by the free parameters, each with its name.
    ///
    /// # Errors
    /// As [`Garch::log_likelihood`].
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Coefficient, Garch, GarchParameters, GarchParams};
    ///
    /// let garch = Garch::new(GarchParams::default());
    /// let parameters = GarchParameters { omega: 1.0, ..GarchParameters::default() };
    /// // With variance one, the score of the mean is the sum of the returns.
    /// let score = garch.score(&parameters, &[1.0, -0.5, 2.0])?;
    /// assert_eq!(score[0], (Coefficient::Mean, 2.5));
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn score(
        &self,
        parameters: &GarchParameters,
        returns: &[f64],
    ) -> Result<Vec<(Coefficient, f64)>, Error> {
        let (likelihood, point) = self.at(parameters, returns)?;
        let mut gradient = [0.0; SIZE];
        likelihood.gradient(&point, &mut gradient);
        let named = |(&parameter, slope)| (Coefficient::of_parameter(parameter), slope);
        Ok(likelihood.free().iter().zip(gradient).map(named).collect())
    }

    fn at<'a>(
        &self,
        parameters: &GarchParameters,
        returns: &'a [f64],
    ) -> Result<(Likelihood<'a>, Vector), Error> {
        if returns.is_empty() {
            return Err(InputError::Empty { what: "the list of returns" }.into());
        }
        self.check_returns(returns)?;
        let likelihood = Likelihood::new(self.params, Shape::Degrees, returns);
        let all = [
            parameters.mean,
            parameters.omega,
            parameters.alpha,
            parameters.gamma,
            parameters.beta,
            parameters.degrees_of_freedom.unwrap_or(f64::INFINITY),
        ];
        let mut checked = *parameters;
        let point = likelihood.restrict(&all);
        checked.omega = likelihood.place(&point).parameters[OMEGA];
        self.check_parameters(&checked)?;
        Ok((likelihood, point))
    }

    pub(crate) fn check_parameters(&self, parameters: &GarchParameters) -> Result<(), InputError> {
        parameters.check(self.params.model, self.params.innovations == Innovations::StudentT)
    }

    #[expect(clippy::unused_self, reason = "a method reads better beside the others")]
    fn check_returns(&self, returns: &[f64]) -> Result<(), InputError> {
        match returns.iter().position(|value| !value.is_finite()) {
            Some(row) => {
                Err(InputError::NotFinite { what: "the return", row, asset: 0, value: returns[row] })
            }
            None => Ok(()),
        }
    }

    fn named(&self, parameters: &Vector) -> GarchParameters {
        let [mean, omega, alpha, gamma, beta, shape] = *parameters;
        let student = self.params.innovations == Innovations::StudentT;
        // A bound is met up to rounding.
        let above = |value: f64| if self.params.model == GarchModel::Egarch { value } else { value.max(0.0) };
        let alpha = above(alpha);
        GarchParameters {
            mean: if self.params.mean == GarchMean::Zero { 0.0 } else { mean },
            omega,
            alpha,
            gamma: if self.params.model == GarchModel::Gjr { gamma.max(-alpha) } else { gamma },
            beta: above(beta),
            degrees_of_freedom: student.then_some(shape.clamp(DEGREES.0, DEGREES.1)),
        }
    }
}

fn bound(kind: usize) -> Coefficient {
    match kind {
        0 => Coefficient::Omega,
        1 => Coefficient::Alpha,
        2 => Coefficient::AlphaPlusGamma,
        3 => Coefficient::Beta,
        4 => Coefficient::Persistence,
        _ => Coefficient::DegreesOfFreedom,
    }
}
