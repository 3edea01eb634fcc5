//! The problem as cones: any measure, any norm, and a proof that owes nothing to the method.

mod build;
mod certify;
mod cuts;
mod snap;
mod solve;
