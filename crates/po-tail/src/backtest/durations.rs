//! Whether the days between violations remember how long they have been.

use po_core::Confidence;

use super::violations::{Spell, spells_into};
use super::{ChiSquareTest, MonteCarlo, Violations};

/// The range of shapes that is searched, as in rugarch: where all durations are equal, the likelihood has no
/// maximum.
const SHAPES: (f64, f64) = (0.001, 10.0);

/// How the days between violations are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Durations {
    /// How many durations there are between two violations.
    pub complete: usize,
    /// How many durations the ends of the sample cut off, of two.
    pub censored: usize,
    /// The shape b of the Weibull distribution: below 1 where violations come in clusters, 1 without any
    /// duration.
    pub shape: f64,
    /// Its rate a; 1 / a is a time scale in days.
    pub rate: f64,
    /// Whether b is 1, whatever a.
    pub independence: ChiSquareTest,
    /// Whether b is 1, and a the probability of a violation.
    pub conditional_coverage: ChiSquareTest,
}

/// Tests whether violations have no memory, by the durations between them.
///
/// ```text
/// f(d) = a^b b d^(b - 1) exp(-(a d)^b),  S(d) = exp(-(a d)^b) for a duration that is cut off
/// LR   = 2 (max l(a, b) - max l(a, 1))   ~  chi-square, 1 degree
/// LR   = 2 (max l(a, b) - l(p, 1))       ~  chi-square, 2 degrees
/// ```
///
/// The duration to the first violation, and from the last, are cut off unless they are the ends of the sample.
/// The score of the shape falls as the shape grows, so that its root in [0.001, 10] is the maximum; days are
/// whole, which the chi-square p-values disregard. Simulated p-values: of independence from the arrangements of
/// the same violations, of both from independent days.
///
/// # Cost
/// One fit for each simulation, each O(T).
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::{MonteCarlo, Violations, durations};
///
/// // Five in a row, then none: no sample without memory looks like this.
/// let violations = Violations::new((0..100).map(|day| (50..55).contains(&day)).collect())?;
/// let found = durations(&violations, Confidence::new(0.95)?, &MonteCarlo::default());
/// assert!(found.shape < 0.5);
/// assert!(found.independence.p_value() < 0.05);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Christoffersen and Pelletier (2004), Backtesting value-at-risk: a duration-based approach, section 3.
///
/// # Settings
/// [`MonteCarlo`]
#[must_use]
pub fn durations(violations: &Violations, confidence: Confidence, simulation: &MonteCarlo) -> Durations {
    let mut spells = Vec::new();
    spells_into(violations.hits(), &mut spells);
    let fit = Fit::new(&spells);
    let censored = spells.iter().filter(|spell| spell.censored).count();
    let (independence, joint) = (fit.independence(&spells), fit.coverage(&spells, confidence.tail()));
    let mut hits = Vec::new();
    let reordered = simulation.p_value(independence, |random| {
        hits.clear();
        hits.extend_from_slice(violations.hits());
        random.shuffle(&mut hits);
        spells_into(&hits, &mut spells);
        Fit::new(&spells).independence(&spells)
    });
    let drawn = simulation.p_value(joint, |random| {
        hits.resize(violations.days(), false);
        random.hits(confidence.tail(), &mut hits);
        spells_into(&hits, &mut spells);
        Fit::new(&spells).coverage(&spells, confidence.tail())
    });
    Durations {
        complete: fit.complete,
        censored,
        shape: fit.shape,
        rate: fit.rate,
        independence: ChiSquareTest::new(independence, 1, reordered),
        conditional_coverage: ChiSquareTest::new(joint, 2, drawn),
    }
}

/// The Weibull distribution that suits durations best.
struct Fit {
    complete: usize,
    shape: f64,
    rate: f64,
    ln_likelihood: f64,
}

impl Fit {
    fn new(spells: &[Spell]) -> Self {
        let complete = spells.iter().filter(|spell| !spell.censored).count();
        if complete == 0 {
            // The less likely a violation, the likelier that there is none.
            return Self { complete, shape: 1.0, rate: 0.0, ln_likelihood: 0.0 };
        }
        // Durations as shares of the longest, so that no power overflows.
        let longest = spells.iter().map(|spell| spell.days).max().unwrap_or(1) as f64;
        let logarithm = |spell: &Spell| (spell.days as f64 / longest).ln();
        let number = complete as f64;
        let mean = spells.iter().filter(|spell| !spell.censored).map(logarithm).sum::<f64>() / number;
        let sums = |shape: f64| {
            spells.iter().fold([0.0; 3], |[sum, first, second], spell| {
                let log = logarithm(spell);
                let power = (shape * log).exp();
                [sum + power, first + power * log, second + power * log * log]
            })
        };
        let (mut low, mut high) = SHAPES;
        let mut shape = 1.0_f64;
        for _ in 0..100 {
            let [sum, first, second] = sums(shape);
            let weighted = first / sum;
            let score = 1.0 / shape + mean - weighted;
            if score > 0.0 {
                low = shape;
            } else {
                high = shape;
            }
            let slope = -1.0 / (shape * shape) - (second / sum - weighted * weighted);
            let newton = shape - score / slope;
            let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
            let done = (next - shape).abs() <= 1e-14 * shape;
            shape = next;
            if done {
                break;
            }
        }
        let [sum, ..] = sums(shape);
        let ln_likelihood =
            number * (number / sum).ln() + number * shape.ln() + (shape - 1.0) * number * mean
                - number
                - number * longest.ln();
        Self { complete, shape, rate: (number / sum).powf(1.0 / shape) / longest, ln_likelihood }
    }

    fn independence(&self, spells: &[Spell]) -> f64 {
        let (number, days) = (self.complete as f64, total(spells));
        let exponential = if self.complete == 0 { 0.0 } else { number * (number / days).ln() - number };
        (2.0 * (self.ln_likelihood - exponential)).max(0.0)
    }

    fn coverage(&self, spells: &[Spell], tail: f64) -> f64 {
        let exponential = self.complete as f64 * tail.ln() - tail * total(spells);
        (2.0 * (self.ln_likelihood - exponential)).max(0.0)
    }
}

fn total(spells: &[Spell]) -> f64 {
    spells.iter().map(|spell| spell.days as f64).sum()
}
