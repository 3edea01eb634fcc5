//! The minimum of a smooth function of a few parameters under a few linear inequalities.

use po_core::Status;

use super::programme::{Constraint, Matrix, SIZE, Vector, dot, step};

/// Steps are taken until one promises less than this, twice the distance in the objective to the optimum: a
/// millionth of a standard error, where the objective is a log-likelihood.
const TOLERANCE: f64 = 1e-12;

/// What a step may promise and yet be lost in the rounding of the objective.
const LOST: f64 = 1e-7;

/// A search whose next step promises less than this, and whose value is as near to that of an optimum that is
/// known, is on its way to it: differences of this size mean nothing to a statistician.
const ARRIVING: f64 = 1e-3;

/// Differences of the gradient are taken over this, on parameters of the order of one; over the second where a
/// function bends so much that the first shows no minimum.
const APART: [f64; 2] = [1e-4, 1e-6];

/// What the last step of a search may promise that began near its end: a thirty-thousandth of a standard
/// error.
const SETTLED: f64 = 1e-9;

const ITERATIONS: usize = 200;
const BACKTRACKS: usize = 40;

/// A function to be minimised.
pub(crate) trait Objective {
    /// Number of parameters; those behind are ignored.
    fn size(&self) -> usize;

    /// The value at a point, with the gradient; not finite where there is none.
    fn value(&mut self, point: &Vector, gradient: &mut Vector) -> f64;
}

/// Where a minimisation ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Optimum {
    pub(crate) point: Vector,
    pub(crate) value: f64,
    pub(crate) iterations: usize,
    pub(crate) status: Status,
    /// The constraints that hold it, as bits.
    pub(crate) active: u32,
}

/// Goes downhill from `start` by steps of a quasi-Newton method (BFGS, damped as Powell 1978), each of which
/// minimises a quadratic model within the constraints.
///
/// `curvature` is the first guess of the Hessian, positive definite, or none, to take it at `start`, which
/// satisfies the constraints. A search that begins where there is no value stays there. One that arrives where another one ended hands back that end. One that is `near` begins with the
/// Hessian of a place close to its end, and believes what the updates have made of it.
pub(crate) fn minimise(
    objective: &mut impl Objective,
    start: Vector,
    curvature: Option<Matrix>,
    constraints: &[Constraint],
    known: Option<&Optimum>,
    near: bool,
) -> Optimum {
    let size = objective.size();
    let (mut point, mut gradient) = (start, [0.0; SIZE]);
    let mut value = objective.value(&point, &mut gradient);
    if !value.is_finite() {
        return Optimum { point, value, iterations: 0, status: Status::Stalled, active: 0 };
    }
    let mut curvature = curvature.unwrap_or_else(|| self::curvature(objective, &point, &gradient));
    let (mut active, mut status, mut iterations) = (0, Status::IterationLimit, 0);
    // Whether the curvature is that of this very point, and whether rounding stopped the last step.
    let (mut fresh, mut stuck) = (false, false);
    while iterations < ITERATIONS {
        let Some((direction, held)) = step(&curvature, &gradient, size, constraints, &point) else {
            status = Status::Stalled;
            break;
        };
        active = held;
        let slope = dot(&gradient, &direction);
        if let Some(known) =
            known.filter(|known| -slope <= ARRIVING && (value - known.value).abs() <= ARRIVING)
        {
            return Optimum { iterations, ..*known };
        }
        iterations += 1;
        let small = match (fresh || stuck, near) {
            (true, _) => LOST,
            (false, true) => SETTLED,
            (false, false) => TOLERANCE,
        };
        if -slope <= small {
            // Updates may make the curvature too great, and every step too short: an end is believed once
            // seen afresh.
            if fresh || near {
                status = Status::Converged;
                break;
            }
            (curvature, fresh) = (self::curvature(objective, &point, &gradient), true);
            continue;
        }
        let found = search(objective, &point, value, &direction, slope).filter(|found| found.1 < value);
        let Some((next, next_value, next_gradient)) = found else {
            if fresh {
                status = Status::Stalled;
                break;
            }
            (curvature, fresh, stuck) = (self::curvature(objective, &point, &gradient), true, true);
            continue;
        };
        stuck = false;
        update(&mut curvature, size, &difference(&next, &point), &difference(&next_gradient, &gradient));
        (point, value, gradient, fresh) = (next, next_value, next_gradient, false);
    }
    Optimum { point, value, iterations, status, active }
}

/// The first of ever shorter steps that goes down by a part of what the slope promises.
fn search(
    objective: &mut impl Objective,
    point: &Vector,
    value: f64,
    direction: &Vector,
    slope: f64,
) -> Option<(Vector, f64, Vector)> {
    let mut length = 1.0;
    for _ in 0..BACKTRACKS {
        let mut next = *point;
        next.iter_mut().zip(direction).for_each(|(next, direction)| *next += length * direction);
        let mut gradient = [0.0; SIZE];
        let reached = objective.value(&next, &mut gradient);
        if reached <= value + 1e-4 * length * slope + 4.0 * f64::EPSILON * value.abs() {
            return Some((next, reached, gradient));
        }
        // The minimum of the parabola through what is known, within reason.
        let parabola = -0.5 * slope * length * length / (reached - value - slope * length);
        length = if parabola.is_finite() { parabola.clamp(0.1 * length, 0.5 * length) } else { 0.1 * length };
    }
    None
}

