"""integer.toml: cardinality, minimum positions and forbidden pairs, solved by trying every support."""

from itertools import combinations, product

import clarabel
import numpy as np
from scipy import sparse

import golden_file
from exact import Problem, Row, refine
from market import factor_market
from prove import PROOF, answer, request
from qp import INF, budget, drift, indicator
from solvers import by_quadprog, split, tight

HEAD = """
Portfolios with on-off choices: every choice was tried, the best one proven optimal for its support in 50 digits.

[[market]]  covariance N x N (symmetric) and mean
[[case]]    minimise quadratic/2 x'Sx - linear mean'x (or quadratic/2 (x - benchmark)'S(x - benchmark), where benchmark
            stands there) subject to bounds, budget, rows, turnover as in qp.toml, and
  cardinality       at most this many weights differ from zero
  min_position      each weight is zero or at least this far from zero (on the long side only, where lower >= 0)
  correlation_cap   two assets are not both held if their correlation is above this (not its absolute value)
  infeasible        no support meets all limits; then there are no weights
  support           the assets held, ascending
  runner_up         the least objective with any other set of assets held: how far the second best choice is
  tried             how many programmes were solved
"""


def markets():
    return [factor_market("ten", "an ordinary small market", 410, 10),
            factor_market("twelve", "an ordinary market", 412, 12, factors=4),
            factor_market("seven", "small enough to try all signs", 407, 7)]


def by_interior_point(problem):
    """Clarabel, or None where it proves that nothing is feasible."""
    p, q, a, low, high = split(problem)
    equal = low == high
    up, down = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    matrix = np.vstack([a[equal], a[up], -a[down]])
    right = np.concatenate([low[equal], high[up], -low[down]])
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(int(up.sum() + down.sum()))]
    solution = clarabel.DefaultSolver(sparse.csc_matrix(np.triu(p)), q, sparse.csc_matrix(matrix), right, cones,
                                      tight(clarabel.DefaultSettings())).solve()
    status = str(solution.status)
    if "Infeasible" in status:
        return None
    assert "Solved" in status or "Almost" in status or "Insufficient" in status, status
    return np.array(solution.x)[:problem.n]


def by_active_set(problem):
    try:
        return by_quadprog(problem)
    except ValueError as error:
        assert "inconsistent" in str(error), error
        return None


class Choice:
    def __init__(self, market, quadratic=1.0, linear=0.0, lower=0.0, upper=1.0, rows=None, benchmark=None,
                 cardinality=None, min_position=None, correlation_cap=None, turnover=None, holdings=None):
        self.market, self.n = market, market.n
        self.quadratic, self.linear, self.benchmark = quadratic, linear, benchmark
        full = lambda v: np.broadcast_to(np.asarray(v, dtype=float), (self.n,)).copy()
        self.lower, self.upper = full(lower), full(upper)
        self.rows = [budget(self.n)] if rows is None else rows
        self.cardinality, self.min_position, self.correlation_cap = cardinality, min_position, correlation_cap
        self.turnover, self.holdings = turnover, holdings

    def problem(self, lower, upper):
        s = self.market.covariance
        linear = None if self.linear == 0 else -self.linear * self.market.mean
        if self.benchmark is not None:
            linear = -self.quadratic * s @ self.benchmark
        return Problem(self.n, self.quadratic * s, linear, lower=lower, upper=upper, rows=self.rows,
                       turnover=self.turnover, holdings=self.holdings)

    def choices(self):
        """(lower, upper) of every support, and of every sign where both are open."""
        n, k = self.n, self.cardinality or self.n
        deviation = np.sqrt(np.diag(self.market.covariance))
        rho = self.market.covariance / np.outer(deviation, deviation)
        signed = self.min_position is not None and (self.lower < 0).any()
        # Otherwise a smaller support lies inside a larger one.
        smaller = self.min_position is not None or self.correlation_cap is not None
        for pattern in product((0, 1, -1) if signed else (0, 1), repeat=n):
            held = [i for i in range(n) if pattern[i]]
            if len(held) > k or (len(held) < k and not smaller):
                continue
            if self.correlation_cap is not None and any(
                    rho[i, j] > self.correlation_cap for i, j in combinations(held, 2)):
                continue
            lower, upper = self.lower.copy(), self.upper.copy()
            for i in range(n):
                if not pattern[i]:
                    lower[i], upper[i] = max(lower[i], 0.0), min(upper[i], 0.0)
                elif self.min_position is not None:
                    if pattern[i] == 1:
                        lower[i] = max(lower[i], self.min_position)
                    else:
                        upper[i] = min(upper[i], -self.min_position)
            if (lower <= upper).all():
                yield lower, upper

    def best(self):
        seen, tried = {}, 0
        for lower, upper in self.choices():
            problem = self.problem(lower, upper)
            x = by_active_set(problem) if problem.plain() else by_interior_point(problem)
            tried += 1
            if x is None:
                continue
            key = tuple(int(i) for i in np.flatnonzero(np.abs(x) > 1e-7))
            value = problem.objective(x)
            if key not in seen or value < seen[key][0]:
                seen[key] = (value, x, problem)
        ranked = sorted(seen.items(), key=lambda item: item[1][0])
        return ranked, tried


