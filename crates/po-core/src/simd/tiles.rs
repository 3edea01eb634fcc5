//! Symmetric matrices that are written in tiles.

use std::iter::zip;

use super::blocks::BLOCK;
#[cfg(target_arch = "x86_64")]
use super::turn::turned_in_registers;

/// Eight columns of eight numbers.
type Tile = [[f64; BLOCK]; BLOCK];

/// A symmetric matrix in tiles of eight rows and columns, on the diagonal and below it, one column of tiles after the
/// other: entry (i, j) is `factor tile_ij scale_i scale_j`, but on the diagonal what `diagonal` says.
pub(crate) struct ScaledTiles<T, S, D> {
    /// Rows of the matrix.
    pub(crate) size: usize,
    pub(crate) factor: f64,
    /// A tile, by its number.
    pub(crate) tile: T,
    /// The scales of eight rows.
    pub(crate) scale: S,
    /// An entry of the diagonal.
    pub(crate) diagonal: D,
}

/// Writes a matrix, both halves at once. Whether all numbers are finite, and none on the diagonal is negative.
pub(crate) fn write_tiles<'a, T, S, D>(tiles: &ScaledTiles<T, S, D>, entries: &mut [f64]) -> bool
where
    T: Fn(usize) -> &'a [f64; BLOCK * BLOCK],
    S: Fn(usize) -> &'a [f64; BLOCK],
    D: Fn(usize) -> f64,
{
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(
            #[inline(always)]
            || write(tiles, entries, &Quarters { simd }),
        );
    }
    write(tiles, entries, &Scalars)
}

/// How a tile is scaled and transposed.
trait Kernel {
    /// `tile_ij own_j rows_i`; numbers that are not finite turn `zeros` into NaN.
    fn scaled(
        &self,
        tile: &[f64; BLOCK * BLOCK],
        own: &[f64; BLOCK],
        rows: &[f64; BLOCK],
        zeros: &mut [f64; BLOCK],
    ) -> Tile;

    fn transposed(&self, tile: &Tile) -> Tile;
}

#[inline(always)]
fn write<'a, T, S, D>(tiles: &ScaledTiles<T, S, D>, entries: &mut [f64], kernel: &impl Kernel) -> bool
where
    T: Fn(usize) -> &'a [f64; BLOCK * BLOCK],
    S: Fn(usize) -> &'a [f64; BLOCK],
    D: Fn(usize) -> f64,
{
    let ScaledTiles { size, factor, tile, scale, diagonal } = tiles;
    let (size, blocks) = (*size, size.div_ceil(BLOCK));
    let mut number = 0;
    // A number times zero is zero, unless it is infinite or none.
    let mut zeros = [0.0; BLOCK];
    for col in 0..blocks {
        let own = scale(col).map(|scale| factor * scale);
        for row in col..blocks {
            let scaled = kernel.scaled(tile(number), &own, scale(row), &mut zeros);
            number += 1;
            let (below, right) = (BLOCK * (col * size + row), BLOCK * (row * size + col));
            if row == col {
                put_diagonal(size, &mut entries[below..], &scaled);
                continue;
            }
            let mirrored = kernel.transposed(&scaled);
            if BLOCK * (row + 1) <= size {
                put(size, &mut entries[below..], &scaled);
                put(size, &mut entries[right..], &mirrored);
            } else {
                let rows = size - BLOCK * row;
                put_rows(rows, size, &mut entries[below..], &scaled);
                put_columns(rows, size, &mut entries[right..], &mirrored);
            }
        }
    }
    let mut sound = zeros.iter().all(|zero| !zero.is_nan());
    for own in 0..size {
        let value = diagonal(own);
        entries[own * (size + 1)] = value;
        sound &= (0.0..f64::INFINITY).contains(&value);
    }
    sound
}

/// Writes a whole tile.
#[inline(always)]
fn put(size: usize, entries: &mut [f64], tile: &Tile) {
    for (col, column) in tile.iter().enumerate() {
        entries[col * size..col * size + BLOCK].copy_from_slice(column);
    }
}

/// Writes the first rows of a tile.
#[inline(always)]
fn put_rows(rows: usize, size: usize, entries: &mut [f64], tile: &Tile) {
    for (col, column) in tile.iter().enumerate() {
        for row in 0..rows {
            entries[col * size + row] = column[row];
        }
    }
}

/// Writes the first columns of a tile.
#[inline(always)]
fn put_columns(columns: usize, size: usize, entries: &mut [f64], tile: &Tile) {
    for (col, column) in tile.iter().enumerate().take(columns) {
        entries[col * size..col * size + BLOCK].copy_from_slice(column);
    }
}

