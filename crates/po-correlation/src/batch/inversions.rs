//! Ranks, and the number of pairs of observations in which two assets disagree.

use po_core::Returns;

/// Orders and ranks of the observations of each asset, with the memory of merge sort.
#[derive(Clone, Debug, Default)]
pub(super) struct Inversions {
    observations: usize,
    /// The observations of each asset, ascending.
    orders: Vec<u32>,
    /// The dense rank of each observation: equal numbers share one, and none is left out.
    ranks: Vec<u32>,
    /// The number of pairs of observations of each asset that are tied.
    tied: Vec<u64>,
    /// The ranks of one asset in the order of another, and room to merge them.
    merged: [Vec<u32>; 2],
}

/// Runs of this length are sorted by insertion before they are merged.
const RUN: usize = 16;

impl Inversions {
    /// Ranks the observations of each asset.
    #[expect(clippy::float_cmp, reason = "a tie is an equal number")]
    pub(super) fn rank(&mut self, returns: &Returns) {
        let (observations, assets) = (returns.observations(), returns.assets());
        self.observations = observations;
        self.orders.resize(observations * assets, 0);
        self.ranks.resize(observations * assets, 0);
        self.tied.clear();
        let orders = self.orders.chunks_exact_mut(observations);
        for (asset, (order, ranks)) in orders.zip(self.ranks.chunks_exact_mut(observations)).enumerate() {
            let values = returns.column(asset);
            order.iter_mut().zip(0..).for_each(|(place, observation)| *place = observation);
            order
                .sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]).then(a.cmp(&b)));
            let (mut rank, mut run, mut tied) = (0, 1_u64, 0);
            ranks[order[0] as usize] = 0;
            for pair in order.windows(2) {
                if values[pair[0] as usize] == values[pair[1] as usize] {
                    tied += run;
                    run += 1;
                } else {
                    (rank, run) = (rank + 1, 1);
                }
                ranks[pair[1] as usize] = rank;
            }
            self.tied.push(tied);
        }
    }

    /// Pairs of observations.
    fn pairs(&self) -> u64 {
        let observations = self.observations as u64;
        observations * (observations - 1) / 2
    }

    /// The first asset of which all observations are tied, if any.
    pub(super) fn constant(&self) -> Option<usize> {
        self.tied.iter().position(|tied| *tied == self.pairs())
    }

    /// Writes ranks about their mean, ties sharing the mean of their ranks; in halves, so that all are whole
    /// numbers.
    pub(super) fn doubled_centred_ranks(&self, centred: &mut Vec<f64>) {
        let observations = self.observations;
        centred.resize(self.ranks.len(), 0.0);
        let orders = self.orders.chunks_exact(observations).zip(self.ranks.chunks_exact(observations));
        for ((order, ranks), centred) in orders.zip(centred.chunks_exact_mut(observations)) {
            let mut start = 0;
            for run in order.chunk_by(|&a, &b| ranks[a as usize] == ranks[b as usize]) {
                let end = start + run.len();
                let doubled = (start + end) as f64 - observations as f64;
                run.iter().for_each(|&observation| centred[observation as usize] = doubled);
                start = end;
            }
        }
    }

    /// Kendall's tau-b of two assets.
    ///
    /// ```text
    /// (C - D) / sqrt((n - t_x)(n - t_y)),  C - D = n - t_x - t_y + t_xy - 2 D
    /// ```
    pub(super) fn tau_b(&mut self, x: usize, y: usize) -> f64 {
        let rows = self.observations;
        let pairs = self.pairs();
        let order = &self.orders[x * rows..(x + 1) * rows];
        let of_x = &self.ranks[x * rows..(x + 1) * rows];
        let of_y = &self.ranks[y * rows..(y + 1) * rows];
        let [merged, room] = &mut self.merged;
        merged.clear();
        merged.extend(order.iter().map(|&observation| of_y[observation as usize]));
        let (in_x, in_y) = (self.tied[x], self.tied[y]);
        let mut in_both = 0;
        if in_x > 0 {
            let mut start = 0;
            for run in order.chunk_by(|&a, &b| of_x[a as usize] == of_x[b as usize]) {
                let run = &mut merged[start..start + run.len()];
                start += run.len();
                run.sort_unstable();
                for same in run.chunk_by(|a, b| a == b) {
                    let same = same.len() as u64;
                    in_both += same * (same - 1) / 2;
                }
            }
        }
        let discordant = sort_and_count(merged, room);
        // Each term is below 2^63, as is their sum in this order.
        let difference = (pairs - in_x) as f64 - (in_y - in_both) as f64 - 2.0 * discordant as f64;
        difference / (((pairs - in_x) as f64).sqrt() * ((pairs - in_y) as f64).sqrt())
    }
}

/// Sorts, and returns how many pairs stood in descending order (Knight 1966).
fn sort_and_count(values: &mut Vec<u32>, room: &mut Vec<u32>) -> u64 {
    let len = values.len();
    let mut inversions = 0;
    for run in values.chunks_mut(RUN) {
        for place in 1..run.len() {
            let value = run[place];
            let mut hole = place;
            while hole > 0 && run[hole - 1] > value {
                run[hole] = run[hole - 1];
                hole -= 1;
            }
            run[hole] = value;
            inversions += (place - hole) as u64;
        }
    }
    room.clear();
    room.resize(len, 0);
    let mut width = RUN;
    while width < len {
        for (pair, merged) in values.chunks(2 * width).zip(room.chunks_mut(2 * width)) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            inversions += merge_and_count(left, right, merged);
        }
        std::mem::swap(values, room);
        width *= 2;
    }
    inversions
}

/// Merges two sorted runs, and returns how many pairs of them stood in descending order.
fn merge_and_count(left: &[u32], right: &[u32], merged: &mut [u32]) -> u64 {
    let (mut taken_left, mut taken_right, mut inversions) = (0, 0, 0);
    for place in merged {
        let from_left =
            taken_left < left.len() && (taken_right == right.len() || left[taken_left] <= right[taken_right]);
        if from_left {
            *place = left[taken_left];
            taken_left += 1;
        } else {
            *place = right[taken_right];
            taken_right += 1;
            inversions += (left.len() - taken_left) as u64;
        }
    }
    inversions
}
