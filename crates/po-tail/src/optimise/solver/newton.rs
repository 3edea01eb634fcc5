//! The direction of Newton's method, with all but the assets and the value at risk eliminated.

use po_core::InputError;
use po_core::linalg::{Cholesky, gram_into};
use po_core::nalgebra::{DMatrix, DMatrixView, Dyn, VecStorage};
use po_core::simd::{axpy, dot, sum};

use super::iterate::Iterate;
use super::pairs::Pairs;
use super::residuals::Residuals;
use super::restricted::Restricted;

/// What is added to the diagonal, relative to its largest entry, when it is not positive to rounding.
const REGULARISATION: f64 = 1e-14;

/// The system of equations of one iteration, decomposed.
#[derive(Clone, Debug, Default)]
pub(super) struct Newton {
    /// D of each scenario: how fast its price falls as it gains.
    stiffness: Vec<f64>,
    /// u/v.
    ratio: Vec<f64>,
    /// How the price of a scenario rises with that of the cap.
    by_cap: Vec<f64>,
    /// Returns times the root of D, and what they are made of.
    weighted: Vec<f64>,
    kept: Vec<usize>,
    gram: Vec<f64>,
    /// `R'D1` and `1'D1`.
    border: Vec<f64>,
    diagonal: Vec<f64>,
    /// `(R'e, Σe - 1)` of the cap, and its pivot.
    cap: Vec<f64>,
    cap_pivot: f64,
    /// `Δ/S` of each family, 1/S, and the pivot of its limit.
    families: Vec<Eliminated>,
    cholesky: Cholesky,
    /// `M⁻¹ B'` of the equations.
    solved: Vec<f64>,
    right: Vec<f64>,
    direction: Vec<f64>,
    schur: Vec<f64>,
    schur_factor: Cholesky,
    psi: Vec<f64>,
    multipliers: Vec<f64>,
    multiplier_steps: Vec<f64>,
    losses: Vec<f64>,
}

#[derive(Clone, Debug, Default)]
struct Eliminated {
    slope: Vec<f64>,
    compliance: Vec<f64>,
    pivot: f64,
    right: Vec<f64>,
}

impl Newton {
    /// Decomposes the system at an iterate.
    pub(super) fn factor(&mut self, problem: &Restricted, at: &Iterate) -> Result<(), InputError> {
        let (assets, scenarios) = (problem.assets, problem.scenarios);
        self.stiffen(problem, at);
        let Self { stiffness, by_cap, weighted, kept, gram, border, diagonal, cap, families, .. } = self;

        // Scenarios far from the value at risk hardly resist: their share of the matrix is rounding.
        let largest = stiffness.iter().fold(0.0_f64, |largest, value| largest.max(*value));
        kept.clear();
        kept.extend((0..scenarios).filter(|&t| stiffness[t] > 1e-13 * largest));
        let rows = kept.len();
        let roots = &mut self.losses;
        roots.clear();
        roots.extend(kept.iter().map(|&t| stiffness[t].sqrt()));
        weighted.resize(rows * assets, 0.0);
        for (asset, column) in weighted.chunks_exact_mut(rows.max(1)).enumerate().take(assets) {
            let returns = problem.column(asset);
            for ((entry, &t), root) in column.iter_mut().zip(&*kept).zip(&*roots) {
                *entry = root * returns[t];
            }
        }
        let mut storage = std::mem::take(gram);
        storage.resize(assets * assets, 0.0);
        let mut matrix = DMatrix::from_vec_storage(VecStorage::new(Dyn(assets), Dyn(assets), storage));
        gram_into(1.0, DMatrixView::from_slice(&weighted[..rows * assets], rows, assets), &mut matrix)?;
        *gram = matrix.data.into();
        border.clear();
        border.extend(weighted.chunks_exact(rows.max(1)).take(assets).map(|column| dot(column, roots)));
        // Where no scenario resists, there are no columns.
        border.resize(assets, 0.0);
        border.push(dot(roots, roots));

        diagonal.clear();
        diagonal.extend_from_slice(&problem.ridge);
        for (k, &asset) in at.lower_at.iter().enumerate() {
            diagonal[asset] += at.lower.price[k] / at.lower.slack[k];
        }
        for (k, &asset) in at.upper_at.iter().enumerate() {
            diagonal[asset] += at.upper.price[k] / at.upper.slack[k];
        }
        families.resize_with(at.families.len(), Eliminated::default);
        for (distances, eliminated) in at.families.iter().zip(families.iter_mut()) {
            let Eliminated { slope, compliance, pivot, .. } = eliminated;
            slope.clear();
            compliance.clear();
            for (asset, diagonal) in diagonal.iter_mut().enumerate() {
                let above = distances.above.price[asset] / distances.above.slack[asset];
                let under = distances.under.price[asset] / distances.under.slack[asset];
                let both = above + under;
                *diagonal += 4.0 * above * under / both;
                slope.push((under - above) / both);
                compliance.push(1.0 / both);
            }
            *pivot = distances
                .limit
                .slack
                .first()
                .map_or(f64::INFINITY, |slack| slack / distances.limit.price[0] + sum(compliance));
        }
        cap.clear();
        if at.cap.len() > 0 {
            cap.extend((0..assets).map(|asset| dot(problem.column(asset), by_cap)));
            cap.push(sum(by_cap) - 1.0);
        }
        for (asset, extra) in diagonal.iter().enumerate() {
            gram[asset * (assets + 1)] += extra;
        }
        let mut rank_one = |vector: &[f64], factor: f64| {
            if factor > 0.0 {
                for (asset, column) in gram.chunks_exact_mut(assets).enumerate() {
                    axpy(factor * vector[asset], &vector[asset..assets], &mut column[asset..]);
                }
            }
        };
        if !cap.is_empty() {
            rank_one(cap, 1.0 / self.cap_pivot);
            for (asset, entry) in border.iter_mut().enumerate() {
                *entry += cap[asset] * cap[assets] / self.cap_pivot;
            }
        }
        for eliminated in families.iter().filter(|eliminated| eliminated.pivot < f64::INFINITY) {
            rank_one(&eliminated.slope, 1.0 / eliminated.pivot);
        }
        for (at, pairs) in [(&at.row_lower_at, &at.row_lower), (&at.row_upper_at, &at.row_upper)] {
            for (k, &row) in at.iter().enumerate() {
                rank_one(problem.row(row), pairs.price[k] / pairs.slack[k]);
            }
        }
        self.decompose(assets)?;
        self.eliminate_equations(problem, at)
    }

