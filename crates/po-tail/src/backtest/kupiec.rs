//! Whether there are as many violations as there should be.

use po_core::{Confidence, InputError};

use super::ChiSquareTest;
use super::law::{Binomial, chi_square_beyond, x_ln};
use crate::Error;

/// How the number of violations compares with its expectation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kupiec {
    /// How many days there are.
    pub days: usize,
    /// How many violations there are.
    pub violations: usize,
    /// How many were to be expected.
    pub expected: f64,
    /// Kupiec's likelihood ratio; its exact p-value is enumerated.
    pub test: ChiSquareTest,
    /// The exact binomial test: the probability of the numbers of violations that are no likelier than this
    /// one.
    pub binomial: f64,
    /// The probability of so many violations or more: small where risk is understated.
    pub at_least: f64,
    /// The probability of so many violations or fewer: small where risk is overstated.
    pub at_most: f64,
}

/// Tests whether the proportion of failures, violations, is what the confidence says.
///
/// ```text
/// LR = 2 [x ln(x / T) + (T - x) ln(1 - x / T) - x ln p - (T - x) ln(1 - p)]  ~  chi-square, 1 degree
/// ```
///
/// with x violations in T days, expected with probability p; 0 ln 0 = 0. The exact p-value is the binomial
/// probability of the numbers with a ratio as great.
///
/// # Errors
/// [`InputError::Empty`] without a day; [`InputError::OutOfRange`] for more violations than days.
///
/// # Cost
/// O(√T) logarithms.
///
/// # Examples
/// ```
/// use po_core::Confidence;
///
/// // J.P. Morgan's 252 days of 1998 had 20 violations at 95 %.
/// let kupiec = po_tail::kupiec(252, 20, Confidence::new(0.95)?)?;
/// assert!((kupiec.test.statistic - 3.91255082755319).abs() < 1e-12);
/// assert!((kupiec.test.asymptotic - 0.0479).abs() < 1e-4);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Kupiec (1995), Techniques for verifying the accuracy of risk measurement models; the figures, Jorion (2007),
/// Value at Risk, section 6.2.
pub fn kupiec(days: usize, violations: usize, confidence: Confidence) -> Result<Kupiec, Error> {
    check(days, violations)?;
    let binomial = Binomial::new(days, confidence.tail(), confidence.level());
    let ratio = |violations| likelihood_ratio(days, violations, confidence);
    let statistic = ratio(violations);
    let test = ChiSquareTest::new(statistic, 1, Some(binomial.as_great(statistic, ratio)));
    let own = binomial.probability_of(violations);
    // As in R and SciPy: equal probabilities must not be told apart by their rounding.
    let no_likelier =
        binomial.likely().map(|(_, probability)| probability).filter(|other| *other <= own * (1.0 + 1e-7));
    Ok(Kupiec {
        days,
        violations,
        expected: days as f64 * confidence.tail(),
        test,
        binomial: no_likelier.sum::<f64>().max(own).min(1.0),
        at_least: binomial.at_least(violations),
        at_most: binomial.at_most(violations),
    })
}

/// The least and the greatest number of violations that [`kupiec`] does not reject, by its chi-square p-value.
///
/// # Errors
/// As [`kupiec`], and [`InputError::OutOfRange`] for a significance outside (0, 1).
///
/// # Examples
/// ```
/// use po_core::Confidence;
///
/// assert_eq!(po_tail::kupiec_region(1000, Confidence::new(0.95)?, 0.05)?, (38, 64));
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Kupiec (1995), his table of non-rejection regions for significance 0.05.
pub fn kupiec_region(
    days: usize,
    confidence: Confidence,
    significance: f64,
) -> Result<(usize, usize), Error> {
    check(days, 0)?;
    check_significance(significance)?;
    let holds = |violations: usize| {
        chi_square_beyond(likelihood_ratio(days, violations, confidence), 1) >= significance
    };
    // The ratio is least at the expected number, or at one of its neighbours; from there it grows both ways.
    let near = (days as f64 * confidence.tail()) as usize;
    let least = (0..=near).find(|&violations| holds(violations)).unwrap_or(near);
    let greatest = (near..=days).take_while(|&violations| holds(violations) || violations == near).last();
    Ok((least, greatest.unwrap_or(near)))
}

/// Kupiec's likelihood ratio.
pub(super) fn likelihood_ratio(days: usize, violations: usize, confidence: Confidence) -> f64 {
    let (rate, others) = (violations as f64 / days as f64, days - violations);
    let ratio = x_ln(violations, rate / confidence.tail())
        + x_ln(others, (others as f64 / days as f64) / confidence.level());
    (2.0 * ratio).max(0.0)
}

fn check(days: usize, violations: usize) -> Result<(), InputError> {
    if days == 0 {
        return Err(InputError::Empty { what: "the list of days" });
    }
    if violations > days {
        let (name, expected) = ("the number of violations", "at most the number of days");
        return Err(InputError::OutOfRange { name, value: violations as f64, expected });
    }
    Ok(())
}

pub(super) fn check_significance(value: f64) -> Result<(), InputError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(InputError::OutOfRange { name: "the significance", value, expected: "a number in (0, 1)" })
}
