"""Writes the golden files of po-hrp next to itself: every *.toml in this folder.

Run:    python generate.py
Needs:  PyPortfolioOpt 1.6.0, skfolio 1.12.2, Riskfolio-Lib 7.4.0, scipy 1.17.1, numpy 2.4.6
        (the versions are checked; on the same machine a second run writes the same bytes).

Expected values never come from po itself. They are the output of the libraries above, of a short
numpy recursion that serves as an oracle, of printed tables, or derived by hand. A library stands
in `sources` only if this run found its weights equal to the stored ones within `tolerance`; where
a library follows another convention, `differences` says which and how far its numbers are off.

Files
  lopez_de_prado_2016, factor8, factor20, factor50, odd37, singular30, hundred
                one covariance each, with one [[expected]] block a setting
  closed_form   [[case]]: covariances whose weights follow by hand
  linkage       [[case]]: condensed distances (upper triangle, row by row) and their dendrogram

Conventions of the [[expected]] blocks
  distance      d_ij = sqrt((1 - rho_ij) / 2), rho from the stored covariance, d_ii exactly 0 (a rounded
                rho_ii would give 1e-8, which metric "columns" would pass on to the heights)
  metric        "correlation" clusters d itself; "columns" clusters the Euclidean distances between
                the columns of d, as López de Prado (2016) does
  heights       in scipy's row order: ascending, except that centroid and median may step down
  leaf order    "dendrogram": pre-order, in each merge the child with the smaller id on the left;
                "optimal": the shortest path among the 2^(N-1) orders of the tree (Bar-Joseph et
                al. 2001), of the two directions the one that keeps the root's left child left;
                "scipy-optimal": what scipy's optimal_leaf_ordering returns. It finds the length of
                the shortest path but fixes each subtree's order by that subtree alone, so the order
                returned is mostly longer; skfolio (by default) and Riskfolio-Lib
                (leaf_order=True) use it
  weights       bisection at floor(n/2), cluster variance of inverse-variance weights, left share
                1 - v_left / (v_left + v_right); `lower` and `upper` clamp each split
                to what the two halves can hold
Orders are checked not to change when the distances move by a relative 1e-9: no hidden ties.
"""

import json
import os
import random
import textwrap
import warnings
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: sums must not depend on the core count

import numpy as np
import pandas as pd
import riskfolio
from pypfopt import HRPOpt
from scipy.cluster.hierarchy import leaves_list, linkage as scipy_linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import HierarchicalRiskParity
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import HierarchicalSeriation

HERE = Path(__file__).parent
VERSIONS = {"PyPortfolioOpt": "1.6.0", "skfolio": "1.12.2", "Riskfolio-Lib": "7.4.0",
            "scipy": "1.17.1", "numpy": "2.4.6"}
LINKAGES = ["single", "complete", "average", "weighted", "ward", "centroid", "median"]
TOLERANCE = 1e-10
ORACLE = "scipy 1.17.1 linkage + numpy recursive bisection (López de Prado 2016, snippets 16.1–16.4)"


# --- TOML -------------------------------------------------------------------------------------

def toml(value):
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value) + 0.0)  # shortest text that reads back as the same double; no -0.0
    items = [toml(item) for item in value]
    if items and isinstance(value[0], str):
        return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    text = "[" + ", ".join(items) + "]"
    if len(text) <= 80:
        return text
    return "[\n" + textwrap.fill(", ".join(items) + ",", 100, initial_indent="    ",
                                 subsequent_indent="    ", break_on_hyphens=False) + "\n]"


