//! Correlations as a whole: the lower half of the matrix, in the order in which a sweep reads it.

use std::iter::zip;

use po_core::InputError;
use po_core::linalg::Cholesky;
use pulp::{Arch, Simd, WithSimd};

use crate::block::{coupling, minimise};
use crate::correlations::Correlations;
use crate::lanes::{
    Eight, LANES, Registers, Tile, add_multiples, blocks, multiply_columns, numbers, pack, padding, products,
    registers, registers_mut, splat, totals,
};

/// Half of the correlations below the diagonal, eight columns after eight columns.
///
/// Half, because half of what the others add to the covariance of an asset is what its minimiser depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panels {
    /// Number of assets.
    len: usize,
    /// Number of blocks of eight columns.
    blocks: usize,
    /// For each block its eight columns: the tile on the diagonal, with zeros for the ones, and the tiles below it.
    tiles: Vec<Tile>,
    /// How the assets of each block answer to each other.
    couplings: Vec<Tile>,
    /// What the blocks already minimised add to the pulls of those behind them.
    pulls: Vec<Eight>,
    /// `C + diag(curvature)`.
    hessian: Cholesky,
    /// A right-hand side and its solution, without gaps.
    vector: Vec<f64>,
    solution: Vec<f64>,
}

impl Panels {
    /// Takes over the correlations that belong to a covariance.
    ///
    /// `scales` are the inverse volatilities, negative for short assets and zero in the padding; the covariance has
    /// one column after the other.
    pub(crate) fn fill(&mut self, covariance: &[f64], scales: &[Eight], len: usize) {
        self.len = len;
        self.blocks = blocks(len);
        let tiles = self.start(self.blocks);
        if self.tiles.len() < tiles {
            self.tiles.resize(tiles, Tile::default());
        }
        self.couplings.resize(self.blocks, Tile::default());
        self.pulls.resize(self.blocks, Eight::default());
        Arch::new().dispatch(Fill { covariance, scales, panels: self });
    }

    /// Where the tiles of a block begin.
    fn start(&self, block: usize) -> usize {
        block * self.blocks - block * block.saturating_sub(1) / 2
    }

    /// The tile on the diagonal, and those below it.
    #[inline(always)]
    fn panel(&self, block: usize) -> (&Tile, &[Tile]) {
        let start = self.start(block);
        (&self.tiles[start], &self.tiles[start + 1..start + self.blocks - block])
    }
}

struct Fill<'a> {
    covariance: &'a [f64],
    scales: &'a [Eight],
    panels: &'a mut Panels,
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { covariance, scales, panels } = self;
        let (len, blocks, padding) = (panels.len, panels.blocks, padding(panels.len));
        for (block, scale) in scales.iter().enumerate() {
            let start = panels.start(block);
            let tiles = &mut panels.tiles[start..start + blocks - block];
            let (diagonal, below) = tiles.split_at_mut(1);
            let halves = scale.0.map(|scale| 0.5 * scale);
            let first = (LANES * block).saturating_sub(padding);
            let own = LANES - if block == 0 { padding } else { 0 };
            for lane in LANES - own..LANES {
                let asset = first + lane + own - LANES;
                let column = &covariance[asset * len..(asset + 1) * len];
                let half = simd.splat_f64s(halves[lane]);
                let mut rows = [0.0; LANES];
                rows[LANES - own..].copy_from_slice(&column[first..first + own]);
                let target = &mut diagonal[0][lane];
                scaled(simd, &rows, scale, half, target);
                target.0[lane] = 0.0;
                let rows = column[first + own..].as_chunks::<LANES>().0;
                for ((tile, rows), scale) in zip(zip(&mut *below, rows), &scales[block + 1..]) {
                    scaled(simd, rows, scale, half, &mut tile[lane]);
                }
            }
            // The padding is uncorrelated with everything.
            for lane in 0..LANES - own {
                diagonal[0][lane] = Eight::default();
                below.iter_mut().for_each(|tile| tile[lane] = Eight::default());
            }
        }
    }
}

/// `target = half scale rows`.
#[inline(always)]
fn scaled<S: Simd>(simd: S, rows: &[f64; LANES], scale: &Eight, half: S::f64s, target: &mut Eight) {
    let rows = S::as_simd_f64s(rows).0;
    for ((&row, &scale), target) in zip(zip(rows, registers::<S>(scale)), registers_mut::<S>(target)) {
        *target = simd.mul_f64s(simd.mul_f64s(row, scale), half);
    }
}

impl Correlations for Panels {
    #[inline(always)]
    fn couple<S: Simd>(&mut self, simd: S, y: &[Eight], budget: &[Eight]) {
        for block in 0..self.blocks {
            self.couplings[block] = coupling(simd, self.panel(block).0, &y[block], &budget[block]);
        }
    }

