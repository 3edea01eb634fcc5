//! A problem of tail risk as cones.

use po_convex::cones::Cones;
use po_core::simd::dot;

use crate::optimise::measure::Functional;
use crate::optimise::problem::Problem;
use crate::optimise::tracking::Tracking;
use crate::optimise::wasserstein::GroundNorm;

/// The cones of a problem, and where its parts went.
#[derive(Debug)]
pub(super) struct Standard {
    pub(super) cones: Cones,
    /// The row whose multiplier is the weight of a scenario, or of a cut in the place of the measure.
    pub(super) scenarios: Vec<usize>,
    /// For each period the row whose multiplier is the weight of the loss in the drawdowns to come.
    pub(super) periods: Vec<usize>,
    /// The rows `x_i <= m` and `-x_i <= m` of the largest position.
    pub(super) positions: Vec<[usize; 2]>,
    /// The first row of the cone of the Euclidean norm.
    pub(super) norm: Option<usize>,
    pub(super) limit: Option<usize>,
    pub(super) target: Option<usize>,
    /// The first row of the cone of the tracking error.
    pub(super) tracking: Option<usize>,
    /// What a unit of risk in the cones is worth.
    pub(super) unit: f64,
}

/// A coefficient of a row: variable and value.
type Terms = Vec<(usize, f64)>;

impl Standard {
    /// With gradients `g` of cuts `ρ(x) >= g'x`, these take the place of the measure.
    pub(super) fn of(problem: &Problem<'_>, cuts: Option<&[Vec<f64>]>) -> Self {
        let assets = problem.assets();
        let mut cones = Cones::new(assets);
        let (net, constant) = add_constraints(&mut cones, problem);
        // Returns in units of their size: the cones then hold numbers near one, whatever the period.
        let entries = problem.returns.as_slice();
        let size = (entries.iter().map(|value| value * value).sum::<f64>() / entries.len() as f64).sqrt();
        let unit = if size > 0.0 { size } else { 1.0 };
        for &(variable, value) in &net {
            cones.add_linear(variable, -problem.reward * value);
        }
        let target = (problem.target > f64::NEG_INFINITY).then(|| {
            let terms = net.iter().map(|&(variable, value)| (variable, -value));
            cones.at_most(terms.collect::<Terms>(), constant - problem.target)
        });
        let tracking = problem.tracking.map(|tracking| add_tracking(&mut cones, tracking));
        let mut standard = Self {
            cones,
            scenarios: Vec::new(),
            periods: Vec::new(),
            positions: Vec::new(),
            norm: None,
            limit: None,
            target,
            tracking,
            unit,
        };
        if problem.price <= 0.0 && problem.limit == f64::INFINITY {
            return standard;
        }
        let mut risk = match cuts {
            Some(cuts) => standard.add_cuts(cuts),
            None => standard.add_measure(problem),
        };
        standard.add_charge(problem, &mut risk);
        for &(variable, value) in &risk {
            standard.cones.add_linear(variable, problem.price * unit * value);
        }
        if problem.limit < f64::INFINITY {
            standard.limit = Some(standard.cones.at_most(risk, problem.limit / unit));
        }
        standard
    }

    /// A variable above all cuts.
    fn add_cuts(&mut self, cuts: &[Vec<f64>]) -> Terms {
        let Self { cones, scenarios, unit, .. } = self;
        let level = cones.add_variables(1);
        for gradient in cuts {
            let terms = gradient.iter().map(|value| value / *unit).enumerate();
            scenarios.push(cones.at_most(terms.chain([(level, -1.0)]), 0.0));
        }
        vec![(level, 1.0)]
    }

    /// The losses or drawdowns as sums of variables, and the measure of them as another.
    fn add_measure(&mut self, problem: &Problem<'_>) -> Terms {
        let Self { cones, scenarios, periods, unit, .. } = self;
        let (assets, count) = (problem.assets(), problem.returns.observations());
        let entries = problem.returns.as_slice();
        let loss = |row: usize| -> Terms {
            (0..assets).map(|asset| (asset, -entries[asset * count + row] / *unit)).collect()
        };
        let drawdowns = problem.measure.is_drawdown().then(|| cones.add_variables(count));
        if let Some(first) = drawdowns {
            for row in 0..count {
                let mut terms = loss(row);
                terms.push((first + row, -1.0));
                if row > 0 {
                    terms.push((first + row - 1, 1.0));
                }
                periods.push(cones.at_most(terms, 0.0));
                cones.at_most([(first + row, -1.0)], 0.0);
            }
        }
        let series = |row: usize| drawdowns.map_or_else(|| loss(row), |first| vec![(first + row, 1.0)]);
        let tail = problem.confidence.tail();
        let possible = problem.probabilities.iter().enumerate().filter(|(_, p)| **p > 0.0);
        match problem.measure.functional() {
            Functional::Mean => {
                let first = drawdowns.unwrap_or(0);
                possible.map(|(row, p)| (first + row, *p)).collect()
            }
            Functional::Greatest => {
                let level = cones.add_variables(1);
                for (row, _) in possible {
                    let mut terms = series(row);
                    terms.push((level, -1.0));
                    scenarios.push(cones.at_most(terms, 0.0));
                }
                vec![(level, 1.0)]
            }
            Functional::TailMean => {
                let level = cones.add_variables(1);
                let mut risk = vec![(level, 1.0)];
                for (row, p) in possible {
                    let excess = cones.add_variables(1);
                    let mut terms = series(row);
                    terms.extend([(level, -1.0), (excess, -1.0)]);
                    scenarios.push(cones.at_most(terms, 0.0));
                    cones.at_most([(excess, -1.0)], 0.0);
                    risk.push((excess, p / tail));
                }
                risk
            }
            Functional::Entropic => {
                let level = cones.add_variables(1);
                let temperature = cones.add_variables(1);
                let mut total: Terms = vec![(temperature, -1.0)];
                for (row, p) in possible {
                    let power = cones.add_variables(1);
                    total.push((power, *p));
                    let terms: Terms =
                        series(row).iter().map(|&(variable, value)| (variable, -value)).collect();
                    let first = cones.row(terms.into_iter().chain([(level, 1.0)]), 0.0);
                    cones.row([(temperature, -1.0)], 0.0);
                    cones.row([(power, -1.0)], 0.0);
                    scenarios.push(cones.exponential(first));
                }
                cones.at_most(total, 0.0);
                vec![(level, 1.0), (temperature, -tail.ln())]
            }
        }
    }

