#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
mod codependence;
mod dcc;
mod error;
pub mod evaluate;
mod garch;
mod stream;

pub use batch::*;
pub use codependence::*;
pub use dcc::*;
pub use error::Error;
pub use garch::*;
pub use stream::*;
