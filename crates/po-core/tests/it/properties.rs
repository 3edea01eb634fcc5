//! What holds of the vocabulary for all data.

use po_core::nalgebra::DMatrix;
use po_core::simd::{argmin, axpy, dot, sum};
use po_core::{
    Allocator, Covariance, EqualWeight, InputError, InverseVariance, InverseVolatility, Universe, Weights,
    nearest_name,
};
use proptest::prelude::*;

use crate::random::{Random, config, covariance, permuted};

/// A few roundings of numbers between zero and one.
const ROUNDING: f64 = 1e-14;

/// One allocator of the three, by number, so that a property is written once.
fn allocate(which: u8, covariance: &Covariance) -> Weights {
    match which {
        0 => EqualWeight.allocate(covariance),
        1 => InverseVolatility.allocate(covariance),
        _ => InverseVariance.allocate(covariance),
    }
    .unwrap()
}

fn allocate_into(
    which: u8,
    covariance: &Covariance,
    scratch: &mut Vec<f64>,
    weights: &mut Weights,
) -> Result<(), InputError> {
    match which {
        0 => EqualWeight.allocate_into(covariance, scratch, weights),
        1 => InverseVolatility.allocate_into(covariance, scratch, weights),
        _ => InverseVariance.allocate_into(covariance, scratch, weights),
    }
}