    /// What a block adds to the pulls of those behind it is added while the next block is minimised: that one waits
    /// for quotients, and needs the nearest of these additions only.
    #[inline(always)]
    fn sweep<S: Simd>(&mut self, simd: S, y: &mut [Eight], budget: &[Eight]) {
        let mut pulls = std::mem::take(&mut self.pulls);
        pulls.fill(Eight::default());
        let mut multiples = [simd.splat_f64s(0.0); LANES];
        let mut behind: &[Tile] = &[];
        let (diagonal, below) = self.panel(0);
        let mut later = products(simd, below, &y[1..]);
        add_multiples(simd, diagonal, &splat(simd, &y[0]), &mut later);
        for block in 0..self.blocks {
            let mut pull = pulls[block];
            if let Some((tile, rest)) = behind.split_first() {
                add_multiples(simd, tile, &multiples, &mut pull);
                behind = rest;
            }
            for (pull, &later) in zip(registers_mut::<S>(&mut pull), registers::<S>(&later)) {
                *pull = simd.add_f64s(*pull, later);
            }
            let minimisers = minimise(simd, &self.couplings[block], &pull, &budget[block], &y[block]);
            y[block] = minimisers;
            let next = block + 1;
            if next < self.blocks {
                if let Some((tile, rest)) = behind.split_first() {
                    add_multiples(simd, tile, &multiples, &mut pulls[next]);
                    behind = rest;
                }
                // What the next block itself, as it is, and the blocks behind it add to its pulls.
                let (diagonal, ahead) = self.panel(next);
                later = if behind.is_empty() {
                    products(simd, ahead, &y[next + 1..])
                } else {
                    side_by_side(simd, (ahead, &y[next + 1..]), (behind, &multiples, &mut pulls[next + 1..]))
                };
                add_multiples(simd, diagonal, &splat(simd, &y[next]), &mut later);
            }
            multiples = splat(simd, &minimisers);
            behind = self.panel(block).1;
        }
        self.pulls = pulls;
    }

    /// Each tile is read once, for its rows and for its columns.
    #[inline(always)]
    fn multiply<S: Simd>(&mut self, simd: S, y: &[Eight], product: &mut [Eight]) {
        product.fill(Eight::default());
        for block in 0..self.blocks {
            let (diagonal, below) = self.panel(block);
            let multiples = splat(simd, &y[block]);
            let (own, behind) = product[block..].split_at_mut(1);
            let sums = both_ways(simd, below, &multiples, &y[block + 1..], behind);
            add_multiples(simd, diagonal, &multiples, &mut own[0]);
            for (sum, &further) in zip(registers_mut::<S>(&mut own[0]), registers::<S>(&sums)) {
                *sum = simd.add_f64s(*sum, further);
            }
        }
        for (product, y) in zip(product, y) {
            for (product, &y) in zip(registers_mut::<S>(product), registers::<S>(y)) {
                *product = simd.add_f64s(simd.add_f64s(*product, *product), y);
            }
        }
    }

    fn decompose(&mut self, curvature: &[Eight]) -> Result<(), Option<usize>> {
        let Self { len, blocks, tiles, hessian, .. } = self;
        let (padding, blocks) = (padding(*len), *blocks);
        let fill = |asset: usize, below: &mut [f64]| {
            let (block, lane) = ((padding + asset) / LANES, (padding + asset) % LANES);
            let start = block * blocks - block * block.saturating_sub(1) / 2;
            let entries = tiles[start..start + blocks - block].iter().flat_map(|tile| tile[lane].0);
            for (entry, half) in zip(below.iter_mut(), entries.skip(lane)) {
                *entry = 2.0 * half;
            }
            below[0] = 1.0 + curvature[block].0[lane];
        };
        let refused =
            |error| if let InputError::NotPositiveDefinite { pivot } = error { Some(pivot) } else { None };
        hessian.factor_columns(*len, fill).map_err(refused)
    }

    fn solve(&mut self, right_hand_side: &[Eight], solution: &mut Vec<Eight>) {
        self.vector.clear();
        self.vector.extend(numbers(right_hand_side, self.len));
        // What cannot be solved stays a NaN.
        self.solution.clear();
        self.solution.resize(self.len, f64::NAN);
        self.hessian.solve_into(&self.vector, &mut self.solution).ok();
        pack(self.solution.iter().copied(), 0.0, solution);
    }

    /// N³/6 multiplications against N², and a start of its own.
    fn sweeps_per_decomposition(&self) -> f64 {
        self.len as f64 / 6.0 + 2.0
    }
}

/// The products of the columns of some tiles with a vector, while multiples of the columns of others are added to sums.
#[inline(always)]
fn side_by_side<S: Simd>(
    simd: S,
    (tiles, vector): (&[Tile], &[Eight]),
    (others, multiples, sums): (&[Tile], &Registers<S>, &mut [Eight]),
) -> Eight {
    let mut products = [simd.splat_f64s(0.0); LANES];
    for ((tile, vector), (other, sum)) in zip(zip(tiles, vector), zip(others, sums)) {
        multiply_columns(simd, tile, vector, &mut products);
        add_multiples(simd, other, multiples, sum);
    }
    totals(simd, &products)
}

/// Adds multiples of the columns of some tiles to `sums`, and gives the products of those columns with `vector`.
#[inline(always)]
fn both_ways<S: Simd>(
    simd: S,
    tiles: &[Tile],
    multiples: &Registers<S>,
    vector: &[Eight],
    sums: &mut [Eight],
) -> Eight {
    let mut products = [simd.splat_f64s(0.0); LANES];
    for ((tile, vector), sum) in zip(zip(tiles, vector), sums) {
        multiply_columns(simd, tile, vector, &mut products);
        add_multiples(simd, tile, multiples, sum);
    }
    totals(simd, &products)
}
