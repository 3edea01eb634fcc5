//! The tests of the `po` command.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::float_cmp, reason = "numbers that are passed on are passed on bit for bit")]

mod allocate_pictures;
mod calendar;
mod command;
mod contract;
mod correlation;
mod correlation_pictures;
mod correlation_slips;
mod covariance;
mod cvar;
mod evaluate;
mod evaluate_slips;
mod feed;
mod frontier;
mod golden;
mod hierarchy;
mod infeasible;
mod long_short;
mod market;
mod nearest;
mod noise;
mod optima;
mod overlay;
mod pairs;
mod po;
mod readers;
mod rebalance;
mod refusals;
mod replay;
mod run;
mod run_state;
mod settings;
mod stability;
mod tail;
mod tail_backtest;
mod tail_pictures;
mod uses;
mod words;
