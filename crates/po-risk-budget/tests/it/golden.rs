//! Cases written by `tests/data/generate.py`: solved in fifty digits, and compared there with other libraries.

use po_convex::Risk;
use po_core::nalgebra::DMatrix;
use po_core::{Allocator, Budget, Covariance, FactorCovariance, Status, Universe};
use po_risk_budget::{
    Algorithm, BudgetGroup, NestedBudget, Position, RiskBudgetAllocation, RiskBudgetParams, RiskBudgeting,
    Within,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    market: Vec<Market>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Market {
    name: String,
    assets: usize,
    covariance: Option<Vec<f64>>,
    factors: Option<usize>,
    loadings: Option<Vec<f64>>,
    factor_covariance: Option<Vec<f64>>,
    specific: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    market: String,
    budgets: Vec<f64>,
    signs: Option<Vec<f64>>,
    weights: Vec<f64>,
    volatility: f64,
    contributions: Vec<f64>,
    tolerance: f64,
    net: Option<f64>,
    printed_percent: Option<Vec<f64>>,
    printed_tolerance: Option<f64>,
    kkt_weights: Option<Vec<f64>>,
    would_lower_risk: Option<Vec<usize>>,
    groups: Option<Vec<usize>>,
    group_budgets: Option<Vec<f64>>,
    within: Option<Vec<f64>>,
    two_stage_weights: Option<Vec<f64>>,
}

/// The tolerance of the cases asks for shares this near to their budgets.
const SHARES: f64 = 1e-12;

/// A covariance as a whole, and in factor form where the file gives one.
struct Given {
    dense: Covariance,
    factor: Option<FactorCovariance>,
}

impl Given {
    fn risks(&self) -> impl Iterator<Item = Risk<'_>> {
        std::iter::once(Risk::Dense(&self.dense)).chain(self.factor.as_ref().map(Risk::Factor))
    }
}

fn file() -> File {
    toml::from_str(include_str!("../data/budgets.toml")).unwrap()
}

impl Market {
    fn given(&self) -> Given {
        if let Some(covariance) = &self.covariance {
            return Given {
                dense: Covariance::from_column_slice(self.assets, covariance).unwrap(),
                factor: None,
            };
        }
        let (factors, loadings) = (self.factors.unwrap(), self.loadings.as_ref().unwrap());
        let exposures = DMatrix::from_column_slice(self.assets, factors, loadings);
        let small = Covariance::from_column_slice(factors, self.factor_covariance.as_ref().unwrap()).unwrap();
        let factor = FactorCovariance::new(exposures, small, self.specific.clone().unwrap()).unwrap();
        Given { dense: factor.covariance().unwrap(), factor: Some(factor) }
    }
}

impl Case {
    fn given(&self, file: &File) -> Given {
        file.market.iter().find(|market| market.name == self.market).unwrap().given()
    }

    fn params(&self, algorithm: Algorithm) -> RiskBudgetParams {
        let sum: f64 = self.budgets.iter().sum();
        let shares = self.budgets.iter().map(|budget| budget / sum).collect();
        RiskBudgetParams {
            budget: Some(Budget::new(shares).unwrap()),
            positions: self.signs.as_ref().map(|signs| Position::from_signs(signs).unwrap()),
            algorithm,
            tolerance: SHARES,
            ..RiskBudgetParams::default()
        }
    }
}

fn close(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() <= tolerance, "{what}[{index}]: {actual} is not {expected}");
    }
}

