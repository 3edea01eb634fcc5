//! Bubbles: what is left of a planar graph when it is cut along the triangles that separate it.

/// Bubbles, each after the one around it, in one list of members.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bubbles {
    /// Where each bubble ends in the list of members.
    ends: Vec<usize>,
    /// The vertices of the bubbles, each bubble's in order.
    members: Vec<usize>,
    /// The bubble around each bubble but the first, and the triangle between the two.
    around: Vec<(usize, [usize; 3])>,
}

impl Bubbles {
    /// Forgets all bubbles and makes room for those of so many vertices.
    pub(super) fn reset(&mut self, vertices: usize) {
        self.ends.clear();
        self.ends.reserve(vertices);
        self.members.clear();
        // Every cut doubles a triangle.
        self.members.reserve(4 * vertices);
        self.around.clear();
        self.around.reserve(vertices);
    }

    /// Adds a bubble, inside another one unless it is the first.
    pub(super) fn push(&mut self, around: Option<(usize, [usize; 3])>, members: &[usize]) {
        let start = self.members.len();
        self.members.extend_from_slice(members);
        self.members[start..].sort_unstable();
        self.ends.push(self.members.len());
        self.around.extend(around);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The members of one bubble.
    pub(super) fn of(&self, bubble: usize) -> &[usize] {
        &self.members[self.range(bubble)]
    }

    /// Where the members of one bubble stand in the list of all.
    pub(super) fn range(&self, bubble: usize) -> std::ops::Range<usize> {
        let start = if bubble == 0 { 0 } else { self.ends[bubble - 1] };
        start..self.ends[bubble]
    }

    /// The bubble around one that is not the first.
    pub(super) fn around(&self, bubble: usize) -> usize {
        self.around[bubble - 1].0
    }

    /// Each bubble but the first, the bubble around it, and the triangle between the two.
    pub(super) fn links(&self) -> impl Iterator<Item = (usize, usize, [usize; 3])> + '_ {
        (1..).zip(&self.around).map(|(bubble, &(around, separator))| (bubble, around, separator))
    }
}
