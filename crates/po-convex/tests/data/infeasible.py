"""infeasible.toml: requests that cannot be met, the least total violation, and every minimal conflict."""

import warnings
from itertools import combinations

import cvxpy as cp
import numpy as np
from scipy.optimize import linprog

import golden_file
from exact import Row
from market import factor_market, printed
from prove import power
from qp import INF, budget, indicator
from solvers import TIGHT

HEAD = """
Requests that cannot be met: by how much they must be missed, and which limits contradict each other.

[[case]]    lower, upper, budget, rows, gross, turnover with holdings; where volatility or tracking_error stand there,
            covariance too: sqrt(x'Sx) <= volatility, sqrt((x - benchmark)'S(x - benchmark)) <= tracking_error
  members   a limit is called by its name and side: "first >=", "first <=", "budget >=", "budget <=", "gross <=",
            "turnover <=", "volatility <=", "tracking_error <="; a bound "asset 3 >=" or "asset 3 <="
            (assets count from 0). An equality is two members, a side at infinity is none.
  least     elastic model A: minimise the sum over the members (bounds apart) of max(0, miss), each in its own unit,
            subject to lower <= x <= upper held exactly
  minimal   all sets of members (bounds apart) that no x within the bounds meets together, and of which every
            proper subset can be met
  least_with_bounds     elastic model B: bounds may be missed too, each by max(0, miss) with weight one
  minimal_with_bounds   all minimal sets, bounds among the members, no bound held otherwise
  feasible  the request can be met after all, if only just: least = 0 and no minimal set
  tolerance for least; linear programmes by simplex and interior point, conic ones by Clarabel

[[unbounded]]   a request that can be met but has no optimum: maximise mean'x - risk_aversion/2 x'Sx within the limits;
                direction: x can move along it for ever, and every step gains
"""


