//! Triangles that keep vertices apart for good, so that most pairs need no test of planarity.
//!
//! Let two parts of a graph hang together only through a triangle, and each be joined to all three corners.
//! An edge between them would make a K5 of the triangle and the two parts, each shrunk to a vertex; so no
//! planar graph has it, nor any that grows from this one.

use super::graph::{Adjacency, Edge};
use super::triangles::{Flood, find_triangles};

/// The parts that each vertex lies in.
#[derive(Clone, Debug, Default)]
pub(super) struct Walls {
    /// How many triangles keep vertices apart; at most one for each vertex is kept.
    count: usize,
    /// For each vertex, the part that it lies in beside each triangle, and zero if it is in none.
    parts: Vec<u8>,
    vertices: usize,
    adjacency: Adjacency,
    triangles: Vec<[usize; 3]>,
    flood: Flood,
    /// Which corners each part is joined to, one bit for each, then the number of the part.
    joined: Vec<u8>,
}

/// All three corners.
const ALL: u8 = 0b111;

impl Walls {
    /// Forgets all triangles, keeping the memory.
    pub(super) fn reset(&mut self, vertices: usize) {
        self.count = 0;
        self.vertices = vertices;
        self.parts.clear();
        self.parts.resize(vertices * vertices, 0);
        self.joined.clear();
        self.joined.reserve(vertices);
    }

    /// Whether a triangle keeps two vertices apart.
    pub(super) fn part(&self, a: usize, b: usize) -> bool {
        let row = |vertex: usize| &self.parts[vertex * self.vertices..][..self.count];
        row(a).iter().zip(row(b)).fold(false, |apart, (a, b)| apart | ((a != b) & (*a != 0) & (*b != 0)))
    }

    /// Looks for triangles anew, and tells whether there are more than before.
    pub(super) fn build(&mut self, edges: &[Edge]) -> bool {
        let before = self.count;
        self.count = 0;
        self.adjacency.set(self.vertices, edges);
        self.flood.reset(self.vertices);
        find_triangles(self.vertices, &self.adjacency, &mut self.flood, &mut self.triangles);
        for place in 0..self.triangles.len() {
            if self.count < self.vertices {
                self.add(self.triangles[place]);
            }
        }
        self.count > before
    }

    fn add(&mut self, corners: [usize; 3]) {
        let Self { count, parts, vertices, adjacency, flood, joined, .. } = self;
        let first = flood.number() + 1;
        for vertex in 0..*vertices {
            if flood.mark(vertex).is_none_or(|mark| mark < first) && !corners.contains(&vertex) {
                flood.start(vertex, corners, adjacency);
            }
        }
        joined.clear();
        joined.resize(flood.number() + 1 - first, 0);
        for (bit, corner) in corners.into_iter().enumerate() {
            for &(other, _) in adjacency.of(corner) {
                if let Some(mark) = flood.mark(other)
                    && !corners.contains(&other)
                {
                    joined[mark - first] |= 1 << bit;
                }
            }
        }
        let mut number = 0_u8;
        for part in joined.iter_mut() {
            // Parts beyond what a byte can tell are left to the test.
            let is_kept = *part == ALL && number < u8::MAX;
            number += u8::from(is_kept);
            *part = if is_kept { number } else { 0 };
        }
        if number < 2 {
            return;
        }
        for vertex in 0..*vertices {
            let part = match flood.mark(vertex) {
                Some(mark) if !corners.contains(&vertex) => joined[mark - first],
                _ => 0,
            };
            parts[vertex * *vertices + *count] = part;
        }
        *count += 1;
    }
}
