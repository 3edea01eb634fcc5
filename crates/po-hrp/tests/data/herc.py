"""Writes herc.toml next to itself: hierarchical equal risk contribution, and numbers of clusters.

Run:    python herc.py
Needs:  what generate.py needs, and scikit-learn 1.9.1; the versions are checked.

The covariances are those of factor20.toml, odd37.toml and singular30.toml; `file` says which.
Expected values never come from po itself: they are the output of the libraries in `sources`, which
this run found equal within `tolerance`, or of a short numpy recursion where no library has the
method. Where a library follows another convention, `differences` says which.

Conventions
  clusters      the last k - 1 merges of scipy's linkage are undone; labels are numbered in the order
                of the assets
  division      "clusters": a side's risk is the sum of the risks of its clusters; "assets": the risk of
                the inverse-risk portfolio of all its assets; "halves": each side gets one half
  within        "inverse-risk" or "equal"; the risk of a cluster is in both cases that of its
                inverse-risk portfolio
  scores        of 2, 3, ... clusters
                gap: W(k-1) + W(k+1) - 2 W(k) with W(k) = sum over clusters and ordered pairs in them of
                d / (2 n) (Tibshirani et al. 2001; Yue et al. 2008)
                silhouette: mean of scikit-learn's silhouette_samples of the distances
                standardised-silhouette: their mean by their deviation (divisor N)

Other measures of risk, in [[measured]], and other distances, in [[codependent]], are those of the returns in risk.toml.
Where both libraries have a measure, `sources` names those that agree to the tolerance of the block: 1e-10, but for what
Riskfolio-Lib finds with a conic solver (relativistic); there its weights stand. `differences` says how far the others are:
value and drawdown at risk are another observation in skfolio, the default here, and have blocks of their own.
For the side of a node taken as one cluster, which neither library has, the weights are those of the recursion.
"""

import os
import tomllib
import warnings
from importlib.metadata import version

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: sums must not depend on the core count

import numpy as np
import pandas as pd
import riskfolio
from riskfolio.src import AuxFunctions, RiskFunctions
from scipy.cluster.hierarchy import linkage as scipy_linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_samples
from skfolio import ExtraRiskMeasure, RiskMeasure
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.distance import DistanceCorrelation, KendallDistance, MutualInformation, PearsonDistance, SpearmanDistance
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import HierarchicalEqualRiskContribution
from skfolio.prior import EmpiricalPrior
from skfolio.utils.stats import compute_optimal_n_clusters

from generate import HERE, VERSIONS, apart, condensed_distance, covariance, factor_returns, toml

TOLERANCE = 1e-10
FILES = {"factor20": factor_returns(20, 500, 20, 3)[0],
         "odd37": factor_returns(37, 300, 37, 4, mean=0.0, degrees=3)[0],
         "singular30": factor_returns(30, 15, 30, 3)[0]}


# --- The oracle -------------------------------------------------------------------------------

def members(tree):
    nodes = [[i] for i in range(len(tree) + 1)]
    for left, right in tree[:, :2].astype(int):
        nodes.append(nodes[left] + nodes[right])
    return nodes


def cut(tree, k):
    """The nodes that are clusters, and the label of each asset."""
    n = len(tree) + 1
    split = set(range(2 * n - k, 2 * n - 1))
    sides = {int(side) for node in split for side in tree[node - n, :2]}
    clusters = sorted((sides | {2 * n - 2}) - split, key=lambda node: min(members(tree)[node]))
    labels = np.empty(n, dtype=int)
    for label, node in enumerate(clusters):
        labels[members(tree)[node]] = label
    return clusters, labels


def parity(cov, risk):
    return 1 / (np.diag(cov) if risk == "variance" else np.sqrt(np.diag(cov)))


def risk_of(cov, items, risk):
    block = cov[np.ix_(items, items)]
    inverse = parity(block, risk)
    variance = inverse @ block @ inverse / inverse.sum() ** 2
    return variance if risk == "variance" else np.sqrt(variance)


