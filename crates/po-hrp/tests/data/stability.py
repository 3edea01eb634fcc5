"""Writes stability.toml next to itself: the stability of weights and clusters, counted in plain Python.

Run:    python stability.py
Needs:  skfolio 1.12.2, scikit-learn and what generate.py needs.

Each [[case]] holds returns (asset by asset), the observations of each resample, and what follows from them:
  weights       skfolio's hierarchical risk parity of the sample, in dendrogram order
  mean, standard_error, percentile, basic
                numpy's mean, std(ddof=1) and quantile(method="linear") of skfolio's weights on the resamples;
                the intervals as [lower ends, upper ends]
  labels        scipy's fcluster(criterion="maxclust") of the sample, numbered in the order of the first assets; the
                number is given, or the one of scikit-learn's greatest mean silhouette
  similarity, dissolved, recovered
                for each cluster of the sample: the mean of the greatest Jaccard similarity of sets of assets, and the
                shares of resamples where it is at most 1/2 and more than 3/4
  counts, count_shares
                the numbers of clusters that occur, and how often
  co_clustering the share of resamples in which two assets have one label, row by row
  support, split
                for each row of scipy's linkage matrix of the sample: the share of resamples whose tree has a node with
                the same set of leaves, and the share where its two children have the same sets as well
"""

import warnings
from importlib.metadata import version

import numpy as np
from generate import VERSIONS, HERE, condensed_distance, factor_returns, toml
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import HierarchicalRiskParity
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import HierarchicalSeriation
from sklearn.metrics import silhouette_score

CONFIDENCE = 0.8
# seed, observations, assets, linkage, clusters (none: silhouette), resamples, length of blocks
CASES = [(11, 40, 8, "ward", 3, 15, 1), (12, 60, 12, "average", None, 12, 5), (13, 30, 7, "single", 4, 9, 3),
         (14, 50, 10, "complete", 2, 10, 7)]


def resamples(seed, observations, many, block):
    """Moving blocks, by numpy's generator."""
    random = np.random.default_rng(seed)
    for _ in range(many):
        starts = random.integers(0, observations - block + 1, -(-observations // block))
        yield np.concatenate([np.arange(start, start + block) for start in starts])[:observations]


def hrp(returns, method):
    seriation = HierarchicalSeriation(
        hierarchical_clustering_estimator=HierarchicalClustering(linkage_method=LinkageMethod[method.upper()]),
        optimal_ordering=False)
    prior = EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))
    return HierarchicalRiskParity(prior_estimator=prior, seriation_estimator=seriation).fit(returns).weights_


def clustered(returns, method, clusters):
    """The tree, the clusters, and the nodes: a set of leaves, and the two sets of its children."""
    distance = condensed_distance(np.cov(returns.T))
    tree = linkage(distance, method)
    assets = returns.shape[1]
    if clusters is None:
        tried = range(2, min(max(8, round(np.sqrt(assets))), assets - 1) + 1)
        clusters = max(tried, key=lambda k: silhouette_score(
            squareform(distance), fcluster(tree, k, "maxclust"), metric="precomputed"))
    labels = fcluster(tree, clusters, "maxclust")
    assert len(set(labels)) == clusters
    _, first = np.unique(labels, return_index=True)
    labels = np.argsort(np.argsort(first))[labels - 1]
    below = [frozenset([asset]) for asset in range(assets)]
    nodes = []
    for left, right in tree[:, :2].astype(int):
        nodes.append((below[left] | below[right], {below[left], below[right]}))
        below.append(below[left] | below[right])
    return labels, nodes


def jaccard(one, other):
    return len(one & other) / len(one | other)


def sets(labels):
    return [set(np.flatnonzero(labels == label)) for label in range(max(labels) + 1)]


def rows():
    for seed, observations, assets, method, clusters, many, block in CASES:
        returns, _ = factor_returns(seed, observations, assets, 3, mean=0.0, degrees=5)
        returns = np.round(returns, 5)
        drawn = list(resamples(seed, observations, many, block))
        weights = hrp(returns, method)
        labels, nodes = clustered(returns, method, clusters)
        draws = np.array([hrp(returns[rows], method) for rows in drawn])
        others = [clustered(returns[rows], method, clusters) for rows in drawn]
        best = np.array([[max(jaccard(own, other) for other in sets(again)) for own in sets(labels)]
                         for again, _ in others])
        counts = [max(again) + 1 for again, _ in others]
        low, high = np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0, method="linear")
        found = [{node: sides for node, sides in nodes} for _, nodes in others]
        yield {
            "assets": assets, "observations": observations, "linkage": method,
            "clusters": "silhouette" if clusters is None else str(clusters), "confidence": CONFIDENCE,
            "returns": returns.T.ravel(), "resamples": drawn,
            "weights": weights, "mean": draws.mean(axis=0), "standard_error": draws.std(axis=0, ddof=1),
            "percentile": [low, high], "basic": [2 * weights - high, 2 * weights - low],
            "labels": labels, "similarity": best.mean(axis=0),
            "dissolved": (best <= 0.5).mean(axis=0), "recovered": (best > 0.75).mean(axis=0),
            "counts": sorted(set(counts)),
            "count_shares": [counts.count(count) / many for count in sorted(set(counts))],
            "co_clustering": np.mean([again[:, None] == again for again, _ in others], axis=0).ravel(),
            "support": [np.mean([node in other for other in found]) for node, _ in nodes],
            "split": [np.mean([other.get(node) == sides for other in found]) for node, sides in nodes],
        }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    lines = ["# Written by stability.py; do not edit.",
             f'source = "skfolio 1.12.2, scipy 1.17.1, scikit-learn {version("scikit-learn")}, numpy 2.4.6, sets of Python"']
    for row in rows():
        lines += ["", "[[case]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    (HERE / "stability.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
