//! By how much an iterate misses the equations of optimality.

use po_core::simd::{axpy, dot, sum};

use super::iterate::Iterate;
use super::restricted::Restricted;

/// By how much the equations are missed.
#[derive(Clone, Debug, Default)]
pub(super) struct Residuals {
    pub(super) losses: Vec<f64>,
    /// Gradient of the Lagrangian in x.
    pub(super) x: Vec<f64>,
    pub(super) zeta: f64,
    pub(super) beyond: Vec<f64>,
    pub(super) below: Vec<f64>,
    pub(super) equation: Vec<f64>,
    pub(super) row_lower: Vec<f64>,
    pub(super) row_upper: Vec<f64>,
    pub(super) cap: f64,
    /// Of each family: in each distance, and in the limit.
    pub(super) families: Vec<(Vec<f64>, f64)>,
    /// The largest of the primal and of the dual ones.
    pub(super) primal: f64,
    pub(super) dual: f64,
}

impl Iterate {
    /// What is missing in each equation.
    pub(super) fn residuals(&self, problem: &Restricted, residuals: &mut Residuals) {
        let (assets, scenarios) = (problem.assets, problem.scenarios);
        let Residuals {
            losses, x: gradient, beyond, below, equation, row_lower, row_upper, families, ..
        } = residuals;
        losses.clear();
        losses.extend_from_slice(&problem.base);
        for (asset, x) in self.x.iter().enumerate() {
            axpy(-x, problem.column(asset), losses);
        }
        let cap_price = self.cap.price.first().copied().unwrap_or(0.0);
        let price = problem.price + cap_price;
        let (mut primal, mut dual) = (0.0_f64, 0.0_f64);

        gradient.clear();
        gradient.extend((0..assets).map(|asset| {
            problem.linear[asset] + problem.ridge[asset] * self.x[asset]
                - dot(problem.column(asset), &self.below.price)
        }));
        for (k, &asset) in self.lower_at.iter().enumerate() {
            gradient[asset] -= self.lower.price[k];
        }
        for (k, &asset) in self.upper_at.iter().enumerate() {
            gradient[asset] += self.upper.price[k];
        }
        for (k, &row) in self.equation_at.iter().enumerate() {
            axpy(-self.equation[k], problem.row(row), gradient);
        }
        for (k, &row) in self.row_lower_at.iter().enumerate() {
            axpy(-self.row_lower.price[k], problem.row(row), gradient);
        }
        for (k, &row) in self.row_upper_at.iter().enumerate() {
            axpy(self.row_upper.price[k], problem.row(row), gradient);
        }
        for family in &self.families {
            let prices = family.above.price.iter().zip(&family.under.price);
            gradient.iter_mut().zip(prices).for_each(|(slope, (above, under))| *slope += above - under);
        }
        dual = gradient.iter().fold(dual, |worst, value| worst.max(value.abs()));

        residuals.zeta = price - sum(&self.below.price);
        dual = dual.max(residuals.zeta.abs());
        beyond.resize(scenarios, 0.0);
        below.resize(scenarios, 0.0);
        for t in 0..scenarios {
            beyond[t] = price * problem.shares[t] - self.below.price[t] - self.beyond.price[t];
            below[t] = self.beyond.slack[t] - losses[t] + self.zeta - self.below.slack[t];
        }
        dual = beyond.iter().fold(dual, |worst, value| worst.max(value.abs()));
        primal = below.iter().fold(primal, |worst, value| worst.max(value.abs()));

        equation.clear();
        equation.extend(
            self.equation_at.iter().map(|&row| problem.row_lower[row] - dot(problem.row(row), &self.x)),
        );
        row_lower.clear();
        let slacks = self.row_lower_at.iter().zip(&self.row_lower.slack);
        row_lower.extend(
            slacks.map(|(&row, slack)| dot(problem.row(row), &self.x) - problem.row_lower[row] - slack),
        );
        row_upper.clear();
        let slacks = self.row_upper_at.iter().zip(&self.row_upper.slack);
        row_upper.extend(
            slacks.map(|(&row, slack)| problem.row_upper[row] - dot(problem.row(row), &self.x) - slack),
        );
        for value in equation.iter().chain(&*row_lower).chain(&*row_upper) {
            primal = primal.max(value.abs());
        }
        residuals.cap = self.cap.slack.first().map_or(0.0, |slack| {
            problem.limit - self.zeta - dot(&problem.shares, &self.beyond.slack) - slack
        });
        primal = primal.max(residuals.cap.abs());
        families.resize_with(self.families.len(), Default::default);
        for ((distances, family), (values, limit)) in
            self.families.iter().zip(&problem.families).zip(families.iter_mut())
        {
            let eta = distances.limit.price.first().copied().unwrap_or(0.0);
            values.clear();
            for asset in 0..assets {
                let cost = family.cost.get(asset).copied().unwrap_or(0.0);
                values.push(cost + eta - distances.above.price[asset] - distances.under.price[asset]);
            }
            dual = values.iter().fold(dual, |worst, value| worst.max(value.abs()));
            *limit = distances
                .limit
                .slack
                .first()
                .map_or(0.0, |slack| family.limit - sum(&distances.distance) - slack);
            primal = primal.max(limit.abs());
        }
        residuals.primal = primal;
        residuals.dual = dual;
    }
}
