//! A programme solved by an interior-point method: slower than active sets, and without a warm start, but hard to
//! derail.

use po_core::Status;
use po_core::simd::{axpy, dot};

use crate::cones::{Cones, Outcome};
use crate::infeasible::is_feasible;
use crate::{Absolute, Program, ProgramSolution, Risk};

/// A violation above this, relative to the limit where that is above one, calls for a proof that there is a solution.
const VIOLATION: f64 = 1e-10;

/// Solves a programme that [`Program::check`] has passed, and fills x, the objective and the multipliers.
///
/// The certificate and the active set are left as they are. Unless the outcome is [`Outcome::Solved`], only the
/// number of iterations means something.
pub(crate) fn solve(program: &Program<'_>, solution: &mut ProgramSolution) -> Outcome {
    let (cones, handles) = whole(program);
    let answer = cones.solve();
    solution.iterations = answer.iterations;
    if answer.outcome != Outcome::Solved {
        return answer.outcome;
    }
    handles.read(program, &answer.x, &answer.multipliers, solution);
    solution.status = Status::Converged;
    // Between a programme that is infeasible by little and one that is hard, the method cannot tell.
    let infeasible = violation(program, &solution.x) > VIOLATION && !is_feasible(program);
    if infeasible { Outcome::PrimalInfeasible } else { Outcome::Solved }
}

/// The direction along which the objective falls without end, if the method finds one, and the iterations used.
pub(crate) fn ray(program: &Program<'_>) -> (usize, Option<Vec<f64>>) {
    let mut answer = whole(program).0.solve();
    answer.x.truncate(program.len());
    (answer.iterations, (answer.outcome == Outcome::DualInfeasible).then_some(answer.x))
}

/// Constraints and objective.
pub(crate) fn whole(program: &Program<'_>) -> (Cones, Handles) {
    let (mut cones, handles) = lower(program);
    add_risk(&mut cones, program.risk, program.scale);
    for (asset, &value) in program.ridge.iter().enumerate() {
        cones.add_quadratic(asset, asset, value);
    }
    for (asset, &value) in program.linear.iter().enumerate() {
        cones.add_linear(asset, value);
    }
    (cones, handles)
}

/// Which row of the cones stands for what: none for a limit that is infinite.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pair {
    pub(crate) lower: Option<usize>,
    pub(crate) upper: Option<usize>,
    /// An equation, which stands for both.
    pub(crate) both: Option<usize>,
}

impl Pair {
    /// Adds `lower <= Σ terms <= upper`.
    pub(crate) fn add(
        cones: &mut Cones,
        terms: impl Iterator<Item = (usize, f64)> + Clone,
        lower: f64,
        upper: f64,
    ) -> Self {
        if lower >= upper {
            return Self { both: Some(cones.equal(terms, upper)), ..Self::default() };
        }
        let above = terms.clone().map(|(variable, value)| (variable, -value));
        Self {
            lower: lower.is_finite().then(|| cones.at_most(above, -lower)),
            upper: upper.is_finite().then(|| cones.at_most(terms, upper)),
            both: None,
        }
    }

    /// `∂ objective / ∂ limit`.
    pub(crate) fn multiplier(&self, multipliers: &[f64]) -> f64 {
        let of = |row: Option<usize>| row.map_or(0.0, |row| multipliers[row]);
        of(self.lower) - of(self.upper) - of(self.both)
    }
}

/// Where the constraints of a programme went.
#[derive(Debug)]
pub(crate) struct Handles {
    bounds: Vec<Pair>,
    rows: Vec<Pair>,
    /// The limit of each family, if it has one.
    limits: Vec<Option<Limit>>,
}

#[derive(Debug)]
enum Limit {
    /// A row.
    Row(usize),
    /// A limit of zero: one equation for each asset.
    Zero(Vec<usize>),
}

/// The constraints of a programme, and its costs on absolute values, as cones.
pub(crate) fn lower(program: &Program<'_>) -> (Cones, Handles) {
    let assets = program.len();
    let mut cones = Cones::new(assets);
    // Where a limit of zero holds an asset, bounds around that place have nothing to add but a second multiplier.
    let held = |asset: usize| {
        let within = |center: f64| program.lower[asset] <= center && center <= program.upper[asset];
        program.absolute.iter().any(|family| family.limit <= 0.0 && within(family.center[asset]))
    };
    let bounds = program.lower.iter().zip(program.upper).enumerate();
    let bounds = bounds
        .map(|(asset, (&lower, &upper))| {
            let term = std::iter::once((asset, 1.0));
            if held(asset) { Pair::default() } else { Pair::add(&mut cones, term, lower, upper) }
        })
        .collect();
    let limits = program.rows.lower().iter().zip(program.rows.upper()).enumerate();
    let rows = limits
        .map(|(row, (&lower, &upper))| {
            let terms = program.rows.row(row).iter().copied().enumerate();
            Pair::add(&mut cones, terms, lower, upper)
        })
        .collect();
    let limits = program.absolute.iter().map(|family| add_family(&mut cones, program, family)).collect();
    (cones, Handles { bounds, rows, limits })
}

