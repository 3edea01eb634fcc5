//! The constraints that every optimiser shares: what lines add, what is refused, and what a programme gets.

use po_convex::{Constraints, Costs, Error, LinearConstraint, MaxCorrelation, Net};
use po_core::nalgebra::DMatrix;
use po_core::{Bounds, Correlation, GroupBound, InputError, Universe, Weights};

const NONE: f64 = f64::INFINITY;

fn universe() -> Universe {
    Universe::new(["AAPL", "MSFT", "XOM", "GLD"])
        .unwrap()
        .grouped("sector", [Some("tech"), Some("tech"), Some("energy"), None])
        .unwrap()
}

fn with(lines: &[&str]) -> Constraints {
    Constraints::default().with(lines, &universe()).unwrap()
}

fn bounds(lower: &[f64], upper: &[f64]) -> Option<Bounds> {
    Some(Bounds::new(lower.to_vec(), upper.to_vec()).unwrap())
}

fn linear(terms: &[(usize, f64)], lower: f64, upper: f64) -> LinearConstraint {
    LinearConstraint::new("x", terms.to_vec(), lower, upper).unwrap()
}

#[test]
fn each_kind_of_line() {
    let constraints = with(&[
        "tech <= 60%",
        "0.9 <= net <= 1",
        "gross <= 1.6",
        "1.5 >= gross",
        "gross <= 1.7",
        "turnover <= 20%",
        "tracking-error <= 2%",
        "cardinality <= 20",
        "cardinality <= 12",
        "min-position >= 2%",
        "min-position >= 1%",
        "max-correlation <= 0.6",
        "max-correlation <= 0.7",
        "2 * max-correlation <= 1",
    ]);
    let expected = Constraints {
        budget: Net { lower: 0.9, upper: 1.0 },
        gross: Some(1.5),
        linear: vec![LinearConstraint::parse("tech <= 60%", &universe()).unwrap()],
        turnover: Some(0.2),
        tracking_error: Some(0.02),
        cardinality: Some(12),
        min_position: Some(0.02),
        max_correlation: Some(MaxCorrelation::new(0.5).unwrap()),
        ..Constraints::default()
    };
    assert_eq!(constraints, expected);
}

/// A default gives way to what is said; what is said never gives way.
#[test]
fn lines_about_the_budget() {
    assert_eq!(with(&["net <= 1"]).budget, Net { lower: -NONE, upper: 1.0 });
    assert_eq!(with(&["net <= 1", "net >= 0.9", "net <= 1.2"]).budget, Net { lower: 0.9, upper: 1.0 });
    assert_eq!(with(&["-2 * net <= 1"]).budget, Net { lower: -0.5, upper: NONE });
    let set = Constraints { budget: Net { lower: 0.5, upper: 0.75 }, ..Constraints::default() };
    assert_eq!(set.clone().with(["net <= 1"], &universe()).unwrap().budget, set.budget);
    let error = set.with(["net >= 1"], &universe()).unwrap_err();
    let crossed = InputError::GroupBoundsCross { group: "budget".to_owned(), lower: 1.0, upper: 0.75 };
    assert_eq!(error, Error::Input(crossed));
}

#[test]
fn lines_about_each_asset() {
    let short = bounds(&[-0.3; 4], &[0.4; 4]);
    assert_eq!(with(&["-0.3 <= each asset <= 0.4"]).bounds, short);
    assert_eq!(with(&["each asset <= 0.4", "each asset >= -0.3"]).bounds, short);
    assert_eq!(with(&["each asset >= -0.3", "each asset <= 0.4", "each asset >= -0.5"]).bounds, short);
    let tech = bounds(&[0.0; 4], &[0.1, 0.1, 0.4, 0.4]);
    assert_eq!(with(&["each asset <= 0.4", "each asset in tech <= 0.1"]).bounds, tech);
    assert_eq!(with(&["each asset in tech <= 0.1", "each asset <= 0.4"]).bounds, tech);
    assert_eq!(with(&["each asset in XOM <= 0.1"]).bounds, bounds(&[0.0; 4], &[1.0, 1.0, 0.1, 1.0]));
    assert_eq!(
        with(&["-2 * each asset in sector:energy >= -1"]).bounds,
        bounds(&[0.0; 4], &[1.0, 1.0, 0.5, 1.0])
    );
    assert_eq!(with(&["tech <= 0.1"]).bounds, None);
    let set = Constraints { bounds: bounds(&[-0.1, 0.1, 0.0, 0.0], &[0.5; 4]), ..Constraints::default() };
    let tightened =
        set.with(["each asset >= -0.3", "each asset in energy >= 0.2", "each asset <= 0.4"], &universe());
    assert_eq!(tightened.unwrap().bounds, bounds(&[-0.1, 0.1, 0.2, 0.0], &[0.4; 4]));
}

