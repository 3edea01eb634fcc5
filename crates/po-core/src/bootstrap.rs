//! Resamples of a series that keep what neighbours have in common.

use crate::InputError;

/// How a resample is put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Resampling {
    /// Blocks of geometric length, on average as long as told, on a circle (Politis and Romano 1994).
    #[default]
    Stationary,
    /// Blocks of one length on a circle (Politis and Romano 1992).
    Circular,
    /// Blocks of one length that lie within the sample (Künsch 1989).
    Moving,
}

/// Settings of a [`Bootstrap`].
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `resampling` | `Stationary` | three kinds | how a resample is put together |
/// | `block` | none | 1 to T | the length of a block, on average; none for ⌊√T⌋ |
/// | `resamples` | 1000 | 1 or more | how many resamples |
/// | `seed` | 1 | | the same seed draws the same resamples |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BootstrapParams {
    /// How a resample is put together.
    pub resampling: Resampling,
    /// The length of a block, on average; none for ⌊√T⌋.
    pub block: Option<usize>,
    /// How many resamples.
    pub resamples: usize,
    /// The same seed draws the same resamples.
    pub seed: u64,
}

impl Default for BootstrapParams {
    fn default() -> Self {
        Self { resampling: Resampling::Stationary, block: None, resamples: 1000, seed: 1 }
    }
}

/// A bootstrap of a series: each of its resamples follows from the seed and its number alone, so that they may be drawn
/// in any order.
///
/// # Examples
/// ```
/// use po_core::{Bootstrap, BootstrapParams, Resampling};
///
/// let params = BootstrapParams { resampling: Resampling::Circular, block: Some(2), ..BootstrapParams::default() };
/// let mut indices = Vec::new();
/// Bootstrap::new(params)?.indices_into(4, 0, &mut indices)?;
/// assert_eq!(indices.len(), 4);
/// assert_eq!(indices[1], (indices[0] + 1) % 4);
/// # Ok::<(), po_core::InputError>(())
/// ```
///
/// # Source
/// Politis and Romano (1994), The stationary bootstrap; random numbers, `SplitMix64` of Steele, Lea and Flood (2014).
///
/// # Settings
/// [`BootstrapParams`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap(BootstrapParams);

impl Bootstrap {
    /// A bootstrap.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no resample, or a block without length.
    pub fn new(params: BootstrapParams) -> Result<Self, InputError> {
        let expected = "1 or more";
        if params.resamples == 0 {
            let name = "the number of resamples";
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        if params.block == Some(0) {
            let name = "the length of a block";
            return Err(InputError::OutOfRange { name, value: 0.0, expected });
        }
        Ok(Self(params))
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &BootstrapParams {
        &self.0
    }

    /// Writes which observations make up a resample, into memory that is kept.
    ///
    /// # Shapes and units
    /// T numbers below T; `resample` counts from zero.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a block longer than the series, or where there is no such resample.
    pub fn indices_into(
        &self,
        observations: usize,
        resample: usize,
        indices: &mut Vec<usize>,
    ) -> Result<(), InputError> {
        let BootstrapParams { resampling, resamples, seed, .. } = self.0;
        if resample >= resamples {
            let (name, expected) = ("the number of a resample", "less than there are");
            return Err(InputError::OutOfRange { name, value: resample as f64, expected });
        }
        let block = self.0.block.unwrap_or(observations.isqrt());
        if block > observations {
            let (name, expected) = ("the length of a block", "at most the number of observations");
            return Err(InputError::OutOfRange { name, value: block as f64, expected });
        }
        let mut random = Random(mixed(seed ^ mixed(resample as u64)));
        indices.clear();
        while indices.len() < observations {
            let (starts, ends) = match resampling {
                Resampling::Moving => (observations - block + 1, None),
                Resampling::Circular => (observations, None),
                Resampling::Stationary => (observations, Some(1.0 / block as f64)),
            };
            let start = random.below(starts);
            let mut length = 0;
            while indices.len() < observations {
                indices.push((start + length) % observations);
                length += 1;
                if ends.map_or(length == block, |ends| random.uniform() < ends) {
                    break;
                }
            }
        }
        Ok(())
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number in [0, 1).
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below a bound: the high half of a product (Lemire 2019), unfair by less than bound / 2^64.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
