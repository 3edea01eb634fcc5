//! A filter as it is written down.

use po_core::InputError;

use super::filter::DccFilter;
use super::params::DccFilterParams;
use super::triangle::{column, entries};
use crate::Error;

/// What a filter cannot compute from its settings.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshot {
    bars: u64,
    observed: Vec<u64>,
    variances: Vec<f64>,
    /// Packed by columns from the diagonal down.
    q: Vec<f64>,
    params: DccFilterParams,
}

impl From<DccFilter> for Snapshot {
    fn from(filter: DccFilter) -> Self {
        let DccFilter { params, variances, q, observed, bars, .. } = filter;
        Self { bars, observed, variances, q, params }
    }
}

impl TryFrom<Snapshot> for DccFilter {
    type Error = Error;

    fn try_from(snapshot: Snapshot) -> Result<Self, Error> {
        let mut filter = Self::new(snapshot.params)?;
        let assets = filter.variances.len();
        for (what, expected, actual) in [
            ("the list of observations", assets, snapshot.observed.len()),
            ("the list of variances", assets, snapshot.variances.len()),
            ("the triangle of Q", entries(assets), snapshot.q.len()),
        ] {
            if expected != actual {
                return Err(InputError::LengthMismatch { what, expected, actual }.into());
            }
        }
        for asset in 0..assets {
            let positive = |value: f64| value > 0.0 && value.is_finite();
            for (name, value) in [
                ("the variance", snapshot.variances[asset]),
                ("the diagonal of Q", snapshot.q[column(assets, asset)]),
            ] {
                if !positive(value) {
                    let expected = "a positive, finite number";
                    return Err(InputError::AssetOutOfRange { name, asset, value, expected }.into());
                }
            }
            let from = column(assets, asset);
            let below = &snapshot.q[from..from + assets - asset];
            if let Some(row) = below.iter().position(|value| !value.is_finite()) {
                let (what, value) = ("the entry of Q", below[row]);
                return Err(InputError::NotFinite { what, row: asset + row, asset, value }.into());
            }
        }
        filter.variances = snapshot.variances;
        filter.q = snapshot.q;
        filter.observed = snapshot.observed;
        filter.bars = snapshot.bars;
        filter.normalise();
        Ok(filter)
    }
}