def herc(cov, tree, k, risk, division, within):
    n, nodes = len(cov), members(tree)
    clusters, _ = cut(tree, k)
    weights = np.zeros(n)

    def side(node):
        if division == "assets":
            return risk_of(cov, nodes[node], risk)
        return sum(risk_of(cov, nodes[c], risk) for c in clusters if set(nodes[c]) <= set(nodes[node]))

    def divide(node, mass):
        if node in clusters:
            items = nodes[node]
            share = np.ones(len(items)) if within == "equal" else parity(cov, risk)[items]
            weights[items] = mass * share / share.sum()
            return
        left, right = (int(child) for child in tree[node - n, :2])
        share = 0.5 if division == "halves" else side(right) / (side(left) + side(right))
        divide(left, share * mass)
        divide(right, (1 - share) * mass)

    divide(2 * n - 2, 1.0)
    return weights


# --- The libraries ------------------------------------------------------------------------------

def riskfolio_lib(returns, linkage, k, risk, division, within):
    measure = "equal" if division == "halves" else {"variance": "MV", "standard-deviation": "vol"}[risk]
    model = "HERC2" if within == "equal" else "HERC"
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns))
    weights = portfolio.optimization(model=model, codependence="pearson", rm=measure, method_cov="hist",
                                     linkage=linkage, k=k, leaf_order=False)
    return (f"Riskfolio-Lib 7.4.0 HCPortfolio(returns).optimization(model='{model}', codependence='pearson', "
            f"rm='{measure}', linkage='{linkage}', k={k}, leaf_order=False)", weights["weights"].to_numpy())


def skfolio(returns, linkage, k, risk):
    measure = {"variance": RiskMeasure.VARIANCE, "standard-deviation": RiskMeasure.STANDARD_DEVIATION}[risk]
    model = HierarchicalEqualRiskContribution(
        risk_measure=measure,
        prior_estimator=EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False)),
        hierarchical_clustering_estimator=HierarchicalClustering(
            max_clusters=k, linkage_method=LinkageMethod(linkage))).fit(returns)
    return (f"skfolio 1.12.2 HierarchicalEqualRiskContribution(risk_measure={measure.name}, "
            f"HierarchicalClustering(max_clusters={k}, linkage {linkage}), EmpiricalCovariance(nearest=False))",
            model.weights_)


def expected(file, linkage, k, risk="variance", division="clusters", within="inverse-risk"):
    returns = FILES[file]
    cov = covariance(returns)
    tree = scipy_linkage(condensed_distance(cov), linkage)
    weights = herc(cov, tree, k, risk, division, within)
    sources = []
    monotone = linkage not in ("centroid", "median")
    differences = []
    if (division, within) == ("halves", "equal"):
        _, found = riskfolio_lib(returns, linkage, k, risk, division, within)
        assert abs(found.sum() - k) < TOLERANCE
        differences.append("Riskfolio-Lib 7.4.0 HCPortfolio(returns).optimization(model='HERC2', rm='equal') shares "
                           f"each cluster out in equal parts, but divides nothing among clusters: weights sum to {k}")
    if monotone and division == "clusters":
        call, found = riskfolio_lib(returns, linkage, k, risk, division, within)
        assert apart(found, weights) <= TOLERANCE, f"{call}: {apart(found, weights)}"
        sources.append(call)
    if monotone and (division, within) == ("clusters", "inverse-risk"):
        call, found = skfolio(returns, linkage, k, risk)
        assert apart(found, weights) <= TOLERANCE, f"{call}: {apart(found, weights)}"
        sources.append(call)
    sources.append("scipy 1.17.1 linkage + numpy recursion")
    row = {"file": file, "linkage": linkage, "clusters": k, "risk": risk, "division": division, "within": within,
           "sources": sources}
    if differences:
        row["differences"] = differences
    return row | {"labels": cut(tree, k)[1], "weights": weights, "tolerance": TOLERANCE}


# --- Numbers of clusters --------------------------------------------------------------------------

def dispersion(square, labels):
    blocks = [square[np.ix_(labels == label, labels == label)] for label in np.unique(labels)]
    return sum(block.sum() / (2 * len(block)) for block in blocks)


def bend(square, tree, spread, most):
    """The k in the middle of the greatest second difference, with another dispersion in the clusters."""
    def total(k):
        labels = cut(tree, k)[1]
        blocks = [squareform(square[np.ix_(labels == j, labels == j)], checks=False) for j in range(k)]
        return sum(spread(block) for block in blocks if len(block))
    sums = {k: total(k) for k in range(1, most + 2)}
    return {k: sums[k - 1] + sums[k + 1] - 2 * sums[k] for k in range(2, most + 1)}