#[test]
fn lines_about_each_group() {
    let constraints = with(&["10% <= each sector <= 30%"]);
    let expected = [("tech", vec![(0, 1.0), (1, 1.0)]), ("energy", vec![(2, 1.0)])];
    let expected = expected.map(|(group, terms)| {
        LinearConstraint::new(format!("10% <= each sector <= 30% ({group})"), terms, 0.1, 0.3).unwrap()
    });
    assert_eq!(constraints.linear, expected);
    assert_eq!(with(&["10% <= each 'sector' <= 30%"]).linear[0].terms(), [(0, 1.0), (1, 1.0)]);
}

fn refused_line(base: Constraints, text: &str, at: usize, expected: &str) {
    let error = Error::Syntax { text: text.to_owned(), at, expected: expected.to_owned() };
    assert_eq!(base.with([text], &universe()), Err(error));
}

#[test]
fn lines_that_limit_the_wrong_side() {
    let line = |text, at, expected| refused_line(Constraints::default(), text, at, expected);
    for text in ["gross >= 1.6", "gross = 1.6"] {
        line(text, 7, "an upper limit only");
    }
    line("turnover >= 1", 10, "an upper limit only");
    line("0 <= tracking-error <= 1", 3, "an upper limit only");
    line("max-correlation >= 0", 17, "an upper limit only");
    line("cardinality >= 3", 13, "an upper limit only");
    line("min-position <= 0.1", 14, "a lower limit only");
    for text in ["cardinality <= 0", "cardinality <= -1", "cardinality <= 2.5"] {
        line(text, 1, "cardinality limited by a whole number, one or more");
    }
    let base = Constraints { bounds: bounds(&[0.0; 4], &[1.0; 4]), ..Constraints::default() };
    let expected = "a limit of zero or more: the bounds that were set allow no short position";
    refused_line(base, "each asset >= -0.3", 12, expected);
    let error = Constraints::default().with(["max-correlation <= 2"], &universe()).unwrap_err();
    assert_eq!(error.to_string(), "the greatest correlation is 2, expected a number in [-1, 1]");
    let error = Constraints { bounds: bounds(&[0.0], &[1.0]), ..Constraints::default() };
    let error = error.with(["each asset <= 0.3"], &universe()).unwrap_err();
    assert_eq!(error.to_string(), "the list of bounds has length 1, expected 4");
}

fn refused(constraints: &Constraints, error: &InputError, text: &str, named: &str) {
    assert_eq!(constraints.validate(4).as_ref(), Err(error));
    assert_eq!(constraints.compile(4).as_ref(), Err(error));
    assert_eq!(error.to_string(), text);
    assert_eq!(error.named(&universe()), named);
}

fn refused_plainly(constraints: &Constraints, error: &InputError, text: &str) {
    refused(constraints, error, text, text);
}

