//! What must hold for any returns.

use po_core::{Covariance, StreamingEstimator};
use po_correlation::{CorrelationOf, Decay, Ewma, EwmaParams};
use proptest::prelude::*;

use super::market::{bars, bits, covariance_of, distance, least_eigenvalue, run, with_holes};
use crate::batch::random::config;

/// Sums of products in two orders.
const ROUNDING: f64 = 1e-12;

/// Eigenvalues of a correlation of rank one and less, as LAPACK would round them too.
const ZERO: f64 = -1e-12;

/// One number, its factors multiplied in two orders.
const LAST_DIGIT: f64 = 1e-15;

fn settings() -> impl Strategy<Value = EwmaParams> {
    let decay = || (2.0..80.0).prop_map(Decay::HalfLife);
    let source = prop_oneof![Just(CorrelationOf::Returns), Just(CorrelationOf::Innovations)];
    (decay(), prop::option::of(decay()), source, prop::option::of(decay()), 0_usize..4).prop_map(
        |(volatility, correlation, correlation_of, mean, lags)| EwmaParams {
            volatility,
            correlation,
            correlation_of,
            mean,
            lags,
            ..EwmaParams::default()
        },
    )
}

/// The covariance by its definition, from the whole history: returns only, mean zero, no lags.
fn oracle(params: &EwmaParams, bars: &[Vec<f64>]) -> Vec<f64> {
    let assets = bars[0].len();
    let weighted = |decay: f64, term: &dyn Fn(&[f64]) -> f64| {
        let ages = bars.iter().rev().enumerate();
        ages.map(|(age, bar)| decay.powi(age as i32) * term(bar)).sum::<f64>()
    };
    let seen = |value: f64| if value.is_nan() { 0.0 } else { value };
    let (of_variance, of_products) =
        (params.volatility.factor(), params.correlation.unwrap_or(params.volatility).factor());
    let product = |i: usize, j: usize| weighted(of_products, &|bar: &[f64]| seen(bar[i]) * seen(bar[j]));
    let scale = |i: usize| {
        let squares = weighted(of_variance, &|bar: &[f64]| seen(bar[i]).powi(2));
        let weight = weighted(of_variance, &|bar: &[f64]| if bar[i].is_nan() { 0.0 } else { 1.0 });
        (squares / weight / product(i, i)).sqrt()
    };
    let scales: Vec<f64> = (0..assets).map(scale).collect();
    let pairs = (0..assets).flat_map(|i| (0..assets).map(move |j| (i, j)));
    pairs.map(|(i, j)| product(i, j) * scales[i] * scales[j]).collect()
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn equals_the_sum_over_the_whole_history(
        (seed, assets, holes) in (0_u64..1000, 1_usize..20, 0.0..0.5),
        (volatility, correlation) in (2.0..80.0, prop::option::of(2.0..80.0)),
    ) {
        let params = EwmaParams {
            volatility: Decay::HalfLife(volatility),
            correlation: correlation.map(Decay::HalfLife),
            ..EwmaParams::default()
        };
        let bars = with_holes(seed, bars(seed, 60, assets), holes);
        let ewma = run(Ewma::new(params.clone(), assets).unwrap(), &bars);
        let covariance = covariance_of(&ewma);
        prop_assert!(distance(&covariance, &oracle(&params, &bars)) < ROUNDING);
        for row in 0..assets {
            for col in 0..assets {
                let entry = covariance.as_view()[(row, col)];
                prop_assert!((ewma.covariance(row, col) - entry).abs() <= LAST_DIGIT * entry.abs());
            }
        }
    }

    #[test]
    fn is_positive_semidefinite_whatever_is_missing(
        params in settings(),
        (seed, assets, count, holes) in (0_u64..1000, 2_usize..20, 1_usize..40, 0.0..0.9),
    ) {
        let mut bars = with_holes(seed, bars(seed, count + 1, assets), holes);
        // A mean leaves nothing of the first return.
        bars.push(bars[0].iter().map(|value| 0.5 - value).collect());
        let ewma = run(Ewma::new(params, assets).unwrap(), &bars);
        prop_assert!(least_eigenvalue(&covariance_of(&ewma)) >= ZERO);
    }

    #[test]
    fn an_asset_leaves_the_others_untouched(
        params in settings(),
        (seed, assets, gone) in (0_u64..1000, 2_usize..20, 0_usize..20),
    ) {
        let gone = gone % assets;
        let whole = with_holes(seed, bars(seed, 50, assets), 0.1);
        let mut listed = whole.clone();
        // Lists late, halts, is delisted.
        for (time, bar) in listed.iter_mut().enumerate() {
            if !(5..30).contains(&time) || (12..20).contains(&time) {
                bar[gone] = f64::NAN;
            }
        }
        let without: Vec<Vec<f64>> =
            whole.iter().map(|bar| [&bar[..gone], &bar[gone + 1..]].concat()).collect();
        let covariance = covariance_of(&run(Ewma::new(params.clone(), assets).unwrap(), &listed));
        let rest = covariance.as_view().into_owned().remove_row(gone).remove_column(gone);
        let expected = covariance_of(&run(Ewma::new(params, assets - 1).unwrap(), &without));
        prop_assert_eq!(bits(&Covariance::new(rest).unwrap()), bits(&expected));
    }

    #[test]
    fn permuting_the_assets_permutes_the_covariance(params in settings(), seed in 0_u64..1000) {
        let assets = 11;
        let place = |asset: usize| (asset * 4 + 3) % assets;
        let plain = with_holes(seed, bars(seed, 30, assets), 0.2);
        let moved: Vec<Vec<f64>> =
            plain.iter().map(|bar| (0..assets).map(|asset| bar[place(asset)]).collect()).collect();
        let covariance = covariance_of(&run(Ewma::new(params.clone(), assets).unwrap(), &plain));
        let permuted = covariance_of(&run(Ewma::new(params, assets).unwrap(), &moved));
        let pairs = (0..assets).flat_map(|col| (0..assets).map(move |row| (place(row), place(col))));
        let expected: Vec<f64> = pairs.map(|pair| covariance.as_view()[pair]).collect();
        prop_assert!(distance(&permuted, &expected) < ROUNDING);
    }

    #[test]
    fn scaling_an_asset_scales_its_row(params in settings(), seed in 0_u64..1000, power in -20_i32..20) {
        let plain = with_holes(seed, bars(seed, 30, 6), 0.2);
        let factor = |asset: usize| if asset == 2 { 2.0_f64.powi(power) } else { 1.0 };
        let mut scaled = plain.clone();
        scaled.iter_mut().for_each(|bar| bar[2] *= factor(2));
        let covariance = covariance_of(&run(Ewma::new(params.clone(), 6).unwrap(), &plain));
        let actual = covariance_of(&run(Ewma::new(params, 6).unwrap(), &scaled));
        let pairs = (0..6).flat_map(|col| (0..6).map(move |row| (row, col)));
        // Powers of two: the same bits, with another exponent.
        let expected: Vec<u64> = pairs
            .map(|(row, col)| (covariance.as_view()[(row, col)] * factor(row) * factor(col)).to_bits())
            .collect();
        prop_assert_eq!(bits(&actual), expected);
    }
}

