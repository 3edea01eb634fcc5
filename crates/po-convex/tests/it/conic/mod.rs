//! Limits on risks, risks in the objective and market impact: closed forms, proofs and refusals.

mod golden;

use po_convex::{
    Absolute, ConicProgram, ConicSolution, Constraint, Error, PowerCost, Program, Risk, RiskCost, RiskLimit,
    Rows, Side,
};
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, FactorCovariance, InputError, Status};
use proptest::prelude::*;

use crate::random::{Random, config};

/// Newton steps end in rounding, which the condition of the programme makes larger: that of the golden cases goes
/// up to 320, and near a trade of nothing a cost of power 3/2 bends without limit.
const EXACT: f64 = 1e-10;

const INF: f64 = f64::INFINITY;

/// A programme in memory of its own.
#[derive(Clone, Debug)]
struct Request {
    covariance: Covariance,
    scale: f64,
    linear: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Rows,
}

impl Request {
    /// Fully invested, long only, `scale/2 x'Σx + linear'x`.
    fn new(assets: usize, entries: &[f64], scale: f64, linear: &[f64]) -> Self {
        let covariance = Covariance::from_column_slice(assets, entries).unwrap();
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
        let (lower, upper) = (vec![0.0; assets], vec![1.0; assets]);
        Self { covariance, scale, linear: linear.to_vec(), lower, upper, rows }
    }

    fn program(&self) -> Program<'_> {
        Program {
            risk: (&self.covariance).into(),
            scale: self.scale,
            ridge: &[],
            linear: &self.linear,
            lower: &self.lower,
            upper: &self.upper,
            rows: &self.rows,
            absolute: &[],
        }
    }

    fn conic<'a>(&'a self, limits: &'a [RiskLimit<'a>]) -> ConicProgram<'a> {
        ConicProgram { program: self.program(), limits, costs: &[], power_cost: None }
    }

    fn volatility(&self, limit: f64) -> RiskLimit<'_> {
        RiskLimit { label: "volatility", risk: (&self.covariance).into(), center: &[], limit }
    }
}

fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len());
    let near = actual.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(near, "{actual:?} is not {expected:?}");
}

fn assert_proven(solution: &ConicSolution, scale: f64) {
    let certificate = solution.certificate;
    assert_eq!(solution.status, Status::Converged, "{certificate:?} {solution:?}");
    assert!(certificate.primal_residual.abs() < EXACT, "{certificate:?}");
    assert!(certificate.dual_residual.abs() < EXACT * scale, "{certificate:?}");
    assert!(certificate.complementarity.abs() < EXACT * scale, "{certificate:?}");
    assert!(certificate.gap.abs() < EXACT * scale, "{certificate:?}");
}

#[test]
fn a_volatility_limit_sets_the_mix_of_two_assets() {
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 0.0, &[-0.08, -0.02]);
    let limits = [request.volatility(0.1)];
    let conic = request.conic(&limits);
    let solution = conic.solve().unwrap();
    // 0.04 w² + 0.01 (1 - w)² = 0.01 at w = 0.4, where the volatility grows by 0.1 with w.
    assert_close(&solution.x, &[0.4, 0.6], EXACT);
    assert_close(&solution.risks, &[0.1], EXACT);
    assert_close(&solution.limits, &[-0.6], EXACT);
    // -0.02 = y + (-0.6) · 0.06 · … : the budget is worth what is left of the second asset, 0.02 - 0.6 · 0.06.
    assert_close(&solution.rows, &[-0.02 + 0.6 * 0.06], EXACT);
    assert!((solution.objective + 0.044).abs() < EXACT);
    assert_proven(&solution, 1.0);
    let prices: Vec<(&str, f64)> = conic.shadow_prices(&solution).collect();
    assert_eq!(prices, [("budget", solution.rows[0]), ("volatility", solution.limits[0])]);
}

