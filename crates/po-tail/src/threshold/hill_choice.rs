//! How many of the greatest losses Hill's estimator takes.

use po_core::InputError;

use crate::Error;

use super::sample::{check_between, check_finite, greatest_into};
use super::tail_index::{TailIndex, check_positive_threshold};

/// Settings of [`choose_hill`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `largest_share` | 0.15 | above 0, below 1 | the share of the losses that the tail has at most |
/// | `least_exceedances` | 10 | 2 or more | how many losses the tail has at least |
/// | `candidates` | 200 | 1 to 10,000 | how many values of `k` are tried at most, evenly spaced |
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct HillChoiceParams {
    /// The share of the losses that the tail has at most.
    pub largest_share: f64,
    /// How many losses the tail has at least.
    pub least_exceedances: usize,
    /// How many values of `k` are tried at most.
    pub candidates: usize,
}

impl Default for HillChoiceParams {
    fn default() -> Self {
        Self { largest_share: 0.15, least_exceedances: 10, candidates: 200 }
    }
}

impl HillChoiceParams {
    fn check(&self) -> Result<(), Error> {
        let share = self.largest_share;
        check_between("the largest share of the tail", share, (0.0, 1.0), "a number in (0, 1)")?;
        if self.least_exceedances < 2 {
            let (name, value) = ("the least number of exceedances", self.least_exceedances as f64);
            return Err(InputError::OutOfRange { name, value, expected: "2 or more" }.into());
        }
        if self.candidates == 0 || self.candidates > 10_000 {
            let (name, value) = ("the number of candidates", self.candidates as f64);
            return Err(InputError::OutOfRange { name, value, expected: "1 to 10000" }.into());
        }
        Ok(())
    }
}

/// Hill's estimate with the `k` that was chosen for it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HillChoice {
    /// The estimate.
    pub index: TailIndex,
    /// The threshold: the loss that `k` others exceed.
    pub threshold: f64,
    /// The greatest distance of a quantile of the tail from its estimate, in the unit of the losses.
    pub distance: f64,
    /// How many values of `k` were tried.
    pub tried: usize,
}

/// Chooses how many of the greatest losses Hill's estimator takes: those whose Pareto tail is nowhere far from the
/// observed quantiles.
///
/// ```text
/// k = argmin_k max_{j <= m} | x_j - x_{k+1} (k/j)^{ξ_k} |
/// ```
///
/// `x_j` is the j-th greatest loss, `m` the largest tail. Distances in the unit of the losses weigh the far
/// tail, where losses count most; a tail that begins too low bends away from it, and one too short is noise.
///
/// # Errors
/// [`InputError::OutOfRange`] for settings out of range, and when the threshold of the shortest tail is not
/// positive; [`Error::TooFew`] when the largest tail is shorter than the least; [`Error::Observation`] for a
/// value that is not finite.
///
/// # Cost
/// A selection, a sort of the m greatest losses, and `candidates` times m powers.
///
/// # Examples
/// ```
/// use po_tail::{HillChoiceParams, choose_hill};
///
/// // Quantiles of Pareto's distribution with exponent 2.
/// let losses: Vec<f64> = (1..=1000).map(|i| (f64::from(i) / 1000.5).powf(-0.5)).collect();
/// let choice = choose_hill(&losses, &HillChoiceParams::default())?;
/// assert!((choice.index.shape - 0.5).abs() < 0.05);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Danielsson, Ergun, de Haan, de Vries (2016), Tail index estimation: quantile driven threshold selection,
/// equation 9; the values of `k` are thinned out to `candidates`.
///
/// # Settings
/// [`HillChoiceParams`].
pub fn choose_hill(losses: &[f64], params: &HillChoiceParams) -> Result<HillChoice, Error> {
    params.check()?;
    check_finite("loss", losses)?;
    let largest = (params.largest_share * losses.len() as f64) as usize;
    let least = params.least_exceedances;
    if largest < least {
        return Err(Error::TooFew { what: "the largest tail", needed: least, actual: largest });
    }
    let mut tail = Vec::new();
    greatest_into(losses, largest + 1, &mut tail);
    let logs: Vec<f64> = (1..=largest).map(|j| (j as f64).ln()).collect();
    check_positive_threshold(tail[least.min(tail.len() - 1)])?;
    let stride = (largest - least) / params.candidates + 1;
    let mut best: Option<HillChoice> = None;
    let (mut sum, mut tried) = (0.0, 0);
    for k in 1..tail.len() {
        let threshold = tail[k];
        if threshold <= 0.0 {
            break;
        }
        sum += k as f64 * (tail[k - 1] / threshold).ln();
        if k < least || !(k - least).is_multiple_of(stride) {
            continue;
        }
        tried += 1;
        let shape = sum / k as f64;
        let log_k = (k as f64).ln();
        let gap = |(loss, log): (&f64, &f64)| (loss - threshold * (shape * (log_k - log)).exp()).abs();
        let distance = tail.iter().zip(&logs).map(gap).fold(0.0, f64::max);
        if best.is_none_or(|best| distance < best.distance) {
            let standard_error = shape / (k as f64).sqrt();
            let index = TailIndex { exceedances: k, shape, standard_error };
            best = Some(HillChoice { index, threshold, distance, tried });
        }
    }
    match best {
        Some(choice) => Ok(HillChoice { tried, ..choice }),
        None => Err(Error::TooFew { what: "the largest tail", needed: least, actual: largest }),
    }
}
