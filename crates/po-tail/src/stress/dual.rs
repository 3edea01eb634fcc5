//! The dual of entropy pooling, and Newton's method on it.

use po_core::linalg::{Cholesky, gram_into};
use po_core::nalgebra::DMatrix;
use po_core::simd::{dot, exp_of_negative, sum};
use po_core::threads;
use pulp::{Arch, Simd, WithSimd};

use crate::Error;

/// Scenarios per piece of work: with tens of rows, a piece stays in the cache of a core.
const PIECE: usize = 1024;

/// Scenarios from which on a second thread is worth starting.
const MANY: usize = 32_768;

/// Beyond the least logarithm of a probability the dual falls only where there is no answer.
const BEYOND: f64 = 1e-6;

/// Steps, each half of the one before, after which a direction leads nowhere.
const HALVINGS: usize = 60;

/// What the expected value of a quantity must be: `E_p[a] = 0`, or `E_p[a] <= 0`.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// What stands for the quantity in each scenario, less its target, over its scale.
    pub(super) values: Vec<f64>,
    /// Whether less than the target will do.
    pub(super) at_most: bool,
}

/// Where the dual was left.
#[derive(Clone, Debug)]
pub(super) struct Dual {
    pub(super) multipliers: Vec<f64>,
    pub(super) probabilities: Vec<f64>,
    /// The greatest violation, in scales of the rows.
    pub(super) gradient: f64,
    pub(super) iterations: usize,
    /// Whether the rows have been proven to contradict each other.
    pub(super) impossible: bool,
}

/// The dual function at one point, with two derivatives.
struct Point {
    value: f64,
    gradient: Vec<f64>,
    hessian: DMatrix<f64>,
}

/// What a piece of the scenarios adds, relative to its greatest exponent.
struct Part {
    greatest: f64,
    weight: f64,
    first: Vec<f64>,
    second: DMatrix<f64>,
}

/// Minimises `ln Σ_s q_s exp(-λ'a_s)` over λ, with `λ_k >= 0` where less than the target will do.
pub(super) fn solve(
    log_prior: &[f64],
    rows: &[Row],
    start: Option<Vec<f64>>,
    tolerance: f64,
    most: usize,
) -> Result<Dual, Error> {
    let mut lambda = start.filter(|start| start.len() == rows.len()).unwrap_or_else(|| vec![0.0; rows.len()]);
    let least = log_prior.iter().copied().fold(0.0, f64::min) - BEYOND;
    let mut point = evaluate(log_prior, rows, &lambda)?;
    let (mut iterations, mut impossible) = (0, false);
    let mut factor = Cholesky::default();
    while residual(rows, &lambda, &point.gradient) > tolerance && iterations < most {
        iterations += 1;
        let Some(step) = direction(rows, &lambda, &point, &mut factor) else { break };
        let Some((next, there)) = searched(log_prior, rows, &lambda, &point, &step)? else { break };
        (lambda, point) = (next, there);
        if point.value < least {
            impossible = true;
            break;
        }
    }
    let gradient = residual(rows, &lambda, &point.gradient);
    let probabilities = probabilities(log_prior, rows, &lambda, point.value);
    Ok(Dual { multipliers: lambda, probabilities, gradient, iterations, impossible })
}

/// How far the expected values are from what they must be.
fn residual(rows: &[Row], lambda: &[f64], gradient: &[f64]) -> f64 {
    let each = rows.iter().zip(lambda).zip(gradient).map(|((row, lambda), slope)| {
        if row.at_most && *lambda <= 0.0 { (-slope).max(0.0) } else { slope.abs() }
    });
    each.fold(0.0, f64::max)
}