def write(file, head, table, rows):
    lines = ["# Written by generate.py; do not edit."]
    lines += [f"{key} = {toml(value)}" for key, value in head.items()]
    for row in rows:
        lines += ["", f"[[{table}]]"] + [f"{key} = {toml(value)}" for key, value in row.items()]
    (HERE / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- The oracle -------------------------------------------------------------------------------

def condensed_distance(cov, metric="correlation"):
    deviation = np.sqrt(np.diag(cov))
    square = np.sqrt(np.clip((1 - cov / np.outer(deviation, deviation)) / 2, 0, 1))
    np.fill_diagonal(square, 0)
    return pdist(square) if metric == "columns" else squareform(square, checks=False)


def optimal_order(tree, condensed):
    """Exact optimal leaf order. tables[v][u, w] = shortest path through cluster v from u to w."""
    distance = squareform(condensed)
    leaves = [[i] for i in range(len(tree) + 1)]
    tables = [np.zeros((1, 1)) for _ in leaves]
    children = [None for _ in leaves]
    for left, right in tree[:, :2].astype(int):
        step = distance[np.ix_(leaves[left], leaves[right])]
        half = (tables[left][:, :, None] + step[None]).min(axis=1)
        best = (half[:, :, None] + tables[right][None]).min(axis=1)
        none = [np.full((len(leaves[v]),) * 2, np.inf) for v in (left, right)]
        tables.append(np.block([[none[0], best], [best.T, none[1]]]))
        leaves.append(leaves[left] + leaves[right])
        children.append((left, right))

    def path(v, u, w):  # leaves of v from its u-th to its w-th
        if children[v] is None:
            return [v]
        left, right = children[v]
        size = len(leaves[left])
        if u >= size:
            return path(v, w, u)[::-1]
        total = (tables[left][u][:, None] + distance[np.ix_(leaves[left], leaves[right])]
                 + tables[right][:, w - size][None])
        end, start = np.unravel_index(total.argmin(), total.shape)
        return path(left, u, end) + path(right, start, w - size)

    size = len(leaves[children[-1][0]])
    u, w = np.unravel_index(tables[-1][:size, size:].argmin(), tables[-1][:size, size:].shape)
    return path(len(leaves) - 1, u, w + size)


def leaf_order(tree, condensed, which):
    if which == "optimal":
        return [int(i) for i in optimal_order(tree, condensed)]
    if which == "scipy-optimal":
        tree = optimal_leaf_ordering(tree, condensed)
    return leaves_list(tree).tolist()


def bisect(cov, order, lower=None, upper=None):
    lower = np.zeros(len(cov)) if lower is None else np.asarray(lower)
    upper = np.ones(len(cov)) if upper is None else np.asarray(upper)
    weights = np.ones(len(cov))

    def variance(items):
        block = cov[np.ix_(items, items)]
        inverse = 1 / np.diag(block)
        return inverse @ block @ inverse / inverse.sum() ** 2

    def split(items):
        if len(items) == 1:
            return
        left, right = items[: len(items) // 2], items[len(items) // 2:]
        held = weights[left[0]]
        share = variance(right) / (variance(left) + variance(right))
        share = min(upper[left].sum() / held, max(lower[left].sum() / held, share))
        share = 1 - min(upper[right].sum() / held, max(lower[right].sum() / held, 1 - share))
        weights[left] *= share
        weights[right] *= 1 - share
        split(left)
        split(right)

    split(list(order))
    return weights


def path_length(condensed, order):
    return float(squareform(condensed)[order[:-1], order[1:]].sum())


# --- The libraries: each returns what was called, the weights and the merge heights -------------

def pyportfolioopt(cov, linkage):
    hrp = HRPOpt(cov_matrix=pd.DataFrame(cov))
    weights = hrp.optimize(linkage_method=linkage)
    return (f"PyPortfolioOpt 1.6.0 HRPOpt(cov_matrix=…).optimize(linkage_method='{linkage}')",
            np.array([weights[i] for i in range(len(cov))]), hrp.clusters[:, 2])


def skfolio(returns, linkage, optimal, lower, upper):
    clustering = HierarchicalClustering(linkage_method=LinkageMethod(linkage), max_clusters=2)
    hrp = HierarchicalRiskParity(
        prior_estimator=EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False)),
        seriation_estimator=HierarchicalSeriation(
            hierarchical_clustering_estimator=clustering, optimal_ordering=optimal),
        min_weights=0.0 if lower is None else np.array(lower),
        max_weights=1.0 if upper is None else np.array(upper)).fit(returns)
    bounds = ", min_weights=lower" * (lower is not None) + ", max_weights=upper" * (upper is not None)
    return (f"skfolio 1.12.2 HierarchicalRiskParity(seriation_estimator=HierarchicalSeriation(linkage "
            f"{linkage}, optimal_ordering={optimal}), EmpiricalCovariance(nearest=False){bounds})",
            hrp.weights_, hrp.seriation_estimator_.ordered_linkage_matrix_[:, 2])


def riskfolio_lib(returns, linkage, optimal, lower, upper):
    def series(bound):
        return None if bound is None else pd.Series(bound)
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns), w_min=series(lower), w_max=series(upper))
    weights = portfolio.optimization(model="HRP", codependence="pearson", rm="MV", method_cov="hist",
                                     linkage=linkage, leaf_order=optimal)
    return (f"Riskfolio-Lib 7.4.0 HCPortfolio(returns).optimization(model='HRP', codependence='pearson', "
            f"rm='MV', linkage='{linkage}', leaf_order={optimal})",
            weights["weights"].to_numpy(), portfolio.clustering[:, 2])


