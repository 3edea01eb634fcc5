"""Writes linking.toml next to itself: multi-period linking in fractions and fifty digits, and printed figures.

Run:    python linking.py
Needs:  nothing but the standard library; a second run writes the same bytes.

`bacon` is the four-quarter example of Bacon (2008), Practical Portfolio Performance Measurement and Attribution,
chapter 8 (UK, Japanese and US equities; Brinson-Fachler allocation, selection with interaction). The linked values
of Carino and Menchero are those of the R package PortfolioAttribution, whose tests declare them equal to tables 8.2
and 8.3. Its Grap() leaves a factor unset at exactly three periods, and its Frongello() fails with current xts, so
that the other methods are computed here.

`random` has periods that are made up here, with four decimals. Expected values follow from definitions:
  carino, menchero   logarithms and roots in decimals of fifty digits
  grap, frongello, davies-laker
                     fractions; GRAP by its products, Frongello by its recursion, Davies-Laker from the notional
                     portfolios, with interaction by segment as the difference of two chains of portfolios
Each method is checked to leave no remainder.
"""

import json
import random
from decimal import Decimal as D, getcontext
from fractions import Fraction as F
from math import prod
from pathlib import Path

getcontext().prec = 50

# Quarter by quarter: portfolio and benchmark weight, portfolio and benchmark return of each segment.
BACON = [
    [("0.4", "0.4", "0.20", "0.10"), ("0.3", "0.2", "-0.05", "-0.04"), ("0.3", "0.4", "0.06", "0.08")],
    [("0.7", "0.4", "-0.05", "-0.07"), ("0.2", "0.3", "0.03", "0.04"), ("0.1", "0.3", "-0.05", "-0.10")],
    [("0.3", "0.5", "-0.20", "-0.25"), ("0.5", "0.4", "0.08", "0.05"), ("0.2", "0.1", "-0.15", "-0.20")],
    [("0.3", "0.4", "0.10", "0.05"), ("0.5", "0.4", "-0.07", "-0.05"), ("0.2", "0.2", "0.25", "0.10")],
]
# By quarter: three segments and their total, from PortfolioAttribution.
PEER = {
    "carino_allocation": [
        [0.0, -0.009404860155885297, -0.0014469015624438927, -0.010851761718329191],
        [-0.007280758610568405, -0.00869646167373448, 0.010921137915852608, -0.005056082368450278],
        [0.02661101979891864, 0.018627713859243042, -0.007983305939675594, 0.03725542771848609],
        [-0.002820733963793058, -0.0065817125821838, 0.0, -0.009402446545976858],
    ],
    "carino_selection": [
        [0.03617253906109731, -0.0027129404295822986, -0.005425880859164597, 0.028033717772350416],
        [0.014157030631660789, -0.002022432947380113, 0.0050560823684502815, 0.017190680052730955],
        [0.01596661187935118, 0.015966611879351184, 0.01064440791956746, 0.04257763167826983],
        [0.014103669818965287, -0.00940244654597686, 0.028207339637930574, 0.032908562910919],
    ],
    "menchero_allocation": [
        [0.0, -0.010304779315333398, -0.0015853506638974467, -0.011890129979230845],
        [-0.007100346329726233, -0.008480969227172995, 0.01065051949458935, -0.004930796062309881],
        [0.025708094618183033, 0.017995666232728115, -0.0077124283854549105, 0.03599133246545624],
        [-0.0029845795154549537, -0.006964018869394889, 0.0, -0.009948598384849842],
    ],
    "menchero_selection": [
        [0.039633766597436164, -0.002972532494807712, -0.005945064989615424, 0.030716169113013024],
        [0.013806228974467675, -0.001972318424923954, 0.004930796062309884, 0.016764706611853603],
        [0.015424856770909814, 0.015424856770909818, 0.010283237847273216, 0.04113295138909285],
        [0.014922897577274764, -0.009948598384849844, 0.029845795154549527, 0.034820094346974445],
    ],
}


def decimal(value):
    return D(value.numerator) / D(value.denominator)


def carino(periods):
    def k(r, b):
        r, b = decimal(r), decimal(b)
        return ((1 + r).ln() - (1 + b).ln()) / (r - b) if r != b else 1 / (1 + r)

    whole = k(prod(1 + r for _, r, _ in periods) - 1, prod(1 + b for _, _, b in periods) - 1)
    return [[decimal(e) * k(r, b) / whole for e in row] for row, r, b in periods]


def menchero(periods):
    count = len(periods)
    R = prod(1 + r for _, r, _ in periods) - 1
    B = prod(1 + b for _, _, b in periods) - 1
    dR, dB = decimal(R), decimal(B)
    root = D(1) / count
    m = (1 + dR) ** ((count - 1) * root) if R == B else (dR - dB) / count / ((1 + dR) ** root - (1 + dB) ** root)
    squares = sum(decimal(r - b) ** 2 for _, r, b in periods)
    left = dR - dB - m * sum(decimal(r - b) for _, r, b in periods)
    return [
        [decimal(e) * (m + (left / squares * decimal(r - b) if squares else 0)) for e in row] for row, r, b in periods
    ]


