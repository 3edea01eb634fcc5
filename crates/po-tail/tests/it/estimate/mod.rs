//! The models of a tail, their intervals, and the sheet of a series.

mod closed_forms;
mod errors;
mod golden;
mod intervals;
mod properties;

/// Returns that look random, without ties: quantiles of a heavy tail at the points of a golden sequence.
pub(crate) fn series(count: usize) -> Vec<f64> {
    bent(count, 0.02)
}

/// The same of a logistic distribution, whose excess kurtosis is 1.2.
pub(crate) fn logistic(count: usize) -> Vec<f64> {
    bent(count, 0.0)
}

fn bent(count: usize, cube: f64) -> Vec<f64> {
    let value = |place: usize| {
        let p = (0.5 + place as f64 * 0.618_033_988_749_895).fract();
        let logit = (p / (1.0 - p)).ln();
        0.004 * logit * (1.0 + cube * logit * logit) + 0.0003
    };
    (0..count).map(value).collect()
}

pub(crate) fn beta(level: f64) -> po_core::Confidence {
    po_core::Confidence::new(level).unwrap()
}
