"""budgets.toml: risk budgets of volatility."""

from pathlib import Path

import numpy as np
from mpmath import mp, mpf

import golden_file
import libraries
from exact import PROOF, ZERO, exact, rounded, solve
from market import factor_market, from_table, printed, short_sample
from prove import power

HEAD = """
Risk budgets of volatility: w_i (Sw)_i = b_i w'Sw, w > 0, sum w = 1, solved in 50 digits on the stored doubles.

[[market]]  covariance N x N (symmetric), or in factor form loadings (N x K, column by column), factor_covariance
            (K x K) and specific (N variances)
[[case]]
  budgets         b, as given; they are used divided by their sum
  weights         the same direction as argmin x'Sx / 2 - sum b_i ln x_i over x > 0, divided by their sum
  volatility      sqrt(w'Sw)
  contributions   w_i (Sw)_i / volatility: they sum to the volatility, and their shares are the budgets
  signs           where given, w_i = s_i v_i with v > 0, and sum |w| = 1 instead of sum w = 1
  zero budgets    the asset is left out: the problem is solved for the others (reduced set). Where an asset that was
                  left out would lower the risk, [[case]] says so: `kkt_weights` is then argmin over x >= 0 of
                  x'Sx / 2 - sum over b_i > 0 of b_i ln x_i, divided by its sum, in which it does take part,
                  with a contribution of zero
  groups          where given, group_budgets times the budgets within each group (divided by their sum there) are b
                  two_stage_weights: budgets within each group first, then between the groups' portfolios. Another
                  method, for comparison; its contributions are not b
  condition       of the Hessian D(x) S D(x) + diag b of the problem in ln x
  tolerance       for the weights: a method that brings each share to within 1e-12 of its budget is nearer
"""


TOLERANCE = 1e-10


def newton(s, b, start=None):
    """x with x_i (Sx)_i = b_i, x > 0: damped in doubles, then in fifty digits."""
    n = len(b)
    doubles = np.array([[float(v) for v in row] for row in s])
    target = np.array([float(v) for v in b])
    x = np.sqrt(target / np.diag(doubles)) if start is None else np.asarray(start, dtype=float)
    for _ in range(500):
        gradient = doubles @ x - target / x
        step = -np.linalg.solve(doubles + np.diag(target / x ** 2), gradient)
        value = lambda y: y @ doubles @ y / 2 - target @ np.log(y)
        size = min(1.0, 0.9 / max(1e-300, (-step / x).max()))
        while size > 1e-12 and value(x + size * step) > value(x) + 1e-15 * abs(value(x)):
            size /= 2
        x = x + size * step
        if np.abs(step / x).max() < 1e-9:
            break
    x = exact(x)
    for _ in range(10):
        gradient = s @ x - b / x
        hessian = s + np.diag(b / x ** 2)
        step = solve(hessian, -gradient)
        x = x + step
        if max(abs(d / v) for d, v in zip(step, x)) < mpf("1e-44"):
            break
    assert all(v > 0 for v in x)
    worst = max(abs(v * w - t) for v, w, t in zip(x, s @ x, b))
    assert worst < PROOF * sum(b), float(worst)
    return x


def solved(covariance, budgets, signs=None):
    """Weights in fifty digits, sum |w| = 1."""
    b = exact(budgets)
    b = b / sum(b)
    s = exact(covariance)
    if signs is not None:
        s = s * exact(np.outer(signs, signs))
    x = newton(s, b)
    w = x / sum(x)
    return (w if signs is None else w * exact(signs)), x, b


def describe(covariance, w):
    s = exact(covariance)
    sw = s @ w
    volatility = mp.sqrt(w @ sw)
    return {"weights": rounded(w), "volatility": float(volatility), "contributions": rounded(w * sw / volatility)}


def condition(covariance, x, b):
    x = rounded(x)
    return float(np.linalg.cond(covariance * np.outer(x, x) + np.diag(rounded(b))))


def row_of(name, why, market, budgets, extra=None, within=1e-4, closed=None):
    s = market.covariance
    w, x, b = solved(s, budgets)
    row = {"name": name, "why": why, "market": market.name}
    sources = ["Newton's method on x_i (Sx)_i = b_i, residual below 1e-38 in 50 digits (budgets.py)"]
    for call, found in libraries.on_covariance(s, rounded(b)):
        far = np.abs(found - rounded(w)).max()
        if not far <= within:
            row.setdefault("differences", []).append(f"{call}: weights off by up to {far:.1e}")
            continue
        sources.append(f"{call}: weights within {power(far)}")
    if closed is not None:
        text, weights = closed
        assert np.abs(np.asarray(weights) - rounded(w)).max() < 1e-14, name
        sources.insert(0, text)
    row |= {"sources": sources, "budgets": np.asarray(budgets, dtype=float)} | describe(s, w)
    c = condition(s, x, b)
    row |= {"condition": float(f"{c:.2g}"), "tolerance": TOLERANCE}
    row |= extra or {}
    if "printed_percent" in row:
        assert np.abs(100 * row["weights"] - row["printed_percent"]).max() < row["printed_tolerance"], name
    print(f"  budgets {name:24} cond {c:.1e}", *row.get("differences", []))
    return row


