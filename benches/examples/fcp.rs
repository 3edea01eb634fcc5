//! The GARCH(1,1) benchmark of Fiorentini, Calzolari and Panattoni (1996) on 1,974 daily returns of the mark against the
//! pound, in per cent (Bollerslev and Ghysels 1996). The argument is the file: a header, then a column of numbers named
//! `ret_pct`.

#![expect(clippy::expect_used, reason = "a check that cannot be made should stop")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::Path;

use po_benches::columns;
use po_correlation::{Garch, GarchParams, InitialVariance};

/// Estimate, standard error from the Hessian, and robust one, of μ, ω, α and β; as agreed by the programs that McCullough
/// and Renfro (1999) and Brooks, Burke and Persand (2001) compare.
const PUBLISHED: [[f64; 3]; 4] = [
    [-0.006_190_408_38, 0.008_462_12, 0.009_189_354],
    [0.010_761_397_85, 0.002_852_71, 0.006_493_186],
    [0.153_134_061_82, 0.026_522_8, 0.053_531_703],
    [0.805_973_670_31, 0.033_552_7, 0.072_461_45],
];
const LOG_LIKELIHOOD: f64 = -1_106.607_881_041;

/// Five digits, as the benchmark is quoted; the errors from the Hessian are published with four.
const DIGITS: f64 = 1e-5;
const DIGITS_OF_ERRORS: f64 = 1e-4;

fn main() {
    let Some(file) = std::env::args_os().nth(1) else {
        println!("usage: fcp FILE: a column of returns named ret_pct");
        return;
    };
    let returns = columns(Path::new(&file), &["ret_pct"]).pop().expect("a column");
    let garch =
        Garch::new(GarchParams { initial_variance: InitialVariance::Sample, ..GarchParams::default() });
    let fit = garch.fit(&returns).expect("a regular sample");
    println!("             estimate    published   Hessian  published    robust  published");
    for (estimate, [value, error, robust]) in fit.estimates.iter().zip(PUBLISHED) {
        println!(
            "{:<8} {:>12.9} {value:>12.9} {:>9.7}  {error:>9.7} {:>9.7}  {robust:>9.7}",
            format!("{:?}", estimate.coefficient),
            estimate.value,
            estimate.standard_error,
            estimate.robust_error
        );
        let apart = |found: f64, published: f64| (found / published - 1.0).abs();
        assert!(apart(estimate.value, value) < DIGITS, "the estimate differs");
        assert!(apart(estimate.standard_error, error) < DIGITS_OF_ERRORS, "the standard error differs");
        assert!(apart(estimate.robust_error, robust) < DIGITS_OF_ERRORS, "the robust error differs");
    }
    println!("log-likelihood {:.9}, published {LOG_LIKELIHOOD:.9}", fit.log_likelihood);
    assert!((fit.log_likelihood - LOG_LIKELIHOOD).abs() < 1e-6);
}
