//! The tail of the Cornish-Fisher expansion.

use po_core::{Confidence, normal};

use super::TailRisk;
use super::moments::Central;
use super::student_t::check_moves;
use crate::Error;

/// Stages on the way from the normal distribution to the moments that are to be matched.
const STAGES: usize = 16;

/// Newton steps in each stage.
const STEPS: usize = 40;

/// How near to the moments of the sample those of the expansion come.
const MATCHED: f64 = 1e-12;

/// The cubic polynomial of a standard normal variable that the expansion is.
#[derive(Clone, Copy, Debug)]
struct Cubic {
    /// Factor of `x`.
    linear: f64,
    /// Factor of `x² - 1`.
    square: f64,
    /// Factor of `x³`.
    cube: f64,
}

impl Cubic {
    fn new(skewness: f64, kurtosis: f64) -> Self {
        let square = skewness * skewness;
        Self {
            linear: 1.0 - kurtosis / 8.0 + 5.0 * square / 36.0,
            square: skewness / 6.0,
            cube: kurtosis / 24.0 - square / 18.0,
        }
    }

    /// Whether it rises everywhere: the derivative `b + 2 c x + 3 d x²` has no sign change.
    fn rises(&self) -> bool {
        let Self { linear, square, cube } = *self;
        linear > 0.0 && square * square <= 3.0 * linear * cube
    }

    /// Variance, third moment and fourth cumulant (Fleishman 1978, equations 5, 17 and 18, for any variance).
    fn cumulants(&self) -> [f64; 3] {
        let Self { linear: b, square: c, cube: d } = *self;
        let (bd, cc, dd) = (b * d, c * c, d * d);
        let variance = b * b + 6.0 * bd + 2.0 * cc + 15.0 * dd;
        let third = 2.0 * c * (3.0 * b * b + 36.0 * bd + 135.0 * dd + 4.0 * cc);
        let inner = bd * variance
            + cc * (variance + b * b + 28.0 * bd)
            + dd * (12.0 * variance + 48.0 * bd + 141.0 * cc + 225.0 * dd);
        [variance, third, 24.0 * inner]
    }

    /// Minus its value at a normal quantile, and minus its mean below it.
    fn tail(&self, tail: f64) -> TailRisk {
        let Self { linear, square, cube } = *self;
        let x = -normal::upper_quantile(tail);
        let value = linear * x + square * (x * x - 1.0) + cube * x * x * x;
        // The integral of x³ φ to x is -(x² + 2) φ(x); those of x φ and (x² - 1) φ are -φ(x) and -x φ(x).
        let beyond = normal::density(x) / tail * (linear + square * x + cube * (x * x + 2.0));
        TailRisk { var: -value, cvar: beyond }
    }
}

/// The tail of the expansion for a series, which was checked; `matched` where its moments shall be those of the series.
pub(super) fn fitted(returns: &[f64], matched: bool, confidence: Confidence) -> Result<TailRisk, Error> {
    check_moves(returns)?;
    of_moments(&Central::of(returns), matched, confidence)
}

/// The tail of the expansion with some moments.
pub(super) fn of_moments(
    moments: &Central,
    matched: bool,
    confidence: Confidence,
) -> Result<TailRisk, Error> {
    let (skewness, kurtosis) = (moments.skewness(), moments.kurtosis());
    let outside = Error::CornishFisherDomain { skewness, kurtosis };
    let (cubic, scale) = if matched {
        let Some((s, k)) = matching(skewness, kurtosis) else { return Err(outside) };
        let cubic = Cubic::new(s, k);
        (cubic, 1.0 / cubic.cumulants()[0].sqrt())
    } else {
        (Cubic::new(skewness, kurtosis), 1.0)
    };
    if !cubic.rises() {
        return Err(outside);
    }
    Ok(cubic.tail(confidence.tail()).rescaled(moments.mean, scale * moments.second.sqrt()))
}

/// The parameters for which the expansion has a skewness and an excess kurtosis.
fn matching(skewness: f64, kurtosis: f64) -> Option<(f64, f64)> {
    let shape = |s: f64, k: f64| {
        let [variance, third, fourth] = Cubic::new(s, k).cumulants();
        (third / (variance * variance.sqrt()), fourth / (variance * variance))
    };
    let scale = 1.0 + skewness.abs() + kurtosis.abs();
    let (mut s, mut k) = (0.0, 0.0);
    // From the normal distribution, whose parameters are its moments, in stages that Newton's method does not leave.
    for stage in 1..=STAGES {
        let part = stage as f64 / STAGES as f64;
        for _ in 0..STEPS {
            let (found_s, found_k) = shape(s, k);
            let (miss_s, miss_k) = (part * skewness - found_s, part * kurtosis - found_k);
            if miss_s.abs().max(miss_k.abs()) <= MATCHED * scale {
                break;
            }
            let width = 1e-6 * (1.0 + s.abs() + k.abs());
            let along = |ds: f64, dk: f64| {
                let (above, below) = (shape(s + ds, k + dk), shape(s - ds, k - dk));
                ((above.0 - below.0) / (2.0 * width), (above.1 - below.1) / (2.0 * width))
            };
            let (by_s, by_k) = (along(width, 0.0), along(0.0, width));
            let determinant = by_s.0 * by_k.1 - by_k.0 * by_s.1;
            s += (miss_s * by_k.1 - miss_k * by_k.0) / determinant;
            k += (miss_k * by_s.0 - miss_s * by_s.1) / determinant;
        }
    }
    let (found_s, found_k) = shape(s, k);
    let miss = (skewness - found_s).abs().max((kurtosis - found_k).abs());
    // Differences in the derivatives leave the last steps linear: ten times the aim is still rounding.
    (miss <= 10.0 * MATCHED * scale).then_some((s, k))
}
