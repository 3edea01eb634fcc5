"""markowitz.toml: the Markowitz family, each member against portfolio libraries."""

import cvxpy as cp
import numpy as np
from skfolio import RiskMeasure
from skfolio.optimization import ObjectiveFunction

import golden_file
import peers
from exact import Limit, Problem, Row
from market import factor_market, from_table, printed
from prove import answer, proven, request
from qp import INF, budget, drift, indicator

HEAD = """
The Markowitz family: weights proven optimal in 50-digit arithmetic, and how far each library was off.

[[market]]  covariance N x N (symmetric) and mean
[[case]]    kind, what it minimises (f), and what `value` is
  min-variance         f = x'Sx / 2                               value x'Sx
  utility              f = risk_aversion/2 x'Sx - mean'x + costs  value -f
  max-return           f = -mean'x                                value mean'x
  target-return        f = x'Sx / 2, mean'x >= target_return      value x'Sx
  max-sharpe           f = -(mean - risk_free)'x / sqrt(x'Sx)     value -f
  max-diversification  f = -s'x / sqrt(x'Sx), s = sqrt(diag S)    value -f
  max-decorrelation    f = x'Cx / 2, C the correlation matrix     value x'Cx
  min-tracking-error   f = (x - b)'S(x - b) / 2                   value sqrt((x - b)'S(x - b))
  robust-utility       f = risk_aversion/2 x'Sx - mean'x + kappa sqrt(x'Ox)
                       O = S / observations, or diag(S) / observations where omega = "diagonal"   value -f
  limits    lower <= x <= upper, budget[0] <= sum x <= budget[1], rows, sum |x| <= gross,
            sum |x - holdings| <= turnover, sqrt(x'Sx) <= volatility, sqrt((x - benchmark)'S(x - benchmark)) <=
            tracking_error
  condition, tolerance, unique, *_dual   as in qp.toml, for f; limit_duals in the order volatility, tracking_error, of those that are set;
            target_return is the last entry of row_duals
"""


def markets():
    return [
        factor_market("eight", "an ordinary small market", 108, 8),
        factor_market("fifteen", "five factors", 115, 15, factors=5),
        from_table("table4", "four assets whose numbers can be checked by hand",
                   "Maillard, Roncalli, Teiletche (2010), printed volatilities and correlations; mean by hand",
                   [0.1, 0.2, 0.3, 0.4],
                   [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]],
                   [0.03, 0.06, 0.05, 0.08]),
    ]


def correlation(market):
    deviation = np.sqrt(np.diag(market.covariance))
    c = market.covariance / np.outer(deviation, deviation)
    np.fill_diagonal(c, 1.0)
    return (c + c.T) / 2


def problem_of(kind, market, p, constraints):
    s, mean, n = market.covariance, market.mean, market.n
    rows = constraints.pop("rows", [budget(n)])
    limits = []
    if "volatility" in p:
        limits.append(Limit("volatility", s, np.zeros(n), p["volatility"]))
    if "tracking_error" in p:
        limits.append(Limit("tracking_error", s, p["benchmark"], p["tracking_error"]))
    f = {}
    if kind in ("min-variance", "target-return"):
        f = {"quadratic": s}
    elif kind in ("utility", "robust-utility"):
        f = {"quadratic": p["risk_aversion"] * s, "linear": -mean}
    elif kind == "max-return":
        f = {"linear": -mean}
    elif kind == "max-sharpe":
        f = {"ratio": (mean - p["risk_free"], s)}
    elif kind == "max-diversification":
        f = {"ratio": (np.sqrt(np.diag(s)), s)}
    elif kind == "max-decorrelation":
        f = {"quadratic": correlation(market)}
    elif kind == "min-tracking-error":
        f = {"quadratic": s, "linear": -s @ p["benchmark"]}
    if kind == "target-return":
        rows = rows + [Row("target_return", mean, p["target_return"], INF)]
    if kind == "robust-utility":
        omega = (np.diag(np.diag(s)) if p.get("omega") == "diagonal" else s) / p["observations"]
        f["root"] = (p["kappa"], omega)
    return Problem(n, **f, rows=rows, limits=limits, **constraints)


