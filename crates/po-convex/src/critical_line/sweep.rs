//! Follows the solution of `min ½x'Σx - λμ'x` as λ rises from zero.

use po_core::simd::{axpy, dot};
use po_core::Moments;

use super::basis::{Basis, Bordered, FlatDirection};
use crate::solution::Binding;
use crate::{Error, Program, Rows};

/// A rate this small, in units of the largest of its kind, is rounding.
const STILL: f64 = 1e-12;

/// What a number may be off by, in units of the terms that it is a sum of.
const ROUNDING: f64 = 1e-14;

/// Residuals of the equations above this, in units of their right-hand side, call for another step of refinement.
const EXACT: f64 = 1e-17;

/// Residuals above this call for a new inverse.
const WORN: f64 = 1e-7;

/// What is left of a squared length below this, in units of what it was, is rounding.
const DEPENDENT: f64 = 1e-20;

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
struct Piece {
    /// Scaled weight of each asset.
    base: Vec<f64>,
    rate: Vec<f64>,
    /// `Σ x - A'y` of each asset, and `A x` of each row.
    product_base: Vec<f64>,
    product_rate: Vec<f64>,
    /// Multiplier of each row, zero where it does not bind.
    multiplier_base: Vec<f64>,
    multiplier_rate: Vec<f64>,
}

/// The next change of the active set: at which λ, of which asset or row, and where it goes.
#[derive(Clone, Copy, Debug)]
struct Event {
    lambda: f64,
    index: usize,
    place: Place,
    rate: f64,
    /// By how much λ may be off for rounding.
    slack: f64,
}

impl Event {
    /// Whether this event is the next one rather than another.
    ///
    /// Of events that rounding cannot tell apart, those that keep weights within their limits come first, and of these
    /// the fastest; when λ stands still for long, the first in order (Murty 1974).
    fn comes_before(&self, other: &Self, stalled: bool) -> bool {
        if (self.lambda - other.lambda).abs() > self.slack + other.slack {
            return self.lambda < other.lambda;
        }
        if stalled {
            return self.index < other.index;
        }
        match (self.place == Place::Between, other.place == Place::Between) {
            (false, true) => true,
            (true, false) => false,
            _ => self.rate.abs() > other.rate.abs(),
        }
    }
}

