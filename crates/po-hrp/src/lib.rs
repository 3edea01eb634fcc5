#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod allocation;
mod bisection;
mod chain;
mod dendrogram;
mod distance;
mod error;
mod groups;
mod lanes;
mod limits;
mod linkage;
mod ordering;
mod params;
mod prim;
mod projection;
mod scratch;
mod tree;

pub use allocate::Hrp;
pub use allocation::{HrpAllocation, Split};
pub use dendrogram::{Dendrogram, Merge};
pub use error::Error;
pub use linkage::{linkage, linkage_into};
pub use ordering::optimal_leaf_order;
pub use params::{HrpParams, LeafOrder, Linkage, Metric};
pub use scratch::{HrpScratch, LinkageScratch};
