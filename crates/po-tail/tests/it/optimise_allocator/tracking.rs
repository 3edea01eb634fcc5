//! Limits on the tracking error, against another program and against what they imply.

use po_convex::{Constraint, Constraints};
use po_core::{Allocator, Bounds, Confidence, Returns, Status, Weights};
use po_tail::{CvarInput, CvarObjective, CvarPortfolio, Error, MeanCvar, MeanCvarParams, TailMeasure};
use serde::Deserialize;

use crate::conic_risk::market;

/// What the tolerances of the other program leave of an objective of 0.01.
const VALUE: f64 = 1e-9;

/// The tracking error, to the feasibility of either program.
const ERROR: f64 = 1e-9;

/// Multipliers are known to about the square root of the gap.
const PRICE: f64 = 1e-4;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    periods: usize,
    assets: usize,
    lower: f64,
    measure: String,
    objective: String,
    number: Option<f64>,
    limit: f64,
    #[serde(default)]
    decaying: bool,
    value: f64,
    error: f64,
    price: f64,
}

fn params(objective: CvarObjective, limit: f64, assets: usize) -> MeanCvarParams {
    let benchmark = Some(Weights::equal(assets).unwrap());
    let constraints = Constraints { benchmark, tracking_error: Some(limit), ..Constraints::default() };
    let confidence = Confidence::new(0.9).unwrap();
    MeanCvarParams { objective, constraints, confidence, ..MeanCvarParams::default() }
}

fn allocate(params: MeanCvarParams, returns: &Returns) -> Result<CvarPortfolio, Error> {
    MeanCvar::new(params)?.allocate(returns.into())
}

impl Case {
    fn params(&self) -> MeanCvarParams {
        let objective = match (self.objective.as_str(), self.number) {
            ("min-cvar", _) => CvarObjective::MinCvar,
            ("max-return", cvar) => CvarObjective::MaxReturn { cvar: cvar.unwrap_or(f64::INFINITY) },
            ("min-risk", Some(target_return)) => CvarObjective::MinRisk { target_return },
            (_, risk_aversion) => CvarObjective::Utility { risk_aversion: risk_aversion.unwrap() },
        };
        let mut params = params(objective, self.limit, self.assets);
        params.measure = TailMeasure::ALL.into_iter().find(|own| own.name() == self.measure).unwrap();
        let bounds = Bounds::new(vec![self.lower; self.assets], vec![1.0; self.assets]).unwrap();
        params.constraints.bounds = Some(bounds);
        params
    }

    fn probabilities(&self) -> Vec<f64> {
        if !self.decaying {
            return Vec::new();
        }
        let weights: Vec<f64> = (0..self.periods).rev().map(|age| 0.99_f64.powi(age as i32)).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }
}

#[test]
fn limits_equal_those_of_another_program() {
    let File { case } = toml::from_str(include_str!("../../data/optimise_constraints.toml")).unwrap();
    for case in case {
        let (returns, probabilities) = (market(case.seed, case.periods, case.assets), case.probabilities());
        let input = CvarInput { returns: &returns, probabilities: &probabilities, mean: None };
        let portfolio = MeanCvar::new(case.params()).unwrap().allocate(input).unwrap();
        let name = format!("{} {} {}", case.measure, case.objective, case.limit);
        assert!(
            (portfolio.objective - case.value).abs() <= VALUE,
            "{name}: {} not {}",
            portfolio.objective,
            case.value
        );
        let error = portfolio.tracking_error.unwrap();
        assert!(error <= case.limit * (1.0 + 1e-7), "{name}: {error}");
        if case.error > case.limit * 0.9999 {
            assert!((error - case.error).abs() <= ERROR, "{name}: {error} not {}", case.error);
        }
        let price = portfolio.shadow_price("tracking error");
        assert!(
            (price - case.price).abs() <= PRICE * (1.0 + case.price.abs()),
            "{name}: {price} not {}",
            case.price
        );
        assert_eq!(portfolio.solution.status, Status::Converged, "{name}");
        assert!(portfolio.gap() <= VALUE, "{name}: {}", portfolio.gap());
        let sign = if matches!(case.objective.as_str(), "min-cvar" | "min-risk") { 1.0 } else { -1.0 };
        assert!(sign * (case.value - portfolio.bound) >= -VALUE, "{name}: a bound that is none");
    }
}

#[test]
fn the_price_is_the_slope() {
    let (returns, limit, step) = (market(13, 80, 5), 0.002, 1e-5);
    for objective in [CvarObjective::MinCvar, CvarObjective::MaxReturn { cvar: f64::INFINITY }] {
        let at = |limit| allocate(params(objective, limit, 5), &returns).unwrap();
        let slope = (at(limit + step).objective - at(limit - step).objective) / (2.0 * step);
        let price = at(limit).shadow_price("tracking error");
        // A difference over a kinked curve.
        assert!((price - slope).abs() <= 0.05 * slope.abs(), "{price} and {slope}");
    }
}

