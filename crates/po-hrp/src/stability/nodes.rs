//! Which nodes of the tree of a sample the tree of a resample has.

use crate::Dendrogram;

/// What another tree has of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kept {
    /// No node of the same assets.
    Nothing,
    /// A node of the same assets.
    Node,
    /// That node, with the same two sides.
    Sides,
}

/// The tree of the sample, by the places of its leaves from left to right: each node is a run of them.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    /// The place of each asset.
    places: Vec<usize>,
    /// The leaves from left to right.
    order: Vec<usize>,
    /// Where the run of each merge begins, where its right side does, and where it ends.
    runs: Vec<[usize; 3]>,
    /// Begin and end of each run, and its merge; sorted.
    known: Vec<([usize; 2], usize)>,
}

/// The leaves below a node of another tree: they are a run if they fill it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: usize,
    end: usize,
    leaves: usize,
}

impl Span {
    fn leaf(place: usize) -> Self {
        Self { start: place, end: place + 1, leaves: 1 }
    }

    fn joined(self, other: Self) -> Self {
        let (start, end) = (self.start.min(other.start), self.end.max(other.end));
        Self { start, end, leaves: self.leaves + other.leaves }
    }

    fn is_run(self, start: usize, end: usize) -> bool {
        (self.start, self.end, self.leaves) == (start, end, end - start)
    }
}

impl Nodes {
    pub(super) fn new(dendrogram: &Dendrogram) -> Self {
        let order = dendrogram.leaf_order();
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &asset)| places[asset] = place);
        let mut nodes = Self { places, order, runs: Vec::new(), known: Vec::new() };
        let mut spans = Vec::new();
        nodes.span_into(dendrogram, &mut spans);
        for merge in dendrogram.merges() {
            // The left child stands to the left.
            let (left, right) = (spans[merge.left], spans[merge.right]);
            nodes.runs.push([left.start, right.start, right.end]);
        }
        let known = nodes.runs.iter().enumerate().map(|(merge, &[start, _, end])| ([start, end], merge));
        nodes.known = known.collect();
        nodes.known.sort_unstable();
        nodes
    }

    /// The assets of both sides of each merge, from left to right.
    pub(super) fn sides(&self) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
        let assets = |start: usize, end: usize| self.order[start..end].to_vec();
        self.runs.iter().map(move |&[start, mid, end]| (assets(start, mid), assets(mid, end)))
    }

    /// The merge below which are these assets and no others.
    pub(super) fn merge_of(&self, assets: &[usize]) -> Option<usize> {
        let spans = assets.iter().map(|&asset| Span::leaf(self.places[asset]));
        let Span { start, end, leaves } = spans.reduce(Span::joined)?;
        if end - start == leaves { self.find(start, end) } else { None }
    }

    fn find(&self, start: usize, end: usize) -> Option<usize> {
        let place = self.known.binary_search_by_key(&[start, end], |(run, _)| *run).ok()?;
        Some(self.known[place].1)
    }

    /// Which leaves are below each leaf and each merge of a tree of as many assets.
    fn span_into(&self, dendrogram: &Dendrogram, spans: &mut Vec<Span>) {
        spans.clear();
        spans.extend(self.places.iter().map(|&place| Span::leaf(place)));
        for merge in dendrogram.merges() {
            spans.push(spans[merge.left].joined(spans[merge.right]));
        }
    }

    /// What another tree has of each merge.
    ///
    /// The leaves below a node of the other tree are those of a node of this one if they are a run, and that run is
    /// known (Day 1985).
    pub(super) fn kept_in(&self, dendrogram: &Dendrogram, spans: &mut Vec<Span>) -> Vec<Kept> {
        self.span_into(dendrogram, spans);
        let mut kept = vec![Kept::Nothing; self.runs.len()];
        let leaves = self.places.len();
        for (merge, span) in dendrogram.merges().iter().zip(&spans[leaves..]) {
            if !span.is_run(span.start, span.end) {
                continue;
            }
            if let Some(known) = self.find(span.start, span.end) {
                let [start, mid, _] = self.runs[known];
                // If one child is the left side, the other one is what remains.
                let is_left = |child: usize| spans[child].is_run(start, mid);
                let same = is_left(merge.left) || is_left(merge.right);
                kept[known] = if same { Kept::Sides } else { Kept::Node };
            }
        }
        kept
    }
}
