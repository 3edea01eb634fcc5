//! Directed bubbles written slowly from their definition, and the fast ones against it.

use std::collections::{BTreeMap, BTreeSet};

use po_core::nalgebra::DMatrix;
use po_hrp::{Dbht, Dendrogram, Edge, FilteredGraph, dbht};
use proptest::prelude::*;

use crate::random::{Random, config, distances, distances_of_points, full};

/// Quotients of the same small numbers.
const HEIGHT: f64 = 1e-15;

type Set = BTreeSet<usize>;

/// What follows from the graph and the distances.
struct Oracle {
    bubbles: Vec<Set>,
    /// From bubble, to bubble, by their places.
    links: Vec<(usize, usize)>,
    labels: Vec<usize>,
    homes: Vec<usize>,
    /// The clusters of the tree, each with its height.
    tree: BTreeMap<Vec<usize>, f64>,
}

impl Oracle {
    fn new(items: usize, edges: &[Edge], distances: &DMatrix<f64>) -> Self {
        let weights = weights(items, edges);
        let paths = floyd_warshall(&weights, distances);
        let mut bubbles = Vec::new();
        split((0..items).collect(), &weights, &mut bubbles);
        let links = links(&bubbles, &weights);
        let labels = labels(items, &bubbles, &links, &weights, &paths);
        let homes: Vec<usize> = (0..items)
            .map(|item| {
                let part = |b: usize| tie(item, &bubbles[b], &weights) / weight(&bubbles[b], &weights);
                best(bubbles.len(), |b| bubbles[b].contains(&item), part)
            })
            .collect();
        let tree = tree(&labels, &homes, &paths);
        Self { bubbles, links, labels, homes, tree }
    }
}

/// The similarity of two joined items, and none for others.
fn weights(items: usize, edges: &[Edge]) -> DMatrix<Option<f64>> {
    let mut weights = DMatrix::from_element(items, items, None);
    for &Edge { left, right, similarity } in edges {
        weights[(left, right)] = Some(similarity);
        weights[(right, left)] = Some(similarity);
    }
    weights
}

fn floyd_warshall(weights: &DMatrix<Option<f64>>, distances: &DMatrix<f64>) -> DMatrix<f64> {
    let items = weights.nrows();
    let step = |a, b| if a == b { 0.0 } else { weights[(a, b)].map_or(f64::INFINITY, |_| distances[(a, b)]) };
    let mut paths = DMatrix::from_fn(items, items, step);
    for through in 0..items {
        for a in 0..items {
            for b in 0..items {
                paths[(a, b)] = paths[(a, b)].min(paths[(a, through)] + paths[(through, b)]);
            }
        }
    }
    paths
}

/// The parts of a set that hang together.
fn components(mut set: Set, weights: &DMatrix<Option<f64>>) -> Vec<Set> {
    let mut parts = Vec::new();
    while let Some(first) = set.pop_first() {
        let (mut part, mut waiting) = (Set::from([first]), vec![first]);
        while let Some(item) = waiting.pop() {
            let near: Vec<usize> =
                set.iter().copied().filter(|&other| weights[(item, other)].is_some()).collect();
            near.iter().for_each(|other| {
                set.remove(other);
                part.insert(*other);
            });
            waiting.extend(near);
        }
        parts.push(part);
    }
    parts
}

fn triangles(set: &Set, weights: &DMatrix<Option<f64>>) -> Vec<Set> {
    let joined = |a: usize, b: usize| weights[(a, b)].is_some();
    let mut found = Vec::new();
    for &a in set {
        for &b in set.iter().filter(|&&b| b > a && joined(a, b)) {
            found.extend(
                set.iter().filter(|&&c| c > b && joined(a, c) && joined(b, c)).map(|&c| Set::from([a, b, c])),
            );
        }
    }
    found
}

/// Cuts along any triangle that separates, until there is none.
fn split(piece: Set, weights: &DMatrix<Option<f64>>, bubbles: &mut Vec<Set>) {
    for triangle in triangles(&piece, weights) {
        let parts = components(&piece - &triangle, weights);
        if parts.len() > 1 {
            assert_eq!(parts.len(), 2, "a triangle has two sides");
            parts.iter().for_each(|part| split(part | &triangle, weights, bubbles));
            return;
        }
    }
    bubbles.push(piece);
}

