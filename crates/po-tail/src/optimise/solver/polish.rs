//! The vertex that an interior point is near to.

use po_core::InputError;
use po_core::linalg::Ldlt;
use po_core::nalgebra::DMatrixView;
use po_core::simd::{axpy, dot};

use super::iterate::Iterate;
use super::restricted::Restricted;

/// What pulls towards the interior point, in units of the programme: it decides only where the vertex is not unique.
const PULL: f64 = 1e-9;

/// What keeps equations that depend on each other solvable.
const GIVE: f64 = 1e-13;

/// How often the equations are solved again from where they were.
const ROUNDS: usize = 4;

/// Where each asset stands, and which scenarios and limits hold with equality; and the point that follows.
#[derive(Clone, Debug, Default)]
pub(super) struct Polish {
    free: Vec<usize>,
    /// Scenarios at the value at risk, and those beyond it.
    at_risk: Vec<usize>,
    pub(super) beyond: Vec<usize>,
    rows: Vec<usize>,
    limits: Vec<usize>,
    cap: bool,
    pub(super) x: Vec<f64>,
    pub(super) zeta: f64,
    /// Prices of the scenarios at the value at risk, of rows, of the cap, and of limits of families.
    pub(super) prices: Vec<f64>,
    /// Coefficients of the equations, one after the other, over the free assets and ζ.
    equations: Vec<f64>,
    goals: Vec<f64>,
    gradient: Vec<f64>,
    matrix: Vec<f64>,
    right: Vec<f64>,
    answer: Vec<f64>,
    ldlt: Ldlt,
    losses: Vec<f64>,
    signs: Vec<f64>,
}

impl Polish {
    /// Reads off which inequalities hold with equality, and solves the equations that they are.
    pub(super) fn solve(&mut self, problem: &Restricted, at: &Iterate) -> Result<(), InputError> {
        self.classify(problem, at);
        self.write_equations(problem);
        let (free, equations) = (self.free.len() + 1, self.goals.len());
        let size = free + equations;
        let Self { matrix, equations: coefficients, ldlt, .. } = self;
        matrix.clear();
        matrix.resize(size * size, 0.0);
        for (place, &asset) in self.free.iter().enumerate() {
            matrix[place * (size + 1)] = problem.ridge[asset] + PULL;
        }
        matrix[(free - 1) * (size + 1)] = PULL;
        for equation in 0..equations {
            let row = &coefficients[equation * free..][..free];
            for (place, value) in row.iter().enumerate() {
                matrix[place * size + free + equation] = *value;
            }
            matrix[(free + equation) * (size + 1)] = -GIVE;
        }
        ldlt.factor(DMatrixView::from_slice(matrix, size, size))?;
        self.prices.clear();
        self.prices.resize(equations, 0.0);
        for _ in 0..ROUNDS {
            self.step(problem)?;
        }
        Ok(())
    }

    /// A step of Newton's method on the equations of optimality, which are linear: the next one takes out rounding.
    fn step(&mut self, problem: &Restricted) -> Result<(), InputError> {
        let Self { free, x, zeta, prices, equations, goals, gradient, right, answer, ldlt, .. } = self;
        let width = free.len() + 1;
        right.clear();
        // Of x and ζ: minus the gradient of the Lagrangian, with prices of the sign that the matrix gives them.
        right.extend(
            free.iter().zip(&*gradient).map(|(&asset, slope)| -slope - problem.ridge[asset] * x[asset]),
        );
        right.push(-gradient[free.len()]);
        for (price, row) in prices.iter().zip(equations.chunks_exact(width)) {
            axpy(-price, row, right);
        }
        for (goal, row) in goals.iter().zip(equations.chunks_exact(width)) {
            let value: f64 = free.iter().zip(row).map(|(&asset, factor)| factor * x[asset]).sum();
            right.push(goal - value - row[width - 1] * *zeta);
        }
        answer.resize(right.len(), 0.0);
        ldlt.solve_into(right, answer)?;
        for (&asset, step) in free.iter().zip(&*answer) {
            x[asset] += step;
        }
        *zeta += answer[width - 1];
        for (price, step) in prices.iter_mut().zip(&answer[width..]) {
            *price += step;
        }
        Ok(())
    }

