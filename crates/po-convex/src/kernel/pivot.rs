//! One round of the active-set method: solve for a guess, and tell which guesses were wrong.

use po_core::simd::dot;

use super::border::{Border, Kept};
use super::breakpoints::{Breakpoints, is_fixed};
use super::form::{Form, Singular, System};
use crate::solution::Binding;
use crate::{Absolute, ActiveSet, Program, ProgramSolution};

/// Violations below this, in units of what is compared, are rounding.
const ROUNDING: f64 = 1e-12;

/// A row that holds to this is kept.
const KEPT: f64 = 1e-11;

/// A squared norm below this, in units of what it was, marks a row that depends on those before it.
const DEPENDENT: f64 = 1e-13;

/// Working memory of the rounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    pub(crate) breakpoints: Breakpoints,
    system: System,
    /// Free assets, ascending, and their weights.
    free: Vec<usize>,
    free_weights: Vec<f64>,
    /// Assets that stand at a breakpoint other than zero, and where.
    fixed: Vec<usize>,
    fixed_weights: Vec<f64>,
    /// Rows that bind: linear ones by number, then families.
    binding: Vec<usize>,
    /// Right-hand sides: minus the gradient, then a column per binding row; and their solutions.
    sides: Vec<f64>,
    solutions: Vec<f64>,
    /// `V' H^{-1} V`, its triangular factor in place, and the multipliers.
    schur: Vec<f64>,
    multipliers: Vec<f64>,
    /// Binding rows that the free assets cannot satisfy, and the direction in which they miss their limits.
    missed: Vec<(usize, f64)>,
    border: Border,
    /// `H x + c`, and minus what the binding rows pull.
    pub(crate) gradient: Vec<f64>,
    slopes: Vec<f64>,
    /// Values that a product needs on the way.
    product: Vec<f64>,
}

/// A pull towards an anchor, `shift/2 |x - anchor|²`, that makes a singular programme regular.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proximal<'a> {
    pub(crate) shift: f64,
    pub(crate) anchor: &'a [f64],
}

impl Proximal<'_> {
    pub(crate) const NONE: Self = Self { shift: 0.0, anchor: &[] };

    fn pull(&self, asset: usize) -> f64 {
        self.anchor.get(asset).map_or(0.0, |anchor| self.shift * anchor)
    }
}

impl Round {
    /// Forgets the last factorisation: what comes is another programme.
    pub(crate) fn begin(&mut self) {
        self.border.ready = false;
    }

