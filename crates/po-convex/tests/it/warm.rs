//! What a programme or a portfolio begins at, and what it does where that does not fit or has little to say.

use po_convex::{
    Constraints, Error, Markowitz, MarkowitzParams, MarkowitzScratch, Objective, Portfolio, Program,
    ProgramScratch, ProgramSolution, Rows, Start,
};
use po_core::{Allocator, Covariance, Moments, Status, Weights};

/// Closed forms.
const CLOSE: f64 = 1e-12;

/// The root of a function.
const ROOT: f64 = 1e-9;

/// The second asset stands at its upper bound of 0.5; then there is but one place left for it.
#[test]
fn an_active_set_that_the_bounds_no_longer_have_is_left() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let program = |lower, upper| Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[0.0; 2],
        lower,
        upper,
        rows: &rows,
        absolute: &[],
    };
    let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
    program(&[0.0; 2], &[1.0, 0.5]).solve_into(Start::Cold, &mut scratch, &mut solution).unwrap();
    assert_eq!(solution.x, [0.5, 0.5]);
    let held = program(&[0.0, 0.25], &[1.0, 0.25]);
    held.solve_into(Start::Warm, &mut scratch, &mut solution).unwrap();
    assert_eq!((&solution, &*solution.x), (&held.solve().unwrap(), &[0.75, 0.25][..]));
}

/// In units of a billionth, the least variance less a constant that makes it zero: of such numbers the last digit is
/// larger than what a gap may be.
#[test]
fn a_gap_that_rounding_hides_is_told() {
    let units = 1e18;
    let covariance = Covariance::from_column_slice(2, &[0.07 * units, 0.0, 0.0, 0.013 * units]).unwrap();
    let mut rows = Rows::new(2);
    rows.push("budget", &[1.0, 1.0], 1.0, 1.0).unwrap();
    let least = 0.5 * units * 0.07 * 0.013 / (0.07 + 0.013);
    let program = Program {
        risk: (&covariance).into(),
        scale: 1.0,
        ridge: &[],
        linear: &[-least; 2],
        lower: &[0.0; 2],
        upper: &[1.0; 2],
        rows: &rows,
        absolute: &[],
    };
    let solution = program.solve().unwrap();
    assert!((solution.x[0] - 0.013 / 0.083).abs() <= CLOSE, "{:?}", solution.x);
    let gap = solution.certificate.gap.abs();
    assert!(gap > 1e-8 * (1.0 + solution.objective.abs()) && gap <= 1e-14 * least, "{gap:e}");
    assert_eq!(solution.status, Status::Stalled);
}

/// From a tracking error that binds hard to one that does not bind, and back.
#[test]
fn a_limit_that_no_longer_binds_is_left() {
    let covariance = Covariance::from_column_slice(3, &[0.04, 0.01, 0.0, 0.01, 0.02, 0.0, 0.0, 0.0, 0.09]);
    let moments = Moments::new(vec![0.08, 0.05, 0.11], covariance.unwrap()).unwrap();
    for objective in [
        Objective::MaxSharpe { risk_free: 0.0 },
        Objective::MaxReturn { volatility: 0.15 },
        Objective::MinRisk { target_return: 0.075 },
    ] {
        let (mut scratch, mut portfolio) = (MarkowitzScratch::default(), Portfolio::default());
        for limit in [0.001, 1.0, 0.002, 0.5, 0.03] {
            let constraints = Constraints {
                benchmark: Some(Weights::equal(3).unwrap()),
                tracking_error: Some(limit),
                ..Constraints::default()
            };
            let of = |warm_start| {
                let constraints = constraints.clone();
                let params =
                    MarkowitzParams { objective, constraints, warm_start, ..MarkowitzParams::default() };
                Markowitz::new(params).unwrap()
            };
            let cold = of(false).allocate((&moments).into());
            let warm = of(true).allocate_into((&moments).into(), &mut scratch, &mut portfolio);
            assert_eq!(cold.is_ok(), warm.is_ok(), "{objective:?}, {limit}");
            let Ok(cold) = cold else { continue };
            for (x, expected) in portfolio.as_ref().as_slice().iter().zip(cold.as_ref().as_slice()) {
                assert!((x - expected).abs() <= ROOT, "{objective:?}, {limit}: {x} is not {expected}");
            }
        }
    }
}

/// Beginning near a portfolio that was within its limits, a return that none has is refused as from nothing, and what can
/// be had after that is found.
#[test]
fn a_target_that_moves_out_of_reach_is_refused() {
    let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01]).unwrap();
    let moments = Moments::new(vec![0.10, 0.05], covariance).unwrap();
    let constraints = Constraints {
        benchmark: Some(Weights::equal(2).unwrap()),
        tracking_error: Some(0.05),
        ..Constraints::default()
    };
    let of = |target_return| {
        let (objective, constraints) = (Objective::MinRisk { target_return }, constraints.clone());
        let params =
            MarkowitzParams { objective, constraints, warm_start: true, ..MarkowitzParams::default() };
        Markowitz::new(params).unwrap()
    };
    // The least variance holds 0.2 of the first asset; the tracking error is (0.5 - x) sqrt(0.05).
    let first = 0.5 - 0.05 / 0.05_f64.sqrt();
    let (mut scratch, mut portfolio) = (MarkowitzScratch::default(), Portfolio::default());
    for (target, greatest) in [(0.06, None), (0.11, Some(0.10)), (0.06, None)] {
        let result = of(target).allocate_into((&moments).into(), &mut scratch, &mut portfolio);
        match (result, greatest) {
            (Ok(()), None) => {
                let own = portfolio.as_ref().as_slice()[0];
                assert!((own - first).abs() <= ROOT, "{own} is not {first}");
            }
            (Err(Error::TargetTooHigh { target: told, greatest: most }), Some(greatest)) => {
                assert!(told.to_bits() == f64::to_bits(target) && (most - greatest).abs() <= CLOSE, "{most}");
            }
            (result, _) => panic!("{target}: {result:?}"),
        }
    }
}
