//! The proof of optimality, from the programme, the weights and the multipliers alone.

use po_core::Certificate;
use po_core::simd::dot;
use pulp::{Arch, Simd, WithSimd};

use super::form::Form;
use crate::{Absolute, Program, ProgramSolution};

/// Working memory of [`certify`].
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateScratch {
    /// Assets with a weight other than zero, and their weights.
    held: Vec<usize>,
    weights: Vec<f64>,
    product: Vec<f64>,
    /// `H x`, and then the gradient of the Lagrangian without bounds and absolute values.
    gradient: Vec<f64>,
}

/// Fills in the objective, the multipliers of the bounds, and the certificate.
///
/// The multipliers of rows and limits are taken as given, with their signs made right; everything else follows from them
/// and from the weights. The dual objective is that of Wolfe (1961), minimised over each weight within its bounds: for
/// a convex programme the optimum lies between it and the primal objective, whatever the multipliers. `forces` is `H x`
/// where it is known.
pub(crate) fn certify(
    program: &Program<'_>,
    form: &Form<'_>,
    forces: Option<&[f64]>,
    scratch: &mut CertificateScratch,
    solution: &mut ProgramSolution,
) {
    let assets = program.len();
    let CertificateScratch { held, weights, product, gradient } = scratch;
    gradient.clear();
    if let Some(forces) = forces {
        gradient.extend_from_slice(forces);
    } else {
        held.clear();
        held.extend((0..assets).filter(|&asset| solution.x[asset] != 0.0));
        weights.clear();
        weights.extend(held.iter().map(|&asset| solution.x[asset]));
        gradient.resize(assets, 0.0);
        form.add_product(held, weights, product, gradient);
    }
    if !program.ridge.is_empty() {
        for ((gradient, ridge), x) in gradient.iter_mut().zip(program.ridge).zip(&solution.x) {
            *gradient += ridge * x;
        }
    }
    let quadratic = dot(gradient, &solution.x);
    gradient.iter_mut().zip(program.linear).for_each(|(gradient, linear)| *gradient += linear);

    let mut certificate = Certificate::default();
    let mut primal = 0.5 * quadratic + dot(program.linear, &solution.x);
    let mut dual = -0.5 * quadratic;
    for (row, multiplier) in solution.rows.iter_mut().enumerate() {
        let (lower, upper) = (program.rows.lower()[row], program.rows.upper()[row]);
        if (*multiplier > 0.0 && lower.is_infinite()) || (*multiplier < 0.0 && upper.is_infinite()) {
            *multiplier = 0.0;
        }
        let value = dot(program.rows.row(row), &solution.x);
        let limit = if *multiplier > 0.0 { lower } else { upper };
        certificate.primal_residual = certificate.primal_residual.max(lower - value).max(value - upper);
        if *multiplier != 0.0 {
            certificate.complementarity =
                certificate.complementarity.max((*multiplier * (value - limit)).abs());
            dual += *multiplier * limit;
            po_core::simd::axpy(-*multiplier, program.rows.row(row), gradient);
        }
    }
    for (family, multiplier) in program.absolute.iter().zip(&mut solution.absolute) {
        *multiplier = if family.limit.is_finite() { multiplier.min(0.0) } else { 0.0 };
        let value: f64 = solution.x.iter().zip(family.center).map(|(x, center)| (x - center).abs()).sum();
        certificate.primal_residual = certificate.primal_residual.max(value - family.limit);
        if *multiplier != 0.0 {
            let slack = *multiplier * (value - family.limit);
            certificate.complementarity = certificate.complementarity.max(slack.abs());
            dual += *multiplier * family.limit;
        }
    }
    let (costs, bounds) = if program.absolute.is_empty() {
        solution.bounds.clone_from(gradient);
        let proof = Arch::new().dispatch(Bounds { program, gradient, weights: &solution.x });
        certificate.primal_residual = certificate.primal_residual.max(proof.outside);
        certificate.dual_residual = certificate.dual_residual.max(proof.moved);
        certificate.complementarity = certificate.complementarity.max(proof.slack);
        (0.0, proof.dual)
    } else {
        certify_kinks(program, gradient, solution, &mut certificate)
    };
    primal += costs;
    dual += bounds;
    solution.objective = primal;
    certificate.gap = primal - dual;
    solution.certificate = certificate;
}

/// Assets whose bounds are proven side by side: no maximum waits for the last one.
const LANES: usize = 8;

/// What the bounds of some assets prove.
#[derive(Clone, Copy, Debug, Default)]
struct BoundProof {
    /// How far the worst weight stands outside, and how far the gradient moves the worst.
    outside: f64,
    moved: f64,
    /// The largest product of a multiplier and the distance from its bound.
    slack: f64,
    /// What is added to the dual objective.
    dual: f64,
}

/// What [`BoundProof`] is about.
struct Bounds<'a> {
    program: &'a Program<'a>,
    gradient: &'a [f64],
    weights: &'a [f64],
}