#[test]
fn a_limit_that_does_not_bind_has_no_price() {
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    for limit in [0.5, INF] {
        let limits = [request.volatility(limit)];
        let solution = request.conic(&limits).solve().unwrap();
        assert_close(&solution.x, &[0.2, 0.8], EXACT);
        assert_close(&solution.limits, &[0.0], EXACT);
        assert_close(&solution.risks, &[0.008f64.sqrt()], EXACT);
        assert_proven(&solution, 1.0);
    }
}

#[test]
fn a_tracking_error_bounds_the_active_weights() {
    // Three assets of the same variance v, no correlation: the active weights are along the active means.
    let variance = 4e-4;
    let entries = [variance, 0.0, 0.0, 0.0, variance, 0.0, 0.0, 0.0, variance];
    let request = Request::new(3, &entries, 0.0, &[-0.03, -0.02, -0.01]);
    let benchmark = [0.4, 0.3, 0.3];
    let limit = 0.002;
    let limits = [RiskLimit {
        label: "tracking error",
        risk: (&request.covariance).into(),
        center: &benchmark,
        limit,
    }];
    let solution = request.conic(&limits).solve().unwrap();
    let active = limit / (variance * 2.0).sqrt();
    assert_close(&solution.x, &[0.4 + active, 0.3, 0.3 - active], EXACT);
    // The return is 0.02 · active, so that its slope is 0.02 / √(2 v).
    assert_close(&solution.limits, &[-0.02 / (variance * 2.0).sqrt()], EXACT);
    assert_proven(&solution, 1.0);
}

#[test]
fn a_risk_in_the_objective_is_what_robust_means_leave() {
    // Two assets of variance 0.04 and 0.01, equal means: p √(x'Ωx) is least where x'Ωx is.
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 0.0, &[-0.05; 2]);
    let costs = [RiskCost { risk: (&request.covariance).into(), center: &[], price: 0.5 }];
    let conic = ConicProgram { costs: &costs, ..request.conic(&[]) };
    let solution = conic.solve().unwrap();
    assert_close(&solution.x, &[0.2, 0.8], EXACT);
    assert!((solution.objective - (-0.05 + 0.5 * 0.008f64.sqrt())).abs() < EXACT);
    assert_proven(&solution, 1.0);
    // With one asset nothing is left to choose; a price of zero is no term.
    let costs = [RiskCost { price: 0.0, ..costs[0] }];
    let conic = ConicProgram { costs: &costs, ..request.conic(&[]) };
    assert!((conic.solve().unwrap().objective + 0.05).abs() < EXACT);
}

#[test]
fn a_risk_that_vanishes_at_the_optimum_is_proven_too() {
    // The price of leaving the benchmark, 0.3 · 0.1 · √2 for each unit from one asset to the other, is above the
    // gain.
    let request = Request::new(2, &[0.01, 0.0, 0.0, 0.01], 0.0, &[-0.03, -0.01]);
    let benchmark = [0.5; 2];
    let costs = [RiskCost { risk: (&request.covariance).into(), center: &benchmark, price: 0.3 }];
    let conic = ConicProgram { costs: &costs, ..request.conic(&[]) };
    let solution = conic.solve().unwrap();
    assert_close(&solution.x, &benchmark, EXACT);
    assert_proven(&solution, 1.0);
}

#[test]
fn market_impact_has_a_closed_form() {
    // ½ v x² - m x + k |x - h|^{3/2} without constraints: v x - m + 1.5 k √(x - h) = 0, here with √(x - h) = 0.2, and
    // its mirror image.
    let (variance, impact) = (1.0, 0.1);
    let mut request = Request::new(2, &[variance, 0.0, 0.0, variance], 1.0, &[0.0; 2]);
    request.rows = Rows::new(2);
    (request.lower, request.upper) = (vec![-INF; 2], vec![INF; 2]);
    let center = [0.1, -0.1];
    let trade = 0.04;
    let mean = variance * (0.1 + trade) + 1.5 * impact * 0.2;
    request.linear = vec![-mean, mean];
    let power_cost = Some(PowerCost { center: &center, cost: &[impact; 2] });
    let solution = ConicProgram { power_cost, ..request.conic(&[]) }.solve().unwrap();
    assert_close(&solution.x, &[0.14, -0.14], EXACT);
    let each = 0.5 * 0.14 * 0.14 - mean * 0.14 + impact * 0.008;
    assert!((solution.objective - 2.0 * each).abs() < EXACT);
    assert_proven(&solution, 1.0);
}

