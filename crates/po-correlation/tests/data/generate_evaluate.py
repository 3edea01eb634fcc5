"""Writes evaluate.toml next to itself: golden cases of the race of covariance estimators.

Run:    python generate_evaluate.py
Needs:  numpy, scipy, statsmodels 0.15 or later, arch 8.0 (their versions are written to the file)

Expected values never come from po itself: model confidence sets are arch's, standard errors statsmodels' (a regression
on a constant with HAC errors), distributions scipy's, and the scores short numpy formulas with inverses and
determinants, which no factorisation of ours resembles.

The returns and losses are drawn by numpy's default generator from a seed; nothing here is market data.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from arch.bootstrap import MCS
from arch.covariance.kernel import Bartlett
from scipy import stats

HERE = Path(__file__).parent
rng = np.random.default_rng(20110301)


def hac(x, lags):
    """The standard error of a mean."""
    return float(sm.OLS(x, np.ones(len(x))).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "kernel": "bartlett"}).bse[0])


def thumb(bars):
    return int(np.floor(4 * (bars / 100) ** (2 / 9)))


def automatic(x):
    """Newey and West (1994), with n rounded down, and the lags too."""
    v, bars = x - x.mean(), len(x)
    gamma = [float(v[j:] @ v[:bars - j]) / bars for j in range(thumb(bars) + 1)]
    zero = gamma[0] + 2 * sum(gamma[1:])
    one = 2 * sum(j * g for j, g in enumerate(gamma))
    lags = 1.1447 * ((one / zero) ** 2 * bars) ** (1 / 3)
    if bars == 100:
        # There n is a whole number, and arch, which rounds it up, must find the same.
        assert abs(Bartlett(v).opt_bandwidth - lags) < 1e-12
    return min(int(np.floor(lags)), int(np.floor(np.sqrt(bars))))


def diebold_mariano(d, lags, horizon=1):
    bars = len(d)
    correction = np.sqrt((bars + 1 - 2 * horizon + horizon * (horizon - 1) / bars) / bars)
    error = hac(d, lags)
    statistic = float(d.mean() / error * correction)
    return {"mean_difference": float(d.mean()), "standard_error": error, "statistic": statistic,
            "p_value": float(2 * stats.t.sf(abs(statistic), bars - 1)), "lags": lags}


def kupiec(level, within, bars):
    def log_likelihood(rate):
        return stats.binom.logpmf(within, bars, rate)
    return float(stats.chi2.sf(max(2 * (log_likelihood(within / bars) - log_likelihood(level)), 0), 1))


def calibration(distances, assets):
    x, bars = distances / assets, len(distances)
    error = hac(x, automatic(x))
    statistic = float((x.mean() - 1) / error)
    within = [int((distances <= stats.chi2.ppf(level, assets)).sum()) for level in (0.95, 0.99)]
    return {"ratio": float(x.mean()), "standard_error": error, "statistic": statistic,
            "p_value": float(2 * stats.t.sf(abs(statistic), bars - 1)), "shares": [w / bars for w in within],
            "coverage_p_values": [kupiec(level, w, bars) for level, w in zip((0.95, 0.99), within)]}


def autocorrelated(bars, rho):
    e, x = rng.standard_normal(bars), np.zeros(bars)
    for t in range(bars):
        x[t] = rho * x[t - 1] + e[t]
    return x


# Diebold and Mariano.
PAIRS = []
for why, bars, rho in [("independent", 60, 0.0), ("persistent", 100, 0.7), ("turning", 100, -0.5), ("long memory", 150, 0.97)]:
    one, two = np.round(rng.gamma(2, size=bars), 6), np.round(rng.gamma(2, size=bars) - 0.3 + 0.5 * autocorrelated(bars, rho), 6)
    d = one - two
    for name, lags, horizon in [("automatic", automatic(d), 1), ("rule-of-thumb", thumb(bars), 1), ("five", 5, 3)]:
        PAIRS.append((why, name, horizon, one, two, diebold_mariano(d, lags, horizon)))

# Model confidence sets, with the resamples that arch drew.
SETS = []
for why, bars, shifts, boot in [("three good, two bad", 40, [0, 0.05, 0.02, 0.5, 1.0], "stationary"),
                                ("close", 36, [0, 0.2, 0.3, 0.35], "circular"), ("alike", 30, [0, 0, 0], "moving block")]:
    common = autocorrelated(bars, 0.5)
    losses = np.round(np.column_stack([common + shift + rng.standard_normal(bars) * (0.4 + 0.1 * i)
                                       for i, shift in enumerate(shifts)]), 6)
    found = {}
    for method in ("R", "max"):
        mcs = MCS(losses, size=0.1, reps=60, block_size=4, method=method, bootstrap=boot, seed=7)
        mcs.compute()
        found[method] = (mcs.pvalues.Pvalue, np.array(mcs._bootstrap_indices))
    assert (found["R"][1] == found["max"][1]).all()
    SETS.append((why, losses, found["R"][1], {m: [float(p[i]) for i in range(len(shifts))] for m, (p, _) in found.items()}))

# The same by many resamples, for a bootstrap of another generator.
LARGE = np.round(np.column_stack([autocorrelated(150, 0.3) * 0.5 + shift for shift in (0, 0.08, 0.15, 0.3)]), 4)
MANY = {}
for boot in ("stationary", "circular", "moving block"):
    for method in ("R", "max"):
        mcs = MCS(LARGE, size=0.1, reps=20000, block_size=6, method=method, bootstrap=boot, seed=11)
        mcs.compute()
        MANY[f"{boot.split()[0]}-{method}"] = [float(mcs.pvalues.Pvalue[i]) for i in range(4)]

# The race: one sample covariance fitted every seven bars to all there is, one every five to the last forty, and RiskMetrics.
N, T, FIRST = 3, 140, 60
mix = np.array([[1, 0, 0], [0.6, 0.8, 0], [0.3, 0.2, 0.9]])
R = rng.standard_t(6, size=(T, N)) @ mix.T * np.array([0.01, 0.02, 0.015])
R[90:] *= 1.6
R = np.round(R, 8)


def refitted(window, every):
    estimate = None
    for t in range(FIRST, T):
        if (t - FIRST) % every == 0:
            estimate = np.cov(R[max(0, t - window):t].T)
        yield estimate


def riskmetrics():
    for t in range(FIRST, T):
        w = 0.94 ** np.arange(t - 1, -1, -1.0)
        yield (R[:t] * w[:, None]).T @ R[:t] / w.sum()


ENTRANTS = [("expanding", list(refitted(T, 7))), ("rolling", list(refitted(40, 5))), ("ewma", list(riskmetrics()))]
SCORES = {}
for name, forecasts in ENTRANTS:
    rows = []
    for t, h in zip(range(FIRST, T), forecasts):
        inverse, r = np.linalg.inv(h), R[t]
        w = inverse.sum(1) / inverse.sum()
        distance = float(r @ inverse @ r)
        rows.append((float(np.log(np.linalg.det(h))) + distance, float(w @ r) ** 2, distance))
    SCORES[name] = np.array(rows)


def numbers(values, per_line=8):
    values = [repr(float(v)) if isinstance(v, (float, np.floating)) else repr(int(v)) for v in np.asarray(values).ravel(order="F")]
    lines = [", ".join(values[i:i + per_line]) for i in range(0, len(values), per_line)]
    return "[\n    " + ",\n    ".join(lines) + ",\n]"


def table(out, entries):
    for key, value in entries.items():
        out.write(f"{key} = {value if isinstance(value, list) else repr(value)}\n")


with open(HERE / "evaluate.toml", "w", encoding="utf-8") as out:
    out.write("# Written by generate_evaluate.py; do not edit.\n")
    out.write('name = "evaluate"\nwhy = "scores, tests and sets of forecasts of a covariance"\n')
    for package in ("numpy", "scipy", "statsmodels", "arch"):
        out.write(f"{package} = {json.dumps(version(package))}\n")
    out.write(f"in_sample = {FIRST}\n# Asset by asset.\nreturns = {numbers(R, 6)}\n")
    out.write(f"# Four series, of 150 losses each.\nlosses = {numbers(LARGE, 12)}\n")
    out.write("\n# The p-values of arch's MCS with 20000 resamples in blocks of six.\n[many]\n")
    table(out, MANY)
    for why, bandwidth, horizon, one, two, expected in PAIRS:
        out.write(f"\n[[pair]]\nwhy = {json.dumps(why)}\nbandwidth = {json.dumps(bandwidth)}\nhorizon = {horizon}\n")
        out.write(f"one = {numbers(one, 10)}\ntwo = {numbers(two, 10)}\n")
        table(out, expected)
    for why, losses, indices, expected in SETS:
        out.write(f"\n[[set]]\nwhy = {json.dumps(why)}\nmodels = {losses.shape[1]}\nlosses = {numbers(losses, 10)}\n")
        out.write(f"# One resample after the other.\nindices = {numbers(indices.T, 30)}\n")
        out.write(f"range = {expected['R']}\nmax = {expected['max']}\n")
    for name, scores in SCORES.items():
        out.write(f"\n[[entrant]]\nname = {json.dumps(name)}\n")
        for column, key in enumerate(("qlike", "portfolio", "distance")):
            out.write(f"{key} = {numbers(scores[:, column], 6)}\n")
        out.write("[entrant.calibration]\n")
        table(out, calibration(scores[:, 2], N))
        for column, key in enumerate(("qlike", "portfolio")):
            best = min(SCORES, key=lambda other: SCORES[other][:, column].mean())
            out.write(f"[entrant.{key}_summary]\nmean = {float(scores[:, column].mean())!r}\nbest = {json.dumps(best)}\n")
            if best != name:
                d = scores[:, column] - SCORES[best][:, column]
                out.write("[entrant." + key + "_summary.against_best]\n")
                table(out, diebold_mariano(d, automatic(d)))