#[test]
fn weights_equal_those_of_fifty_digits() {
    let file = file();
    assert!(file.case.len() >= 30, "only {} cases", file.case.len());
    for case in &file.case {
        let given = case.given(&file);
        for (risk, &algorithm) in given.risks().flat_map(|risk| Algorithm::ALL.iter().map(move |a| (risk, a)))
        {
            let what = format!(
                "{} {algorithm} {}",
                case.name,
                if matches!(risk, Risk::Dense(_)) { "" } else { "F" }
            );
            let budgeting = RiskBudgeting::new(case.params(algorithm)).unwrap();
            let RiskBudgetAllocation { solution, report } = budgeting.allocate(risk).unwrap();
            assert_eq!(solution.status, Status::Converged, "{what}");
            close(&what, solution.weights.as_slice(), &case.weights, case.tolerance);
            close(&what, &[report.risk], &[case.volatility], case.tolerance);
            close(&what, &report.component, &case.contributions, case.tolerance);
            if let Some(net) = case.net {
                close(&what, &[solution.weights.net()], &[net], case.tolerance);
            }
            if let (Some(printed), Some(tolerance)) = (&case.printed_percent, case.printed_tolerance) {
                let percent: Vec<f64> =
                    solution.weights.as_slice().iter().map(|weight| 100.0 * weight).collect();
                close(&what, &percent, printed, tolerance);
            }
        }
    }
}

/// Others keep an asset without a budget as a hedge; here it is left out.
#[test]
fn an_asset_without_a_budget_has_no_weight_even_where_it_would_hedge() {
    let file = file();
    let mut hedges = 0;
    for case in file.case.iter().filter(|case| case.would_lower_risk.is_some()) {
        let allocation = RiskBudgeting::new(case.params(Algorithm::Automatic))
            .unwrap()
            .allocate((&case.given(&file).dense).into())
            .unwrap();
        let weights = allocation.weights().as_slice();
        let without = (0..weights.len()).filter(|&asset| case.budgets[asset] <= 0.0);
        assert!(without.clone().count() > 0);
        for asset in without {
            assert_eq!(weights[asset].to_bits(), 0.0_f64.to_bits(), "{}", case.name);
            assert_eq!(allocation.report.use_of_budget(asset), None);
        }
        for &asset in case.would_lower_risk.iter().flatten() {
            let kept = case.kkt_weights.as_ref().unwrap()[asset];
            assert!(kept > 0.01, "{}: the other convention holds {kept} of asset {asset}", case.name);
            assert!(allocation.report.marginal[asset] < 0.0, "{}: asset {asset} would hedge", case.name);
            hedges += 1;
        }
    }
    assert!(hedges > 0);
}

#[test]
fn nested_budgets_equal_the_flat_ones_they_resolve_to() {
    let file = file();
    let mut trees = 0;
    for case in &file.case {
        let (Some(groups), Some(budgets), Some(within)) = (&case.groups, &case.group_budgets, &case.within)
        else {
            continue;
        };
        let universe = Universe::new((0..groups.len()).map(|asset| format!("asset {asset}"))).unwrap();
        let tree: Vec<BudgetGroup> = budgets
            .iter()
            .enumerate()
            .map(|(group, &share)| {
                let members = (0..groups.len()).filter(|&asset| groups[asset] == group);
                let sum: f64 = members.clone().map(|asset| within[asset]).sum();
                let shares = members.map(|asset| (format!("asset {asset}"), within[asset] / sum)).collect();
                BudgetGroup { name: format!("group {group}"), share, within: Within::Assets(shares) }
            })
            .collect();
        let nested = NestedBudget::new(&universe, &tree).unwrap();
        let params = RiskBudgetParams {
            budget: Some(nested.budget().clone()),
            tolerance: SHARES,
            ..RiskBudgetParams::default()
        };
        let given = case.given(&file);
        let allocation = RiskBudgeting::new(params).unwrap().allocate((&given.dense).into()).unwrap();
        close(&case.name, allocation.weights().as_slice(), &case.weights, case.tolerance);
        for (group, &budget) in nested.groups().iter().zip(budgets) {
            close(&case.name, &[group.budget, group.share(&allocation.report)], &[budget, budget], 1e-11);
        }
        // Budgets within each group first and then between the groups are another method.
        let two_stage = case.two_stage_weights.as_ref().unwrap();
        let apart = two_stage.iter().zip(&case.weights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart > 1e-3, "{}: {apart}", case.name);
        trees += 1;
    }
    assert!(trees >= 2);
}
