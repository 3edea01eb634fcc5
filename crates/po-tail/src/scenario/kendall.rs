//! Kendall's rank correlation.

use po_core::{Returns, threads};

/// Kendall's tau-b of all pairs of columns, N x N.
///
/// ```text
/// τ = (C - D) / √((P - X)(P - Y))
/// ```
///
/// P pairs of rows, of which C rise together, D do not, X are tied in one column and Y in the other.
///
/// # Source
/// Kendall, The treatment of ties in ranking problems (1945); the counting is that of Knight, A computer method for
/// calculating Kendall's tau with ungrouped data (1966).
pub(super) fn matrix(returns: &Returns, threads: usize) -> Vec<f64> {
    let (rows, assets) = (returns.observations(), returns.assets());
    let ranks: Vec<Vec<u32>> = (0..assets).map(|asset| ranks(returns.column(asset))).collect();
    let rows_of = threads::each(0..assets, threads, Place::default, |place, _, asset| {
        let mut order: Vec<u32> = (0..rows as u32).collect();
        order.sort_unstable_by_key(|&row| (ranks[asset][row as usize], row));
        (0..asset).map(|other| tau(&order, &ranks[asset], &ranks[other], place)).collect::<Vec<_>>()
    });
    let mut taus = vec![1.0; assets * assets];
    for (asset, row) in rows_of.iter().enumerate() {
        for (other, &tau) in row.iter().enumerate() {
            taus[asset * assets + other] = tau;
            taus[other * assets + asset] = tau;
        }
    }
    taus
}

/// The rank of each value among the different ones.
fn ranks(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; values.len()];
    let mut rank = 0;
    for (place, &row) in order.iter().enumerate() {
        if place > 0 && values[order[place - 1]] < values[row] {
            rank += 1;
        }
        ranks[row] = rank;
    }
    ranks
}

/// Memory for one pair.
#[derive(Default)]
struct Place {
    /// The ranks of the second column in the order of the first.
    sequence: Vec<u32>,
    merged: Vec<u32>,
}

fn tau(order: &[u32], first: &[u32], second: &[u32], place: &mut Place) -> f64 {
    let Place { sequence, merged } = place;
    sequence.clear();
    sequence.extend(order.iter().map(|&row| second[row as usize]));
    let pairs = |count: usize| count as f64 * (count as f64 - 1.0) / 2.0;
    let (mut tied_first, mut tied_both) = (0.0, 0.0);
    let mut start = 0;
    while start < order.len() {
        let rank = first[order[start] as usize];
        let end = start + order[start..].iter().take_while(|&&row| first[row as usize] == rank).count();
        tied_first += pairs(end - start);
        // Ties in the first column are put in order in the second, where they are neither exchange nor agreement.
        sequence[start..end].sort_unstable();
        tied_both += tied(&sequence[start..end], pairs);
        start = end;
    }
    let exchanges = sort(sequence, merged);
    let tied_second = tied(sequence, pairs);
    let all = pairs(order.len());
    let balance = all - tied_first - tied_second + tied_both - 2.0 * exchanges;
    let scale = ((all - tied_first) * (all - tied_second)).sqrt();
    if scale > 0.0 { balance / scale } else { 0.0 }
}

/// Pairs of equal values in a sorted list.
fn tied(sorted: &[u32], pairs: impl Fn(usize) -> f64) -> f64 {
    sorted.chunk_by(|a, b| a == b).map(|run| pairs(run.len())).sum()
}

/// Sorts by merging, and counts the pairs that stood the wrong way round.
fn sort(values: &mut Vec<u32>, merged: &mut Vec<u32>) -> f64 {
    /// Runs of this length are sorted by insertion.
    const RUN: usize = 8;
    let size = values.len();
    let mut exchanges = 0_u64;
    for run in values.chunks_mut(RUN) {
        for place in 1..run.len() {
            let value = run[place];
            let mut hole = place;
            while hole > 0 && run[hole - 1] > value {
                run[hole] = run[hole - 1];
                hole -= 1;
                exchanges += 1;
            }
            run[hole] = value;
        }
    }
    let mut width = RUN;
    while width < size {
        merged.clear();
        for both in values.chunks(2 * width) {
            let (left, right) = both.split_at(width.min(both.len()));
            let (mut i, mut j) = (0, 0);
            while i < left.len() && j < right.len() {
                if left[i] <= right[j] {
                    merged.push(left[i]);
                    i += 1;
                } else {
                    merged.push(right[j]);
                    j += 1;
                    exchanges += (left.len() - i) as u64;
                }
            }
            merged.extend_from_slice(&left[i..]);
            merged.extend_from_slice(&right[j..]);
        }
        std::mem::swap(values, merged);
        width *= 2;
    }
    exchanges as f64
}
