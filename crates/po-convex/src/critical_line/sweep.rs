//! Follows the solution of `min ½x'Σx - λμ'x` as λ rises from zero.

use po_core::simd::axpy;

use super::basis::{Basis, Bordered};
use crate::Error;

/// A rate this small, in units of the largest of its kind, is rounding.
pub(super) const STILL: f64 = 1e-12;

/// Residuals of the equations above this, in units of their right-hand side, call for another step of refinement.
const EXACT: f64 = 1e-17;

/// Residuals above this call for a new inverse.
const WORN: f64 = 1e-7;

/// Events for each asset and row, at most; the lines of real markets have fewer than one.
const EVENTS: usize = 50;

/// Where an asset stands, or whether a row binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Lower,
    /// A free asset; a row that does not bind.
    Between,
    Upper,
}

/// One straight piece: weights and multipliers at λ are `base + λ rate`.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Scaled weight of each asset.
    pub(super) base: Vec<f64>,
    pub(super) rate: Vec<f64>,
    /// `Σ x - A'y` of each asset, and `A x` of each row.
    pub(super) product_base: Vec<f64>,
    pub(super) product_rate: Vec<f64>,
    /// Multiplier of each row, zero where it does not bind.
    pub(super) multiplier_base: Vec<f64>,
    pub(super) multiplier_rate: Vec<f64>,
}

/// The state of the line at one λ.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    pub(super) lower: &'a [f64],
    pub(super) upper: &'a [f64],
    pub(super) matrix: Bordered,
    /// Limits of the scaled problem: of assets, then of rows.
    pub(super) least: Vec<f64>,
    pub(super) greatest: Vec<f64>,
    /// Scaled means, less what the budget makes indifferent.
    pub(super) mean: Vec<f64>,
    /// The budget, and by how much its multiplier falls with λ for what was taken off the means.
    pub(super) budget: Option<(usize, f64)>,
    pub(super) places: Vec<Place>,
    pub(super) basis: Basis,
    pub(super) piece: Piece,
    pub(super) lambda: f64,
    /// What λ is measured in: the weights at the start in units of the means, all scaled.
    pub(super) unit: f64,
    /// Whether weights have moved without λ since they were noted.
    pub(super) walked: bool,
    /// Events in succession that did not move λ.
    pub(super) idle: usize,
    pub(super) points: Vec<Point>,
    /// The direction in which the line goes on for ever, per unit of λ.
    pub(super) ray: Option<Vec<f64>>,
}

/// A point at which the line turns.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) lambda: f64,
    pub(super) weights: Vec<f64>,
    /// Multipliers of the rows.
    pub(super) rows: Vec<f64>,
}

impl<'a> Sweep<'a> {
    pub(super) fn bound_and_free(&self) -> Vec<usize> {
        let assets = self.matrix.assets;
        let is_member = |&index: &usize| (self.places[index] == Place::Between) == (index < assets);
        (0..self.matrix.size).filter(is_member).collect()
    }

    pub(super) fn is_equation(&self, index: usize) -> bool {
        self.least[index] >= self.greatest[index]
    }

    /// Inverts the equations of the present active set from scratch.
    pub(super) fn rebuild(&mut self) -> Result<(), Error> {
        let regular = self.basis.rebuild(&self.matrix, self.bound_and_free());
        regular.then_some(()).ok_or(Error::Numerical { iterations: self.points.len() })
    }

    /// Follows the line to its end.
    pub(super) fn run(&mut self) -> Result<(), Error> {
        self.solve()?;
        self.unit = largest(&self.piece.base) / largest(&self.mean);
        self.note(self.point());
        let still = STILL * largest(&self.mean);
        let limit = EVENTS * self.matrix.size + EVENTS;
        let mut left = limit;
        while left > 0 && self.advance(still)? {
            left -= 1;
        }
        if left > 0 { Ok(()) } else { Err(Error::Numerical { iterations: limit }) }
    }

    /// Goes on to where the line may turn next; `false` at its end.
    fn advance(&mut self, still: f64) -> Result<bool, Error> {
        let rate = self.piece.rate.clone();
        let Some(event) = self.next_event() else {
            if largest(&rate) > still {
                self.ray = Some(rate.iter().zip(&self.matrix.scale).map(|(u, scale)| u * scale).collect());
            }
            return Ok(false);
        };
        if event.lambda > self.lambda + event.slack {
            self.lambda = event.lambda;
            self.idle = 0;
        } else {
            self.idle += 1;
        }
        let before = self.point();
        self.walked = false;
        self.apply(event)?;
        self.solve()?;
        // The flatter of two pieces knows better where they meet.
        if self.walked || self.points.is_empty() || largest(&self.piece.rate) <= largest(&rate) {
            if self.walked || turns(&rate, &self.piece.rate, still) {
                self.note(self.point());
            }
        } else if turns(&rate, &self.piece.rate, still) {
            self.note(self.placed(before));
        }
        Ok(true)
    }

