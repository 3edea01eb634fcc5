"""Golden account of a small portfolio, in exact fractions: shares, prices and cash, never weights times returns.

    python tests/data/asset_ledger.py

Everything is played twice: once as it happened, with prices as they were known, to find shares and cash, and once
with the prices as they were restated, to find who earned what. Only the last line of each sum is rounded.
"""

import random
from fractions import Fraction as F
from pathlib import Path

random.seed(20261124)
N, S, K, BARS = 4, 2, 2, 14
START = F(1000)


def draw(scale, digits=3):
    return F(random.randint(-(10**digits), 10**digits), 10**digits) * scale


# (year, month, day): a day of three bars, a new month, a new year, gaps.
CALENDAR = [(1, 1, 1)] * 3 + [(1, 1, 2)] * 2 + [(1, 2, 1)] * 2 + [(1, 2, 5), (1, 3, 1)] + [(2, 1, 1)] * 2 + [(2, 1, 2), (2, 1, 3), (2, 1, 3)]
bars = []
for _ in range(BARS):
    returns = [None if random.random() < 0.12 else draw(F(1, 10)) for _ in range(N)]
    held = [draw(F(3, 5)) for _ in range(N)]
    decided = [h + draw(F(1, 20)) for h in held]
    stages = [[draw(F(1, 2)) for _ in range(N)] for _ in range(S + 1)]
    exposures = [[draw(F(2)) for _ in range(N)] for _ in range(K)]
    factors = [draw(F(1, 20)) for _ in range(K)]
    costs = [abs(draw(F(1, 500))) for _ in range(N)]
    bars.append((returns, held, decided, stages, draw(F(1, 1000)), exposures, factors, costs))

# After which bar, how many bars ago, which asset, by what ratio. Ratios are eighths, which floats hold.
restatements = [(1, 1, 0, F(9, 8)), (3, 1, 2, F(7, 8)), (5, 3, 1, F(5, 4)), (9, 4, 3, F(3, 4)), (9, 2, 3, F(9, 8)), (13, 0, 2, F(7, 8)), (13, 4, 0, F(17, 16))]

# As it happened.
before, after, traded, priced, books = [], [], [], [], []
price, wealth = [F(50)] * N, START
for t, (returns, held, decided, stages, rc, exposures, factors, costs) in enumerate(bars):
    if t:
        price = list(after[t - 1])
    before.append(list(price))
    traded.append(list(price))
    after.append([p if r is None else p * (1 + r) for p, r in zip(price, returns)])
    priced.append([r is not None for r in returns])
    shares = [[wealth * w / p for w, p in zip(portfolio, price)] for portfolio in [held, decided, *stages]]
    cash = wealth * (1 - sum(held))
    explained = [f * sum(wealth * h * b for h, b in zip(held, column)) for column, f in zip(exposures, factors)]
    books.append([shares, cash, explained, [F(0)] * N])
    value = lambda: cash * (1 + rc) + sum(n * p for n, p in zip(shares[0], after[t]))
    for when, ago, i, ratio in restatements:
        if when != t:
            continue
        first = t - ago
        new = after[first][i] * ratio
        after[first][i], priced[first][i] = new, True
        for u in range(first + 1, t + 1):
            before[u][i] = new
            if priced[u][i]:
                break
            after[u][i] = new
    books[t][3] = [value() * c for c in costs]
    wealth = value() - sum(books[t][3])


def worth(t):
    """The wealth after t bars, in the positions that were held from then on."""
    if t == 0:
        return START
    if t == BARS:
        return wealth
    return books[t][1] + sum(n * p for n, p in zip(books[t][0][0], before[t]))


def account(first, end):
    lines = {"start": worth(first), "end": worth(end)}
    lines["assets"] = [sum(books[t][0][1][i] * (after[t][i] - before[t][i]) for t in range(first, end)) for i in range(N)]
    lines["costs"] = [sum(books[t][3][i] for t in range(first, end)) for i in range(N)]
    earned = lambda t, portfolio: sum(n * (a - b) for n, a, b in zip(books[t][0][portfolio], after[t], before[t]))
    total = lambda portfolio: sum(earned(t, portfolio) for t in range(first, end))
    lines["stages"] = [total(2)] + [total(2 + s) - total(1 + s) for s in range(1, S + 1)]
    lines["execution"] = total(0) - total(2 + S)
    lines["drift"] = total(0) - total(1)
    lines["cash"] = sum(books[t][1] * bars[t][4] for t in range(first, end))
    lines["factors"] = [sum(books[t][2][k] for t in range(first, end)) for k in range(K)]
    lines["specific"] = total(0) - sum(lines["factors"])
    lines["restated"] = sum(
        (books[t + 1][0][0][i] - books[t][0][0][i]) * (after[t][i] - traded[t + 1][i])
        for t in range(first, end)
        if t + 1 < BARS
        for i in range(N)
    )
    parts = sum(lines["assets"]) + lines["drift"] + lines["cash"] - sum(lines["costs"]) + lines["restated"]
    assert parts == lines["end"] - lines["start"], "exact"
    assert sum(lines["stages"]) + lines["execution"] == sum(lines["factors"]) + lines["specific"] == total(0)
    return lines


def number(x):
    return "nan" if x is None else repr(float(x))


def row(xs):
    return "[" + ", ".join(number(x) for x in xs) + "]"


out = ["# Written by asset_ledger.py in exact fractions; each number is rounded once.", "", f"start = {number(START)}", ""]
for t, (returns, held, decided, stages, rc, exposures, factors, costs) in enumerate(bars):
    out += ["[[bars]]", f"calendar = {list(CALENDAR[t])}", f"returns = {row(returns)}", f"held = {row(held)}"]
    out += [f"decided = {row(decided)}", f"stages = {row(w for s in stages for w in s)}", f"cash_return = {number(rc)}"]
    out += [f"exposures = {row(b for c in exposures for b in c)}", f"factor_returns = {row(factors)}", f"costs = {row(costs)}", ""]
for when, ago, i, ratio in restatements:
    out += ["[[restatements]]", f"after = {when}", f"ago = {ago}", f"asset = {i}", f"ratio = {number(ratio)}", ""]

keys = {"bar": lambda t: t, "day": lambda t: CALENDAR[t], "month": lambda t: CALENDAR[t][:2], "year": lambda t: CALENDAR[t][0], "inception": lambda t: 0}
for name, key in keys.items():
    starts = [t for t in range(BARS) if t == 0 or key(t) != key(t - 1)] + [BARS]
    periods = list(zip(starts, starts[1:]))[::-1]
    for ago, (first, end) in enumerate(periods[:5]):
        lines = account(first, end)
        out += ["[[accounts]]", f'period = "{name}"', f"ago = {ago}"]
        out += [f"{k} = {row(v) if isinstance(v, list) else number(v)}" for k, v in lines.items()]
        out.append("")
Path(__file__).with_name("asset_ledger.toml").write_text("\n".join(out))
