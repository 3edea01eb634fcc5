#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod prelude;

pub use po_core::*;
#[cfg(feature = "hrp")]
#[cfg_attr(docsrs, doc(cfg(feature = "hrp")))]
pub use po_hrp as hrp;
