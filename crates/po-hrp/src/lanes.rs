//! Padding for whole vectors, and the place of a minimum.

/// Rows of the work matrices are padded to a multiple of this: the widest vector holds eight numbers.
pub(crate) const LANES: usize = 8;

/// The length of a padded row; never a multiple of 4 KiB, where all rows would fall on the same cache sets.
pub(crate) fn padded(len: usize) -> usize {
    let padded = len.next_multiple_of(LANES);
    if padded.is_multiple_of(512) && padded > 0 { padded + LANES } else { padded }
}

/// The first place where `matches` holds, asked eight places at a time; `len` is a multiple of eight.
///
/// A loop that may stop anywhere is not vectorised; one that may stop at every eighth place is.
/// The branch pays: where it is foreseen, the next step starts before the minimum is known.
#[inline(always)]
pub(crate) fn first_place(len: usize, matches: impl Fn(usize) -> bool) -> Option<usize> {
    (0..len)
        .step_by(LANES)
        .find(|&start| (start..start + LANES).fold(false, |any, place| any | matches(place)))
        .and_then(|start| (start..start + LANES).find(|&place| matches(place)))
}
