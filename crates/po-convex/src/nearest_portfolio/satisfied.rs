//! Whether a target needs no change.

use po_core::simd::dot;

use crate::path::Request;
use crate::{Constraints, Error, integer};

/// A row or a limit on absolute values that is missed by less, in units of one and its value, holds: targets come with the
/// rounding of their sums. Bounds hold as they are written.
const ROUNDING: f64 = 1e-12;

/// Whether a target satisfies all limits that a programme knows.
pub(super) fn in_programme(request: &Request<'_>, target: &[f64]) -> bool {
    let mut bounds = target.iter().zip(request.lower.iter().zip(request.upper));
    let rows = request.rows;
    bounds.all(|(weight, (lower, upper))| lower <= weight && weight <= upper)
        && (0..rows.len()).all(|row| {
            let value = dot(rows.row(row), target);
            let near = ROUNDING * (1.0 + value.abs());
            value >= rows.lower()[row] - near && value <= rows.upper()[row] + near
        })
        && request.families.iter().all(|family| {
            let value: f64 = target.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
            value <= family.limit + ROUNDING * (1.0 + value)
        })
}

/// Whether a target keeps the rules by which assets are chosen, with nothing taken for zero that is not.
pub(super) fn in_choice(
    constraints: &Constraints,
    request: &Request<'_>,
    target: &[f64],
) -> Result<bool, Error> {
    let held = |weight: f64| weight != 0.0;
    let count = target.iter().filter(|weight| held(**weight)).count();
    let large = |least: f64| target.iter().all(|weight| !held(*weight) || weight.abs() >= least);
    if constraints.cardinality.is_some_and(|most| count > most)
        || constraints.min_position.is_some_and(|least| !large(least))
    {
        return Ok(false);
    }
    let Some(cap) = constraints.max_correlation else { return Ok(true) };
    let together = |&(first, second): &(usize, usize)| held(target[first]) && held(target[second]);
    Ok(!cap.conflicts(&integer::correlation(request.risk)?).iter().any(together))
}
