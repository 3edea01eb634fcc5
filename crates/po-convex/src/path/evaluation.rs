//! One solution on the way, and what is known of it.

use po_core::InputError;
use po_core::linalg::gemv_into;
use po_core::simd::{axpy, dot};

use super::{Multipliers, PathScratch, Request};
use crate::kernel::{Form, certify};
use crate::optimum::variance;
use crate::{Absolute, ActiveSet, Error, Program, ProgramSolution, Risk, Start};

/// A volatility this small, in units of the largest of an asset, is none.
pub(crate) const VANISHING: f64 = 1e-12;

/// A variance this small, in units of what it would be if all risks added up, is what rounding leaves of none.
pub(crate) const CANCELLED: f64 = 1e-14;

/// What a gap or a residual of the greatest reward may be, in units of one and the reward.
const PROVEN: f64 = 1e-12;

/// The solution at one pair of multipliers, with its risk and its return.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evaluation {
    pub(crate) at: Multipliers,
    pub(crate) solution: ProgramSolution,
    /// Σx.
    pub(crate) force: Vec<f64>,
    /// x'Σx.
    pub(crate) variance: f64,
    /// (x - b)'Σ(x - b).
    pub(crate) tracking: f64,
    /// e'x less costs.
    pub(crate) reward: f64,
    /// What trading costs.
    pub(crate) cost: f64,
}

impl PathScratch {
    /// Solves P at a pair of multipliers into `now`, beginning at `start` where that is given.
    pub(crate) fn evaluate(
        &mut self,
        request: &Request<'_>,
        at: Multipliers,
        start: Option<&ActiveSet>,
    ) -> Result<(), Error> {
        let start = match start {
            Some(active) => {
                self.begin_at(active);
                Start::Warm
            }
            None => Start::Cold,
        };
        self.solve(request, at, start)
    }

    /// Lets the next evaluation begin at an active set.
    pub(crate) fn begin_at(&mut self, active: &ActiveSet) {
        self.now.solution.active.places.clone_from(&active.places);
        self.now.solution.active.rows.clone_from(&active.rows);
    }

    /// As [`PathScratch::evaluate`], beginning where `now` ended.
    pub(crate) fn evaluate_next(&mut self, request: &Request<'_>, at: Multipliers) -> Result<(), Error> {
        self.solve(request, at, Start::Warm)
    }

    fn solve(&mut self, request: &Request<'_>, at: Multipliers, start: Start) -> Result<(), Error> {
        let iterations = self.now.solution.iterations;
        self.write_linear(request, at);
        let Self { program, linear, costs, now, exposures, .. } = self;
        with_program(request, linear, costs, |programme| {
            programme.solve_into(start, program, &mut now.solution)
        })?;
        now.solution.iterations += iterations;
        now.at = at;
        #[expect(clippy::float_cmp, reason = "one times a matrix is the matrix")]
        match program.forces().filter(|_| request.scale == 1.0) {
            Some(forces) => {
                now.force.clear();
                now.force.extend_from_slice(forces);
            }
            None => multiply(request.risk, &now.solution.x, exposures, &mut now.force)?,
        }
        self.measure(request)
    }

    /// Fills in what follows from the weights and `Σx`.
    fn measure(&mut self, request: &Request<'_>) -> Result<(), Error> {
        let Self { now, difference, product, exposures, .. } = self;
        now.variance = dot(&now.solution.x, &now.force).max(0.0);
        now.tracking = 0.0;
        if !request.benchmark.is_empty() {
            // The difference of two portfolios that may be nearly equal is formed before it is squared.
            difference.clear();
            difference.extend(now.solution.x.iter().zip(request.benchmark).map(|(x, b)| x - b));
            multiply(request.risk, difference, exposures, product)?;
            now.tracking = dot(difference, product).max(0.0);
        }
        now.cost = trading_cost(request.families, &now.solution.x);
        now.reward = dot(request.reward, &now.solution.x) - now.cost;
        Ok(())
    }

    /// Whether the weights that `now` holds have no variance but rounding.
    pub(super) fn is_riskless(&self, request: &Request<'_>) -> bool {
        let (mut gross, mut total, mut most) = (0.0, 0.0, 0.0_f64);
        for (asset, x) in self.now.solution.x.iter().enumerate() {
            let volatility = variance(request.risk, asset).sqrt();
            gross += x.abs() * volatility;
            total += x.abs();
            most = most.max(volatility);
        }
        let least = (VANISHING * most * total).powi(2);
        self.now.variance <= least.max(CANCELLED * gross * gross)
    }

    /// Computes the proof for the weights and multipliers that `now` holds, at multipliers that may have been adjusted
    /// to the weights.
    pub(crate) fn certify(&mut self, request: &Request<'_>, at: Multipliers) {
        self.write_linear(request, at);
        self.now.at = at;
        let Self { linear, costs, now, certificate, .. } = self;
        with_program(request, linear, costs, |programme| {
            certify(programme, &Form::of(programme), None, certificate, &mut now.solution);
        });
    }

    /// Whether `now` has the greatest reward of all, by the proof of [`PathScratch::certify_slopes`]. Of all that have it,
    /// the weights are then those of least variance.
    pub(super) fn is_greatest(&mut self, request: &Request<'_>) -> bool {
        let at = self.now.at;
        let Some(proven) = self.certify_slopes(request) else { return false };
        std::mem::swap(&mut self.now.solution, &mut self.high.solution);
        self.now.at = at;
        proven
    }

