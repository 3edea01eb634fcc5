//! The robust objective whose errors of estimation are independent.

use super::{Optimum, Question, variance};
use crate::Error;
use crate::path::{Multipliers, PathScratch, Request, bracketed};

/// The robust objective with independent errors: the charge for volatility becomes a ridge, whose strength is sought.
pub(super) fn optimum(
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
