//! Which guesses the last round proved wrong, and what is guessed in their place.

use po_core::simd::dot;
use pulp::{Arch, Simd, WithSimd};

use super::breakpoints::is_fixed;
use super::round::Round;
use crate::solution::Binding;
use crate::{Absolute, Program, ProgramSolution};

/// Violations below this, in units of what is compared, are rounding.
const ROUNDING: f64 = 1e-12;

/// Assets that are looked at side by side.
const BLOCK: usize = 8;

/// A row that holds to this is kept.
const KEPT: f64 = 1e-11;

impl Round {
    /// Fixes the one weight that the last solution puts beyond its bounds, where it is the only one; whether it is. That is
    /// found without prices, and a border costs less than the product that they need.
    pub(crate) fn leave(&self, program: &Program<'_>, solution: &mut ProgramSolution) -> bool {
        if !(self.missed.is_empty() && program.absolute.is_empty()) {
            return false;
        }
        let near = ROUNDING * largest(&self.free_weights).max(largest(&self.fixed_weights)).max(1.0);
        let weights = self.free.iter().zip(&self.free_weights);
        let mut beyond = weights
            .filter(|&(&asset, &x)| (x < program.lower[asset] - near) | (x > program.upper[asset] + near));
        let (Some((&asset, &x)), None) = (beyond.next(), beyond.next()) else { return false };
        solution.active.places[asset] = if x > program.upper[asset] { 2 } else { 0 };
        true
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
        let size = largest(&self.free_weights).max(largest(&self.fixed_weights)).max(1.0);
        self.force = largest(&self.gradient);
        let (near, weak) = (ROUNDING * size, ROUNDING * self.force);
        self.wrong.clear();
        if program.absolute.is_empty() {
            let places = &solution.active.places;
            let (pulls, weights, wrong) = (&self.slopes, &solution.x, &mut self.wrong);
            Arch::new().dispatch(BeyondBounds { program, places, pulls, weights, near, weak, wrong });
        } else {
            for (asset, &place) in solution.active.places.iter().enumerate() {
                let better = self.better_place(program, solution, (asset, place), near, weak);
                if better != place {
                    self.wrong.push((asset, better));
                }
            }
        }
        wrong += self.wrong.len();
        if all {
            for &(asset, better) in &self.wrong {
                solution.active.places[asset] = better;
            }
        } else {
            last = self.wrong.last().copied();
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

    /// Puts weights that stand beyond the end of their segment, by rounding, on that end; whether none does.
    pub(crate) fn clamp(&self, solution: &mut ProgramSolution) -> bool {
        let mut inside = true;
        for &asset in &self.free {
            let (left, right) = self.breakpoints.segment(asset, solution.active.places[asset]);
            let weight = &mut solution.x[asset];
            inside &= *weight >= left && *weight <= right;
            *weight = weight.clamp(left, right);
        }
        inside
    }

    /// Whether rows that bind hold, also those that depend on others.
    pub(crate) fn keeps_rows(&self, program: &Program<'_>, solution: &ProgramSolution) -> bool {
        self.binding.iter().all(|&row| match row.checked_sub(program.rows.len()) {
            Some(family) => {
                let family = &program.absolute[family];
                let value: f64 =
                    solution.x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
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
    pub(super) fn cost(
        &self,
        program: &Program<'_>,
        solution: &ProgramSolution,
        asset: usize,
        place: u8,
    ) -> f64 {
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

/// The assets that have bounds and no kinks, and are at the wrong one of their three places.
struct BeyondBounds<'a> {
    program: &'a Program<'a>,
    places: &'a [u8],
    pulls: &'a [f64],
    weights: &'a [f64],
    near: f64,
    weak: f64,
    wrong: &'a mut Vec<(usize, u8)>,
}

impl WithSimd for BeyondBounds<'_> {
    type Output = ();

    /// Looks for blocks that hold one, and into these: few do, and nothing tells beforehand where an asset is.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { program, places, pulls, weights, near, weak, wrong } = self;
        let better = |place: u8, pull: f64, x: f64, (lower, upper): (f64, f64)| {
            let (at_lower, free, at_upper) = (place == 0, place == 1, place == 2);
            let rises = (at_lower & (pull > weak) & (upper > lower)) | (free & (x > upper + near));
            let falls = (at_upper & (pull < -weak)) | (free & (x < lower - near));
            place + u8::from(rises) - u8::from(falls)
        };
        let (place_blocks, _) = places.as_chunks::<BLOCK>();
        let (pull_blocks, _) = pulls.as_chunks::<BLOCK>();
        let (weight_blocks, _) = weights.as_chunks::<BLOCK>();
        let (lower_blocks, _) = program.lower.as_chunks::<BLOCK>();
        let (upper_blocks, _) = program.upper.as_chunks::<BLOCK>();
        let blocks = place_blocks
            .iter()
            .zip(pull_blocks)
            .zip(weight_blocks.iter().zip(lower_blocks.iter().zip(upper_blocks)));
        let mut look = |asset: usize| {
            let bounds = (program.lower[asset], program.upper[asset]);
            let better = better(places[asset], pulls[asset], weights[asset], bounds);
            if better != places[asset] {
                wrong.push((asset, better));
            }
        };
        for (block, ((places, pulls), (weights, (lower, upper)))) in blocks.enumerate() {
            let mut any = 0;
            for lane in 0..BLOCK {
                any |= places[lane]
                    ^ better(places[lane], pulls[lane], weights[lane], (lower[lane], upper[lane]));
            }
            if any != 0 {
                (block * BLOCK..(block + 1) * BLOCK).for_each(&mut look);
            }
        }
        (place_blocks.len() * BLOCK..places.len()).for_each(look);
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
    if lower >= upper {
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

/// The largest number in absolute value; several comparisons at once, none of which waits for the last.
pub(super) fn largest(values: &[f64]) -> f64 {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let (eights, rest) = values.as_chunks::<8>();
            let mut lanes = [0.0; 8];
            for eight in eights {
                for (largest, value) in lanes.iter_mut().zip(eight) {
                    *largest = f64::max(*largest, value.abs());
                }
            }
            rest.iter().chain(&lanes).fold(0.0, |largest, value| f64::max(largest, value.abs()))
        },
    )
}
