//! Quantiles beyond the sample from a tail of Pareto's kind.

use po_core::{Confidence, InputError};

use crate::Error;

use super::normal::two_sided;
use super::sample::greatest_into;
use super::tail_index::{TailIndex, TailIndexEstimator};

/// The upper tail of a sample of losses as Pareto's, by Hill's estimator.
///
/// ```text
/// P(X > x) = k/T (x / u)^{-1/ξ}    x >= u
/// ```
///
/// # Source
/// Weissman (1978), Estimation of parameters and large quantiles based on the k largest observations.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WeissmanTail {
    /// The threshold `u`: the loss of rank `k + 1` from above.
    pub threshold: f64,
    /// How many losses there are.
    pub observations: usize,
    /// Hill's estimate of `ξ` from the `k` greatest losses.
    pub index: TailIndex,
}

impl WeissmanTail {
    /// The tail above the loss that `k` others exceed.
    ///
    /// # Errors
    /// Those of [`TailIndexEstimator::estimate`]; [`Error::Constant`] when the losses above the threshold all
    /// equal it.
    ///
    /// # Cost
    /// A selection among T losses; `k ln k` to sort the tail.
    ///
    /// # Examples
    /// ```
    /// use po_core::Confidence;
    /// use po_tail::WeissmanTail;
    ///
    /// // Quantiles of Pareto's distribution with exponent 2.
    /// let losses: Vec<f64> = (1..=1000).map(|i| (f64::from(i) / 1000.5).powf(-0.5)).collect();
    /// let tail = WeissmanTail::new(&losses, 100)?;
    /// assert!((tail.index.shape - 0.5).abs() < 0.02);
    /// assert!((tail.value_at_risk(Confidence::new(0.999)?)? - 1000_f64.sqrt()).abs() < 2.0);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn new(losses: &[f64], k: usize) -> Result<Self, Error> {
        let index = TailIndexEstimator::Hill.estimate(losses, k)?;
        let mut greatest = Vec::new();
        greatest_into(losses, k + 1, &mut greatest);
        let threshold = greatest[k];
        if index.shape <= 0.0 {
            return Err(Error::Constant { what: "the losses of the tail", value: threshold });
        }
        Ok(Self { threshold, observations: losses.len(), index })
    }

    /// The loss that is exceeded with the probability beyond the level.
    ///
    /// ```text
    /// u (k / (T (1-β)))^ξ
    /// ```
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] when the level lies below the threshold, where the tail does not reach.
    pub fn value_at_risk(&self, confidence: Confidence) -> Result<f64, Error> {
        Ok(self.threshold * (self.index.shape * self.log_reach(confidence)?).exp())
    }

    /// An interval for the value at risk, from the asymptotic normality of its logarithm.
    ///
    /// ```text
    /// VaR exp(± z ξ / sqrt(k) · max(ln(k / (T (1-β))), 1))
    /// ```
    ///
    /// `max(…, 1)` covers the error of the threshold itself where the tail is hardly extrapolated.
    ///
    /// # Errors
    /// As [`WeissmanTail::value_at_risk`].
    ///
    /// # Source
    /// De Haan, Ferreira (2006), Extreme value theory, theorem 4.3.8; without the `max`.
    pub fn interval(&self, confidence: Confidence, coverage: Confidence) -> Result<(f64, f64), Error> {
        let reach = self.log_reach(confidence)?;
        let width = two_sided(coverage) * self.index.standard_error * reach.max(1.0);
        let end = |width: f64| self.threshold * (self.index.shape * reach + width).exp();
        Ok((end(-width), end(width)))
    }

    /// The mean loss beyond the value at risk: `VaR / (1 - ξ)`.
    ///
    /// # Errors
    /// As [`WeissmanTail::value_at_risk`]; [`Error::InfiniteMean`] for a shape of one or more.
    pub fn expected_shortfall(&self, confidence: Confidence) -> Result<f64, Error> {
        let shape = self.index.shape;
        if shape >= 1.0 {
            return Err(Error::InfiniteMean { shape });
        }
        Ok(self.value_at_risk(confidence)? / (1.0 - shape))
    }

    /// `ln(k / (T (1-β)))`: how far beyond the threshold a level lies.
    fn log_reach(&self, confidence: Confidence) -> Result<f64, Error> {
        let share = self.index.exceedances as f64 / self.observations as f64;
        let reach = (share / confidence.tail()).ln();
        // 1 - 0.9 is a little less than a tenth.
        if reach >= -1e-12 {
            return Ok(reach.max(0.0));
        }
        let (name, expected) = ("the confidence", "a level beyond the threshold of the tail");
        Err(InputError::OutOfRange { name, value: confidence.level(), expected }.into())
    }
}
