//! Sums of fourth moments over all pairs of assets, each in O(T N + N²).

use po_core::nalgebra::DMatrix;
use po_core::simd::{axpy, dot, sum};

/// One column of a matrix.
pub(super) fn column(matrix: &DMatrix<f64>, col: usize) -> &[f64] {
    let rows = matrix.nrows();
    &matrix.as_slice()[col * rows..(col + 1) * rows]
}

/// Centred returns x and their covariance s.
pub(super) struct FourthMoments<'a> {
    pub(super) divisor: f64,
    pub(super) centred: &'a [f64],
    pub(super) covariance: &'a DMatrix<f64>,
}

impl FourthMoments<'_> {
    fn observations(&self) -> usize {
        self.centred.len() / self.covariance.nrows()
    }

    /// π, given `Σ_ij s_ij²`; leaves `|x_t|²` in `norms`.
    ///
    /// ```text
    /// Σ_ij (1/n Σ_t x_ti² x_tj² - s_ij²) = 1/n Σ_t |x_t|⁴ - Σ_ij s_ij²
    /// ```
    pub(super) fn noise(&self, size: f64, norms: &mut Vec<f64>) -> f64 {
        norms.clear();
        norms.resize(self.observations(), 0.0);
        for asset in self.centred.chunks_exact(self.observations()) {
            norms.iter_mut().zip(asset).for_each(|(norm, value)| *norm += value * value);
        }
        dot(norms, norms) / self.divisor - size
    }

    /// `Σ_i π_ii`
    pub(super) fn of_variances(&self) -> f64 {
        let variances = self.covariance.as_slice().iter().step_by(self.covariance.nrows() + 1);
        fourth_powers(self.centred) / self.divisor
            - variances.map(|variance| variance * variance).sum::<f64>()
    }

    /// ρ, when all variances are their mean, and all covariances theirs: the variances of the two means, over
    /// the numbers of entries that they are the means of.
    ///
    /// ```text
    /// 1/N (1/n Σ_t |x_t|⁴ - tr² S) + 1/N(N-1) (1/n Σ_t ((Σ_i x_ti)² - |x_t|²)² - (Σ_{i≠j} s_ij)²)
    /// ```
    pub(super) fn of_means(&self, ones: &[f64], norms: &[f64], along: &mut Vec<f64>) -> f64 {
        self.combine(ones, along);
        let (trace, count) = (self.covariance.trace(), ones.len() as f64);
        let off = sum(self.covariance.as_slice()) - trace;
        let pairs = along.iter().zip(norms).map(|(total, norm)| (total * total - norm).powi(2));
        let of_variances = dot(norms, norms) / self.divisor - trace * trace;
        let of_covariances = pairs.sum::<f64>() / self.divisor - off * off;
        of_variances / count + of_covariances / (count * (count - 1.0)).max(1.0)
    }

    /// The part of ρ that comes from the deviations σ in `r̄ σ_i σ_j`, over `r̄`.
    ///
    /// ```text
    /// Σ_{i≠j} σ_j/σ_i (1/n Σ_t x_ti³ x_tj - s_ii s_ij)
    ///   = Σ_i 1/σ_i 1/n Σ_t x_ti³ y_t - 1/n Σ_ti x_ti⁴ - σ'Sσ + Σ_i s_ii²   with y_t = Σ_j σ_j x_tj
    /// ```
    pub(super) fn of_deviations(&self, deviations: &[f64], along: &mut Vec<f64>) -> f64 {
        self.combine(deviations, along);
        let columns = self.centred.chunks_exact(self.observations());
        let cubes: f64 =
            columns.zip(deviations).map(|(asset, deviation)| cubes_along(asset, along) / deviation).sum();
        cubes / self.divisor - self.of_variances() - self.quadratic(deviations)
    }

    /// The part of ρ that comes from the factor, of which the betas are `loadings` over its variance.
    ///
    /// ```text
    /// 2/v Σ_{i≠j} b_j (1/n Σ_t x_ti² x_tj m_t - b_i s_ij)
    ///   - 1/v² Σ_{i≠j} b_i b_j (1/n Σ_t x_ti x_tj m_t² - v s_ij)
    /// ```
    pub(super) fn of_factor(
        &self,
        precision: f64,
        loadings: &[f64],
        market: &[f64],
        norms: &[f64],
        along: &mut Vec<f64>,
    ) -> f64 {
        self.combine(loadings, along);
        let quadratic = self.quadratic(loadings);
        let (mut once, mut twice) = (0.0, 0.0);
        for ((along, market), norm) in along.iter().zip(market).zip(norms) {
            once += norm * market * along;
            twice += (market * along).powi(2);
        }
        once = once / self.divisor - quadratic;
        twice = twice / self.divisor - quadratic / precision;
        for (asset, loading) in loadings.iter().enumerate() {
            let rows = self.observations();
            let values = &self.centred[asset * rows..(asset + 1) * rows];
            let variance = self.covariance[(asset, asset)];
            once -= loading * (cubes_along(values, market) / self.divisor - loading * variance);
            twice -=
                loading * loading * (squares_along(values, market) / self.divisor - variance / precision);
        }
        2.0 * precision * once - precision * precision * twice
    }

    /// `Σ_j u_j x_tj` for each observation.
    fn combine(&self, loadings: &[f64], along: &mut Vec<f64>) {
        along.clear();
        along.resize(self.observations(), 0.0);
        for (asset, &loading) in self.centred.chunks_exact(self.observations()).zip(loadings) {
            axpy(loading, asset, along);
        }
    }

    /// `u'Su`
    fn quadratic(&self, loadings: &[f64]) -> f64 {
        let of_asset =
            |(asset, loading): (usize, &f64)| loading * dot(column(self.covariance, asset), loadings);
        loadings.iter().enumerate().map(of_asset).sum()
    }
}

/// Numbers that are added side by side, so that the compiler can keep them in a vector.
const LANES: usize = 8;

/// Sums `term(x, y)` in one order, whatever the machine.
#[inline(always)]
fn sum_of(x: &[f64], y: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    let (blocks, others) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f64 = blocks.remainder().iter().zip(others.remainder()).map(|(&x, &y)| term(x, y)).sum();
    for (x, y) in blocks.zip(others) {
        for lane in 0..LANES {
            sums[lane] += term(x[lane], y[lane]);
        }
    }
    sum(&sums) + rest
}

/// `Σ_t x_t⁴`
fn fourth_powers(x: &[f64]) -> f64 {
    sum_of(x, x, |x, _| (x * x) * (x * x))
}

/// `Σ_t x_t³ y_t`
fn cubes_along(x: &[f64], y: &[f64]) -> f64 {
    sum_of(x, y, |x, y| x * x * x * y)
}

/// `Σ_t x_t² y_t²`
fn squares_along(x: &[f64], y: &[f64]) -> f64 {
    sum_of(x, y, |x, y| (x * y) * (x * y))
}