#[test]
fn lists_of_another_length() {
    let length = |what, actual| InputError::LengthMismatch { what, expected: 4, actual };
    let three = Some(Weights::equal(3).unwrap());
    let none = Constraints::default;
    let constraints = Constraints { bounds: bounds(&[0.0; 3], &[1.0; 3]), ..none() };
    let text = "the list of bounds has length 3, expected 4";
    refused_plainly(&constraints, &length("the list of bounds", 3), text);
    let constraints = Constraints { holdings: three.clone(), ..none() };
    let text = "the list of holdings has length 3, expected 4";
    refused_plainly(&constraints, &length("the list of holdings", 3), text);
    let constraints = Constraints { benchmark: three, ..none() };
    refused_plainly(&constraints, &length("the benchmark", 3), "the benchmark has length 3, expected 4");
    let costs = Some(Costs::Each(vec![0.001; 3]));
    let constraints = Constraints { holdings: Some(Weights::equal(4).unwrap()), costs, ..none() };
    let text = "the list of trading costs has length 3, expected 4";
    refused_plainly(&constraints, &length("the list of trading costs", 3), text);
    // What refers to holdings or a benchmark needs them.
    let text = "the list of holdings has length 0, expected 4";
    for constraints in [
        Constraints { turnover: Some(0.2), ..none() },
        Constraints { costs: Some(Costs::Uniform(0.0)), ..none() },
    ] {
        refused_plainly(&constraints, &length("the list of holdings", 0), text);
    }
    let constraints = Constraints { tracking_error: Some(0.02), ..none() };
    refused_plainly(&constraints, &length("the benchmark", 0), "the benchmark has length 0, expected 4");
}

#[test]
fn numbers_out_of_range() {
    let none = || Constraints {
        holdings: Some(Weights::equal(4).unwrap()),
        benchmark: Some(Weights::equal(4).unwrap()),
        ..Constraints::default()
    };
    let out = |constraints: &Constraints, name, value, expected| {
        let text = format!("{name} is {value}, expected {expected}");
        refused_plainly(constraints, &InputError::OutOfRange { name, value, expected }, &text);
    };
    let (some, zero, finite) = (Some(-0.5), "zero or more", "a finite number, zero or more");
    out(&Constraints { gross: some, ..none() }, "the limit on gross exposure", -0.5, zero);
    out(&Constraints { turnover: some, ..none() }, "the limit on turnover", -0.5, zero);
    out(&Constraints { tracking_error: some, ..none() }, "the limit on the tracking error", -0.5, zero);
    out(&Constraints { min_position: some, ..none() }, "the least position", -0.5, finite);
    out(&Constraints { min_position: Some(NONE), ..none() }, "the least position", NONE, finite);
    out(
        &Constraints { cardinality: Some(0), ..none() },
        "the greatest number of assets held",
        0.0,
        "one or more",
    );
    out(&Constraints { costs: Some(Costs::Uniform(-0.5)), ..none() }, "the trading cost", -0.5, finite);
    let budget = |lower, upper| Constraints { budget: Net { lower, upper }, ..none() };
    let (low, high) = ("the lower limit of the budget", "the upper limit of the budget");
    out(&budget(NONE, NONE), low, NONE, "a number below infinity");
    out(&budget(-NONE, -NONE), high, -NONE, "a number above minus infinity");
    let error = InputError::GroupBoundsCross { group: "budget".to_owned(), lower: 1.0, upper: 0.5 };
    let text = "the bounds of group budget are [1, 0.5], expected a lower bound at or below the upper bound";
    refused_plainly(&budget(1.0, 0.5), &error, text);
    assert!(budget(f64::NAN, 1.0).validate(4).is_err());
    assert!(Constraints { gross: Some(f64::NAN), ..none() }.validate(4).is_err());
    let (value, expected) = (NONE, "a finite number, zero or more");
    refused(
        &Constraints { costs: Some(Costs::Each(vec![0.0, NONE, 0.0, 0.0])), ..none() },
        &InputError::AssetOutOfRange { name: "the trading cost", asset: 1, value, expected },
        "the trading cost of asset 1 is inf, expected a finite number, zero or more",
        "the trading cost of MSFT is inf, expected a finite number, zero or more",
    );
    let (name, expected) = ("the index in a linear constraint", "an index below the number of assets");
    refused_plainly(
        &Constraints { linear: vec![linear(&[(0, 1.0), (4, 1.0)], 0.0, 1.0)], ..none() },
        &InputError::AssetOutOfRange { name, asset: 4, value: 4.0, expected },
        "the index in a linear constraint of asset 4 is 4, expected an index below the number of assets",
    );
    let limitless = Constraints { gross: Some(NONE), turnover: Some(NONE), cardinality: Some(9), ..none() };
    assert_eq!(limitless.validate(4), Ok(()));
}

