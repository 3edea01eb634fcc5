//! A tour of budgets on volatility: equal, given, and nested by sector; where the risk comes from, and how weights
//! answer to a change of the budget.
//!
//! Run it with `cargo run -p po-risk-budget --example volatility_budgets`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Allocator, Budget, Covariance, Universe, Weights};
use po_risk_budget::{
    BudgetGroup, BudgetSensitivity, Error, GroupBudget, NestedBudget, RiskBudgetAllocation, RiskBudgetParams,
    RiskBudgeting, RiskReport, Within,
};

/// Weights meet their budget to 1e-10 of the risk, and no correlation here makes that any worse.
const SOLVED: f64 = 1e-9;

/// Volatilities per year.
const VOLATILITIES: [f64; 6] = [0.30, 0.20, 0.25, 0.20, 0.12, 0.06];

fn main() -> Result<(), Error> {
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "CVX", "TLT", "IEF"])?.grouped(
        "sector",
        [Some("tech"), Some("tech"), Some("energy"), Some("energy"), Some("bonds"), Some("bonds")],
    )?;
    let covariance = covariance()?;

    // With the same correlations for all, the same risk means weights as one over the volatility.
    let equal = allocate(None, &covariance)?;
    show("equal shares of risk", &universe, &equal.report, equal.weights());
    assert_weights(&equal, [1.0; 6]);

    // Within a sector the same share for each; between sectors, weights are as the root of the budget.
    let given = Budget::new(vec![0.25, 0.25, 0.15, 0.15, 0.10, 0.10])?;
    let given = allocate(Some(given), &covariance)?;
    show("given shares of risk", &universe, &given.report, given.weights());
    assert_weights(&given, [0.50, 0.50, 0.30, 0.30, 0.20, 0.20]);

    // The same budget as a tree: it says what is meant, and does not change when a sector gets another member.
    let sector = |name: &str, share| BudgetGroup {
        name: name.into(),
        share,
        within: Within::Label { grouping: "sector".into(), label: name.into() },
    };
    let tree = [sector("tech", 0.5), sector("energy", 0.3), sector("bonds", 0.2)];
    let nested = NestedBudget::new(&universe, &tree)?;
    let by_sector = allocate(Some(nested.budget().clone()), &covariance)?;
    assert_eq!(by_sector.weights(), given.weights());
    println!("\nby sector");
    for group in nested.groups() {
        let share = group.share(&by_sector.report);
        println!("  {:<7} {:>5.1} % of the risk", group.path, 100.0 * share);
        assert!((share - group.budget).abs() < SOLVED);
    }

    // Any portfolio can be held against the budget. Equal weights have more than half of their risk in tech.
    let equal_weights = Weights::equal(6)?;
    let report = RiskReport::new(&covariance, &equal_weights, Some(nested.budget()))?;
    show("equal weights, against the same budget", &universe, &report, &equal_weights);
    let tech = 0.09 + 0.04 + 2.0 * 0.03;
    let energy = 0.0625 + 0.04 + 2.0 * 0.025;
    let bonds = 0.0144 + 0.0036 + 2.0 * 0.0036;
    assert!((nested.groups()[0].share(&report) - tech / (tech + energy + bonds)).abs() < SOLVED);

    // What a percentage point of the risk moves, from bonds to tech.
    let budget = Some(nested.budget().clone());
    let budgeting = RiskBudgeting::new(RiskBudgetParams { budget, ..RiskBudgetParams::default() })?;
    let sensitivity = budgeting.sensitivity(&covariance, &by_sector)?;
    let (tech, bonds) = (&nested.groups()[0], &nested.groups()[2]);
    println!("\none percentage point of the risk from bonds to tech");
    let mut moved = 0.0;
    for (asset, name) in universe.names().iter().enumerate() {
        let answer = to_group(&sensitivity, asset, tech) - to_group(&sensitivity, asset, bonds);
        println!("  {name:<5} {answer:>+6.3} percentage points of the capital");
        moved += if tech.members.contains(&asset) { answer } else { 0.0 };
    }
    // W of tech is sqrt(b) V / Σ sqrt(b) V over the sectors, with V the sum of one over the volatilities.
    let held = |group: &GroupBudget| -> f64 {
        group.members.iter().map(|&asset| by_sector.weights().as_slice()[asset]).sum()
    };
    let (growth, decline) = (1.0 / (2.0 * tech.budget), 1.0 / (2.0 * bonds.budget));
    let expected = held(tech) * (growth - held(tech) * growth + held(bonds) * decline);
    assert!((moved - expected).abs() < SOLVED);
    Ok(())
}

/// Correlations of 0.5 within a sector and of zero between two.
fn covariance() -> Result<Covariance, Error> {
    let entry = |row: usize, col: usize| {
        let correlation = if row == col { 1.0 } else { 0.5 * f64::from(u8::from(row / 2 == col / 2)) };
        correlation * VOLATILITIES[row] * VOLATILITIES[col]
    };
    let entries: Vec<f64> = (0..36).map(|place| entry(place % 6, place / 6)).collect();
    Ok(Covariance::from_column_slice(6, &entries)?)
}

fn allocate(budget: Option<Budget>, covariance: &Covariance) -> Result<RiskBudgetAllocation, Error> {
    RiskBudgeting::new(RiskBudgetParams { budget, ..RiskBudgetParams::default() })?
        .allocate(covariance.into())
}

/// How the weight of an asset answers when a group gets more risk to share out among its members.
fn to_group(sensitivity: &BudgetSensitivity, asset: usize, group: &GroupBudget) -> f64 {
    let part = 1.0 / group.members.len() as f64;
    group.members.iter().map(|&member| part * sensitivity.of(asset, member)).sum()
}

fn show(title: &str, universe: &Universe, report: &RiskReport, weights: &Weights) {
    println!("\n{title}: volatility {:.2} %", 100.0 * report.risk);
    println!("  asset   weight  marginal  component   share  use of its budget");
    for (asset, name) in universe.names().iter().enumerate() {
        println!(
            "  {name:<5} {:>6.2} %    {:>6.4}     {:>6.4} {:>5.1} % {:>6.0} %",
            100.0 * weights.as_slice()[asset],
            report.marginal[asset],
            report.component[asset],
            100.0 * report.share[asset],
            100.0 * report.use_of_budget(asset).unwrap_or_default(),
        );
    }
}

/// Asserts that weights are as the roots of these numbers over the volatilities.
fn assert_weights(allocation: &RiskBudgetAllocation, budgets: [f64; 6]) {
    let parts: Vec<f64> =
        budgets.iter().zip(VOLATILITIES).map(|(budget, sigma)| budget.sqrt() / sigma).collect();
    let total: f64 = parts.iter().sum();
    for (weight, part) in allocation.weights().as_slice().iter().zip(parts) {
        assert!((weight - part / total).abs() < SOLVED, "{weight} is not {}", part / total);
    }
}
