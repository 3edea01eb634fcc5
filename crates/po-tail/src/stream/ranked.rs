//! Losses in order, with their weights: a list of short sorted blocks.

use po_core::simd::{dot, sum};

use crate::TailRisk;

/// Losses in one block at most: shifting half of them costs as much as finding the block among a few hundred.
const FULL: usize = 64;

/// Two neighbours with no more losses than these become one block.
const SPARSE: usize = FULL / 2;

/// A loss and its weight; the greater loss comes first, and of equal ones the greater weight.
pub(super) type Entry = (f64, f64);

fn precedes(a: Entry, b: Entry) -> bool {
    a.0 > b.0 || (a.0.to_bits() == b.0.to_bits() && a.1 > b.1)
}

/// A run of the order. Its sums are computed anew whenever it changes, so that no rounding stays behind.
#[derive(Clone, Debug)]
struct Block {
    len: usize,
    losses: [f64; FULL],
    weights: [f64; FULL],
    /// `Σ w`.
    mass: f64,
    /// `Σ w l`.
    total: f64,
}

impl Block {
    const EMPTY: Self = Self { len: 0, losses: [0.0; FULL], weights: [0.0; FULL], mass: 0.0, total: 0.0 };

    fn entry(&self, place: usize) -> Entry {
        (self.losses[place], self.weights[place])
    }

    /// Where an entry stands, or would.
    fn place(&self, entry: Entry) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            if precedes(self.entry(middle), entry) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn insert(&mut self, entry: Entry) {
        let place = self.place(entry);
        self.losses.copy_within(place..self.len, place + 1);
        self.weights.copy_within(place..self.len, place + 1);
        (self.losses[place], self.weights[place]) = entry;
        self.len += 1;
        self.refresh();
    }

    fn remove(&mut self, place: usize) {
        self.losses.copy_within(place + 1..self.len, place);
        self.weights.copy_within(place + 1..self.len, place);
        self.len -= 1;
        self.refresh();
    }

    fn append(&mut self, losses: &[f64], weights: &[f64]) {
        let end = self.len + losses.len();
        self.losses[self.len..end].copy_from_slice(losses);
        self.weights[self.len..end].copy_from_slice(weights);
        self.len = end;
        self.refresh();
    }

    fn refresh(&mut self) {
        let (losses, weights) = (&self.losses[..self.len], &self.weights[..self.len]);
        self.mass = sum(weights);
        self.total = dot(losses, weights);
    }
}

/// Losses in order, the greatest first.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// All the blocks there will ever be.
    blocks: Vec<Block>,
    /// Which of them are used, in the order of their losses.
    order: Vec<usize>,
    /// Which are not.
    free: Vec<usize>,
}

impl Ranked {
    /// Room for a number of losses.
    pub(super) fn new(capacity: usize) -> Self {
        // Two neighbours hold more than SPARSE losses; one block more is there while a full one is split.
        let blocks = 2 * (capacity / (SPARSE + 1)) + 3;
        Self {
            blocks: vec![Block::EMPTY; blocks],
            order: Vec::with_capacity(blocks),
            free: (0..blocks).rev().collect(),
        }
    }

    /// The block in which an entry stands, or would; one past the last where it comes after all.
    fn find(&self, entry: Entry) -> usize {
        self.order.partition_point(|&block| {
            let block = &self.blocks[block];
            precedes(block.entry(block.len - 1), entry)
        })
    }

    /// Adds an entry. There must be room for it.
    pub(super) fn insert(&mut self, entry: Entry) {
        if self.order.is_empty() {
            let Some(first) = self.free.pop() else { return };
            self.order.push(first);
            self.blocks[first].insert(entry);
            return;
        }
        let mut place = self.find(entry).min(self.order.len() - 1);
        if self.blocks[self.order[place]].len == FULL {
            let Some(right) = self.free.pop() else { return };
            let mut half = Block::EMPTY;
            let left = &mut self.blocks[self.order[place]];
            half.append(&left.losses[SPARSE..], &left.weights[SPARSE..]);
            left.len = SPARSE;
            left.refresh();
            if precedes(left.entry(SPARSE - 1), entry) {
                place += 1;
                self.order.insert(place, right);
            } else {
                self.order.insert(place + 1, right);
            }
            self.blocks[right] = half;
        }
        self.blocks[self.order[place]].insert(entry);
    }

