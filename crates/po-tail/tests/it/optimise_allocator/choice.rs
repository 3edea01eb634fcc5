//! Portfolios that choose their assets, against the best of all choices.

use po_convex::{Constraint, Constraints, MaxCorrelation, Net};
use po_core::{Allocator, Bounds, Confidence, InputError, Returns, Status};
use po_tail::{CvarInput, CvarObjective, CvarPortfolio, Error, MeanCvar, MeanCvarParams, TailMeasure};
use proptest::prelude::*;

use crate::conic_risk::market;

/// Objectives are sums of some products; both sides come from the same scenarios.
const VALUE: f64 = 1e-10;

/// Cones end with a gap of 1e-9 or so of the objective, on either side.
const CONIC: f64 = 1e-8;

fn params(objective: CvarObjective, constraints: Constraints) -> MeanCvarParams {
    let confidence = Confidence::new(0.9).unwrap();
    MeanCvarParams { objective, constraints, confidence, ..MeanCvarParams::default() }
}

fn allocate(params: MeanCvarParams, returns: &Returns) -> Result<CvarPortfolio, Error> {
    MeanCvar::new(params)?.allocate(returns.into())
}

/// The covariance of two assets, each scenario with its probability.
fn covariance(returns: &Returns, p: &[f64], (i, j): (usize, usize)) -> f64 {
    let mean = |asset: usize| returns.column(asset).iter().zip(p).map(|(r, p)| r * p).sum::<f64>();
    let (a, b) = (mean(i), mean(j));
    let terms = returns.column(i).iter().zip(returns.column(j)).zip(p);
    terms.map(|((x, y), p)| p * (x - a) * (y - b)).sum()
}

/// The best value over all choices of out, long and short, or out and held where no least position tells sides apart.
fn enumerate(params: &MeanCvarParams, input: CvarInput<'_>) -> Option<f64> {
    let assets = input.returns.assets();
    let equal = vec![1.0 / input.returns.observations() as f64; input.returns.observations()];
    let p = if input.probabilities.is_empty() { &equal } else { input.probabilities };
    let MeanCvarParams { objective, constraints, .. } = params;
    let bounds = constraints
        .bounds
        .clone()
        .unwrap_or_else(|| Bounds::new(vec![0.0; assets], vec![1.0; assets]).unwrap());
    let least = constraints.min_position.unwrap_or(0.0);
    let sides = if least > 0.0 { 3_usize } else { 2 };
    let mut best: Option<f64> = None;
    'choices: for choice in 0..sides.pow(assets as u32) {
        let places: Vec<usize> = (0..assets).map(|asset| choice / sides.pow(asset as u32) % sides).collect();
        let held: Vec<usize> = (0..assets).filter(|&asset| places[asset] > 0).collect();
        if constraints.cardinality.is_some_and(|most| held.len() > most) {
            continue;
        }
        if let Some(cap) = constraints.max_correlation {
            for (&i, &j) in held.iter().flat_map(|i| held.iter().map(move |j| (i, j))).filter(|(i, j)| i < j)
            {
                let volatility = |i| covariance(input.returns, p, (i, i)).sqrt();
                if covariance(input.returns, p, (i, j)) / (volatility(i) * volatility(j)) > cap.get() {
                    continue 'choices;
                }
            }
        }
        let (mut lower, mut upper) = (bounds.lower().to_vec(), bounds.upper().to_vec());
        for asset in 0..assets {
            match places[asset] {
                0 => (lower[asset], upper[asset]) = (lower[asset].max(0.0), upper[asset].min(0.0)),
                1 => lower[asset] = if least > 0.0 { lower[asset].max(least) } else { lower[asset] },
                _ => upper[asset] = upper[asset].min(-least),
            }
        }
        let Ok(bounds) = Bounds::new(lower, upper) else { continue };
        let constraints = Constraints {
            bounds: Some(bounds),
            cardinality: None,
            min_position: None,
            max_correlation: None,
            ..constraints.clone()
        };
        let Ok(portfolio) =
            MeanCvar::new(MeanCvarParams { constraints, ..params.clone() }).unwrap().allocate(input)
        else {
            continue;
        };
        let value = portfolio.objective;
        let better = |best: f64| if objective.is_maximised() { value.max(best) } else { value.min(best) };
        best = Some(best.map_or(value, better));
    }
    best
}

