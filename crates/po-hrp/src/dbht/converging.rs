//! Flat clusters: what flows into the same bubble.

use crate::distance::Square;

use super::bubbles::Bubbles;
use super::graph::{Adjacency, Edge};

/// No cluster.
const NONE: usize = usize::MAX;

/// Two bubbles that share a triangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct BubbleLink {
    /// The bubble on the side that the triangle is tied to less.
    pub from: usize,
    /// The bubble on the other side.
    pub to: usize,
    /// The triangle.
    pub separator: [usize; 3],
}

/// Working memory to find clusters.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConvergingScratch {
    /// The bubble in which each vertex is seen first, going inwards.
    tops: Vec<usize>,
    /// How many bubbles lie inside each bubble, with itself.
    sizes: Vec<usize>,
    /// The place of each bubble when each is followed by all that lies inside it.
    places: Vec<usize>,
    /// Where the next bubble inside goes.
    free: Vec<usize>,
    /// The cluster number of each bubble that is a centre.
    centres: Vec<usize>,
    /// Whether the present centre is reached from each bubble.
    reaches: Vec<bool>,
    /// The weights that tie each member of a bubble to the others, beside the list of members.
    pub(super) ties: Vec<f64>,
    /// Twice the weight of all edges of each bubble.
    pub(super) weights: Vec<f64>,
    /// The bubble that each vertex was last seen in.
    marks: Vec<usize>,
    /// The cluster of each vertex of a centre.
    cores: Vec<usize>,
    /// How strongly, then how closely, each vertex belongs to its cluster.
    best: Vec<f64>,
    /// Whether the present centre takes in each vertex.
    within: Vec<bool>,
    /// The number under which each cluster is told.
    names: Vec<usize>,
}

/// What clusters are found from.
#[derive(Clone, Copy)]
pub(super) struct Graph<'a> {
    pub(super) edges: &'a [Edge],
    pub(super) adjacency: &'a Adjacency,
    pub(super) bubbles: &'a Bubbles,
}

impl ConvergingScratch {
    /// Directs each link to the side with the greater sum of similarities to the corners of its triangle;
    /// where both are equal, outwards.
    pub(super) fn direct(&mut self, vertices: usize, graph: Graph<'_>, links: &mut Vec<BubbleLink>) {
        let Graph { edges, adjacency, bubbles } = graph;
        self.find_places(vertices, bubbles);
        let Self { tops, sizes, places, .. } = self;
        links.clear();
        links.reserve(vertices);
        for (bubble, around, separator) in bubbles.links() {
            let inside = places[bubble]..places[bubble] + sizes[bubble];
            let mut sums = [0.0; 2];
            for corner in separator {
                for &(other, edge) in adjacency.of(corner) {
                    if !separator.contains(&other) {
                        sums[usize::from(inside.contains(&places[tops[other]]))] += edges[edge].similarity;
                    }
                }
            }
            let (from, to) = if sums[1] > sums[0] { (around, bubble) } else { (bubble, around) };
            links.push(BubbleLink { from, to, separator });
        }
    }

    /// Numbers the bubbles so that all that lies inside one follows it.
    fn find_places(&mut self, vertices: usize, bubbles: &Bubbles) {
        let Self { tops, sizes, places, free, .. } = self;
        tops.clear();
        tops.resize(vertices, NONE);
        for bubble in 0..bubbles.len() {
            for &vertex in bubbles.of(bubble) {
                tops[vertex] = tops[vertex].min(bubble);
            }
        }
        for list in [&mut *sizes, &mut *places, &mut *free] {
            list.clear();
            list.reserve(vertices);
        }
        sizes.resize(bubbles.len(), 1);
        for bubble in (1..bubbles.len()).rev() {
            sizes[bubbles.around(bubble)] += sizes[bubble];
        }
        places.push(0);
        free.push(1);
        for (bubble, around, _) in bubbles.links() {
            let place = free[around];
            free[around] += sizes[bubble];
            places.push(place);
            free.push(place + 1);
        }
    }

