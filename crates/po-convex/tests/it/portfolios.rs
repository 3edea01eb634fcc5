//! What holds of every optimal portfolio, whatever the numbers.

use po_convex::{
    Constraints, Costs, LinearConstraint, Markowitz, MarkowitzInput, MarkowitzParams, MarkowitzScratch,
    MeanUncertainty, Net, Objective, Portfolio, Semidefinite,
};
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Bounds, Covariance, FactorCovariance, Moments, Status, Weights};
use proptest::prelude::*;

use crate::random::{Random, config};

/// Weights of two runs that differ in rounding only; the worst condition of the random markets is some thousands.
const SAME: f64 = 1e-9;

/// A random portfolio must not be better by more than rounding, in units of the objective.
const BETTER: f64 = 1e-12;

/// Finite differences of step 1e-6 lose half of the digits.
const SLOPE: f64 = 1e-5;

const ASSETS: usize = 9;

/// A factor market and its means, per year.
fn market(seed: u64) -> (FactorCovariance, Vec<f64>) {
    let mut random = Random::new(seed);
    let exposures = DMatrix::from_fn(ASSETS, 3, |_, factor| {
        if factor == 0 { random.between(0.6, 1.4) } else { 0.4 * random.normal() }
    });
    let factors = Covariance::new(DMatrix::from_diagonal_element(3, 3, 0.02)).unwrap();
    let specific = (0..ASSETS).map(|_| random.between(0.005, 0.05)).collect();
    let mean = (0..ASSETS).map(|_| random.between(0.01, 0.12)).collect();
    (FactorCovariance::new(exposures, factors, specific).unwrap(), mean)
}

fn moments(seed: u64) -> Moments {
    let (factors, mean) = market(seed);
    Moments::new(mean, factors.covariance().unwrap()).unwrap()
}

fn objectives() -> [Objective; 10] {
    let (risk_aversion, kappa, observations) = (3.0, 0.8, 60.0);
    [
        Objective::MinVariance,
        Objective::Utility { risk_aversion },
        Objective::MaxReturn { volatility: 0.2 },
        Objective::MinRisk { target_return: 0.075 },
        Objective::MaxSharpe { risk_free: 0.005 },
        Objective::MaxDiversification,
        Objective::MaxDecorrelation,
        Objective::MinTrackingError,
        Objective::Robust { risk_aversion, kappa, uncertainty: MeanUncertainty::Sample { observations } },
        Objective::Robust { risk_aversion, kappa, uncertainty: MeanUncertainty::Diagonal { observations } },
    ]
}

/// Constraints of every convex kind that go together with all objectives; `costs` where returns count.
fn constraints(objective: &Objective) -> Constraints {
    let equal = Weights::equal(ASSETS).unwrap();
    let half = (0..ASSETS).step_by(2).map(|asset| (asset, 1.0)).collect();
    Constraints {
        bounds: Some(Bounds::uniform(ASSETS, -0.1, 0.4).unwrap()),
        gross: Some(1.5),
        linear: vec![LinearConstraint::new("even", half, 0.2, 0.7).unwrap()],
        holdings: Some(equal.clone()),
        turnover: Some(1.2),
        costs: objective.needs_mean().then_some(Costs::Uniform(0.002)),
        benchmark: Some(equal),
        ..Constraints::default()
    }
}

fn markowitz(objective: Objective, constraints: Constraints) -> Markowitz {
    Markowitz::new(MarkowitzParams { objective, constraints, ..MarkowitzParams::default() }).unwrap()
}

fn assert_weights(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    for (asset, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let difference = (actual - expected).abs();
        assert!(difference <= tolerance, "{what}[{asset}]: {actual} is not {expected}: {difference:e}");
    }
}