/// Two bubbles with a common triangle, the one tied to it less first.
fn links(bubbles: &[Set], weights: &DMatrix<Option<f64>>) -> Vec<(usize, usize)> {
    let all: Set = bubbles.iter().flatten().copied().collect();
    let mut links = Vec::new();
    for a in 0..bubbles.len() {
        for b in a + 1..bubbles.len() {
            let separator = &bubbles[a] & &bubbles[b];
            if separator.len() < 3 {
                continue;
            }
            let parts = components(&all - &separator, weights);
            let strength = |bubble: usize| -> f64 {
                let side = parts.iter().find(|part| !part.is_disjoint(&bubbles[bubble])).unwrap();
                separator.iter().map(|&corner| tie(corner, side, weights)).sum()
            };
            links.push(if strength(a) > strength(b) { (b, a) } else { (a, b) });
        }
    }
    links
}

fn tie(item: usize, set: &Set, weights: &DMatrix<Option<f64>>) -> f64 {
    set.iter().filter_map(|&other| weights[(item, other)]).sum()
}

fn weight(set: &Set, weights: &DMatrix<Option<f64>>) -> f64 {
    set.iter().map(|&item| tie(item, set, weights)).sum::<f64>() / 2.0
}

/// The place with the greatest value among those that are allowed.
fn best(places: usize, allowed: impl Fn(usize) -> bool, value: impl Fn(usize) -> f64) -> usize {
    (0..places).filter(|&place| allowed(place)).max_by(|&a, &b| value(a).total_cmp(&value(b))).unwrap()
}

fn labels(
    items: usize,
    bubbles: &[Set],
    links: &[(usize, usize)],
    weights: &DMatrix<Option<f64>>,
    paths: &DMatrix<f64>,
) -> Vec<usize> {
    let is_centre = |bubble: usize| links.iter().all(|&(from, _)| from != bubble);
    let core = |item: usize| {
        let of_a_centre = (0..bubbles.len()).any(|b| is_centre(b) && bubbles[b].contains(&item));
        let strength = |b: usize| tie(item, &bubbles[b], weights) / (3.0 * (bubbles[b].len() as f64 - 2.0));
        of_a_centre.then(|| best(bubbles.len(), |b| is_centre(b) && bubbles[b].contains(&item), strength))
    };
    let cores: Vec<Option<usize>> = (0..items).map(core).collect();
    let flows = |item: usize, centre: usize| {
        let mut into = Set::from([centre]);
        while let Some(&(from, _)) = links.iter().find(|(from, to)| into.contains(to) && !into.contains(from))
        {
            into.insert(from);
        }
        into.iter().any(|&bubble| bubbles[bubble].contains(&item))
    };
    let found = (0..items).map(|item| {
        cores[item].unwrap_or_else(|| {
            let mean = |centre: usize| {
                let own: Vec<usize> = (0..items).filter(|&other| cores[other] == Some(centre)).collect();
                own.iter().map(|&other| paths[(item, other)]).sum::<f64>() / own.len() as f64
            };
            best(bubbles.len(), |b| is_centre(b) && flows(item, b), |b| -mean(b))
        })
    });
    let mut names = Vec::new();
    found
        .map(|centre| {
            names.iter().position(|&name| name == centre).unwrap_or_else(|| {
                names.push(centre);
                names.len() - 1
            })
        })
        .collect()
}

/// Complete linkage of some parts, which become one; the unions with their diameters.
fn join(mut parts: Vec<Set>, paths: &DMatrix<f64>) -> Vec<(Set, f64)> {
    let greatest = |a: &Set, b: &Set| {
        a.iter().flat_map(|&i| b.iter().map(move |&j| paths[(i, j)])).fold(0.0_f64, f64::max)
    };
    let mut unions = Vec::new();
    while parts.len() > 1 {
        let mut least = ((f64::INFINITY, f64::INFINITY), 0, 0);
        for a in 0..parts.len() {
            for b in a + 1..parts.len() {
                let union = &parts[a] | &parts[b];
                let key = (greatest(&union, &union), greatest(&parts[a], &parts[b]));
                if key < least.0 {
                    least = (key, a, b);
                }
            }
        }
        let ((diameter, _), a, b) = least;
        let removed = parts.remove(b);
        parts[a].extend(removed);
        unions.push((parts[a].clone(), diameter));
    }
    unions
}

