//! The shapes of a linear system: one right-hand side or several, one after the other.

use super::input::check_finite;
use crate::InputError;

/// Checks right-hand sides of `equations` numbers each, and solutions of `unknowns` numbers each; how many there are.
pub(super) fn check(
    (equations, right_hand_sides): (usize, &[f64]),
    (unknowns, solutions): (usize, &[f64]),
) -> Result<usize, InputError> {
    let actual = right_hand_sides.len();
    let several = actual.checked_div(equations).unwrap_or(0);
    if actual != several * equations {
        let expected = several.max(1) * equations;
        return Err(InputError::LengthMismatch { what: "the right-hand side", expected, actual });
    }
    let (expected, actual) = (several * unknowns, solutions.len());
    if actual != expected {
        return Err(InputError::LengthMismatch { what: "the solution", expected, actual });
    }
    check_finite("the right-hand side", equations, right_hand_sides)?;
    Ok(several)
}
