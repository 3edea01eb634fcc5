//! The chi-square distribution.

use statrs::function::gamma::{gamma_lr, ln_gamma};

/// Steps of Newton's method, each kept inside its bracket.
const STEPS: usize = 200;

/// `P(X <= x)` for so many degrees of freedom.
pub(super) fn chi_square_cdf(x: f64, degrees: usize) -> f64 {
    if x <= 0.0 { 0.0 } else { gamma_lr(0.5 * degrees as f64, 0.5 * x) }
}

/// The x with `P(X <= x) = probability`, for a probability in (0, 1).
pub(super) fn chi_square_quantile(probability: f64, degrees: usize) -> f64 {
    let half = 0.5 * degrees as f64;
    let (mut low, mut high) = (0.0, 2.0 * half + 10.0);
    while chi_square_cdf(high, degrees) < probability && high < 1e12 {
        (low, high) = (high, 2.0 * high);
    }
    let mut x = 0.5 * (low + high);
    for _ in 0..STEPS {
        let excess = chi_square_cdf(x, degrees) - probability;
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = ((half - 1.0) * (0.5 * x).ln() - 0.5 * x - ln_gamma(half)).exp() / 2.0;
        let newton = x - excess / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let settled = (next - x).abs() <= 4.0 * f64::EPSILON * x;
        x = next;
        if settled {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::{chi_square_cdf, chi_square_quantile};

    /// With two degrees of freedom the distribution is exponential; with one, that of a normal number's
    /// square.
    #[test]
    fn closed_forms() {
        for x in [1e-6, 0.1, 1.0, 2.0, 5.0, 30.0] {
            let expected = 1.0 - (-0.5_f64 * x).exp();
            assert!((chi_square_cdf(x, 2) - expected).abs() < 1e-15, "{x}");
        }
        // Φ(2) - Φ(-2), 17 digits from a table.
        assert!((chi_square_cdf(4.0, 1) - 0.954_499_736_103_641_6).abs() < 1e-14);
        assert!((chi_square_quantile(0.5, 2) - 2.0 * 2.0_f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn the_quantile_undoes_the_distribution() {
        for degrees in [1, 2, 3, 5, 10, 37, 100, 500] {
            for probability in [0.01, 0.5, 0.6, 0.975, 0.999] {
                let back = chi_square_cdf(chi_square_quantile(probability, degrees), degrees);
                // The logarithm of Γ(250) has three digits before the point.
                assert!((back - probability).abs() < 1e-12, "{degrees} {probability}: {back}");
            }
        }
    }
}
