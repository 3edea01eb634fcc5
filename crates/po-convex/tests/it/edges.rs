//! Requests at the edge of what can be had: the last limit, no excess return, one asset too few.

use po_convex::{
    Conflict, Constraint, Constraints, Costs, Error, LinearConstraint, Markowitz, MarkowitzInput,
    MarkowitzParams, MarkowitzScratch, MaxCorrelation, MeanUncertainty, Net, Objective, Portfolio, Program,
    Rows, Semidefinite, Violation,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, FactorCovariance, Moments, Status, Weights};

/// Closed forms.
const CLOSE: f64 = 1e-12;

/// The same portfolio by two roads, at least one of them the root of a function.
const ROOT: f64 = 1e-9;

fn params(objective: Objective, constraints: Constraints) -> MarkowitzParams {
    MarkowitzParams { objective, constraints, ..MarkowitzParams::default() }
}

fn allocate(objective: Objective, constraints: Constraints, moments: &Moments) -> Result<Portfolio, Error> {
    Markowitz::new(params(objective, constraints)).unwrap().allocate(moments.into())
}

/// Two assets without correlation: the least variance holds 0.2 of the first.
fn two_assets() -> Moments {
    Moments::new(vec![0.10, 0.05], Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap())
        .unwrap()
}

fn bounded(assets: usize, lower: f64, upper: f64) -> Constraints {
    Constraints { bounds: Some(Bounds::uniform(assets, lower, upper).unwrap()), ..Constraints::default() }
}

#[test]
fn the_last_limit_that_can_be_kept_is_kept() {
    let moments = two_assets();
    let least = allocate(Objective::MinVariance, Constraints::default(), &moments).unwrap();
    let volatility = least.volatility();
    let portfolio = allocate(Objective::MaxReturn { volatility }, Constraints::default(), &moments).unwrap();
    for (x, expected) in portfolio.as_ref().as_slice().iter().zip(least.as_ref().as_slice()) {
        // Along the frontier the variance is flat here: weights move by the root of a rounding.
        assert!((x - expected).abs() <= 1e-7, "{x} is not {expected}");
    }
    let lower = volatility * (1.0 - 1e-9);
    let error = allocate(Objective::MaxReturn { volatility: lower }, Constraints::default(), &moments);
    let Err(Error::RiskLimitTooLow { what: "the volatility", limit, least }) = error else {
        panic!("{error:?}")
    };
    assert!(limit.to_bits() == lower.to_bits() && (least - volatility).abs() <= CLOSE);

    let target_return = 0.10;
    let portfolio = allocate(Objective::MinRisk { target_return }, Constraints::default(), &moments).unwrap();
    assert!((portfolio.as_ref().as_slice()[0] - 1.0).abs() <= CLOSE);
    let target_return = 0.11;
    let error = allocate(Objective::MinRisk { target_return }, Constraints::default(), &moments);
    let Err(Error::TargetTooHigh { target, greatest }) = error else { panic!("{error:?}") };
    assert!(target.to_bits() == target_return.to_bits() && (greatest - 0.10).abs() <= CLOSE, "{greatest}");
}

#[test]
fn a_ratio_needs_a_reward() {
    let moments = two_assets();
    let error =
        allocate(Objective::MaxSharpe { risk_free: 0.2 }, Constraints::default(), &moments).unwrap_err();
    let Error::NoExcessReturn { greatest, risk_free: 0.2 } = error else { panic!("{error}") };
    assert!((greatest + 0.10).abs() <= CLOSE, "{greatest}");
    // Everything is sold: the mean of the volatilities is negative.
    let constraints = Constraints { budget: Net::exactly(-1.0), ..bounded(2, -1.0, 0.0) };
    let error = allocate(Objective::MaxDiversification, constraints, &moments).unwrap_err();
    let Error::NoExcessReturn { greatest, risk_free: 0.0 } = error else { panic!("{error}") };
    // The least volatile asset alone is the least of the evils.
    assert!((greatest + 0.1).abs() <= CLOSE, "{greatest}");
    assert!(error.relaxation().is_empty());
}

