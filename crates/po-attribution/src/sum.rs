//! Sums without rounding errors.

/// A sum together with what rounding took from it: twice the digits of a number.
///
/// Compilers do not reorder additions of numbers, so that the errors below are what they are meant to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    /// The sum, rounded.
    pub(crate) high: f64,
    /// What is missing from it: half a unit in its last place at most.
    pub(crate) low: f64,
}

impl Sum {
    pub(crate) const ZERO: Self = Self { high: 0.0, low: 0.0 };

    #[inline(always)]
    pub(crate) const fn of(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// The difference of two numbers, exactly.
    #[inline(always)]
    pub(crate) fn of_difference(a: f64, b: f64) -> Self {
        let (high, low) = two_sum(a, -b);
        Self { high, low }
    }

    #[inline(always)]
    pub(crate) fn plus(self, value: f64) -> Self {
        self.and(Self::of(value))
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        let (high, low) = add(self.high, self.low, other.high, other.low);
        Self { high, low }
    }

    #[inline(always)]
    pub(crate) fn without(self, other: Self) -> Self {
        self.and(Self { high: -other.high, low: -other.low })
    }

    /// Adds up many numbers with one sum of all errors: an addition need not wait for the error of the one before it
    /// (Neumaier).
    #[inline(always)]
    pub(crate) fn plus_all(self, values: impl IntoIterator<Item = f64>) -> Self {
        let (mut sum, mut errors) = (self.high, self.low);
        for value in values {
            let (next, error) = two_sum(sum, value);
            sum = next;
            errors += error;
        }
        let (high, low) = two_sum(sum, errors);
        Self { high, low }
    }

    /// The nearest number to the sum.
    #[inline(always)]
    pub(crate) const fn value(self) -> f64 {
        self.high
    }

    pub(crate) fn is_finite(self) -> bool {
        self.high.is_finite() && self.low.is_finite()
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self::ZERO.plus_all(values)
    }
}

/// The rounded sum of two numbers, and its error (Knuth).
#[inline(always)]
pub(crate) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// The sum of two numbers of twice the digits: off by at most 2^-104 of the sum of their sizes.
#[inline(always)]
pub(crate) fn add(a: f64, a_low: f64, b: f64, b_low: f64) -> (f64, f64) {
    let (sum, error) = two_sum(a, b);
    let error = error + (a_low + b_low);
    let high = sum + error;
    (high, error - (high - sum))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the sums are exact")]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_took_is_kept() {
        let small = 2f64.powi(-40);
        let sum: Sum = [1e16, 1.0, small, -1e16, -1.0].into_iter().collect();
        assert_eq!(sum.value(), small);
        let third = Sum::of(1.0).plus(1e-30);
        assert_eq!((third.value(), third.without(Sum::of(1.0)).value()), (1.0, 1e-30));
        let difference = Sum::of_difference(1.0, 1e-20);
        assert_eq!((difference.value(), difference.and(Sum::of(-1.0)).value()), (1.0, -1e-20));
    }

    /// A million numbers of 53 binary digits, against integers of 128.
    #[test]
    fn a_million_numbers_add_up_exactly() {
        let (mut state, mut sum, mut exact) = (1_u64, Sum::ZERO, 0_i128);
        for _ in 0..1_000_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let integer = (state >> 11).cast_signed() - (1 << 52);
            sum = sum.plus(integer as f64);
            exact += i128::from(integer);
        }
        assert_eq!(i128::from(sum.high as i64) + i128::from(sum.low as i64), exact);
    }

    #[test]
    fn what_is_no_number_is_told() {
        assert!(Sum::of(1.0).is_finite());
        assert!(!Sum::of(1.0).plus(f64::INFINITY).is_finite());
        assert!(!Sum::of(f64::MAX).plus(f64::MAX).is_finite());
    }
}
