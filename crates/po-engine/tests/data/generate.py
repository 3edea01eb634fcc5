"""Writes codependence.toml next to itself: from returns to weights, by each codependence of Riskfolio-Lib.

Run:    python generate.py
Needs:  Riskfolio-Lib 7.4.0, numpy 2.4.6 (the versions are checked)

Weights are those of hierarchical risk parity by variance, distances those that it clusters.

Tolerances
  1e-10   weights: they follow from the order of the leaves and from the covariance
  1e-8    distances: Riskfolio-Lib rounds variation of information to eight digits, and tail dependence before its logarithm,
          which is taken of 1/12 at the least: 12 * 5e-9 there
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

warnings.filterwarnings("ignore")
for library, needed in {"Riskfolio-Lib": "7.4.0", "numpy": "2.4.6"}.items():
    assert version(library) == needed, f"{library} {version(library)}, expected {needed}"

CODEPENDENCES = ["pearson", "spearman", "kendall", "gerber1", "gerber2", "abs_pearson", "abs_spearman", "abs_kendall",
                 "distance", "mutual_info", "tail", "custom_cov"]


def sample():
    """A market factor with heavy tails and two sectors, of which the second moves against the market; six decimals."""
    rng = np.random.default_rng(20260102)
    days, assets = 240, 9
    market, sectors = rng.standard_t(4, (days, 1)), rng.standard_t(4, (days, 2))
    own = rng.standard_t(4, (days, assets))
    scale, sector = 0.004 + 0.008 * rng.uniform(size=assets), np.arange(assets) % 2
    returns = scale * (np.where(sector == 0, 1.2, -0.6) * market + 0.8 * sectors[:, sector] + own)
    return np.round(returns, 6)


def allocated(returns, codependence):
    frame = pd.DataFrame(returns)
    custom = pd.DataFrame(np.cov(returns[: len(returns) // 2], rowvar=False))
    weights = riskfolio.HCPortfolio(frame).optimization(
        model="HRP", codependence=codependence, rm="MV", method_cov="hist", custom_cov=custom, linkage="ward",
        leaf_order=False, bins_info=8)
    _, distances = AuxFunctions.codep_dist(returns=frame, custom_cov=custom, codependence=codependence, bins_info=8,
                                           alpha_tail=0.05, gs_threshold=0.5)
    distances = np.array(distances)
    np.fill_diagonal(distances, 0.0)
    return distances, weights["weights"].to_numpy()


def numbers(values):
    return "[\n" + "".join(f"    {float(value)!r},\n" for value in values) + "]"


def main():
    returns = sample()
    lines = ["# Written by generate.py; do not edit.", f"observations = {len(returns)}",
             f"assets = {returns.shape[1]}", "# Column by column.", f"returns = {numbers(returns.T.ravel())}"]
    for codependence in CODEPENDENCES:
        distances, weights = allocated(returns, codependence)
        source = f"Riskfolio-Lib 7.4.0 HCPortfolio.optimization(model='HRP', codependence='{codependence}', bins_info=8)"
        lines += ["", "[[expected]]", f'codependence = "{codependence}"', f'source = "{source}"',
                  f"distances = {numbers(distances.T.ravel())}", f"weights = {numbers(weights)}"]
    Path(__file__).with_name("codependence.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
