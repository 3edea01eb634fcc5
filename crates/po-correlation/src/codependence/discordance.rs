//! The sum of products of distances over all pairs of observations, in `O(T log T)`.

use std::cmp::Ordering;

use po_core::Returns;
use po_core::simd::{dot, sum};
use pulp::{Simd, WithSimd};

use super::columns::Columns;

/// Observations whose ranks share all but the last bits are compared with each other directly.
const BLOCK: usize = 32;
/// Sums that run side by side, whatever the registers of the machine: the order of additions is the same on
/// all.
const LANES: usize = 8;
/// Centred returns are scaled to lie within (-2, 2).
const BEYOND: f64 = 4.0;

/// What distance correlation needs of each asset, and memory for a pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Discordance {
    /// The observations of each asset, ascending.
    orders: Vec<u32>,
    /// The place of each observation in that order.
    ranks: Vec<u32>,
    /// Centred returns of each asset, ascending.
    sorted: Vec<f64>,
    /// For each observation the sum of the distances to all others, less the mean of these sums.
    sums: Vec<f64>,
    /// The sum of all distances of each asset.
    totals: Vec<f64>,
    /// The assets, ordered by their returns: which of a pair comes first must not depend on where it stands.
    canonical: Vec<u32>,
    /// The observations of a pair, and room to sort them.
    places: [Vec<Place>; 2],
}

/// The places of an observation in the orders of two assets.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    x: u32,
    y: u32,
}

/// Sums over all pairs of observations of two assets with distances `a` and `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DistanceSums {
    /// `Σ_ij a_ij b_ij`
    pub(super) products: f64,
    /// `Σ_i (a_i. - a../T)(b_i. - b../T)`
    pub(super) rows: f64,
    /// `a.. b..`
    pub(super) totals: f64,
}

impl Discordance {
    /// Sorts each asset, and sums its distances.
    pub(super) fn prepare(&mut self, returns: &Returns, columns: &Columns) {
        let (observations, assets) = (columns.observations(), columns.assets());
        let len = observations * assets;
        for places in [&mut self.orders, &mut self.ranks] {
            places.resize(len, 0);
        }
        for numbers in [&mut self.sorted, &mut self.sums] {
            numbers.resize(len, 0.0);
        }
        for places in &mut self.places {
            places.resize(observations, Place::default());
        }
        self.totals.clear();
        for asset in 0..assets {
            let range = asset * observations..(asset + 1) * observations;
            let (order, ranks) = (&mut self.orders[range.clone()], &mut self.ranks[range.clone()]);
            let (sorted, sums) = (&mut self.sorted[range.clone()], &mut self.sums[range]);
            let values = columns.centred(asset);
            order.iter_mut().zip(0..).for_each(|(place, observation)| *place = observation);
            order
                .sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]).then(a.cmp(&b)));
            for (rank, &observation) in order.iter().enumerate() {
                ranks[observation as usize] = rank as u32;
                sorted[rank] = values[observation as usize];
            }
            self.totals.push(distance_sums(order, sorted, sums));
        }
        self.canonical.clear();
        self.canonical.extend(0..assets as u32);
        self.canonical.sort_unstable_by(|&a, &b| {
            let pairs = returns.column(a as usize).iter().zip(returns.column(b as usize));
            pairs.map(|(a, b)| a.total_cmp(b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        });
    }

    /// The sums of an asset and itself.
    pub(super) fn of_one(&self, columns: &Columns, asset: usize) -> DistanceSums {
        let centred = columns.centred(asset);
        let sums = &self.sums[asset * centred.len()..(asset + 1) * centred.len()];
        DistanceSums {
            products: 2.0 * centred.len() as f64 * dot(centred, centred),
            rows: dot(sums, sums),
            totals: self.totals[asset] * self.totals[asset],
        }
    }
}

/// Hands the sums of each pair of assets to `each`.
pub(super) struct AllPairs<'a, F> {
    pub(super) columns: &'a Columns,
    pub(super) discordance: &'a mut Discordance,
    pub(super) each: F,
}

impl<F: FnMut(usize, usize, DistanceSums)> WithSimd for AllPairs<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { columns, discordance, mut each } = self;
        let Discordance { orders, ranks, sorted, sums, totals, canonical, places: [here, there] } =
            discordance;
        let observations = columns.observations();
        let range = |asset: usize| asset * observations..(asset + 1) * observations;
        for (position, &x) in canonical.iter().enumerate() {
            let x = x as usize;
            for &y in &canonical[position + 1..] {
                let y = y as usize;
                let ranks = &ranks[range(y)];
                for ((place, &observation), x) in here.iter_mut().zip(&orders[range(x)]).zip(0..) {
                    *place = Place { x, y: ranks[observation as usize] };
                }
                let discordant = discordant(&sorted[range(x)], &sorted[range(y)], here, there);
                // Concordant pairs less discordant ones; twice the latter makes all of them positive.
                let all = observations as f64 * dot(columns.centred(x), columns.centred(y));
                let products = 2.0 * (all + 2.0 * discordant);
                let rows = dot(&sums[range(x)], &sums[range(y)]);
                each(x, y, DistanceSums { products, rows, totals: totals[x] * totals[y] });
            }
        }
    }
}

