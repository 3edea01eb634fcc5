//! What the types of budgets on measures, under constraints, under caps and of factors can do: cross threads,
//! be copied, compared and printed, and go through files.

use po_core::{Allocator, Weights};
use po_risk_budget::measure::{Decomposition, MeasureScratch};
use po_risk_budget::{
    CapScratch, CappedAllocation, Caps, Compromise, ConstrainedAllocation, ConstrainedRiskBudgetParams,
    ConstrainedRiskBudgeting, ConstrainedScratch, FactorBudgetAllocation, FactorExposures, FactorReport,
    FactorRiskBudgetParams, FactorRiskBudgeting, Obstacle, RiskBudgetController, RiskBudgetControllerParams,
    RiskBudgetParams, RiskBudgeting, RiskCapParams, RiskCapping, RiskMeasure, ScenarioAllocation,
    ScenarioRiskBudgeting, ScenarioRiskBudgetingParams, ScenarioScratch,
};

use crate::scenarios::returns;

fn plain<T: Clone + std::fmt::Debug + Send + Sync + Unpin + std::panic::UnwindSafe + 'static>() {}

fn comparable<T: PartialEq>() {}

fn begins_empty<T: Default>() {}

fn small<T: Copy + PartialEq>() {}

#[test]
fn every_type_is_plain() {
    plain::<CapScratch>();
    plain::<ConstrainedScratch>();
    plain::<MeasureScratch>();
    plain::<ScenarioScratch>();
    plain::<CappedAllocation>();
    plain::<Caps>();
    plain::<ConstrainedAllocation>();
    plain::<Decomposition>();
    plain::<FactorBudgetAllocation>();
    plain::<FactorExposures>();
    plain::<FactorReport>();
    plain::<Obstacle>();
    plain::<ScenarioAllocation>();
    plain::<ConstrainedRiskBudgeting>();
    plain::<ConstrainedRiskBudgetParams>();
    plain::<FactorRiskBudgeting>();
    plain::<FactorRiskBudgetParams>();
    plain::<RiskCapping>();
    plain::<RiskCapParams>();
    plain::<ScenarioRiskBudgeting>();
    plain::<ScenarioRiskBudgetingParams>();
    plain::<Compromise>();
    plain::<RiskMeasure>();
    small::<Compromise>();
    small::<RiskMeasure>();
}

#[test]
fn allocators_and_settings_compare() {
    comparable::<ConstrainedRiskBudgeting>();
    comparable::<ConstrainedRiskBudgetParams>();
    comparable::<FactorRiskBudgeting>();
    comparable::<FactorRiskBudgetParams>();
    comparable::<RiskCapping>();
    comparable::<RiskCapParams>();
    comparable::<ScenarioRiskBudgeting>();
    comparable::<ScenarioRiskBudgetingParams>();
}

#[test]
fn results_compare() {
    comparable::<CappedAllocation>();
    comparable::<Caps>();
    comparable::<ConstrainedAllocation>();
    comparable::<Decomposition>();
    comparable::<FactorBudgetAllocation>();
    comparable::<FactorExposures>();
    comparable::<FactorReport>();
    comparable::<Obstacle>();
    comparable::<ScenarioAllocation>();
}

#[test]
fn what_is_written_to_begins_empty() {
    begins_empty::<CappedAllocation>();
    begins_empty::<ConstrainedAllocation>();
    begins_empty::<Decomposition>();
    begins_empty::<FactorBudgetAllocation>();
    begins_empty::<FactorReport>();
    begins_empty::<ScenarioAllocation>();
    begins_empty::<CapScratch>();
    begins_empty::<ConstrainedScratch>();
    begins_empty::<MeasureScratch>();
    begins_empty::<ScenarioScratch>();
}

