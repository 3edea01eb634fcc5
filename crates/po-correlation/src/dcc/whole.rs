//! The likelihood of all assets at once.

use po_core::linalg::Cholesky;
use pulp::{Arch, Simd, WithSimd};

use super::parameters::DccParameters;
use super::params::DccModel;
use super::recursion::{Inputs, Intercept};
use super::triangle::{column, entries};
use crate::garch::Density;

/// Working memory of the likelihood of all assets.
#[derive(Clone, Debug, Default)]
pub(crate) struct WholeScratch {
    /// Q and its derivatives by a, b and g, packed; then what the intercept adds to each.
    states: [Vec<f64>; 8],
    cholesky: Cholesky,
    /// R⁻¹ z, and what the two make the weight of each asset.
    solved: Vec<f64>,
    /// The lower triangle of R⁻¹.
    inverse: Vec<f64>,
    /// Sums of the derivatives, row by row.
    sums: [Vec<f64>; 3],
}

/// The sums over the periods; as [`PairSums`](super::pairs::PairSums).
pub(crate) use super::pairs::PairSums as Sums;

pub(crate) struct Whole<'a> {
    pub(crate) of: Inputs<'a>,
    pub(crate) scratch: &'a mut WholeScratch,
}

impl Whole<'_> {
    /// The sums; not a number where R is not positive definite.
    pub(crate) fn run(self) -> Sums {
        let n = self.of.assets;
        let WholeScratch { states, cholesky, solved, inverse, sums } = self.scratch;
        states.iter_mut().for_each(|state| {
            state.clear();
            state.resize(entries(n), 0.0);
        });
        sums.iter_mut().for_each(|sum| {
            sum.clear();
            sum.resize(n, 0.0);
        });
        solved.resize(n, 0.0);
        inverse.resize(n * n, 0.0);
        let arch = Arch::new();
        let [q, by_a, by_b, by_g, intercept, to_a, to_b, to_g] = states;
        if self.of.follows {
            let slopes = [&*self.of.diagonal.slopes[0], &*self.of.diagonal.slopes[1]];
            let rows =
                Follow { n, news: &self.of.diagonal.news, slopes, gradient: self.of.gradient, q, by_a, by_b };
            arch.dispatch(rows);
            normalise(n, self.of.squares, q, by_a, by_b);
        } else {
            q.copy_from_slice(self.of.target);
        }
        for entry in 0..entries(n) {
            let falls = self.of.falls.get(entry).copied().unwrap_or(0.0);
            let moves = [by_a[entry], by_b[entry]];
            let begin = Intercept::new(&self.of.parameters, q[entry], moves, falls);
            intercept[entry] = begin.value;
            [to_a[entry], to_b[entry], to_g[entry]] = begin.slopes;
        }
        let mut total = Sums::default();
        for (row, z) in self.of.residuals.chunks_exact(n).enumerate() {
            let here = row * n..(row + 1) * n;
            let roots = &self.of.diagonal.inverse_roots[here.clone()];
            let fill = |col: usize, below: &mut [f64]| {
                let from = column(n, col);
                let (q, scale) = (&q[from..from + below.len()], roots[col]);
                for ((entry, q), root) in below.iter_mut().zip(q).zip(&roots[col..]) {
                    *entry = q * scale * root;
                }
            };
            let gradient = self.of.gradient;
            let known = cholesky.factor_columns(n, fill).and_then(|()| cholesky.solve_into(z, solved));
            let known =
                known.and_then(|()| if gradient { cholesky.inverse_lower_into(inverse) } else { Ok(()) });
            if known.is_err() {
                return Sums { log_determinants: f64::NAN, ..total };
            }
            let form = z.iter().zip(&*solved).map(|(z, u)| z * u).sum::<f64>();
            total.log_determinants += cholesky.log_determinant();
            let Density { kappa, factor, student, .. } = self.of.density;
            let heavy = 1.0 + kappa * form;
            let weight = if student { 2.0 * factor * kappa / heavy } else { 1.0 };
            total.tails += heavy.ln();
            total.forms += weight * form;
            let slopes = &self.of.diagonal.slopes;
            arch.dispatch(Step {
                n,
                parameters: self.of.parameters,
                model: self.of.model,
                weight,
                gradient,
                z,
                news: &self.of.diagonal.news[here.clone()],
                roots,
                slopes: [0, 1, 2].map(|k| slopes[k].get(here.clone()).unwrap_or_default()),
                solved,
                inverse,
                q,
                by: [by_a, by_b, by_g],
                intercept,
                to: [to_a, to_b, to_g],
                sums,
            });
        }
        total.slopes = [0, 1, 2].map(|k| sums[k].iter().sum());
        total
    }
}

