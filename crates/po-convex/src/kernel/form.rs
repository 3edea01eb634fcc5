//! The Hessian as the kernel sees it, and the solution of systems in some of its rows and columns.

use po_core::linalg::{Cholesky, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView};
use po_core::simd::{add_columns, axpy, dot};

use crate::{Program, Risk};

/// A pivot this small, in units of its diagonal entry, has lost all digits: the matrix is singular.
const SINGULAR: f64 = 1e-11;

/// `s Σ`, by its entries or by its factors.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form<'a> {
    /// Nothing, because s is zero: what curves the programme, if anything does, is its ridge.
    Zero,
    Dense {
        scale: f64,
        matrix: DMatrixView<'a, f64>,
    },
    /// `s (L L' + diag(d))`.
    Factor {
        scale: f64,
        loadings: DMatrixView<'a, f64>,
        specific: &'a [f64],
    },
}

impl<'a> Form<'a> {
    pub(crate) fn of(program: &Program<'a>) -> Self {
        let scale = program.scale;
        if scale == 0.0 {
            return Self::Zero;
        }
        match program.risk {
            Risk::Dense(covariance) => Self::Dense { scale, matrix: covariance.as_view() },
            Risk::Factor(covariance) => {
                let loadings = covariance.loadings().as_view();
                Self::Factor { scale, loadings, specific: covariance.specific() }
            }
        }
    }

    /// `product += H x`, where x holds `values` at `assets` and zero elsewhere.
    pub(crate) fn add_product(
        &self,
        assets: &[usize],
        values: &[f64],
        scratch: &mut Vec<f64>,
        product: &mut [f64],
    ) {
        match *self {
            Self::Zero => {}
            Self::Dense { scale, matrix } => {
                scratch.clear();
                scratch.extend(values.iter().map(|value| scale * value));
                add_columns(matrix, assets, scratch, product);
            }
            Self::Factor { scale, loadings, specific } => {
                let all = assets.len() == product.len();
                for (&asset, value) in assets.iter().zip(values) {
                    product[asset] += scale * specific[asset] * value;
                }
                for factor in loadings.column_iter() {
                    let factor = factor.data.into_slice();
                    // When all assets take part, they stand in order.
                    let exposure = if all {
                        dot(factor, values)
                    } else {
                        assets.iter().zip(values).map(|(&asset, value)| factor[asset] * value).sum()
                    };
                    axpy(scale * exposure, factor, product);
                }
            }
        }
    }

    /// Entry (row, col).
    pub(crate) fn entry(&self, row: usize, col: usize) -> f64 {
        match *self {
            Self::Zero => 0.0,
            Self::Dense { scale, matrix } => scale * matrix[(row, col)],
            Self::Factor { scale, loadings, specific } => {
                let own = if row == col { specific[row] } else { 0.0 };
                scale * (own + loadings.row(row).dot(&loadings.row(col)))
            }
        }
    }

    /// Adds minus the entries of a column, at some rows, to a list.
    pub(crate) fn push_negative(&self, rows: &[usize], col: usize, list: &mut Vec<f64>) {
        match *self {
            Self::Dense { scale, matrix } => {
                let column = matrix.column(col).data.into_slice();
                list.extend(rows.iter().map(|&row| -scale * column[row]));
            }
            Self::Zero | Self::Factor { .. } => list.extend(rows.iter().map(|&row| -self.entry(row, col))),
        }
    }

    /// Entry (asset, asset).
    pub(crate) fn diagonal(&self, asset: usize) -> f64 {
        self.entry(asset, asset)
    }
}

/// A factorisation of `H_FF + diag`, for some assets F.
#[derive(Clone, Debug, Default)]
pub(crate) struct System {
    shape: Shape,
    cholesky: Cholesky,
    /// Of the dense form: the diagonal that was factored; of none: the matrix.
    diagonal: Vec<f64>,
    /// Of the factor form: square roots of the diagonal part, and `diag^{-1/2} L_F`, column by column.
    roots: Vec<f64>,
    scaled: Vec<f64>,
    gram: DMatrix<f64>,
    /// Right-hand sides in the space of the factors.
    inner: Vec<f64>,
    inner_solution: Vec<f64>,
}

/// How the matrix was factored.
#[derive(Clone, Copy, Debug, Default)]
enum Shape {
    #[default]
    Diagonal,
    Dense,
    Factor,
}

/// The matrix has no inverse, at working precision.
#[derive(Debug)]
pub(crate) struct Singular;

