//! A sample of excesses in units of the greatest, and what its likelihood needs to know of it.

use super::sums::{POWERS, powers, range, scale_into, sum_of_logs, sums};
use crate::Error;

/// Up to such a tilt, sums come from those of the powers: the last of them is below rounding, and nothing cancels.
const NEAR_ZERO: f64 = 0.1;

/// Below it, the sum of the logarithms alone has lost too much to the one that the tilt is added to.
const CANCELS: f64 = 1e-3;

/// The excesses over the greatest of them, and how many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// Filled up with zeros to whole vectors.
    scaled: Vec<f64>,
    count: usize,
    /// The greatest excess, which is the unit.
    unit: f64,
    /// The least excess, in that unit.
    least: f64,
    /// Means of the powers, once they were needed.
    powers: Option<[f64; POWERS]>,
}

/// The mean of `ln(1 + τ z) / τ`, which a smooth function of the tilt `τ = ξ/σ` is, and its first two derivatives.
///
/// The log-likelihood of the generalised Pareto distribution is, for each observation,
///
/// ```text
/// -ln σ - τ q(τ) - q(τ) / σ
/// ```
/// in which nothing cancels for any shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tilted {
    pub(super) q: f64,
    pub(super) slope: f64,
    pub(super) bend: f64,
}

impl Sample {
    /// Takes in a sample of at least `needed` excesses that are not all the same.
    pub(super) fn set(&mut self, excesses: &[f64], needed: usize) -> Result<(), Error> {
        let actual = excesses.len();
        if actual < needed {
            return Err(Error::TooFew { what: "the sample of excesses", needed, actual });
        }
        let (least, greatest, finite) = range(excesses);
        if finite.is_nan() || least < 0.0 {
            let place = excesses.iter().position(|value| !(*value >= 0.0 && value.is_finite()));
            let place = place.unwrap_or_default();
            let (value, expected) = (excesses[place], "a finite number of zero or more");
            return Err(Error::Observation { what: "excess", place, value, expected });
        }
        if least >= greatest {
            return Err(Error::Constant { what: "the excesses", value: greatest });
        }
        scale_into(excesses, greatest, &mut self.scaled);
        (self.count, self.unit, self.least, self.powers) = (actual, greatest, least / greatest, None);
        Ok(())
    }

    pub(super) fn count(&self) -> f64 {
        self.count as f64
    }

    pub(super) fn unit(&self) -> f64 {
        self.unit
    }

    pub(super) fn least(&self) -> f64 {
        self.least
    }

    /// The excesses in units of the greatest.
    pub(super) fn scaled(&self) -> &[f64] {
        &self.scaled[..self.count]
    }

    /// `q(τ)` alone.
    pub(super) fn mean_log(&mut self, tilt: f64) -> f64 {
        if tilt.abs() < CANCELS {
            return self.nearly_exponential(tilt).q;
        }
        sum_of_logs(&self.scaled, tilt) / (tilt * self.count())
    }

    /// `q(τ)` and its derivatives.
    pub(super) fn tilted(&mut self, tilt: f64) -> Tilted {
        if tilt.abs() <= NEAR_ZERO {
            return self.nearly_exponential(tilt);
        }
        let [logs, quotients, squares] = sums(&self.scaled, tilt).map(|sum| sum / self.count());
        // q τ is the mean logarithm L; L' is the mean quotient and L'' minus the mean of its squares.
        let q = logs / tilt;
        let slope = (quotients - q) / tilt;
        Tilted { q, slope, bend: (-squares - 2.0 * slope) / tilt }
    }

    /// `q(τ) = Σ_k (-τ)^k m_(k+1) / (k + 1)`, with `m` the means of the powers.
    fn nearly_exponential(&mut self, tilt: f64) -> Tilted {
        let count = self.count();
        let scaled = &self.scaled;
        let means = self.powers.get_or_insert_with(|| powers(scaled).map(|sum| sum / count));
        let (mut q, mut slope, mut half_bend) = (0.0, 0.0, 0.0);
        for (k, mean) in means.iter().enumerate().rev() {
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            half_bend = half_bend * tilt + slope;
            slope = slope * tilt + q;
            q = q * tilt + sign * mean / (k + 1) as f64;
        }
        Tilted { q, slope, bend: 2.0 * half_bend }
    }

    /// The mean excess in units of the greatest.
    pub(super) fn mean(&self) -> f64 {
        po_core::simd::sum(&self.scaled) / self.count()
    }
}

#[cfg(test)]
mod tests {
    use super::{NEAR_ZERO, Sample};

    /// The direct sums cancel twice by the tilt of 0.1, the series end at the twentieth power of it.
    const CANCELLED: f64 = 1e-13;

    #[test]
    fn the_series_meets_the_sums() {
        let mut sample = Sample::default();
        let excesses: Vec<f64> = (1..400).map(|i| (f64::from(i) * 0.618).fract().powi(3)).collect();
        assert!(sample.set(&excesses, 10).is_ok());
        for tilt in [-NEAR_ZERO, NEAR_ZERO] {
            let near = sample.tilted(tilt);
            let far = sample.tilted(tilt * (1.0 + 2.0 * f64::EPSILON));
            assert!((near.q - far.q).abs() < CANCELLED, "{near:?} {far:?}");
            assert!((near.slope - far.slope).abs() < 10.0 * CANCELLED, "{near:?} {far:?}");
            assert!((near.bend - far.bend).abs() < 100.0 * CANCELLED, "{near:?} {far:?}");
        }
    }
}
