//! Requests that contradict themselves: closed forms, and brute force on small ones.

mod brute_force;
mod golden;

use po_convex::{Absolute, Conflict, Constraint, Error, Program, Rows, Side, Violation};
use po_core::{Covariance, Universe};

use crate::random::Random;

/// Vertices of small linear programmes, computed by another road.
const VERTEX: f64 = 1e-9;

const INF: f64 = f64::INFINITY;

/// Constraints alone; the objective is the distance from zero.
#[derive(Clone, Debug)]
struct Request {
    lower: Vec<f64>,
    upper: Vec<f64>,
    rows: Rows,
    /// Label, center, limit.
    families: Vec<(&'static str, Vec<f64>, f64)>,
}

impl Request {
    fn new(lower: Vec<f64>, upper: Vec<f64>) -> Self {
        let rows = Rows::new(lower.len());
        Self { lower, upper, rows, families: Vec::new() }
    }

    fn row(mut self, label: &str, coefficients: &[f64], lower: f64, upper: f64) -> Self {
        self.rows.push(label, coefficients, lower, upper).unwrap();
        self
    }

    fn budget(self) -> Self {
        let ones = vec![1.0; self.lower.len()];
        self.row("budget", &ones, 1.0, 1.0)
    }

    fn family(mut self, label: &'static str, center: &[f64], limit: f64) -> Self {
        self.families.push((label, center.to_vec(), limit));
        self
    }

    fn conflict(&self) -> Option<Conflict> {
        let assets = self.lower.len();
        let identity: Vec<f64> =
            (0..assets * assets).map(|entry| f64::from(u8::from(entry % (assets + 1) == 0))).collect();
        let covariance = Covariance::from_column_slice(assets, &identity).unwrap();
        let families: Vec<Absolute<'_>> = self
            .families
            .iter()
            .map(|(label, center, limit)| Absolute { label, center, cost: &[], limit: *limit })
            .collect();
        let program = Program {
            risk: (&covariance).into(),
            scale: 1.0,
            ridge: &[],
            linear: &vec![0.0; assets],
            lower: &self.lower,
            upper: &self.upper,
            rows: &self.rows,
            absolute: &families,
        };
        match program.solve() {
            Ok(_) => None,
            Err(Error::Infeasible(conflict)) => Some(*conflict),
            other => other.map(|_| None).unwrap(),
        }
    }
}

fn unit(assets: usize, asset: usize, sign: f64) -> Vec<f64> {
    (0..assets).map(|other| if other == asset { sign } else { 0.0 }).collect()
}

fn row(label: &str, side: Side, limit: f64) -> Constraint {
    Constraint::Row { label: label.to_owned(), side, limit }
}

fn upper(asset: usize, bound: f64) -> Constraint {
    Constraint::UpperBound { asset, bound }
}

fn lower(asset: usize, bound: f64) -> Constraint {
    Constraint::LowerBound { asset, bound }
}

fn assert_relaxation(conflict: &Conflict, expected: &[(Constraint, f64)]) {
    assert_eq!(conflict.relaxation.len(), expected.len(), "{conflict:?}");
    for (violation, (constraint, amount)) in conflict.relaxation.iter().zip(expected) {
        assert_eq!(violation.constraint, *constraint);
        assert!((violation.amount - amount).abs() < VERTEX, "{violation:?} is not {amount}");
    }
}

#[test]
fn what_is_infeasible_is_not_called_unbounded() {
    // The first asset has no bounds and no variance; the other two cannot meet their row.
    let covariance =
        Covariance::from_column_slice(3, &[0.0, 0.0, 0.0, 0.0, 0.04, 0.0, 0.0, 0.0, 0.04]).unwrap();
    let mut rows = Rows::new(3);
    rows.push("pair", &[0.0, 1.0, 1.0], 3.0, INF).unwrap();
    let program = |upper| Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[-1.0, 0.0, 0.0],
        lower: &[0.0; 3],
        upper,
        rows: &rows,
        absolute: &[],
    };
    let error = program(&[INF, 1.0, 1.0]).solve().unwrap_err();
    assert!(matches!(&error, Error::Infeasible(_)), "{error}");
    assert_eq!(error.relaxation().len(), 1);
    let error = program(&[INF, 2.0, 2.0]).solve().unwrap_err();
    assert_eq!(error, Error::Unbounded { asset: 0 });
    assert_eq!(
        error.named(&Universe::new(["cash", "A", "B"]).unwrap()),
        "the objective is unbounded: it improves without end along cash, expected bounds on it or a positive variance"
    );
}

