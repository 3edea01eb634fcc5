//! The Markowitz family against optima that were proven in fifty digits.

use po_convex::{
    Constraint, Constraints, Costs, LinearConstraint, Markowitz, MarkowitzParams, MeanUncertainty, Net,
    Objective, Portfolio,
};
use po_core::{Allocator, Bounds, Covariance, Moments, Weights};
use serde::Deserialize;

/// An objective is a sum of some products of weights: it is nearer to its value than the weights are.
const VALUE: f64 = 1e-12;

/// Multipliers come from the same equations as weights, and in some cases are a hundred times larger.
const DUAL: f64 = 1e-9;

/// Residuals and gaps of the proofs, in units of the objective.
const PROOF: f64 = 1e-11;

#[derive(Deserialize)]
struct File {
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    assets: usize,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    market: String,
    lower: Vec<f64>,
    upper: Vec<f64>,
    budget: [f64; 2],
    #[serde(default)]
    row: Vec<Row>,
    risk_aversion: Option<f64>,
    risk_free: Option<f64>,
    target_return: Option<f64>,
    volatility: Option<f64>,
    tracking_error: Option<f64>,
    benchmark: Option<Vec<f64>>,
    holdings: Option<Vec<f64>>,
    costs: Option<Vec<f64>>,
    turnover: Option<f64>,
    kappa: Option<f64>,
    omega: Option<String>,
    observations: Option<f64>,
    weights: Vec<f64>,
    value: f64,
    variance: f64,
    expected_return: f64,
    tolerance: f64,
    duals_unique: bool,
    budget_dual: Option<f64>,
    #[serde(default)]
    bound_duals: Vec<f64>,
    #[serde(default)]
    row_duals: Vec<f64>,
    turnover_dual: Option<f64>,
    #[serde(default)]
    limit_duals: Vec<f64>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    lower: Option<f64>,
    upper: Option<f64>,
    coefficients: Vec<f64>,
}

impl Market {
    fn moments(&self) -> Moments {
        let covariance = Covariance::from_column_slice(self.assets, &self.covariance).unwrap();
        Moments::new(self.mean.clone(), covariance).unwrap()
    }
}

impl Case {
    fn constraints(&self) -> Constraints {
        let weights =
            |weights: &Option<Vec<f64>>| weights.clone().map(|weights| Weights::new(weights).unwrap());
        let linear = self.row.iter().map(|row| {
            let (lower, upper) = (row.lower.unwrap_or(f64::NEG_INFINITY), row.upper.unwrap_or(f64::INFINITY));
            LinearConstraint::from_row(&row.name, &row.coefficients, lower, upper).unwrap()
        });
        Constraints {
            bounds: Some(Bounds::new(self.lower.clone(), self.upper.clone()).unwrap()),
            budget: Net { lower: self.budget[0], upper: self.budget[1] },
            linear: linear.collect(),
            holdings: weights(&self.holdings),
            turnover: self.turnover,
            costs: self.costs.clone().map(Costs::Each),
            benchmark: weights(&self.benchmark),
            tracking_error: self.tracking_error,
            ..Constraints::default()
        }
    }

    fn objective(&self) -> Objective {
        let volatility = self.volatility.unwrap_or(f64::INFINITY);
        match self.kind.as_str() {
            "min-variance" => Objective::MinVariance,
            // Where the limit on volatility binds, it is the limit that decides.
            "utility" if self.volatility.is_some() => Objective::MaxReturn { volatility },
            "utility" => Objective::Utility { risk_aversion: self.risk_aversion.unwrap() },
            "max-return" => Objective::MaxReturn { volatility },
            "target-return" => Objective::MinRisk { target_return: self.target_return.unwrap() },
            "max-sharpe" => Objective::MaxSharpe { risk_free: self.risk_free.unwrap() },
            "max-diversification" => Objective::MaxDiversification,
            "max-decorrelation" => Objective::MaxDecorrelation,
            "min-tracking-error" => Objective::MinTrackingError,
            "robust-utility" => {
                let observations = self.observations.unwrap();
                let uncertainty = match self.omega.as_deref() {
                    Some("diagonal") => MeanUncertainty::Diagonal { observations },
                    _ => MeanUncertainty::Sample { observations },
                };
                let (risk_aversion, kappa) = (self.risk_aversion.unwrap(), self.kappa.unwrap());
                Objective::Robust { risk_aversion, kappa, uncertainty }
            }
            kind => panic!("{kind}"),
        }
    }

    /// What our objective is multiplied by to be theirs, which multipliers refer to.
    fn factor(&self) -> f64 {
        match self.kind.as_str() {
            "min-variance" | "target-return" | "max-decorrelation" => 0.5,
            "min-tracking-error" => self.value,
            _ => -1.0,
        }
    }
}

fn file() -> File {
    toml::from_str(include_str!("../data/markowitz.toml")).unwrap()
}