/// The Hessian from differences to the gradient `here`, or its diagonal where it is not positive definite.
fn curvature(objective: &mut impl Objective, point: &Vector, here: &Vector) -> Matrix {
    let size = objective.size();
    let mut hessian = [[0.0; SIZE]; SIZE];
    for apart in APART {
        hessian = differences(objective, point, here, apart);
        if definite(hessian, size) {
            return hessian;
        }
    }
    let mut diagonal = [[0.0; SIZE]; SIZE];
    (0..size).for_each(|row| diagonal[row][row] = hessian[row][row].abs().max(1.0));
    diagonal
}

fn differences(objective: &mut impl Objective, point: &Vector, here: &Vector, apart: f64) -> Matrix {
    let size = objective.size();
    let mut there = [0.0; SIZE];
    let mut hessian = [[0.0; SIZE]; SIZE];
    for col in 0..size {
        let mut moved = *point;
        // Away from the sum's bound.
        moved[col] -= if point[col] > apart { apart } else { -apart };
        objective.value(&moved, &mut there);
        for row in 0..size {
            let slope = 0.5 * (there[row] - here[row]) / (moved[col] - point[col]);
            hessian[row][col] += slope;
            hessian[col][row] += slope;
        }
    }
    hessian
}

/// Whether a few pivots are positive by more than rounding.
fn definite(mut matrix: Matrix, size: usize) -> bool {
    for col in 0..size {
        let pivot = matrix[col];
        let most = pivot.iter().fold(0.0, |most, entry| f64::max(most, entry.abs()));
        if pivot[col] <= 1e-8 * most || pivot[col].is_nan() {
            return false;
        }
        for row in matrix.iter_mut().take(size).skip(col + 1) {
            let factor = row[col] / pivot[col];
            row.iter_mut().zip(&pivot).for_each(|(entry, above)| *entry -= factor * above);
        }
    }
    true
}

fn difference(a: &Vector, b: &Vector) -> Vector {
    let mut difference = *a;
    difference.iter_mut().zip(b).for_each(|(a, b)| *a -= b);
    difference
}

/// B += y y' / s'y - B s s' B / s'Bs, with y drawn towards B s where it would cost B its definiteness.
fn update(b: &mut Matrix, size: usize, s: &Vector, y: &Vector) {
    let mut bs = [0.0; SIZE];
    for row in 0..size {
        bs[row] = dot(&b[row], s);
    }
    let (sbs, sy) = (dot(s, &bs), dot(s, y));
    if sbs <= 0.0 {
        return;
    }
    let share = if sy < 0.2 * sbs { 0.8 * sbs / (sbs - sy) } else { 1.0 };
    let mut drawn = [0.0; SIZE];
    for row in 0..size {
        drawn[row] = share * y[row] + (1.0 - share) * bs[row];
    }
    let sy = dot(s, &drawn);
    for row in 0..size {
        for col in 0..size {
            b[row][col] += drawn[row] * drawn[col] / sy - bs[row] * bs[col] / sbs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley.
    struct Valley;

    impl Objective for Valley {
        fn size(&self) -> usize {
            2
        }

        fn value(&mut self, point: &Vector, gradient: &mut Vector) -> f64 {
            let (x, y) = (point[0], point[1]);
            let off = y - x * x;
            (gradient[0], gradient[1]) = (2.0 * (x - 1.0) - 400.0 * off * x, 200.0 * off);
            (x - 1.0).powi(2) + 100.0 * off * off
        }
    }

    fn identity() -> Matrix {
        let mut b = [[0.0; SIZE]; SIZE];
        (0..SIZE).for_each(|row| b[row][row] = 1.0);
        b
    }

    #[test]
    fn finds_the_bottom_of_a_bent_valley() {
        let optimum =
            minimise(&mut Valley, [-1.2, 1.0, 0.0, 0.0, 0.0, 0.0], Some(identity()), &[], None, false);
        assert_eq!(optimum.status, Status::Converged);
        assert!((optimum.point[0] - 1.0).abs() < 1e-5 && (optimum.point[1] - 1.0).abs() < 1e-5);
    }

    /// What has no value anywhere.
    struct Nowhere;

    impl Objective for Nowhere {
        fn size(&self) -> usize {
            1
        }

        fn value(&mut self, _: &Vector, _: &mut Vector) -> f64 {
            f64::NAN
        }
    }

    #[test]
    fn where_there_is_no_value_there_is_no_step() {
        let start = [0.5, 0.0, 0.0, 0.0, 0.0, 0.0];
        let optimum = minimise(&mut Nowhere, start, None, &[], None, false);
        assert_eq!((optimum.status, optimum.point, optimum.iterations), (Status::Stalled, start, 0));
    }

    /// A slope at zero, and no value but there.
    struct Island;

    impl Objective for Island {
        fn size(&self) -> usize {
            1
        }

        fn value(&mut self, point: &Vector, gradient: &mut Vector) -> f64 {
            gradient[0] = 1.0;
            if point[0].abs() > 0.0 { f64::NAN } else { 1.0 }
        }
    }

    #[test]
    fn a_slope_that_leads_nowhere_is_not_an_end() {
        let optimum = minimise(&mut Island, [0.0; SIZE], None, &[], None, false);
        assert_eq!((optimum.status, optimum.point, optimum.iterations), (Status::Stalled, [0.0; SIZE], 2));
    }

    #[test]
    fn stops_at_a_wall_and_says_so() {
        let wall = Constraint { normal: [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0], lower: -0.5 };
        let optimum =
            minimise(&mut Valley, [-1.2, 1.0, 0.0, 0.0, 0.0, 0.0], Some(identity()), &[wall], None, false);
        assert_eq!((optimum.status, optimum.active), (Status::Converged, 1));
        assert!((optimum.point[0] - 0.5).abs() < 1e-12 && (optimum.point[1] - 0.25).abs() < 1e-6);
        assert!((optimum.value - 0.25).abs() < 1e-10);
    }
}
