#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceleration;
mod allocate;
mod allocation;
mod block;
mod cap;
mod constrained;
mod contribution;
mod controller;
mod coordinate;
mod correlations;
mod error;
mod factor_budget;
mod factors;
mod lanes;
mod marginal;
pub mod measure;
mod nested;
mod newton;
mod panels;
mod params;
mod problem;
#[cfg(feature = "serde")]
mod rows;
mod scenario;
mod scratch;
mod sensitivity;
mod signed;
mod solve;
mod start;
mod together;
#[cfg(test)]
mod widths;

pub use allocate::RiskBudgeting;
pub use allocation::RiskBudgetAllocation;
pub use cap::{CapScratch, CappedAllocation, Caps, RiskCapParams, RiskCapping};
pub use constrained::{
    Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams, ConstrainedRiskBudgeting,
    ConstrainedScratch, Obstacle,
};
pub use contribution::RiskReport;
pub use controller::{
    ControllerDecision, DrawdownScaling, Reason, RiskBudgetController, RiskBudgetControllerParams,
};
pub use error::Error;
pub use factor_budget::{
    FactorBudgetAllocation, FactorExposures, FactorReport, FactorRiskBudgetParams, FactorRiskBudgeting,
};
pub use measure::RiskMeasure;
pub use nested::{BudgetGroup, GroupBudget, NestedBudget, Within};
pub use params::{Algorithm, Normalisation, RiskBudgetParams};
pub use scenario::{ScenarioAllocation, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams, ScenarioScratch};
pub use scratch::RiskBudgetScratch;
pub use sensitivity::BudgetSensitivity;
pub use signed::Position;
