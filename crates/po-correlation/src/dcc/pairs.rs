//! The likelihood of pairs of assets, many pairs at a time.

use pulp::{Simd, WithSimd};

use super::params::DccModel;
use super::recursion::{Inputs, Intercept, Recursion};
use super::triangle::column;
use crate::garch::Density;

/// Factors that are multiplied before their logarithm is taken: determinants of at least 1e-12 stay normal.
const AT_ONCE: usize = 16;

/// Numbers of a pair that are carried along.
const STATES: usize = 16;

/// Working memory: the states of the pairs, one array after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairScratch(Vec<f64>);

/// The sums over pairs and periods.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PairSums {
    /// ln |R|
    pub(crate) log_determinants: f64,
    /// ln(1 + κ s), with s = z' R⁻¹ z; for the normal density zero.
    pub(crate) tails: f64,
    /// s times its weight in the score; for the normal density s itself.
    pub(crate) forms: f64,
    /// The derivatives by a, b and g.
    pub(crate) slopes: [f64; 3],
}

/// The pairs (i, i + lag) of all assets: what they need stands side by side.
pub(crate) struct Lag<'a> {
    pub(crate) lag: usize,
    pub(crate) of: Inputs<'a>,
    pub(crate) scratch: &'a mut PairScratch,
}

impl WithSimd for Lag<'_> {
    type Output = PairSums;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> PairSums {
        let pairs = self.of.assets - self.lag;
        let mut memory = std::mem::take(&mut self.scratch.0);
        memory.clear();
        memory.resize(STATES * pairs, 0.0);
        let mut arrays = memory.chunks_exact_mut(pairs);
        let mut state = [(); STATES].map(|()| arrays.next().unwrap_or_default());
        if self.of.follows {
            self.follow(&mut state);
        }
        self.intercepts(&mut state);
        let sums = match (self.of.gradient, self.of.density.student) {
            (false, false) => self.run::<false, false>(&mut state),
            (false, true) => self.run::<false, true>(&mut state),
            (true, false) => self.run::<true, false>(&mut state),
            (true, true) => self.run::<true, true>(&mut state),
        };
        self.scratch.0 = memory;
        sums
    }
}

