//! The problem of the assets with a budget, on the scale of their volatilities.

use std::iter::zip;

use po_convex::Risk;
use po_core::InputError;
use pulp::{Arch, Simd, WithSimd};

use crate::Position;
use crate::correlations::{Correlations, multiply};
use crate::lanes::{Eight, LANES, blocks, numbers, numbers_mut, pack, padding, registers, registers_mut};
use crate::start::cold;

/// The budget of the padding: next to nothing, but not so little that it disappears when it is squared.
pub(crate) const PADDING: f64 = 1e-60;

/// Budgets below this are raised to it, so that no intermediate result is lost.
const LEAST: f64 = 1e-100;

/// What is solved: `y_i (C y)_i = b_i` for the assets with `b_i > 0`, with `y_i = σ_i |x_i|`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problem {
    /// The assets with a budget, ascending.
    pub(crate) assets: Vec<usize>,
    /// `1 / σ`, negative for short assets; zero in the padding.
    pub(crate) scales: Vec<Eight>,
    pub(crate) budget: Vec<Eight>,
    pub(crate) y: Vec<Eight>,
    /// Another y, while the two are compared.
    spare: Vec<Eight>,
    /// Ones, with zeros in the padding.
    ones: Vec<Eight>,
    /// C times a vector, or the weights before they are scaled.
    pub(crate) product: Vec<Eight>,
}

impl Problem {
    /// Looks up the assets with a budget, and their volatilities.
    pub(crate) fn pose(
        &mut self,
        risk: Risk<'_>,
        shares: &[f64],
        positions: Option<&[Position]>,
    ) -> Result<(), InputError> {
        let Self { assets, scales, budget, ones, product, .. } = self;
        assets.clear();
        assets.extend((0..shares.len()).filter(|&asset| shares[asset] > 0.0));
        match risk {
            Risk::Dense(covariance) => {
                let (matrix, stride) = (covariance.as_slice(), covariance.len() + 1);
                pack(assets.iter().map(|&asset| matrix[asset * stride]), f64::INFINITY, scales);
            }
            Risk::Factor(covariance) => {
                let loadings = |asset: usize| covariance.loadings().row(asset).norm_squared();
                let variances = assets.iter().map(|&asset| covariance.specific()[asset] + loadings(asset));
                pack(variances, f64::INFINITY, scales);
                if let Some(place) = numbers(scales, assets.len()).position(f64::is_infinite) {
                    let (asset, expected) = (assets[place], "a finite number");
                    let (name, value) = ("the variance", f64::INFINITY);
                    return Err(InputError::AssetOutOfRange { name, asset, value, expected });
                }
            }
        }
        if Arch::new().dispatch(InverseRoots(scales)) <= 0.0 {
            let zero = numbers(scales, assets.len()).position(f64::is_infinite).unwrap_or_default();
            return Err(InputError::ZeroVariance { asset: assets[zero] });
        }
        if let Some(positions) = positions {
            for (scale, &asset) in zip(numbers_mut(scales, assets.len()), &*assets) {
                *scale *= positions[asset].sign();
            }
        }
        pack(assets.iter().map(|&asset| shares[asset].max(LEAST)), PADDING, budget);
        ones.resize(blocks(assets.len()), Eight([1.0; LANES]));
        for (lane, one) in ones.iter_mut().flat_map(|eight| &mut eight.0).take(LANES).enumerate() {
            *one = f64::from(u8::from(lane >= padding(assets.len())));
        }
        product.resize(blocks(assets.len()), Eight::default());
        Ok(())
    }

    /// Begins at some weights if they can be a start, else at a guess.
    pub(crate) fn start<C: Correlations>(&mut self, correlations: &mut C, weights: Option<&[f64]>) {
        if !weights.is_some_and(|weights| self.begin_at(weights)) {
            self.restart(correlations);
        }
    }

    /// Begins at a guess.
    pub(crate) fn restart<C: Correlations>(&mut self, correlations: &mut C) {
        self.y.resize(self.budget.len(), Eight::default());
        cold(correlations, &self.budget, &self.ones, &mut self.product, &mut self.y);
    }

    /// Begins anew where the objective is less at the guess than at y.
    pub(crate) fn restart_if_better<C: Correlations>(&mut self, correlations: &mut C) {
        let here = self.objective(correlations);
        let y = std::mem::take(&mut self.y);
        self.y = std::mem::replace(&mut self.spare, y);
        self.restart(correlations);
        if here <= self.objective(correlations) {
            std::mem::swap(&mut self.y, &mut self.spare);
        }
    }

