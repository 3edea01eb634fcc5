"""Writes risk.toml next to itself: hierarchical risk parity by measures of risk other than the variance, and by distances
other than those of the correlations.

Run:    python generate_risk.py
Needs:  Riskfolio-Lib 7.4.0, skfolio 1.12.2, numpy 2.4.6 (the versions are checked), SciPy 1.17.1

Weights are those of Riskfolio-Lib, and stand for skfolio where `sources` names it too: then both agree to the
tolerance of the block. A factor that all risks share, such as a divisor of T - 1 in place of T, leaves the shares as
they are; so Riskfolio-Lib's SLPM is the downside deviation here.

Tolerances
  1e-10   measures that are computed in closed form, and entropic ones, whose minimum is one in one variable
  3e-5    relativistic ones, which Riskfolio-Lib finds with a conic solver: its weights are up to 2.6e-5 away from those of
          the definition

All 37 values of rm for which Riskfolio-Lib has weights of hierarchical risk parity are here, and all 12 of codependence;
it refuses `equal` in the bisection, which its documentation has too. Where it solves, or sums where the
definition has an integral (tail Gini, over a hundred levels), `defined` has the weights of the definition itself, by
numpy: a bisection of our own with each risk computed from its formula, which is held against Riskfolio-Lib's for the
measures in closed form. There the weights agree to 1e-10, and Riskfolio-Lib's follow from the measure that it computes.
"""

import os
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import riskfolio
from riskfolio.src import AuxFunctions, RiskFunctions
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.optimize import brentq, minimize_scalar
from scipy.spatial.distance import squareform
from skfolio import RiskMeasure
from skfolio.cluster import HierarchicalClustering, LinkageMethod
from skfolio.moments import EmpiricalCovariance
from skfolio.optimization import HierarchicalRiskParity
from skfolio.prior import EmpiricalPrior
from skfolio.seriation import HierarchicalSeriation

warnings.filterwarnings("ignore")
for library, needed in {"Riskfolio-Lib": "7.4.0", "skfolio": "1.12.2", "numpy": "2.4.6"}.items():
    assert version(library) == needed, f"{library} {version(library)}, expected {needed}"

TAIL = "confidence = 0.95"
COMPOUNDED = 'compounding = "compounded"'
CLOSED, CONIC = 1e-10, 3e-5

