//! Dense linear algebra: products, and the four decompositions that portfolio methods need.
//!
//! | type | of | reads | for |
//! |---|---|---|---|
//! | [`Cholesky`] | a positive definite matrix | its lower triangle | solving, log-determinant, simulation |
//! | [`Ldlt`] | a symmetric matrix that may be indefinite | its lower triangle | the equations of optimality |
//! | [`SymmetricEigen`] | a symmetric matrix | its lower triangle | principal components, repair, denoising |
//! | [`Svd`] | any matrix | all of it | least squares, factor models |
//!
//! All four work in the same way. `X::new(matrix)` allocates. `x.factor(matrix)` decomposes another matrix in the
//! memory that `x` has, which grows to the largest problem seen and never shrinks: from the second matrix of one size
//! on, the heap is not touched. `x.solve(b)` allocates the solution, `x.solve_into(b, &mut solution)` does not; `b` is
//! one right-hand side or several, one after the other. An empty `X::default()`, or one whose last `factor` failed,
//! holds a decomposition of size zero.
//!
//! Matrices come in as nalgebra views and are never changed. A number that is not finite is refused. Everything runs
//! on the calling thread, so that results do not depend on how many threads there are.

mod cholesky;
mod eigen;
mod input;
mod ldlt;
mod memory;
mod product;
mod small;
mod svd;
mod system;

pub use cholesky::Cholesky;
pub use eigen::SymmetricEigen;
pub use ldlt::Ldlt;
pub use product::{gemm_into, gemv_into, gram_into};
pub use svd::Svd;
