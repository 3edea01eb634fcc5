//! The point at which an interior-point method stands.

use po_core::simd::{axpy, dot, sum};

use super::pairs::Pairs;
use super::restricted::Restricted;

/// The least distance from a bound at the start, where there is room.
const INSIDE: f64 = 0.25;

/// The greatest price of the cap at the start, in units of the objective.
const DEAREST: f64 = 3.0;

/// A primal and dual point, both strictly within the inequalities, with the equations not yet satisfied.
#[derive(Clone, Debug, Default)]
pub(super) struct Iterate {
    pub(super) x: Vec<f64>,
    pub(super) x_step: Vec<f64>,
    pub(super) zeta: f64,
    pub(super) zeta_step: f64,
    /// u, what a scenario loses beyond ζ, and v.
    pub(super) beyond: Pairs,
    /// s, by how much a scenario stays below ζ, and z.
    pub(super) below: Pairs,
    /// Assets with a lower bound, and the distances to it.
    pub(super) lower_at: Vec<usize>,
    pub(super) lower: Pairs,
    pub(super) upper_at: Vec<usize>,
    pub(super) upper: Pairs,
    /// Multipliers of the rows that are equations.
    pub(super) equation_at: Vec<usize>,
    pub(super) equation: Vec<f64>,
    pub(super) equation_step: Vec<f64>,
    /// Rows with a lower limit, and the distances to it.
    pub(super) row_lower_at: Vec<usize>,
    pub(super) row_lower: Pairs,
    pub(super) row_upper_at: Vec<usize>,
    pub(super) row_upper: Pairs,
    /// The limit on conditional value at risk; of length zero or one.
    pub(super) cap: Pairs,
    pub(super) families: Vec<Distances>,
}

/// The distances `d_i >= |x_i - h_i|` of a family.
#[derive(Clone, Debug, Default)]
pub(super) struct Distances {
    pub(super) distance: Vec<f64>,
    pub(super) distance_step: Vec<f64>,
    /// `d - (x - h)`.
    pub(super) above: Pairs,
    /// `d + (x - h)`.
    pub(super) under: Pairs,
    /// The limit; of length zero or one.
    pub(super) limit: Pairs,
}