def apart(a, b):
    return float(np.abs(np.asarray(a) - np.asarray(b)).max())


def expected(returns, cov, linkage, metric="correlation", order="dendrogram", lower=None, upper=None,
             paper=None):
    """One [[expected]] block, or a failed assertion."""
    condensed = condensed_distance(cov, metric)
    tree = scipy_linkage(condensed, linkage)
    leaves = leaf_order(tree, condensed, order)
    weights = bisect(cov, leaves, lower, upper)
    rng = np.random.default_rng(0)
    for _ in range(5):
        moved = condensed * (1 + 1e-9 * rng.uniform(-1, 1, len(condensed)))
        assert leaf_order(scipy_linkage(moved, linkage), moved, order) == leaves, "hidden tie"
    greedy = leaf_order(tree, condensed, "scipy-optimal")
    bounds = lower is not None or upper is not None

    optimal = order != "dendrogram"
    runs = {"skfolio": skfolio(returns, linkage, optimal, lower, upper),
            "Riskfolio-Lib": riskfolio_lib(returns, linkage, optimal, lower, upper)}
    if not optimal and not bounds:
        runs = {"PyPortfolioOpt": pyportfolioopt(cov, linkage)} | runs
    reason = {}
    if metric == "columns":
        reason = dict.fromkeys(runs, "clusters d itself, not the distances between the columns of d")
    elif order == "optimal" and leaves != greedy:
        reason = dict.fromkeys(runs, "orders the leaves with scipy's optimal_leaf_ordering, whose path is "
                               f"{path_length(condensed, greedy):.4f} long; the shortest is "
                               f"{path_length(condensed, leaves):.4f}")
    if bounds:
        reason["Riskfolio-Lib"] = ("clips the finished weights to the bounds and spreads the excess over the "
                                   "unclipped assets in proportion, up to 100 times")

    sources, differences, heights = [] if paper is None else [paper], [], tree[:, 2]
    for library, (call, found, found_heights) in runs.items():
        if library in reason:
            assert apart(found, weights) > 1e-6, f"{library} was expected to differ"
            differences.append(f"{library} {VERSIONS[library]} {reason[library]}: "
                               f"weights differ by up to {apart(found, weights):.1e}")
            continue
        assert apart(found, weights) <= TOLERANCE, f"{call}: {apart(found, weights)}"
        sources.append(call)
        if apart(found_heights, heights) > TOLERANCE:
            assert library == "PyPortfolioOpt" and apart(found_heights, heights) < 1e-4
            differences.append("PyPortfolioOpt 1.6.0 rounds correlations to 6 decimals when given a covariance: "
                               f"heights differ by up to {apart(found_heights, heights):.1e}, the order does not")
    given = HRPOpt._raw_hrp_allocation(pd.DataFrame(cov), leaves)[range(len(cov))]
    if not bounds and (optimal or metric == "columns"):
        assert apart(given, weights) <= TOLERANCE
        sources.append("PyPortfolioOpt 1.6.0 HRPOpt._raw_hrp_allocation on this order")
    if bounds:
        assert apart(given, weights) > 1e-3, "the bounds do not bind"
        assert (lower is None or (weights >= np.array(lower) - 1e-12).all())
        assert (upper is None or (weights <= np.array(upper) + 1e-12).all())
    if order == "optimal":
        sources.append("order: exact dynamic program over the dendrogram (Bar-Joseph et al. 2001)")
    sources.append(ORACLE)

    row = {"linkage": linkage, "metric": metric, "leaf_order": order, "sources": sources}
    if differences:
        row["differences"] = differences
    row |= {"order": leaves, "path_length": path_length(condensed, leaves)}
    row |= {"heights": heights, "weights": weights}
    for key, bound in (("lower", lower), ("upper", upper)):
        if bound is not None:
            row[key] = bound
    return row | {"tolerance": TOLERANCE}


# --- Covariances --------------------------------------------------------------------------------

def covariance(returns):
    cov = np.cov(returns, rowvar=False)
    return (cov + cov.T) / 2


