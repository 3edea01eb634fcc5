//! The trait that measures of risk share.

/// A rule that turns the returns of a portfolio into one number: its risk.
///
/// [`Risk`](crate::Risk) implements it for the measures of the field; whoever has another one implements it once, and
/// every method that takes a measure takes theirs. A reference to a measure is a measure, also
/// `&dyn RiskMeasure<Scratch = …, Error = …>`.
///
/// # Shapes and units
/// T simple returns of a portfolio, the oldest first. Losses are positive: a greater number is a greater risk. Most
/// measures are in returns per period; the variance and its like are in their square.
///
/// # Examples
/// ```
/// use po_core::{InputError, RiskMeasure};
///
/// /// The share of periods that end with a loss.
/// struct LossFrequency;
///
/// impl RiskMeasure for LossFrequency {
///     type Scratch = ();
///     type Error = InputError;
///
///     fn risk_into(&self, returns: &[f64], (): &mut ()) -> Result<f64, InputError> {
///         if returns.is_empty() {
///             return Err(InputError::Empty { what: "the series of returns" });
///         }
///         Ok(returns.iter().filter(|value| **value < 0.0).count() as f64 / returns.len() as f64)
///     }
/// }
///
/// assert_eq!(LossFrequency.risk(&[0.01, -0.02, 0.03, 0.01])?, 0.25);
/// # Ok::<(), InputError>(())
/// ```
pub trait RiskMeasure {
    /// Working memory: grows to the longest series seen, never shrinks.
    type Scratch: Default;
    /// What can be wrong with the series.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Measures with `scratch`; from the second call of one length on, without touching the heap.
    ///
    /// # Errors
    /// As each measure documents.
    fn risk_into(&self, returns: &[f64], scratch: &mut Self::Scratch) -> Result<f64, Self::Error>;

    /// Measures with fresh memory.
    ///
    /// # Errors
    /// As [`RiskMeasure::risk_into`].
    fn risk(&self, returns: &[f64]) -> Result<f64, Self::Error> {
        self.risk_into(returns, &mut Self::Scratch::default())
    }
}

impl<M: RiskMeasure + ?Sized> RiskMeasure for &M {
    type Scratch = M::Scratch;
    type Error = M::Error;

    fn risk_into(&self, returns: &[f64], scratch: &mut M::Scratch) -> Result<f64, M::Error> {
        (**self).risk_into(returns, scratch)
    }
}