#[test]
fn linear_constraints_that_are_refused() {
    let refused = |terms: &[(usize, f64)], lower, upper, error: InputError, text: &str| {
        assert_eq!(LinearConstraint::new("x", terms.to_vec(), lower, upper), Err(error.clone()));
        assert_eq!(error.to_string(), text);
    };
    let (kind, name) = ("asset of a constraint", "2".to_owned());
    refused(
        &[(2, 1.0), (0, 1.0), (2, 1.0)],
        0.0,
        1.0,
        InputError::DuplicateName { kind, name, first: 0, second: 2 },
        r#"asset of a constraint "2" stands at positions 0 and 2, expected each name once"#,
    );
    let (name, value, expected) = ("the coefficient", NONE, "a finite number");
    refused(
        &[(2, NONE)],
        0.0,
        1.0,
        InputError::AssetOutOfRange { name, asset: 2, value, expected },
        "the coefficient of asset 2 is inf, expected a finite number",
    );
    let what = "the list of coefficients of a constraint";
    let text = "the list of coefficients of a constraint is empty, expected at least one item";
    refused(&[], 0.0, 1.0, InputError::Empty { what }, text);
    refused(&[(0, 0.0)], 0.0, 1.0, InputError::Empty { what }, text);
    refused(
        &[(0, 1.0)],
        1.0,
        0.0,
        InputError::GroupBoundsCross { group: "x".to_owned(), lower: 1.0, upper: 0.0 },
        "the bounds of group x are [1, 0], expected a lower bound at or below the upper bound",
    );
    let (name, expected) = ("the limit of a constraint", "a finite number on one side at least");
    for (lower, upper) in [(-NONE, NONE), (NONE, NONE)] {
        let error = InputError::OutOfRange { name, value: upper, expected };
        let text = "the limit of a constraint is inf, expected a finite number on one side at least";
        refused(&[(0, 1.0)], lower, upper, error, text);
    }
    assert!(LinearConstraint::new("x", vec![(0, 1.0)], f64::NAN, 1.0).is_err());
    assert_eq!(
        linear(&[(2, 1.0)], 0.0, 1.0).value(&[1.0, 1.0]).unwrap_err().to_string(),
        "the index in a linear constraint of asset 2 is 2, expected an index below the number of assets"
    );
}

#[test]
fn linear_constraints_from_rows_and_groups() {
    let row = LinearConstraint::from_row("x", &[0.0, 2.0, 0.0, -1.0], 0.0, 1.0).unwrap();
    assert_eq!(row, linear(&[(1, 2.0), (3, -1.0)], 0.0, 1.0));
    assert_eq!(row.value(&[9.0, 0.5, 9.0, 0.25]), Ok(0.75));
    let group = universe().group_bound("sector", "tech", 0.25, 0.5).unwrap();
    let constraint = LinearConstraint::try_from(&group).unwrap();
    assert_eq!((constraint.label(), constraint.terms()), ("tech", [(0, 1.0), (1, 1.0)].as_slice()));
    assert_eq!((constraint.lower(), constraint.upper()), (0.25, 0.5));
    let open = GroupBound::new("x", vec![0], -NONE, NONE).unwrap();
    assert!(LinearConstraint::try_from(&open).is_err());
}

#[test]
fn what_needs_a_choice_of_assets() {
    assert!(!with(&["cardinality <= 3"]).is_convex());
    assert!(!with(&["min-position >= 2%"]).is_convex());
    assert!(!with(&["max-correlation <= 0.6"]).is_convex());
    assert!(with(&["min-position >= 0", "turnover <= 1", "tracking-error <= 0.1"]).is_convex());
}

