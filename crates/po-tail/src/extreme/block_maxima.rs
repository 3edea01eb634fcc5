//! The greatest of each block.

use super::generalised_pareto::out_of_range;
use crate::Error;

/// The greatest loss of each block of so many losses; what is left at the end and fills no block is left out.
///
/// # Errors
/// [`Error::Input`] for blocks of no loss, [`Error::TooFew`] if there is not one whole block, [`Error::Observation`] for
/// a loss that is not finite.
///
/// # Examples
/// ```
/// let losses = [0.1, 0.7, -0.2, 0.3, 0.0, 0.4, 9.0];
/// assert_eq!(po_tail::block_maxima(&losses, 3)?, [0.7, 0.4]);
/// # Ok::<(), po_tail::Error>(())
/// ```
pub fn block_maxima(losses: &[f64], block_len: usize) -> Result<Vec<f64>, Error> {
    if block_len == 0 {
        return Err(out_of_range("the block length", 0.0, "at least 1").into());
    }
    if losses.len() < block_len {
        return Err(Error::TooFew { what: "the list of losses", needed: block_len, actual: losses.len() });
    }
    if let Some(place) = losses.iter().position(|loss| !loss.is_finite()) {
        let (value, expected) = (losses[place], "a finite number");
        return Err(Error::Observation { what: "loss", place, value, expected });
    }
    let greatest = |block: &[f64]| block.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(losses.chunks_exact(block_len).map(greatest).collect())
}