#[test]
fn a_wider_limit_never_hurts_and_a_wide_one_says_nothing() {
    let returns = market(14, 80, 6);
    for measure in [TailMeasure::Cvar, TailMeasure::Evar, TailMeasure::MaximumDrawdown] {
        let ask = |limit| {
            allocate(MeanCvarParams { measure, ..params(CvarObjective::MinCvar, limit, 6) }, &returns)
                .unwrap()
        };
        let mut before = f64::INFINITY;
        for limit in [0.0, 1e-5, 1e-3, 2e-3, 4e-3, f64::INFINITY] {
            let portfolio = ask(limit);
            assert!(portfolio.objective <= before + VALUE, "{measure:?} {limit}");
            assert!(portfolio.bound <= portfolio.objective + VALUE);
            before = portfolio.objective;
        }
        let (wide, none) = (ask(1.0), ask(f64::INFINITY));
        assert!((wide.objective - none.objective).abs() <= 1e-8 * none.objective);
        assert!(wide.shadow_price("tracking error").abs() < 1e-6);
    }
}

#[test]
fn no_distance_is_the_benchmark() {
    let portfolio = allocate(params(CvarObjective::MinCvar, 0.0, 5), &market(15, 60, 5)).unwrap();
    assert!(portfolio.as_ref().as_slice().iter().all(|x| (x - 0.2).abs() < 1e-5), "{portfolio:?}");
    assert!(portfolio.tracking_error.unwrap() < 1e-7);
}

#[test]
fn a_ratio_near_a_benchmark() {
    let returns = market(16, 60, 5);
    let ratio = allocate(params(CvarObjective::MaxRatio { risk_free: 0.0 }, 0.002, 5), &returns).unwrap();
    // The portfolio of the best ratio is one of those with the least risk for their return.
    let objective = CvarObjective::MinRisk { target_return: ratio.mean };
    let least = allocate(params(objective, 0.002, 5), &returns).unwrap();
    assert!((least.risk - ratio.risk).abs() <= 1e-7 * ratio.risk, "{} and {}", least.risk, ratio.risk);
    assert!(ratio.tracking_error.unwrap() <= 0.002 * (1.0 + 1e-7));
}

#[test]
fn a_benchmark_out_of_reach_is_told() {
    let returns = market(17, 60, 5);
    let up_to = Bounds::new(vec![0.0, 0.0, 0.0, 0.0, 0.5], vec![0.5, 0.5, 0.5, 0.5, 0.6]).unwrap();
    for objective in [
        CvarObjective::MinCvar,
        CvarObjective::MaxReturn { cvar: f64::INFINITY },
        CvarObjective::MinRisk { target_return: 0.0 },
    ] {
        let mut given = params(objective, 1e-4, 5);
        given.constraints.bounds = Some(up_to.clone());
        let error = allocate(given, &returns).unwrap_err();
        let Error::Programme(po_convex::Error::RiskLimitTooLow { what, limit, least }) = error else {
            unreachable!("{error}")
        };
        assert_eq!((what, limit.to_bits()), ("the tracking error", 1e-4_f64.to_bits()));
        let mut given = params(objective, least * (1.0 + 1e-5), 5);
        given.constraints.bounds = Some(up_to.clone());
        assert!(allocate(given, &returns).unwrap().tracking_error.unwrap() >= least * (1.0 - 1e-7));
    }
    let far = params(CvarObjective::MinRisk { target_return: 1.0 }, 0.002, 5);
    let error = allocate(far, &returns).unwrap_err();
    let Error::Programme(po_convex::Error::TargetTooHigh { greatest, .. }) = error else {
        unreachable!("{error}")
    };
    let most =
        allocate(params(CvarObjective::MaxReturn { cvar: f64::INFINITY }, 0.002, 5), &returns).unwrap();
    assert!((greatest - most.objective).abs() < VALUE);
}

#[test]
fn few_assets_near_a_benchmark() {
    let returns = market(18, 60, 6);
    let mut given = params(CvarObjective::MinCvar, 0.004, 6);
    given.constraints.cardinality = Some(4);
    let portfolio = allocate(given.clone(), &returns).unwrap();
    assert!(portfolio.tracking_error.unwrap() <= 0.004 * (1.0 + 1e-7));
    assert!(portfolio.gap() <= 1e-8 * portfolio.objective);
    let mut best = f64::INFINITY;
    for choice in (0_u32..64).filter(|choice| choice.count_ones() <= 4) {
        let upper: Vec<f64> = (0..6).map(|asset| f64::from(choice >> asset & 1)).collect();
        let bounds = Some(Bounds::new(vec![0.0; 6], upper).unwrap());
        let constraints = Constraints { bounds, cardinality: None, ..given.constraints.clone() };
        if let Ok(other) = allocate(MeanCvarParams { constraints, ..given.clone() }, &returns) {
            best = best.min(other.objective);
        }
    }
    assert!((portfolio.objective - best).abs() <= 1e-8 * best, "{} and {best}", portfolio.objective);

    given.constraints.tracking_error = Some(1e-4);
    let error = allocate(given, &returns).unwrap_err();
    let Error::Programme(po_convex::Error::Infeasible(conflict)) = error else { unreachable!("{error}") };
    let labels = conflict.constraints.iter().map(|constraint| match constraint {
        Constraint::Row { label, .. } => label.as_str(),
        _ => "",
    });
    assert_eq!(labels.collect::<Vec<_>>(), ["cardinality", "tracking error"]);
}
