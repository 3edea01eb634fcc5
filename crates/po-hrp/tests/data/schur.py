"""Writes schur.toml next to itself: Schur complementary allocations by skfolio.

Run:    python schur.py
Needs:  skfolio 1.12.2 and what generate.py needs, whose covariances are used.

Each [[expected]] names the file of its covariance. The weights are those of skfolio's SchurComplementary, with the
leaf order of the dendrogram unless another is named; `effective_gamma` is what its cap left of `gamma`.
Closed forms have no file: they are derived by hand in the tests.

Each [[codependent]] is clustered by the `distances` of one of skfolio's distance estimators, which it names, instead.
"""

import warnings

import numpy as np
from generate import covariance, factor_returns, toml, HERE, VERSIONS
from importlib.metadata import version
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.distance import DistanceCorrelation, KendallDistance, MutualInformation, PearsonDistance, SpearmanDistance
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import SchurComplementary
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import HierarchicalSeriation

FILES = {
    "factor8": (8, 250, 8, 2, 0.3, None),
    "factor20": (20, 500, 20, 3, 0.5, None),
    "factor50": (50, 750, 50, 5, 0.5, None),
    "odd37": (37, 300, 37, 4, 0.0, 3),
    "hundred": (100, 400, 100, 6, 0.5, None),
}


DISTANCES = {"spearman": SpearmanDistance(), "kendall": KendallDistance(),
             "absolute-spearman": SpearmanDistance(absolute=True), "distance-correlation": DistanceCorrelation(),
             "mutual-information": MutualInformation()}


def schur(returns, gamma, monotone, linkage="ward", optimal=False, lower=None, upper=None, distance=None):
    clustering = HierarchicalClustering(linkage_method=LinkageMethod(linkage), max_clusters=2)
    model = SchurComplementary(
        gamma=gamma, keep_monotonic=monotone, distance_estimator=distance or PearsonDistance(),
        prior_estimator=EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False)),
        seriation_estimator=HierarchicalSeriation(
            hierarchical_clustering_estimator=clustering, optimal_ordering=optimal),
        min_weights=0.0 if lower is None else np.array(lower),
        max_weights=1.0 if upper is None else np.array(upper)).fit(returns)
    return model.weights_, float(model.effective_gamma_)


def rows():
    for file, (seed, days, assets, factors, mean, degrees) in FILES.items():
        returns, _ = factor_returns(seed, days, assets, factors, mean=mean, degrees=degrees)
        cov = covariance(returns)
        settings = [(gamma, True, {}) for gamma in (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)]
        settings += [(gamma, False, {}) for gamma in (0.1, 0.3)]
        settings += [(0.5, True, {"linkage": "single"}), (0.9, True, {"linkage": "average"})]
        if file == "factor8":
            settings += [(gamma, True, {"optimal": True}) for gamma in (0.5, 1.0)]
            settings += [(0.8, False, {}), (1.0, False, {})]
        if file == "factor20":
            settings += [(0.5, True, {"upper": [0.08] * 20}), (0.9, True, {"lower": [0.02] * 20, "upper": [0.1] * 20})]
        for gamma, monotone, options in settings:
            weights, effective = schur(returns, gamma, monotone, **options)
            row = {"file": file, "gamma": gamma, "cap": "monotone" if monotone else "never",
                   "linkage": options.get("linkage", "ward"),
                   "leaf_order": "optimal" if options.get("optimal") else "dendrogram",
                   "effective_gamma": effective, "variance": float(weights @ cov @ weights), "weights": weights}
            yield row | {key: options[key] for key in ("lower", "upper") if key in options}


def distances_of(estimator, returns):
    distances = np.array(estimator.fit(returns).distance_)
    np.fill_diagonal(distances, 0.0)
    return (distances + distances.T) / 2


def codependent():
    for file, names in (("factor8", DISTANCES), ("factor20", ("spearman", "kendall"))):
        seed, days, assets, factors, mean, degrees = FILES[file]
        returns, _ = factor_returns(seed, days, assets, factors, mean=mean, degrees=degrees)
        cov = covariance(returns)
        for name in names:
            for gamma, linkage in ((0.25, "ward"), (0.75, "average")):
                weights, effective = schur(returns, gamma, True, linkage, distance=DISTANCES[name])
                yield {"file": file, "estimator": name, "gamma": gamma, "cap": "monotone", "linkage": linkage,
                       "leaf_order": "dendrogram", "effective_gamma": effective,
                       "variance": float(weights @ cov @ weights),
                       "distances": distances_of(DISTANCES[name], returns).ravel(), "weights": weights}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    lines = ["# Written by schur.py; do not edit.",
             f"source = {toml('skfolio 1.12.2 SchurComplementary(EmpiricalCovariance(nearest=False), HierarchicalSeriation)')}"]
    for row in rows():
        lines += ["", "[[expected]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    for row in codependent():
        lines += ["", "[[codependent]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    (HERE / "schur.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
