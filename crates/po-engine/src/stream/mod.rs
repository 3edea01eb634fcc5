//! A portfolio that decides bar by bar: from prices to weights to the account of every basis point.
//!
//! An [`Engine`] is told what to do by an [`EngineConfig`], takes in a [`Bar`] after the other, and answers each with a
//! [`Decision`].

mod bar;
mod book;
mod config;
mod correction;
mod decide;
mod decision;
mod engine;
mod error;
mod estimator;
mod execution;
mod failure;
mod fallback;
mod intake;
mod metrics;
mod plan;
mod quotes;
mod snapshot;
mod stage;
mod stages;
mod time;

pub use bar::{Bar, FactorBar};
pub use config::{AttributionConfig, Base, EngineConfig};
pub use decision::{Decision, Event, Outcome, Refusal};
pub use engine::Engine;
pub use error::EngineError;
pub use estimator::EstimatorConfig;
pub use failure::StageFailure;
pub use fallback::{Fallback, FallbackRecord};
pub use metrics::{Counts, Metrics};
pub use quotes::QuoteParams;
pub use stage::{Context, Slot, Stage, Stages};
#[cfg(feature = "risk-budget")]
pub use stages::BudgetConfig;
#[cfg(feature = "tail")]
pub use stages::TailConfig;
pub use stages::{AllocatorConfig, TradingConfig};
pub use time::Time;
