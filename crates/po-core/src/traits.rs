//! The traits that crates share.

use crate::{Covariance, InputError, MissingPolicy, Panel, Resolved, Returns, Weights};

/// A rule that turns an input, mostly a covariance, into weights.
///
/// An allocator is checked when it is made and immutable afterwards; what varies from call to call is the input.
pub trait Allocator {
    /// What the rule needs to know.
    type Input<'a>;
    /// Working memory: grows to the largest problem seen, never shrinks.
    type Scratch: Default;
    /// Weights, with what else the rule has to tell.
    type Output: Default + AsRef<Weights>;
    /// What can be wrong with the input.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Allocates into `output`, using `scratch`; from the second call of one size on, without touching the heap.
    ///
    /// # Errors
    /// As each allocator documents; `output` is then unspecified but valid.
    fn allocate_into(
        &self,
        input: Self::Input<'_>,
        scratch: &mut Self::Scratch,
        output: &mut Self::Output,
    ) -> Result<(), Self::Error>;

    /// Allocates with fresh memory.
    ///
    /// # Errors
    /// As [`Allocator::allocate_into`].
    fn allocate(&self, input: Self::Input<'_>) -> Result<Self::Output, Self::Error> {
        let mut output = Self::Output::default();
        self.allocate_into(input, &mut Self::Scratch::default(), &mut output)?;
        Ok(output)
    }
}

/// A rule that turns a sample of returns into a covariance.
///
/// An estimator is checked when it is made and immutable afterwards.
pub trait CovarianceEstimator {
    /// Working memory: grows to the largest problem seen, never shrinks.
    type Scratch: Default;
    /// What can be wrong with the sample.
    type Error: std::error::Error + From<InputError> + Send + Sync + 'static;

    /// Estimates into `covariance`, using `scratch`.
    ///
    /// # Errors
    /// As each estimator documents; `covariance` is then unspecified but valid.
    fn estimate_into(
        &self,
        returns: &Returns,
        scratch: &mut Self::Scratch,
        covariance: &mut Covariance,
    ) -> Result<(), Self::Error>;

    /// Estimates with fresh memory.
    ///
    /// # Errors
    /// As [`CovarianceEstimator::estimate_into`].
    fn estimate(&self, returns: &Returns) -> Result<Covariance, Self::Error> {
        let mut covariance = Covariance::default();
        self.estimate_into(returns, &mut Self::Scratch::default(), &mut covariance)?;
        Ok(covariance)
    }

    /// Estimates from returns of which some are missing, under a policy; tells what the policy kept.
    ///
    /// # Errors
    /// As [`Panel::resolve`] and [`CovarianceEstimator::estimate_into`].
    fn estimate_panel(
        &self,
        panel: &Panel,
        policy: MissingPolicy,
    ) -> Result<(Covariance, Resolved), Self::Error> {
        let resolved = panel.resolve(policy)?;
        Ok((self.estimate(&resolved.returns)?, resolved))
    }
}

/// An estimate of the covariance that takes in one observation after the other.
pub trait StreamingEstimator {
    /// What can be wrong with an observation.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Number of assets.
    fn assets(&self) -> usize;

    /// Takes in the returns of one period, one for each asset; a NaN is missing, and leaves what the others say of each
    /// other as it is. From the second call on, without touching the heap.
    ///
    /// # Errors
    /// As each estimator documents; the estimate is then as it was.
    fn update(&mut self, returns: &[f64]) -> Result<(), Self::Error>;

    /// Whether enough of an asset was seen for its row of the covariance to mean something.
    fn ready(&self, asset: usize) -> bool;

    /// Writes the covariance that is known now.
    ///
    /// # Errors
    /// As each estimator documents, where an asset was never seen.
    fn covariance_into(&self, covariance: &mut Covariance) -> Result<(), Self::Error>;

    /// Writes the covariance of some assets only, in their order, which ascends: the same bits as those rows and columns of
    /// that of all assets, whether or not the others were ever seen. From the second call of one size on, without touching
    /// the heap.
    ///
    /// # Errors
    /// As each estimator documents, where one of them was never seen, there is none, or they do not ascend.
    fn covariance_of_into(&self, assets: &[usize], covariance: &mut Covariance) -> Result<(), Self::Error>;
}
