"""Writes stress.toml beside itself: entropy pooling by independent code.

Run:    python stress.py
Needs:  scipy 1.17.1, numpy 2.4.6, cvxpy 1.9.3 with Clarabel 0.11.1, skfolio 1.12.2

Probabilities are the root of the first-order conditions by scipy's `root`, with every set of active
inequalities tried until one satisfies the conditions. Each is compared here with the primal problem in cvxpy,
and with skfolio's EntropyPooling where that takes the views; `skfolio` tells how far its probabilities are off.
A conditional value at risk that is raised is the linear condition for every loss at once in cvxpy, one that is
lowered the least entropy over its value at risk; both are polished by the conditions at the value at risk found.
"""

import itertools
import pathlib

import cvxpy as cp
import numpy as np
from scipy import optimize, special
from skfolio.prior import EntropyPooling

S, NAMES = 80, ["AA", "BB", "CC"]
rng = np.random.default_rng(7)
mix = np.array([[1.0, 0.4, 0.2], [0.0, 0.9, 0.5], [0.0, 0.0, 0.8]])
R = np.round(0.01 * rng.standard_t(5, (S, 3)) @ mix + [0.0004, 0.0002, 0.0], 6)
Q = np.full(S, 1.0 / S)
W = np.round(0.5 + rng.random(S), 3)
W = W / W.sum()


def tilted(q, rows, targets, at_most):
    """Probabilities nearest to q with E[row] = target, or <= where at_most."""
    rows, targets = np.array(rows, float), np.array(targets, float)
    scale = np.sqrt(((rows - (rows @ q)[:, None]) ** 2) @ q)
    a = (rows - targets[:, None]) / scale[:, None]
    loose = [k for k, m in enumerate(at_most) if m]
    for size in range(len(loose), -1, -1):
        for active in itertools.combinations(loose, size):
            use = [k for k, m in enumerate(at_most) if not m or k in active]

            def p_of(x):
                e = np.log(q) - x @ a[use]
                e = np.exp(e - e.max())
                return e / e.sum()

            def f(x):
                return a[use] @ p_of(x)

            def jac(x):
                p = p_of(x)
                m = a[use] @ p
                return -((a[use] * p) @ a[use].T - np.outer(m, m))

            if not use:
                p, x = q.copy(), np.zeros(0)
            else:
                dual = lambda x: special.logsumexp(np.log(q) - x @ a[use])
                x = optimize.minimize(dual, np.zeros(len(use)), jac=lambda x: -f(x), method="BFGS", options={"gtol": 1e-8}).x
                sol = optimize.root(f, x, jac=jac, method="hybr", options={"xtol": 1e-15})
                x, p = sol.x, p_of(sol.x)
                if np.abs(f(x)).max() > 1e-9:
                    continue
            multipliers = dict(zip(use, x))
            if all(multipliers.get(k, 0.0) >= -1e-10 for k in loose) and np.all(a[loose] @ p <= 1e-10 if loose else True):
                return p
    raise RuntimeError("no active set")


def primal(q, rows, targets, at_most):
    p = cp.Variable(S)
    rows, targets = np.array(rows), np.array(targets)
    scale = np.abs(rows).max(axis=1)
    constraints = [cp.sum(p) == 1]
    for row, target, s, m in zip(rows, targets, scale, at_most):
        constraints.append(row / s @ p <= target / s if m else row / s @ p == target / s)
    problem = cp.Problem(cp.Minimize(cp.sum(cp.kl_div(p, q))), constraints)
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    return p.value


def check(p, other, tolerance, what):
    off = np.abs(p - other).max()
    assert off < tolerance, (what, off)


cases = []


def case(name, views, p, q=Q, skfolio=None):
    off = None
    if skfolio is not None:
        groups = None
        try:
            sk = EntropyPooling(solver="TNC", **skfolio).fit(pd_frame())
            off = float(np.abs(sk.return_distribution_.sample_weight - p).max())
        except Exception as error:  # what another library cannot do is no reason to stop
            print(name, "skfolio:", error)
    entropy = float(np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])))
    cases.append((name, views, q is W, p, entropy, off))
    print(name, "entropy", entropy, "skfolio off by", off)


def pd_frame():
    import pandas as pd
    return pd.DataFrame(R, columns=NAMES)


A, B, C = R.T

# Means.
rows, t, m = [A], [0.002], [False]
p = tilted(Q, rows, t, m)
check(p, primal(Q, rows, t, m), 1e-6, "mean")
case("mean", ["mean AA = 0.002"], p, skfolio={"mean_views": ["AA == 0.002"]})

