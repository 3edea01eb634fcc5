//! Portfolios of least conditional value at risk, and of other risks of the tail.

mod allocate;
mod conic;
mod explain;
mod fast;
mod frontier;
mod functional;
mod input;
mod measure;
mod params;
mod portfolio;
mod problem;
mod program;
mod ratio;
mod riskless;
mod solve;
mod solver;
mod wasserstein;

pub use allocate::{MeanCvar, MeanCvarScratch};
pub use frontier::{CvarFrontierParams, CvarSpacing, cvar_frontier};
pub use input::CvarInput;
pub use measure::TailMeasure;
pub use params::{CvarObjective, MeanCvarParams};
pub(crate) use explain::least_cvar;
pub(crate) use functional::Worst;
pub(crate) use params::default_confidence;
pub use portfolio::CvarPortfolio;
pub(crate) use problem::tail_mean;
pub use program::{CvarProgram, CvarSolution};
pub use solve::CvarScratch;
pub use wasserstein::{GroundNorm, Wasserstein};