    /// Solves the equations of optimality for the guess in `solution.active`.
    pub(crate) fn solve(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Singular> {
        self.sort(program, solution);
        self.pull_of_fixed(program, form, proximal);
        let bordered = self.border.solve(
            (program, form, &self.breakpoints),
            (&mut self.system, proximal.shift),
            &solution.active,
            &mut solution.x,
            &mut self.multipliers,
        );
        if bordered {
            self.missed.clear();
        } else {
            self.factor(program, form, proximal, solution)?;
        }
        self.free_weights.clear();
        self.free_weights.extend(self.free.iter().map(|&asset| solution.x[asset]));
        form.add_product(&self.free, &self.free_weights, &mut self.product, &mut self.gradient);
        let ridge = |asset: usize| proximal.shift + program.ridge.get(asset).copied().unwrap_or(0.0);
        if proximal.shift > 0.0 || !program.ridge.is_empty() {
            for (asset, (gradient, weight)) in self.gradient.iter_mut().zip(&solution.x).enumerate() {
                *gradient += ridge(asset) * weight;
            }
        }
        self.hand_over(program, solution);
        Ok(())
    }

    /// The gradient where all free weights are zero.
    fn pull_of_fixed(&mut self, program: &Program<'_>, form: &Form<'_>, proximal: Proximal<'_>) {
        self.gradient.clear();
        self.gradient.extend((0..program.len()).map(|asset| program.linear[asset] - proximal.pull(asset)));
        form.add_product(&self.fixed, &self.fixed_weights, &mut self.product, &mut self.gradient);
    }

    /// Solves by a new factorisation.
    fn factor(
        &mut self,
        program: &Program<'_>,
        form: &Form<'_>,
        proximal: Proximal<'_>,
        solution: &mut ProgramSolution,
    ) -> Result<(), Singular> {
        self.border.ready = false;
        self.assemble(program, &solution.active);
        let (free, rows) = (self.free.len(), self.binding.len());
        self.solutions.resize(self.sides.len(), 0.0);
        if free > 0 {
            self.system.factor(form, (program.ridge, proximal.shift), &self.free)?;
            self.system.solve(&self.sides, &mut self.solutions)?;
        }
        let Self { free: assets, sides, solutions, gradient, multipliers: limits, border, .. } = &mut *self;
        let kept = Kept { free: assets, sides, solutions, gradient, limits };
        border.keep(&solution.active, program.rows.len(), kept);
        self.eliminate();
        let (weights, pulls) = self.solutions.split_at_mut(free);
        for (row, multiplier) in self.multipliers.iter().enumerate().take(rows) {
            po_core::simd::axpy(*multiplier, &pulls[row * free..][..free], weights);
        }
        for (&asset, &weight) in self.free.iter().zip(&*weights) {
            solution.x[asset] = weight;
        }
        Ok(())
    }

    /// Sorts assets and rows by the guess, and sets the weights that it fixes.
    fn sort(&mut self, program: &Program<'_>, solution: &mut ProgramSolution) {
        solution.x.resize(program.len(), 0.0);
        self.free.clear();
        self.fixed.clear();
        self.fixed_weights.clear();
        for (asset, &place) in solution.active.places.iter().enumerate() {
            if is_fixed(place) {
                let weight = self.breakpoints.point(asset, place / 2);
                solution.x[asset] = weight;
                if weight != 0.0 {
                    self.fixed.push(asset);
                    self.fixed_weights.push(weight);
                }
            } else {
                self.free.push(asset);
            }
        }
        self.binding.clear();
        let rows = solution.active.rows.iter().enumerate();
        self.binding.extend(rows.filter(|(_, binding)| **binding != Binding::None).map(|(row, _)| row));
    }

    /// The right-hand sides, and the limits less what the fixed weights use of them (in `multipliers`).
    fn assemble(&mut self, program: &Program<'_>, active: &ActiveSet) {
        let Self { breakpoints, free, fixed, fixed_weights, binding, sides, gradient, multipliers, .. } = self;
        sides.clear();
        sides.extend(free.iter().map(|&asset| {
            let slope: f64 = program
                .absolute
                .iter()
                .filter(|family| !family.cost.is_empty())
                .map(|family| family.cost[asset] * breakpoints.sign(family, asset, active.places[asset]))
                .sum();
            -(gradient[asset] + slope)
        }));
        multipliers.clear();
        for &row in binding.iter() {
            if let Some(family) = row.checked_sub(program.rows.len()) {
                let family = &program.absolute[family];
                let mut limit = family.limit;
                for (asset, &place) in active.places.iter().enumerate() {
                    let sign = breakpoints.sign(family, asset, place);
                    if is_fixed(place) {
                        let weight = breakpoints.point(asset, place / 2);
                        limit -= sign * (weight - family.center[asset]);
                    } else {
                        sides.push(sign);
                        limit += sign * family.center[asset];
                    }
                }
                multipliers.push(limit);
            } else {
                let coefficients = program.rows.row(row);
                let lower = active.rows[row] == Binding::Lower;
                let limit = if lower { program.rows.lower()[row] } else { program.rows.upper()[row] };
                sides.extend(free.iter().map(|&asset| coefficients[asset]));
                let used: f64 =
                    fixed.iter().zip(&*fixed_weights).map(|(&asset, weight)| coefficients[asset] * weight).sum();
                multipliers.push(limit - used);
            }
        }
    }

    /// Solves `V' H^{-1} V y = b - V' H^{-1} q` by a Cholesky factorisation that leaves out dependent rows.
    fn eliminate(&mut self) {
        let (free, rows) = (self.free.len(), self.binding.len());
        let Self { sides, solutions, schur, multipliers, missed, .. } = self;
        missed.clear();
        schur.clear();
        schur.resize(rows * rows, 0.0);
        let column = |row: usize| (row + 1) * free..(row + 2) * free;
        for row in 0..rows {
            multipliers[row] -= dot(&sides[column(row)], &solutions[..free]);
            for col in 0..=row {
                schur[row * rows + col] = dot(&sides[column(row)], &solutions[column(col)]);
            }
        }
        // In place: schur becomes L, multipliers L^{-1} b; a dependent row gets a pivot of infinity, and so zero.
        for row in 0..rows {
            for col in 0..=row {
                let mut entry = schur[row * rows + col];
                for k in 0..col {
                    entry -= schur[row * rows + k] * schur[col * rows + k];
                }
                schur[row * rows + col] = if col < row {
                    entry / schur[col * rows + col]
                } else if entry > DEPENDENT * schur[row * rows + row] && entry > 0.0 {
                    entry.sqrt()
                } else {
                    f64::INFINITY
                };
            }
            let mut value = multipliers[row];
            for k in 0..row {
                value -= schur[row * rows + k] * multipliers[k];
            }
            if schur[row * rows + row].is_infinite() && value.abs() > KEPT {
                missed.push((row, value.signum()));
            }
            multipliers[row] = value / schur[row * rows + row];
        }
        for row in (0..rows).rev() {
            let mut value = multipliers[row];
            for k in row + 1..rows {
                value -= schur[k * rows + row] * multipliers[k];
            }
            multipliers[row] = value / schur[row * rows + row];
        }
    }

    /// The multipliers by row and by family, and the slopes that the bounds and kinks must hold against.
    fn hand_over(&mut self, program: &Program<'_>, solution: &mut ProgramSolution) {
        let rows = program.rows.len();
        solution.rows.clear();
        solution.rows.resize(rows, 0.0);
        solution.absolute.clear();
        solution.absolute.resize(program.absolute.len(), 0.0);
        self.slopes.clear();
        self.slopes.extend(self.gradient.iter().map(|gradient| -gradient));
        for (&row, &multiplier) in self.binding.iter().zip(&self.multipliers) {
            if row < rows {
                solution.rows[row] = multiplier;
                po_core::simd::axpy(multiplier, program.rows.row(row), &mut self.slopes);
            } else {
                solution.absolute[row - rows] = multiplier;
            }
        }
    }

    /// Corrects the guesses that the last solution proves wrong: all of them, or the last of them alone. How many
    /// there were.
    pub(crate) fn correct(
        &mut self,
        program: &Program<'_>,
        solution: &mut ProgramSolution,
        all: bool,
    ) -> usize {
        let (mut wrong, mut last) = (0, None);
        let size = self.free_weights.iter().chain(&self.fixed_weights).fold(1.0, |m: f64, w| m.max(w.abs()));
        let force = self.gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        let (near, weak) = (ROUNDING * size, ROUNDING * force);
        for asset in 0..program.len() {
            let place = solution.active.places[asset];
            let better = self.better_place(program, solution, (asset, place), near, weak);
            if better != place {
                wrong += 1;
                if all {
                    solution.active.places[asset] = better;
                } else {
                    last = Some((asset, better));
                }
            }
        }
        for &(place, direction) in &self.missed {
            if let Some((asset, better)) = self.cheapest(program, solution, self.binding[place], direction) {
                solution.active.places[asset] = better;
                wrong += 1;
            }
        }
        let mut last_row = None;
        for row in 0..solution.active.rows.len() {
            let binding = solution.active.rows[row];
            let better = better_binding(program, solution, row, weak);
            if better != binding {
                wrong += 1;
                if all {
                    solution.active.rows[row] = better;
                } else {
                    last_row = Some((row, better));
                }
            }
        }
        match (last_row, last) {
            (Some((row, better)), _) => solution.active.rows[row] = better,
            (None, Some((asset, better))) => solution.active.places[asset] = better,
            (None, None) => {}
        }
        wrong
    }

    /// Puts weights that stand beyond the end of their segment, by rounding, on that end.
    pub(crate) fn clamp(&self, solution: &mut ProgramSolution) {
        for &asset in &self.free {
            let (left, right) = self.breakpoints.segment(asset, solution.active.places[asset]);
            solution.x[asset] = solution.x[asset].clamp(left, right);
        }
    }

    /// Whether rows that bind hold, also those that depend on others.
    pub(crate) fn keeps_rows(&self, program: &Program<'_>, solution: &ProgramSolution) -> bool {
        self.binding.iter().all(|&row| match row.checked_sub(program.rows.len()) {
            Some(family) => {
                let family = &program.absolute[family];
                let value: f64 = solution.x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
                value <= family.limit + KEPT * (1.0 + value)
            }
            None => {
                let value = dot(program.rows.row(row), &solution.x);
                let near = KEPT * (1.0 + value.abs());
                value >= program.rows.lower()[row] - near && value <= program.rows.upper()[row] + near
            }
        })
    }

    fn better_place(
        &self,
        program: &Program<'_>,
        solution: &ProgramSolution,
        (asset, place): (usize, u8),
        near: f64,
        weak: f64,
    ) -> u8 {
        if !is_fixed(place) {
            let (left, right) = self.breakpoints.segment(asset, place);
            let weight = solution.x[asset];
            return if weight < left - near {
                place - 1
            } else if weight > right + near {
                place + 1
            } else {
                place
            };
        }
        // The slope that pulls the asset away must lie between the slopes of the costs on its two sides.
        let pull = self.slopes[asset];
        let cost = |place: u8| self.cost(program, solution, asset, place);
        if place > 0 && pull < cost(place - 1) - weak {
            place - 1
        } else if place < self.breakpoints.last(asset) && pull > cost(place + 1) + weak {
            place + 1
        } else {
            place
        }
    }

    /// The slope of the costs and of the multipliers of their limits, at the place of an asset.
    fn cost(&self, program: &Program<'_>, solution: &ProgramSolution, asset: usize, place: u8) -> f64 {
        let slope = |(number, family): (usize, &Absolute<'_>)| {
            let cost = family.cost.get(asset).copied().unwrap_or(0.0) - solution.absolute[number];
            cost * self.breakpoints.sign(family, asset, place)
        };
        program.absolute.iter().enumerate().map(slope).sum()
    }

    /// The asset to set free, and where, for a linear row to come nearer to its limit at the least rise of its multiplier.
    fn cheapest(
        &self,
        program: &Program<'_>,
        solution: &ProgramSolution,
        row: usize,
        direction: f64,
    ) -> Option<(usize, u8)> {
        let coefficients = (row < program.rows.len()).then(|| program.rows.row(row))?;
        let candidates = coefficients.iter().enumerate().filter_map(|(asset, &coefficient)| {
            let place = solution.active.places[asset];
            let push = direction * coefficient;
            if push == 0.0 || !is_fixed(place) {
                return None;
            }
            let (better, rise) = if push > 0.0 {
                let better = (place < self.breakpoints.last(asset)).then(|| place + 1)?;
                (better, self.cost(program, solution, asset, better) - self.slopes[asset])
            } else {
                let better = place.checked_sub(1)?;
                (better, self.slopes[asset] - self.cost(program, solution, asset, better))
            };
            Some((asset, better, rise / push.abs()))
        });
        let cheapest = candidates.min_by(|a, b| a.2.total_cmp(&b.2));
        cheapest.map(|(asset, better, _)| (asset, better))
    }
}

fn better_binding(program: &Program<'_>, solution: &ProgramSolution, row: usize, weak: f64) -> Binding {
    let binding = solution.active.rows[row];
    if let Some(family) = row.checked_sub(program.rows.len()) {
        let multiplier = solution.absolute[family];
        let family = &program.absolute[family];
        return match binding {
            Binding::None => {
                let terms = solution.x.iter().zip(family.center).map(|(x, center)| (x - center).abs());
                let value: f64 = terms.sum();
                if value > family.limit + ROUNDING * (1.0 + value) { Binding::Upper } else { Binding::None }
            }
            _ if multiplier > weak => Binding::None,
            _ => binding,
        };
    }
    let (lower, upper) = (program.rows.lower()[row], program.rows.upper()[row]);
    if lower == upper {
        return Binding::Upper;
    }
    match binding {
        Binding::None => {
            let coefficients = program.rows.row(row);
            let value = dot(coefficients, &solution.x);
            let near = ROUNDING * (1.0 + value.abs());
            if value > upper + near {
                Binding::Upper
            } else if value < lower - near {
                Binding::Lower
            } else {
                Binding::None
            }
        }
        Binding::Upper if solution.rows[row] > weak => Binding::None,
        Binding::Lower if solution.rows[row] < -weak => Binding::None,
        binding => binding,
    }
}
