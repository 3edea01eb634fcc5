//! Scenarios and their generators.

mod generators;
mod golden;
mod refusals;
