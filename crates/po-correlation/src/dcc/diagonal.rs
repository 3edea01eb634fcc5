//! The diagonal of Q, which every pair shares.

use pulp::{Simd, WithSimd};

use super::parameters::DccParameters;
use super::params::DccModel;

/// Derivatives by a, b and g.
pub(crate) const SLOPES: usize = 3;

/// What every pair needs to know of its two assets, period after period.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diagonal {
    /// One over the root of the diagonal of Q.
    pub(crate) inverse_roots: Vec<f64>,
    /// The residuals that enter Q: z, or z* in the corrected model.
    pub(crate) news: Vec<f64>,
    /// The derivatives of the logarithm of the diagonal of Q by a, b and g; empty where no gradient is
    /// wanted.
    pub(crate) slopes: [Vec<f64>; SLOPES],
    state: Vec<f64>,
}

/// The recursion of the diagonal, over all periods.
pub(crate) struct Fill<'a> {
    pub(crate) model: DccModel,
    pub(crate) parameters: DccParameters,
    pub(crate) assets: usize,
    pub(crate) residuals: &'a [f64],
    /// The diagonals of S and N.
    pub(crate) target: &'a [f64],
    pub(crate) falls: &'a [f64],
    pub(crate) gradient: bool,
    pub(crate) diagonal: &'a mut Diagonal,
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { model, parameters, assets, residuals, target, falls, gradient, diagonal } = self;
        let DccParameters { a, b, g, .. } = parameters;
        let corrected = if model == DccModel::Corrected { 1.0 } else { 0.0 };
        let Diagonal { inverse_roots, news, slopes, state } = diagonal;
        inverse_roots.resize(residuals.len(), 0.0);
        news.resize(residuals.len(), 0.0);
        for slope in slopes.iter_mut() {
            slope.resize(if gradient { residuals.len() } else { 0 }, 0.0);
        }
        state.clear();
        state.resize(4 * assets, 0.0);
        let (q, by) = state.split_at_mut(assets);
        let (by_a, by) = by.split_at_mut(assets);
        let (by_b, by_g) = by.split_at_mut(assets);
        q.copy_from_slice(&target[..assets]);
        let (target, falls) = (&target[..assets], &falls[..assets]);
        for (row, z) in residuals.chunks_exact(assets).enumerate() {
            let here = row * assets..(row + 1) * assets;
            let (roots, news) = (&mut inverse_roots[here.clone()], &mut news[here.clone()]);
            for i in 0..assets {
                let root = q[i].sqrt();
                roots[i] = 1.0 / root;
                news[i] = if corrected > 0.0 { z[i] * root } else { z[i] };
            }
            if gradient {
                let [to_a, to_b, to_g] = slopes;
                let (to_a, to_b, to_g) =
                    (&mut to_a[here.clone()], &mut to_b[here.clone()], &mut to_g[here.clone()]);
                for i in 0..assets {
                    let inverse = roots[i] * roots[i];
                    to_a[i] = by_a[i] * inverse;
                    to_b[i] = by_b[i] * inverse;
                    to_g[i] = by_g[i] * inverse;
                    let fall = z[i].min(0.0);
                    // In the corrected model the news move with Q as well.
                    let carried = b + corrected * a * z[i] * z[i];
                    by_a[i] = news[i] * news[i] - target[i] + carried * by_a[i];
                    by_b[i] = q[i] - target[i] + carried * by_b[i];
                    by_g[i] = fall * fall - falls[i] + carried * by_g[i];
                }
            }
            for i in 0..assets {
                let fall = z[i].min(0.0);
                let intercept = (1.0 - a - b) * target[i] - g * falls[i];
                q[i] = intercept + a * news[i] * news[i] + b * q[i] + g * fall * fall;
            }
        }
    }
}
