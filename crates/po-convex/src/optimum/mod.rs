//! The optimum of each objective over a convex set of portfolios.

mod conclude;
mod independent;
mod limited;
mod ridged;

use po_core::InputError;

use crate::path::{Condition, Ending, Line, Multipliers, Origin, PathScratch, Request, VANISHING, root};
use crate::{ActiveSet, Error, MeanUncertainty, Objective, Risk};

/// What a limit on the tracking error is called.
const TRACKING: &str = "the tracking error";

/// Weights beyond this grow without end.
const ENDLESS: f64 = 1e7;

/// A limit that is missed by less, in its own units, is met.
const ROUNDING: f64 = 1e-12;

/// Tracking errors below this, in units of the volatility of assets, have squares that are rounding in a variance: what
/// is limited to less is held to this.
const FINEST: f64 = 1e-8;

/// What an objective asks for beside a [`Request`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) objective: Objective,
    /// The greatest tracking error.
    pub(crate) tracking: Option<f64>,
    /// Where to begin, and a guess of the multipliers.
    pub(crate) start: Option<(&'a ActiveSet, Multipliers)>,
}

/// What is known of an optimum beside the evaluation that stands in the scratch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Optimum {
    /// The objective.
    pub(crate) value: f64,
    /// What multipliers and residuals of the programme are multiplied by to be those of the objective.
    pub(crate) scale: f64,
    /// The derivative of the objective by each limit that is no row: on volatility, tracking error and return.
    pub(crate) volatility: f64,
    pub(crate) tracking: f64,
    pub(crate) target: f64,
    /// By how much the worst of these limits is missed.
    pub(crate) violation: f64,
    /// The gap, where that is not the programme's times the scale.
    pub(crate) gap: Option<f64>,
}

/// Finds the optimum; the evaluation at it stands in `scratch.now`.
pub(crate) fn optimum(
    request: &Request<'_>,
    question: &Question<'_>,
    scratch: &mut PathScratch,
) -> Result<Optimum, Error> {
    scratch.prepare(request)?;
    let Some(asked) = question.tracking.filter(|limit| *limit < f64::INFINITY) else {
        return search(request, &Question { tracking: None, ..*question }, scratch);
    };
    let limit = asked.max(FINEST * mean_variance(request).sqrt());
    let found = search(request, &Question { tracking: Some(limit), ..*question }, scratch);
    let found = found.map_err(|error| match error {
        Error::RiskLimitTooLow { what: TRACKING, least, .. } => {
            Error::RiskLimitTooLow { what: TRACKING, limit: asked, least }
        }
        other => other,
    })?;
    let missed = scratch.now.tracking.sqrt() - asked;
    Ok(Optimum { violation: found.violation.max(missed), ..found })
}

/// As [`optimum`], for a limit on the tracking error that numerics can hold.
fn search(
    request: &Request<'_>,
    question: &Question<'_>,
    scratch: &mut PathScratch,
) -> Result<Optimum, Error> {
    let limit = question.tracking;
    let binding = match question.objective {
        Objective::MinVariance | Objective::Utility { .. } => single(request, question, limit, scratch)?,
        Objective::MinTrackingError | Objective::MaxDecorrelation => {
            let theta = if question.objective == Objective::MinTrackingError { 1.0 } else { 0.0 };
            scratch.evaluate(request, Multipliers { theta, lambda: 0.0 }, question.active())?;
            if let Some(limit) = limit {
                tracking_within(limit, scratch)?;
            }
            true
        }
        Objective::Robust {
            risk_aversion,
            kappa,
            uncertainty: MeanUncertainty::Diagonal { observations },
        } => {
            let kappa = kappa / observations.sqrt();
            return independent::optimum(request, question, (risk_aversion, kappa), scratch);
        }
        _ => match limit {
            Some(limit) => limited::search(request, question, limit, scratch)?,
            None => question.search(request, 0.0, question.origin(|at| at.lambda), scratch)?,
        },
    };
    Ok(conclude::conclude(request, question, binding, scratch))
}

