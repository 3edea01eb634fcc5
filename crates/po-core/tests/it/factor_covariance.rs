//! Covariances in factor form: formulas, the plain products, what is refused, and that nothing makes them panic.

use po_core::nalgebra::{DMatrix, dmatrix};
use po_core::{Covariance, FactorCovariance, InputError, Universe, Weights};
use proptest::prelude::*;

use crate::random::{Random, config};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

/// A few hundred operations on numbers of size one.
const ROUNDING: f64 = 1e-13;

fn factor_covariance(exposures: DMatrix<f64>, factors: DMatrix<f64>, specific: &[f64]) -> FactorCovariance {
    FactorCovariance::new(exposures, Covariance::new(factors).unwrap(), specific.to_vec()).unwrap()
}

/// Exposures, the covariance of the factors, and specific variances, all of size one.
fn model(assets: usize, factors: usize, seed: u64) -> FactorCovariance {
    let mut random = Random::new(seed);
    let (exposures, root) = (random.matrix(assets, factors), random.matrix(factors + 2, factors));
    let specific: Vec<f64> = (0..assets).map(|_| random.uniform()).collect();
    factor_covariance(exposures, root.transpose() * &root / (factors + 2) as f64, &specific)
}

/// `Σ x`, and the exposures of x to the uncorrelated factors.
fn multiplied(covariance: &FactorCovariance, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    // What was in the memory does not matter.
    let (mut product, mut exposures) = (vec![NAN; covariance.len()], vec![NAN; covariance.factors()]);
    covariance.multiply_into(x, &mut exposures, &mut product).unwrap();
    (product, exposures)
}

fn assert_near(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected}");
    }
}

#[test]
fn one_market_by_hand() {
    // β β' / 4 + diag(d), in numbers that are not rounded.
    let exposures = dmatrix![1.0; 0.5; -2.0];
    let covariance = factor_covariance(exposures.clone(), dmatrix![0.25], &[0.5, 0.0, 1.0]);
    assert_eq!((covariance.len(), covariance.factors()), (3, 1));
    assert_eq!(covariance.exposures(), exposures);
    assert_eq!(covariance.factor_covariance(), &Covariance::new(dmatrix![0.25]).unwrap());
    assert_eq!(covariance.specific(), [0.5, 0.0, 1.0]);
    assert_eq!(covariance.loadings(), &dmatrix![0.5; 0.25; -1.0]);
    assert_eq!(covariance.variances(), [0.75, 0.0625, 2.0]);
    let dense = dmatrix![0.75, 0.125, -0.5; 0.125, 0.0625, -0.25; -0.5, -0.25, 2.0];
    assert_eq!(covariance.covariance(), Covariance::new(dense));
    assert_eq!(multiplied(&covariance, &[1.0, 2.0, 0.5]), (vec![0.75, 0.125, 0.0], vec![0.5]));
    let weights = Weights::new(vec![1.0, 2.0, 0.5]).unwrap();
    assert_eq!(covariance.portfolio_variance(&weights), Ok(1.0));
}

#[test]
fn one_correlation_for_all_pairs() {
    // Exposures of one to a factor of variance ρ, and 1 - ρ of its own: the equal portfolio has ρ + (1 - ρ) / N.
    for assets in [1, 2, 10, 100] {
        let rho = 0.3;
        let covariance =
            factor_covariance(DMatrix::from_element(assets, 1, 1.0), dmatrix![rho], &vec![1.0 - rho; assets]);
        let variance = covariance.portfolio_variance(&Weights::equal(assets).unwrap()).unwrap();
        assert!((variance - (rho + (1.0 - rho) / assets as f64)).abs() <= ROUNDING);
        assert_near(&covariance.variances(), &vec![1.0; assets], ROUNDING);
    }
}

