//! From an interior point onto the constraints.

use po_convex::Absolute;
use po_core::simd::dot;

use crate::optimise::problem::{Problem, linear_program, zeros};

/// Moves x onto bounds, rows and families, from which the method leaves it a rounding away.
pub(super) fn snap(problem: &Problem<'_>, x: &[f64], near: f64) -> Vec<f64> {
    let clamped = |(x, (lower, upper)): (&f64, (&f64, &f64))| {
        if x - lower <= near {
            *lower
        } else if upper - x <= near {
            *upper
        } else {
            *x
        }
    };
    let bounds = || problem.lower.iter().zip(problem.upper);
    let clamped: Vec<f64> = x.iter().zip(bounds()).map(clamped).collect();
    // What stands at a bound stays there, if the others can make up for it.
    let held: Vec<(f64, f64)> = clamped
        .iter()
        .zip(bounds())
        .map(|(x, (&lower, &upper))| if *x <= lower || *x >= upper { (*x, *x) } else { (lower, upper) })
        .collect();
    let (lower, upper): (Vec<f64>, Vec<f64>) = held.into_iter().unzip();
    let linear: Vec<f64> = clamped.iter().map(|x| -x).collect();
    let ridge = vec![1.0; clamped.len()];
    let Ok(none) = zeros(problem.assets()) else { return clamped };
    let families: Vec<Absolute<'_>> =
        problem.families.iter().map(|family| Absolute { cost: &[], ..*family }).collect();
    for (lower, upper) in [(lower.as_slice(), upper.as_slice()), (problem.lower, problem.upper)] {
        let boxed = Problem { lower, upper, ..*problem };
        let mut program = linear_program(&none, &boxed, &linear, &families);
        program.ridge = &ridge;
        if let Ok(solution) = program.solve() {
            let moved = solution.x.iter().zip(x).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
            if moved <= 100.0 * near {
                return solution.x;
            }
        }
    }
    clamped
}

/// Whether bounds, rows and families hold at x, and by how much they do not.
pub(super) fn violation(problem: &Problem<'_>, x: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    for (x, (lower, upper)) in x.iter().zip(problem.lower.iter().zip(problem.upper)) {
        most = most.max(lower - x).max(x - upper);
    }
    for row in 0..problem.rows.len() {
        let value = dot(problem.rows.row(row), x);
        most = most.max(problem.rows.lower()[row] - value).max(value - problem.rows.upper()[row]);
    }
    for family in problem.families {
        let value: f64 = x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
        most = most.max(value - family.limit);
    }
    most
}
