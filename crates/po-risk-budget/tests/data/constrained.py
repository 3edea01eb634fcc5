"""constrained.toml: risk budgets under bounds and rows, and caps on contributions."""

from pathlib import Path

import cvxpy as cp
import numpy as np
from mpmath import mp, mpf
from scipy.optimize import minimize

import golden_file
import libraries
from budgets import solved
from exact import PROOF, ZERO, Row, exact, rounded, solve
from market import factor_market, from_table
from prove import power
from qp import INF, indicator

HEAD = """
Risk budgets that bounds or rows keep from being met, and caps on risk contributions.

[[market]]   covariance N x N (symmetric)
share_i      w_i (Sw)_i / w'Sw
[[barrier]]  weights: the x with sum x = 1 of the family
               x(c) = argmin x'Sx / 2 - c sum b_i ln x_i subject to lower <= x <= upper and the rows
             for the c > 0 that makes the sum one (Richard and Roncalli 2019; there is no budget constraint in the
             problem: c takes its place). With the volatility instead of x'Sx / 2 the weights are the same.
  c          that c, for x'Sx / 2
  Where no row is active: x_i (Sx)_i = c b_i inside the bounds, >= at a lower bound, <= at an upper one.
[[nearest]]  weights minimise sum_i (share_i - b_i)^2 subject to lower <= x <= upper, sum x = 1 and the rows.
             Not convex: the best of many local searches, its local optimality conditions solved in 50 digits
  starts     how many searches; found: how many ended there; next: the next best local minimum, if there was one
[[capped]]   weights minimise x'Sx / 2 subject to share_i <= cap_i, lower <= x <= upper, sum x = 1. Not convex:
             the best of many local searches, and `bound`, the value of the semidefinite relaxation, below which no
             weights can be: where both agree the optimum is global
tolerance    for the weights of each, with its reason
"""


def markets():
    return [
        from_table("pyrb", "five assets", "the numbers of pyrb's own tests (tests/test_risk_budgeting.py)",
                   [0.15, 0.2, 0.25, 0.3, 0.1],
                   [[1, 0.1, 0.4, 0.5, 0.5], [0.1, 1, 0.7, 0.4, 0.4], [0.4, 0.7, 1, 0.8, 0.05], [0.5, 0.4, 0.8, 1, 0.1],
                    [0.5, 0.4, 0.05, 0.1, 1]]),
        factor_market("six", "an ordinary small market", 606, 6),
        factor_market("ten", "an ordinary market", 610, 10, factors=4),
    ]


# --- The barrier form ---------------------------------------------------------------------------

def barrier_start(s, b, lower, upper, rows, c):
    n = len(b)
    x = cp.Variable(n)
    constraints = [x[i] <= upper[i] for i in range(n) if np.isfinite(upper[i])]
    constraints += [x[i] >= lower[i] for i in range(n) if lower[i] > 0]
    for r in rows:
        constraints += [r.coefficients @ x >= r.lower] if np.isfinite(r.lower) else []
        constraints += [r.coefficients @ x <= r.upper] if np.isfinite(r.upper) else []
    scale = 1 / np.diag(s).mean()
    cp.Problem(cp.Minimize(scale * cp.quad_form(x, cp.psd_wrap(s)) / 2 - scale * c * (b @ cp.log(x))), constraints).solve(
        solver=cp.CLARABEL, **libraries.TOLERANCES)
    return x.value


