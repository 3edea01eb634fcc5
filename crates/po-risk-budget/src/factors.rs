//! Correlations by factors, which never become an N x N matrix.

use std::iter::zip;

use po_core::linalg::Cholesky;
use pulp::{Arch, Simd, WithSimd};

use crate::block::{coupling, difference, minimise};
use crate::correlations::Correlations;
use crate::lanes::{
    Eight, LANES, Tile, add_multiples, blocks, numbers, padding, products, registers, registers_mut, splat,
};

/// `C = Λ Λ' + diag(own)`, with the rows of Λ eight by eight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Factors {
    /// Number of blocks of eight assets.
    blocks: usize,
    /// Number of blocks of eight factors; the first is padded.
    factors: usize,
    /// For each block of assets its tiles: eight loadings of each of the eight assets.
    tiles: Vec<Tile>,
    /// The share of its variance that the factors do not explain.
    own: Vec<Eight>,
    /// Half of the correlations within each block, with zeros for the ones.
    correlations: Vec<Tile>,
    /// How the assets of each block answer to each other.
    couplings: Vec<Tile>,
    /// Λ'y, and other vectors of the length of the factors.
    exposures: Vec<Eight>,
    /// `1 / (own + curvature)`.
    inverse: Vec<Eight>,
    /// `I + Λ' diag(inverse) Λ`, column by column, and its decomposition.
    small: Vec<Eight>,
    small_cholesky: Cholesky,
    /// A right-hand side and its solution, of the length of the factors.
    vector: Vec<f64>,
    solution: Vec<f64>,
}

impl Factors {
    /// Takes over loadings (one factor after the other) and specific variances, and the rows of some assets.
    ///
    /// `scales` are the inverse volatilities of those assets, negative for short ones and zero in the padding.
    pub(crate) fn fill(&mut self, loadings: &[f64], specific: &[f64], assets: &[usize], scales: &[Eight]) {
        let columns = loadings.chunks_exact(specific.len());
        let (padding, factor_padding) = (padding(assets.len()), padding(columns.len()));
        self.blocks = blocks(assets.len());
        self.factors = blocks(columns.len());
        self.tiles.clear();
        self.tiles.resize(self.blocks * self.factors, Tile::default());
        self.own.clear();
        self.own.resize(self.blocks, Eight([1.0; LANES]));
        for (place, &asset) in assets.iter().enumerate() {
            let (block, lane) = ((padding + place) / LANES, (padding + place) % LANES);
            let scale = scales[block].0[lane];
            self.own[block].0[lane] = specific[asset] * scale * scale;
            for (factor, column) in columns.clone().enumerate() {
                let (tile, row) = ((factor_padding + factor) / LANES, (factor_padding + factor) % LANES);
                self.tiles[block * self.factors + tile][lane].0[row] = column[asset] * scale;
            }
        }
        self.correlations.resize(self.blocks, Tile::default());
        self.couplings.resize(self.blocks, Tile::default());
        self.exposures.resize(self.factors, Eight::default());
        Arch::new().dispatch(Within { factors: self });
    }

    /// The loadings of a block of assets.
    #[inline(always)]
    fn rows(&self, block: usize) -> &[Tile] {
        &self.tiles[block * self.factors..(block + 1) * self.factors]
    }

    /// `exposures = Λ'y`.
    #[inline(always)]
    fn expose<S: Simd>(&self, simd: S, y: &[Eight], exposures: &mut [Eight]) {
        exposures.fill(Eight::default());
        for (block, y) in y.iter().enumerate() {
            let multiples = splat(simd, y);
            for (tile, exposure) in zip(self.rows(block), &mut *exposures) {
                add_multiples(simd, tile, &multiples, exposure);
            }
        }
    }
}

/// Correlations within the blocks.
struct Within<'a> {
    factors: &'a mut Factors,
}

impl WithSimd for Within<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factors } = self;
        let mut row = std::mem::take(&mut factors.exposures);
        for block in 0..factors.blocks {
            for lane in 0..LANES {
                for (row, tile) in zip(&mut row, factors.rows(block)) {
                    *row = tile[lane];
                }
                let mut column = products(simd, factors.rows(block), &row);
                column.0.iter_mut().for_each(|entry| *entry *= 0.5);
                column.0[lane] = 0.0;
                factors.correlations[block][lane] = column;
            }
        }
        factors.exposures = row;
    }
}

impl Correlations for Factors {
    #[inline(always)]
    fn couple<S: Simd>(&mut self, simd: S, y: &[Eight], budget: &[Eight]) {
        for (block, coupled) in self.couplings.iter_mut().enumerate() {
            *coupled = coupling(simd, &self.correlations[block], &y[block], &budget[block]);
        }
    }

    /// The exposures of the portfolio are kept up to date from block to block, and begun anew with each sweep.
    #[inline(always)]
    fn sweep<S: Simd>(&mut self, simd: S, y: &mut [Eight], budget: &[Eight]) {
        let half = simd.splat_f64s(0.5);
        let one = simd.splat_f64s(1.0);
        let mut exposures = std::mem::take(&mut self.exposures);
        self.expose(simd, y, &mut exposures);
        for (block, y) in y.iter_mut().enumerate() {
            let mut pull = products(simd, self.rows(block), &exposures);
            for (part, pull) in registers_mut::<S>(&mut pull).iter_mut().enumerate() {
                // What the factors say includes the asset itself.
                let common = simd.sub_f64s(one, registers::<S>(&self.own[block])[part]);
                let others = simd.mul_f64s(common, registers::<S>(y)[part]);
                *pull = simd.mul_f64s(half, simd.sub_f64s(*pull, others));
            }
            let minimisers = minimise(simd, &self.couplings[block], &pull, &budget[block], y);
            let moves = difference(simd, &minimisers, y);
            for (tile, exposure) in zip(self.rows(block), &mut exposures) {
                add_multiples(simd, tile, &moves, exposure);
            }
            *y = minimisers;
        }
        self.exposures = exposures;
    }

