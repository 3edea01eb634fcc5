"""Writes optimise.toml: portfolios of least tail risk by other programs.

Every case is stated from its definition in cvxpy and solved by HiGHS where it is a linear programme and by Clarabel
where it has cones; ratios by the transformation of Charnes and Cooper, not by Dinkelbach's iteration as the crate does.
Returns are made by a generator that the tests repeat bit for bit.

    pip install cvxpy==1.9.3 clarabel==0.11.1 scipy==1.17.1
    python optimise.py > optimise.toml
"""

import math

import cvxpy as cp
import numpy as np

MASK = (1 << 64) - 1


class Uniform:
    """Knuth's linear congruential generator of 64 bits, its upper 53 as a fraction."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 11) / float(1 << 53)

    def bell(self):
        total = 0.0
        for _ in range(12):
            total += self.next()
        return total - 6.0


def market(seed, periods, assets):
    """One common factor, and now and then a bad day for all."""
    uniform = Uniform(seed)
    returns = np.zeros((periods, assets))
    for t in range(periods):
        factor = uniform.bell()
        shock = 0.02 if uniform.next() < 0.04 else 0.0
        for i in range(assets):
            volatility = 0.006 + 0.002 * i
            mean = 0.0012 + 0.0003 * i
            beta = 0.4 + 0.1 * (i % 5)
            returns[t, i] = mean + volatility * (beta * factor + 0.8 * uniform.bell()) - shock * beta
    return returns


def decaying(periods):
    weights = 0.99 ** np.arange(periods - 1, -1, -1)
    return weights / weights.sum()


LINEAR = {"cvar", "worst-realisation", "cdar", "maximum-drawdown", "average-drawdown"}


def risk_of(case, returns, p, x, scale):
    """The risk of x as an expression, with its constraints; scale is the t of Charnes and Cooper, or one."""
    periods = len(p)
    tail = 1.0 - case["confidence"]
    losses = -returns @ x
    constraints = []
    series = losses
    if "drawdown" in case["measure"] or case["measure"] in ("cdar", "edar"):
        series = cp.Variable(periods, nonneg=True)
        constraints.append(series[0] >= losses[0])
        constraints.append(series[1:] >= series[:-1] + losses[1:])
    measure = case["measure"]
    if measure in ("cvar", "cdar"):
        level = cp.Variable()
        excess = cp.Variable(periods, nonneg=True)
        constraints.append(excess >= series - level)
        risk = level + p @ excess / tail
    elif measure in ("worst-realisation", "maximum-drawdown"):
        risk = cp.Variable()
        constraints.append(risk >= series)
    elif measure == "average-drawdown":
        risk = cp.sum(series) / periods
    else:
        level, temperature = cp.Variable(), cp.Variable(nonneg=True)
        powers = cp.Variable(periods)
        constraints.append(p @ powers <= temperature)
        constraints.append(cp.ExpCone(series - level, temperature * np.ones(periods), powers))
        risk = level - temperature * math.log(tail)
    if case.get("radius"):
        norm = {"greatest": 1, "euclidean": 2, "sum": "inf"}[case["ground"]]
        risk = risk + case["radius"] / tail * cp.norm(x, norm)
    return risk, constraints


def solve(case):
    returns = market(case["seed"], case["periods"], case["assets"])
    periods, assets = returns.shape
    p = decaying(periods) if case.get("decaying") else np.full(periods, 1.0 / periods)
    mean = p @ returns
    unit = 100.0  # Clarabel likes numbers near one.
    x = cp.Variable(assets)
    ratio = case["objective"] == "max-ratio"
    t = cp.Variable(nonneg=True) if ratio else 1.0
    constraints = [cp.sum(x) == t, x >= case.get("lower", 0.0) * t, x <= case.get("upper", 1.0) * t]
    if "gross" in case:
        constraints.append(cp.norm(x, 1) <= case["gross"] * t)
    if "group" in case:
        constraints.append(cp.sum(x[:3]) <= case["group"] * t)
    trades = cp.norm(x - t / assets, 1)
    if "turnover" in case:
        constraints.append(trades <= case["turnover"] * t)
    net = mean @ x - case.get("cost", 0.0) * trades
    scaled = dict(case, radius=case.get("radius", 0.0) * unit)
    risk, more = risk_of(scaled, returns * unit, p, x, t)
    constraints += more
    risk = risk / unit
    objective = case["objective"]
    if objective == "min-cvar":
        goal = cp.Minimize(risk * unit)
    elif objective == "max-return":
        constraints.append(risk * unit <= case["number"] * unit)
        goal = cp.Maximize(net * unit)
    elif objective == "min-risk":
        constraints.append(net * unit >= case["number"] * unit)
        goal = cp.Minimize(risk * unit)
    elif objective == "utility":
        goal = cp.Maximize((net - case["number"] * risk) * unit)
    else:
        constraints.append(risk * unit <= 1.0)
        goal = cp.Maximize((net - case["number"] * t) * unit)
    problem = cp.Problem(goal, constraints)
    linear = case["measure"] in LINEAR and case.get("ground") != "euclidean"
    if linear:
        problem.solve(solver=cp.SCIPY, scipy_options={"method": "highs", "primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10})
    else:
        tight = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11}
        problem.solve(solver=cp.CLARABEL, **tight)
    assert problem.status in ("optimal", "optimal_inaccurate"), (case, problem.status)
    weights = x.value / (t.value if ratio else 1.0)
    value = problem.value / unit if not ratio else problem.value
    return value, weights


MEASURES = ["cvar", "evar", "worst-realisation", "cdar", "edar", "maximum-drawdown", "average-drawdown"]


def target(base, fraction, safest=1.0):
    """A return between that of the safest portfolio, or of equal weights, and the greatest, to four digits."""
    mean = market(base["seed"], base["periods"], base["assets"]).mean(axis=0)
    _, weights = solve(dict(base, objective="min-cvar")) if safest else (None, np.full(len(mean), 1.0 / len(mean)))
    least = mean @ weights
    return float(f"{least + fraction * (mean.max() - least):.4g}")


def cases():
    for number, measure in enumerate(MEASURES):
        base = {"measure": measure, "seed": 11 + number, "periods": 150, "assets": 6, "confidence": 0.9}
        base["label"] = measure
        yield dict(base, objective="min-cvar")
        yield dict(base, objective="min-cvar", lower=-0.3, upper=0.8, gross=1.6, group=0.5)
        yield dict(base, objective="min-risk", number=target(base, 0.5))
        yield dict(base, objective="min-risk", number=target(base, 0.1, 0.0), cost=0.0001, turnover=0.8)
        yield dict(base, objective="utility", number=0.02)
        yield dict(base, objective="max-ratio", number=0.0001)
        least, _ = solve(dict(base, objective="min-cvar"))
        limit = float(f"{1.15 * least:.4g}")
        yield dict(base, objective="max-return", number=limit)
        yield dict(base, objective="max-return", number=limit, lower=-0.3, upper=0.8, gross=1.6, cost=0.0004)
        yield dict(base, objective="max-ratio", number=0.0, lower=-0.2, upper=0.8, gross=1.4, group=0.6, cost=0.0002)
    for measure in ("cvar", "evar", "worst-realisation"):
        base = {"measure": measure, "seed": 5, "periods": 200, "assets": 8, "confidence": 0.95, "decaying": True}
        base["label"] = measure
        yield dict(base, objective="min-cvar")
        yield dict(base, objective="utility", number=0.03)
    for ground in ("greatest", "euclidean", "sum"):
        base = {"measure": "cvar", "seed": 23, "periods": 120, "assets": 7, "confidence": 0.9, "ground": ground}
        base["label"] = f"robust {ground}"
        yield dict(base, objective="min-cvar", radius=0.001, lower=-0.5, upper=0.7)
        yield dict(base, objective="min-cvar", radius=0.02, lower=-0.5, upper=0.7, gross=1.8)
        yield dict(base, objective="min-risk", number=target(dict(base, ground="greatest"), 0.4), radius=0.0005, lower=-0.2, upper=0.7)
        yield dict(base, objective="max-ratio", number=0.0, radius=0.0002, lower=-0.2, upper=0.7)
        least, _ = solve(dict(base, objective="min-cvar", radius=0.0003, lower=-0.2, upper=0.7))
        limit = float(f"{1.1 * least:.4g}")
        yield dict(base, objective="max-return", number=limit, radius=0.0003, lower=-0.2, upper=0.7)


def main():
    print("# Written by optimise.py: cvxpy 1.9.3 with HiGHS of scipy 1.17.1 and Clarabel 0.11.1.")
    for case in cases():
        value, weights = solve(case)
        print("\n[[case]]")
        for key, entry in case.items():
            text = f'"{entry}"' if isinstance(entry, str) else str(entry).lower() if isinstance(entry, bool) else repr(entry)
            print(f"{key} = {text}")
        print(f"value = {value:.15g}")
        print("weights = [" + ", ".join(f"{weight:.10g}" for weight in weights) + "]")


if __name__ == "__main__":
    main()