def factor_returns(seed, days, assets, factors, mean=0.5, degrees=None):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(mean, 0.5, (assets, factors))
    scale = 0.01 * rng.uniform(0.5, 2.0, assets)
    draw = rng.standard_normal if degrees is None else lambda size: rng.standard_t(degrees, size)
    law = "N(0, 1)" if degrees is None else f"Student t({degrees})"
    source = (f"numpy default_rng({seed}): returns {days} x {assets} = 0.01 * F * L' + E; L (N x {factors}) "
              f"N({mean}, 0.5^2), then s (N) uniform in 0.01 * [0.5, 2], then F (T x {factors}) and E (T x N, "
              f"column j times s_j) {law}; sample covariance, divisor T - 1")
    return 0.01 * draw((days, factors)) @ loadings.T + draw((days, assets)) * scale, source


def lopez_de_prado_returns():
    """generateData(10000, 5, 5, .25) of the paper, which ran on Python 2 with both seeds 12345."""
    numpy_random, python_random = np.random.RandomState(12345), random.Random(12345)
    own = numpy_random.normal(0, 1, (10_000, 5))
    columns = [int(python_random.random() * 5) for _ in range(5)]  # Python 2's randint(0, 4)
    return np.append(own, own[:, columns] + numpy_random.normal(0, 0.25, (10_000, 5)), axis=1)


def covariance_file(file, why, returns, source, settings):
    cov = covariance(returns)
    rows = []
    for setting in settings:
        linkage, options = setting if isinstance(setting, tuple) else (setting, {})
        rows.append(expected(returns, cov, linkage, **options))
        if options.get("order") == "optimal" and "skfolio" not in " ".join(rows[-1]["sources"]):
            rows.append(expected(returns, cov, linkage, order="scipy-optimal"))
    head = {"name": file, "why": why, "source": source, "assets": len(cov), "covariance": cov.ravel()}
    write(f"{file}.toml", head, "expected", rows)
    return rows


def covariance_files():
    columns, optimal = {"metric": "columns"}, {"order": "optimal"}

    paper = [7.0, 7.59, 10.84, 19.03, 9.72, 10.19, 6.62, 9.1, 7.12, 12.79]
    returns = lopez_de_prado_returns()
    printed = ("López de Prado (2016), Building Diversified Portfolios that Outperform Out-of-Sample: printed "
               "order 9, 2, 10, 1, 7, 3, 6, 4, 5, 8 and weights in percent")
    cov = covariance(returns)
    rows = [expected(returns, cov, "single", paper=printed, **columns)]
    assert rows[0]["order"] == [8, 1, 9, 0, 6, 2, 5, 3, 4, 7]
    assert apart(100 * rows[0]["weights"], paper) <= 0.005
    rows[0]["printed_percent"] = paper
    rows += [expected(returns, cov, "single"), expected(returns, cov, "ward")]
    head = {"name": "lopez_de_prado_2016",
            "why": "the paper's own example; metric columns gives its printed weights, correlation other ones",
            "source": "the paper's generateData(10000, 5, 5, .25): numpy legacy seed 12345 for the normal draws, "
                      "Python 2 random seed 12345 for the copied columns; sample covariance, divisor T - 1",
            "assets": 10, "covariance": cov.ravel()}
    write("lopez_de_prado_2016.toml", head, "expected", rows)

    returns, source = factor_returns(8, 250, 8, 2, mean=0.3)
    rows = covariance_file(
        "factor8", "8 assets on which scipy's optimal_leaf_ordering happens to find the shortest path, so "
        "that skfolio and Riskfolio-Lib confirm leaf_order optimal end to end", returns, source,
        [(name, optimal) for name in ("single", "average", "ward")]
        + [("ward", optimal | {"upper": [0.15] * 8}), ("average", optimal | {"lower": [0.1] * 8})])
    assert all(row["leaf_order"] == "optimal" and "skfolio" in row["sources"][0] for row in rows)

    returns, source = factor_returns(20, 500, 20, 3)
    rng = np.random.default_rng(2020)
    low, high = rng.uniform(0.0, 0.04, 20).round(4).tolist(), rng.uniform(0.05, 0.12, 20).round(4).tolist()
    covariance_file(
        "factor20", "20 assets, 3 factors, T = 500: the everyday case", returns, source,
        LINKAGES + [(name, optimal) for name in ("single", "average", "ward")]
        + [(name, columns) for name in ("single", "ward")]
        + [("ward", {"upper": [0.08] * 20}), ("ward", {"lower": [0.02] * 20}),
           ("single", {"lower": [0.02] * 20, "upper": [0.08] * 20}),
           ("average", {"lower": low, "upper": high}), ("ward", {"lower": low, "upper": high})])

    returns, source = factor_returns(50, 750, 50, 5)
    covariance_file("factor50", "50 assets, 5 factors, T = 750", returns, source,
                    ["single", "complete", "average", "weighted", "ward", ("ward", optimal)])

    returns, source = factor_returns(37, 300, 37, 4, mean=0.0, degrees=3)
    assert np.corrcoef(returns.T).min() < -0.5
    covariance_file("odd37", "odd number of assets, heavy tails, negative correlations", returns, source,
                    LINKAGES + [(name, optimal) for name in ("single", "ward", "complete")])

    returns, source = factor_returns(30, 15, 30, 3)
    assert np.linalg.matrix_rank(covariance(returns)) == 14
    covariance_file("singular30", "T = 15 < N = 30: covariance of rank 14", returns, source,
                    ["ward", "single", "average"])

    returns, source = factor_returns(100, 400, 100, 6)
    covariance_file("hundred", "100 assets, 6 factors, T = 400", returns, source,
                    ["ward", "single", ("ward", optimal)])


