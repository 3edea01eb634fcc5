//! Whether violations follow violations.

use po_core::Confidence;

use super::kupiec::likelihood_ratio;
use super::law::{Binomial, TIE, ln_choose};
use super::{ChiSquareTest, Transitions, Violations};

/// Classes of arrangements less likely than this are left out of p-values.
const NEGLIGIBLE: f64 = 1e-20;

/// Whether violations come independently of each other, and as many as there should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Christoffersen {
    /// How often each kind of day followed each kind.
    pub transitions: Transitions,
    /// Whether a violation is likelier after another; exact given the number of violations.
    pub independence: ChiSquareTest,
    /// Both at once: independence, and the right number.
    pub conditional_coverage: ChiSquareTest,
}

/// Tests whether violations follow violations, against a Markov chain.
///
/// ```text
/// LR_ind as Transitions::likelihood_ratio  ~  chi-square, 1 degree
/// LR_cc  = LR_uc + LR_ind                  ~  chi-square, 2 degrees
/// ```
///
/// with Kupiec's ratio `LR_uc` of all T days, and independence on their T - 1 transitions, as rugarch and
/// Christoffersen's book have it. Without violations, or with none in a row, 0 ln 0 = 0, and both are finite.
///
/// With few violations the chi-square distribution is poor, so both p-values are also enumerated: given x
/// violations under the null, each of their arrangements is as likely as any other, and the number of
/// arrangements with given transitions is a product of binomial coefficients. No simulation is needed.
///
/// # Cost
/// O(T) for the sums at most, each over a few numbers of runs.
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{Violations, christoffersen};
///
/// // Of the six arrangements of two violations in four days, two alternate.
/// let violations = Violations::new(vec![true, false, true, false])?;
/// let found = christoffersen(&violations, Confidence::new(0.5)?);
/// assert!((found.independence.statistic - 2.0 * (3.0 * 3f64.ln() - 2.0 * 2f64.ln())).abs() < 1e-12);
/// assert!((found.independence.p_value() - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Christoffersen (1998), Evaluating interval forecasts, section 3; Christoffersen (2012), Elements of
/// Financial Risk Management, section 13.2. Runs: Feller (1968), An Introduction to Probability Theory, volume
/// I, section II.11.
#[must_use]
pub fn christoffersen(violations: &Violations, confidence: Confidence) -> Christoffersen {
    let (days, count) = (violations.days(), violations.count());
    let transitions = violations.transitions();
    let statistic = transitions.likelihood_ratio();
    let exact = beyond(days, count, statistic);
    let independence = ChiSquareTest::new(statistic, 1, Some(exact));
    let joint = likelihood_ratio(days, count, confidence) + statistic;
    let exact = Binomial::new(days, confidence.tail(), confidence.level())
        .likely()
        .map(|(count, probability)| {
            probability * beyond(days, count, joint - likelihood_ratio(days, count, confidence))
        })
        .sum::<f64>()
        .min(1.0);
    Christoffersen {
        transitions,
        independence,
        conditional_coverage: ChiSquareTest::new(joint, 2, Some(exact)),
    }
}

/// The share of the arrangements of so many violations whose ratio of independence is as great.
fn beyond(days: usize, ones: usize, statistic: f64) -> f64 {
    let zeros = days - ones;
    if statistic <= TIE {
        return 1.0;
    }
    if ones == 0 || zeros == 0 {
        return 0.0;
    }
    let runs = Runs::new(days, ones);
    let most = ones.min(zeros + 1);
    let mode = (ones * (zeros + 1) / days).clamp(1, most);
    let mut share = 0.0;
    let mut add = |number: usize| {
        let mut greatest = 0.0_f64;
        for first in [0, 1] {
            for last in [0, 1] {
                let probability = runs.share(number, first, last);
                greatest = greatest.max(probability);
                if probability > 0.0
                    && runs.transitions(number, first, last).likelihood_ratio() >= statistic - TIE
                {
                    share += probability;
                }
            }
        }
        greatest > NEGLIGIBLE
    };
    // The number of runs has one mode, about its mean.
    let _ = (mode..=most).try_for_each(|number| add(number).then_some(()));
    let _ = (1..mode).rev().try_for_each(|number| add(number).then_some(()));
    share.min(1.0)
}

/// Arrangements of so many violations, by their runs.
struct Runs {
    ones: usize,
    zeros: usize,
    ln_all: f64,
}

impl Runs {
    fn new(days: usize, ones: usize) -> Self {
        Self { ones, zeros: days - ones, ln_all: ln_choose(days, ones) }
    }

    /// The share of the arrangements with so many runs of violations, and a violation (1) or none (0) on the
    /// first and on the last day.
    fn share(&self, runs: usize, first: usize, last: usize) -> f64 {
        // The runs of other days lie between, and before and after where the ends are no violations.
        let others = runs + 1 - first - last;
        if runs > self.ones || others > self.zeros || (others == 0 && self.zeros > 0) {
            return 0.0;
        }
        let ways = ln_choose(self.ones - 1, runs - 1) + ln_choose(self.zeros - 1, others - 1);
        (ways - self.ln_all).exp()
    }

    fn transitions(&self, runs: usize, first: usize, last: usize) -> Transitions {
        let (n01, n10, n11) = (runs - first, runs - last, self.ones - runs);
        // What follows a day without a violation, less what is one.
        let n00 = self.zeros - (1 - last) - n01;
        Transitions { n00, n01, n10, n11 }
    }
}
