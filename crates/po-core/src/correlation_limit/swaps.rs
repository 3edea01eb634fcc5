//! A good selection to begin with: greedy, then better by swaps.

use std::cmp::Reverse;

use super::bits;

/// Working memory of the first selection.
#[derive(Clone, Debug, Default)]
pub(super) struct Swaps {
    order: Vec<usize>,
    selected: Vec<u64>,
    /// For each asset, how many of the selected it conflicts with, and what they are worth.
    rivals: Vec<u64>,
    rivals_worth: Vec<u64>,
    /// Assets that would come in for another.
    entrants: Vec<usize>,
}

impl Swaps {
    pub(super) fn reserve(&mut self, size: usize) {
        for set in [&mut self.rivals, &mut self.rivals_worth] {
            bits::clear(set, size);
        }
        bits::clear(&mut self.selected, bits::words(size));
        for list in [&mut self.order, &mut self.entrants] {
            list.clear();
            list.reserve(size);
        }
    }

    /// Writes a selection that neither one asset for those it conflicts with nor several for one would better, and what
    /// it is worth.
    pub(super) fn run(&mut self, rows: &[u64], worths: &[u64], best: &mut [u64]) -> u64 {
        let (size, words) = (worths.len(), best.len());
        let degree =
            |place: usize| rows[words * place..][..words].iter().map(|word| word.count_ones()).sum::<u32>();
        let mut most = 0;
        // The most valuable first; then those that are worth the most for each asset that they decide.
        for by_degree in [false, true] {
            self.order.clear();
            self.order.extend(0..size);
            self.order.sort_unstable_by_key(|&place| {
                let share = if by_degree { u64::from(degree(place)) + 1 } else { 1 };
                (Reverse(worths[place] / share), place)
            });
            let worth = self.select(rows, worths);
            if worth > most || !by_degree {
                most = worth;
                best.copy_from_slice(&self.selected);
            }
        }
        most
    }

    fn select(&mut self, rows: &[u64], worths: &[u64]) -> u64 {
        let (size, words) = (worths.len(), bits::words(worths.len()));
        bits::clear(&mut self.selected, words);
        for sums in [&mut self.rivals, &mut self.rivals_worth] {
            bits::clear(sums, size);
        }
        let row = |place: usize| &rows[words * place..][..words];
        for at in 0..size {
            let place = self.order[at];
            if self.rivals[place] == 0 {
                self.enter(row(place), worths, place);
            }
        }
        let mut better = true;
        while better {
            better = false;
            for at in 0..size {
                let place = self.order[at];
                if bits::contains(&self.selected, place) {
                    better |= self.replace(row, worths, place);
                } else if worths[place] > self.rivals_worth[place] {
                    for word in 0..words {
                        let mut rivals = row(place)[word] & self.selected[word];
                        while rivals != 0 {
                            let rival = bits::WORD * word + rivals.trailing_zeros() as usize;
                            rivals &= rivals - 1;
                            self.leave(row(rival), worths, rival);
                        }
                    }
                    self.enter(row(place), worths, place);
                    better = true;
                }
            }
        }
        bits::numbers(self.selected.iter().copied()).map(|place| worths[place]).sum()
    }

    /// Selects several in the place of one that is their only rival, where they are worth more.
    fn replace<'a>(&mut self, row: impl Fn(usize) -> &'a [u64], worths: &[u64], place: usize) -> bool {
        let Self { entrants, rivals, order, .. } = self;
        entrants.clear();
        let mut worth = 0;
        for &other in &*order {
            let waits = rivals[other] == 1 && bits::contains(row(place), other);
            if waits && !entrants.iter().any(|&entrant| bits::contains(row(other), entrant)) {
                entrants.push(other);
                worth += worths[other];
            }
        }
        if worth <= worths[place] {
            return false;
        }
        self.leave(row(place), worths, place);
        for at in 0..self.entrants.len() {
            let entrant = self.entrants[at];
            self.enter(row(entrant), worths, entrant);
        }
        true
    }

    fn enter(&mut self, row: &[u64], worths: &[u64], place: usize) {
        bits::insert(&mut self.selected, place);
        for other in bits::numbers(row.iter().copied()) {
            self.rivals[other] += 1;
            self.rivals_worth[other] += worths[place];
        }
    }

    fn leave(&mut self, row: &[u64], worths: &[u64], place: usize) {
        bits::remove(&mut self.selected, place);
        for other in bits::numbers(row.iter().copied()) {
            self.rivals[other] -= 1;
            self.rivals_worth[other] -= worths[place];
        }
    }
}
