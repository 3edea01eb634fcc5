"""Writes stream.toml next to itself: golden cases of the streaming estimators.

Run:    python generate_stream.py
Needs:  numpy, pandas 3.0 or later, skfolio 1.12 (their versions are written to the file)

Expected values never come from po itself: they are the output of pandas and skfolio, of closed forms, or of short
numpy sums over the whole history, which no recursion of ours resembles. A peer stands as the source of a case only if
this run found the numpy sum equal to its numbers within 1e-12 of the largest.

The returns are drawn by numpy's default generator from a seed; nothing here is market data.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from skfolio.moments import EWCovariance

HERE = Path(__file__).parent
N, T = 5, 60
rng = np.random.default_rng(20260101)
MIX = rng.normal(size=(N, N)) * 0.4 + np.eye(N)
R = (rng.standard_t(5, size=(T, N)) @ MIX.T) * np.array([0.5, 1.0, 2.0, 1.5, 0.8]) / 100
R[30:] *= 1.7
R = np.round(R, 8)
HOLES = R.copy()
HOLES[:25, 1] = np.nan   # lists late
HOLES[40:, 2] = np.nan   # is delisted
HOLES[10:14, 3] = np.nan # halts
HOLES[::7, 4] = np.nan   # trades at odd times
LATE = R.copy()
LATE[:25, 1] = np.nan


def weights(decay, bars=T):
    return decay ** np.arange(bars - 1, -1, -1.0)


def covariance(x, decay_v, decay_c=None):
    """Sums over the whole history: S = sum w x x', v_i = the weighted mean over the bars seen."""
    decay_c = decay_v if decay_c is None else decay_c
    seen, z = ~np.isnan(x), np.nan_to_num(x)
    s = (z * weights(decay_c)[:, None]).T @ z
    w = weights(decay_v)[:, None]
    v = (w * z * z).sum(0) / (w * seen).sum(0)
    d = np.sqrt(v / np.diag(s))
    return s * np.outer(d, d)


def demeaned(x, decay):
    w = weights(decay) / weights(decay).sum()
    d = x - w @ x
    return (d * w[:, None]).T @ d


def newey_west(x, decay, lags):
    """Bartlett's kernel on sqrt(w) x, by moving sums: a sum of squares."""
    z = x * np.sqrt(weights(decay))[:, None]
    z = np.vstack([np.zeros((lags, x.shape[1])), z, np.zeros((lags, x.shape[1]))])
    total = np.zeros((x.shape[1],) * 2)
    for end in range(lags, len(z)):
        window = z[end - lags:end + 1].sum(0)
        total += np.outer(window, window)
    return total / (lags + 1) / weights(decay).sum()


def innovations(x, decay_v, decay_c):
    """Engle's exponential smoother: each return over the volatility known before it, the first over itself."""
    z = np.sign(x)
    for t in range(1, len(x)):
        w = weights(decay_v, t)
        z[t] = x[t] / np.sqrt(w @ x[:t] ** 2 / w.sum())
    q = (z * weights(decay_c)[:, None]).T @ z
    w = weights(decay_v)
    d = np.sqrt((w @ x ** 2 / w.sum()) / np.diag(q))
    return q * np.outer(d, d)


def regime(x, decay, fast, least):
    """Menchero, Orr and Wang: the weighted mean of the cross-sectional bias statistic, one step ahead."""
    bias = []
    for t in range(least, len(x)):
        w = weights(decay, t)
        bias.append(np.mean(x[t] ** 2 / (w @ x[:t] ** 2 / w.sum())))
    w = weights(fast, len(bias))
    return float(w @ bias / w.sum())


def close(a, b):
    assert np.abs(np.asarray(a) - np.asarray(b)).max() <= 1e-12 * np.abs(b).max(), np.abs(a - b).max()
    return b


frame = pd.DataFrame(R)
adjusted = frame.ewm(alpha=0.06, adjust=True)
zero_mean = pd.DataFrame([[(frame[i] * frame[j]).ewm(alpha=0.06, adjust=True).mean().iloc[-1] for j in range(N)]
                          for i in range(N)]).to_numpy()
recursive = pd.DataFrame([[(frame[i] * frame[j]).ewm(alpha=0.06, adjust=False).mean().iloc[-1] for j in range(N)]
                          for i in range(N)]).to_numpy()