# Riskfolio-Lib's name, the setting here, skfolio's name, the tolerance.
MEASURES = [
    ("MV", '"variance"', "VARIANCE", CLOSED),
    ("vol", '"standard-deviation"', "STANDARD_DEVIATION", CLOSED),
    ("MSV", '"semi-deviation"', "SEMI_DEVIATION", CLOSED),
    ("MAD", '"mad"', "MEAN_ABSOLUTE_DEVIATION", CLOSED),
    ("KT", '"square-root-kurtosis"', None, CLOSED),
    ("SKT", '"square-root-semi-kurtosis"', None, CLOSED),
    # Even moments of the order four, its default, are the kurtosis by another name.
    ("EM", '"square-root-kurtosis"', None, CLOSED),
    ("ESM", '"square-root-semi-kurtosis"', None, CLOSED),
    ("GMD", '"gini-mean-difference"', "GINI_MEAN_DIFFERENCE", CLOSED),
    ("FLPM", "{ first-lower-partial-moment = {} }", None, CLOSED),
    ("SLPM", "{ downside-deviation = {} }", None, CLOSED),
    ("VaR", f'{{ var = {{ {TAIL}, quantile = "upper" }} }}', None, CLOSED),
    ("CVaR", f"{{ cvar = {{ {TAIL} }} }}", "CVAR", CLOSED),
    ("EVaR", f"{{ evar = {{ {TAIL} }} }}", "EVAR", CLOSED),
    ("RLVaR", f"{{ rlvar = {{ {TAIL}, kappa = 0.3 }} }}", None, CONIC),
    ("WR", '"worst-realisation"', "WORST_REALIZATION", CLOSED),
    ("RG", '"range"', None, CLOSED),
    ("VRG", '{ var-range = { losses = 0.95, gains = 0.95, quantile = "upper" } }', None, CLOSED),
    ("EVRG", "{ evar-range = { losses = 0.95, gains = 0.95 } }", None, CLOSED),
    ("RVRG", "{ rlvar-range = { losses = 0.95, gains = 0.95, kappa = 0.3 } }", None, CONIC),
    ("CVRG", "{ cvar-range = { losses = 0.95, gains = 0.95 } }", None, CLOSED),
    ("MDD", "{ maximum-drawdown = {} }", "MAX_DRAWDOWN", CLOSED),
    ("ADD", "{ average-drawdown = {} }", "AVERAGE_DRAWDOWN", CLOSED),
    ("DaR", f'{{ drawdown-at-risk = {{ {TAIL}, quantile = "upper" }} }}', None, CLOSED),
    ("CDaR", f"{{ cdar = {{ {TAIL} }} }}", "CDAR", CLOSED),
    ("EDaR", f"{{ edar = {{ {TAIL} }} }}", "EDAR", CLOSED),
    ("RLDaR", f"{{ rldar = {{ {TAIL}, kappa = 0.3 }} }}", None, CONIC),
    ("UCI", "{ ulcer-index = {} }", "ULCER_INDEX", CLOSED),
    ("MDD_Rel", f"{{ maximum-drawdown = {{ {COMPOUNDED} }} }}", None, CLOSED),
    ("ADD_Rel", f"{{ average-drawdown = {{ {COMPOUNDED} }} }}", None, CLOSED),
    ("CDaR_Rel", f"{{ cdar = {{ {TAIL}, {COMPOUNDED} }} }}", None, CLOSED),
    ("DaR_Rel", f'{{ drawdown-at-risk = {{ {TAIL}, quantile = "upper", {COMPOUNDED} }} }}', None, CLOSED),
    ("EDaR_Rel", f"{{ edar = {{ {TAIL}, {COMPOUNDED} }} }}", None, CLOSED),
    ("RLDaR_Rel", f"{{ rldar = {{ {TAIL}, kappa = 0.3, {COMPOUNDED} }} }}", None, CONIC),
    ("UCI_Rel", f"{{ ulcer-index = {{ {COMPOUNDED} }} }}", None, CLOSED),
]


ALPHA, KAPPA = 0.05, 0.3


def tail_gini(losses):
    """2/a² ∫ u CVaR_u du from 0 to a; u CVaR_u is linear between multiples of 1/T, where trapezoids are exact."""
    ordered, count = np.sort(losses)[::-1], len(losses)
    knots = np.append(np.arange(int(ALPHA * count + 1e-9) + 1) / count, ALPHA)
    sums = np.append(0.0, np.cumsum(ordered)) / count
    return 2 / ALPHA**2 * np.trapezoid(np.interp(knots, np.arange(count + 1) / count, sums), knots)


def entropic(losses):
    top = losses.max()
    bound = lambda u: top + np.exp(u) * np.log(np.mean(np.exp((losses - top) / np.exp(u))) / ALPHA)
    spread = np.log(losses.std())
    return minimize_scalar(bound, bounds=(spread - 6, spread + 6), method="bounded", options={"xatol": 1e-10}).fun


def relativistic(losses):
    """The worst mean over weights of a bounded entropy: each weight follows from two multipliers."""
    logarithm = lambda x: (x**KAPPA - x**-KAPPA) / (2 * KAPPA)

    def weights(scale):
        def at(level):
            y = KAPPA * (losses - level) / scale
            return ((y + np.sqrt(y * y + 1 - KAPPA**2)) / (1 + KAPPA)) ** (1 / KAPPA)
        low, high = losses.min() - 100 * scale, losses.max() + 100 * scale
        return at(brentq(lambda level: at(level).sum() - 1, low, high, xtol=1e-18, rtol=1e-15))

    def excess(u):
        p = weights(np.exp(u))
        return np.sum(p * logarithm(p)) - logarithm(1 / (ALPHA * len(losses)))
    spread = np.log(losses.std())
    p = weights(np.exp(brentq(excess, spread - 8, spread + 8, xtol=1e-15, rtol=1e-15)))
    return np.sum(p * losses) / np.sum(p)


