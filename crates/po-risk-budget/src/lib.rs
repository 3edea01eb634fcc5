#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceleration;
mod allocate;
mod allocation;
mod block;
mod contribution;
mod coordinate;
mod correlations;
mod error;
mod factors;
mod lanes;
mod marginal;
pub mod measure;
mod nested;
mod newton;
mod panels;
mod params;
mod problem;
mod scenario;
mod scratch;
mod sensitivity;
mod signed;
mod solve;
mod start;

pub use allocate::RiskBudgeting;
pub use allocation::RiskBudgetAllocation;
pub use contribution::RiskReport;
pub use error::Error;
pub use measure::RiskMeasure;
pub use nested::{BudgetGroup, GroupBudget, NestedBudget, Within};
pub use params::{Algorithm, Normalisation, RiskBudgetParams};
pub use scenario::{
    ScenarioAllocation, ScenarioRiskBudgeting, ScenarioRiskBudgetingParams, ScenarioScratch,
};
pub use scratch::RiskBudgetScratch;
pub use sensitivity::BudgetSensitivity;
pub use signed::Position;
