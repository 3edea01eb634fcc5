//! Single linkage by Prim's algorithm: the tree is grown one vertex at a time, and each row is read once.

use po_core::Covariance;
use pulp::{Arch, Simd, WithSimd};

use crate::Error;
use crate::distance::{Square, check_range, half_complement};
use crate::lanes::{first_place, padded};
use crate::tree::Tree;

/// What Prim's algorithm remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct PrimScratch {
    /// Squared distance of each vertex outside the tree to the tree; infinity inside it.
    outside: Vec<f64>,
    /// Zero for a vertex outside the tree, infinity inside it.
    inside: Vec<f64>,
    /// The steps whose clusters wait for the cluster on their right.
    waiting: Vec<Waiting>,
    /// Vertices in the order in which they were reached, with the squared length of the step.
    steps: Vec<(usize, f64)>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    cluster: usize,
    square: f64,
    step: usize,
}

/// Single linkage of correlation distances straight from the covariance; no matrix of distances is formed.
pub(crate) fn prim_of_covariance(
    covariance: &Covariance,
    inverse: &[f64],
    scratch: &mut PrimScratch,
    tree: &mut Tree,
) -> Result<(), Error> {
    let assets = covariance.len();
    scratch.reset(assets);
    let rows = CovarianceRows { covariance: covariance.as_slice(), inverse, assets };
    let range = Arch::new().dispatch(Prim { rows, scratch, assets });
    check_range(range, covariance, inverse)?;
    scratch.grow(tree);
    Ok(())
}

/// Single linkage of squared distances.
pub(crate) fn prim_of_squares(squares: &Square, scratch: &mut PrimScratch, tree: &mut Tree) {
    scratch.reset(squares.len());
    Arch::new().dispatch(Prim { rows: SquareRows(squares), scratch, assets: squares.len() });
    scratch.grow(tree);
}

/// The squared distances of one vertex to all others, a vector at a time.
trait Rows {
    /// Calls `each` with every vector of row `vertex`.
    fn scan<S: Simd>(&self, simd: S, vertex: usize, each: impl FnMut(S::f64s));
}

struct CovarianceRows<'a> {
    covariance: &'a [f64],
    inverse: &'a [f64],
    assets: usize,
}

impl Rows for CovarianceRows<'_> {
    #[inline(always)]
    fn scan<S: Simd>(&self, simd: S, vertex: usize, mut each: impl FnMut(S::f64s)) {
        let row = &self.covariance[vertex * self.assets..(vertex + 1) * self.assets];
        let own = simd.splat_f64s(self.inverse[vertex]);
        let (inverse, _) = S::as_simd_f64s(self.inverse);
        let (whole, rest) = S::as_simd_f64s(row);
        for (&entry, &other) in whole.iter().zip(inverse) {
            each(half_complement(simd, entry, own, other));
        }
        if !rest.is_empty() {
            each(half_complement(simd, simd.partial_load_f64s(rest), own, inverse[whole.len()]));
        }
    }
}

struct SquareRows<'a>(&'a Square);

impl Rows for SquareRows<'_> {
    #[inline(always)]
    fn scan<S: Simd>(&self, _: S, vertex: usize, mut each: impl FnMut(S::f64s)) {
        let (row, _) = S::as_simd_f64s(self.0.row(vertex));
        row.iter().for_each(|&square| each(square));
    }
}

struct Prim<'a, R> {
    rows: R,
    scratch: &'a mut PrimScratch,
    assets: usize,
}

impl<R: Rows> WithSimd for Prim<'_, R> {
    type Output = (f64, f64);

    /// Returns the least squared distance on the tree, which is the least of all, and the greatest of all.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f64, f64) {
        let PrimScratch { outside, inside, steps, .. } = self.scratch;
        let mut range = (0.5, simd.splat_f64s(0.5));
        let mut vertex = 0;
        for _ in 1..self.assets {
            (outside[vertex], inside[vertex]) = (f64::INFINITY, f64::INFINITY);
            let mut least = simd.splat_f64s(f64::INFINITY);
            let (outside, _) = S::as_mut_simd_f64s(outside);
            let (inside, _) = S::as_simd_f64s(inside);
            let mut vertices = outside.iter_mut().zip(inside);
            self.rows.scan(simd, vertex, |square| {
                range.1 = simd.max_f64s(range.1, square);
                if let Some((outside, &inside)) = vertices.next() {
                    *outside = simd.min_f64s(*outside, simd.add_f64s(square, inside));
                    least = simd.min_f64s(least, *outside);
                }
            });
            let square = simd.reduce_min_f64s(least);
            // Some vertex is outside, and its distance is a number, so that it is found.
            vertex = first_place(simd, outside, square).unwrap_or_default();
            range.0 = f64::min(range.0, square);
            steps.push((vertex, square));
        }
        (range.0, simd.reduce_max_f64s(range.1))
    }
}

impl PrimScratch {
    fn reset(&mut self, assets: usize) {
        self.outside.clear();
        self.outside.resize(padded(assets), f64::INFINITY);
        self.inside.clear();
        self.inside.resize(assets, 0.0);
        self.inside.resize(padded(assets), f64::INFINITY);
        self.waiting.clear();
        self.waiting.reserve(assets);
        self.steps.clear();
        self.steps.reserve(assets);
    }

    /// Turns the sequence of steps into a tree without sorting it: clusters are runs of the sequence, and the
    /// longest step inside a run is the one that joined it last.
    fn grow(&mut self, tree: &mut Tree) {
        let Self { steps, waiting, .. } = self;
        tree.reset(steps.len() + 1, true);
        let mut cluster = 0;
        for (step, &(vertex, square)) in steps.iter().enumerate() {
            while let Some(left) = waiting.pop_if(|left| left.square <= square) {
                cluster = tree.join(left.cluster, cluster, height(left.square), left.step);
            }
            waiting.push(Waiting { cluster, square, step });
            cluster = vertex;
        }
        while let Some(left) = waiting.pop() {
            cluster = tree.join(left.cluster, cluster, height(left.square), left.step);
        }
    }
}

fn height(square: f64) -> f64 {
    square.max(0.0).sqrt()
}