#[test]
fn factors_that_are_the_assets() {
    // B = I and d = 0: the covariance is that of the factors.
    let factors = dmatrix![0.04, 0.018, -0.01; 0.018, 0.09, 0.0; -0.01, 0.0, 0.01];
    let covariance = factor_covariance(DMatrix::identity(3, 3), factors.clone(), &[0.0; 3]);
    assert_near(covariance.covariance().unwrap().as_slice(), factors.as_slice(), ROUNDING);
    // L L' = F: the columns of L are eigenvectors, as long as the root of their eigenvalue.
    let loadings = covariance.loadings();
    let gram = loadings.transpose() * loadings;
    assert_near(&[gram[(0, 1)], gram[(0, 2)], gram[(1, 2)]], &[0.0; 3], ROUNDING);
    assert!((gram.trace() - 0.14).abs() <= ROUNDING);
}

#[test]
fn factors_may_be_collinear() {
    // Two factors that are one: exposures add up. Three that sum to zero leave rank two.
    let two =
        factor_covariance(dmatrix![1.0, 0.5; -2.0, 1.0], DMatrix::from_element(2, 2, 4.0), &[0.5, 0.25]);
    let one = factor_covariance(dmatrix![1.5; -1.0], dmatrix![4.0], &[0.5, 0.25]);
    let dense = |covariance: &FactorCovariance| covariance.covariance().unwrap();
    assert_near(dense(&two).as_slice(), dense(&one).as_slice(), ROUNDING);
    let zero_sum = dmatrix![2.0, -1.0, -1.0; -1.0, 2.0, -1.0; -1.0, -1.0, 2.0];
    let three = factor_covariance(DMatrix::from_element(4, 3, 1.0), zero_sum, &[0.5; 4]);
    assert_near(dense(&three).as_slice(), DMatrix::from_diagonal_element(4, 4, 0.5).as_slice(), ROUNDING);
}

#[test]
fn factors_may_stand_still() {
    let covariance = factor_covariance(dmatrix![1.0, 2.0; 3.0, 4.0], DMatrix::zeros(2, 2), &[0.5, 0.0]);
    assert_eq!(covariance.loadings(), &DMatrix::zeros(2, 2));
    assert_eq!(multiplied(&covariance, &[3.0, 4.0]), (vec![1.5, 0.0], vec![0.0, 0.0]));
    assert_eq!(covariance.covariance(), Covariance::new(dmatrix![0.5, 0.0; 0.0, 0.0]));
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn products_equal_the_plain_ones(assets in 1_usize..60, factors in 1_usize..12, seed: u64) {
        let covariance = model(assets, factors, seed);
        let (exposures, of_factors) = (covariance.exposures(), covariance.factor_covariance().as_view());
        let plain = DMatrix::from_fn(assets, assets, |row, col| {
            let mut sum = if row == col { covariance.specific()[row] } else { 0.0 };
            for left in 0..factors {
                for right in 0..factors {
                    sum += exposures[(row, left)] * of_factors[(left, right)] * exposures[(col, right)];
                }
            }
            sum
        });
        // Each number is a sum of K² products of numbers of size one.
        let tolerance = ROUNDING * (factors * factors) as f64;
        assert_near(covariance.covariance().unwrap().as_slice(), plain.as_slice(), tolerance);
        assert_near(&covariance.variances(), plain.diagonal().as_slice(), tolerance);
        let weights = Weights::new(Random::new(!seed).normals(assets)).unwrap();
        let x = DMatrix::from_column_slice(assets, 1, weights.as_slice());
        let (product, uncorrelated) = multiplied(&covariance, weights.as_slice());
        assert_near(&product, (&plain * &x).as_slice(), tolerance * assets as f64);
        assert_near(&uncorrelated, (covariance.loadings().transpose() * &x).as_slice(), tolerance * assets as f64);
        let variance = covariance.portfolio_variance(&weights).unwrap();
        let whole = (x.transpose() * &plain * &x)[(0, 0)];
        prop_assert!((variance - whole).abs() <= tolerance * (assets * assets) as f64);
        prop_assert!(variance >= 0.0);
    }

    #[test]
    fn products_follow_the_order_of_assets(assets in 1_usize..60, factors in 1_usize..12, seed: u64) {
        let covariance = model(assets, factors, seed);
        let order = Random::new(!seed).permutation(assets);
        let moved = FactorCovariance::new(
            covariance.exposures().select_rows(&order),
            covariance.factor_covariance().clone(),
            order.iter().map(|&asset| covariance.specific()[asset]).collect(),
        ).unwrap();
        let x = Random::new(seed).normals(assets);
        let moved_x: Vec<f64> = order.iter().map(|&asset| x[asset]).collect();
        let (product, exposures) = multiplied(&covariance, &x);
        let (moved_product, moved_exposures) = multiplied(&moved, &moved_x);
        let tolerance = ROUNDING * (assets * factors) as f64;
        assert_near(&moved_exposures, &exposures, tolerance);
        assert_near(&moved_product, &order.iter().map(|&asset| product[asset]).collect::<Vec<f64>>(), tolerance);
    }

    #[test]
    fn no_number_makes_a_factor_covariance_panic(
        numbers in prop::collection::vec(prop_oneof![3 => -1.0..1.0, 1 => any::<f64>()], 12),
        of_factors in prop::collection::vec(prop_oneof![3 => 0.0..1.0, 1 => any::<f64>()], 3),
    ) {
        let exposures = DMatrix::from_column_slice(4, 2, &numbers[..8]);
        let (first, second, both) = (of_factors[0], of_factors[1], of_factors[2]);
        if let Ok(factors) = Covariance::from_column_slice(2, &[first, both, both, second])
            && let Ok(covariance) = FactorCovariance::new(exposures, factors, numbers[8..].to_vec())
        {
            prop_assert!(covariance.loadings().iter().all(|loading| loading.is_finite()));
            let _ = covariance.covariance();
            let _ = covariance.portfolio_variance(&Weights::equal(4).unwrap()).unwrap();
        }
    }
}

