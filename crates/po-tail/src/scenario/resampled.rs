//! Scenarios from past periods, drawn again.

use po_core::{Bootstrap, BootstrapParams, InputError, Resampling, Returns};

use super::{Sampling, Scenarios};
use crate::Error;

/// Settings of [`resampled`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `resampling` | `Stationary` | three kinds | how past periods are put together |
/// | `block` | none | 1 to T | the length of a block, on average; none for ⌊√T⌋ |
/// | `horizon` | 1 | 1 to T | how many periods a scenario lasts |
/// | `sampling` | 10000 scenarios | | how many scenarios, and their seed |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ResampledParams {
    /// How past periods are put together.
    pub resampling: Resampling,
    /// The length of a block, on average; none for ⌊√T⌋.
    pub block: Option<usize>,
    /// How many periods a scenario lasts.
    pub horizon: usize,
    /// How many scenarios, and their seed.
    pub sampling: Sampling,
}

impl Default for ResampledParams {
    fn default() -> Self {
        Self { resampling: Resampling::Stationary, block: None, horizon: 1, sampling: Sampling::default() }
    }
}

/// Scenarios of several periods, compounded, from blocks of past ones.
///
/// ```text
/// r_s = Π_(k=1..h) (1 + r_t(s,k)) - 1
/// ```
///
/// All assets of a scenario come from the same past periods, so that what they have in common is kept.
///
/// # Errors
/// [`InputError::OutOfRange`] for no scenario, a horizon or a block that is not from 1 to T, or no thread.
///
/// # Cost
/// S T random numbers and S h N multiplications.
///
/// # Examples
/// ```
/// use po_core::Returns;
/// use po_tail::{ResampledParams, Sampling, resampled};
///
/// let returns = Returns::from_column_slice(3, 1, &[0.01, 0.01, 0.01])?;
/// let sampling = Sampling { scenarios: 5, ..Sampling::default() };
/// let scenarios = resampled(&returns, &ResampledParams { horizon: 2, sampling, ..ResampledParams::default() })?;
/// assert!((scenarios.returns().column(0)[4] - 0.0201).abs() < 1e-15);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Politis and Romano, The stationary bootstrap (1994); see [`Resampling`].
///
/// # Settings
/// [`ResampledParams`]
pub fn resampled(returns: &Returns, params: &ResampledParams) -> Result<Scenarios, Error> {
    let ResampledParams { resampling, block, horizon, sampling } = *params;
    let periods = returns.observations();
    sampling.check()?;
    if !(1..=periods).contains(&horizon) {
        let (name, expected) = ("the horizon", "from 1 to the number of observations");
        return Err(InputError::OutOfRange { name, value: horizon as f64, expected }.into());
    }
    let bootstrap = BootstrapParams { resampling, block, resamples: sampling.scenarios, seed: sampling.seed };
    let bootstrap = Bootstrap::new(bootstrap)?;
    sampling.draw(returns.assets(), Vec::new, |indices: &mut Vec<usize>, start, rows, out| {
        for row in 0..rows {
            bootstrap.indices_into(periods, start + row, indices)?;
            for (asset, column) in out.chunks_exact_mut(rows).enumerate() {
                let past = returns.column(asset);
                column[row] = indices[..horizon].iter().map(|&t| 1.0 + past[t]).product::<f64>() - 1.0;
            }
        }
        Ok(())
    })
}