def score(rule, tree, square, k):
    labels = {j: cut(tree, j)[1] for j in (k - 1, k, k + 1)}
    if rule == "gap":
        before, at, after = (dispersion(square, labels[j]) for j in (k - 1, k, k + 1))
        return before + after - 2 * at
    samples = silhouette_samples(square, labels[k], metric="precomputed")
    return samples.mean() / (samples.std() if rule == "standardised-silhouette" else 1)


def count(file, linkage, rule, metric="correlation", most=None):
    """The tree is that of the correlation distance; `metric` says which distances are scored."""
    cov = covariance(FILES[file])
    tree = scipy_linkage(condensed_distance(cov), linkage)
    square = squareform(condensed_distance(cov, metric))
    n = len(cov)
    tried = range(2, min(n - 1, most or max(8, round(np.sqrt(n)))) + 1)
    scores = [float(score(rule, tree, square, k)) for k in tried]
    k = tried[int(np.argmax(scores))]
    top = sorted(scores)[-2:]
    assert top[1] - top[0] > 1e-6, "hidden tie"

    sources, differences = [], []
    frame = pd.DataFrame(squareform(condensed_distance(cov)))
    riskfolio_most = int(min(10, np.sqrt(n)))
    if rule == "standardised-silhouette" and metric == "columns" and most == riskfolio_most:
        found = AuxFunctions.std_silhouette_score(frame, tree, 10)[0]
        assert found == k, (found, k)
        sources.append("Riskfolio-Lib 7.4.0 std_silhouette_score(max_k=10), which tries up to min(10, sqrt(N)) and "
                       "takes the rows of the distance matrix for points")
    if rule == "gap":
        plain = squareform(condensed_distance(cov))
        found = AuxFunctions.two_diff_gap_stat(frame, tree, 10)[0]
        bends = bend(plain, tree, np.std, riskfolio_most + 1)
        if linkage != "centroid":
            assert found == max(range(3, riskfolio_most + 2), key=bends.get) - 1, (found, bends)
        differences.append("Riskfolio-Lib 7.4.0 two_diff_gap_stat(max_k=10) sums the standard deviations of the "
                           "distances in each cluster, names a bend by the k before it, and tries bends from 3 on: "
                           f"it finds {found}")
        found = compute_optimal_n_clusters(plain, tree)
        bends = bend(plain, tree, np.mean, max(8, round(np.sqrt(n))) - 1)
        if linkage != "centroid":
            assert found == max(bends, key=bends.get), (found, bends)
        differences.append("skfolio 1.12.2 compute_optimal_n_clusters sums the mean distances in each cluster, where "
                           f"its documentation has the sums of this file: it finds {found}")
        sources.append("numpy, Tibshirani et al. (2001) equation 2 and its second difference")
    else:
        sources.append("scikit-learn 1.9.1 silhouette_samples(metric='precomputed')")
    row = {"file": file, "linkage": linkage, "rule": rule, "metric": metric}
    if most is not None:
        row["most"] = most
    row["sources"] = sources
    if differences:
        row["differences"] = differences
    return row | {"scores": scores, "found": k, "labels": cut(tree, k)[1], "tolerance": TOLERANCE}


# --- Measures of risk, and distances ----------------------------------------------------------------

# The solver stops early: weights are up to 2.6e-5 away.
CONIC = 3e-5
TAIL = {"confidence": 0.95}
BOTH = {"losses": 0.95, "gains": 0.95}
UPPER = {"quantile": "upper"}
COMPOUNDED = {"compounding": "compounded"}