def value_of(kind, market, p, x, optimum):
    s = market.covariance
    if kind in ("min-variance", "target-return"):
        return x @ s @ x
    if kind == "max-decorrelation":
        return x @ correlation(market) @ x
    if kind == "min-tracking-error":
        return np.sqrt((x - p["benchmark"]) @ s @ (x - p["benchmark"]))
    return -optimum.objective


def libraries(kind, market, p, lower, upper):
    """The calls that state the same problem; only bounds and the budget 1."""
    mean, s, n = market.mean, market.covariance, market.n
    bounds = (lower, upper)
    short = (lower < 0).any()
    goal, risk = ObjectiveFunction, RiskMeasure
    found = []
    if kind == "min-variance" and not p:
        found = [peers.pyportfolioopt(mean, s, "min_volatility", bounds),
                 peers.skfolio(market, lower, upper, objective_function=goal.MINIMIZE_RISK, risk_measure=risk.VARIANCE)]
        if not short:
            found.append(peers.riskfolio_lib(market, lower, upper, "MinRisk"))
    elif kind == "utility" and "volatility" not in p:
        found = [peers.pyportfolioopt(mean, s, "max_quadratic_utility", bounds, risk_aversion=p["risk_aversion"]),
                 peers.skfolio(market, lower, upper, objective_function=goal.MAXIMIZE_UTILITY,
                               risk_measure=risk.VARIANCE, risk_aversion=p["risk_aversion"] / 2)]
        if not short:
            found.append(peers.riskfolio_lib(market, lower, upper, "Utility", l=p["risk_aversion"] / 2))
    elif kind == "max-return" and list(p) == ["volatility"]:
        found = [peers.pyportfolioopt(mean, s, "efficient_risk", bounds, p["volatility"]),
                 peers.skfolio(market, lower, upper, objective_function=goal.MAXIMIZE_RETURN,
                               risk_measure=risk.VARIANCE, max_standard_deviation=p["volatility"])]
        if not short:
            found.append(peers.riskfolio_lib(market, lower, upper, "MaxRet", upper_volatility=p["volatility"]))
    elif kind == "max-return" and list(p) == ["benchmark", "tracking_error"]:
        y = None  # skfolio's max_tracking_error is the root mean square, not the standard deviation, of the difference
        found = [peers.pyportfolioopt(mean, s, "efficient_risk", bounds, 9.0, constraints=[
            lambda w: cp.norm(np.linalg.cholesky(s).T @ (w - p["benchmark"])) <= p["tracking_error"]])]
    elif kind == "target-return":
        found = [peers.pyportfolioopt(mean, s, "efficient_return", bounds, p["target_return"]),
                 peers.skfolio(market, lower, upper, objective_function=goal.MINIMIZE_RISK, risk_measure=risk.VARIANCE,
                               min_return=p["target_return"])]
        if not short:
            found.append(peers.riskfolio_lib(market, lower, upper, "MinRisk", lower_return=p["target_return"]))
    elif kind == "max-sharpe":
        found = [peers.pyportfolioopt(mean, s, "max_sharpe", bounds, risk_free_rate=p["risk_free"]),
                 peers.skfolio(market, lower, upper, objective_function=goal.MAXIMIZE_RATIO,
                               risk_measure=risk.STANDARD_DEVIATION, risk_free_rate=p["risk_free"])]
        if not short:
            found.append(peers.riskfolio_lib(market, lower, upper, "Sharpe", rf=p["risk_free"]))
    elif kind == "max-diversification":
        found = [peers.skfolio_diversification(market, lower, upper)]
    elif kind == "max-decorrelation":
        found = [peers.pyportfolioopt(mean, correlation(market), "min_volatility", bounds)]
        found[0] = (found[0][0].replace("covariance", "correlation"), found[0][1])
    elif kind == "min-tracking-error":
        found = [peers.skfolio_tracker(market, p["benchmark"], lower, upper)]
    elif kind == "robust-utility":
        omega = (np.diag(np.diag(s)) if p.get("omega") == "diagonal" else s) / p["observations"]
        found = [peers.skfolio(market, lower, upper, objective_function=goal.MAXIMIZE_UTILITY,
                               risk_measure=risk.VARIANCE, risk_aversion=p["risk_aversion"] / 2,
                               mu_uncertainty_set_estimator=peers.Ellipsoid(p["kappa"], omega))]
        found[0] = (found[0][0].replace(")", ", mu_uncertainty_set_estimator=the given ellipsoid)"), found[0][1])
    return found


