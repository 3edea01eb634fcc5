//! Single linkage by Prim's algorithm: the tree is grown one vertex at a time, and each row is read once.

use po_core::Covariance;
use pulp::{Arch, Simd, WithSimd};

use crate::Error;
use crate::distance::{Square, check_range, half_complement};
use crate::lanes::{padded, place_of};
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

/// The squared distances of each vertex to all others.
trait Rows {
    /// Calls `each` with every vector of row `vertex` and the vectors of `outside` and `inside` beside it.
    fn visit<S: Simd>(
        &self,
        simd: S,
        vertex: usize,
        outside: &mut [S::f64s],
        inside: &[S::f64s],
        each: impl FnMut(S::f64s, &mut S::f64s, S::f64s),
    );
}

struct CovarianceRows<'a> {
    covariance: &'a [f64],
    inverse: &'a [f64],
    assets: usize,
}

impl Rows for CovarianceRows<'_> {
    #[inline(always)]
    fn visit<S: Simd>(
        &self,
        simd: S,
        vertex: usize,
        outside: &mut [S::f64s],
        inside: &[S::f64s],
        mut each: impl FnMut(S::f64s, &mut S::f64s, S::f64s),
    ) {
        let row = &self.covariance[vertex * self.assets..(vertex + 1) * self.assets];
        let own = simd.splat_f64s(self.inverse[vertex]);
        let (whole, rest) = S::as_simd_f64s(row);
        let (inverse, _) = S::as_simd_f64s(self.inverse);
        let beside = inverse.iter().zip(outside.iter_mut()).zip(inside);
        for (&entry, ((&other, outside), &inside)) in whole.iter().zip(beside) {
            each(half_complement(simd, entry, own, other), outside, inside);
        }
        if !rest.is_empty() {
            let (entry, last) = (simd.partial_load_f64s(rest), whole.len());
            each(half_complement(simd, entry, own, inverse[last]), &mut outside[last], inside[last]);
        }
    }
}

struct SquareRows<'a>(&'a Square);

impl Rows for SquareRows<'_> {
    #[inline(always)]
    fn visit<S: Simd>(
        &self,
        _: S,
        vertex: usize,
        outside: &mut [S::f64s],
        inside: &[S::f64s],
        mut each: impl FnMut(S::f64s, &mut S::f64s, S::f64s),
    ) {
        let (row, _) = S::as_simd_f64s(self.0.row(vertex));
        for ((&square, outside), &inside) in row.iter().zip(outside).zip(inside) {
            each(square, outside, inside);
        }
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
        let (mut least_of_all, mut greatest) = (0.5, simd.splat_f64s(0.5));
        let mut vertex = 0;
        for _ in 1..self.assets {
            (outside[vertex], inside[vertex]) = (f64::INFINITY, f64::INFINITY);
            let mut least = simd.splat_f64s(f64::INFINITY);
            let (tracked, _) = S::as_mut_simd_f64s(outside);
            self.rows.visit(
                simd,
                vertex,
                tracked,
                S::as_simd_f64s(inside).0,
                #[inline(always)]
                |square, outside, inside| {
                    greatest = simd.max_f64s(greatest, square);
                    *outside = simd.min_f64s(*outside, simd.add_f64s(square, inside));
                    least = simd.min_f64s(least, *outside);
                },
            );
            let square = simd.reduce_min_f64s(least);
            // Some vertex is outside, and its distance is a number, so that it is found.
            vertex = place_of(outside, square).unwrap_or_default();
            least_of_all = f64::min(least_of_all, square);
            steps.push((vertex, square));
        }
        (least_of_all, simd.reduce_max_f64s(greatest))
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
