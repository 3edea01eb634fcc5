"""Writes dbht.toml next to itself: directed bubbles, their trees, and hierarchical risk parity along them.

Run:    python dbht.py
Needs:  what generate.py needs, and networkx 3.6.1; the versions are checked.

The covariances are those of the files of generate.py; `file` says which.
Expected values never come from po itself.

Conventions of the [[expected]] blocks
  distance      d_ij = sqrt((1 - rho_ij) / 2); the similarity is 1 - d_ij²
  graph         "tmfg" is what Riskfolio-Lib's PMFG_T2s gives, in spite of its name; "pmfg" is the greedy
                graph by networkx's test of planarity, which stands in its place for everything that follows
  edges, bubbles, labels
                as Riskfolio-Lib's DBHTs has them; labels are numbered in the order of the assets
  merges, heights
                the clusters of the tree are those of Riskfolio-Lib's linkage matrix, and so are its heights:
                1 / (n - 1), ..., 1 within a cluster of n assets, numbers of clusters above.
                Riskfolio-Lib hands the heights within a cluster out bubble by bubble as these are numbered;
                here they follow, first for merges within bubbles and then for those between them, the greatest
                shortest path within the union, which does not depend on how assets are numbered.
                Rows ascend by height, then by that path; children as in scipy
  weights       Riskfolio-Lib's bisection along the tree so numbered, whose DBHTs is made to return it;
                `apart_as_numbered` is how far its weights are off with its own numbers, where the order
                of siblings is another one
The [[drawn]] blocks have random distances, most of which are longer than a way round.
The [[planar]] blocks are greedy graphs of random numbers in place of similarities: each pair is a test of planarity.

One line of FindDisjoint passes the third condition of np.logical_and as its output; where that decides, on a
triangle of the assets 0, 1 and 2 that separates, its result would not be the graph's, and the case is refused.
"""

import contextlib
import io
import os
import warnings
from importlib.metadata import version

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: sums must not depend on the core count

import networkx as nx
import numpy as np
import pandas as pd
import riskfolio
from riskfolio.src import DBHT
from scipy.spatial.distance import squareform

from generate import HERE, VERSIONS, apart, condensed_distance, covariance, factor_returns, toml

TOLERANCE = 1e-10
FILES = {"factor8": factor_returns(8, 250, 8, 2, mean=0.3)[0],
         "factor20": factor_returns(20, 500, 20, 3)[0],
         "singular30": factor_returns(30, 15, 30, 3)[0],
         "odd37": factor_returns(37, 300, 37, 4, mean=0.0, degrees=3)[0],
         "factor50": factor_returns(50, 750, 50, 5)[0],
         "hundred": factor_returns(100, 400, 100, 6)[0]}
TMFG, DBHTS = DBHT.PMFG_T2s, DBHT.DBHTs


def greedy(similarity):
    """All pairs, the most similar first, each kept if the graph stays planar."""
    n = len(similarity)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    pairs = sorted(((-similarity[i, j], i, j) for i in range(n) for j in range(i + 1, n)))
    for _, i, j in pairs:
        graph.add_edge(i, j)
        if not nx.check_planarity(graph)[0]:
            graph.remove_edge(i, j)
        if graph.number_of_edges() == 3 * (n - 2):
            break
    return nx.to_numpy_array(graph) * similarity, None, None, None, None


def separates(adjacency, triangle):
    graph = nx.from_numpy_array(adjacency != 0)
    graph.remove_nodes_from(triangle)
    return not nx.is_connected(graph)


def renumbered(labels):
    names = {}
    return [names.setdefault(label, len(names)) for label in labels.tolist()]


def by_distance(tree, labels, homes_of, paths):
    """The same clusters, with heights by the greatest shortest path within each; rows in order."""
    n = len(labels)
    sets = [frozenset([i]) for i in range(n)]
    rows = []
    for a, b, height, _ in tree:
        union = sets[int(a)] | sets[int(b)]
        sets.append(union)
        members = sorted(union)
        rows.append([union, sets[int(a)], sets[int(b)], height, paths[np.ix_(members, members)].max()])
    for cluster in set(labels):
        members = {i for i in range(n) if labels[i] == cluster}
        own = [row for row in rows if row[0] <= members]
        heights = sorted(row[3] for row in own)
        assert np.allclose(heights, [1 / k for k in range(len(own), 0, -1)])
        own.sort(key=lambda row: (not homes_of(row[0]), row[4], len(row[0])))
        for row, height in zip(own, heights):
            row[3] = height
    rows.sort(key=lambda row: (row[3], row[4]))
    number = {frozenset([i]): i for i in range(n)}
    result = []
    for union, left, right, height, _ in rows:
        left, right = sorted([number[left], number[right]])
        number[union] = n + len(result)
        result.append([left, right, height, len(union)])
    return np.array(result)