/// The objective of any weights, from its definition.
fn objective_of(objective: &Objective, moments: &Moments, constraints: &Constraints, x: &[f64]) -> f64 {
    let sigma = moments.covariance().as_view();
    let form = |a: &[f64], b: &[f64]| -> f64 {
        (0..ASSETS).map(|i| (0..ASSETS).map(|j| a[i] * sigma[(i, j)] * b[j]).sum::<f64>()).sum()
    };
    let volatilities = moments.covariance().volatilities();
    let sum = |a: &[f64]| -> f64 { a.iter().zip(x).map(|(a, x)| a * x).sum() };
    let equal = vec![1.0 / ASSETS as f64; ASSETS];
    let traded: f64 = x.iter().zip(&equal).map(|(x, b)| (x - b).abs()).sum();
    let cost = if constraints.costs.is_some() { 0.002 * traded } else { 0.0 };
    let (variance, reward) = (form(x, x), sum(moments.mean()) - cost);
    match *objective {
        Objective::MinVariance | Objective::MinRisk { .. } => variance,
        Objective::Utility { risk_aversion } => reward - 0.5 * risk_aversion * variance,
        Objective::MaxReturn { .. } => reward,
        Objective::MaxSharpe { risk_free } => (reward - risk_free * x.iter().sum::<f64>()) / variance.sqrt(),
        Objective::MaxDiversification => sum(&volatilities) / variance.sqrt(),
        Objective::MaxDecorrelation => {
            let scaled: Vec<f64> =
                x.iter().zip(&volatilities).map(|(x, volatility)| x / volatility).collect();
            form(&scaled, &scaled)
        }
        Objective::MinTrackingError => {
            let difference: Vec<f64> = x.iter().zip(&equal).map(|(x, b)| x - b).collect();
            form(&difference, &difference).sqrt()
        }
        Objective::Robust { risk_aversion, kappa, uncertainty } => {
            let (spread, observations) = match uncertainty {
                MeanUncertainty::Sample { observations } => (variance, observations),
                MeanUncertainty::Diagonal { observations } => {
                    let own = x.iter().zip(&volatilities).map(|(x, volatility)| (x * volatility).powi(2));
                    (own.sum(), observations)
                }
            };
            reward - kappa * (spread / observations).sqrt() - 0.5 * risk_aversion * variance
        }
    }
}

/// Whether weights keep all of [`constraints`] and the limits of the objective.
fn is_feasible(objective: &Objective, moments: &Moments, constraints: &Constraints, x: &[f64]) -> bool {
    let traded: f64 = x.iter().map(|x| (x - 1.0 / ASSETS as f64).abs()).sum();
    let gross: f64 = x.iter().map(|x| x.abs()).sum();
    let even: f64 = x.iter().step_by(2).sum();
    let value = |objective: &Objective| objective_of(objective, moments, constraints, x);
    let within = match *objective {
        Objective::MaxReturn { volatility } => value(&Objective::MinVariance).sqrt() <= volatility,
        Objective::MinRisk { target_return } => {
            value(&Objective::MaxReturn { volatility: f64::INFINITY }) >= target_return
        }
        _ => true,
    };
    within
        && traded <= 1.2
        && gross <= 1.5
        && (0.2..=0.7).contains(&even)
        && x.iter().all(|x| (-0.1..=0.4).contains(x))
}

