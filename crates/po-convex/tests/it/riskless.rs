//! Ratios of reward to risk where something has no risk.

use po_convex::{
    Constraints, Error, Markowitz, MarkowitzInput, MarkowitzParams, MarkowitzScratch, Net, Objective,
    Portfolio, Rows, critical_line,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, FactorCovariance, InputError, Moments, Universe, Weights};

/// Ratios and weights are some products and one square root away from the input.
const CLOSE: f64 = 1e-12;

/// A limit on the tracking error is found as a root.
const ROOT: f64 = 1e-9;

/// Two assets without correlation, and one without risk that returns `cash`.
fn market(cash: f64) -> Moments {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.0]).unwrap();
    Moments::new(vec![0.05, 0.03, cash], covariance).unwrap()
}

/// Two assets whose risks cancel, and a third.
fn hedged() -> Moments {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, -0.04, 0.0, -0.04, 0.04, 0.0, 0.0, 0.0, 0.01]).unwrap();
    Moments::new(vec![0.05, 0.07, 0.02], covariance).unwrap()
}

fn sharpe(risk_free: f64, constraints: Constraints) -> Markowitz {
    let objective = Objective::MaxSharpe { risk_free };
    Markowitz::new(MarkowitzParams { objective, constraints, ..MarkowitzParams::default() }).unwrap()
}

fn assert_ratio(portfolio: &Portfolio, expected: f64) {
    assert!((portfolio.objective - expected).abs() <= CLOSE, "{} is not {expected}", portfolio.objective);
    assert!(portfolio.gap() <= CLOSE, "{:?}", portfolio.solution.certificate);
}

#[test]
fn a_safe_return_above_the_rate_is_named() {
    let error = sharpe(0.01, Constraints::default()).allocate((&market(0.02)).into()).unwrap_err();
    assert_eq!(error, Error::Riskless { asset: Some(2), reward: 0.02 - 0.01 });
    assert_eq!(
        error.to_string(),
        "the volatility of asset 2 is 0, expected a positive number: \
         its reward of 0.01 comes without risk, so that the ratio of both has no maximum"
    );
    let universe = Universe::new(["STOCK", "BOND", "CASH"]).unwrap();
    assert!(error.named(&universe).starts_with("the volatility of CASH is 0, expected"), "{error}");
    // In factor form, and where cash may be borrowed.
    let factor = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let exposures = DMatrix::from_column_slice(3, 1, &[1.0, 0.5, 0.0]);
    let factors = FactorCovariance::new(exposures, factor, vec![0.01, 0.01, 0.0]).unwrap();
    let bounds = Some(Bounds::uniform(3, -1.0, 2.0).unwrap());
    let input = MarkowitzInput { risk: (&factors).into(), mean: Some(&[0.05, 0.03, 0.02]) };
    let result = sharpe(0.01, Constraints { bounds, ..Constraints::default() }).allocate(input);
    assert_eq!(result.unwrap_err(), Error::Riskless { asset: Some(2), reward: 0.02 - 0.01 });
}

#[test]
fn a_warm_search_finds_that_there_is_no_maximum() {
    let params = MarkowitzParams {
        objective: Objective::MaxSharpe { risk_free: 0.01 },
        warm_start: true,
        ..MarkowitzParams::default()
    };
    let markowitz = Markowitz::new(params).unwrap();
    let (mut scratch, mut portfolio) = (MarkowitzScratch::default(), Portfolio::default());
    markowitz.allocate_into((&market(0.0)).into(), &mut scratch, &mut portfolio).unwrap();
    let result = markowitz.allocate_into((&market(0.02)).into(), &mut scratch, &mut portfolio);
    assert_eq!(result, Err(Error::Riskless { asset: Some(2), reward: 0.02 - 0.01 }));
}

/// With cash at the rate, all mixtures with the tangency portfolio have its ratio: `sqrt(Σ_i e_i² / σ_i²)`.
#[test]
fn cash_at_the_rate_or_below_does_not_change_the_ratio() {
    let best = (0.04_f64.powi(2) / 0.04 + 0.02_f64.powi(2) / 0.01).sqrt();
    for (cash, held) in [(0.01, true), (0.0, false), (-0.02, false)] {
        let portfolio = sharpe(0.01, Constraints::default()).allocate((&market(cash)).into()).unwrap();
        assert_ratio(&portfolio, best);
        let x = portfolio.as_ref().as_slice();
        // Tangency weights are in proportion to e_i / σ_i²: one to two.
        assert!((x[1] - 2.0 * x[0]).abs() <= CLOSE && x[0] > 0.0, "{x:?}");
        assert!(held || x[2] == 0.0, "{x:?}");
    }
    // Weights may sum to nothing, which has no risk either.
    let budget = Net { lower: 0.0, upper: 1.0 };
    let portfolio = sharpe(0.01, Constraints { budget, ..Constraints::default() });
    assert_ratio(&portfolio.allocate((&market(0.0)).into()).unwrap(), best);
}

