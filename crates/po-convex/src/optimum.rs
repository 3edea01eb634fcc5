//! The optimum of each objective over a convex set of portfolios.
// tidy: long because each objective is a line of its own search, and they share their endings

use po_core::InputError;

use crate::path::{Condition, Ending, Line, Multipliers, PathScratch, Request, bracketed, root};
use crate::{ActiveSet, Error, MeanUncertainty, Objective, Risk};

/// Weights beyond this grow without end.
const ENDLESS: f64 = 1e7;

/// How far, in units of θ, the search for it goes at first.
const STEP: f64 = 0.01;

/// A limit that is missed by less, in its own units, is met.
const ROUNDING: f64 = 1e-12;

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
}

/// Finds the optimum; the evaluation at it stands in `scratch.now`.
pub(crate) fn optimum(
    request: &Request<'_>,
    question: &Question<'_>,
    scratch: &mut PathScratch,
) -> Result<Optimum, Error> {
    scratch.prepare(request)?;
    let limit = question.tracking.filter(|limit| *limit < f64::INFINITY);
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
            return independent(request, question, (risk_aversion, kappa), scratch);
        }
        _ => match limit {
            Some(limit) => limited(request, question, limit, scratch)?,
            None => {
                let start = question.start.map(|(active, at)| (active, at.lambda));
                question.search(request, 0.0, start, scratch)?
            }
        },
    };
    Ok(conclude(request, question, binding, scratch))
}

