//! The two functions that carry every formula through a shape of zero.

/// Terms of a series at an argument of at most one: the next is below rounding.
const TERMS: usize = 20;

/// `ln(1 + z w) / z`, which is `w` for `z = 0`; minus or plus infinity at the end of the support, NaN beyond it.
///
/// The quotient of the logarithm and its argument has no cancellation, however small the argument.
pub(super) fn log_ratio(shape: f64, w: f64) -> f64 {
    let product = shape * w;
    if product == 0.0 || !w.is_finite() && shape == 0.0 {
        w
    } else if product.is_infinite() {
        product.ln_1p() / shape
    } else {
        w * (product.ln_1p() / product)
    }
}

/// `(exp(z t) - 1) / z`, which is `t` for `z = 0`: the inverse of [`log_ratio`].
pub(super) fn power_ratio(shape: f64, t: f64) -> f64 {
    let product = shape * t;
    if product == 0.0 || !t.is_finite() && shape == 0.0 {
        t
    } else if product.is_infinite() {
        product.exp_m1() / shape
    } else {
        t * (product.exp_m1() / product)
    }
}

/// [`power_ratio`] and its first two derivatives by the shape.
///
/// ```text
/// ∫ exp(z s) ds, ∫ s exp(z s) ds, ∫ s² exp(z s) ds    from 0 to t
/// ```
pub(super) fn power_derivatives(shape: f64, t: f64) -> [f64; 3] {
    let a = shape * t;
    let (mut first, mut second) = (0.0, 0.0);
    if a.abs() <= 1.0 {
        let mut power = 1.0;
        for term in 0..TERMS {
            first += power / (term + 2) as f64;
            second += power / (term + 3) as f64;
            power *= a / (term + 1) as f64;
        }
    } else {
        first = (a.exp() - a.exp_m1() / a) / a;
        second = (a.exp() - 2.0 * first) / a;
    }
    [power_ratio(shape, t), t * t * first, t * t * t * second]
}

#[cfg(test)]
mod tests {
    use super::{log_ratio, power_ratio};

    /// Three roundings of numbers near one.
    const ROUNDINGS: f64 = 1e-15;

    #[test]
    fn shapes_about_zero_are_smooth() {
        for shape in [-1e-3, -1e-9, -1e-300, 0.0, 1e-300, 1e-9, 1e-3] {
            for w in [1e-12_f64, 0.5, 3.0] {
                // Three terms of the series; the fourth is below 3e-9 of the value at 1e-3.
                let product = shape * w;
                let series = w * (1.0 - product / 2.0 + product * product / 3.0 - product.powi(3) / 4.0);
                assert!((log_ratio(shape, w) - series).abs() <= (ROUNDINGS + product.powi(4).abs()) * w);
                let back = power_ratio(shape, log_ratio(shape, w));
                assert!((back - w).abs() <= 4.0 * ROUNDINGS * w, "{shape} {w} {back}");
            }
        }
    }

    #[test]
    fn the_ends_are_infinite() {
        for (shape, w) in [(0.0, f64::INFINITY), (0.5, f64::INFINITY), (-0.5, 2.0)] {
            assert!(log_ratio(shape, w).is_infinite() && log_ratio(shape, w) > 0.0, "{shape} {w}");
        }
        assert!(log_ratio(-0.5, 2.1).is_nan());
        assert_eq!(power_ratio(-0.5, f64::INFINITY).to_bits(), 2.0_f64.to_bits());
        for shape in [0.5, 0.0] {
            assert!(power_ratio(shape, f64::INFINITY).is_infinite());
        }
    }
}