def barrier(s, b, lower, upper, rows):
    """Bisection on c in doubles; then Newton in (x, multipliers, c) in fifty digits, and the signs checked."""
    n = len(b)
    low, high = 1e-8, 1e3
    for _ in range(50):
        c = np.sqrt(low * high)
        if barrier_start(s, b, lower, upper, rows, c).sum() < 1:
            low = c
        else:
            high = c
    x0 = barrier_start(s, b, lower, upper, rows, c)
    near = 1e-6
    pinned = {i: lower[i] for i in range(n) if x0[i] - lower[i] < near}
    pinned |= {i: upper[i] for i in range(n) if upper[i] - x0[i] < near}
    active = {}
    for k, r in enumerate(rows):
        level = r.coefficients @ x0
        if abs(level - r.upper) < near:
            active[k] = mpf(float(r.upper))
        elif abs(level - r.lower) < near:
            active[k] = mpf(float(r.lower))
    e, t = exact(s), exact(b)
    x = exact(x0)
    for i, v in pinned.items():
        x[i] = mpf(float(v))
    free = [i for i in range(n) if i not in pinned]
    f, m = len(free), len(active)
    a = np.array([exact(rows[k].coefficients) for k in active], dtype=object).reshape(m, n)
    y, c = exact(np.zeros(m)), mpf(float(c))
    one = exact(np.ones(n))
    for _ in range(60):
        gradient = e @ x - c * t / x + a.T @ y
        size = f + m + 1
        kkt = np.full((size, size), ZERO, dtype=object)
        kkt[:f, :f] = (e + np.diag(c * t / x ** 2))[np.ix_(free, free)]
        kkt[:f, f:f + m], kkt[f:f + m, :f] = a[:, free].T, a[:, free]
        kkt[:f, -1] = -(t / x)[free]
        kkt[-1, :f] = one[free]
        right = np.concatenate([-gradient[free], np.array(
            [level - row @ x for level, row in zip(active.values(), a)] + [1 - sum(x)], dtype=object)])
        step = solve(kkt, right)
        x[free] = x[free] + step[:f]
        y, c = y + step[f:f + m], c + step[-1]
        if max(abs(v) for v in step) < mpf("1e-43"):
            break
    else:
        raise ArithmeticError("Newton's method did not settle")
    gradient = e @ x - c * t / x + a.T @ y
    for i in range(n):
        assert x[i] > 0 and x[i] >= mpf(float(lower[i])) - PROOF
        assert not np.isfinite(upper[i]) or x[i] <= mpf(float(upper[i])) + PROOF
        if i in pinned:
            assert gradient[i] >= -PROOF if pinned[i] == lower[i] else gradient[i] <= PROOF
        else:
            assert abs(gradient[i]) < PROOF
    for v, k in zip(y, active):
        assert v >= 0 if active[k] == mpf(float(rows[k].upper)) else v <= 0
    for r in rows:
        level = float(exact(r.coefficients) @ x)
        assert r.lower - 1e-15 <= level <= r.upper + 1e-15
    return x, c


# --- Local searches -----------------------------------------------------------------------------

def shares(s, x):
    rc = x * (s @ x)
    return rc / sum(rc)


def search(objective, gradient, n, lower, upper, rows, extra=(), starts=60, seed=0):
    """SLSQP from many points; the distinct ends, best first."""
    rng = np.random.default_rng(seed)
    constraints = [{"type": "eq", "fun": lambda x: x.sum() - 1, "jac": lambda x: np.ones(n)}]
    for r in rows:
        if r.lower == r.upper:
            constraints.append({"type": "eq", "fun": lambda x, r=r: r.coefficients @ x - r.lower,
                                "jac": lambda x, r=r: r.coefficients})
            continue
        if np.isfinite(r.upper):
            constraints.append({"type": "ineq", "fun": lambda x, r=r: r.upper - r.coefficients @ x,
                                "jac": lambda x, r=r: -r.coefficients})
        if np.isfinite(r.lower):
            constraints.append({"type": "ineq", "fun": lambda x, r=r: r.coefficients @ x - r.lower,
                                "jac": lambda x, r=r: r.coefficients})
    constraints += list(extra)
    ends = []
    for _ in range(starts):
        start = np.clip(rng.dirichlet(np.ones(n)), lower, upper)
        found = minimize(objective, start, jac=gradient, bounds=list(zip(lower, upper)), constraints=constraints,
                         method="SLSQP", options={"ftol": 1e-16, "maxiter": 1000})
        broken = max([abs(found.x.sum() - 1)] + [max(0, -np.min(c["fun"](found.x))) for c in constraints[1:]
                                               if c["type"] == "ineq"])
        if broken < 1e-8:
            ends.append((found.fun, found.x))
    ends.sort(key=lambda end: end[0])
    return ends


