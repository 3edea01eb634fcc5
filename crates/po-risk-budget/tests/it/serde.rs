//! Settings, trees and results through JSON and TOML and back, and files that are refused.

use std::fmt::Debug;

use po_core::{Allocator, Budget, Covariance, Universe};
use po_risk_budget::{
    Algorithm, BudgetGroup, BudgetSensitivity, ControllerDecision, DrawdownScaling, GroupBudget,
    NestedBudget, Normalisation, Position, Reason, RiskBudgetAllocation, RiskBudgetControllerParams,
    RiskBudgetParams, RiskBudgeting, RiskReport, Within,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Asserts that a value is written as `json` and read from it.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

/// Asserts that a file is refused with a message that begins so.
fn refused<T: DeserializeOwned + Debug>(json: &str, message: &str) {
    let error = serde_json::from_str::<T>(json).unwrap_err().to_string();
    assert!(error.starts_with(message), "{error}");
}

#[test]
fn settings_come_back() {
    let params = RiskBudgetParams {
        budget: Some(Budget::new(vec![0.75, 0.25]).unwrap()),
        positions: Some(vec![Position::Long, Position::Short]),
        normalisation: Normalisation::Volatility(0.1),
        algorithm: Algorithm::CoordinateDescent,
        tolerance: 0.001,
        iteration_limit: 50,
        warm_start: true,
    };
    round_trip(
        &params,
        r#"{"budget":[0.75,0.25],"positions":["long","short"],"normalisation":{"volatility":0.1},"algorithm":"coordinate-descent","tolerance":0.001,"iteration_limit":50,"warm_start":true}"#,
    );
    let text = toml::to_string(&params).unwrap();
    assert_eq!(toml::from_str::<RiskBudgetParams>(&text).unwrap(), params);
    for &algorithm in Algorithm::ALL {
        round_trip(&algorithm, &format!("\"{algorithm}\""));
    }
    round_trip(&Normalisation::Net, "\"net\"");
}

#[test]
fn what_a_file_leaves_out_takes_its_default() {
    assert_eq!(toml::from_str::<RiskBudgetParams>("").unwrap(), RiskBudgetParams::default());
    let params: RiskBudgetParams = toml::from_str("algorithm = \"newton\"").unwrap();
    assert_eq!(params, RiskBudgetParams { algorithm: Algorithm::Newton, ..RiskBudgetParams::default() });
}

#[test]
fn what_a_file_misspells_is_refused() {
    refused::<RiskBudgetParams>(r#"{"budgets":[1.0]}"#, "unknown field `budgets`, expected one of `budget`");
    refused::<RiskBudgetParams>(r#"{"budget":[0.5,0.75]}"#, "the risk budgets sum to 1.25, expected 1");
    refused::<RiskBudgetParams>(r#"{"algorithm":"ccd"}"#, "unknown variant `ccd`");
    refused::<RiskBudgetParams>(r#"{"positions":["flat"]}"#, "unknown variant `flat`");
    refused::<Within>(
        r#"{"label":{"grouping":"sector","label":"tech","share":1.0}}"#,
        "unknown field `share`",
    );
    refused::<BudgetGroup>(r#"{"name":"tech","shares":1.0}"#, "unknown field `shares`");
}

/// A tree as a person would write it.
#[test]
fn trees_come_back() {
    let text = r#"
        name = "equity"
        share = 0.6

        [[within.groups]]
        name = "tech"
        share = 0.5
        within = { label = { grouping = "sector", label = "tech" } }

        [[within.groups]]
        name = "energy"
        share = 0.25
        within = { equally = ["XOM", "CVX"] }

        [[within.groups]]
        name = "banks"
        share = 0.25
        within = { assets = [["JPM", 0.75], ["BAC", 0.25]] }
    "#;
    let group: BudgetGroup = toml::from_str(text).unwrap();
    let groups = if let Within::Groups(groups) = &group.within { groups.as_slice() } else { &[] };
    assert_eq!(groups[0].within, Within::Label { grouping: "sector".into(), label: "tech".into() });
    assert_eq!(groups[2].within, Within::Assets(vec![("JPM".into(), 0.75), ("BAC".into(), 0.25)]));
    assert_eq!(toml::from_str::<BudgetGroup>(&toml::to_string(&group).unwrap()).unwrap(), group);
    round_trip(
        &GroupBudget { path: "equity / tech".into(), depth: 1, budget: 0.3, members: vec![0, 2] },
        r#"{"path":"equity / tech","depth":1,"budget":0.3,"members":[0,2]}"#,
    );
}

/// Numbers are written with as many digits as they have.
#[test]
fn results_come_back() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.006, 0.006, 0.01]).unwrap();
    let allocation =
        RiskBudgeting::new(RiskBudgetParams::default()).unwrap().allocate((&covariance).into()).unwrap();
    let text = toml::to_string(&allocation).unwrap();
    assert_eq!(toml::from_str::<RiskBudgetAllocation>(&text).unwrap(), allocation);
    refused::<RiskBudgetAllocation>(r#"{"weights":[]}"#, "unknown field `weights`");
    let report = RiskReport {
        risk: 0.1,
        marginal: vec![0.2, 0.1],
        component: vec![0.05, 0.05],
        share: vec![0.5, 0.5],
        budget: vec![],
    };
    round_trip(
        &report,
        r#"{"risk":0.1,"marginal":[0.2,0.1],"component":[0.05,0.05],"share":[0.5,0.5],"budget":[]}"#,
    );
    refused::<RiskReport>(r#"{"volatility":0.1}"#, "unknown field `volatility`, expected one of `risk`");
}

/// A row for each weight, a column for each budget.
#[test]
fn sensitivities_come_back_as_rows() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.006, 0.006, 0.01]).unwrap();
    let budget = Some(Budget::new(vec![0.75, 0.25]).unwrap());
    let params = RiskBudgetParams {
        budget,
        normalisation: Normalisation::Volatility(0.1),
        ..RiskBudgetParams::default()
    };
    let budgeting = RiskBudgeting::new(params).unwrap();
    let allocation = budgeting.allocate((&covariance).into()).unwrap();
    let sensitivity = budgeting.sensitivity(&covariance, &allocation).unwrap();
    let row = |weight: usize| [sensitivity.of(weight, 0), sensitivity.of(weight, 1)];
    round_trip(&sensitivity, &serde_json::to_string(&[row(0), row(1)]).unwrap());
    refused::<BudgetSensitivity>("[[1.0,2.0],[3.0]]", "a row of the matrix has length 1, expected 2");
    refused::<BudgetSensitivity>("[[1.0,2.0]]", "the matrix is 1 x 2, expected as many rows as columns");
    refused::<BudgetSensitivity>("[]", "the sensitivity is empty");
}

#[test]
fn resolved_trees_come_back() {
    let universe = Universe::new(["AAPL", "TLT"]).unwrap();
    let universe = universe.grouped("class", [Some("equity"), Some("bonds")]).unwrap();
    let nested = NestedBudget::by_groupings(&universe, &["class"]).unwrap();
    round_trip(
        &nested,
        r#"{"budget":[0.5,0.5],"groups":[{"path":"equity","depth":0,"budget":0.5,"members":[0]},{"path":"bonds","depth":0,"budget":0.5,"members":[1]}]}"#,
    );
    refused::<NestedBudget>(r#"{"shares":[]}"#, "unknown field `shares`, expected `budget` or `groups`");
    refused::<NestedBudget>(r#"{"budget":[0.5]}"#, "the risk budgets sum to 0.5, expected 1");
    refused::<GroupBudget>(r#"{"name":"equity"}"#, "unknown field `name`, expected one of `path`");
}

#[test]
fn settings_and_decisions_of_the_controller_come_back() {
    let drawdown = Some(DrawdownScaling { start: 0.05, limit: 0.15 });
    round_trip(
        &RiskBudgetControllerParams { drawdown, ..RiskBudgetControllerParams::default() },
        r#"{"volatility_budget":0.01,"band":[0.8,0.95],"leverage_limit":1.0,"half_life":20.0,"drawdown":{"start":0.05,"limit":0.15},"weight_band":0.05}"#,
    );
    let empty: RiskBudgetControllerParams = toml::from_str("").unwrap();
    assert_eq!(empty, RiskBudgetControllerParams::default());
    refused::<RiskBudgetControllerParams>(r#"{"bands":[0.8,0.95]}"#, "unknown field `bands`");
    refused::<DrawdownScaling>(r#"{"end":0.1}"#, "unknown field `end`, expected `start` or `limit`");
    round_trip(&Reason::WeightDrift, "\"weight-drift\"");
    refused::<Reason>("\"drift\"", "unknown variant `drift`");
    let decision = ControllerDecision {
        weights: po_core::Weights::new(vec![0.25]).unwrap(),
        exposure: 0.25,
        exposure_cap: 1.0,
        held_use: 0.5,
        forecast_use: 0.8,
        realised_use: None,
        drawdown: 0.0,
        traded: true,
        turnover: 0.125,
        reason: Reason::BelowBand,
    };
    round_trip(
        &decision,
        r#"{"weights":[0.25],"exposure":0.25,"exposure_cap":1.0,"held_use":0.5,"forecast_use":0.8,"realised_use":null,"drawdown":0.0,"traded":true,"turnover":0.125,"reason":"below-band"}"#,
    );
    refused::<ControllerDecision>(r#"{"use":0.5}"#, "unknown field `use`");
}