pandas_demeaned = adjusted.cov(bias=True).iloc[-N:].to_numpy()
holes_variance = (pd.DataFrame(HOLES) ** 2).ewm(alpha=0.06, adjust=True, ignore_na=False).mean().iloc[-1].to_numpy()
half_life = 2.0 ** (-1.0 / 23.0)
skfolio_full = EWCovariance(half_life=23, nearest=False).fit(R).covariance_
active = np.ones((T, N), bool)
active[:25, 1] = False
skfolio_late = EWCovariance(half_life=23, nearest=False).fit(LATE, active_mask=active).covariance_

CASES = [
    ("normalised", "RiskMetrics with normalised weights, mean zero", f"pandas {version('pandas')}: (r_i r_j).ewm(alpha=.06, adjust=True).mean()",
     "full", close(covariance(R, 0.94), zero_mean)),
    ("recursive", "RiskMetrics begun with the first bar", f"pandas {version('pandas')}: (r_i r_j).ewm(alpha=.06, adjust=False).mean()",
     "full", recursive),
    ("demeaned", "deviations from the exponentially weighted mean", f"pandas {version('pandas')}: ewm(alpha=.06, adjust=True).cov(bias=True)",
     "full", close(demeaned(R, 0.94), pandas_demeaned)),
    ("half_life", "half-life 23", f"skfolio {version('skfolio')}: EWCovariance(half_life=23)", "full",
     close(covariance(R, half_life), skfolio_full)),
    ("late", "half-life 23, one asset lists at bar 25", f"skfolio {version('skfolio')}: EWCovariance(half_life=23) with active_mask", "late",
     close(covariance(LATE, half_life), skfolio_late)),
    ("holes", "late listing, delisting, a halt, and gaps", "numpy: weighted sums over the whole history; its variances are those of "
     f"pandas {version('pandas')}: (r**2).ewm(alpha=.06, ignore_na=False).mean()", "holes", covariance(HOLES, 0.94)),
    ("two_decays", "volatility 0.9, correlation 0.98", "numpy: Menchero, Orr and Wang (2011), section 4", "full", covariance(R, 0.9, 0.98)),
    ("two_decays_holes", "the same with gaps", "numpy: weighted sums over the whole history", "holes", covariance(HOLES, 0.9, 0.98)),
    ("newey_west", "three lags", "numpy: Bartlett's kernel by moving sums over the weighted series", "full", newey_west(R, 0.94, 3)),
    ("innovations", "volatility 0.9, correlation 0.98 of innovations", "numpy: Engle (2002), the exponential smoother", "full",
     innovations(R, 0.9, 0.98)),
]
close(np.diag(CASES[5][4]), holes_variance)


def rows(matrix):
    text = ",\n    ".join("[" + ", ".join("nan" if np.isnan(v) else repr(float(v)) for v in row) + "]" for row in np.atleast_2d(matrix))
    return "[\n    " + text + ",\n]"


with open(HERE / "stream.toml", "w", encoding="utf-8") as out:
    out.write("# Written by generate_stream.py; do not edit.\n")
    out.write('name = "stream"\n')
    out.write('why = "exponentially weighted covariances after 60 bars of five assets; nan is missing"\n')
    out.write(f"numpy = {json.dumps(version('numpy'))}\n")
    out.write("# Sums of at most 60 products, in another order than a recursion takes them.\n")
    out.write("tolerance = 1e-12\n")
    out.write(f"full = {rows(R)}\nlate = {rows(LATE)}\nholes = {rows(HOLES)}\n")
    out.write("# Decay 0.97, multiplier's decay 0.8, ready after 10 bars; by numpy, from Menchero, Orr and Wang (2011), section 4.3.\n")
    out.write(f"multiplier = {regime(R, 0.97, 0.8, 10)!r}\n")
    for name, why, source, data, expected in CASES:
        out.write(f"\n[[case]]\nname = {json.dumps(name)}\nwhy = {json.dumps(why, ensure_ascii=False)}\n")
        out.write(f"source = {json.dumps(source, ensure_ascii=False)}\nreturns = {json.dumps(data)}\ncovariance = {rows(expected)}\n")
