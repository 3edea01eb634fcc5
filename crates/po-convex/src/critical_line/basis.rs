//! The equations of optimality on an active set, and their inverse as the active set changes.

use po_core::Covariance;
use po_core::linalg::{Ldlt, SymmetricEigen};
use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot};

use crate::Rows;

/// Curvature below this, per unit of squared length and in units of variances, is none.
pub(super) const FLAT: f64 = 1e-11;

/// Eigenvalues below this belong to the null space of a matrix whose entries are at most one.
const NULL: f64 = 1e-10;

/// `[Σ A'; A 0]` over all assets and rows, scaled so that variances are one and no entry of A is larger.
///
/// Assets come first; asset `i` of the scaled problem holds `x_i / scale_i`.
#[derive(Debug)]
pub(super) struct Bordered {
    pub(super) assets: usize,
    pub(super) size: usize,
    entries: Vec<f64>,
    pub(super) scale: Vec<f64>,
}

impl Bordered {
    pub(super) fn new(covariance: &Covariance, rows: &Rows) -> Self {
        let (assets, size) = (covariance.len(), covariance.len() + rows.len());
        let largest = covariance.as_slice().iter().step_by(assets + 1).fold(0.0, |a: f64, b| a.max(*b));
        let fallback = if largest > 0.0 { largest } else { 1.0 };
        let own = |asset: usize| covariance.as_view()[(asset, asset)];
        let mut scale: Vec<f64> = (0..assets)
            .map(|asset| 1.0 / if own(asset) > 0.0 { own(asset) } else { fallback }.sqrt())
            .collect();
        for row in 0..rows.len() {
            let most =
                rows.row(row).iter().zip(&scale).fold(0.0, |most: f64, (a, s)| most.max((a * s).abs()));
            scale.push(if most > 0.0 { 1.0 / most } else { 1.0 });
        }
        let mut entries = vec![0.0; size * size];
        for col in 0..assets {
            for row in 0..assets {
                entries[col * size + row] = covariance.column(col)[row] * scale[row] * scale[col];
            }
            for row in 0..rows.len() {
                let entry = rows.row(row)[col] * scale[col] * scale[assets + row];
                entries[col * size + assets + row] = entry;
                entries[(assets + row) * size + col] = entry;
            }
        }
        Self { assets, size, entries, scale }
    }

    pub(super) fn column(&self, index: usize) -> &[f64] {
        &self.entries[index * self.size..][..self.size]
    }

    /// `product += H v`, where v holds `values` at `members` and zero elsewhere.
    pub(super) fn add_product(&self, members: &[usize], values: &[f64], product: &mut [f64]) {
        for (&member, &value) in members.iter().zip(values).filter(|(_, value)| **value != 0.0) {
            axpy(value, self.column(member), product);
        }
    }
}

/// A direction without curvature: values at `members`, assets and rows as in [`Bordered`].
#[derive(Debug, PartialEq)]
pub(super) struct FlatDirection {
    pub(super) members: Vec<usize>,
    pub(super) values: Vec<f64>,
}

/// The free assets and active rows, in any order, and the inverse of their part of [`Bordered`].
#[derive(Debug, Default)]
pub(super) struct Basis {
    pub(super) members: Vec<usize>,
    /// Column by column, as many columns as members, each of as many numbers as members.
    inverse: Vec<f64>,
}

impl Basis {
    fn column(&self, position: usize) -> &[f64] {
        &self.inverse[position * self.members.len()..][..self.members.len()]
    }

    /// `solution = K⁻¹ rhs`
    pub(super) fn solve(&self, rhs: &[f64], solution: &mut [f64]) {
        for (position, entry) in solution.iter_mut().enumerate() {
            *entry = dot(self.column(position), rhs);
        }
    }

    /// One step of iterative refinement: what the updates of the inverse lose does not add up.
    fn refine(&self, matrix: &Bordered, rhs: &[f64], solution: &mut [f64]) {
        let mut product = vec![0.0; matrix.size];
        matrix.add_product(&self.members, solution, &mut product);
        let residual: Vec<f64> =
            self.members.iter().zip(rhs).map(|(&member, rhs)| rhs - product[member]).collect();
        for (position, entry) in solution.iter_mut().enumerate() {
            *entry += dot(self.column(position), &residual);
        }
    }

