//! The covariance in factor form.

use po_core::linalg::Cholesky;
use po_core::nalgebra::{DMatrix, DVector};
use po_core::{Covariance, StreamingEstimator};
use po_correlation::{Decay, Exposures, FactorEwma, FactorEwmaParams};

use super::market::{Draws, covariance_of, distance, least_eigenvalue, run};

/// A regression of fifty assets on three factors, solved in two ways.
const ROUNDING: f64 = 1e-11;

/// A few operations on numbers of a hundredth and less.
const EXACT: f64 = 1e-17;

const ASSETS: usize = 50;
const FACTORS: usize = 3;

fn exposures(seed: u64) -> Vec<f64> {
    let mut draws = Draws::new(seed);
    (0..ASSETS * FACTORS).map(|place| draws.normal() + if place < ASSETS { 1.0 } else { 0.0 }).collect()
}

/// Bars of assets with these exposures to factors of 1, 0.5 and 0.25 %, and specific risk of 0.5 %.
fn market(seed: u64, count: usize, exposures: &[f64]) -> Vec<Vec<f64>> {
    let mut draws = Draws::new(seed);
    let mut bar = |_| {
        let factors: Vec<f64> =
            (0..FACTORS).map(|factor| 0.01 * 0.5_f64.powi(factor as i32) * draws.normal()).collect();
        let explained = |asset: usize| -> f64 {
            factors.iter().enumerate().map(|(factor, value)| exposures[factor * ASSETS + asset] * value).sum()
        };
        (0..ASSETS).map(|asset| explained(asset) + 0.005 * draws.normal()).collect()
    };
    (0..count).map(&mut bar).collect()
}

fn truth(exposures: &[f64]) -> Vec<f64> {
    let exposures = DMatrix::from_column_slice(ASSETS, FACTORS, exposures);
    let factors =
        DMatrix::from_diagonal(&DVector::from_fn(FACTORS, |factor, _| 1e-4 * 0.25_f64.powi(factor as i32)));
    let matrix = &exposures * factors * exposures.transpose() + DMatrix::identity(ASSETS, ASSETS) * 2.5e-5;
    matrix.as_slice().to_vec()
}

fn holes(mut bars: Vec<Vec<f64>>, share: f64) -> Vec<Vec<f64>> {
    let mut draws = Draws::new(77);
    bars.iter_mut().skip(1).flatten().for_each(|value| {
        if draws.uniform() < share {
            *value = f64::NAN;
        }
    });
    bars
}

/// From the whole history, by the definition.
fn oracle(params: &FactorEwmaParams, exposures: &[f64], bars: &[Vec<f64>]) -> Vec<f64> {
    let b = DMatrix::from_column_slice(ASSETS, FACTORS, exposures);
    let (of_factors, of_specific) = (params.factors.factor(), params.specific.factor());
    let mut factor_covariance = DMatrix::zeros(FACTORS, FACTORS);
    let (mut weight, mut squares, mut weights) = (0.0, vec![0.0; ASSETS], vec![0.0; ASSETS]);
    for (age, bar) in bars.iter().rev().enumerate() {
        let seen: Vec<usize> = (0..ASSETS).filter(|&asset| !bar[asset].is_nan()).collect();
        let own = DMatrix::from_fn(seen.len(), FACTORS, |row, col| b[(seen[row], col)]);
        let returns = DVector::from_fn(seen.len(), |row, _| bar[seen[row]]);
        let gram = own.transpose() * &own;
        let right = own.transpose() * &returns;
        let f = DVector::from_vec(Cholesky::new(gram.as_view()).unwrap().solve(right.as_slice()).unwrap());
        factor_covariance += of_factors.powi(age as i32) * &f * f.transpose();
        weight += of_factors.powi(age as i32);
        let residuals = returns - own * f;
        for (row, &asset) in seen.iter().enumerate() {
            let freedom = seen.len() as f64 / (seen.len() - FACTORS) as f64;
            squares[asset] += of_specific.powi(age as i32) * freedom * residuals[row].powi(2);
            weights[asset] += of_specific.powi(age as i32);
        }
    }
    let specific = DVector::from_fn(ASSETS, |asset, _| squares[asset] / weights[asset]);
    (&b * (factor_covariance / weight) * b.transpose() + DMatrix::from_diagonal(&specific))
        .as_slice()
        .to_vec()
}

#[test]
fn equals_the_sum_over_the_whole_history() {
    let exposures = exposures(1);
    for share in [0.0, 0.1, 0.6] {
        let params = FactorEwmaParams { specific: Decay::HalfLife(30.0), ..FactorEwmaParams::default() };
        let bars = holes(market(2, 120, &exposures), share);
        let estimate = run(FactorEwma::new(params.clone(), FACTORS, &exposures).unwrap(), &bars);
        let expected = oracle(&params, &exposures, &bars);
        assert!(distance(&covariance_of(&estimate), &expected) < ROUNDING);
        let in_factors = estimate.factor_covariance().unwrap();
        assert!(distance(&in_factors.covariance().unwrap(), &expected) < ROUNDING);
        assert!(least_eigenvalue(&covariance_of(&estimate)) > 0.0);
    }
}

/// More bars than the Gram matrix is kept for, with an asset that comes and goes.
#[test]
fn rounding_does_not_add_up() {
    let exposures = exposures(3);
    let mut bars = market(4, 2200, &exposures);
    bars.iter_mut().step_by(2).for_each(|bar| bar[7] = f64::NAN);
    let params = FactorEwmaParams::default();
    let estimate = run(FactorEwma::new(params.clone(), FACTORS, &exposures).unwrap(), &bars);
    assert!(distance(&covariance_of(&estimate), &oracle(&params, &exposures, &bars)) < ROUNDING);
}