/// Rows give before bounds do; who finds that a bound must give can say so in the same words.
#[test]
fn a_bound_may_have_to_give() {
    let constraint = Constraint::LowerBound { asset: 0, bound: 0.4 };
    let violation = Violation { constraint: constraint.clone(), amount: 0.1 };
    let conflict = Conflict { constraints: vec![constraint], relaxation: vec![violation] };
    let text = conflict.to_string();
    assert!(text.ends_with("lower the lower bound of asset 0 by 0.1 to 0.3"), "{text}");
}

/// Without correlations the variance of each estimate is all there is: both uncertainties are one.
#[test]
fn independent_errors_are_all_errors_where_nothing_is_correlated() {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.09]).unwrap();
    let moments = Moments::new(vec![0.25, 0.05, 0.02], covariance).unwrap();
    for (kappa, bound, observations) in [(0.5, 1.0, 12.0), (0.01, 3.0, 60.0), (4.0, 3.0, 1.0)] {
        let of = |uncertainty| {
            let objective = Objective::Robust { risk_aversion: 0.5, kappa, uncertainty };
            allocate(objective, bounded(3, -bound, bound), &moments).unwrap()
        };
        let alone = of(MeanUncertainty::Diagonal { observations });
        let whole = of(MeanUncertainty::Sample { observations });
        for (x, expected) in alone.as_ref().as_slice().iter().zip(whole.as_ref().as_slice()) {
            assert!((x - expected).abs() <= ROOT, "{kappa}: {x} is not {expected}");
        }
        assert!((alone.objective - whole.objective).abs() <= CLOSE);
    }
    let uncertainty = MeanUncertainty::Diagonal { observations: 60.0 };
    let objective = Objective::Robust { risk_aversion: 1.0, kappa: 1.0, uncertainty };
    let benchmark = Some(Weights::equal(3).unwrap());
    let constraints = Constraints { benchmark, tracking_error: Some(0.1), ..Constraints::default() };
    let error = allocate(objective, constraints, &moments).unwrap_err();
    let (method, constraint) = ("robust with a diagonal uncertainty", "a limit on the tracking error");
    assert_eq!(error, Error::Unsupported { method, constraint });
}

/// A charge above what a unit of risk earns leaves everything in cash, and in the better of two kinds of it.
#[test]
fn a_cautious_investor_holds_cash() {
    let mut covariance = DMatrix::zeros(3, 3);
    covariance[(0, 0)] = 0.04;
    let moments = Moments::new(vec![0.05, 0.01, 0.02], Covariance::new(covariance).unwrap()).unwrap();
    let uncertainty = MeanUncertainty::Sample { observations: 1.0 };
    let of = |kappa| {
        let objective = Objective::Robust { risk_aversion: 1.0, kappa, uncertainty };
        allocate(objective, Constraints::default(), &moments).unwrap()
    };
    // The first asset earns 0.03 more for a volatility of 0.2.
    let cash = of(0.2);
    assert!((cash.as_ref().as_slice()[2] - 1.0).abs() <= ROOT, "{:?}", cash.as_ref());
    assert!((cash.objective - 0.02).abs() <= ROOT, "{}", cash.objective);
    // Less of a charge: (0.15 - 0.1) / 0.2 in the first asset.
    let some = of(0.1);
    assert!((some.as_ref().as_slice()[0] - 0.25).abs() <= ROOT, "{:?}", some.as_ref());
}