def markets():
    pair = lambda name, b, s1, s2, rho: from_table(name, "two assets", "numbers by hand", [s1, s2], [[1, rho], [rho, 1]])
    constant = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    return [
        from_table("bruder-roncalli", "three assets", "Bruder and Roncalli (2012), printed volatilities and correlations",
                   [0.3, 0.2, 0.15], [[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]]),
        from_table("maillard", "four assets", "Maillard, Roncalli and Teiletche (2010), printed volatilities and correlations",
                   [0.1, 0.2, 0.3, 0.4], [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]]),
        from_table("pyrb", "five assets", "the numbers of pyrb's own tests (tests/test_risk_budgeting.py)",
                   [0.15, 0.2, 0.25, 0.3, 0.1],
                   [[1, 0.1, 0.4, 0.5, 0.5], [0.1, 1, 0.7, 0.4, 0.4], [0.4, 0.7, 1, 0.8, 0.05], [0.5, 0.4, 0.8, 1, 0.1],
                    [0.5, 0.4, 0.05, 0.1, 1]]),
        pair("pair-0.4", 0.3, 0.2, 0.3, 0.4), pair("pair-minus-0.5", 0.7, 0.1, 0.25, -0.5),
        pair("pair-0.9", 0.2, 0.15, 0.2, 0.9),
        from_table("constant", "constant correlation of 0.4", "numbers by hand", [0.1, 0.15, 0.2, 0.25, 0.3], constant),
        from_table("uncorrelated", "no correlation", "numbers by hand", [0.1, 0.15, 0.2, 0.25, 0.3], np.eye(5)),
        factor_market("eight", "an ordinary small market", 508, 8),
        factor_market("thirty", "an ordinary market", 530, 30, factors=5),
        factor_market("alike12", "correlations of 0.99 and more", 512, 12, market=(0.2, 0.01), styles=0.004,
                      specific=(0.004, 0.03)),
        hedged(),
        short_sample("short16", "8 observations of 16 assets: covariance of rank 7", 516, 8, 16),
        factor_market("factors60", "factor form", 560, 60, factors=4, keep_factors=True),
        wide(),
    ]


def hedged():
    """Two assets that move against the rest."""
    base = factor_market("", "", 506, 6)
    flip = np.array([1, 1, 1, 1, -1, -1.0])
    base.name, base.why = "hedged6", "two assets that move against the other four"
    base.source += "; the last two assets with opposite sign"
    base.covariance = base.covariance * np.outer(flip, flip)
    return base


def wide():
    """Volatilities over four orders of magnitude."""
    base = factor_market("", "", 507, 7)
    scale = 10.0 ** np.array([-3, -2, -1, 0, 0.5, 1, 1])
    base.name, base.why = "wide7", "volatilities over four orders of magnitude"
    base.source += "; assets multiplied by 10^(-3, -2, -1, 0, 0.5, 1, 1), rounded again"
    base.covariance = printed(base.covariance * np.outer(scale, scale))
    return base


def two_assets(b, market):
    """Bruder and Roncalli (2012), equation for two assets."""
    s1, s2 = (mp.sqrt(mpf(float(market.covariance[i, i]))) for i in range(2))
    rho = mpf(float(market.covariance[0, 1])) / (s1 * s2)
    b = mpf(float(b))
    top = (b - mpf(1) / 2) * rho * s1 * s2 - b * s2 ** 2 + s1 * s2 * mp.sqrt(
        (b - mpf(1) / 2) ** 2 * rho ** 2 + b * (1 - b))
    bottom = (1 - b) * s1 ** 2 - b * s2 ** 2 + 2 * (b - mpf(1) / 2) * rho * s1 * s2
    return top / bottom


