//! The cell masses within all group bounds that lie nearest to given masses.
//!
//! ```text
//! minimise   Σ_c (x_c - m_c)² / (2 m_c)
//! subject to Σ_c x_c = 1,  l_c <= x_c <= u_c,  L_g <= Σ_{c in g} x_c <= U_g
//! ```
//!
//! The weights `1 / m_c` make moves proportional: when one group is capped, the others grow in proportion.
//! Solved by the dual active-set method of Goldfarb and Idnani (1983), which ends at the exact solution after finitely
//! many steps, or at a set of constraints that contradict each other.

/// Bounds on the sum of some cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) cells: &'a [usize],
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

/// Violations below this are rounding.
const TOLERANCE: f64 = 1e-13;

/// Masses below this move as if they were as large, so that a floor can lift a group that would hold nothing.
const LEAST_MASS: f64 = 1e-6;

/// A constraint `normal' x >= bound`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Sum,
    Cell,
    Group(usize),
}

/// Working memory of the method.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    /// One line per constraint: its normal, an entry per cell.
    normals: Vec<f64>,
    /// The right-hand sides.
    bounds: Vec<f64>,
    /// What each constraint stands for.
    kinds: Vec<Kind>,
    /// `m_c`, held away from zero.
    scale: Vec<f64>,
    /// The constraints that hold with equality; the first one is the sum.
    active: Vec<usize>,
    /// Their multipliers.
    multipliers: Vec<f64>,
    /// The Cholesky factor of the active normals' products.
    factor: Vec<f64>,
    /// How the multipliers change when the next constraint pulls.
    rates: Vec<f64>,
    /// Where the masses move meanwhile.
    direction: Vec<f64>,
    /// The groups in a contradiction.
    conflict: Vec<usize>,
}