/// The benchmark is the best asset: at its limit, the tracking error alone would allow what volatility forbids.
#[test]
fn two_limits_that_exclude_each_other() {
    let constraints = |limit| Constraints {
        benchmark: Some(Weights::new(vec![1.0, 0.0]).unwrap()),
        tracking_error: Some(limit),
        ..Constraints::default()
    };
    let objective = Objective::MaxReturn { volatility: 0.15 };
    // A volatility of 0.15 is that of w with 0.05 w² - 0.02 w + 0.01 = 0.0225.
    let w = (0.02 + (0.0004_f64 + 0.2 * 0.0125).sqrt()) / 0.1;
    let least = (1.0 - w) * 0.05_f64.sqrt();
    let portfolio = allocate(objective, constraints(1.1 * least), &two_assets()).unwrap();
    assert!((portfolio.as_ref().as_slice()[0] - w).abs() <= ROOT);
    let error = allocate(objective, constraints(0.9 * least), &two_assets()).unwrap_err();
    let Error::RiskLimitTooLow { what: "the tracking error", limit, least: found } = error else {
        panic!("{error}")
    };
    assert!(limit.to_bits() == (0.9 * least).to_bits() && (found - least).abs() <= ROOT, "{error}");
}

/// The benchmark is out of reach, and the limit is the least that can be had: there is no choice left.
#[test]
fn the_least_tracking_error_leaves_one_portfolio() {
    let constraints = Constraints {
        benchmark: Some(Weights::new(vec![1.0, 0.0]).unwrap()),
        tracking_error: Some(0.4 * 0.05_f64.sqrt()),
        ..bounded(2, 0.0, 0.6)
    };
    for objective in [
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MinRisk { target_return: 0.01 },
        Objective::MinVariance,
    ] {
        let portfolio = allocate(objective, constraints.clone(), &two_assets()).unwrap();
        assert!((portfolio.as_ref().as_slice()[0] - 0.6).abs() <= ROOT, "{objective:?}");
    }
}

#[test]
fn a_warm_search_begins_where_it_ended() {
    let moments = two_assets();
    let constraints = Constraints {
        benchmark: Some(Weights::new(vec![0.7, 0.3]).unwrap()),
        tracking_error: Some(0.02),
        ..Constraints::default()
    };
    for objective in [
        Objective::MinVariance,
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MaxReturn { volatility: 0.155 },
        Objective::MinRisk { target_return: 0.06 },
    ] {
        let params = MarkowitzParams { warm_start: true, ..params(objective, constraints.clone()) };
        let markowitz = Markowitz::new(params.clone()).unwrap();
        assert_eq!(markowitz.params(), &params);
        let (mut scratch, mut portfolio) = (MarkowitzScratch::default(), Portfolio::default());
        markowitz.allocate_into((&moments).into(), &mut scratch, &mut portfolio).unwrap();
        let first = portfolio.clone();
        markowitz.allocate_into((&moments).into(), &mut scratch, &mut portfolio).unwrap();
        for (x, expected) in portfolio.as_ref().as_slice().iter().zip(first.as_ref().as_slice()) {
            assert!((x - expected).abs() <= ROOT, "{objective:?}: {x} is not {expected}");
        }
        // A market in which the limits of the last one are far away.
        let other = Moments::new(vec![0.02, 0.09], moments.covariance().clone()).unwrap();
        let warm = markowitz.allocate_into((&other).into(), &mut scratch, &mut portfolio);
        let cold = allocate(objective, constraints.clone(), &other);
        match (warm, cold) {
            (Ok(()), Ok(cold)) => {
                for (x, expected) in portfolio.as_ref().as_slice().iter().zip(cold.as_ref().as_slice()) {
                    assert!((x - expected).abs() <= ROOT, "{objective:?}: {x} is not {expected}");
                }
            }
            (warm, cold) => assert_eq!(warm.err(), cold.err(), "{objective:?}"),
        }
    }
}