#[test]
fn upper_bounds_against_the_budget() {
    let conflict = Request::new(vec![0.0; 3], vec![0.3; 3]).budget().conflict().unwrap();
    assert_eq!(
        conflict.constraints,
        [row("budget", Side::Lower, 1.0), upper(0, 0.3), upper(1, 0.3), upper(2, 0.3)]
    );
    assert_relaxation(&conflict, &[(row("budget", Side::Lower, 1.0), 0.1)]);
    assert_eq!(
        conflict.to_string(),
        "no portfolio satisfies \"budget\" (at least 1) and the upper bounds of asset 0, asset 1 and asset 2 \
         (at most 0.3) at once; nearest: lower \"budget\" by 0.1 to 0.9"
    );
}

#[test]
fn an_inequality_gives_rather_than_the_budget() {
    // Tech and the rest fill the budget only to 0.95: each of the three may give by 0.05.
    let request = Request::new(vec![0.0; 4], vec![1.0; 4])
        .budget()
        .row("Technology <= 0.1", &[1.0, 1.0, 0.0, 0.0], -INF, 0.1)
        .row("rest", &[0.0, 0.0, 1.0, 1.0], -INF, 0.85);
    let conflict = request.conflict().unwrap();
    let all = [
        row("budget", Side::Lower, 1.0),
        row("Technology <= 0.1", Side::Upper, 0.1),
        row("rest", Side::Upper, 0.85),
    ];
    assert_eq!(conflict.constraints, all);
    assert_relaxation(&conflict, &[(row("rest", Side::Upper, 0.85), 0.05)]);
    let universe = Universe::new(["AAPL", "MSFT", "XOM", "KO"]).unwrap();
    assert_eq!(
        Error::Infeasible(Box::new(conflict)).named(&universe),
        "no portfolio satisfies \"budget\" (at least 1), \"Technology <= 0.1\" and \"rest\" (at most 0.85) at once; \
         nearest: raise \"rest\" by 0.05 to 0.9"
    );
}

#[test]
fn only_the_bounds_that_take_part_are_named() {
    let bounds = vec![0.05, 0.06, 0.02, 0.01, 0.03, 1.0, 1.0];
    let request = Request::new(vec![0.0; 7], bounds).budget().row(
        "Technology",
        &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
        0.2,
        INF,
    );
    let conflict = request.conflict().unwrap();
    assert_relaxation(&conflict, &[(row("Technology", Side::Lower, 0.2), 0.03)]);
    assert_eq!(conflict.constraints.len(), 6);
    let universe = Universe::new(["A", "B", "C", "D", "E", "F", "G"]).unwrap();
    assert_eq!(
        conflict.named(&universe),
        "no portfolio satisfies \"Technology\" (at least 0.2) and the upper bounds of A (at most 0.05), B (at most \
         0.06), C (at most 0.02) and 2 other assets at once; nearest: lower \"Technology\" by 0.03 to 0.17"
    );
}

#[test]
fn lower_bounds_against_the_budget() {
    let conflict = Request::new(vec![0.5, 0.6, 0.0], vec![1.0; 3]).budget().conflict().unwrap();
    // The third lower bound takes part: without it the third asset would be sold short.
    assert_eq!(
        conflict.constraints,
        [row("budget", Side::Upper, 1.0), lower(0, 0.5), lower(1, 0.6), lower(2, 0.0)]
    );
    assert_relaxation(&conflict, &[(row("budget", Side::Upper, 1.0), 0.1)]);
}