def added(returns):
    path = np.append(0.0, np.cumsum(returns))
    return (np.maximum.accumulate(path) - path)[1:]


def compounded(returns):
    path = np.append(1.0, np.cumprod(1 + returns))
    return (1 - path / np.maximum.accumulate(path))[1:]


def both(tail):
    return lambda returns: tail(-returns) + tail(returns)


# Riskfolio-Lib's name, the setting here, the definition.
DEFINED = [
    ("TG", f"{{ tail-gini = {{ {TAIL} }} }}", lambda returns: tail_gini(-returns)),
    ("TGRG", "{ tail-gini-range = { losses = 0.95, gains = 0.95 } }", both(tail_gini)),
    ("EVaR", f"{{ evar = {{ {TAIL} }} }}", lambda returns: entropic(-returns)),
    ("EVRG", "{ evar-range = { losses = 0.95, gains = 0.95 } }", both(entropic)),
    ("EDaR", f"{{ edar = {{ {TAIL} }} }}", lambda returns: entropic(added(returns))),
    ("EDaR_Rel", f"{{ edar = {{ {TAIL}, {COMPOUNDED} }} }}", lambda returns: entropic(compounded(returns))),
    ("RLVaR", f"{{ rlvar = {{ {TAIL}, kappa = 0.3 }} }}", lambda returns: relativistic(-returns)),
    ("RVRG", "{ rlvar-range = { losses = 0.95, gains = 0.95, kappa = 0.3 } }", both(relativistic)),
    ("RLDaR", f"{{ rldar = {{ {TAIL}, kappa = 0.3 }} }}", lambda returns: relativistic(added(returns))),
    ("RLDaR_Rel", f"{{ rldar = {{ {TAIL}, kappa = 0.3, {COMPOUNDED} }} }}",
     lambda returns: relativistic(compounded(returns))),
]


def bisected(returns, risk, of_cluster=None):
    """Hierarchical risk parity by a function of returns."""
    correlation = np.corrcoef(returns, rowvar=False)
    distances = np.sqrt(np.clip((1 - correlation) / 2, 0.0, 1.0))
    weights = np.ones(returns.shape[1])

    def cluster_risk(cluster):
        inverse = np.array([1 / risk(returns[:, asset]) for asset in cluster])
        return (of_cluster or risk)(returns[:, cluster] @ (inverse / inverse.sum()))

    def halve(cluster):
        if len(cluster) > 1:
            left, right = cluster[: len(cluster) // 2], cluster[len(cluster) // 2 :]
            risks = cluster_risk(left), cluster_risk(right)
            weights[left] *= risks[1] / sum(risks)
            weights[right] *= risks[0] / sum(risks)
            halve(left)
            halve(right)
    halve(leaves_list(linkage(squareform(distances, checks=False), "ward")))
    return weights


def apart(a, b):
    return float(np.abs(a - b).max())


def check_bisection(returns):
    """Our bisection gives Riskfolio-Lib's weights, by the functions that it measures with."""
    for name, risk in [("MAD", RiskFunctions.MAD), ("CVaR", RiskFunctions.CVaR_Hist), ("UCI", RiskFunctions.UCI_Abs),
                       ("TG", RiskFunctions.TG), ("TGRG", RiskFunctions.TGRG)]:
        assert apart(bisected(returns, risk), riskfolio_weights(returns, name)) < 1e-12, name
    try:
        riskfolio_weights(returns, "equal")
        raise AssertionError("equal")
    except ValueError as error:
        print(error)
    # Of a moment of the order six, it measures assets so, and clusters by the order four all the same.
    six = lambda x: RiskFunctions.EvenMoment(x, p=3)
    theirs = riskfolio_weights(returns, "EM", p_em=3)
    assert apart(bisected(returns, six, RiskFunctions.Kurtosis), theirs) < 1e-12
    print("a moment of the order six", apart(bisected(returns, six), theirs))


def sample():
    """A market factor, two sectors and specific risk, with Student-t tails; six decimals."""
    rng = np.random.default_rng(20260101)
    days, assets = 240, 8
    market, sectors = rng.standard_t(5, (days, 1)), rng.standard_t(5, (days, 2))
    own = rng.standard_t(5, (days, assets))
    scale = 0.004 + 0.008 * rng.uniform(size=assets)
    returns = 0.0003 + scale * (0.6 * market + 0.6 * sectors[:, np.arange(assets) % 2] + own)
    return np.round(returns, 6)


def riskfolio_weights(returns, measure, **settings):
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns), alpha=ALPHA, beta=ALPHA, kappa=KAPPA, **settings)
    weights = portfolio.optimization(model="HRP", codependence="pearson", rm=measure, method_cov="hist",
                                     linkage="ward", leaf_order=False)
    return weights["weights"].to_numpy()


