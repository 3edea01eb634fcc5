//! The triangles of a planar graph, and the bubbles between those that separate it.

use super::bubbles::Bubbles;
use super::graph::Adjacency;

/// No vertex has been marked.
const NONE: usize = usize::MAX;

/// Working memory to find triangles and what they separate.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrianglesScratch {
    /// All triangles of the graph.
    triangles: Vec<[usize; 3]>,
    /// The triangles that separate it, the largest inside first.
    separators: Vec<Separator>,
    /// The innermost bubble of each vertex so far.
    inner: Vec<usize>,
    /// The vertices of one bubble.
    members: Vec<usize>,
    flood: Flood,
}

/// A triangle with vertices on either side.
#[derive(Clone, Copy, Debug)]
struct Separator {
    corners: [usize; 3],
    /// How many vertices are inside.
    inside: usize,
    /// The bubble outside.
    around: usize,
}

/// Reaches all vertices from one without crossing a triangle.
#[derive(Clone, Debug, Default)]
pub(super) struct Flood {
    /// The latest flood that reached each vertex.
    marks: Vec<usize>,
    /// The number of the present flood.
    number: usize,
    /// The vertices that are still to be left.
    stack: Vec<usize>,
}

impl Flood {
    pub(super) fn reset(&mut self, vertices: usize) {
        self.marks.clear();
        self.marks.resize(vertices, NONE);
        self.number = 0;
        self.stack.clear();
        self.stack.reserve(vertices);
    }

    /// The number of the latest flood.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// The latest flood that reached a vertex, or had it as a corner.
    pub(super) fn mark(&self, vertex: usize) -> Option<usize> {
        Some(self.marks[vertex]).filter(|&mark| mark != NONE)
    }

    /// Returns how many vertices were reached.
    pub(super) fn start(&mut self, vertex: usize, corners: [usize; 3], adjacency: &Adjacency) -> usize {
        let Self { marks, number, stack } = self;
        *number += 1;
        corners.into_iter().for_each(|corner| marks[corner] = *number);
        marks[vertex] = *number;
        stack.push(vertex);
        let mut reached = 0;
        while let Some(vertex) = stack.pop() {
            reached += 1;
            for &(other, _) in adjacency.of(vertex) {
                if marks[other] != *number {
                    marks[other] = *number;
                    stack.push(other);
                }
            }
        }
        reached
    }

    /// Whether a vertex is neither a corner nor was reached.
    fn missed(&self, vertex: usize) -> bool {
        self.marks[vertex] != self.number
    }
}

impl TrianglesScratch {
    /// Writes the bubbles of a planar graph of four vertices or more with as many edges as it can have.
    ///
    /// One face is kept as the border of the plane.
    /// A triangle that separates has what is left of the border outside, and the rest inside; insides are
    /// nested or disjoint, and a bubble is what lies in one of them and in none of the smaller ones, with the
    /// triangle itself.
    pub(super) fn bubbles_into(&mut self, vertices: usize, adjacency: &Adjacency, bubbles: &mut Bubbles) {
        self.flood.reset(vertices);
        find_triangles(vertices, adjacency, &mut self.flood, &mut self.triangles);
        let border = self.find_border(vertices, adjacency);
        self.find_separators(vertices, border, adjacency);
        let Self { separators, inner, members, flood, .. } = self;
        inner.clear();
        inner.resize(vertices, 0);
        for (bubble, separator) in (1..).zip(&mut *separators) {
            flood.start(outer(border, separator.corners), separator.corners, adjacency);
            for (vertex, inner) in inner.iter_mut().enumerate() {
                if flood.missed(vertex) {
                    separator.around = std::mem::replace(inner, bubble);
                }
            }
        }
        bubbles.reset(vertices);
        members.clear();
        members.reserve(vertices);
        for bubble in 0..=separators.len() {
            members.clear();
            members.extend((0..vertices).filter(|&vertex| inner[vertex] == bubble));
            let around = bubble.checked_sub(1).map(|place| separators[place]);
            members.extend(around.iter().flat_map(|separator| separator.corners));
            bubbles.push(around.map(|separator| (separator.around, separator.corners)), members);
        }
    }

    /// The first triangle that does not separate.
    fn find_border(&mut self, vertices: usize, adjacency: &Adjacency) -> [usize; 3] {
        let Self { triangles, flood, .. } = self;
        let is_face = |corners: &[usize; 3]| {
            // Of four vertices one is no corner.
            let other = (0..4).find(|vertex| !corners.contains(vertex)).unwrap_or_default();
            flood.start(other, *corners, adjacency) == vertices - 3
        };
        triangles.iter().copied().find(is_face).unwrap_or_default()
    }

    fn find_separators(&mut self, vertices: usize, border: [usize; 3], adjacency: &Adjacency) {
        let Self { triangles, separators, flood, .. } = self;
        separators.clear();
        separators.reserve(vertices);
        for &corners in triangles.iter().filter(|&&corners| corners != border) {
            let inside = vertices - 3 - flood.start(outer(border, corners), corners, adjacency);
            if inside > 0 {
                separators.push(Separator { corners, inside, around: 0 });
            }
        }
        separators.sort_unstable_by_key(|separator| (vertices - separator.inside, separator.corners));
    }
}

/// Writes all triangles of a graph; the marks of the flood are new before and after.
pub(super) fn find_triangles(
    vertices: usize,
    adjacency: &Adjacency,
    flood: &mut Flood,
    triangles: &mut Vec<[usize; 3]>,
) {
    let marks = &mut flood.marks;
    triangles.clear();
    triangles.reserve(3 * vertices);
    let after = |vertex: usize| {
        adjacency.of(vertex).iter().map(|neighbour| neighbour.0).filter(move |&other| other > vertex)
    };
    for a in 0..vertices {
        after(a).for_each(|b| marks[b] = a);
        for b in after(a) {
            triangles.extend(after(b).filter(|&c| marks[c] == a).map(|c| [a, b, c]));
        }
    }
    marks.fill(NONE);
}

/// A corner of the border that is none of the triangle's.
fn outer(border: [usize; 3], corners: [usize; 3]) -> usize {
    border.into_iter().find(|corner| !corners.contains(corner)).unwrap_or_default()
}
