//! Risk budgets against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

mod measure_oracles;
mod measures;
mod scenarios;