def riskfolio_codependence(returns, codependence):
    """The distances that Riskfolio-Lib clusters, column by column, and its weights by variance."""
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns))
    # The covariance of the first half of the sample: no covariance of the whole.
    custom = pd.DataFrame(np.cov(returns[: len(returns) // 2], rowvar=False))
    weights = portfolio.optimization(model="HRP", codependence=codependence, rm="MV", method_cov="hist",
                                     custom_cov=custom, linkage="ward", leaf_order=False)
    _, distances = AuxFunctions.codep_dist(returns=pd.DataFrame(returns), custom_cov=custom,
                                           codependence=codependence, bins_info="KN", alpha_tail=0.05,
                                           gs_threshold=0.5)
    distances = np.array(distances)
    np.fill_diagonal(distances, 0.0)
    return (distances + distances.T) / 2, weights["weights"].to_numpy()


def skfolio_weights(returns, measure):
    clustering = HierarchicalClustering(linkage_method=LinkageMethod.WARD, max_clusters=2)
    hrp = HierarchicalRiskParity(
        risk_measure=RiskMeasure[measure],
        prior_estimator=EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False)),
        seriation_estimator=HierarchicalSeriation(
            hierarchical_clustering_estimator=clustering, optimal_ordering=False)).fit(returns)
    return hrp.weights_


def numbers(values):
    return "[\n" + "".join(f"    {float(value)!r},\n" for value in values) + "]"


def main():
    returns = sample()
    lines = ["# Written by generate_risk.py; do not edit.",
             f"observations = {len(returns)}", f"assets = {returns.shape[1]}",
             "# Column by column.", f"returns = {numbers(returns.T.ravel())}"]
    for theirs, ours, other, tolerance in MEASURES:
        weights = riskfolio_weights(returns, theirs)
        sources = [f"Riskfolio-Lib 7.4.0 HCPortfolio.optimization(model='HRP', rm='{theirs}', linkage='ward')"]
        if other:
            difference = apart(skfolio_weights(returns, other), weights)
            print(theirs, other, difference)
            if difference <= tolerance:
                sources.append(f"skfolio 1.12.2 HierarchicalRiskParity(risk_measure={other})")
        lines += ["", "[[expected]]", f"risk = {ours}",
                  "sources = [" + ", ".join(f'"{source}"' for source in sources) + "]",
                  f"weights = {numbers(weights)}", f"tolerance = {tolerance}"]
    check_bisection(returns)
    for theirs, ours, risk in DEFINED:
        weights, other = bisected(returns, risk), riskfolio_weights(returns, theirs)
        print(theirs, "by definition", apart(weights, other))
        lines += ["", "[[defined]]", f'name = "{theirs}"', f"risk = {ours}",
                  'source = "the definition, by numpy"', f"weights = {numbers(weights)}",
                  f"riskfolio = {numbers(other)}"]
    for codependence in ["pearson", "spearman", "kendall", "gerber1", "gerber2", "abs_pearson", "abs_spearman",
                         "abs_kendall", "distance", "mutual_info", "tail", "custom_cov"]:
        distances, weights = riskfolio_codependence(returns, codependence)
        lines += ["", "[[codependence]]", f'name = "{codependence}"',
                  f"distances = {numbers(distances.T.ravel())}", f"weights = {numbers(weights)}"]
    Path(__file__).with_name("risk.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