# --- Closed forms -------------------------------------------------------------------------------

def closed_form_file():
    def pair(a, b, rho):  # exact cluster variance of two assets with deviations a, b
        a, b, rho = Fraction(a), Fraction(b), Fraction(rho)
        return a**2 * b**2 * (a**2 + b**2 + 2 * rho * a * b) / (a**2 + b**2) ** 2

    def matrix(deviations, correlations):
        rho = np.eye(len(deviations))
        for (i, j), value in correlations.items():
            rho[i, j] = rho[j, i] = value
        return np.round(rho * np.outer(deviations, deviations), 15)

    cases = []

    def case(name, why, cov, weights):
        weights = [Fraction(w) for w in weights]
        assert sum(weights) == 1
        weights = [float(w) for w in weights]
        for linkage in LINKAGES if len(cov) > 1 else []:
            for metric in ("correlation", "columns"):
                condensed = condensed_distance(cov, metric)
                tree = scipy_linkage(condensed, linkage)
                for order in ("dendrogram", "optimal"):
                    assert apart(bisect(cov, leaf_order(tree, condensed, order)), weights) < 1e-12, name
            assert apart(pyportfolioopt(cov, linkage)[1], weights) < 1e-12, name
        cases.append({"name": name, "why": why, "assets": len(cov), "covariance": np.ravel(cov),
                      "weights": weights, "tolerance": 1e-12})

    case("single_asset", "one asset takes everything", np.array([[0.04]]), [1])
    inverse = [Fraction(1, v) for v in (4, 1, 16, 25, 9)]
    case("diagonal5", "no correlation: every split is exact for any order, w_i ~ 1 / variance_i; variances 4, 1, 16, "
         "25, 9 (times 0.01)", np.diag([0.04, 0.01, 0.16, 0.25, 0.09]), [w / sum(inverse) for w in inverse])
    for rho in (-1.0, 0.3, 1.0):
        case(f"two_assets_rho_{rho}", "two assets are split by their variances 0.04 and 0.01 alone: 1/5 and 4/5",
             matrix([0.2, 0.1], {(0, 1): rho}), [Fraction(1, 5), Fraction(4, 5)])
    case("duplicates4", "singular: assets 0 = 2 and 1 = 3. Clusters {0, 2} and {1, 3} have variances 0.09 and 0.01: "
         "1/10 and 9/10, each halved", matrix([0.3, 0.1, 0.3, 0.1], {(0, 2): 1, (1, 3): 1}),
         [Fraction(1, 20), Fraction(9, 20), Fraction(1, 20), Fraction(9, 20)])
    case("equicorrelated8", "equal variances, one correlation: by symmetry 1/8 each, whatever the order",
         matrix([0.2] * 8, {(i, j): 0.4 for i in range(8) for j in range(i)}), [Fraction(1, 8)] * 8)
    one, two = pair("1/10", "1/5", "1/2"), pair("3/10", "3/10", "4/5")  # 7/625 and 81/1000
    first = two / (one + two)
    assert first == Fraction(405, 461)
    case("two_blocks4", "uncorrelated blocks {0, 2} (deviations 0.1, 0.2, rho 1/2) and {1, 3} (0.3, 0.3, rho 4/5); a "
         "block's variance is s^2 t^2 (s^2 + t^2 + 2 rho s t) / (s^2 + t^2)^2 = 0.0112 and 0.081: 405/461 and 56/461, "
         "inside split 4 : 1 and 1 : 1", matrix([0.1, 0.3, 0.2, 0.3], {(0, 2): 0.5, (1, 3): 0.8}),
         [first * Fraction(4, 5), (1 - first) / 2, first / 5, (1 - first) / 2])
    case("loner_first3", "floor(3/2) = 1: assets 0 and 1 (variance 0.01, rho 1/2) merge first, so asset 2 (variance "
         "0.04) has the smaller cluster id, stands left and is split off alone: 0.0075 / 0.0475 = 3/19",
         matrix([0.1, 0.1, 0.2], {(0, 1): 0.5}), [Fraction(8, 19), Fraction(8, 19), Fraction(3, 19)])
    head = {"name": "closed_form",
            "why": "weights that follow by hand from the recursion; they hold for every linkage, both metrics and "
                   "both leaf orders",
            "source": "derived by hand in exact fractions (see why); the numpy oracle and PyPortfolioOpt 1.6.0 agree"}
    write("closed_form.toml", head, "case", cases)