    /// The objective at y, scaled to a variance of one, up to a constant.
    fn objective<C: Correlations>(&mut self, correlations: &mut C) -> f64 {
        multiply(correlations, &self.y, &mut self.product);
        let len = self.assets.len();
        let pairs = || zip(numbers(&self.y, len), numbers(&self.budget, len));
        let variance: f64 = zip(pairs(), numbers(&self.product, len)).map(|((y, _), p)| y * p).sum();
        0.5 * variance.ln() - pairs().map(|(y, b)| b * y.ln()).sum::<f64>()
    }

    /// Whether all assets with a budget have a weight on their side, and none so large that the variance overflows.
    pub(crate) fn begin_at(&mut self, weights: &[f64]) -> bool {
        pack(self.assets.iter().map(|&asset| weights[asset]), 1.0, &mut self.y);
        for eight in self.y.iter_mut().take(1) {
            eight.0[..padding(self.assets.len())].fill(PADDING.sqrt());
        }
        let (least, sum) = Arch::new().dispatch(OverScales { scales: &self.scales, y: &mut self.y });
        least > 0.0 && (sum * sum).is_finite()
    }

    /// Writes the weights that belong to y, of gross exposure one; zero for assets without a budget.
    pub(crate) fn weights_into(&mut self, len: usize, weights: &mut Vec<f64>) {
        let Self { assets, scales, y, product, .. } = self;
        let per_gross = 1.0 / Arch::new().dispatch(TimesScales { scales, y, product });
        if assets.len() == len {
            weights.clear();
            weights.extend(numbers(product, len).map(|weight| weight * per_gross));
        } else {
            weights.clear();
            weights.resize(len, 0.0);
            for (&asset, weight) in zip(&*assets, numbers(product, assets.len())) {
                weights[asset] = weight * per_gross;
            }
        }
    }

    /// The variance of a portfolio in units of what it would be if all correlations were one.
    pub(crate) fn ratio(&self, variance: f64, weights: &[f64]) -> f64 {
        let scales = numbers(&self.scales, self.assets.len());
        let undiversified: f64 =
            zip(&self.assets, scales).map(|(&asset, scale)| weights[asset] / scale).sum();
        variance / (undiversified * undiversified)
    }
}

/// Replaces variances by inverse volatilities; returns the least variance.
struct InverseRoots<'a>(&'a mut [Eight]);

impl WithSimd for InverseRoots<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let one = simd.splat_f64s(1.0);
        let mut least = simd.splat_f64s(f64::INFINITY);
        for eight in self.0 {
            for number in registers_mut::<S>(eight) {
                least = simd.min_f64s(least, *number);
                *number = simd.div_f64s(one, simd.sqrt_f64s(*number));
            }
        }
        simd.reduce_min_f64s(least)
    }
}

/// `y = weights / scales` behind the padding; returns the least and the sum.
struct OverScales<'a> {
    scales: &'a [Eight],
    y: &'a mut [Eight],
}

impl WithSimd for OverScales<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
        let zero = simd.splat_f64s(0.0);
        let (mut least, mut sum) = (simd.splat_f64s(f64::INFINITY), zero);
        for (scale, y) in zip(self.scales, self.y) {
            for (&scale, y) in zip(registers::<S>(scale), registers_mut::<S>(y)) {
                let quotient = simd.div_f64s(*y, scale);
                *y = simd.select_f64s(simd.equal_f64s(scale, zero), *y, quotient);
                least = simd.min_f64s(least, *y);
                sum = simd.add_f64s(sum, *y);
            }
        }
        (simd.reduce_min_f64s(least), simd.reduce_sum_f64s(sum))
    }
}

/// `product = y scales`; returns the sum of the absolute values.
struct TimesScales<'a> {
    scales: &'a [Eight],
    y: &'a [Eight],
    product: &'a mut [Eight],
}

impl WithSimd for TimesScales<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let mut sum = simd.splat_f64s(0.0);
        for ((scale, y), product) in zip(zip(self.scales, self.y), self.product) {
            let factors = zip(registers::<S>(scale), registers::<S>(y));
            for ((&scale, &y), product) in zip(factors, registers_mut::<S>(product)) {
                *product = simd.mul_f64s(scale, y);
                sum = simd.add_f64s(sum, simd.abs_f64s(*product));
            }
        }
        simd.reduce_sum_f64s(sum)
    }
}
