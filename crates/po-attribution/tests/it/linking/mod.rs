//! Linking of effects over periods.

mod closed_forms;
mod errors;
mod golden;
mod properties;
