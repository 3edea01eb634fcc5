//! What most programs need: `use po_engine::prelude::*;`.

pub use po_core::{
    Allocator, Bounds, Covariance, EqualWeight, GroupBound, InputError, InverseVariance, InverseVolatility,
    MissingPolicy, Panel, Returns, Universe, Weights,
};
#[cfg(feature = "hrp")]
#[cfg_attr(docsrs, doc(cfg(feature = "hrp")))]
pub use po_hrp::{Hrp, HrpParams, LeafOrder, Linkage, Metric};
