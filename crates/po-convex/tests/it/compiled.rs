//! Constraints in the form that a programme borrows.

use po_convex::{CompiledConstraints, Constraints, Costs, LinearConstraint, Net};
use po_core::{Bounds, Universe, Weights};

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

#[test]
fn the_default_is_long_only_and_fully_invested() {
    let compiled = Constraints::default().compile(3).unwrap();
    assert_eq!((compiled.lower(), compiled.upper()), ([0.0; 3].as_slice(), [1.0; 3].as_slice()));
    let rows = compiled.rows();
    assert_eq!((rows.len(), rows.label(0), rows.row(0)), (1, "budget", [1.0; 3].as_slice()));
    assert_eq!((rows.lower(), rows.upper()), ([1.0].as_slice(), [1.0].as_slice()));
    assert!(compiled.absolute().as_slice().is_empty());
    assert!(Constraints::default().is_convex());
}

#[test]
fn everything_a_programme_gets() {
    let constraints = Constraints {
        bounds: bounds(&[-0.5, 0.0, 0.0, -NONE], &[0.5, 1.0, 1.0, NONE]),
        budget: Net { lower: 0.5, upper: 1.0 },
        gross: Some(1.5),
        linear: vec![
            LinearConstraint::parse("tech <= 0.5", &universe()).unwrap(),
            LinearConstraint::parse("XOM >= 2 * GLD", &universe()).unwrap(),
        ],
        holdings: Some(Weights::new(vec![0.25, 0.25, 0.5, 0.0]).unwrap()),
        turnover: Some(0.25),
        costs: Some(Costs::Each(vec![0.001, 0.002, 0.003, 0.0])),
        ..Constraints::default()
    };
    let compiled = constraints.compile(4).unwrap();
    assert_eq!(compiled.lower(), [-0.5, 0.0, 0.0, -NONE]);
    assert_eq!(compiled.upper(), [0.5, 1.0, 1.0, NONE]);
    let rows = compiled.rows();
    let labels: Vec<_> = (0..rows.len()).map(|row| rows.label(row)).collect();
    assert_eq!(labels, ["budget", "tech <= 0.5", "XOM >= 2 * GLD"]);
    assert_eq!(
        (rows.row(0), rows.row(1), rows.row(2)),
        (&[1.0; 4][..], &[1.0, 1.0, 0.0, 0.0][..], &[0.0, 0.0, 1.0, -2.0][..])
    );
    assert_eq!((rows.lower(), rows.upper()), (&[0.5, -NONE, 0.0][..], &[1.0, 0.5, NONE][..]));
    let families = compiled.absolute();
    let [turnover, gross] = families.as_slice() else { unreachable!("two families") };
    assert_eq!((turnover.label, turnover.limit), ("turnover", 0.25));
    assert_eq!(
        (turnover.center, turnover.cost),
        (&[0.25, 0.25, 0.5, 0.0][..], &[0.001, 0.002, 0.003, 0.0][..])
    );
    assert_eq!((gross.label, gross.limit), ("gross", 1.5));
    assert_eq!((gross.center, gross.cost), (&[0.0; 4][..], &[][..]));
}

/// Without short positions gross exposure is the sum of the weights.
#[test]
fn gross_exposure_of_a_long_only_portfolio() {
    let compiled = |budget: Net, gross: f64| {
        Constraints { budget, gross: Some(gross), ..Constraints::default() }.compile(2).unwrap()
    };
    let range = Net { lower: 0.5, upper: 1.5 };
    assert_eq!(compiled(range, 1.5).rows().len(), 1);
    let rows = compiled(range, 1.25).rows().clone();
    assert_eq!((rows.len(), rows.label(1), rows.row(1)), (2, "gross", [1.0; 2].as_slice()));
    assert_eq!((rows.lower()[1], rows.upper()[1]), (-NONE, 1.25));
    // The contradiction with the budget is the optimiser's to explain.
    assert_eq!(compiled(Net::default(), 0.5).rows().upper(), [1.0, 0.5]);
    assert!(compiled(range, 1.25).absolute().as_slice().is_empty());
}

#[test]
fn families_that_say_nothing() {
    let families = |turnover, costs| {
        let holdings = Some(Weights::equal(2).unwrap());
        let constraints = Constraints { holdings, turnover, costs, ..Constraints::default() };
        constraints.compile(2).unwrap().absolute().as_slice().len()
    };
    assert_eq!(families(None, None), 0);
    assert_eq!(families(Some(NONE), Some(Costs::Uniform(0.0))), 0);
    assert_eq!(families(None, Some(Costs::Each(vec![0.0; 2]))), 0);
    assert_eq!(families(None, Some(Costs::Each(vec![0.0, 0.001]))), 1);
    assert_eq!(families(Some(0.2), None), 1);
    let short =
        Constraints { bounds: bounds(&[-1.0; 2], &[1.0; 2]), gross: Some(NONE), ..Constraints::default() };
    assert!(short.compile(2).unwrap().absolute().as_slice().is_empty());
}

/// What changes from one rebalancing to the next is written over; the rows stay where they are.
#[test]
fn rows_are_made_once() {
    let base = Constraints {
        bounds: bounds(&[-0.5; 4], &[1.0; 4]),
        holdings: Some(Weights::equal(4).unwrap()),
        turnover: Some(0.5),
        ..with(&["tech <= 0.5", "gross <= 1.5"])
    };
    let mut compiled = base.compile(4).unwrap();
    let places = |compiled: &CompiledConstraints| {
        let (lower, upper) = (compiled.lower().as_ptr(), compiled.upper().as_ptr());
        [compiled.rows().row(1).as_ptr(), lower, upper, compiled.absolute().as_slice()[0].center.as_ptr()]
    };
    let before = places(&compiled);
    let moved = Constraints {
        bounds: bounds(&[-0.25; 4], &[0.75; 4]),
        holdings: Some(Weights::new(vec![1.0, 0.0, 0.0, 0.0]).unwrap()),
        turnover: None,
        costs: Some(Costs::basis_points(10.0)),
        ..base.clone()
    };
    moved.compile_into(4, &mut compiled).unwrap();
    assert_eq!(places(&compiled), before);
    assert_eq!(compiled, moved.compile(4).unwrap());
    let others = [
        with(&["tech <= 0.25"]),
        with(&["net <= 2", "gross <= 0.5"]),
        with(&["net <= 2", "gross <= 1.5"]),
        with(&["net <= 1.75", "gross <= 1.5"]),
        Constraints::default(),
    ];
    for other in others {
        for assets in [4, 5] {
            other.compile_into(assets, &mut compiled).unwrap();
            assert_eq!(compiled, other.compile(assets).unwrap());
        }
    }
    let before = compiled.clone();
    let refused = Constraints { turnover: Some(-1.0), ..Constraints::default() };
    assert!(refused.compile_into(4, &mut compiled).is_err());
    assert_eq!(compiled, before);
}
