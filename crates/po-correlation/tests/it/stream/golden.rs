//! Numbers of other programs, of printed examples and of closed forms.

use po_core::{Covariance, StreamingEstimator};
use po_correlation::{CorrelationOf, Decay, Ewma, EwmaParams};
use serde::Deserialize;

use super::market::{covariance_of, distance, run};

/// A few operations on numbers of a thousandth and less.
const EXACT: f64 = 1e-18;

/// The reciprocal of a logarithm, of some hundred.
const DAYS: f64 = 1e-12;

#[derive(Deserialize)]
struct Golden {
    tolerance: f64,
    full: Vec<Vec<f64>>,
    late: Vec<Vec<f64>>,
    holes: Vec<Vec<f64>>,
    multiplier: f64,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    returns: String,
    covariance: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    toml::from_str(include_str!("../../data/stream.toml")).unwrap()
}

fn params(case: &str) -> EwmaParams {
    let two = EwmaParams {
        volatility: Decay::Factor(0.9),
        correlation: Some(Decay::Factor(0.98)),
        ..EwmaParams::default()
    };
    match case {
        "normalised" | "recursive" | "holes" => EwmaParams::default(),
        "demeaned" => EwmaParams { mean: Some(Decay::Factor(0.94)), ..EwmaParams::default() },
        "half_life" | "late" => EwmaParams { volatility: Decay::HalfLife(23.0), ..EwmaParams::default() },
        "two_decays" | "two_decays_holes" => two,
        "newey_west" => EwmaParams { lags: 3, ..EwmaParams::default() },
        "innovations" => EwmaParams { correlation_of: CorrelationOf::Innovations, ..two },
        other => panic!("no settings for {other}"),
    }
}

#[test]
fn other_programs_agree() {
    let golden = golden();
    assert_eq!(golden.case.len(), 10);
    for case in &golden.case {
        let returns = match case.returns.as_str() {
            "full" => &golden.full,
            "late" => &golden.late,
            "holes" => &golden.holes,
            other => panic!("no returns {other}"),
        };
        let ewma = if case.name == "recursive" {
            let first: Vec<f64> =
                returns[0].iter().flat_map(|a| returns[0].iter().map(move |b| a * b)).collect();
            let start = Covariance::from_column_slice(returns[0].len(), &first).unwrap();
            run(Ewma::starting_from(params(&case.name), &start).unwrap(), &returns[1..])
        } else {
            run(Ewma::new(params(&case.name), returns[0].len()).unwrap(), returns)
        };
        let away = distance(&covariance_of(&ewma), &case.covariance.concat());
        assert!(away <= golden.tolerance, "{}: {away:e}", case.name);
    }
}

#[test]
fn the_multiplier_agrees() {
    let golden = golden();
    let params = EwmaParams {
        volatility: Decay::Factor(0.97),
        regime: Some(Decay::Factor(0.8)),
        min_observations: 10,
        ..EwmaParams::default()
    };
    let ewma = run(Ewma::new(params.clone(), 5).unwrap(), &golden.full);
    let away = (ewma.multiplier() / golden.multiplier - 1.0).abs();
    assert!(away <= golden.tolerance, "{away:e}");
    let plain = run(Ewma::new(EwmaParams { regime: None, ..params }, 5).unwrap(), &golden.full);
    let scaled: Vec<f64> =
        covariance_of(&plain).as_slice().iter().map(|entry| entry * golden.multiplier).collect();
    assert!(distance(&covariance_of(&ewma), &scaled) <= golden.tolerance);
}

/// Hull, *Risk Management and Financial Institutions*, example 5.2: a decay of 0.9, a volatility of 1 % and a
/// move of 2 % give a variance of 0.00013 and a volatility of 1.14 %.
#[test]
fn hull_example_5_2() {
    let params = EwmaParams { volatility: Decay::Factor(0.9), ..EwmaParams::default() };
    let start = Covariance::from_column_slice(1, &[0.0001]).unwrap();
    let mut ewma = Ewma::starting_from(params, &start).unwrap();
    ewma.update(&[0.02]).unwrap();
    assert!((ewma.variance(0) - 0.00013).abs() < EXACT);
    assert_eq!(format!("{:.4}", ewma.variance(0).sqrt()), "0.0114");
}

/// A factor and its half-life are two names of one decay.
#[test]
fn a_decay_has_a_factor_and_a_half_life() {
    assert!((Decay::HalfLife(11.2).factor() - 0.94).abs() < 1e-3);
    for decay in [Decay::HalfLife(60.0), Decay::Factor(0.97)] {
        assert!((Decay::HalfLife(decay.half_life()).factor() - decay.factor()).abs() < 1e-15);
        assert!((Decay::Factor(decay.factor()).half_life() - decay.half_life()).abs() < DAYS);
    }
}

/// The technical document of RiskMetrics counts 74 days for 99 % of the weight at a decay of 0.94, and 151
/// at 0.97.
#[test]
fn riskmetrics_counts_days() {
    let days = |decay: f64| 0.01_f64.log2() * -Decay::Factor(decay).half_life();
    assert_eq!((days(0.94).floor(), days(0.97).floor()), (74.0, 151.0));
    assert!((days(0.94) - 74.426_507_291_489_39).abs() < DAYS);
    assert!((days(0.97) - 151.191_398_801_167_85).abs() < DAYS);
}

/// Whatever the path, the weights of a bar sum to one: a constant return has its square as covariance at
/// once.
#[test]
fn weights_sum_to_one_from_the_first_bar() {
    let mut ewma = Ewma::new(EwmaParams::default(), 2).unwrap();
    for _ in 0..50 {
        ewma.update(&[0.01, -0.02]).unwrap();
        for (actual, expected) in covariance_of(&ewma).as_slice().iter().zip([1e-4, -2e-4, -2e-4, 4e-4]) {
            assert!((actual - expected).abs() < EXACT);
        }
    }
}