    /// Takes in another member, unless that would leave a direction without curvature, or a row that follows from
    /// others.
    pub(super) fn add(&mut self, matrix: &Bordered, index: usize) -> Result<(), FlatDirection> {
        let members = self.members.len();
        let across: Vec<f64> = self.members.iter().map(|&member| matrix.column(index)[member]).collect();
        let mut pull = vec![0.0; members];
        self.solve(&across, &mut pull);
        self.refine(matrix, &across, &mut pull);
        let pivot = matrix.column(index)[index] - dot(&across, &pull);
        if pivot.abs() <= FLAT * (1.0 + length(matrix, &self.members, &pull)) {
            let mut direction = FlatDirection { members: self.members.clone(), values: pull };
            direction.values.iter_mut().for_each(|value| *value = -*value);
            direction.members.push(index);
            direction.values.push(1.0);
            return Err(direction);
        }
        let mut inverse = Vec::with_capacity((members + 1) * (members + 1));
        for position in 0..members {
            inverse.extend_from_slice(self.column(position));
            axpy(pull[position] / pivot, &pull, &mut inverse[position * (members + 1)..]);
            inverse.push(-pull[position] / pivot);
        }
        inverse.extend(pull.iter().map(|value| -value / pivot));
        inverse.push(1.0 / pivot);
        self.inverse = inverse;
        self.members.push(index);
        Ok(())
    }

    /// Lets go of a member, unless that would leave a direction without curvature.
    pub(super) fn remove(&mut self, matrix: &Bordered, index: usize) -> Result<(), FlatDirection> {
        let Some(position) = self.members.iter().position(|&member| member == index) else { return Ok(()) };
        let members = self.members.len();
        let mut column = self.column(position).to_vec();
        let mut unit = vec![0.0; members];
        unit[position] = 1.0;
        self.refine(matrix, &unit, &mut column);
        let pivot = column[position];
        if pivot.abs() <= FLAT * length(matrix, &self.members, &column) {
            let mut direction = FlatDirection { members: self.members.clone(), values: column };
            direction.members.swap_remove(position);
            direction.values.swap_remove(position);
            return Err(direction);
        }
        let mut inverse = Vec::with_capacity((members - 1) * (members - 1));
        // The last member takes the place of the one that goes.
        let order: Vec<usize> = {
            let mut order: Vec<usize> = (0..members).collect();
            order.swap_remove(position);
            order
        };
        for &col in &order {
            let own = self.column(col);
            let factor = column[col] / pivot;
            inverse.extend(order.iter().map(|&row| own[row] - factor * column[row]));
        }
        self.inverse = inverse;
        self.members.swap_remove(position);
        Ok(())
    }

    /// Inverts from scratch; `false` where the matrix is singular.
    pub(super) fn rebuild(&mut self, matrix: &Bordered, members: Vec<usize>) -> bool {
        let size = members.len();
        self.inverse.clear();
        self.inverse.resize(size * size, 0.0);
        self.members = members;
        if size == 0 {
            return true;
        }
        let mut unit = vec![0.0; size * size];
        unit.iter_mut().step_by(size + 1).for_each(|entry| *entry = 1.0);
        let inverted = Ldlt::new(part(matrix, &self.members).as_view())
            .and_then(|ldlt| ldlt.solve_into(&unit, &mut self.inverse).map(|()| ldlt));
        let Ok(ldlt) = inverted else { return false };
        let rows = self.members.iter().filter(|&&member| member >= matrix.assets).count();
        // A column of an asset, divided by its diagonal entry, is the direction in which that asset adds least
        // curvature; the reciprocal of the entry is that curvature.
        let sound = self.members.iter().enumerate().all(|(position, &member)| {
            let column = self.column(position);
            let own = column[position].abs();
            if member < matrix.assets {
                // Where rows alone fix an asset, all of its column is rounding.
                FLAT * length(matrix, &self.members, column) <= own + FLAT * f64::EPSILON
            } else {
                FLAT * own <= 1.0
            }
        });
        sound && ldlt.negative_eigenvalues() == rows
    }

    /// A basis of the null space of the members' part of the matrix.
    pub(super) fn null_space(&self, matrix: &Bordered) -> Vec<Vec<f64>> {
        let Ok(eigen) = SymmetricEigen::new(part(matrix, &self.members).as_view()) else { return Vec::new() };
        let vectors = eigen.vectors();
        let null = |&col: &usize| eigen.values()[col].abs() <= NULL;
        (0..self.members.len())
            .filter(null)
            .map(|col| vectors.column(col).iter().copied().collect())
            .collect()
    }
}

fn part(matrix: &Bordered, members: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(members.len(), members.len(), |row, col| matrix.column(members[col])[members[row]])
}

/// The squared length of a direction, rows left out.
fn length(matrix: &Bordered, members: &[usize], values: &[f64]) -> f64 {
    let assets = members.iter().zip(values).filter(|(member, _)| **member < matrix.assets);
    assets.map(|(_, value)| value * value).sum()
}
