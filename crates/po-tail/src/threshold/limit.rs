//! The limiting distribution of `A²` and `W²` when the generalised Pareto distribution is fitted to the sample.

use po_core::nalgebra::Complex;

use super::params::GoodnessStatistic;

/// Modes of the empirical process that are followed one by one. What is left out weighs less than 1e-6.
const MODES: usize = 200;

/// Nodes of the contour, of which half are evaluated; the error falls as 3.89 to the power of minus this.
const NODES: usize = 24;

/// Below a shape of -1/2 the likelihood has no information; the limit is taken from just above.
const LEAST_SHAPE: f64 = -0.4999;

/// Values between which the probability is anything but one and zero.
const LEAST_VALUE: f64 = 1e-6;
const GREATEST_VALUE: f64 = 1e6;

/// The scores of the two parameters on a shifted-Legendre basis, made orthonormal.
pub(super) struct Limit {
    statistic: GoodnessStatistic,
    scores: [[f64; 2]; MODES],
}

impl Limit {
    /// The limit for excesses of this shape.
    ///
    /// With `y = 1 - F(x)` the scores of scale and shape are powers and logarithms of `y`,
    ///
    /// ```text
    /// s_σ = -1 + (1+ξ) u    s_ξ = v - u    u = (1 - y^ξ)/ξ    v = (-ln y - u)/ξ
    /// ```
    ///
    /// whose products with Legendre polynomials follow a recursion that needs no case for `ξ = 0`.
    pub(super) fn new(statistic: GoodnessStatistic, shape: f64) -> Self {
        let shape = shape.max(LEAST_SHAPE);
        // The Cholesky factor of the information of (ln σ, ξ).
        let information = 1.0 / ((1.0 + shape) * (1.0 + 2.0 * shape));
        let first = (information * (1.0 + shape)).sqrt();
        let cross = information / first;
        let second = (2.0 * information - cross * cross).sqrt();
        let mut scores = [[0.0; 2]; MODES];
        // The products with u and v, over those of ln y.
        let mut of_u = 1.0 / ((1.0 + shape) * (1.0 + 0.5 * shape));
        let mut of_v = -(1.5 + 0.5 * shape) * of_u;
        for (mode, score) in scores.iter_mut().enumerate() {
            let j = (mode + 1) as f64;
            let norm = (2.0 * j + 1.0).sqrt() / (j * (j + 1.0));
            let of_scale = -(1.0 + shape) * of_u * norm / first;
            let of_shape = ((of_v + of_u) * norm - cross * of_scale) / second;
            *score = [of_scale, of_shape];
            let fall = (1.0 / j + 1.0 / (j + 2.0)) / (1.0 + shape / (j + 2.0));
            of_v -= fall * of_u;
            of_u *= 1.0 - shape * fall;
        }
        Self { statistic, scores }
    }

    /// The probability that the statistic exceeds a value.
    ///
    /// The limit is `Σ μ_j χ²_j`, whose Laplace transform `Π (1 + 2 s μ_j)^{-1/2}` is inverted along a contour
    /// around its singularities, all of which lie on the negative axis.
    pub(super) fn survival(&self, value: f64) -> f64 {
        // Beyond these, the probability is one or zero to all digits, and the contour is too large or too small.
        if value <= LEAST_VALUE {
            return 1.0;
        }
        if value >= GREATEST_VALUE {
            return 0.0;
        }
        let mut below = 0.0;
        for node in 0..NODES / 2 {
            let theta = (2 * node + 1) as f64 * std::f64::consts::PI / NODES as f64;
            // The contour of Trefethen, Weideman and Schmelzer (2006), figure 3.
            let (sin, cos) = (0.6407 * theta).sin_cos();
            let cot = cos / sin;
            let size = NODES as f64 / value;
            let z = Complex::new(0.5017 * theta * cot - 0.6122, 0.2645 * theta) * size;
            let slope = 0.5017 * (cot - 0.6407 * theta / (sin * sin));
            let slope = Complex::new(slope, 0.2645) * size;
            let log_transform = -0.5 * (self.log_free(z) + self.log_fitted(z));
            below += (slope * (z * value + log_transform).exp() / z).im;
        }
        (1.0 - 2.0 / NODES as f64 * below).clamp(0.0, 1.0)
    }