def polish(objective_gradient, x0, lower, upper, constraints, scale):
    """Local optimality conditions in fifty digits. constraints: functions g(x) <= 0 or = 0 with exact gradients.

    objective_gradient(x) and each constraint's (value, gradient) take and give fifty-digit numbers; second
    derivatives are differences of the gradients over steps of 1e-25.
    """
    n = len(x0)
    near = 1e-6
    pinned = {i: lower[i] for i in range(n) if x0[i] - lower[i] < near}
    pinned |= {i: upper[i] for i in range(n) if upper[i] - x0[i] < near}
    x = exact(x0)
    for i, v in pinned.items():
        x[i] = mpf(float(v))
    free = [i for i in range(n) if i not in pinned]
    active = [k for k, (equality, g) in enumerate(constraints) if equality or abs(float(g(x)[0])) < near]
    f, m = len(free), len(active)
    jac = lambda x: np.array([constraints[k][1](x)[1] for k in active], dtype=object).reshape(m, n)
    a0 = np.array([[float(v) for v in row] for row in jac(x)]).reshape(m, n)
    y = exact(np.linalg.lstsq(a0[:, free].T, -rounded(objective_gradient(x))[free], rcond=None)[0])
    h = mpf("1e-25")

    def lagrangian(x, y):
        return objective_gradient(x) + jac(x).T @ y

    for _ in range(80):
        a = jac(x)
        kkt = np.full((f + m, f + m), ZERO, dtype=object)
        for j, i in enumerate(free):
            up, down = x.copy(), x.copy()
            up[i], down[i] = x[i] + h, x[i] - h
            kkt[:f, j] = ((lagrangian(up, y) - lagrangian(down, y)) / (2 * h))[free]
        kkt[:f, f:], kkt[f:, :f] = a[:, free].T, a[:, free]
        right = np.concatenate([-lagrangian(x, y)[free], np.array(
            [-constraints[k][1](x)[0] for k in active], dtype=object)])
        step = solve(kkt, right)
        x = x.copy()
        x[free] = x[free] + step[:f]
        y = y + step[f:]
        if max((abs(v) for v in step), default=ZERO) < mpf("1e-32"):
            break
    else:
        raise ArithmeticError("Newton's method did not settle")
    small = mpf("1e-25") * scale
    gradient = lagrangian(x, y)
    for i in range(n):
        assert mpf(float(lower[i])) - small <= x[i] <= mpf(float(upper[i])) + small
        if i in pinned:
            assert gradient[i] >= -small if pinned[i] == lower[i] else gradient[i] <= small
        else:
            assert abs(gradient[i]) < small
    for k, v in zip(active, y):
        assert constraints[k][0] or v >= -small, "multiplier"
    assert all(float(g(x)[0]) < 1e-15 for equality, g in constraints if not equality)
    # Second order: curvature along what the active constraints leave.
    basis = np.eye(f)
    if m:
        _, sv, vt = np.linalg.svd(np.array([[float(v) for v in row] for row in a[:, free]]))
        basis = vt[int((sv > 1e-12 * sv[0]).sum()):].T
    if basis.shape[1]:
        hessian = np.array([[float(v) for v in row] for row in kkt[:f, :f]])
        assert np.linalg.eigvalsh(basis.T @ (hessian + hessian.T) @ basis)[0] > 0, "not a minimum"
    return x


def linear(coefficients, level, side):
    c = exact(coefficients) * side
    l = mpf(float(level)) * side
    return lambda x: (c @ x - l, c)


def row_constraints(n, rows):
    out = [(True, linear(np.ones(n), 1.0, 1))]
    for r in rows:
        if r.lower == r.upper:
            out.append((True, linear(r.coefficients, r.upper, 1)))
            continue
        if np.isfinite(r.upper):
            out.append((False, linear(r.coefficients, r.upper, 1)))
        if np.isfinite(r.lower):
            out.append((False, linear(r.coefficients, r.lower, -1)))
    return out


def squares(s, b):
    """sum (share - b)^2 and its gradient, in whatever numbers s, b and x are."""
    def value(x):
        d = shares(s, x) - b
        return d @ d

    def gradient(x):
        sx = s @ x
        rc = x * sx
        v = sum(rc)
        d = rc / v - b
        # d share_i / d x_j = (delta_ij (Sx)_i + x_i S_ij - 2 share_i (Sx)_j) / v
        return 2 * (d * sx + s @ (d * x) - 2 * (d @ (rc / v)) * sx) / v

    return value, gradient


