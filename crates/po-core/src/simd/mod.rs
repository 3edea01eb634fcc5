//! Kernels on slices that use the widest registers of the machine they run on.
//!
//! A program built for any x86-64 finds out at run time whether AVX2 or AVX-512 is there ([`instruction_set`]).
//! Each kernel adds in one order, in blocks of eight numbers: it depends on the length alone, not on the number of
//! threads nor on the alignment, and, where the machine fuses multiplication and addition, not on the registers.
//!
//! Slices of different length are taken to their common prefix, as [`Iterator::zip`] does; nothing here fails.

pub(crate) mod blocks;
#[cfg(feature = "linalg")]
mod columns;
mod combination;
mod exponential;
mod mirror;
mod reduce;
mod tiles;
mod turn;
mod update;

#[cfg(feature = "linalg")]
pub(crate) use columns::{add_product, lower_gram};
pub use combination::add_columns;
pub use exponential::exp_of_negative;
pub(crate) use exponential::ln_1p_of_positive;
pub(crate) use mirror::mirror_lower;
pub use reduce::{argmin, dot, quadratic_form, sum};
pub(crate) use tiles::{ScaledTiles, write_tiles};
pub use update::axpy;

use pulp::{Simd, WithSimd};

/// The instruction set that the kernels use on this machine.
///
/// `AVX-512`, `AVX2+FMA`, `NEON`, `SIMD128` (of WebAssembly) or `scalar`.
#[must_use]
pub fn instruction_set() -> &'static str {
    blocks::dispatch(InstructionSet)
}

struct InstructionSet;

impl WithSimd for InstructionSet {
    type Output = &'static str;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> &'static str {
        const OF_TWO_LANES: &str = if cfg!(target_arch = "aarch64") { "NEON" } else { "SIMD128" };
        const NAMES: [(usize, &str); 3] = [(8, "AVX-512"), (4, "AVX2+FMA"), (2, OF_TWO_LANES)];
        NAMES.iter().find(|(lanes, _)| *lanes == S::F64_LANES).map_or("scalar", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests;