#[test]
fn cash_that_cannot_be_all_leaves_a_maximum() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.0]).unwrap();
    let moments = Moments::new(vec![0.05, 0.02], covariance).unwrap();
    let bounds = Some(Bounds::new(vec![0.0; 2], vec![1.0, 0.3]).unwrap());
    let portfolio = sharpe(0.01, Constraints { bounds, ..Constraints::default() });
    let portfolio = portfolio.allocate((&moments).into()).unwrap();
    assert_ratio(&portfolio, (0.7 * 0.04 + 0.3 * 0.01) / (0.7 * 0.2));
    assert!((portfolio.as_ref().as_slice()[1] - 0.3).abs() <= CLOSE);

    // A tracking error of t σ is that of t in cash.
    let benchmark = Some(Weights::new(vec![1.0, 0.0]).unwrap());
    let limited = |limit| Constraints {
        benchmark: benchmark.clone(),
        tracking_error: Some(limit),
        ..Constraints::default()
    };
    let portfolio = sharpe(0.01, limited(0.05)).allocate((&moments).into()).unwrap();
    let cash = portfolio.as_ref().as_slice()[1];
    assert!((cash - 0.25).abs() <= ROOT, "{cash}");
    let expected = (0.75 * 0.04 + 0.25 * 0.01) / (0.75 * 0.2);
    assert!((portfolio.objective - expected).abs() <= ROOT, "{}", portfolio.objective);
    assert!(portfolio.gap() <= ROOT, "{:?}", portfolio.solution.certificate);
    // All of it may be in cash again.
    let error = sharpe(0.01, limited(0.3)).allocate((&moments).into()).unwrap_err();
    assert_eq!(error, Error::Riskless { asset: Some(1), reward: 0.02 - 0.01 });
}

#[test]
fn risks_that_cancel_have_no_name() {
    let error = sharpe(0.0, Constraints::default()).allocate((&hedged()).into()).unwrap_err();
    let Error::Riskless { asset: None, reward } = error else { panic!("{error}") };
    // Near to the half of either; the search stops where risk is told from rounding.
    assert!((reward - 0.06).abs() <= 1e-8, "{reward}");
    let universe = Universe::new(["A", "B", "C"]).unwrap();
    let expected = format!(
        "the volatility of the safest portfolio is 0, expected a positive number: \
         its reward of {reward} comes without risk, so that the ratio of both has no maximum"
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.named(&universe), expected);
    // The pair earns the rate: what is beyond a half of either has ratio 0.01 / 0.2 throughout.
    let portfolio = sharpe(0.06, Constraints::default()).allocate((&hedged()).into()).unwrap();
    assert_ratio(&portfolio, 0.05);
    let portfolio = sharpe(0.065, Constraints::default()).allocate((&hedged()).into()).unwrap();
    assert_ratio(&portfolio, 0.025);
}

#[test]
fn diversification_needs_risk() {
    let params = MarkowitzParams { objective: Objective::MaxDiversification, ..MarkowitzParams::default() };
    let markowitz = Markowitz::new(params).unwrap();
    let error = markowitz.allocate((&market(0.02)).into()).unwrap_err();
    assert_eq!(error, InputError::ZeroVariance { asset: 2 }.into());
    assert_eq!(error.to_string(), "the variance of asset 2 is zero, expected a positive number");
    let error = markowitz.allocate((&hedged()).into()).unwrap_err();
    let Error::Riskless { asset: None, reward } = error else { panic!("{error}") };
    assert!((reward - 0.2).abs() <= 1e-8, "{reward}");
}

#[test]
fn the_critical_line_knows_of_it_too() {
    let line = |moments: &Moments| {
        let mut rows = Rows::new(3);
        rows.push("budget", &[1.0; 3], 1.0, 1.0).unwrap();
        critical_line(moments, &Bounds::uniform(3, 0.0, 1.0).unwrap(), &rows).unwrap()
    };
    let safe = line(&market(0.02));
    assert_eq!(safe.minimum_variance().weights.as_slice(), [0.0, 0.0, 1.0]);
    assert_eq!(safe.maximum_sharpe(0.01), Err(Error::Riskless { asset: Some(2), reward: 0.02 - 0.01 }));
    let error = line(&hedged()).maximum_sharpe(0.0).unwrap_err();
    let Error::Riskless { asset: None, reward } = error else { panic!("{error}") };
    assert!((reward - 0.06).abs() <= CLOSE, "{reward}");
    let best = (0.04_f64.powi(2) / 0.04 + 0.02_f64.powi(2) / 0.01).sqrt();
    for cash in [0.01, 0.0, -0.02] {
        let point = line(&market(cash)).maximum_sharpe(0.01).unwrap();
        assert!((point.sharpe(0.01) - best).abs() <= CLOSE, "{point:?}");
    }
}
