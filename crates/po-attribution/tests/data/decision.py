"""Writes decision.toml: waterfalls by numpy, prices of constraints by cvxpy 1.9.3 with Clarabel, and implementation
shortfalls in rational numbers."""

import pathlib
import sys
from fractions import Fraction

import cvxpy as cp
import numpy as np


def text(value):
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating, Fraction)):
        return repr(float(value))
    return "[" + ", ".join(text(item) for item in (value.tolist() if isinstance(value, np.ndarray) else value)) + "]"


def table(head, entries, array=False):
    return ["", f"[[{head}]]" if array else f"[{head}]"] + [f"{k} = {text(v)}" for k, v in entries.items()]


lines = ["# Written by decision.py with numpy, cvxpy 1.9.3 (Clarabel) and rational numbers."]

# Waterfall ---------------------------------------------------------------------------------------------------------
rng = np.random.default_rng(11)
S, T, N = 6, 24, 5
names = ["prior holdings", "signal", "allocator", "regime", "tail overlay", "execution"]
r = rng.normal(0.005, 0.04, (T, N))
w = rng.dirichlet(np.ones(N), (S, T))
w[3] *= 0.8
w[4] = w[3]
cost = rng.uniform(0.0, 0.002, (S, T))
cost[4] = 0.0
portfolios = np.einsum("stn,tn->st", w, r)
profit = np.diff(portfolios, axis=0, prepend=0.0) - cost
R = portfolios[-1] - cost.sum(0)
before = np.concatenate([[1.0], np.cumprod(1 + R)[:-1]])
with np.errstate(invalid="ignore"):
    ratio = np.where(profit.std(1, ddof=1) > 0, profit.mean(1) / profit.std(1, ddof=1), 0.0)
    changes = np.abs(np.diff(w, axis=0, prepend=0.0)).sum(2)
    acted = (changes > 0) | (cost != 0)
    hits = np.where(acted.sum(1) > 0, (profit > 0).sum(1) / np.maximum(acted.sum(1), 1), 0.0)
centred = R - R.mean()
lines += table("waterfall", {
    "names": names, "periods": T, "assets": N, "returns": r.T.ravel(), "weights": [w[s].ravel() for s in range(S)],
    "costs": [cost[s] for s in range(S)],
    "arithmetic": profit.sum(1), "arithmetic_total": R.sum(),
    "money": (profit * before).sum(1), "money_costs": (cost * before).sum(1), "money_total": np.prod(1 + R) - 1,
    "turnover": changes.mean(1), "acted": acted.sum(1), "hit_rate": hits, "information_ratio": ratio,
    "risk": R.std(ddof=1), "risk_contributions": profit @ centred / (T - 1) / R.std(ddof=1),
})