    /// D, u/v and what the cap does to each scenario.
    fn stiffen(&mut self, problem: &Restricted, at: &Iterate) {
        let scenarios = problem.scenarios;
        let Self { stiffness, ratio, by_cap, .. } = self;
        stiffness.resize(scenarios, 0.0);
        ratio.resize(scenarios, 0.0);
        by_cap.clear();
        let (u, v) = (&at.beyond.slack[..scenarios], &at.beyond.price[..scenarios]);
        let (s, z) = (&at.below.slack[..scenarios], &at.below.price[..scenarios]);
        for t in 0..scenarios {
            let uv = u[t] / v[t];
            ratio[t] = uv;
            stiffness[t] = 1.0 / (s[t] / z[t] + uv);
        }
        if let Some(slack) = at.cap.slack.first() {
            by_cap.extend((0..scenarios).map(|t| stiffness[t] * ratio[t] * problem.shares[t]));
            let own = (0..scenarios).map(|t| problem.shares[t] * ratio[t] * (problem.shares[t] - by_cap[t]));
            self.cap_pivot = slack / at.cap.price[0] + own.sum::<f64>();
        }
    }

    fn decompose(&mut self, assets: usize) -> Result<(), InputError> {
        let Self { gram, border, cholesky, .. } = self;
        let largest = (0..assets).map(|asset| gram[asset * (assets + 1)]).fold(border[assets], f64::max);
        let mut extra = 0.0;
        loop {
            let factored = cholesky.factor_columns(assets + 1, |col, below| {
                let rest = below.len() - 1;
                below[rest] = border[col];
                below[..rest].copy_from_slice(&gram[(col * assets + col).min(gram.len())..][..rest]);
                below[0] += extra;
            });
            match factored {
                Err(_) if extra < 1e-6 * largest => extra = (100.0 * extra).max(REGULARISATION * largest),
                other => return other,
            }
        }
    }

