"""nearest.toml: the portfolio within constraints that lies nearest to a target, in three norms."""

from itertools import combinations

import numpy as np

import golden_file
import solvers
from exact import Limit, Problem, Row
from market import factor_market, printed
from prove import answer, proven, request
from qp import budget, drift, indicator

HEAD = """
Portfolios nearest to a target, each proven optimal in 50-digit arithmetic.

[[market]]  covariance N x N (symmetric)
[[case]]    minimise 1/2 (x - target)'M(x - target) + sum_i costs_i |x_i - holdings_i|
            subject to bounds, budget, rows, gross, turnover as in qp.toml,
            sqrt((x - benchmark)'S(x - benchmark)) <= tracking_error, at most `cardinality` weights other than zero,
            each of them `min_position` or more, no two of them with a correlation above `correlation_cap`
  nearness  relative: M = diag(1 / max(|target|, 1e-6)); euclidean: M = I; tracking-error: M = S
  objective the minimum of 1/2 x'Mx - target'Mx + costs: the function above less a constant
  *_dual    as in qp.toml
  support   of cases with a choice, the assets held; all choices were tried by quadprog, and the best one proven
"""

INF = np.inf
FLOOR = 1e-6


def metric(nearness, target, market):
    if nearness == "relative":
        return np.diag(1.0 / np.maximum(np.abs(target), FLOOR))
    return np.eye(len(target)) if nearness == "euclidean" else market.covariance


def cases(market):
    """(name, why, market, nearness, target, rest)."""
    ten, twenty = market
    t10, t20 = printed(drift(ten, 31, spread=2.0), 10), drift(twenty, 32, spread=1.0)
    h10, h20 = drift(ten, 33), drift(twenty, 34)
    shorts = np.array([0.4, -0.1, 0.3, -0.2, 0.25, 0.15, 0.2, -0.05, 0.0, 0.05])
    sector = [indicator(20, range(5 * s, 5 * s + 5)) for s in range(4)]
    overlap = indicator(20, [0, 3, 6, 9, 12, 15, 18])
    costs10 = np.array([0.01, 0.02, 0.01, 0.03, 0.02, 0.01, 0.04, 0.02, 0.01, 0.02])
    bench = np.full(10, 0.1)
    for nearness in ("relative", "euclidean", "tracking-error"):
        def case(name, why, of, target, **rest):
            return f"{nearness}-{name}", why, of, nearness, target, {"rows": [budget(of.n)]} | rest

        yield case("caps", "no asset above 12 %", ten, t10, upper=0.12)
        yield case("floors", "every asset at least 6 %, also what the target hardly holds", ten, t10, lower=0.06)
        yield case("budget", "a target that does not sum to one", ten, printed(1.1 * t10, 10))
        yield case("cash", "a target that must leave 5 % to 10 % in cash", ten, t10, rows=[budget(10, 0.9, 0.95)])
        yield case("groups", "sectors with caps and floors, one of which fixes a sum", twenty, t20, upper=0.15, rows=[
            budget(20), Row("first", sector[0], 0.3, INF), Row("second", sector[1], -INF, 0.2),
            Row("third", sector[2], 0.25, 0.25), Row("overlap", overlap, 0.1, 0.3)])
        yield case("turnover", "30 % of turnover from what is held", ten, t10, holdings=h10, turnover=0.3)
        yield case("costs", "a region without trades", ten, t10, holdings=h10, costs=costs10 * (
            0.01 if nearness == "tracking-error" else 1.0))
        yield case("long-short", "a gross limit on a target of both signs", ten, shorts, lower=-0.3, upper=0.5, gross=1.3)
        yield case("everything", "caps, rows, costs, turnover and gross at once", twenty, t20, lower=-0.02, upper=0.15,
                   rows=[budget(20, 0.95, 1.0), Row("first", sector[0], 0.3, INF), Row("second", sector[1], -INF, 0.2)],
                   gross=1.02, turnover=0.9, holdings=h20, costs=0.001 if nearness == "tracking-error" else 0.02)
        yield case("tracking", "a tracking error of 1 % to equal weights", ten, t10, upper=0.4,
                   limits=[Limit("tracking error", ten.covariance, bench, 0.01)])


