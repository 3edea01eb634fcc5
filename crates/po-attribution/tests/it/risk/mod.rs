//! Where risk comes from.

mod closed_forms;
mod golden;
mod properties;
mod refusals;
