//! Where the tail begins, how heavy it is, how extremes cluster, and whether tails meet.

mod closed_forms;
mod errors;
mod golden;
mod golden_clusters;
mod limit;
mod process;
mod properties;
#[cfg(feature = "serde")]
mod serde;
