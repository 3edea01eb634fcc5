//! The critical line where covariances are singular, where it has no end, and what it refuses.

use po_convex::{CriticalLine, Error, Program, Rows, critical_line};
use po_core::nalgebra::DMatrix;
use po_core::{Bounds, Covariance, InputError, Moments};

use crate::random::Random;

/// Closed forms.
const CLOSE: f64 = 1e-12;

/// Objectives of a programme and of the line, in units of the larger of their terms.
const VALUE: f64 = 1e-9;

/// Markets in which some portfolios differ in their returns only: few factors and nothing else, the same asset twice,
/// assets without risk.
fn singular(seed: u64) -> (Moments, Bounds, Rows) {
    let mut random = Random::new(seed);
    let assets = 3 + random.below(6);
    let factors = 1 + random.below(3);
    let mut exposures = DMatrix::from_fn(assets, factors, |_, _| (4.0 * random.normal()).round() * 0.05);
    let mut specific: Vec<f64> =
        (0..assets).map(|_| if random.uniform() < 0.4 { 0.01 } else { 0.0 }).collect();
    if random.uniform() < 0.5 {
        let first = exposures.row(0).into_owned();
        exposures.set_row(1, &first);
        specific[0] = 0.0;
        specific[1] = 0.0;
    }
    if random.uniform() < 0.5 {
        for asset in [assets - 1, assets - 2] {
            exposures.row_mut(asset).fill(0.0);
            specific[asset] = 0.0;
        }
    }
    let mut covariance = &exposures * exposures.transpose();
    for (asset, own) in specific.iter().enumerate() {
        covariance[(asset, asset)] += own;
    }
    let mean = (0..assets).map(|_| random.between(1.0, 12.0).round() * 0.01).collect();
    let lower: Vec<f64> = (0..assets).map(|_| if random.uniform() < 0.3 { -0.5 } else { 0.0 }).collect();
    let upper: Vec<f64> = (0..assets).map(|_| if random.uniform() < 0.5 { 0.6 } else { 1.0 }).collect();
    let mut rows = Rows::new(assets);
    rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
    if random.uniform() < 0.6 {
        let group: Vec<f64> = (0..assets).map(|asset| f64::from(u8::from(asset % 2 == 0))).collect();
        rows.push("even", &group, 0.1, 0.7).unwrap();
    }
    if random.uniform() < 0.3 {
        // The budget once more.
        rows.push("twice", &vec![2.0; assets], 2.0, 2.0).unwrap();
    }
    let moments = Moments::new(mean, Covariance::new(covariance).unwrap()).unwrap();
    (moments, Bounds::new(lower, upper).unwrap(), rows)
}

fn value(line: &CriticalLine, lambda: f64) -> f64 {
    let point = line.at_lambda(lambda).unwrap();
    0.5 * point.variance - lambda * point.mean
}

#[test]
fn singular_covariances_have_a_line() {
    let mut turns = 0;
    for seed in 0..400 {
        let (moments, bounds, rows) = singular(seed);
        let line = match critical_line(&moments, &bounds, &rows) {
            Ok(line) => line,
            Err(Error::Infeasible(_)) => continue,
            Err(error) => panic!("{seed}: {error}"),
        };
        turns += line.turning_points().len();
        let certificate = line.certificate();
        assert!(certificate.gap <= VALUE && certificate.primal_residual <= VALUE, "{seed}: {certificate:?}");
        let greatest = line.turning_points()[0].lambda;
        for fraction in [0.0, 1e-3, 0.1, 0.35, 0.8, 1.0, 3.0] {
            let lambda = fraction * greatest.max(0.1);
            let linear: Vec<f64> = moments.mean().iter().map(|mean| -lambda * mean).collect();
            let program = Program {
                risk: moments.covariance().into(),
                scale: 1.0,
                ridge: &[],
                linear: &linear,
                lower: bounds.lower(),
                upper: bounds.upper(),
                rows: &rows,
                absolute: &[],
            };
            let (own, expected) = (value(&line, lambda), program.solve().unwrap().objective);
            assert!((own - expected).abs() <= VALUE * (1.0 + lambda), "{seed} {lambda}: {own} {expected}");
        }
        // Of portfolios that share the least variance, the line begins at the one with the greatest return.
        let least = line.minimum_variance();
        assert!((line.at_return(least.mean - 1.0).unwrap().mean - least.mean).abs() <= CLOSE, "{seed}");
    }
    assert!(turns > 1000, "{turns}");
}

