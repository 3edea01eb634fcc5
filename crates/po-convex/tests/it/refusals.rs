//! What programmes and rows refuse.

use po_convex::{Absolute, Error, Program, Rows};
use po_core::{Covariance, InputError, Status};

#[test]
fn what_does_not_fit_is_refused() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let program = Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[0.0; 2],
        lower: &[0.0; 2],
        upper: &[1.0; 2],
        rows: &rows,
        absolute: &[],
    };
    let refused = |program: Program<'_>, expected: InputError| {
        assert_eq!(program.solve().unwrap_err(), Error::Input(expected));
    };
    let length = |what, actual| InputError::LengthMismatch { what, expected: 2, actual };
    refused(Program { linear: &[0.0; 3], ..program }, length("the list of linear terms", 3));
    refused(Program { lower: &[0.0; 1], ..program }, length("the list of lower bounds", 1));
    refused(Program { upper: &[1.0; 3], ..program }, length("the list of upper bounds", 3));
    refused(Program { ridge: &[1.0; 3], ..program }, length("the list of ridge terms", 3));
    refused(Program { rows: &Rows::new(3), ..program }, length("a row of coefficients", 3));
    let crossed = InputError::BoundsCross { asset: 1, lower: 2.0, upper: 1.0 };
    refused(Program { lower: &[0.0, 2.0], ..program }, crossed);
    let expected = "a finite number, zero or more";
    let scale = InputError::OutOfRange { name: "the scale of the risk", value: -1.0, expected };
    refused(Program { scale: -1.0, ..program }, scale);
    let ridge = InputError::AssetOutOfRange { name: "the ridge term", asset: 1, value: -0.5, expected };
    refused(Program { ridge: &[0.0, -0.5], ..program }, ridge);
    let (name, value) = ("the linear term", f64::INFINITY);
    let linear = InputError::AssetOutOfRange { name, asset: 0, value, expected: "a finite number" };
    refused(Program { linear: &[f64::INFINITY, 0.0], ..program }, linear);

    let family = Absolute { label: "turnover", center: &[0.5; 2], cost: &[], limit: 0.1 };
    let families = [family; 3];
    let (name, expected) = ("the number of families of absolute values", "at most 2");
    refused(
        Program { absolute: &families, ..program },
        InputError::OutOfRange { name, value: 3.0, expected },
    );
    let family = |center, cost, limit| [Absolute { label: "turnover", center, cost, limit }];
    let families = family(&[0.5; 3], &[], 0.1);
    refused(Program { absolute: &families, ..program }, length("the list of holdings", 3));
    let families = family(&[0.5; 2], &[0.1; 3], 0.1);
    refused(Program { absolute: &families, ..program }, length("the list of costs", 3));
    let families = family(&[0.5; 2], &[0.1, -0.1], 0.1);
    let (name, expected) = ("the cost", "a finite number, zero or more");
    let cost = InputError::AssetOutOfRange { name, asset: 1, value: -0.1, expected };
    refused(Program { absolute: &families, ..program }, cost);
    let families = family(&[0.5; 2], &[], -0.1);
    let (name, expected) = ("the limit on absolute values", "zero or more");
    refused(
        Program { absolute: &families, ..program },
        InputError::OutOfRange { name, value: -0.1, expected },
    );
}

#[test]
fn rows_refuse_what_is_no_constraint() {
    let mut rows = Rows::new(2);
    let what = "the list of coefficients of a row";
    let error = InputError::LengthMismatch { what, expected: 2, actual: 1 };
    assert_eq!(rows.push("a", &[1.0], 0.0, 1.0), Err(error));
    let (what, row, asset) = ("the coefficient", 0, 1);
    let error = InputError::NotFinite { what, row, asset, value: f64::INFINITY };
    assert_eq!(rows.push("a", &[1.0, f64::INFINITY], 0.0, 1.0), Err(error));
    let error = InputError::GroupBoundsCross { group: "a".to_owned(), lower: 1.0, upper: 0.0 };
    assert_eq!(rows.push("a", &[1.0, 1.0], 1.0, 0.0), Err(error));
    let (name, value, expected) = ("the lower limit of a row", f64::INFINITY, "a number below infinity");
    let error = InputError::OutOfRange { name, value, expected };
    assert_eq!(rows.push("a", &[1.0, 1.0], f64::INFINITY, f64::INFINITY), Err(error));
    let (name, value) = ("the upper limit of a row", f64::NEG_INFINITY);
    let error = InputError::OutOfRange { name, value, expected: "a number above minus infinity" };
    assert_eq!(rows.push("a", &[1.0, 1.0], f64::NEG_INFINITY, f64::NEG_INFINITY), Err(error));
    assert!(rows.is_empty());
}

/// Two copies of one asset, whose difference has no risk and a reward near the largest number: nothing is said of weights
/// that overflow, neither that they are best nor that there are none.
#[test]
fn numbers_that_overflow_have_no_answer() {
    let covariance = Covariance::from_column_slice(2, &[1e300; 4]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let program = Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[1e307, -1e307],
        lower: &[-1e10; 2],
        upper: &[1e10; 2],
        rows: &rows,
        absolute: &[],
    };
    let error = program.solve().unwrap_err();
    assert!(matches!(error, Error::Numerical { iterations } if iterations > 0), "{error:?}");
    assert!(error.to_string().ends_with("expected better scaled input"), "{error}");
}

/// A million of each of two assets with variances of 1e300: the objective overflows, and a gap that is no number proves
/// nothing.
#[test]
fn an_objective_that_overflows_is_no_optimum() {
    let covariance = Covariance::from_column_slice(2, &[1e300, 0.0, 0.0, 1e300]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 2e6, 2e6).unwrap();
    let program = Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[0.0; 2],
        lower: &[1e6; 2],
        upper: &[1e6; 2],
        rows: &rows,
        absolute: &[],
    };
    let solution = program.solve().unwrap();
    assert_eq!(solution.x, [1e6; 2]);
    assert!(!solution.certificate.gap.is_finite(), "{:?}", solution.certificate);
    assert_eq!(solution.status, Status::Stalled);
}