fn solve(file: &File, case: &Case) -> Portfolio {
    let market = file.market.iter().find(|market| market.name == case.market).unwrap();
    let (objective, constraints) = (case.objective(), case.constraints());
    let params = MarkowitzParams { objective, constraints, ..MarkowitzParams::default() };
    let result = Markowitz::new(params).unwrap().allocate((&market.moments()).into());
    result.unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

#[test]
fn weights_equal_the_proven_optimum() {
    let file = file();
    for case in &file.case {
        let portfolio = solve(&file, case);
        for (asset, (weight, expected)) in portfolio.as_ref().as_slice().iter().zip(&case.weights).enumerate()
        {
            let difference = (weight - expected).abs();
            assert!(
                difference <= case.tolerance,
                "{}[{asset}]: {weight} is not {expected}: {difference:e}",
                case.name
            );
        }
        let near = |what: &str, actual: f64, expected: f64, tolerance: f64| {
            let difference = (actual - expected).abs();
            assert!(
                difference <= tolerance,
                "{} {what}: {actual} is not {expected}: {difference:e}",
                case.name
            );
        };
        near("variance", portfolio.variance, case.variance, VALUE);
        near("mean", portfolio.mean.unwrap(), case.expected_return, VALUE);
        if !(case.kind == "utility" && case.volatility.is_some()) {
            near("value", portfolio.objective, case.value, VALUE);
        }
        near("bound", portfolio.bound, portfolio.objective, PROOF);
        let certificate = portfolio.solution.certificate;
        let worst =
            certificate.primal_residual.max(certificate.dual_residual).max(certificate.complementarity);
        assert!(worst.max(certificate.gap.abs()) <= PROOF, "{}: {certificate:?}", case.name);
    }
}

#[test]
fn shadow_prices_equal_the_proven_multipliers() {
    let file = file();
    for case in file.case.iter().filter(|case| case.duals_unique) {
        if case.kind == "utility" && case.volatility.is_some() {
            continue;
        }
        let portfolio = solve(&file, case);
        let prices = portfolio.shadow_prices();
        let of_row = |name: &str| -> f64 {
            let named = prices
                .iter()
                .filter(|price| matches!(&price.constraint, Constraint::Row { label, .. } if label == name));
            named.map(|price| price.value).sum()
        };
        let of_bound = |number: usize| -> f64 {
            let own = prices.iter().filter(|price| match price.constraint {
                Constraint::LowerBound { asset, .. } | Constraint::UpperBound { asset, .. } => {
                    asset == number
                }
                Constraint::Row { .. } => false,
            });
            own.map(|price| price.value).sum()
        };
        // Theirs is minus the derivative of f.
        let near = |what: &str, ours: f64, dual: f64| {
            let theirs = -dual / case.factor();
            let difference = (ours - theirs).abs();
            assert!(
                difference <= DUAL * theirs.abs().max(1.0),
                "{} {what}: {ours} is not {theirs}",
                case.name
            );
        };
        near("budget", of_row("budget"), case.budget_dual.unwrap_or(0.0));
        for (row, dual) in case.row.iter().zip(&case.row_duals) {
            near(&row.name, of_row(&row.name), *dual);
        }
        if case.target_return.is_some() {
            near("target return", of_row("target return"), *case.row_duals.last().unwrap());
        }
        if let Some(dual) = case.turnover_dual {
            near("turnover", of_row("turnover"), dual);
        }
        for (asset, dual) in case.bound_duals.iter().enumerate() {
            near(&format!("bound {asset}"), of_bound(asset), *dual);
        }
        let limits = [("volatility", case.volatility), ("tracking error", case.tracking_error)];
        let limits = limits.iter().filter(|(_, limit)| limit.is_some());
        for ((label, _), dual) in limits.zip(&case.limit_duals) {
            near(label, of_row(label), *dual);
        }
    }
}

/// Without uncertainty, robust is the plain utility; the more of it, the less is bet on means.
#[test]
fn robustness_shades_from_utility_to_the_least_variance() {
    let file = file();
    let moments = file.market[0].moments();
    let weights = |objective| {
        let params = MarkowitzParams { objective, ..MarkowitzParams::default() };
        Markowitz::new(params).unwrap().allocate((&moments).into()).unwrap().as_ref().as_slice().to_vec()
    };
    let uncertainties =
        |observations| [MeanUncertainty::Sample { observations }, MeanUncertainty::Diagonal { observations }];
    for uncertainty in uncertainties(60.0) {
        let robust = weights(Objective::Robust { risk_aversion: 3.0, kappa: 0.0, uncertainty });
        for (robust, plain) in robust.iter().zip(weights(Objective::Utility { risk_aversion: 3.0 })) {
            assert!((robust - plain).abs() <= 1e-12, "{robust} is not {plain}");
        }
    }
    let cautious = MeanUncertainty::Sample { observations: 1.0 };
    let robust = weights(Objective::Robust { risk_aversion: 0.0, kappa: 1e6, uncertainty: cautious });
    for (robust, least) in robust.iter().zip(weights(Objective::MinVariance)) {
        // A charge of a million leaves a millionth of the means.
        assert!((robust - least).abs() <= 1e-5, "{robust} is not {least}");
    }
}
