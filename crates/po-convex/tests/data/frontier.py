"""frontier.toml: turning points of efficient frontiers, in fifty digits, beside PyPortfolioOpt's CLA."""

import numpy as np
from mpmath import mpf
from pypfopt import CLA

import golden_file
from exact import PROOF, ZERO, Problem, Row, exact, refine, rounded, solve
from market import factor_market, printed
from peers import PYPORTFOLIOOPT
from prove import power
from qp import INF, budget, indicator
from solvers import by_clarabel

HEAD = """
Efficient frontiers, from minimum variance up to maximum mean, proven in 50-digit arithmetic.

[[market]]  covariance N x N (symmetric) and mean
[[case]]    minimise x'Sx / 2 - lambda mean'x subject to lower <= x <= upper, sum x = 1 and the rows,
            for lambda from 0 to infinity: x is piecewise linear in lambda
  turning points  lambda ascending from 0; the last is the smallest lambda from which x does not move any more;
                  where x rests at a vertex for a while, its weights stand there twice, with both lambdas
  weights         one row of N a turning point
  middle_*        optima at the middle of each segment, found on their own: the mean of the segment's ends
  max_sharpe_*    the largest (mean - risk_free)'x / sqrt(x'Sx) on the frontier
"""


class Path:
    """Parametric active set: x = a + lambda b on each segment."""

    def __init__(self, market, lower, upper, rows):
        self.s, self.mean, self.n = exact(market.covariance), exact(market.mean), market.n
        problem = Problem(market.n, market.covariance, lower=lower, upper=upper, rows=rows)
        self.problem = problem
        self.lower = [mpf(float(b)) if np.isfinite(b) else None for b in problem.lower]
        self.upper = [mpf(float(b)) if np.isfinite(b) else None for b in problem.upper]
        self.rows = [(exact(r.coefficients), r.lower, r.upper) for r in rows]
        self.mpf_limits = [[mpf(float(b)) if np.isfinite(b) else None for b in (r.lower, r.upper)] for r in rows]

    def start(self):
        """The active set at lambda = 0."""
        x = refine(self.problem, by_clarabel(self.problem)).weights
        x = exact(x)
        near = mpf("1e-14")
        pinned = {}
        for i in range(self.n):
            for bound in (self.lower[i], self.upper[i]):
                if bound is not None and abs(x[i] - bound) < near:
                    pinned[i] = bound
        active = {}
        for r, (a, low, high) in enumerate(self.rows):
            for level in self.mpf_limits[r]:
                if level is not None and (low == high or abs(a @ x - level) < near):
                    active[r] = level
        return pinned, active

    def segment(self, pinned, active):
        """a, b of x and of the multipliers of the active rows."""
        free = [i for i in range(self.n) if i not in pinned]
        keys = list(active)
        held = np.array([ZERO] * self.n, dtype=object)
        for i, value in pinned.items():
            held[i] = value
        f, c = len(free), len(keys)
        kkt = np.full((f + c, f + c), ZERO, dtype=object)
        kkt[:f, :f] = self.s[np.ix_(free, free)]
        for j, r in enumerate(keys):
            kkt[:f, f + j] = kkt[f + j, :f] = self.rows[r][0][free]
        right = np.full((f + c, 2), ZERO, dtype=object)
        right[:f, 0] = -(self.s @ held)[free]
        right[:f, 1] = self.mean[free]
        for j, r in enumerate(keys):
            right[f + j, 0] = active[r] - self.rows[r][0] @ held
        solution = solve(kkt, right)
        x = np.full((self.n, 2), ZERO, dtype=object)
        x[:, 0] = held
        x[free] = solution[:f]
        return x, dict(zip(keys, solution[f:]))

    def walk(self):
        pinned, active = self.start()
        level, points = ZERO, []
        for _ in range(500):
            x, y = self.segment(pinned, active)
            here = x[:, 0] + level * x[:, 1]
            self.prove(here, level, y, pinned, active)
            points.append((level, here))
            events = []

            def reaches(value, slope, zero_at, event):
                """When value + lambda slope comes down to zero_at (from above)."""
                if slope < -PROOF:
                    at = (zero_at - value) / slope
                    events.append((max(at, level), event))

            for i in range(self.n):
                if i in pinned:
                    # Push of the gradient against the bound; lambda mean is part of it.
                    base = (self.s @ x[:, 0])[i] + sum((m[0] * self.rows[r][0][i] for r, m in y.items()), ZERO)
                    slope = (self.s @ x[:, 1])[i] - self.mean[i] + sum(
                        (m[1] * self.rows[r][0][i] for r, m in y.items()), ZERO)
                    if self.lower[i] == self.upper[i]:
                        continue
                    side = 1 if pinned[i] == self.lower[i] else -1
                    reaches(side * base, side * slope, ZERO, ("free", i))
                else:
                    if self.lower[i] is not None:
                        reaches(x[i, 0], x[i, 1], self.lower[i], ("pin", i, self.lower[i]))
                    if self.upper[i] is not None:
                        reaches(-x[i, 0], -x[i, 1], -self.upper[i], ("pin", i, self.upper[i]))
            for r, (a, low, high) in enumerate(self.rows):
                if low == high:
                    continue
                if r in active:
                    side = 1 if active[r] == self.mpf_limits[r][1] else -1
                    reaches(side * y[r][0], side * y[r][1], ZERO, ("drop", r))
                else:
                    value, slope = a @ x[:, 0], a @ x[:, 1]
                    if np.isfinite(low):
                        reaches(value, slope, self.mpf_limits[r][0], ("add", r, self.mpf_limits[r][0]))
                    if np.isfinite(high):
                        reaches(-value, -slope, -self.mpf_limits[r][1], ("add", r, self.mpf_limits[r][1]))
            if not events:
                return points
            events.sort(key=lambda e: e[0])
            # At a vertex one weight reaches zero as another reaches its cap: pinning either is enough.
            together = [event for at, event in events if at - events[0][0] < mpf("1e-20")]
            assert all(event[0] == "pin" for event in together) or len(together) == 1, "two events at once"
            level, (what, *how) = events[0]
            if what == "free":
                del pinned[how[0]]
            elif what == "pin":
                pinned[how[0]] = how[1]
            elif what == "drop":
                del active[how[0]]
            else:
                active[how[0]] = how[1]
            free = [i for i in range(self.n) if i not in pinned]
            if len(free) < len(active):
                # A vertex: nothing moves until some multiplier turns; find the next one that lets go.
                final = x[:, 0] + level * x[:, 1]
                points.append((level, final))
                return points
        raise ArithmeticError("the path does not end")

    def prove(self, x, level, y, pinned, active):
        gradient = self.s @ x - level * self.mean
        for r, m in y.items():
            gradient = gradient + (m[0] + level * m[1]) * self.rows[r][0]
        scale = max(abs(g) for g in self.s @ x) + level
        for i in range(self.n):
            assert self.lower[i] is None or x[i] >= self.lower[i] - PROOF
            assert self.upper[i] is None or x[i] <= self.upper[i] + PROOF
            at_lower = self.lower[i] is not None and abs(x[i] - self.lower[i]) < PROOF
            at_upper = self.upper[i] is not None and abs(x[i] - self.upper[i]) < PROOF
            assert at_upper or gradient[i] >= -PROOF * scale, "push"
            assert at_lower or gradient[i] <= PROOF * scale, "push"
        for r, (a, low, high) in enumerate(self.rows):
            value = a @ x
            assert (not np.isfinite(low) or value >= self.mpf_limits[r][0] - PROOF)
            assert (not np.isfinite(high) or value <= self.mpf_limits[r][1] + PROOF)
            if r in y and low != high:
                m = y[r][0] + level * y[r][1]
                assert (m >= -PROOF) if active[r] == self.mpf_limits[r][1] else (m <= PROOF)


