//! Branch and bound over one connected part of the conflicts.

use super::bits;
use super::conflicts::Conflicts;
use super::swaps::Swaps;

/// The most valuable set of assets without a conflict, sought by branching on those that a cover by cliques leaves over.
///
/// The assets of a clique conflict with each other, so that one of them is kept at most. Let cliques, each with a price,
/// be such that the prices of those that an asset is in sum to its worth: no selection is worth more than all prices
/// together. What cliques cover at a price that does not beat the best selection so far is not branched on.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    size: usize,
    words: usize,
    /// By the order of the search: the assets, their worths and their conflicts.
    order: Vec<usize>,
    places: Vec<usize>,
    worths: Vec<u64>,
    rows: Vec<u64>,
    /// For each level, what was covered or branched on already, and what is still to be branched on.
    levels: Vec<u64>,
    /// What is kept on the way to the level.
    path: Vec<usize>,
    /// What of a worth is not covered yet; what a clique can still take in; the clique.
    rest: Vec<u64>,
    candidates: Vec<u64>,
    clique: Vec<usize>,
    best: Vec<u64>,
    best_worth: u64,
    /// What a level holds, while its cover uses it up.
    whole: Vec<u64>,
    swaps: Swaps,
}

/// How a search ended.
pub(super) struct Outcome {
    /// No selection is worth more.
    pub(super) bound: u64,
    pub(super) nodes: usize,
    pub(super) complete: bool,
}

impl Search {
    /// Makes room for a search among so many assets.
    pub(super) fn reserve(&mut self, size: usize) {
        let words = bits::words(size);
        let reserve = |set: &mut Vec<u64>, length: usize| {
            set.clear();
            set.reserve(length);
        };
        for (set, length) in [
            (&mut self.worths, size),
            (&mut self.rest, size),
            (&mut self.rows, size * words),
            (&mut self.levels, 2 * (size + 2) * words),
            (&mut self.candidates, words),
            (&mut self.best, words),
            (&mut self.whole, words),
        ] {
            reserve(set, length);
        }
        for list in [&mut self.order, &mut self.path, &mut self.clique] {
            list.clear();
            list.reserve(size);
        }
        self.places.clear();
        self.places.resize(size, 0);
        self.swaps.reserve(size);
    }

    /// Selects among `members` with at most so many nodes.
    pub(super) fn run(
        &mut self,
        conflicts: &Conflicts,
        worths: &[u64],
        members: &[usize],
        budget: usize,
    ) -> Outcome {
        self.load(conflicts, worths, members);
        let Self { swaps, rows, worths, best, .. } = self;
        self.best_worth = swaps.run(rows, worths, best);
        let everything = self.cover(0, u64::MAX);
        // The cover used the assets up.
        (0..self.size).for_each(|place| bits::insert(&mut self.levels, place));
        let mut outcome = Outcome { bound: self.best_worth, nodes: 0, complete: true };
        if everything <= self.best_worth {
            return outcome;
        }
        self.branch(budget, &mut outcome);
        outcome.bound = self.best_worth;
        if !outcome.complete {
            // The first branch that is open, and those after it, add no more than their own cover.
            let words = self.words;
            let (done, open) = self.levels.split_at_mut(words);
            done.copy_from_slice(&open[..words]);
            if let Some(&first) = self.path.first() {
                bits::insert(done, first);
            }
            let more = self.cover(0, u64::MAX);
            outcome.bound = everything.min(self.best_worth + more);
        }
        outcome
    }

    /// The assets that were selected.
    pub(super) fn selected(&self) -> impl Iterator<Item = usize> {
        bits::numbers(self.best.iter().copied()).map(|place| self.order[place])
    }

