"""Writes prices.csv, optima.json and expected.json: what independent libraries make of a small file with gaps.

    python generate.py

NumPy draws the prices; pandas forms the returns and their covariance; PyPortfolioOpt's HRPOpt (the formulas of
Lopez de Prado 2016, on SciPy's linkage) gives the weights of hierarchical risk parity.

Optimal portfolios come from cvxpy with Clarabel, each as the programme that a textbook states; which bounds and limits
bind is read off, and SciPy's root finder then solves the first-order conditions on them, for the last digits. The
posterior of Black and Litterman is PyPortfolioOpt's. Risk parity comes from riskparityportfolio, its last digits from
SciPy in the same way, and for conditional value at risk from skfolio. All else is NumPy.
"""

import json
from importlib.metadata import version
from pathlib import Path

import cvxpy as cp
import numpy as np
import pandas as pd
import riskparityportfolio
from pypfopt import BlackLittermanModel, HRPOpt
from scipy.optimize import root
from skfolio import RiskMeasure
from skfolio.optimization import RiskBudgeting

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


YEAR = 252
ONES = np.ones(len(NAMES))
HELD = np.array([0.1, 0.2, 0.1, 0.3, 0.1, 0.2])
MARKET = np.array([0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
FIRST, SECOND = np.array([1, 1, 1, 0, 0, 0.0]), np.array([0, 0, 0, 1, 1, 1.0])
ACTIVE = 1e-6


def solved(objective, w: cp.Variable, constraints: list) -> np.ndarray:
    problem = cp.Problem(objective, constraints)
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    assert problem.status in ("optimal", "optimal_inaccurate"), problem.status
    return w.value


def polished(gradient, start: np.ndarray, equations: list, free: np.ndarray) -> np.ndarray:
    """The root of the first-order conditions near `start`: only `free` weights move, and `equations` hold."""
    count = int(free.sum())
    values = lambda w: np.array([value for equation in equations for value in [equation[0](w)]])
    slopes = lambda w: np.array([equation[1](w)[free] for equation in equations])

    def conditions(z: np.ndarray) -> np.ndarray:
        w = start.copy()
        w[free] = z[:count]
        return np.concatenate([gradient(w)[free] - slopes(w).T @ z[count:], values(w)])

    prices = np.linalg.lstsq(slopes(start).T, gradient(start)[free], rcond=None)[0]
    found = root(conditions, np.concatenate([start[free], prices]), method="hybr", options={"xtol": 1e-15})
    assert np.abs(found.fun).max() < 1e-12, (found.message, found.fun)
    w = start.copy()
    w[free] = found.x[:count]
    return w


def linear(row: np.ndarray, limit: float):
    return (lambda w: row @ w - limit, lambda w: row)


def optima(returns: pd.DataFrame) -> dict:
    """Annual figures; each case with the flags that ask for it."""
    cov, mean = returns.cov().to_numpy() * YEAR, returns.mean().to_numpy() * YEAR
    years, dev = len(returns) / YEAR, np.sqrt(np.diag(cov))
    root_of = np.linalg.cholesky(cov)
    w = cp.Variable(len(NAMES))
    risk, long, full = cp.norm(root_of.T @ w), w >= 0, cp.sum(w) == 1
    variance = cp.quad_form(w, cp.psd_wrap(cov))
    budget = linear(ONES, 1.0)
    cases = {}

    def add(name, args, weights, objective, mean_is=None, moments=(cov, mean)):
        total, expected = moments
        shares = weights * (total @ weights) / (weights @ total @ weights)
        cases[name] = {
            "args": args,
            "weights": dict(zip(NAMES, weights.tolist())),
            "objective": float(objective),
            "volatility": float(np.sqrt(weights @ total @ weights)),
            "contributions": dict(zip(NAMES, shares.tolist())),
        }
        if mean_is:
            cases[name]["return"] = float(expected @ weights)

    def settle(start):
        start = np.where(start > ACTIVE, start, 0.0)
        return start, start > 0

    # Of least variance: alone, within limits, and at a return.
    start, free = settle(solved(cp.Minimize(variance), w, [long, full]))
    x = polished(lambda w: cov @ w, start, [budget], free)
    add("min-variance", ["--method", "min-variance"], x, x @ cov @ x)
    limits = [long, full, w <= 0.3, FIRST @ w >= 0.5]
    start = solved(cp.Minimize(variance), w, limits)
    start = np.where(start > 0.3 - ACTIVE, 0.3, start)
    start, free = settle(start)
    free &= start < 0.3
    x = polished(lambda w: cov @ w, start, [budget, linear(FIRST, 0.5)], free)
    args = ["--method", "min-variance", "--groups", "sectors.csv", "--bounds", ":0.3", "--constraint", "x >= 50%"]
    add("min-variance within limits", args, x, x @ cov @ x)
    start, free = settle(solved(cp.Minimize(variance), w, [long, full, mean @ w >= 0.2]))
    x = polished(lambda w: cov @ w, start, [budget, linear(mean, 0.2)], free)
    add("min-risk", ["--method", "min-risk", "--target-return", "0.2"], x, x @ cov @ x, True)
    short = [full, w >= -0.2, w <= 0.6, cp.norm1(w) <= 1.04]
    start = solved(cp.Minimize(variance), w, short)
    for bound in (-0.2, 0.6):
        start = np.where(abs(start - bound) < ACTIVE, bound, start)
    free = (start > -0.2) & (start < 0.6)
    sides = np.sign(start)
    assert np.abs(start).min() > ACTIVE
    rows = [budget, linear(sides, 1.04)]
    x = polished(lambda w: cov @ w, start, rows, free)
    args = ["--method", "min-variance", "--bounds", "-0.2:0.6", "--constraint", "gross <= 1.04"]
    add("min-variance with short positions", args, x, x @ cov @ x)

    # Of greatest return less a charge for variance, with costs, and at a volatility.
    start, free = settle(solved(cp.Maximize(mean @ w - 10 * variance), w, [long, full]))
    x = polished(lambda w: 20 * cov @ w - mean, start, [budget], free)
    args = ["--method", "mean-variance", "--risk-aversion", "20"]
    add("mean-variance", args, x, mean @ x - 10 * x @ cov @ x, True)
    cost = 0.15
    objective = cp.Maximize(mean @ w - 10 * variance - cost * cp.norm1(w - HELD))
    start, free = settle(solved(objective, w, [long, full]))
    start = np.where(abs(start - HELD) < ACTIVE, HELD, start)
    free &= abs(start - HELD) > 0
    side = np.sign(start - HELD)
    x = polished(lambda w: 20 * cov @ w - mean + cost * side, start, [budget], free)
    args = ["--method", "mean-variance", "--risk-aversion", "20", "--current", "held.csv", "--costs-bps", "750"]
    args += ["--cost-horizon", "0.5"]
    value = mean @ x - 10 * x @ cov @ x - cost * np.abs(x - HELD).sum()
    add("mean-variance with costs", args, x, value, True)
    start, free = settle(solved(cp.Maximize(mean @ w), w, [long, full, risk <= 0.08]))
    sphere = (lambda w: w @ cov @ w - 0.08**2, lambda w: 2 * cov @ w)
    x = polished(lambda w: -mean, start, [budget, sphere], free)
    add("max-return", ["--method", "max-return", "--target-volatility", "0.08"], x, mean @ x, True)

    # Of greatest ratio: portfolios that sum to one are multiples of those with an excess return of one.
    def ratio(reward):
        start, free = settle(solved(cp.Minimize(variance), w, [long, reward @ w == 1]))
        x = polished(lambda w: cov @ w, start, [linear(reward, 1.0)], free)
        return x / x.sum()

    x = ratio(mean - 0.02)
    sharpe = (mean - 0.02) @ x / np.sqrt(x @ cov @ x)
    add("max-sharpe", ["--method", "max-sharpe", "--risk-free", "0.02"], x, sharpe, True)
    x = ratio(dev)
    add("max-diversification", ["--method", "max-diversification"], x, dev @ x / np.sqrt(x @ cov @ x))
    rho = cov / np.outer(dev, dev)
    start, free = settle(solved(cp.Minimize(cp.quad_form(w, cp.psd_wrap(rho))), w, [long, full]))
    x = polished(lambda w: rho @ w, start, [budget], free)
    add("max-decorrelation", ["--method", "max-decorrelation"], x, x @ rho @ x)

    # Near to a benchmark, and against wrong means.
    gap = cp.quad_form(w - HELD, cp.psd_wrap(cov))
    start = solved(cp.Minimize(gap), w, [long, full, w <= 0.25])
    start, free = settle(np.where(start > 0.25 - ACTIVE, 0.25, start))
    free &= start < 0.25
    x = polished(lambda w: cov @ (w - HELD), start, [budget], free)
    args = ["--method", "min-tracking-error", "--benchmark", "held.csv", "--bounds", ":0.25"]
    add("min-tracking-error", args, x, np.sqrt((x - HELD) @ cov @ (x - HELD)))
    kappa = 0.5 / np.sqrt(years)
    start, free = settle(solved(cp.Maximize(mean @ w - kappa * risk - 2.5 * variance), w, [long, full]))
    x = polished(lambda w: 5 * cov @ w + kappa * cov @ w / np.sqrt(w @ cov @ w) - mean, start, [budget], free)
    value = mean @ x - kappa * np.sqrt(x @ cov @ x) - 2.5 * x @ cov @ x
    add("robust", ["--method", "robust", "--risk-aversion", "5", "--kappa", "0.5"], x, value, True)

    # The market, and views on it: a difference of two assets, and the mean of a sector.
    prior = 2.5 * cov @ MARKET + 0.01
    views = np.array([[1, -1, 0, 0, 0, 0], SECOND / 3])
    confidence = [0.25, 0.75]
    model = BlackLittermanModel(
        cov, pi=prior, P=views, Q=np.array([0.05, 0.1]), omega="idzorek", view_confidences=confidence, tau=0.05
    )
    mu, total = model.bl_returns().to_numpy(), model.bl_cov().to_numpy()
    excess = mu - 0.01
    start, free = settle(solved(cp.Minimize(cp.quad_form(w, cp.psd_wrap(total))), w, [long, excess @ w == 1]))
    x = polished(lambda w: total @ w, start, [linear(excess, 1.0)], free)
    x /= x.sum()
    args = ["--method", "max-sharpe", "--risk-free", "0.01", "--market", "market.csv", "--groups", "sectors.csv"]
    args += ["--view", "AAA - BBB == 0.05", "--view", "y == 10%", "--view-confidence", "0.25,0.75"]
    add("max-sharpe with views", args, x, excess @ x / np.sqrt(x @ total @ x), True, (total, mu))
    return cases


def parity(returns: pd.DataFrame) -> dict:
    cov = returns.cov().to_numpy()
    cases = {}

    def add(name, args, weights, budget):
        cases[name] = {
            "args": args,
            "weights": dict(zip(NAMES, weights.tolist())),
            "budget": dict(zip(NAMES, np.asarray(budget).tolist())),
        }

    for name, args, budget in [
        ("risk-parity", ["--method", "risk-parity"], ONES / 6),
        (
            "risk-budget",
            ["--method", "risk-budget", "--groups", "sectors.csv", "--budget", "x=0.6,EEE=0.1"],
            np.array([0.2, 0.2, 0.2, 0.15, 0.1, 0.15]),
        ),
    ]:
        start = riskparityportfolio.vanilla.design(cov, budget)
        scale = np.sqrt(start @ cov @ start)
        found = root(lambda x: x * (cov @ x) - budget, start / scale, method="hybr", options={"xtol": 1e-15})
        x = found.x / found.x.sum()
        # That many digits the library's own stopping rule gives.
        assert np.abs(x - start).max() < 1e-4
        add(name, args, x, budget)
    tight = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12}
    model = RiskBudgeting(risk_measure=RiskMeasure.CVAR, cvar_beta=0.9, solver_params=tight)
    x = model.fit(returns).weights_
    args = ["--method", "risk-parity", "--measure", "cvar", "--confidence", "0.9"]
    add("risk-parity of cvar", args, x, ONES / 6)
    return cases


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
    libraries = ["cvxpy", "clarabel", "numpy", "pandas", "scipy", "pyportfolioopt", "riskparityportfolio", "skfolio"]
    found = {
        "source": ", ".join(f"{library} {version(library)}" for library in libraries),
        "optima": optima(returns),
        "parity": parity(returns),
    }
    (HERE / "optima.json").write_text(json.dumps(found, indent=1) + "\n")


main()
