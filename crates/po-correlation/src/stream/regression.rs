//! The regression of one bar on the exposures, over the assets that are seen.

use std::iter::zip;

use po_core::InputError;
use po_core::linalg::Cholesky;
use po_core::nalgebra::DMatrix;
use po_core::simd::{add_columns, axpy, dot};

/// After this many bars the Gram matrix is summed anew, so that rounding does not add up.
const RENEWAL: f64 = 1024.0;

/// Least squares with a Gram matrix that is kept as long as the same assets are seen.
#[derive(Clone, Debug)]
pub(super) struct Regression {
    /// N x K.
    exposures: DMatrix<f64>,
    /// 1 for an asset that was seen in the last bar, 0 for one that was not.
    observed: Vec<f64>,
    /// `B'B` over these.
    gram: DMatrix<f64>,
    /// Bars since it was summed.
    age: f64,
    /// What the factors returned in the last bar, and what they do not explain; zero for the missing.
    coefficients: Vec<f64>,
    residuals: Vec<f64>,
    work: Work,
}

#[derive(Clone, Debug, Default)]
struct Work {
    cholesky: Cholesky,
    /// A right-hand side, or a gain.
    vector: Vec<f64>,
    gain: Vec<f64>,
    /// The exposures to a factor, zero for the missing.
    seen: Vec<f64>,
    /// The factors, all of them.
    columns: Vec<usize>,
}

impl PartialEq for Regression {
    /// What was written down on the way to the state is no part of it.
    fn eq(&self, other: &Self) -> bool {
        self.exposures == other.exposures
            && self.observed == other.observed
            && self.gram == other.gram
            && self.coefficients == other.coefficients
    }
}

impl Regression {
    pub(super) fn new(factors: usize, exposures: &[f64]) -> Result<Self, InputError> {
        let assets = exposures.len() / factors.max(1);
        if factors == 0 || factors > assets {
            let (name, expected) = ("the number of factors", "1 or more, and at most the number of assets");
            return Err(InputError::OutOfRange { name, value: factors as f64, expected });
        }
        if assets * factors != exposures.len() {
            let (what, expected, actual) = ("the list of exposures", assets * factors, exposures.len());
            return Err(InputError::LengthMismatch { what, expected, actual });
        }
        if let Some(place) = exposures.iter().position(|exposure| exposure.abs() > 1e100 || exposure.is_nan())
        {
            let (row, asset, value) = (place / assets, place % assets, exposures[place]);
            return Err(InputError::NotFinite { what: "the exposure", row, asset, value });
        }
        let mut regression = Self {
            exposures: DMatrix::from_column_slice(assets, factors, exposures),
            observed: vec![1.0; assets],
            gram: DMatrix::zeros(factors, factors),
            age: 0.0,
            coefficients: vec![0.0; factors],
            residuals: vec![0.0; assets],
            work: Work {
                cholesky: Cholesky::default(),
                vector: vec![0.0; factors],
                gain: vec![0.0; factors],
                seen: vec![0.0; assets],
                columns: (0..factors).collect(),
            },
        };
        regression.sum_gram();
        regression.work.cholesky.factor(regression.gram.as_view())?;
        Ok(regression)
    }

    pub(super) fn assets(&self) -> usize {
        self.observed.len()
    }

    pub(super) fn exposures(&self) -> &DMatrix<f64> {
        &self.exposures
    }

    pub(super) fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    pub(super) fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// Every number of the state, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        let Self { exposures, observed, gram, age, coefficients, .. } = self;
        let matrices = exposures.iter_mut().chain(gram.iter_mut());
        matrices.chain(observed).chain(std::iter::once(age)).chain(coefficients)
    }

    /// Adds an asset to the Gram matrix, or takes it away.
    fn add_asset(&mut self, sign: f64, asset: usize) {
        for (factor, mut column) in self.gram.column_iter_mut().enumerate() {
            let own = sign * self.exposures[(asset, factor)];
            for (entry, other) in zip(&mut column, self.exposures.row(asset).iter()) {
                *entry += own * other;
            }
        }
    }

    fn sum_gram(&mut self) {
        self.age = 0.0;
        let assets = self.observed.len();
        let factors = self.exposures.as_slice();
        for (col, factor) in factors.chunks_exact(assets).enumerate() {
            let seen = self.work.seen.iter_mut().zip(zip(factor, &self.observed));
            seen.for_each(|(seen, (exposure, observed))| *seen = exposure * observed);
            for (row, other) in factors.chunks_exact(assets).enumerate().skip(col) {
                let entry = dot(&self.work.seen, other);
                self.gram[(row, col)] = entry;
                self.gram[(col, row)] = entry;
            }
        }
    }

    /// Explains a bar by the factors; the number of assets seen.
    ///
    /// After an error, coefficients, residuals and exposures are as they were.
    pub(super) fn fit(&mut self, returns: &[f64]) -> Result<usize, InputError> {
        let observations = returns.iter().filter(|value| !value.is_nan()).count();
        let required = self.coefficients.len();
        if observations < required {
            let what = "returns seen in the bar, for as many factors";
            return Err(InputError::TooFewObservations { what, observations, required });
        }
        self.age += 1.0;
        let mut changed = 0;
        for (asset, value) in returns.iter().enumerate() {
            let present = if value.is_nan() { 0.0 } else { 1.0 };
            let change = present - self.observed[asset];
            if change.abs() > 0.0 {
                self.observed[asset] = present;
                self.add_asset(change, asset);
                changed += 1;
            }
        }
        // To take away most assets would leave their rounding behind.
        if self.age >= RENEWAL || 4 * changed > returns.len() {
            self.sum_gram();
        }
        let Work { cholesky, vector, columns, .. } = &mut self.work;
        cholesky.factor(self.gram.as_view())?;
        let assets = returns.len();
        for (residual, value) in zip(&mut self.residuals, returns) {
            *residual = if value.is_nan() { 0.0 } else { *value };
        }
        for (product, factor) in zip(&mut *vector, self.exposures.as_slice().chunks_exact(assets)) {
            *product = dot(factor, &self.residuals);
        }
        cholesky.solve_into(vector, &mut self.coefficients)?;
        for (negative, coefficient) in zip(&mut *vector, &self.coefficients) {
            *negative = -coefficient;
        }
        add_columns(self.exposures.as_view(), columns, vector, &mut self.residuals);
        for (residual, observed) in zip(&mut self.residuals, &self.observed) {
            *residual *= observed;
        }
        Ok(observations)
    }

    /// Moves the exposures towards what explains the last bar: `B += e g'` with `information g = f`.
    ///
    /// Residuals are orthogonal to the exposures, so that the Gram matrix grows by `|e|² g g'`.
    pub(super) fn track(&mut self, information: &DMatrix<f64>) {
        let Work { cholesky, gain, .. } = &mut self.work;
        let solved = cholesky
            .factor(information.as_view())
            .and_then(|()| cholesky.solve_into(&self.coefficients, gain));
        // Factors that did not move yet say nothing about exposures.
        if solved.is_err() || gain.iter().any(|gain| !gain.is_finite()) {
            return;
        }
        let squares = dot(&self.residuals, &self.residuals);
        let assets = self.residuals.len();
        for (factor, gain) in zip(self.exposures.as_mut_slice().chunks_exact_mut(assets), &*gain) {
            axpy(*gain, &self.residuals, factor);
        }
        for (mut column, own) in zip(self.gram.column_iter_mut(), &*gain) {
            for (entry, other) in zip(&mut column, &*gain) {
                *entry += squares * (own * other);
            }
        }
    }
}