class Request:
    def __init__(self, n, lower=0.0, upper=1.0, rows=None, gross=None, turnover=None, holdings=None, covariance=None,
                 volatility=None, tracking_error=None, benchmark=None):
        self.n = n
        full = lambda v: np.broadcast_to(np.asarray(v, dtype=float), (n,)).copy()
        self.lower, self.upper = full(lower), full(upper)
        self.rows = [budget(n)] if rows is None else rows
        self.gross, self.turnover, self.holdings = gross, turnover, holdings
        self.covariance, self.volatility = covariance, volatility
        self.tracking_error, self.benchmark = tracking_error, benchmark

    def members(self, bounds):
        names = []
        for r in self.rows:
            names += [f"{r.name} >="] * int(np.isfinite(r.lower)) + [f"{r.name} <="] * int(np.isfinite(r.upper))
        for name in ("gross", "turnover", "volatility", "tracking_error"):
            if getattr(self, name) is not None:
                names.append(f"{name} <=")
        if bounds:
            names += [f"asset {i} >=" for i in range(self.n) if np.isfinite(self.lower[i])]
            names += [f"asset {i} <=" for i in range(self.n) if np.isfinite(self.upper[i])]
        return names

    def conic(self):
        return self.volatility is not None or self.tracking_error is not None

    def miss(self, chosen, bounds_hard):
        """The least total violation of the chosen members."""
        return self.by_cone(chosen, bounds_hard) if self.conic() else self.by_simplex(chosen, bounds_hard)

    def by_simplex(self, chosen, bounds_hard, method="highs-ds"):
        n = self.n
        width = 3 * n + len(chosen)  # x, |x|, |x - h|, one slack a member
        c = np.concatenate([np.zeros(3 * n), np.ones(len(chosen))])
        a, b = [], []
        for s in (1, -1):
            for i in range(n):
                row = np.zeros(width)
                row[i], row[n + i] = s, -1
                a.append(row), b.append(0.0)
                if self.holdings is not None:
                    row = np.zeros(width)
                    row[i], row[2 * n + i] = s, -1
                    a.append(row), b.append(s * self.holdings[i])
        rows = {r.name: r for r in self.rows}
        for k, member in enumerate(chosen):
            name, side = member.rsplit(" ", 1)
            s = 1 if side == "<=" else -1
            row = np.zeros(width)
            row[3 * n + k] = -1
            if name in rows:
                row[:n] = s * rows[name].coefficients
                limit = rows[name].upper if s == 1 else rows[name].lower
            elif name == "gross":
                row[n:2 * n], limit = 1, self.gross
            elif name == "turnover":
                row[2 * n:3 * n], limit = 1, self.turnover
            else:
                i = int(name.split()[1])
                row[i] = s
                limit = self.upper[i] if s == 1 else self.lower[i]
            a.append(row), b.append(s * limit)
        box = list(zip(self.lower, self.upper)) if bounds_hard else [(None, None)] * n
        result = linprog(c, np.array(a), np.array(b), bounds=box + [(0, None)] * (2 * n + len(chosen)), method=method)
        assert result.status == 0, result.message
        return result.fun

    def by_cone(self, chosen, bounds_hard):
        x = cp.Variable(self.n)
        slack = cp.Variable(len(chosen), nonneg=True)
        rows = {r.name: r for r in self.rows}
        constraints = []
        if bounds_hard:
            constraints = [x >= self.lower, x <= self.upper]
        root = np.linalg.cholesky(self.covariance).T
        for k, member in enumerate(chosen):
            name, side = member.rsplit(" ", 1)
            s = 1 if side == "<=" else -1
            if name in rows:
                limit = rows[name].upper if s == 1 else rows[name].lower
                constraints.append(s * (rows[name].coefficients @ x) <= s * limit + slack[k])
            elif name == "gross":
                constraints.append(cp.norm1(x) <= self.gross + slack[k])
            elif name == "turnover":
                constraints.append(cp.norm1(x - self.holdings) <= self.turnover + slack[k])
            elif name == "volatility":
                constraints.append(cp.norm(root @ x) <= self.volatility + slack[k])
            elif name == "tracking_error":
                constraints.append(cp.norm(root @ (x - self.benchmark)) <= self.tracking_error + slack[k])
            else:
                i = int(name.split()[1])
                constraints.append(s * x[i] <= s * (self.upper[i] if s == 1 else self.lower[i]) + slack[k])
        problem = cp.Problem(cp.Minimize(cp.sum(slack)), constraints)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some subsets have an optimum of exactly zero
            problem.solve(solver=cp.CLARABEL, **TIGHT)
        return problem.value

    def minimal(self, bounds):
        """Every minimal conflict, by trying all sets in order of size."""
        names, found = self.members(bounds), []
        threshold = 1e-6 if self.conic() else 1e-9
        if self.miss(names, not bounds) <= threshold:
            return found
        for size in range(1, len(names) + 1):
            for chosen in combinations(names, size):
                if any(set(conflict) <= set(chosen) for conflict in found):
                    continue
                if self.miss(chosen, not bounds) > threshold:
                    found.append(list(chosen))
            # Once the rest, freed of one member of each conflict in every way, can be met, nothing is left to find.
            if found and self.complete(names, found, bounds, threshold):
                return found
        return found

    def complete(self, names, found, bounds, threshold):
        def hit(conflicts, removed):
            open_ = [c for c in conflicts if not set(c) & removed]
            if not open_:
                rest = [m for m in names if m not in removed]
                return not rest or self.miss(rest, not bounds) <= threshold
            return all(hit(open_[1:], removed | {m}) for m in open_[0])
        return hit(found, frozenset())

    def row(self):
        b = next((r for r in self.rows if r.name == "budget"), None)
        return {"assets": self.n, "lower": self.lower, "upper": self.upper,
                "budget": None if b is None else [b.lower, b.upper], "gross": self.gross, "turnover": self.turnover,
                "holdings": self.holdings, "volatility": self.volatility, "tracking_error": self.tracking_error,
                "benchmark": self.benchmark, "covariance": self.covariance}


