//! What stands in for residuals that are missing.

use po_core::linalg::Cholesky;

use super::params::{DccFilterParams, DccModel};
use super::triangle::column;

/// The assets without a return, and what is expected of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    pub(crate) missing: Vec<usize>,
    /// The others.
    seen: Vec<usize>,
    cholesky: Cholesky,
    /// The correlations of the missing with those that were seen, and the weights that follow from them.
    cross: Vec<f64>,
    weights: Vec<f64>,
    /// The conditional covariance of the missing residuals.
    spread: Vec<f64>,
}

impl Gaps {
    /// Room for whatever may be missing.
    pub(crate) fn new(assets: usize) -> Self {
        let mut gaps = Self {
            missing: Vec::with_capacity(assets),
            seen: Vec::with_capacity(assets),
            cholesky: Cholesky::default(),
            // At most half of the assets stand against the other half.
            cross: vec![0.0; assets * assets / 4 + assets],
            weights: vec![0.0; assets * assets / 4 + assets],
            spread: vec![0.0; assets * assets],
        };
        // The identity, so that the memory is there when it is needed; it cannot fail.
        for size in [assets, assets.min(128)] {
            let _ = gaps.cholesky.factor_columns(size, |_, below| {
                below.fill(0.0);
                below[0] = 1.0;
            });
        }
        gaps
    }

    /// Writes the conditional mean of the missing residuals, and keeps their conditional covariance.
    ///
    /// ```text
    /// E[z_m | z_o] = R_mo R_oo⁻¹ z_o        V = R_mm - R_mo R_oo⁻¹ R_om
    /// ```
    ///
    /// Where what was seen has a singular correlation, the missing count as independent of it.
    pub(crate) fn expect(&mut self, assets: usize, correlation: &[f64], residuals: &mut [f64]) {
        let at = |one: usize, other: usize| {
            let (low, high) = (one.min(other), one.max(other));
            correlation[column(assets, low) + high - low]
        };
        let Self { missing, seen, cholesky, cross, weights, spread } = self;
        seen.clear();
        let mut gaps = missing.iter().peekable();
        seen.extend((0..assets).filter(|asset| gaps.next_if_eq(&asset).is_none()));
        let (many, known) = (missing.len(), seen.len());
        for (row, &one) in missing.iter().enumerate() {
            for (col, &other) in missing.iter().enumerate() {
                spread[row * many + col] = at(one, other);
            }
        }
        let fill = |col: usize, below: &mut [f64]| {
            below.iter_mut().zip(&seen[col..]).for_each(|(entry, &row)| *entry = at(row, seen[col]));
        };
        let (cross, weights) = (&mut cross[..many * known], &mut weights[..many * known]);
        for (row, &one) in missing.iter().enumerate() {
            for (col, &other) in seen.iter().enumerate() {
                cross[row * known + col] = at(one, other);
            }
        }
        let solved = cholesky.factor_columns(known, fill).and_then(|()| cholesky.solve_into(cross, weights));
        // Of nothing seen there is no decomposition either.
        if solved.is_err() {
            return;
        }
        for (row, &asset) in missing.iter().enumerate() {
            let weights = &weights[row * known..(row + 1) * known];
            residuals[asset] =
                seen.iter().zip(weights).map(|(&other, weight)| weight * residuals[other]).sum();
            for (col, cross) in cross.chunks_exact(known).enumerate() {
                spread[row * many + col] -= weights.iter().zip(cross).map(|(w, c)| w * c).sum::<f64>();
            }
        }
    }

    /// Adds the conditional covariance of the missing residuals to Q, and the long-run mean of their falls.
    pub(crate) fn spread(
        &self,
        assets: usize,
        params: &DccFilterParams,
        inverse_roots: &[f64],
        q: &mut [f64],
    ) {
        let many = self.missing.len();
        for (place, &col) in self.missing.iter().enumerate() {
            for (below, &row) in self.missing.iter().enumerate().skip(place) {
                let scale = match params.model {
                    DccModel::Corrected => 1.0 / (inverse_roots[row] * inverse_roots[col]),
                    DccModel::Engle | DccModel::Asymmetric => 1.0,
                };
                let fall = match &params.falls {
                    Some(falls) if params.model == DccModel::Asymmetric => falls.column(col)[row],
                    _ => 0.0,
                };
                let parameters = &params.parameters;
                q[column(assets, col) + row - col] +=
                    parameters.a * scale * self.spread[below * many + place] + parameters.g * fall;
            }
        }
    }
}
