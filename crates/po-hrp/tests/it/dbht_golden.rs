//! Directed bubbles against Riskfolio-Lib and networkx.

use po_core::{Allocator, Covariance};
use po_hrp::{FilteredGraph, Hrp, HrpParams, Merge, dbht, filtered_graph};
use serde::Deserialize;

use crate::dbht::{linkage_of, pairs};
use crate::random::distances;

#[derive(Deserialize)]
struct File {
    expected: Vec<Expected>,
    drawn: Vec<Drawn>,
    planar: Vec<Planar>,
}

/// What was found on a covariance.
#[derive(Deserialize)]
struct Expected {
    file: String,
    weights: Vec<f64>,
    tolerance: f64,
    #[serde(flatten)]
    structure: Structure,
}

/// What was found on distances drawn from a seed.
#[derive(Deserialize)]
struct Drawn {
    items: usize,
    seed: u64,
    #[serde(flatten)]
    structure: Structure,
}

#[derive(Deserialize)]
struct Structure {
    graph: String,
    edges: Vec<(usize, usize)>,
    bubbles: Vec<Vec<usize>>,
    labels: Vec<usize>,
    merges: Vec<(usize, usize)>,
    heights: Vec<f64>,
}

#[derive(Deserialize)]
struct Planar {
    items: usize,
    seed: u64,
    edges: Vec<(usize, usize)>,
}

#[derive(Deserialize)]
struct Market {
    assets: usize,
    covariance: Vec<f64>,
}

const COVARIANCES: [(&str, &str); 6] = [
    ("factor8", include_str!("../data/factor8.toml")),
    ("factor20", include_str!("../data/factor20.toml")),
    ("singular30", include_str!("../data/singular30.toml")),
    ("odd37", include_str!("../data/odd37.toml")),
    ("factor50", include_str!("../data/factor50.toml")),
    ("hundred", include_str!("../data/hundred.toml")),
];

/// Heights are quotients of small numbers, written with all digits.
const HEIGHT: f64 = 1e-15;

fn golden() -> File {
    toml::from_str(include_str!("../data/dbht.toml")).unwrap()
}

fn market(file: &str) -> Covariance {
    let (_, text) = COVARIANCES.iter().find(|(name, _)| *name == file).unwrap();
    let Market { assets, covariance } = toml::from_str(text).unwrap();
    Covariance::from_column_slice(assets, &covariance).unwrap()
}

fn condensed(covariance: &Covariance) -> Vec<f64> {
    let correlation = covariance.correlation().unwrap();
    let rho = correlation.as_view();
    let pairs = (0..covariance.len()).flat_map(|row| (row + 1..covariance.len()).map(move |col| (row, col)));
    pairs.map(|pair| ((1.0 - rho[pair]) / 2.0).max(0.0).sqrt()).collect()
}

impl Structure {
    fn graph(&self) -> FilteredGraph {
        self.graph.parse().unwrap()
    }

    fn check(&self, what: &str, items: usize, condensed: &[f64]) {
        let graph = self.graph();
        let found = dbht(graph, items, condensed, None).unwrap();
        assert_eq!(pairs(found.edges()), self.edges, "{what} {graph}");
        let mut bubbles: Vec<Vec<usize>> = found.bubbles().map(<[usize]>::to_vec).collect();
        bubbles.sort();
        assert_eq!(bubbles, self.bubbles, "{what} {graph}");
        assert_eq!(found.labels(), self.labels, "{what} {graph}");
        let merges = found.dendrogram().merges();
        let children: Vec<(usize, usize)> = merges.iter().map(|merge| (merge.left, merge.right)).collect();
        assert_eq!(children, self.merges, "{what} {graph}");
        for (Merge { height, .. }, expected) in merges.iter().zip(&self.heights) {
            assert!(
                (height - expected).abs() <= HEIGHT * expected,
                "{what} {graph}: {height} is not {expected}"
            );
        }
    }
}

#[test]
fn graphs_clusters_and_trees_equal_riskfolios() {
    let File { expected, drawn, .. } = golden();
    assert_eq!((expected.len(), drawn.len()), (2 * COVARIANCES.len(), 12));
    for case in expected {
        let covariance = market(&case.file);
        case.structure.check(&case.file, covariance.len(), &condensed(&covariance));
    }
    for case in drawn {
        case.structure.check("drawn", case.items, &distances(case.items, case.seed));
    }
}

#[test]
fn weights_equal_riskfolios() {
    for Expected { file, weights, tolerance, structure } in golden().expected {
        let linkage = linkage_of(structure.graph());
        let hrp = Hrp::new(HrpParams { linkage, ..HrpParams::default() }).unwrap();
        let allocation = hrp.allocate(&market(&file)).unwrap();
        for (weight, expected) in allocation.weights().as_slice().iter().zip(&weights) {
            assert!((weight - expected).abs() <= tolerance, "{file} {linkage}: {weight} is not {expected}");
        }
    }
}

/// Each pair that is kept or not is one test of planarity, from the empty graph to the full one.
#[test]
fn planar_graphs_equal_networkxs() {
    for Planar { items, seed, edges: expected } in golden().planar {
        let edges = filtered_graph(FilteredGraph::Pmfg, items, &distances(items, seed)).unwrap();
        assert_eq!(pairs(&edges), expected, "{items} {seed}");
    }
}
