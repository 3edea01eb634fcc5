"""Writes correlation_limit.toml next to itself: the most valuable assets that are pairwise less correlated than a limit.

Run:    python generate_correlation_limit.py
Needs:  numpy 2.4.6, networkx 3.6.1 (the versions are checked; a second run writes the same bytes)

The expected worth never comes from po: it is that of networkx.max_weight_clique on the graph that joins the assets that
may be held together. Correlations have three decimals, the lower triangle column by column, and limits four, so that none
is near its limit; weights are whole thousandths.
"""

from importlib.metadata import version
from pathlib import Path

import networkx as nx
import numpy as np

VERSIONS = {"numpy": "2.4.6", "networkx": "3.6.1"}
# name, assets, factors, strength of the common factor, limit, share of short positions, absolute
CASES = [
    ("few", 8, 2, 0.5, 0.4005, 0.0, False),
    ("equal weights", 15, 3, 0.5, 0.3005, 0.0, False),
    ("market", 30, 4, 0.9, 0.6005, 0.0, False),
    ("long and short", 30, 3, 0.6, 0.3005, 0.4, False),
    ("absolute", 30, 3, 0.3, 0.4005, 0.4, True),
    ("sparse", 60, 8, 0.3, 0.4005, 0.0, False),
    ("middling", 60, 5, 0.6, 0.3505, 0.0, False),
    ("dense", 60, 3, 1.0, 0.4005, 0.0, False),
    ("sectors", 90, 12, 0.4, 0.3505, 0.0, False),
]


def correlation(rng, assets, factors, market):
    loadings = rng.normal(size=(assets, factors)) * (rng.random((assets, factors)) < 0.5)
    loadings = np.column_stack([market * (0.5 + rng.random(assets)), loadings])
    covariance = loadings @ loadings.T + np.diag(0.3 + rng.random(assets))
    root = np.sqrt(np.diag(covariance))
    return np.round(covariance / np.outer(root, root), 3)


def wrapped(items):
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "[\n" + "\n".join([*lines, line]) + "\n]"


def main():
    for package, expected in VERSIONS.items():
        assert version(package) == expected, f"{package} is {version(package)}, expected {expected}"
    rng = np.random.default_rng(1105)
    text = [
        "# Written by generate_correlation_limit.py; do not edit.",
        'source = "networkx.max_weight_clique on the graph of the pairs below the limit"',
    ]
    for name, assets, factors, market, limit, shorts, absolute in CASES:
        rho = correlation(rng, assets, factors, market)
        size = np.full(assets, 10) if name == "equal weights" else rng.integers(1, 400, assets)
        side = np.where(rng.random(assets) < shorts, -1, 1)
        seen = np.abs(rho) if absolute else rho * np.outer(side, side)
        graph = nx.Graph()
        for asset in range(assets):
            graph.add_node(asset, weight=int(size[asset]))
        below = [(i, j) for i in range(assets) for j in range(i) if seen[i, j] < limit]
        graph.add_edges_from(below)
        _, worth = nx.max_weight_clique(graph, weight="weight")
        triangle = [f"{rho[row, col]:.3f}" for col in range(assets) for row in range(col, assets)]
        text += [
            "\n[[case]]",
            f'name = "{name}"',
            f"limit = {limit}",
            f"absolute = {'true' if absolute else 'false'}",
            f"thousandths = {wrapped([str(int(weight)) for weight in size * side])}",
            f"correlation = {wrapped(triangle)}",
            f"conflicts = {assets * (assets - 1) // 2 - len(below)}",
            f"worth = {int(worth)}",
        ]
    Path(__file__).with_name("correlation_limit.toml").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
