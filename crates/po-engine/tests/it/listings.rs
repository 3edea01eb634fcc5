//! Late listings, delistings and halts, bar by bar: who is there is weighed as if nobody else had ever been.

use po_engine::hrp::Market;
use po_engine::{Covariance, Investable, StreamingEstimator};

use crate::listed::{MIN_OBSERVATIONS, Online, allocator, bars, estimator};

const BARS: usize = 1_200;
const ASSETS: usize = 18;

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// Every so many bars, a run that was told of those assets alone, from the first bar on, gives the same bits; and so do
/// numbers of a covariance of all assets, once each was seen.
#[test]
fn who_is_there_is_weighed_as_if_nobody_else_had_ever_been() {
    let bars = bars(BARS, ASSETS, 1);
    let mut online = Online::new(ASSETS);
    let (mut sizes, mut whole) = (Vec::new(), Covariance::default());
    for (time, bar) in bars.iter().enumerate() {
        if !online.step(bar) || time % 10 != 0 {
            continue;
        }
        let there = online.investable.assets();
        sizes.push(there.len());
        let mut alone = estimator(there.len());
        for bar in &bars[..=time] {
            alone.update(&online.investable.select(bar).unwrap()).unwrap();
        }
        let mut covariance = Covariance::default();
        alone.covariance_into(&mut covariance).unwrap();
        assert_eq!(bits(covariance.as_slice()), bits(online.covariance.as_slice()), "bar {time}");
        if online.ewma.covariance_into(&mut whole).is_ok() {
            let narrowed = online.investable.covariance(&whole).unwrap();
            assert_eq!(bits(narrowed.as_slice()), bits(covariance.as_slice()), "bar {time}");
        }
        let market = Market { order_before: Some(&online.order_before), ..Market::from(&covariance) };
        let expected = allocator().allocate_market(market).unwrap();
        assert_eq!(online.allocation, expected, "bar {time}");
        let weights = online.investable.select(online.weights.as_slice()).unwrap();
        assert_eq!(bits(&weights), bits(expected.weights().as_slice()), "bar {time}");
        for (asset, &weight) in online.weights.as_slice().iter().enumerate() {
            // Not even minus zero beside those that are there.
            assert_eq!(weight.to_bits() > 0, there.contains(&asset), "bar {time}, asset {asset}");
        }
        assert!((online.weights.net() - 1.0).abs() < 1e-12, "bar {time}");
    }
    assert!(!whole.is_empty(), "each asset was seen at last");
    sizes.dedup();
    assert!(sizes.len() > 30, "assets come and go: {sizes:?}");
}

/// The first weight comes after as many returns as are asked for, the last one with the last return, and none in a halt.
#[test]
fn each_asset_is_held_while_it_is_listed_and_known() {
    let bars = bars(BARS, ASSETS, 2);
    let mut online = Online::new(ASSETS);
    let (mut seen, mut held) = ([0; ASSETS], [0; ASSETS]);
    for (time, bar) in bars.iter().enumerate() {
        let allocated = online.step(bar);
        for asset in 0..ASSETS {
            let quoted = !bar[asset].is_nan();
            seen[asset] += usize::from(quoted);
            let expected = quoted && seen[asset] >= MIN_OBSERVATIONS;
            let weight = online.weights.as_slice()[asset];
            assert_eq!(allocated && weight > 0.0, expected, "bar {time}, asset {asset}");
            held[asset] += usize::from(expected);
        }
    }
    for asset in 0..ASSETS {
        assert_eq!(held[asset], seen[asset].saturating_sub(MIN_OBSERVATIONS - 1), "asset {asset}");
    }
    assert!(held.iter().all(|held| *held > 0), "each was held for a while: {held:?}");
}

/// Before anyone is known there is nothing to hold, and no error of another kind.
#[test]
fn at_first_there_is_nobody() {
    let bars = bars(MIN_OBSERVATIONS - 1, ASSETS, 3);
    let mut online = Online::new(ASSETS);
    assert!(bars.iter().all(|bar| !online.step(bar)));
    let error = Investable::from_ready(&online.ewma).unwrap_err();
    assert_eq!(error.to_string(), "the list of assets that can be held is empty, expected at least one item");
}