#[test]
fn impact_on_one_asset_leaves_the_others_free() {
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    let power_cost = Some(PowerCost { center: &[0.5, 0.5], cost: &[0.0; 2] });
    let solution = ConicProgram { power_cost, ..request.conic(&[]) }.solve().unwrap();
    assert_close(&solution.x, &[0.2, 0.8], EXACT);
    let power_cost = Some(PowerCost { center: &[0.5, 0.5], cost: &[100.0, 0.0] });
    let solution = ConicProgram { power_cost, ..request.conic(&[]) }.solve().unwrap();
    // 0.04 x - 0.01 (1 - x) = 150 √(0.5 - x), nearly nothing is traded.
    assert!((solution.x[0] - 0.5).abs() < 1e-7 && (solution.x[0] + solution.x[1] - 1.0).abs() < EXACT);
}

#[test]
fn a_singular_covariance_and_a_factor_form_are_roots_too() {
    // One factor explains everything: x'Σx = (b'x)².
    let exposures = [0.2, 0.1, 0.3];
    let entries: Vec<f64> = (0..9).map(|place| exposures[place / 3] * exposures[place % 3]).collect();
    let request = Request::new(3, &entries, 0.0, &[-0.2, -0.12, -0.25]);
    let market = Covariance::from_column_slice(1, &[1.0]).unwrap();
    let factor =
        FactorCovariance::new(DMatrix::from_column_slice(3, 1, &exposures), market, vec![0.0; 3]).unwrap();
    let of = |risk| {
        let limits = [RiskLimit { label: "volatility", risk, center: &[], limit: 0.15 }];
        request.conic(&limits).solve().unwrap()
    };
    // b'x = 0.15 with the best return: half of each of the first two.
    for solution in [of(Risk::Dense(&request.covariance)), of(Risk::Factor(&factor))] {
        assert_close(&solution.x, &[0.5, 0.5, 0.0], EXACT);
        assert_close(&solution.limits, &[-0.8], EXACT);
        assert_proven(&solution, 1.0);
    }
}

#[test]
fn a_limit_below_the_least_risk_is_told_with_it() {
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    let limits = [request.volatility(0.05)];
    let error = request.conic(&limits).solve().unwrap_err();
    let Error::RiskLimitTooLow { what, limit, least } = error else { panic!("{error}") };
    assert_eq!((what, limit), ("the volatility", 0.05));
    assert!((least - 0.008f64.sqrt()).abs() < EXACT, "{least}");
    assert!(
        error.to_string().starts_with("the limit on the volatility is 0.05, expected at least 0.0894"),
        "{error}"
    );

    let mut request = request;
    request.lower[0] = 0.6;
    let limits = [RiskLimit { center: &[0.5, 0.5], ..request.volatility(0.02) }];
    let error = request.conic(&limits).solve().unwrap_err();
    let Error::RiskLimitTooLow { what, least, .. } = error else { panic!("{error}") };
    assert_eq!(what, "the tracking error");
    assert!((least - 0.1 * 0.05f64.sqrt()).abs() < EXACT, "{least}");
}

#[test]
fn rows_that_contradict_each_other_are_told_first() {
    let mut request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    request.upper = vec![0.4; 2];
    let limits = [request.volatility(0.001)];
    let error = request.conic(&limits).solve().unwrap_err();
    assert!(matches!(&error, Error::Infeasible(conflict) if conflict.constraints.len() == 3), "{error}");
}