    /// Takes out an entry; false where it is not there.
    pub(super) fn remove(&mut self, entry: Entry) -> bool {
        let place = self.find(entry);
        let Some(&own) = self.order.get(place) else { return false };
        let within = self.blocks[own].place(entry);
        if within >= self.blocks[own].len || precedes(entry, self.blocks[own].entry(within)) {
            return false;
        }
        self.blocks[own].remove(within);
        if self.blocks[own].len == 0 {
            self.order.remove(place);
            self.free.push(own);
            // The neighbours of what is gone were not neighbours before.
            if place > 0 {
                self.merge(place - 1);
            }
            return true;
        }
        self.merge(place);
        if place > 0 {
            self.merge(place - 1);
        }
        true
    }

    /// Makes one block of two neighbours where they are sparse.
    fn merge(&mut self, place: usize) {
        let (Some(&left), Some(&right)) = (self.order.get(place), self.order.get(place + 1)) else { return };
        if self.blocks[left].len + self.blocks[right].len > SPARSE {
            return;
        }
        let (losses, weights, len) = {
            let right = &self.blocks[right];
            (right.losses, right.weights, right.len)
        };
        self.blocks[left].append(&losses[..len], &weights[..len]);
        self.blocks[right].len = 0;
        self.order.remove(place + 1);
        self.free.push(right);
    }

    /// Multiplies all weights.
    pub(super) fn rescale(&mut self, factor: f64) {
        for &block in &self.order {
            let block = &mut self.blocks[block];
            block.weights[..block.len].iter_mut().for_each(|weight| *weight *= factor);
            block.refresh();
        }
    }

    /// Value at risk and its conditional mean, where the tail has some mass; sums of weights are off by `rounding`.
    pub(super) fn tail(&self, mass: f64, rounding: f64) -> TailRisk {
        let (mut before, mut above) = (0.0, 0.0);
        // What comes before the edge of the tail, and the edge itself.
        let mut edge: Option<(f64, f64, f64)> = None;
        let mut var = f64::NAN;
        'blocks: for &block in &self.order {
            let block = &self.blocks[block];
            if before + block.mass < mass - rounding {
                before += block.mass;
                above += block.total;
                if block.mass > 0.0 {
                    var = block.losses[block.len - 1];
                }
                continue;
            }
            for place in 0..block.len {
                let (loss, weight) = block.entry(place);
                // What is so old that nothing is left of its weight is not in the sample, as in the batch estimate.
                if weight <= 0.0 {
                    continue;
                }
                if before < mass - rounding || edge.is_none() {
                    edge = Some((before, above, loss));
                }
                var = loss;
                before += weight;
                above += weight * loss;
                if before > mass + rounding {
                    break 'blocks;
                }
            }
        }
        let (before, above, edge) = edge.unwrap_or((before, above, var));
        TailRisk { var, cvar: edge + (above - before * edge) / mass }
    }

    /// How many losses each block holds.
    #[cfg(feature = "serde")]
    pub(super) fn partition(&self) -> Vec<usize> {
        self.order.iter().map(|&block| self.blocks[block].len).collect()
    }

    /// Entries in any order, in blocks as long as told; none where these are not what a list can have.
    #[cfg(feature = "serde")]
    pub(super) fn restore(capacity: usize, mut entries: Vec<Entry>, partition: &[usize]) -> Option<Self> {
        let sparse = partition.windows(2).any(|pair| pair[0].saturating_add(pair[1]) <= SPARSE);
        let sound = partition.iter().all(|len| (1..=FULL).contains(len));
        if sparse || !sound || entries.len() > capacity || partition.iter().sum::<usize>() != entries.len() {
            return None;
        }
        entries.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let mut ranked = Self::new(capacity);
        let mut rest = entries.iter();
        for &len in partition {
            let own = ranked.free.pop()?;
            for (place, entry) in rest.by_ref().take(len).enumerate() {
                let block = &mut ranked.blocks[own];
                (block.losses[place], block.weights[place]) = *entry;
                block.len = place + 1;
            }
            ranked.blocks[own].refresh();
            ranked.order.push(own);
        }
        Some(ranked)
    }
}
