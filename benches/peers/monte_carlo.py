"""Repeats the portfolios of the example monte_carlo by other means, and its experiment with other random numbers.

    cargo run --release -p po-benches --example monte_carlo -- --iterations 50 --exchange markets.jsonl
    python benches/peers/monte_carlo.py markets.jsonl     the same markets: how far weights and returns differ
    python benches/peers/monte_carlo.py --own 2000        own markets: the variances, with standard errors

Minimum variance by the critical line algorithm of PyPortfolioOpt (after Bailey and López de Prado 2013) and by the
dual active-set method of quadprog; hierarchical risk parity by SciPy's linkage and by PyPortfolioOpt; the rest by
numpy and scikit-learn.
"""

import argparse
import json
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
import quadprog
from pypfopt import HRPOpt
from pypfopt.cla import CLA
from scipy.cluster.hierarchy import leaves_list, linkage
from sklearn.covariance import ledoit_wolf

PERIODS, WINDOW, HELD, ORIGINALS, COPIES = 520, 260, 22, 5, 5


def minimum_variance(covariance):
    n = len(covariance)
    scale = np.diag(covariance).mean()
    constraints = np.column_stack([np.ones(n), np.eye(n)])
    return quadprog.solve_qp(covariance / scale, np.zeros(n), constraints, np.eye(n + 1)[0], 1)[0]


def critical_line(window):
    # The means only say where the line begins; its last point is that of the least variance.
    covariance = np.cov(window, rowvar=False)
    line = CLA(np.arange(len(covariance), dtype=float), covariance, weight_bounds=(0, 1))
    return np.array(list(line.min_volatility().values()))


def inverse_variance(window):
    inverse = 1.0 / window.var(axis=0, ddof=1)
    return inverse / inverse.sum()


def hierarchical(window):
    """As in the paper: single linkage of the Euclidean distances between the columns of the correlation distances."""
    covariance = np.cov(window, rowvar=False)
    distances = np.sqrt(np.maximum(1.0 - np.corrcoef(window, rowvar=False), 0.0) / 2.0)
    weights = np.ones(len(covariance))

    def variance(members):
        block = covariance[np.ix_(members, members)]
        share = 1.0 / np.diag(block)
        return share @ block @ share / share.sum() ** 2

    def bisect(members):
        if len(members) > 1:
            left, right = members[:len(members) // 2], members[len(members) // 2:]
            one, other = variance(left), variance(right)
            weights[left] *= other / (one + other)
            weights[right] *= one / (one + other)
            bisect(left)
            bisect(right)

    # A matrix of two dimensions is read as points: the distances between its rows are what is linked.
    bisect(leaves_list(linkage(distances, "single")))
    return weights


def hierarchical_ward(window):
    frame = pd.DataFrame(window)
    weights = HRPOpt(returns=frame).optimize(linkage_method="ward")
    return np.array([weights[asset] for asset in frame.columns])


METHODS = {  # the name that po uses -> other ways to the same weights
    "minimum variance (CLA)": {
        "PyPortfolioOpt's CLA": critical_line,
        "quadprog": lambda window: minimum_variance(np.cov(window, rowvar=False)),
    },
    "inverse variance (IVP)": {"numpy": inverse_variance},
    "HRP of the paper": {"SciPy": hierarchical},
    "HRP, Ward": {"PyPortfolioOpt": hierarchical_ward},
    "1/N": {"numpy": lambda window: np.full(window.shape[1], 1.0 / window.shape[1])},
    "minimum variance, Ledoit-Wolf": {
        "scikit-learn, quadprog": lambda window: minimum_variance(ledoit_wolf(window)[0]),
    },
}


def terminal(returns, portfolios):
    """The compounded return out of sample, a portfolio for each 22 periods."""
    value = 1.0
    for begin, weights in zip(range(WINDOW, PERIODS, HELD), portfolios):
        value *= np.prod(1.0 + returns[begin:begin + HELD] @ weights)
    return value - 1.0


def portfolios(returns, method):
    return np.array([method(returns[begin - WINDOW:begin]) for begin in range(WINDOW, PERIODS, HELD)])


def compare(path):
    worst, count = {}, 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            market = json.loads(line)
            returns, count = np.array(market["returns"]), count + 1
            for name, ways in METHODS.items():
                ours = market["methods"][name]
                for way, method in ways.items():
                    theirs = portfolios(returns, method)
                    weights = np.abs(theirs - np.array(ours["weights"])).max()
                    value = abs(terminal(returns, theirs) - ours["terminal"])
                    key = (market["scenario"], name, way)
                    worst[key] = np.maximum(worst.get(key, 0.0), [weights, value])
    print(f"{count} markets, 12 portfolios each")
    print("| scenario | method | by | largest difference of a weight | of a terminal return |")
    print("|---|---|---|---|---|")
    for (scenario, name, way), (weights, value) in worst.items():
        print(f"| {scenario} | {name} | {way} | {weights:.1e} | {value:.1e} |")


def draw(random, volatility, shocks):
    """A market, from numpy's generator."""
    sources = random.integers(ORIGINALS, size=COPIES)
    originals = random.normal(0.0, volatility, (PERIODS, ORIGINALS))
    own = random.normal(0.0, 0.25 * volatility, (PERIODS, COPIES))
    returns = np.hstack([originals, originals[:, sources] + own])
    if shocks:
        for assets in [sources[0], ORIGINALS], [sources[-1]]:
            for shock, period in zip([-0.5, 2.0], random.integers(WINDOW, PERIODS - 1, size=2)):
                returns[period, assets] = shock
    return returns


def repeat(markets, seed):
    methods = {
        "minimum variance (CLA)": lambda window: minimum_variance(np.cov(window, rowvar=False)),
        "inverse variance (IVP)": inverse_variance,
        "HRP of the paper": hierarchical,
    }
    print(f"{markets} markets of numpy {version('numpy')}, seed {seed}")
    print("| scenario | method | mean | variance | standard error |")
    print("|---|---|---|---|---|")
    for volatility, shocks in [(0.01, True), (0.10, True), (0.01, False)]:
        random = np.random.default_rng(seed)
        drawn = [draw(random, volatility, shocks) for _ in range(markets)]
        for name, method in methods.items():
            values = np.array([terminal(returns, portfolios(returns, method)) for returns in drawn])
            squares = (values - values.mean()) ** 2
            scenario = f"volatility {100 * volatility:.0f} %, {'shocks' if shocks else 'no shocks'}"
            print(f"| {scenario} | {name} | {values.mean():.4f} | {values.var(ddof=1):.5f} | "
                  f"{squares.std(ddof=1) / np.sqrt(markets):.5f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="what the example wrote with --exchange")
    parser.add_argument("--own", type=int, metavar="MARKETS", help="run the experiment on markets of its own")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    if arguments.file:
        compare(arguments.file)
    if arguments.own:
        repeat(arguments.own, arguments.seed)


if __name__ == "__main__":
    main()