fn length(what: &'static str, expected: usize, actual: usize) -> InputError {
    InputError::LengthMismatch { what, expected, actual }
}

#[test]
fn shapes_must_fit() {
    let new = |exposures: (usize, usize), factors: usize, specific: usize| {
        let factors = Covariance::new(DMatrix::identity(factors, factors)).unwrap();
        FactorCovariance::new(DMatrix::zeros(exposures.0, exposures.1), factors, vec![0.0; specific])
    };
    assert_eq!(new((0, 1), 1, 0), Err(InputError::Empty { what: "the list of specific variances" }));
    assert_eq!(new((3, 2), 1, 3), Err(length("the list of exposures of an asset", 1, 2)));
    assert_eq!(new((3, 0), 1, 3), Err(length("the list of exposures of an asset", 1, 0)));
    assert_eq!(new((3, 1), 1, 2), Err(length("the list of specific variances", 3, 2)));
    assert_eq!(new((3, 1), 1, 4), Err(length("the list of specific variances", 3, 4)));
}

#[test]
fn numbers_must_be_in_range() {
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    let market = || Covariance::new(DMatrix::identity(2, 2)).unwrap();
    for value in [INFINITY, -INFINITY] {
        let exposures = dmatrix![1.0, 0.0; 0.0, value];
        let error = FactorCovariance::new(exposures, market(), vec![0.0; 2]).unwrap_err();
        // The factors are the rows of a table of exposures, and the assets its columns.
        assert_eq!(error, InputError::NotFinite { what: "the exposure", row: 1, asset: 1, value });
        let message = format!("the exposure of MSFT in row 1 is {value}, expected a finite number");
        assert_eq!(error.named(&universe), message);
    }
    let error = FactorCovariance::new(dmatrix![1.0, NAN; 0.0, 1.0], market(), vec![0.0; 2]).unwrap_err();
    assert!(
        matches!(error, InputError::NotFinite { what: "the exposure", row: 1, asset: 0, value } if value.is_nan())
    );
    let (name, expected) = ("the specific variance", "a finite number, zero or more");
    for value in [-1e-12, INFINITY] {
        let error = FactorCovariance::new(DMatrix::zeros(2, 2), market(), vec![0.5, value]).unwrap_err();
        assert_eq!(error, InputError::AssetOutOfRange { name, asset: 1, value, expected });
        let message =
            format!("the specific variance of MSFT is {value}, expected a finite number, zero or more");
        assert_eq!(error.named(&universe), message);
    }
    let error = FactorCovariance::new(DMatrix::zeros(2, 2), market(), vec![NAN, 0.5]).unwrap_err();
    assert!(matches!(error, InputError::AssetOutOfRange { asset: 0, value, .. } if value.is_nan()));
}

