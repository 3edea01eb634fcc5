//! Extreme-value distributions and their fits.

mod boundaries;
mod golden;
mod port_pirie;
mod properties;
mod refusals;
