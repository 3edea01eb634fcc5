//! What is decided without a search.

use super::bits;
use super::conflicts::Conflicts;

/// Keeps and drops assets as long as one sees at once that this is best, and leaves in `open` those for which it is not.
///
/// An asset that is worth as much as all that it conflicts with is kept. Of two that conflict, the one that is worth no
/// more and conflicts with all that the other does is dropped: a kept set with it is worth no more than that with the
/// other in its place (Lamm, Schulz, Strash, Williger and Zhang 2019).
pub(super) fn reduce(conflicts: &Conflicts, worths: &[u64], open: &mut [u64], kept: &mut [u64]) {
    let mut changed = true;
    while changed {
        changed = false;
        for word in 0..open.len() {
            let mut left = open[word];
            while left != 0 {
                let asset = bits::WORD * word + left.trailing_zeros() as usize;
                left &= left - 1;
                if bits::contains(open, asset) {
                    changed |= decide(conflicts, worths, open, kept, asset);
                }
            }
        }
    }
}

/// Whether something was decided that may decide more.
fn decide(conflicts: &Conflicts, worths: &[u64], open: &mut [u64], kept: &mut [u64], asset: usize) -> bool {
    let own = conflicts.of(asset);
    let rivals = own.iter().zip(&*open).map(|(own, open)| own & open);
    if worths[asset] >= bits::numbers(rivals).map(|rival| worths[rival]).sum() {
        let alone = !bits::meet(own, open);
        bits::insert(kept, asset);
        bits::remove(open, asset);
        open.iter_mut().zip(own).for_each(|(open, own)| *open &= !own);
        return !alone;
    }
    let mut dropped = false;
    for word in 0..open.len() {
        let mut left = own[word] & open[word];
        while left != 0 {
            let rival = bits::WORD * word + left.trailing_zeros() as usize;
            left &= left - 1;
            if worths[asset] >= worths[rival] && covers(conflicts.of(rival), rival, own, open) {
                bits::remove(open, rival);
                dropped = true;
            }
        }
    }
    dropped
}

/// Whether a rival of an asset conflicts with all others that the asset does.
fn covers(of_rival: &[u64], rival: usize, own: &[u64], open: &[u64]) -> bool {
    (0..open.len()).all(|word| {
        let itself = if rival / bits::WORD == word { 1 << (rival % bits::WORD) } else { 0 };
        own[word] & open[word] & !of_rival[word] & !itself == 0
    })
}

/// Moves one connected part of the open assets to `members`, ascending; whether there was one.
pub(super) fn take_component(
    conflicts: &Conflicts,
    open: &mut [u64],
    found: &mut Vec<u64>,
    members: &mut Vec<usize>,
) -> bool {
    let Some(start) = bits::first(open) else { return false };
    let from = members.len();
    bits::clear(found, open.len());
    bits::remove(open, start);
    members.push(start);
    let mut next = from;
    while next < members.len() {
        let own = conflicts.of(members[next]);
        next += 1;
        for (found, (open, own)) in found.iter_mut().zip(open.iter_mut().zip(own)) {
            *found = *open & own;
            *open &= !own;
        }
        members.extend(bits::numbers(found.iter().copied()));
    }
    members[from..].sort_unstable();
    true
}
