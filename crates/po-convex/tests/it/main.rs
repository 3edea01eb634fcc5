//! Programmes and portfolios against other libraries, closed forms, properties and bad input.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

mod black_litterman;
mod by_hand;
mod compiled;
mod conic;
mod constraints;
mod critical_line;
mod edges;
mod frontier;
mod hedges;
mod infeasible;
mod integer;
mod line;
mod markowitz;
mod nearest_portfolio;
mod parse;
mod portfolios;
mod qp;
mod random;
mod refusals;
mod riskless;
mod semidefinite;
mod table;
mod tracking;
mod views;
mod warm;
mod words;
