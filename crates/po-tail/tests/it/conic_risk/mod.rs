//! Optimisation by tail risk against other programs: every measure, every objective, every norm of robustness.

mod golden;
mod market;
mod properties;

pub(crate) use market::{Uniform, market};
