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
pub mod data;
pub mod demo;
pub mod error;
mod frontier;
mod hierarchy;
mod observations;
mod optimise;
mod outlook;
mod page;
mod picture;
mod problem;
mod report;
mod run;
mod share;
mod uses;

pub use error::Error;
pub use run::run;
