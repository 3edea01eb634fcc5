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
//! The active normals are kept as an orthonormal basis and a triangle, so that a step leaves them where they are to
//! the last digits, however much the masses differ in size.

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

/// A squared length below this, in units of what it was, is zero: the least mass to the greatest is some 1e-6.
const DEPENDENT: f64 = 1e-12;

/// A rate below this is zero.
const RATE: f64 = 1e-10;

/// Working memory of the method.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    /// One line per constraint `normal' x >= bound`: its normal, an entry per cell; the first one is the sum.
    normals: Vec<f64>,
    /// The right-hand sides.
    bounds: Vec<f64>,
    /// The square roots of `m_c`, held away from zero: in units of these, near is near in every direction.
    roots: Vec<f64>,
    /// The constraints that hold with equality; the first one is the sum.
    active: Vec<usize>,
    /// Their multipliers.
    multipliers: Vec<f64>,
    /// An orthonormal basis of the active normals, a line per vector.
    basis: Vec<f64>,
    /// The active normals in that basis: a triangle, column by column.
    triangle: Vec<f64>,
    /// The part of the pulling normal in the span of the basis.
    shadow: Vec<f64>,
    /// The part that is orthogonal to it.
    upright: Vec<f64>,
    /// How the multipliers change when the next constraint pulls.
    rates: Vec<f64>,
}

impl Projection {
    /// Makes room for any problem with so many cells and rows, so that none of them takes memory later.
    pub(crate) fn make_room(&mut self, cells: usize, rows: usize) {
        let constraints = 1 + 2 * cells + 2 * rows;
        room(&mut self.normals, constraints * cells);
        room(&mut self.bounds, constraints);
        // No more constraints than cells are independent.
        room(&mut self.active, cells);
        room(&mut self.basis, cells * cells);
        room(&mut self.triangle, cells * (cells + 1) / 2);
        for vector in
            [&mut self.roots, &mut self.multipliers, &mut self.shadow, &mut self.upright, &mut self.rates]
        {
            room(vector, cells);
        }
    }