fn scaled(covariance: &Covariance, factor: f64) -> Covariance {
    Covariance::new(covariance.as_view().map(|entry| factor * entry)).unwrap()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn naive_weights_lie_on_the_simplex(which in 0_u8..3, assets in 1_usize..60, seed: u64) {
        let weights = allocate(which, &covariance(assets, seed));
        prop_assert_eq!(weights.len(), assets);
        prop_assert!(weights.as_slice().iter().all(|weight| *weight > 0.0));
        prop_assert!((weights.net() - 1.0).abs() <= ROUNDING);
    }

    #[test]
    fn naive_weights_follow_the_order_of_assets(which in 0_u8..3, assets in 1_usize..60, seed: u64) {
        let covariance = covariance(assets, seed);
        let order = Random::new(!seed).permutation(assets);
        let (plain, moved) = (allocate(which, &covariance), allocate(which, &permuted(&covariance, &order)));
        for (weight, &asset) in moved.as_slice().iter().zip(&order) {
            prop_assert!((weight - plain.as_slice()[asset]).abs() <= ROUNDING);
        }
    }

    #[test]
    fn naive_weights_do_not_depend_on_the_unit(which in 0_u8..3, assets in 1_usize..60, power in -60_i32..60, seed: u64) {
        let covariance = covariance(assets, seed);
        // A power of two changes no digit.
        prop_assert_eq!(allocate(which, &scaled(&covariance, 2f64.powi(power))), allocate(which, &covariance));
        let weights = allocate(which, &scaled(&covariance, 1e4));
        for (weight, plain) in weights.as_slice().iter().zip(allocate(which, &covariance).as_slice()) {
            prop_assert!((weight - plain).abs() <= ROUNDING);
        }
    }

    #[test]
    fn both_spellings_give_the_same_bits(which in 0_u8..3, sizes in prop::collection::vec(1_usize..40, 1..4), seed: u64) {
        let (mut scratch, mut weights) = (Vec::new(), Weights::default());
        for assets in sizes {
            let covariance = covariance(assets, seed);
            allocate_into(which, &covariance, &mut scratch, &mut weights).unwrap();
            prop_assert_eq!(&weights, &allocate(which, &covariance));
        }
    }

    #[test]
    fn variances_of_any_size_can_be_inverted(which in 1_u8..3, exponents in prop::collection::vec(-300_i32..300, 1..10)) {
        let covariance = Covariance::new(DMatrix::from_fn(exponents.len(), exponents.len(), |row, col| {
            if row == col { 10f64.powi(exponents[row]) } else { 0.0 }
        })).unwrap();
        let weights = allocate(which, &covariance);
        prop_assert!((weights.net() - 1.0).abs() <= ROUNDING);
        prop_assert!(weights.as_slice().iter().all(|weight| (0.0..=1.0).contains(weight)));
    }

    #[test]
    fn risk_contributions_sum_to_one(assets in 1_usize..60, seed: u64) {
        let covariance = covariance(assets, seed);
        let weights = Weights::new(Random::new(!seed).normals(assets)).unwrap();
        let shares = covariance.risk_contributions(&weights).unwrap();
        // Long and short positions leave shares of either sign, whose sum cancels.
        let gross: f64 = shares.iter().map(|share| share.abs()).sum();
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() <= ROUNDING * gross);
        let variance = covariance.portfolio_variance(&weights).unwrap();
        let w = DMatrix::from_column_slice(assets, 1, weights.as_slice());
        let plain = (w.transpose() * covariance.as_view() * w)[(0, 0)];
        prop_assert!((variance - plain).abs() <= ROUNDING * gross * variance);
        for (share, (asset, weight)) in shares.iter().zip(weights.as_slice().iter().enumerate()) {
            let marginal: f64 = covariance.column(asset).iter().zip(weights.as_slice()).map(|(c, w)| c * w).sum();
            prop_assert!((share * variance - weight * marginal).abs() <= ROUNDING * gross * variance);
        }
    }

    #[test]
    fn correlation_and_volatilities_make_the_covariance(assets in 1_usize..30, seed: u64) {
        let covariance = covariance(assets, seed);
        let correlation = covariance.correlation().unwrap();
        prop_assert!((0..assets).all(|asset| correlation.as_view()[(asset, asset)] == 1.0));
        let back = correlation.covariance(&covariance.volatilities()).unwrap();
        for (entry, plain) in back.as_slice().iter().zip(covariance.as_slice()) {
            prop_assert!((entry - plain).abs() <= ROUNDING * plain.abs());
        }
    }

    #[test]
    fn selections_keep_names_and_labels(assets in 1_usize..20, seed: u64) {
        let names: Vec<String> = (0..assets).map(|asset| format!("A{asset}")).collect();
        let labels = (0..assets).map(|asset| (asset % 4 > 0).then(|| format!("G{}", asset % 4)));
        let universe = Universe::new(names).unwrap().grouped("group", labels).unwrap();
        let order = Random::new(seed).permutation(assets);
        let selected = universe.select(&order[..assets.div_ceil(2)]).unwrap();
        for (place, name) in selected.names().iter().enumerate() {
            let asset = universe.index_of(name).unwrap();
            prop_assert_eq!(asset, order[place]);
            prop_assert_eq!(&selected.groupings()[0].labels()[place], &universe.groupings()[0].labels()[asset]);
        }
        let inverse: Vec<usize> = (0..assets).map(|asset| order.iter().position(|&o| o == asset).unwrap()).collect();
        prop_assert_eq!(universe.select(&order).unwrap().select(&inverse).unwrap(), universe);
    }

    #[test]
    fn a_known_name_is_nearest_to_itself(name in ".*", others in prop::collection::vec(".*", 0..6)) {
        let known: Vec<&str> = others.iter().map(String::as_str).collect();
        let found = nearest_name(&name, known.iter().copied());
        prop_assert!(found.is_none_or(|found| known.contains(&found)));
        if !name.is_empty() {
            let found = nearest_name(&name, known.into_iter().chain([name.as_str()])).unwrap();
            prop_assert_eq!(found.to_lowercase(), name.to_lowercase());
        }
    }

    #[test]
    fn kernels_equal_the_plain_loops(
        a in prop::collection::vec(-1.0..1.0, 0..200),
        b in prop::collection::vec(-1.0..1.0, 0..200),
        factor in -2.0..2.0,
    ) {
        let common = a.len().min(b.len());
        let tolerance = 200.0 * f64::EPSILON * (common as f64 + 1.0);
        let plain: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        prop_assert!((dot(&a, &b) - plain).abs() <= tolerance);
        prop_assert!((sum(&a) - a.iter().sum::<f64>()).abs() <= 200.0 * f64::EPSILON * (a.len() as f64 + 1.0));
        let mut updated = b.clone();
        axpy(factor, &a, &mut updated);
        for (place, (updated, b)) in updated.iter().zip(&b).enumerate() {
            let plain = if place < common { b + factor * a[place] } else { *b };
            prop_assert!((updated - plain).abs() <= 4.0 * f64::EPSILON);
        }
        let least = a.iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert_eq!(argmin(&a), a.iter().position(|value| *value == least));
    }
}

#[cfg(feature = "linalg")]
proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn sample_covariances_equal_the_plain_ones(observations in 2_usize..80, assets in 1_usize..30, seed: u64) {
        let returns = crate::random::returns(observations, assets, seed);
        let (mean, covariance) = (returns.mean(), returns.covariance().unwrap());
        let volatilities = covariance.volatilities();
        for row in 0..assets {
            for col in 0..assets {
                let plain: f64 = (0..observations)
                    .map(|t| (returns.column(row)[t] - mean[row]) * (returns.column(col)[t] - mean[col]))
                    .sum::<f64>() / (observations - 1) as f64;
                let scale = volatilities[row] * volatilities[col];
                prop_assert!((covariance.as_view()[(row, col)] - plain).abs() <= ROUNDING * scale);
            }
        }
        let moments = returns.moments().unwrap();
        prop_assert_eq!((moments.mean(), moments.covariance()), (mean.as_slice(), &covariance));
    }
}