#[test]
fn limits_that_contradict_each_other_are_told_with_how_much_they_must_give() {
    // Each alone is within reach: the volatility is least at (0.2, 0.8), the tracking error at the benchmark.
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    let tracking = RiskLimit {
        label: "tracking error",
        risk: (&request.covariance).into(),
        center: &[1.0, 0.0],
        limit: 0.05,
    };
    let slack = RiskLimit { label: "slack", ..request.volatility(0.9) };
    let limits = [slack, request.volatility(0.12), tracking];
    let error = request.conic(&limits).solve().unwrap_err();
    let Error::Infeasible(conflict) = &error else { panic!("{error}") };
    let row = |limit: &RiskLimit<'_>| {
        let (label, side) = (limit.label.to_owned(), Side::Upper);
        Constraint::Row { label, side, limit: limit.limit }
    };
    assert_eq!(conflict.constraints, [row(&limits[1]), row(&limits[2])]);
    let text =
        "no portfolio satisfies \"volatility\" (at most 0.12) and \"tracking error\" (at most 0.05) at once";
    assert!(error.to_string().starts_with(text), "{error}");
    // Looser by what is told, they can be met; by a little less, not.
    for (share, feasible) in [(1.0 + 1e-6, true), (1.0 - 1e-3, false)] {
        let mut relaxed = limits;
        for violation in &conflict.relaxation {
            let limit = relaxed.iter_mut().find(|limit| violation.constraint == row(limit)).unwrap();
            limit.limit += share * violation.amount;
        }
        assert_eq!(request.conic(&relaxed).solve().is_ok(), feasible, "{conflict}");
    }
}

#[test]
fn an_objective_without_end_is_told() {
    let mut request = Request::new(2, &[0.04, 0.0, 0.0, 0.0], 0.0, &[-0.05, -0.01]);
    request.rows = Rows::new(2);
    request.upper = vec![1.0, INF];
    let limits = [request.volatility(0.1)];
    assert_eq!(request.conic(&limits).solve().unwrap_err(), Error::Unbounded { asset: 1 });
}

#[test]
fn what_does_not_fit_is_refused() {
    let request = Request::new(2, &[0.04, 0.0, 0.0, 0.01], 1.0, &[0.0; 2]);
    let refused = |conic: ConicProgram<'_>| match conic.solve() {
        Err(Error::Input(error)) => error,
        other => panic!("{other:?}"),
    };
    for limit in [0.0, -0.1, f64::NAN] {
        let error = refused(request.conic(&[request.volatility(limit)]));
        assert_eq!(error.to_string(), format!("the limit on a risk is {limit}, expected a positive number"));
    }
    let error = refused(request.conic(&[RiskLimit { center: &[1.0], ..request.volatility(0.1) }]));
    assert_eq!(error, InputError::LengthMismatch { what: "a benchmark", expected: 2, actual: 1 });
    let error = refused(request.conic(&[RiskLimit { center: &[1.0, INF], ..request.volatility(0.1) }]));
    assert_eq!(error.to_string(), "the weight in a benchmark of asset 1 is inf, expected a finite number");
    let one = Covariance::from_column_slice(1, &[0.04]).unwrap();
    let error = refused(request.conic(&[RiskLimit { risk: (&one).into(), ..request.volatility(0.1) }]));
    assert_eq!(error, InputError::LengthMismatch { what: "a covariance", expected: 2, actual: 1 });
    let broken = Covariance::from_column_slice(2, &[0.01, 0.03, 0.03, 0.01]).unwrap();
    let error = refused(request.conic(&[RiskLimit { risk: (&broken).into(), ..request.volatility(0.1) }]));
    assert!(matches!(error, InputError::NotPositiveSemidefinite { eigenvalue } if eigenvalue < -0.019));
    let cost = RiskCost { risk: (&request.covariance).into(), center: &[], price: -1.0 };
    let error = refused(ConicProgram { costs: &[cost], ..request.conic(&[]) });
    assert_eq!(error.to_string(), "the price of a risk is -1, expected a finite number, zero or more");
    for (center, cost, text) in [
        (&[0.0][..], &[0.0, 0.0][..], "the list of holdings has length 1, expected 2"),
        (&[0.0, 0.0], &[0.0], "the list of costs has length 1, expected 2"),
        (&[0.0, f64::NAN], &[0.0, 0.0], "the holding of asset 1 is NaN, expected a finite number"),
        (&[0.0, 0.0], &[-1.0, 0.0], "the cost of asset 0 is -1, expected a finite number, zero or more"),
    ] {
        let power_cost = Some(PowerCost { center, cost });
        assert_eq!(refused(ConicProgram { power_cost, ..request.conic(&[]) }).to_string(), text);
    }
}

