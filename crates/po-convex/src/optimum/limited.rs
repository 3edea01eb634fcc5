//! A limit on the tracking error beside another condition: the line is sought outside, the place on it inside.

use super::{Question, ROUNDING, endless, tracking_within, unit};
use crate::path::{Condition, Ending, Line, Multipliers, Origin, PathScratch, Request, bracketed, root};
use crate::{ActiveSet, Error, Objective};

/// How far, in units of where it begins, the search for a line goes at first.
const STEP: f64 = 0.01;

/// An objective with a condition of its own, under a limit on the tracking error.
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
    let (_, tau) = question.place(request, scratch.now.at);
    // The line on which nothing but the tracking error counts: it is least there.
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
            question.search(request, 1.0, Origin::Nothing, scratch)?;
        }
        _ => scratch.evaluate(request, Multipliers { theta: 1.0, lambda: 0.0 }, question.active())?,
    }
    let last = excess(scratch);
    if last.0 <= 0.0 {
        tracking_within(limit, scratch)?;
        return Ok(true);
    }
    let mut inside = Inside::beginning(tau);
    let t = bracketed((0.0, first.0), (1.0, last.0), |t| {
        inside.search(request, question, t, scratch)?;
        Ok(excess(scratch))
    })?;
    inside.settle(request, question, t, scratch)
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

/// The search on a line inside that for the line, each beginning where the last one ended.
struct Inside {
    /// The last line, and the place on it.
    t: f64,
    tau: f64,
    binding: bool,
}

impl Inside {
    fn beginning(tau: f64) -> Self {
        Self { t: f64::NAN, tau, binding: true }
    }

    fn search(
        &mut self,
        request: &Request<'_>,
        question: &Question<'_>,
        t: f64,
        scratch: &mut PathScratch,
    ) -> Result<(), Error> {
        self.binding = question.search(request, t, Origin::Last(self.tau), scratch)?;
        (self.t, self.tau) = (t, question.place(request, scratch.now.at).1);
        Ok(())
    }

    /// Leaves the solution on a line in the scratch.
    fn settle(
        mut self,
        request: &Request<'_>,
        question: &Question<'_>,
        t: f64,
        scratch: &mut PathScratch,
    ) -> Result<bool, Error> {
        if self.t.to_bits() != t.to_bits() {
            self.search(request, question, t, scratch)?;
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
    let (near, tau) = question.place(request, near);
    let mut inside = Inside::beginning(tau);
    let mut value = |t: f64, scratch: &mut PathScratch| {
        let found = inside.search(request, question, t, scratch);
        if found.as_ref().is_err_and(Error::is_out_of_reach) {
            return Ok(None);
        }
        let tracking = scratch.now.tracking;
        found.map(|()| Some((target - tracking, target.max(tracking))))
    };
    let mut ends = [None, None];
    let (mut t, mut step) = (near.min(1.0 - STEP), STEP * near);
    while ends[0].is_none() || ends[1].is_none() {
        let Some((excess, size)) = value(t, scratch)? else { return Ok(None) };
        if excess.abs() <= 0.1 * ROUNDING * size {
            return Ok(Some(inside.binding));
        }
        let high = excess > 0.0;
        ends[usize::from(high)] = Some((t, excess));
        t += if high { -step } else { step };
        step *= 4.0;
        if !(t > 0.0 && t < 1.0) {
            return Ok(None);
        }
    }
    let [Some(low), Some(high)] = ends else { return Ok(None) };
    let t = bracketed(low, high, |t| {
        inside.search(request, question, t, scratch)?;
        Ok((target - scratch.now.tracking, target.max(scratch.now.tracking)))
    })?;
    inside.settle(request, question, t, scratch).map(Some)
}
