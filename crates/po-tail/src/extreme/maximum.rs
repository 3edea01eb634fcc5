//! The greatest likelihood, as the maximum of a function of one variable.

use po_core::Status;

use super::penalty::Penalty;
use super::sample::{Sample, Tilted};
use crate::Error;

/// Points at which the profile is looked at before its peaks are climbed.
const POINTS: usize = 48;

/// The least `1 + τ`, times the number of excesses: where the shape is above -1, the likelihood has its maximum at some
/// multiple of one over that number.
const LEAST: f64 = 1e-3;

/// The greatest tilt: eight factors of this size multiply without overflow.
const GREATEST: f64 = 1e30;

/// Steps of an iteration on one variable; bisection alone comes this far.
const STEPS: usize = 100;

/// After a Newton step of this size in `ln(1 + τ)`, the next is below rounding.
const LAST_STEP: f64 = 1e-7;

/// What brackets a peak ends at, for one that has no second derivative.
const ROUNDING: f64 = 1e-15;

/// An inner maximum of the likelihood.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) shape: f64,
    /// In units of the greatest excess.
    pub(super) scale: f64,
    /// The penalised log-likelihood of one excess.
    value: f64,
    pub(super) status: Status,
}

/// The profile about one tilt: its value, and its derivatives by the tilt.
#[derive(Clone, Copy, Debug)]
struct Profile {
    scale: f64,
    value: f64,
    slope: f64,
    bend: f64,
}

/// The inner maximum of the greatest likelihood; none where the likelihood grows to the shape of -1.
///
/// For each tilt `τ = ξ/σ` the best scale is known, `σ = q(τ)`, so that one variable is left (Davison 1984, Grimshaw
/// 1993). The profile may have several peaks: it is looked at from one end of the parameters to the other, and each peak
/// is climbed by Newton's method between its neighbours.
///
/// # Errors
/// [`Error::NoMaximum`] where the likelihood grows with the shape instead, as it does without end if many excesses
/// are zero.
pub(super) fn greatest(sample: &mut Sample, penalty: Penalty) -> Result<Option<Peak>, Error> {
    let first = (LEAST / sample.count()).ln();
    // No root lies beyond it (Grimshaw 1993, equation 2.4).
    let least = sample.least();
    let bound = 2.0 * (sample.mean() - least) / (least * least);
    let last = bound.clamp(1.0, GREATEST).ln_1p();
    let place = |point: usize| first + (last - first) * point as f64 / (POINTS - 1) as f64;

    let mut values = [0.0; POINTS];
    for (point, value) in values.iter_mut().enumerate() {
        let tilt = place(point).exp_m1();
        *value = value_at(sample.mean_log(tilt), tilt, penalty, sample.count());
    }
    let mut best: Option<Peak> = None;
    let grows = values[POINTS - 1] > values[0];
    for point in 1..POINTS - 1 {
        let three = [values[point - 1], values[point], values[point + 1]];
        if three[0] < three[1] && three[1] >= three[2] {
            let peak = climb(sample, penalty, place(point), place(1) - place(0), three);
            let better = |best: Peak| peak.value > best.value;
            if peak.shape > -1.0 && best.is_none_or(better) {
                best = Some(peak);
            }
        }
    }
    if best.is_none() && grows {
        return Err(Error::NoMaximum { what: "the excesses" });
    }
    Ok(best)
}

/// Newton's method in `s = ln(1 + τ)`, kept between the neighbours of a point that is above both.
fn climb(sample: &mut Sample, penalty: Penalty, middle: f64, width: f64, values: [f64; 3]) -> Peak {
    let (mut lower, mut upper) = (middle - width, middle + width);
    if !penalty.is_none() && lower < 0.0 && upper > 0.0 {
        match kink(sample, penalty) {
            Side::Here(peak) => return peak,
            Side::Below => upper = 0.0,
            Side::Above => lower = 0.0,
        }
    }
    // The top of the parabola through the three values.
    let bend = values[0] - 2.0 * values[1] + values[2];
    let mut s = (middle + 0.5 * width * (values[0] - values[2]) / bend).clamp(lower, upper);
    let mut last = false;
    for _ in 0..STEPS {
        let tilt = s.exp_m1();
        let profile = profile_at(sample.tilted(tilt), tilt, penalty, sample.count());
        let peak =
            |status| Peak { shape: tilt * profile.scale, scale: profile.scale, value: profile.value, status };
        if last || upper - lower < ROUNDING * (1.0 + s.abs()) {
            return peak(Status::Converged);
        }
        let factor = s.exp();
        let slope = profile.slope * factor;
        let bend = profile.bend * factor * factor + slope;
        if slope > 0.0 {
            lower = s;
        } else {
            upper = s;
        }
        let step = -slope / bend;
        let next = s + step;
        if bend < 0.0 && next >= lower && next <= upper {
            last = step.abs() < LAST_STEP;
            s = next;
        } else {
            s = 0.5 * (lower + upper);
        }
    }
    let tilt = s.exp_m1();
    let profile = profile_at(sample.tilted(tilt), tilt, penalty, sample.count());
    let status = Status::IterationLimit;
    Peak { shape: tilt * profile.scale, scale: profile.scale, value: profile.value, status }
}

