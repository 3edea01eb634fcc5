//! The log-likelihood of the generalised Pareto distribution about one point.

use super::sample::{Sample, Tilted};

/// The log-likelihood of the scaled sample, its gradient and its Hessian in the shape and the logarithm of the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Local {
    pub(super) value: f64,
    pub(super) shape: f64,
    pub(super) log_scale: f64,
    pub(super) shape_shape: f64,
    pub(super) shape_scale: f64,
    pub(super) scale_scale: f64,
}

impl Local {
    /// About this shape and scale, in units of the greatest excess; none where that is beyond the upper end.
    pub(super) fn at(sample: &mut Sample, shape: f64, scale: f64) -> Option<Self> {
        let tilt = shape / scale;
        if !(tilt > -1.0 && tilt.is_finite() && scale > 0.0 && scale.is_finite()) {
            return None;
        }
        let Tilted { q, slope, bend } = sample.tilted(tilt);
        let count = sample.count();
        // By the tilt τ and r = ln σ first: the value is -r - τ q - q exp(-r).
        let by_tilt = -q - tilt * slope - slope / scale;
        let by_r = q / scale - 1.0;
        let tilt_tilt = -2.0 * slope - tilt * bend - bend / scale;
        let tilt_r = slope / scale;
        let r_r = -q / scale;
        // Then by the shape ξ = τ exp(r).
        let local = Self {
            value: -scale.ln() - tilt * q - q / scale,
            shape: by_tilt / scale,
            log_scale: by_r - tilt * by_tilt,
            shape_shape: tilt_tilt / (scale * scale),
            shape_scale: (tilt_r - tilt * tilt_tilt - by_tilt) / scale,
            scale_scale: r_r - 2.0 * tilt * tilt_r + tilt * tilt * tilt_tilt + tilt * by_tilt,
        };
        Some(local.times(count))
    }

    fn times(self, count: f64) -> Self {
        Self {
            value: self.value * count,
            shape: self.shape * count,
            log_scale: self.log_scale * count,
            shape_shape: self.shape_shape * count,
            shape_scale: self.shape_scale * count,
            scale_scale: self.scale_scale * count,
        }
    }

    /// The inverse of the observed information about shape and scale; none if that is not positive definite.
    pub(super) fn covariance(&self, scale: f64) -> Option<[[f64; 2]; 2]> {
        let (a, b) = (-self.shape_shape, -self.shape_scale / scale);
        let c = -(self.scale_scale - self.log_scale) / (scale * scale);
        let determinant = a * c - b * b;
        let definite = a > 0.0 && c > 0.0 && determinant > 0.0 && determinant.is_finite();
        definite.then(|| [[c / determinant, -b / determinant], [-b / determinant, a / determinant]])
    }
}

#[cfg(test)]
mod tests {
    use super::{Local, Sample};

    /// A central difference over 1e-5 of a sum of two hundred smooth terms.
    const DIFFERENCE: f64 = 1e-5;

    #[test]
    fn the_derivatives_are_those_of_the_value() {
        let excesses: Vec<f64> = (1..200).map(|i| -(f64::from(i) / 200.0).ln()).collect();
        let mut sample = Sample::default();
        assert!(sample.set(&excesses, 10).is_ok());
        let step = 1e-5;
        for (shape, scale) in [(0.4, 0.2), (1e-9, 0.2), (0.01, 0.3), (-0.1, 0.15)] {
            let mut at =
                |shape: f64, r: f64| Local::at(&mut sample, shape, scale * r.exp()).unwrap_or_default();
            let local = at(shape, 0.0);
            let (left, right) = (at(shape - step, 0.0), at(shape + step, 0.0));
            let (down, up) = (at(shape, -step), at(shape, step));
            let pairs = [
                (local.shape, (right.value - left.value) / (2.0 * step)),
                (local.log_scale, (up.value - down.value) / (2.0 * step)),
                (local.shape_shape, (right.shape - left.shape) / (2.0 * step)),
                (local.shape_scale, (up.shape - down.shape) / (2.0 * step)),
                (local.shape_scale, (right.log_scale - left.log_scale) / (2.0 * step)),
                (local.scale_scale, (up.log_scale - down.log_scale) / (2.0 * step)),
            ];
            for (exact, difference) in pairs {
                let error = (exact - difference).abs();
                assert!(error < DIFFERENCE * (1.0 + exact.abs()), "{shape} {exact} {difference}");
            }
        }
    }
}
