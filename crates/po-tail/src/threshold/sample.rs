//! A sample at the door: finite, and its greatest values in order.

use po_core::InputError;

use crate::Error;

/// Refuses a sample that has a value that is not finite.
pub(super) fn check_finite(what: &'static str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => {
            let (value, expected) = (values[place], "a finite number");
            Err(Error::Observation { what, place, value, expected })
        }
        None => Ok(()),
    }
}

/// Puts the `count` greatest values into `greatest`, the greatest first; all of them where there are fewer.
pub(super) fn greatest_into(values: &[f64], count: usize, greatest: &mut Vec<f64>) {
    greatest.clear();
    greatest.extend_from_slice(values);
    if count > 0 && count < greatest.len() {
        greatest.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a));
    }
    greatest.truncate(count);
    greatest.sort_unstable_by(|a, b| b.total_cmp(a));
}

/// How many of so many observations lie beyond a quantile, as a whole number.
pub(super) fn beyond(observations: usize, quantile: f64) -> usize {
    let observations = observations as f64;
    let count = observations * (1.0 - quantile);
    let whole = count.round();
    // 1 - 0.9 is not 0.1 in binary digits; 1,000 observations have a hundred beyond it all the same.
    let near = (count - whole).abs() <= 4.0 * f64::EPSILON * observations;
    (if near { whole } else { count.floor() }) as usize
}

/// Refuses a number that is not strictly between two others.
pub(super) fn check_between(
    name: &'static str,
    value: f64,
    (low, high): (f64, f64),
    expected: &'static str,
) -> Result<(), Error> {
    if value > low && value < high {
        return Ok(());
    }
    Err(InputError::OutOfRange { name, value, expected }.into())
}