/// The mean is weighted as everything else, over the bars on which the asset was seen.
#[test]
fn the_mean_is_weighted_too() {
    let params = EwmaParams { mean: Some(Decay::HalfLife(1.0)), ..EwmaParams::default() };
    let ewma = run(Ewma::new(params, 2).unwrap(), &[vec![0.03, f64::NAN], vec![0.0, 0.02], vec![0.06, 0.02]]);
    // Weights of 1/7, 2/7 and 4/7; of the second asset both returns are alike.
    assert!((ewma.mean(0) - 0.27 / 7.0).abs() < LAST_DIGIT && (ewma.mean(1) - 0.02).abs() < LAST_DIGIT);
    let without = run(Ewma::new(EwmaParams::default(), 1).unwrap(), &[vec![0.03]]);
    assert_eq!((without.mean(0), without.mean(9)), (0.0, 0.0));
}

#[test]
fn nothing_new_changes_nothing() {
    let past = run(Ewma::new(EwmaParams::default(), 3).unwrap(), &bars(1, 60, 3));
    let before = covariance_of(&past);
    let after = covariance_of(&run(past, &vec![vec![f64::NAN; 3]; 200]));
    assert_eq!(after.volatilities(), before.volatilities(), "variances keep their bits");
    assert!(distance(&after, before.as_slice()) < ROUNDING);
}

#[test]
fn a_delisted_asset_keeps_its_variance_and_loses_its_correlations() {
    let mut bars = bars(2, 3000, 3);
    let trained = run(Ewma::new(EwmaParams::default(), 3).unwrap(), &bars[..100]);
    bars.iter_mut().for_each(|bar| bar[1] = f64::NAN);
    let variance = trained.variance(1);
    // After 2,233 bars the last return weighs less than 1e-60, and what it left is dropped.
    let ewma = run(trained, &bars[100..]);
    assert_eq!(ewma.variance(1).to_bits(), variance.to_bits());
    assert_eq!((ewma.covariance(0, 1), ewma.covariance(1, 2)), (0.0, 0.0));
    assert_eq!(ewma.observations(1), 100);
    // What comes back begins anew.
    let mut ewma = ewma;
    ewma.update(&[0.01, 0.03, -0.02]).unwrap();
    assert!((ewma.variance(1) - 9e-4).abs() < LAST_DIGIT * 9e-4);
}

