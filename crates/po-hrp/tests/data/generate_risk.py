"""Writes risk.toml next to itself: hierarchical risk parity by measures of risk other than the variance, and by distances
other than those of the correlations.

Run:    python generate_risk.py
Needs:  Riskfolio-Lib 7.4.0, skfolio 1.12.2, numpy 2.4.6 (the versions are checked)

Weights are those of Riskfolio-Lib, and stand for skfolio where `sources` names it too: then both agree to the
tolerance of the block. A factor that all risks share, such as a divisor of T - 1 in place of T, leaves the shares as
they are; so Riskfolio-Lib's SLPM is the downside deviation here.

Tolerances
  1e-10   measures that are computed in closed form
  1e-5    entropic measures, which Riskfolio-Lib finds with a numerical minimiser, good to six digits or so
  1e-4    relativistic ones, which it finds with a conic solver that stops earlier
Tail Gini is left out: Riskfolio-Lib adds up a hundred levels where the definition has an integral.
"""

import os
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import riskfolio
from riskfolio.src import AuxFunctions
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
CLOSED, SOLVED, CONIC = 1e-10, 1e-5, 1e-4

# Riskfolio-Lib's name, the setting here, skfolio's name, the tolerance.
MEASURES = [
    ("MV", '"variance"', "VARIANCE", CLOSED),
    ("vol", '"standard-deviation"', "STANDARD_DEVIATION", CLOSED),
    ("MSV", '"semi-deviation"', "SEMI_DEVIATION", CLOSED),
    ("MAD", '"mad"', "MEAN_ABSOLUTE_DEVIATION", CLOSED),
    ("KT", '"square-root-kurtosis"', None, CLOSED),
    ("SKT", '"square-root-semi-kurtosis"', None, CLOSED),
    ("GMD", '"gini-mean-difference"', "GINI_MEAN_DIFFERENCE", CLOSED),
    ("FLPM", "{ first-lower-partial-moment = {} }", None, CLOSED),
    ("SLPM", "{ downside-deviation = {} }", None, CLOSED),
    ("VaR", f'{{ var = {{ {TAIL}, quantile = "upper" }} }}', None, CLOSED),
    ("CVaR", f"{{ cvar = {{ {TAIL} }} }}", "CVAR", CLOSED),
    ("EVaR", f"{{ evar = {{ {TAIL} }} }}", "EVAR", SOLVED),
    ("RLVaR", f"{{ rlvar = {{ {TAIL}, kappa = 0.3 }} }}", None, CONIC),
    ("WR", '"worst-realisation"', "WORST_REALIZATION", CLOSED),
    ("RG", '"range"', None, CLOSED),
    ("VRG", '{ var-range = { losses = 0.95, gains = 0.95, quantile = "upper" } }', None, CLOSED),
    ("EVRG", "{ evar-range = { losses = 0.95, gains = 0.95 } }", None, SOLVED),
    ("RVRG", "{ rlvar-range = { losses = 0.95, gains = 0.95, kappa = 0.3 } }", None, CONIC),
    ("CVRG", "{ cvar-range = { losses = 0.95, gains = 0.95 } }", None, CLOSED),
    ("MDD", "{ maximum-drawdown = {} }", "MAX_DRAWDOWN", CLOSED),
    ("ADD", "{ average-drawdown = {} }", "AVERAGE_DRAWDOWN", CLOSED),
    ("DaR", f'{{ drawdown-at-risk = {{ {TAIL}, quantile = "upper" }} }}', None, CLOSED),
    ("CDaR", f"{{ cdar = {{ {TAIL} }} }}", "CDAR", CLOSED),
    ("EDaR", f"{{ edar = {{ {TAIL} }} }}", "EDAR", SOLVED),
    ("RLDaR", f"{{ rldar = {{ {TAIL}, kappa = 0.3 }} }}", None, CONIC),
    ("UCI", "{ ulcer-index = {} }", "ULCER_INDEX", CLOSED),
    ("MDD_Rel", f"{{ maximum-drawdown = {{ {COMPOUNDED} }} }}", None, CLOSED),
    ("ADD_Rel", f"{{ average-drawdown = {{ {COMPOUNDED} }} }}", None, CLOSED),
    ("CDaR_Rel", f"{{ cdar = {{ {TAIL}, {COMPOUNDED} }} }}", None, CLOSED),
    ("DaR_Rel", f'{{ drawdown-at-risk = {{ {TAIL}, quantile = "upper", {COMPOUNDED} }} }}', None, CLOSED),
    ("EDaR_Rel", f"{{ edar = {{ {TAIL}, {COMPOUNDED} }} }}", None, SOLVED),
    ("RLDaR_Rel", f"{{ rldar = {{ {TAIL}, kappa = 0.3, {COMPOUNDED} }} }}", None, CONIC),
    ("UCI_Rel", f"{{ ulcer-index = {{ {COMPOUNDED} }} }}", None, CLOSED),
]


def sample():
    """A market factor, two sectors and specific risk, with Student-t tails; six decimals."""
    rng = np.random.default_rng(20260101)
    days, assets = 240, 8
    market, sectors = rng.standard_t(5, (days, 1)), rng.standard_t(5, (days, 2))
    own = rng.standard_t(5, (days, assets))
    scale = 0.004 + 0.008 * rng.uniform(size=assets)
    returns = 0.0003 + scale * (0.6 * market + 0.6 * sectors[:, np.arange(assets) % 2] + own)
    return np.round(returns, 6)


def riskfolio_weights(returns, measure):
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns), alpha=0.05, beta=0.05, kappa=0.3)
    weights = portfolio.optimization(model="HRP", codependence="pearson", rm=measure, method_cov="hist",
                                     linkage="ward", leaf_order=False)
    return weights["weights"].to_numpy()


def riskfolio_codependence(returns, codependence):
    """The distances that Riskfolio-Lib clusters, column by column, and its weights by variance."""
    portfolio = riskfolio.HCPortfolio(pd.DataFrame(returns))
    weights = portfolio.optimization(model="HRP", codependence=codependence, rm="MV", method_cov="hist",
                                     linkage="ward", leaf_order=False)
    _, distances = AuxFunctions.codep_dist(returns=pd.DataFrame(returns), custom_cov=None,
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
            apart = float(np.abs(skfolio_weights(returns, other) - weights).max())
            print(theirs, other, apart)
            if apart <= tolerance:
                sources.append(f"skfolio 1.12.2 HierarchicalRiskParity(risk_measure={other})")
        lines += ["", "[[expected]]", f"risk = {ours}",
                  "sources = [" + ", ".join(f'"{source}"' for source in sources) + "]",
                  f"weights = {numbers(weights)}", f"tolerance = {tolerance}"]
    for codependence in ["spearman", "kendall", "gerber1", "abs_pearson", "distance", "mutual_info", "tail"]:
        distances, weights = riskfolio_codependence(returns, codependence)
        lines += ["", "[[codependence]]", f'name = "{codependence}"',
                  f"distances = {numbers(distances.T.ravel())}", f"weights = {numbers(weights)}"]
    Path(__file__).with_name("risk.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
