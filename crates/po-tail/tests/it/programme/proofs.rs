//! Random programmes of every kind are solved and proven; proofs are recomputed here from their definition.

use po_convex::Error as ConvexError;
use po_core::{Confidence, Risk, RiskMeasure, Status};
use po_tail::{CvarProgram, CvarScratch, CvarSolution, Error};

use super::market::{Parts, Random};

/// What a sum of some hundred products leaves, and a solver that promises 1e-9 of a violation.
const VIOLATION: f64 = 1e-9;

/// A random programme: long or short, with rows, turnover, costs, gross exposure, a ridge, a reward or a limit; with
/// scenarios that are equal, assets that are, returns of few digits, and probabilities of zero.
fn random(seed: u64) -> Parts {
    let mut random = Random(seed.wrapping_mul(0x1234_5678_9abc_def1));
    let assets = 1 + random.below(if seed.is_multiple_of(8) { 80 } else { 25 });
    let scenarios = 2 + random.below(if seed.is_multiple_of(7) { 600 } else { 150 });
    let mut parts = Parts::new(seed, scenarios, assets);
    let mut values = parts.returns.as_slice().to_vec();
    if seed % 4 == 1 {
        for t in 1..scenarios {
            let other = random.below(t);
            (0..assets).for_each(|i| values[i * scenarios + t] = values[i * scenarios + other]);
        }
    }
    if seed % 6 == 2 && assets > 1 {
        let (head, tail) = values.split_at_mut((assets - 1) * scenarios);
        tail.copy_from_slice(&head[..scenarios]);
    }
    if seed % 5 == 3 {
        values.iter_mut().for_each(|value| *value = (*value * 400.0).round() / 400.0);
    }
    parts.returns = po_core::Returns::from_column_slice(scenarios, assets, &values).unwrap();
    if random.uniform() < 0.3 {
        let raw = (0..scenarios).map(|_| if random.uniform() < 0.1 { 0.0 } else { 0.1 + random.uniform() });
        let raw: Vec<f64> = raw.collect();
        let total: f64 = raw.iter().sum();
        if total > 0.0 {
            parts.probabilities = raw.iter().map(|p| p / total).collect();
        }
    }
    parts.confidence = [0.5, 0.75, 0.9, 0.95, 0.99][random.below(5)];
    let short = random.uniform() < 0.4;
    for i in 0..assets {
        parts.lower[i] = if short { -0.5 } else { 0.0 };
        parts.upper[i] = (2.0 / assets as f64 + random.uniform()).min(1.0);
    }
    if random.uniform() < 0.4 {
        let members: Vec<f64> = (0..assets).map(|_| f64::from(u8::from(random.uniform() < 0.4))).collect();
        parts.rows.push("some", &members, f64::NEG_INFINITY, 0.7).unwrap();
    }
    if short && random.uniform() < 0.7 {
        parts.gross = 1.0 + random.uniform();
    }
    parts.holdings = vec![1.0 / assets as f64; assets];
    if random.uniform() < 0.4 {
        parts.turnover = if random.uniform() < 0.6 { 0.5 + random.uniform() } else { f64::INFINITY };
        parts.cost = (0..assets).map(|i| if i % 5 == 0 { 0.0 } else { 0.002 * random.uniform() }).collect();
    }
    if random.uniform() < 0.5 {
        parts.linear = parts.returns.mean().iter().map(|mean| -mean).collect();
    }
    if random.uniform() < 0.15 {
        parts.ridge = (0..assets).map(|_| 0.05 * random.uniform()).collect();
    }
    if random.uniform() < 0.3 {
        let mut least = CvarSolution::default();
        parts.limit = f64::INFINITY;
        let solved = parts.with(|program| {
            let zeros = vec![0.0; program.len()];
            let program = CvarProgram { linear: &zeros, ridge: &[], price: 1.0, ..program };
            program.solve_into(&mut CvarScratch::default(), &mut least)
        });
        if solved.is_ok() {
            parts.limit = least.cvar + least.cvar.abs() * (0.05 + 0.4 * random.uniform());
            parts.price = f64::from(u8::from(random.uniform() < 0.3));
        }
    }
    parts
}