def plain(m):
    equal = lambda n: np.full(n, 1.0 / n)
    ramp = lambda n: np.arange(1, n + 1) / (n * (n + 1) / 2)
    sigma = np.array([0.1, 0.15, 0.2, 0.25, 0.3])
    printed_percent = lambda weights, tolerance, **more: {
        "printed_percent": weights, "printed_tolerance": tolerance} | more
    yield row_of("bruder-roncalli-budgets", "the paper's risk-budgeting portfolio", m["bruder-roncalli"], [0.5, 0.2, 0.3],
                 printed_percent([31.15, 21.90, 46.96], 0.0051))
    yield row_of("bruder-roncalli-equal", "the paper's equal-risk portfolio", m["bruder-roncalli"], equal(3),
                 printed_percent([19.69, 32.44, 47.87], 0.0051))
    yield row_of("maillard-equal", "the paper's equal-risk portfolio", m["maillard"], equal(4),
                 printed_percent([38.4, 19.2, 24.3, 18.2], 0.051))
    yield row_of("pyrb-equal", "five assets, equal", m["pyrb"], equal(5))
    yield row_of("pyrb-budgets", "five assets, unequal", m["pyrb"], [0.2, 0.2, 0.3, 0.1, 0.2])
    for name, b in (("pair-0.4", 0.3), ("pair-minus-0.5", 0.7), ("pair-0.9", 0.2)):
        w = two_assets(b, m[name])
        yield row_of(name, "closed form for two assets", m[name], [b, 1 - b], closed=(
            "closed form (Bruder and Roncalli 2012)", [float(w), float(1 - w)]))
    yield row_of("constant-correlation", "weights are inverse volatilities whatever the correlation", m["constant"],
                 equal(5), closed=("closed form: w proportional to 1 / sigma", (1 / sigma) / (1 / sigma).sum()))
    b = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
    inverse = np.sqrt(b) / sigma
    yield row_of("uncorrelated", "weights are sqrt(b) / sigma", m["uncorrelated"], b,
                 closed=("closed form: w proportional to sqrt(b) / sigma", inverse / inverse.sum()))
    yield row_of("eight-equal", "equal", m["eight"], equal(8))
    yield row_of("eight-ramp", "budgets 1 to 8, which do not sum to one", m["eight"], np.arange(1.0, 9.0))
    yield row_of("eight-extreme", "from a millionth to nearly all", m["eight"],
                 [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.838889])
    yield row_of("thirty-equal", "equal", m["thirty"], equal(30))
    yield row_of("thirty-ramp", "budgets 1 to 30", m["thirty"], ramp(30))
    yield row_of("alike-equal", "nearly the same asset twelve times", m["alike12"], equal(12))
    yield row_of("alike-ramp", "the same with budgets 1 to 12", m["alike12"], ramp(12))
    yield row_of("hedged-equal", "negative correlations", m["hedged6"], equal(6))
    yield row_of("hedged-ramp", "negative correlations, budgets 1 to 6", m["hedged6"], ramp(6))
    yield row_of("short-sample", "singular covariance: no long-only portfolio is riskless, so the budgets are met",
                 m["short16"], equal(16), within=1e-3)
    yield row_of("factors-equal", "factor form, equal", m["factors60"], equal(60))
    yield row_of("factors-ramp", "factor form, budgets 1 to 60", m["factors60"], ramp(60))
    yield row_of("wide", "volatilities over four orders of magnitude", m["wide7"], equal(7))


def zeros(m):
    """Assets without a budget."""
    for name, why, market, budgets in (
            ("zero-budgets", "two assets without a budget; either would add risk", m["eight"],
             [0.2, 0.0, 0.3, 0.1, 0.0, 0.2, 0.1, 0.1]),
            ("zero-budget-hedge", "an asset without a budget that would lower the risk", m["hedged6"],
             [0.25, 0.25, 0.25, 0.25, 0.0, 0.0])):
        budgets = np.array(budgets)
        on = np.flatnonzero(budgets)
        s = market.covariance
        w, x, b = solved(s[np.ix_(on, on)], budgets[on])
        full = exact(np.zeros(len(budgets)))
        full[on] = w
        marginal = exact(s) @ full
        off = [i for i in range(len(budgets)) if budgets[i] == 0]
        helps = [i for i in off if marginal[i] < 0]
        sources, differences = [], []
        other = rounded(kkt(s, budgets)) if helps else rounded(full)
        for call, found in libraries.on_covariance(s, budgets):
            far = np.abs(found - other).max()
            assert far < 1e-5, (call, far)
            (differences if helps else sources).append(
                f"{call}: " + ("kkt_weights" if helps else "weights") + f" within {power(far)}")
        row = {"name": name, "why": why, "market": market.name, "sources": [
            "Newton's method on the reduced set, residual below 1e-38 in 50 digits (budgets.py)"] + sources,
            "differences": differences or None,
            "budgets": budgets} | describe(s, full)
        row |= {"would_lower_risk": helps, "kkt_weights": other if helps else None}
        c = condition(s[np.ix_(on, on)], x, b)
        row |= {"condition": float(f"{c:.2g}"), "tolerance": TOLERANCE}
        print(f"  budgets {name:24} cond {c:.1e}")
        yield row


