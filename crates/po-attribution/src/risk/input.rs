//! Whose risk is told, and by which groups.

use po_core::{InputError, Weights};

use crate::{Error, Family};

/// A portfolio, perhaps against a benchmark, and groups to tell of.
///
/// # Shapes and units
/// N weights, fractions of capital. Without families, nothing is told of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskInput<'a> {
    /// What is held.
    pub weights: &'a Weights,
    /// What it is measured against; with it, the risk is the tracking error.
    pub benchmark: Option<&'a Weights>,
    /// A partition of the sources: of the assets, or of the factors.
    pub families: &'a [Family],
}

impl<'a> RiskInput<'a> {
    /// A portfolio by itself.
    #[must_use]
    pub fn new(weights: &'a Weights) -> Self {
        Self { weights, benchmark: None, families: &[] }
    }

    /// Writes the weights less those of the benchmark.
    pub(super) fn active_into(&self, assets: usize, active: &mut Vec<f64>) -> Result<(), Error> {
        let check = |what, actual: usize| {
            if actual == assets {
                Ok(())
            } else {
                Err(InputError::LengthMismatch { what, expected: assets, actual })
            }
        };
        check("the list of weights", self.weights.len())?;
        active.clear();
        active.extend_from_slice(self.weights.as_slice());
        if let Some(benchmark) = self.benchmark {
            check("the list of weights in the benchmark", benchmark.len())?;
            active.iter_mut().zip(benchmark.as_slice()).for_each(|(active, weight)| *active -= weight);
        }
        Ok(())
    }
}
