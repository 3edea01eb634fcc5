//! A choice that is made for some assets and open for others.

use std::cmp::Ordering;

use super::place::Place;

/// What is decided, with what is known of the best portfolio within it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) places: Vec<Place>,
    /// No portfolio of this choice has a lower loss.
    pub(super) bound: f64,
    /// Older nodes come first where bounds are equal.
    pub(super) number: usize,
}

impl Ord for Node {
    /// The greatest is the one with the lowest bound, and of those the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

// Each node has its own number.
impl Eq for Node {}