def cases(market):
    m = {x.name: x for x in market}
    eight, fifteen, table = m["eight"], m["fifteen"], m["table4"]
    h15 = drift(fifteen, 4)
    index15 = np.round(np.random.default_rng(5).dirichlet(np.full(15, 2.0)) * 1024)
    index15[0] += 1024 - index15.sum()
    index15 = index15 / 1024
    index8 = np.array([0.25, 0.1875, 0.125, 0.125, 0.125, 0.0625, 0.0625, 0.0625])
    first, second = indicator(15, range(5)), indicator(15, range(5, 10))
    rows15 = [budget(15), Row("first", first, -INF, 0.3), Row("second", second, 0.35, 0.6)]
    short = {"lower": -0.25, "upper": 0.6}
    return [
        ("min-variance", "long only", "eight", eight, {}, {}),
        ("min-variance", "caps of 20 %", "eight-caps", eight, {}, {"upper": 0.2}),
        ("min-variance", "shorts of 25 %", "eight-short", eight, {}, dict(short)),
        ("min-variance", "long only", "fifteen", fifteen, {}, {}),
        ("min-variance", "sectors", "fifteen-sectors", fifteen, {}, {"rows": rows15}),
        ("utility", "risk aversion 3", "eight", eight, {"risk_aversion": 3.0}, {}),
        ("utility", "shorts of 25 %", "eight-short", eight, {"risk_aversion": 6.0}, dict(short)),
        ("utility", "risk aversion 10, caps of 15 %", "fifteen-caps", fifteen, {"risk_aversion": 10.0}, {"upper": 0.15}),
        ("utility", "a volatility limit that binds", "fifteen-volatility", fifteen,
         {"risk_aversion": 1.0, "volatility": 0.14}, {}),
        ("utility", "costs, turnover, sectors and a tracking-error limit at once", "fifteen-everything", fifteen,
         {"risk_aversion": 2.0, "benchmark": index15, "tracking_error": 0.04},
         {"rows": rows15, "upper": 0.2, "holdings": h15, "turnover": 1.2, "costs": np.full(15, 0.002)}),
        ("max-return", "volatility of 20 %", "eight", eight, {"volatility": 0.2}, {}),
        ("max-return", "volatility of 18 %, shorts of 25 %", "eight-short", eight, {"volatility": 0.18}, dict(short)),
        ("max-return", "volatility of 15 %, caps of 20 %", "fifteen-caps", fifteen, {"volatility": 0.15}, {"upper": 0.2}),
        ("max-return", "a volatility limit that does not bind: a vertex", "fifteen-slack", fifteen,
         {"volatility": 0.5}, {"upper": 0.3}),
        ("max-return", "tracking error of 3 %", "fifteen-tracking", fifteen,
         {"benchmark": index15, "tracking_error": 0.03}, {}),
        ("max-return", "tracking error and volatility limits both bind", "fifteen-both", fifteen,
         {"volatility": 0.14, "benchmark": index15, "tracking_error": 0.05}, {}),
        ("target-return", "at least 8.5 %", "eight", eight, {"target_return": 0.085}, {}),
        ("target-return", "at least 9 %, shorts of 25 %", "eight-short", eight, {"target_return": 0.09}, dict(short)),
        ("target-return", "a target that minimum variance already meets", "eight-slack", eight,
         {"target_return": 0.01}, {}),
        ("target-return", "at least 8 %", "fifteen", fifteen, {"target_return": 0.08}, {"upper": 0.25}),
        ("max-sharpe", "risk-free rate zero", "eight", eight, {"risk_free": 0.0}, {}),
        ("max-sharpe", "risk-free rate 2 %", "eight-rf", eight, {"risk_free": 0.02}, {}),
        ("max-sharpe", "shorts of 25 %", "eight-short", eight, {"risk_free": 0.02}, dict(short)),
        ("max-sharpe", "caps of 20 %", "fifteen-caps", fifteen, {"risk_free": 0.01}, {"upper": 0.2}),
        ("max-sharpe", "sectors", "fifteen-sectors", fifteen, {"risk_free": 0.01}, {"rows": rows15}),
        ("max-sharpe", "numbers by hand", "table4", table, {"risk_free": 0.01}, {}),
        ("max-diversification", "long only", "eight", eight, {}, {}),
        ("max-diversification", "caps of 12 %", "fifteen-caps", fifteen, {}, {"upper": 0.12}),
        ("max-diversification", "numbers by hand", "table4", table, {}, {}),
        ("max-decorrelation", "long only", "eight", eight, {}, {}),
        ("max-decorrelation", "caps of 12 %", "fifteen-caps", fifteen, {}, {"upper": 0.12}),
        ("min-tracking-error", "caps of 15 % under a benchmark with more", "eight-caps", eight,
         {"benchmark": index8}, {"upper": 0.15}),
        ("min-tracking-error", "three names of the benchmark are forbidden", "eight-excluded", eight,
         {"benchmark": index8}, {"upper": np.array([1.0, 1, 0, 1, 0, 1, 1, 0])}),
        ("min-tracking-error", "sectors", "fifteen-sectors", fifteen, {"benchmark": index15}, {"rows": rows15}),
        ("robust-utility", "O = S / 60", "eight", eight, {"risk_aversion": 3.0, "kappa": 1.5, "observations": 60.0}, {}),
        ("robust-utility", "O = diag(S) / 60", "eight-diagonal", eight,
         {"risk_aversion": 3.0, "kappa": 1.5, "observations": 60.0, "omega": "diagonal"}, {}),
        ("robust-utility", "O = diag(S) / 120, shorts", "eight-short", eight,
         {"risk_aversion": 4.0, "kappa": 2.0, "observations": 120.0, "omega": "diagonal"}, dict(short)),
        ("robust-utility", "no risk aversion beyond the ellipsoid", "fifteen-cautious", fifteen,
         {"risk_aversion": 0.0, "kappa": 3.0, "observations": 60.0}, {"upper": 0.5}),
    ]