#[test]
fn turnover_against_a_bound() {
    // The first asset must fall by 0.3, and what is sold must be bought elsewhere.
    let request =
        Request::new(vec![0.0; 3], vec![0.2, 1.0, 1.0]).budget().family("turnover", &[0.5, 0.3, 0.2], 0.4);
    let conflict = request.conflict().unwrap();
    assert_eq!(
        conflict.constraints,
        [row("budget", Side::Lower, 1.0), row("turnover", Side::Upper, 0.4), upper(0, 0.2)]
    );
    assert_relaxation(&conflict, &[(row("turnover", Side::Upper, 0.4), 0.2)]);
    // Where the bound alone is too much, the budget is none of it.
    let request =
        Request::new(vec![0.0; 3], vec![0.2, 1.0, 1.0]).budget().family("turnover", &[0.5, 0.3, 0.2], 0.25);
    let conflict = request.conflict().unwrap();
    assert_eq!(conflict.constraints, [row("turnover", Side::Upper, 0.25), upper(0, 0.2)]);
    assert_relaxation(&conflict, &[(row("turnover", Side::Upper, 0.25), 0.35)]);
}

#[test]
fn turnover_against_gross_exposure() {
    let request = Request::new(vec![-INF; 2], vec![INF; 2])
        .family("turnover", &[1.5, -0.5], 0.4)
        .family("gross", &[0.0; 2], 1.5);
    let conflict = request.conflict().unwrap();
    assert_eq!(conflict.constraints, [row("turnover", Side::Upper, 0.4), row("gross", Side::Upper, 1.5)]);
    assert_eq!(conflict.relaxation.len(), 1);
    assert!((conflict.relaxation[0].amount - 0.1).abs() < VERTEX);
}

#[test]
fn a_row_can_contradict_itself() {
    let conflict =
        Request::new(vec![0.0; 2], vec![1.0; 2]).row("nobody", &[0.0; 2], 0.1, INF).conflict().unwrap();
    assert_eq!(conflict.constraints, [row("nobody", Side::Lower, 0.1)]);
    assert_relaxation(&conflict, &[(row("nobody", Side::Lower, 0.1), 0.1)]);
    assert_eq!(
        conflict.to_string(),
        "no portfolio satisfies \"nobody\" (at least 0.1); nearest: lower \"nobody\" by 0.1 to 0"
    );
}

#[test]
fn amounts_are_in_the_units_of_the_row() {
    // The best return within the bounds is 0.5 · 8e-4 + 0.5 · 4e-4.
    let request =
        Request::new(vec![0.0; 3], vec![0.5; 3]).budget().row("return", &[2e-4, 4e-4, 8e-4], 7e-4, INF);
    let conflict = request.conflict().unwrap();
    assert_relaxation(&conflict, &[(row("return", Side::Lower, 7e-4), 1e-4)]);
    assert!((conflict.relaxation[0].amount - 1e-4).abs() < 1e-4 * VERTEX);
    assert!(conflict.to_string().ends_with("nearest: lower \"return\" by 0.0001 to 0.0006"), "{conflict}");
}

#[test]
fn two_conflicts_are_relaxed_together_and_one_is_told() {
    let request = Request::new(vec![0.0; 4], vec![0.1; 4]).row("first", &[1.0, 1.0, 0.0, 0.0], 0.3, INF).row(
        "second",
        &[0.0, 0.0, 1.0, 1.0],
        0.5,
        INF,
    );
    let conflict = request.conflict().unwrap();
    assert_relaxation(
        &conflict,
        &[(row("first", Side::Lower, 0.3), 0.1), (row("second", Side::Lower, 0.5), 0.3)],
    );
    assert_eq!(conflict.constraints.len(), 3);
}

