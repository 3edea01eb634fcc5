//! What every public type of budgets on volatility, and of the controller, can do: cross threads, be copied, compared,
//! and printed.

use po_risk_budget::{
    Algorithm, BudgetGroup, BudgetSensitivity, ControllerDecision, DrawdownScaling, Error, GroupBudget,
    NestedBudget, Normalisation, Position, Reason, RiskBudgetAllocation, RiskBudgetController,
    RiskBudgetControllerParams, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting, RiskReport, Within,
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
    plain::<ControllerDecision>();
    plain::<DrawdownScaling>();
    plain::<Error>();
    plain::<GroupBudget>();
    plain::<NestedBudget>();
    plain::<Normalisation>();
    plain::<Position>();
    plain::<Reason>();
    plain::<RiskBudgetAllocation>();
    plain::<RiskBudgetController>();
    plain::<RiskBudgetControllerParams>();
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
    comparable::<ControllerDecision>();
    comparable::<DrawdownScaling>();
    comparable::<Error>();
    comparable::<GroupBudget>();
    comparable::<NestedBudget>();
    comparable::<RiskBudgetAllocation>();
    comparable::<RiskBudgetControllerParams>();
    comparable::<RiskBudgetParams>();
    comparable::<RiskBudgeting>();
    comparable::<RiskReport>();
    comparable::<Within>();
}

#[test]
fn small_values_are_copied() {
    small::<Algorithm>();
    small::<Normalisation>();
    small::<Position>();
    small::<Reason>();
}

#[test]
fn what_is_written_to_begins_empty() {
    begins_empty::<ControllerDecision>();
    begins_empty::<RiskBudgetAllocation>();
    begins_empty::<RiskBudgetScratch>();
    begins_empty::<RiskReport>();
}