impl WithSimd for Bounds<'_> {
    type Output = BoundProof;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> BoundProof {
        let Self { program, gradient, weights } = self;
        let (forces, last_forces) = gradient.as_chunks::<LANES>();
        let (weights, last_weights) = weights.as_chunks::<LANES>();
        let (lower, last_lower) = program.lower.as_chunks::<LANES>();
        let (upper, last_upper) = program.upper.as_chunks::<LANES>();
        let mut lanes = [BoundProof::default(); LANES];
        for ((force, x), (lower, upper)) in forces.iter().zip(weights).zip(lower.iter().zip(upper)) {
            for (lane, proof) in lanes.iter_mut().enumerate() {
                proof.add(force[lane], x[lane], (lower[lane], upper[lane]));
            }
        }
        let bounds = last_lower.iter().zip(last_upper);
        for ((force, x), (lower, upper)) in last_forces.iter().zip(last_weights).zip(bounds) {
            lanes[0].add(*force, *x, (*lower, *upper));
        }
        lanes.iter().fold(BoundProof::default(), |all, lane| BoundProof {
            outside: all.outside.max(lane.outside),
            moved: all.moved.max(lane.moved),
            slack: all.slack.max(lane.slack),
            dual: all.dual + lane.dual,
        })
    }
}

impl BoundProof {
    #[inline(always)]
    fn add(&mut self, force: f64, x: f64, (lower, upper): (f64, f64)) {
        self.outside = self.outside.max(lower - x).max(x - upper);
        self.moved = self.moved.max((x - (x - force).max(lower).min(upper)).abs());
        let limit = if force > 0.0 { lower } else { upper };
        let limit = if limit.is_finite() { limit } else { x };
        self.slack = self.slack.max(((x - limit) * force).abs());
        self.dual += (force * limit).min(force * x);
    }
}

/// As [`BoundProof`], with the costs and limits of absolute values: fills in the multipliers of the bounds, and tells the
/// costs and what is added to the dual objective.
fn certify_kinks(
    program: &Program<'_>,
    gradient: &[f64],
    solution: &mut ProgramSolution,
    certificate: &mut Certificate,
) -> (f64, f64) {
    let (mut costs, mut bounds) = (0.0, 0.0);
    solution.bounds.clear();
    for (asset, &force) in gradient.iter().enumerate() {
        let (lower, upper, x) = (program.lower[asset], program.upper[asset], solution.x[asset]);
        certificate.primal_residual = certificate.primal_residual.max(lower - x).max(x - upper);
        let step = nearest(program, solution, asset, x - force).clamp(lower, upper);
        certificate.dual_residual = certificate.dual_residual.max((x - step).abs());
        // The costs have slopes from `left` to `right` there; what they do not hold, the bounds must.
        let (mut left, mut right) = (0.0, 0.0);
        for (family, multiplier) in program.absolute.iter().zip(&solution.absolute) {
            let (own, center) = (family.cost.get(asset).copied().unwrap_or(0.0), family.center[asset]);
            costs += own * (x - center).abs();
            let slope = own - multiplier;
            left += if step > center { slope } else { -slope };
            right += if step < center { -slope } else { slope };
        }
        let bound = if force + right < 0.0 {
            force + right
        } else if force + left > 0.0 {
            force + left
        } else {
            0.0
        };
        solution.bounds.push(bound);
        if bound != 0.0 {
            let slack = (x - if bound > 0.0 { lower } else { upper }).abs();
            if slack.is_finite() {
                certificate.complementarity = certificate.complementarity.max(slack * bound.abs());
            }
        }
        bounds += least(program, solution, asset, force);
    }
    (costs, bounds)
}

/// The minimum of `½ (u - v)² + Σ_f (k_f - y_f) |u - h_f|` over u: where a gradient step leads that the costs hold back.
fn nearest(program: &Program<'_>, solution: &ProgramSolution, asset: usize, v: f64) -> f64 {
    let kink = |(number, family): (usize, &Absolute<'_>)| {
        let own = family.cost.get(asset).copied().unwrap_or(0.0);
        (family.center[asset], own - solution.absolute[number])
    };
    let mut kinks = program.absolute.iter().enumerate().map(kink);
    let mut pair = [kinks.next().unwrap_or_default(), kinks.next().unwrap_or_default()];
    if pair[1].0 < pair[0].0 {
        pair.swap(0, 1);
    }
    let mut slope = -(pair[0].1 + pair[1].1);
    for (center, cost) in pair {
        if v - slope <= center {
            return v - slope;
        }
        slope += 2.0 * cost;
        if v - slope <= center {
            return center;
        }
    }
    v - slope
}

/// The least value of `force v + Σ_f (k_f - y_f) |v - h_f|` over the bounds of an asset: at one of its breakpoints, or, where
/// the bounds are infinite, at its weight.
fn least(program: &Program<'_>, solution: &ProgramSolution, asset: usize, force: f64) -> f64 {
    let value = |v: f64| {
        let costs = program.absolute.iter().zip(&solution.absolute).map(|(family, multiplier)| {
            let own = family.cost.get(asset).copied().unwrap_or(0.0);
            (own - multiplier) * (v - family.center[asset]).abs()
        });
        force * v + costs.sum::<f64>()
    };
    let mut least = value(solution.x[asset]);
    let (lower, upper) = (program.lower[asset], program.upper[asset]);
    for bound in [lower, upper] {
        if bound.is_finite() {
            least = least.min(value(bound));
        }
    }
    for family in program.absolute {
        least = least.min(value(family.center[asset].clamp(lower, upper)));
    }
    least
}
