//! The simplex method for piecewise linear costs of bounded variables: exact vertices, and cheap second questions.

use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};

/// Values this close to a limit stand at it, relative to the limit where that is above one.
const AT: f64 = 1e-11;

/// Slopes above this, relative to the largest weight, still count as downhill.
const DOWNHILL: f64 = 1e-10;

/// Rates below this are rounding: data are scaled to one.
const RATE: f64 = 1e-10;

/// Rates above this are safe to divide by.
const SAFE: f64 = 1e-6;

/// Updates of the inverse before it is computed anew.
const UPDATES: usize = 40;

/// Steps of length zero before the smallest index decides, which ends cycles (Bland 1977).
const STALLED: usize = 30;

/// Iterations for each variable and row before the method gives up.
const PATIENCE: usize = 60;

/// `minimise Σ_i w_i dist(a_i'x, [l_i, u_i])` over `x` within hard bounds.
///
/// Variables are numbered columns first, then one more for each row: the value of the row. The columns keep their
/// bounds at all times; the rows pay for the distance from theirs.
#[derive(Clone, Debug)]
pub(crate) struct Simplex<'a> {
    /// One column of coefficients after the other, one number for each row.
    columns: &'a [f64],
    rows: usize,
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// w: what a unit of distance from the limits costs; infinity for columns.
    weights: Vec<f64>,
    values: Vec<f64>,
    basis: Vec<usize>,
    basic: Vec<bool>,
    /// Whether a variable of the basis counts as below (-1), within or above (1) its limits: at a limit it may be
    /// either, and the slopes go by this.
    sides: Vec<i8>,
    inverse: DMatrix<f64>,
    updates: usize,
    iterations: usize,
}

/// Where along a step the slope changes.
#[derive(Clone, Copy, Debug)]
struct Break {
    step: f64,
    jump: f64,
    rate: f64,
    /// The place in the basis, or none for the entering variable.
    place: Option<usize>,
    /// The limit that is met there.
    limit: f64,
}

impl<'a> Simplex<'a> {
    /// A problem with `bounds` of the columns and limits of the rows; columns start at the place within their bounds
    /// that is nearest to zero.
    pub(crate) fn new(columns: &'a [f64], bounds: &[[f64; 2]], limits: &[[f64; 2]], weights: &[f64]) -> Self {
        let (count, rows) = (bounds.len(), limits.len());
        let both = || bounds.iter().chain(limits);
        let mut simplex = Self {
            columns,
            rows,
            lower: both().map(|[lower, _]| *lower).collect(),
            upper: both().map(|[_, upper]| *upper).collect(),
            weights: vec![f64::INFINITY; count],
            values: both().map(|[lower, upper]| 0.0f64.max(*lower).min(*upper)).collect(),
            basis: (count..count + rows).collect(),
            basic: vec![false; count],
            sides: vec![0; count + rows],
            inverse: -DMatrix::identity(rows, rows),
            updates: 0,
            iterations: 0,
        };
        simplex.weights.extend_from_slice(weights);
        simplex.basic.resize(count + rows, true);
        simplex.recompute();
        simplex
    }

    fn count(&self) -> usize {
        self.lower.len() - self.rows
    }

    /// Steps taken so far.
    pub(crate) fn iterations(&self) -> usize {
        self.iterations
    }

    /// Replaces the limits of a row.
    pub(crate) fn limit_row(&mut self, row: usize, limits: [f64; 2]) {
        self.bound_column(self.count() + row, limits);
    }

    /// Replaces the bounds of a column, by wider ones.
    pub(crate) fn bound_column(&mut self, column: usize, [lower, upper]: [f64; 2]) {
        (self.lower[column], self.upper[column]) = (lower, upper);
        self.sides[column] = self.side(column);
    }

    /// Replaces what a unit of distance costs.
    pub(crate) fn weigh(&mut self, weights: &[f64]) {
        let count = self.count();
        self.weights[count..].copy_from_slice(weights);
    }

