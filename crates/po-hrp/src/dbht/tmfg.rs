//! The triangulated maximally filtered graph: vertices go one by one into the faces that hold them best.

use crate::distance::Square;

use super::bubbles::Bubbles;
use super::graph::Edge;
use super::paths::{shorten, shortest_among};

/// Working memory of the triangulated graph, and what its insertions tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct TmfgScratch {
    /// The strength of each vertex, and the sum of all its similarities: two vertices that are strong for
    /// each other alone are equally strong.
    strengths: Vec<(f64, f64)>,
    /// The vertices that wait, in order.
    outside: Vec<usize>,
    /// The faces, each replaced by one of the three that follow it.
    faces: Vec<Face>,
    /// The first four vertices.
    seed: [usize; 4],
    /// Each later vertex with the face that it went into.
    pub(super) inserted: Vec<Inserted>,
}

/// A face, and the vertex outside that fits it best.
#[derive(Clone, Copy, Debug)]
struct Face {
    corners: [usize; 3],
    /// The number of the tetrahedron that the face belongs to.
    bubble: usize,
    vertex: usize,
    gain: f64,
}

/// A vertex that went into a face.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inserted {
    pub(super) vertex: usize,
    pub(super) corners: [usize; 3],
    /// The tetrahedron that the face belonged to.
    bubble: usize,
}

/// Writes the edges; there are four vertices at least.
pub(super) fn tmfg(similarities: &Square, scratch: &mut TmfgScratch, edges: &mut Vec<Edge>) {
    let items = similarities.len();
    scratch.find_seed(similarities);
    let TmfgScratch { outside, faces, seed, inserted, .. } = scratch;
    let [a, b, c, d] = *seed;
    outside.clear();
    outside.extend((0..items).filter(|vertex| !seed.contains(vertex)));
    faces.clear();
    faces.reserve(2 * items);
    inserted.clear();
    inserted.reserve(items);
    for corners in [[a, b, c], [b, c, d], [a, b, d], [a, c, d]] {
        faces.push(Face::new(similarities, outside, corners, 0));
    }
    let mut join = |a: usize, b: usize| edges.push(Edge::new(a, b, similarities.at(a, b)));
    [(a, b), (a, c), (a, d), (b, c), (b, d), (c, d)].into_iter().for_each(|(a, b)| join(a, b));

    while !outside.is_empty() {
        let mut chosen = 0;
        for (number, face) in faces.iter().enumerate() {
            if face.gain > faces[chosen].gain {
                chosen = number;
            }
        }
        let Face { corners, bubble, vertex, .. } = faces[chosen];
        inserted.push(Inserted { vertex, corners, bubble });
        corners.into_iter().for_each(|corner| join(corner, vertex));
        // The list is sorted and has the vertex.
        if let Ok(place) = outside.binary_search(&vertex) {
            outside.remove(place);
        }
        for face in faces.iter_mut().filter(|face| face.vertex == vertex) {
            *face = Face::new(similarities, outside, face.corners, face.bubble);
        }
        let [a, b, c] = corners;
        let new = inserted.len();
        faces[chosen] = Face::new(similarities, outside, [a, b, vertex], new);
        faces.push(Face::new(similarities, outside, [a, c, vertex], new));
        faces.push(Face::new(similarities, outside, [b, c, vertex], new));
    }
}

impl Face {
    fn new(similarities: &Square, outside: &[usize], corners: [usize; 3], bubble: usize) -> Self {
        let [a, b, c] = corners.map(|corner| similarities.row(corner));
        let mut face = Self { corners, bubble, vertex: usize::MAX, gain: f64::NEG_INFINITY };
        for &vertex in outside {
            let gain = a[vertex] + b[vertex] + c[vertex];
            if gain > face.gain {
                (face.vertex, face.gain) = (vertex, gain);
            }
        }
        face
    }
}

impl TmfgScratch {
    /// Finds the four strongest vertices, the strongest first.
    fn find_seed(&mut self, similarities: &Square) {
        let items = similarities.len();
        let row = |item: usize| similarities.row(item)[..items].iter().enumerate();
        let others = |item: usize| row(item).filter(move |(other, _)| *other != item).map(|(_, &s)| s);
        let sum: f64 = (0..items).map(|item| others(item).sum::<f64>()).sum();
        let count = items as f64;
        let mean = (sum + count) / (count * count);
        self.strengths.clear();
        self.strengths.extend((0..items).map(|item| {
            let strong: f64 = others(item).filter(|&s| s > mean).sum();
            (strong, others(item).sum::<f64>())
        }));
        for place in 0..self.seed.len() {
            let mut strongest = 0;
            for (item, strength) in self.strengths.iter().enumerate() {
                if *strength > self.strengths[strongest] {
                    strongest = item;
                }
            }
            self.strengths[strongest] = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            self.seed[place] = strongest;
        }
    }

    /// Writes the bubbles, which are the tetrahedra: the seed, and one for each vertex that went into a face.
    pub(super) fn bubbles_into(&self, bubbles: &mut Bubbles) {
        bubbles.reset(4 + self.inserted.len());
        bubbles.push(None, &self.seed);
        for &Inserted { vertex, corners: [a, b, c], bubble } in &self.inserted {
            bubbles.push(Some((bubble, [a, b, c])), &[a, b, c, vertex]);
        }
    }

    /// Writes the lengths of all shortest paths along the graph in place of the lengths of its edges.
    ///
    /// Each vertex has three neighbours that went in before it, and these are joined: taking vertices away,
    /// the last first, shortens the three edges between those neighbours, and putting them back adds one row
    /// each.
    pub(super) fn shortest_paths(&self, lengths: &mut Square) {
        let items = lengths.len();
        for &Inserted { vertex, corners: [a, b, c], .. } in self.inserted.iter().rev() {
            for (a, b) in [(a, b), (a, c), (b, c)] {
                shorten(lengths, a, b, vertex);
            }
        }
        shortest_among(&self.seed, lengths);
        for (place, &Inserted { vertex, corners, .. }) in self.inserted.iter().enumerate() {
            let steps = corners.map(|corner| lengths.at(vertex, corner));
            let before = self.seed.iter().chain(self.inserted[..place].iter().map(|earlier| &earlier.vertex));
            for &other in before {
                let [a, b, c] = [0, 1, 2].map(|side| steps[side] + lengths.at(corners[side], other));
                let length = a.min(b).min(c);
                lengths.set(vertex, other, length);
                lengths.set(other, vertex, length);
            }
        }
        debug_assert_eq!(items, self.inserted.len() + self.seed.len());
    }
}