/// Newton's step in the multipliers that may move.
fn direction(rows: &[Row], lambda: &[f64], point: &Point, factor: &mut Cholesky) -> Option<Vec<f64>> {
    let at_bound = |k: usize| rows[k].at_most && lambda[k] <= 0.0;
    let mut free: Vec<usize> =
        (0..rows.len()).filter(|&k| !(at_bound(k) && point.gradient[k] >= 0.0)).collect();
    loop {
        let step = solved(point, &free, factor)?;
        // One at its bound that would be led below it by the others has to wait for them.
        let before = free.len();
        let waits = |k: usize| at_bound(k) && step[k] < 0.0;
        free.retain(|&k| !waits(k));
        if free.len() == before || free.is_empty() {
            return Some(step).filter(|_| !free.is_empty());
        }
    }
}

/// `-H⁻¹ g` in some of the multipliers, zero in the others.
fn solved(point: &Point, free: &[usize], factor: &mut Cholesky) -> Option<Vec<f64>> {
    let largest = free.iter().map(|&k| point.hessian[(k, k)]).fold(f64::MIN_POSITIVE, f64::max);
    let slopes: Vec<f64> = free.iter().map(|&k| -point.gradient[k]).collect();
    // Two rows that say the same make the Hessian singular; a ridge of rounding then decides between them.
    let solved = [1e-15, 1e-12, 1e-9, 1e-6, 1e-3].iter().find_map(|ridge| {
        let fill = |col: usize, below: &mut [f64]| {
            for (place, entry) in below.iter_mut().enumerate() {
                *entry = point.hessian[(free[col + place], free[col])];
            }
            below[0] += ridge * largest;
        };
        factor.factor_columns(free.len(), fill).and_then(|()| factor.solve(&slopes)).ok()
    })?;
    let mut step = vec![0.0; point.gradient.len()];
    free.iter().zip(solved).for_each(|(&k, value)| step[k] = value);
    Some(step)
}

/// The first point on the way that is lower by enough: on the way bent at the bounds, or else on the straight way up to
/// the first of them, where some point always is.
fn searched(
    log_prior: &[f64],
    rows: &[Row],
    lambda: &[f64],
    point: &Point,
    step: &[f64],
) -> Result<Option<(Vec<f64>, Point)>, Error> {
    const ENOUGH: f64 = 1e-4;
    let here = residual(rows, lambda, &point.gradient);
    let noise = 4.0 * f64::EPSILON * (1.0 + point.value.abs());
    let falls = rows.iter().zip(lambda).zip(step).filter(|((row, _), step)| row.at_most && **step < 0.0);
    let first = falls.map(|((_, lambda), step)| -lambda / step).fold(1.0, f64::min);
    for from in [1.0, first] {
        let mut length = from;
        for _ in 0..HALVINGS {
            let moved: Vec<f64> = moved(rows, lambda, step, length);
            let changes = moved.iter().zip(lambda).zip(&point.gradient);
            let change: f64 = changes.map(|((new, old), slope)| slope * (new - old)).sum();
            let there = evaluate(log_prior, rows, &moved)?;
            let nearer = residual(rows, &moved, &there.gradient) < here;
            let lower = there.value <= point.value + ENOUGH * change && change < -noise;
            // So near to the end the values are noise, and the gradient tells which point is nearer.
            let flat = (there.value - point.value).abs() <= noise;
            if lower || (flat && nearer) {
                return Ok(Some((moved, there)));
            }
            length *= 0.5;
        }
        if first >= 1.0 {
            break;
        }
    }
    Ok(None)
}

/// A step of some length, no further than the bounds.
fn moved(rows: &[Row], lambda: &[f64], step: &[f64], length: f64) -> Vec<f64> {
    let each = rows.iter().zip(lambda).zip(step).map(|((row, lambda), step)| {
        let moved = lambda + length * step;
        // What is left of a multiplier by rounding would keep it from its bound.
        if row.at_most && moved <= 1e-14 * lambda.abs() { 0.0 } else { moved }
    });
    each.collect()
}