/// The sums of products of news, packed, and how they move with a and b.
struct Follow<'a> {
    n: usize,
    news: &'a [f64],
    slopes: [&'a [f64]; 2],
    gradient: bool,
    q: &'a mut [f64],
    by_a: &'a mut [f64],
    by_b: &'a mut [f64],
}

impl WithSimd for Follow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let n = self.n;
        for (row, news) in self.news.chunks_exact(n).enumerate() {
            let here = row * n..(row + 1) * n;
            for col in 0..n {
                let from = column(n, col);
                let (q, left) = (&mut self.q[from..from + n - col], news[col]);
                let news = &news[col..];
                q.iter_mut().zip(news).for_each(|(q, news)| *q += left * news);
                if self.gradient {
                    let (a, b) = (&self.slopes[0][here.clone()][col..], &self.slopes[1][here.clone()][col..]);
                    let (by_a, by_b) =
                        (&mut self.by_a[from..from + n - col], &mut self.by_b[from..from + n - col]);
                    let (a, b, news) = (&a[..by_a.len()], &b[..by_a.len()], &news[..by_a.len()]);
                    let by_b = &mut by_b[..by_a.len()];
                    for i in 0..by_a.len() {
                        let half = 0.5 * left * news[i];
                        by_a[i] += half * (a[0] + a[i]);
                        by_b[i] += half * (b[0] + b[i]);
                    }
                }
            }
        }
    }
}

/// Turns sums of products into correlations, with their derivatives.
fn normalise(n: usize, squares: &[[f64; 3]], q: &mut [f64], by_a: &mut [f64], by_b: &mut [f64]) {
    for col in 0..n {
        for row in col..n {
            let entry = column(n, col) + row - col;
            let ([one, one_a, one_b], [other, other_a, other_b]) = (squares[row], squares[col]);
            let scale = 1.0 / (one * other).sqrt();
            let correlation = if row == col { 1.0 } else { q[entry] * scale };
            by_a[entry] = by_a[entry] * scale - 0.5 * correlation * (one_a / one + other_a / other);
            by_b[entry] = by_b[entry] * scale - 0.5 * correlation * (one_b / one + other_b / other);
            if row == col {
                (by_a[entry], by_b[entry]) = (0.0, 0.0);
            }
            q[entry] = correlation;
        }
    }
}

/// One period: what it adds to the gradient, and the next Q.
///
/// ```text
/// dℓ = ½ Σ_ij G_ij dR_ij,   G = w u u' - R⁻¹,   u = R⁻¹ z
/// ```
///
/// ```text
/// dR_ij = dQ_ij / √(Q_ii Q_jj) - R_ij (d ln Q_ii + d ln Q_jj) / 2,   Σ_j G_ij R_ij = w u_i z_i - 1
/// ```
struct Step<'a> {
    n: usize,
    parameters: DccParameters,
    model: DccModel,
    weight: f64,
    gradient: bool,
    z: &'a [f64],
    news: &'a [f64],
    roots: &'a [f64],
    slopes: [&'a [f64]; 3],
    solved: &'a [f64],
    inverse: &'a [f64],
    q: &'a mut [f64],
    by: [&'a mut Vec<f64>; 3],
    intercept: &'a [f64],
    to: [&'a [f64]; 3],
    sums: &'a mut [Vec<f64>; 3],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        match self.model {
            _ if !self.gradient => self.without(),
            DccModel::Engle => self.with_gradient::<false, false>(),
            DccModel::Corrected => self.with_gradient::<true, false>(),
            DccModel::Asymmetric => self.with_gradient::<false, true>(),
        }
    }
}

