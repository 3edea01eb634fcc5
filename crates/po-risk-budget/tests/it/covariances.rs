//! Seeded random covariances and budgets: a size and a seed stand for all numbers.

use po_core::nalgebra::DMatrix;
use po_core::{Budget, Covariance, FactorCovariance};

use crate::scenarios::Dice;

/// A market and three styles, in factor form; volatilities from some ten to some forty per cent.
pub(crate) fn factor_covariance(assets: usize, seed: u64) -> FactorCovariance {
    let mut dice = Dice::new(seed);
    let exposures = DMatrix::from_fn(assets, 4, |_, factor| match factor {
        0 => 0.05 + 0.2 * dice.uniform(),
        _ => 0.08 * dice.normal(),
    });
    let specific = (0..assets).map(|_| (0.08 + 0.22 * dice.uniform()).powi(2)).collect();
    let identity = Covariance::new(DMatrix::identity(4, 4)).unwrap();
    FactorCovariance::new(exposures, identity, specific).unwrap()
}

/// The same as a matrix.
pub(crate) fn covariance(assets: usize, seed: u64) -> Covariance {
    factor_covariance(assets, seed).covariance().unwrap()
}

/// The sample covariance of so many observations of assets with a common factor: singular when there are no more of
/// them than assets.
pub(crate) fn sample_covariance(assets: usize, observations: usize, seed: u64) -> Covariance {
    let mut dice = Dice::new(seed);
    let market: Vec<f64> = (0..observations).map(|_| dice.normal()).collect();
    let betas: Vec<f64> = (0..assets).map(|_| 0.3 + 1.2 * dice.uniform()).collect();
    let mut returns =
        DMatrix::from_fn(observations, assets, |time, asset| betas[asset] * market[time] + dice.normal());
    for mut column in returns.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    Covariance::new(returns.transpose() * &returns / observations as f64).unwrap()
}

/// Half of the assets move against the other half, so that the best of each half is held for its hedge.
pub(crate) fn hedged_covariance(assets: usize, correlation: f64) -> Covariance {
    let sign = |asset: usize| if asset.is_multiple_of(2) { 1.0 } else { -1.0 };
    let volatility = |asset: usize| 0.1 + 0.02 * asset as f64;
    Covariance::new(DMatrix::from_fn(assets, assets, |row, col| {
        let correlation = if row == col { 1.0 } else { correlation * sign(row) * sign(col) };
        volatility(row) * volatility(col) * correlation
    }))
    .unwrap()
}

/// Budgets within a factor of ten of each other.
pub(crate) fn budget(assets: usize, seed: u64) -> Budget {
    let mut dice = Dice::new(seed ^ 0xb0d6);
    normalised((0..assets).map(|_| 0.2 + 1.8 * dice.uniform()).collect())
}

/// A budget from parts of any size.
pub(crate) fn normalised(parts: Vec<f64>) -> Budget {
    let sum: f64 = parts.iter().sum();
    Budget::new(parts.into_iter().map(|part| part / sum).collect()).unwrap()
}

/// The covariance of some assets: asset `i` of the result is asset `order[i]` of the input.
pub(crate) fn selected(covariance: &Covariance, order: &[usize]) -> Covariance {
    let matrix = covariance.as_view();
    Covariance::new(DMatrix::from_fn(order.len(), order.len(), |row, col| matrix[(order[row], order[col])]))
        .unwrap()
}
