//! How scenarios are drawn: in blocks of rows, each on whichever thread is free.

use po_core::nalgebra::DMatrix;
use po_core::{InputError, Returns, threads};

use super::Scenarios;
use crate::Error;

/// Rows that are drawn at once; even, so that a scenario and its mirror image are in one block.
pub(super) const BLOCK: usize = 256;

/// Blocks per thread that are held beside the scenarios until they are written.
const HELD: usize = 8;

/// How many scenarios are drawn.
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `scenarios` | 10000 | 1 or more | how many scenarios |
/// | `seed` | 1 | | the same seed draws the same scenarios, bit for bit |
/// | `threads` | none | 1 or more | on how many threads; none for all processors, and the result is the same |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Sampling {
    /// How many scenarios.
    pub scenarios: usize,
    /// The same seed draws the same scenarios.
    pub seed: u64,
    /// On how many threads; none for all processors.
    pub threads: Option<usize>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { scenarios: 10_000, seed: 1, threads: None }
    }
}

impl Sampling {
    pub(super) fn check(&self) -> Result<(), InputError> {
        for (name, value) in
            [("the number of scenarios", Some(self.scenarios)), ("the number of threads", self.threads)]
        {
            if value == Some(0) {
                return Err(InputError::OutOfRange { name, value: 0.0, expected: "1 or more" });
            }
        }
        Ok(())
    }

    /// Draws blocks: `draw` gets its place to work in, the number of the first row, how many rows there are, and the
    /// memory for them, asset by asset.
    pub(super) fn draw<P>(
        &self,
        assets: usize,
        place: impl Fn() -> P + Sync,
        draw: impl Fn(&mut P, usize, usize, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<Scenarios, Error> {
        self.check()?;
        let rows = self.scenarios;
        let threads = self.threads.unwrap_or_else(threads::processors);
        let mut all = DMatrix::zeros(rows, assets);
        let starts: Vec<usize> = (0..rows).step_by(BLOCK).collect();
        for wave in starts.chunks(threads.saturating_mul(HELD)) {
            let blocks = threads::each(wave.iter().copied(), threads, &place, |place, _, start| {
                let rows = BLOCK.min(rows - start);
                let mut block = vec![0.0; rows * assets];
                draw(place, start, rows, &mut block).map(|()| (start, rows, block))
            });
            for block in blocks {
                let (start, own, block) = block?;
                let columns = all.as_mut_slice().chunks_exact_mut(rows).zip(block.chunks_exact(own));
                columns.for_each(|(column, block)| column[start..start + own].copy_from_slice(block));
            }
        }
        Ok(Scenarios::equal(Returns::new(all)?))
    }
}
