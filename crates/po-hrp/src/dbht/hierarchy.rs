//! The tree: first within bubbles, then between those of a cluster, then between clusters.

use crate::distance::Square;
use crate::tree::Tree;

use super::bubbles::Bubbles;

/// Working memory to build the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct HierarchyScratch {
    /// How strongly each vertex belongs to its bubble.
    best: Vec<f64>,
    /// The vertices, cluster by cluster and bubble by bubble.
    order: Vec<usize>,
    /// The parts that are still to be joined, each by its lowest vertex.
    open: Vec<usize>,
    /// The parts of the next stage.
    parts: Vec<usize>,
    /// For each part, its nearest other one, if it is open.
    nearest: Vec<Pair>,
    /// The greatest shortest path within each part, and the node of the tree that it is.
    diameters: Vec<f64>,
    nodes: Vec<usize>,
    /// How many clusters each part has.
    counts: Vec<usize>,
    merges: Vec<Merge>,
    /// The merges in the order of their heights.
    sorted: Vec<usize>,
}

/// Two parts; the nearest pair is the least one.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Pair {
    /// The diameter of both together.
    diameter: f64,
    /// The greatest shortest path from one to the other, which decides where one of the two is wide.
    between: f64,
    left: usize,
    right: usize,
}

const NO_PAIR: Pair =
    Pair { diameter: f64::INFINITY, between: f64::INFINITY, left: usize::MAX, right: usize::MAX };

#[derive(Clone, Copy, Debug)]
struct Merge {
    children: [usize; 2],
    /// Whether it joins assets of a bubble, bubbles of a cluster, or clusters.
    stage: Stage,
    diameter: f64,
    height: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Bubble,
    Cluster,
    Whole,
}

impl HierarchyScratch {
    /// Writes the bubble of each vertex: of those that have it the one that it makes up the greatest part of.
    pub(super) fn settle(
        &mut self,
        vertices: usize,
        bubbles: &Bubbles,
        ties: &[f64],
        weights: &[f64],
        homes: &mut Vec<usize>,
    ) {
        self.best.clear();
        self.best.resize(vertices, f64::NEG_INFINITY);
        homes.clear();
        homes.resize(vertices, 0);
        for (bubble, &weight) in weights.iter().enumerate() {
            for (&member, tie) in bubbles.of(bubble).iter().zip(&ties[bubbles.range(bubble)]) {
                // Without any similarity, no vertex is a greater part than another one.
                let part = if weight > 0.0 { 2.0 * tie / weight } else { 0.0 };
                if part > self.best[member] {
                    (self.best[member], homes[member]) = (part, bubble);
                }
            }
        }
    }

    /// Builds the tree by complete linkage of shortest paths, which it consumes.
    pub(super) fn build(&mut self, labels: &[usize], homes: &[usize], paths: &mut Square, tree: &mut Tree) {
        let vertices = labels.len();
        self.reset(vertices);
        let mut order = std::mem::take(&mut self.order);
        order.extend(0..vertices);
        order.sort_unstable_by_key(|&vertex| (labels[vertex], homes[vertex], vertex));
        for cluster in order.chunk_by(|&a, &b| labels[a] == labels[b]) {
            let first = self.merges.len();
            self.parts.clear();
            for bubble in cluster.chunk_by(|&a, &b| homes[a] == homes[b]) {
                self.open.clear();
                self.open.extend_from_slice(bubble);
                self.join_all(Stage::Bubble, paths);
                self.parts.push(bubble[0]);
            }
            std::mem::swap(&mut self.open, &mut self.parts);
            self.join_all(Stage::Cluster, paths);
            self.count_up(first);
        }
        self.open.clear();
        for cluster in order.chunk_by(|&a, &b| labels[a] == labels[b]) {
            self.open.extend(cluster.iter().min());
        }
        self.join_all(Stage::Whole, paths);
        self.order = order;
        self.write(vertices, tree);
    }