def grap(periods):
    return [
        [e * prod(1 + r for _, r, _ in periods[:t]) * prod(1 + b for _, _, b in periods[t + 1 :]) for e in row]
        for t, (row, _, _) in enumerate(periods)
    ]


def frongello(periods):
    linked = []
    for t, (row, _, b) in enumerate(periods):
        before = prod(1 + r for _, r, _ in periods[:t])
        linked.append([e * before + b * sum(x[i] for x in linked) for i, e in enumerate(row)])
    return linked


def davies_laker(periods):
    """Three blocks: allocation, selection, interaction."""
    n = len(periods[0][0]) // 3
    R = [r for _, r, _ in periods]
    B = [b for _, _, b in periods]
    A = [b + sum(row[:n]) for row, _, b in periods]
    S = [b + sum(row[n : 2 * n]) for row, _, b in periods]

    def chain(first, second, t):
        return prod(1 + x for x in first[:t]) * prod(1 + x for x in second[t + 1 :])

    linked = []
    for t, (row, _, _) in enumerate(periods):
        allocation = [e * chain(A, B, t) for e in row[:n]]
        selection = [e * chain(S, B, t) for e in row[n : 2 * n]]
        both = [(s + i) * chain(R, A, t) for s, i in zip(row[n : 2 * n], row[2 * n :])]
        linked.append(allocation + selection + [x - y for x, y in zip(both, selection)])
    whole = lambda x: prod(1 + y for y in x)
    assert sum(sum(x[:n]) for x in linked) == whole(A) - whole(B)
    assert sum(sum(x[n : 2 * n]) for x in linked) == whole(S) - whole(B)
    assert sum(sum(x[2 * n :]) for x in linked) == whole(R) - whole(A) - whole(S) + whole(B)
    return linked


METHODS = {
    "carino": carino,
    "menchero": menchero,
    "grap": grap,
    "frongello": frongello,
    "davies-laker": davies_laker,
}


def brinson(segments):
    """Allocation, selection and interaction by segment, and both returns."""
    R = sum(w * r for w, _, r, _ in segments)
    B = sum(W * b for _, W, _, b in segments)
    allocation = [(w - W) * (b - B) for w, W, _, b in segments]
    selection = [W * (r - b) for _, W, r, b in segments]
    interaction = [(w - W) * (r - b) for w, W, r, b in segments]
    assert sum(allocation + selection + interaction) == R - B
    return allocation + selection + interaction, R, B


def table(rows):
    return "[" + ", ".join("[" + ", ".join(repr(float(x)) for x in row) + "]" for row in rows) + "]"


out = ["# Written by linking.py: do not edit.", ""]


def put(name, periods):
    R = prod(1 + r for _, r, _ in periods) - 1
    B = prod(1 + b for _, _, b in periods) - 1
    out.extend(["[[case]]", f'name = "{name}"', f"effects = {table(row for row, _, _ in periods)}"])
    out.append(f"portfolio = {[float(r) for _, r, _ in periods]}")
    out.append(f"benchmark = {[float(b) for _, _, b in periods]}")
    out.append(f"returns = [{float(R)!r}, {float(B)!r}]")
    for method, link in METHODS.items():
        linked = link(periods)
        assert abs(D(1) * decimal(R - B) - sum(decimal(F(x)) for row in linked for x in row)) < D("1e-40")
        out.append(f"{method} = {table(linked)}")
    out.append("")


bacon = [brinson([tuple(map(F, x)) for x in quarter]) for quarter in BACON]
put("bacon", bacon)
# The same quarters in the reverse order, and fewer of them.
put("bacon_backwards", bacon[::-1])
put("three_periods", bacon[:3])
put("one_period", bacon[:1])

rng = random.Random(19991231)


def draw(low, high):
    return F(rng.randint(low, high), 10_000)


for name, count in [("two_years", 24), ("no_excess", 6), ("wild", 8)]:
    periods = []
    for t in range(count):
        wide = 6 if name == "wild" else 1
        segments = [[F(1, 4), F(1, 4), draw(-900 * wide, 1000 * wide), draw(-900 * wide, 1000 * wide)] for _ in range(4)]
        for i in range(3):
            for side in range(2):
                shift = draw(-900, 900)
                segments[i][side] += shift
                segments[i + 1][side] -= shift
        effects, R, B = brinson([tuple(x) for x in segments])
        if name == "no_excess" and t % 2 == 0:
            # The portfolio is the benchmark in every other period; effects of segments cancel.
            effects = [F(1, 100), F(-1, 100)] + [F(0)] * 10
            R = B
        periods.append((effects, R, B))
    put(name, periods)

out += ["[peer]", 'source = "R PortfolioAttribution; Bacon (2008), tables 8.2 and 8.3"']
for key, rows in PEER.items():
    out.append(f"{key} = {json.dumps(rows)}")
out.append("")
Path(__file__).with_name("linking.toml").write_text("\n".join(out))