# Riskfolio-Lib's name, the setting here, skfolio's name, the tolerance.
MEASURES = [
    ("MV", "variance", "VARIANCE", TOLERANCE),
    ("vol", "standard-deviation", "STANDARD_DEVIATION", TOLERANCE),
    ("MSV", "semi-deviation", "SEMI_DEVIATION", TOLERANCE),
    ("MAD", "mad", "MEAN_ABSOLUTE_DEVIATION", TOLERANCE),
    ("KT", "square-root-kurtosis", None, TOLERANCE),
    ("SKT", "square-root-semi-kurtosis", None, TOLERANCE),
    ("GMD", "gini-mean-difference", "GINI_MEAN_DIFFERENCE", TOLERANCE),
    ("FLPM", {"first-lower-partial-moment": {}}, None, TOLERANCE),
    ("SLPM", {"downside-deviation": {}}, None, TOLERANCE),
    ("VaR", {"var": TAIL | UPPER}, "VALUE_AT_RISK", TOLERANCE),
    ("CVaR", {"cvar": TAIL}, "CVAR", TOLERANCE),
    ("EVaR", {"evar": TAIL}, "EVAR", TOLERANCE),
    ("RLVaR", {"rlvar": TAIL | {"kappa": 0.3}}, None, CONIC),
    ("WR", "worst-realisation", "WORST_REALIZATION", TOLERANCE),
    ("RG", "range", None, TOLERANCE),
    ("VRG", {"var-range": BOTH | UPPER}, None, TOLERANCE),
    ("CVRG", {"cvar-range": BOTH}, None, TOLERANCE),
    ("EVRG", {"evar-range": BOTH}, None, TOLERANCE),
    ("RVRG", {"rlvar-range": BOTH | {"kappa": 0.3}}, None, CONIC),
    ("MDD", {"maximum-drawdown": {}}, "MAX_DRAWDOWN", TOLERANCE),
    ("ADD", {"average-drawdown": {}}, "AVERAGE_DRAWDOWN", TOLERANCE),
    ("DaR", {"drawdown-at-risk": TAIL | UPPER}, "DRAWDOWN_AT_RISK", TOLERANCE),
    ("CDaR", {"cdar": TAIL}, "CDAR", TOLERANCE),
    ("EDaR", {"edar": TAIL}, "EDAR", TOLERANCE),
    ("RLDaR", {"rldar": TAIL | {"kappa": 0.3}}, None, CONIC),
    ("UCI", {"ulcer-index": {}}, "ULCER_INDEX", TOLERANCE),
    ("MDD_Rel", {"maximum-drawdown": COMPOUNDED}, None, TOLERANCE),
    ("ADD_Rel", {"average-drawdown": COMPOUNDED}, None, TOLERANCE),
    ("DaR_Rel", {"drawdown-at-risk": TAIL | UPPER | COMPOUNDED}, None, TOLERANCE),
    ("CDaR_Rel", {"cdar": TAIL | COMPOUNDED}, None, TOLERANCE),
    ("EDaR_Rel", {"edar": TAIL | COMPOUNDED}, None, TOLERANCE),
    ("RLDaR_Rel", {"rldar": TAIL | {"kappa": 0.3} | COMPOUNDED}, None, CONIC),
    ("UCI_Rel", {"ulcer-index": COMPOUNDED}, None, TOLERANCE),
]

# For the recursion, by Riskfolio-Lib's functions of a series.
FUNCTIONS = {"MAD": RiskFunctions.MAD, "CVaR": RiskFunctions.CVaR_Hist, "WR": RiskFunctions.WR,
             "MDD": RiskFunctions.MDD_Abs, "GMD": RiskFunctions.GMD}


def stored_returns():
    file = tomllib.loads((HERE / "risk.toml").read_text(encoding="utf-8"))
    return np.array(file["returns"]).reshape(file["assets"], file["observations"]).T


