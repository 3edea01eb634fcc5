//! The estimator of a dynamic conditional correlation.

use std::borrow::Cow;

use po_core::linalg::{Cholesky, gram_into};
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, CovarianceEstimator, InputError, Returns};

use super::fit::DccFit;
use super::likelihood::Likelihood;
use super::parameters::{DccCoefficient, DccParameters};
use super::params::{DccLikelihood, DccModel, DccParams, DccTarget};
use super::target::covariance;
use crate::garch::{Constraint, Garch, GarchFit, Innovations, SIZE, minimise};
use crate::{Error, NonlinearShrinkage};

/// Where the search is looked for a beginning: a and a + b.
const GRID: [(f64, f64); 7] =
    [(0.02, 0.98), (0.05, 0.95), (0.01, 0.99), (0.005, 0.995), (0.04, 0.85), (0.10, 0.80), (0.03, 0.50)];

/// Degrees of freedom to begin with.
const DEGREES: f64 = 8.0;

/// A dynamic conditional correlation, to be fitted in two steps: each asset's variance, then the correlation
/// of the standardised residuals.
///
/// The same returns give the same bits on every run.
///
/// # Examples
/// ```
/// use po_correlation::{Dcc, DccParameters, DccParams};
/// use po_core::Returns;
///
/// // Two residuals a period; without dynamics the correlation is constant, here zero.
/// let residuals = Returns::from_column_slice(4, 2, &[1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0])?;
/// let dcc = Dcc::new(DccParams::default());
/// let log_likelihood = dcc.log_likelihood(&DccParameters::default(), &residuals)?;
/// assert!(log_likelihood.abs() < 1e-14);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Engle (2002), Aielli (2013), Cappiello, Engle and Sheppard (2006); composite likelihood as Engle, Shephard
/// and Sheppard (2008).
///
/// # Settings
/// [`DccParams`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dcc {
    params: DccParams,
}