def distinct(points):
    kept = []
    for level, x in points:
        if kept and level - kept[-1][0] < mpf("1e-20"):
            continue  # two changes of the active set at one lambda
        kept.append((level, x))
    return kept


def cla(market, lower, upper):
    model = CLA(market.mean, market.covariance, weight_bounds=(lower, upper))
    model._solve()
    found = [(0.0 if l is None else float(l), w.reshape(-1)) for w, l in zip(model.w, model.ls)]
    model.max_sharpe()
    return found[::-1]


def compare(market, problem, points):
    """How far PyPortfolioOpt is where it has the point, and the points that it has not."""
    theirs = cla(market, problem.lower, problem.upper)
    nearest = [min(np.abs(x - other).max() for _, other in theirs) for _, x in points]
    back = max(min(np.abs(x - other).max() for _, x in points) for _, other in theirs)
    assert back < 1e-9, "CLA lists a point that is none"
    missing = [level for (level, _), far in zip(points, nearest) if far > 1e-9]
    return max(far for far in nearest if far <= 1e-9), missing


def cases(market):
    m = {x.name: x for x in market}
    eight, twelve, twenty = m["eight"], m["twelve"], m["twenty"]
    groups = [indicator(12, range(0, 4)), indicator(12, range(4, 8))]
    return [
        ("eight", "long only", eight, 0.0, 1.0, None),
        ("eight-caps", "caps of 35 %", eight, 0.0, 0.35, None),
        ("eight-short", "shorts of 20 %, caps of 60 %", eight, -0.2, 0.6, None),
        ("twelve", "long only", twelve, 0.0, 1.0, None),
        ("twelve-floors", "at least 2 %, at most 25 %", twelve, 0.02, 0.25, None),
        ("twelve-rows", "two sectors with a floor and a cap; CLA cannot state them", twelve, 0.0, 0.4,
         [Row("first", groups[0], 0.3, INF), Row("second", groups[1], -INF, 0.25)]),
        ("twenty", "long only", twenty, 0.0, 1.0, None),
        ("twenty-uneven", "caps that differ by asset", twenty, 0.0, printed(0.1 + 0.02 * np.arange(20), 4), None),
    ]