    fn reset(&mut self, vertices: usize) {
        for list in [&mut self.order, &mut self.open, &mut self.parts, &mut self.sorted] {
            list.clear();
            list.reserve(vertices);
        }
        self.nearest.clear();
        self.nearest.resize(vertices, NO_PAIR);
        self.diameters.clear();
        self.diameters.resize(vertices, 0.0);
        self.nodes.clear();
        self.nodes.extend(0..vertices);
        self.counts.clear();
        self.counts.resize(vertices, 1);
        self.merges.clear();
        self.merges.reserve(vertices);
    }

    /// Joins the open parts until one is left; the matrix has the greatest path between any two parts.
    fn join_all(&mut self, stage: Stage, between: &mut Square) {
        for place in 0..self.open.len() {
            self.find_nearest(self.open[place], between);
        }
        while self.open.len() > 1 {
            let nearest = &self.nearest;
            let least = |a: Pair, b: Pair| if b < a { b } else { a };
            let Pair { diameter, left, right, .. } =
                self.open.iter().map(|&part| nearest[part]).fold(NO_PAIR, least);
            let count = self.counts[left] + self.counts[right];
            let children = [self.nodes[left], self.nodes[right]];
            self.nodes[left] = self.nodes.len() + self.merges.len();
            // Heights within clusters are counted when the cluster is whole.
            let height = if stage == Stage::Whole { count as f64 } else { 0.0 };
            self.merges.push(Merge { children, stage, diameter, height });
            self.diameters[left] = diameter;
            if stage == Stage::Whole {
                self.counts[left] = count;
            }
            let (theirs, own) = between.row_pair(right, left);
            own.iter_mut().zip(theirs).for_each(|(own, &other)| *own = own.max(other));
            for other in 0..between.len() {
                between.set(other, left, between.at(left, other));
            }
            self.open.retain(|&part| part != right);
            for place in 0..self.open.len() {
                let part = self.open[place];
                let Pair { left: a, right: b, .. } = self.nearest[part];
                if [a, b].contains(&left) || [a, b].contains(&right) {
                    self.find_nearest(part, between);
                }
            }
        }
    }

    fn find_nearest(&mut self, part: usize, between: &Square) {
        let row = between.row(part);
        let mut nearest = NO_PAIR;
        for &other in self.open.iter().filter(|&&other| other != part) {
            let diameter = row[other].max(self.diameters[part]).max(self.diameters[other]);
            let (left, right) = (part.min(other), part.max(other));
            let pair = Pair { diameter, between: row[other], left, right };
            if pair < nearest {
                nearest = pair;
            }
        }
        self.nearest[part] = nearest;
    }

    /// Gives the merges of a cluster, from `first` on, their heights: one over the number of merges from here
    /// on.
    fn count_up(&mut self, first: usize) {
        let Self { merges, sorted, .. } = self;
        sorted.clear();
        sorted.extend(first..merges.len());
        sorted.sort_unstable_by(|&a, &b| {
            let order = merges[a].stage.cmp(&merges[b].stage);
            order.then(merges[a].diameter.total_cmp(&merges[b].diameter)).then(a.cmp(&b))
        });
        for (place, &merge) in sorted.iter().enumerate() {
            merges[merge].height = 1.0 / (sorted.len() - place) as f64;
        }
    }

    /// Writes the merges; of equal heights the one of the lesser diameter comes first.
    fn write(&mut self, vertices: usize, tree: &mut Tree) {
        let Self { merges, sorted, order, .. } = self;
        sorted.clear();
        sorted.extend(0..merges.len());
        sorted.sort_unstable_by(|&a, &b| merges[a].diameter.total_cmp(&merges[b].diameter).then(a.cmp(&b)));
        // The order is no longer needed: its memory now holds the rank of each merge.
        order.clear();
        order.resize(merges.len(), 0);
        sorted.iter().enumerate().for_each(|(rank, &merge)| order[merge] = rank);
        tree.reset(vertices, true);
        for (merge, &rank) in merges.iter().zip(&*order) {
            tree.join(merge.children[0], merge.children[1], merge.height, rank);
        }
    }
}
