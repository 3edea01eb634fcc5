//! From one bar to the next: Q, and R from it.

use pulp::{Simd, WithSimd};

use super::triangle::column;

/// The next Q: what is left of this one, the intercept, and the products of the news and of the falls.
pub(crate) struct Advance<'a> {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) g: f64,
    pub(crate) news: &'a [f64],
    pub(crate) falls: &'a [f64],
    pub(crate) intercept: &'a [f64],
    pub(crate) q: &'a mut [f64],
}

impl WithSimd for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { a, b, g, news, falls, mut intercept, mut q } = self;
        for col in 0..news.len() {
            let many = news.len() - col;
            let (below, rest) = q.split_at_mut(many);
            let (add, others) = intercept.split_at(many);
            let (news, falls) = (&news[col..][..many], &falls[col..][..many]);
            let (left, left_fall) = (a * news[0], g * falls[0]);
            if left_fall == 0.0 {
                for i in 0..many {
                    below[i] = add[i] + left * news[i] + b * below[i];
                }
            } else {
                for i in 0..many {
                    below[i] = add[i] + left * news[i] + left_fall * falls[i] + b * below[i];
                }
            }
            (q, intercept) = (rest, others);
        }
    }
}

/// R from Q.
pub(crate) struct Normalise<'a> {
    pub(crate) assets: usize,
    pub(crate) q: &'a [f64],
    pub(crate) roots: &'a mut [f64],
    pub(crate) correlation: &'a mut [f64],
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { assets, mut q, roots, mut correlation } = self;
        for (col, root) in roots.iter_mut().enumerate() {
            *root = 1.0 / q[column(assets, col)].sqrt();
        }
        for col in 0..assets {
            let many = assets - col;
            let (from, rest) = q.split_at(many);
            let (to, others) = correlation.split_at_mut(many);
            let (left, roots) = (roots[col], &roots[col..][..many]);
            for i in 0..many {
                to[i] = from[i] * left * roots[i];
            }
            to[0] = 1.0;
            (q, correlation) = (rest, others);
        }
    }
}
