//! How much assets have to do with each other, and the distances between them.

mod error;
mod matrices;
mod measure;

pub use error::CodependenceError;
pub use matrices::{Codependence, DistanceMatrix};
pub use measure::{CodependenceMeasure, DistanceForm};
