//! What is wrong with a conic programme that has no solution.

use super::program::{ConicProgram, RiskLimit, risk_at};
use super::root::add_root;
use crate::cones::{Answer, Outcome};
use crate::interior::{lower, multiply};
use crate::{Absolute, Conflict, Constraint, Error, Program, Side, Violation, infeasible};

/// A violation of a risk limit above this, relative to the limit, is no rounding.
const INFEASIBLE: f64 = 1e-7;

/// What to tell of a programme that seems to have no solution; none where nothing is wrong with it.
///
/// Without the limits on risks it may be infeasible already. Else each limit is compared with the least risk that
/// the rows and bounds allow. Else the limits contradict each other: they give as little as possible in sum, and
/// those that are not needed for the contradiction are left out. Rows and bounds hold.
pub(super) fn explain(conic: &ConicProgram<'_>) -> Result<Option<Error>, Error> {
    if let Some(conflict) = infeasible::explain(&conic.program)? {
        return Ok(Some(Error::Infeasible(Box::new(conflict))));
    }
    for limit in conic.limits.iter().filter(|limit| limit.limit.is_finite()) {
        let least = least_risk(&conic.program, limit)?;
        if least > limit.limit * (1.0 + INFEASIBLE) {
            let what = if limit.center.is_empty() { "the volatility" } else { "the tracking error" };
            return Ok(Some(Error::RiskLimitTooLow { what, limit: limit.limit, least }));
        }
    }
    let mut limits: Vec<&RiskLimit<'_>> =
        conic.limits.iter().filter(|limit| limit.limit.is_finite()).collect();
    let Some(violations) = elastic(&conic.program, &limits)? else { return Ok(None) };
    let constraint = |limit: &RiskLimit<'_>| {
        let (label, side) = (limit.label.to_owned(), Side::Upper);
        Constraint::Row { label, side, limit: limit.limit }
    };
    let given = limits.iter().zip(violations).filter(|(limit, amount)| *amount > INFEASIBLE * limit.limit);
    let relaxation =
        given.map(|(limit, amount)| Violation { constraint: constraint(limit), amount }).collect();
    for place in (0..limits.len()).rev() {
        let without = limits.remove(place);
        if elastic(&conic.program, &limits)?.is_none() {
            limits.insert(place, without);
        }
    }
    let constraints = limits.iter().map(|limit| constraint(limit)).collect();
    Ok(Some(Error::Infeasible(Box::new(Conflict { constraints, relaxation }))))
}

/// What to tell of a programme whose objective seems to fall without end.
pub(super) fn unbounded(conic: &ConicProgram<'_>, answer: &Answer) -> Error {
    if let Some(error) = explain(conic).unwrap_or_else(Some) {
        return error;
    }
    let steps = answer.x.iter().take(conic.program.len()).enumerate();
    let largest = steps.reduce(|best, step| if step.1.abs() > best.1.abs() { step } else { best });
    largest
        .map_or(Error::Numerical { iterations: answer.iterations }, |(asset, _)| Error::Unbounded { asset })
}

/// The least risk that the constraints of a programme allow.
fn least_risk(program: &Program<'_>, limit: &RiskLimit<'_>) -> Result<f64, Error> {
    let mut linear = vec![0.0; program.len()];
    if !limit.center.is_empty() {
        multiply(limit.risk, limit.center, &mut linear);
        linear.iter_mut().for_each(|value| *value = -*value);
    }
    let absolute: Vec<Absolute<'_>> =
        program.absolute.iter().map(|family| Absolute { cost: &[], ..*family }).collect();
    let least = Program {
        risk: limit.risk,
        scale: 1.0,
        ridge: &[],
        linear: &linear,
        absolute: &absolute,
        ..*program
    };
    let solution = least.solve()?;
    Ok(risk_at(limit.risk, limit.center, &solution.x, &mut linear))
}

/// By how much each limit must give, in least sum; none when they need not.
fn elastic(program: &Program<'_>, limits: &[&RiskLimit<'_>]) -> Result<Option<Vec<f64>>, Error> {
    if limits.len() < 2 {
        return Ok(None);
    }
    let absolute: Vec<Absolute<'_>> =
        program.absolute.iter().map(|family| Absolute { cost: &[], ..*family }).collect();
    let (mut cones, _) = lower(&Program { absolute: &absolute, ..*program });
    let first = cones.add_variables(limits.len());
    for (amount, limit) in (first..).zip(limits) {
        cones.add_linear(amount, 1.0);
        cones.at_most([(amount, -1.0)], 0.0);
        let row = cones.row([(amount, -1.0)], limit.limit);
        add_root(&mut cones, limit.risk, limit.center)?;
        cones.second_order(row);
    }
    let answer = cones.solve();
    let solved = answer.outcome == Outcome::Solved;
    solved.then_some(()).ok_or(Error::Numerical { iterations: answer.iterations })?;
    let amounts = answer.x[first..first + limits.len()].to_vec();
    let given = amounts.iter().zip(limits).any(|(amount, limit)| *amount > INFEASIBLE * limit.limit);
    Ok(given.then_some(amounts))
}
