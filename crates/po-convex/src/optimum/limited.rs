//! A limit on the tracking error beside another condition: θ is sought outside, λ inside.

use super::{Question, ROUNDING, endless, tracking_within, unit};
use crate::path::{Condition, Ending, Line, Multipliers, Origin, PathScratch, Request, bracketed, root};
use crate::{ActiveSet, Error, Objective};

/// How far, in units of θ, the search for it goes at first.
const STEP: f64 = 0.01;

/// An objective that is searched for λ under a limit on the tracking error: θ outside, λ inside.
pub(super) fn search(
    request: &Request<'_>,
    question: &Question<'_>,
    limit: f64,
    scratch: &mut PathScratch,
) -> Result<bool, Error> {
    let target = limit * limit;
    let excess = |scratch: &PathScratch| (target - scratch.now.tracking, target.max(scratch.now.tracking));
    if let Some((active, near)) = question.start.filter(|(_, near)| near.theta > 0.0)
        && let Some(binding) = nearby(request, question, limit, (active, near), scratch)?
    {
        return Ok(binding);
    }
    let inside = question.start.is_some_and(|(_, near)| near.theta > 0.0);
    let origin = if inside { Origin::Nothing } else { question.origin(|near| near.lambda) };
    let binding = match question.search(request, 0.0, origin, scratch) {
        // What has no risk may be too far from the benchmark.
        Err(Error::Riskless { .. }) if excess(scratch).0 < 0.0 => true,
        found => found?,
    };
    let first = excess(scratch);
    if first.0 >= -ROUNDING * first.1 {
        return Ok(binding);
    }
    let lambda = scratch.now.at.lambda;
    // The greatest θ that leaves the other limit room, where the tracking error is least.
    let mut end = 1.0;
    match question.objective {
        Objective::MinRisk { .. } => {
            question.search(request, 1.0, Origin::Nothing, scratch)?;
        }
        Objective::MaxReturn { volatility } => {
            // The other limit may have nothing to say.
            let binding = alone(request, limit, scratch)?;
            if scratch.now.variance.sqrt() <= volatility * (1.0 + ROUNDING) {
                return Ok(binding);
            }
            let (from, direction) = (Multipliers::default(), Multipliers { theta: 1.0, lambda: 0.0 });
            let line = Line { from, direction, end: 1.0, unit: 0.5, origin: Origin::Nothing };
            root(request, Condition::Variance(volatility * volatility), line, scratch)?;
            end = scratch.now.at.theta;
        }
        _ => scratch.evaluate(request, Multipliers { theta: 1.0, lambda: 0.0 }, question.active())?,
    }
    let last = excess(scratch);
    if last.0 <= 0.0 {
        tracking_within(limit, scratch)?;
        return Ok(true);
    }
    let mut inside = Inside { lambda, binding: true };
    let theta = bracketed((0.0, first.0), (end, last.0), |theta| {
        inside.search(request, question, theta, scratch)?;
        Ok(excess(scratch))
    })?;
    inside.settle(request, question, theta, scratch)
}

/// The greatest return under a limit on the tracking error alone; whether it binds.
fn alone(request: &Request<'_>, limit: f64, scratch: &mut PathScratch) -> Result<bool, Error> {
    let line = Line {
        from: Multipliers { theta: 1.0, lambda: 0.0 },
        direction: Multipliers { theta: 0.0, lambda: 1.0 },
        end: f64::INFINITY,
        unit: unit(request),
        origin: Origin::Nothing,
    };
    let ending = root(request, Condition::TrackingRises(limit * limit), line, scratch)?;
    match ending {
        Ending::Beyond => endless(&scratch.now.solution.x)?,
        Ending::Before => tracking_within(limit, scratch)?,
        _ => {}
    }
    Ok(ending != Ending::Beyond)
}

/// The search for λ inside that for θ, each beginning where the last one ended.
struct Inside {
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
        self.binding = question.search(request, theta, Origin::Last(self.lambda), scratch)?;
        self.lambda = scratch.now.at.lambda;
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

/// As [`search`], for multipliers near those of a similar question; `None` where they are not near.
fn nearby(
    request: &Request<'_>,
    question: &Question<'_>,
    limit: f64,
    (active, near): (&ActiveSet, Multipliers),
    scratch: &mut PathScratch,
) -> Result<Option<bool>, Error> {
    let target = limit * limit;
    scratch.begin_at(active);
    let mut inside = Inside { lambda: near.lambda, binding: true };
    let mut value = |theta: f64, scratch: &mut PathScratch| {
        let found = inside.search(request, question, theta, scratch);
        if found.as_ref().is_err_and(Error::is_out_of_reach) {
            return Ok(None);
        }
        let tracking = scratch.now.tracking;
        found.map(|()| Some((target - tracking, target.max(tracking))))
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