/// Whether weights keep the rules, to the last bit but for the least position.
fn keeps(constraints: &Constraints, x: &[f64]) {
    let held = x.iter().filter(|x| **x != 0.0).count();
    assert!(constraints.cardinality.is_none_or(|most| held <= most), "{x:?}");
    let least = constraints.min_position.unwrap_or(0.0);
    assert!(x.iter().all(|x| *x == 0.0 || x.abs() >= least - 1e-12), "{x:?}");
}

fn compare(params: &MeanCvarParams, input: CvarInput<'_>, tolerance: f64) {
    let expected = enumerate(params, input);
    let found = MeanCvar::new(params.clone()).unwrap().allocate(input);
    let Some(expected) = expected else {
        assert!(matches!(found, Err(Error::Programme(_))), "{params:?}: {found:?}");
        return;
    };
    let portfolio = found.unwrap_or_else(|error| unreachable!("{params:?}: {error}"));
    let near = tolerance * expected.abs().max(portfolio.risk.abs());
    assert!(
        (portfolio.objective - expected).abs() <= near,
        "{params:?}: {} and {expected}",
        portfolio.objective
    );
    assert!(portfolio.gap() <= near, "{params:?}: gap {}", portfolio.gap());
    let sign = if params.objective.is_maximised() { -1.0 } else { 1.0 };
    assert!(
        sign * (expected - portfolio.bound) >= -VALUE * expected.abs(),
        "{params:?}: a bound that is none"
    );
    assert_eq!(portfolio.solution.status, Status::Converged, "{params:?}");
    assert!(portfolio.nodes > 0);
    keeps(&params.constraints, portfolio.as_ref().as_slice());
}

fn rules() -> Vec<Constraints> {
    let base = Constraints::default;
    let wide = |assets| Some(Bounds::new(vec![-0.3; assets], vec![0.8; assets]).unwrap());
    vec![
        Constraints { cardinality: Some(1), ..base() },
        Constraints { cardinality: Some(2), ..base() },
        Constraints { cardinality: Some(3), bounds: wide(5), ..base() },
        Constraints { min_position: Some(0.2), ..base() },
        Constraints { min_position: Some(0.15), bounds: wide(5), gross: Some(1.5), ..base() },
        Constraints { max_correlation: Some(MaxCorrelation::new(0.2).unwrap()), ..base() },
        Constraints {
            cardinality: Some(3),
            min_position: Some(0.25),
            max_correlation: Some(MaxCorrelation::new(0.35).unwrap()),
            ..base()
        },
        Constraints { cardinality: Some(2), budget: Net { lower: 0.5, upper: 0.9 }, ..base() },
    ]
}

#[test]
fn choices_equal_the_best_of_all() {
    let returns = market(3, 40, 5);
    let probabilities: Vec<f64> = (0..40).map(|row| (1.0 + f64::from(row)) / 820.0).collect();
    for constraints in rules() {
        for objective in [
            CvarObjective::MinCvar,
            CvarObjective::MaxReturn { cvar: 0.03 },
            CvarObjective::MinRisk { target_return: 0.0005 },
            CvarObjective::Utility { risk_aversion: 0.2 },
            CvarObjective::MaxRatio { risk_free: -0.001 },
        ] {
            let given = params(objective, constraints.clone());
            compare(&given, (&returns).into(), VALUE);
            let input = CvarInput { returns: &returns, probabilities: &probabilities, mean: None };
            compare(&given, input, VALUE);
        }
    }
}