impl Dcc {
    /// An estimator; what the settings may get wrong depends on the sample, and is told there.
    #[must_use]
    pub fn new(params: DccParams) -> Self {
        Self { params }
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &DccParams {
        &self.params
    }

    /// Fits the margins, and then the correlation of their residuals.
    ///
    /// # Shapes and units
    /// T x N returns, N at least 2.
    ///
    /// # Errors
    /// As [`Garch::fit`], with the asset that it is about, and [`Dcc::fit_residuals`].
    ///
    /// # Cost
    /// N fits of a margin. For each of some ten evaluations of the likelihood of all assets T times N³; of
    /// contiguous pairs T times N, of all pairs T times N².
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Dcc, DccParams};
    ///
    /// # use po_core::Returns;
    /// # let sine = |t: usize, step: f64| (step * (t * t % 7919) as f64).sin() * 2f64.sqrt();
    /// # let first = (0..400).map(|t| sine(t, 0.618));
    /// # let second = (0..400).map(|t| 0.6 * sine(t, 0.618) + 0.8 * sine(t, 0.414));
    /// # let returns = Returns::from_column_slice(400, 2, &first.chain(second).collect::<Vec<f64>>())?;
    /// // Two assets with correlation 0.6, which does not move.
    /// let fit = Dcc::new(DccParams::default()).fit(&returns)?;
    /// assert!((fit.target.as_view()[(0, 1)] - 0.6).abs() < 0.05);
    /// assert!(fit.parameters.a < 0.05);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn fit(&self, returns: &Returns) -> Result<DccFit, Error> {
        let garch = Garch::new(self.params.margins);
        let (mut scratch, mut margins) = (Vec::new(), Vec::with_capacity(returns.assets()));
        let mut residuals = Vec::with_capacity(returns.as_slice().len());
        for asset in 0..returns.assets() {
            let mut margin = GarchFit::default();
            garch
                .fit_into(returns.column(asset), &mut scratch, &mut margin)
                .map_err(|error| of(asset, error))?;
            residuals.extend_from_slice(&margin.residuals);
            margins.push(margin);
        }
        let residuals = Returns::from_column_slice(returns.observations(), returns.assets(), &residuals)?;
        Ok(DccFit { margins, ..self.fit_residuals(&residuals)? })
    }

    /// Fits the correlation of standardised residuals.
    ///
    /// # Shapes and units
    /// T x N residuals of variance one, N at least 2.
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for a single asset; [`InputError::LengthMismatch`] for a target of
    /// another size; [`InputError::ZeroVariance`]; [`InputError::NotPositiveDefinite`] where the target is
    /// singular and the likelihood that of all assets, or the model asymmetric; with a shrunk target as
    /// [`NonlinearShrinkage`].
    ///
    /// # Examples
    /// ```
    /// use po_correlation::{Dcc, DccParams};
    ///
    /// # use po_core::Returns;
    /// # let sine = |t: usize, step: f64| (step * (t * t % 7919) as f64).sin() * 2f64.sqrt();
    /// # let first = (0..400).map(|t| sine(t, 0.618));
    /// # let second = (0..400).map(|t| 0.6 * sine(t, 0.618) + 0.8 * sine(t, 0.414));
    /// # let returns = Returns::from_column_slice(400, 2, &first.chain(second).collect::<Vec<f64>>())?;
    /// let fit = Dcc::new(DccParams::default()).fit_residuals(&returns)?;
    /// // What a constant correlation ρ has: -T ln(1 - ρ²) / 2.
    /// let rho = fit.target.correlation()?.as_view()[(0, 1)];
    /// assert!((fit.log_likelihood + 200.0 * (1.0 - rho * rho).ln()).abs() < 2.0);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn fit_residuals(&self, residuals: &Returns) -> Result<DccFit, Error> {
        let DccParams { model, innovations, likelihood, .. } = self.params;
        let (pairs, target) = (DccLikelihood::Contiguous, self.target(residuals)?);
        let mut objective = Likelihood::new(model, innovations, pairs, target.as_deref(), residuals)?;
        let constraints = objective.constraints();
        let bounds: Vec<Constraint> = constraints.iter().map(|(_, constraint)| *constraint).collect();
        let start = start(&mut objective);
        let mut optimum = minimise(&mut objective, start, None, &bounds, None, false);
        if likelihood != pairs {
            let before = optimum.iterations;
            objective.likelihood = likelihood;
            objective.scale =
                if likelihood == DccLikelihood::Full { 1.0 } else { (residuals.assets() - 1) as f64 };
            optimum = minimise(&mut objective, optimum.point, None, &bounds, None, true);
            if likelihood == DccLikelihood::Full && optimum.value.is_nan() {
                let parameters = objective.parameters(&optimum.point);
                return Err(singular(residuals.assets(), &objective.target(&parameters)));
            }
            optimum.iterations += before;
        }
        let held = |bit: usize| optimum.active & (1 << bit) != 0;
        let boundary =
            (0..constraints.len()).filter(|&bit| held(bit)).map(|bit| constraints[bit].0).collect();
        let mut parameters = objective.parameters(&optimum.point);
        // A bound is met up to rounding.
        (parameters.a, parameters.b) = (parameters.a.max(0.0), parameters.b.max(0.0));
        parameters.g = parameters.g.max(0.0);
        let assets = residuals.assets();
        let falls = &objective.falls;
        Ok(DccFit {
            model,
            parameters,
            falls: if falls.is_empty() { None } else { Some(covariance(assets, falls)?) },
            target: covariance(assets, &objective.target(&parameters))?,
            margins: Vec::new(),
            log_likelihood: -optimum.value * objective.scale,
            status: optimum.status,
            boundary,
            iterations: optimum.iterations,
        })
    }

    /// What a fit would hold at given parameters: the target that belongs to them, and their log-likelihood.
    ///
    /// # Errors
    /// As [`Dcc::log_likelihood`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_correlation::{Dcc, DccParameters, DccParams};
    ///
    /// let residuals = Returns::from_column_slice(4, 2, &[1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0])?;
    /// let fit = Dcc::new(DccParams::default()).at(DccParameters::default(), &residuals)?;
    /// assert_eq!(fit.target.as_view()[(0, 1)], 0.5);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn at(&self, parameters: DccParameters, residuals: &Returns) -> Result<DccFit, Error> {
        let (mut objective, (log_likelihood, _)) = self.evaluate(&parameters, residuals, false)?;
        let (assets, falls) = (residuals.assets(), &objective.falls);
        Ok(DccFit {
            model: self.params.model,
            parameters,
            falls: if falls.is_empty() { None } else { Some(covariance(assets, falls)?) },
            target: covariance(assets, &objective.target(&parameters))?,
            log_likelihood,
            ..DccFit::default()
        })
    }

    /// The log-likelihood of residuals at given parameters, over what independent standard normal residuals
    /// would have.
    ///
    /// ```text
    /// normal: -½ Σ_t (ln |R_t| + z_t' R_t⁻¹ z_t - z_t' z_t)
    /// ```
    ///
    /// Of pairs, the sum over them.
    ///
    /// # Errors
    /// As [`Dcc::fit_residuals`], and [`InputError::OutOfRange`] for parameters outside the model.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_correlation::{Dcc, DccParameters, DccParams};
    ///
    /// // A constant correlation of one half, which the residuals have exactly: -T ln(1 - 1/4) / 2.
    /// let residuals = Returns::from_column_slice(4, 2, &[1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0])?;
    /// let dcc = Dcc::new(DccParams::default());
    /// let log_likelihood = dcc.log_likelihood(&DccParameters::default(), &residuals)?;
    /// assert!((log_likelihood + 2.0 * 0.75_f64.ln()).abs() < 1e-14);
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn log_likelihood(&self, parameters: &DccParameters, residuals: &Returns) -> Result<f64, Error> {
        Ok(self.evaluate(parameters, residuals, false)?.1.0)
    }

    /// The gradient of the log-likelihood by the free parameters: a, b, g in the asymmetric model, ν of
    /// Student's t.
    ///
    /// # Errors
    /// As [`Dcc::log_likelihood`].
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_correlation::{Dcc, DccCoefficient, DccParameters, DccParams};
    ///
    /// let residuals = Returns::from_column_slice(4, 2, &[1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0])?;
    /// let score = Dcc::new(DccParams::default()).score(&DccParameters::default(), &residuals)?;
    /// // Where Q stays at its target, it makes no difference how much of the last Q is kept.
    /// assert_eq!(score[1], (DccCoefficient::B, 0.0));
    /// # Ok::<(), po_correlation::Error>(())
    /// ```
    pub fn score(
        &self,
        parameters: &DccParameters,
        residuals: &Returns,
    ) -> Result<Vec<(DccCoefficient, f64)>, Error> {
        let (_, (_, [a, b, g, shape])) = self.evaluate(parameters, residuals, true)?;
        let mut score = vec![(DccCoefficient::A, a), (DccCoefficient::B, b)];
        if self.params.model == DccModel::Asymmetric {
            score.push((DccCoefficient::G, g));
        }
        if self.params.innovations == Innovations::StudentT {
            score.push((DccCoefficient::DegreesOfFreedom, shape));
        }
        Ok(score)
    }

    /// The target, unless it follows from the residuals as the model has it.
    fn target(&self, residuals: &Returns) -> Result<Option<Cow<'_, Covariance>>, Error> {
        match &self.params.target {
            DccTarget::Residuals => Ok(None),
            DccTarget::Given(target) => Ok(Some(Cow::Borrowed(target))),
            DccTarget::Scaled => {
                let mut products = DMatrix::zeros(residuals.assets(), residuals.assets());
                gram_into(1.0 / residuals.observations() as f64, residuals.as_view(), &mut products)?;
                scaled(&Covariance::new(products)?)
            }
            DccTarget::Shrunk => scaled(&NonlinearShrinkage::new().estimate(residuals)?),
        }
    }

    fn evaluate(
        &self,
        parameters: &DccParameters,
        residuals: &Returns,
        gradient: bool,
    ) -> Result<(Likelihood, (f64, [f64; 4])), Error> {
        let DccParams { model, innovations, likelihood, .. } = self.params;
        let target = self.target(residuals)?;
        let mut objective = Likelihood::new(model, innovations, likelihood, target.as_deref(), residuals)?;
        parameters.check(model, objective.delta)?;
        let student = innovations == Innovations::StudentT;
        if student != parameters.degrees_of_freedom.is_some() {
            let value = parameters.degrees_of_freedom.unwrap_or(f64::INFINITY);
            let expected = if student { "a finite number above 2" } else { "none with normal innovations" };
            return Err(InputError::OutOfRange { name: "the degrees of freedom", value, expected }.into());
        }
        let (value, slopes) = objective.evaluate(parameters, gradient);
        if value.is_nan() {
            return Err(singular(residuals.assets(), &objective.target(parameters)));
        }
        Ok((objective, (value, slopes)))
    }
}

