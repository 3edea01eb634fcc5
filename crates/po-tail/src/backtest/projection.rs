//! Projections onto the span of a few columns, whatever their rank.

use po_core::simd::{axpy, dot};

/// A column whose part outside the span of those before is smaller than this share of it lies within the span.
const DEPENDENT: f64 = 1e-9;

/// The squared length of the projection of `target` onto the span of the columns, and its dimension. The
/// columns become an orthonormal basis, those of no new direction zero.
pub(super) fn projected(columns: &mut [Vec<f64>], target: &[f64]) -> (f64, usize) {
    let (mut square, mut rank) = (0.0, 0);
    for place in 0..columns.len() {
        let (basis, rest) = columns.split_at_mut(place);
        let Some(column) = rest.first_mut() else { break };
        let before = dot(column, column).sqrt();
        // Twice is enough (Kahan, in Parlett 1980): the second pass takes off what rounding left of the first.
        for _ in 0..2 {
            for direction in basis.iter() {
                let along = dot(direction, column);
                axpy(-along, direction, column);
            }
        }
        let length = dot(column, column).sqrt();
        if length <= DEPENDENT * before || length == 0.0 {
            column.fill(0.0);
            continue;
        }
        column.iter_mut().for_each(|value| *value /= length);
        let along = dot(column, target);
        square += along * along;
        rank += 1;
    }
    (square, rank)
}