    /// Computes the proof that `now`, the end of a search that no limit stopped, has the greatest reward: by the slopes of
    /// its multipliers or, where these prove nothing because multipliers are not unique, by those of `now` over λ, which
    /// miss by what risk weighs at that λ.
    pub(crate) fn certify_reward(&mut self, request: &Request<'_>) {
        let at = self.now.at;
        let proven = self.certify_slopes(request);
        if proven == Some(false) {
            std::mem::swap(&mut self.now.solution, &mut self.high.solution);
        }
        if proven != Some(true) {
            let now = &mut self.now.solution;
            now.rows.iter_mut().chain(&mut now.absolute).for_each(|multiplier| *multiplier /= at.lambda);
            self.certify(&linear(request), Multipliers { theta: 0.0, lambda: 1.0 });
        }
        self.now.at = at;
    }

    /// Certifies `now` for the linear programme that has only the reward, whose multipliers are the slopes in λ of those
    /// along the line; whether that is a proof. `None` where the active set has changed since the last evaluation.
    ///
    /// What `now` had stands in `high` then, the end that such a search does not find.
    fn certify_slopes(&mut self, request: &Request<'_>) -> Option<bool> {
        let rise = self.now.at.lambda - self.low.at.lambda;
        if rise <= 0.0 || self.low.solution.active != self.now.solution.active {
            return None;
        }
        self.high.solution.clone_from(&self.now.solution);
        let (now, low) = (&mut self.now.solution, &self.low.solution);
        let slope = |(now, low): (&mut f64, &f64)| *now = (*now - low) / rise;
        now.rows.iter_mut().zip(&low.rows).for_each(slope);
        now.absolute.iter_mut().zip(&low.absolute).for_each(slope);
        self.certify(&linear(request), Multipliers { theta: 0.0, lambda: 1.0 });
        let certificate = self.now.solution.certificate;
        Some(certificate.gap.abs().max(certificate.dual_residual) <= PROVEN * (1.0 + self.now.reward.abs()))
    }

    fn write_linear(&mut self, request: &Request<'_>, Multipliers { theta, lambda }: Multipliers) {
        self.linear.clear();
        self.linear.resize(request.lower.len(), 0.0);
        axpy(-lambda, request.reward, &mut self.linear);
        axpy(-theta, &self.pull, &mut self.linear);
        self.costs.clear();
        if let Some(family) = request.families.first() {
            self.costs.extend(family.cost.iter().map(|cost| lambda * cost));
        }
    }

    /// Puts the mixture of the two ends of the bracket into `now`: at multipliers where weights jump, all mixtures are
    /// optimal.
    pub(super) fn mix(&mut self, request: &Request<'_>, fraction: f64, at: Multipliers) -> Result<(), Error> {
        let Self { now, low, high, exposures, .. } = self;
        #[expect(clippy::float_cmp, reason = "what is the same to the bit stays so")]
        let blend = |into: &mut Vec<f64>, low: &[f64], high: &[f64]| {
            into.clear();
            into.extend(
                low.iter()
                    .zip(high)
                    .map(|(low, high)| if low == high { *low } else { low + fraction * (high - low) }),
            );
        };
        blend(&mut now.solution.x, &low.solution.x, &high.solution.x);
        blend(&mut now.solution.rows, &low.solution.rows, &high.solution.rows);
        blend(&mut now.solution.absolute, &low.solution.absolute, &high.solution.absolute);
        now.solution.active.places.clone_from(&high.solution.active.places);
        now.solution.active.rows.clone_from(&high.solution.active.rows);
        multiply(request.risk, &now.solution.x, exposures, &mut now.force)?;
        self.measure(request)?;
        self.certify(request, at);
        Ok(())
    }
}

/// The same constraints, with nothing but the reward to weigh.
fn linear<'a>(request: &Request<'a>) -> Request<'a> {
    Request { scale: 0.0, benchmark: &[], ..*request }
}

/// `product = Σ x`
pub(crate) fn multiply(
    risk: Risk<'_>,
    x: &[f64],
    exposures: &mut Vec<f64>,
    product: &mut Vec<f64>,
) -> Result<(), InputError> {
    product.resize(x.len(), 0.0);
    match risk {
        Risk::Dense(covariance) => gemv_into(1.0, covariance.as_view(), x, 0.0, product),
        Risk::Factor(covariance) => {
            exposures.resize(covariance.factors(), 0.0);
            covariance.multiply_into(x, exposures, product)
        }
    }
}

/// What trading to x costs.
pub(crate) fn trading_cost(families: &[Absolute<'_>], x: &[f64]) -> f64 {
    let Some(family) = families.first().filter(|family| !family.cost.is_empty()) else { return 0.0 };
    family.cost.iter().zip(family.center).zip(x).map(|((cost, center), x)| cost * (x - center).abs()).sum()
}

fn with_program<T>(
    request: &Request<'_>,
    linear: &[f64],
    costs: &[f64],
    run: impl FnOnce(&Program<'_>) -> T,
) -> T {
    let none = Absolute { label: "", center: &[], cost: &[], limit: f64::INFINITY };
    let mut families = [none; Program::FAMILIES];
    let count = request.families.len().min(families.len());
    families[..count].copy_from_slice(&request.families[..count]);
    if !families[0].cost.is_empty() {
        families[0].cost = costs;
    }
    let Request { risk, scale, lower, upper, rows, ridge, .. } = *request;
    run(&Program { risk, scale, ridge, linear, lower, upper, rows, absolute: &families[..count] })
}