/// Code that takes weights takes each result.
#[test]
fn results_stand_for_their_weights() {
    fn sum(weights: &impl AsRef<Weights>) -> f64 {
        weights.as_ref().as_slice().iter().sum()
    }
    let returns = returns(60, 3, 1);
    let covariance = returns.covariance().unwrap();
    let exposures = FactorExposures::from_column_slice(3, 1, &[1.0; 3]).unwrap();
    let budget = RiskBudgeting::new(RiskBudgetParams::default()).unwrap();
    let scenario = ScenarioRiskBudgeting::new(ScenarioRiskBudgetingParams::default()).unwrap();
    let constrained = ConstrainedRiskBudgeting::new(ConstrainedRiskBudgetParams::default()).unwrap();
    let capping = RiskCapping::new(RiskCapParams::default()).unwrap();
    let factor = FactorRiskBudgeting::new(FactorRiskBudgetParams::default()).unwrap();
    let mut controller = RiskBudgetController::new(RiskBudgetControllerParams::default()).unwrap();
    let equal = Weights::equal(3).unwrap();
    let decision = controller.step(&equal, &equal, &covariance, None).unwrap();
    assert!((sum(decision) - decision.exposure).abs() < 1e-12);
    for sum in [
        sum(&budget.allocate((&covariance).into()).unwrap()),
        sum(&scenario.allocate(&returns).unwrap()),
        sum(&constrained.allocate(&covariance).unwrap()),
        sum(&capping.allocate(&covariance).unwrap()),
        sum(&factor.allocate(&covariance, &exposures).unwrap()),
    ] {
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }
}

#[cfg(feature = "serde")]
mod files {
    use std::fmt::Debug;

    use po_convex::{Constraint, Constraints};
    use po_core::{Bounds, Budget, Confidence};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::scenarios::measures;