def share_cap(s, i, cap):
    """w_i (Sw)_i - cap w'Sw <= 0, divided by nothing: quadratic."""
    def g(x):
        sx = s @ x
        value = x[i] * sx[i] - cap * (x @ sx)
        gradient = x[i] * s[i] - 2 * cap * sx
        gradient = gradient.copy()
        gradient[i] = gradient[i] + sx[i]
        return value, gradient
    return g


def relaxation(s, caps, lower, upper):
    """min tr(SW) / 2 over W >= xx': a lower bound."""
    n = len(s)
    w, x = cp.Variable((n, n), symmetric=True), cp.Variable((n, 1))
    scale = 1 / np.diag(s).mean()
    constraints = [cp.bmat([[w, x], [x.T, np.ones((1, 1))]]) >> 0, cp.sum(x) == 1, cp.sum(w, axis=1) == x[:, 0],
                   x[:, 0] >= lower, x[:, 0] <= upper, w >= 0]
    # Products of the bounds: (x_i - l_i)(u_j - x_j) >= 0 and their like.
    l, u = np.asarray(lower).reshape(-1, 1), np.asarray(upper).reshape(-1, 1)
    constraints += [w - l @ x.T - x @ l.T + l @ l.T >= 0, w - u @ x.T - x @ u.T + u @ u.T >= 0,
                    x @ u.T - w - l @ u.T + l @ x.T >= 0]
    contribution = cp.sum(cp.multiply(s * scale, w), axis=1)
    constraints += [contribution[i] <= caps[i] * cp.sum(contribution) for i in range(n) if caps[i] < 1]
    problem = cp.Problem(cp.Minimize(cp.sum(contribution) / 2), constraints)
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11)
    return problem.value / scale


# --- The cases ----------------------------------------------------------------------------------

def barriers(m):
    equal = lambda n: np.full(n, 1 / n)
    first = Row("first", indicator(10, range(4)), 0.45, INF)
    second = Row("second", indicator(10, [5, 6, 7]), -INF, 0.2)
    for name, why, market, b, lower, upper, rows in (
            ("pyrb-boxed", "equal budgets, a box of ten points around each weight", m["pyrb"], equal(5),
             [0.2, 0.2, 0.05, 0.05, 0.25], [0.3, 0.3, 0.15, 0.15, 0.35], []),
            ("pyrb-boxed-budgets", "unequal budgets in the same box", m["pyrb"], [0.2, 0.2, 0.3, 0.1, 0.2],
             [0.2, 0.2, 0.05, 0.05, 0.25], [0.3, 0.3, 0.15, 0.15, 0.35], []),
            ("caps", "caps of 17.5 %", m["six"], equal(6), [0.0] * 6, [0.175] * 6, []),
            ("floors", "floors of 12 %", m["six"], [0.3, 0.3, 0.1, 0.1, 0.1, 0.1], [0.12] * 6, [1.0] * 6, []),
            ("slack", "bounds that do not bind: the budgets are met", m["six"], equal(6), [0.01] * 6, [0.9] * 6, []),
            ("rows", "a sector of at least 45 %, another of at most 20 %", m["ten"], equal(10), [0.0] * 10, [1.0] * 10,
             [first, second]),
            ("rows-and-caps", "the same with caps of 14 %", m["ten"], np.arange(1, 11) / 55, [0.0] * 10, [0.14] * 10,
             [first, second])):
        b, lower, upper, s = np.array(b), np.array(lower), np.array(upper), market.covariance
        b = rounded(exact(b) / sum(exact(b)))
        x, c = barrier(s, b, lower, upper, rows)
        sources = ["bisection on c with cvxpy 1.9.3 and Clarabel 0.11.1, then optimality conditions to 1e-38 in 50 digits"]
        row = {"name": name, "why": why, "market": market.name, "sources": sources, "budgets": b, "lower": lower,
               "upper": upper, "weights": rounded(x), "c": float(c), "shares": rounded(shares(exact(s), x))}
        if name == "pyrb-boxed":
            # pyrb prints 24.55 % of the risk and 20 % of the weight for the second asset.
            assert abs(row["shares"][1] - 0.2455) < 2e-5 and abs(row["weights"][1] - 0.2) < 1e-12
            sources.insert(0, "pyrb, tests/test_risk_budgeting.py::test_cerb: the second asset has the weight 0.2 and "
                              "the share 0.2455")
        row |= {"tolerance": 1e-9, "reason": "the sum and c are found together; the reference has all its digits"}
        if rows:
            row["row"] = [{"name": r.name, "lower": r.lower, "upper": r.upper, "coefficients": r.coefficients}
                          for r in rows]
        print(f"  barrier {name:20} c {float(c):.6g}")
        yield row


