"""Double-precision solvers, each with its own reading of a `Problem`."""

import warnings

import clarabel
import cvxpy as cp
import numpy as np
import osqp
import piqp
import quadprog
from scipy import sparse



def scale_of(problem):
    """Brings the objective to order one: the solvers' tolerances are absolute."""
    sizes = [np.abs(problem.quadratic).max(), np.abs(problem.linear).max(), np.abs(problem.costs).max()]
    return 1.0 / (max(sizes) or 1.0)


def split(problem):
    """min 1/2 z'Pz + q'z, l <= Az <= u, with z = (x, |x|, |x - h|) as far as they are needed."""
    n = problem.n
    scale = scale_of(problem)
    gross, traded = problem.gross is not None, problem.turnover is not None or problem.costs.any()
    blocks = 1 + gross + traded
    p = np.zeros((blocks * n, blocks * n))
    p[:n, :n] = problem.quadratic * scale
    q = np.zeros(blocks * n)
    q[:n] = problem.linear * scale
    rows, low, high = [], [], []

    def add(row, l, u):
        if np.isfinite(l) or np.isfinite(u):
            rows.append(row), low.append(l), high.append(u)

    unit = np.eye(n)
    for i in range(n):
        row = np.zeros(blocks * n)
        row[i] = 1
        add(row, problem.lower[i], problem.upper[i])
    for r in problem.rows:
        row = np.zeros(blocks * n)
        row[:n] = r.coefficients
        add(row, r.lower, r.upper)
    epigraphs = [(np.zeros(n), problem.gross, np.zeros(n))] if gross else []
    epigraphs += [(problem.holdings, problem.turnover, problem.costs)] if traded else []
    for block, (centre, limit, cost) in enumerate(epigraphs, 1):
        at = slice(block * n, (block + 1) * n)
        q[at] += cost * scale
        for i in range(n):
            for s in (1, -1):
                row = np.zeros(blocks * n)
                row[:n], row[at] = s * unit[i], -unit[i]
                add(row, -np.inf, s * centre[i])
        if limit is not None:
            row = np.zeros(blocks * n)
            row[at] = 1
            add(row, -np.inf, limit)
    return p, q, np.array(rows).reshape(-1, blocks * n), np.array(low), np.array(high)


def by_quadprog(problem):
    """Goldfarb-Idnani active set; needs P > 0."""
    p, q, a, low, high = split(problem)
    equal = low == high
    lower, upper = ~equal & np.isfinite(low), ~equal & np.isfinite(high)
    c = np.vstack([a[equal], a[lower], -a[upper]])
    b = np.concatenate([low[equal], low[lower], -high[upper]])
    if not len(b):
        return quadprog.solve_qp(p, -q)[0]
    return quadprog.solve_qp(p, -q, c.T, b, int(equal.sum()))[0]


def by_piqp(problem):
    p, q, a, low, high = split(problem)
    equal = low == high
    solver = piqp.DenseSolver()
    solver.settings.eps_abs = solver.settings.eps_rel = 1e-12
    solver.settings.eps_duality_gap_abs = solver.settings.eps_duality_gap_rel = 1e-12
    solver.settings.max_iter = 500
    big = lambda x: np.clip(x, -1e30, 1e30)
    solver.setup(p, q, a[equal], low[equal], a[~equal], big(low[~equal]), big(high[~equal]))
    status = solver.solve()
    if status != piqp.PIQP_SOLVED:
        return None
    return np.array(solver.result.x)[:problem.n]


def by_osqp(problem):
    p, q, a, low, high = split(problem)
    if not len(a):
        return None
    solver = osqp.OSQP()
    solver.setup(sparse.csc_matrix(np.triu(p)), q, sparse.csc_matrix(a), low, high, verbose=False, polishing=True,
                 eps_abs=1e-9, eps_rel=1e-9, max_iter=200_000, polish_refine_iter=20, delta=1e-8,
                 adaptive_rho_interval=50)
    result = solver.solve(raise_error=False)
    if result.info.status_val not in (1, 2):
        return None
    return np.array(result.x)[:problem.n]


def by_clarabel(problem):
    """The QP straight to Clarabel; what is not a QP goes through cvxpy."""
    if problem.limits or problem.root or problem.ratio:
        return by_cvxpy(problem)
    p, q, a, low, high = split(problem)
    equal = low == high
    up, down = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    matrix = np.vstack([a[equal], a[up], -a[down]])
    right = np.concatenate([low[equal], high[up], -low[down]])
    cones = [clarabel.ZeroConeT(int(equal.sum())), clarabel.NonnegativeConeT(int(up.sum() + down.sum()))]
    solution = clarabel.DefaultSolver(sparse.csc_matrix(np.triu(p)), q, sparse.csc_matrix(matrix), right, cones,
                                      tight(clarabel.DefaultSettings())).solve()
    return np.array(solution.x)[:problem.n]


