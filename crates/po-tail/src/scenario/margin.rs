//! The distribution of one asset by itself.

use po_core::InputError;

use super::golden::summit;
use super::law::{END, Law, Table};
use crate::Error;
use crate::extreme::{GeneralisedPareto, GpdFit, GpdMethod};

/// Least and greatest degrees of freedom of a margin; beyond the latter it is as good as normal.
const DEGREES: (f64, f64) = (1.1, 200.0);

/// How the distribution of each asset by itself is found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum MarginModel {
    /// That of the observations, with straight lines between them.
    Empirical,
    /// That of the observations in the middle, and generalised Pareto distributions beyond (`McNeil` and Frey 2000).
    SemiParametric {
        /// The share of the observations in each tail, in (0, 1/2).
        tail: f64,
    },
    /// Student's, with a centre, a scale and degrees of freedom by maximum likelihood.
    StudentT,
}

impl Default for MarginModel {
    fn default() -> Self {
        Self::SemiParametric { tail: 0.1 }
    }
}

/// A distribution that was fitted.
#[derive(Clone, Debug)]
pub(super) enum Margin {
    Empirical(Vec<f64>),
    SemiParametric { sorted: Vec<f64>, share: f64, lower: Tail, upper: Tail },
    StudentT { centre: f64, scale: f64, degrees: f64 },
}

/// What is beyond a threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    threshold: f64,
    excess: GeneralisedPareto,
}

impl Margin {
    pub(super) fn fit(model: MarginModel, returns: &[f64]) -> Result<Self, Error> {
        let mut sorted = returns.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        match model {
            MarginModel::Empirical => Ok(Self::Empirical(sorted)),
            MarginModel::SemiParametric { tail } => {
                if !(tail > 0.0 && tail < 0.5) {
                    let (name, expected) = ("the share of a tail", "a number in (0, 1/2)");
                    return Err(InputError::OutOfRange { name, value: tail, expected }.into());
                }
                let number = ((sorted.len() as f64 * tail).floor() as usize).max(1);
                let share = number as f64 / sorted.len() as f64;
                let (low, high) = (interpolated(&sorted, share), interpolated(&sorted, 1.0 - share));
                let fitted = |excesses: Vec<f64>| GpdFit::fit(&excesses, GpdMethod::MaximumLikelihood);
                let lower = fitted(sorted[..number].iter().map(|r| low - r).collect())?.distribution();
                let upper = fitted(sorted[sorted.len() - number..].iter().map(|r| r - high).collect())?
                    .distribution();
                let lower = Tail { threshold: low, excess: lower };
                let upper = Tail { threshold: high, excess: upper };
                Ok(Self::SemiParametric { sorted, share, lower, upper })
            }
            MarginModel::StudentT => student(&sorted),
        }
    }

    /// The quantile, from the probability of the nearer tail.
    #[inline]
    pub(super) fn quantile(&self, tail: f64, below: bool) -> f64 {
        match self {
            Self::Empirical(sorted) => interpolated(sorted, if below { tail } else { 1.0 - tail }),
            Self::SemiParametric { sorted, share, lower, upper } => match (tail < *share, below) {
                (true, true) => lower.threshold - lower.excess.tail_quantile(tail / share),
                (true, false) => upper.threshold + upper.excess.tail_quantile(tail / share),
                (false, true) => interpolated(sorted, tail),
                (false, false) => interpolated(sorted, 1.0 - tail),
            },
            Self::StudentT { centre, scale, degrees } => {
                let size = scale * Law::Student(*degrees).tail_quantile(tail);
                if below { centre - size } else { centre + size }
            }
        }
    }

    /// How numbers of a law become returns.
    pub(super) fn transport(&self, law: Law) -> Option<Table> {
        /// The error of the cubic pieces is then below 1e-10 of the scale.
        const PIECES: usize = 512;
        let Self::StudentT { degrees, .. } = self else { return None };
        let own = Law::Student(*degrees);
        let slope = |x: f64, y: f64| (law.log_density(x) - own.log_density(y)).exp();
        Some(Table::new(PIECES, |x| own.tail_quantile(law.tail(x)), slope))
    }

    /// Replaces numbers of a law by the returns with the same probability.
    pub(super) fn replace(&self, law: Law, tails: &Table, transport: Option<&Table>, numbers: &mut [f64]) {
        for number in numbers {
            let size = number.abs();
            if let (Some(table), Self::StudentT { centre, scale, .. }, true) = (transport, self, size < END) {
                *number = centre + scale * table.value(size).copysign(*number);
                continue;
            }
            let tail = if size < END { tails.value(size) } else { law.tail(size) };
            *number = self.quantile(tail.max(f64::MIN_POSITIVE), *number < 0.0);
        }
    }
}

/// The quantile of sorted observations, the i-th of which is that of `(i - 1/2)/T` (Hazen 1914).
#[inline]
fn interpolated(sorted: &[f64], probability: f64) -> f64 {
    let place = (probability * sorted.len() as f64 - 0.5).clamp(0.0, (sorted.len() - 1) as f64);
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// Student's law with a centre and a scale: for each number of degrees of freedom by weighting (Lange, Little and
/// Taylor 1989), and that number by the likelihood.
fn student(sorted: &[f64]) -> Result<Margin, Error> {
    let middle = interpolated(sorted, 0.5);
    let spread = interpolated(sorted, 0.75) - interpolated(sorted, 0.25);
    if spread.is_nan() || spread <= 0.0 {
        let what = "the observations of an asset that differ";
        return Err(InputError::TooFewObservations { what, observations: 1, required: 2 }.into());
    }
    let (mut centre, mut scale) = (middle, 0.5 * spread);
    let mut likelihood = |inverse: f64| {
        let degrees = 1.0 / inverse;
        for _ in 0..1000 {
            let (mut weights, mut sum, mut squares) = (0.0, 0.0, 0.0);
            for x in sorted {
                let z = (x - centre) / scale;
                let weight = (degrees + 1.0) / (degrees + z * z);
                weights += weight;
                sum += weight * (x - centre);
                squares += weight * (x - centre) * (x - centre);
            }
            let shift = sum / weights;
            let variance = (squares - weights * shift * shift) / weights;
            // Divided by the weights, not by the number: the fixed point is the same, and is reached sooner (Kent, Tyler
            // and Vardi 1994).
            let next = variance.max(0.0).sqrt().max(f64::MIN_POSITIVE);
            let still = shift.abs() <= 1e-13 * scale && (next - scale).abs() <= 1e-13 * scale;
            (centre, scale) = (centre + shift, next);
            if still {
                break;
            }
        }
        let law = Law::Student(degrees);
        let constant = law.log_density(0.0) - scale.ln();
        let each = sorted.iter().map(|x| {
            let z = (x - centre) / scale;
            -0.5 * (degrees + 1.0) * (z * z / degrees).ln_1p()
        });
        constant * sorted.len() as f64 + each.sum::<f64>()
    };
    let inverse = summit(&mut likelihood, 1.0 / DEGREES.1, 1.0 / DEGREES.0, 40);
    likelihood(inverse);
    Ok(Margin::StudentT { centre, scale, degrees: 1.0 / inverse })
}
