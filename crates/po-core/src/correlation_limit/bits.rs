//! Sets of small numbers, a bit for each.

/// Numbers in a word.
pub(super) const WORD: usize = 64;

/// Words for so many numbers.
pub(super) fn words(size: usize) -> usize {
    size.div_ceil(WORD)
}

pub(super) fn contains(set: &[u64], number: usize) -> bool {
    set[number / WORD] >> (number % WORD) & 1 == 1
}

pub(super) fn insert(set: &mut [u64], number: usize) {
    set[number / WORD] |= 1 << (number % WORD);
}

pub(super) fn remove(set: &mut [u64], number: usize) {
    set[number / WORD] &= !(1 << (number % WORD));
}

/// The least number of a set.
pub(super) fn first(set: &[u64]) -> Option<usize> {
    let word = set.iter().position(|word| *word != 0)?;
    Some(WORD * word + set[word].trailing_zeros() as usize)
}

/// How many numbers two sets share.
pub(super) fn shared(set: &[u64], other: &[u64]) -> usize {
    set.iter().zip(other).map(|(one, other)| (one & other).count_ones() as usize).sum()
}

pub(super) fn meet(set: &[u64], other: &[u64]) -> bool {
    set.iter().zip(other).any(|(one, other)| one & other != 0)
}

/// The numbers of words that come one after the other, ascending.
pub(super) fn numbers(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(place, mut word)| {
        std::iter::from_fn(move || {
            let lowest = (word != 0).then(|| WORD * place + word.trailing_zeros() as usize);
            word &= word.wrapping_sub(1);
            lowest
        })
    })
}

/// Makes room for sets of numbers below `size`, all of them empty.
pub(super) fn clear(sets: &mut Vec<u64>, length: usize) {
    sets.clear();
    sets.resize(length, 0);
}