    fn classify(&mut self, problem: &Restricted, at: &Iterate) {
        let assets = problem.assets;
        let Self { free, at_risk, beyond, rows, limits, x, zeta, signs, .. } = self;
        x.clone_from(&at.x);
        *zeta = at.zeta;
        signs.clear();
        signs.resize(assets, 1.0);
        for (k, &asset) in at.lower_at.iter().enumerate() {
            if at.lower.slack[k] < at.lower.price[k] {
                (x[asset], signs[asset]) = (problem.lower[asset], 0.0);
            }
        }
        for (k, &asset) in at.upper_at.iter().enumerate() {
            if at.upper.slack[k] < at.upper.price[k] {
                (x[asset], signs[asset]) = (problem.upper[asset], 0.0);
            }
        }
        for (distances, family) in at.families.iter().zip(&problem.families) {
            for asset in 0..assets {
                let above = distances.above.slack[asset] < distances.above.price[asset];
                let under = distances.under.slack[asset] < distances.under.price[asset];
                if above && under {
                    (x[asset], signs[asset]) = (family.center[asset], 0.0);
                }
            }
        }
        free.clear();
        free.extend((0..assets).filter(|&asset| signs[asset] != 0.0));
        at_risk.clear();
        beyond.clear();
        for t in 0..problem.scenarios {
            // Prices of scenarios are at most their share.
            let tight = |slack: f64, price: f64| slack * problem.shares[t] < price;
            let below = tight(at.below.slack[t], at.below.price[t]);
            let above = tight(at.beyond.slack[t], at.beyond.price[t]);
            if below && above {
                at_risk.push(t);
            } else if below {
                beyond.push(t);
            }
        }
        rows.clear();
        rows.extend_from_slice(&at.equation_at);
        let tight = |pairs: &super::pairs::Pairs, k: usize| pairs.slack[k] < pairs.price[k];
        rows.extend(
            at.row_lower_at.iter().enumerate().filter(|(k, _)| tight(&at.row_lower, *k)).map(|(_, row)| row),
        );
        rows.extend(
            at.row_upper_at.iter().enumerate().filter(|(k, _)| tight(&at.row_upper, *k)).map(|(_, row)| row),
        );
        self.cap = at.cap.len() > 0 && tight(&at.cap, 0);
        limits.clear();
        limits.extend(
            (0..at.families.len())
                .filter(|&f| at.families[f].limit.len() > 0 && tight(&at.families[f].limit, 0)),
        );
        // Whose side each free asset is on decides its costs.
        self.gradient.clear();
    }

    fn write_equations(&mut self, problem: &Restricted) {
        let Self { free, at_risk, beyond, rows, limits, x, equations, goals, gradient, losses, .. } = self;
        let standing = |asset: &usize| free.binary_search(asset).is_err();
        // What the assets that stand at a bound or a kink lose.
        losses.clear();
        losses.extend_from_slice(&problem.base);
        for asset in (0..problem.assets).filter(standing) {
            if x[asset] != 0.0 {
                axpy(-x[asset], problem.column(asset), losses);
            }
        }
        equations.clear();
        goals.clear();
        // R_t x + ζ = loss of what stands.
        for &t in &*at_risk {
            equations.extend(free.iter().map(|&asset| problem.column(asset)[t]));
            equations.push(1.0);
            goals.push(losses[t]);
        }
        let side = |row: usize| {
            let value = dot(problem.row(row), x);
            let (lower, upper) = (problem.row_lower[row], problem.row_upper[row]);
            if (value - lower).abs() <= (upper - value).abs() { lower } else { upper }
        };
        for &row in &*rows {
            let coefficients = problem.row(row);
            equations.extend(free.iter().map(|&asset| coefficients[asset]));
            equations.push(0.0);
            let rest: f64 =
                (0..problem.assets).filter(standing).map(|asset| coefficients[asset] * x[asset]).sum();
            goals.push(side(row) - rest);
        }
        let mass: f64 = beyond.iter().map(|&t| problem.shares[t]).sum();
        let tail_of = |asset: usize| {
            let returns = problem.column(asset);
            beyond.iter().map(|&t| problem.shares[t] * returns[t]).sum::<f64>()
        };
        gradient.extend(free.iter().map(|&asset| problem.linear[asset] - problem.price * tail_of(asset)));
        gradient.push(problem.price * (1.0 - mass));
        if self.cap {
            equations.extend(free.iter().map(|&asset| -tail_of(asset)));
            equations.push(1.0 - mass);
            let rest: f64 = beyond.iter().map(|&t| problem.shares[t] * losses[t]).sum();
            goals.push(problem.limit - rest);
        }
        for (place, family) in problem.families.iter().enumerate() {
            let sign = |asset: usize| if x[asset] < family.center[asset] { -1.0 } else { 1.0 };
            for (slope, &asset) in gradient.iter_mut().zip(&*free) {
                *slope += sign(asset) * family.cost.get(asset).copied().unwrap_or(0.0);
            }
            if limits.contains(&place) {
                equations.extend(free.iter().map(|&asset| sign(asset)));
                equations.push(0.0);
                let rest: f64 = (0..problem.assets)
                    .map(|asset| {
                        let center = family.center[asset];
                        if standing(&asset) { (x[asset] - center).abs() } else { -sign(asset) * center }
                    })
                    .sum();
                goals.push(family.limit - rest);
            }
        }
    }

    /// The price of each scenario at the value at risk.
    pub(super) fn at_risk(&self) -> impl Iterator<Item = (usize, f64)> {
        // The matrix gives prices the other sign: gradient + A'p = 0, where -z is that of a scenario.
        self.at_risk.iter().copied().zip(self.prices.iter().map(|price| -price))
    }

    pub(super) fn row_prices(&self) -> impl Iterator<Item = (usize, f64)> {
        self.rows.iter().copied().zip(self.prices[self.at_risk.len()..].iter().map(|price| -price))
    }

    pub(super) fn cap_price(&self) -> f64 {
        if self.cap { self.prices[self.at_risk.len() + self.rows.len()] } else { 0.0 }
    }

    pub(super) fn limit_prices(&self) -> impl Iterator<Item = (usize, f64)> {
        let first = self.at_risk.len() + self.rows.len() + usize::from(self.cap);
        self.limits.iter().copied().zip(self.prices[first..].iter().copied())
    }
}