/// On which side of the exponential distribution the penalised likelihood rises.
enum Side {
    Below,
    Here(Peak),
    Above,
}

/// The penalty sets in at a shape of zero, with a kink if its exponent is one: then the maximum may lie in the kink.
fn kink(sample: &mut Sample, penalty: Penalty) -> Side {
    let exponential = sample.tilted(0.0);
    let left = profile_at(exponential, 0.0, Penalty::NONE, sample.count());
    let charge = penalty.at(0.0).slope * left.scale / sample.count();
    if left.slope < 0.0 {
        Side::Below
    } else if left.slope > charge {
        Side::Above
    } else {
        Side::Here(Peak { shape: 0.0, scale: left.scale, value: left.value, status: Status::Converged })
    }
}

/// The profile alone.
fn value_at(q: f64, tilt: f64, penalty: Penalty, count: f64) -> f64 {
    let scale = best_scale(q, tilt, penalty, count);
    -scale.ln() - tilt * q - q / scale - penalty.at(tilt * scale).value / count
}

/// The profile and its derivatives: at the best scale, the first is the partial one, and the second loses what the
/// scale gives way.
fn profile_at(tilted: Tilted, tilt: f64, penalty: Penalty, count: f64) -> Profile {
    let Tilted { q, slope, bend } = tilted;
    let scale = best_scale(q, tilt, penalty, count);
    let shape = tilt * scale;
    let charge = penalty.at(shape);
    let [value, first, second] = [charge.value, charge.slope, charge.bend].map(|charge| charge / count);
    let tilt_tilt = -2.0 * slope - tilt * bend - bend / scale - second * scale * scale;
    let tilt_scale = slope / (scale * scale) - first - second * shape;
    let scale_scale = (1.0 - 2.0 * q / scale) / (scale * scale) - second * tilt * tilt;
    Profile {
        scale,
        value: -scale.ln() - tilt * q - q / scale - value,
        slope: -q - tilt * slope - slope / scale - first * scale,
        bend: tilt_tilt - tilt_scale * tilt_scale / scale_scale,
    }
}

/// The scale of the greatest likelihood for a tilt: `q` itself, or, under a penalty, the root of a falling function of
/// `ln σ`.
///
/// ```text
/// q / σ - 1 - ξ P'(ξ) / n = 0,    ξ = τ σ
/// ```
fn best_scale(q: f64, tilt: f64, penalty: Penalty, count: f64) -> f64 {
    if penalty.is_none() || tilt <= 0.0 {
        return q;
    }
    // The penalty shrinks the scale, and keeps the shape below one.
    let (mut lower, mut upper) = (f64::NEG_INFINITY, q.min(1.0 / tilt).ln());
    let mut r = q.min(0.5 / tilt).ln();
    for _ in 0..STEPS {
        let scale = r.exp();
        let shape = tilt * scale;
        let charge = penalty.at(shape);
        let excess = q / scale - 1.0 - shape * charge.slope / count;
        let slope = -q / scale - shape * (charge.slope + shape * charge.bend) / count;
        if excess > 0.0 {
            lower = r;
        } else {
            upper = r;
        }
        let step = -excess / slope;
        let mut next = r + step;
        if !(next > lower && next < upper) {
            next = if lower.is_finite() { 0.5 * (lower + upper) } else { r - 1.0 };
        }
        r = next;
        if step.abs() < LAST_STEP {
            break;
        }
    }
    r.exp()
}
