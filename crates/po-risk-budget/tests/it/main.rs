//! Risk budgets against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod auto_traits;
mod caps;
mod closed_form;
mod constrained;
mod constrained_errors;
mod constrained_properties;
mod controller;
mod covariances;
mod errors;
mod factor_budget;
mod golden;
mod hard_problems;
mod measure_errors;
mod measure_oracles;
mod measures;
mod more_types;
mod nested;
mod properties;
mod scenarios;
#[cfg(feature = "serde")]
mod serde;
mod warm_start;
