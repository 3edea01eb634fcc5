//! The traits that crates share.

use crate::Weights;

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
