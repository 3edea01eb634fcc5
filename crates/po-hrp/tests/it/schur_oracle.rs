//! Schur complementary allocation against a version that is written as the formulas are, without a thought for speed.

use po_core::nalgebra::{DMatrix, DVector};
use po_core::{Allocator, Covariance};
use po_hrp::{Error, GammaCap, LeafOrder, Linkage, Schur, SchurParams};
use proptest::prelude::*;

use crate::random::{config, factor_covariance, sample_covariance};

/// Inverses where the library solves triangular systems: the difference is their condition, up to a million.
const INVERTED: f64 = 1e-9;

/// The step-up matrix as Cotton (2024) builds it: the mean over all places at which a row of means can be inserted.
fn step_up(rows: usize, cols: usize) -> DMatrix<f64> {
    if rows == cols {
        return DMatrix::identity(rows, cols);
    }
    if rows < cols {
        return step_up(cols, rows).transpose() * (rows as f64 / cols as f64);
    }
    let identity = DMatrix::<f64>::identity(cols, cols);
    let inserted = |place: usize| identity.clone().insert_row(place, 1.0 / cols as f64);
    (0..rows).map(inserted).sum::<DMatrix<f64>>() / rows as f64
}

fn inverse(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    matrix.clone().try_inverse()
}

/// A, seen by D across B.
fn augmented(gamma: f64, a: &DMatrix<f64>, b: &DMatrix<f64>, d: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let (own, other) = b.shape();
    let across = b * inverse(d)?;
    let complement = a - gamma * &across * b.transpose();
    let r = DMatrix::identity(own, own) - gamma * across * step_up(own, other).transpose();
    let result = inverse(&r)? * complement;
    let symmetric = (&result + result.transpose()) / 2.0;
    symmetric.clone().cholesky().map(|_| symmetric)
}

/// The variance of the inverse-variance portfolio.
fn naive_variance(block: &DMatrix<f64>) -> f64 {
    let precisions =
        DVector::from_iterator(block.nrows(), block.diagonal().iter().map(|variance| 1.0 / variance));
    (precisions.transpose() * block * &precisions)[(0, 0)] / precisions.sum().powi(2)
}

/// The weights of the leaves of a block that holds `mass`, or nothing where a block is not positive definite.
fn bisected(gamma: f64, block: &DMatrix<f64>, mass: f64, weights: &mut Vec<f64>) -> Option<()> {
    let size = block.nrows();
    if size == 1 {
        weights.push(mass);
        return Some(());
    }
    let mid = size / 2;
    let view = |row, col, rows, cols| block.view((row, col), (rows, cols)).into_owned();
    let (a, b) = (view(0, 0, mid, mid), view(0, mid, mid, size - mid));
    let d = view(mid, mid, size - mid, size - mid);
    let (left, right) = if mid > 1 {
        (augmented(gamma, &a, &b, &d)?, augmented(gamma, &d, &b.transpose(), &a)?)
    } else {
        (a, d)
    };
    let (risk_left, risk_right) = (naive_variance(&left), naive_variance(&right));
    let share = risk_right / (risk_left + risk_right);
    bisected(gamma, &left, mass * share, weights)?;
    bisected(gamma, &right, mass * (1.0 - share), weights)
}

/// The weights in the order of the assets.
fn naive(gamma: f64, covariance: &Covariance, order: &[usize]) -> Option<Vec<f64>> {
    let assets = order.len();
    let sorted = DMatrix::from_fn(assets, assets, |row, col| covariance.as_view()[(order[row], order[col])]);
    let mut in_order = Vec::new();
    bisected(gamma, &sorted, 1.0, &mut in_order)?;
    let mut weights = vec![0.0; assets];
    order.iter().zip(in_order).for_each(|(&asset, weight)| weights[asset] = weight);
    Some(weights)
}

#[test]
fn the_step_up_matrix_keeps_ones() {
    for (rows, cols) in [(1, 2), (2, 1), (2, 3), (3, 2), (3, 3), (7, 8), (8, 7)] {
        let ones = step_up(rows, cols) * DVector::repeat(cols, 1.0);
        assert!(ones.iter().all(|one| (one - 1.0).abs() < 1e-14), "{ones}");
    }
}

proptest! {
    #![proptest_config(config(100))]

    /// Halves of equal and of different sizes, well and ill conditioned, and blocks that are not positive definite.
    #[test]
    fn weights_equal_those_of_the_formulas(
        assets in 1_usize..=41, seed: u64, gamma in 0.0..=1.0, sample: bool, average: bool, optimal: bool,
    ) {
        let covariance = if sample {
            sample_covariance(assets, 3 * assets + 10, seed)
        } else {
            factor_covariance(assets, seed)
        };
        let params = SchurParams {
            gamma,
            cap: GammaCap::Never,
            linkage: if average { Linkage::Average } else { Linkage::Ward },
            leaf_order: if optimal { LeafOrder::Optimal } else { LeafOrder::Dendrogram },
            ..SchurParams::default()
        };
        let plain = Schur::new(SchurParams { gamma: 0.0, ..params.clone() }).unwrap().allocate(&covariance).unwrap();
        let expected = naive(gamma, &covariance, plain.leaf_order());
        match (Schur::new(params).unwrap().allocate(&covariance), expected) {
            (Ok(found), Some(expected)) => {
                let apart = found.weights().as_slice().iter().zip(&expected).map(|(a, b)| (a - b).abs());
                prop_assert!(apart.fold(0.0, f64::max) < INVERTED, "{found:?} {expected:?}");
            }
            (Err(error), None) => prop_assert!(matches!(error, Error::IndefiniteCluster { .. }), "{error}"),
            (found, expected) => prop_assert!(false, "{found:?} {expected:?}"),
        }
    }
}
