//! Variance with caps on risk contributions in an augmented Lagrangian.

use po_core::Covariance;
use po_core::simd::{axpy, dot};

use crate::constrained::Smooth;

/// Half the variance, and what the caps add to it, as a function of the weights.
///
/// ```text
/// ½ w'Σw / V + 1/(2ρ) Σ_i ((ν_i + ρ h_i)₊² - ν_i²)       h_i = (w_i (Σw)_i - cap_i w'Σw) / V
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct Penalised<'a> {
    pub(super) covariance: &'a Covariance,
    pub(super) caps: &'a [f64],
    /// ν.
    pub(super) multipliers: &'a [f64],
    /// ρ.
    pub(super) penalty: f64,
    /// V: a variance of the right size.
    pub(super) unit: f64,
}

/// Memory of [`Penalised`].
#[derive(Clone, Debug, Default)]
pub(super) struct PenaltyScratch {
    /// `Σ w`.
    product: Vec<f64>,
    /// h, and `(ν + ρ h)₊`.
    pub(super) excess: Vec<f64>,
    pub(super) forces: Vec<f64>,
    slope: Vec<f64>,
}

impl Penalised<'_> {
    fn evaluate(&self, weights: &[f64], scratch: &mut PenaltyScratch) -> f64 {
        let PenaltyScratch { product, excess, forces, .. } = scratch;
        product.clear();
        product.extend((0..weights.len()).map(|asset| dot(self.covariance.column(asset), weights)));
        let variance = dot(product, weights);
        excess.clear();
        excess.extend(
            weights
                .iter()
                .zip(&*product)
                .zip(self.caps)
                .map(|((w, p), cap)| (w * p - cap * variance) / self.unit),
        );
        forces.clear();
        forces.extend(excess.iter().zip(self.multipliers).map(|(h, m)| (m + self.penalty * h).max(0.0)));
        variance
    }
}

impl Smooth for Penalised<'_> {
    type Scratch = PenaltyScratch;

    fn value(&self, weights: &[f64], scratch: &mut PenaltyScratch) -> f64 {
        let variance = self.evaluate(weights, scratch);
        let squares = scratch.forces.iter().zip(self.multipliers).map(|(force, m)| force * force - m * m);
        0.5 * variance / self.unit + squares.sum::<f64>() / (2.0 * self.penalty)
    }

    fn curve(
        &self,
        weights: &[f64],
        scratch: &mut PenaltyScratch,
        gradient: &mut [f64],
        hessian: &mut [f64],
    ) {
        self.evaluate(weights, scratch);
        let PenaltyScratch { product, forces, slope, .. } = scratch;
        let assets = weights.len();
        let inverse = 1.0 / self.unit;
        let capped: f64 = forces.iter().zip(self.caps).map(|(force, cap)| force * cap).sum();
        lagrangian(self.covariance, forces, capped, inverse, hessian);
        gradient.fill(0.0);
        axpy((1.0 - 2.0 * capped) * inverse, product, gradient);
        for asset in 0..assets {
            let force = forces[asset];
            if force <= 0.0 {
                continue;
            }
            slope.clear();
            slope.resize(assets, 0.0);
            axpy(weights[asset] * inverse, self.covariance.column(asset), slope);
            slope[asset] += product[asset] * inverse;
            axpy(force, slope, gradient);
            axpy(-2.0 * self.caps[asset] * inverse, product, slope);
            for (col, column) in hessian.chunks_exact_mut(assets).enumerate() {
                axpy(self.penalty * slope[col], slope, column);
            }
        }
    }
}

/// Second derivatives of the Lagrangian: `((1 - 2 ν'cap) Σ + diag(ν) Σ + Σ diag(ν)) / V`.
pub(super) fn lagrangian(
    covariance: &Covariance,
    multipliers: &[f64],
    capped: f64,
    inverse: f64,
    hessian: &mut [f64],
) {
    for (col, column) in hessian.chunks_exact_mut(multipliers.len()).enumerate() {
        for ((entry, sigma), multiplier) in column.iter_mut().zip(covariance.column(col)).zip(multipliers) {
            *entry = (1.0 - 2.0 * capped + multiplier + multipliers[col]) * sigma * inverse;
        }
    }
}
