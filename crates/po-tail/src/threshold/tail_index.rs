//! Estimators of the tail index from the greatest losses.

use po_core::InputError;

use crate::Error;

use super::sample::{check_finite, greatest_into};

/// What the sample is called in errors.
const LOSSES: &str = "the list of losses";

/// An estimate of how heavy a tail is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TailIndex {
    /// The `k` of the estimator.
    pub exceedances: usize,
    /// The shape `ξ`; where it is positive, moments of order `1/ξ` and above do not exist.
    pub shape: f64,
    /// The asymptotic standard error of the shape, without the bias that a threshold too low brings.
    pub standard_error: f64,
}

impl TailIndex {
    /// The tail exponent `α = 1/ξ`; infinite for a shape of zero, negative for one below.
    #[must_use]
    pub fn exponent(&self) -> f64 {
        1.0 / self.shape
    }
}

/// An estimator of the tail index.
///
/// With the losses in descending order, `x_1 >= x_2 >= …`, and `M_j = 1/k Σ_{i<=k} (ln x_i - ln x_{k+1})^j`:
///
/// ```text
/// Hill      M_1
/// Pickands  ln((x_k - x_2k) / (x_2k - x_4k)) / ln 2
/// moment    M_1 + 1 - 1/2 / (1 - M_1² / M_2)
/// ```
///
/// # Source
/// Hill (1975), A simple general approach to inference about the tail of a distribution; Pickands (1975), Statistical
/// inference using extreme order statistics; Dekkers, Einmahl, de Haan (1989), A moment estimator for the index
/// of an extreme-value distribution. Asymptotic variances: de Haan, Ferreira (2006), theorems 3.2.5, 3.3.5
/// and 3.5.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum TailIndexEstimator {
    /// For shapes above zero: the mean of the logarithms over the threshold. The least variance.
    #[default]
    Hill,
    /// For any shape, from three order statistics of the `4k` greatest losses. A great variance.
    Pickands,
    /// For any shape, from two moments of the logarithms over the threshold.
    DekkersEinmahlDeHaan,
}