def nearest(m):
    equal = lambda n: np.full(n, 1 / n)
    for name, why, market, b, lower, upper, rows in (
            ("pyrb-boxed", "equal budgets, a box of ten points around each weight", m["pyrb"], equal(5),
             [0.2, 0.2, 0.05, 0.05, 0.25], [0.3, 0.3, 0.15, 0.15, 0.35], []),
            ("caps", "caps of 17.5 %", m["six"], equal(6), [0.0] * 6, [0.175] * 6, []),
            ("floors", "floors of 12 %, unequal budgets", m["six"], [0.3, 0.3, 0.1, 0.1, 0.1, 0.1], [0.12] * 6,
             [1.0] * 6, []),
            ("rows", "a sector of at least 45 %, another of at most 20 %", m["ten"], equal(10), [0.0] * 10, [1.0] * 10,
             [Row("first", indicator(10, range(4)), 0.45, INF), Row("second", indicator(10, [5, 6, 7]), -INF, 0.2)]),
            ("equality", "two sectors of the same weight", m["ten"], np.arange(1, 11) / 55, [0.0] * 10, [1.0] * 10,
             [Row("even", indicator(10, range(5)) - indicator(10, range(5, 10)), 0.0, 0.0)]),
            ("shorts", "shorts of up to 10 % are allowed, and are of no use", m["six"], equal(6), [-0.1] * 6, [0.175] * 6,
             [])):
        b, lower, upper, s = np.array(b), np.array(lower), np.array(upper), market.covariance
        n = len(b)
        value, gradient = squares(s, b)
        # Scaled up: at 1e-4 the search would take its own tolerance for convergence.
        ends = search(lambda x: 1e4 * value(x), lambda x: 1e4 * gradient(x), n, lower, upper, rows, starts=80)
        best = ends[0]
        _, exact_gradient = squares(exact(s), exact(b))
        x = polish(exact_gradient, best[1], lower, upper, row_constraints(n, rows), mpf(1))
        f, _ = squares(exact(s), exact(b))
        f = f(x)
        others = [v for v, y in ends if np.abs(y - rounded(x)).max() > 1e-4]
        sources = [f"scipy 1.17.1 SLSQP from {len(ends)} starts, the best end within "
                   f"{power(np.abs(best[1] - rounded(x)).max())}", "local optimality to 1e-25 and positive curvature in 50 digits"]
        differences = []
        dmat = [np.eye(n), -np.eye(n)]
        dvec = [upper, -lower]
        cmat, cvec = [np.ones(n)], [1.0]
        for r in rows:
            if r.lower == r.upper:
                cmat.append(r.coefficients), cvec.append(r.upper)
            else:
                if np.isfinite(r.upper):
                    dmat.append(r.coefficients[None, :]), dvec.append([r.upper])
                if np.isfinite(r.lower):
                    dmat.append(-r.coefficients[None, :]), dvec.append([-r.lower])
        call, found = libraries.successive(s, b, np.array(cmat), np.array(cvec), np.vstack(dmat), np.concatenate(dvec))
        far = np.abs(found - rounded(x)).max()
        (sources if far < 1e-4 else differences).append(
            f"{call}: weights " + (f"within {power(far)}" if far < 1e-4 else f"off by up to {far:.1g}, "
                                  f"objective {value(found):.6g}"))
        row = {"name": name, "why": why, "market": market.name, "sources": sources, "differences": differences or None,
               "budgets": b, "lower": lower, "upper": upper, "weights": rounded(x), "objective": float(f),
               "shares": rounded(shares(exact(s), x)), "starts": len(ends), "found": len(ends) - len(others),
               "next": min(others) / 1e4 if others else None, "tolerance": 1e-6,
               "reason": "flat: an objective within 1e-13 of the least allows weights this far apart"}
        if rows:
            row["row"] = [{"name": r.name, "lower": r.lower, "upper": r.upper, "coefficients": r.coefficients}
                          for r in rows]
        print(f"  nearest {name:20} objective {float(f):.6g} found {row['found']}/{len(ends)} next {row['next']} sca {far:.1e}")
        yield row


