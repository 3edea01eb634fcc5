//! Attribution against other programs, printed figures, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
mod asset;
mod brinson;
mod decision;
mod errors;
mod factor;
mod linking;
mod risk;
mod stream;