def cases():
    one = np.ones(4)
    market = factor_market("", "", 301, 4)
    row = lambda name, coefficients, low=-INF, high=INF: Row(name, np.array(coefficients, dtype=float), low, high)
    rng = np.random.default_rng(30)
    big = [budget(30)]
    sectors = rng.integers(0, 5, 30)
    for s in range(5):
        big.append(row(f"sector {s}", (sectors == s).astype(float), 0.1, 0.3))
    score = printed(rng.normal(0.0, 1.0, 30), 4)
    big += [row("score", score, 1.5, INF), row("beta", printed(rng.uniform(0.6, 1.4, 30), 4), -INF, 1.0),
            row("pair", indicator(30, [3, 17]), 0.25, INF)]
    return [
        ("caps-too-low", "four caps of 20 % cannot hold a budget of 1", Request(4, upper=0.2)),
        ("floors-too-high", "four floors of 30 %", Request(4, lower=0.3)),
        ("caps-just-enough", "four caps of 25 %: one point is left", Request(4, upper=0.25)),
        ("two-rows", "a floor above a cap of the same sector", Request(4, rows=[
            budget(4), row("floor", [1, 1, 0, 0], 0.6), row("cap", [1, 1, 0, 0], high=0.5)])),
        ("two-rows-other-units", "the same, one row counted in percent: the cheaper one is missed", Request(4, rows=[
            budget(4), row("floor", [100, 100, 0, 0], 60), row("cap", [1, 1, 0, 0], high=0.5)])),
        ("three-rows", "any two agree, all three do not", Request(4, rows=[
            budget(4), row("ab", [1, 1, 0, 0], 0.7), row("bc", [0, 1, 1, 0], 0.7), row("b", [0, 1, 0, 0], high=0.3)])),
        ("budget-and-rows", "two sector caps leave less than the budget", Request(4, rows=[
            budget(4), row("left", [1, 1, 0, 0], high=0.4), row("right", [0, 0, 1, 1], high=0.5)])),
        ("two-conflicts", "two conflicts that have nothing in common", Request(4, rows=[
            row("a floor", [1, 0, 0, 0], 0.5), row("a cap", [1, 0, 0, 0], high=0.3),
            row("b floor", [0, 1, 0, 0], 0.9), row("b cap", [0, 1, 0, 0], high=0.2)])),
        ("overlapping-conflicts", "one limit in two conflicts: giving it up mends both", Request(4, rows=[
            budget(4), row("big", [1, 0, 0, 0], 0.8), row("small", [1, 0, 0, 0], high=0.5),
            row("others", [0, 1, 1, 1], 0.4)])),
        ("gross-below-net", "sum |x| <= 0.9 with a net of 1", Request(4, lower=-1.0, gross=0.9)),
        ("turnover-too-small", "the holdings break a cap by more than may be traded", Request(
            4, upper=0.4, holdings=np.array([0.75, 0.25, 0.0, 0.0]), turnover=0.5)),
        ("turnover-just-enough", "the same with just enough", Request(
            4, upper=0.5, holdings=np.array([0.75, 0.25, 0.0, 0.0]), turnover=0.5)),
        ("return-out-of-reach", "no mix of these means reaches 12 %", Request(4, rows=[
            budget(4), row("return", [0.04, 0.06, 0.08, 0.1], 0.12)])),
        ("return-under-a-cap", "reachable, but not under the sector's cap", Request(4, rows=[
            budget(4), row("return", [0.04, 0.06, 0.08, 0.1], 0.085), row("growth", [0, 0, 1, 1], high=0.5)])),
        ("equality-off", "an equality against a budget range", Request(4, rows=[
            budget(4, 0.9, 1.0), row("cash", [0, 0, 0, 1], 0.25, 0.25), row("rest", [1, 1, 1, 0], 0.8)])),
        ("neutral", "long-short: beta-neutral and yet long the market", Request(4, lower=-1.0, rows=[
            budget(4, 0.0), row("beta", [0.8, 0.9, 1.0, 1.1], 0.0, 0.0), row("spread", [1, 1, -1, -1], 0.5),
            row("tilt", [1, 0, 0, -1], high=0.1), row("lean", [0, 1, -1, 0], high=0.1)])),
        ("no-bounds", "free weights, three equations that contradict each other", Request(
            3, lower=-INF, upper=INF, rows=[row("one", [1, 1, 1], 1.0, 1.0), row("two", [1, -1, 0], 0.5, 0.5),
                                            row("three", [3, 1, 2], 2.0, 2.0)])),
        ("thirty", "a score that five sectors, a beta and a pair put out of reach", Request(30, upper=0.05, rows=big)),
        ("volatility-too-low", "below the volatility of minimum variance", Request(
            4, covariance=market.covariance, volatility=0.12)),
        ("volatility-and-return", "the return asked for costs more volatility than is allowed", Request(
            4, covariance=market.covariance, volatility=0.2, rows=[budget(4), row("return", market.mean, 0.11)])),
        ("tracking-error", "a sector is forbidden that the benchmark holds", Request(
            4, covariance=market.covariance, tracking_error=0.02, benchmark=np.full(4, 0.25),
            rows=[budget(4), row("forbidden", [1, 0, 0, 0], high=0.0)])),
    ]