def build(market):
    out = []
    for name, why, of, lower, upper, rows in cases(market):
        path = Path(of, lower, upper, [budget(of.n)] + (rows or []))
        points = distinct(path.walk())
        levels = np.array([float(l) for l, _ in points])
        weights = [rounded(x) for _, x in points]
        sources = []
        differences = []
        if rows is None:
            far, missing = compare(of, path.problem, [(float(l), rounded(x)) for l, x in points])
            sources.append(f"{PYPORTFOLIOOPT} CLA: each turning point it lists within {power(far)}")
            if missing:
                differences.append(f"{PYPORTFOLIOOPT} CLA leaves out the turning points at lambda = "
                                   + ", ".join(f"{level:.6g}" for level in missing)
                                   + ", where the path bends all the same")
            print(f"  frontier {name}: {len(points)} points, CLA lacks {len(missing)}")
        else:
            print(f"  frontier {name}: {len(points)} points")
        middle = []
        for (l0, x0), (l1, x1) in zip(points, points[1:]):
            at = float((l0 + l1) / 2)
            problem = Problem(of.n, of.covariance, -at * of.mean, lower=lower, upper=upper,
                              rows=[budget(of.n)] + (rows or []))
            middle.append((at, refine(problem, by_clarabel(problem)).weights))
            straight = rounded((x0 + x1) / 2)
            assert np.abs(middle[-1][1] - straight).max() < 1e-15, "the path is not straight"
        sources.append("parametric active set; optimality conditions hold to 1e-38 at each turning point (frontier.py)")
        sources.append("Clarabel 0.11.1 and proof at the middle of each segment (exact.py)")
        sharpe = Problem(of.n, ratio=(of.mean - 0.01, of.covariance), lower=lower, upper=upper,
                         rows=[budget(of.n)] + (rows or []))
        best = refine(sharpe, by_clarabel(sharpe))
        row = {"name": name, "why": why, "market": of.name, "sources": sources,
               "differences": differences or None,
               "lower": path.problem.lower, "upper": path.problem.upper, "budget": [1.0, 1.0],
               "points": len(points), "lambdas": levels,
               "returns": [float(path.mean @ x) for _, x in points],
               "variances": [float(x @ path.s @ x) for _, x in points],
               "weights": np.array(weights), "middle_lambdas": [a for a, _ in middle],
               "middle_weights": np.array([x for _, x in middle]),
               "risk_free": 0.01, "max_sharpe": -best.objective, "max_sharpe_weights": best.weights,
               "tolerance": 1e-10}
        if rows:
            row["row"] = [{"name": r.name, "lower": r.lower, "upper": r.upper, "coefficients": r.coefficients}
                          for r in rows]
        out.append(row)
    return out


def markets():
    return [factor_market("eight", "an ordinary small market", 208, 8),
            factor_market("twelve", "an ordinary market", 212, 12, factors=4),
            factor_market("twenty", "an ordinary market", 220, 20, factors=5)]


def main():
    market = markets()
    golden_file.write("frontier.toml", HEAD, market=[m.row() for m in market], case=build(market))


if __name__ == "__main__":
    main()
