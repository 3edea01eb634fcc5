//! Estimators against other libraries, printed results, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

mod batch;
mod codependence;
mod dcc;
mod evaluate;
mod garch;
mod stream;