    #[inline(always)]
    fn multiply<S: Simd>(&mut self, simd: S, y: &[Eight], product: &mut [Eight]) {
        let mut exposures = std::mem::take(&mut self.exposures);
        self.expose(simd, y, &mut exposures);
        for (block, (product, y)) in zip(product, y).enumerate() {
            *product = products(simd, self.rows(block), &exposures);
            for (part, product) in registers_mut::<S>(product).iter_mut().enumerate() {
                let own = registers::<S>(&self.own[block])[part];
                *product = simd.mul_add_e_f64s(own, registers::<S>(y)[part], *product);
            }
        }
        self.exposures = exposures;
    }

    fn decompose(&mut self, curvature: &[Eight]) -> Result<(), Option<usize>> {
        self.inverse.clear();
        let inverse = |(own, curvature): (&Eight, &Eight)| {
            let mut inverse = *own;
            for (own, curvature) in zip(&mut inverse.0, curvature.0) {
                *own = 1.0 / (*own + curvature);
            }
            inverse
        };
        self.inverse.extend(zip(&self.own, curvature).map(inverse));
        self.small.clear();
        self.small.resize(LANES * self.factors * self.factors, Eight::default());
        Arch::new().dispatch(Small { factors: self });
        let Self { factors, small, small_cholesky, .. } = self;
        let fill = |col: usize, below: &mut [f64]| {
            let column = small[col * *factors..(col + 1) * *factors].iter().flat_map(|eight| eight.0);
            for (entry, value) in zip(below.iter_mut(), column.skip(col)) {
                *entry = value;
            }
            below[0] += 1.0;
        };
        // I plus a Gramian is positive definite: no asset is to blame when numbers overflow.
        small_cholesky.factor_columns(LANES * *factors, fill).map_err(|_| None)
    }

    /// By Woodbury's identity.
    ///
    /// ```text
    /// (Λ Λ' + D)^-1 g = D^-1 (g - Λ (I + Λ' D^-1 Λ)^-1 Λ' D^-1 g)
    /// ```
    fn solve(&mut self, right_hand_side: &[Eight], solution: &mut Vec<Eight>) {
        solution.clear();
        solution.extend(zip(right_hand_side, &self.inverse).map(|(side, inverse)| scaled(side, inverse)));
        let mut exposures = std::mem::take(&mut self.exposures);
        Arch::new().dispatch(Expose { factors: self, y: solution, exposures: &mut exposures });
        let factors = LANES * self.factors;
        self.vector.clear();
        self.vector.extend(numbers(&exposures, factors));
        self.solution.resize(factors, 0.0);
        let solved = self.small_cholesky.solve_into(&self.vector, &mut self.solution);
        debug_assert!(solved.is_ok(), "both sides are as long as what was decomposed");
        for (exposure, values) in zip(&mut exposures, self.solution.as_chunks::<LANES>().0) {
            *exposure = Eight(*values);
        }
        Arch::new().dispatch(Correct { factors: self, right_hand_side, exposures: &exposures, solution });
        self.exposures = exposures;
    }

    /// N K²/2 multiplications against 3 N K, and a start of its own.
    fn sweeps_per_decomposition(&self) -> f64 {
        (LANES * self.factors) as f64 / 6.0 + 2.0
    }
}

fn scaled(numbers: &Eight, scales: &Eight) -> Eight {
    let mut scaled = *numbers;
    for (number, scale) in zip(&mut scaled.0, scales.0) {
        *number *= scale;
    }
    scaled
}

/// The lower triangle of `Λ' diag(inverse) Λ`, to the blocks of eight.
struct Small<'a> {
    factors: &'a mut Factors,
}

impl WithSimd for Small<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factors } = self;
        let mut small = std::mem::take(&mut factors.small);
        let count = factors.factors;
        for (block, inverse) in factors.inverse.iter().enumerate() {
            let rows = factors.rows(block);
            for col in 0..LANES * count {
                let mut multiples = Eight::default();
                for (lane, multiple) in multiples.0.iter_mut().enumerate() {
                    *multiple = rows[col / LANES][lane].0[col % LANES] * inverse.0[lane];
                }
                let multiples = splat(simd, &multiples);
                let column = &mut small[col * count..(col + 1) * count];
                for (tile, sum) in zip(rows, column).skip(col / LANES) {
                    add_multiples(simd, tile, &multiples, sum);
                }
            }
        }
        factors.small = small;
    }
}

struct Expose<'a> {
    factors: &'a Factors,
    y: &'a [Eight],
    exposures: &'a mut [Eight],
}

impl WithSimd for Expose<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.factors.expose(simd, self.y, self.exposures);
    }
}

/// `solution = D^-1 (g - Λ exposures)`.
struct Correct<'a> {
    factors: &'a Factors,
    right_hand_side: &'a [Eight],
    exposures: &'a [Eight],
    solution: &'a mut [Eight],
}

impl WithSimd for Correct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factors, right_hand_side, exposures, solution } = self;
        for (block, (solution, side)) in zip(solution, right_hand_side).enumerate() {
            let explained = products(simd, factors.rows(block), exposures);
            for (part, solution) in registers_mut::<S>(solution).iter_mut().enumerate() {
                let rest = simd.sub_f64s(registers::<S>(side)[part], registers::<S>(&explained)[part]);
                *solution = simd.mul_f64s(rest, registers::<S>(&factors.inverse[block])[part]);
            }
        }
    }
}