    /// Writes the nearest masses; false when there are none, because the rows contradict each other.
    pub(crate) fn project<'a>(
        &mut self,
        masses: &[f64],
        lower: &[f64],
        upper: &[f64],
        rows: impl Iterator<Item = Row<'a>>,
        nearest: &mut [f64],
    ) -> bool {
        self.state(masses, lower, upper, rows);
        nearest.copy_from_slice(masses);
        // Each step comes nearer to the solution, so that steps end; if rounding made them go round, we refuse.
        let mut steps = 0..100 + 20 * self.bounds.len();
        while let Some(pulling) = self.most_violated(nearest) {
            if steps.next().is_none() || !self.satisfy(pulling, nearest) {
                return false;
            }
        }
        for ((mass, &lower), &upper) in nearest.iter_mut().zip(lower).zip(upper) {
            *mass = mass.max(lower).min(upper);
        }
        true
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
        self.roots.clear();
        self.roots.extend(masses.iter().map(|&mass| mass.max(LEAST_MASS).sqrt()));
        self.active.clear();
        self.multipliers.clear();
        self.basis.clear();
        self.triangle.clear();
        let cells = masses.len();
        self.constrain(1.0, masses.iter().sum(), cells, 0..cells);
        self.decompose(0);
        self.hold(0, 0.0);
        for cell in 0..cells {
            self.constrain(1.0, lower[cell], cells, cell..=cell);
            self.constrain(-1.0, -upper[cell], cells, cell..=cell);
        }
        for row in rows {
            self.constrain(1.0, row.lower, cells, row.cells.iter().copied());
            self.constrain(-1.0, -row.upper, cells, row.cells.iter().copied());
        }
    }

    fn constrain(&mut self, sign: f64, bound: f64, cells: usize, members: impl Iterator<Item = usize>) {
        let start = self.normals.len();
        self.normals.resize(start + cells, 0.0);
        members.for_each(|cell| self.normals[start + cell] = sign);
        self.bounds.push(bound);
    }

    fn normal(&self, constraint: usize) -> &[f64] {
        let cells = self.roots.len();
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

    /// Moves until `pulling` holds, letting go of active constraints whose multipliers reach zero; false when it
    /// never can.
    fn satisfy(&mut self, pulling: usize, masses: &mut [f64]) -> bool {
        let mut pull = 0.0;
        loop {
            let whole = self.decompose(pulling);
            self.find_rates();
            let progress = dot(&self.upright, &self.upright);
            // The first active constraint is an equality, whose multiplier may have either sign.
            let blocking = (1..self.active.len())
                .filter(|&index| self.rates[index] > RATE)
                .map(|index| (self.multipliers[index] / self.rates[index], index))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let full = (progress > DEPENDENT * whole).then(|| -self.slack(pulling, masses) / progress);
            let step = match (full, blocking) {
                (None, None) => return false,
                (Some(full), Some((partial, _))) => full.min(partial),
                (Some(step), None) | (None, Some((step, _))) => step,
            };
            for (multiplier, rate) in self.multipliers.iter_mut().zip(&self.rates) {
                *multiplier -= step * rate;
            }
            pull += step;
            if full.is_some() {
                for ((mass, root), upright) in masses.iter_mut().zip(&self.roots).zip(&self.upright) {
                    *mass += step * root * upright;
                }
            }
            match blocking {
                Some((partial, index)) if full.is_none_or(|full| partial < full) => self.let_go(index),
                _ => {
                    self.hold(pulling, pull);
                    return true;
                }
            }
        }
    }

    /// Splits a normal into its shadow on the basis and what stands upright on it; returns its squared length.
    fn decompose(&mut self, constraint: usize) -> f64 {
        let Self { normals, roots, basis, shadow, upright, .. } = self;
        let cells = roots.len();
        let normal = &normals[constraint * cells..(constraint + 1) * cells];
        upright.clear();
        upright.extend(normal.iter().zip(roots).map(|(entry, root)| entry * *root));
        let whole = dot(upright, upright);
        shadow.clear();
        shadow.resize(basis.len() / cells, 0.0);
        // The second pass takes off what rounding left standing in the first.
        for _ in 0..2 {
            for (vector, shadow) in basis.chunks_exact(cells).zip(&mut *shadow) {
                let part = dot(vector, upright);
                *shadow += part;
                upright.iter_mut().zip(vector).for_each(|(upright, entry)| *upright -= part * entry);
            }
        }
        whole
    }

    /// Back substitution: the shadow as a sum of active normals.
    fn find_rates(&mut self) {
        let Self { triangle, shadow, rates, .. } = self;
        rates.clone_from(shadow);
        for col in (0..rates.len()).rev() {
            let column = &triangle[col * (col + 1) / 2..];
            rates[col] /= column[col];
            let rate = rates[col];
            rates[..col].iter_mut().zip(column).for_each(|(rest, entry)| *rest -= rate * entry);
        }
    }

    /// Makes the constraint that was decomposed last an active one.
    fn hold(&mut self, constraint: usize, multiplier: f64) {
        self.active.push(constraint);
        self.multipliers.push(multiplier);
        self.extend_basis();
    }

    fn extend_basis(&mut self) {
        let length = dot(&self.upright, &self.upright).sqrt();
        self.basis.extend(self.upright.iter().map(|entry| entry / length));
        self.triangle.extend_from_slice(&self.shadow);
        self.triangle.push(length);
    }

    /// Takes a constraint off the active ones; the basis is rebuilt from there.
    fn let_go(&mut self, index: usize) {
        self.active.remove(index);
        self.multipliers.remove(index);
        self.basis.truncate(index * self.roots.len());
        self.triangle.truncate(index * (index + 1) / 2);
        for later in index..self.active.len() {
            self.decompose(self.active[later]);
            self.extend_basis();
        }
    }
}

/// Empties a vector and makes room for `len` items.
pub(crate) fn room<T>(vector: &mut Vec<T>, len: usize) {
    vector.clear();
    vector.reserve(len);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