impl Step<'_> {
    #[inline(always)]
    fn without(self) {
        let DccParameters { a, b, g, .. } = self.parameters;
        let (mut q, mut intercept) = (self.q, self.intercept);
        for col in 0..self.n {
            let (below, rest) = q.split_at_mut(self.n - col);
            let (add, others) = intercept.split_at(self.n - col);
            let (left, left_fall) = (a * self.news[col], g * self.z[col].min(0.0));
            let (news, z) = (&self.news[col..][..below.len()], &self.z[col..][..below.len()]);
            for i in 0..below.len() {
                below[i] = add[i] + left * news[i] + left_fall * z[i].min(0.0) + b * below[i];
            }
            (q, intercept) = (rest, others);
        }
    }

    /// What a model does not need, it neither reads nor writes: a few matrices more, and they do not fit the
    /// nearest cache.
    #[inline(always)]
    fn with_gradient<const CORRECTED: bool, const ASYMMETRIC: bool>(self) {
        let DccParameters { a, b, g, .. } = self.parameters;
        // In the corrected model the news move with the diagonal of Q.
        let moving = 0.5 * a;
        let (n, [sum_a, sum_b, sum_g], [by_a, by_b, by_g]) = (self.n, self.sums, self.by);
        for i in 0..n {
            let off = 0.5 * (self.weight * self.solved[i] * self.z[i] - 1.0);
            for (sum, slopes) in [&mut *sum_a, &mut *sum_b, &mut *sum_g].into_iter().zip(self.slopes) {
                sum[i] -= off * slopes[i];
            }
        }
        for col in 0..n {
            let (from, many) = (column(n, col), n - col);
            macro_rules! below {
                ($packed:expr) => {
                    &mut $packed[from..from + many]
                };
            }
            let (q, by_a, by_b, by_g) = (below!(self.q), below!(by_a), below!(by_b), below!(by_g));
            let intercept = &self.intercept[from..from + many];
            let [to_a, to_b, to_g] = self.to.map(|to| &to[from..from + many]);
            let [la, lb, _] = self.slopes.map(|slopes| &slopes[col..col + many]);
            let (z, news) = (&self.z[col..col + many], &self.news[col..col + many]);
            let (roots, solved) = (&self.roots[col..col + many], &self.solved[col..col + many]);
            let inverse = &self.inverse[col * n + col..(col + 1) * n][..many];
            let (sum_a, sum_b, sum_g) =
                (&mut sum_a[col..col + many], &mut sum_b[col..col + many], &mut sum_g[col..col + many]);
            let (left, left_fall, left_root) = (news[0], z[0].min(0.0), roots[0]);
            let left_solved = self.weight * solved[0];
            let (left_a, left_b) = (la[0], lb[0]);
            // The diagonal counts once, what is below it for its mirror image as well.
            let diagonal = -0.5 * (left_solved * solved[0] - inverse[0]) * left_root * left_root;
            sum_a[0] += diagonal * by_a[0];
            sum_b[0] += diagonal * by_b[0];
            if ASYMMETRIC {
                sum_g[0] += diagonal * by_g[0];
            }
            for i in 0..many {
                let pull = (left_solved * solved[i] - inverse[i]) * left_root * roots[i];
                sum_a[i] += pull * by_a[i];
                sum_b[i] += pull * by_b[i];
                let product = left * news[i];
                let mut next = intercept[i] + a * product;
                if CORRECTED {
                    by_a[i] = to_a[i] + product * (1.0 + moving * (left_a + la[i])) + b * by_a[i];
                    by_b[i] = to_b[i] + product * moving * (left_b + lb[i]) + q[i] + b * by_b[i];
                } else {
                    // Both derivatives of the intercept are minus the target.
                    by_a[i] = to_a[i] + product + b * by_a[i];
                    by_b[i] = to_a[i] + q[i] + b * by_b[i];
                }
                if ASYMMETRIC {
                    let fall = left_fall * z[i].min(0.0);
                    sum_g[i] += pull * by_g[i];
                    by_g[i] = to_g[i] + fall + b * by_g[i];
                    next += g * fall;
                }
                q[i] = next + b * q[i];
            }
        }
    }
}
