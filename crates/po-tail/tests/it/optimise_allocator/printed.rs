//! The example of Rockafellar and Uryasev (2000), section 3: three instruments with normal returns.

use po_convex::{Constraints, LinearConstraint};
use po_core::{Allocator, Confidence, Returns};
use po_tail::{CvarInput, CvarObjective, MeanCvar, MeanCvarParams};

/// Table 1 and 2: monthly means and covariance of the S&P 500, long government bonds and small caps.
const MEAN: [f64; 3] = [0.010_111_0, 0.004_353_2, 0.013_705_8];
const COVARIANCE: [[f64; 3]; 3] = [
    [0.003_246_25, 0.000_229_83, 0.004_203_95],
    [0.000_229_83, 0.000_499_37, 0.000_192_47],
    [0.004_203_95, 0.000_192_47, 0.007_640_97],
];

/// Table 3: the portfolio of least variance at a return of 0.011, which is that of least CVaR as well.
const OPTIMUM: [f64; 3] = [0.452_013, 0.115_573, 0.432_414];

/// Table 4: β, value at risk and conditional value at risk of that portfolio.
const PRINTED: [[f64; 3]; 3] =
    [[0.90, 0.067_847, 0.096_975], [0.95, 0.090_200, 0.115_908], [0.99, 0.132_128, 0.152_977]];

/// A lattice of so many points: theirs of 20 000 Sobol points comes to within about half a per cent (Table 6).
const POINTS: usize = 8191;

/// What a sample of that size leaves of the printed figures, relative to them.
const SAMPLED: f64 = 0.01;

/// The inverse of the normal distribution by bisection on the error function's series: slow and plain.
fn normal_quantile(p: f64) -> f64 {
    let cdf = |x: f64| {
        // Marsaglia's series, which converges for every x.
        let (mut sum, mut term, mut last, mut n) = (x, x, 0.0, 1.0);
        while (sum - last).abs() > 0.0 {
            last = sum;
            n += 2.0;
            term *= x * x / n;
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    };
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if cdf(middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// A Korobov lattice, mapped to normal returns by the Cholesky factor of the covariance.
fn scenarios() -> Returns {
    let mut factor = [[0.0_f64; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            factor[i][j] = if i == j {
                (COVARIANCE[i][i] - sum).sqrt()
            } else {
                (COVARIANCE[i][j] - sum) / factor[j][j]
            };
        }
    }
    let mut entries = vec![0.0; 3 * POINTS];
    for t in 0..POINTS {
        let mut normal = [0.0; 3];
        let mut multiplier = 1_u64;
        for value in &mut normal {
            let fraction = (t as u64 * multiplier % POINTS as u64) as f64 + 0.5;
            *value = normal_quantile(fraction / POINTS as f64);
            multiplier = multiplier * 1487 % POINTS as u64;
        }
        for i in 0..3 {
            let moved: f64 = (0..=i).map(|k| factor[i][k] * normal[k]).sum();
            entries[i * POINTS + t] = MEAN[i] + moved;
        }
    }
    Returns::from_column_slice(POINTS, 3, &entries).unwrap()
}

#[test]
fn three_instruments_have_the_printed_risks() {
    let returns = scenarios();
    for [level, var, cvar] in PRINTED {
        let confidence = Confidence::new(level).unwrap();
        let row = LinearConstraint::from_row("return", &MEAN, 0.011, f64::INFINITY).unwrap();
        let constraints = Constraints { linear: vec![row], ..Constraints::default() };
        let params = MeanCvarParams { confidence, constraints, ..MeanCvarParams::default() };
        let portfolio = MeanCvar::new(params).unwrap().allocate((&returns).into()).unwrap();
        assert!((portfolio.cvar / cvar - 1.0).abs() < SAMPLED, "{level}: {} and {cvar}", portfolio.cvar);
        assert!((portfolio.var / var - 1.0).abs() < 2.0 * SAMPLED, "{level}: {} and {var}", portfolio.var);
        // Their own weights by sampling differ from the optimum by as much (Table 5).
        let distance = portfolio.as_ref().as_slice().iter().zip(&OPTIMUM).map(|(a, b)| (a - b).abs());
        assert!(distance.fold(0.0, f64::max) < 0.1, "{level}: {:?}", portfolio.as_ref());
        assert!(portfolio.gap() <= 1e-8 * portfolio.objective);

        let given = MeanCvarParams {
            objective: CvarObjective::MinRisk { target_return: 0.011 },
            confidence,
            ..MeanCvarParams::default()
        };
        let input = CvarInput { returns: &returns, probabilities: &[], mean: Some(&MEAN) };
        let targeted = MeanCvar::new(given).unwrap().allocate(input).unwrap();
        assert!((targeted.cvar - portfolio.cvar).abs() <= 1e-8 * portfolio.cvar);
        assert!((targeted.mean - 0.011).abs() < 1e-9);
    }
}