# Constraints -------------------------------------------------------------------------------------------------------
n = 12
A = rng.normal(size=(n, 2 * n)) * 0.06
covariance = A @ A.T / 4
mu = rng.normal(0.06, 0.03, n)
gamma = 4.0
sector = np.array([1.0 * (i < 4) for i in range(n)])
x = cp.Variable(n)
caps = [x <= 0.2]
floors = [x >= -0.02]
rows = [cp.sum(x) == 1.0, sector @ x <= 0.3]
cp.Problem(cp.Maximize(mu @ x - gamma / 2 * cp.quad_form(x, cp.psd_wrap(covariance))), caps + floors + rows).solve(
    solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
w = x.value
upper = np.where(w > 0.2 - 1e-7, caps[0].dual_value, 0.0)
lower = np.where(w < -0.02 + 1e-7, floors[0].dual_value, 0.0)
# The active constraints, solved once more as equations, so that the numbers have all their digits.
held = [("up", i) for i in range(n) if upper[i] > 0] + [("low", i) for i in range(n) if lower[i] > 0]
matrix = [np.ones(n)] + ([sector] if rows[1].dual_value > 1e-7 else [])
limits = [1.0] + ([0.3] if rows[1].dual_value > 1e-7 else [])
kinds = ["equal"] + (["at-most"] if len(matrix) == 2 else [])
labels = ["budget"] + (["sector"] if len(matrix) == 2 else [])
for side, i in held:
    matrix.append(np.eye(n)[i])
    limits.append(0.2 if side == "up" else -0.02)
    kinds.append("at-most" if side == "up" else "at-least")
    labels.append(f"{'cap' if side == 'up' else 'floor'} {i}")
M = np.array(matrix)
kkt = np.block([[gamma * covariance, M.T], [M, np.zeros((len(M), len(M)))]])
solution = np.linalg.solve(kkt, np.concatenate([mu, limits]))
assert np.abs(solution[:n] - w).max() < 1e-6
w, price = solution[:n], solution[n:]
free = np.linalg.solve(gamma * covariance, mu)


def utility(v):
    return mu @ v - gamma / 2 * v @ covariance @ v


shifts = [-np.linalg.solve(gamma * covariance, a * p) for a, p in zip(M, price)]
realised = rng.normal(0.0, 0.05, n)
# What a constraint costs, by utility alone: the loss of the whole way, polarised between the part and the rest.
whole = w - free


def loss(way):
    return utility(free) - utility(free + way)


parts = [(loss(whole + shift) - loss(whole - shift)) / 4 for shift in shifts]
lines += table("constraints", {
    "assets": n, "covariance": covariance.ravel(), "expected_returns": mu, "risk_aversion": gamma, "weights": w,
    "labels": labels, "rows": [row for row in M], "kinds": kinds, "limits": limits,
    "multipliers": [-p if kind == "at-least" else p for p, kind in zip(price, kinds)],
    "unconstrained": free, "shifts": [shift for shift in shifts],
    "utility_costs": parts, "utility_cost": utility(free) - utility(w),
    "return_costs": [-mu @ shift for shift in shifts],
    "transfer_coefficient": (w @ covariance @ free) / np.sqrt((w @ covariance @ w) * (free @ covariance @ free)),
    "realised": realised, "profits": [shift @ realised for shift in shifts], "free_profit": free @ realised,
    "profit": w @ realised,
})

# Shortfalls --------------------------------------------------------------------------------------------------------
q = Fraction


def shortfall(side, quantity, decision, arrival, close, fills):
    s = 1 if side == "buy" else -1
    filled = sum(fill["quantity"] for fill in fills)
    fees = sum(fill["fee"] for fill in fills)
    paper = s * quantity * (close - decision)
    cash = -sum(s * fill["quantity"] * fill["price"] for fill in fills) - fees
    actual = s * filled * close + cash
    drift = [fill.get("mid", arrival) for fill in fills]
    timing = sum(s * fill["quantity"] * (mid - arrival) for fill, mid in zip(fills, drift))
    spread = sum(fill["quantity"] * fill["half_spread"] for fill in fills)
    execution = sum(s * fill["quantity"] * (fill["price"] - arrival) for fill in fills)
    return {
        "paper": paper, "actual": actual, "total": paper - actual,
        "delay": s * filled * (arrival - decision), "delay_ordered": s * quantity * (arrival - decision),
        "timing": timing, "spread": spread, "impact": execution - timing - spread, "fees": fees,
        "opportunity": s * (quantity - filled) * (close - decision),
        "opportunity_ordered": s * (quantity - filled) * (close - arrival),
    }


def order(side, quantity, decision, arrival, close, fills):
    exact = shortfall(side, quantity, decision, arrival, close, fills)
    lines.extend(table("shortfall", {
        "side": side, "quantity": quantity, "decision_price": decision, "arrival_price": arrival,
        "closing_price": close, "prices": [fill["price"] for fill in fills],
        "quantities": [fill["quantity"] for fill in fills], "mids": [fill.get("mid", arrival) for fill in fills],
        "half_spreads": [fill["half_spread"] for fill in fills], "fees_paid": [fill["fee"] for fill in fills],
    } | exact, array=True))


def fill(price, quantity, fee="0", half_spread="0", **mid):
    return {"price": q(price), "quantity": q(quantity), "fee": q(fee), "half_spread": q(half_spread)} | {
        key: q(value) for key, value in mid.items()}


# The textbook's order: 1000 wanted at 10.00, 700 bought at 10.07 after a close at 10.05, cancelled at 10.08.
order("buy", q(1000), q("10.00"), q("10.05"), q("10.08"), [fill("10.07", 700, "14")])
order("sell", q(5000), q("48.20"), q("47.90"), q("46.75"), [
    fill("47.80", 1200, "6", "0.02", mid="47.85"), fill("47.52", 1800, "9", "0.03", mid="47.70"),
    fill("47.61", 900, "4.5", "0.02", mid="47.66")])
order("buy", q(300), q("101.5"), q("101.25"), q("103"), [])
order("buy", q(250), q("20"), q("20.1"), q("19.4"), [fill("20.05", 100, "-0.5", "0.01", mid="20.04"),
                                                     fill("20.2", 150, "1", "0.01", mid="20.15")])

(pathlib.Path(sys.argv[0]).parent / "decision.toml").write_text("\n".join(lines) + "\n")
