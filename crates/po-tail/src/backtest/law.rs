//! The distributions that p-values come from.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::erf::erfc;
use statrs::function::factorial::ln_factorial;
use statrs::function::gamma::checked_gamma_ur;

/// Below this share of the whole, terms of a sum of probabilities are left out.
const NEGLIGIBLE: f64 = 1e-20;

/// How much nearer than rounding two values of a statistic have to be to count as one.
pub(super) const TIE: f64 = 1e-8;

/// The probability that a chi-square variable exceeds a value; without degrees of freedom it never does.
pub(super) fn chi_square_beyond(statistic: f64, degrees: usize) -> f64 {
    if degrees == 0 || statistic <= 0.0 {
        return 1.0;
    }
    // What the function refuses is an infinite argument.
    checked_gamma_ur(0.5 * degrees as f64, 0.5 * statistic).map_or(0.0, |beyond| beyond.clamp(0.0, 1.0))
}

/// The probability that a standard normal variable exceeds a value.
pub(super) fn normal_beyond(value: f64) -> f64 {
    0.5 * erfc(value / std::f64::consts::SQRT_2)
}

/// The probability that Student's t exceeds a value.
pub(super) fn student_beyond(value: f64, degrees: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, degrees) {
        // Through the mirror image: the library takes the upper half as one less the lower.
        Ok(student) if value > 0.0 => student.cdf(-value),
        Ok(student) => 1.0 - student.cdf(value),
        Err(_) => normal_beyond(value),
    }
}

/// The value that a variable exceeds with a probability below one half, by halving an interval.
pub(super) fn upper_quantile(tail: f64, beyond: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while beyond(high) > tail && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    // As many steps as a number has digits, and some.
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if beyond(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// `x ln x`, which is 0 at 0.
pub(super) fn x_ln_x(x: usize) -> f64 {
    if x == 0 { 0.0 } else { x as f64 * (x as f64).ln() }
}

/// `x ln y`, which is 0 at x = 0, whatever y.
pub(super) fn x_ln(x: usize, y: f64) -> f64 {
    if x == 0 { 0.0 } else { x as f64 * y.ln() }
}

/// The number of violations among so many days, each of them one with the same probability.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binomial {
    days: usize,
    probability: f64,
    ln_probability: f64,
    ln_other: f64,
}

impl Binomial {
    /// `tail` and `level` add up to one.
    pub(super) fn new(days: usize, tail: f64, level: f64) -> Self {
        Self { days, probability: tail, ln_probability: tail.ln(), ln_other: level.ln() }
    }

    /// The logarithm of the probability of one arrangement of so many violations.
    pub(super) fn ln_arrangement(&self, violations: usize) -> f64 {
        violations as f64 * self.ln_probability + (self.days - violations) as f64 * self.ln_other
    }

    pub(super) fn probability_of(&self, violations: usize) -> f64 {
        (ln_choose(self.days, violations) + self.ln_arrangement(violations)).exp().min(1.0)
    }

    /// The likeliest number, or next to it.
    pub(super) fn mode(&self) -> usize {
        (((self.days + 1) as f64 * self.probability) as usize).min(self.days)
    }

    /// The probability of so many or fewer. Sums, because the library's incomplete beta function ends its
    /// fraction after 140 terms, which is too early for years of days.
    pub(super) fn at_most(&self, violations: usize) -> f64 {
        if violations >= self.days {
            return 1.0;
        }
        self.sum((0..=violations).rev(), violations > self.mode())
    }

    /// The probability of so many or more.
    pub(super) fn at_least(&self, violations: usize) -> f64 {
        if violations == 0 {
            return 1.0;
        }
        self.sum(violations..=self.days, violations < self.mode())
    }

    /// Sums outwards from an end; while terms still rise, a small one is no reason to stop.
    fn sum(&self, numbers: impl Iterator<Item = usize>, mut rising: bool) -> f64 {
        let (mut total, mut before) = (0.0, 0.0);
        for number in numbers {
            let term = self.probability_of(number);
            rising = rising && term >= before;
            before = term;
            total += term;
            if !rising && term <= NEGLIGIBLE * total {
                break;
            }
        }
        total.min(1.0)
    }

    /// Each number that is not next to impossible, with its probability.
    pub(super) fn likely(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let mode = self.mode();
        let below = (0..mode).rev().map(|number| (number, self.probability_of(number)));
        let above = (mode..=self.days).map(|number| (number, self.probability_of(number)));
        above
            .take_while(|(_, probability)| *probability > NEGLIGIBLE)
            .chain(below.take_while(|(_, probability)| *probability > NEGLIGIBLE))
    }

    /// The probability of the numbers whose statistic is as great as the one given.
    pub(super) fn as_great(&self, statistic: f64, of: impl Fn(usize) -> f64) -> f64 {
        self.likely()
            .filter(|(number, _)| of(*number) >= statistic - TIE)
            .map(|(_, probability)| probability)
            .sum::<f64>()
            .min(1.0)
    }
}

/// The logarithm of the number of ways to choose so many out of so many.
pub(super) fn ln_choose(from: usize, many: usize) -> f64 {
    ln_factorial(from as u64) - ln_factorial(many as u64) - ln_factorial((from - many) as u64)
}