p = tilted(W, rows, t, m)
case("mean of a prior that is not uniform", ["mean AA = 0.2%"], p, q=W)

rows, t, m = [B - A, C], [-0.001, -0.001], [True, True]
p = tilted(Q, rows, t, m)
check(p, primal(Q, rows, t, m), 1e-6, "ranks")
case("ranks", ["mean AA >= mean BB + 0.001", "mean CC <= -0.001"], p,
     skfolio={"mean_views": ["AA >= BB + 0.001", "CC <= -0.001"]})

rows, t, m = [A, -C], [0.003, 1.0], [True, True]
p = tilted(Q, rows, t, m)
check(p, Q, 1e-12, "idle")
case("views that hold already", ["mean AA <= 0.003", "mean CC >= -1"], p)

# A value at risk: losses of 2 % and more have a probability of 10 %.
rows, t, m = [(A <= -0.02).astype(float)], [0.1], [False]
p = tilted(Q, rows, t, m)
case("value at risk", ["var@90% AA = 2%"], p,
     skfolio={"value_at_risk_views": ["AA == 0.02"], "value_at_risk_beta": 0.9})

rows, t, m = [(B <= -0.01).astype(float), A], [0.3, 0.001], [False, False]
p = tilted(Q, rows, t, m)
case("probability", ["probability BB <= -1% = 30%", "mean AA = 0.001"], p)

# Volatility: the mean is held at what the first stage found.
p1 = tilted(Q, [A], [0.002], [False])
mb = p1 @ B
rows, t, m = [A, B, (B - mb) ** 2], [0.002, mb, 0.015**2], [False] * 3
p = tilted(Q, rows, t, m)
check(p, primal(Q, rows, t, m), 1e-6, "volatility")
case("volatility", ["mean AA = 0.002", "vol BB = 1.5%"], p,
     skfolio={"mean_views": ["AA == 0.002"], "variance_views": [f"BB == {0.015 ** 2}"]})

# Correlation: means and volatilities are held.
mc = p @ C
mb = p @ B
vc, vb = p @ (C - mc) ** 2, p @ (B - mb) ** 2
z = (B - mb) * (C - mc) / np.sqrt(vb * vc)
rows = [A, B, (B - mb) ** 2, C, (C - mc) ** 2, z]
t, m = [0.002, mb, 0.015**2, mc, vc, 0.8], [False] * 6
p2 = tilted(Q, rows, t, m)
check(p2, primal(Q, rows, t, m), 1e-6, "correlation")
case("correlation", ["mean AA = 0.002", "vol BB = 1.5%", "corr BB CC = 0.8"], p2,
     skfolio={"mean_views": ["AA == 0.002"], "variance_views": [f"BB == {0.015 ** 2}"],
              "correlation_views": ["(BB,CC) == 0.8"]})

# Skewness and kurtosis.
ma, va = Q @ A, Q @ (A - Q @ A) ** 2
zs = (A - ma) / np.sqrt(va)
rows, t, m = [A, (A - ma) ** 2, zs**3, zs**4], [ma, va, -0.5, 4.0], [False] * 4
p = tilted(Q, rows, t, m)
case("skewness and kurtosis", ["skew AA = -0.5", "kurtosis AA = 4"], p,
     skfolio={"skew_views": ["AA == -0.5"], "kurtosis_views": ["AA == 4"]})

# Portfolios of groups.
g = (A + B) / 2
mg = Q @ g
vg = np.sqrt(Q @ (g - mg) ** 2)
below, above = round(vg * 0.85, 4), round(vg * 1.1, 4)
rows = [g, (g - mg) ** 2]
p = tilted(Q, rows, [mg, below**2], [False, True])
case("volatility of a group at most", [f"vol first <= {below}"], p)
p = tilted(Q, rows, [mg, above**2], [False, False])
case("volatility of a group", [f"vol first = {above}"], p)


def tail_rows(x, eta, c, tail):
    return np.maximum(-x - eta, 0.0), (c - eta) * tail


def cvar(x, p, tail):
    order = np.argsort(x)
    reached = total = 0.0
    for i in order:
        if reached + p[i] > tail * (1 + 1e-12):
            break
        reached += p[i]
        total -= p[i] * x[i]
    return (total + (tail - reached) * -x[i]) / tail


