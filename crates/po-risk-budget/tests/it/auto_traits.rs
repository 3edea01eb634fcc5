//! What every public type of budgets on volatility can do: cross threads, be copied, compared, and printed.

use po_risk_budget::{
    Algorithm, BudgetGroup, BudgetSensitivity, Error, GroupBudget, NestedBudget, Normalisation, Position,
    RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting, RiskReport, Within,
};

fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn small<T: Copy + Default + PartialEq>() {}

fn comparable<T: PartialEq>() {}

fn begins_empty<T: Default>() {}

#[test]
fn every_type_is_plain() {
    plain::<Algorithm>();
    plain::<BudgetGroup>();
    plain::<BudgetSensitivity>();
    plain::<Error>();
    plain::<GroupBudget>();
    plain::<NestedBudget>();
    plain::<Normalisation>();
    plain::<Position>();
    plain::<RiskBudgetAllocation>();
    plain::<RiskBudgetParams>();
    plain::<RiskBudgetScratch>();
    plain::<RiskBudgeting>();
    plain::<RiskReport>();
    plain::<Within>();
}

#[test]
fn values_compare() {
    comparable::<BudgetGroup>();
    comparable::<BudgetSensitivity>();
    comparable::<Error>();
    comparable::<NestedBudget>();
    comparable::<RiskBudgetAllocation>();
    comparable::<RiskBudgetParams>();
    comparable::<RiskBudgeting>();
    comparable::<RiskReport>();
}

#[test]
fn small_values_are_copied() {
    small::<Algorithm>();
    small::<Normalisation>();
    small::<Position>();
}

#[test]
fn what_is_written_to_begins_empty() {
    begins_empty::<RiskBudgetAllocation>();
    begins_empty::<RiskBudgetScratch>();
    begins_empty::<RiskReport>();
}