TIGHT = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12, "tol_infeas_abs": 1e-12,
         "tol_infeas_rel": 1e-12, "max_iter": 500}


def tight(settings):
    settings.verbose = False
    for name, value in TIGHT.items():
        setattr(settings, name, value)
    return settings


def by_cvxpy(problem, solver="CLARABEL"):
    x = cp.Variable(problem.n)
    scale = scale_of(problem)
    factor = lambda matrix: np.linalg.cholesky(matrix + 0.0).T
    constraints = []
    if problem.ratio:
        # Homogenised: max e'y with y'Ry <= 1 is a norm, and x = y / t keeps every linear limit.
        t = cp.Variable(nonneg=True)
        excess, r = problem.ratio
        root = np.sqrt(np.abs(r).max())
        y = x
        objective = cp.Minimize(cp.norm(factor(r) @ y) / root)
        constraints += [excess @ y == np.abs(excess).max()]
        for i in range(problem.n):
            if np.isfinite(problem.lower[i]):
                constraints.append(y[i] >= problem.lower[i] * t)
            if np.isfinite(problem.upper[i]):
                constraints.append(y[i] <= problem.upper[i] * t)
        for row in problem.rows:
            constraints += bounded(row.coefficients @ y, row.lower, row.upper, t)
        if problem.gross is not None:
            constraints.append(cp.norm1(y) <= problem.gross * t)
        if problem.turnover is not None:
            constraints.append(cp.norm1(y - problem.holdings * t) <= problem.turnover * t)
        run(cp.Problem(objective, constraints), solver)
        return y.value / t.value
    objective = problem.linear @ x * scale
    if problem.quadratic.any():
        objective += cp.quad_form(x, cp.psd_wrap(problem.quadratic * scale)) / 2
    if problem.costs.any():
        objective += (problem.costs * scale) @ cp.abs(x - problem.holdings)
    if problem.root:
        objective += problem.root[0] * scale * cp.norm(factor(problem.root[1]) @ x)
    for i in range(problem.n):
        if np.isfinite(problem.lower[i]):
            constraints.append(x[i] >= problem.lower[i])
        if np.isfinite(problem.upper[i]):
            constraints.append(x[i] <= problem.upper[i])
    for row in problem.rows:
        constraints += bounded(row.coefficients @ x, row.lower, row.upper, 1)
    if problem.gross is not None:
        constraints.append(cp.norm1(x) <= problem.gross)
    if problem.turnover is not None:
        constraints.append(cp.norm1(x - problem.holdings) <= problem.turnover)
    for limit in problem.limits:
        constraints.append(cp.norm(factor(limit.matrix) @ (x - limit.benchmark)) / limit.bound <= 1)
    run(cp.Problem(cp.Minimize(objective), constraints), solver)
    return x.value


def bounded(expression, low, high, t):
    if low == high:
        return [expression == low * t]
    return ([expression >= low * t] if np.isfinite(low) else []) + (
        [expression <= high * t] if np.isfinite(high) else [])


def run(problem, solver):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if solver == "CLARABEL":
            problem.solve(solver=cp.CLARABEL, **TIGHT)
        else:
            problem.solve(solver=cp.SCS, eps_abs=1e-9, eps_rel=1e-9, max_iters=200_000)


def all_of(problem):
    """name -> weights, of every solver that can read the problem and said it solved it."""
    found = {}
    if problem.plain() and np.linalg.eigvalsh(problem.quadratic)[0] > 1e-9 * np.abs(problem.quadratic).max():
        found["quadprog 0.1.14 solve_qp"] = by_quadprog(problem)
    if problem.limits or problem.root or problem.ratio:
        found["cvxpy 1.9.3 with Clarabel 0.11.1, tolerances 1e-12"] = by_cvxpy(problem)
        found["cvxpy 1.9.3 with SCS 3.3.1, eps 1e-9"] = by_cvxpy(problem, "SCS")
    else:
        found["Clarabel 0.11.1, tolerances 1e-12"] = by_clarabel(problem)
        found["PIQP 0.7.0 DenseSolver, eps 1e-12"] = by_piqp(problem)
        found["OSQP 1.1.3 polished, eps 1e-9"] = by_osqp(problem)
    return {name: x for name, x in found.items() if x is not None and np.isfinite(x).all()}
