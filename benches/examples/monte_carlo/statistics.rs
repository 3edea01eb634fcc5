//! Means over markets, how they compare in pairs, and their standard errors.

use std::fmt;

/// A number and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl Estimate {
    /// In so many times smaller units.
    pub(crate) fn times(self, unit: f64) -> Self {
        Self { value: unit * self.value, error: unit * self.error }
    }
}

/// The error with two digits, the value with as many places.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, error } = self;
        let places = if *error > 0.0 { (1.0 - error.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
        if f.sign_plus() {
            write!(f, "{value:+.places$} ± {error:.places$}")
        } else {
            write!(f, "{value:.places$} ± {error:.places$}")
        }
    }
}

/// The mean of independent numbers.
///
/// ```text
/// x̄ = Σ_i x_i / n,   its error sqrt(Σ_i (x_i - x̄)² / (n - 1) / n)
/// ```
pub(crate) fn mean(numbers: &[f64]) -> Estimate {
    let count = numbers.len() as f64;
    let value = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - value).powi(2)).sum();
    Estimate { value, error: (squares / (count - 1.0) / count).sqrt() }
}

/// By how much the mean of some numbers exceeds that of others, drawn in pairs.
pub(crate) fn difference(numbers: &[f64], others: &[f64]) -> Estimate {
    mean(&numbers.iter().zip(others).map(|(one, other)| one - other).collect::<Vec<_>>())
}

/// By which part the mean of some numbers exceeds that of others, drawn in pairs; the error to first order.
///
/// ```text
/// R = x̄ / ȳ,   its error that of the mean of (x_i - R y_i) / ȳ
/// ```
pub(crate) fn excess(numbers: &[f64], others: &[f64]) -> Estimate {
    let of_others = mean(others).value;
    let ratio = mean(numbers).value / of_others;
    let linear: Vec<f64> =
        numbers.iter().zip(others).map(|(one, other)| (one - ratio * other) / of_others).collect();
    Estimate { value: ratio - 1.0, error: mean(&linear).error }
}

/// Squared deviations, scaled so that their mean is the unbiased variance: what is said of means holds for variances.
pub(crate) fn squares(numbers: &[f64]) -> Vec<f64> {
    let count = numbers.len() as f64;
    let centre = mean(numbers).value;
    let scale = count / (count - 1.0);
    numbers.iter().map(|number| scale * (number - centre).powi(2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A handful of operations.
    const ROUNDING: f64 = 1e-14;

    #[test]
    fn figures_by_hand() {
        let numbers = [1.0, 2.0, 2.0, 3.0];
        let by_hand = mean(&numbers);
        assert!((by_hand.value - 2.0).abs() < ROUNDING);
        assert!((by_hand.error - (2.0_f64 / 3.0 / 4.0).sqrt()).abs() < ROUNDING);
        // Deviations -1, 0, 0, 1, so that the scaled squares are 4/3, 0, 0, 4/3 with mean 2/3.
        let variance = mean(&squares(&numbers));
        assert!((variance.value - 2.0 / 3.0).abs() < ROUNDING);
        assert!((variance.error - (16.0_f64 / 9.0 / 3.0 / 4.0).sqrt()).abs() < ROUNDING);
    }

    #[test]
    fn the_error_sets_the_places() {
        let shown = |value, error| Estimate { value, error }.to_string();
        assert_eq!(shown(0.117_34, 0.001_83), "0.1173 ± 0.0018");
        assert_eq!(shown(454.04, 17.68), "454 ± 18");
        assert_eq!(shown(0.0, 0.0), "0 ± 0");
        assert_eq!(format!("{:+}", Estimate { value: 69.14, error: 2.04 }), "+69.1 ± 2.0");
    }

    #[test]
    fn what_is_paired_has_no_error_of_its_own() {
        let numbers = [0.3, 1.0, 2.5, 0.7];
        let thrice = numbers.map(|number| 3.0 * number);
        let excess = excess(&thrice, &numbers);
        assert!((excess.value - 2.0).abs() < ROUNDING && excess.error < ROUNDING, "{excess:?}");
        let more = difference(&thrice, &numbers);
        assert!((more.value - 2.0 * mean(&numbers).value).abs() < ROUNDING);
        assert!((more.error - 2.0 * mean(&numbers).error).abs() < ROUNDING);
    }
}