def inline(value):
    """A value of TOML, tables in braces."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {inline(item)}" for key, item in value.items()) + " }"
    return toml(value)


def measured_herc(returns, tree, k, risk, division, within):
    """The recursion, for a function of a series; each portfolio is formed anew."""
    n, nodes = len(tree) + 1, members(tree)
    clusters, _ = cut(tree, k)
    weights = np.zeros(n)
    own = np.array([1 / risk(returns[:, asset]) for asset in range(n)])

    def of(items):
        return float(risk(returns[:, items] @ (own[items] / own[items].sum())))

    def side(node):
        if division == "assets":
            return of(nodes[node])
        return sum(of(nodes[c]) for c in clusters if set(nodes[c]) <= set(nodes[node]))

    def divide(node, mass):
        if node in clusters:
            items = nodes[node]
            share = np.ones(len(items)) if within == "equal" else own[items]
            weights[items] = mass * share / share.sum()
            return
        left, right = (int(child) for child in tree[node - n, :2])
        share = side(right) / (side(left) + side(right))
        divide(left, share * mass)
        divide(right, (1 - share) * mass)

    divide(2 * n - 2, 1.0)
    return weights


def riskfolio_measured(returns, measure, linkage, k, model="HERC", codependence="pearson"):
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns), alpha=0.05, beta=0.05, kappa=0.3)
    weights = portfolio.optimization(model=model, codependence=codependence, rm=measure, method_cov="hist",
                                     linkage=linkage, k=k, leaf_order=False)
    return (f"Riskfolio-Lib 7.4.0 HCPortfolio(returns).optimization(model='{model}', codependence='{codependence}', "
            f"rm='{measure}', linkage='{linkage}', k={k}, leaf_order=False)", weights["weights"].to_numpy())


def skfolio_measured(returns, measure, linkage, k, distance=None):
    model = HierarchicalEqualRiskContribution(
        risk_measure=(RiskMeasure if measure in RiskMeasure.__members__ else ExtraRiskMeasure)[measure],
        distance_estimator=distance or PearsonDistance(),
        prior_estimator=EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False)),
        hierarchical_clustering_estimator=HierarchicalClustering(
            max_clusters=k, linkage_method=LinkageMethod(linkage))).fit(returns)
    return (f"skfolio 1.12.2 HierarchicalEqualRiskContribution(risk_measure={measure}, "
            f"HierarchicalClustering(max_clusters={k}, linkage {linkage}), {type(distance).__name__ if distance else 'PearsonDistance'}())",
            model.weights_)


def measured(returns, theirs, ours, other, tolerance, linkage="ward", k=3, within="inverse-risk", division="clusters"):
    tree = scipy_linkage(condensed_distance(covariance(returns)), linkage)
    row = {"linkage": linkage, "clusters": k, "risk": inline(ours), "division": division, "within": within}
    if division == "assets":
        found = measured_herc(returns, tree, k, FUNCTIONS[theirs], division, within)
        sources, differences = ["scipy 1.17.1 linkage + numpy recursion by Riskfolio-Lib's function"], []
    else:
        model = "HERC2" if within == "equal" else "HERC"
        call, found = riskfolio_measured(returns, theirs, linkage, k, model)
        sources, differences = [call], []
        if theirs in FUNCTIONS:
            again = measured_herc(returns, tree, k, FUNCTIONS[theirs], division, within)
            assert apart(again, found) <= TOLERANCE, (theirs, apart(again, found))
        # Riskfolio-Lib divides a semi-deviation by T - 1, or a partial moment: a factor that all share.
        if other and within == "inverse-risk":
            call, weights = skfolio_measured(returns, other, linkage, k)
            if apart(weights, found) <= tolerance:
                sources.append(call)
            else:
                differences.append(f"{call} is {apart(weights, found):.1e} away")
                print(theirs, differences[-1])
    if differences:
        row["differences"] = differences
    return row | {"labels": cut(tree, k)[1], "sources": sources, "weights": found, "tolerance": tolerance}


def by_skfolio(returns, ours, other, k=3):
    """Where the observation that is a quantile is another one than Riskfolio-Lib's."""
    tree = scipy_linkage(condensed_distance(covariance(returns)), "ward")
    call, found = skfolio_measured(returns, other, "ward", k)
    return {"linkage": "ward", "clusters": k, "risk": inline(ours), "division": "clusters", "within": "inverse-risk",
            "labels": cut(tree, k)[1], "sources": [call], "weights": found, "tolerance": TOLERANCE}


SKFOLIO_DISTANCES = {"spearman": SpearmanDistance(), "kendall": KendallDistance(),
                     "abs_pearson": PearsonDistance(absolute=True), "distance": DistanceCorrelation(),
                     "abs_spearman": SpearmanDistance(absolute=True), "abs_kendall": KendallDistance(absolute=True)}