/// The sums of the distances from each observation to all others, less their mean; returns the sum of all.
///
/// ```text
/// a_(k). = (2 k - T) x_(k) + Σ_j x_j - 2 Σ_{j<k} x_(j)
/// ```
fn distance_sums(order: &[u32], sorted: &[f64], sums: &mut [f64]) -> f64 {
    let (observations, whole) = (sorted.len() as f64, sum(sorted));
    let mut before = 0.0;
    for (k, (&observation, value)) in order.iter().zip(sorted).enumerate() {
        sums[observation as usize] = (2.0 * k as f64 - observations) * value + whole - 2.0 * before;
        before += value;
    }
    let total = sum(sums);
    sums.iter_mut().for_each(|sum| *sum -= total / observations);
    total
}

/// The sum of `|x_i - x_j| |y_i - y_j|` over the pairs of observations of which one asset does better in the
/// first and the other in the second.
///
/// The observations come in the order of x. Each round parts those whose rank in y is in the upper half from
/// the others, and pairs the ones with the others as they pass; what is left in the end are blocks of few.
#[inline(always)]
fn discordant(x: &[f64], y: &[f64], here: &mut Vec<Place>, there: &mut Vec<Place>) -> f64 {
    let mut half = x.len().next_power_of_two() / 2;
    let mut total = 0.0;
    while half >= BLOCK {
        for (node, parted) in here.chunks(2 * half).zip(there.chunks_mut(2 * half)) {
            total += part(x, y, half, node, parted);
        }
        std::mem::swap(here, there);
        half /= 2;
    }
    for block in here.chunks(BLOCK) {
        total += compare(x, y, block);
    }
    total
}

/// One round for one node, a range of ranks in y.
#[inline(always)]
fn part(x: &[f64], y: &[f64], half: usize, node: &[Place], parted: &mut [Place]) -> f64 {
    if node.len() <= half {
        parted.copy_from_slice(node);
        return 0.0;
    }
    let (mut count, mut of_x, mut of_y, mut of_xy) = (0.0, 0.0, 0.0, 0.0);
    let mut total = 0.0;
    let shift = half.trailing_zeros();
    let mut next = [0, half];
    for &place in node {
        let (x, y) = (x[place.x as usize], y[place.y as usize]);
        let xy = x * y;
        // A factor instead of a branch, for which half comes next cannot be foreseen; shifted, because a
        // compiler makes a branch of a comparison.
        let upper = (place.y >> shift) & 1;
        let is_upper = f64::from(upper);
        // Σ (x - x_j)(y_j - y) over the upper ones so far.
        let crossings = (x * of_y - of_xy) + (y * of_x - count * xy);
        total += (1.0 - is_upper) * crossings;
        count += is_upper;
        of_x += is_upper * x;
        of_y += is_upper * y;
        of_xy += is_upper * xy;
        parted[next[upper as usize]] = place;
        next[upper as usize] += 1;
    }
    total
}

/// All pairs of a block, eight at a time.
#[inline(always)]
fn compare(x: &[f64], y: &[f64], block: &[Place]) -> f64 {
    // What is left over lies above all returns in both, and disagrees with none.
    let (mut xs, mut ys) = ([[BEYOND; LANES]; BLOCK / LANES], [[BEYOND; LANES]; BLOCK / LANES]);
    let lanes = xs.as_flattened_mut().iter_mut().zip(ys.as_flattened_mut());
    for (place, (x_at, y_at)) in block.iter().zip(lanes) {
        (*x_at, *y_at) = (x[place.x as usize], y[place.y as usize]);
    }
    let (mut of_earlier, mut of_own) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    for group in 0..block.len().div_ceil(LANES) {
        for (x, y) in xs[group].iter().zip(&ys[group]) {
            for (xs, ys) in xs.iter().zip(&ys).take(group) {
                add_discordant(&mut of_earlier, *x, *y, xs, ys);
            }
            add_discordant(&mut of_own, *x, *y, &xs[group], &ys[group]);
        }
    }
    // Within its own group each pair came up twice.
    of_earlier.iter().sum::<f64>() + 0.5 * of_own.iter().sum::<f64>()
}

/// Adds the products of an observation with eight others, where they are discordant.
#[inline(always)]
fn add_discordant(sums: &mut [f64; LANES], x: f64, y: f64, xs: &[f64; LANES], ys: &[f64; LANES]) {
    for ((sum, other_x), other_y) in sums.iter_mut().zip(xs).zip(ys) {
        let product = (x - other_x) * (other_y - y);
        *sum += if product > 0.0 { product } else { 0.0 };
    }
}
