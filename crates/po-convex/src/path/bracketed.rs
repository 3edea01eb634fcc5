//! The root of a function between two points.

use crate::Error;

/// A function that is met to this, in units of its terms, is zero.
const MET: f64 = 1e-13;

/// A bracket this narrow, in units of its upper end, is a point.
const POINT: f64 = 1e-15;

/// Evaluations, at most.
const STEPS: usize = 200;

/// The root of a rising function within a bracket whose ends are known: `value(t)` returns the function, and the size of
/// its terms.
///
/// # Source
/// Chandrupatla (1997): inverse quadratic interpolation where it is safe, bisection elsewhere.
pub(crate) fn bracketed(
    (mut low, mut at_low): (f64, f64),
    (mut high, mut at_high): (f64, f64),
    mut value: impl FnMut(f64) -> Result<(f64, f64), Error>,
) -> Result<f64, Error> {
    // `high` is the latest estimate, `low` the other end, and `third` the point before.
    let mut fraction = 0.5;
    for _ in 0..STEPS {
        let t = high + fraction * (low - high);
        let (at, size) = value(t)?;
        if at.abs() <= MET * size {
            return Ok(t);
        }
        let (third, at_third) = if (at > 0.0) == (at_high > 0.0) {
            (high, at_high)
        } else {
            let third = (low, at_low);
            (low, at_low) = (high, at_high);
            third
        };
        (high, at_high) = (t, at);
        let (best, _) = if at_high.abs() < at_low.abs() { (high, at_high) } else { (low, at_low) };
        let narrow = 2.0 * POINT * best.abs() / (low - high).abs();
        #[expect(clippy::float_cmp, reason = "the interval is empty")]
        if narrow > 0.5 || low == high {
            return Ok(best);
        }
        let xi = (high - low) / (third - low);
        let phi = (at_high - at_low) / (at_third - at_low);
        let safe = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        fraction = if safe {
            let first = at_high / (at_low - at_high) * at_third / (at_low - at_third);
            let second =
                (third - high) / (low - high) * at_high / (at_third - at_high) * at_low / (at_third - at_low);
            first + second
        } else {
            0.5
        };
        fraction = fraction.clamp(narrow, 1.0 - narrow);
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root so near to zero that no bracket around it is ever narrow: the search ends by its number of steps.
    #[test]
    fn a_search_without_end_is_ended() {
        let far = 1e-300;
        let mut steps = 0;
        let root = bracketed((-1.0, -1.0), (1.0, 1.0), |t| {
            steps += 1;
            Ok((if t < far { -1.0 } else { 1.0 }, 0.0))
        });
        assert!(root.is_ok_and(|root| root.abs() <= 1e-50));
        assert_eq!(steps, STEPS);
    }
}
