//! How long it takes until a violation, and until the next.

use po_core::Confidence;

use super::kupiec::likelihood_ratio;
use super::law::{TIE, chi_square_beyond, x_ln_x};
use super::monte_carlo::Random;
use super::violations::spells_into;
use super::{ChiSquareTest, MonteCarlo, Violations};

/// When the first violation came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstFailure {
    /// The day of the first violation, counted from one; none without violations.
    pub day: Option<usize>,
    /// Kupiec's likelihood ratio; its exact p-value is enumerated.
    pub test: ChiSquareTest,
}

/// Tests whether the first violation comes too early or too late.
///
/// ```text
/// LR = -2 ln [p (1 - p)^(v - 1) / ((1 / v) (1 - 1 / v)^(v - 1))]  ~  chi-square, 1 degree
/// LR = -2 T ln(1 - p) without violations
/// ```
///
/// # Cost
/// O(T)
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Violations, first_failure};
///
/// let violations = Violations::new(vec![true, false, false])?;
/// let found = first_failure(&violations, Confidence::new(0.99)?);
/// assert!((found.test.statistic + 2.0 * 0.01_f64.ln()).abs() < 1e-12);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Kupiec (1995), Techniques for verifying the accuracy of risk measurement models, the time until first
/// failure.
#[must_use]
pub fn first_failure(violations: &Violations, confidence: Confidence) -> FirstFailure {
    let days = violations.days();
    let day = violations.hits().iter().position(|&hit| hit).map(|place| place + 1);
    let never = -2.0 * days as f64 * confidence.level().ln();
    let statistic = day.map_or(never, |day| wait_ratio(day, confidence));
    let as_great = |ratio: f64| ratio >= statistic - TIE;
    let ln_level = confidence.level().ln();
    let chance = |day: usize| confidence.tail() * ((day - 1) as f64 * ln_level).exp();
    let mut exact: f64 = (1..=days).filter(|&day| as_great(wait_ratio(day, confidence))).map(chance).sum();
    if as_great(never) {
        exact += (days as f64 * ln_level).exp();
    }
    FirstFailure { day, test: ChiSquareTest::new(statistic, 1, Some(exact.min(1.0))) }
}

/// Whether each violation comes as long after the one before as it should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixedKupiec {
    /// The waits alone.
    pub independence: ChiSquareTest,
    /// The waits, and the number of violations.
    pub mixed: ChiSquareTest,
}

/// Haas's mixed Kupiec test: the wait for each violation, and their number.
///
/// ```text
/// LR_ind = Σ_i LR(v_i)       ~  chi-square, x degrees
/// LR_mix = LR_ind + LR_uc    ~  chi-square, x + 1 degrees
/// ```
///
/// with the ratio of [`first_failure`] for the days `v_i` from each of x violations to the next, the first from
/// the beginning; the days after the last count only in Kupiec's ratio `LR_uc`. Simulated p-values are of
/// independent days.
///
/// # Cost
/// O(T) for each simulation.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{MonteCarlo, Violations, mixed_kupiec};
///
/// let violations = Violations::new(vec![true, true])?;
/// let found = mixed_kupiec(&violations, Confidence::new(0.9)?, &MonteCarlo::default());
/// assert!((found.independence.statistic + 4.0 * 0.1_f64.ln()).abs() < 1e-12);
/// assert_eq!(found.mixed.degrees, 3);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Haas (2001), New methods in backtesting.
///
/// # Settings
/// [`MonteCarlo`]
#[must_use]
pub fn mixed_kupiec(violations: &Violations, confidence: Confidence, simulation: &MonteCarlo) -> MixedKupiec {
    let (days, count) = (violations.days(), violations.count());
    let mut spells = Vec::new();
    let mut waits = |hits: &[bool]| {
        spells_into(hits, &mut spells);
        // The first wait is over on the day of the first violation, be it the first of the sample.
        let first = if hits.first() == Some(&true) { wait_ratio(1, confidence) } else { 0.0 };
        let open = usize::from(hits.last() == Some(&false));
        let ended = spells.len().saturating_sub(open);
        first + spells[..ended].iter().map(|spell| wait_ratio(spell.days, confidence)).sum::<f64>()
    };
    let independence = waits(violations.hits());
    let mixed = independence + likelihood_ratio(days, count, confidence);
    // The statistic of waits grows with their number, so that its distribution has as many degrees as it finds: what is
    // compared between samples is its p-value.
    let surprise =
        |statistic: f64, degrees: usize| -chi_square_beyond(statistic, degrees).max(f64::MIN_POSITIVE).ln();
    let mut hits = vec![false; days];
    let mut draw = |random: &mut Random| {
        random.hits(confidence.tail(), &mut hits);
        (waits(&hits), hits.iter().filter(|&&hit| hit).count())
    };
    let alone = simulation.p_value(surprise(independence, count), |random| {
        let (statistic, count) = draw(random);
        surprise(statistic, count)
    });
    let both = simulation.p_value(surprise(mixed, count + 1), |random| {
        let (statistic, count) = draw(random);
        surprise(statistic + likelihood_ratio(days, count, confidence), count + 1)
    });
    MixedKupiec {
        independence: ChiSquareTest::new(independence, count, alone),
        mixed: ChiSquareTest::new(mixed, count + 1, both),
    }
}

/// The likelihood ratio of a wait of so many days, the last of which is the violation.
fn wait_ratio(days: usize, confidence: Confidence) -> f64 {
    let free = x_ln_x(days - 1) - x_ln_x(days);
    let bound = confidence.tail().ln() + (days - 1) as f64 * confidence.level().ln();
    (2.0 * (free - bound)).max(0.0)
}
