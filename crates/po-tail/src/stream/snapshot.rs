//! How a stream is written to a file and read back, bit for bit.

use po_core::InputError;

use super::ranked::{Entry, Ranked};
use super::rolling::loss_of;
use crate::Error;

/// Numbers as the integers that have their bits: not every text format reads a decimal number back as it was.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Bits(Vec<i64>);

impl Bits {
    pub(super) fn of(numbers: &[f64]) -> Self {
        Self(numbers.iter().map(|number| number.to_bits().cast_signed()).collect())
    }

    pub(super) fn numbers(&self) -> Vec<f64> {
        self.0.iter().map(|bits| f64::from_bits(bits.cast_unsigned())).collect()
    }
}

/// The losses of a window and where the next one goes, refused where no stream has them.
pub(super) fn circle(losses: &Bits, next: usize, window: usize) -> Result<Vec<f64>, Error> {
    let losses = losses.numbers();
    if losses.len() > window {
        let (what, expected, actual) = ("the losses of the window", window, losses.len());
        return Err(InputError::LengthMismatch { what, expected, actual }.into());
    }
    if next > 0 && (next >= window || losses.len() < window) {
        let (name, expected) = ("the place of the next loss", "a place in a full window");
        return Err(InputError::OutOfRange { name, value: next as f64, expected }.into());
    }
    losses.into_iter().map(|loss| loss_of(-loss)).collect()
}

/// The order of the losses, in blocks as long as they were: sums depend on the blocks in their last bits.
pub(super) fn ranked(window: usize, entries: Vec<Entry>, blocks: &[usize]) -> Result<Ranked, Error> {
    let (name, expected) = ("the number of blocks", "blocks that hold the losses of the window");
    let value = blocks.len() as f64;
    Ranked::restore(window, entries, blocks)
        .ok_or_else(|| InputError::OutOfRange { name, value, expected }.into())
}