#[test]
fn eight_assets() {
    let returns = market(2, 80, 8);
    let max_correlation = Some(MaxCorrelation::new(0.3).unwrap());
    for constraints in [
        Constraints { cardinality: Some(4), min_position: Some(0.05), ..Constraints::default() },
        Constraints { max_correlation, ..Constraints::default() },
    ] {
        // Long only, sides need not be told apart.
        for objective in [CvarObjective::MinCvar, CvarObjective::Utility { risk_aversion: 0.1 }] {
            compare(&params(objective, constraints.clone()), (&returns).into(), VALUE);
        }
    }
}

#[test]
fn a_relaxation_without_risk_is_no_answer() {
    // In turn each gains and the others lose: all three together gain always.
    let entries = [0.05, -0.01, -0.01, -0.01, 0.04, -0.01, -0.01, -0.01, 0.04];
    let returns = Returns::from_column_slice(3, 3, &entries).unwrap();
    let ratio = CvarObjective::MaxRatio { risk_free: 0.0 };
    for cardinality in [1, 2] {
        let constraints = Constraints { cardinality: Some(cardinality), ..Constraints::default() };
        compare(&params(ratio, constraints), (&returns).into(), VALUE);
    }
    let constraints = Constraints { cardinality: Some(3), ..Constraints::default() };
    let error = allocate(params(ratio, constraints), &returns).unwrap_err();
    assert!(matches!(error, Error::NotRisky { .. }), "{error}");
}

#[test]
fn choices_under_other_measures() {
    let returns = market(5, 30, 4);
    let constraints = Constraints { cardinality: Some(2), min_position: Some(0.3), ..Constraints::default() };
    for measure in TailMeasure::ALL {
        for objective in [CvarObjective::MinCvar, CvarObjective::Utility { risk_aversion: 0.5 }] {
            let given = MeanCvarParams { measure, ..params(objective, constraints.clone()) };
            compare(&given, (&returns).into(), CONIC);
        }
    }
}

#[test]
fn the_limit_on_nodes_leaves_an_honest_gap() {
    let returns = market(9, 80, 8);
    let constraints = Constraints { cardinality: Some(3), ..Constraints::default() };
    let whole = params(CvarObjective::MinCvar, constraints);
    let best = allocate(whole.clone(), &returns).unwrap();
    assert!(best.nodes > 3, "{}", best.nodes);
    let mut before = f64::NEG_INFINITY;
    for node_limit in 1..best.nodes {
        let portfolio = allocate(MeanCvarParams { node_limit, ..whole.clone() }, &returns).unwrap();
        assert!(portfolio.bound <= best.objective * (1.0 + VALUE));
        assert!(portfolio.objective >= best.objective * (1.0 - VALUE));
        assert!(portfolio.bound >= before - VALUE, "bounds only rise");
        before = portfolio.bound;
        let open = portfolio.gap() > VALUE;
        assert!(!open || portfolio.solution.status == Status::IterationLimit);
        assert!(portfolio.solution.certificate.gap >= portfolio.gap());
    }
    assert!(allocate(MeanCvarParams { node_limit: 1, ..whole.clone() }, &returns).unwrap().gap() > VALUE);
    let error = MeanCvar::new(MeanCvarParams { node_limit: 0, ..whole }).unwrap_err();
    let (name, expected) = ("the node limit", "one or more");
    assert_eq!(error, InputError::OutOfRange { name, value: 0.0, expected }.into());
    assert_eq!(error.to_string(), "the node limit is 0, expected one or more");
}