/// What the multipliers prove, written as the Lagrangian is: the least over a grid of each weight's bounds and kinks.
fn proven(program: &CvarProgram<'_>, solution: &CvarSolution) -> f64 {
    let price = program.price - solution.limit;
    let mut bound = 0.0;
    if program.limit.is_finite() {
        bound += solution.limit * program.limit;
    }
    for (row, y) in solution.rows.iter().enumerate() {
        let limit = if *y > 0.0 { program.rows.lower()[row] } else { program.rows.upper()[row] };
        bound += if *y == 0.0 { 0.0 } else { y * limit };
    }
    for (family, multiplier) in program.absolute.iter().zip(&solution.absolute) {
        bound += if family.limit.is_finite() { multiplier * family.limit } else { 0.0 };
    }
    for i in 0..program.len() {
        let worst: f64 = solution.tail.iter().map(|(t, share)| share * program.returns.column(i)[*t]).sum();
        let rows: f64 =
            (0..program.rows.len()).map(|row| solution.rows[row] * program.rows.row(row)[i]).sum();
        let slope = program.linear[i] - price * worst - rows;
        let ridge = program.ridge.get(i).copied().unwrap_or(0.0);
        let value = |x: f64| {
            let kinks = program.absolute.iter().zip(&solution.absolute).map(|(family, multiplier)| {
                let rate = family.cost.get(i).copied().unwrap_or(0.0) - multiplier;
                rate * (x - family.center[i]).abs()
            });
            slope * x + 0.5 * ridge * x * x + kinks.sum::<f64>()
        };
        let mut places = vec![program.lower[i], program.upper[i], solution.x[i]];
        places.extend(program.absolute.iter().map(|family| family.center[i]));
        if ridge > 0.0 {
            let steps = 400_000;
            let width = program.upper[i] - program.lower[i];
            places.extend((0..steps).map(|k| program.lower[i] + width * f64::from(k) / f64::from(steps)));
        }
        let clamped = places.iter().map(|place| value(place.clamp(program.lower[i], program.upper[i])));
        bound += clamped.fold(f64::INFINITY, f64::min);
    }
    bound
}

#[test]
fn random_programmes_are_solved_and_proven() {
    let (mut solved, mut infeasible) = (0, 0);
    let mut scratch = CvarScratch::default();
    for seed in 0..400 {
        let parts = random(seed);
        parts.with(|program| {
            let mut solution = CvarSolution::default();
            match program.solve_into(&mut scratch, &mut solution) {
                Ok(()) => {}
                Err(Error::Programme(ConvexError::Infeasible(_))) => {
                    infeasible += 1;
                    return;
                }
                Err(error) => panic!("seed {seed}: {error}"),
            }
            solved += 1;
            assert_eq!(
                solution.status,
                Status::Converged,
                "seed {seed}: {} {} {} {} {} {} {} {:?} {:?} {}",
                program.len(),
                program.returns.observations(),
                solution.iterations,
                solution.objective,
                solution.cvar,
                program.price,
                program.limit,
                program.ridge.first(),
                solution.certificate,
                program.absolute.len()
            );
            let x = &solution.x;
            for (x, (lower, upper)) in x.iter().zip(program.lower.iter().zip(program.upper)) {
                assert!(lower <= x && x <= upper, "seed {seed}: {lower} {x} {upper}");
            }
            for row in 0..program.rows.len() {
                let value: f64 = program.rows.row(row).iter().zip(x).map(|(a, x)| a * x).sum();
                assert!(value >= program.rows.lower()[row] - VIOLATION, "seed {seed}: {value}");
                assert!(value <= program.rows.upper()[row] + VIOLATION, "seed {seed}: {value}");
            }
            for family in program.absolute {
                let total: f64 = x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
                assert!(total <= family.limit + VIOLATION, "seed {seed}: {total}");
            }
            assert!(solution.cvar <= program.limit + VIOLATION, "seed {seed}");
            let shares: f64 = solution.tail.iter().map(|(_, share)| share).sum();
            let given = if program.price - solution.limit > 0.0 { 1.0 } else { 0.0 };
            assert!((shares - given).abs() <= 1e-12, "seed {seed}: {shares}");
            let size = solution.objective.abs() + solution.cvar.abs();
            let bound = proven(&program, &solution);
            assert!(solution.objective - bound <= 1e-8 * size, "seed {seed}: {} {bound}", solution.objective);
            assert!(
                solution.objective >= bound - 1e-11 * size,
                "seed {seed}: {} {bound}",
                solution.objective
            );
        });
    }
    assert!(solved >= 340, "{solved} solved, {infeasible} infeasible");
}