    /// How far a row is below (negative) or above its limits.
    pub(crate) fn distance(&self, row: usize) -> f64 {
        let variable = self.count() + row;
        let value = self.values[variable];
        let distance = (value - self.lower[variable]).min(0.0) + (value - self.upper[variable]).max(0.0);
        if distance.abs() > self.margin(variable) { distance } else { 0.0 }
    }

    /// Σ dist, without weights.
    pub(crate) fn total(&self) -> f64 {
        (0..self.rows).map(|row| self.distance(row).abs()).sum()
    }

    /// What counts as standing at a limit.
    fn margin(&self, variable: usize) -> f64 {
        let of = |limit: f64| if limit.is_finite() { limit.abs() } else { 0.0 };
        AT * of(self.lower[variable]).max(of(self.upper[variable])).max(1.0)
    }

    /// Where a value stands beside its limits, by the value; columns are always within.
    fn side(&self, variable: usize) -> i8 {
        let (value, margin) = (self.values[variable], self.margin(variable));
        if self.weights[variable].is_infinite() {
            0
        } else {
            i8::from(value > self.upper[variable] + margin) - i8::from(value < self.lower[variable] - margin)
        }
    }

    /// Slopes of the cost of a variable that is not in the basis, to the left and to the right.
    fn slopes(&self, variable: usize) -> [f64; 2] {
        let (value, weight, margin) = (self.values[variable], self.weights[variable], self.margin(variable));
        let left = if value <= self.lower[variable] + margin { -weight } else { 0.0 };
        let right = if value >= self.upper[variable] - margin { weight } else { 0.0 };
        [left, right]
    }

    /// The slope of the cost of a variable of the basis.
    fn slope(&self, variable: usize) -> f64 {
        if self.sides[variable] == 0 { 0.0 } else { f64::from(self.sides[variable]) * self.weights[variable] }
    }

    /// The change of cost for each unit of the value of each row: `y' = g_B' B^-1`.
    fn prices(&self) -> Vec<f64> {
        let mut prices = vec![0.0; self.rows];
        for (place, &variable) in self.basis.iter().enumerate() {
            let slope = self.slope(variable);
            if slope != 0.0 {
                for (price, row) in prices.iter_mut().zip(self.inverse.row(place).iter()) {
                    *price += slope * row;
                }
            }
        }
        prices
    }

    /// How the cost of the others changes with a variable that is not in the basis.
    fn gradient(&self, variable: usize, prices: &[f64]) -> f64 {
        match variable.checked_sub(self.count()) {
            None => -dot(prices, &self.columns[variable * self.rows..][..self.rows]),
            Some(row) => prices[row],
        }
    }

    /// The multiplier of each limit: of columns, then of rows. Positive where a lower limit holds a variable back,
    /// negative where an upper one does.
    pub(crate) fn multipliers(&self) -> Vec<f64> {
        let prices = self.prices();
        let none = self.downhill();
        let of = |variable: usize| {
            let gradient =
                if self.basic[variable] { -self.slope(variable) } else { self.gradient(variable, &prices) };
            if gradient.abs() > none { gradient } else { 0.0 }
        };
        (0..self.lower.len()).map(of).collect()
    }

    fn downhill(&self) -> f64 {
        let finite = self.weights.iter().copied().filter(|weight| weight.is_finite());
        DOWNHILL * finite.fold(0.0, f64::max)
    }

    /// Minimises; tells whether it came to an end.
    pub(crate) fn solve(&mut self) -> bool {
        let downhill = self.downhill();
        let mut stalled = 0;
        let mut steps = 0..PATIENCE * self.lower.len();
        let improve = |_| {
            self.iterations += 1;
            let prices = self.prices();
            let smallest = stalled > STALLED;
            let Some((entering, upward, slope)) = self.entering(&prices, downhill, smallest) else {
                return Some(true);
            };
            let Some(step) = self.step(entering, upward, slope, smallest) else { return Some(false) };
            stalled = if step > AT { 0 } else { stalled + 1 };
            None
        };
        steps.find_map(improve).unwrap_or(false)
    }