def cases(market):
    m = {x.name: x for x in market}
    ten, twelve, seven = m["ten"], m["twelve"], m["seven"]
    h10 = drift(ten, 11)
    index = np.round(np.random.default_rng(12).dirichlet(np.full(12, 3.0)) * 1024)
    index[0] += 1024 - index.sum()
    sector = Row("sector", indicator(12, range(4)), 0.3, 0.5)
    must = np.zeros(10)
    must[4] = 0.1
    return [
        ("three-of-ten", "minimum variance with three names", Choice(ten, cardinality=3)),
        ("one-of-ten", "a single name: the one of least variance", Choice(ten, cardinality=1)),
        ("five-of-ten-caps", "five names under caps of 30 %", Choice(ten, cardinality=5, upper=0.3)),
        ("loose", "as many names as there are: the limit does not bind", Choice(ten, cardinality=10)),
        ("buy-in", "no position below 8 %", Choice(ten, min_position=0.08)),
        ("buy-in-utility", "mean-variance, at most six names of at least 10 %", Choice(
            ten, 4.0, 1.0, cardinality=6, min_position=0.1, upper=0.4)),
        ("index-tracking", "four names that follow a benchmark of twelve", Choice(
            twelve, benchmark=index / 1024, cardinality=4)),
        ("index-tracking-buy-in", "six names of at least 10 %", Choice(
            twelve, benchmark=index / 1024, cardinality=6, min_position=0.1)),
        ("pairs", "no two names with a correlation above 0.5", Choice(twelve, correlation_cap=0.5)),
        ("pairs-utility", "no two names with a correlation above 0.6, caps of 40 %", Choice(
            twelve, 3.0, 1.0, upper=0.4, correlation_cap=0.6)),
        ("pairs-and-names", "five names, at least 5 %, pairs below 0.7, a sector between 30 % and 50 %", Choice(
            twelve, 2.0, 1.0, cardinality=5, min_position=0.05, correlation_cap=0.7, rows=[budget(12), sector])),
        ("must-hold", "one name has a floor of 10 %: it is one of the three", Choice(ten, lower=must, cardinality=3)),
        ("turnover", "four names, 70 % of turnover", Choice(ten, cardinality=4, holdings=h10, turnover=0.7)),
        ("long-short", "positions of at least 10 % on either side, at most five", Choice(
            seven, 2.0, 1.0, lower=-0.4, upper=0.8, cardinality=5, min_position=0.1)),
        ("pairs-infeasible", "no two names above 0.1 under caps of 20 %", Choice(
            twelve, upper=0.2, correlation_cap=0.1)),
        ("too-few", "two names under caps of 40 % cannot hold a budget of 1", Choice(ten, cardinality=2, upper=0.4)),
        ("buy-in-too-high", "floors of 15 % for eight names that must be held", Choice(
            ten, lower=np.array([0.01] * 8 + [0.0] * 2), min_position=0.15)),
    ]


def build(market):
    rows = []
    for name, why, choice in cases(market):
        ranked, tried = choice.best()
        row = {"name": name, "why": why, "market": choice.market.name,
               "sources": [f"every support: {tried} programmes by "
                           + ("Clarabel 0.11.1" if choice.turnover is not None else "quadprog 0.1.14"), PROOF],
               "quadratic": choice.quadratic, "linear": choice.linear, "benchmark": choice.benchmark}
        own_bounds = choice.problem(choice.lower, choice.upper)
        stored, own = request(own_bounds)
        row |= stored | {"cardinality": choice.cardinality, "min_position": choice.min_position,
                         "correlation_cap": choice.correlation_cap, "infeasible": not ranked, "tried": tried}
        if ranked:
            (support, (_, x, problem)) = ranked[0]
            optimum = refine(problem, x)
            if choice.benchmark is not None:
                b = choice.benchmark
                constant = choice.quadratic / 2 * b @ choice.market.covariance @ b
                optimum.objective += constant
            else:
                constant = 0.0
            assert optimum.unique
            runner_up = ranked[1][1][0] + constant if len(ranked) > 1 else None
            if runner_up is not None:
                assert runner_up - optimum.objective > 1e-7 * abs(optimum.objective), name
            row |= {"support": list(support), "runner_up": runner_up} | {
                k: v for k, v in answer(problem, optimum).items() if "dual" not in k}
            print(f"  integer {name}: tried {tried}, support {support}, objective {optimum.objective:.9g}, next {runner_up}")
        else:
            print(f"  integer {name}: tried {tried}, infeasible")
        if own:
            row["row"] = own
        rows.append(row)
    return rows


def main():
    market = markets()
    golden_file.write("integer.toml", HEAD, market=[m.row() for m in market], case=build(market))


if __name__ == "__main__":
    main()