def kkt(s, budgets):
    """x >= 0, (Sx)_i = b_i / x_i where b_i > 0; where b_i = 0: x_i > 0 and (Sx)_i = 0, or x_i = 0 and (Sx)_i >= 0."""
    n = len(budgets)
    b, e = exact(budgets), exact(s)
    off = [i for i in range(n) if budgets[i] == 0]
    for mask in range(2 ** len(off)):
        held = [i for i in range(n) if budgets[i] > 0 or (i in off and mask >> off.index(i) & 1)]
        sub, target = e[np.ix_(held, held)], b[held]
        x = np.array([mp.sqrt((t if t else mpf("0.05")) / sub[i, i]) for i, t in enumerate(target)], dtype=object)
        for _ in range(200):
            gradient = sub @ x - np.array([t / v if t else ZERO for t, v in zip(target, x)], dtype=object)
            step = solve(sub + np.diag(np.array([t / v ** 2 if t else ZERO for t, v in zip(target, x)], dtype=object)),
                         -gradient)
            size = mpf(1)
            while any(v + size * d <= 0 for v, d, t in zip(x, step, target) if t):
                size /= 2
            x = x + size * step
            if size == 1 and max(abs(d) for d in step) < mpf("1e-42"):
                break
        full = exact(np.zeros(n))
        full[held] = x
        push = e @ full
        if all(v > 0 for v in x) and all(push[i] >= -PROOF for i in off if i not in held):
            return full / sum(full)
    raise ArithmeticError("no support fits")


def signed(m):
    for name, why, market, signs, budgets in (
            ("signs", "two short positions", m["eight"], [1, 1, -1, 1, 1, -1, 1, 1], np.full(8, 0.125)),
            ("signs-budgets", "short the last two, budgets 1 to 6", m["hedged6"], [1, 1, 1, 1, -1, -1],
             np.arange(1, 7) / 21),
            ("signs-all-short", "all short: the long-only portfolio, turned round", m["eight"], [-1] * 8, np.full(8, 0.125))):
        w, x, b = solved(market.covariance, budgets, signs)
        c = condition(market.covariance * np.outer(signs, signs), x, b)
        sources = ["Newton's method with the covariance's signs turned, residual below 1e-38 in 50 digits (budgets.py)"]
        call, found = libraries.cyclical(market.covariance * np.outer(signs, signs), rounded(b), "choi")
        assert np.abs(found * signs - rounded(w)).max() < 1e-9
        sources.append(f"{call} on s_i s_j S_ij: weights within {power(np.abs(found * signs - rounded(w)).max())}")
        print(f"  budgets {name:24} cond {c:.1e}")
        yield {"name": name, "why": why, "market": market.name, "sources": sources, "budgets": np.asarray(budgets),
               "signs": signs} | describe(market.covariance, w) | {
            "net": float(sum(w)), "condition": float(f"{c:.2g}"), "tolerance": TOLERANCE}


def nested(m):
    for name, why, market, groups, group_budgets, within in (
            ("groups", "three groups of 50 %, 30 %, 20 %, equal within", m["eight"],
             [0, 0, 0, 1, 1, 1, 2, 2], [0.5, 0.3, 0.2], np.ones(8)),
            ("groups-unequal", "two groups half and half, unequal within", m["hedged6"], [0, 0, 0, 0, 1, 1], [0.5, 0.5],
             [1.0, 2.0, 3.0, 4.0, 1.0, 3.0])):
        groups, within, s = np.array(groups), np.array(within), market.covariance
        inside = np.array([within[groups == g].sum() for g in range(len(group_budgets))])
        # Exact products of doubles would have more digits than a double holds: these are the budgets that are used.
        b = np.array([group_budgets[g] * within[i] / inside[g] for i, g in enumerate(groups)])
        row = row_of(name, why, market, b)
        parts = exact(np.zeros((len(b), len(group_budgets))))
        for g in range(len(group_budgets)):
            at = np.flatnonzero(groups == g)
            w, _, _ = solved(s[np.ix_(at, at)], within[at])
            parts[at, g] = w
        between = parts.T @ exact(s) @ parts
        x = newton(between, exact(group_budgets))
        two = parts @ (x / sum(x))
        at = list(row).index("weights")
        items = list(row.items())
        extra = [("groups", [int(g) for g in groups]), ("group_budgets", group_budgets), ("within", within)]
        row = dict(items[:at] + extra + items[at:])
        row["two_stage_weights"] = rounded(two / sum(two))
        yield row


def main():
    market = markets()
    m = {x.name: x for x in market}
    rows = list(plain(m)) + list(zeros(m)) + list(signed(m)) + list(nested(m))
    golden_file.write("budgets.toml", HEAD, Path(__file__).parent,
                      market=[{k: v for k, v in x.row().items() if k != "mean"} for x in market], case=rows)