def entropy_at(x, eta, c, tail, rows=(), t=(), m=()):
    row, target = tail_rows(x, eta, c, tail)
    try:
        p = tilted(Q, [row, *rows], [target, *t], [False, *m])
    except RuntimeError:
        return None, np.inf
    return p, float(np.sum(p * np.log(p / Q)))


def raised(x, c, tail, rows=(), t=(), m=()):
    """The largest entropy over eta, by the condition for every loss at once first."""
    p = cp.Variable(S)
    constraints = [cp.sum(p) == 1]
    for eta in np.sort(-x):
        row, target = tail_rows(x, eta, c, tail)
        constraints.append(row @ p * 100 >= target * 100)
    for r, target, at_most in zip(rows, t, m):
        constraints.append(r @ p * 100 <= target * 100 if at_most else r @ p * 100 == target * 100)
    cp.Problem(cp.Minimize(cp.sum(cp.kl_div(p, Q))), constraints).solve(
        solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    rough = p.value
    best = None
    candidates = list(np.sort(-x)[np.sort(-x) < c])
    for low, high in itertools.pairwise(candidates):
        # Between losses the value at risk is where the tail has its probability exactly.
        f = lambda eta: np.sum(entropy_at(x, eta, c, tail, rows, t, m)[0][-x > eta]) - tail
        try:
            fl, fh = f(low + 1e-12), f(high - 1e-12)
        except Exception:
            continue
        if fl * fh < 0:
            eta = optimize.brentq(f, low + 1e-12, high - 1e-12, xtol=1e-16, rtol=1e-15)
            candidates.append(eta)
    for eta in candidates:
        q, e = entropy_at(x, eta, c, tail, rows, t, m)
        if q is not None and abs(cvar(x, q, tail) - c) < 1e-11 and (best is None or e < best[1]):
            best = (q, e, eta)
    check(best[0], rough, 2e-5, "cvar raised")
    return best[0]


def lowered(x, c, tail):
    candidates = [eta for eta in np.sort(-x) if eta < c]
    best = None
    for low, high in itertools.pairwise(candidates):
        f = lambda eta: entropy_at(x, eta, c, tail)[1]
        found = optimize.minimize_scalar(f, bounds=(low, high), method="bounded", options={"xatol": 1e-15})
        for eta in (low, high, found.x):
            e = f(eta)
            if best is None or e < best[0]:
                best = (e, eta)
        g = lambda eta: np.sum(entropy_at(x, eta, c, tail)[0][-x > eta]) - tail
        gl, gh = g(low + 1e-12), g(high - 1e-12)
        if gl * gh < 0:
            eta = optimize.brentq(g, low + 1e-12, high - 1e-12, xtol=1e-16, rtol=1e-15)
            if f(eta) < best[0] + 1e-14:
                best = (f(eta), eta)
    p, _ = entropy_at(x, best[1], c, tail)
    assert abs(cvar(x, p, tail) - c) < 1e-10
    return p


tail = 1 - 0.95
now = cvar(A, Q, tail)
print("cvar of AA", now, "largest loss", -A.min())
target = round(now * 1.2, 4)
p = raised(A, target, tail)
case("conditional value at risk, raised", [f"cvar@95% AA = {target}"], p, skfolio={"cvar_views": [f"AA == {target}"]})
case("conditional value at risk, at least", [f"cvar@95% AA >= {target}"], p)
target = round(now * 0.7, 4)
p = lowered(A, target, tail)
case("conditional value at risk, lowered", [f"cvar AA = {target}"], p, skfolio={"cvar_views": [f"AA == {target}"]})
target = round(now * 1.15, 4)
p = raised(A, target, tail, [B], [0.003], [False])
case("conditional value at risk beside a mean", [f"cvar AA = {target}", "mean BB = 0.003"], p,
     skfolio={"cvar_views": [f"AA == {target}"], "mean_views": ["BB == 0.003"]})

out = ["# Written by stress.py; do not edit.", f"scenarios = {S}", f"assets = {NAMES}", 'groups = ["first", "first", "second"]',
       f"returns = {[float(x) for x in R.T.ravel()]}", f"weights = {[float(x) for x in W]}"]
for name, views, weighted, p, entropy, off in cases:
    out += ["", "[[case]]", f'name = "{name}"', f"views = {views}", f"weighted = {str(weighted).lower()}",
            f"entropy = {entropy!r}", f"probabilities = {[float(x) for x in p]}"]
    if off is not None:
        out.append(f"skfolio = {off!r}")
pathlib.Path(__file__).with_suffix(".toml").write_text("\n".join(out) + "\n")