/// Two assets without correlation and short positions without limit, at a budget of one.
fn endless() -> CriticalLine {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let moments = Moments::new(vec![0.10, 0.05], covariance).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let bounds = Bounds::uniform(2, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    critical_line(&moments, &bounds, &rows).unwrap()
}

/// With w in the first asset the variance is `0.05 w² - 0.02 w + 0.01`, and the slope λ·0.05 of half of it gives w.
#[test]
fn a_line_without_end_goes_on() {
    let line = endless();
    assert_eq!(line.maximum_return(), None);
    let weight = |lambda: f64| 0.2 + lambda;
    for lambda in [0.0, 0.5, 7.0] {
        let point = line.at_lambda(lambda).unwrap();
        let w = weight(lambda);
        assert!((point.weights.as_slice()[0] - w).abs() <= CLOSE, "{point:?}");
        let variance = 0.05 * w * w - 0.02 * w + 0.01;
        assert!((point.variance - variance).abs() <= CLOSE * variance, "{point:?}");
        for same in [line.at_return(point.mean).unwrap(), line.at_volatility(point.volatility()).unwrap()] {
            // From the volatility, the weight is found as a root of a difference of squares.
            assert!((same.weights.as_slice()[0] - w).abs() <= 1e-7, "{same:?} is not {point:?}");
            assert!((same.lambda - lambda).abs() <= 1e-7, "{same:?} is not {point:?}");
        }
    }
    // e_i / σ_i² is 2.5 to 5 at no rate, and 1 to -1 times less the nearer the rate is to what is left at no risk.
    let tangency = line.maximum_sharpe(0.0).unwrap();
    assert!((tangency.weights.as_slice()[0] - 1.0 / 3.0).abs() <= CLOSE, "{tangency:?}");
    // At 0.06, the return of the least variance, the ratio grows for ever.
    for rate in [0.06, 0.08] {
        assert!(matches!(line.maximum_sharpe(rate), Err(Error::Unbounded { .. })), "{rate}");
    }
}

fn long_only(mean: &[f64]) -> CriticalLine {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let bounds = Bounds::uniform(2, 0.0, 1.0).unwrap();
    critical_line(&Moments::new(mean.to_vec(), covariance).unwrap(), &bounds, &rows).unwrap()
}

#[test]
fn ends_of_the_line_answer_for_what_lies_beyond() {
    let line = long_only(&[0.10, 0.05]);
    let (best, least) = (line.maximum_return().unwrap().clone(), line.minimum_variance().clone());
    assert_eq!(best.weights.as_slice(), [1.0, 0.0]);
    assert_eq!(line.at_volatility(0.5).unwrap(), best);
    assert_eq!(line.at_lambda(1e6).unwrap().weights, best.weights);
    assert_eq!(line.at_return(-1.0).unwrap(), least);
    // Hardly any portfolio beats this rate: the best one does.
    assert_eq!(line.maximum_sharpe(0.0999).unwrap().weights, best.weights);
    // All portfolios return the same: the line is a point.
    let point = long_only(&[0.05, 0.05]);
    assert_eq!(point.turning_points().len(), 1);
    assert_eq!(point.at_return(0.05).unwrap().weights, least.weights);
    assert!((point.maximum_sharpe(0.01).unwrap().weights.as_slice()[0] - 0.2).abs() <= CLOSE);
}

/// Without a budget and with lower bounds, the least variance holds as little as it may: nothing is free.
#[test]
fn a_line_may_begin_where_all_is_held() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let moments = Moments::new(vec![0.10, 0.05], covariance).unwrap();
    let line = critical_line(&moments, &Bounds::uniform(2, 0.1, 1.0).unwrap(), &Rows::new(2)).unwrap();
    assert_eq!(line.minimum_variance().weights.as_slice(), [0.1, 0.1]);
    // λ e / σ² where that is within the bounds: 2.5 λ and 5 λ.
    let point = line.at_lambda(0.1).unwrap();
    for (x, expected) in point.weights.as_slice().iter().zip([0.25, 0.5]) {
        assert!((x - expected).abs() <= CLOSE, "{x} is not {expected}");
    }
    assert_eq!(line.maximum_return().unwrap().weights.as_slice(), [1.0, 1.0]);
}