    /// The straight piece of the present active set.
    fn solve(&mut self) -> Result<(), Error> {
        let (assets, size) = (self.matrix.assets, self.matrix.size);
        for attempt in 0..2 {
            let members = &self.basis.members;
            let Piece { base, rate, product_base, product_rate, multiplier_base, multiplier_rate } =
                &mut self.piece;
            for part in [&mut *base, &mut *rate] {
                part.clear();
                part.resize(assets, 0.0);
            }
            for part in [&mut *product_base, &mut *product_rate] {
                part.clear();
                part.resize(size, 0.0);
            }
            for part in [&mut *multiplier_base, &mut *multiplier_rate] {
                part.clear();
                part.resize(size - assets, 0.0);
            }
            for (asset, base) in base.iter_mut().enumerate().take(assets) {
                let bound = match self.places[asset] {
                    Place::Lower => self.least[asset],
                    Place::Upper => self.greatest[asset],
                    Place::Between => continue,
                };
                *base = bound;
                self.matrix.add_product(&[asset], &[bound], product_base);
            }
            let target = |&member: &usize| match self.places[member] {
                _ if member < assets => 0.0,
                Place::Lower => self.least[member],
                _ => self.greatest[member],
            };
            let targets: Vec<f64> = members.iter().map(target).collect();
            let pulls: Vec<f64> =
                members.iter().map(|&member| self.mean.get(member).copied().unwrap_or(0.0)).collect();
            let fixed = largest(product_base);
            let first = refine(&self.basis, &self.matrix, &targets, fixed, product_base);
            let second = refine(&self.basis, &self.matrix, &pulls, 0.0, product_rate);
            if attempt == 0 && first.1.max(second.1) > WORN {
                self.rebuild()?;
                continue;
            }
            for (position, &member) in members.iter().enumerate() {
                // The unknowns of rows are minus their multipliers.
                match member.checked_sub(assets) {
                    None => (base[member], rate[member]) = (first.0[position], second.0[position]),
                    Some(row) => {
                        (multiplier_base[row], multiplier_rate[row]) =
                            (-first.0[position], -second.0[position]);
                    }
                }
            }
            break;
        }
        Ok(())
    }

    /// The weights and multipliers at λ.
    pub(super) fn point(&self) -> Point {
        let Self { piece, lambda, matrix, .. } = self;
        let assets = matrix.assets;
        let at = |base: &f64, rate: &f64| base + lambda * rate;
        let weights = piece.base.iter().zip(&piece.rate).zip(&matrix.scale);
        let weights = weights.map(|((base, rate), scale)| at(base, rate) * scale).collect();
        let rows = piece.multiplier_base.iter().zip(&piece.multiplier_rate).zip(&matrix.scale[assets..]);
        let mut rows: Vec<f64> = rows.map(|((base, rate), scale)| at(base, rate) * scale).collect();
        if let Some((budget, fall)) = self.budget {
            rows[budget] -= lambda * fall;
        }
        self.placed(Point { lambda: *lambda, weights, rows })
    }

    /// The point with all weights at or within their bounds, to the bit.
    fn placed(&self, mut point: Point) -> Point {
        for (asset, weight) in point.weights.iter_mut().enumerate() {
            *weight = match self.places[asset] {
                Place::Lower => self.lower[asset],
                Place::Upper => self.upper[asset],
                Place::Between => weight.clamp(self.lower[asset], self.upper[asset]),
            };
        }
        point
    }

    /// Notes a point at which the line turns, unless it is the one noted last.
    pub(super) fn note(&mut self, point: Point) {
        if let Some(last) = self.points.last() {
            let size = largest(&point.weights);
            let same = |(a, b): (&f64, &f64)| (a - b).abs() <= STILL * size;
            let near = STILL * point.lambda.max(self.unit);
            if point.lambda - last.lambda <= near && point.weights.iter().zip(&last.weights).all(same) {
                return;
            }
        }
        self.points.push(point);
    }
}

/// Solves for the members and adds the product of the solution to `product`, which holds that of the fixed weights:
/// on the members it is then the right-hand side. Refined until it is; with the residual of the first attempt, in
/// units of what was solved for.
fn refine(
    basis: &Basis,
    matrix: &Bordered,
    target: &[f64],
    fixed: f64,
    product: &mut [f64],
) -> (Vec<f64>, f64) {
    let size = largest(target).max(fixed);
    let mut solution = vec![0.0; target.len()];
    let mut correction = vec![0.0; target.len()];
    let mut first = 0.0;
    let mut before = f64::INFINITY;
    for step in 0..4 {
        let residual: Vec<f64> =
            basis.members.iter().zip(target).map(|(&member, target)| target - product[member]).collect();
        let worst = largest(&residual);
        if step == 1 {
            first = worst / size;
        }
        if worst <= EXACT * size || worst >= before {
            break;
        }
        before = worst;
        basis.solve(&residual, &mut correction);
        axpy(1.0, &correction, &mut solution);
        matrix.add_product(&basis.members, &correction, product);
    }
    (solution, first)
}

fn turns(before: &[f64], after: &[f64], still: f64) -> bool {
    let near = STILL * largest(before).max(largest(after)) + still;
    before.iter().zip(after).any(|(before, after)| (before - after).abs() > near)
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}