    /// The variable to move, whether upward, and the slope.
    fn entering(&self, prices: &[f64], downhill: f64, first: bool) -> Option<(usize, bool, f64)> {
        let mut best = None;
        let mut steepest = -downhill;
        for variable in (0..self.lower.len()).filter(|&variable| !self.basic[variable]) {
            let gradient = self.gradient(variable, prices);
            let [left, right] = self.slopes(variable);
            for (upward, slope) in [(true, gradient + right), (false, -gradient - left)] {
                if slope < steepest && !(first && best.is_some()) {
                    steepest = slope;
                    best = Some((variable, upward, slope));
                }
            }
        }
        best
    }

    /// Moves a variable to the least cost along its line; returns how far, or none when the numerics fail.
    fn step(&mut self, entering: usize, upward: bool, slope: f64, smallest: bool) -> Option<f64> {
        let sign = if upward { 1.0 } else { -1.0 };
        let direction = self.direction(entering);
        let mut breaks = Vec::new();
        let margin = self.margin(entering);
        let at = |limit: f64| (self.values[entering] - limit).abs() <= margin;
        self.sides[entering] = match upward {
            _ if self.weights[entering].is_infinite() => 0,
            true => i8::from(at(self.upper[entering])),
            false => -i8::from(at(self.lower[entering])),
        };
        self.breaks(entering, sign, None, &mut breaks);
        for (place, &rate) in direction.iter().enumerate() {
            if rate.abs() > RATE {
                self.breaks(self.basis[place], -sign * rate, Some(place), &mut breaks);
            }
        }
        breaks.sort_by(|a, b| a.step.total_cmp(&b.step));
        let (passed, leaving) = self.stop(&breaks, slope, entering, smallest)?;
        let found = breaks[leaving];
        self.values[entering] += sign * found.step;
        for (&variable, rate) in self.basis.iter().zip(&direction) {
            self.values[variable] -= sign * found.step * rate;
        }
        for (index, other) in breaks.iter().enumerate().take(passed) {
            if index != leaving {
                let variable = other.place.map_or(entering, |place| self.basis[place]);
                self.sides[variable] += if other.rate > 0.0 { 1 } else { -1 };
            }
        }
        let Some(place) = found.place else {
            self.values[entering] = found.limit;
            return Some(found.step);
        };
        let variable = self.basis[place];
        self.values[variable] = found.limit;
        (self.basic[variable], self.basic[entering]) = (false, true);
        self.basis[place] = entering;
        self.updates += 1;
        if self.updates >= UPDATES {
            self.invert()?;
        } else {
            self.update(place, &direction);
        }
        Some(found.step)
    }

    /// How many of the breaks are passed, among them perhaps the one that ends the step, and which one that is.
    ///
    /// Mostly the one at which the slope is no longer downhill; against cycles, the smallest index among the first.
    fn stop(&self, breaks: &[Break], slope: f64, entering: usize, smallest: bool) -> Option<(usize, usize)> {
        if smallest {
            let first = breaks.first()?.step;
            let index = |index: &usize| breaks[*index].place.map_or(entering, |place| self.basis[place]);
            let met =
                (0..breaks.len()).take_while(|&index| breaks[index].step - first <= AT * first.max(1.0));
            let leaving = met.min_by_key(index)?;
            // What else is met is not passed: it stays at its limit, on its side.
            return Some((0, leaving));
        }
        let (mut slope, downhill) = (slope, self.downhill());
        let stop = breaks.iter().position(|found| {
            slope += found.jump;
            slope >= -downhill
        })?;
        let tie = |index: &usize| breaks[stop].step - breaks[*index].step <= AT * breaks[stop].step.max(1.0);
        let safest = |a: &usize, b: &usize| breaks[*a].rate.abs().total_cmp(&breaks[*b].rate.abs());
        let leaving =
            if breaks[stop].rate.abs() > SAFE { stop } else { (0..=stop).filter(tie).max_by(safest)? };
        Some((stop + 1, leaving))
    }