#[test]
fn what_the_line_does_not_reach_is_refused() {
    let line = long_only(&[0.10, 0.05]);
    let error = line.at_return(0.2).unwrap_err();
    assert_eq!(error, Error::TargetTooHigh { target: 0.2, greatest: 0.1 });
    assert_eq!(
        error.to_string(),
        "the target return is 0.2, expected at most 0.1, the greatest that the constraints allow"
    );
    let least = line.minimum_variance().volatility();
    let error = line.at_volatility(0.05).unwrap_err();
    assert_eq!(error, Error::RiskLimitTooLow { what: "the volatility", limit: 0.05, least });
    let error = line.maximum_sharpe(0.1).unwrap_err();
    assert_eq!(error, Error::NoExcessReturn { greatest: 0.0, risk_free: 0.1 });
    let infinite = f64::INFINITY;
    for (error, name, expected) in [
        (line.at_return(infinite).unwrap_err(), "the target return", "a finite number"),
        (line.at_volatility(infinite).unwrap_err(), "the limit on the volatility", "a finite number"),
        (line.maximum_sharpe(infinite).unwrap_err(), "the risk-free rate", "a finite number"),
        (line.at_lambda(infinite).unwrap_err(), "lambda", "a finite number, zero or more"),
    ] {
        assert_eq!(error, InputError::OutOfRange { name, value: infinite, expected }.into());
    }
    assert!(line.at_lambda(-1.0).is_err());
}

#[test]
fn what_has_no_line_is_refused() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let moments = Moments::new(vec![0.10, 0.05], covariance).unwrap();
    let budget = |assets: usize| {
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
        rows
    };
    let length = |what| Error::Input(InputError::LengthMismatch { what, expected: 2, actual: 3 });
    let bounds = |assets| Bounds::uniform(assets, 0.0, 1.0).unwrap();
    let error = critical_line(&moments, &bounds(3), &budget(2)).unwrap_err();
    assert_eq!(error, length("the list of bounds"));
    let error = critical_line(&moments, &bounds(2), &budget(3)).unwrap_err();
    assert_eq!(error, length("a row of coefficients"));
    let low = Bounds::uniform(2, 0.0, 0.4).unwrap();
    assert!(matches!(critical_line(&moments, &low, &budget(2)), Err(Error::Infeasible(_))));
    let indefinite = Covariance::from_column_slice(2, &[0.04, 0.021, 0.021, 0.01]).unwrap();
    let error = critical_line(&Moments::new(vec![0.1, 0.05], indefinite).unwrap(), &bounds(2), &budget(2));
    assert!(matches!(error, Err(Error::Input(InputError::NotPositiveSemidefinite { .. }))));
    // Two assets without risk, one of them sold for the other without limit.
    let none = Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap();
    let moments = Moments::new(vec![0.10, 0.02, 0.01], none).unwrap();
    let free = Bounds::uniform(3, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    let error = critical_line(&moments, &free, &budget(3)).unwrap_err();
    assert!(matches!(error, Error::Unbounded { asset: 1 | 2 }), "{error}");
}