#[test]
fn an_asset_is_ready_after_enough_returns() {
    let params = EwmaParams { min_observations: 2, ..EwmaParams::default() };
    let mut ewma = Ewma::new(params, 2).unwrap();
    let mut states = Vec::new();
    for bar in [[0.01, f64::NAN], [0.02, 0.01], [0.01, f64::NAN], [0.0, 0.0]] {
        ewma.update(&bar).unwrap();
        states.push((ewma.ready(0), ewma.ready(1)));
    }
    assert_eq!(states, [(false, false), (true, false), (true, false), (true, true)]);
    assert_eq!((ewma.observations(0), ewma.observations(1), ewma.bars()), (4, 2, 4));
    assert!(!ewma.ready(2), "an asset that there is not");
    assert_eq!((ewma.observations(99), ewma.variance(99), ewma.covariance(0, 99)), (0, 0.0, 0.0));
}

/// A forgotten asset is as one that was never listed.
#[test]
fn forgetting_an_asset_frees_its_place() {
    for lags in [0, 2] {
        let params = EwmaParams { lags, ..EwmaParams::default() };
        let bars = bars(3, 80, 10);
        let mut late = bars.clone();
        late[..40].iter_mut().for_each(|bar| bar[4] = f64::NAN);
        let mut ewma = run(Ewma::new(params.clone(), 10).unwrap(), &bars[..40]);
        ewma.forget(4).unwrap();
        assert_eq!((ewma.observations(4), ewma.variance(4)), (0, 0.0));
        let expected = covariance_of(&run(Ewma::new(params, 10).unwrap(), &late));
        assert_eq!(bits(&covariance_of(&run(ewma, &bars[40..]))), bits(&expected));
    }
}

/// An asset that lists late has its correlations multiplied by the square root of the weight of its sample.
#[test]
fn a_late_listing_grows_into_its_correlations() {
    let params = EwmaParams { volatility: Decay::HalfLife(20.0), ..EwmaParams::default() };
    let mut bars: Vec<Vec<f64>> =
        (0..300).map(|time| vec![0.01 * f64::from(1 - 2 * (time % 2)); 2]).collect();
    bars[..280].iter_mut().for_each(|bar| bar[1] = f64::NAN);
    let ewma = run(Ewma::new(params, 2).unwrap(), &bars);
    // Half of the weight lies on the 20 bars that they share; W_00 is 1 - 2^-15.
    let correlation = ewma.covariance(0, 1) / (ewma.variance(0) * ewma.variance(1)).sqrt();
    assert!((correlation - (0.5 / (1.0 - 2.0_f64.powi(-15))).sqrt()).abs() < ROUNDING);
}

#[test]
fn the_forecast_is_flat() {
    let ewma = run(Ewma::new(EwmaParams::default(), 4).unwrap(), &bars(4, 50, 4));
    let mut month = Covariance::default();
    ewma.forecast_into(16, &mut month).unwrap();
    let expected: Vec<f64> = covariance_of(&ewma).as_slice().iter().map(|entry| 16.0 * entry).collect();
    assert_eq!(month.as_slice(), expected);
}

/// Starting from a covariance, and from innovations.
#[test]
fn a_start_is_returned_as_it_was() {
    let start = covariance_of(&run(Ewma::new(EwmaParams::default(), 9).unwrap(), &bars(5, 50, 9)));
    for correlation_of in [CorrelationOf::Returns, CorrelationOf::Innovations] {
        let params = EwmaParams { correlation_of, ..EwmaParams::default() };
        let ewma = Ewma::starting_from(params, &start).unwrap();
        assert!(distance(&covariance_of(&ewma), start.as_slice()) < ROUNDING);
        assert!((0..9).all(|asset| ewma.ready(asset)));
        assert_eq!(ewma.bars(), 0);
    }
}

/// An asset that does not move has no correlations, and harms nobody.
#[test]
fn an_asset_without_variance_is_told() {
    for correlation_of in [CorrelationOf::Returns, CorrelationOf::Innovations] {
        let params =
            EwmaParams { correlation_of, regime: Some(Decay::HalfLife(5.0)), ..EwmaParams::default() };
        let still: Vec<Vec<f64>> = bars(6, 60, 2).into_iter().map(|bar| vec![bar[0], 0.0]).collect();
        let covariance = covariance_of(&run(Ewma::new(params, 2).unwrap(), &still));
        assert_eq!(&covariance.as_slice()[1..], [0.0, 0.0, 0.0]);
        assert!(covariance.as_slice()[0] > 0.0);
    }
}
