"""Writes brinson.toml next to itself: Brinson attribution in exact fractions, and printed figures.

Run:    python brinson.py
Needs:  nothing but the standard library; a second run writes the same bytes.

`bacon` is the example of Bacon (2008), Practical Portfolio Performance Measurement and Attribution, chapter 5 (UK,
Japanese and US equities): inputs and effects as the tables print them, in per cent.
All other cases are made up here, with four decimals, and computed in fractions straight from definitions:

  segments      effects by segment, with weights that do not sum to one, shorts, and segments that one side lacks
  nested        levels of a hierarchy; a level's total is also the difference of two notional portfolios, which is
                checked here: weighed as the portfolio down to a level, with the benchmark's returns of that level
  ankrim_hensel, karnosky_singer
                currencies, with forward contracts and hedges; simple returns
Each case is checked to add up to the excess return exactly.
"""

import random
from fractions import Fraction as F
from pathlib import Path


def number(value):
    return repr(float(value))


def row(values):
    return "[" + ", ".join("nan" if v is None else number(v) for v in values) + "]"


out = ["# Written by brinson.py: do not edit.", ""]


def put(key, values):
    out.append(f"{key} = {row(values)}")


# Bacon (2008), chapter 5. Effects in per cent, as printed.
out += [
    "[bacon]",
    'source = "Bacon (2008), tables 5.1 to 5.5; R PortfolioAttribution gives the same"',
    "portfolio_weight = [0.4, 0.3, 0.3]",
    "portfolio_return = [0.2, -0.05, 0.06]",
    "benchmark_weight = [0.4, 0.2, 0.4]",
    "benchmark_return = [0.1, -0.04, 0.08]",
    "returns = [8.3, 6.4, 1.9]",
    "allocation_bhb = [0.0, -0.4, -0.8]",
    "allocation_bf = [0.0, -1.04, -0.16]",
    "selection = [4.0, -0.2, -0.8]",
    "interaction = [0.0, -0.1, 0.2]",
    "selection_with_interaction = [4.0, -0.3, -0.6]",
    "totals = [-1.2, 3.0, 0.1]",
    "geometric_excess = 1.7857142857142794",
    "semi_notional = 5.2",
    "geometric_allocation = [0.0, -0.9774436090225568, -0.15037593984962522]",
    "geometric_selection = [3.8022813688212898, -0.28517110266159595, -0.570342205323193]",
    "geometric_totals = [-1.1278195488721776, 2.946768060836491]",
    "",
]

rng = random.Random(19850504)


def draw(low, high):
    return F(rng.randint(low, high), 10_000)


# Segments: (name, list of (w, r or None, W, b or None)).
def segments(count, one_side=True, full=True, shorts=False):
    low = -1500 if shorts else 100
    rows = []
    for i in range(count):
        w, W = draw(low, 2500), draw(low, 2500)
        r, b = draw(-1200, 1500), draw(-1200, 1500)
        if one_side and i % 5 == 3:
            W, b = F(0), None
        if one_side and i % 5 == 4:
            w, r = F(0), None
        rows.append([w, r, W, b])
    if full:
        rows[0][0] += 1 - sum(x[0] for x in rows)
        rows[0][2] += 1 - sum(x[2] for x in rows)
    return rows


def single(rows, fachler, off):
    R = sum(w * r for w, r, _, _ in rows if r is not None)
    B = sum(W * b for _, _, W, b in rows if b is not None)
    allocation, selection, interaction = [], [], []
    for w, r, W, b in rows:
        if b is None:
            b = r if off == "allocation" and r is not None else B
        if r is None:
            r = b
        allocation.append((w - W) * (b - (B if fachler else 0)))
        selection.append(W * (r - b))
        interaction.append((w - W) * (r - b))
    cash = (sum(x[0] for x in rows) - sum(x[2] for x in rows)) * B if fachler else F(0)
    assert sum(allocation) + sum(selection) + sum(interaction) + cash == R - B
    return R, B, allocation, selection, interaction, cash


for name, rows in [
    ("full", segments(6, one_side=False)),
    ("one_sided", segments(11)),
    ("with_cash", segments(10, full=False)),
    ("shorts", segments(12, shorts=True, full=False)),
]:
    for model in ["brinson-hood-beebower", "brinson-fachler"]:
        for off in ["allocation", "selection"]:
            R, B, allocation, selection, interaction, cash = single(rows, model == "brinson-fachler", off)
            out += ["[[segments]]", f'name = "{name}"', f'model = "{model}"', f'off_benchmark = "{off}"']
            put("portfolio_weight", [x[0] for x in rows])
            put("portfolio_return", [x[1] for x in rows])
            put("benchmark_weight", [x[2] for x in rows])
            put("benchmark_return", [x[3] for x in rows])
            put("returns", [R, B])
            put("allocation", allocation)
            put("selection", selection)
            put("interaction", interaction)
            put("cash", [cash])
            out.append("")


