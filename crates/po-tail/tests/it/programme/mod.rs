//! Programmes in conditional value at risk: against linear programming, by their proofs, and bad input.

mod errors;
mod golden;
mod market;
mod proofs;
