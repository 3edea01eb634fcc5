//! Shares of variance that are products of two sums of weights, with their slopes and curvature.
//!
//! ```text
//! share_k = (β_k'w)(γ_k'w) / w'Σw     of assets: β_k a unit vector, γ_k a column of Σ
//! ```

use po_core::Covariance;
use po_core::simd::{axpy, dot};

use super::descent::Smooth;

/// Which sums of weights the products are of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Products<'a> {
    /// `w_i (Σ w)_i`.
    Assets,
    /// `β` and `γ`, factor by factor.
    Factors { beta: &'a [f64], gamma: &'a [f64] },
}

/// Half of the squared distance of shares from their budgets, as a function of the weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distance<'a> {
    pub(crate) covariance: &'a Covariance,
    pub(crate) products: Products<'a>,
    pub(crate) budget: &'a [f64],
}

/// Memory of [`Distance`].
#[derive(Clone, Debug, Default)]
pub(crate) struct SharesScratch {
    /// `Σ w`.
    product: Vec<f64>,
    /// `β_k'w`, `γ_k'w`, and the shares.
    first: Vec<f64>,
    second: Vec<f64>,
    pub(crate) shares: Vec<f64>,
    /// Slopes of the shares, share by share.
    slopes: Vec<f64>,
    /// Slopes of the products, weighted by the residuals.
    weighted: Vec<f64>,
    pub(crate) variance: f64,
}

impl Distance<'_> {
    /// The shares at some weights.
    pub(crate) fn shares(&self, weights: &[f64], scratch: &mut SharesScratch) {
        let SharesScratch { product, first, second, shares, variance, .. } = scratch;
        let assets = weights.len();
        product.clear();
        product.extend((0..assets).map(|asset| dot(self.covariance.column(asset), weights)));
        *variance = dot(product, weights);
        first.clear();
        second.clear();
        match self.products {
            Products::Assets => {
                first.extend_from_slice(weights);
                second.extend_from_slice(product);
            }
            Products::Factors { beta, gamma } => {
                first.extend(beta.chunks_exact(assets).map(|beta| dot(beta, weights)));
                second.extend(gamma.chunks_exact(assets).map(|gamma| dot(gamma, weights)));
            }
        }
        shares.clear();
        shares.extend(first.iter().zip(&*second).map(|(first, second)| first * second / *variance));
    }

    /// Adds multiples of `β_k` and `γ_k` to a vector.
    fn add(&self, place: usize, (beta_factor, gamma_factor): (f64, f64), sum: &mut [f64]) {
        let assets = sum.len();
        match self.products {
            Products::Assets => {
                sum[place] += beta_factor;
                axpy(gamma_factor, self.covariance.column(place), sum);
            }
            Products::Factors { beta, gamma } => {
                axpy(beta_factor, &beta[place * assets..][..assets], sum);
                axpy(gamma_factor, &gamma[place * assets..][..assets], sum);
            }
        }
    }
}

impl Smooth for Distance<'_> {
    type Scratch = SharesScratch;

    fn value(&self, weights: &[f64], scratch: &mut SharesScratch) -> f64 {
        self.shares(weights, scratch);
        let residuals = scratch.shares.iter().zip(self.budget).map(|(share, budget)| share - budget);
        0.5 * residuals.map(|residual| residual * residual).sum::<f64>()
    }

    /// ```text
    /// ∇ share_k = (β_k γ_k'w + γ_k β_k'w - 2 share_k Σw) / V
    /// Σ_k r_k ∇² share_k = (Σ_k r_k (β_k γ_k' + γ_k β_k') - 2 r'share Σ) / V
    ///                      - 2 (P (Σw)' + Σw P') / V² + 8 r'share Σw (Σw)' / V²
    /// ```
    ///
    /// with P the slopes of the products, weighted by r.
    fn curve(&self, weights: &[f64], scratch: &mut SharesScratch, gradient: &mut [f64], hessian: &mut [f64]) {
        self.shares(weights, scratch);
        let SharesScratch { product, first, second, shares, slopes, weighted, variance } = scratch;
        let (assets, count, inverse) = (weights.len(), shares.len(), 1.0 / *variance);
        slopes.clear();
        slopes.resize(assets * count, 0.0);
        weighted.clear();
        weighted.resize(assets, 0.0);
        gradient.fill(0.0);
        hessian.fill(0.0);
        let mut along = 0.0;
        for (place, slope) in slopes.chunks_exact_mut(assets).enumerate() {
            let residual = shares[place] - self.budget[place];
            along += residual * shares[place];
            self.add(place, (residual * second[place], residual * first[place]), weighted);
            self.add(place, (second[place] * inverse, first[place] * inverse), slope);
            axpy(-2.0 * shares[place] * inverse, product, slope);
            axpy(residual, slope, gradient);
            for (col, column) in hessian.chunks_exact_mut(assets).enumerate() {
                axpy(slope[col], slope, column);
            }
        }
        for (col, column) in hessian.chunks_exact_mut(assets).enumerate() {
            axpy(-2.0 * along * inverse, self.covariance.column(col), column);
            axpy(-2.0 * weighted[col] * inverse * inverse, product, column);
            let rest = 8.0 * along * product[col] * inverse * inverse;
            axpy(rest, product, column);
            axpy(-2.0 * product[col] * inverse * inverse, weighted, column);
            match self.products {
                Products::Assets => {
                    let sigma = self.covariance.column(col);
                    let residual = |place: usize| shares[place] - self.budget[place];
                    for (row, entry) in column.iter_mut().enumerate() {
                        *entry += (residual(row) + residual(col)) * sigma[row] * inverse;
                    }
                }
                Products::Factors { beta, gamma } => {
                    for place in 0..count {
                        let residual = (shares[place] - self.budget[place]) * inverse;
                        let (beta, gamma) =
                            (&beta[place * assets..][..assets], &gamma[place * assets..][..assets]);
                        axpy(residual * gamma[col], beta, column);
                        axpy(residual * beta[col], gamma, column);
                    }
                }
            }
        }
    }
}
