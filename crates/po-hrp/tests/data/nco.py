"""Writes nco.toml next to itself: nested clustered optimisations by skfolio and Riskfolio-Lib.

Run:    python nco.py
Needs:  skfolio 1.12.2, Riskfolio-Lib 7.4.0 and what generate.py needs, whose covariances are used.

Each [[expected]] names the file of its covariance, the clusters that both libraries cut by Ward linkage of the
correlation distance, and what stands inside and between them:
  inverse-volatility, inverse-variance, equal
                 closed forms; skfolio's weights (InverseVolatility, EqualWeighted; it has no inverse variance,
                 which numpy computes)
  minimum-variance
                 weights at or above zero. The libraries solve it to some digits; which weights are zero is taken
                 from skfolio, the equations of the others are solved by numpy, and the conditions of optimality are
                 checked. `skfolio` and `riskfolio` say how far either library is off.
  long-short     minimum variance without bounds: numpy, checked against skfolio with bounds that do not bind
  hrp            hierarchical risk parity by Ward linkage, in dendrogram order; skfolio's weights

Each [[codependent]] is clustered by the `distances` of one of skfolio's distance estimators, which it names, instead.
"""

import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
import riskfolio
from generate import covariance, factor_returns, toml, apart, HERE, VERSIONS
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.distance import DistanceCorrelation, KendallDistance, MutualInformation, SpearmanDistance
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import (EqualWeighted, HierarchicalRiskParity, InverseVolatility, MeanRisk,
                                  NestedClustersOptimization)
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import HierarchicalSeriation

from schur import FILES

PRIOR = EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))
WARD = HierarchicalClustering(linkage_method=LinkageMethod.WARD)
TIGHT = {"tol_gap_abs": 1e-14, "tol_gap_rel": 1e-14, "tol_feas": 1e-14, "max_iter": 500}
SKFOLIO = {
    "inverse-volatility": InverseVolatility(prior_estimator=PRIOR),
    "equal": EqualWeighted(),
    "minimum-variance": MeanRisk(prior_estimator=PRIOR, solver_params=TIGHT),
    "long-short": MeanRisk(prior_estimator=PRIOR, min_weights=-20, max_weights=20, solver_params=TIGHT),
    "hrp": HierarchicalRiskParity(prior_estimator=PRIOR, seriation_estimator=HierarchicalSeriation(
        hierarchical_clustering_estimator=WARD, optimal_ordering=False)),
}


def long_short(cov):
    weights = np.linalg.solve(cov, np.ones(len(cov)))
    return weights / weights.sum()


def minimum_variance(cov, returns):
    """Exact on the assets that skfolio holds."""
    if len(cov) == 1:
        return np.ones(1)
    held = np.flatnonzero(SKFOLIO["minimum-variance"].fit(returns).weights_ > 1e-5)
    weights = np.zeros(len(cov))
    weights[held] = long_short(cov[np.ix_(held, held)])
    marginal = cov @ weights
    assert weights.min() >= 0 and marginal.min() >= (1 - 1e-9) * (weights @ marginal)
    return weights


ORACLE = {
    "inverse-volatility": lambda cov, _: 1 / np.sqrt(np.diag(cov)) / (1 / np.sqrt(np.diag(cov))).sum(),
    "inverse-variance": lambda cov, _: 1 / np.diag(cov) / (1 / np.diag(cov)).sum(),
    "equal": lambda cov, _: np.full(len(cov), 1 / len(cov)),
    "minimum-variance": minimum_variance,
    "long-short": lambda cov, _: long_short(cov),
    "hrp": lambda cov, returns: SKFOLIO["hrp"].fit(returns).weights_ if len(cov) > 1 else np.ones(1),
}


def nested(cov, returns, labels, inner, outer):
    columns = np.zeros((len(cov), max(labels) + 1))
    for cluster in range(max(labels) + 1):
        members = np.flatnonzero(labels == cluster)
        columns[members, cluster] = ORACLE[inner](cov[np.ix_(members, members)], returns[:, members])
    between = ORACLE[outer](columns.T @ cov @ columns, returns @ columns)
    return columns @ between, between


def rows():
    for file, (seed, days, assets, factors, mean, degrees) in FILES.items():
        returns, _ = factor_returns(seed, days, assets, factors, mean=mean, degrees=degrees)
        cov = covariance(returns)
        for inner, outer in [("minimum-variance", "minimum-variance"), ("long-short", "long-short"),
                             ("inverse-volatility", "equal"), ("equal", "inverse-volatility"),
                             ("inverse-variance", "minimum-variance"), ("hrp", "inverse-volatility")]:
            model = NestedClustersOptimization(
                inner_estimator=SKFOLIO.get(inner), outer_estimator=SKFOLIO[outer], clustering_estimator=WARD,
                cv="ignore").fit(returns)
            labels = model.clustering_estimator_.labels_
            _, first = np.unique(labels, return_index=True)
            labels = np.argsort(np.argsort(first))[labels]  # numbered in the order of the first assets
            weights, between = nested(cov, returns, labels, inner, outer)
            row = {"file": file, "inner": inner, "outer": outer, "clusters": int(max(labels) + 1)}
            if inner in SKFOLIO:
                row["skfolio"] = apart(model.weights_, weights)
                solved = "minimum-variance" in (inner, outer) or "long-short" in (inner, outer)
                assert row["skfolio"] < (1e-5 if solved else 1e-12), row
            if (inner, outer) == ("minimum-variance", "minimum-variance"):
                portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns))
                found = portfolio.optimization(model="NCO", codependence="pearson", obj="MinRisk", rm="MV",
                                               linkage="ward", k=row["clusters"], leaf_order=False)
                row["riskfolio"] = apart(found["weights"].to_numpy(), weights)
                assert row["riskfolio"] < 1e-4, row
            yield row | {"labels": labels, "outer_weights": between, "weights": weights}


DISTANCES = {"spearman": SpearmanDistance(), "kendall": KendallDistance(),
             "absolute-spearman": SpearmanDistance(absolute=True), "distance-correlation": DistanceCorrelation(),
             "mutual-information": MutualInformation()}


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
            for inner, outer in (("inverse-volatility", "equal"), ("equal", "inverse-volatility"),
                                 ("long-short", "long-short")):
                model = NestedClustersOptimization(
                    inner_estimator=SKFOLIO[inner], outer_estimator=SKFOLIO[outer], clustering_estimator=WARD,
                    distance_estimator=DISTANCES[name], cv="ignore").fit(returns)
                labels = model.clustering_estimator_.labels_
                _, first = np.unique(labels, return_index=True)
                labels = np.argsort(np.argsort(first))[labels]
                weights, between = nested(cov, returns, labels, inner, outer)
                row = {"file": file, "estimator": name, "inner": inner, "outer": outer,
                       "clusters": int(max(labels) + 1), "skfolio": apart(model.weights_, weights)}
                assert row["skfolio"] < (1e-5 if inner == "long-short" else 1e-12), row
                yield row | {"labels": labels, "distances": distances_of(DISTANCES[name], returns).ravel(),
                             "outer_weights": between, "weights": weights}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    lines = ["# Written by nco.py; do not edit.",
             'source = "skfolio 1.12.2 NestedClustersOptimization(cv=\'ignore\'), Riskfolio-Lib 7.4.0 NCO, numpy"']
    for row in rows():
        lines += ["", "[[expected]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    for row in codependent():
        lines += ["", "[[codependent]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    (HERE / "nco.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