def build():
    out = []
    for name, why, request in cases():
        names = request.members(False)
        least = request.miss(names, True)
        conflicts = request.minimal(False)
        sources = []
        row = {"name": name, "why": why}
        if request.conic():
            sources.append("cvxpy 1.9.3 with Clarabel 0.11.1, tolerances 1e-12")
            tolerance = 1e-7
        else:
            other = request.by_simplex(names, True, "highs-ipm")
            assert abs(least - other) < 1e-9, (name, least, other)
            sources.append(f"scipy 1.17.1 linprog: highs-ds and highs-ipm agree within {power(max(abs(least - other), 1e-16))}")
            tolerance = 1e-9
        sources.append("all sets of members in order of size")
        small = request.n <= 4
        feasible = least < 1e-9
        assert feasible == (not conflicts)
        row |= {"sources": sources} | request.row() | {
            "feasible": feasible, "least": 0.0 if feasible else least, "minimal": conflicts}
        # Each conflict on its own cannot cost more than all together.
        assert all(request.miss(c, True) <= least + 1e-6 for c in conflicts)
        if small:
            everything = request.members(True)
            row["least_with_bounds"] = 0.0 if feasible else request.miss(everything, False)
            row["minimal_with_bounds"] = request.minimal(True)
        row["tolerance"] = tolerance
        own = [r for r in request.rows if r.name != "budget"]
        if own:
            row["row"] = [{"name": r.name, "lower": r.lower, "upper": r.upper, "coefficients": r.coefficients}
                          for r in own]
        out.append(row)
        print(f"  infeasible {name:24} least {least:.6g} sets {len(conflicts)} "
              f"with bounds {row.get('least_with_bounds')} sets {len(row.get('minimal_with_bounds', []))}")
    return out


def unbounded():
    return [
        {"name": "linear", "why": "no variance, no bounds", "assets": 3, "covariance": np.zeros((3, 3)),
         "mean": [0.1, 0.2, 0.3], "risk_aversion": 1.0, "lower": [-INF] * 3, "upper": [INF] * 3,
         "budget": [1.0, 1.0], "direction": [-1.0, 0.0, 1.0]},
        {"name": "arbitrage", "why": "two assets that move as one, with different means", "assets": 3,
         "covariance": np.array([[0.04, 0.04, 0.01], [0.04, 0.04, 0.01], [0.01, 0.01, 0.09]]),
         "mean": [0.05, 0.06, 0.1], "risk_aversion": 3.0, "lower": [-INF] * 3, "upper": [INF] * 3,
         "budget": [1.0, 1.0], "direction": [-1.0, 1.0, 0.0]},
        {"name": "borrowing", "why": "an asset without risk may be sold without limit, and no budget holds", "assets": 2,
         "covariance": np.array([[0.04, 0.0], [0.0, 0.0]]), "mean": [0.05, -0.02], "risk_aversion": 3.0,
         "lower": [0.0, -INF], "upper": [1.0, INF], "direction": [0.0, -1.0]},
    ]


def main():
    rows = unbounded()
    for row in rows:
        d = np.array(row["direction"])
        assert (row["covariance"] @ d == 0).all() and np.dot(row["mean"], d) > 0
    golden_file.write("infeasible.toml", HEAD, case=build(), unbounded=rows)


if __name__ == "__main__":
    main()
