//! Settings, trees and results through JSON and TOML and back, and files that are refused.

use std::fmt::Debug;

use po_core::{Allocator, Budget, Covariance};
use po_risk_budget::{
    Algorithm, BudgetGroup, GroupBudget, Normalisation, Position, RiskBudgetAllocation, RiskBudgetParams,
    RiskBudgeting, Within,
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
}