# How far a library's own tolerances and rescaling leave it; most get nearer, and `sources` says how near.
WITHIN = {peers.PYPORTFOLIOOPT: 2e-5, peers.SKFOLIO: 2e-5, peers.RISKFOLIO: 2e-4}


def build(market):
    rows = []
    for kind, why, suffix, of, p, constraints in cases(market):
        own_rows = "rows" in constraints
        problem = problem_of(kind, of, p, dict(constraints))
        found = []
        if not own_rows and problem.turnover is None and not problem.costs.any():
            found = [(call, x, next(w for name, w in WITHIN.items() if call.startswith(name)))
                     for call, x in libraries(kind, of, p, problem.lower, problem.upper)]
        optimum, sources = proven(problem, found)
        stored, own = request(problem)
        own = [row for row in own if row["name"] != "target_return"]
        x = optimum.weights
        row = {"name": f"{kind}-{suffix}", "kind": kind, "why": why, "market": of.name, "sources": sources}
        row |= {k: v for k, v in p.items()} | stored | answer(problem, optimum)
        row |= {"value": value_of(kind, of, p, x, optimum), "expected_return": of.mean @ x,
                "variance": x @ of.covariance @ x}
        if own:
            row["row"] = own
        rows.append(row)
        print(f"  markowitz {row['name']:40} unique {optimum.unique!s:5} duals {optimum.duals_unique!s:5} cond "
              f"{optimum.condition:.1e} changes {optimum.changes}")
    return rows


def main():
    market = markets()
    golden_file.write("markowitz.toml", HEAD, market=[m.row() for m in market], case=build(market))


if __name__ == "__main__":
    main()