/// A market of three factors, with volatilities from 0.5 % to 2 % a day.
fn market(assets: usize, random: &mut Random) -> FactorCovariance {
    let exposures = DMatrix::from_fn(assets, 3, |_, factor| if factor == 0 { 1.0 } else { random.normal() });
    let factors =
        Covariance::from_column_slice(3, &[1e-4, 0.0, 0.0, 0.0, 4e-5, 1e-5, 0.0, 1e-5, 2e-5]).unwrap();
    let specific = (0..assets).map(|_| random.between(2e-5, 2e-4)).collect();
    FactorCovariance::new(exposures, factors, specific).unwrap()
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn daily_data_are_solved_and_proven(assets in 2_usize..=25, seed in any::<u64>(), tightness in 0.05..0.95) {
        let mut random = Random::new(seed);
        let factor = market(assets, &mut random);
        let covariance = factor.covariance().unwrap();
        let linear: Vec<f64> = (0..assets).map(|_| -5e-4 * (1.0 + random.normal())).collect();
        let request = Request::new(assets, covariance.as_slice(), 2.0, &linear);
        let equal = vec![1.0 / assets as f64; assets];
        let family = [Absolute { label: "turnover", center: &equal, cost: &vec![1e-4; assets], limit: 0.6 }];
        let program = Program { absolute: &family, ..request.program() };
        // Between the least volatility and that of the best portfolio without limit.
        let free = program.solve().unwrap();
        let least = Program { linear: &vec![0.0; assets], ..program }.solve().unwrap();
        let of = |x: &[f64]| -> f64 {
            let product: Vec<f64> = (0..assets).map(|asset| {
                covariance.column(asset).iter().zip(x).map(|(a, b)| a * b).sum()
            }).collect();
            product.iter().zip(x).map(|(a, b)| a * b).sum::<f64>().sqrt()
        };
        // The price of trading keeps the least volatility from being reached.
        let limit = of(&least.x) + tightness * (of(&free.x) - of(&least.x)).max(1e-4);
        let solve = |risk: Risk<'_>, limit: f64| {
            let limits = [RiskLimit { label: "volatility", risk, center: &[], limit }];
            let power = PowerCost { center: &equal, cost: &vec![1e-3; assets] };
            ConicProgram { program, limits: &limits, costs: &[], power_cost: Some(power) }.solve()
        };
        let dense = solve((&covariance).into(), limit).unwrap();
        // Slopes are about 1e-3, and rounding of 1e-16 in a trade of nothing makes one of 1.5e-3 · 1e-8.
        assert_proven(&dense, 0.1);
        let by_factors = solve((&factor).into(), limit).unwrap();
        assert_close(&dense.limits, &by_factors.limits, 1e-3 * EXACT.sqrt());
        prop_assert!((dense.objective - by_factors.objective).abs() < 1e-2 * EXACT);
        // The price is the slope of the optimum: convex in the limit, so the slope on both sides brackets it.
        let step = 1e-3 * limit;
        if let Ok(tighter) = solve((&covariance).into(), limit - step) {
            let looser = solve((&covariance).into(), limit + step).unwrap();
            let (left, right) = (dense.objective - tighter.objective, looser.objective - dense.objective);
            let rounding = EXACT * 1e-2;
            prop_assert!(left <= dense.limits[0] * step + rounding && dense.limits[0] * step <= right + rounding);
        }
    }
}