# Nested: assets with a path of groups; -1 stands for none, and sorts last.
def nested(assets, depth, by_asset, fachler):
    """Effects by level and path, top-down, with everything held on both sides."""
    paths = [a["path"] + ((i,) if by_asset else ()) for i, a in enumerate(assets)]
    R = sum(a["w"] * a["r"] for a in assets)
    B = sum(a["W"] * a["r"] for a in assets)
    levels = []
    notional = B
    for level in range(depth + by_asset):
        keys = sorted({p[: level + 1] for p in paths}, key=lambda p: [99 if g < 0 else g for g in p])
        effects = []
        for key in keys:
            inside = [a for a, p in zip(assets, paths) if p[: level + 1] == key]
            around = [a for a, p in zip(assets, paths) if p[:level] == key[:level]]
            w, W = sum(a["w"] for a in inside), sum(a["W"] for a in inside)
            b = sum(a["W"] * a["r"] for a in inside) / W
            if level == 0:
                share, hurdle = F(1), B if fachler else F(0)
            else:
                above = sum(a["W"] for a in around)
                share = sum(a["w"] for a in around) / above
                hurdle = sum(a["W"] * a["r"] for a in around) / above
            allocation = (w - share * W) * (b - hurdle)
            selection = sum(a["w"] * a["r"] for a in inside) - w * b
            effects.append((allocation, selection))
        total = sum(x[0] for x in effects)
        if level == 0 and fachler:
            total += (sum(a["w"] for a in assets) - sum(a["W"] for a in assets)) * B
        # The notional portfolio of this level.
        after = F(0)
        for key in keys:
            inside = [a for a, p in zip(assets, paths) if p[: level + 1] == key]
            w, W = sum(a["w"] for a in inside), sum(a["W"] for a in inside)
            after += w * sum(a["W"] * a["r"] for a in inside) / W
        assert total == after - notional
        notional = after
        levels.append(effects)
    assert notional + sum(x[1] for x in levels[-1]) == R
    return R, B, levels