    /// Few conflicts first: what is in few cliques is covered while there is a choice, and what is in many is branched
    /// on, where a branch decides much.
    fn load(&mut self, conflicts: &Conflicts, worths: &[u64], members: &[usize]) {
        let (size, words) = (members.len(), bits::words(members.len()));
        (self.size, self.words) = (size, words);
        self.order.clear();
        self.order.extend_from_slice(members);
        bits::clear(&mut self.candidates, words);
        let mut inside = std::mem::take(&mut self.levels);
        bits::clear(&mut inside, conflicts.assets.len());
        members.iter().for_each(|&asset| bits::insert(&mut inside, asset));
        let degree = |asset: usize| bits::shared(conflicts.of(asset), &inside);
        self.order.sort_unstable_by_key(|&asset| (degree(asset), std::cmp::Reverse(worths[asset]), asset));
        self.order.iter().enumerate().for_each(|(place, &asset)| self.places[asset] = place);
        self.worths.clear();
        self.worths.extend(self.order.iter().map(|&asset| worths[asset]));
        bits::clear(&mut self.rows, size * words);
        for (row, &asset) in self.rows.chunks_exact_mut(words).zip(&self.order) {
            let own = conflicts.of(asset).iter().zip(&inside).map(|(own, inside)| own & inside);
            bits::numbers(own).for_each(|other| bits::insert(row, self.places[other]));
        }
        bits::clear(&mut inside, 2 * (size + 2) * words);
        (0..size).for_each(|place| bits::insert(&mut inside, place));
        self.levels = inside;
        bits::clear(&mut self.rest, size);
        bits::clear(&mut self.best, words);
        self.path.clear();
    }

    /// Covers the assets of a level by cliques, at a price of at most `limit`, and moves those that it leaves over to the
    /// branches. What the cover costs.
    fn cover(&mut self, level: usize, limit: u64) -> u64 {
        let words = self.words;
        let (done, branches) = self.levels[2 * level * words..][..2 * words].split_at_mut(words);
        let Self { rows, worths, rest, candidates, clique, .. } = self;
        bits::numbers(done.iter().copied()).for_each(|place| rest[place] = worths[place]);
        let row = |place: usize| &rows[words * place..][..words];
        // What is covered leaves `done`, which is empty at the end.
        branches.fill(0);
        let mut price = 0;
        let mut from = 0;
        while let Some(word) = (from..words).find(|&word| done[word] != 0) {
            from = word;
            let start = bits::WORD * word + done[word].trailing_zeros() as usize;
            clique.clear();
            clique.push(start);
            let mut least = rest[start];
            for (to, (open, own)) in candidates.iter_mut().zip(done.iter().zip(row(start))) {
                *to = open & own;
            }
            let mut first = word;
            while let Some(word) = (first..words).find(|&word| candidates[word] != 0) {
                first = word;
                let next = bits::WORD * word + candidates[word].trailing_zeros() as usize;
                clique.push(next);
                least = least.min(rest[next]);
                candidates.iter_mut().zip(row(next)).for_each(|(to, own)| *to &= own);
            }
            if least > limit - price {
                // Too dear: it is branched on.
                bits::remove(done, start);
                bits::insert(branches, start);
                continue;
            }
            price += least;
            for &place in &*clique {
                rest[place] -= least;
                if rest[place] == 0 {
                    bits::remove(done, place);
                }
            }
        }
        price
    }

    fn branch(&mut self, budget: usize, outcome: &mut Outcome) {
        let words = self.words;
        let (mut level, mut worth) = (0, 0);
        self.open(0, worth);
        loop {
            let own = &mut self.levels[2 * level * words..][..4 * words];
            let (own, next) = own.split_at_mut(2 * words);
            let (done, branches) = own.split_at_mut(words);
            let Some(place) = bits::first(branches) else {
                let Some(last) = self.path.pop() else { return };
                worth -= self.worths[last];
                level -= 1;
                continue;
            };
            if outcome.nodes == budget {
                outcome.complete = false;
                if self.path.is_empty() {
                    self.path.push(place);
                }
                return;
            }
            outcome.nodes += 1;
            bits::remove(branches, place);
            let row = &self.rows[words * place..][..words];
            next.iter_mut().zip(done.iter().zip(row)).for_each(|(next, (done, own))| *next = done & !own);
            bits::insert(done, place);
            self.path.push(place);
            worth += self.worths[place];
            level += 1;
            if worth > self.best_worth {
                self.best_worth = worth;
                self.best.fill(0);
                self.path.iter().for_each(|&place| bits::insert(&mut self.best, place));
            }
            self.open(level, worth);
        }
    }

    /// Parts the assets of a level into those that need no branch and the others.
    fn open(&mut self, level: usize, worth: u64) {
        let words = self.words;
        let from = 2 * level * words;
        // The cover uses its own copy up.
        self.whole.clear();
        self.whole.extend_from_slice(&self.levels[from..from + words]);
        self.cover(level, self.best_worth - worth);
        let (done, branches) = self.levels[from..from + 2 * words].split_at_mut(words);
        for (done, (whole, branches)) in done.iter_mut().zip(self.whole.iter().zip(branches)) {
            *done = whole & !*branches;
        }
    }
}
