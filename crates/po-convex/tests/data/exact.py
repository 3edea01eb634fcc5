"""A portfolio problem, its optimum to fifty digits, and the proof that it is the optimum.

A double-precision solver proposes the active set. Newton's method on the optimality conditions of
that set, in fifty-digit arithmetic on the very doubles that are stored, gives the point; then all
optimality conditions of the whole problem are checked there. They do not care where the active set
came from: for a convex problem they prove the optimum.

    minimise    1/2 x'Px + q'x + sum_i k_i |x_i - h_i| + kappa sqrt(x'Ox) - e'x / sqrt(x'Rx)
    subject to  lower <= x <= upper, row_lower <= Ax <= row_upper,
                sum |x_i| <= G, sum |x_i - h_i| <= T, sqrt((x - b)'V(x - b)) <= v

Signs of the multipliers: positive where an upper limit holds the solution back, negative where a
lower one does. The optimum's derivative by a limit is minus its multiplier.
"""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from mpmath import mp, mpf

mp.dps = 50
PROOF = mpf("1e-38")  # what the optimality conditions may miss, relative to the gradient
ZERO = mpf(0)


def exact(array):
    """Doubles to fifty-digit numbers, without rounding."""
    array = np.asarray(array, dtype=float)
    flat = np.array([mpf(float(x)) for x in array.reshape(-1)], dtype=object)
    return flat.reshape(array.shape)


def rounded(array):
    """To doubles; what only the fifty digits' own rounding keeps from zero is zero."""
    return np.array([float(x) if abs(x) > PROOF else 0.0 for x in np.asarray(array, dtype=object).reshape(-1)])


def eye(n):
    return exact(np.eye(n))


class Singular(Exception):
    pass


def solve(matrix, right):
    """Gaussian elimination with row pivoting; `right` a vector or a matrix."""
    n = len(matrix)
    vector = right.ndim == 1
    a = np.concatenate([matrix, right[:, None] if vector else right], axis=1)
    scale = max(abs(x) for x in matrix.reshape(-1))
    for k in range(n):
        pivot = k + max(range(n - k), key=lambda i: abs(a[k + i, k]))
        if abs(a[pivot, k]) <= scale * mpf("1e-40"):
            raise Singular
        a[[k, pivot]] = a[[pivot, k]]
        a[k + 1:, k:] -= (a[k + 1:, k] / a[k, k])[:, None] * a[k, k:][None, :]
    x = a[:, n:]
    for k in reversed(range(n)):
        x[k] = (x[k] - a[k, k + 1:n] @ x[k + 1:]) / a[k, k]
    return x[:, 0] if vector else x


@dataclass
class Row:
    name: str
    coefficients: np.ndarray
    lower: float = -np.inf
    upper: float = np.inf


@dataclass
class Limit:
    """sqrt((x - benchmark)' matrix (x - benchmark)) <= bound"""
    name: str
    matrix: np.ndarray
    benchmark: np.ndarray
    bound: float


@dataclass
class Problem:
    n: int
    quadratic: np.ndarray | None = None
    linear: np.ndarray | None = None
    lower: np.ndarray | float = 0.0
    upper: np.ndarray | float = 1.0
    rows: list = field(default_factory=list)  # the budget is the row "budget"
    gross: float | None = None
    turnover: float | None = None
    holdings: np.ndarray | None = None
    costs: np.ndarray | None = None
    limits: list = field(default_factory=list)
    root: tuple | None = None   # kappa, O
    ratio: tuple | None = None  # e, R

    def __post_init__(self):
        full = lambda x: np.broadcast_to(np.asarray(x, dtype=float), (self.n,)).copy()
        self.lower, self.upper = full(self.lower), full(self.upper)
        self.quadratic = np.zeros((self.n, self.n)) if self.quadratic is None else self.quadratic
        self.linear = np.zeros(self.n) if self.linear is None else np.asarray(self.linear, dtype=float)
        self.costs = np.zeros(self.n) if self.costs is None else full(self.costs)

    def plain(self):
        """A quadratic programme in the weights alone."""
        return (self.gross is None and self.turnover is None and not self.costs.any()
                and not self.limits and self.root is None and self.ratio is None)

    def objective(self, x):
        """In doubles."""
        x = np.asarray(x, dtype=float)
        value = x @ self.quadratic @ x / 2 + self.linear @ x
        if self.costs.any():
            value += self.costs @ np.abs(x - self.holdings)
        if self.root:
            value += self.root[0] * np.sqrt(x @ self.root[1] @ x)
        if self.ratio:
            value -= self.ratio[0] @ x / np.sqrt(x @ self.ratio[1] @ x)
        return value


