//! The upper half of a symmetric matrix, from the lower one.

use std::iter::zip;

#[cfg(target_arch = "x86_64")]
use super::turn::turned_in_registers;
use super::turn::{Quarter, turned};

/// Rows and columns that are turned at a time.
const SIDE: usize = 4;

/// Copies the lower half of a matrix of this size to the upper one. Whether all numbers are finite.
pub(crate) fn mirror_lower(size: usize, entries: &mut [f64]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(
            #[inline(always)]
            || mirror(size, entries, |part| turned_in_registers(simd, part)),
        );
    }
    mirror(size, entries, turned)
}

#[inline(always)]
fn mirror(size: usize, entries: &mut [f64], turn: impl Fn(Quarter) -> Quarter) -> bool {
    // A number times zero is zero, unless it is infinite or none.
    let mut zeros = [0.0; SIDE];
    let whole = size - size % SIDE;
    for col in (0..size).step_by(SIDE) {
        let end = size.min(col + SIDE);
        for own in col..end {
            let rest = if end < col + SIDE { own..own } else { whole.max(end)..size };
            for row in (own..end).chain(rest) {
                let entry = entries[own * size + row];
                zeros[0] += 0.0 * entry;
                entries[row * size + own] = entry;
            }
        }
        for row in (end..whole).step_by(SIDE) {
            let mut part = [[0.0; SIDE]; SIDE];
            for (own, column) in part.iter_mut().enumerate() {
                let from = (col + own) * size + row;
                column.copy_from_slice(&entries[from..from + SIDE]);
                zip(&mut zeros, column).for_each(|(zero, entry)| *zero += 0.0 * *entry);
            }
            for (own, column) in turn(part).iter().enumerate() {
                let to = (row + own) * size + col;
                entries[to..to + SIDE].copy_from_slice(column);
            }
        }
    }
    zeros.iter().all(|zero| !zero.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_finds_its_place() {
        for size in 0..23 {
            let lower = |row: usize, col: usize| (100 * row.max(col) + row.min(col)) as f64;
            let entries: Vec<f64> = (0..size * size).map(|place| lower(place % size, place / size)).collect();
            let mut half = entries.clone();
            for (place, entry) in half.iter_mut().enumerate() {
                *entry = if place % size < place / size { f64::NAN } else { *entry };
            }
            let mut portable = half.clone();
            assert!(mirror(size, &mut portable, turned) && portable == entries, "{size}");
            assert!(mirror_lower(size, &mut half) && half == entries, "{size}");
            for wrong in (0..size * size).filter(|place| place % size >= place / size) {
                for value in [f64::NAN, f64::INFINITY] {
                    let mut entries = entries.clone();
                    entries[wrong] = value;
                    assert!(!mirror_lower(size, &mut entries), "{size}, {wrong}");
                }
            }
        }
    }
}