    /// The charge for robustness.
    fn add_charge(&mut self, problem: &Problem<'_>, risk: &mut Terms) {
        let Some((norm, rate)) = problem.charge.filter(|charge| charge.1 > 0.0) else { return };
        let Self { cones, positions, norm: cone, unit, .. } = self;
        let rate = rate / *unit;
        let assets = problem.assets();
        match norm {
            GroundNorm::Greatest => {
                for asset in 0..assets {
                    let size = add_distance(cones, problem, asset, 0.0);
                    risk.extend(size.terms.iter().map(|&(variable, value)| (variable, rate * value)));
                }
            }
            GroundNorm::Euclidean => {
                let norm = cones.add_variables(1);
                let first = cones.row([(norm, -1.0)], 0.0);
                for asset in 0..assets {
                    cones.row([(asset, -1.0)], 0.0);
                }
                *cone = Some(cones.second_order(first));
                risk.push((norm, rate));
            }
            GroundNorm::Sum => {
                let largest = cones.add_variables(1);
                for asset in 0..assets {
                    let sides = [1.0, -1.0].map(|sign| cones.at_most([(asset, sign), (largest, -1.0)], 0.0));
                    positions.push(sides);
                }
                risk.push((largest, rate));
            }
        }
    }
}

/// Bounds, rows and families; returns the net return as a sum of variables and a constant.
fn add_constraints(cones: &mut Cones, problem: &Problem<'_>) -> (Terms, f64) {
    for (asset, (&lower, &upper)) in problem.lower.iter().zip(problem.upper).enumerate() {
        between(cones, &[(asset, 1.0)], lower, upper);
    }
    let limits = problem.rows.lower().iter().zip(problem.rows.upper()).enumerate();
    for (row, (&lower, &upper)) in limits {
        let terms: Terms = problem.rows.row(row).iter().copied().enumerate().collect();
        between(cones, &terms, lower, upper);
    }
    let (mut net, mut constant): (Terms, f64) = (problem.mean.iter().copied().enumerate().collect(), 0.0);
    for family in problem.families {
        let (mut total, mut limit) = (Terms::new(), family.limit);
        for (asset, &center) in family.center.iter().enumerate() {
            let cost = family.cost.get(asset).copied().unwrap_or(0.0);
            if cost <= 0.0 && !limit.is_finite() {
                continue;
            }
            let distance = add_distance(cones, problem, asset, center);
            net.extend(distance.terms.iter().map(|&(variable, value)| (variable, -cost * value)));
            constant -= cost * distance.constant;
            limit -= distance.constant;
            total.extend(distance.terms);
        }
        if family.limit.is_finite() {
            cones.at_most(total, limit);
        }
    }
    (net, constant)
}

/// The cone of the tracking error; returns its first row.
fn add_tracking(cones: &mut Cones, tracking: &Tracking) -> usize {
    let Tracking { roots, benchmark, limit, .. } = tracking;
    let first = cones.row([], *limit);
    for root in roots {
        cones.row(root.iter().map(|entry| -entry).enumerate(), -dot(root, benchmark));
    }
    cones.second_order(first)
}

/// `|x_i - h|` as a sum of variables and a constant.
struct Distance {
    terms: Terms,
    constant: f64,
}

fn add_distance(cones: &mut Cones, problem: &Problem<'_>, asset: usize, center: f64) -> Distance {
    // Bounds on one side of the kink leave a linear function.
    if problem.lower[asset] >= center {
        return Distance { terms: vec![(asset, 1.0)], constant: -center };
    }
    if problem.upper[asset] <= center {
        return Distance { terms: vec![(asset, -1.0)], constant: center };
    }
    let distance = cones.add_variables(1);
    cones.at_most([(asset, 1.0), (distance, -1.0)], center);
    cones.at_most([(asset, -1.0), (distance, -1.0)], -center);
    Distance { terms: vec![(distance, 1.0)], constant: 0.0 }
}

fn between(cones: &mut Cones, terms: &[(usize, f64)], lower: f64, upper: f64) {
    if lower >= upper {
        cones.equal(terms.iter().copied(), upper);
        return;
    }
    if lower.is_finite() {
        cones.at_most(terms.iter().map(|&(variable, value)| (variable, -value)), -lower);
    }
    if upper.is_finite() {
        cones.at_most(terms.iter().copied(), upper);
    }
}
