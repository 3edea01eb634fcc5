//! The nearest-neighbour chain: complete, average, weighted and Ward linkage in O(N²).
//!
//! A chain runs from cluster to nearest neighbour until two clusters are each other's nearest; those merge.
//! The work matrix is full, not condensed, so that both the search and the update run along a row.
//! A merge writes only the row of the union; its column is copied into another row when that row is searched next.

use pulp::{Arch, Simd, WithSimd};

use crate::distance::Square;
use crate::lanes::place_of_sum;
use crate::tree::Tree;

/// A linkage whose clusters stay nearest neighbours when others merge, so that a chain finds them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reducible {
    /// On distances or on their squares.
    Complete,
    /// On distances.
    Average,
    /// On distances.
    Weighted,
    /// On squared distances.
    Ward,
}

/// What the chain remembers; the vectors up to `nodes` have one entry per row of the work matrix.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChainScratch {
    /// Zero for a row that is a cluster, infinity for one that was merged away.
    closed: Vec<f64>,
    /// How many assets the cluster has.
    sizes: Vec<f64>,
    /// The node of the tree.
    nodes: Vec<usize>,
    /// How many unions the row knows the distances of: the first ones in `unions`.
    known: Vec<usize>,
    /// The rows that became unions, the latest last; ones that merged again stay until the list is pruned.
    unions: Vec<usize>,
    /// The last place of the row in `unions`, if it is one.
    places: Vec<usize>,
    /// How many rows are unions.
    live: usize,
    /// The chain of rows, each the nearest neighbour of the one before.
    chain: Vec<usize>,
    /// The rows that stay, while the matrix is packed.
    kept: Vec<usize>,
    /// How many places in `unions` stay before each place, while the list is pruned.
    staying: Vec<usize>,
    /// One row of the matrix, while it is packed.
    row: Vec<f64>,
}

/// Joins all leaves into `tree`, consuming `matrix`; `height` turns an entry into the height of a merge.
pub(crate) fn chain(
    linkage: Reducible,
    matrix: &mut Square,
    scratch: &mut ChainScratch,
    tree: &mut Tree,
    height: fn(f64) -> f64,
) {
    let len = matrix.len();
    tree.reset(len, true);
    scratch.reset(len, matrix.stride());
    Arch::new().dispatch(Chain { linkage, matrix, scratch, tree, height });
}

impl ChainScratch {
    fn reset(&mut self, len: usize, stride: usize) {
        self.closed.clear();
        self.closed.resize(stride, 0.0);
        self.sizes.clear();
        self.sizes.resize(stride, 1.0);
        self.nodes.clear();
        self.nodes.extend(0..len);
        for list in [&mut self.known, &mut self.places] {
            list.clear();
            list.resize(len, 0);
        }
        for list in [&mut self.unions, &mut self.chain, &mut self.kept, &mut self.staying] {
            list.clear();
            list.reserve(len + 1);
        }
        self.live = 0;
        self.row.clear();
        self.row.reserve(len);
    }

    /// Copies into a row the distances to the unions that it does not know yet.
    #[inline(always)]
    fn refresh(&mut self, matrix: &mut Square, row: usize) {
        let (stride, from) = (matrix.stride(), row * matrix.stride());
        let entries = matrix.entries_mut();
        for &union in &self.unions[self.known[row]..] {
            // A closed row is copied in vain, a row that is listed twice copied twice: both are cheaper than to ask.
            entries[from + union] = entries[union * stride + row];
        }
        self.known[row] = self.unions.len();
    }
}

struct Chain<'a> {
    linkage: Reducible,
    matrix: &'a mut Square,
    scratch: &'a mut ChainScratch,
    tree: &'a mut Tree,
    height: fn(f64) -> f64,
}

impl WithSimd for Chain<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.linkage {
            Reducible::Complete => self.run(simd, |_, _, _| {
                #[inline(always)]
                move |a, b, _| simd.max_f64s(a, b)
            }),
            Reducible::Average => self.run(simd, |size_a, size_b, _| {
                let (share_a, share_b) = (size_a / (size_a + size_b), size_b / (size_a + size_b));
                let (share_a, share_b) = (simd.splat_f64s(share_a), simd.splat_f64s(share_b));
                #[inline(always)]
                move |a, b, _| simd.mul_add_f64s(share_a, a, simd.mul_f64s(share_b, b))
            }),
            Reducible::Weighted => self.run(simd, |_, _, _| {
                #[inline(always)]
                move |a, b, _| simd.mul_f64s(simd.splat_f64s(0.5), simd.add_f64s(a, b))
            }),
            Reducible::Ward => self.run(simd, |size_a, size_b, between| {
                let (size_a, size_b) = (simd.splat_f64s(size_a), simd.splat_f64s(size_b));
                let both = simd.add_f64s(size_a, size_b);
                let between = simd.splat_f64s(between);
                #[inline(always)]
                move |a, b, size| {
                    let from_a = simd.mul_f64s(simd.add_f64s(size_a, size), a);
                    let from_both = simd.mul_add_f64s(simd.add_f64s(size_b, size), b, from_a);
                    let less = simd.sub_f64s(from_both, simd.mul_f64s(size, between));
                    simd.div_f64s(less, simd.add_f64s(both, size))
                }
            }),
        }
    }
}

