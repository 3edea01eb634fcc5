//! The planar maximally filtered graph: the strongest pairs that leave it planar.

use crate::distance::Square;

use super::graph::Edge;
use super::planarity::Planarity;
use super::walls::Walls;

/// Working memory of the planar graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct PmfgScratch {
    /// All pairs, the most similar first: N (N - 1) / 2.
    pairs: Vec<(usize, usize)>,
    planarity: Planarity,
    /// What keeps vertices apart: N² bytes.
    walls: Walls,
}

/// Writes the edges, the most similar first; there are four vertices at least.
pub(super) fn pmfg(similarities: &Square, scratch: &mut PmfgScratch, edges: &mut Vec<Edge>) {
    let items = similarities.len();
    let PmfgScratch { pairs, planarity, walls } = scratch;
    pairs.clear();
    pairs.reserve(items * (items - 1) / 2);
    pairs.extend((0..items).flat_map(|left| (left + 1..items).map(move |right| (left, right))));
    let of = |&(left, right): &(usize, usize)| similarities.at(left, right);
    pairs.sort_unstable_by(|a, b| of(b).total_cmp(&of(a)).then(a.cmp(b)));
    planarity.reset(items);
    walls.reset(items);
    let (mut refused, mut patience) = (0, items);
    for pair in &*pairs {
        let &(left, right) = pair;
        if walls.part(left, right) {
            continue;
        }
        if planarity.add(left, right) {
            edges.push(Edge::new(left, right, of(pair)));
            if edges.len() == 3 * (items - 2) {
                return;
            }
        } else {
            refused += 1;
        }
        // To look for walls costs as much as about so many tests, and more is lost if there are no new ones.
        if refused == patience {
            patience = if walls.build(edges) { items } else { 2 * patience };
            refused = 0;
        }
    }
}