def hrp(returns, tree):
    """Riskfolio-Lib's weights along a tree."""
    DBHT.DBHTs = lambda *_, **__: (None, None, None, None, None, tree)
    weights = riskfolio.HCPortfolio(pd.DataFrame(returns)).optimization(
        model="HRP", codependence="pearson", rm="MV", method_cov="hist", linkage="DBHT", leaf_order=False)
    DBHT.DBHTs = DBHTS
    return weights["weights"].to_numpy()


def structure(condensed, graph):
    """What Riskfolio-Lib finds, its tree, and the same tree with heights by distance."""
    distance = squareform(condensed)
    DBHT.PMFG_T2s = TMFG if graph == "tmfg" else greedy
    members, member = [], DBHT.BubbleMember

    def recorded(*arguments):
        members.append(member(*arguments))
        return members[-1]
    DBHT.BubbleMember = recorded
    with contextlib.redirect_stdout(io.StringIO()):
        labels, weighted, _, paths, bubbles, tree = DBHTS(distance, 1 - distance**2, leaf_order=False)
    DBHT.BubbleMember = member
    homes = np.argmax(sum(members), axis=1)
    assert (sum(members).sum(axis=1) == 1).all()
    corner = np.ix_([0, 1, 2], [0, 1, 2])
    assert not ((weighted[corner] != 0).sum() == 6 and separates(weighted, [0, 1, 2]))
    labels = renumbered(labels)
    edges = [[i, j] for i, j in zip(*np.nonzero(np.triu(weighted)))]
    assert len(edges) == 3 * (len(labels) - 2)
    ordered = by_distance(tree, labels, lambda items: len({homes[i] for i in items}) == 1, paths)
    found = {"edges": edges,
             "bubbles": sorted(np.flatnonzero(column).tolist() for column in bubbles.T),
             "labels": labels,
             "merges": ordered[:, :2].astype(int).tolist(),
             "heights": ordered[:, 2].tolist()}
    return found, tree, ordered


def sources(graph):
    return (["Riskfolio-Lib 7.4.0 DBHTs(D, 1 - D**2, leaf_order=False)"]
            + (["networkx 3.6.1 check_planarity"] if graph == "pmfg" else []))


def expected(file, returns, graph):
    found, tree, ordered = structure(condensed_distance(covariance(returns)), graph)
    weights = hrp(returns, ordered)
    call = "Riskfolio-Lib 7.4.0 HCPortfolio(returns).optimization(model='HRP', linkage='DBHT', leaf_order=False)"
    return {"file": file, "graph": graph, "sources": sources(graph) + [call]} | found | {
        "weights": weights.tolist(),
        "apart_as_numbered": apart(hrp(returns, tree), weights),
        "tolerance": TOLERANCE,
    }


def drawn(items, seed, graph):
    found, _, _ = structure(distances(items, seed), graph)
    return {"items": items, "seed": seed, "graph": graph, "sources": sources(graph)} | found


def distances(items, seed):
    """The upper triangle of numbers in [0.01, 1), as the tests draw them: SplitMix64 (Steele, Lea, Flood 2014)."""
    mask, state, numbers = (1 << 64) - 1, seed, []
    for _ in range(items * (items - 1) // 2):
        state = (state + 0x9E3779B97F4A7C15) & mask
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        numbers.append(0.01 + 0.99 * (((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)))
    return np.array(numbers)


def planar(items, seed):
    weighted = greedy(squareform(distances(items, seed)))[0]
    return {"items": items, "seed": seed, "source": "networkx 3.6.1 check_planarity",
            "edges": [[i, j] for i, j in zip(*np.nonzero(np.triu(weighted)))]}


def main():
    warnings.filterwarnings("ignore")
    for package, needed in (VERSIONS | {"networkx": "3.6.1"}).items():
        assert version(package) == needed, f"{package} {version(package)}, expected {needed}"
    lines = ["# Written by dbht.py; do not edit."]
    for file, returns in FILES.items():
        for graph in ["tmfg", "pmfg"]:
            row = expected(file, returns, graph)
            lines += ["", "[[expected]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
            print(file, graph, max(row["labels"]) + 1, "clusters", row["apart_as_numbered"], flush=True)
    for items in [8, 9, 13, 20, 35, 50]:
        for graph in ["tmfg", "pmfg"]:
            row = drawn(items, items, graph)
            lines += ["", "[[drawn]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
            print(items, graph, max(row["labels"]) + 1, "clusters", flush=True)
    for items in [*range(4, 25), 30, 40, 60]:
        for seed in range(3):
            row = planar(items, seed)
            lines += ["", "[[planar]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    (HERE / "dbht.toml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