fn evaluate(log_prior: &[f64], rows: &[Row], lambda: &[f64]) -> Result<Point, Error> {
    let (size, count) = (log_prior.len(), rows.len());
    let threads = if size < MANY { 1 } else { threads::processors() };
    let place = || (vec![0.0; PIECE], DMatrix::zeros(PIECE, count));
    let parts = threads::each((0..size).step_by(PIECE), threads, place, |(weights, scaled), _, from| {
        part(log_prior, rows, lambda, from..(from + PIECE).min(size), weights, scaled)
    });
    let parts = parts.into_iter().collect::<Result<Vec<_>, Error>>()?;
    let greatest = parts.iter().map(|part| part.greatest).fold(f64::NEG_INFINITY, f64::max);
    let (mut weight, mut first) = (0.0, vec![0.0; count]);
    let mut second = DMatrix::<f64>::zeros(count, count);
    for part in &parts {
        let share = (part.greatest - greatest).exp();
        weight += share * part.weight;
        first.iter_mut().zip(&part.first).for_each(|(sum, own)| *sum += share * own);
        second.iter_mut().zip(&part.second).for_each(|(sum, own)| *sum += share * own);
    }
    let means: Vec<f64> = first.iter().map(|sum| sum / weight).collect();
    let hessian =
        DMatrix::from_fn(count, count, |row, col| second[(row, col)] / weight - means[row] * means[col]);
    let gradient = means.iter().map(|mean| -mean).collect();
    Ok(Point { value: greatest + weight.ln(), gradient, hessian })
}

fn part(
    log_prior: &[f64],
    rows: &[Row],
    lambda: &[f64],
    range: std::ops::Range<usize>,
    weights: &mut [f64],
    scaled: &mut DMatrix<f64>,
) -> Result<Part, Error> {
    let weights = &mut weights[..range.len()];
    let greatest = exponents(log_prior, rows, lambda, range.clone(), weights);
    Arch::new().dispatch(Exponentials { values: weights, shift: greatest });
    let first = rows.iter().map(|row| dot(weights, &row.values[range.clone()])).collect();
    let weight = sum(weights);
    weights.iter_mut().for_each(|weight| *weight = weight.sqrt());
    for (column, row) in scaled.as_mut_slice().chunks_exact_mut(PIECE).zip(rows) {
        let (column, beyond) = column.split_at_mut(range.len());
        beyond.fill(0.0);
        let values = &row.values[range.clone()];
        column.iter_mut().zip(values).zip(&*weights).for_each(|((x, a), root)| *x = a * root);
    }
    let mut second = DMatrix::zeros(rows.len(), rows.len());
    gram_into(1.0, scaled.as_view(), &mut second)?;
    Ok(Part { greatest, weight, first, second })
}

/// Writes `ln q_s - λ'a_s`, and returns the greatest.
fn exponents(
    log_prior: &[f64],
    rows: &[Row],
    lambda: &[f64],
    range: std::ops::Range<usize>,
    exponents: &mut [f64],
) -> f64 {
    exponents.copy_from_slice(&log_prior[range.clone()]);
    for (row, lambda) in rows.iter().zip(lambda) {
        po_core::simd::axpy(-lambda, &row.values[range.clone()], exponents);
    }
    exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn probabilities(log_prior: &[f64], rows: &[Row], lambda: &[f64], value: f64) -> Vec<f64> {
    let mut all = vec![0.0; log_prior.len()];
    exponents(log_prior, rows, lambda, 0..log_prior.len(), &mut all);
    // The value is the logarithm of a sum of all: no exponent is above it but for rounding.
    all.iter_mut().for_each(|exponent| *exponent = exponent.min(value));
    Arch::new().dispatch(Exponentials { values: &mut all, shift: value });
    let total = sum(&all);
    all.iter_mut().for_each(|probability| *probability /= total);
    all
}

struct Exponentials<'a> {
    values: &'a mut [f64],
    shift: f64,
}

impl WithSimd for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.values.iter_mut().for_each(|value| *value = exp_of_negative(*value - self.shift));
    }
}
