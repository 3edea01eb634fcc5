//! What was really traded.

use std::iter::zip;

use po_core::{InputError, Weights};

use super::{Engine, EngineError, Stages};

impl<S: Stages> Engine<S> {
    /// Takes in what was really executed for the last decision: weights that are held now, and what trading cost.
    ///
    /// # Shapes and units
    /// N weights and N costs, fractions of wealth.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`] for lists of another length, [`InputError::AssetOutOfRange`] for a weight that is
    /// not finite; [`EngineError::Attribution`] for costs that are not.
    pub fn executed(&mut self, weights: &[f64], costs: &[f64]) -> Result<(), EngineError> {
        let assets = self.universe.len();
        for (what, actual) in [("the list of weights", weights.len()), ("the list of costs", costs.len())] {
            if actual != assets {
                return Err(InputError::LengthMismatch { what, expected: assets, actual }.into());
            }
        }
        let mut executed = Weights::default();
        executed.assign(weights)?;
        let book = &mut self.book;
        // Costs are fractions of wealth before any were paid; what is charged is one of what they have left of it.
        let left = 1.0 - book.costs.iter().sum::<f64>();
        let more: Vec<f64> = zip(costs, &book.costs).map(|(paid, told)| (paid - told) / left).collect();
        self.ledger.charge(&more)?;
        book.costs.copy_from_slice(costs);
        book.held.copy_from_slice(weights);
        book.decided.copy_from_slice(weights);
        self.decision.wealth = self.ledger.wealth();
        self.decision.cash = 1.0 - executed.net();
        self.decision.weights = executed;
        Ok(())
    }
}
