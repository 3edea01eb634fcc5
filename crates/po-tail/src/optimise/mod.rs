//! Portfolios of least conditional value at risk, and of other risks of the tail.

mod allocate;
mod choice;
mod conic;
mod covariance;
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
mod question;
mod ratio;
mod riskless;
mod solve;
mod solver;
mod tracking;
mod wasserstein;

pub use allocate::{MeanCvar, MeanCvarScratch};
pub(crate) use explain::least_cvar;
pub use frontier::{CvarFrontierParams, CvarSpacing, cvar_frontier};
pub(crate) use functional::Worst;
pub use input::CvarInput;
pub use measure::TailMeasure;
pub(crate) use params::default_confidence;
pub use params::{CvarObjective, MeanCvarParams};
pub use portfolio::CvarPortfolio;
pub(crate) use problem::tail_mean;
pub use program::{CvarProgram, CvarSolution};
pub use solve::CvarScratch;
pub use wasserstein::{GroundNorm, Wasserstein};
