//! Attribution bar by bar.

mod account;
mod bar;
mod book;
mod facts;
mod lanes;
mod ledger;
mod params;
mod restate;
#[cfg(feature = "serde")]
mod snapshot;
mod statement;
mod update;

pub use bar::{Calendar, LedgerBar, Rollup};
pub use ledger::AttributionLedger;
pub use params::{Keep, LedgerParams};
pub use restate::Restatement;
pub use statement::Statement;