    /// `B^-1 a`: what the basis loses for each unit of a variable.
    fn direction(&self, variable: usize) -> Vec<f64> {
        let mut direction = vec![0.0; self.rows];
        match variable.checked_sub(self.count()) {
            None => {
                let column = &self.columns[variable * self.rows..][..self.rows];
                for (row, &value) in column.iter().enumerate().filter(|entry| *entry.1 != 0.0) {
                    axpy(value, self.inverse.column(row).data.into_slice(), &mut direction);
                }
            }
            Some(row) => axpy(-1.0, self.inverse.column(row).data.into_slice(), &mut direction),
        }
        direction
    }

    /// Where the slope of the cost of a variable changes as it moves.
    fn breaks(&self, variable: usize, rate: f64, place: Option<usize>, breaks: &mut Vec<Break>) {
        let (lower, upper) = (self.lower[variable], self.upper[variable]);
        let limits = match (rate > 0.0, self.sides[variable]) {
            (true, -1) => [Some(lower), Some(upper)],
            (true, 0) => [Some(upper), None],
            (false, 1) => [Some(upper), Some(lower)],
            (false, 0) => [Some(lower), None],
            _ => [None, None],
        };
        let jump = self.weights[variable] * rate.abs();
        for limit in limits.into_iter().flatten().filter(|limit| limit.is_finite()) {
            let step = ((limit - self.values[variable]) / rate).max(0.0);
            breaks.push(Break { step, jump, rate, place, limit });
        }
    }

    /// The inverse after the variable at `place` of the basis was replaced (Gauss and Jordan).
    fn update(&mut self, place: usize, direction: &[f64]) {
        for mut column in self.inverse.column_iter_mut() {
            let factor = column[place] / direction[place];
            for (entry, rate) in column.iter_mut().zip(direction) {
                *entry -= factor * rate;
            }
            column[place] = factor;
        }
    }

    /// The inverse from the data.
    fn invert(&mut self) -> Option<()> {
        let (count, rows) = (self.count(), self.rows);
        let basis = DMatrix::from_fn(rows, rows, |row, place| match self.basis[place].checked_sub(count) {
            None => self.columns[self.basis[place] * rows + row],
            Some(own) => -f64::from(i8::from(own == row)),
        });
        self.inverse = basis.try_inverse()?;
        self.updates = 0;
        self.recompute();
        Some(())
    }

    /// The values of the basis from those of the others: `B x_B = -N x_N`.
    fn recompute(&mut self) {
        let (count, rows) = (self.count(), self.rows);
        let mut sums = vec![0.0; rows];
        for variable in (0..self.lower.len()).filter(|&variable| !self.basic[variable]) {
            match variable.checked_sub(count) {
                None => axpy(self.values[variable], &self.columns[variable * rows..][..rows], &mut sums),
                Some(row) => sums[row] -= self.values[variable],
            }
        }
        for (place, &variable) in self.basis.iter().enumerate() {
            self.values[variable] =
                -self.inverse.row(place).iter().zip(&sums).map(|(a, b)| a * b).sum::<f64>();
        }
        for &variable in &self.basis {
            let (value, margin) = (self.values[variable], self.margin(variable));
            let contradicted = match self.sides[variable] {
                0 => self.side(variable) != 0,
                1 => value < self.upper[variable] - margin,
                _ => value > self.lower[variable] + margin,
            };
            if contradicted {
                self.sides[variable] = self.side(variable);
            }
        }
    }
}

#[cfg(test)]
mod tests;