fn add_family(cones: &mut Cones, program: &Program<'_>, family: &Absolute<'_>) -> Option<Limit> {
    let assets = program.len();
    if family.limit <= 0.0 {
        let center = family.center.iter().enumerate();
        return Some(Limit::Zero(
            center.map(|(asset, &center)| cones.equal([(asset, 1.0)], center)).collect(),
        ));
    }
    let limited = family.limit.is_finite();
    let (mut terms, mut right) = (Vec::with_capacity(assets), family.limit);
    for (asset, &center) in family.center.iter().enumerate() {
        let cost = family.cost.get(asset).copied().unwrap_or(0.0);
        if !limited && cost <= 0.0 {
            continue;
        }
        // Bounds on one side of the kink leave a linear function.
        if program.lower[asset] >= center || program.upper[asset] <= center {
            let sign = if program.lower[asset] >= center { 1.0 } else { -1.0 };
            cones.add_linear(asset, sign * cost);
            terms.push((asset, sign));
            right += sign * center;
            continue;
        }
        let distance = cones.add_variables(1);
        cones.add_linear(distance, cost);
        cones.at_most([(asset, 1.0), (distance, -1.0)], center);
        cones.at_most([(asset, -1.0), (distance, -1.0)], -center);
        terms.push((distance, 1.0));
    }
    limited.then(|| Limit::Row(cones.at_most(terms, right)))
}

/// Adds `scale/2 x'Σx`; a factor form by way of its factor exposures, as K more variables.
pub(crate) fn add_risk(cones: &mut Cones, risk: Risk<'_>, scale: f64) {
    if scale <= 0.0 {
        return;
    }
    match risk {
        Risk::Dense(covariance) => {
            for asset in 0..covariance.len() {
                for (other, &value) in covariance.column(asset).iter().enumerate().take(asset + 1) {
                    cones.add_quadratic(other, asset, scale * value);
                }
            }
        }
        Risk::Factor(covariance) => {
            for (asset, &value) in covariance.specific().iter().enumerate() {
                cones.add_quadratic(asset, asset, scale * value);
            }
            for loadings in covariance.loadings().column_iter() {
                let largest = loadings.amax();
                if largest > 0.0 {
                    // The exposure in units of its largest loading: a number about as large as a weight.
                    let exposure = cones.add_variables(1);
                    let terms = loadings.iter().map(|loading| loading / largest).enumerate();
                    cones.equal(terms.chain([(exposure, -1.0)]), 0.0);
                    cones.add_quadratic(exposure, exposure, scale * largest * largest);
                }
            }
        }
    }
}

impl Handles {
    /// Reads x, kept within its bounds, the objective and the multipliers.
    pub(crate) fn read(
        &self,
        program: &Program<'_>,
        x: &[f64],
        multipliers: &[f64],
        solution: &mut ProgramSolution,
    ) {
        let bounds = program.lower.iter().zip(program.upper);
        solution.x.clear();
        solution.x.extend(x.iter().zip(bounds).map(|(x, (&lower, &upper))| x.max(lower).min(upper)));
        solution.objective = objective(program, &solution.x);
        let read = |pairs: &[Pair], values: &mut Vec<f64>| {
            values.clear();
            values.extend(pairs.iter().map(|pair| pair.multiplier(multipliers)));
        };
        read(&self.bounds, &mut solution.bounds);
        read(&self.rows, &mut solution.rows);
        solution.absolute.clear();
        solution.absolute.extend(self.limits.iter().zip(program.absolute).map(
            |(limit, family)| match limit {
                None => 0.0,
                Some(Limit::Row(row)) => -multipliers[*row],
                // At a kink the slope may be anything up to the cost, without the limit.
                Some(Limit::Zero(rows)) => {
                    -rows.iter().enumerate().fold(0.0, |largest: f64, (asset, &row)| {
                        largest.max(multipliers[row].abs() - family.cost.get(asset).copied().unwrap_or(0.0))
                    })
                }
            },
        ));
    }
}

/// The objective of a programme.
pub(crate) fn objective(program: &Program<'_>, x: &[f64]) -> f64 {
    let ridge = program.ridge.iter().zip(x).map(|(ridge, x)| ridge * x * x).sum::<f64>();
    let costs = program.absolute.iter().map(|family| {
        let distances = x.iter().zip(family.center).map(|(x, center)| (x - center).abs());
        family.cost.iter().zip(distances).map(|(cost, distance)| cost * distance).sum::<f64>()
    });
    let mut gradient = vec![0.0; x.len()];
    multiply(program.risk, x, &mut gradient);
    0.5 * (program.scale * dot(x, &gradient) + ridge) + dot(program.linear, x) + costs.sum::<f64>()
}

/// The largest violation of a row or of a limit on absolute values, relative to limits above one.
fn violation(program: &Program<'_>, x: &[f64]) -> f64 {
    let beyond = |value: f64, lower: f64, upper: f64| {
        let relative = |limit: f64| limit.abs().clamp(1.0, f64::MAX);
        ((lower - value) / relative(lower)).max((value - upper) / relative(upper))
    };
    let rows = program.rows.lower().iter().zip(program.rows.upper()).enumerate();
    let rows = rows.map(|(row, (&lower, &upper))| beyond(dot(program.rows.row(row), x), lower, upper));
    let families = program.absolute.iter().map(|family| {
        let value = x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
        beyond(value, f64::NEG_INFINITY, family.limit)
    });
    rows.chain(families).fold(0.0, f64::max)
}

/// `product = Σ x`.
pub(crate) fn multiply(risk: Risk<'_>, x: &[f64], product: &mut [f64]) {
    match risk {
        Risk::Dense(covariance) => {
            product.fill(0.0);
            for (asset, &x) in x.iter().enumerate() {
                axpy(x, covariance.column(asset), product);
            }
        }
        Risk::Factor(covariance) => {
            for ((product, specific), x) in product.iter_mut().zip(covariance.specific()).zip(x) {
                *product = specific * x;
            }
            for loadings in covariance.loadings().column_iter() {
                let loadings = loadings.data.into_slice();
                axpy(dot(loadings, x), loadings, product);
            }
        }
    }
}

#[cfg(test)]
mod tests;
