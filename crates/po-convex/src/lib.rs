#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod allocation;
mod black_litterman;
pub mod cones;
mod conflict;
mod conic;
mod constraints;
mod critical_line;
mod elastic;
mod error;
mod frontier;
mod frontier_point;
mod infeasible;
mod integer;
mod interior;
mod kernel;
mod nearest;
mod nearest_portfolio;
mod optimum;
mod params;
mod path;
mod program;
mod risk;
mod rows;
mod scratch;
mod semidefinite;
mod simplex;
mod solution;
mod view;

pub use allocate::{Markowitz, MarkowitzInput};
pub use allocation::{Portfolio, ShadowPrice};
pub use black_litterman::{BlackLitterman, BlackLittermanParams, Posterior, Prior, equilibrium};
pub use conflict::{Conflict, Constraint, Side, Violation};
pub use conic::{ConicProgram, ConicSolution, PowerCost, RiskCost, RiskLimit};
pub use constraints::{
    CompiledConstraints, Constraints, Costs, Families, LinearConstraint, MaxCorrelation, Net, TableError,
    TableRow,
};
pub use critical_line::{CriticalLine, critical_line};
pub use error::Error;
pub use frontier::{FrontierParams, Spacing, frontier};
pub use frontier_point::FrontierPoint;
pub use kernel::{ProgramScratch, Start};
pub use nearest_portfolio::{
    NearestAllocation, NearestInput, NearestParams, NearestPortfolio, NearestScratch, Nearness,
};
pub use params::{MarkowitzParams, MeanUncertainty, Objective};
pub use program::{Absolute, Program};
pub use risk::Risk;
pub use rows::Rows;
pub use scratch::MarkowitzScratch;
pub use semidefinite::{
    Semidefinite, check_positive_semidefinite, clip_eigenvalues, nearest_correlation,
    nearest_positive_semidefinite, smallest_eigenvalue,
};
pub use solution::{ActiveSet, ProgramSolution};
pub use view::{Uncertainty, View};
