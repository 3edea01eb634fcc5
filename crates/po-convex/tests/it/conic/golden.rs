//! Conic portfolios that were proven optimal in fifty digits, and requests that no portfolio meets.

use po_convex::{Absolute, ConicProgram, Error, Program, RiskCost, RiskLimit, Rows};
use po_core::Covariance;
use serde::Deserialize;

use super::{EXACT, assert_close, assert_proven};

/// A file of tests/data, which states what its fields mean.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    market: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    covariance: Vec<f64>,
    #[serde(default)]
    risk_aversion: f64,
    volatility: Option<f64>,
    tracking_error: Option<f64>,
    #[serde(default)]
    benchmark: Vec<f64>,
    kappa: Option<f64>,
    #[serde(default)]
    observations: f64,
    #[serde(default)]
    omega: String,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: Option<[f64; 2]>,
    #[serde(default)]
    row: Vec<Row>,
    #[serde(default)]
    holdings: Vec<f64>,
    #[serde(default)]
    costs: Vec<f64>,
    turnover: Option<f64>,
    #[serde(default)]
    weights: Vec<f64>,
    #[serde(default)]
    objective: f64,
    budget_dual: Option<f64>,
    #[serde(default)]
    row_duals: Vec<f64>,
    turnover_dual: Option<f64>,
    #[serde(default)]
    limit_duals: Vec<f64>,
    #[serde(default)]
    bound_duals: Vec<f64>,
    #[serde(default)]
    minimal: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
}

impl Case {
    fn is_conic(&self) -> bool {
        self.volatility.is_some() || self.tracking_error.is_some() || self.kappa.is_some()
    }

    fn rows(&self) -> Rows {
        let mut rows = Rows::new(self.lower.len());
        if let Some([lower, upper]) = self.budget {
            rows.push("budget", &vec![1.0; self.lower.len()], lower, upper).unwrap();
        }
        for row in &self.row {
            rows.push(&*row.name, &row.coefficients, row.lower, row.upper).unwrap();
        }
        rows
    }

    fn limits<'a>(&'a self, covariance: &'a Covariance) -> Vec<RiskLimit<'a>> {
        let risk = covariance.into();
        let volatility =
            self.volatility.map(|limit| RiskLimit { label: "volatility", risk, center: &[], limit });
        let tracking = self.tracking_error.map(|limit| {
            let (label, center) = ("tracking_error", self.benchmark.as_slice());
            RiskLimit { label, risk, center, limit }
        });
        volatility.into_iter().chain(tracking).collect()
    }
}

#[test]
fn golden_portfolios_with_limits_on_risks() {
    let file: File = toml::from_str(include_str!("../../data/markowitz.toml")).unwrap();
    let mut seen = 0;
    for case in file.case.iter().filter(|case| case.is_conic()) {
        let name = &case.name;
        let market = file.market.iter().find(|market| market.name == case.market).unwrap();
        let assets = market.mean.len();
        let covariance = Covariance::from_column_slice(assets, &market.covariance).unwrap();
        let scale = if case.kind == "max-return" { 0.0 } else { case.risk_aversion };
        let linear: Vec<f64> = market.mean.iter().map(|mean| -mean).collect();
        let limit = case.turnover.unwrap_or(f64::INFINITY);
        let family = [Absolute { label: "turnover", center: &case.holdings, cost: &case.costs, limit }];
        let rows = case.rows();
        let program = Program {
            risk: (&covariance).into(),
            scale,
            ridge: &[],
            linear: &linear,
            lower: &case.lower,
            upper: &case.upper,
            rows: &rows,
            absolute: if case.holdings.is_empty() { &[] } else { &family },
        };
        // Ω is that of the means: the covariance, or its diagonal, by the number of observations.
        let diagonal = case.omega == "diagonal";
        let kept = |place: usize| !diagonal || place.is_multiple_of(assets + 1);
        let entries = market.covariance.iter().enumerate();
        let omega: Vec<f64> =
            entries.map(|(place, entry)| if kept(place) { entry / case.observations } else { 0.0 }).collect();
        let omega = case.kappa.map(|_| Covariance::from_column_slice(assets, &omega).unwrap());
        let costs: Vec<RiskCost<'_>> = omega
            .iter()
            .zip(case.kappa)
            .map(|(omega, price)| RiskCost { risk: omega.into(), center: &[], price })
            .collect();
        let limits = case.limits(&covariance);
        let solution =
            ConicProgram { program, limits: &limits, costs: &costs, power_cost: None }.solve().unwrap();
        assert!((solution.objective - case.objective).abs() < EXACT, "{name}: {}", solution.objective);
        assert_close(&solution.x, &case.weights, EXACT);
        assert_proven(&solution, 1.0);
        let duals = |duals: &[f64]| -> Vec<f64> { duals.iter().map(|dual| -dual).collect() };
        assert_close(&solution.limits, &duals(&case.limit_duals), EXACT);
        assert_close(&solution.bounds, &duals(&case.bound_duals), EXACT);
        let rows: Vec<f64> = case.budget_dual.into_iter().chain(case.row_duals.iter().copied()).collect();
        assert_close(&solution.rows, &duals(&rows), EXACT);
        let turnover: Vec<f64> = case.turnover_dual.into_iter().collect();
        assert_close(&solution.absolute, &duals(&turnover), EXACT);
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
}

#[test]
fn golden_limits_out_of_reach() {
    let file: File = toml::from_str(include_str!("../../data/infeasible.toml")).unwrap();
    let mut seen = 0;
    for case in file.case.iter().filter(|case| case.is_conic()) {
        let assets = case.lower.len();
        let covariance = Covariance::from_column_slice(assets, &case.covariance).unwrap();
        let (rows, linear) = (case.rows(), vec![0.0; assets]);
        let program = Program {
            risk: (&covariance).into(),
            scale: 1.0,
            ridge: &[],
            linear: &linear,
            lower: &case.lower,
            upper: &case.upper,
            rows: &rows,
            absolute: &[],
        };
        let mut limits = case.limits(&covariance);
        let solve =
            |limits: &[RiskLimit<'_>]| ConicProgram { program, limits, costs: &[], power_cost: None }.solve();
        let error = solve(&limits).unwrap_err();
        let Error::RiskLimitTooLow { least, limit, .. } = error else { panic!("{}: {error}", case.name) };
        assert!(
            case.minimal.iter().all(|set| set.contains(&format!("{} <=", limits[0].label))),
            "{}",
            case.name
        );
        assert!(least > limit, "{}", case.name);
        // What is called the least can be reached, and nothing below it.
        limits[0].limit = least * (1.0 + 1e-6);
        solve(&limits).unwrap();
        limits[0].limit = least * (1.0 - 1e-6);
        assert!(matches!(solve(&limits), Err(Error::RiskLimitTooLow { .. })), "{}", case.name);
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}
