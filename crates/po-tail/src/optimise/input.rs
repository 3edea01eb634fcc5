//! What an optimiser of tail risk allocates for.

use po_core::simd::dot;
use po_core::{InputError, Returns};

use crate::Scenarios;

/// How far the sum of probabilities may be from one.
const SUM: f64 = 1e-9;

/// The scenarios to allocate for, with means where they are not to be those of the scenarios.
#[derive(Clone, Copy, Debug)]
pub struct CvarInput<'a> {
    /// R: the returns of each asset in each scenario; for measures of drawdown the periods, the oldest first.
    pub returns: &'a Returns,
    /// p: positive or zero, one per scenario, summing to one; empty for equal ones.
    pub probabilities: &'a [f64],
    /// μ: the expected return of each asset; those of the scenarios where there are none.
    pub mean: Option<&'a [f64]>,
}

impl<'a> From<&'a Returns> for CvarInput<'a> {
    fn from(returns: &'a Returns) -> Self {
        Self { returns, probabilities: &[], mean: None }
    }
}

impl<'a> From<&'a Scenarios> for CvarInput<'a> {
    fn from(scenarios: &'a Scenarios) -> Self {
        Self { returns: scenarios.returns(), probabilities: scenarios.probabilities(), mean: None }
    }
}

impl CvarInput<'_> {
    /// Writes one probability per scenario and one mean per asset.
    pub(crate) fn write(&self, probabilities: &mut Vec<f64>, mean: &mut Vec<f64>) -> Result<(), InputError> {
        let scenarios = self.returns.observations();
        probabilities.clear();
        if self.probabilities.is_empty() {
            probabilities.resize(scenarios, 1.0 / scenarios as f64);
        } else {
            let actual = self.probabilities.len();
            if actual != scenarios {
                let what = "the list of probabilities";
                return Err(InputError::LengthMismatch { what, expected: scenarios, actual });
            }
            if let Some(&value) = self.probabilities.iter().find(|p| !(p.is_finite() && **p >= 0.0)) {
                let (name, expected) = ("the probability of a scenario", "a finite number, zero or more");
                return Err(InputError::OutOfRange { name, value, expected });
            }
            let sum: f64 = self.probabilities.iter().sum();
            if (sum - 1.0).abs() > SUM {
                return Err(InputError::SumNotOne { what: "the probabilities of the scenarios", sum });
            }
            probabilities.extend_from_slice(self.probabilities);
        }
        mean.clear();
        if let Some(given) = self.mean {
            let (expected, actual) = (self.returns.assets(), given.len());
            if actual != expected {
                return Err(InputError::LengthMismatch { what: "the list of means", expected, actual });
            }
            if let Some(asset) = given.iter().position(|mean| !mean.is_finite()) {
                let (name, value, expected) = ("the mean", given[asset], "a finite number");
                return Err(InputError::AssetOutOfRange { name, asset, value, expected });
            }
            mean.extend_from_slice(given);
        } else {
            mean.extend(
                (0..self.returns.assets()).map(|asset| dot(probabilities, self.returns.column(asset))),
            );
        }
        Ok(())
    }
}
