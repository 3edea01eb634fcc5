//! The law of the eigenvalues of pure noise, and its variance as the eigenvalues of a sample tell it.

use std::f64::consts::PI;

use po_core::InputError;

use super::spectrum::rounding;
use crate::Error;

/// The law of Marchenko and Pastur: where the eigenvalues of the covariance of T observations of N
/// independent assets fall when both are many.
///
/// ```text
/// λ± = σ² (1 ± sqrt(1/q))²   with q = T/N
/// f(λ) = q / (2 π σ² λ) sqrt((λ₊ - λ)(λ - λ₋))   between the two
/// ```
///
/// For q < 1 a share of 1 - q of the eigenvalues is zero besides.
///
/// # Examples
/// ```
/// let law = po_correlation::MarchenkoPastur::new(4.0, 1.0)?;
/// assert_eq!((law.lower(), law.upper()), (0.25, 2.25));
/// assert!((law.density(1.0) - 4.0 / std::f64::consts::TAU * 0.9375_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), po_correlation::Error>(())
/// ```
///
/// # Source
/// Marchenko and Pastur (1967), Distribution of eigenvalues for some sets of random matrices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarchenkoPastur {
    ratio: f64,
    variance: f64,
}

impl MarchenkoPastur {
    /// The law for T / N observations an asset and the variance of the noise.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] unless both are positive and finite.
    pub fn new(ratio: f64, variance: f64) -> Result<Self, Error> {
        for (name, value) in
            [("the number of observations per asset", ratio), ("the variance of the noise", variance)]
        {
            if !(value > 0.0 && value.is_finite()) {
                return Err(InputError::OutOfRange { name, value, expected: "a positive number" }.into());
            }
        }
        Ok(Self { ratio, variance })
    }

    /// The variance of the noise, σ².
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The lower edge, λ₋.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.variance * (1.0 - self.ratio.recip().sqrt()).powi(2)
    }

    /// The upper edge, λ₊: what lies above is signal.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.variance * (1.0 + self.ratio.recip().sqrt()).powi(2)
    }

    /// The density; zero outside the edges, and at zero.
    #[must_use]
    pub fn density(&self, eigenvalue: f64) -> f64 {
        let below = (self.upper() - eigenvalue).max(0.0);
        let above = (eigenvalue - self.lower()).max(0.0);
        if eigenvalue > 0.0 {
            self.ratio / (2.0 * PI * self.variance * eigenvalue) * (below * above).sqrt()
        } else {
            0.0
        }
    }

    /// The law whose variance is the mean of the eigenvalues below its upper edge, found from above.
    pub(super) fn of_residual(ratio: f64, ascending: &[f64]) -> Self {
        let mut law = Self { ratio, variance: 1.0 };
        let mut below = ascending.len();
        // Each step lowers the edge or is the last one.
        loop {
            let next = ascending.partition_point(|value| *value < law.upper()).min(below);
            if next == below || next == 0 {
                return law;
            }
            below = next;
            let variance = ascending[..below].iter().sum::<f64>() / below as f64;
            // Zeros are no noise.
            if variance <= rounding(ascending.len(), ascending.len() as f64) {
                return law;
            }
            law.variance = variance;
        }
    }

    /// The law that is nearest to the kernel density of the eigenvalues, by the sum of squares at [`POINTS`]
    /// points between its edges.
    pub(super) fn nearest(ratio: f64, ascending: &[f64], bandwidth: f64) -> Self {
        let distance = |variance: f64| Self { ratio, variance }.distance(ascending, bandwidth);
        let step = (1.0 - 2.0 * SMALLEST) / GRID as f64;
        // The distance has many valleys: a grid finds the deepest, a golden section its bottom.
        let best = (0..=GRID)
            .map(|place| SMALLEST + place as f64 * step)
            .map(|variance| (variance, distance(variance)))
            .fold((1.0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best });
        let (mut low, mut high) = ((best.0 - step).max(SMALLEST), (best.0 + step).min(1.0 - SMALLEST));
        let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
        let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_left, mut at_right) = (distance(left), distance(right));
        for _ in 0..SECTIONS {
            if at_left <= at_right {
                (high, right, at_right) = (right, left, at_left);
                left = high - golden * (high - low);
                at_left = distance(left);
            } else {
                (low, left, at_left) = (left, right, at_right);
                right = low + golden * (high - low);
                at_right = distance(right);
            }
        }
        Self { ratio, variance: 0.5 * (low + high) }
    }

    /// The sum of squares between the law and a kernel density.
    fn distance(&self, ascending: &[f64], bandwidth: f64) -> f64 {
        let lower = self.lower();
        let step = (self.upper() - lower) / (POINTS - 1) as f64;
        let height = 1.0 / (bandwidth * (2.0 * PI).sqrt() * ascending.len() as f64);
        let stride = step / bandwidth;
        let bend = (-stride * stride).exp();
        let mut kernels = [0.0; POINTS];
        for value in ascending {
            let first = ((value - REACH * bandwidth - lower) / step).ceil().max(0.0);
            let count = ((value + REACH * bandwidth - lower) / step).floor() - first + 1.0;
            // From one point to the next a normal density changes by a ratio, and the ratio by another that
            // stays.
            let away = (lower + first * step - value) / bandwidth;
            let mut kernel = height * (-0.5 * away * away).exp();
            let mut ratio = (-stride * (away + 0.5 * stride)).exp();
            // A count below zero becomes zero, and a place beyond the last point has none after it.
            for sum in kernels.iter_mut().skip(first as usize).take(count as usize) {
                *sum += kernel;
                kernel *= ratio;
                ratio *= bend;
            }
        }
        let places = (0..POINTS).map(|point| lower + step * point as f64);
        places.zip(kernels).map(|(place, kernel)| (kernel - self.density(place)).powi(2)).sum()
    }
}

/// Points at which two densities are compared.
const POINTS: usize = 1000;
/// Variances that are tried first.
const GRID: usize = 512;
/// Steps of the golden section: they narrow the last bracket to 1e-11.
const SECTIONS: usize = 42;
/// The least variance that is tried, and the least distance from one.
const SMALLEST: f64 = 1e-5;
/// Bandwidths beyond which a normal kernel is below rounding.
const REACH: f64 = 9.0;
