#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod allocation;
mod bisection;
mod chain;
mod clusters;
mod dendrogram;
mod distance;
mod error;
mod groups;
mod herc;
mod lanes;
mod limits;
mod linkage;
mod market;
mod measured;
mod nco;
mod ordering;
mod params;
mod prim;
mod projection;
#[cfg(feature = "linalg")]
mod schur;
mod scratch;
#[cfg(feature = "linalg")]
mod seriation;
mod tree;

pub use allocate::Hrp;
pub use allocation::{HrpAllocation, Split};
pub use clusters::{ClusterCount, Clusters, ClustersScratch, clusters, clusters_into};
pub use dendrogram::{Dendrogram, Merge};
pub use error::Error;
pub use herc::{
    ClusterRisk, ClusterWeights, Division, Herc, HercAllocation, HercCluster, HercParams, HercScratch,
};
pub use linkage::{linkage, linkage_into};
pub use market::Market;
pub use nco::{Nco, NcoAllocation, NcoError, NcoParams, NcoScratch, Nest};
pub use ordering::optimal_leaf_order;
pub use params::{HrpParams, LeafOrder, Linkage, Metric};
#[cfg(feature = "linalg")]
#[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
pub use schur::{GammaCap, Schur, SchurAllocation, SchurParams, SchurScratch};
pub use scratch::{HrpScratch, LinkageScratch};
#[cfg(feature = "linalg")]
#[cfg_attr(docsrs, doc(cfg(feature = "linalg")))]
pub use seriation::{SeriationScratch, spectral_order, spectral_order_into};
