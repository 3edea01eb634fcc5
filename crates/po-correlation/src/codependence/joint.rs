//! Entropies of two assets and of both together, by counting returns in bins.

use super::Bins;
use super::bins::ends;
use super::columns::Columns;
use po_core::CodependenceError;

/// Bins of each asset and each pair, and memory to count.
#[derive(Clone, Debug, Default)]
pub(super) struct Joint {
    /// The number of bins for each asset.
    of_one: Vec<usize>,
    /// The number of bins for each pair, asset by asset from the diagonal down.
    of_two: Vec<u32>,
    /// The numbers of bins that occur, ascending.
    numbers: Vec<u32>,
    /// The bin of each return, asset by asset, and into how many bins the asset was sorted last.
    bins: Vec<u16>,
    sorted_into: Vec<u32>,
    /// The sum of `n ln n` over these bins.
    sums: Vec<f64>,
    counts: Counts,
}

/// Entropies in nats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entropies {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) joint: f64,
}

impl Joint {
    /// Finds the number of bins for each pair.
    pub(super) fn prepare(
        &mut self,
        bins: Bins,
        columns: &Columns,
        sorted: &mut Vec<f64>,
    ) -> Result<(), CodependenceError> {
        let assets = columns.assets();
        self.of_one.clear();
        for asset in 0..assets {
            self.of_one.push(bins.of_one(columns, asset, sorted)?);
        }
        self.of_two.clear();
        for x in 0..assets {
            self.of_two.push(self.of_one[x] as u32);
            for y in x + 1..assets {
                let number = bins.of_two(columns, [x, y], [self.of_one[x], self.of_one[y]]);
                self.of_two.push(number as u32);
            }
        }
        self.numbers.clear();
        self.numbers.extend_from_slice(&self.of_two);
        self.numbers.sort_unstable();
        self.numbers.dedup();
        self.bins.resize(assets * columns.observations(), 0);
        self.sorted_into.clear();
        self.sorted_into.resize(assets, 0);
        self.sums.resize(assets, 0.0);
        self.counts.prepare(columns.observations());
        Ok(())
    }

    /// Hands the entropies of each pair to `each`, those of an asset and itself included.
    pub(super) fn each(&mut self, columns: &Columns, mut each: impl FnMut(usize, usize, Entropies)) {
        let assets = columns.assets();
        let observations = columns.observations();
        let t = observations as f64;
        let entropy = |sum: f64| (t.ln() - sum / t).max(0.0);
        // Number by number, so that each asset is sorted into each number of bins once.
        for place in 0..self.numbers.len() {
            let number = self.numbers[place];
            let mut pair = 0;
            for x in 0..assets {
                for y in x..assets {
                    pair += 1;
                    if self.of_two[pair - 1] != number {
                        continue;
                    }
                    self.sort(columns, x, number);
                    self.sort(columns, y, number);
                    let range = |asset: usize| asset * observations..(asset + 1) * observations;
                    let of_both = self.bins[range(x)].iter().zip(&self.bins[range(y)]);
                    let cells = number as usize * number as usize;
                    let keys = of_both.map(|(x, y)| u32::from(*x) * number + u32::from(*y));
                    let joint = entropy(self.counts.sum(cells, keys));
                    each(x, y, Entropies { x: entropy(self.sums[x]), y: entropy(self.sums[y]), joint });
                }
            }
        }
    }

    /// Sorts the returns of an asset into bins, unless they are.
    fn sort(&mut self, columns: &Columns, asset: usize, number: u32) {
        if self.sorted_into[asset] == number {
            return;
        }
        self.sorted_into[asset] = number;
        let values = columns.scaled(asset);
        let bins = &mut self.bins[asset * values.len()..(asset + 1) * values.len()];
        let (least, greatest) = ends(values);
        let (range, width) = (greatest - least, f64::from(number));
        for (bin, value) in bins.iter_mut().zip(values) {
            // The product comes first: it is exact where returns lie on a grid, and with it the edges are.
            let place = (value - least) * width / range;
            *bin = (place as u32).min(number - 1) as u16;
        }
        self.sums[asset] = self.counts.sum(number as usize, bins.iter().map(|bin| u32::from(*bin)));
    }
}

/// Counts of cells, and how often each count occurs.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// A count for each cell, while there are few; zero between calls.
    table: Vec<u32>,
    /// The cell of each observation, where there are many.
    keys: Vec<u32>,
    /// How many cells have each count; zero between calls.
    tally: Vec<u32>,
    /// `n ln n`
    logs: Vec<f64>,
}

impl Counts {
    fn prepare(&mut self, observations: usize) {
        // A table that is much larger than the sample costs more to look through than a sort.
        self.table.resize(4 * observations + 256, 0);
        self.tally.resize(observations + 1, 0);
        self.keys.clear();
        self.keys.reserve(observations);
        self.logs.clear();
        self.logs.extend((0..=observations).map(|n| if n == 0 { 0.0 } else { n as f64 * (n as f64).ln() }));
    }

    /// The sum of `n ln n` over the counts of the cells.
    ///
    /// Equal counts are added up as whole numbers, so that the order of the cells, and thus of two assets, is
    /// nothing to the sum.
    fn sum(&mut self, cells: usize, keys: impl Iterator<Item = u32>) -> f64 {
        let Self { table, keys: sorted, tally, logs } = self;
        let mut most = 0;
        if let Some(table) = table.get_mut(..cells) {
            keys.for_each(|key| table[key as usize] += 1);
            for count in table.iter_mut().filter(|count| **count > 0) {
                tally[*count as usize] += 1;
                most = most.max(*count);
                *count = 0;
            }
        } else {
            sorted.clear();
            sorted.extend(keys);
            sorted.sort_unstable();
            for cell in sorted.chunk_by(|a, b| a == b) {
                tally[cell.len()] += 1;
                most = most.max(cell.len() as u32);
            }
        }
        let tally = &mut tally[..=most as usize];
        let sum = tally.iter().zip(&*logs).map(|(times, log)| f64::from(*times) * log).sum();
        tally.fill(0);
        sum
    }
}
