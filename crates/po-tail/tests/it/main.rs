//! Tail risk against other programs, printed figures, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
mod backtest;
mod conic_risk;
mod contribution;
mod estimate;
mod extreme;
mod optimise_allocator;
mod overlay;
mod programme;
mod scenario;
mod stream;
mod stress;
mod threshold;
mod values;