    /// Asserts that a value is written as `json` and read from it.
    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }

    /// Asserts that a value comes back, whatever it is written as.
    fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        assert_eq!(&serde_json::from_str::<T>(&serde_json::to_string(value).unwrap()).unwrap(), value);
    }

    fn refused<T: DeserializeOwned + Debug>(json: &str, message: &str) {
        let error = serde_json::from_str::<T>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn measures_are_named() {
        let names = [
            r#"{"cvar":{"confidence":0.9}}"#,
            r#"{"cdar":{"confidence":0.9}}"#,
            r#""mad""#,
            r#""semi-deviation""#,
            r#"{"evar":{"confidence":0.9}}"#,
        ];
        for (measure, name) in measures(0.9).iter().zip(names) {
            round_trip(measure, name);
        }
        refused::<RiskMeasure>(r#""cvar95""#, "unknown variant `cvar95`");
        refused::<RiskMeasure>(
            r#"{"cvar":{"confidence":95.0}}"#,
            "the confidence is 95, expected a number in (0, 1)",
        );
    }

    #[test]
    fn settings_come_back() {
        let confidence = Confidence::new(0.9).unwrap();
        let budget = Some(Budget::new(vec![0.75, 0.25]).unwrap());
        let params = ScenarioRiskBudgetingParams {
            measure: RiskMeasure::Cdar { confidence },
            budget: budget.clone(),
            warm_start: true,
            ..Default::default()
        };
        round_trip(
            &params,
            r#"{"measure":{"cdar":{"confidence":0.9}},"budget":[0.75,0.25],"tolerance":1e-10,"iteration_limit":200,"warm_start":true}"#,
        );
        comes_back(&ConstrainedRiskBudgetParams { budget: budget.clone(), ..Default::default() });
        comes_back(&FactorRiskBudgetParams {
            budget,
            constraints: Some(Constraints::default()),
            ..Default::default()
        });
        comes_back(&RiskCapParams { caps: Caps::Each(vec![0.5, 0.75]), ..Default::default() });
        round_trip(&Compromise::Nearest, r#""nearest""#);
        round_trip(&Caps::All(0.25), r#"{"all":0.25}"#);
    }

    #[test]
    fn what_is_left_out_takes_its_default_and_what_is_unknown_is_refused() {
        assert_eq!(serde_json::from_str::<ScenarioRiskBudgetingParams>("{}").unwrap(), Default::default());
        assert_eq!(serde_json::from_str::<ConstrainedRiskBudgetParams>("{}").unwrap(), Default::default());
        assert_eq!(serde_json::from_str::<FactorRiskBudgetParams>("{}").unwrap(), Default::default());
        assert_eq!(serde_json::from_str::<RiskCapParams>("{}").unwrap(), Default::default());
        refused::<ScenarioRiskBudgetingParams>(r#"{"beta":0.95}"#, "unknown field `beta`");
        refused::<ConstrainedRiskBudgetParams>(r#"{"bounds":[]}"#, "unknown field `bounds`");
        refused::<FactorRiskBudgetParams>(r#"{"factors":3}"#, "unknown field `factors`");
        refused::<RiskCapParams>(r#"{"cap":0.2}"#, "unknown field `cap`");
    }

    #[test]
    fn results_come_back() {
        let returns = returns(60, 3, 1);
        let covariance = returns.covariance().unwrap();
        for measure in measures(0.9) {
            let params = ScenarioRiskBudgetingParams { measure, ..Default::default() };
            comes_back(&ScenarioRiskBudgeting::new(params).unwrap().allocate(&returns).unwrap());
        }
        let params = RiskCapParams { caps: Caps::All(0.4), ..Default::default() };
        comes_back(&RiskCapping::new(params).unwrap().allocate(&covariance).unwrap());
        let exposures = FactorExposures::from_column_slice(3, 1, &[1.0; 3]).unwrap();
        let factors = FactorRiskBudgeting::new(FactorRiskBudgetParams::default()).unwrap();
        comes_back(&factors.allocate(&covariance, &exposures).unwrap());
        // Of the bounds some have no other side, which not every format has a number for.
        let bounds = Some(Bounds::new(vec![0.0; 3], vec![0.3, f64::INFINITY, f64::INFINITY]).unwrap());
        let constraints = Constraints { bounds, ..Constraints::default() };
        for compromise in [Compromise::Nearest, Compromise::Barrier] {
            let constraints = constraints.clone();
            let params = ConstrainedRiskBudgetParams { compromise, constraints, ..Default::default() };
            let allocation = ConstrainedRiskBudgeting::new(params).unwrap().allocate(&covariance).unwrap();
            assert!(!allocation.is_met && !allocation.obstacles().is_empty());
            comes_back(&allocation);
        }
        round_trip(
            &Obstacle { constraint: Constraint::UpperBound { asset: 1, bound: 0.5 }, price: 0.25 },
            r#"{"constraint":{"upper-bound":{"asset":1,"bound":0.5}},"price":0.25}"#,
        );
    }

    #[test]
    fn exposures_come_back_as_rows() {
        let exposures = FactorExposures::from_column_slice(3, 2, &[1.0, 1.0, 0.0, 0.0, 0.5, 1.0]).unwrap();
        round_trip(&exposures, "[[1.0,0.0],[1.0,0.5],[0.0,1.0]]");
        refused::<FactorExposures>("[[1.0,0.0],[1.0]]", "a row of the matrix has length 1, expected 2");
        refused::<FactorExposures>("[[1.0,2.0],[1.0,2.0]]", "the exposures to 2 factors have rank 1");
        refused::<FactorExposures>("[]", "the matrix is empty");
    }

    #[test]
    fn results_refuse_what_they_do_not_know() {
        let unknown = "unknown field `weight`";
        refused::<CappedAllocation>(r#"{"weight":[]}"#, unknown);
        refused::<ConstrainedAllocation>(r#"{"weight":[]}"#, unknown);
        refused::<Decomposition>(r#"{"weight":[]}"#, unknown);
        refused::<FactorBudgetAllocation>(r#"{"weight":[]}"#, unknown);
        refused::<FactorReport>(r#"{"weight":[]}"#, unknown);
        refused::<Obstacle>(r#"{"weight":[]}"#, unknown);
        refused::<ScenarioAllocation>(r#"{"weight":[]}"#, unknown);
        refused::<Caps>(r#"{"one":0.5}"#, "unknown variant `one`, expected `all` or `each`");
        refused::<Compromise>(r#""far""#, "unknown variant `far`, expected `nearest` or `barrier`");
        refused::<RiskMeasure>(
            r#"{"cvar":{"confidence":0.9,"tail":0.1}}"#,
            "unknown field `tail`, expected `confidence`",
        );
    }
}
