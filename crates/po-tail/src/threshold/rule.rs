//! The rules by which the beginning of the tail is chosen.

use po_core::InputError;

use crate::Error;
use crate::extreme::{GpdFit, GpdScratch};

use super::automatic;
use super::choice::{ThresholdChoice, ThresholdVerdict};
use super::params::ThresholdParams;
use super::sample::{beyond, check_between, check_finite};

/// What the sample is called in errors.
const LOSSES: &str = "the list of losses";

/// Where the tail begins: the rule by which a threshold is chosen from losses.
///
/// The tail is what lies strictly above the threshold. A quantile or a number of exceedances `k` puts the
/// threshold at the loss of rank `k + 1` from above, so that `k` losses exceed it unless losses are tied.
///
/// # Settings
/// The default is `Quantile(0.9)`, the ten per cent of greatest losses with which `McNeil` and Frey (2000) fit the
/// residuals of a volatility model.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Threshold {
    /// This loss.
    Value(f64),
    /// This quantile of the losses, in (0, 1).
    Quantile(f64),
    /// The loss that so many exceed.
    Exceedances(usize),
    /// The lowest of several quantiles above which a generalised Pareto distribution is not rejected.
    Automatic(ThresholdParams),
}

impl Default for Threshold {
    fn default() -> Self {
        Self::Quantile(0.9)
    }
}

/// Working memory of [`Threshold::choose_into`].
#[derive(Clone, Debug, Default)]
pub struct ThresholdScratch {
    /// The losses of the largest tail that is looked at, the greatest first; while selecting, all of them.
    pub(super) greatest: Vec<f64>,
    /// The excesses over one candidate, the least first.
    pub(super) excesses: Vec<f64>,
    /// What a fit needs.
    pub(super) gpd: GpdScratch,
    /// The fit above one candidate.
    pub(super) fit: GpdFit,
}

impl Threshold {
    /// Refuses a rule whose numbers are out of range, whatever the losses.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] with the number.
    pub fn check(&self) -> Result<(), Error> {
        match *self {
            Self::Value(value) if !value.is_finite() => {
                let (name, expected) = ("the threshold", "a finite number");
                Err(InputError::OutOfRange { name, value, expected }.into())
            }
            Self::Value(_) => Ok(()),
            Self::Quantile(quantile) => {
                check_between("the quantile of the threshold", quantile, (0.0, 1.0), "a number in (0, 1)")
            }
            Self::Exceedances(0) => {
                let (name, expected) = ("the number of exceedances", "one or more");
                Err(InputError::OutOfRange { name, value: 0.0, expected }.into())
            }
            Self::Exceedances(_) => Ok(()),
            Self::Automatic(params) => params.check(),
        }
    }

    /// Chooses the threshold of a sample of losses.
    ///
    /// # Shapes and units
    /// Losses are positive where money is lost; the threshold has their unit.
    ///
    /// # Errors
    /// Those of [`Threshold::check`]; [`Error::Observation`] for a loss that is not finite; [`Error::TooFew`] when no
    /// loss exceeds the threshold, or when there are not more losses than exceedances are asked for.
    ///
    /// # Cost
    /// One selection among T losses; the automatic rule sorts the tail of its lowest candidate and fits once for each
    /// candidate.
    ///
    /// # Examples
    /// ```
    /// use po_tail::Threshold;
    ///
    /// let losses: Vec<f64> = (1..=100).map(f64::from).collect();
    /// let choice = Threshold::default().choose(&losses)?;
    /// assert_eq!((choice.threshold, choice.exceedances), (90.0, 10));
    /// assert_eq!(Threshold::Exceedances(3).choose(&losses)?.threshold, 97.0);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn choose(&self, losses: &[f64]) -> Result<ThresholdChoice, Error> {
        let mut choice = ThresholdChoice::default();
        self.choose_into(losses, &mut ThresholdScratch::default(), &mut choice)?;
        Ok(choice)
    }

    /// As [`Threshold::choose`], in memory that is there.
    ///
    /// # Errors
    /// As [`Threshold::choose`]; `choice` is then unspecified.
    pub fn choose_into(
        &self,
        losses: &[f64],
        scratch: &mut ThresholdScratch,
        choice: &mut ThresholdChoice,
    ) -> Result<(), Error> {
        self.check()?;
        check_finite("loss", losses)?;
        choice.steps.clear();
        choice.rule = *self;
        choice.observations = losses.len();
        choice.verdict = ThresholdVerdict::Given;
        choice.threshold = match *self {
            Self::Value(value) => value,
            Self::Quantile(quantile) => of_rank(losses, beyond(losses.len(), quantile), scratch)?,
            Self::Exceedances(count) => of_rank(losses, count, scratch)?,
            Self::Automatic(params) => return automatic::choose_into(&params, losses, scratch, choice),
        };
        let threshold = choice.threshold;
        choice.exceedances = losses.iter().filter(|&&loss| loss > threshold).count();
        if choice.exceedances == 0 {
            return Err(Error::TooFew { what: "the tail above the threshold", needed: 1, actual: 0 });
        }
        Ok(())
    }
}

/// The loss that `count` others exceed, up to ties.
fn of_rank(losses: &[f64], count: usize, scratch: &mut ThresholdScratch) -> Result<f64, Error> {
    if count == 0 {
        return Err(Error::TooFew { what: "the tail above the threshold", needed: 1, actual: 0 });
    }
    if count >= losses.len() {
        return Err(Error::TooFew { what: LOSSES, needed: count.saturating_add(1), actual: losses.len() });
    }
    let sample = &mut scratch.greatest;
    sample.clear();
    sample.extend_from_slice(losses);
    Ok(*sample.select_nth_unstable_by(count, |a, b| b.total_cmp(a)).1)
}