impl TailIndexEstimator {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hill, Self::Pickands, Self::DekkersEinmahlDeHaan];

    /// The estimate for one `k`.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a `k` of zero, and, except for Pickands, when the threshold `x_{k+1}`
    /// is not positive, because logarithms are taken; [`Error::TooFew`] when there are not more than `k`
    /// losses (`4k` for Pickands); [`Error::Observation`] for a value that is not finite; [`Error::Constant`]
    /// when the greatest losses are equal where the estimator divides by their differences.
    ///
    /// # Cost
    /// A selection among T losses; `k ln k` to sort the tail.
    ///
    /// # Examples
    /// ```
    /// use po_tail::TailIndexEstimator;
    ///
    /// // Logarithms of 4, 2 and 1 in units of ln 2: the two greatest are 2 and 1 above the third.
    /// let hill = TailIndexEstimator::Hill.estimate(&[1.0, 4.0, 2.0], 2)?;
    /// assert!((hill.shape - 1.5 * 2_f64.ln()).abs() < 1e-15);
    /// assert!((hill.standard_error - hill.shape / 2_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn estimate(self, losses: &[f64], k: usize) -> Result<TailIndex, Error> {
        check_finite("loss", losses)?;
        if k == 0 {
            let (name, expected) = ("the number of exceedances", "one or more");
            return Err(InputError::OutOfRange { name, value: 0.0, expected }.into());
        }
        let needed = self.needed(k);
        if losses.len() < needed {
            return Err(Error::TooFew { what: LOSSES, needed, actual: losses.len() });
        }
        let mut greatest = Vec::new();
        greatest_into(losses, needed, &mut greatest);
        if self != Self::Pickands {
            check_positive_threshold(greatest[k])?;
        }
        let mut found = None;
        self.each(&greatest, k, |index| found = Some(index));
        match found {
            Some(index) if index.exceedances == k => Ok(index),
            _ => Err(Error::Constant {
                what: "losses that the estimator takes the differences of",
                value: greatest[needed - 1],
            }),
        }
    }

    /// The estimates for all `k`, the least first.
    ///
    /// # Errors
    /// As [`TailIndexEstimator::path_into`].
    pub fn path(self, losses: &[f64]) -> Result<Vec<TailIndex>, Error> {
        let (mut scratch, mut path) = (Vec::new(), Vec::new());
        self.path_into(losses, &mut scratch, &mut path)?;
        Ok(path)
    }

    /// As [`TailIndexEstimator::path`], in memory that is there; `scratch` is overwritten.
    ///
    /// Left out are values of `k` whose threshold is not positive (not for Pickands), and those for which the
    /// estimator would divide by a difference of equal losses.
    ///
    /// # Errors
    /// [`Error::Observation`] for a value that is not finite.
    ///
    /// # Cost
    /// One sort of T losses, then a few operations for each `k`.
    pub fn path_into(
        self,
        losses: &[f64],
        scratch: &mut Vec<f64>,
        path: &mut Vec<TailIndex>,
    ) -> Result<(), Error> {
        check_finite("loss", losses)?;
        greatest_into(losses, losses.len(), scratch);
        path.clear();
        self.each(scratch, 1, |index| path.push(index));
        Ok(())
    }

    /// How many losses an estimate needs.
    fn needed(self, k: usize) -> usize {
        match self {
            Self::Pickands => k.saturating_mul(4),
            _ => k.saturating_add(1),
        }
    }

    /// Calls for the estimate of each `k` from `first` on, of losses in descending order.
    fn each(self, descending: &[f64], first: usize, mut call: impl FnMut(TailIndex)) {
        if self == Self::Pickands {
            for k in first..=descending.len() / 4 {
                if let Some(shape) = pickands(descending[k - 1], descending[2 * k - 1], descending[4 * k - 1])
                {
                    let standard_error = pickands_deviation(shape) / (k as f64).sqrt();
                    call(TailIndex { exceedances: k, shape, standard_error });
                }
            }
            return;
        }
        // Sums over the i <= k of ln x_i - ln x_{k+1} and of its square. Their steps are positive, so that nothing
        // cancels.
        let (mut sum, mut squares) = (0.0, 0.0);
        for k in 1..descending.len() {
            let (above, threshold) = (descending[k - 1], descending[k]);
            if threshold <= 0.0 {
                return;
            }
            let (gap, count) = ((above / threshold).ln(), k as f64);
            squares += gap * (2.0 * sum + count * gap);
            sum += count * gap;
            if k < first {
                continue;
            }
            let (mean, square) = (sum / count, squares / count);
            let estimate = if self == Self::Hill {
                Some((mean, mean))
            } else {
                moment(mean, square).map(|shape| (shape, moment_deviation(shape)))
            };
            if let Some((shape, deviation)) = estimate {
                call(TailIndex { exceedances: k, shape, standard_error: deviation / count.sqrt() });
            }
        }
    }
}

/// Refuses a threshold whose logarithm does not exist.
pub(super) fn check_positive_threshold(value: f64) -> Result<(), Error> {
    if value > 0.0 {
        return Ok(());
    }
    let (name, expected) = ("the threshold", "a positive number: logarithms of losses are taken");
    Err(InputError::OutOfRange { name, value, expected }.into())
}

fn pickands(first: f64, second: f64, third: f64) -> Option<f64> {
    let (upper, lower) = (first - second, second - third);
    (upper > 0.0 && lower > 0.0).then(|| (upper / lower).ln() / std::f64::consts::LN_2)
}

/// The asymptotic standard deviation of Pickands' estimator, times the root of `k`.
fn pickands_deviation(shape: f64) -> f64 {
    let ln2 = std::f64::consts::LN_2;
    // ξ / (2^ξ - 1), which is 1 / ln 2 at zero.
    let growth = (shape * ln2).exp_m1();
    let ratio = if growth.abs() < f64::MIN_POSITIVE { 1.0 / ln2 } else { shape / growth };
    ratio * (2.0 * (2.0 * shape * ln2).exp() + 1.0).sqrt() / (2.0 * ln2)
}

/// The moment estimate from the mean and the mean square of the logarithms over the threshold.
fn moment(mean: f64, square: f64) -> Option<f64> {
    // Zero but for rounding where all of them are equal.
    let spread = 1.0 - mean * mean / square;
    (spread > 1e-12).then(|| mean + 1.0 - 0.5 / spread)
}

/// The asymptotic standard deviation of the moment estimator, times the root of `k`.
fn moment_deviation(shape: f64) -> f64 {
    if shape >= 0.0 {
        return (1.0 + shape * shape).sqrt();
    }
    let (two, three, four) = (1.0 - 2.0 * shape, 1.0 - 3.0 * shape, 1.0 - 4.0 * shape);
    let factor = 4.0 - 8.0 * two / three + (5.0 - 11.0 * shape) * two / (three * four);
    (1.0 - shape) * (two * factor).sqrt()
}
