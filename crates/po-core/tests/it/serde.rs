//! Every data type through JSON and back, and files that are refused.

use std::fmt::Debug;

use po_core::nalgebra::dmatrix;
use po_core::{
    BootstrapParams, Bounds, Budget, Certificate, Confidence, Correlation, Covariance, GroupBound, Grouping,
    Investable, Listing, MissingPolicy, Moments, Panel, Resampling, Resolved, Returns, Solution, Status,
    Universe, Weights,
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

fn universe() -> Universe {
    Universe::new(["A", "B"]).unwrap().grouped("sector", [Some("x"), None]).unwrap()
}

#[test]
fn every_type_comes_back() {
    round_trip(&universe(), r#"{"names":["A","B"],"groupings":[{"name":"sector","labels":["x",null]}]}"#);
    round_trip::<Grouping>(&universe().groupings()[0], r#"{"name":"sector","labels":["x",null]}"#);
    let panel = Panel::new(dmatrix![0.5, f64::NAN; 1.5, 2.5]).unwrap();
    round_trip(&panel, r#"{"observations":2,"columns":[[0.5,1.5],[null,2.5]]}"#);
    round_trip(&Listing { first: 1, last: 4, gaps: 2 }, r#"{"first":1,"last":4,"gaps":2}"#);
    let returns = Returns::new(dmatrix![0.5, 1.0; 1.5, 2.0; 2.5, 3.0]).unwrap();
    round_trip(&returns, "[[0.5,1.0],[1.5,2.0],[2.5,3.0]]");
    let resolved = Resolved { returns, rows: vec![0, 1, 3], assets: vec![0, 2], missing: 3 };
    round_trip(
        &resolved,
        r#"{"returns":[[0.5,1.0],[1.5,2.0],[2.5,3.0]],"rows":[0,1,3],"assets":[0,2],"missing":3}"#,
    );
    let covariance = Covariance::new(dmatrix![4.0, 1.0; 1.0, 9.0]).unwrap();
    round_trip(&covariance, "[[4.0,1.0],[1.0,9.0]]");
    let moments = Moments::new(vec![0.1, 0.2], covariance).unwrap();
    round_trip(&moments, r#"{"mean":[0.1,0.2],"covariance":[[4.0,1.0],[1.0,9.0]]}"#);
    let correlation = Correlation::new(dmatrix![1.0, 0.5; 0.5, 1.0]).unwrap();
    round_trip(&correlation, "[[1.0,0.5],[0.5,1.0]]");
    let weights = Weights::new(vec![1.25, -0.25]).unwrap();
    round_trip(&weights, "[1.25,-0.25]");
    round_trip(&Investable::new(vec![true, false]).unwrap(), "[true,false]");
    round_trip(&Budget::new(vec![0.75, 0.25]).unwrap(), "[0.75,0.25]");
    round_trip(&Confidence::new(0.95).unwrap(), "0.95");
    let certificate =
        Certificate { primal_residual: 0.5, dual_residual: 0.25, complementarity: 0.125, gap: 1.0 };
    let text = r#"{"primal_residual":0.5,"dual_residual":0.25,"complementarity":0.125,"gap":1.0}"#;
    round_trip(&certificate, text);
    let solution = Solution { weights, status: Status::IterationLimit, iterations: 7, certificate };
    let text = format!(
        r#"{{"weights":[1.25,-0.25],"status":"iteration-limit","iterations":7,"certificate":{text}}}"#
    );
    round_trip(&solution, &text);
}

#[test]
fn every_case_comes_back() {
    round_trip(&Status::Converged, r#""converged""#);
    round_trip(&Status::Stalled, r#""stalled""#);
    round_trip(&MissingPolicy::Refuse, r#""refuse""#);
    round_trip(&MissingPolicy::CompleteRows, r#""complete-rows""#);
    round_trip(&MissingPolicy::CompleteAssets, r#""complete-assets""#);
    round_trip(&MissingPolicy::DropSparse { max_missing: 0.1 }, r#"{"drop-sparse":{"max_missing":0.1}}"#);
}

#[test]
fn bounds_come_back_without_infinity() {
    round_trip(&Bounds::uniform(2, 0.0, 0.5).unwrap(), r#"{"lower":[0.0,0.0],"upper":[0.5,0.5]}"#);
    let open = Bounds::new(vec![f64::NEG_INFINITY, 0.0], vec![1.0, f64::INFINITY]).unwrap();
    round_trip(&open, r#"{"lower":[null,0.0],"upper":[1.0,null]}"#);
    let group = GroupBound::new("g", vec![0, 2], 0.1, 0.5).unwrap();
    round_trip(&group, r#"{"name":"g","members":[0,2],"lower":0.1,"upper":0.5}"#);
    let open = GroupBound::new("g", vec![0], f64::NEG_INFINITY, f64::INFINITY).unwrap();
    round_trip(&open, r#"{"name":"g","members":[0]}"#);
}

#[test]
fn groupings_may_be_left_out() {
    let universe: Universe = serde_json::from_str(r#"{"names":["A"]}"#).unwrap();
    assert!(universe.groupings().is_empty());
}

#[test]
fn invalid_data_is_refused() {
    refused::<Universe>(r#"{"names":[]}"#, "the universe is empty");
    refused::<Universe>(r#"{"names":["A","A"]}"#, r#"asset "A" stands at positions 0 and 1"#);
    let text = r#"{"names":["A"],"groupings":[{"name":"s","labels":[]}]}"#;
    refused::<Universe>(text, "the list of labels of a grouping has length 0, expected 1");
    refused::<Grouping>(r#"{"name":" ","labels":[]}"#, "the grouping name at position 0 is empty");
    refused::<Grouping>(r#"{"name":"s","labels":["a",""]}"#, "the group name at position 1 is empty");
    refused::<Panel>(r#"{"observations":0,"columns":[]}"#, "the panel is empty");
    let uneven = r#"{"observations":2,"columns":[[1.0],[1.0,2.0,3.0]]}"#;
    refused::<Panel>(uneven, "a column of the panel has length 1, expected 2");
    refused::<Returns>("[]", "the return is empty");
    refused::<Returns>("[[1.0],[1.0,2.0]]", "a row of the matrix has length 2, expected 1");
    refused::<Covariance>("[[1.0,0.0]]", "the matrix is 1 x 2, expected as many rows as columns");
    refused::<Covariance>("[[-1.0]]", "the variance of asset 0 is -1, expected zero or more");
    refused::<Covariance>("[[1.0],[]]", "a row of the matrix has length 0, expected 1");
    refused::<Correlation>("[[2.0]]", "the correlation of asset 0 with itself is 2, expected 1");
    refused::<Correlation>("[[1.0],[1.0,1.0]]", "a row of the matrix has length 2, expected 1");
    refused::<Moments>(r#"{"mean":[],"covariance":[[1.0]]}"#, "the list of means has length 0, expected 1");
    refused::<Weights>("[]", "the list of weights is empty");
    refused::<Bounds>(r#"{"lower":[0.5],"upper":[0.4]}"#, "the bounds of asset 0 are [0.5, 0.4]");
    let crossed = r#"{"name":"g","members":[0],"lower":0.5,"upper":0.4}"#;
    refused::<GroupBound>(crossed, "the bounds of group g are [0.5, 0.4]");
    refused::<Budget>("[0.5]", "the risk budgets sum to 0.5, expected 1");
    refused::<Confidence>("95.0", "the confidence is 95, expected a number in (0, 1)");
    refused::<Status>(r#""done""#, "unknown variant `done`");
}

#[test]
fn unknown_fields_are_refused() {
    let unknown = "unknown field `more`";
    refused::<Universe>(r#"{"names":["A"],"more":1}"#, unknown);
    refused::<Grouping>(r#"{"name":"s","labels":[],"more":1}"#, unknown);
    refused::<Panel>(r#"{"observations":1,"columns":[[1.0]],"more":1}"#, unknown);
    refused::<Listing>(r#"{"first":1,"last":4,"gaps":2,"more":1}"#, unknown);
    refused::<Resolved>(r#"{"returns":[[1.0]],"rows":[0],"assets":[0],"missing":0,"more":1}"#, unknown);
    refused::<Moments>(r#"{"mean":[0.1],"covariance":[[1.0]],"more":1}"#, unknown);
    refused::<Bounds>(r#"{"lower":[0.0],"upper":[1.0],"more":1}"#, unknown);
    refused::<GroupBound>(r#"{"name":"g","members":[0],"more":1}"#, unknown);
    refused::<MissingPolicy>(r#"{"drop-sparse":{"max_missing":0.1,"more":1}}"#, unknown);
    let certificate = r#""primal_residual":0.0,"dual_residual":0.0,"complementarity":0.0,"gap":0.0"#;
    refused::<Certificate>(&format!(r#"{{{certificate},"more":1}}"#), unknown);
    let solution =
        format!(r#""weights":[1.0],"status":"stalled","iterations":1,"certificate":{{{certificate}}}"#);
    refused::<Solution>(&format!(r#"{{{solution},"more":1}}"#), unknown);
}

#[cfg(feature = "linalg")]
#[test]
fn covariances_in_factor_form() {
    use po_core::FactorCovariance;
    let factors = Covariance::new(dmatrix![4.0, 1.0; 1.0, 9.0]).unwrap();
    let exposures = dmatrix![1.0, 0.5; 0.0, 2.0; -1.0, 0.25];
    let covariance = FactorCovariance::new(exposures, factors, vec![0.5, 0.0, 1.5]).unwrap();
    round_trip(
        &covariance,
        r#"{"exposures":[[1.0,0.5],[0.0,2.0],[-1.0,0.25]],"factor_covariance":[[4.0,1.0],[1.0,9.0]],"specific":[0.5,0.0,1.5]}"#,
    );
    let file = |exposures: &str, factors: &str, specific: &str| {
        format!(r#"{{"exposures":{exposures},"factor_covariance":{factors},"specific":{specific}}}"#)
    };
    refused::<FactorCovariance>(&file("[]", "[[1.0]]", "[]"), "the list of specific variances is empty");
    let uneven = file("[[1.0],[1.0,2.0]]", "[[1.0]]", "[0.5,0.5]");
    refused::<FactorCovariance>(&uneven, "a row of the matrix has length 2, expected 1");
    let wide = file("[[1.0,2.0]]", "[[1.0]]", "[0.5]");
    refused::<FactorCovariance>(&wide, "the list of exposures of an asset has length 2, expected 1");
    let negative = file("[[1.0]]", "[[1.0]]", "[-0.5]");
    let message = "the specific variance of asset 0 is -0.5, expected a finite number, zero or more";
    refused::<FactorCovariance>(&negative, message);
    let no_covariance = file("[[1.0]]", "[[-1.0]]", "[0.5]");
    refused::<FactorCovariance>(&no_covariance, "the variance of asset 0 is -1, expected zero or more");
    let indefinite = file("[[1.0,1.0]]", "[[0.0,1.0],[1.0,0.0]]", "[0.5]");
    refused::<FactorCovariance>(&indefinite, "the smallest eigenvalue of the matrix is -1");
    refused::<FactorCovariance>(
        r#"{"exposures":[[1.0]],"specific":[0.5]}"#,
        "missing field `factor_covariance`",
    );
    let more = r#"{"exposures":[[1.0]],"factor_covariance":[[1.0]],"specific":[0.5],"loadings":[[1.0]]}"#;
    refused::<FactorCovariance>(more, "unknown field `loadings`");
}

#[test]
fn settings_of_a_bootstrap_come_back() {
    let params =
        BootstrapParams { resampling: Resampling::Moving, block: Some(9), resamples: 500, seed: u64::MAX };
    round_trip(&params, r#"{"resampling":"moving","block":9,"resamples":500,"seed":18446744073709551615}"#);
    assert_eq!(serde_json::from_str::<BootstrapParams>("{}").unwrap(), BootstrapParams::default());
    refused::<BootstrapParams>(r#"{"resampling":"wild"}"#, "unknown variant `wild`");
    refused::<BootstrapParams>(r#"{"blocks":3}"#, "unknown field `blocks`");
}
