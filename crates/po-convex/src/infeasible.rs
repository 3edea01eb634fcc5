//! What is wrong with a programme that has no solution.

use po_core::simd::dot;

use crate::elastic::{Elastic, State};
use crate::{Conflict, Constraint, Error, Program, Side, Violation, interior};

/// A sum of violations above this, relative to rows whose largest coefficient is one, is no rounding.
const INFEASIBLE: f64 = 1e-11;

/// Between relaxations of equal amount, an inequality gives before an equation, and a later row before an earlier
/// one.
const PREFERENCE: f64 = 1e-7;

/// How far along a ray the objective must fall, relative to the largest coefficient, to count as unbounded.
const RAY: f64 = 1e-6;

/// The conflict within a programme that [`Program::check`] has passed; none when it is feasible.
///
/// Rows and limits on absolute values give, bounds on assets hold: the violations of least sum are the relaxation.
/// Then whatever can be left out while the rest still contradicts itself is left out: rows first, one at a time, so
/// that as few of them as possible are told, and then bounds, by halves.
///
/// # Source
/// Elastic programming and the deletion filter: Chinneck, Feasibility and Infeasibility in Optimization (2008); what
/// has no multiplier takes no part (Gleeson and Ryan 1990).
pub(crate) fn explain(program: &Program<'_>) -> Result<Option<Conflict>, Error> {
    let elastic = Elastic::new(program);
    let mut state = elastic.state();
    let weights: Vec<f64> = (0..elastic.rows())
        .map(|row| {
            let place = 1.0 - row as f64 / elastic.rows() as f64;
            let equation = if elastic.is_equation(row) { 1.0 } else { 0.0 };
            elastic.unit(row) * (1.0 + PREFERENCE * (equation + 0.5 * place))
        })
        .collect();
    state.simplex.weigh(&weights);
    solve(&mut state)?;
    if state.simplex.total() <= INFEASIBLE {
        return Ok(None);
    }
    let violation = |row| {
        let distance = state.simplex.distance(row);
        let side = if distance < 0.0 { Side::Lower } else { Side::Upper };
        let amount = distance.abs() * elastic.unit(row);
        (distance != 0.0).then(|| Violation { constraint: elastic.row_constraint(row, side), amount })
    };
    let relaxation = (0..elastic.rows()).filter_map(violation).collect();

    state.simplex.weigh(&vec![1.0; elastic.rows()]);
    solve(&mut state)?;
    let bounds = 2 * program.len();
    for row in bounds..elastic.constraints() {
        filter(&elastic, &mut state, vec![row])?;
    }
    filter(&elastic, &mut state, (0..bounds).collect())?;
    let constraints: Vec<Constraint> = (bounds..elastic.constraints())
        .chain(0..bounds)
        .filter(|&id| state.present[id])
        .map(|id| elastic.constraint(id))
        .collect();
    Ok(Some(Conflict { constraints, relaxation }))
}

/// Whether some x satisfies all constraints, rounding apart; true where the simplex method does not come to an end.
pub(crate) fn is_feasible(program: &Program<'_>) -> bool {
    let elastic = Elastic::new(program);
    let mut state = elastic.state();
    !state.simplex.solve() || state.simplex.total() <= INFEASIBLE
}

/// Leaves out of `candidates` what is not needed for the contradiction.
fn filter(elastic: &Elastic<'_>, state: &mut State<'_>, candidates: Vec<usize>) -> Result<(), Error> {
    let mut blocks = vec![candidates];
    while let Some(mut block) = blocks.pop() {
        block.retain(|&id| state.present[id]);
        if block.is_empty() {
            continue;
        }
        let mut trial = state.clone();
        elastic.remove(&mut trial, &block);
        solve(&mut trial)?;
        if trial.simplex.total() > INFEASIBLE {
            *state = trial;
            shrink(elastic, state)?;
        } else if block.len() > 1 {
            let second = block.split_off(block.len() / 2);
            blocks.push(block);
            blocks.push(second);
        }
    }
    Ok(())
}

/// Leaves out what has no multiplier.
fn shrink(elastic: &Elastic<'_>, state: &mut State<'_>) -> Result<(), Error> {
    let support = elastic.support(state);
    let idle: Vec<usize> =
        (0..elastic.constraints()).filter(|&id| state.present[id] && !support[id]).collect();
    let mut trial = state.clone();
    elastic.remove(&mut trial, &idle);
    solve(&mut trial)?;
    // A multiplier that rounding has hidden is missed here.
    if trial.simplex.total() > INFEASIBLE {
        *state = trial;
    }
    Ok(())
}

fn solve(state: &mut State<'_>) -> Result<(), Error> {
    let solved = state.simplex.solve();
    solved.then_some(()).ok_or(Error::Numerical { iterations: state.simplex.iterations() })
}

/// What to tell of a programme whose objective seems to fall without end.
pub(crate) fn unbounded(program: &Program<'_>) -> Error {
    let conflict = explain(program).map(|found| found.map(|conflict| Error::Infeasible(Box::new(conflict))));
    if let Some(error) = conflict.unwrap_or_else(Some) {
        return error;
    }
    let (iterations, ray) = interior::ray(program);
    let Some(ray) = ray else { return Error::Numerical { iterations } };
    let largest =
        ray.iter().enumerate().fold(
            (0, 0.0),
            |best: (usize, f64), (asset, step)| {
                if step.abs() > best.1 { (asset, step.abs()) } else { best }
            },
        );
    let costs: f64 = program
        .absolute
        .iter()
        .map(|family| family.cost.iter().zip(&ray).map(|(cost, step)| cost * step.abs()).sum::<f64>())
        .sum();
    let scale = program.linear.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
    let falls = dot(program.linear, &ray) + costs < -RAY * scale * largest.1;
    if falls { Error::Unbounded { asset: largest.0 } } else { Error::Numerical { iterations } }
}
