//! From a conic programme to its solution.

use po_core::{InputError, Status};

use super::certificate::certify;
use super::conflict;
use super::polish::{error, polish};
use super::program::{ConicProgram, ConicSolution, PowerCost};
use super::root::add_root;
use crate::cones::{Cones, Outcome};
use crate::interior::{Handles, whole};
use crate::{Error, ProgramSolution};

/// A proof that is off by more than this, relative to the slopes of the objective, is not called one.
const CONVERGED: f64 = 1e-6;

/// A violation above this calls for a proof that there is a solution.
const VIOLATION: f64 = 1e-9;

/// A conic programme in standard form.
struct Standard {
    cones: Cones,
    handles: Handles,
    /// The first row of the cone of each limit, if it has one.
    limits: Vec<Option<usize>>,
    /// The first row of the cone of each risk in the objective, if it has a price.
    costs: Vec<Option<usize>>,
}

impl ConicProgram<'_> {
    /// Solves the programme.
    ///
    /// # Errors
    /// [`Error::Input`] for what does not fit, and for a covariance that is not positive semidefinite;
    /// [`Error::Infeasible`] with the conflict and the nearest relaxation, of rows and bounds alone where these
    /// contradict each other already, else of limits on risks that contradict each other within the rows and bounds;
    /// [`Error::RiskLimitTooLow`] when a limit on a risk lies below the least that rows and bounds allow;
    /// [`Error::Unbounded`]; [`Error::Numerical`] when neither a solution nor a proof was found.
    ///
    /// # Cost
    /// Ten to thirty iterations of about (N + L N)³/3 multiplications for L risks in limits and objective; in
    /// factor form of about (L K)² N. Up to 1000 assets, some quadratic programmes of the size find the last digits.
    ///
    /// # Examples
    /// ```
    /// use po_convex::{ConicProgram, Program, RiskLimit, Rows};
    /// use po_core::Covariance;
    ///
    /// // The greatest return at a volatility of 10 %: two assets, 20 % and 10 %, that do not move together.
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let mut rows = Rows::new(2);
    /// rows.push("budget", &[1.0, 1.0], 1.0, 1.0)?;
    /// let program = Program {
    ///     risk: (&covariance).into(),
    ///     scale: 0.0,
    ///     ridge: &[],
    ///     linear: &[-0.08, -0.02],
    ///     lower: &[0.0; 2],
    ///     upper: &[1.0; 2],
    ///     rows: &rows,
    ///     absolute: &[],
    /// };
    /// let limits = [RiskLimit { label: "volatility", risk: (&covariance).into(), center: &[], limit: 0.1 }];
    /// let program = ConicProgram { program, limits: &limits, costs: &[], power_cost: None };
    /// let solution = program.solve()?;
    /// // 0.04 w² + 0.01 (1 - w)² = 0.01 at w = 0.4.
    /// assert!((solution.x[0] - 0.4).abs() < 1e-8 && (solution.risks[0] - 0.1).abs() < 1e-8);
    /// // Another 1 % of volatility is 10 % more of the first asset, which earns 0.6 %.
    /// let prices: Vec<(&str, f64)> = program.shadow_prices(&solution).collect();
    /// assert_eq!((prices[1].0, (prices[1].1 * 100.0).round()), ("volatility", -60.0));
    /// # Ok::<(), po_convex::Error>(())
    /// ```
    pub fn solve(&self) -> Result<ConicSolution, Error> {
        self.check()?;
        let standard = self.standard()?;
        let answer = standard.cones.solve();
        match answer.outcome {
            Outcome::Solved => {}
            Outcome::DualInfeasible => return Err(conflict::unbounded(self, &answer)),
            Outcome::PrimalInfeasible | Outcome::Failed => {
                let numerical = Error::Numerical { iterations: answer.iterations };
                return Err(conflict::explain(self)?.unwrap_or(numerical));
            }
        }
        let mut read = ProgramSolution::default();
        standard.handles.read(&self.program, &answer.x, &answer.multipliers, &mut read);
        let assets = self.program.len();
        let pull = |first: &Option<usize>| {
            first.map_or_else(Vec::new, |first| standard.cones.pull(first, &answer.multipliers, assets))
        };
        let pulls: Vec<Vec<f64>> = standard.costs.iter().map(pull).collect();
        let multiplier = |first: &Option<usize>| first.map_or(0.0, |row| -answer.multipliers[row]);
        let mut solution = ConicSolution {
            limits: standard.limits.iter().map(multiplier).collect(),
            iterations: answer.iterations,
            ..ConicSolution::default()
        };
        let scale = certify(self, &pulls, &mut read, &mut solution);
        polish(self, scale, &mut read, &mut solution);
        let converged = error(&solution, scale) <= CONVERGED;
        solution.status = if converged { solution.status } else { Status::Stalled };
        // Between a programme that is infeasible by little and one that is hard, the interior point cannot tell.
        let doubtful = solution.certificate.primal_residual > VIOLATION;
        let conflict = if doubtful { conflict::explain(self)? } else { None };
        conflict.map_or(Ok(()), Err)?;
        let ProgramSolution { x, rows, absolute, bounds, .. } = read;
        Ok(ConicSolution { x, rows, absolute, bounds, ..solution })
    }

    fn standard(&self) -> Result<Standard, InputError> {
        let (mut cones, handles) = whole(&self.program);
        let mut limits = Vec::with_capacity(self.limits.len());
        for limit in self.limits {
            limits.push(if limit.limit.is_finite() {
                let first = cones.row([], limit.limit);
                add_root(&mut cones, limit.risk, limit.center)?;
                Some(cones.second_order(first))
            } else {
                None
            });
        }
        let mut costs = Vec::with_capacity(self.costs.len());
        for cost in self.costs {
            costs.push(if cost.price > 0.0 {
                let risk = cones.add_variables(1);
                cones.add_linear(risk, cost.price);
                let first = cones.row([(risk, -1.0)], 0.0);
                add_root(&mut cones, cost.risk, cost.center)?;
                Some(cones.second_order(first))
            } else {
                None
            });
        }
        if let Some(power_cost) = self.power_cost {
            add_power_cost(&mut cones, power_cost);
        }
        Ok(Standard { cones, handles, limits, costs })
    }
}