/// Without an asset the rest is as if it had never been, up to rounding.
#[test]
fn an_asset_leaves_the_others_untouched() {
    let exposures = exposures(5);
    let mut bars = market(6, 100, &exposures);
    let without: Vec<Vec<f64>> = bars.iter().map(|bar| bar[1..].to_vec()).collect();
    bars[1..].iter_mut().for_each(|bar| bar[0] = f64::NAN);
    let fewer: Vec<f64> =
        exposures.chunks_exact(ASSETS).flat_map(|factor| factor[1..].iter().copied()).collect();
    let params = FactorEwmaParams::default();
    let listed = run(FactorEwma::new(params.clone(), FACTORS, &exposures).unwrap(), &bars[1..]);
    let expected = run(FactorEwma::new(params, FACTORS, &fewer).unwrap(), &without[1..]);
    for (specific, expected) in listed.specific()[1..].iter().zip(expected.specific()) {
        assert!((specific / expected - 1.0).abs() < ROUNDING);
    }
    assert_eq!(
        (listed.observations(0), listed.specific()[0], listed.ready(0), listed.ready(1)),
        (0, 0.0, false, true)
    );
    assert_eq!((listed.bars(), listed.observations(99)), (99, 0));
}

/// Given rough exposures, those that follow the returns end nearer to the truth than those that stay.
#[test]
fn tracked_exposures_find_the_factors() {
    let exact = exposures(7);
    let mut draws = Draws::new(8);
    let rough: Vec<f64> = exact.iter().map(|exposure| exposure + 0.7 * draws.normal()).collect();
    let bars = market(9, 2000, &exact);
    let away = |kind, from: &[f64]| {
        let forget = Decay::HalfLife(500.0);
        let params = FactorEwmaParams {
            factors: forget,
            specific: forget,
            exposures: kind,
            ..FactorEwmaParams::default()
        };
        let estimate = run(FactorEwma::new(params, FACTORS, from).unwrap(), &bars);
        distance(&covariance_of(&estimate), &truth(&exact))
    };
    let tracked = Exposures::Tracked(Decay::HalfLife(500.0));
    let (best, stays, follows) =
        (away(Exposures::Fixed, &exact), away(Exposures::Fixed, &rough), away(tracked, &rough));
    assert!(stays > 3.0 * best && follows < 2.0 * best, "exact {best}, rough {stays}, tracked {follows}");
}

/// While factors stand still, nothing is learnt of exposures to them.
#[test]
fn exposures_stay_where_factors_do_not_move() {
    let exposures = exposures(11);
    let tracked = Exposures::Tracked(Decay::HalfLife(20.0));
    let params = FactorEwmaParams { exposures: tracked, ..FactorEwmaParams::default() };
    let still = run(FactorEwma::new(params, FACTORS, &exposures).unwrap(), &vec![vec![0.0; ASSETS]; 20]);
    assert_eq!(still.exposures(), exposures);
    let moving = run(still, &market(12, 20, &exposures));
    assert!(moving.exposures() != exposures);
}

/// A variance of six hundred bars with a half-life of 300 errs by a twentieth; of three thousand, the mean error
/// is that of the factors, which all share.
const ERROR: f64 = 0.15;

#[test]
fn thousands_of_assets_are_estimated_in_factor_form() {
    let (assets, factors) = (3000, 5);
    let mut draws = Draws::new(21);
    let exposures: Vec<f64> = (0..assets * factors).map(|_| draws.normal()).collect();
    let half_life = Decay::HalfLife(300.0);
    let params = FactorEwmaParams { factors: half_life, specific: half_life, ..FactorEwmaParams::default() };
    let mut estimate = FactorEwma::new(params, factors, &exposures).unwrap();
    for _ in 0..600 {
        let of_factors: Vec<f64> = (0..factors).map(|_| 0.01 * draws.normal()).collect();
        let explained = |asset: usize| -> f64 {
            of_factors.iter().enumerate().map(|(factor, of)| exposures[factor * assets + asset] * of).sum()
        };
        let bar: Vec<f64> = (0..assets).map(|asset| explained(asset) + 0.02 * draws.normal()).collect();
        estimate.update(&bar).unwrap();
    }
    let covariance = estimate.factor_covariance().unwrap();
    let truth = |asset: usize| {
        let squares = (0..factors).map(|factor| exposures[factor * assets + asset].powi(2)).sum::<f64>();
        1e-4 * squares + 4e-4
    };
    let ratios = covariance.variances().into_iter().enumerate().map(|(asset, found)| found / truth(asset));
    let mean = ratios.map(|ratio| (ratio - 1.0).abs()).sum::<f64>() / assets as f64;
    assert!(mean < ERROR && mean > 0.0, "{mean}");
    assert!((0..assets).all(|asset| estimate.ready(asset)));
}

/// Exact in one bar: the market is the return, and nothing is left over.
#[test]
fn one_factor_without_noise() {
    let mut estimate = FactorEwma::new(FactorEwmaParams::default(), 1, &[1.0, 2.0, -1.0]).unwrap();
    estimate.update(&[0.01, 0.02, -0.01]).unwrap();
    assert!((estimate.factor_returns()[0] - 0.01).abs() < EXACT);
    assert_eq!(estimate.factors(), 1);
    let mut covariance = Covariance::default();
    estimate.covariance_into(&mut covariance).unwrap();
    assert!((covariance.as_view()[(2, 1)] + 2e-4).abs() < EXACT);
}