impl Projection {
    /// Writes the nearest masses, or returns the groups that contradict each other.
    pub(crate) fn project<'a>(
        &mut self,
        masses: &[f64],
        lower: &[f64],
        upper: &[f64],
        rows: impl Iterator<Item = Row<'a>>,
        nearest: &mut [f64],
    ) -> Result<(), &[usize]> {
        let cells = masses.len();
        self.state(masses, lower, upper, rows);
        nearest.copy_from_slice(masses);
        let limit = 100 + 20 * self.bounds.len();
        for _ in 0..limit {
            let Some(pulling) = self.most_violated(nearest) else { break };
            if !self.satisfy(pulling, nearest, cells) {
                return Err(&self.conflict);
            }
        }
        for ((mass, &lower), &upper) in nearest.iter_mut().zip(lower).zip(upper) {
            *mass = mass.max(lower).min(upper);
        }
        Ok(())
    }

    fn state<'a>(
        &mut self,
        masses: &[f64],
        lower: &[f64],
        upper: &[f64],
        rows: impl Iterator<Item = Row<'a>>,
    ) {
        self.normals.clear();
        self.bounds.clear();
        self.kinds.clear();
        self.scale.clear();
        self.scale.extend(masses.iter().map(|&mass| mass.max(LEAST_MASS)));
        self.conflict.clear();
        self.active.clear();
        self.multipliers.clear();
        let cells = masses.len();
        self.constrain(Kind::Sum, 1.0, masses.iter().sum(), cells, 0..cells);
        self.active.push(0);
        self.multipliers.push(0.0);
        for cell in 0..cells {
            self.constrain(Kind::Cell, 1.0, lower[cell], cells, cell..=cell);
            self.constrain(Kind::Cell, -1.0, -upper[cell], cells, cell..=cell);
        }
        for (group, row) in rows.enumerate() {
            self.constrain(Kind::Group(group), 1.0, row.lower, cells, row.cells.iter().copied());
            self.constrain(Kind::Group(group), -1.0, -row.upper, cells, row.cells.iter().copied());
        }
    }

    fn constrain(
        &mut self,
        kind: Kind,
        sign: f64,
        bound: f64,
        cells: usize,
        members: impl Iterator<Item = usize>,
    ) {
        let start = self.normals.len();
        self.normals.resize(start + cells, 0.0);
        members.for_each(|cell| self.normals[start + cell] = sign);
        self.bounds.push(bound);
        self.kinds.push(kind);
    }

    fn normal(&self, constraint: usize) -> &[f64] {
        let cells = self.scale.len();
        &self.normals[constraint * cells..(constraint + 1) * cells]
    }

    fn slack(&self, constraint: usize, masses: &[f64]) -> f64 {
        dot(self.normal(constraint), masses) - self.bounds[constraint]
    }

    fn most_violated(&self, masses: &[f64]) -> Option<usize> {
        (1..self.bounds.len())
            .map(|constraint| (self.slack(constraint, masses), constraint))
            .filter(|&(slack, constraint)| slack < -TOLERANCE && !self.active.contains(&constraint))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, constraint)| constraint)
    }

    /// Moves until `pulling` holds, dropping active constraints whose multipliers reach zero; false when it never
    /// can.
    fn satisfy(&mut self, pulling: usize, masses: &mut [f64], cells: usize) -> bool {
        let mut pull = 0.0;
        loop {
            self.rates_and_direction(pulling);
            let normal = &self.normals[pulling * cells..(pulling + 1) * cells];
            let progress = dot(normal, &self.direction);
            let free: f64 = normal.iter().zip(&self.scale).map(|(entry, scale)| entry * entry * scale).sum();
            // The first active constraint is an equality, whose multiplier may have either sign.
            let blocking = (1..self.active.len())
                .filter(|&index| self.rates[index] > TOLERANCE)
                .map(|index| (self.multipliers[index] / self.rates[index], index))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let full = (progress > 1e-12 * free).then(|| -self.slack(pulling, masses) / progress);
            let step = match (full, blocking) {
                (None, None) => {
                    self.note_conflict(pulling);
                    return false;
                }
                (Some(full), Some((partial, _))) => full.min(partial),
                (Some(step), None) | (None, Some((step, _))) => step,
            };
            for (multiplier, rate) in self.multipliers.iter_mut().zip(&self.rates) {
                *multiplier -= step * rate;
            }
            pull += step;
            if full.is_some() {
                for (mass, direction) in masses.iter_mut().zip(&self.direction) {
                    *mass += step * direction;
                }
            }
            match blocking {
                Some((partial, index)) if full.is_none_or(|full| partial < full) => {
                    self.active.remove(index);
                    self.multipliers.remove(index);
                }
                _ => {
                    self.active.push(pulling);
                    self.multipliers.push(pull);
                    return true;
                }
            }
        }
    }

    /// `r = (N' M N)⁻¹ N' M n` and `z = M (n - N r)`, with the active normals N and the masses M on a diagonal.
    fn rates_and_direction(&mut self, pulling: usize) {
        let Self { normals, scale, active, factor, rates, direction, .. } = self;
        let cells = scale.len();
        let normal = |constraint: usize| &normals[constraint * cells..(constraint + 1) * cells];
        let product = |a: usize, b: usize| -> f64 {
            normal(a).iter().zip(normal(b)).zip(&*scale).map(|((a, b), scale)| a * b * scale).sum()
        };
        let order = active.len();
        factor.clear();
        factor.resize(order * order, 0.0);
        rates.clear();
        rates.extend(active.iter().map(|&constraint| product(constraint, pulling)));
        // Cholesky, row by row, with the forward substitution on the way.
        for row in 0..order {
            for col in 0..=row {
                let inner: f64 = (0..col).map(|k| factor[row * order + k] * factor[col * order + k]).sum();
                let entry = product(active[row], active[col]) - inner;
                factor[row * order + col] = if row == col {
                    entry.max(f64::MIN_POSITIVE).sqrt()
                } else {
                    entry / factor[col * order + col]
                };
            }
            let inner: f64 = (0..row).map(|k| factor[row * order + k] * rates[k]).sum();
            rates[row] = (rates[row] - inner) / factor[row * order + row];
        }
        for row in (0..order).rev() {
            let inner: f64 = (row + 1..order).map(|k| factor[k * order + row] * rates[k]).sum();
            rates[row] = (rates[row] - inner) / factor[row * order + row];
        }
        direction.clear();
        direction.extend((0..cells).map(|cell| {
            let held: f64 =
                active.iter().zip(&*rates).map(|(&active, rate)| rate * normal(active)[cell]).sum();
            scale[cell] * (normal(pulling)[cell] - held)
        }));
    }

    /// The groups whose constraints add up to a contradiction: the pulling one and those that hold against it.
    fn note_conflict(&mut self, pulling: usize) {
        let Self { kinds, active, rates, conflict, .. } = self;
        let against =
            active.iter().zip(&*rates).filter(|(_, rate)| rate.abs() > 1e-9).map(|(&active, _)| active);
        for constraint in against.chain([pulling]) {
            if let Kind::Group(group) = kinds[constraint]
                && !conflict.contains(&group)
            {
                conflict.push(group);
            }
        }
        conflict.sort_unstable();
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
