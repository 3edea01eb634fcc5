//! The quadratic programme of one step: a few variables, a few linear inequalities.

use super::matrix::{LARGEST, solve};

/// Parameters that an objective may have.
pub(crate) const SIZE: usize = 6;

pub(crate) type Vector = [f64; SIZE];
pub(crate) type Matrix = [Vector; SIZE];

/// How far beyond a constraint a step may end: rounding, on parameters of the order of one.
const ROUNDING: f64 = 1e-13;

/// `normal · x >= lower`
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Constraint {
    pub(crate) normal: Vector,
    pub(crate) lower: f64,
}

pub(crate) fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Minimises `g·d + d'Bd/2` over steps d from x to points that satisfy the constraints; B is positive
/// definite, and x satisfies them. Hands back the step and, as bits, the constraints that hold it.
///
/// Sets of constraints are tried by size, so that the usual case, none, costs one system.
pub(crate) fn step(
    b: &Matrix,
    g: &Vector,
    size: usize,
    constraints: &[Constraint],
    x: &Vector,
) -> Option<(Vector, u32)> {
    let sets = 1_u32 << constraints.len();
    (0..=size as u32)
        .flat_map(|many| (0..sets).filter(move |set| set.count_ones() == many))
        .find_map(|set| held_by(set, b, g, size, constraints, x).map(|step| (step, set)))
}

/// The step on the face where these constraints hold with equality, if it is the optimum.
fn held_by(
    set: u32,
    b: &Matrix,
    g: &Vector,
    size: usize,
    constraints: &[Constraint],
    x: &Vector,
) -> Option<Vector> {
    let held =
        || constraints.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, held)| held);
    let system = bordered(b, size, held());
    let mut right = [[0.0]; LARGEST];
    for (right, g) in right.iter_mut().zip(g).take(size) {
        right[0] = -g;
    }
    for (row, held) in held().enumerate() {
        right[size + row][0] = held.lower - dot(&held.normal, x);
    }
    let equations = size + set.count_ones() as usize;
    let solution = solve(system, right, equations)?;
    // The multipliers come out with the sign turned.
    if solution[size..equations].iter().any(|multiplier| multiplier[0] > 0.0) {
        return None;
    }
    let mut step = [0.0; SIZE];
    step.iter_mut().zip(&solution).take(size).for_each(|(step, solution)| *step = solution[0]);
    let slack = |free: &Constraint| dot(&free.normal, x) + dot(&free.normal, &step) - free.lower;
    constraints.iter().all(|constraint| slack(constraint) >= -ROUNDING).then_some(step)
}

/// The matrix of the conditions of optimality: B bordered by the normals.
pub(crate) fn bordered<'a>(
    b: &Matrix,
    size: usize,
    held: impl Iterator<Item = &'a Constraint>,
) -> [[f64; LARGEST]; LARGEST] {
    let mut system = [[0.0; LARGEST]; LARGEST];
    for (system, b) in system.iter_mut().zip(b).take(size) {
        system[..size].copy_from_slice(&b[..size]);
    }
    for (row, held) in held.enumerate() {
        for (col, normal) in held.normal.iter().enumerate().take(size) {
            system[size + row][col] = *normal;
            system[col][size + row] = *normal;
        }
    }
    system
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Matrix {
        let mut b = [[0.0; SIZE]; SIZE];
        b.iter_mut().enumerate().for_each(|(row, b)| b[row] = 1.0);
        b
    }

    #[test]
    fn a_step_stops_at_the_constraint_that_it_meets() {
        let mut normal = [0.0; SIZE];
        normal[..2].copy_from_slice(&[-1.0, -1.0]);
        let sum = [Constraint { normal, lower: -1.0 }];
        let mut g = [0.0; SIZE];
        g[..2].copy_from_slice(&[-2.0, -1.0]);
        // The free optimum (2, 1) projects onto x + y = 1 at (1, 0).
        let (step, set) = step(&identity(), &g, 2, &sum, &[0.0; SIZE]).unwrap_or_default();
        assert_eq!((step[0], step[1], set), (1.0, 0.0, 1));
    }
}