def codependent(returns, codependence, k, measure="MV", ours="variance", other="VARIANCE"):
    _, distances = AuxFunctions.codep_dist(returns=pd.DataFrame(returns), custom_cov=None, codependence=codependence,
                                           bins_info="KN", alpha_tail=0.05, gs_threshold=0.5)
    distances = np.array(distances)
    np.fill_diagonal(distances, 0.0)
    distances = (distances + distances.T) / 2
    tree = scipy_linkage(squareform(distances, checks=False), "ward")
    call, found = riskfolio_measured(returns, measure, "ward", k, codependence=codependence)
    sources, differences = [call], []
    if codependence in SKFOLIO_DISTANCES:
        call, weights = skfolio_measured(returns, other, "ward", k, SKFOLIO_DISTANCES[codependence])
        if apart(weights, found) <= TOLERANCE:
            sources.append(call)
        else:
            differences.append(f"{call} is {apart(weights, found):.1e} away")
            print(codependence, differences[-1])
    row = {"name": codependence, "clusters": k, "risk": inline(ours), "sources": sources}
    if differences:
        row["differences"] = differences
    return row | {"labels": cut(tree, k)[1], "distances": distances.T.ravel(), "weights": found}


def main():
    rows = []
    for file, linkage, k in (("factor20", "ward", 4), ("factor20", "single", 3), ("factor20", "average", 1),
                             ("factor20", "complete", 20), ("odd37", "ward", 6), ("odd37", "complete", 9),
                             ("singular30", "ward", 5)):
        for risk in ("variance", "standard-deviation"):
            for within in ("inverse-risk", "equal"):
                rows.append(expected(file, linkage, k, risk, within=within))
    for file, linkage, k in (("factor20", "ward", 5), ("odd37", "average", 8), ("singular30", "weighted", 4)):
        for risk in ("variance", "standard-deviation"):
            rows.append(expected(file, linkage, k, risk, division="assets"))
        rows.append(expected(file, linkage, k, division="halves", within="equal"))
        rows.append(expected(file, linkage, k, division="halves"))
    for linkage in ("centroid", "median"):
        rows.append(expected("factor20", linkage, 5))
        rows.append(expected("odd37", linkage, 7, division="assets"))
    counts = []
    for file in FILES:
        root = int(min(10, np.sqrt(len(covariance(FILES[file])))))
        for linkage in ("single", "complete", "average", "ward"):
            counts.append(count(file, linkage, "gap"))
            counts.append(count(file, linkage, "silhouette"))
            counts.append(count(file, linkage, "standardised-silhouette"))
            counts.append(count(file, linkage, "standardised-silhouette", "columns", root))
    counts.append(count("factor20", "centroid", "gap"))
    counts.append(count("factor20", "ward", "gap", most=19))
    counts.append(count("factor20", "ward", "silhouette", most=19))

    returns = stored_returns()
    risks = [measured(returns, *measure) for measure in MEASURES]
    named = {measure[0]: measure for measure in MEASURES}
    for linkage, k in (("single", 2), ("complete", 5), ("average", 4), ("ward", 8)):
        for name in ("MAD", "CVaR", "MDD"):
            risks.append(measured(returns, *named[name], linkage, k))
            risks.append(measured(returns, *named[name], linkage, k, within="equal"))
    for linkage, k in (("single", 6), ("ward", 4), ("average", 8)):
        for name in FUNCTIONS:
            risks.append(measured(returns, *named[name], linkage, k, division="assets"))
    risks.append(by_skfolio(returns, {"var": TAIL}, "VALUE_AT_RISK"))
    risks.append(by_skfolio(returns, {"drawdown-at-risk": TAIL}, "DRAWDOWN_AT_RISK"))
    distances = []
    for codependence in ("pearson", "spearman", "kendall", "gerber1", "gerber2", "abs_pearson", "abs_spearman",
                         "abs_kendall", "distance", "mutual_info", "tail"):
        distances.append(codependent(returns, codependence, 3))
        distances.append(codependent(returns, codependence, 4, "CVaR", {"cvar": TAIL}, "CVAR"))

    lines = ["# Written by herc.py; do not edit."]
    for table, blocks in (("expected", rows), ("count", counts), ("measured", risks), ("codependent", distances)):
        for block in blocks:
            # What is risk of a measure is written already.
            written = lambda key, value: value if key == "risk" and table in ("measured", "codependent") else toml(value)
            lines += ["", f"[[{table}]]"] + [f"{key} = {written(key, value)}" for key, value in block.items()]
    (HERE / "herc.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for package, wanted in (VERSIONS | {"scikit-learn": "1.9.1"}).items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    main()