def capped(m):
    for name, why, market, caps, lower, upper in (
            ("caps-30", "no asset may carry more than 30 % of the risk", m["six"], [0.3] * 6, [0.0] * 6, [1.0] * 6),
            ("caps-20", "no more than 20 %", m["six"], [0.2] * 6, [0.0] * 6, [1.0] * 6),
            ("caps-uneven", "caps that differ", m["pyrb"], [0.15, 0.3, 0.3, 0.3, 0.35], [0.0] * 5, [1.0] * 5),
            ("caps-equal", "caps of one fifth for five assets: only equal risk is left", m["pyrb"], [0.2] * 5, [0.0] * 5,
             [1.0] * 5),
            ("caps-slack", "caps that do not bind: minimum variance", m["ten"], [0.9] * 10, [0.0] * 10, [1.0] * 10),
            ("caps-and-bounds", "no more than 20 % of risk, no more than 15 % of weight", m["ten"], [0.2] * 10,
             [0.0] * 10, [0.15] * 10)):
        caps, lower, upper, s = np.array(caps), np.array(lower), np.array(upper), market.covariance
        n = len(caps)
        scale = 1 / np.diag(s).mean()
        value, gradient = lambda x: scale * x @ s @ x / 2, lambda x: scale * s @ x
        bounds = [share_cap(s * scale, i, caps[i]) for i in range(n)]
        extra = [{"type": "ineq", "fun": lambda x, g=g: -g(x)[0], "jac": lambda x, g=g: -g(x)[1]} for g in bounds]
        e = exact(s)
        sources, differences = [], []
        if name == "caps-equal":
            x = solved(s, np.full(n, 1 / n))[0]
            sources.append("the equal-risk portfolio of budgets.toml: caps that sum to one leave nothing else")
            starts = found = None
        else:
            ends = search(value, gradient, n, lower, upper, [], extra, starts=60)
            constraints = [(True, linear(np.ones(n), 1.0, 1))] + [
                (False, share_cap(e, i, mpf(float(caps[i])))) for i in range(n)]
            x = polish(lambda x: e @ x, ends[0][1], lower, upper, constraints, mpf(1))
            starts = len(ends)
            found = sum(np.abs(y - rounded(x)).max() < 1e-4 for _, y in ends)
            sources.append(f"scipy 1.17.1 SLSQP from {starts} starts, the best end within "
                           f"{power(np.abs(ends[0][1] - rounded(x)).max())}")
            sources.append("local optimality to 1e-25 and positive curvature in 50 digits")
        f = float(x @ e @ x / 2)
        bound = relaxation(s, caps, lower, upper)
        gap = (f - bound) / f
        assert gap > -1e-6, gap
        sources.append("cvxpy 1.9.3 with Clarabel 0.11.1: semidefinite relaxation")
        row = {"name": name, "why": why, "market": market.name, "sources": sources, "differences": differences or None,
               "caps": caps, "lower": lower, "upper": upper, "weights": rounded(x), "objective": f, "bound": bound,
               "shares": rounded(shares(e, x)), "starts": starts, "found": found, "global": bool(gap < 1e-5),
               "tolerance": 1e-7, "reason": "two curved limits meet here; the reference has more digits than this"}
        print(f"  capped {name:20} objective {f:.8g} gap {gap:.1e} found {found}/{starts}")
        yield row


def main():
    market = markets()
    m = {x.name: x for x in market}
    golden_file.write("constrained.toml", HEAD, Path(__file__).parent,
                      market=[{k: v for k, v in x.row().items() if k != "mean"} for x in market],
                      barrier=list(barriers(m)), nearest=list(nearest(m)), capped=list(capped(m)))
