#!/usr/bin/env python3
"""Golden cases of programmes in conditional value at risk, solved as the linear programmes that they are by HiGHS, and
those with a ridge by Clarabel.

    python programme.py > programme.toml

The data come from a generator that the tests repeat, so that the file holds seeds in place of matrices. Needs numpy, scipy
and cvxpy (with clarabel).
"""

import cvxpy as cp
import numpy as np
import scipy
from scipy.optimize import linprog
from scipy.sparse import bmat, csr_matrix, eye

MASK = (1 << 64) - 1


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        return (z >> 11) / float(1 << 53)

    def bell(self):
        """The sum of twelve uniforms less six: near to normal, and the same bits everywhere."""
        total = 0.0
        for _ in range(12):
            total += self.uniform()
        return total - 6.0


def market(seed, scenarios, assets):
    random = Random(seed)
    returns = np.zeros((scenarios, assets))
    for t in range(scenarios):
        market_return = random.bell()
        calm = 0.5 + 2.0 * random.uniform() ** 4
        for i in range(assets):
            own = random.bell()
            beta = 0.4 + 0.9 * ((i * 7) % assets) / assets
            returns[t, i] = 0.01 * calm * (beta * market_return + (0.6 + 0.05 * (i % 9)) * own) + 0.0004 * (1 + i % 4)
    probabilities = np.array([0.2 + random.uniform() for _ in range(scenarios)])
    return returns, probabilities / probabilities.sum()


def solve(case):
    R, p = market(case["seed"], case["scenarios"], case["assets"])
    T, N = R.shape
    if not case["weighted"]:
        p = np.full(T, 1.0 / T)
    share = p / (1.0 - case["confidence"])
    g = -case["reward"] * R.mean(axis=0)
    price, limit = case["price"], case["limit"]
    h = np.where(np.arange(N) % 2 == 0, 2.0 / (N + N % 2), 0.0)
    lower, upper = np.full(N, case["lower"]), np.full(N, case["upper"])
    if case["ridge"] > 0:
        x, zeta, u = cp.Variable(N), cp.Variable(), cp.Variable(T)
        risk = zeta + share @ u
        cons = [u >= 0, u >= -R @ x - zeta, cp.sum(x) == 1, x >= lower, x <= upper]
        objective = price * risk + g @ x + 0.5 * case["ridge"] * cp.sum_squares(x)
        problem = cp.Problem(cp.Minimize(objective), cons)
        problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
        return problem.value
    # x, zeta, u, bought, sold, long, short
    n = N + 1 + T + 4 * N
    cost = np.zeros(n)
    cost[:N], cost[N], cost[N + 1 : N + 1 + T] = g, price, price * share
    first = N + 1 + T
    cost[first : first + 2 * N] = case["cost"]
    rows, right = [], []
    scenario = bmat([[csr_matrix(-R), csr_matrix(-np.ones((T, 1))), -eye(T), csr_matrix((T, 4 * N))]])
    rows.append(scenario)
    right.append(np.zeros(T))

    def row(entries, limit):
        line = np.zeros(n)
        for place, value in entries:
            line[place] += value
        rows.append(csr_matrix(line))
        right.append([limit])

    if np.isfinite(limit):
        row([(N, 1.0)] + [(N + 1 + t, share[t]) for t in range(T)], limit)
    if np.isfinite(case["turnover"]):
        row([(first + k, 1.0) for k in range(2 * N)], case["turnover"])
    if np.isfinite(case["gross"]):
        row([(first + 2 * N + k, 1.0) for k in range(2 * N)], case["gross"])
    if np.isfinite(case["group"]):
        row([(i, 1.0) for i in range(0, N, 3)], case["group"])
    eq = []
    line = np.zeros(n)
    line[:N] = 1.0
    eq.append(csr_matrix(line))
    for first_pair, center in ((first, h), (first + 2 * N, np.zeros(N))):
        block = bmat([[
            eye(N), csr_matrix((N, 1 + T)),
            csr_matrix((N, first_pair - first)), -eye(N), eye(N),
            csr_matrix((N, n - first_pair - 2 * N)),
        ]])
        eq.append(block)
    beq = np.concatenate([[1.0], h, np.zeros(N)])
    bounds = list(zip(lower, upper)) + [(None, None)] + [(0, None)] * (T + 4 * N)
    answer = linprog(
        cost, A_ub=bmat([[block] for block in rows]), b_ub=np.concatenate(right), A_eq=bmat([[block] for block in eq]),
        b_eq=beq, bounds=bounds, method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert answer.status == 0, answer.message
    return answer.fun


def main():
    base = dict(
        confidence=0.95, price=1.0, reward=0.0, limit=np.inf, ridge=0.0, lower=0.0, upper=1.0, cost=0.0,
        turnover=np.inf, gross=np.inf, group=np.inf, weighted=False,
    )
    cases = []

    def add(name, **settings):
        cases.append({**base, **settings, "name": name, "seed": 11 + len(cases)})

    add("least", scenarios=200, assets=8)
    add("least, 99 %", scenarios=900, assets=20, confidence=0.99)
    add("least, more assets than scenarios in the tail", scenarios=300, assets=60)
    add("least, capped", scenarios=400, assets=25, upper=0.08)
    add("least, with probabilities", scenarios=350, assets=15, weighted=True)
    add("least, a tail that is no whole number", scenarios=333, assets=12, confidence=0.97)
    add("a quarter of a scenario in the tail", scenarios=50, assets=6, confidence=0.995)
    add("half of all", scenarios=250, assets=10, confidence=0.5)
    add("rewarded", scenarios=400, assets=18, reward=3.0)
    add("greatest return within a limit", scenarios=400, assets=18, price=0.0, reward=1.0, limit=0.024)
    add("greatest return within a limit, with probabilities", scenarios=300, assets=30, price=0.0, reward=1.0,
        limit=0.022, weighted=True)
    add("long and short", scenarios=500, assets=40, lower=-1.0, gross=1.6)
    add("long and short within a limit", scenarios=500, assets=30, lower=-1.0, gross=1.4, price=0.0, reward=1.0, limit=0.02)
    add("turnover", scenarios=300, assets=20, turnover=0.4)
    add("costs", scenarios=300, assets=20, cost=0.002)
    add("costs and turnover, long and short", scenarios=300, assets=24, cost=0.001, turnover=0.9, lower=-0.2, gross=1.5)
    add("a group", scenarios=300, assets=24, group=0.1)
    add("least change under a limit", scenarios=300, assets=16, price=0.0, cost=1.0, limit=0.019)
    add("a ridge", scenarios=200, assets=12, ridge=0.02)
    add("a ridge and a reward", scenarios=200, assets=12, ridge=0.05, reward=2.0)

    print("# Written by programme.py.")
    print(f"source = \"scipy {scipy.__version__} (HiGHS dual simplex, tolerances 1e-10), cvxpy {cp.__version__} with Clarabel\"")
    for case in cases:
        print("\n[[case]]")
        for key, value in case.items():
            if isinstance(value, bool):
                text = str(value).lower()
            elif isinstance(value, str):
                text = f'"{value}"'
            else:
                text = repr(value)
            print(f"{key} = {text}")
        print(f"objective = {float(solve(case))!r}")


main()
