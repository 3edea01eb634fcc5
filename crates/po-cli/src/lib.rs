#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod args;
mod budget;
pub mod calendar;
mod config;
mod constraints;
mod correlation;
mod covariance;
mod cvar;
pub mod data;
pub mod demo;
pub mod error;
mod frontier;
mod heat;
mod hierarchy;
mod live;
mod long_short;
mod nearest;
mod observations;
mod optimise;
mod outlook;
mod overlay;
mod page;
mod picture;
mod problem;
mod progress;
mod rebalance;
mod replay;
mod report;
mod run;
mod share;
mod stability;
mod tail;
mod uses;

pub use error::Error;
pub use run::run;