    /// `M⁻¹ B'`, and the Schur complement `B M⁻¹ B'`.
    fn eliminate_equations(&mut self, problem: &Restricted, at: &Iterate) -> Result<(), InputError> {
        let (assets, equations) = (problem.assets, at.equation_at.len());
        if equations == 0 {
            return Ok(());
        }
        let Self { cholesky, solved, right, schur, schur_factor, .. } = self;
        right.clear();
        for &row in &at.equation_at {
            right.extend_from_slice(problem.row(row));
            right.push(0.0);
        }
        solved.resize(right.len(), 0.0);
        cholesky.solve_into(right, solved)?;
        schur.clear();
        for &row in &at.equation_at {
            let columns = solved.chunks_exact(assets + 1);
            schur.extend(columns.map(|column| dot(problem.row(row), &column[..assets])));
        }
        let largest = (0..equations).map(|k| schur[k * (equations + 1)]).fold(0.0, f64::max);
        let mut extra = 0.0;
        loop {
            let factored = schur_factor.factor_columns(equations, |col, below| {
                below.copy_from_slice(&schur[col * equations + col..(col + 1) * equations]);
                below[0] += extra;
            });
            match factored {
                Err(_) if extra < 1e-6 * largest => extra = (100.0 * extra).max(REGULARISATION * largest),
                other => return other,
            }
        }
    }

    /// Writes the direction that closes the residuals and moves the products by their goals.
    pub(super) fn direct(
        &mut self,
        problem: &Restricted,
        missing: &Residuals,
        at: &mut Iterate,
    ) -> Result<(), InputError> {
        let (assets, scenarios) = (problem.assets, problem.scenarios);
        let Self { stiffness, ratio, by_cap, psi, right, direction, families, cap, losses, .. } = self;
        psi.resize(scenarios, 0.0);
        for t in 0..scenarios {
            psi[t] = at.below.goal[t] / at.below.price[t] - at.beyond.goal[t] / at.beyond.price[t]
                + ratio[t] * missing.beyond[t]
                - missing.below[t];
        }
        let pull = losses;
        pull.clear();
        pull.extend(psi.iter().zip(&*stiffness).map(|(psi, stiffness)| psi * stiffness));

        right.clear();
        right.extend((0..assets).map(|asset| dot(problem.column(asset), pull) - missing.x[asset]));
        right.push(sum(pull) - missing.zeta);
        for (k, &asset) in at.lower_at.iter().enumerate() {
            right[asset] += at.lower.goal[k] / at.lower.slack[k];
        }
        for (k, &asset) in at.upper_at.iter().enumerate() {
            right[asset] -= at.upper.goal[k] / at.upper.slack[k];
        }
        for (k, &row) in at.row_lower_at.iter().enumerate() {
            let Pairs { slack, price, goal, .. } = &at.row_lower;
            let factor = (goal[k] - price[k] * missing.row_lower[k]) / slack[k];
            axpy(factor, problem.row(row), &mut right[..assets]);
        }
        for (k, &row) in at.row_upper_at.iter().enumerate() {
            let Pairs { slack, price, goal, .. } = &at.row_upper;
            let factor = (goal[k] - price[k] * missing.row_upper[k]) / slack[k];
            axpy(-factor, problem.row(row), &mut right[..assets]);
        }
        let mut limits = [0.0; 2];
        for ((distances, eliminated), ((residual, of_limit), limit)) in
            at.families.iter().zip(families.iter_mut()).zip(missing.families.iter().zip(&mut limits))
        {
            let Eliminated { slope, compliance, pivot, right: own } = eliminated;
            own.clear();
            for asset in 0..assets {
                let above = distances.above.goal[asset] / distances.above.slack[asset];
                let under = distances.under.goal[asset] / distances.under.slack[asset];
                let value = above + under - residual[asset];
                own.push(value);
                right[asset] -= above - under + slope[asset] * value;
            }
            if *pivot < f64::INFINITY {
                let Pairs { price, goal, .. } = &distances.limit;
                *limit = goal[0] / price[0] - of_limit + dot(own, compliance);
                axpy(*limit / *pivot, slope, &mut right[..assets]);
            }
        }
        let mut of_cap = 0.0;
        if !cap.is_empty() {
            let own = (0..scenarios).map(|t| {
                let moved = at.beyond.goal[t] / at.beyond.price[t] - ratio[t] * missing.beyond[t];
                problem.shares[t] * moved + by_cap[t] * psi[t]
            });
            of_cap = at.cap.goal[0] / at.cap.price[0] - missing.cap + own.sum::<f64>();
            axpy(of_cap / self.cap_pivot, cap, right);
        }
        direction.resize(assets + 1, 0.0);
        self.cholesky.solve_into(right, direction)?;
        self.close_equations(problem, missing, at)?;
        self.expand(problem, missing, at, of_cap, limits);
        Ok(())
    }