#[test]
fn no_feasible_portfolio_is_better() {
    let mut tried = 0;
    for seed in 0..6 {
        let moments = moments(seed);
        for objective in objectives() {
            let constraints = constraints(&objective);
            let portfolio = markowitz(objective, constraints.clone()).allocate((&moments).into()).unwrap();
            let best = portfolio.as_ref().as_slice();
            let value = objective_of(&objective, &moments, &constraints, best);
            assert!((value - portfolio.objective).abs() <= BETTER * value.abs().max(1.0), "{objective:?}");
            let mut random = Random::new(seed + 100);
            for trial in 0..400 {
                // Half of the portfolios are near to the best one.
                let share = if trial % 2 == 0 { 1.0 } else { random.uniform() * 1e-2 };
                let other: Vec<f64> = (0..ASSETS).map(|_| random.between(-0.3, 0.6)).collect();
                let excess = (other.iter().sum::<f64>() - 1.0) / ASSETS as f64;
                let x: Vec<f64> =
                    best.iter().zip(&other).map(|(best, x)| best + share * (x - excess - best)).collect();
                if is_feasible(&objective, &moments, &constraints, &x) {
                    tried += 1;
                    let own = objective_of(&objective, &moments, &constraints, &x);
                    let gain = if objective.is_maximised() { own - value } else { value - own };
                    assert!(
                        gain <= BETTER * value.abs().max(1.0),
                        "{objective:?}: {own} is better than {value}"
                    );
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} portfolios were feasible");
}

#[test]
fn both_spellings_give_the_same_bits() {
    let (mut scratch, mut output) = (MarkowitzScratch::default(), Portfolio::default());
    for seed in 0..4 {
        let moments = moments(seed);
        for objective in objectives() {
            let markowitz = markowitz(objective, constraints(&objective));
            let fresh = markowitz.allocate((&moments).into()).unwrap();
            markowitz.allocate_into((&moments).into(), &mut scratch, &mut output).unwrap();
            assert_eq!(output, fresh, "{objective:?}");
        }
    }
}

#[test]
fn a_warm_start_finds_the_same_portfolio() {
    for objective in objectives() {
        let constraints = constraints(&objective);
        let cold = markowitz(objective, constraints.clone());
        let params =
            MarkowitzParams { objective, constraints, warm_start: true, ..MarkowitzParams::default() };
        let warm = Markowitz::new(params).unwrap();
        let (mut scratch, mut output) = (MarkowitzScratch::default(), Portfolio::default());
        for seed in 0..8 {
            // Each market differs from the one before by a little, or by a lot.
            let moments = moments(seed / 2);
            let mean = moments.mean().iter().map(|mean| mean * (1.0 + 1e-3 * (seed % 2) as f64)).collect();
            let moments = Moments::new(mean, moments.covariance().clone()).unwrap();
            warm.allocate_into((&moments).into(), &mut scratch, &mut output).unwrap();
            let expected = cold.allocate((&moments).into()).unwrap();
            assert_weights(objective.name(), output.as_ref().as_slice(), expected.as_ref().as_slice(), SAME);
        }
    }
}

#[test]
fn the_factor_form_is_the_matrix() {
    for seed in 0..4 {
        let ((factors, mean), dense) = (market(seed), moments(seed));
        for objective in objectives() {
            let markowitz = markowitz(objective, constraints(&objective));
            let input = MarkowitzInput { risk: (&factors).into(), mean: Some(&mean) };
            let by_factors = markowitz.allocate(input).unwrap();
            let by_matrix = markowitz.allocate((&dense).into()).unwrap();
            let (by_factors, by_matrix) = (by_factors.as_ref().as_slice(), by_matrix.as_ref().as_slice());
            assert_weights(objective.name(), by_factors, by_matrix, SAME);
        }
    }
}

/// A limit on the tracking error beside each objective that takes one: the limit holds, and what is loosened is better.
#[test]
fn a_limit_on_the_tracking_error_binds_and_holds() {
    for seed in 0..4 {
        let moments = moments(seed);
        for objective in objectives() {
            let takes = !matches!(
                objective,
                Objective::MaxDecorrelation
                    | Objective::MinTrackingError
                    | Objective::Robust { uncertainty: MeanUncertainty::Diagonal { .. }, .. }
            );
            let free = markowitz(objective, constraints(&objective)).allocate((&moments).into()).unwrap();
            let error = free.tracking_error.unwrap();
            if !takes || error < 1e-3 {
                continue;
            }
            let mut values = Vec::new();
            for share in [1.5, 0.9, 0.8] {
                let limit = share * error;
                let constraints = Constraints { tracking_error: Some(limit), ..constraints(&objective) };
                // The benchmark itself need not reach a target, nor keep a volatility.
                let Ok(portfolio) = markowitz(objective, constraints).allocate((&moments).into()) else {
                    continue;
                };
                let expected = limit.min(error);
                let found = portfolio.tracking_error.unwrap();
                assert!(
                    (found - expected).abs() <= SAME * expected,
                    "{objective:?}: {found} is not {expected}"
                );
                assert_eq!(portfolio.solution.status, Status::Converged, "{objective:?}");
                assert!(portfolio.gap() <= SAME, "{objective:?}: {:?}", portfolio.solution.certificate);
                values.push(portfolio.objective);
            }
            let sorted = |pair: &[f64]| {
                if objective.is_maximised() { pair[0] >= pair[1] } else { pair[0] <= pair[1] }
            };
            assert!(values.windows(2).all(sorted), "{objective:?}: {values:?}");
        }
    }
}

#[test]
fn a_shadow_price_is_the_slope_of_the_objective_in_its_limit() {
    let moments = moments(3);
    for objective in objectives() {
        let limited = matches!(objective, Objective::MaxReturn { .. } | Objective::MinRisk { .. });
        let value = |turnover: f64, budget: f64| {
            let constraints = Constraints {
                turnover: Some(turnover),
                budget: Net::exactly(budget),
                gross: None,
                linear: Vec::new(),
                ..constraints(&objective)
            };
            markowitz(objective, constraints).allocate((&moments).into()).unwrap()
        };
        let step = 1e-6;
        let price = |portfolio: &Portfolio, name: &str| -> f64 {
            let prices = portfolio.shadow_prices();
            let named = prices.iter().filter(|price| {
                matches!(&price.constraint, po_convex::Constraint::Row { label, .. } if label == name)
            });
            named.map(|price| price.value).sum()
        };
        let turnover = if objective == Objective::MinTrackingError || limited { 1.2 } else { 0.5 };
        let here = value(turnover, 1.0);
        let by_turnover =
            (value(turnover + step, 1.0).objective - value(turnover - step, 1.0).objective) / (2.0 * step);
        let by_budget =
            (value(turnover, 1.0 + step).objective - value(turnover, 1.0 - step).objective) / (2.0 * step);
        for (name, slope) in [("turnover", by_turnover), ("budget", by_budget)] {
            let price = price(&here, name);
            // Of a tracking error of zero, the slope is not defined.
            if here.objective != 0.0 && objective != Objective::MinTrackingError {
                assert!((price - slope).abs() <= SLOPE, "{objective:?} {name}: {price} is not {slope}");
            }
        }
    }
}

#[test]
fn trusting_a_sound_covariance_changes_nothing() {
    let moments = moments(1);
    let refuse =
        markowitz(Objective::MinVariance, Constraints::default()).allocate((&moments).into()).unwrap();
    let params = MarkowitzParams { semidefinite: Semidefinite::Trust, ..MarkowitzParams::default() };
    assert_eq!(Markowitz::new(params).unwrap().allocate((&moments).into()).unwrap(), refuse);
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn weights_follow_their_assets(seed in 0_u64..1_000_000, objective in 0_usize..10) {
        let objective = objectives()[objective];
        let moments = moments(seed);
        let mut random = Random::new(seed);
        let mut order: Vec<usize> = (0..ASSETS).collect();
        order.sort_by_key(|_| (random.uniform() * 1e9) as u64);
        let matrix = moments.covariance().as_view();
        let renamed = DMatrix::from_fn(ASSETS, ASSETS, |row, col| matrix[(order[row], order[col])]);
        let mean = order.iter().map(|&asset| moments.mean()[asset]).collect();
        let renamed = Moments::new(mean, Covariance::new(renamed).unwrap()).unwrap();
        // The rows that name assets are left out: these would have to be renamed as well.
        let constraints = Constraints { linear: Vec::new(), ..constraints(&objective) };
        let markowitz = markowitz(objective, constraints);
        let (Ok(first), Ok(second)) = (markowitz.allocate((&moments).into()), markowitz.allocate((&renamed).into()))
        else { return Ok(()) };
        let expected: Vec<f64> = order.iter().map(|&asset| first.as_ref().as_slice()[asset]).collect();
        assert_weights(objective.name(), second.as_ref().as_slice(), &expected, SAME);
    }

    /// From returns per year to returns per day: what is a return, a variance or a limit on one changes its unit.
    #[test]
    fn weights_do_not_depend_on_the_period(seed in 0_u64..1_000_000, objective in 0_usize..10) {
        let objective = objectives()[objective];
        let days: f64 = 252.0;
        let moments = moments(seed);
        let matrix = moments.covariance().as_view() / days;
        let mean = moments.mean().iter().map(|mean| mean / days).collect();
        let daily = Moments::new(mean, Covariance::new(matrix).unwrap()).unwrap();
        let per_day = match objective {
            Objective::MaxReturn { volatility } => Objective::MaxReturn { volatility: volatility / days.sqrt() },
            Objective::MinRisk { target_return } => Objective::MinRisk { target_return: target_return / days },
            Objective::MaxSharpe { risk_free } => Objective::MaxSharpe { risk_free: risk_free / days },
            Objective::Robust { risk_aversion, kappa, uncertainty } => {
                let uncertainty = match uncertainty {
                    MeanUncertainty::Sample { observations } => MeanUncertainty::Sample { observations: observations * days },
                    MeanUncertainty::Diagonal { observations } => MeanUncertainty::Diagonal { observations: observations * days },
                };
                Objective::Robust { risk_aversion, kappa, uncertainty }
            }
            other => other,
        };
        let yearly = constraints(&objective);
        let costs = yearly.costs.as_ref().map(|_| Costs::Uniform(0.002 / days));
        let per_day = markowitz(per_day, Constraints { costs, ..yearly.clone() }).allocate((&daily).into());
        let (Ok(first), Ok(second)) = (markowitz(objective, yearly).allocate((&moments).into()), per_day)
        else { return Ok(()) };
        assert_weights(objective.name(), second.as_ref().as_slice(), first.as_ref().as_slice(), SAME);
    }
}
