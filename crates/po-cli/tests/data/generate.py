"""Writes prices.csv and expected.json: what independent libraries make of a small file with gaps.

    python generate.py

NumPy draws the prices; pandas forms the returns and their covariance; PyPortfolioOpt's HRPOpt (the formulas of
Lopez de Prado 2016, on SciPy's linkage) gives the weights of hierarchical risk parity; all else is NumPy.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from pypfopt import HRPOpt

HERE = Path(__file__).parent
NAMES = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]


def prices() -> pd.DataFrame:
    random = np.random.default_rng(20260101)
    days = 80
    market = random.standard_t(4, days) * 0.006
    own = random.standard_t(4, (days, len(NAMES))) * [0.004, 0.006, 0.008, 0.005, 0.012, 0.003]
    beta = [1.2, 0.9, 1.0, 0.4, 1.5, -0.2]
    walk = 100 * np.cumprod(1 + market[:, None] * beta + own, axis=0)
    table = pd.DataFrame(np.round(walk, 3), columns=NAMES)
    table.index = pd.bdate_range("2024-01-01", periods=days, name="date")
    table.iloc[:7, 4] = np.nan  # a late listing
    table.iloc[30, 1] = np.nan  # a hole
    table.iloc[50:52, 2] = np.nan  # a halt
    return table


def case(returns: pd.DataFrame, weights: np.ndarray) -> dict:
    covariance = returns.cov().to_numpy()
    variance = weights @ covariance @ weights
    shares = weights * (covariance @ weights) / variance
    return {
        "weights": dict(zip(returns.columns, weights.tolist())),
        "volatility": float(np.sqrt(variance)),
        "contributions": dict(zip(returns.columns, shares.tolist())),
    }


def hrp(returns: pd.DataFrame, linkage: str) -> np.ndarray:
    weights = HRPOpt(returns).optimize(linkage_method=linkage)
    return np.array([weights[name] for name in returns.columns])


def main() -> None:
    table = prices()
    table.to_csv(HERE / "prices.csv")
    returns = table.pct_change(fill_method=None).iloc[1:].dropna()
    deviation = returns.std().to_numpy()
    normal = lambda weights: weights / weights.sum()
    cases = {
        "equal-weight": np.full(len(NAMES), 1 / len(NAMES)),
        "inverse-volatility": normal(1 / deviation),
        "inverse-variance": normal(1 / deviation**2),
        "hrp single": hrp(returns, "single"),
        "hrp ward": hrp(returns, "ward"),
    }
    libraries = ["numpy", "pandas", "scipy", "pyportfolioopt"]
    expected = {
        "source": ", ".join(f"{library} {version(library)}" for library in libraries),
        "observations": len(returns),
        "first": str(returns.index[0].date()),
        "last": str(returns.index[-1].date()),
        "cases": {name: case(returns, weights) for name, weights in cases.items()},
    }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