    /// Weighs what ties the vertices of each bubble together.
    pub(super) fn weigh(&mut self, vertices: usize, graph: Graph<'_>) {
        let Graph { edges, adjacency, bubbles } = graph;
        let Self { marks, ties, weights, .. } = self;
        marks.clear();
        marks.resize(vertices, NONE);
        ties.clear();
        ties.reserve(4 * vertices);
        weights.clear();
        weights.reserve(vertices);
        for bubble in 0..bubbles.len() {
            let members = bubbles.of(bubble);
            members.iter().for_each(|&member| marks[member] = bubble);
            let start = ties.len();
            for &member in members {
                let inside = adjacency.of(member).iter().filter(|neighbour| marks[neighbour.0] == bubble);
                ties.push(inside.map(|&(_, edge)| edges[edge].similarity).sum());
            }
            weights.push(ties[start..].iter().sum());
        }
    }

    /// Writes the cluster of each vertex, numbered in the order of the vertices, and the centre of each
    /// cluster; what ties the bubbles is weighed.
    ///
    /// A vertex of one or more centres goes to the one that it is tied to most for the number of its edges,
    /// any other vertex to the one nearest by the mean of shortest paths, among those that its bubbles flow
    /// to.
    pub(super) fn cluster(
        &mut self,
        bubbles: &Bubbles,
        links: &[BubbleLink],
        paths: &Square,
        labels: &mut Vec<usize>,
        centres: &mut Vec<usize>,
    ) {
        let vertices = paths.len();
        self.centres.clear();
        self.centres.resize(bubbles.len(), 0);
        links.iter().for_each(|link| self.centres[link.from] = NONE);
        self.find_cores(vertices, bubbles);
        labels.clear();
        labels.extend_from_slice(&self.cores);
        self.best.clear();
        self.best.resize(vertices, f64::INFINITY);
        for centre in 0..bubbles.len() {
            if self.centres[centre] != NONE {
                self.take_in(centre, bubbles, links, paths, labels);
            }
        }
        self.names.clear();
        self.names.resize(bubbles.len(), NONE);
        centres.clear();
        centres.reserve(vertices);
        for label in labels.iter_mut() {
            let name = &mut self.names[*label];
            if *name == NONE {
                *name = centres.len();
                centres.push(*label);
            }
            *label = *name;
        }
    }

    /// Gives each vertex of a centre to one of them.
    fn find_cores(&mut self, vertices: usize, bubbles: &Bubbles) {
        let Self { centres, ties, cores, best, .. } = self;
        cores.clear();
        cores.resize(vertices, NONE);
        best.clear();
        best.resize(vertices, f64::NEG_INFINITY);
        for centre in (0..bubbles.len()).filter(|&bubble| centres[bubble] != NONE) {
            let members = bubbles.of(centre);
            // A bubble of n vertices has so many edges; below three, it is the only one.
            let edges = (3 * members.len()).saturating_sub(6).max(1) as f64;
            for (&member, tie) in members.iter().zip(&ties[bubbles.range(centre)]) {
                if tie / edges > best[member] {
                    (best[member], cores[member]) = (tie / edges, centre);
                }
            }
        }
    }

    /// Offers a centre to all vertices that flow to it and are of no centre.
    fn take_in(
        &mut self,
        centre: usize,
        bubbles: &Bubbles,
        links: &[BubbleLink],
        paths: &Square,
        labels: &mut [usize],
    ) {
        let Self { cores, best, reaches, within, .. } = self;
        // A centre whose vertices all went to other ones is measured by all of them.
        let empty = !bubbles.of(centre).iter().any(|&member| cores[member] == centre);
        let core = bubbles.of(centre).iter().filter(|&&member| empty || cores[member] == centre);
        let count = core.clone().count();
        reaches.clear();
        reaches.resize(bubbles.len(), false);
        reaches[centre] = true;
        // A link is between a bubble and the one around it: first outwards from the centre, then inwards.
        let outwards = links.iter().rev().filter(|link| link.to > link.from);
        for link in outwards {
            reaches[link.from] |= reaches[link.to];
        }
        for link in links.iter().filter(|link| link.from > link.to) {
            reaches[link.from] |= reaches[link.to];
        }
        within.clear();
        within.resize(cores.len(), false);
        for bubble in (0..bubbles.len()).filter(|&bubble| reaches[bubble]) {
            bubbles.of(bubble).iter().for_each(|&member| within[member] = true);
        }
        for (vertex, label) in labels.iter_mut().enumerate() {
            if within[vertex] && cores[vertex] == NONE {
                let sum: f64 = core.clone().map(|&member| paths.at(vertex, member)).sum();
                let mean = sum / count as f64;
                if mean < best[vertex] {
                    (best[vertex], *label) = (mean, centre);
                }
            }
        }
    }
}