@dataclass
class Optimum:
    weights: np.ndarray
    objective: float
    rows: dict
    gross: float | None
    turnover: float | None
    limits: dict
    bounds: np.ndarray | None
    unique: bool
    duals_unique: bool
    condition: float
    changes: int

    def tolerance(self):
        """What an exact method in doubles can lose on this system, with an order of magnitude to spare."""
        return float(10.0 ** np.ceil(np.log10(max(1e-11, 2e-15 * self.condition))))


class _Smooth:
    """Value, gradient and curvature of the smooth part at fifty digits."""

    def __init__(self, problem):
        self.p, self.q = exact(problem.quadratic), exact(problem.linear)
        self.root = problem.root and (mpf(float(problem.root[0])), exact(problem.root[1]))
        self.ratio = problem.ratio and (exact(problem.ratio[0]), exact(problem.ratio[1]))

    def at(self, x):
        px = self.p @ x
        value, gradient, curvature = x @ px / 2 + self.q @ x, px + self.q, self.p.copy()
        if self.root:
            v, g, h = norm(self.root[1], x)
            value, gradient = value + self.root[0] * v, gradient + self.root[0] * g
            curvature = curvature + self.root[0] * h
        if self.ratio:
            e, r = self.ratio
            rx = r @ x
            s, a = mp.sqrt(x @ rx), e @ x
            value = value - a / s
            gradient = gradient - e / s + rx * (a / s ** 3)
            outer = e[:, None] * rx[None, :]
            curvature = (curvature + (outer + outer.T + a * r) / s ** 3
                         - rx[:, None] * rx[None, :] * (3 * a / s ** 5))
        return value, gradient, curvature


def norm(matrix, x):
    mx = matrix @ x
    s = mp.sqrt(x @ mx)
    return s, mx / s, (matrix - mx[:, None] * mx[None, :] / (s * s)) / s


def sign(x):
    return int(x > 0) - int(x < 0)


