//! Which assets are too alike to be held together.

use pulp::{Simd, WithSimd};

use super::bits::{self, WORD};
use super::{CorrelationLimitParams, CorrelationSense};
use crate::simd::blocks::dispatch;
use crate::{Covariance, Weights};

/// A correlation this near below the limit is at the limit: two copies differ from 1 by rounding.
const ROUNDING: f64 = 1e-12;

/// The graph of the conflicts: a set of assets for each asset of the target.
#[derive(Clone, Debug, Default)]
pub(super) struct Conflicts {
    words: usize,
    rows: Vec<u64>,
    /// One over the volatility, with the sign of the position; zero without volatility.
    scales: Vec<f64>,
    /// The assets of the target.
    pub(super) assets: Vec<u64>,
}

impl Conflicts {
    pub(super) fn find(
        &mut self,
        params: &CorrelationLimitParams,
        covariance: &Covariance,
        target: &Weights,
    ) {
        let size = covariance.len();
        let Self { words, rows, scales, assets } = self;
        *words = bits::words(size);
        bits::clear(rows, size * *words);
        bits::clear(assets, *words);
        scales.clear();
        for (asset, weight) in target.as_slice().iter().enumerate() {
            let variance = covariance.column(asset)[asset];
            let held = *weight != 0.0;
            let scale = if held && variance >= f64::MIN_POSITIVE { 1.0 / variance.sqrt() } else { 0.0 };
            let turned = params.sense == CorrelationSense::Positions && *weight < 0.0;
            scales.push(if turned { -scale } else { scale });
            if held {
                bits::insert(assets, asset);
            }
        }
        dispatch(Compare {
            covariance,
            scales,
            limit: params.limit - ROUNDING,
            absolute: params.sense == CorrelationSense::Absolute,
            assets,
            rows,
        });
    }

    /// The assets that an asset must not be held with.
    pub(super) fn of(&self, asset: usize) -> &[u64] {
        &self.rows[self.words * asset..][..self.words]
    }

    /// How many pairs there are.
    pub(super) fn pairs(&self) -> usize {
        self.rows.iter().map(|word| word.count_ones() as usize).sum::<usize>() / 2
    }
}

struct Compare<'a> {
    covariance: &'a Covariance,
    scales: &'a [f64],
    limit: f64,
    absolute: bool,
    assets: &'a [u64],
    rows: &'a mut [u64],
}

impl WithSimd for Compare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { covariance, scales, limit, absolute, assets, rows } = self;
        for asset in bits::numbers(assets.iter().copied()) {
            let row = &mut rows[assets.len() * asset..][..assets.len()];
            let (column, own) = (covariance.column(asset), scales[asset]);
            if absolute {
                compare(column, scales, row, |entry, scale| (entry * (own * scale)).abs() >= limit);
            } else {
                compare(column, scales, row, |entry, scale| entry * (own * scale) >= limit);
            }
            row.iter_mut().zip(assets).for_each(|(word, assets)| *word &= assets);
            bits::remove(row, asset);
        }
    }
}

#[inline(always)]
fn compare(column: &[f64], scales: &[f64], row: &mut [u64], above: impl Fn(f64, f64) -> bool) {
    let (whole, rest) = column.as_chunks::<WORD>();
    let (scales, of_rest) = scales.as_chunks::<WORD>();
    for ((word, entries), scales) in row.iter_mut().zip(whole).zip(scales) {
        // Word by word and of one length: such a loop is vectorised.
        *word = (0..WORD)
            .fold(0, |word, place| word | if above(entries[place], scales[place]) { 1 << place } else { 0 });
    }
    if let (Some(word), false) = (row.last_mut(), rest.is_empty()) {
        for (place, (entry, scale)) in rest.iter().zip(of_rest).enumerate() {
            *word |= u64::from(above(*entry, *scale)) << place;
        }
    }
}
