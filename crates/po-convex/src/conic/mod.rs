//! Programmes with limits on risks, risks in the objective, and costs that grow with a power of the trade.
//!
//! These are cones: an interior point comes near the optimum, and Newton steps find the last digits. The proof of
//! optimality is computed afterwards, from gradients.

mod certificate;
mod conflict;
mod polish;
mod program;
mod root;
mod solve;

pub use program::{ConicProgram, ConicSolution, PowerCost, RiskCost, RiskLimit};
