//! The log-likelihood of the generalised extreme-value distribution about one point.

use super::profile::{Likelihood, Point};
use super::support::{log_ratio, power_derivatives};

/// Up to it, the derivatives by the shape come from series.
const NEAR_ZERO: f64 = 0.05;

/// Terms of those series: the next is below rounding.
const TERMS: i32 = 14;

/// No maximum of the likelihood lies at a shape below it.
const LEAST_SHAPE: f64 = -1.0;

/// The value, the gradient and the Hessian in location, logarithm of the scale, and shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GevLocal {
    pub(super) value: f64,
    pub(super) gradient: [f64; 3],
    pub(super) hessian: [[f64; 3]; 3],
}

impl GevLocal {
    /// About a point; none where a maximum lies outside the support.
    pub(super) fn at(maxima: &[f64], [location, log_scale, shape]: [f64; 3]) -> Option<Self> {
        let scale = log_scale.exp();
        let in_range = scale > 0.0 && scale.is_finite() && shape > LEAST_SHAPE && shape.is_finite();
        let inside = |x: &f64| 1.0 + shape * (x - location) / scale > 0.0;
        if !in_range || !maxima.iter().all(inside) {
            return None;
        }
        let (mut value, mut by_shape, mut shape_shape) = (0.0, 0.0, 0.0);
        // By w = (x - μ) / σ, and times the powers of w that its derivatives by location and scale bring.
        let (mut first, mut second, mut mixed) = ([0.0; 2], [0.0; 3], [0.0; 2]);
        for x in maxima {
            let w = (x - location) / scale;
            let t = log_ratio(shape, w);
            let rate = (-t).exp();
            let u = 1.0 / (1.0 + shape * w);
            let (psi, chi) = remainders(shape * w, u);
            let (t_shape, t_shape_shape) = (-w * w * psi, w * w * w * chi);
            let by_t = rate - 1.0 - shape;
            value -= (1.0 + shape) * t + rate;
            by_shape += by_t * t_shape - t;
            shape_shape += by_t * t_shape_shape - t_shape * (2.0 + rate * t_shape);
            let by_w = by_t * u;
            let by_w_w = -u * u * (rate + shape * by_t);
            let by_w_shape = -u * (1.0 + rate * t_shape + by_t * w * u);
            first[0] += by_w;
            first[1] += w * by_w;
            second[0] += by_w_w;
            second[1] += w * by_w_w;
            second[2] += w * w * by_w_w;
            mixed[0] += by_w_shape;
            mixed[1] += w * by_w_shape;
        }
        let count = maxima.len() as f64;
        let location_scale = (first[0] + second[1]) / scale;
        let (location_shape, scale_shape) = (-mixed[0] / scale, -mixed[1]);
        Some(Self {
            value: value - count * log_scale,
            gradient: [-first[0] / scale, -count - first[1], by_shape],
            hessian: [
                [second[0] / (scale * scale), location_scale, location_shape],
                [location_scale, first[1] + second[2], scale_shape],
                [location_shape, scale_shape, shape_shape],
            ],
        })
    }
}

/// `ψ(z) = (ln(1 + z)/z - u) / z` and `χ(z) = (2 ψ(z) - u²) / z` with `u = 1 / (1 + z)`.
fn remainders(z: f64, u: f64) -> (f64, f64) {
    if z.abs() > NEAR_ZERO {
        let psi = (z.ln_1p() / z - u) / z;
        return (psi, (2.0 * psi - u * u) / z);
    }
    (0..TERMS).rev().map(f64::from).fold((0.0, 0.0), |(psi, chi), j| {
        ((j + 1.0) / (j + 2.0) - z * psi, (j + 1.0) * (j + 2.0) / (j + 3.0) - z * chi)
    })
}

/// All three are looked for.
pub(super) struct Whole<'a>(pub(super) &'a [f64]);

impl Likelihood<3> for Whole<'_> {
    fn at(&mut self, _: f64, place: &[f64; 3]) -> Option<Point<3>> {
        let GevLocal { value, gradient, hessian } = GevLocal::at(self.0, *place)?;
        Some(Point { value, slope: 0.0, bend: 0.0, gradient, hessian, cross: [0.0; 3] })
    }
}

/// The shape is of interest; location and scale are in the way.
pub(super) struct OfGevShape<'a>(pub(super) &'a [f64]);

