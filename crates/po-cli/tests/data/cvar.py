"""Writes cvar.json: optima of tail risk from cvxpy with Clarabel, straight from their definitions.

    python cvar.py
"""

import json
import math
import pathlib

import cvxpy as cp
import pandas as pd

HERE = pathlib.Path(__file__).parent
PERIODS = 252

prices = pd.read_csv(HERE / "prices.csv", index_col=0)
returns = prices.pct_change(fill_method=None).dropna()
names, R = list(returns.columns), returns.values
T, N = R.shape
mean = R.mean(axis=0)


def cvar(x, level=0.95):
    start, over = cp.Variable(), cp.Variable(T, nonneg=True)
    return start + cp.sum(over) / (T * (1 - level)), [over >= -(R @ x) - start]


def solved(objective, constraints):
    problem = cp.Problem(objective, constraints)
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    return float(problem.value)


def weights(values):
    return dict(zip(names, (max(float(value), 0.0) for value in values)))


def case(args, build, unit=1.0):
    x = cp.Variable(N)
    objective, constraints = build(x)
    value = solved(objective, constraints + [x >= 0, cp.sum(x) == 1])
    return {"args": args, "objective": unit * value, "weights": weights(x.value)}


def least(level=0.95, more=lambda x: []):
    def build(x):
        risk, constraints = cvar(x, level)
        return cp.Minimize(risk), constraints + more(x)

    return build


def capped(x):
    risk, constraints = cvar(x)
    return cp.Maximize(mean @ x), constraints + [risk <= 0.012]


def charged(x):
    risk, constraints = cvar(x)
    return cp.Maximize(mean @ x - 20 / PERIODS * risk), constraints


def robust(x):
    risk, constraints = cvar(x)
    return cp.Minimize(risk + 0.001 / 0.05 * cp.norm(x, 2)), constraints


def drawdown(x):
    depth, deepest = cp.Variable(T + 1), cp.Variable()
    return cp.Minimize(deepest), [depth[0] == 0, depth >= 0, depth[1:] >= depth[:-1] - R @ x, depth <= deepest]


def worst(x):
    loss = cp.Variable()
    return cp.Minimize(loss), [loss >= -(R @ x)]


def evar(x, level=0.95):
    bound, scale, over = cp.Variable(), cp.Variable(nonneg=True), cp.Variable(T)
    cone = cp.ExpCone(-(R @ x) - bound, cp.multiply(scale, [1.0] * T), over)
    return cp.Minimize(bound + scale * math.log(1 / (T * (1 - level)))), [cone, cp.sum(over) <= scale]


def ratio():
    x = cp.Variable(N)
    risk, constraints = cvar(x)
    value = solved(cp.Minimize(risk), constraints + [x >= 0, mean @ x == 1])
    return {"args": ["max-sharpe", "--risk", "cvar"], "objective": 1 / value, "weights": weights(x.value / x.value.sum())}


def overlay(cap):
    held, x = [1 / N] * N, cp.Variable(N)
    risk, constraints = cvar(x)
    turnover = solved(cp.Minimize(cp.norm1(x - held)), constraints + [x >= 0, cp.sum(x) <= 1, risk <= cap])
    fixed, constraints = cvar(cp.Constant(held))
    return {"cap": cap, "before": solved(cp.Minimize(fixed), constraints), "turnover": turnover, "weights": weights(x.value)}


cases = {
    "min-cvar": case(["min-cvar"], least()),
    "bounded": case(["min-cvar", "--level", "0.9", "--bounds", "0:0.3"], least(0.9, lambda x: [x <= 0.3])),
    "capped": case(["max-return", "--cvar-limit", "1.2%"], capped, PERIODS),
    "target": case(
        ["min-risk", "--risk", "cvar", "--target-return", "0.24"], least(0.95, lambda x: [mean @ x >= 0.24 / PERIODS])
    ),
    "charged": case(["mean-cvar", "--risk-aversion", "20"], charged, PERIODS),
    "robust": case(["min-cvar", "--robust", "0.001"], robust),
    "drawdown": case(["min-cvar", "--risk", "max-drawdown"], drawdown),
    "worst": case(["min-cvar", "--risk", "worst"], worst),
    "evar": case(["min-cvar", "--risk", "evar"], evar),
    "ratio": ratio(),
}
expected = {"cases": cases, "overlay": overlay(0.0149)}
(HERE / "cvar.json").write_text(json.dumps(expected, indent=1) + "\n")