#[test]
fn pairs_that_exclude_each_other() {
    let entries = DMatrix::from_fn(4, 4, |row, col| match row.abs_diff(col) {
        0 => 1.0,
        apart => 0.75 / apart as f64,
    });
    let correlation = Correlation::new(entries).unwrap();
    let pairs = |cap| MaxCorrelation::new(cap).unwrap().conflicts(&correlation);
    assert_eq!(pairs(1.0), []);
    assert_eq!(pairs(0.75), []);
    assert_eq!(pairs(0.6), [(0, 1), (1, 2), (2, 3)]);
    assert_eq!(pairs(0.25), [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]);
    assert_eq!(pairs(-1.0).len(), 6);
    assert_eq!(Ok(MaxCorrelation::default()), MaxCorrelation::new(0.6));
    for cap in [1.5, -1.5, f64::NAN] {
        assert!(MaxCorrelation::new(cap).is_err());
    }
}

#[cfg(feature = "serde")]
mod files {
    use super::*;

    fn round_trip(constraints: &Constraints, json: &str) {
        assert_eq!(serde_json::to_string(constraints).unwrap(), json);
        assert_eq!(&serde_json::from_str::<Constraints>(json).unwrap(), constraints);
        let toml = toml::to_string(constraints).unwrap();
        assert_eq!(&toml::from_str::<Constraints>(&toml).unwrap(), constraints);
    }

    #[test]
    fn constraints_come_back() {
        round_trip(
            &Constraints::default(),
            r#"{"bounds":null,"budget":{"lower":1.0,"upper":1.0},"gross":null,"linear":[],"holdings":null,"turnover":null,"costs":null,"benchmark":null,"tracking_error":null,"cardinality":null,"min_position":null,"max_correlation":null}"#,
        );
        let constraints = Constraints {
            bounds: bounds(&[0.0; 2], &[0.5; 2]),
            budget: Net { lower: -NONE, upper: 1.0 },
            gross: Some(1.5),
            linear: vec![linear(&[(0, 1.0), (1, -2.0)], -NONE, 0.5)],
            holdings: Some(Weights::equal(2).unwrap()),
            turnover: Some(0.25),
            costs: Some(Costs::Each(vec![0.001, 0.002])),
            benchmark: Some(Weights::equal(2).unwrap()),
            tracking_error: Some(0.02),
            cardinality: Some(2),
            min_position: Some(0.02),
            max_correlation: Some(MaxCorrelation::default()),
        };
        round_trip(
            &constraints,
            r#"{"bounds":{"lower":[0.0,0.0],"upper":[0.5,0.5]},"budget":{"upper":1.0},"gross":1.5,"linear":[{"label":"x","terms":[[0,1.0],[1,-2.0]],"upper":0.5}],"holdings":[0.5,0.5],"turnover":0.25,"costs":{"each":[0.001,0.002]},"benchmark":[0.5,0.5],"tracking_error":0.02,"cardinality":2,"min_position":0.02,"max_correlation":0.6}"#,
        );
    }

    #[test]
    fn what_is_left_out_takes_its_default() {
        let read: Constraints = toml::from_str("turnover = 0.2\ncosts = { uniform = 0.001 }").unwrap();
        let costs = Some(Costs::Uniform(0.001));
        assert_eq!(read, Constraints { turnover: Some(0.2), costs, ..Constraints::default() });
    }

    fn refused(json: &str, message: &str) {
        let error = serde_json::from_str::<Constraints>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn files_that_are_refused() {
        refused(r#"{"gros":1.5}"#, "unknown field `gros`");
        refused(r#"{"budget":{"low":1.0}}"#, "unknown field `low`");
        refused(r#"{"linear":[{"label":"x","terms":[[0,1.0]],"upper":1.0,"on":2}]}"#, "unknown field `on`");
        refused(
            r#"{"linear":[{"label":"x","terms":[[0,1.0]]}]}"#,
            "the limit of a constraint is inf, expected a finite number on one side at least",
        );
        refused(
            r#"{"max_correlation":1.5}"#,
            "the greatest correlation is 1.5, expected a number in [-1, 1]",
        );
        refused(r#"{"costs":{"all":0.1}}"#, "unknown variant `all`");
    }
}