impl Likelihood<2> for OfGevShape<'_> {
    fn at(&mut self, shape: f64, &[location, log_scale]: &[f64; 2]) -> Option<Point<2>> {
        let GevLocal { value, gradient, hessian } = GevLocal::at(self.0, [location, log_scale, shape])?;
        let [[aa, ab, ac], [_, bb, bc], [_, _, cc]] = hessian;
        Some(Point {
            value,
            slope: gradient[2],
            bend: cc,
            gradient: [gradient[0], gradient[1]],
            hessian: [[aa, ab], [ab, bb]],
            cross: [ac, bc],
        })
    }
}

/// The level of a period is of interest, `μ = level - σ P(ξ)`; scale and shape are in the way.
pub(super) struct OfLevel<'a> {
    pub(super) maxima: &'a [f64],
    /// `-ln(-ln(1 - 1/period))`.
    pub(super) t: f64,
}

impl Likelihood<2> for OfLevel<'_> {
    fn at(&mut self, level: f64, &[log_scale, shape]: &[f64; 2]) -> Option<Point<2>> {
        let [power, power_shape, power_shape_shape] =
            power_derivatives(shape, self.t).map(|value| -log_scale.exp() * value);
        let local = GevLocal::at(self.maxima, [level + power, log_scale, shape])?;
        let ([by_location, by_scale, by_shape], [[aa, ab, ac], [_, bb, bc], [_, _, cc]]) =
            (local.gradient, local.hessian);
        // The location moves with scale and shape.
        let scale_scale = bb + power * (2.0 * ab + power * aa) + by_location * power;
        let scale_shape = bc + power * ac + power_shape * (ab + power * aa) + by_location * power_shape;
        let shape_shape = cc + power_shape * (2.0 * ac + power_shape * aa) + by_location * power_shape_shape;
        Some(Point {
            value: local.value,
            slope: by_location,
            bend: aa,
            gradient: [by_scale + by_location * power, by_shape + by_location * power_shape],
            hessian: [[scale_scale, scale_shape], [scale_shape, shape_shape]],
            cross: [ab + power * aa, ac + power_shape * aa],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Likelihood, OfGevShape, OfLevel, Point, Whole};

    const STEP: f64 = 1e-5;

    /// A central difference over [`STEP`] of a sum of sixty smooth terms.
    const DIFFERENCE: f64 = 1e-6;

    fn assert_derivatives<const K: usize>(
        likelihood: &mut impl Likelihood<K>,
        interest: f64,
        nuisance: [f64; K],
    ) {
        let mut at = |interest: f64, nuisance: [f64; K]| {
            let nothing = || Point {
                value: f64::NAN,
                slope: 0.0,
                bend: 0.0,
                gradient: [0.0; K],
                hessian: [[0.0; K]; K],
                cross: [0.0; K],
            };
            likelihood.at(interest, &nuisance).unwrap_or_else(nothing)
        };
        let centre = at(interest, nuisance);
        let close = |exact: f64, below: f64, above: f64| {
            let difference = (above - below) / (2.0 * STEP);
            assert!((exact - difference).abs() < DIFFERENCE * (10.0 + exact.abs()), "{exact} {difference}");
        };
        let (below, above) = (at(interest - STEP, nuisance), at(interest + STEP, nuisance));
        close(centre.slope, below.value, above.value);
        close(centre.bend, below.slope, above.slope);
        for k in 0..K {
            close(centre.cross[k], below.gradient[k], above.gradient[k]);
            let moved = |step: f64| {
                let mut moved = nuisance;
                moved[k] += step;
                moved
            };
            let (below, above) = (at(interest, moved(-STEP)), at(interest, moved(STEP)));
            close(centre.gradient[k], below.value, above.value);
            for j in 0..K {
                close(centre.hessian[k][j], below.gradient[j], above.gradient[j]);
            }
        }
    }

    #[test]
    fn the_derivatives_are_those_of_the_value() {
        let maxima: Vec<f64> = (1..60).map(|i| -(-(f64::from(i) / 60.0).ln()).ln()).collect();
        for shape in [-0.15, -1e-7, 0.0, 0.03, 0.4] {
            assert_derivatives(&mut Whole(&maxima), 0.0, [0.1, 0.2, shape]);
            assert_derivatives(&mut OfGevShape(&maxima), shape, [0.1, 0.2]);
            for t in [4.0, -0.5] {
                // A location of about 0.1.
                let level = 0.1 + t * 1.2 * (1.0 + 0.5 * shape * t);
                assert_derivatives(&mut OfLevel { maxima: &maxima, t }, level, [0.2, shape]);
            }
        }
    }
}
