//! How good forecasts are, as numbers whose expectation the right forecast makes least.

use po_core::{Confidence, InputError};

use super::Forecasts;
use crate::Error;

/// A loss of a day's forecasts: the less, the better.
///
/// Notation: r is the return, v the value at risk, e the expected shortfall, p the probability of a violation,
/// `1_t` whether the day is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Score {
    /// The quantile or tick loss, of the value at risk alone (Koenker and Bassett 1978).
    ///
    /// ```text
    /// (p - 1_t) (r + v)
    /// ```
    #[default]
    Tick,
    /// The joint score of zero degree: of two forecasts, the difference does not depend on the unit (Patton,
    /// Ziegel and Chen 2019, equation 6; of the family of Fissler and Ziegel 2016).
    ///
    /// ```text
    /// 1_t (-v - r) / (p e) + v / e + ln e - 1
    /// ```
    Fz0,
    /// The joint score that is the likelihood of an asymmetric Laplace distribution (Taylor 2019).
    ///
    /// ```text
    /// -ln((1 - p) / e) + (r + v) (p - 1_t) / (p e)
    /// ```
    AsymmetricLaplace,
}

/// The score of each day.
///
/// # Errors
/// [`InputError::Empty`] for a joint score without forecasts of expected shortfall.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Forecasts, Score, scores};
///
/// let forecasts = Forecasts::new(&[0.02, -0.03], &[0.02; 2], Some(&[0.025; 2]))?;
/// let found = scores(&forecasts, Confidence::new(0.95)?, Score::Tick)?;
/// assert!((found[0] - 0.05 * 0.04).abs() < 1e-15);
/// assert!((found[1] - 0.95 * 0.01).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// As told at each [`Score`].
pub fn scores(forecasts: &Forecasts<'_>, confidence: Confidence, score: Score) -> Result<Vec<f64>, Error> {
    let mut output = vec![0.0; forecasts.days()];
    scores_into(forecasts, confidence, score, &mut output)?;
    Ok(output)
}

/// As [`scores`], into memory that is kept.
///
/// # Errors
/// As [`scores`], and [`InputError::LengthMismatch`] for an output of another length.
pub fn scores_into(
    forecasts: &Forecasts<'_>,
    confidence: Confidence,
    score: Score,
    output: &mut [f64],
) -> Result<(), Error> {
    let (expected, actual) = (forecasts.days(), output.len());
    if actual != expected {
        return Err(InputError::LengthMismatch { what: "the list of scores", expected, actual }.into());
    }
    // The tick loss has no use for expected shortfalls: whatever stands there is not looked at.
    let cvar = if score == Score::Tick { forecasts.var() } else { forecasts.shortfalls()? };
    let tail = confidence.tail();
    let days = forecasts.returns().iter().zip(forecasts.var()).zip(cvar);
    for (output, ((&return_, &var), &cvar)) in output.iter_mut().zip(days) {
        let distance = return_ + var;
        let hit = f64::from(u8::from(distance < 0.0));
        *output = match score {
            Score::Tick => (tail - hit) * distance,
            Score::Fz0 => -hit * distance / (tail * cvar) + var / cvar + cvar.ln() - 1.0,
            Score::AsymmetricLaplace => {
                (cvar / confidence.level()).ln() + distance * (tail - hit) / (tail * cvar)
            }
        };
    }
    Ok(())
}