#[test]
fn long_lists_are_counted_not_told() {
    let names: Vec<String> = (0..9).map(|asset| format!("sector {asset}")).collect();
    let mut request = Request::new(vec![0.0; 9], vec![1.0; 9]).budget();
    for (asset, name) in names.iter().enumerate() {
        request = request.row(name, &unit(9, asset, 1.0), -INF, 0.1);
    }
    let mut conflict = request.conflict().unwrap();
    assert_eq!(conflict.constraints.len(), 10);
    assert_eq!(
        conflict.to_string(),
        "no portfolio satisfies \"budget\" (at least 1), \"sector 0\" (at most 0.1), \"sector 1\" (at most 0.1), \
         \"sector 2\" (at most 0.1), \"sector 3\" (at most 0.1) and 5 other limits at once; nearest: raise \
         \"sector 8\" by 0.1 to 0.2"
    );
    conflict.constraints = vec![lower(0, 0.25)];
    conflict.relaxation =
        (0..6).map(|asset| Violation { constraint: upper(asset, 0.1), amount: 1e-7 }).collect();
    assert_eq!(
        conflict.to_string(),
        "no portfolio satisfies the lower bound of asset 0 (at least 0.25); nearest: raise the upper bound of asset 0 \
         by 1e-7 to 0.1000001, raise the upper bound of asset 1 by 1e-7 to 0.1000001, raise the upper bound of asset 2 \
         by 1e-7 to 0.1000001 and 3 other changes"
    );
}

#[test]
fn five_hundred_bounds_are_all_needed() {
    let conflict = Request::new(vec![0.0; 500], vec![0.0019; 500]).budget().conflict().unwrap();
    assert_eq!(conflict.constraints.len(), 501);
    assert!(conflict.to_string().contains("asset 2 and 497 other assets (at most 0.0019)"), "{conflict}");
    assert_relaxation(&conflict, &[(row("budget", Side::Lower, 1.0), 0.05)]);
}

#[test]
fn a_conflict_is_found_among_many_rows() {
    let (assets, mut random) = (500, Random::new(5));
    let mut request = Request::new(vec![0.0; assets], vec![0.01; assets]).budget();
    for name in 0..49 {
        let coefficients: Vec<f64> = (0..assets).map(|_| random.normal()).collect();
        // The value at equal weights is within.
        let middle = coefficients.iter().sum::<f64>() / assets as f64;
        request = request.row(&format!("factor {name}"), &coefficients, middle - 0.01, middle + 0.01);
    }
    assert_eq!(request.conflict(), None);
    let returns: Vec<f64> = (0..assets).map(|_| random.normal()).collect();
    let conflict = request.row("return", &returns, 2.0, INF).conflict().unwrap();
    assert!(conflict.constraints.contains(&row("return", Side::Lower, 2.0)));
    assert_eq!(conflict.relaxation.len(), 1);
}

#[test]
fn a_budget_that_rounded_bounds_miss_is_told() {
    let conflict = Request::new(vec![0.0; 3], vec![0.333_333_33; 3]).budget().conflict().unwrap();
    assert_relaxation(&conflict, &[(row("budget", Side::Lower, 1.0), 1e-8)]);
    assert!(conflict.to_string().contains("(at most 0.33333333)"), "{conflict}");
    assert!(conflict.to_string().ends_with("lower \"budget\" by 1e-8 to 0.99999999"), "{conflict}");
    // A miss that is rounding itself is none.
    assert_eq!(Request::new(vec![0.0; 3], vec![0.333_333_333_333_3; 3]).budget().conflict(), None);
}

#[test]
fn what_is_told_is_enough() {
    // The bounds leave 0.65432; lowered by 0.3457 instead of 0.34568, the request can be met.
    let conflict = Request::new(vec![0.0; 2], vec![0.3, 0.354_32]).budget().conflict().unwrap();
    assert!(conflict.to_string().ends_with("lower \"budget\" by 0.3457 to 0.6543"), "{conflict}");
}