    /// Adds to the direction what makes it satisfy the equations.
    fn close_equations(
        &mut self,
        problem: &Restricted,
        missing: &Residuals,
        at: &mut Iterate,
    ) -> Result<(), InputError> {
        let assets = problem.assets;
        if at.equation_at.is_empty() {
            return Ok(());
        }
        let Self { direction, solved, schur_factor, multipliers, multiplier_steps, .. } = self;
        multipliers.clear();
        for (k, &row) in at.equation_at.iter().enumerate() {
            multipliers.push(missing.equation[k] - dot(problem.row(row), &direction[..assets]));
        }
        multiplier_steps.resize(multipliers.len(), 0.0);
        schur_factor.solve_into(multipliers, multiplier_steps)?;
        for (step, column) in multiplier_steps.iter().zip(solved.chunks_exact(assets + 1)) {
            axpy(*step, column, direction);
        }
        at.equation_step.copy_from_slice(multiplier_steps);
        Ok(())
    }

    /// The steps of everything that was eliminated.
    fn expand(
        &mut self,
        problem: &Restricted,
        missing: &Residuals,
        at: &mut Iterate,
        of_cap: f64,
        limits: [f64; 2],
    ) {
        let (assets, scenarios) = (problem.assets, problem.scenarios);
        let Self { stiffness, ratio, by_cap, psi, direction, cap, cap_pivot, families, losses, .. } = self;
        at.x_step.copy_from_slice(&direction[..assets]);
        at.zeta_step = direction[assets];
        let cap_step = if cap.is_empty() { 0.0 } else { (of_cap - dot(cap, direction)) / *cap_pivot };
        // What each scenario gains, beside the value at risk.
        let gains = losses;
        gains.clear();
        gains.resize(scenarios, at.zeta_step);
        for (asset, step) in at.x_step.iter().enumerate() {
            axpy(*step, problem.column(asset), gains);
        }
        for t in 0..scenarios {
            let by = by_cap.get(t).copied().unwrap_or(0.0);
            let price_step = stiffness[t] * (psi[t] - gains[t]) + by * cap_step;
            at.below.price_step[t] = price_step;
            at.below.slack_step[t] = (at.below.goal[t] - at.below.slack[t] * price_step) / at.below.price[t];
            let other = problem.shares[t] * cap_step - price_step + missing.beyond[t];
            at.beyond.price_step[t] = other;
            at.beyond.slack_step[t] = at.beyond.goal[t] / at.beyond.price[t] - ratio[t] * other;
        }
        for (k, &asset) in at.lower_at.iter().enumerate() {
            at.lower.follow(k, at.x_step[asset]);
        }
        for (k, &asset) in at.upper_at.iter().enumerate() {
            at.upper.follow(k, -at.x_step[asset]);
        }
        for (k, &row) in at.row_lower_at.iter().enumerate() {
            at.row_lower.follow(k, dot(problem.row(row), &at.x_step) + missing.row_lower[k]);
        }
        for (k, &row) in at.row_upper_at.iter().enumerate() {
            at.row_upper.follow(k, missing.row_upper[k] - dot(problem.row(row), &at.x_step));
        }
        if at.cap.len() > 0 {
            let (slack, price) = (at.cap.slack[0], at.cap.price[0]);
            at.cap.price_step[0] = cap_step;
            at.cap.slack_step[0] = (at.cap.goal[0] - slack * cap_step) / price;
        }
        for ((distances, eliminated), limit) in at.families.iter_mut().zip(families).zip(limits) {
            let Eliminated { slope, compliance, pivot, right } = eliminated;
            let mut step = 0.0;
            if *pivot < f64::INFINITY {
                step = (limit - dot(slope, &at.x_step)) / *pivot;
                let Pairs { slack, price, goal, slack_step, price_step } = &mut distances.limit;
                price_step[0] = step;
                slack_step[0] = (goal[0] - slack[0] * step) / price[0];
            }
            for asset in 0..assets {
                let moved = at.x_step[asset];
                let distance = compliance[asset] * (right[asset] - step) - slope[asset] * moved;
                distances.distance_step[asset] = distance;
                distances.above.follow(asset, distance - moved);
                distances.under.follow(asset, distance + moved);
            }
        }
    }
}