impl Question<'_> {
    fn active(&self) -> Option<&ActiveSet> {
        self.start.map(|(active, _)| active)
    }

    /// The condition on λ, and the end of its line.
    fn condition(&self, theta: f64) -> (Condition, f64) {
        match self.objective {
            Objective::MaxReturn { volatility } => {
                (Condition::Variance(volatility * volatility), f64::INFINITY)
            }
            Objective::MinRisk { target_return } => (Condition::Reward(target_return), f64::INFINITY),
            Objective::Robust { risk_aversion: gamma, kappa, uncertainty } => {
                let observations = match uncertainty {
                    MeanUncertainty::Sample { observations } | MeanUncertainty::Diagonal { observations } => {
                        observations
                    }
                };
                let kappa = kappa / observations.sqrt();
                (Condition::Charge { gamma, kappa }, (1.0 - theta) / gamma)
            }
            _ => (Condition::Ratio, f64::INFINITY),
        }
    }

    /// Searches λ for a given θ; whether the condition binds.
    fn search(
        &self,
        request: &Request<'_>,
        theta: f64,
        start: Option<(&ActiveSet, f64)>,
        scratch: &mut PathScratch,
    ) -> Result<bool, Error> {
        let (condition, end) = self.condition(theta);
        let line = Line {
            from: Multipliers { theta, lambda: 0.0 },
            direction: Multipliers { theta: 0.0, lambda: 1.0 },
            end,
            unit: unit(request),
            start: start.map(|(active, lambda)| (active, Some(lambda))),
        };
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
            (objective, Ending::Beyond) => {
                endless(&now.solution.x)?;
                match objective {
                    Objective::MinRisk { target_return: target } => {
                        let greatest = now.reward;
                        if greatest < target - ROUNDING * (target.abs() + greatest.abs()) {
                            return Err(Error::TargetTooHigh { target, greatest });
                        }
                        Ok(true)
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
    let start = question.start.map(|(active, at)| (active, Some(at.theta)));
    let line =
        Line { from, direction: Multipliers { theta: 1.0, lambda: -lambda }, end: 1.0, unit: 0.5, start };
    match root(request, Condition::TrackingFalls(limit * limit), line, scratch)? {
        Ending::Beyond => tracking_within(limit, scratch)?,
        Ending::Met | Ending::Before => {}
    }
    Ok(true)
}

/// An objective that is searched for λ under a limit on the tracking error: θ outside, λ inside.
fn limited(
    request: &Request<'_>,
    question: &Question<'_>,
    limit: f64,
    scratch: &mut PathScratch,
) -> Result<bool, Error> {
    let target = limit * limit;
    if let Objective::MaxReturn { volatility } = question.objective
        && volatility == f64::INFINITY
    {
        let line = Line {
            from: Multipliers { theta: 1.0, lambda: 0.0 },
            direction: Multipliers { theta: 0.0, lambda: 1.0 },
            end: f64::INFINITY,
            unit: unit(request),
            start: question.start.map(|(active, at)| (active, Some(at.lambda))),
        };
        let ending = root(request, Condition::TrackingRises(target), line, scratch)?;
        return match ending {
            Ending::Before => tracking_within(limit, scratch).map(|()| true),
            Ending::Met => Ok(true),
            Ending::Beyond => endless(&scratch.now.solution.x).map(|()| false),
        };
    }
    let excess = |scratch: &PathScratch| (target - scratch.now.tracking, target.max(scratch.now.tracking));
    if let Some((active, near)) = question.start.filter(|(_, near)| near.theta > 0.0)
        && let Some(binding) = nearby(request, question, limit, (active, near), scratch)?
    {
        return Ok(binding);
    }
    let start =
        question.start.filter(|(_, near)| near.theta <= 0.0).map(|(active, near)| (active, near.lambda));
    let binding = question.search(request, 0.0, start, scratch)?;
    let first = excess(scratch);
    if first.0 >= -ROUNDING * first.1 {
        return Ok(binding);
    }
    let lambda = scratch.now.at.lambda;
    // The greatest θ that leaves the other limit room, where the tracking error is least.
    let mut end = 1.0;
    match question.objective {
        Objective::MinRisk { .. } => {
            question.search(request, 1.0, None, scratch)?;
        }
        Objective::MaxReturn { volatility } => {
            let (from, direction) = (Multipliers::default(), Multipliers { theta: 1.0, lambda: 0.0 });
            let line = Line { from, direction, end: 1.0, unit: 0.5, start: None };
            root(request, Condition::Variance(volatility * volatility), line, scratch)?;
            end = scratch.now.at.theta;
        }
        _ => scratch.evaluate(request, Multipliers { theta: 1.0, lambda: 0.0 }, question.active())?,
    }
    let last = excess(scratch);
    if last.0 < 0.0 {
        tracking_within(limit, scratch)?;
        return Ok(true);
    }
    let mut inside = Inside { active: scratch.now.solution.active.clone(), lambda, binding: true };
    let theta = bracketed((0.0, first.0), (end, last.0), |theta| {
        inside.search(request, question, theta, scratch)?;
        Ok(excess(scratch))
    })?;
    inside.settle(request, question, theta, scratch)
}

/// The search for λ inside that for θ, each beginning where the last one ended.
struct Inside {
    active: ActiveSet,
    lambda: f64,
    binding: bool,
}

impl Inside {
    fn search(
        &mut self,
        request: &Request<'_>,
        question: &Question<'_>,
        theta: f64,
        scratch: &mut PathScratch,
    ) -> Result<(), Error> {
        self.binding = question.search(request, theta, Some((&self.active, self.lambda)), scratch)?;
        self.lambda = scratch.now.at.lambda;
        self.active.clone_from(&scratch.now.solution.active);
        Ok(())
    }

    /// Leaves the solution at θ in the scratch.
    fn settle(
        mut self,
        request: &Request<'_>,
        question: &Question<'_>,
        theta: f64,
        scratch: &mut PathScratch,
    ) -> Result<bool, Error> {
        if scratch.now.at.theta.to_bits() != theta.to_bits() {
            self.search(request, question, theta, scratch)?;
        }
        Ok(self.binding)
    }
}

/// As [`limited`], for multipliers near those of a similar question; `None` where they are not near.
fn nearby(
    request: &Request<'_>,
    question: &Question<'_>,
    limit: f64,
    (active, near): (&ActiveSet, Multipliers),
    scratch: &mut PathScratch,
) -> Result<Option<bool>, Error> {
    let target = limit * limit;
    let mut inside = Inside { active: active.clone(), lambda: near.lambda, binding: true };
    let mut value =
        |theta: f64, scratch: &mut PathScratch| match inside.search(request, question, theta, scratch) {
            Ok(()) => {
                let tracking = scratch.now.tracking;
                Ok(Some((target - tracking, target.max(tracking))))
            }
            Err(
                Error::RiskLimitTooLow { .. } | Error::NoExcessReturn { .. } | Error::TargetTooHigh { .. },
            ) => Ok(None),
            Err(error) => Err(error),
        };
    let mut ends = [None, None];
    let (mut theta, mut step) = (near.theta.min(1.0 - STEP), STEP * near.theta);
    while ends[0].is_none() || ends[1].is_none() {
        let Some((excess, size)) = value(theta, scratch)? else { return Ok(None) };
        if excess.abs() <= 0.1 * ROUNDING * size {
            return Ok(Some(inside.binding));
        }
        let high = excess > 0.0;
        ends[usize::from(high)] = Some((theta, excess));
        theta += if high { -step } else { step };
        step *= 4.0;
        if !(theta > 0.0 && theta < 1.0) {
            return Ok(None);
        }
    }
    let [Some(low), Some(high)] = ends else { return Ok(None) };
    let theta = bracketed(low, high, |theta| {
        inside.search(request, question, theta, scratch)?;
        Ok((target - scratch.now.tracking, target.max(scratch.now.tracking)))
    })?;
    inside.settle(request, question, theta, scratch).map(Some)
}

/// The robust objective with independent errors: the charge for volatility becomes a ridge, whose strength is sought.
fn independent(
    request: &Request<'_>,
    question: &Question<'_>,
    (gamma, kappa): (f64, f64),
    scratch: &mut PathScratch,
) -> Result<Optimum, Error> {
    if question.tracking.is_some() {
        let (method, constraint) = ("robust with a diagonal uncertainty", "a limit on the tracking error");
        return Err(Error::Unsupported { method, constraint });
    }
    let variances: Vec<f64> = (0..request.risk.len()).map(|asset| variance(request.risk, asset)).collect();
    let mut ridge = vec![0.0; variances.len()];
    let norm = |x: &[f64]| x.iter().zip(&variances).map(|(x, variance)| x * x * variance).sum::<f64>().sqrt();
    let at = Multipliers { theta: 0.0, lambda: 1.0 };
    let mut first = true;
    let mut value = |eta: f64, scratch: &mut PathScratch| -> Result<(f64, f64), Error> {
        ridge.iter_mut().zip(&variances).for_each(|(ridge, variance)| *ridge = eta * variance);
        let request = Request { scale: gamma, ridge: &ridge, ..*request };
        if std::mem::take(&mut first) {
            scratch.evaluate(&request, at, question.active())?;
        } else {
            scratch.evaluate_next(&request, at)?;
        }
        let charge = eta * norm(&scratch.now.solution.x);
        Ok((charge - kappa, charge.max(kappa)))
    };
    let mean = variances.iter().sum::<f64>() / variances.len() as f64;
    let mut low = (kappa / mean.sqrt(), 0.0);
    low.1 = value(low.0, scratch)?.0;
    let mut high = low;
    let mut steps = 0;
    while low.1 > 0.0 && low.0 > 0.0 && steps < 60 {
        high = low;
        low.0 *= 0.125;
        low.1 = value(low.0, scratch)?.0;
        steps += 1;
    }
    while high.1 < 0.0 && steps < 60 {
        low = high;
        high.0 *= 8.0;
        high.1 = value(high.0, scratch)?.0;
        steps += 1;
    }
    if kappa > 0.0 && high.1 > 0.0 && low.1 < 0.0 {
        let eta = bracketed(low, high, |eta| value(eta, scratch))?;
        value(eta, scratch)?;
    }
    let charge = kappa * norm(&scratch.now.solution.x);
    let now = &scratch.now;
    let value = now.reward - charge - 0.5 * gamma * now.variance;
    Ok(Optimum { value, scale: 1.0, ..Optimum::default() })
}

/// The objective, its multipliers and its proof.
fn conclude(
    request: &Request<'_>,
    question: &Question<'_>,
    binding: bool,
    scratch: &mut PathScratch,
) -> Optimum {
    let now = &scratch.now;
    let (theta, lambda) = (now.at.theta, now.at.lambda);
    let (variance, reward) = (now.variance, now.reward);
    let (volatility, tracking) = (variance.sqrt(), now.tracking.sqrt());
    let per_lambda = if lambda > 0.0 { 1.0 / lambda } else { 0.0 };
    let least = 1.0 - theta;
    let limit = question.tracking.unwrap_or(0.0);
    let mut optimum = Optimum::default();
    // In what follows, eta is the multiplier of half the squared tracking error.
    match question.objective {
        Objective::MinVariance | Objective::MinRisk { .. } => {
            optimum.value = variance;
            optimum.scale = if least > 0.0 { 2.0 / least } else { 0.0 };
            optimum.tracking = -optimum.scale * theta * limit;
            if let Objective::MinRisk { target_return } = question.objective {
                optimum.target = if binding { optimum.scale * lambda } else { 0.0 };
                optimum.violation = target_return - reward;
            }
        }
        Objective::Utility { risk_aversion } => {
            optimum.value = reward - 0.5 * risk_aversion * variance;
            optimum.scale = per_lambda;
            optimum.tracking = (per_lambda - risk_aversion) * limit;
        }
        Objective::MaxReturn { volatility: greatest } => {
            optimum.value = reward;
            optimum.scale = per_lambda;
            optimum.tracking = if binding { theta * per_lambda * limit } else { 0.0 };
            if greatest < f64::INFINITY {
                optimum.volatility = if binding { least * per_lambda * greatest } else { 0.0 };
                optimum.violation = volatility - greatest;
            }
        }
        Objective::MaxSharpe { .. } | Objective::MaxDiversification => {
            optimum.value = reward / volatility;
            let lambda = if reward > 0.0 { least * variance / reward } else { lambda };
            scratch.certify(request, Multipliers { theta, lambda });
            optimum.scale = if lambda > 0.0 { 1.0 / (volatility * lambda) } else { 0.0 };
            optimum.tracking = optimum.scale * theta * limit;
        }
        Objective::MaxDecorrelation => (optimum.value, optimum.scale) = (variance, 2.0),
        Objective::MinTrackingError => {
            (optimum.value, optimum.scale) = (tracking, if tracking > 0.0 { 1.0 / tracking } else { 0.0 });
        }
        Objective::Robust { .. } => {
            if let (Condition::Charge { gamma, kappa }, _) = question.condition(theta) {
                optimum.value = reward - kappa * volatility - 0.5 * gamma * variance;
                let charge = gamma * volatility + kappa;
                let lambda =
                    if charge > 0.0 && volatility > 0.0 { least * volatility / charge } else { lambda };
                scratch.certify(request, Multipliers { theta, lambda });
                optimum.scale = if lambda > 0.0 { 1.0 / lambda } else { 0.0 };
                optimum.tracking = optimum.scale * theta * limit;
            }
        }
    }
    if let Some(limit) = question.tracking {
        optimum.violation = optimum.violation.max(tracking - limit);
    }
    optimum.violation = optimum.violation.max(0.0);
    optimum
}

fn tracking_within(limit: f64, scratch: &PathScratch) -> Result<(), Error> {
    let least = scratch.now.tracking.sqrt();
    if least <= limit + ROUNDING * scratch.now.variance.sqrt() {
        Ok(())
    } else {
        Err(Error::RiskLimitTooLow { what: "the tracking error", limit, least })
    }
}

fn endless(x: &[f64]) -> Result<(), Error> {
    let fastest = x.iter().map(|x| x.abs()).enumerate();
    let (asset, most) = fastest.fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    if most > ENDLESS { Err(Error::Unbounded { asset }) } else { Ok(()) }
}

/// The λ at which risk and return weigh about the same.
fn unit(request: &Request<'_>) -> f64 {
    let assets = request.risk.len();
    let mean = (0..assets).map(|asset| variance(request.risk, asset)).sum::<f64>() / assets as f64;
    let most = request.reward.iter().fold(0.0, |most: f64, reward| most.max(reward.abs()));
    let unit = mean / most;
    if unit.is_finite() && unit > 0.0 { unit } else { 1.0 }
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
