//! The lower triangle of a symmetric matrix, in tiles of eight rows and eight columns.

use std::iter::zip;

use pulp::{Arch, Simd, WithSimd};

/// Rows and columns of a tile: the widest register holds eight numbers.
pub(super) const LANES: usize = 8;

/// Eight columns of eight numbers, on one cache line each.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
struct Tile([f64; LANES * LANES]);

/// The numbers of eight assets, on one cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Row([f64; LANES]);

/// The tiles on the diagonal and below it, one column of tiles after the other.
///
/// The tiles on the diagonal are whole; rows beyond the last asset are zero.
#[derive(Clone, Debug)]
pub(super) struct Triangle {
    /// Tiles in the first column of tiles.
    blocks: usize,
    tiles: Vec<Tile>,
    /// The numbers whose products were added last: a copy, because a register that is loaded across two cache
    /// lines is loaded twice.
    x: Vec<Row>,
}

impl PartialEq for Triangle {
    /// What was added last is no part of the state.
    fn eq(&self, other: &Self) -> bool {
        self.tiles == other.tiles
    }
}

impl Triangle {
    pub(super) fn new(blocks: usize) -> Self {
        let tiles = vec![Tile([0.0; LANES * LANES]); blocks * (blocks + 1) / 2];
        Self { blocks, tiles, x: vec![Row::default(); blocks] }
    }

    /// Where the tiles of a column of tiles begin.
    fn start(&self, block: usize) -> usize {
        block * self.blocks - block * block.saturating_sub(1) / 2
    }

    /// `S = λ S + x x'`, for x of whole blocks.
    pub(super) fn update(&mut self, decay: f64, x: &[f64]) {
        for (row, x) in zip(&mut self.x, x.as_chunks().0) {
            row.0 = *x;
        }
        Arch::new().dispatch(RankOne { tiles: &mut self.tiles, decay, x: &self.x });
    }

    /// `S = λ S + (x y' + y x') / 2`, for x and y of whole blocks.
    pub(super) fn update_pair(&mut self, decay: f64, x: &[f64], y: &[f64]) {
        Arch::new().dispatch(RankTwo { triangle: self, decay, x, y });
    }

    /// A tile by its number, one column of tiles after the other.
    pub(super) fn tile(&self, number: usize) -> &[f64; LANES * LANES] {
        &self.tiles[number].0
    }

    /// What is added to [`offset`] of a row to find its entry of a column.
    pub(super) fn base(&self, col: usize) -> usize {
        let block = col / LANES;
        // At or above zero: a column of tiles begins at or after the tile of its number.
        LANES * LANES * (self.start(block) - block) + LANES * (col % LANES)
    }

    /// The entry at an offset and the base of a column, on the diagonal or below.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> f64 {
        self.tiles[place / (LANES * LANES)].0[place % (LANES * LANES)]
    }

    /// Entry (row, col), on the diagonal or below.
    pub(super) fn get(&self, row: usize, col: usize) -> f64 {
        let (block, below) = (col / LANES, row / LANES - col / LANES);
        self.tiles[self.start(block) + below].0[LANES * (col % LANES) + row % LANES]
    }

    /// Writes entry (row, col), on the diagonal or below, and its mirror image where that is kept too.
    pub(super) fn set(&mut self, row: usize, col: usize, value: f64) {
        let (block, below) = (col / LANES, row / LANES - col / LANES);
        let start = self.start(block);
        self.tiles[start + below].0[LANES * (col % LANES) + row % LANES] = value;
        if below == 0 {
            self.tiles[start].0[LANES * (row % LANES) + col % LANES] = value;
        }
    }

    /// Every number, in a fixed order.
    #[cfg(feature = "serde")]
    pub(super) fn numbers(&mut self) -> impl Iterator<Item = &mut f64> {
        self.tiles.iter_mut().flat_map(|tile| &mut tile.0)
    }
}

/// Where the entries of a row lie, as far as that does not depend on the column.
pub(super) fn offset(row: usize) -> usize {
    LANES * LANES * (row / LANES) + row % LANES
}

struct RankOne<'a> {
    tiles: &'a mut [Tile],
    decay: f64,
    x: &'a [Row],
}

impl WithSimd for RankOne<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { mut tiles, decay, x } = self;
        let decay = simd.splat_f64s(decay);
        for (block, columns) in x.iter().enumerate() {
            let columns = columns.0.map(|x| simd.splat_f64s(x));
            let (own, rest) = tiles.split_at_mut(x.len() - block);
            tiles = rest;
            for (tile, rows) in zip(own, &x[block..]) {
                let (rows, _) = S::as_simd_f64s(&rows.0);
                let (tile, _) = S::as_mut_simd_f64s(&mut tile.0);
                for (column, entries) in zip(columns, tile.chunks_exact_mut(LANES / S::F64_LANES)) {
                    for (entry, &row) in zip(entries, rows) {
                        *entry = simd.mul_add_e_f64s(row, column, simd.mul_f64s(decay, *entry));
                    }
                }
            }
        }
    }
}

struct RankTwo<'a> {
    triangle: &'a mut Triangle,
    decay: f64,
    x: &'a [f64],
    y: &'a [f64],
}

impl WithSimd for RankTwo<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { triangle, decay, x, y } = self;
        let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks::<LANES>().0);
        let decay = simd.splat_f64s(decay);
        let mut tiles = triangle.tiles.as_mut_slice();
        for (block, (x_columns, y_columns)) in zip(x, y).enumerate() {
            let x_columns = x_columns.map(|x| simd.splat_f64s(0.5 * x));
            let y_columns = y_columns.map(|y| simd.splat_f64s(0.5 * y));
            let (own, rest) = tiles.split_at_mut(x.len() - block);
            tiles = rest;
            for (tile, (x_rows, y_rows)) in zip(own, zip(&x[block..], &y[block..])) {
                let (x_rows, y_rows) = (S::as_simd_f64s(x_rows).0, S::as_simd_f64s(y_rows).0);
                let (tile, _) = S::as_mut_simd_f64s(&mut tile.0);
                let columns = zip(x_columns, y_columns);
                for ((x, y), entries) in zip(columns, tile.chunks_exact_mut(LANES / S::F64_LANES)) {
                    for (entry, (&x_row, &y_row)) in zip(entries, zip(x_rows, y_rows)) {
                        let decayed = simd.mul_add_e_f64s(x_row, y, simd.mul_f64s(decay, *entry));
                        *entry = simd.mul_add_e_f64s(y_row, x, decayed);
                    }
                }
            }
        }
    }
}
