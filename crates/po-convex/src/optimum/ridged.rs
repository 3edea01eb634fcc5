//! A ridge under a limit on the tracking error: how much the tracking error has to count is sought.

use super::{mean_variance, tracking_within};
use crate::path::{Multipliers, PathScratch, Request, bracketed};
use crate::{ActiveSet, Error};

/// The greatest `e'x - ½ Σ_i r_i x_i²` less costs, under a limit on the tracking error.
///
/// ```text
/// minimise (1 - t) (½ Σ_i r_i x_i² - e'x + costs) + t u ½ (x - b)'Σ(x - b)
/// ```
///
/// The tracking error falls with t, from where it counts nothing to where nothing else counts; u makes both curve the
/// programme alike.
pub(super) fn search(
    request: &Request<'_>,
    start: Option<&ActiveSet>,
    limit: f64,
    scratch: &mut PathScratch,
) -> Result<(), Error> {
    scratch.evaluate(request, Multipliers { theta: 0.0, lambda: 1.0 }, start)?;
    let target = limit * limit;
    let excess = |scratch: &PathScratch| (target - scratch.now.tracking, target.max(scratch.now.tracking));
    let first = excess(scratch);
    if first.0 >= 0.0 {
        return Ok(());
    }
    let mean = request.ridge.iter().sum::<f64>() / request.ridge.len() as f64;
    let unit = mean / mean_variance(request);
    let mut ridge = request.ridge.to_vec();
    let mut value = |t: f64, scratch: &mut PathScratch| {
        ridge.iter_mut().zip(request.ridge).for_each(|(ridge, own)| *ridge = (1.0 - t) * own);
        let request = Request { scale: t * unit, ridge: &ridge, ..*request };
        scratch.evaluate_next(&request, Multipliers { theta: t * unit, lambda: 1.0 - t })?;
        Ok::<_, Error>(excess(scratch))
    };
    let last = value(1.0, scratch)?;
    if last.0 <= 0.0 {
        return tracking_within(limit, scratch);
    }
    let t = bracketed((0.0, first.0), (1.0, last.0), |t| value(t, scratch))?;
    value(t, scratch)?;
    Ok(())
}