impl System {
    /// Factors `H_FF + diag(ridge_F) + shift I`; an empty ridge is zero.
    pub(crate) fn factor(
        &mut self,
        form: &Form<'_>,
        (ridge, shift): (&[f64], f64),
        free: &[usize],
    ) -> Result<(), Singular> {
        let extra = |asset: usize| shift + ridge.get(asset).copied().unwrap_or(0.0);
        match *form {
            Form::Zero => {
                self.shape = Shape::Diagonal;
                self.diagonal.clear();
                self.diagonal.extend(free.iter().map(|&asset| extra(asset)));
                if self.diagonal.contains(&0.0) { Err(Singular) } else { Ok(()) }
            }
            Form::Dense { scale, matrix } => {
                let Self { cholesky, diagonal, shape, .. } = self;
                *shape = Shape::Dense;
                diagonal.clear();
                cholesky
                    .factor_columns(free.len(), |col, below| {
                        let asset = free[col];
                        let column = matrix.column(asset).data.into_slice();
                        for (entry, &row) in below.iter_mut().zip(&free[col..]) {
                            *entry = scale * column[row];
                        }
                        below[0] += extra(asset);
                        diagonal.push(below[0]);
                    })
                    .map_err(|_| Singular)?;
                let mut pivots = cholesky.pivots().zip(diagonal.iter());
                let lost = pivots.any(|(pivot, diagonal)| pivot * pivot <= SINGULAR * diagonal);
                if lost { Err(Singular) } else { Ok(()) }
            }
            Form::Factor { scale, loadings, specific } => {
                self.shape = Shape::Factor;
                self.roots.clear();
                self.roots.extend(free.iter().map(|&asset| (scale * specific[asset] + extra(asset)).sqrt()));
                let lost = self.roots.iter().zip(free).any(|(root, &asset)| {
                    root * root <= SINGULAR * scale * loadings.row(asset).norm_squared() || *root == 0.0
                });
                if lost {
                    return Err(Singular);
                }
                self.scaled.clear();
                for factor in loadings.column_iter() {
                    let factor = factor.data.into_slice();
                    let root = scale.sqrt();
                    self.scaled
                        .extend(free.iter().zip(&self.roots).map(|(&asset, own)| root * factor[asset] / own));
                }
                let factors = loadings.ncols();
                if self.gram.nrows() != factors {
                    self.gram = DMatrix::zeros(factors, factors);
                }
                let scaled = DMatrixView::from_slice(&self.scaled, free.len(), factors);
                gram_into(1.0, scaled, &mut self.gram).map_err(|_| Singular)?;
                for factor in 0..factors {
                    self.gram[(factor, factor)] += 1.0;
                }
                self.cholesky.factor(self.gram.as_view()).map_err(|_| Singular)
            }
        }
    }

    /// Solves for right-hand sides of |F| numbers each, one after the other.
    pub(crate) fn solve(&mut self, right_hand_sides: &[f64], solutions: &mut [f64]) -> Result<(), Singular> {
        match self.shape {
            Shape::Diagonal => {
                let size = self.diagonal.len().max(1);
                let sides = right_hand_sides.chunks_exact(size);
                for (side, solution) in sides.zip(solutions.chunks_exact_mut(size)) {
                    for ((solution, side), own) in solution.iter_mut().zip(side).zip(&self.diagonal) {
                        *solution = side / own;
                    }
                }
                Ok(())
            }
            Shape::Dense => {
                // Without linear terms and fixed weights, the first right-hand side is zero, and so is its solution.
                let size = self.cholesky.size().min(right_hand_sides.len());
                let known = if right_hand_sides[..size].iter().all(|side| *side == 0.0) { size } else { 0 };
                let (zeros, unknown) = solutions.split_at_mut(known);
                zeros.fill(0.0);
                self.cholesky.solve_into(&right_hand_sides[known..], unknown).map_err(|_| Singular)
            }
            Shape::Factor => self.solve_by_factors(right_hand_sides, solutions),
        }
    }

    fn solve_by_factors(&mut self, right_hand_sides: &[f64], solutions: &mut [f64]) -> Result<(), Singular> {
        // x = D^{-1/2} (I - W (I + W'W)^{-1} W') D^{-1/2} b, with W = D^{-1/2} L.
        let (free, factors) = (self.roots.len(), self.cholesky.size());
        self.inner.resize(factors, 0.0);
        self.inner_solution.resize(factors, 0.0);
        for (rhs, solution) in
            right_hand_sides.chunks_exact(free.max(1)).zip(solutions.chunks_exact_mut(free.max(1)))
        {
            for ((solution, rhs), root) in solution.iter_mut().zip(rhs).zip(&self.roots) {
                *solution = rhs / root;
            }
            for (inner, column) in self.inner.iter_mut().zip(self.scaled.chunks_exact(free)) {
                *inner = dot(column, solution);
            }
            self.cholesky.solve_into(&self.inner, &mut self.inner_solution).map_err(|_| Singular)?;
            for (inner, column) in self.inner_solution.iter().zip(self.scaled.chunks_exact(free)) {
                axpy(-inner, column, solution);
            }
            solution.iter_mut().zip(&self.roots).for_each(|(solution, root)| *solution /= root);
        }
        Ok(())
    }
}
