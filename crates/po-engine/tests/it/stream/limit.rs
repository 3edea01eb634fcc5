//! What is held is never too alike.

use po_engine::correlation::Ewma;
use po_engine::stream::{Engine, EstimatorConfig, Event, Outcome};
use po_engine::{BandWidth, CorrelationLimitParams, NoTradeBandParams, Rebalance, StreamingEstimator};

use super::market::{WILD, market};
use super::{step, whole};

/// Correlations that are equal but for rounding: the engine's covariance and the one that is asked here.
const SAME: f64 = 1e-12;

#[test]
fn no_two_that_are_held_are_more_alike_than_the_limit() {
    const ASSETS: usize = 12;
    for (seed, width) in [(50, 0.02), (51, 0.1), (52, 0.3)] {
        for rebalance in [Rebalance::Edge, Rebalance::Target, Rebalance::Whole] {
            let mut config = whole(ASSETS);
            let limit = 0.45;
            config.correlation_limit =
                Some(CorrelationLimitParams { limit, ..CorrelationLimitParams::default() });
            config.trading.band = Some(NoTradeBandParams { width: BandWidth::Absolute(width), rebalance });
            let EstimatorConfig::Ewma(params) = &config.estimator else { unreachable!() };
            let mut ewma = Ewma::new(params.clone(), ASSETS).unwrap();
            let mut engine = Engine::new(config.clone()).unwrap();
            let (mut pairs, mut dropped, mut last) = (0, 0, vec![f64::NAN; ASSETS]);
            for (number, day) in market(220, ASSETS, WILD, seed).iter().enumerate() {
                let decision = step(&mut engine, day).clone();
                assert!(decision.fallbacks.is_empty());
                let mut unknown = [false; ASSETS];
                for event in &decision.events {
                    match event {
                        Event::Delisted { asset, .. } => ewma.forget(*asset).unwrap(),
                        Event::Resumed { asset, .. } => unknown[*asset] = true,
                        _ => {}
                    }
                }
                let quoted = engine.prices();
                let returns: Vec<f64> = (0..ASSETS)
                    .map(|asset| {
                        let fresh = quoted[asset].to_bits() == day.prices[asset].to_bits() && !unknown[asset];
                        if fresh { quoted[asset] / last[asset] - 1.0 } else { f64::NAN }
                    })
                    .collect();
                ewma.update(&returns).unwrap();
                last = quoted.to_vec();
                if decision.outcome != Outcome::Decided {
                    continue;
                }
                // What cannot be traded now is no matter of choice.
                let free = |asset: usize| {
                    ewma.ready(asset) && quoted[asset].to_bits() == day.prices[asset].to_bits()
                };
                let weights = decision.weights.as_slice();
                let held: Vec<usize> =
                    (0..ASSETS).filter(|&asset| weights[asset] != 0.0 && free(asset)).collect();
                dropped += (0..ASSETS).filter(|&asset| free(asset)).count() - held.len();
                for (place, &one) in held.iter().enumerate() {
                    for &two in &held[..place] {
                        let deviations = (ewma.covariance(one, one) * ewma.covariance(two, two)).sqrt();
                        let correlation = ewma.covariance(one, two) / deviations;
                        assert!(correlation < limit + SAME, "bar {number}: {one} and {two}: {correlation}");
                        pairs += 1;
                    }
                }
            }
            assert!(pairs > 200 && dropped > 200, "{pairs} {dropped}");
        }
    }
}
