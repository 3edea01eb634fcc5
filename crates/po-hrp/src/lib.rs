#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod allocate;
mod allocation;
mod bisection;
mod chain;
mod clustering;
mod clusters;
mod dbht;
mod dendrogram;
mod distance;
mod error;
mod groups;
mod herc;
mod lanes;
mod limits;
mod linkage;
mod long_short;
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
mod stability;
mod stable_order;
mod tree;
mod words;

pub use allocate::Hrp;
pub use allocation::{HrpAllocation, Split, SplitRule};
pub use clusters::{ClusterCount, Clusters, ClustersScratch, clusters, clusters_into};
pub use dbht::{BubbleLink, Dbht, Edge, FilteredGraph, dbht, dbht_into, filtered_graph, filtered_graph_into};
pub use dendrogram::{Dendrogram, Merge};
pub use error::Error;
pub use herc::{ClusterWeights, Division, Herc, HercAllocation, HercCluster, HercParams, HercScratch};
pub use linkage::{linkage, linkage_into};
pub use long_short::{
    Exposure, LongShort, LongShortAllocation, LongShortError, LongShortParams, LongShortScratch,
};
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
pub use stability::{
    Answer, AssetStability, BootstrapInterval, ClusterStability, CountFrequency, Failure, NodeStability,
    Stability, StabilityAnalysis, StabilityError, StabilityParams,
};
pub use stable_order::stable_leaf_order;