/// Writes the lower half of a tile on the diagonal, on both sides, as far as it lies within the matrix.
#[inline(always)]
fn put_diagonal(size: usize, entries: &mut [f64], tile: &Tile) {
    let within = BLOCK.min(entries.len().div_ceil(size));
    for (col, column) in tile.iter().enumerate().take(within) {
        for row in col..within {
            entries[col * size + row] = column[row];
            entries[row * size + col] = column[row];
        }
    }
}

/// Number by number.
struct Scalars;

impl Kernel for Scalars {
    fn scaled(
        &self,
        tile: &[f64; BLOCK * BLOCK],
        own: &[f64; BLOCK],
        rows: &[f64; BLOCK],
        zeros: &mut [f64; BLOCK],
    ) -> Tile {
        std::array::from_fn(|col| {
            std::array::from_fn(|row| {
                let number = tile[BLOCK * col + row] * (own[col] * rows[row]);
                zeros[row] += 0.0 * number;
                number
            })
        })
    }

    fn transposed(&self, tile: &Tile) -> Tile {
        std::array::from_fn(|row| std::array::from_fn(|col| tile[col][row]))
    }
}

/// In quarters of four by four numbers, a register for each column of them.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Quarters {
    simd: pulp::x86::V3,
}

#[cfg(target_arch = "x86_64")]
impl Kernel for Quarters {
    #[inline(always)]
    fn scaled(
        &self,
        tile: &[f64; BLOCK * BLOCK],
        own: &[f64; BLOCK],
        rows: &[f64; BLOCK],
        zeros: &mut [f64; BLOCK],
    ) -> Tile {
        let simd = self.simd;
        let zero = simd.splat_f64x4(0.0);
        let rows: [pulp::f64x4; 2] = pulp::cast(*rows);
        // Two chains of additions, which need not wait for each other, for each half.
        let mut sums = [[zero; 2]; 2];
        let products: [[pulp::f64x4; 2]; BLOCK] = pulp::cast(*tile);
        let mut scaled = [[zero; 2]; BLOCK];
        for (((column, products), own), chain) in zip(zip(zip(&mut scaled, products), own), (0..2).cycle()) {
            let own = simd.splat_f64x4(*own);
            for (((number, product), row), sum) in zip(zip(zip(column, products), rows), &mut sums[chain]) {
                *number = simd.mul_f64x4(product, simd.mul_f64x4(own, row));
                *sum = simd.add_f64x4(*sum, simd.mul_f64x4(zero, *number));
            }
        }
        let before: [pulp::f64x4; 2] = pulp::cast(*zeros);
        let [even, odd] = sums;
        *zeros = pulp::cast([0, 1].map(
            #[inline(always)]
            |half: usize| simd.add_f64x4(before[half], simd.add_f64x4(even[half], odd[half])),
        ));
        pulp::cast(scaled)
    }

    #[inline(always)]
    fn transposed(&self, tile: &Tile) -> Tile {
        // By column, then by half.
        let halves: [[[f64; 4]; 2]; BLOCK] = pulp::cast(*tile);
        let [a, b, c, d, e, f, g, h] = &halves;
        let mut rows = [[[0.0; 4]; 2]; BLOCK];
        // No closures here: what is not inlined is not compiled for these registers.
        for half in 0..2 {
            let left = turned_in_registers(self.simd, [a[half], b[half], c[half], d[half]]);
            let right = turned_in_registers(self.simd, [e[half], f[half], g[half], h[half]]);
            for (row, parts) in zip(&mut rows[4 * half..4 * half + 4], zip(left, right)) {
                *row = [parts.0, parts.1];
            }
        }
        pulp::cast(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_scaled_and_transposed_alike_either_way() {
        let tile: [f64; 64] = std::array::from_fn(|place| (place as f64).sin());
        let (own, rows) =
            ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]);
        let mut zeros = [0.0; 8];
        let scaled = Scalars.scaled(&tile, &own, &rows, &mut zeros);
        let turned = Scalars.transposed(&scaled);
        for (col, row) in (0..8).flat_map(|col| (0..8).map(move |row| (col, row))) {
            assert!((scaled[col][row] - tile[8 * col + row] * own[col] * rows[row]).abs() < 1e-15);
            assert_eq!(turned[row][col].to_bits(), scaled[col][row].to_bits());
        }
        assert!(zeros.iter().all(|zero| zero.abs() < f64::MIN_POSITIVE));
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            let kernel = Quarters { simd };
            assert_eq!(simd.vectorize(|| kernel.scaled(&tile, &own, &rows, &mut zeros)), scaled);
            assert_eq!(simd.vectorize(|| kernel.transposed(&scaled)), turned);
            let mut infinite = tile;
            infinite[17] = f64::INFINITY;
            simd.vectorize(|| kernel.scaled(&infinite, &own, &rows, &mut zeros));
            assert!(zeros[1].is_nan() && zeros[0] == 0.0);
        }
    }
}