/// The state of the line at one λ.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    lower: &'a [f64],
    upper: &'a [f64],
    matrix: Bordered,
    /// Limits of the scaled problem: of assets, then of rows.
    least: Vec<f64>,
    greatest: Vec<f64>,
    /// Scaled means, less what the budget makes indifferent.
    mean: Vec<f64>,
    /// The budget, and by how much its multiplier falls with λ for what was taken off the means.
    budget: Option<(usize, f64)>,
    places: Vec<Place>,
    basis: Basis,
    piece: Piece,
    lambda: f64,
    /// What λ is measured in: the weights at the start in units of the means, all scaled.
    unit: f64,
    /// Whether weights have moved without λ since they were noted.
    walked: bool,
    /// Events in succession that did not move λ.
    idle: usize,
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
    /// Starts at the portfolio of least variance.
    pub(super) fn new(
        moments: &'a Moments,
        lower: &'a [f64],
        upper: &'a [f64],
        rows: &'a Rows,
    ) -> Result<Self, Error> {
        let covariance = moments.covariance();
        let assets = covariance.len();
        let linear = vec![0.0; assets];
        let risk = covariance.into();
        let program =
            Program { risk, scale: 1.0, ridge: &[], linear: &linear, lower, upper, rows, absolute: &[] };
        let start = program.solve()?;
        let matrix = Bordered::new(covariance, rows);
        let mut places: Vec<Place> = (0..assets)
            .map(|asset| match start.active.places[asset] {
                0 => Place::Lower,
                1 => Place::Between,
                _ => Place::Upper,
            })
            .collect();
        places.extend(start.active.rows.iter().map(|binding| match binding {
            Binding::Lower => Place::Lower,
            Binding::None => Place::Between,
            Binding::Upper => Place::Upper,
        }));
        let scaled = |limits: (&[f64], &[f64])| -> Vec<f64> {
            let of_assets = limits.0.iter().zip(&matrix.scale).map(|(limit, scale)| limit / scale);
            let of_rows = limits.1.iter().zip(&matrix.scale[assets..]).map(|(limit, scale)| limit * scale);
            of_assets.chain(of_rows).collect()
        };
        let (least, greatest) = (scaled((lower, rows.lower())), scaled((upper, rows.upper())));
        let (budget, centre) = budget(moments.mean(), rows);
        let mean = moments.mean().iter().zip(&matrix.scale).map(|(mean, scale)| (mean - centre) * scale).collect();
        let mut sweep = Self {
            lower,
            upper,
            matrix,
            least,
            greatest,
            mean,
            budget,
            places,
            basis: Basis::default(),
            piece: Piece::default(),
            lambda: 0.0,
            unit: 0.0,
            walked: false,
            idle: 0,
            points: Vec::new(),
            ray: None,
        };
        sweep.settle(&start.x, &start.rows)?;
        Ok(sweep)
    }

    /// Finds a regular basis for the active set of the start; where there is none, moves along directions without
    /// variance until constraints hold what is left.
    fn settle(&mut self, x: &[f64], multipliers: &[f64]) -> Result<(), Error> {
        let assets = self.matrix.assets;
        self.leave_out_dependent_rows(multipliers);
        let mut u: Vec<f64> = x.iter().zip(&self.matrix.scale).map(|(x, scale)| x / scale).collect();
        if !self.basis.rebuild(&self.matrix, self.bound_and_free()) {
            let mut flat = self.basis.null_space(&self.matrix);
            while let Some(values) = flat.pop() {
                let direction = FlatDirection { members: self.basis.members.clone(), values };
                let hit = self.walk(&direction, None, &mut u)?;
                let at = |values: &[f64]| -> f64 {
                    let column = self.matrix.column(hit.index);
                    if hit.index < assets {
                        let place = self.basis.members.iter().position(|&member| member == hit.index);
                        return place.map_or(0.0, |place| values[place]);
                    }
                    self.basis.members.iter().zip(values).map(|(&member, value)| column[member] * value).sum()
                };
                let own = at(&direction.values);
                for other in &mut flat {
                    axpy(-at(other) / own, &direction.values, other);
                }
                self.places[hit.index] = hit.place;
            }
            if !self.basis.rebuild(&self.matrix, self.bound_and_free()) {
                return Err(self.lost());
            }
        }
        Ok(())
    }

    /// Of the rows that hold, keeps a set that is independent on the free assets: first those with a multiplier.
    fn leave_out_dependent_rows(&mut self, multipliers: &[f64]) {
        let assets = self.matrix.assets;
        let free: Vec<usize> = (0..assets).filter(|&asset| self.places[asset] == Place::Between).collect();
        let mut order: Vec<usize> =
            (0..multipliers.len()).filter(|&row| self.places[assets + row] != Place::Between).collect();
        order.sort_by_key(|&row| multipliers[row] == 0.0);
        let mut kept: Vec<Vec<f64>> = Vec::new();
        for row in order {
            let column = self.matrix.column(assets + row);
            let mut rest: Vec<f64> = free.iter().map(|&asset| column[asset]).collect();
            let size = dot(&rest, &rest);
            // Twice, so that what rounding leaves of the first time is gone.
            for other in kept.iter().chain(&kept) {
                axpy(-dot(other, &rest), other, &mut rest);
            }
            let left = dot(&rest, &rest);
            if left > DEPENDENT * size {
                rest.iter_mut().for_each(|entry| *entry /= left.sqrt());
                kept.push(rest);
            } else {
                self.places[assets + row] = Place::Between;
            }
        }
    }

    fn bound_and_free(&self) -> Vec<usize> {
        let assets = self.matrix.assets;
        let is_member = |&index: &usize| (self.places[index] == Place::Between) == (index < assets);
        (0..self.matrix.size).filter(is_member).collect()
    }

    fn is_equation(&self, index: usize) -> bool {
        self.least[index] >= self.greatest[index]
    }

    fn lost(&self) -> Error {
        Error::Numerical { iterations: self.points.len() }
    }

    /// Follows the line to its end.
    pub(super) fn run(&mut self) -> Result<(), Error> {
        let mut rate: Vec<f64> = Vec::new();
        let limit = EVENTS * self.matrix.size + EVENTS;
        for _ in 0..limit {
            self.solve()?;
            let still = STILL * largest(&self.mean);
            if self.points.is_empty() {
                self.unit = largest(&self.piece.base) / largest(&self.mean);
                self.record();
            } else if self.walked || turns(&rate, &self.piece.rate, still) {
                self.record();
            }
            self.walked = false;
            rate.clone_from(&self.piece.rate);
            let Some(event) = self.next_event() else {
                if largest(&rate) > still {
                    self.ray = Some(rate.iter().zip(&self.matrix.scale).map(|(u, scale)| u * scale).collect());
                }
                return Ok(());
            };
            if event.lambda > self.lambda + event.slack {
                self.lambda = event.lambda;
                self.idle = 0;
            } else {
                self.idle += 1;
            }
            self.apply(event)?;
        }
        Err(self.lost())
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
                if !self.basis.rebuild(&self.matrix, self.basis.members.clone()) {
                    return Err(self.lost());
                }
                continue;
            }
            for (position, &member) in members.iter().enumerate() {
                // The unknowns of rows are minus their multipliers.
                match member.checked_sub(assets) {
                    None => (base[member], rate[member]) = (first.0[position], second.0[position]),
                    Some(row) => {
                        (multiplier_base[row], multiplier_rate[row]) = (-first.0[position], -second.0[position]);
                    }
                }
            }
            break;
        }
        Ok(())
    }

    /// The first change of the active set above λ.
    fn next_event(&self) -> Option<Event> {
        let Piece { base, rate, product_base, product_rate, multiplier_base, multiplier_rate } = &self.piece;
        let assets = self.matrix.assets;
        let pull = STILL * largest(&self.mean);
        let still = pull.max(STILL * largest(rate));
        // Multipliers are sums over all weights, and lose what these cancel.
        let terms = largest(base) + self.lambda * largest(rate);
        let mut next: Option<Event> = None;
        let mut consider = |index: usize, (value, limit): (f64, f64), rate: f64, place: Place| {
            let lambda = ((limit - value) / rate).max(self.lambda);
            let terms = if place == Place::Between { terms } else { value.abs() + limit.abs() };
            let event = Event { lambda, index, place, rate, slack: ROUNDING * (lambda + terms / rate.abs()) };
            if next.is_none_or(|next| event.comes_before(&next, self.idle > self.matrix.size)) {
                next = Some(event);
            }
        };
        for index in 0..self.matrix.size {
            let (least, greatest) = (self.least[index], self.greatest[index]);
            let is_asset = index < assets;
            let bound = self.places[index] != Place::Between;
            if bound {
                // Of a bound or a row that holds: its multiplier, positive at a lower limit and negative at an upper.
                let (value, rate) = if is_asset {
                    (product_base[index], product_rate[index] - self.mean[index])
                } else {
                    (multiplier_base[index - assets], multiplier_rate[index - assets])
                };
                let falls = if self.places[index] == Place::Lower { rate < -pull } else { rate > pull };
                if falls && !self.is_equation(index) {
                    consider(index, (value, 0.0), rate, Place::Between);
                }
            } else {
                let (value, rate, still) = if is_asset {
                    (base[index], rate[index], still)
                } else {
                    (product_base[index], product_rate[index], still)
                };
                if rate < -still && least.is_finite() {
                    consider(index, (value, least), rate, Place::Lower);
                } else if rate > still && greatest.is_finite() {
                    consider(index, (value, greatest), rate, Place::Upper);
                }
            }
        }
        next
    }

    fn apply(&mut self, event: Event) -> Result<(), Error> {
        let Event { index, place, .. } = event;
        let was = std::mem::replace(&mut self.places[index], place);
        let Err(mut direction) = self.exchange(index) else { return Ok(()) };
        if place != Place::Between {
            // What moves can be held: the inverse was worn.
            let held = self.basis.rebuild(&self.matrix, self.bound_and_free());
            return if held { Ok(()) } else { Err(self.lost()) };
        }
        // Without this constraint, the weights can move at no variance: they do, at this very λ, until others hold.
        if self.lambda > 0.0 {
            self.record();
        } else {
            // Of the portfolios of least variance, the line begins at the one with the greatest return.
            self.points.clear();
        }
        if was == Place::Upper {
            direction.values.iter_mut().for_each(|value| *value = -*value);
        }
        let mut u: Vec<f64> =
            self.piece.base.iter().zip(&self.piece.rate).map(|(base, rate)| base + self.lambda * rate).collect();
        let hit = self.walk(&direction, Some((index, was)), &mut u)?;
        self.places[hit.index] = hit.place;
        self.walked = true;
        if hit.index == index {
            return Ok(());
        }
        // What holds goes first: without it, what leaves would leave the matrix singular.
        let exchanged = self.exchange(hit.index).is_ok() && self.exchange(index).is_ok();
        if exchanged || self.basis.rebuild(&self.matrix, self.bound_and_free()) { Ok(()) } else { Err(self.lost()) }
    }

    /// Takes an asset or a row into the basis, or out of it, as its place says.
    fn exchange(&mut self, index: usize) -> Result<(), FlatDirection> {
        if (index < self.matrix.assets) == (self.places[index] == Place::Between) {
            self.basis.add(&self.matrix, index)
        } else {
            self.basis.remove(&self.matrix, index)
        }
    }

    /// Moves along a direction without variance, to the first constraint that stops it; `leaving` is the constraint
    /// that is being left, and the limit that it was at.
    fn walk(
        &self,
        direction: &FlatDirection,
        leaving: Option<(usize, Place)>,
        u: &mut [f64],
    ) -> Result<Event, Error> {
        let (assets, size) = (self.matrix.assets, self.matrix.size);
        let mut step = vec![0.0; assets];
        for (&member, &value) in direction.members.iter().zip(&direction.values) {
            if member < assets {
                step[member] = value;
            }
        }
        let gain: f64 = step.iter().zip(&self.mean).map(|(step, mean)| step * mean).sum();
        if leaving.is_none() && gain < 0.0 {
            step.iter_mut().for_each(|step| *step = -*step);
        }
        let all: Vec<usize> = (0..assets).collect();
        let (mut from, mut rates) = (vec![0.0; size], vec![0.0; size]);
        self.matrix.add_product(&all, u, &mut from);
        self.matrix.add_product(&all, &step, &mut rates);
        from[..assets].copy_from_slice(u);
        rates[..assets].copy_from_slice(&step);
        let still = 1e-9 * largest(&step);
        let mut hit: Option<Event> = None;
        for index in 0..size {
            let own = leaving.filter(|(leaving, _)| *leaving == index).map(|(_, was)| was);
            if self.places[index] != Place::Between || (index >= assets && self.is_equation(index)) {
                continue;
            }
            let (rate, from) = (rates[index], from[index]);
            let (limit, place) = if rate > still {
                (self.greatest[index], Place::Upper)
            } else if rate < -still {
                (self.least[index], Place::Lower)
            } else {
                continue;
            };
            if own == Some(place) || limit.is_infinite() {
                continue;
            }
            let length = ((limit - from) / rate).max(0.0);
            if hit.is_none_or(|hit| length < hit.lambda) {
                hit = Some(Event { lambda: length, index, place, rate, slack: 0.0 });
            }
        }
        let Some(hit) = hit else {
            let fastest = step.iter().zip(&self.matrix.scale).map(|(step, scale)| (step * scale).abs());
            let (asset, _) = fastest.enumerate().fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
            return Err(Error::Unbounded { asset });
        };
        axpy(hit.lambda, &step, u);
        Ok(hit)
    }

    /// Notes the weights at λ, unless they are those noted last.
    fn record(&mut self) {
        let Self { piece, lambda, matrix, .. } = &*self;
        let assets = matrix.assets;
        let weights: Vec<f64> = (0..assets)
            .map(|asset| match self.places[asset] {
                Place::Lower => self.lower[asset],
                Place::Upper => self.upper[asset],
                Place::Between => {
                    let weight = (piece.base[asset] + lambda * piece.rate[asset]) * matrix.scale[asset];
                    weight.clamp(self.lower[asset], self.upper[asset])
                }
            })
            .collect();
        if let Some(last) = self.points.last() {
            let size = largest(&weights);
            let same = |(a, b): (&f64, &f64)| (a - b).abs() <= STILL * size;
            if *lambda - last.lambda <= STILL * lambda.max(self.unit) && weights.iter().zip(&last.weights).all(same) {
                return;
            }
        }
        let rows = piece.multiplier_base.iter().zip(&piece.multiplier_rate).zip(&matrix.scale[assets..]);
        let mut rows: Vec<f64> = rows.map(|((base, rate), scale)| (base + lambda * rate) * scale).collect();
        if let Some((budget, fall)) = self.budget {
            rows[budget] -= lambda * fall;
        }
        let lambda = *lambda;
        self.points.push(Point { lambda, weights, rows });
    }
}

/// A row that fixes the sum of all weights: what it makes indifferent, the middle of the means, and by how much its
/// multiplier changes for that. Differences of means are then not drowned in their common level.
fn budget(mean: &[f64], rows: &Rows) -> (Option<(usize, f64)>, f64) {
    #[expect(clippy::float_cmp, reason = "a multiple of the budget has coefficients that are the same to the bit")]
    let fixes_sum = |&row: &usize| {
        let first = rows.row(row)[0];
        first != 0.0 && rows.lower()[row] >= rows.upper()[row] && rows.row(row).iter().all(|entry| *entry == first)
    };
    let Some(row) = (0..rows.len()).find(fixes_sum) else { return (None, 0.0) };
    let least = mean.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = mean.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let centre = 0.5 * (least + greatest);
    (Some((row, centre / rows.row(row)[0])), centre)
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

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}