def choices(market):
    """(name, why, nearness, target, rules, rest)."""
    ten = market[0]
    t10 = printed(drift(ten, 31, spread=2.0), 10)
    for nearness in ("relative", "euclidean", "tracking-error"):
        yield f"{nearness}-cardinality", "at most four assets", nearness, t10, {"cardinality": 4}, {"upper": 0.5}
        yield f"{nearness}-position", "at most eight positions of 10 % or more", nearness, t10, {
            "cardinality": 8, "min_position": 0.1}, {}
        yield (f"{nearness}-correlation", "no two assets with a correlation above 0.45", nearness, t10,
               {"correlation_cap": 0.45}, {})


def problem_of(market, nearness, target, rest):
    matrix = metric(nearness, target, market)
    return Problem(market.n, matrix, -matrix @ target, **rest)


def fields(market, nearness, target, problem):
    constraints, own = request(problem)
    row = {"market": market.name, "nearness": nearness, "target": target} | constraints
    if problem.limits:
        row |= {"benchmark": problem.limits[0].benchmark, "tracking_error": problem.limits[0].bound}
    return row, own


def build(market):
    rows = []
    for name, why, of, nearness, target, rest in cases(market):
        problem = problem_of(of, nearness, target, rest)
        # An interior point stops early where a target of zero makes an entry of M a million.
        optimum, sources = proven(problem, objective_within=1e-6)
        row, own = fields(of, nearness, target, problem)
        row = {"name": name, "why": why, "sources": sources} | row | answer(problem, optimum)
        if own:
            row["row"] = own
        rows.append(row)
        print(f"  nearest {name:28} unique {optimum.unique!s:5} duals {optimum.duals_unique!s:5} cond "
              f"{optimum.condition:.1e}")
    of = market[0]
    deviations = np.sqrt(np.diag(of.covariance))
    correlation = of.covariance / deviations[:, None] / deviations[None, :]
    for name, why, nearness, target, rules, rest in choices(market):
        upper = rest.get("upper", 1.0)
        cap = rules.get("correlation_cap", INF)
        least = rules.get("min_position", 0.0)
        found = []
        for size in range(1, rules.get("cardinality", of.n) + 1):
            if size * upper < 1 or size * least > 1:
                continue
            for support in combinations(range(of.n), size):
                if any(correlation[a, b] > cap for a, b in combinations(support, 2)):
                    continue
                held = indicator(of.n, support)
                problem = problem_of(of, nearness, target,
                                     {"rows": [budget(of.n)], "lower": least * held, "upper": upper * held})
                x = solvers.by_quadprog(problem)
                found.append((problem.objective(x), support, problem))
        found.sort(key=lambda choice: choice[0])
        # A choice whose weight comes out as zero is that of fewer assets.
        _, support, problem = found[0]
        optimum, sources = proven(problem)
        whole = problem_of(of, nearness, target, {"rows": [budget(of.n)], "upper": upper})
        row, _ = fields(of, nearness, target, whole)
        kept = [int(asset) for asset in np.flatnonzero(optimum.weights)]
        rows.append({"name": name, "why": why, "sources": sources, "tried": len(found)} | row | rules
                    | {"support": kept, "weights": optimum.weights, "objective": optimum.objective, "unique": True,
                       "duals_unique": False, "tolerance": optimum.tolerance()})
        print(f"  nearest {name:28} tried {len(found)} support {kept}")
    return rows


def main():
    market = [factor_market("ten", "an ordinary small market", 10, 10),
              factor_market("twenty", "an ordinary market with four sectors of five", 20, 20, factors=5)]
    golden_file.write("nearest.toml", HEAD, market=[m.row() for m in market], case=build(market))


if __name__ == "__main__":
    main()