impl Chain<'_> {
    /// `update(n_a, n_b, d(a, b))` gives the rule by which the rows of two merged clusters become one.
    #[inline(always)]
    fn run<S: Simd, R>(self, simd: S, update: impl Fn(f64, f64, f64) -> R)
    where
        R: Fn(S::f64s, S::f64s, S::f64s) -> S::f64s,
    {
        let Self { matrix, scratch, tree, height, .. } = self;
        matrix.seal(f64::INFINITY);
        let merges = matrix.len() - 1;
        let mut first = 0;
        for merge in 0..merges {
            let clusters = merges + 1 - merge;
            if 4 * clusters <= matrix.len() && matrix.len() > PACK_ABOVE {
                pack(matrix, scratch);
                first = 0;
            }
            while scratch.closed[first] > 0.0 {
                first += 1;
            }
            if scratch.chain.is_empty() {
                scratch.chain.push(first);
            }
            let (a, b, between) = mutual_neighbours(simd, matrix, scratch);
            scratch.refresh(matrix, a);
            // The lower row is given up and the higher one becomes the union, as SciPy does.
            let (a, b) = (a.min(b), a.max(b));
            let rule = update(scratch.sizes[a], scratch.sizes[b], between);
            merge_rows::<S>(matrix, &scratch.sizes, a, b, rule);
            scratch.closed[a] = f64::INFINITY;
            let were_unions = usize::from(scratch.sizes[a] > 1.0) + usize::from(scratch.sizes[b] > 1.0);
            scratch.sizes[b] += scratch.sizes[a];
            scratch.live = scratch.live + 1 - were_unions;
            scratch.places[b] = scratch.unions.len();
            scratch.unions.push(b);
            scratch.known[b] = scratch.unions.len();
            if scratch.unions.len() > 2 * scratch.live + FEW {
                prune(scratch);
            }
            scratch.nodes[b] = tree.join(scratch.nodes[a], scratch.nodes[b], height(between), merge);
        }
    }
}

/// A list of unions with so many more places than it needs is not worth pruning.
const FEW: usize = 32;

/// Matrices up to this size stay as they are: a pass over closed rows is cheaper than moving the open ones.
const PACK_ABOVE: usize = 48;

/// Runs the chain to its end and takes the last two rows off it; ties prefer the row before, then the lowest row.
#[inline(always)]
fn mutual_neighbours<S: Simd>(
    simd: S,
    matrix: &mut Square,
    scratch: &mut ChainScratch,
) -> (usize, usize, f64) {
    let mut last = scratch.chain.pop().unwrap_or_default();
    loop {
        scratch.refresh(matrix, last);
        let (row, closed) = (matrix.row(last), &scratch.closed);
        let mut least = simd.splat_f64s(f64::INFINITY);
        for (&distance, &closed) in S::as_simd_f64s(row).0.iter().zip(S::as_simd_f64s(closed).0) {
            least = simd.min_f64s(least, simd.add_f64s(distance, closed));
        }
        let distance = simd.reduce_min_f64s(least);
        if let Some(&before) = scratch.chain.last()
            && matrix.at(last, before) <= distance
        {
            scratch.chain.pop();
            return (before, last, matrix.at(last, before));
        }
        scratch.chain.push(last);
        // Some row is open, and its distance is a number, so that it is found.
        last = place_of_sum(row, closed, distance).unwrap_or_default();
    }
}

/// Row `b` becomes the union of `a` and `b`.
#[inline(always)]
fn merge_rows<S: Simd>(
    matrix: &mut Square,
    sizes: &[f64],
    a: usize,
    b: usize,
    rule: impl Fn(S::f64s, S::f64s, S::f64s) -> S::f64s,
) {
    let stride = matrix.stride();
    let (head, tail) = matrix.entries_mut().split_at_mut(b * stride);
    let (row_a, _) = S::as_simd_f64s(&head[a * stride..(a + 1) * stride]);
    let (row_b, _) = S::as_mut_simd_f64s(&mut tail[..stride]);
    let (sizes, _) = S::as_simd_f64s(sizes);
    for ((&from_a, from_b), &size) in row_a.iter().zip(row_b).zip(sizes) {
        *from_b = rule(from_a, *from_b, size);
    }
    tail[b] = f64::INFINITY;
}

/// Moves the open rows and columns together, in order, so that searches no longer pass over closed ones.
fn pack(matrix: &mut Square, scratch: &mut ChainScratch) {
    prune(scratch);
    let ChainScratch { closed, sizes, nodes, known, places, unions, chain, kept, row, .. } = scratch;
    kept.clear();
    kept.extend((0..matrix.len()).filter(|&row| closed[row] <= 0.0));
    matrix.keep(kept, row);
    for (new, &old) in kept.iter().enumerate() {
        (sizes[new], nodes[new], closed[new]) = (sizes[old], nodes[old], 0.0);
        (known[new], places[new]) = (known[old], places[old]);
    }
    let new_row = |row: usize| kept.partition_point(|&old| old < row);
    unions.iter_mut().for_each(|row| *row = new_row(*row));
    chain.iter_mut().for_each(|row| *row = new_row(*row));
    let (rows, stride) = (matrix.len(), matrix.stride());
    closed.truncate(stride);
    sizes.truncate(stride);
    closed[rows..].fill(0.0);
    sizes[rows..].fill(1.0);
    matrix.seal(f64::INFINITY);
}

/// Leaves in the list of unions only the last place of each row that is one still.
///
/// A place that is left in costs a read from a distant row each time that a row gets to know it.
fn prune(scratch: &mut ChainScratch) {
    let ChainScratch { closed, known, places, unions, staying, .. } = scratch;
    staying.clear();
    staying.push(0);
    let mut stay = 0;
    for place in 0..unions.len() {
        let union = unions[place];
        if closed[union] <= 0.0 && places[union] == place {
            (unions[stay], places[union]) = (union, stay);
            stay += 1;
        }
        staying.push(stay);
    }
    unions.truncate(stay);
    known.iter_mut().for_each(|known| *known = staying[*known]);
}
