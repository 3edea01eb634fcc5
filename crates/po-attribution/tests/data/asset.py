"""Golden contributions of holdings, in exact fractions; logarithms with fifty digits.

    python tests/data/asset.py

Linked contributions are found from money in hand, shares and prices, not from weights times returns.
"""

import random
from fractions import Fraction as F
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 50
random.seed(7)


def draw(scale):
    return F(random.randint(-1000, 1000), 1000) * scale


def number(x):
    return "nan" if x is None else repr(float(x))


def row(xs):
    return "[" + ", ".join(number(x) for x in xs) + "]"


def real(x):
    return mpf(x.numerator) / mpf(x.denominator)


out = ["# Written by asset.py in exact fractions; each number is rounded once.", ""]
for assets, periods, with_others in [(2, 3, False), (3, 12, True), (6, 40, True)]:
    returns = [[None if random.random() < 0.1 else draw(F(1, 8)) for _ in range(periods)] for _ in range(assets)]
    held = [[draw(F(1, 2)) + F(1, 4) for _ in range(periods)] for _ in range(assets)]
    decided = [[h + draw(F(1, 20)) for h in hs] for hs in held] if with_others else held
    cash_returns = [draw(F(1, 1000)) for _ in range(periods)] if with_others else [F(0)] * periods
    costs = [abs(draw(F(1, 200))) for _ in range(periods)] if with_others else [F(0)] * periods

    money, lines = F(1), [F(0)] * (assets + 3)
    logs, wealth, contributions = [mpf(0)] * (assets + 3), [F(1)], [[] for _ in lines]
    for t in range(periods):
        prices = [F(100)] * assets
        after = [p if returns[i][t] is None else p * (1 + returns[i][t]) for i, p in enumerate(prices)]
        shares = [money * held[i][t] / prices[i] for i in range(assets)]
        asked = [money * decided[i][t] / prices[i] for i in range(assets)]
        cash = money - sum(n * p for n, p in zip(shares, prices))
        earned = [n * (a - p) for n, a, p in zip(asked, after, prices)]
        market = sum(n * (a - p) for n, a, p in zip(shares, after, prices))
        parts = earned + [market - sum(earned), cash * cash_returns[t], -money * costs[t]]
        end = sum(n * a for n, a in zip(shares, after)) + cash * (1 + cash_returns[t]) - money * costs[t]
        assert end - money == sum(parts)
        growth = real(end / money)
        k = mp.log(growth) / (growth - 1) if growth != 1 else mpf(1)
        for line, part in enumerate(parts):
            lines[line] += part
            logs[line] += k * real(part / money)
            contributions[line].append(part / money)
        money = end
        wealth.append(money)
    assert sum(lines) == money - 1
    geometric = [mp.expm1(log) for log in logs]
    product = mpf(1)
    for g in geometric:
        product *= 1 + g
    assert abs(product - real(money)) < mpf(10) ** -40
    flat = lambda table: [x for column in table for x in column]
    out += ["[[cases]]", f"assets = {assets}", f"returns = {row(flat(returns))}", f"held = {row(flat(held))}"]
    out += [f"decided = {row(flat(decided)) if with_others else []}", f"cash_returns = {row(cash_returns) if with_others else []}"]
    out += [f"costs = {row(costs) if with_others else []}", f"contributions = {row(flat(contributions))}"]
    out += [f"wealth = {row(wealth)}", f"linked = {row(lines)}", f"geometric = [{', '.join(repr(float(g)) for g in geometric)}]", ""]

# Shares bought at a rebalance, and left alone.
assets, periods, rebalances = 3, 9, [0, 4, 5]
returns = [[None if random.random() < 0.1 else draw(F(1, 5)) for _ in range(periods)] for _ in range(assets)]
targets = [[draw(F(1, 2)) + F(1, 4) for _ in range(assets)] for _ in rebalances]
cash_returns = [draw(F(1, 100)) for _ in range(periods)]
money, prices, held = F(1), [F(10)] * assets, []
for t in range(periods):
    if t in rebalances:
        target = targets[rebalances.index(t)]
        shares = [money * w / p for w, p in zip(target, prices)]
        cash = money * (1 - sum(target))
    held.append([n * p / money for n, p in zip(shares, prices)])
    prices = [p if returns[i][t] is None else p * (1 + returns[i][t]) for i, p in enumerate(prices)]
    cash *= 1 + cash_returns[t]
    money = cash + sum(n * p for n, p in zip(shares, prices))
out += ["[hold]", f"assets = {assets}", f"returns = {row(x for column in returns for x in column)}", f"cash_returns = {row(cash_returns)}"]
out += [f"rebalances = {rebalances}", f"targets = {row(w for target in targets for w in target)}"]
out += [f"held = {row(held[t][i] for i in range(assets) for t in range(periods))}", f"growth = {number(money)}", ""]
Path(__file__).with_name("asset.toml").write_text("\n".join(out))