assets = []
for i in range(24):
    sector = i % 4
    industry = (i // 4) % 3
    path = (sector if sector < 3 else -1, sector * 3 + industry if i % 7 else -1)
    assets.append({"path": path, "w": draw(0, 700), "W": draw(50, 700), "r": draw(-1500, 1800)})
assets[2]["w"] = F(0)
assets[5]["w"] = draw(-400, -100)

for by_asset in [False, True]:
    for order in ["top-down", "bottom-up"]:
        for model in ["brinson-hood-beebower", "brinson-fachler"]:
            seen = assets
            if order == "bottom-up":
                # The reference has to hold something everywhere: the short is bought back, the gap is filled.
                seen = [dict(a) for a in assets]
                seen[2]["w"], seen[5]["w"] = F(1, 50), F(3, 100)
                swapped = [{**a, "w": a["W"], "W": a["w"]} for a in seen]
                B, R, levels = nested(swapped, 2, by_asset, model == "brinson-fachler")
                levels = [[(-x, -y) for x, y in level] for level in levels]
            else:
                R, B, levels = nested(seen, 2, by_asset, model == "brinson-fachler")
            out += ["[[nested]]", f'order = "{order}"', f'model = "{model}"', f"by_asset = {str(by_asset).lower()}"]
            out.append(f"sectors = {[a['path'][0] for a in seen]}")
            out.append(f"industries = {[a['path'][1] for a in seen]}")
            put("portfolio", [a["w"] for a in seen])
            put("benchmark", [a["W"] for a in seen])
            put("asset_returns", [a["r"] for a in seen])
            put("returns", [R, B])
            out.append("allocation = [" + ", ".join(row(x[0] for x in level) for level in levels) + "]")
            out.append("selection = [" + ", ".join(row(x[1] for x in level) for level in levels) + "]")
            out.append("")

# Currencies: the base first.
rows = segments(5, one_side=False)
currency_of = [0, 1, 1, 2, 3]
spots = [(F(1), F(1), F(1)), (F(15, 10), F(148, 100), F(1493, 1000)), (F(9, 1000), F(95, 10_000), F(91, 10_000)),
         (F(11, 10), F(12, 10), F(109, 100))]
forwards = [(F(0), F(0)), (F(-1, 10), F(0)), (F(5, 100), F(-2, 100)), (F(0), F(1, 10))]
cash_rates = [F(1, 100), F(15, 1000), F(1, 1000), F(3, 100)]
hedges = [(F(3, 100), F(-8, 100)), (F(-1, 10), F(0)), (F(5, 100), F(-2, 100)), (F(2, 100), F(1, 10))]


def market(rows, gross):
    """Brinson-Fachler on returns that `gross` makes of local ones."""
    x = [(w, gross(i, r), W, gross(i, b)) for i, (w, r, W, b) in enumerate(rows)]
    R, B, allocation, selection, interaction, cash = single(x, True, "allocation")
    assert cash == 0
    return allocation, selection, interaction


def base_return(i, local):
    start, end, _ = spots[currency_of[i]]
    return (1 + local) * end / start - 1


def totals(rows, overlay):
    R = sum(w * base_return(i, r) for i, (w, r, _, _) in enumerate(rows)) + sum(h * q for (h, _), q in overlay)
    B = sum(W * base_return(i, b) for i, (_, _, W, b) in enumerate(rows)) + sum(h * q for (_, h), q in overlay)
    return R, B


def ankrim_hensel():
    change = [end / start - 1 for start, end, _ in spots]
    premium = [forward / start - 1 for start, _, forward in spots]
    surprise = [c - d for c, d in zip(change, premium)]
    contract = [end / forward - 1 for _, end, forward in spots]
    effects = market(rows, lambda i, local: base_return(i, local) - change[currency_of[i]])
    d = sum(W * premium[c] for (_, _, W, _), c in zip(rows, currency_of))
    e = sum(W * surprise[c] for (_, _, W, _), c in zip(rows, currency_of))
    held = [(sum(x[0] for x, k in zip(rows, currency_of) if k == c),
             sum(x[2] for x, k in zip(rows, currency_of) if k == c)) for c in range(len(spots))]
    premiums = [(w - W) * (premium[c] - d) for c, (w, W) in enumerate(held)]
    surprises = [(w - W) * (surprise[c] - e) + (forwards[c][0] - forwards[c][1]) * (contract[c] - e)
                 for c, (w, W) in enumerate(held)]
    R, B = totals(rows, list(zip(forwards, contract)))
    # The other leg of the contracts is base currency that earns nothing.
    cash = -sum(p - b for p, b in forwards) * (0 - e)
    assert sum(map(sum, effects)) + sum(premiums) + sum(surprises) + cash == R - B
    return R, B, effects, premiums, surprises, cash


def karnosky_singer():
    deposit = [end / start * (1 + k) - 1 for (start, end, _), k in zip(spots, cash_rates)]
    effects = market(rows, lambda i, local: base_return(i, local) - deposit[currency_of[i]])
    held = [(sum(x[0] for x, k in zip(rows, currency_of) if k == c) + hedges[c][0],
             sum(x[2] for x, k in zip(rows, currency_of) if k == c) + hedges[c][1]) for c in range(len(spots))]
    assert sum(w for w, _ in held) == 1 == sum(W for _, W in held)
    q = sum(W * deposit[c] for c, (_, W) in enumerate(held))
    currencies = [(w - W) * (deposit[c] - q) for c, (w, W) in enumerate(held)]
    R, B = totals(rows, list(zip(hedges, deposit)))
    assert sum(map(sum, effects)) + sum(currencies) == R - B
    return R, B, effects, currencies


out.append("[currency]")
put("portfolio_weight", [x[0] for x in rows])
put("portfolio_return", [x[1] for x in rows])
put("benchmark_weight", [x[2] for x in rows])
put("benchmark_return", [x[3] for x in rows])
out.append(f"currency = {currency_of}")
put("spot_start", [x[0] for x in spots])
put("spot_end", [x[1] for x in spots])
put("forward", [x[2] for x in spots])
put("portfolio_forward", [x[0] for x in forwards])
put("benchmark_forward", [x[1] for x in forwards])
put("cash_rate", cash_rates)
put("portfolio_hedge", [x[0] for x in hedges])
put("benchmark_hedge", [x[1] for x in hedges])
out.append("")
R, B, effects, premiums, surprises, cash = ankrim_hensel()
out.append("[currency.ankrim_hensel]")
put("returns", [R, B])
for name, values in zip(["allocation", "selection", "interaction"], effects):
    put(name, values)
put("forward_premium", premiums)
put("surprise", surprises)
put("cash", [cash])
out.append("")
R, B, effects, currencies = karnosky_singer()
out.append("[currency.karnosky_singer]")
put("returns", [R, B])
for name, values in zip(["allocation", "selection", "interaction"], effects):
    put(name, values)
put("effect", currencies)
out.append("")

Path(__file__).with_name("brinson.toml").write_text("\n".join(out))
