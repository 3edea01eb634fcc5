//! Padding for whole vectors, and the place of a minimum.

/// Rows of the work matrices are padded to a multiple of this: the widest vector holds eight numbers.
pub(crate) const LANES: usize = 8;

/// The length of a padded row; never a multiple of 4 KiB, where all rows would fall on the same cache sets.
pub(crate) fn padded(len: usize) -> usize {
    let padded = len.next_multiple_of(LANES);
    if padded.is_multiple_of(512) && padded > 0 { padded + LANES } else { padded }
}

/// The first place where `value` stands; the list holds whole vectors.
///
/// A loop that may stop anywhere is not vectorised; one that may stop at every eighth place is.
/// The branch pays: where it is foreseen, the next step starts before the minimum is known.
#[inline(always)]
#[expect(clippy::float_cmp, reason = "the value was taken from the list")]
pub(crate) fn place_of(values: &[f64], value: f64) -> Option<usize> {
    let holds = |eight: &[f64]| (0..LANES).fold(false, |any, lane| any | (eight[lane] == value));
    let start = (0..values.len()).step_by(LANES).find(|&start| holds(&values[start..start + LANES]))?;
    (start..start + LANES).find(|&place| values[place] == value)
}

/// The first place where `value` is the sum of an entry and its addend; as [`place_of`], and apart from it because
/// the addition costs what it saves to share the loop.
#[inline(always)]
#[expect(clippy::float_cmp, reason = "the value was computed from the lists in the same way")]
pub(crate) fn place_of_sum(entries: &[f64], addends: &[f64], value: f64) -> Option<usize> {
    let holds = |entries: &[f64], addends: &[f64]| {
        (0..LANES).fold(false, |any, lane| any | (entries[lane] + addends[lane] == value))
    };
    let vector = |start: usize| start..start + LANES;
    let start = (0..entries.len())
        .step_by(LANES)
        .find(|&start| holds(&entries[vector(start)], &addends[vector(start)]))?;
    vector(start).find(|&place| entries[place] + addends[place] == value)
}