impl Question<'_> {
    fn origin(&self, near: impl Fn(Multipliers) -> f64) -> Origin<'_> {
        self.start.map_or(Origin::Nothing, |(active, at)| Origin::Active(active, near(at)))
    }

    fn active(&self) -> Option<&ActiveSet> {
        self.start.map(|(active, _)| active)
    }

    /// The condition that the objective sets, and the line on which it is sought.
    ///
    /// The lines fill the plane of the multipliers, from `t = 0`, where a tracking error costs nothing, to one, where
    /// nothing else counts. On a line of `MaxReturn` the ratio of θ to λ, which is the price of the tracking error, stays:
    /// the return less that price falls with the price of variance, so that one place on the line has the variance asked
    /// for, where on a line of constant θ there may be several. All others keep θ.
    fn line<'a>(&self, request: &Request<'_>, t: f64, origin: Origin<'a>) -> (Condition, Line<'a>) {
        let unit = unit(request);
        let along = Line {
            from: Multipliers { theta: t, lambda: 0.0 },
            direction: Multipliers { theta: 0.0, lambda: 1.0 },
            end: f64::INFINITY,
            unit,
            origin,
        };
        match self.objective {
            Objective::MaxReturn { volatility } => {
                let direction = Multipliers { theta: t / unit, lambda: 1.0 - t };
                let line = Line { from: Multipliers::default(), direction, end: unit / t, ..along };
                (Condition::Variance(volatility * volatility), line)
            }
            Objective::MinRisk { target_return } => (Condition::Reward(target_return), along),
            Objective::Robust { risk_aversion: gamma, kappa, uncertainty } => {
                let kappa = kappa / uncertainty.observations().sqrt();
                (Condition::Charge { gamma, kappa }, Line { end: (1.0 - t) / gamma, ..along })
            }
            _ => (Condition::Ratio, along),
        }
    }

    /// The line on which multipliers lie, and where on it.
    fn place(&self, request: &Request<'_>, Multipliers { theta, lambda }: Multipliers) -> (f64, f64) {
        if matches!(self.objective, Objective::MaxReturn { .. }) {
            let unit = unit(request);
            let tau = unit * theta + lambda;
            (unit * theta / tau, tau)
        } else {
            (theta, lambda)
        }
    }

    /// Searches a line for the condition; whether it binds.
    fn search(
        &self,
        request: &Request<'_>,
        t: f64,
        origin: Origin<'_>,
        scratch: &mut PathScratch,
    ) -> Result<bool, Error> {
        let (condition, line) = self.line(request, t, origin);
        let ending = root(request, condition, line, scratch)?;
        let now = &scratch.now;
        match (self.objective, ending) {
            (Objective::MaxReturn { volatility }, Ending::Before) => {
                let least = now.variance.sqrt();
                if least > volatility * (1.0 + ROUNDING) {
                    return Err(Error::RiskLimitTooLow { what: "the volatility", limit: volatility, least });
                }
                Ok(true)
            }
            (Objective::MinRisk { .. }, Ending::Before) => Ok(false),
            (_, Ending::Met | Ending::Before) => Ok(true),
            (Objective::Robust { .. }, Ending::Riskless) => Ok(true),
            (_, Ending::Riskless) => Err(riskless(request, &now.solution.x, now.reward)),
            (objective, Ending::Beyond) => {
                endless(&now.solution.x)?;
                match objective {
                    Objective::MinRisk { target_return: target } => {
                        let greatest = now.reward;
                        let missed = greatest < target - ROUNDING * (target.abs() + greatest.abs());
                        if missed { Err(Error::TargetTooHigh { target, greatest }) } else { Ok(true) }
                    }
                    Objective::MaxSharpe { risk_free } => {
                        Err(Error::NoExcessReturn { greatest: now.reward, risk_free })
                    }
                    Objective::MaxDiversification => {
                        Err(Error::NoExcessReturn { greatest: now.reward, risk_free: 0.0 })
                    }
                    _ => Ok(false),
                }
            }
        }
    }
}

/// An objective whose λ is known: one programme, or, where the tracking error is too great, one line of them.
fn single(
    request: &Request<'_>,
    question: &Question<'_>,
    limit: Option<f64>,
    scratch: &mut PathScratch,
) -> Result<bool, Error> {
    let lambda = match question.objective {
        Objective::Utility { risk_aversion } => 1.0 / risk_aversion,
        _ => 0.0,
    };
    let from = Multipliers { theta: 0.0, lambda };
    let Some(limit) = limit else {
        scratch.evaluate(request, from, question.active())?;
        return Ok(true);
    };
    if !request.ridge.is_empty() {
        ridged::search(request, question.active(), limit, scratch)?;
        return Ok(true);
    }
    let (direction, origin) = (Multipliers { theta: 1.0, lambda: -lambda }, question.origin(|at| at.theta));
    let line = Line { from, direction, end: 1.0, unit: 0.5, origin };
    if root(request, Condition::TrackingFalls(limit * limit), line, scratch)? == Ending::Beyond {
        tracking_within(limit, scratch)?;
    }
    Ok(true)
}

fn tracking_within(limit: f64, scratch: &PathScratch) -> Result<(), Error> {
    let least = scratch.now.tracking.sqrt();
    if least <= limit + ROUNDING * scratch.now.variance.sqrt() {
        Ok(())
    } else {
        Err(Error::RiskLimitTooLow { what: TRACKING, limit, least })
    }
}

fn endless(x: &[f64]) -> Result<(), Error> {
    let fastest = x.iter().map(|x| x.abs()).enumerate();
    let (asset, most) = fastest.fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    if most > ENDLESS { Err(Error::Unbounded { asset }) } else { Ok(()) }
}

/// The error for a reward without risk: by name where it is that of an asset.
fn riskless(request: &Request<'_>, x: &[f64], reward: f64) -> Error {
    let volatilities = || (0..x.len()).map(|asset| variance(request.risk, asset).sqrt());
    let most = volatilities().fold(0.0, f64::max);
    let still = volatilities().enumerate().filter(|(_, volatility)| *volatility <= VANISHING * most);
    let rewards = still.map(|(asset, _)| (asset, x[asset] * request.reward[asset]));
    let best = rewards.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, reward)| *reward > 0.0);
    match best {
        Some((asset, _)) => Error::Riskless { asset: Some(asset), reward: request.reward[asset] },
        None => Error::Riskless { asset: None, reward },
    }
}

/// The λ at which risk and return weigh about the same.
fn unit(request: &Request<'_>) -> f64 {
    let mean = mean_variance(request);
    let most = request.reward.iter().fold(0.0, |most: f64, reward| most.max(reward.abs()));
    let unit = mean / most;
    if unit.is_finite() && unit > 0.0 { unit } else { 1.0 }
}

fn mean_variance(request: &Request<'_>) -> f64 {
    let assets = request.risk.len();
    (0..assets).map(|asset| variance(request.risk, asset)).sum::<f64>() / assets as f64
}

pub(crate) fn variance(risk: Risk<'_>, asset: usize) -> f64 {
    match risk {
        Risk::Dense(covariance) => covariance.as_view()[(asset, asset)],
        Risk::Factor(covariance) => {
            covariance.specific()[asset] + covariance.loadings().row(asset).norm_squared()
        }
    }
}

/// Refuses a mean that does not fit.
pub(crate) fn check_mean(mean: &[f64], assets: usize) -> Result<(), InputError> {
    crate::black_litterman::check_numbers("the list of means", "the mean return", assets, mean)
}
