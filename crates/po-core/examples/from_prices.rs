//! From a table of prices to weights and to what they risk: `cargo run --example from_prices --features linalg`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use po_core::linalg::Cholesky;
use po_core::nalgebra::dmatrix;
use po_core::{Allocator, InputError, InverseVolatility, MissingPolicy, Panel, Universe, Weights};

fn main() -> Result<(), InputError> {
    // GLD was listed a day later.
    let universe = Universe::new(["SPY", "TLT", "GLD"])?;
    let prices = Panel::new(dmatrix![
        100.0, 50.0, f64::NAN;
        102.0, 49.0, 20.0;
        103.0, 50.0, 20.4;
        101.0, 51.0, 20.0;
        104.0, 51.5, 20.6;
        103.0, 50.5, 20.9;
        105.0, 51.5, 20.8
    ])?;

    let returns = prices.simple_returns()?;
    if let Err(error) = returns.resolve(MissingPolicy::Refuse) {
        println!("{}", error.named(&universe));
        assert_eq!(error, InputError::Missing { row: 0, asset: 2 });
    }
    let resolved = returns.resolve(MissingPolicy::CompleteRows)?;
    println!("rows {:?} are complete, {} value was missing", resolved.rows, resolved.missing);
    assert_eq!(resolved.rows, [1, 2, 3, 4, 5]);

    let covariance = resolved.returns.covariance()?;
    let weights = InverseVolatility.allocate(&covariance)?;
    assert_near(weights.as_slice(), [0.31233572, 0.37052359, 0.31714069]);

    let shares = covariance.risk_contributions(&weights)?;
    for ((name, weight), share) in universe.names().iter().zip(weights.as_slice()).zip(&shares) {
        println!("{name}: {:.1} % of the capital, {:.1} % of the variance", 100.0 * weight, 100.0 * share);
    }
    assert_near(&shares, [0.46234198, 0.22634431, 0.31131370]);

    // The weights of least variance solve Σ w = 1 up to a factor.
    let mut least = Cholesky::new(covariance.as_view())?.solve(&[1.0; 3])?;
    let sum: f64 = least.iter().sum();
    least.iter_mut().for_each(|weight| *weight /= sum);
    assert_near(&least, [-0.29747586, 0.67340073, 0.62407513]);
    let least = covariance.portfolio_variance(&Weights::new(least)?)?;
    assert!(least < covariance.portfolio_variance(&weights)?);
    Ok(())
}

/// Numbers computed with `NumPy`, to eight digits.
fn assert_near(numbers: &[f64], expected: [f64; 3]) {
    for (number, expected) in numbers.iter().zip(expected) {
        assert!((number - expected).abs() < 1e-8, "{number} is not {expected}");
    }
}
