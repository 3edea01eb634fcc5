//! The laws that copulas are made of: the normal distribution and that of Student.

use po_core::normal;
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::{checked_gamma_ur, ln_gamma};

/// A symmetric law with a centre of zero and a scale of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Law {
    Normal,
    /// With its degrees of freedom.
    Student(f64),
}

impl Law {
    /// `P(X > x)` for `x >= 0`.
    ///
    /// The incomplete beta and gamma functions of `statrs` agree with those of `SciPy` to 1e-12, also far out; its error
    /// function does so to 1e-10 only, and is left alone.
    pub(super) fn tail(self, x: f64) -> f64 {
        match self {
            Self::Normal if x > 0.0 => 0.5 * checked_gamma_ur(0.5, 0.5 * x * x).unwrap_or(0.0),
            Self::Normal => 0.5,
            Self::Student(degrees) => {
                let ratio = degrees / (degrees + x * x);
                0.5 * checked_beta_reg(0.5 * degrees, 0.5, ratio).unwrap_or(0.0)
            }
        }
    }

    /// The logarithm of the density.
    pub(super) fn log_density(self, x: f64) -> f64 {
        match self {
            Self::Normal => -0.5 * (x * x + std::f64::consts::TAU.ln()),
            Self::Student(degrees) => {
                student_constant(degrees) - 0.5 * (degrees + 1.0) * (x * x / degrees).ln_1p()
            }
        }
    }

    /// The `x >= 0` with `P(X > x) = p`, for a p of at most a half: Newton's method on the logarithm, within a bracket.
    pub(super) fn tail_quantile(self, p: f64) -> f64 {
        let Self::Student(degrees) = self else { return -normal::quantile(p).min(0.0) };
        if p >= 0.5 {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.tail(high) > p && high < 1e150 {
            (low, high) = (high, high * 2.0);
        }
        let z = -normal::quantile(p);
        let first = z + z * (z * z + 1.0) / (4.0 * degrees);
        let mut x = if first > low && first < high { first } else { 0.5 * (low + high) };
        for _ in 0..100 {
            let tail = self.tail(x);
            if tail > p {
                low = x;
            } else {
                high = x;
            }
            let step = (tail / p).ln() * tail / self.log_density(x).exp();
            let newton = x + step;
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            let done = (next - x).abs() <= 2.0 * f64::EPSILON * x.abs();
            x = next;
            if done {
                break;
            }
        }
        x
    }

    /// The quantile of any probability in (0, 1).
    pub(super) fn quantile(self, p: f64) -> f64 {
        if p <= 0.5 { -self.tail_quantile(p) } else { self.tail_quantile(1.0 - p) }
    }
}

/// The logarithm of what the density of Student's law is multiplied by.
fn student_constant(degrees: f64) -> f64 {
    ln_gamma(0.5 * (degrees + 1.0)) - ln_gamma(0.5 * degrees) - 0.5 * (degrees * std::f64::consts::PI).ln()
}

/// A smooth function of `0 <= x <= 4`, as cubic pieces that meet with their slopes.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The value at each knot, and the slope times the distance of knots.
    knots: Vec<(f64, f64)>,
}

/// Where tables end; what is further out is computed as it comes.
pub(super) const END: f64 = 4.0;

impl Table {
    pub(super) fn new(pieces: usize, value: impl Fn(f64) -> f64, slope: impl Fn(f64, f64) -> f64) -> Self {
        let width = END / pieces as f64;
        let knot = |place: usize| {
            let x = place as f64 * width;
            let value = value(x);
            (value, slope(x, value) * width)
        };
        Self { knots: (0..=pieces).map(knot).collect() }
    }

    /// The tail of a law, to 1e-13.
    pub(super) fn of_tail(law: Law) -> Self {
        Self::new(2048, |x| law.tail(x), |x, _| -law.log_density(x).exp())
    }

    /// The value at a number from 0 up to and without the end.
    #[inline]
    pub(super) fn value(&self, x: f64) -> f64 {
        let pieces = self.knots.len() - 1;
        let place = x * (pieces as f64 / END);
        let piece = (place as usize).min(pieces - 1);
        let t = place - piece as f64;
        let ((v0, s0), (v1, s1)) = (self.knots[piece], self.knots[piece + 1]);
        let rise = v1 - v0;
        let (c2, c3) = (3.0 * rise - 2.0 * s0 - s1, s0 + s1 - 2.0 * rise);
        v0 + t * (s0 + t * (c2 + t * c3))
    }
}

#[cfg(test)]
mod tests {
    use super::{Law, Table};

    /// Two roundings of the function of another library.
    const ROUNDING: f64 = 1e-12;

    #[test]
    fn tails_and_quantiles_are_those_of_another_library() {
        // SciPy 1.17: t.sf(x, df), norm.sf(x).
        let cases = [
            (Law::Student(4.0), 2.0, 0.058_058_261_758_407_53),
            (Law::Student(1.0), 1e6, 3.183_098_861_836_846_4e-7),
            (Law::Normal, 6.0, 9.865_876_450_376_98e-10),
        ];
        for (law, x, tail) in cases {
            assert!((law.tail(x) / tail - 1.0).abs() < ROUNDING, "{law:?} {x}: {}", law.tail(x));
            assert!((law.tail_quantile(tail) / x - 1.0).abs() < ROUNDING, "{law:?} {tail}");
        }
        assert!((Law::Student(3.0).quantile(0.1) + 1.637_744_353_696_21).abs() < ROUNDING);
    }

    #[test]
    fn tables_follow_their_function() {
        /// The fourth derivative times the fourth power of the distance of knots, over 384.
        const PIECEWISE: f64 = 1e-12;
        for law in [Law::Normal, Law::Student(2.5), Law::Student(30.0)] {
            let table = Table::of_tail(law);
            for step in 0..4000 {
                let x = f64::from(step) * 1e-3 + 3e-4;
                assert!((table.value(x) - law.tail(x)).abs() < PIECEWISE, "{law:?} {x}");
            }
        }
    }
}