    /// The logarithm of the determinant `Π (1 + 2 s λ_j)` of the process without fitted parameters, continued
    /// from the positive axis.
    fn log_free(&self, s: Complex<f64>) -> Complex<f64> {
        let one = Complex::new(1.0, 0.0);
        match self.statistic {
            // λ_j = 1/(j(j+1)): cosh(v) / (2πs) with v = π/2 sqrt(8s - 1).
            GoodnessStatistic::AndersonDarling => {
                let v = (s * 8.0 - one).sqrt() * std::f64::consts::FRAC_PI_2;
                v + (one + (v * -2.0).exp()).ln() - (s * (4.0 * std::f64::consts::PI)).ln()
            }
            // λ_j = 1/(jπ)²: sinh(w) / w with w = sqrt(2s).
            GoodnessStatistic::CramerVonMises => {
                let w = (s * 2.0).sqrt();
                w + (one - (w * -2.0).exp()).ln() - (w * 2.0).ln()
            }
        }
    }

    /// The logarithm of the factor by which fitting two parameters changes the determinant,
    /// `det(S'(I + 2sB)^{-1}S)` with the orthonormal scores `S` and the covariance `B` of the process.
    fn log_fitted(&self, s: Complex<f64>) -> Complex<f64> {
        let change = match self.statistic {
            GoodnessStatistic::AndersonDarling => self.diagonal(s),
            GoodnessStatistic::CramerVonMises => self.banded(s),
        };
        let one = Complex::new(1.0, 0.0);
        let determinant = (one + change[0]) * (one + change[2]) - change[1] * change[1];
        let log = determinant.ln();
        // The eigenvalues interlace, so that above the real axis the angle falls from zero to less than -2π.
        if log.im > 1e-6 { log - Complex::new(0.0, 2.0 * std::f64::consts::PI) } else { log }
    }

    /// `S'((I + 2sB)^{-1} - I)S` as (11, 12, 22), where `B` is diagonal: `A²`.
    fn diagonal(&self, s: Complex<f64>) -> [Complex<f64>; 3] {
        let mut change = [Complex::new(0.0, 0.0); 3];
        for (mode, &[a, b]) in self.scores.iter().enumerate() {
            let eigenvalue = 1.0 / ((mode + 1) * (mode + 2)) as f64;
            let scaled = s * (2.0 * eigenvalue);
            let factor = -scaled / (scaled + 1.0);
            change[0] += factor * (a * a);
            change[1] += factor * (a * b);
            change[2] += factor * (b * b);
        }
        change
    }

    /// The same where `B` couples each mode with the next but one: `W²`.
    ///
    /// Odd and even modes are two tridiagonal systems, which are eliminated from above. Their inverse is
    /// `U'DU`-like, so that the quadratic form needs the elimination only.
    fn banded(&self, s: Complex<f64>) -> [Complex<f64>; 3] {
        // The integral of the normalised polynomial j is c_{j+1} P_{j+1} - c_j P_{j-1}.
        let c = |j: usize| 0.5 / ((4 * j * j - 1) as f64).sqrt();
        let zero = Complex::new(0.0, 0.0);
        let mut change = [zero; 3];
        for first in 0..2 {
            let (mut pivot, mut of_a, mut of_b) = (Complex::new(1.0, 0.0), zero, zero);
            for (mode, &[a, b]) in self.scores.iter().enumerate().skip(first).step_by(2) {
                let j = mode + 1;
                let (low, high) = (c(j), c(j + 1));
                // What couples this mode with the one before it of its kind.
                let couple = if j > 2 { s * (-2.0 * c(j - 1) * low) } else { zero };
                let factor = couple / pivot;
                pivot = s * (2.0 * (low * low + high * high)) + 1.0 - factor * couple;
                of_a = -factor * of_a + a;
                of_b = -factor * of_b + b;
                change[0] += of_a * of_a / pivot - a * a;
                change[1] += of_a * of_b / pivot - a * b;
                change[2] += of_b * of_b / pivot - b * b;
            }
        }
        change
    }
}