impl Iterate {
    /// All pairs.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pairs> {
        let fixed = [
            &self.beyond,
            &self.below,
            &self.lower,
            &self.upper,
            &self.row_lower,
            &self.row_upper,
            &self.cap,
        ];
        fixed
            .into_iter()
            .chain(self.families.iter().flat_map(|family| [&family.above, &family.under, &family.limit]))
    }

    pub(super) fn pairs_mut(&mut self) -> impl Iterator<Item = &mut Pairs> {
        let Self { beyond, below, lower, upper, row_lower, row_upper, cap, families, .. } = self;
        let fixed = [beyond, below, lower, upper, row_lower, row_upper, cap];
        fixed.into_iter().chain(
            families.iter_mut().flat_map(|family| [&mut family.above, &mut family.under, &mut family.limit]),
        )
    }

    /// The mean of all products of slacks and prices.
    pub(super) fn centrality(&self) -> (f64, usize) {
        let count = self.pairs().map(Pairs::len).sum::<usize>();
        (self.pairs().map(Pairs::product).sum(), count)
    }

    /// Starts near x and ζ, with all products of slacks and prices about `mu`.
    ///
    /// `prices` are what is known of the multipliers of the bounds, of either sign, `equations` of those of the rows, and
    /// `cap` of that of the conditional value at risk.
    pub(super) fn start(
        &mut self,
        problem: &Restricted,
        x: &[f64],
        zeta: f64,
        mu: f64,
        prices: &[f64],
        (equations, cap): (&[f64], f64),
    ) {
        let assets = problem.assets;
        self.x.clear();
        self.x.extend_from_slice(x);
        self.zeta = zeta;
        self.x_step.clear();
        self.x_step.resize(assets, 0.0);
        let inside = (mu / INSIDE).min(0.1);
        for ((x, price), (lower, upper)) in
            self.x.iter_mut().zip(prices).zip(problem.lower.iter().zip(&problem.upper))
        {
            let room = (mu / price.abs().max(INSIDE)).min(0.25 * (upper - lower));
            *x = x.min(upper - room).max(lower + room);
        }
        self.lower_at.clear();
        self.lower_at.extend((0..assets).filter(|&asset| problem.lower[asset].is_finite()));
        self.upper_at.clear();
        self.upper_at.extend((0..assets).filter(|&asset| problem.upper[asset].is_finite()));
        let place = |pairs: &mut Pairs, slacks: &mut dyn Iterator<Item = f64>, count: usize| {
            pairs.resize(count);
            for (k, slack) in slacks.enumerate() {
                pairs.slack[k] = slack;
                pairs.price[k] = mu / slack;
            }
        };
        let x = &self.x;
        let at = &self.lower_at;
        place(&mut self.lower, &mut at.iter().map(|&i| x[i] - problem.lower[i]), at.len());
        let at = &self.upper_at;
        place(&mut self.upper, &mut at.iter().map(|&i| problem.upper[i] - x[i]), at.len());

        let rows = problem.row_lower.len();
        self.equation_at.clear();
        self.equation_at.extend((0..rows).filter(|&row| problem.is_equation(row)));
        self.equation.clear();
        self.equation.extend(self.equation_at.iter().map(|&row| equations[row]));
        self.equation_step.clear();
        self.equation_step.resize(self.equation_at.len(), 0.0);
        let inequality = |row: usize| !problem.is_equation(row);
        self.row_lower_at.clear();
        self.row_lower_at
            .extend((0..rows).filter(|&row| inequality(row) && problem.row_lower[row].is_finite()));
        self.row_upper_at.clear();
        self.row_upper_at
            .extend((0..rows).filter(|&row| inequality(row) && problem.row_upper[row].is_finite()));
        let slack = |value: f64| value.max(inside);
        let at = &self.row_lower_at;
        let mut slacks = at.iter().map(|&row| slack(dot(problem.row(row), x) - problem.row_lower[row]));
        place(&mut self.row_lower, &mut slacks, at.len());
        let at = &self.row_upper_at;
        let mut slacks = at.iter().map(|&row| slack(problem.row_upper[row] - dot(problem.row(row), x)));
        place(&mut self.row_upper, &mut slacks, at.len());

        let mut price = problem.price;
        if problem.limit.is_finite() {
            let slack = 0.1_f64.max(mu);
            place(&mut self.cap, &mut std::iter::once(slack), 1);
            self.cap.price[0] = cap.min(DEAREST).max(mu / slack);
            price += self.cap.price[0];
        } else {
            self.cap.resize(0);
        }
        self.place_scenarios(problem, price, mu);

        self.families.resize_with(problem.families.len(), Distances::default);
        for (distances, family) in self.families.iter_mut().zip(&problem.families) {
            let finite = family.limit.is_finite();
            distances.limit.resize(usize::from(finite));
            let at = 0.1;
            distances.distance.clear();
            distances.distance_step.clear();
            distances.distance_step.resize(assets, 0.0);
            distances.above.resize(assets);
            distances.under.resize(assets);
            for asset in 0..assets {
                let gap = self.x[asset] - family.center[asset];
                let cost = family.cost.get(asset).copied().unwrap_or(0.0) + if finite { at } else { 0.0 };
                // mu / (d - g) + mu / (d + g) = cost.
                let distance = mu / cost.max(mu) + ((mu / cost.max(mu)).powi(2) + gap * gap).sqrt();
                distances.distance.push(distance);
                distances.above.slack[asset] = distance - gap;
                distances.under.slack[asset] = distance + gap;
                distances.above.price[asset] = mu / (distance - gap);
                distances.under.price[asset] = mu / (distance + gap);
            }
            if finite {
                distances.limit.slack[0] = (family.limit - sum(&distances.distance)).max(inside);
                distances.limit.price[0] = at;
            }
        }
    }

    /// The scenarios' share in the start: each slack and price follows from the loss and `mu`.
    fn place_scenarios(&mut self, problem: &Restricted, price: f64, mu: f64) {
        let scenarios = problem.scenarios;
        self.beyond.resize(scenarios);
        self.below.resize(scenarios);
        // The losses stand in a list that is needed later.
        let losses = &mut self.beyond.slack_step;
        losses.copy_from_slice(&problem.base);
        for (asset, x) in self.x.iter().enumerate() {
            axpy(-x, problem.column(asset), losses);
        }
        let largest = problem.shares.iter().fold(0.0_f64, |largest, share| largest.max(*share));
        for t in 0..scenarios {
            let excess = self.beyond.slack_step[t] - self.zeta;
            // What is less likely is nearer to its boundary.
            let mu = mu * problem.shares[t] / largest;
            let (u, s) = central(price * problem.shares[t], excess, mu);
            self.beyond.slack[t] = u;
            self.below.slack[t] = s;
            self.beyond.price[t] = mu / u;
            self.below.price[t] = mu / s;
        }
        self.beyond.slack_step.fill(0.0);
    }

    /// The objective at the primal point.
    pub(super) fn objective(&self, problem: &Restricted) -> f64 {
        let quadratic = self.x.iter().zip(&problem.ridge).map(|(x, ridge)| 0.5 * ridge * x * x).sum::<f64>();
        let risk = self.zeta + dot(&problem.shares, &self.beyond.slack);
        let costs = self.families.iter().zip(&problem.families);
        let costs = costs.map(|(distances, family)| dot(&family.cost, &distances.distance)).sum::<f64>();
        dot(&problem.linear, &self.x) + quadratic + problem.price * risk + costs
    }

    pub(super) fn advance(&mut self, primal: f64, dual: f64) {
        axpy(primal, &self.x_step, &mut self.x);
        self.zeta += primal * self.zeta_step;
        axpy(dual, &self.equation_step, &mut self.equation);
        for family in &mut self.families {
            axpy(primal, &family.distance_step, &mut family.distance);
        }
        self.pairs_mut().for_each(|pairs| pairs.advance(primal, dual));
    }
}

/// u and s with `u - s = excess` and `mu/u + mu/s = share`.
fn central(share: f64, excess: f64, mu: f64) -> (f64, f64) {
    let share = share.max(f64::MIN_POSITIVE);
    let steep = (share * excess).abs();
    let root = steep.hypot(2.0 * mu);
    // The smaller of the two without cancellation.
    let far = (2.0 * mu + steep + root) / (2.0 * share);
    let near = (2.0 * mu + 4.0 * mu * mu / (root + steep)) / (2.0 * share);
    if excess > 0.0 { (far, near) } else { (near, far) }
}