#[test]
fn a_factor_covariance_is_an_input_of_its_own() {
    let exposures = DMatrix::from_column_slice(2, 1, &[1.0, 0.5]);
    let factor = Covariance::from_column_slice(1, &[0.02]).unwrap();
    let factors = FactorCovariance::new(exposures, factor, vec![0.02, 0.005]).unwrap();
    let markowitz = Markowitz::new(MarkowitzParams::default()).unwrap();
    let portfolio = markowitz.allocate((&factors).into()).unwrap();
    // [0.04, 0.01; 0.01, 0.01]: the second asset alone.
    assert!((portfolio.as_ref().as_slice()[1] - 1.0).abs() <= CLOSE);
    assert_eq!(portfolio.mean, None);
    // Assets are chosen by the same correlations, 0.5 here, in either form.
    let cap = MaxCorrelation::new(0.4).unwrap();
    assert_eq!(cap.get().to_bits(), 0.4_f64.to_bits());
    let constraints = Constraints { max_correlation: Some(cap), ..Constraints::default() };
    let objective = Objective::Utility { risk_aversion: 4.0 };
    let mean: &[f64] = &[0.10, 0.02];
    let input = MarkowitzInput { risk: (&factors).into(), mean: Some(mean) };
    let portfolio = Markowitz::new(params(objective, constraints)).unwrap().allocate(input).unwrap();
    // 0.10 - 2 · 0.04 against 0.02 - 2 · 0.01.
    assert!(
        (portfolio.as_ref().as_slice()[0] - 1.0).abs() <= CLOSE && portfolio.as_ref().as_slice()[1] == 0.0
    );
}

#[test]
fn assets_that_exclude_each_other_cannot_both_be_required() {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.03, 0.0, 0.03, 0.04, 0.0, 0.0, 0.0, 0.01]).unwrap();
    let moments = Moments::new(vec![0.1, 0.1, 0.05], covariance).unwrap();
    let constraints = |lower: [f64; 3], upper: [f64; 3]| Constraints {
        bounds: Some(Bounds::new(lower.to_vec(), upper.to_vec()).unwrap()),
        max_correlation: Some(MaxCorrelation::new(0.5).unwrap()),
        ..Constraints::default()
    };
    let required = constraints([0.2, 0.2, 0.0], [1.0; 3]);
    let error = allocate(Objective::MinVariance, required, &moments).unwrap_err();
    let Error::Infeasible(conflict) = &error else { panic!("{error}") };
    assert!(
        conflict.constraints.iter().any(
            |constraint| matches!(constraint, Constraint::Row { label, .. } if label == "max-correlation")
        ),
        "{error}"
    );
    // As many as must be held, and one fewer than that.
    let many = |cardinality| Constraints {
        cardinality: Some(cardinality),
        max_correlation: None,
        ..constraints([0.2, 0.2, 0.1], [1.0; 3])
    };
    assert!(allocate(Objective::MinVariance, many(3), &moments).is_ok());
    let error = allocate(Objective::MinVariance, many(2), &moments).unwrap_err();
    assert!(matches!(&error, Error::Infeasible(_)) && error.to_string().contains("cardinality"), "{error}");
    // An asset that may not be held is no choice.
    let portfolio =
        allocate(Objective::MinVariance, constraints([0.0; 3], [0.0, 1.0, 1.0]), &moments).unwrap();
    assert!((portfolio.as_ref().as_slice()[1] - 0.2).abs() <= CLOSE, "{:?}", portfolio.as_ref());
}

/// A limit of one programme ends the search before anything is found; one more, with what there is.
#[test]
fn a_search_that_is_cut_short_says_so() {
    let assets = 12;
    let covariance = DMatrix::from_fn(assets, assets, |row, col| {
        let common = 0.01 + 0.002 * ((row * 5 + col * 5) as f64).sin();
        common + if row == col { 0.01 + 0.001 * row as f64 } else { 0.0 }
    });
    let moments = Moments::new(
        (0..assets).map(|asset| 0.02 + 0.005 * asset as f64).collect(),
        Covariance::new(covariance).unwrap(),
    )
    .unwrap();
    let constraints = Constraints {
        cardinality: Some(3),
        min_position: Some(0.1),
        linear: vec![LinearConstraint::new("odd", vec![(1, 1.0), (3, 1.0), (5, 1.0)], 0.3, 0.5).unwrap()],
        ..Constraints::default()
    };
    let of = |node_limit| {
        let params = MarkowitzParams { node_limit, ..params(Objective::MinVariance, constraints.clone()) };
        Markowitz::new(params).unwrap().allocate((&moments).into())
    };
    let best = of(100_000).unwrap();
    assert_eq!(best.solution.status, Status::Converged);
    let mut statuses = Vec::new();
    for limit in 1..best.nodes {
        match of(limit) {
            Ok(portfolio) => {
                assert!(
                    portfolio.bound <= best.objective + CLOSE
                        && portfolio.objective >= best.objective - CLOSE
                );
                statuses.push(portfolio.solution.status);
            }
            Err(error) => assert!(matches!(error, Error::Numerical { .. }), "{error}"),
        }
    }
    assert!(statuses.contains(&Status::IterationLimit));
}