/// The correlation that belongs to a covariance.
fn scaled<'a>(covariance: &Covariance) -> Result<Option<Cow<'a, Covariance>>, Error> {
    Ok(Some(Cow::Owned(Covariance::new(covariance.correlation()?.into_inner())?)))
}

/// The most likely point of a grid.
fn start(objective: &mut Likelihood) -> [f64; SIZE] {
    let mut best = (f64::NEG_INFINITY, DccParameters::default());
    for (a, persistence) in GRID {
        let g = if objective.model == DccModel::Asymmetric { 0.2 * a } else { 0.0 };
        let student = objective.innovations == Innovations::StudentT;
        let b = persistence - a - objective.delta * g;
        let parameters =
            DccParameters { a, b: b.max(0.0), g, degrees_of_freedom: student.then_some(DEGREES) };
        let (value, _) = objective.evaluate(&parameters, false);
        if value > best.0 {
            best = (value, parameters);
        }
    }
    objective.point(&best.1)
}

/// What a packed target without positive pivots is refused by; where rounding leaves it some, by its first.
fn singular(assets: usize, target: &[f64]) -> Error {
    let refused = covariance(assets, target).and_then(|target| Cholesky::new(target.as_view()));
    refused.err().unwrap_or(InputError::NotPositiveDefinite { pivot: 0 }).into()
}

/// An error of a margin, with its asset.
fn of(asset: usize, error: Error) -> Error {
    match error {
        Error::Input(InputError::ZeroVariance { .. }) => InputError::ZeroVariance { asset }.into(),
        other => other,
    }
}