class _Refinement:
    def __init__(self, problem, start, near, loose=()):
        p = self.problem = problem
        self.loose = loose
        self.n, self.smooth = p.n, _Smooth(p)
        self.lower, self.upper = p.lower, p.upper
        self.rows = [(r.name, exact(r.coefficients), r.lower, r.upper) for r in p.rows]
        self.limits = [(l.name, exact(l.matrix), exact(l.benchmark), mpf(float(l.bound))) for l in p.limits]
        self.h = exact(np.zeros(self.n) if p.holdings is None else p.holdings)
        self.k = exact(p.costs)
        self.traded = p.turnover is not None or p.costs.any()
        self.start = np.asarray(start, dtype=float)
        self.near = near
        self.propose()

    def points(self, i):
        """Where coordinate i may be held: its bounds and its kinks."""
        points = [mpf(float(b)) for b in (self.lower[i], self.upper[i]) if np.isfinite(b)]
        if self.problem.gross is not None:
            points.append(ZERO)
        if self.traded:
            points.append(self.h[i])
        return points

    def propose(self):
        x = self.start
        self.pinned = {}
        for i in range(self.n):
            for point in self.points(i):
                if abs(x[i] - float(point)) <= self.near and i not in self.loose:
                    self.pinned[i] = point
        p = self.problem
        at = lambda a, b: np.isfinite(b) and abs(a - b) <= self.near
        self.active = {}
        candidates = []
        for r, (_, a, low, high) in enumerate(self.rows):
            level = rounded(a) @ x
            if low == high or at(level, high):
                candidates.append((("row", r), mpf(float(high)), low == high))
            elif at(level, low):
                candidates.append((("row", r), mpf(float(low)), False))
        if p.gross is not None and at(np.abs(x).sum(), p.gross):
            candidates.append((("gross",), mpf(float(p.gross)), False))
        if p.turnover is not None and at(np.abs(x - rounded(self.h)).sum(), p.turnover):
            candidates.append((("turnover",), mpf(float(p.turnover)), False))
        for j, (_, v, b, bound) in enumerate(self.limits):
            if at(float(norm(v, exact(x) - b)[0]), float(bound)):
                candidates.append((("limit", j), bound, False))
        self.side0 = [sign(v) or 1 for v in x]
        self.sideh = [sign(v) or 1 for v in x - rounded(self.h)]
        # Dependent constraints would make the system singular: equalities first, then what is new.
        candidates.sort(key=lambda c: not c[2])
        for key, level, _ in candidates:
            self.active[key] = level
            if self.rank() < len(self.active):
                del self.active[key]

    def free(self):
        return [i for i in range(self.n) if i not in self.pinned]

    def vector(self, key, x=None):
        """Gradient of an active constraint."""
        if key[0] == "row":
            return self.rows[key[1]][1]
        if key[0] == "gross":
            return np.array([mpf(sign(self.pinned[i]) if i in self.pinned else self.side0[i])
                             for i in range(self.n)], dtype=object)
        if key[0] == "turnover":
            return np.array([mpf(sign(self.pinned[i] - self.h[i]) if i in self.pinned else self.sideh[i])
                             for i in range(self.n)], dtype=object)
        _, v, b, _ = self.limits[key[1]]
        return norm(v, (exact(self.start) if x is None else x) - b)[1]

    def rank(self):
        free = self.free()
        if not free or not self.active:
            return 0
        a = np.array([rounded(self.vector(key))[free] for key in self.active])
        a /= np.abs(a).max(axis=1, keepdims=True) + 1e-300
        return np.linalg.matrix_rank(a, tol=1e-9)

    def level(self, key, x):
        if key[0] == "turnover":
            return self.vector(key) @ (x - self.h)
        if key[0] == "limit":
            _, v, b, _ = self.limits[key[1]]
            return norm(v, x - b)[0]
        return self.vector(key) @ x

    def cost_slope(self):
        return np.array([self.k[i] * (sign(self.pinned[i] - self.h[i]) if i in self.pinned else self.sideh[i])
                         for i in range(self.n)], dtype=object) if self.traded else exact(np.zeros(self.n))

    def multipliers_near(self, x, free, keys):
        """Least squares, in doubles: without them a linear objective under a norm limit has no curvature."""
        if not self.limits or not keys or not free:
            return np.array([ZERO] * len(keys), dtype=object)
        gradient = rounded(self.smooth.at(x)[1] + self.cost_slope())[free]
        a = np.array([rounded(self.vector(key, x))[free] for key in keys])
        return exact(np.linalg.lstsq(a.T, -gradient, rcond=None)[0])

    def newton(self):
        """The point and the multipliers of the present active set."""
        free, keys = self.free(), list(self.active)
        x = exact(self.start)
        for i, point in self.pinned.items():
            x[i] = point
        y = self.multipliers_near(x, free, keys)
        curved = bool(self.smooth.root or self.smooth.ratio or self.limits)
        for step in range(60):
            value, gradient, curvature = self.smooth.at(x)
            gradient = gradient + self.cost_slope()
            a = np.array([self.vector(key, x) for key in keys], dtype=object).reshape(len(keys), self.n)
            for m, key in zip(y, keys):
                if key[0] == "limit":
                    _, v, b, _ = self.limits[key[1]]
                    curvature = curvature + m * norm(v, x - b)[2]
            f, c = len(free), len(keys)
            kkt = np.full((f + c, f + c), ZERO, dtype=object)
            kkt[:f, :f] = curvature[np.ix_(free, free)]
            kkt[:f, f:], kkt[f:, :f] = a[:, free].T, a[:, free]
            residual = np.concatenate([-gradient[free], np.array(
                [self.active[key] - self.level(key, x) for key in keys], dtype=object)])
            self.kkt = kkt
            if f + c == 0:
                return x, y
            change = solve(kkt, residual)
            x = x.copy()
            x[free] = x[free] + change[:f]
            y = change[f:]
            if not curved or max((abs(d) for d in change[:f]), default=ZERO) < mpf("1e-45"):
                return x, y
        raise ArithmeticError("Newton's method did not settle")

    def conditions(self, x, y):
        """What is broken: (amount, how to mend it), primal first."""
        primal, dual = [], []
        multiplier = dict(zip(self.active, y))
        gamma, tau = multiplier.get(("gross",), ZERO), multiplier.get(("turnover",), ZERO)
        gradient = self.smooth.at(x)[1]
        for key, m in multiplier.items():
            if key[0] in ("row", "limit"):
                gradient = gradient + m * self.vector(key, x)
        scale = max(abs(g) for g in gradient) + max((abs(m) for m in y), default=ZERO) + mpf("1e-12")
        for i in range(self.n):
            for b, s in ((self.lower[i], -1), (self.upper[i], 1)):
                if np.isfinite(b) and s * (x[i] - mpf(float(b))) > PROOF:
                    primal.append((s * (x[i] - mpf(float(b))), ("pin", i, mpf(float(b)))))
            if i not in self.pinned:
                if self.problem.gross is not None and x[i] * self.side0[i] < -PROOF and gamma:
                    primal.append((abs(x[i]), ("pin", i, ZERO)))
                if self.traded and (x[i] - self.h[i]) * self.sideh[i] < -PROOF and (tau or self.k[i]):
                    primal.append((abs(x[i] - self.h[i]), ("pin", i, self.h[i])))
        for r, (_, a, low, high) in enumerate(self.rows):
            level = a @ x
            if level > mpf(float(high)) + PROOF:
                primal.append((level - high, ("add", ("row", r), mpf(float(high)))))
            if level < mpf(float(low)) - PROOF:
                primal.append((low - level, ("add", ("row", r), mpf(float(low)))))
        p = self.problem
        if p.gross is not None and sum(abs(v) for v in x) > mpf(float(p.gross)) + PROOF:
            primal.append((sum(abs(v) for v in x) - p.gross, ("add", ("gross",), mpf(float(p.gross)))))
        if p.turnover is not None and sum(abs(v) for v in x - self.h) > mpf(float(p.turnover)) + PROOF:
            primal.append((sum(abs(v) for v in x - self.h) - p.turnover,
                           ("add", ("turnover",), mpf(float(p.turnover)))))
        for j, (_, v, b, bound) in enumerate(self.limits):
            if norm(v, x - b)[0] > bound + PROOF:
                primal.append((norm(v, x - b)[0] - bound, ("add", ("limit", j), bound)))
        for key, m in multiplier.items():
            wrong = -m
            if key[0] == "row":
                _, _, low, high = self.rows[key[1]]
                wrong = ZERO if low == high else (-m if self.active[key] == mpf(float(high)) else m)
            if wrong > PROOF * scale:
                dual.append((wrong / scale, ("drop", key)))
        self.strict, self.bound_duals = {}, []
        for i in range(self.n):
            push = -gradient[i]
            low = high = ZERO
            kinks = 0
            for weight, distance, on in ((gamma, x[i], p.gross is not None),
                                         (tau + self.k[i], x[i] - self.h[i], self.traded)):
                if not on:
                    continue
                if abs(distance) <= PROOF:
                    low, high, kinks = low - weight, high + weight, kinks + (weight > 0)
                else:
                    low, high = low + weight * sign(distance), high + weight * sign(distance)
            at_lower = np.isfinite(self.lower[i]) and abs(x[i] - mpf(float(self.lower[i]))) <= PROOF
            at_upper = np.isfinite(self.upper[i]) and abs(x[i] - mpf(float(self.upper[i]))) <= PROOF
            unbounded_low, unbounded_high = at_lower, at_upper
            self.bound_duals.append(None if kinks and (at_lower or at_upper) and low != high
                                    else (push - low if at_lower or at_upper else ZERO))
            margin_low = mpf("inf") if unbounded_low else push - low
            margin_high = mpf("inf") if unbounded_high else high - push
            worst = min(margin_low, margin_high)
            self.strict[i] = worst / scale
            if worst < -PROOF * scale:
                dual.append((-worst / scale, ("release", i, 1 if margin_high < margin_low else -1)))
        return primal, dual

    def mend(self, primal, dual):
        if primal:
            _, (what, *how) = max(primal, key=lambda broken: broken[0])
        else:
            _, (what, *how) = max(dual, key=lambda broken: broken[0])
        if what == "pin":
            self.pinned[how[0]] = how[1]
        elif what == "add":
            self.active[how[0]] = how[1]
        elif what == "drop":
            del self.active[how[0]]
        else:
            i, direction = how
            if i not in self.pinned:
                raise ArithmeticError("the gradient does not vanish")
            point = self.pinned.pop(i)
            if point == ZERO:
                self.side0[i] = direction
            if self.traded and point == self.h[i]:
                self.sideh[i] = direction

    def freeze(self):
        """Holds one coordinate of a direction along which nothing changes, or drops a dependent constraint."""
        free = self.free()
        if not free:
            self.active.popitem()
            return
        kkt = np.array([[float(v) for v in row] for row in self.kkt])
        scale = np.abs(kkt[:len(free), :len(free)]).max() or 1.0
        kkt[:len(free), :len(free)] /= scale
        null = np.linalg.svd(kkt)[2][-1]
        i = int(np.abs(null[:len(free)]).argmax())
        if abs(null[i]) > 1e-6:
            self.pinned[free[i]] = mpf(float(self.start[free[i]]))
        else:
            del self.active[list(self.active)[int(np.abs(null[len(free):]).argmax())]]

    def run(self):
        changes = 0
        for _ in range(40):
            try:
                x, y = self.newton()
            except Singular:
                self.freeze()
                continue
            primal, dual = self.conditions(x, y)
            if not primal and not dual:
                return self.optimum(x, y, changes)
            changes += 1
            self.mend(primal, dual)
        raise ArithmeticError("no active set proved optimal")

    def optimum(self, x, y, changes):
        p, multiplier = self.problem, dict(zip(self.active, y))
        value = self.smooth.at(x)[0] + sum((k * abs(d) for k, d in zip(self.k, x - self.h)), ZERO)
        unique, duals_unique = self.uniqueness(x, multiplier)
        row = lambda r: float(multiplier.get(("row", r), ZERO))
        bounds = None if any(d is None for d in self.bound_duals) else rounded(self.bound_duals)
        free = len(self.free())
        kkt = np.array([[float(v) for v in line] for line in self.kkt])
        if free:
            kkt[:free, :free] /= np.abs(kkt[:free, :free]).max() or 1.0
        condition = float(np.linalg.cond(kkt)) if len(kkt) else 1.0
        return Optimum(
            weights=rounded(x), objective=float(rounded([value])[0]),
            rows={name: row(r) for r, (name, *_) in enumerate(self.rows)},
            gross=None if p.gross is None else float(multiplier.get(("gross",), ZERO)),
            turnover=None if p.turnover is None else float(multiplier.get(("turnover",), ZERO)),
            limits={name: float(multiplier.get(("limit", j), ZERO)) for j, (name, *_) in enumerate(self.limits)},
            bounds=bounds if duals_unique else None, unique=unique, duals_unique=duals_unique,
            condition=condition, changes=changes)

    def uniqueness(self, x, multiplier):
        """Sufficient conditions: curvature along all moves the strict constraints leave; independent gradients."""
        curvature = self.smooth.at(x)[2]
        for key, m in multiplier.items():
            if key[0] == "limit":
                _, v, b, _ = self.limits[key[1]]
                curvature = curvature + m * norm(v, x - b)[2]
        held = [i for i in range(self.n) if self.strict[i] > mpf("1e-12") and any(
            abs(x[i] - point) <= PROOF for point in self.points(i))]
        held += [i for i in range(self.n) if self.lower[i] == self.upper[i] and i not in held]
        moving = [i for i in range(self.n) if i not in held]
        rows = []
        for key, m in multiplier.items():
            equality = key[0] == "row" and self.rows[key[1]][2] == self.rows[key[1]][3]
            if equality or abs(m) > mpf("1e-15"):
                rows.append(rounded(self.vector(key, x))[moving])
        for r, (_, a, low, high) in enumerate(self.rows):
            if low == high and ("row", r) not in multiplier:
                rows.append(rounded(a)[moving])
        unique = True
        if moving:
            h = np.array([[float(v) for v in line] for line in curvature[np.ix_(moving, moving)]])
            basis = np.eye(len(moving))
            if rows:
                _, s, vt = np.linalg.svd(np.array(rows))
                basis = vt[int((s > 1e-9 * s[0]).sum()):].T
            if basis.shape[1]:
                top = np.abs(np.diag(rounded(curvature.reshape(-1)).reshape(self.n, self.n))).max()
                unique = bool(np.linalg.eigvalsh(basis.T @ h @ basis)[0] > 1e-11 * top > 0)
        # Multipliers: every constraint that holds with equality counts, whether or not it was needed.
        touching = [rounded(a) for _, a, low, high in self.rows
                    if abs(a @ x - mpf(float(high)) if np.isfinite(high) else 1) <= PROOF
                    or abs(a @ x - mpf(float(low)) if np.isfinite(low) else 1) <= PROOF]
        p = self.problem
        if p.gross is not None and abs(sum(abs(v) for v in x) - mpf(float(p.gross))) <= PROOF:
            touching.append(np.array([float(sign(v)) for v in x]))
        if p.turnover is not None and abs(sum(abs(v) for v in x - self.h) - mpf(float(p.turnover))) <= PROOF:
            touching.append(np.array([float(sign(v)) for v in x - self.h]))
        touching += [rounded(norm(v, x - b)[1]) for _, v, b, bound in self.limits
                     if abs(norm(v, x - b)[0] - bound) <= PROOF]
        inside = [i for i in range(self.n) if all(abs(x[i] - point) > PROOF for point in self.points(i))]
        if not touching:
            return unique, True
        a = np.array(touching)[:, inside]
        if not inside:
            return unique, False
        a = a / np.maximum(np.abs(a).max(axis=1, keepdims=True), 1e-300)
        return unique, int(np.linalg.matrix_rank(a, tol=1e-9)) == len(touching)


def refine(problem, start, near=1e-6):
    """The proven optimum next to `start`.

    At a vertex more bounds hold than are needed; one of them, or two, are then left to the rows.
    """
    failure = None
    for size in range(3):
        for loose in combinations(range(problem.n), size):
            try:
                return _Refinement(problem, start, near, loose).run()
            except ArithmeticError as error:
                failure = error
    raise failure