#[test]
fn the_risk_is_that_of_the_measure() {
    for seed in 0..40 {
        let parts = Parts::new(seed, 50 + 13 * seed as usize, 3 + seed as usize % 9);
        parts.with(|program| {
            let solution = program.solve().unwrap();
            let periods = program.returns.observations();
            let mut series = vec![0.0; periods];
            for (i, x) in solution.x.iter().enumerate() {
                series.iter_mut().zip(program.returns.column(i)).for_each(|(sum, value)| *sum += x * value);
            }
            let confidence = Confidence::new(0.95).unwrap();
            let cvar = Risk::Cvar { confidence }.risk(&series).unwrap();
            assert!((solution.cvar - cvar).abs() <= 1e-15, "{seed}: {} {cvar}", solution.cvar);
        });
    }
}

#[test]
fn a_second_call_starts_where_the_first_one_ended() {
    let mut parts = Parts::new(3, 800, 60);
    let mut scratch = CvarScratch::default();
    let mut solution = CvarSolution::default();
    parts.with(|program| program.solve_into(&mut scratch, &mut solution)).unwrap();
    let cold = solution.clone();
    parts.with(|program| program.solve_into(&mut scratch, &mut solution)).unwrap();
    assert!((solution.objective - cold.objective).abs() <= 1e-13 * cold.objective);
    // Another market of the same shape.
    parts.returns = super::market::market(4, 800, 60).0;
    parts.with(|program| program.solve_into(&mut scratch, &mut solution)).unwrap();
    let fresh = parts.with(|program| program.solve()).unwrap();
    assert!((solution.objective - fresh.objective).abs() <= 1e-12 * fresh.objective);
    assert_eq!(solution.status, Status::Converged);
}

#[test]
fn shadow_prices_are_derivatives() {
    let mut parts = Parts::new(21, 400, 20);
    parts.lower = vec![-1.0; 20];
    parts.gross = 1.4;
    parts.upper = vec![0.15; 20];
    let solution = parts.with(|program| program.solve()).unwrap();
    let step = 1e-7;
    parts.gross += step;
    let looser = parts.with(|program| program.solve()).unwrap();
    let slope = (looser.objective - solution.objective) / step;
    assert!(solution.absolute[0] < -1e-4);
    // A difference of two objectives that are exact to 1e-17, over the step.
    assert!((slope - solution.absolute[0]).abs() <= 1e-8, "{slope} {}", solution.absolute[0]);
    parts.gross -= step;
    let capped = (0..20).find(|i| solution.bounds[*i] < -1e-5).unwrap();
    parts.upper[capped] += step;
    let looser = parts.with(|program| program.solve()).unwrap();
    let slope = (looser.objective - solution.objective) / step;
    assert!((slope - solution.bounds[capped]).abs() <= 1e-8, "{slope} {}", solution.bounds[capped]);
}

#[test]
fn assets_that_cannot_move_stay() {
    let mut parts = Parts::new(5, 60, 4);
    (parts.lower, parts.upper) = (vec![0.25; 4], vec![0.25; 4]);
    let solution = parts.with(|program| program.solve()).unwrap();
    assert_eq!((solution.x, solution.status), (vec![0.25; 4], Status::Converged));
    let single = Parts::new(6, 1, 1).with(|program| program.solve()).unwrap();
    assert_eq!((single.x, single.status), (vec![1.0], Status::Converged));
}

#[test]
fn without_a_price_or_a_limit_risk_has_no_say() {
    let mut parts = Parts::new(7, 80, 6);
    parts.price = 0.0;
    parts.linear = vec![0.3, 0.2, 0.1, 0.4, 0.5, 0.6];
    parts.upper = vec![0.4; 6];
    let solution = parts.with(|program| program.solve()).unwrap();
    assert!((solution.x[0] - 0.2).abs() <= 1e-15);
    assert_eq!(
        (&solution.x[1..], solution.status),
        ([0.4, 0.4, 0.0, 0.0, 0.0].as_slice(), Status::Converged)
    );
    assert!((solution.objective - 0.18).abs() <= 1e-16 && solution.tail.is_empty());
}