fn tree(labels: &[usize], homes: &[usize], paths: &DMatrix<f64>) -> BTreeMap<Vec<usize>, f64> {
    let items = labels.len();
    let mut tree = BTreeMap::new();
    let clusters: BTreeSet<usize> = labels.iter().copied().collect();
    let with = |label: usize| (0..items).filter(move |&item| labels[item] == label);
    for &label in &clusters {
        let own: BTreeSet<usize> = with(label).map(|item| homes[item]).collect();
        let parts: Vec<Set> =
            own.iter().map(|&home| with(label).filter(|&item| homes[item] == home).collect()).collect();
        let alone = |part: &Set| part.iter().map(|&item| Set::from([item])).collect();
        let mut within: Vec<(Set, f64)> = parts.iter().flat_map(|part| join(alone(part), paths)).collect();
        // Of nested unions of one diameter the smaller one comes first.
        within.sort_by(|a, b| (a.1, a.0.len()).partial_cmp(&(b.1, b.0.len())).unwrap());
        within.extend(join(parts, paths));
        let count = within.len();
        for (place, (union, _)) in within.into_iter().enumerate() {
            tree.insert(union.into_iter().collect(), 1.0 / (count - place) as f64);
        }
    }
    let whole: Vec<Set> = clusters.iter().map(|&label| with(label).collect()).collect();
    for (union, _) in join(whole, paths) {
        let joined = union.iter().map(|&item| labels[item]).collect::<Set>().len();
        tree.insert(union.into_iter().collect(), joined as f64);
    }
    tree
}

/// The items below each merge.
pub(crate) fn unions(dendrogram: &Dendrogram) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = (0..dendrogram.leaves()).map(|item| vec![item]).collect();
    for merge in dendrogram.merges() {
        let mut union = [sets[merge.left].as_slice(), &sets[merge.right]].concat();
        union.sort_unstable();
        sets.push(union);
    }
    sets.split_off(dendrogram.leaves())
}

fn assert_equal(found: &Dbht, expected: &Oracle) {
    let bubbles: Vec<&[usize]> = found.bubbles().collect();
    let set = |items: &[usize]| items.iter().copied().collect::<Set>();
    // The place among the oracle's bubbles.
    let place = |bubble: usize| expected.bubbles.iter().position(|own| *own == set(bubbles[bubble])).unwrap();
    assert_eq!(bubbles.len(), expected.bubbles.len());
    let mut links: Vec<(usize, usize)> =
        found.links().iter().map(|link| (place(link.from), place(link.to))).collect();
    for link in found.links() {
        assert_eq!(set(&link.separator), &set(bubbles[link.from]) & &set(bubbles[link.to]));
    }
    let mut own = expected.links.clone();
    links.sort_unstable();
    own.sort_unstable();
    assert_eq!(links, own);
    assert_eq!(found.labels(), expected.labels);
    let homes: Vec<usize> = found.homes().iter().map(|&home| place(home)).collect();
    assert_eq!(homes, expected.homes);
    let merges = found.dendrogram().merges();
    assert_eq!(merges.len(), expected.tree.len());
    for (union, merge) in unions(found.dendrogram()).iter().zip(merges) {
        let height = expected.tree.get(union);
        assert!(height.is_some_and(|height| (merge.height - height).abs() <= HEIGHT * height), "{union:?}");
    }
}

fn check(items: usize, condensed: &[f64]) {
    for &graph in FilteredGraph::ALL {
        let found = dbht(graph, items, condensed, None).unwrap();
        assert_equal(&found, &Oracle::new(items, found.edges(), &full(items, condensed)));
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Distances of nothing, many of which are longer than a way round.
    #[test]
    fn bubbles_equal_the_oracles(items in 1_usize..=24, seed: u64) {
        check(items, &distances(items, seed));
    }

    /// Points around some centres, so that there are clusters; some are farther than one from each other.
    #[test]
    fn bubbles_of_points_equal_the_oracles(items in 4_usize..=30, spread in 0.1..2.0, seed: u64) {
        let mut random = Random::new(seed);
        let centres: Vec<[f64; 3]> = (0..4).map(|_| [0, 1, 2].map(|_| spread * random.normal())).collect();
        let points: Vec<[f64; 3]> = (0..items)
            .map(|item| centres[item % 4].map(|at| at + 0.1 * random.normal()))
            .collect();
        check(items, &distances_of_points(&points));
    }
}
