//! The decay that follows the data.

use po_core::StreamingEstimator;
use po_correlation::{AdaptiveEwma, AdaptiveEwmaParams, Decay, Ewma, EwmaParams};

use super::market::{Draws, bars, bits, covariance_of, least_eigenvalue, run, with_holes};

/// On the second bar every correlation is 1 or -1, the distance is divided by 1e-4, and rounding counts
/// 10,000 times; scores of some hundreds are then exponentiated.
const ROUNDING: f64 = 1e-8;

/// Eigenvalues of a correlation, as LAPACK would round them too.
const ZERO: f64 = -1e-12;

/// Rounding of five probabilities.
const SUM: f64 = 1e-15;

fn with(candidates: &[f64]) -> AdaptiveEwmaParams {
    let candidates = candidates.iter().copied().map(Decay::HalfLife).collect();
    AdaptiveEwmaParams { candidates, ..AdaptiveEwmaParams::default() }
}

/// One candidate leaves no choice.
#[test]
fn a_single_candidate_is_an_ewma() {
    let bars = with_holes(1, bars(1, 80, 9), 0.2);
    let adaptive = run(AdaptiveEwma::new(with(&[20.0]), 9).unwrap(), &bars);
    let params = EwmaParams { volatility: Decay::HalfLife(20.0), ..EwmaParams::default() };
    let ewma = run(Ewma::new(params, 9).unwrap(), &bars);
    assert_eq!(bits(&covariance_of(&adaptive)), bits(&covariance_of(&ewma)));
    assert!((0..9).all(|asset| adaptive.ready(asset) == ewma.ready(asset)));
    assert_eq!(adaptive.probabilities(), [1.0]);
}

/// The scores by their definition: normal densities of neighbours under the covariance of each candidate,
/// from [`Ewma`].
#[test]
fn probabilities_are_those_of_the_definition() {
    for (assets, holes) in [(1, 0.0), (1, 0.3), (4, 0.0), (4, 0.3)] {
        let bars = with_holes(2, bars(2, 70, assets), holes);
        let params = with(&[5.0, 20.0, 80.0]);
        let fade = params.memory.factor();
        let single =
            |decay: &Decay| Ewma::new(EwmaParams { volatility: *decay, ..EwmaParams::default() }, assets);
        let mut each: Vec<Ewma> = params.candidates.iter().map(|decay| single(decay).unwrap()).collect();
        let mut scores = vec![0.0; each.len()];
        let mut adaptive = AdaptiveEwma::new(params, assets).unwrap();
        for bar in &bars {
            for (score, ewma) in scores.iter_mut().zip(&mut each) {
                let known = |asset: usize| !bar[asset].is_nan() && ewma.observations(asset) > 0;
                let mut densities = Vec::new();
                for asset in 0..assets {
                    if assets == 1 && known(0) {
                        let variance = ewma.variance(0);
                        densities.push(-0.5 * (variance.ln() + bar[0] * bar[0] / variance));
                    } else if asset + 1 < assets && known(asset) && known(asset + 1) {
                        let (a, b, c) = (
                            ewma.variance(asset),
                            ewma.variance(asset + 1),
                            ewma.covariance(asset, asset + 1),
                        );
                        let (x, y) = (bar[asset], bar[asset + 1]);
                        // No correlation is taken to be nearer to 1 than this.
                        let shrink = (1.0 - c * c / (a * b)).max(1e-4) * a * b;
                        let distance = (x * x * b - 2.0 * x * y * c + y * y * a) / shrink;
                        densities.push(-0.5 * (shrink.ln() + distance));
                    }
                }
                if !densities.is_empty() {
                    *score = fade * *score + densities.iter().sum::<f64>() / densities.len() as f64;
                }
                ewma.update(bar).unwrap();
            }
            adaptive.update(bar).unwrap();
            let best = scores.iter().copied().fold(f64::MIN, f64::max);
            let total: f64 = scores.iter().map(|score| (score - best).exp()).sum();
            for (score, probability) in scores.iter().zip(adaptive.probabilities()) {
                let away = ((score - best).exp() / total - probability).abs();
                assert!(away < ROUNDING, "{assets} {holes}: {away:e}");
            }
        }
    }
}

/// Where nothing changes, long memories win; where variances jump now and then, short ones do.
#[test]
fn the_decay_follows_the_data() {
    let decay = |period: Option<usize>| {
        let mut draws = Draws::new(3);
        let mut adaptive = AdaptiveEwma::new(AdaptiveEwmaParams::default(), 8).unwrap();
        for time in 0..600 {
            let wild = period.is_some_and(|period| time / period % 2 == 1);
            let bar: Vec<f64> =
                draws.bar(8, 0.4).iter().map(|value| value * if wild { 5.0 } else { 1.0 }).collect();
            adaptive.update(&bar).unwrap();
        }
        (adaptive.decay(), adaptive.probabilities().to_vec())
    };
    let (calm, of_calm) = decay(None);
    let (wild, of_wild) = decay(Some(100));
    assert!(of_calm[4] > of_calm[0] && calm > Decay::HalfLife(64.0).factor(), "{calm}: {of_calm:?}");
    assert!(of_wild[0] > 0.5 && wild < Decay::HalfLife(16.0).factor(), "{wild}: {of_wild:?}");
}

#[test]
fn is_positive_semidefinite_whatever_is_missing() {
    for seed in 0..30 {
        let bars = with_holes(seed, bars(seed, 10 + seed as usize, 12), 0.5);
        let adaptive = run(AdaptiveEwma::new(AdaptiveEwmaParams::default(), 12).unwrap(), &bars);
        assert!(least_eigenvalue(&covariance_of(&adaptive)) > ZERO);
        assert!((adaptive.probabilities().iter().sum::<f64>() - 1.0).abs() < SUM);
    }
}

/// A short memory has forgotten the second asset by the time it comes back, and a long one has not: the bar on
/// which it does tells neither of them anything.
#[test]
fn candidates_are_asked_of_what_all_of_them_remember() {
    let mut halted = bars(5, 400, 2);
    halted[100..350].iter_mut().for_each(|bar| bar[1] = f64::NAN);
    // After 200 bars, a half-life of one leaves less than 1e-60.
    let adaptive = run(AdaptiveEwma::new(with(&[50.0, 1.0]), 2).unwrap(), &halted[..350]);
    let back = run(adaptive.clone(), &halted[350..351]);
    assert_eq!(back.probabilities(), adaptive.probabilities());
    let later = run(back, &halted[351..]);
    assert!(later.probabilities()[0] > 0.99, "{:?}", later.probabilities());
}

/// Nothing is left of a forgotten asset but what it said of the decay.
#[test]
fn forgetting_an_asset_frees_its_place() {
    let bars = bars(4, 60, 5);
    for gone in 0..5 {
        let mut adaptive = run(AdaptiveEwma::new(with(&[10.0, 40.0]), 5).unwrap(), &bars[..30]);
        adaptive.forget(gone).unwrap();
        assert_eq!(adaptive.ewma().observations(gone), 0);
        let adaptive = run(adaptive, &bars[30..]);
        assert_eq!(adaptive.ewma().observations(gone), 30);
        assert!(least_eigenvalue(&covariance_of(&adaptive)) > 0.0);
    }
}