/// A charge for trades of the power 3/2 in more assets than the solution is polished for.
#[test]
fn large_conic_programmes_are_left_as_they_are() {
    let assets = 1001;
    let exposures = DMatrix::from_fn(assets, 1, |asset, _| 0.5 + 0.001 * asset as f64);
    let factor = Covariance::from_column_slice(1, &[0.02]).unwrap();
    let specific = (0..assets).map(|asset| 0.01 + 1e-5 * asset as f64).collect();
    let factors = FactorCovariance::new(exposures, factor, specific).unwrap();
    let mut rows = Rows::new(assets);
    rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
    let (lower, upper, linear) = (vec![0.0; assets], vec![1.0; assets], vec![0.0; assets]);
    let program = Program {
        risk: (&factors).into(),
        scale: 1.0,
        ridge: &[],
        linear: &linear,
        lower: &lower,
        upper: &upper,
        rows: &rows,
        absolute: &[],
    };
    let conic = po_convex::ConicProgram { program, limits: &[], costs: &[], power_cost: None };
    let (quadratic, conic) = (program.solve().unwrap(), conic.solve().unwrap());
    // An interior point ends near the optimum.
    let difference = (quadratic.objective - conic.objective).abs();
    assert!(difference <= 1e-8 * quadratic.objective.max(1.0), "{difference:e}");
}

#[test]
fn rates_may_be_given_in_basis_points() {
    assert_eq!(Costs::each_in_basis_points(&[10.0, 25.0]), Costs::Each(vec![0.001, 0.0025]));
}

/// An eigenvalue of -5e-11 on the scale of a correlation is rounding, though no root of the matrix is real.
#[test]
fn a_covariance_may_be_indefinite_by_rounding() {
    let below = 1.0 + 5e-11;
    let covariance = Covariance::from_column_slice(2, &[1.0, below, below, 1.0]).unwrap();
    assert_eq!(po_convex::check_positive_semidefinite(&covariance), Ok(()));
    let semidefinite = Semidefinite::Refuse;
    let params = MarkowitzParams { semidefinite, ..MarkowitzParams::default() };
    let portfolio = Markowitz::new(params).unwrap().allocate((&covariance).into()).unwrap();
    assert!((portfolio.variance - 1.0).abs() <= ROOT, "{portfolio:?}");
}

/// Contradictory rows, and an objective that falls without end beside them: the contradiction is told.
#[test]
fn infeasible_comes_before_unbounded() {
    let covariance =
        Covariance::from_column_slice(3, &[0.04, 0.0, 0.0, 0.0, 0.01, 0.0, 0.0, 0.0, 0.0]).unwrap();
    let mut rows = Rows::new(3);
    rows.push("low", &[1.0, 1.0, 0.0], f64::NEG_INFINITY, 0.5).unwrap();
    rows.push("high", &[1.0, 1.0, 0.0], 0.6, f64::INFINITY).unwrap();
    let program = Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[0.0, 0.0, -1.0],
        lower: &[f64::NEG_INFINITY; 3],
        upper: &[f64::INFINITY; 3],
        rows: &rows,
        absolute: &[],
    };
    assert!(matches!(program.solve(), Err(Error::Infeasible(_))));
    let conic = po_convex::ConicProgram { program, limits: &[], costs: &[], power_cost: None };
    assert!(matches!(conic.solve(), Err(Error::Infeasible(_))));
}
