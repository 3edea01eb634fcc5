//! The account bar by bar.

mod closed_forms;
mod errors;
mod golden;
mod long_run;
mod market;
mod oracle;
mod replay;
mod snapshot;