impl Lag<'_> {
    /// The target of the corrected model: the correlation of the news, and how it moves with a and b.
    #[inline(always)]
    fn follow(&self, state: &mut [&mut [f64]; STATES]) {
        let [q, by_a, by_b, ..] = state;
        let pairs = self.of.assets - self.lag;
        let (q, by_a, by_b) = (&mut q[..pairs], &mut by_a[..pairs], &mut by_b[..pairs]);
        for row in 0..self.of.residuals.len() / self.of.assets {
            let (left, right) = self.pair(&self.of.diagonal.news, row);
            for i in 0..pairs {
                q[i] += left[i] * right[i];
            }
            if self.of.gradient {
                let (a, also_a) = self.pair(&self.of.diagonal.slopes[0], row);
                let (b, also_b) = self.pair(&self.of.diagonal.slopes[1], row);
                for i in 0..pairs {
                    let half = 0.5 * left[i] * right[i];
                    by_a[i] += half * (a[i] + also_a[i]);
                    by_b[i] += half * (b[i] + also_b[i]);
                }
            }
        }
        for i in 0..pairs {
            let ([one, one_a, one_b], [other, other_a, other_b]) =
                (self.of.squares[i], self.of.squares[i + self.lag]);
            let scale = 1.0 / (one * other).sqrt();
            let correlation = q[i] * scale;
            by_a[i] = by_a[i] * scale - 0.5 * correlation * (one_a / one + other_a / other);
            by_b[i] = by_b[i] * scale - 0.5 * correlation * (one_b / one + other_b / other);
            q[i] = correlation;
        }
    }

    /// Where the recursion of each pair begins, and what it returns to.
    #[inline(always)]
    fn intercepts(&self, state: &mut [&mut [f64]; STATES]) {
        let [q, by_a, by_b, _, value, to_a, to_b, to_g, det, tail, ..] = state;
        for i in 0..self.of.assets - self.lag {
            let entry = column(self.of.assets, i) + self.lag;
            if !self.of.follows {
                q[i] = self.of.target[entry];
            }
            let falls = self.of.falls.get(entry).copied().unwrap_or(0.0);
            let intercept = Intercept::new(&self.of.parameters, q[i], [by_a[i], by_b[i]], falls);
            value[i] = intercept.value;
            [to_a[i], to_b[i], to_g[i]] = intercept.slopes;
            (det[i], tail[i]) = (1.0, 1.0);
        }
    }

    /// The numbers of the two assets of each pair in one period.
    #[inline(always)]
    fn pair<'b>(&self, values: &'b [f64], row: usize) -> (&'b [f64], &'b [f64]) {
        let row = &values[row * self.of.assets..(row + 1) * self.of.assets];
        let pairs = self.of.assets - self.lag;
        (&row[..pairs], &row[self.lag..self.lag + pairs])
    }

    #[inline(always)]
    fn run<const GRADIENT: bool, const STUDENT: bool>(&self, state: &mut [&mut [f64]; STATES]) -> PairSums {
        let pairs = self.of.assets - self.lag;
        let [
            q,
            by_a,
            by_b,
            by_g,
            value,
            to_a,
            to_b,
            to_g,
            det,
            tail,
            forms,
            sum_a,
            sum_b,
            sum_g,
            dets,
            tails,
        ] = state;
        // Lengths that are seen to be equal cost no check in the loop.
        macro_rules! cut {
            ($($name:ident),+) => { $(let $name = &mut $name[..pairs];)+ };
        }
        cut!(
            q, by_a, by_b, by_g, value, to_a, to_b, to_g, det, tail, forms, sum_a, sum_b, sum_g, dets, tails
        );
        let Recursion { a, b, g, moving } = Recursion {
            a: self.of.parameters.a,
            b: self.of.parameters.b,
            g: self.of.parameters.g,
            moving: if self.of.model == DccModel::Corrected { 0.5 * self.of.parameters.a } else { 0.0 },
        };
        let Density { kappa, factor, .. } = self.of.density;
        let periods = self.of.residuals.len() / self.of.assets;
        for row in 0..periods {
            let (z, also_z) = self.pair(self.of.residuals, row);
            let (root, also_root) = self.pair(&self.of.diagonal.inverse_roots, row);
            let (news, also_news) = self.pair(&self.of.diagonal.news, row);
            let none: (&[f64], &[f64]) = (&[], &[]);
            let slope = |k: usize| if GRADIENT { self.pair(&self.of.diagonal.slopes[k], row) } else { none };
            let ((la, also_la), (lb, also_lb), (lg, also_lg)) = (slope(0), slope(1), slope(2));
            for i in 0..pairs {
                let roots = root[i] * also_root[i];
                let rho = q[i] * roots;
                let determinant = 1.0 - rho * rho;
                let inverse = 1.0 / determinant;
                let (cross, squares) = (z[i] * also_z[i], z[i] * z[i] + also_z[i] * also_z[i]);
                let form = (squares - 2.0 * rho * cross) * inverse;
                det[i] *= determinant;
                let weight = if STUDENT {
                    let heavy = 1.0 + kappa * form;
                    tail[i] *= heavy;
                    2.0 * factor * kappa / heavy
                } else {
                    1.0
                };
                forms[i] += weight * form;
                let product = news[i] * also_news[i];
                let fall = z[i].min(0.0) * also_z[i].min(0.0);
                if GRADIENT {
                    let bend = cross * (1.0 + rho * rho) - rho * squares;
                    let slope = inverse * (rho + weight * bend * inverse);
                    let half = 0.5 * rho;
                    let (a_moves, b_moves) = (la[i] + also_la[i], lb[i] + also_lb[i]);
                    sum_a[i] += slope * (by_a[i] * roots - half * a_moves);
                    sum_b[i] += slope * (by_b[i] * roots - half * b_moves);
                    sum_g[i] += slope * (by_g[i] * roots - half * (lg[i] + also_lg[i]));
                    by_a[i] = to_a[i] + product * (1.0 + moving * a_moves) + b * by_a[i];
                    by_b[i] = to_b[i] + product * moving * b_moves + q[i] + b * by_b[i];
                    by_g[i] = to_g[i] + fall + b * by_g[i];
                }
                q[i] = value[i] + a * product + g * fall + b * q[i];
            }
            if row % AT_ONCE == AT_ONCE - 1 || row + 1 == periods {
                for i in 0..pairs {
                    dets[i] += det[i].ln();
                    det[i] = 1.0;
                }
                if STUDENT {
                    for i in 0..pairs {
                        tails[i] += tail[i].ln();
                        tail[i] = 1.0;
                    }
                }
            }
        }
        let total = |values: &[f64]| values.iter().sum::<f64>();
        PairSums {
            log_determinants: total(dets),
            tails: total(tails),
            forms: total(forms),
            slopes: [total(sum_a), total(sum_b), total(sum_g)],
        }
    }
}
