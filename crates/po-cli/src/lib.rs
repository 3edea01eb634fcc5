#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod args;
pub mod calendar;
mod config;
mod constraints;
pub mod data;
pub mod demo;
pub mod error;
mod observations;
mod report;
mod run;

pub use error::Error;
pub use run::run;