/// `t >= |d|^{3/2}` for each trade d, as `d² <= t w` and `w² <= |d|`: two cones of the symmetric kind, which the
/// method solves more closely than a power cone.
fn add_power_cost(cones: &mut Cones, PowerCost { center, cost }: PowerCost<'_>) {
    // Trades in units of an equal weight.
    let unit = 1.0 / cost.len() as f64;
    for (asset, (&center, &cost)) in center.iter().zip(cost).enumerate().filter(|(_, (_, cost))| **cost > 0.0)
    {
        let trade = cones.add_variables(3);
        let (root, power) = (trade + 1, trade + 2);
        cones.add_linear(power, cost * unit.powf(1.5));
        cones.at_most([(asset, 1.0), (trade, -unit)], center);
        cones.at_most([(asset, -1.0), (trade, -unit)], -center);
        add_product(cones, trade, power, Some(root));
        add_product(cones, root, trade, None);
    }
}

/// `a² <= u v`, with one for v if there is none: `|(2 a, u - v)| <= u + v`.
fn add_product(cones: &mut Cones, a: usize, u: usize, v: Option<usize>) {
    let one = if v.is_none() { 1.0 } else { 0.0 };
    let terms = |sign: f64| std::iter::once((u, -1.0)).chain(v.map(|v| (v, -sign)));
    let first = cones.row(terms(1.0), one);
    cones.row([(a, -2.0)], 0.0);
    cones.row(terms(-1.0), -one);
    cones.second_order(first);
}