#[test]
fn factors_must_have_a_covariance() {
    let new = |beyond: f64| {
        let factors = dmatrix![1.0, 1.0 + beyond; 1.0 + beyond, 1.0];
        FactorCovariance::new(dmatrix![1.0, 1.0], Covariance::new(factors).unwrap(), vec![0.5])
    };
    // The eigenvalues are 2 and -beyond; one part in 10^12 of the largest is rounding, more is not.
    assert!(new(1.9e-12).is_ok());
    for beyond in [2.1e-12, 1e-6, 3.0] {
        match new(beyond).unwrap_err() {
            InputError::NotPositiveSemidefinite { eigenvalue } => {
                assert!((eigenvalue + beyond).abs() <= 10.0 * f64::EPSILON * beyond.max(1.0));
            }
            error => panic!("{error}"),
        }
    }
    // Of several, the most negative is told.
    let factors = dmatrix![0.0, 2.0, 0.0, 0.0; 2.0, 0.0, 0.0, 0.0; 0.0, 0.0, 0.0, 0.5; 0.0, 0.0, 0.5, 0.0];
    let error = FactorCovariance::new(DMatrix::zeros(1, 4), Covariance::new(factors).unwrap(), vec![0.0])
        .unwrap_err();
    assert!(
        matches!(error, InputError::NotPositiveSemidefinite { eigenvalue } if (eigenvalue + 2.0).abs() <= ROUNDING)
    );
}

#[test]
fn numbers_must_not_overflow() {
    let overflow = |what, row, asset| InputError::NotFinite { what, row, asset, value: INFINITY };
    let huge = Covariance::new(dmatrix![1e300]).unwrap();
    let error = FactorCovariance::new(dmatrix![1.0; 1e300], huge, vec![0.0; 2]).unwrap_err();
    // As for exposures, the row is the factor.
    assert_eq!(error, overflow("the loading", 0, 1));
    let universe = Universe::new(["AAPL", "MSFT"]).unwrap();
    assert_eq!(error.named(&universe), "the loading of MSFT in row 0 is inf, expected a finite number");
    let covariance = factor_covariance(dmatrix![1.0; 1e200], dmatrix![1.0], &[0.0; 2]);
    assert_eq!(covariance.covariance(), Err(overflow("the covariance", 1, 1)));
}

#[test]
fn vectors_must_fit() {
    let covariance =
        factor_covariance(dmatrix![1.0, 0.0; 0.0, 1.0; 1.0, 1.0], DMatrix::identity(2, 2), &[0.5; 3]);
    let multiply = |x: usize, exposures: usize, product: usize| {
        let (mut exposures, mut product) = (vec![7.0; exposures], vec![7.0; product]);
        let result = covariance.multiply_into(&vec![1.0; x], &mut exposures, &mut product);
        (result, exposures, product)
    };
    for actual in [2, 4] {
        assert_eq!(multiply(actual, 2, 3).0, Err(length("the vector", 3, actual)));
        assert_eq!(multiply(3, 2, actual).0, Err(length("the product", 3, actual)));
    }
    for actual in [1, 3] {
        let (result, exposures, product) = multiply(3, actual, 3);
        assert_eq!(result, Err(length("the list of factor exposures", 2, actual)));
        assert_eq!((exposures, product), (vec![7.0; actual], vec![7.0; 3]), "nothing was written");
    }
    let error = covariance.portfolio_variance(&Weights::equal(2).unwrap());
    assert_eq!(error, Err(length("the list of weights", 3, 2)));
}