#[test]
fn rules_that_cannot_be_kept_are_told() {
    let returns = market(6, 50, 5);
    let infeasible = |constraints: Constraints| {
        for objective in [CvarObjective::MinCvar, CvarObjective::MinRisk { target_return: -1.0 }] {
            let error = allocate(params(objective, constraints.clone()), &returns).unwrap_err();
            let Error::Programme(po_convex::Error::Infeasible(conflict)) = error else {
                unreachable!("{error}")
            };
            let labels = conflict.constraints.iter().map(|constraint| match constraint {
                Constraint::Row { label, .. } => label.clone(),
                other => format!("{other:?}"),
            });
            let labels: Vec<String> = labels.collect();
            let expected: Vec<&str> = [
                constraints.cardinality.map(|_| "cardinality"),
                constraints.min_position.map(|_| "min-position"),
                constraints.max_correlation.map(|_| "max-correlation"),
            ]
            .into_iter()
            .flatten()
            .collect();
            assert_eq!(labels, expected);
        }
    };
    let up_to = |most: f64| Some(Bounds::new(vec![0.0; 5], vec![most; 5]).unwrap());
    infeasible(Constraints { cardinality: Some(2), bounds: up_to(0.4), ..Constraints::default() });
    infeasible(Constraints { min_position: Some(0.45), bounds: up_to(0.47), ..Constraints::default() });
    let all = Some(Bounds::new(vec![0.1; 5], vec![0.4; 5]).unwrap());
    infeasible(Constraints { cardinality: Some(4), bounds: all, ..Constraints::default() });
    let cap = Some(MaxCorrelation::new(-1.0).unwrap());
    infeasible(Constraints { max_correlation: cap, bounds: up_to(0.9), ..Constraints::default() });
}

#[test]
fn what_is_out_of_reach_of_all_choices_is_told_with_what_is_not() {
    let returns = market(7, 50, 5);
    let constraints = Constraints { cardinality: Some(2), min_position: Some(0.4), ..Constraints::default() };
    let ask = |objective| allocate(params(objective, constraints.clone()), &returns);
    let greatest = ask(CvarObjective::MaxReturn { cvar: f64::INFINITY }).unwrap().objective;
    let error = ask(CvarObjective::MinRisk { target_return: greatest + 1e-5 }).unwrap_err();
    let Error::Programme(po_convex::Error::TargetTooHigh { greatest: told, .. }) = error else {
        unreachable!("{error}")
    };
    assert!((told - greatest).abs() < 1e-15);
    let least = ask(CvarObjective::MinCvar).unwrap().objective;
    let error = ask(CvarObjective::MaxReturn { cvar: 0.99 * least }).unwrap_err();
    let Error::Programme(po_convex::Error::RiskLimitTooLow { least: told, .. }) = error else {
        unreachable!("{error}")
    };
    assert!((told - least).abs() < 1e-12);
    let error = ask(CvarObjective::MaxRatio { risk_free: 1.0 }).unwrap_err();
    let Error::Programme(po_convex::Error::NoExcessReturn { greatest: told, .. }) = error else {
        unreachable!("{error}")
    };
    assert!((told - (greatest - 1.0)).abs() < 1e-12);
}

#[test]
fn both_spellings_agree() {
    let returns = market(8, 60, 6);
    let constraints = Constraints { cardinality: Some(3), min_position: Some(0.1), ..Constraints::default() };
    let method = MeanCvar::new(params(CvarObjective::MinCvar, constraints)).unwrap();
    let once = method.allocate((&returns).into()).unwrap();
    let (mut scratch, mut again) = Default::default();
    for _ in 0..2 {
        method.allocate_into((&returns).into(), &mut scratch, &mut again).unwrap();
        assert_eq!(once.as_ref(), again.as_ref());
        assert_eq!((once.nodes, once.bound.to_bits()), (again.nodes, again.bound.to_bits()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn more_assets_never_hurt(seed in 0_u64..1000, least in 0.0_f64..0.2) {
        let returns = market(seed, 40, 6);
        let mut before = f64::INFINITY;
        for cardinality in 1..=6 {
            let constraints = Constraints { cardinality: Some(cardinality), min_position: Some(least), ..Constraints::default() };
            let portfolio = allocate(params(CvarObjective::MinCvar, constraints.clone()), &returns).unwrap();
            keeps(&constraints, portfolio.as_ref().as_slice());
            prop_assert!(portfolio.gap() <= VALUE);
            prop_assert!(portfolio.objective <= before + VALUE);
            before = portfolio.objective;
        }
    }
}