# --- Linkage ------------------------------------------------------------------------------------

def all_orders(tree):
    orders = [[[i]] for i in range(len(tree) + 1)]
    for left, right in tree[:, :2].astype(int):
        orders.append([o for a in orders[left] for b in orders[right] for o in (a + b, b + a)])
    return orders[-1]


def linkage_case(name, why, source, condensed, linkage, brute_force=False):
    tree = scipy_linkage(condensed, linkage)
    optimal = leaf_order(tree, condensed, "optimal")
    greedy = leaf_order(tree, condensed, "scipy-optimal")
    length = path_length(condensed, optimal)
    if brute_force:
        assert abs(min(path_length(condensed, o) for o in all_orders(tree)) - length) < 1e-12
    return {"name": name, "why": why, "source": source, "n": len(tree) + 1, "linkage": linkage,
            "distances": condensed, "merges": tree.ravel(),
            "order": leaf_order(tree, condensed, "dendrogram"), "optimal_order": optimal, "path_length": length,
            "scipy_optimal_order": greedy, "scipy_path_length": path_length(condensed, greedy), "tolerance": 1e-12}


def linkage_file():
    cases = []
    rrna = np.array([17, 21, 31, 23, 30, 34, 21, 28, 39, 43], dtype=float)
    printed = {"single": [17, 21, 21, 28], "complete": [17, 23, 28, 43], "average": [17, 22, 28, 33],
               "weighted": [17, 22, 28, 35]}
    for linkage, heights in printed.items():
        row = linkage_case(
            f"rrna5_{linkage}", "textbook example worked by hand"
            + "; leaves 2 and 4 both join {0, 1} at height 21, scipy takes leaf 2 first" * (linkage == "single"),
            "5S rRNA distances of five bacteria, the usual worked example of the method; the printed heights are "
            f"{', '.join(map(str, heights))}; merges and order scipy 1.17.1",
            rrna, linkage)
        assert row["merges"][2::4].tolist() == heights
        del row["optimal_order"], row["path_length"], row["scipy_optimal_order"], row["scipy_path_length"]
        cases.append(row)
    for n, linkages in ((12, LINKAGES), (31, ["single", "average", "ward"])):
        condensed = pdist(np.random.default_rng(n).standard_normal((n, 3)))
        for linkage in linkages:
            row = linkage_case(
                f"points{n}_{linkage}", "Euclidean distances without ties",
                f"numpy default_rng({n}).standard_normal(({n}, 3)), pdist; merges, order and scipy_optimal_order "
                "scipy 1.17.1; optimal_order exact dynamic program" + ", checked against all 2^11 orders" * (n == 12),
                condensed, linkage, brute_force=n == 12)
            cases.append(row)
    head = {"name": "linkage", "why": "distances to dendrogram: merges are [left, right, height, size] for each merge, "
            "flat; leaves are 0..n, the k-th merge makes cluster n + k",
            "source": "see each case; path_length is the sum of distances between neighbours in optimal_order",
            "differences": ["scipy 1.17.1 optimal_leaf_ordering fixes the order inside each subtree by that subtree "
                            "alone: scipy_path_length exceeds path_length where the two orders differ"]}
    write("linkage.toml", head, "case", cases)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for package, wanted in VERSIONS.items():
        assert version(package) == wanted, f"{package} {version(package)}, wanted {wanted}"
    covariance_files()
    closed_form_file()
    linkage_file()
